use super::*;

#[test]
fn a_chain_of_causes_with_suppressed_ones() {
    let text = "java.lang.RuntimeException: outer\n\
        \tat com.acme.Shop.order(Shop.java:20)\n\
        \tSuppressed: java.io.IOException: close failed\n\
        \t\tat com.acme.File.close(File.java:3)\n\
        \tCaused by: java.lang.Error: deep in the suppressed\n\
        \t\tat com.acme.File.sync(File.java:4)\n\
        Caused by: com.acme.CartException: no cart\nfor this user\n\
        \tat com.acme.Cart.get(Cart.java:7) ~[shop.jar:1.2]\n\
        \t... 12 common frames omitted\n";
    assert_eq!(
        told(text),
        [
            "outermost java.lang.RuntimeException: outer | *com.acme.Shop.order(Shop.java:20)",
            "suppressed by 0 java.io.IOException: close failed | *com.acme.File.close(File.java:3)",
            "cause of 1 java.lang.Error: deep in the suppressed | *com.acme.File.sync(File.java:4)",
            "cause of 0 com.acme.CartException: no cart\\nfor this user | *com.acme.Cart.get(Cart.java:7)",
        ]
    );
    let stack = parse(text, Some(Language::Java));
    assert_eq!(stack.exceptions[3].frames_elided, 12);
    assert_eq!(innermost(&stack), Some(3));
}

#[test]
fn modules_proxies_lambdas_and_kotlin_names() {
    let text = "Exception in thread \"http-nio-8080 \"x\"\" java.lang.NullPointerException\n\
        \tat java.base/java.util.Objects.requireNonNull(Objects.java:233)\n\
        \tat app//com.acme.Cart$$SpringCGLIB$$0.add(<generated>)\n\
        \tat com.acme.Cart$$Lambda/0x00007f2a1c.run(Unknown Source)\n\
        \tat com.acme.CartTest.should add two(CartTest.kt:14)\n";
    assert_eq!(
        told(text),
        [
            "outermost java.lang.NullPointerException:  | java.util.Objects.requireNonNull(Objects.java:233) \
             < com.acme.Cart$$SpringCGLIB$$0.add(<generated>) < com.acme.Cart$$Lambda/0x00007f2a1c.run(?) \
             < *com.acme.CartTest.should add two(CartTest.kt:14)"
        ]
    );
}

#[test]
fn root_cause_first_is_turned() {
    let text = "java.sql.SQLException: refused\n\tat a.b.C.d(C.java:1)\nWrapped by: a.b.DaoException: no rows\n\tat a.b.Dao.get(Dao.java:2)";
    assert_eq!(
        told(text),
        [
            "outermost a.b.DaoException: no rows | *a.b.Dao.get(Dao.java:2)",
            "cause of 0 java.sql.SQLException: refused | *a.b.C.d(C.java:1)",
        ]
    );
}

#[test]
fn edge_67_a_chain_of_a_thousand_is_bounded_and_keeps_its_ends() {
    let mut text = "a.b.E0: 0\n\tat a.b.C.d(C.java:1)\n".to_owned();
    for n in 1..1000 {
        text += &format!("Caused by: a.b.E{n}: {n}\n\tat a.b.C.d(C.java:1)\n");
    }
    text += "Caused by: [CIRCULAR REFERENCE: a.b.E0: 0]\n";
    let stack = parse(&text, None);
    assert_eq!(stack.exceptions.len(), EXCEPTIONS_MAX);
    assert_eq!(stack.exceptions[0].kind, "a.b.E0");
    assert_eq!(stack.exceptions[63].kind, "a.b.E999");
    assert_eq!(innermost(&stack), Some(63));
    for (index, exception) in stack.exceptions.iter().enumerate().skip(1) {
        assert_eq!(exception.relation, Relation::CauseOf(index - 1));
    }
}

#[test]
fn edge_66_stacks_in_odd_states() {
    let deep = format!("a.b.E: x\n{}", "\tat a.b.C.d(C.java:1)\n".repeat(10_000));
    let stack = parse(&deep, None);
    assert_eq!(stack.exceptions[0].frames.len(), FRAMES_MAX);
    assert!(stack.exceptions[0].frames_elided > 0);
    let cut = "a.b.E: x\r\nat a.b.C.d(C.java:1)\r\nat a.b.C.e(C.ja";
    assert_eq!(told(cut), ["outermost a.b.E: x | *a.b.C.d(C.java:1)"]);
    assert_eq!(parse(cut, None).skipped_lines, 1);
    assert!(parse("", Some(Language::Java)).exceptions.is_empty());
    let huge = format!("a.b.E: x\n{}", "\tat a.b.C.d(C.java:1)\n".repeat(500_000));
    assert!(parse(&huge, None).truncated);
}

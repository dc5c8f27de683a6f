use super::*;

#[test]
fn a_chain_is_turned_outermost_first_and_calls_innermost_first() {
    let text = r#"Traceback (most recent call last):
  File "/app/shop/cart.py", line 5, in get
    return db[key]
           ~~^^^^^
KeyError: 'cart'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/app/shop/main.py", line 40, in <module>
    run()
  File "/usr/lib/python3.12/site.py", line 9, in run
    f()
  [Previous line repeated 7 more times]
shop.errors.CartError: no cart
for ann
"#;
    assert_eq!(
        told(text),
        [
            "outermost shop.errors.CartError: no cart\\nfor ann | run(/usr/lib/python3.12/site.py:9) < *<module>(/app/shop/main.py:40)",
            "cause of 0 KeyError: 'cart' | *get(/app/shop/cart.py:5)",
        ]
    );
    let stack = parse(text, None);
    assert_eq!(stack.exceptions[0].frames_elided, 7);
    assert_eq!(
        stack.exceptions[1].frames[0].source.as_deref(),
        Some("return db[key]")
    );
    assert_eq!(stack.skipped_lines, 0);
    assert_eq!(innermost(&stack), Some(1));
}

#[test]
fn edge_68_a_group_keeps_all_its_members() {
    let mut text = "  + Exception Group Traceback (most recent call last):\n  |   File \"/app/a.py\", line 1, in main\n  |     raise eg\n  | ExceptionGroup: many (50 sub-exceptions)\n".to_owned();
    for n in 1..=50 {
        let rule = if n == 1 { "  +-+" } else { "    +" };
        text += &format!(
            "{rule}---------------- {n} ----------------\n    | Traceback (most recent call last):\n    |   File \"/app/w.py\", line {n}, in work\n    |     f()\n    | ValueError: {n}\n"
        );
    }
    text += "    +------------------------------------\n";
    let stack = parse(&text, None);
    assert_eq!(stack.exceptions.len(), 51);
    assert!(
        stack.exceptions[1..]
            .iter()
            .all(|e| e.relation == Relation::MemberOf(0))
    );
    assert_eq!(stack.exceptions[50].message, "50");
    assert_eq!(innermost(&stack), Some(1));
}

#[test]
fn members_have_chains_and_members_of_their_own() {
    let text = "  + Exception Group Traceback (most recent call last):
  |   File \"/app/a.py\", line 1, in main
  | ExceptionGroup: outer (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Exception Group Traceback (most recent call last):
    |   File \"/app/b.py\", line 2, in inner
    | ExceptionGroup: inner (1 sub-exception)
    +-+---------------- 1 ----------------
      | TypeError: leaf
      +------------------------------------
    +---------------- 2 ----------------
    | Traceback (most recent call last):
    |   File \"/app/c.py\", line 3, in c
    | KeyError: 'x'
    | 
    | During handling of the above exception, another exception occurred:
    | 
    | Traceback (most recent call last):
    |   File \"/app/c.py\", line 4, in d
    | ValueError: y
    +------------------------------------
";
    assert_eq!(
        told(text),
        [
            "outermost ExceptionGroup: outer (2 sub-exceptions) | *main(/app/a.py:1)",
            "member of 0 ExceptionGroup: inner (1 sub-exception) | *inner(/app/b.py:2)",
            "member of 1 TypeError: leaf | ",
            "member of 0 ValueError: y | *d(/app/c.py:4)",
            "cause of 3 KeyError: 'x' | *c(/app/c.py:3)",
        ]
    );
}

#[test]
fn syntax_errors_and_lost_indentation() {
    let text = "Traceback (most recent call last):\n  File \"/app/a.py\", line 1, in <module>\n    import b\n  File \"/app/b.py\", line 3\n    def f(:\n          ^\nSyntaxError: invalid syntax";
    assert_eq!(
        told(text),
        ["outermost SyntaxError: invalid syntax | *(/app/b.py:3) < *<module>(/app/a.py:1)"]
    );
    let flat = "Traceback (most recent call last):\nFile \"/app/a.py\", line 1, in f\nreturn g(x)\nFile \"/app/a.py\", line 2, in g\nraise ValueError(x)\nValueError: 5";
    assert_eq!(
        told(flat),
        ["outermost ValueError: 5 | *g(/app/a.py:2) < *f(/app/a.py:1)"]
    );
}

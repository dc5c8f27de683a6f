use super::*;

fn frame(module: &str, function: &str, file: &str) -> Frame {
    Frame {
        module: module.into(),
        function: function.into(),
        file: (!file.is_empty()).then(|| file.into()),
        ..Frame::default()
    }
}

fn text(language: Language, module: &str, function: &str, file: &str) -> Option<String> {
    one(Some(language), &frame(module, function, file))
}

#[test]
fn edge_73_what_a_deploy_changes_does_not_count() {
    use Language::{Go, Java, JavaScript, Python};
    for (language, a, b) in [
        (
            Java,
            ("a.Cart", "lambda$add$0", "Cart.java"),
            ("a.Cart", "lambda$add$3", "Cart.java"),
        ),
        (
            Java,
            ("a.Cart$$Lambda/0x0000012", "run", ""),
            ("a.Cart$$Lambda/0x0000077", "run", ""),
        ),
        (
            Java,
            ("jdk.GeneratedMethodAccessor12", "invoke", ""),
            ("jdk.GeneratedMethodAccessor7", "invoke", ""),
        ),
        (Java, ("a.Cart$1", "run", ""), ("a.Cart$2", "run", "")),
        (
            JavaScript,
            ("", "add", "https://a.io/js/main.ab12cd34.js"),
            ("", "add", "https://b.io/js/main.ff00ee11.js"),
        ),
        (
            JavaScript,
            ("", "add", "https://a.io/assets/index-BxT3k9aZ.js"),
            ("", "add", "https://a.io/assets/index-Qp0_77xY.js"),
        ),
        (
            JavaScript,
            ("", "add", "/app/dist/cart.js?v=1"),
            ("", "add", "/srv/dist/cart.js?v=2"),
        ),
        (
            Python,
            ("", "add", "/home/ann/shop/cart.py"),
            ("", "add", "/app/shop/cart.py"),
        ),
        (
            Go,
            ("a.io/shop", "(*Cart).Add.func1", "x.go"),
            ("a.io/shop", "(*Cart).Add.func2.1", "x.go"),
        ),
        (
            Go,
            ("a.io/shop/v2", "Map[...]", "x.go"),
            ("a.io/shop/v3", "Map[go.shape.int]", "x.go"),
        ),
    ] {
        let left = text(language, a.0, a.1, a.2);
        assert_eq!(left, text(language, b.0, b.1, b.2), "{a:?}");
        assert!(left.is_some());
    }
}

#[test]
fn edge_74_four_browsers_and_async_variants_are_one_frame() {
    let chrome = text(
        Language::JavaScript,
        "",
        "Cart.add",
        "https://a.io/js/cart.js",
    );
    for name in [
        "add",
        "Object.add",
        "async add",
        "new Cart.add",
        "async*add",
        "Cart.prototype.add",
        "Object.add [as put]",
    ] {
        assert_eq!(
            text(Language::JavaScript, "", name, "https://a.io/js/cart.js"),
            chrome,
            "{name}"
        );
    }
    let anonymous = text(Language::JavaScript, "", "", "https://a.io/js/cart.js");
    for name in [
        "<anonymous>",
        "Object.<anonymous>",
        "add/<",
        "global code",
        "_callee2$",
    ] {
        assert_eq!(
            text(Language::JavaScript, "", name, "https://a.io/js/cart.js"),
            anonymous,
            "{name}"
        );
    }
    assert_eq!(
        text(Language::Java, "a.Cart$add$1", "invokeSuspend", "Cart.kt"),
        text(Language::Java, "a.Cart", "add", "Cart.kt")
    );
}

#[test]
fn edge_75_recursion_of_five_and_six_levels_is_one() {
    for cycle in [
        &["f"][..],
        &["f", "g"],
        &["f", "g", "h"],
        &["f", "g", "h", "i"],
    ] {
        let stack = |levels: usize| {
            let names = ["top"]
                .into_iter()
                .chain(cycle.iter().copied().cycle().take(levels * cycle.len()));
            names
                .chain(["main"])
                .map(|name| frame("a.Tree", name, ""))
                .collect::<Vec<_>>()
        };
        let keys = [5, 6, 40].map(|levels| {
            let frames = stack(levels);
            normalised(Some(Language::Java), &frames.iter().collect::<Vec<_>>(), 8)
        });
        assert_eq!(keys[0], keys[1]);
        assert_eq!(keys[0], keys[2]);
        assert_eq!(keys[0].len(), cycle.len() + 2);
    }
}

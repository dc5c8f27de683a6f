//! Stack texts as real runtimes write them, told in short: `relation kind: message | f < g < h`.

mod beam_and_dart;
mod dotnet;
mod go;
mod java;
mod javascript;
mod native;
mod php;
mod python;
mod ruby;

use super::*;

/// One line an exception; calls innermost first, the first four.
fn told(text: &str) -> Vec<String> {
    told_with(text, None)
}

fn told_with(text: &str, hint: Option<Language>) -> Vec<String> {
    let stack = parse(text, hint);
    stack.exceptions.iter().map(line).collect()
}

fn line(exception: &ParsedException) -> String {
    let relation = match exception.relation {
        Relation::Outermost => "outermost".to_owned(),
        Relation::CauseOf(index) => format!("cause of {index}"),
        Relation::SuppressedBy(index) => format!("suppressed by {index}"),
        Relation::MemberOf(index) => format!("member of {index}"),
    };
    let calls: Vec<String> = exception.frames.iter().take(4).map(call).collect();
    let (kind, message) = (&exception.kind, exception.message.replace('\n', "\\n"));
    format!("{relation} {kind}: {message} | {}", calls.join(" < "))
}

/// `module.function(file:line)`, the project's own with a star.
fn call(frame: &Frame) -> String {
    let own = if frame.in_app { "*" } else { "" };
    let dot = if frame.module.is_empty() { "" } else { "." };
    let file = frame.file.as_deref().unwrap_or("?");
    let line = frame
        .line
        .map(|line| format!(":{line}"))
        .unwrap_or_default();
    format!("{own}{}{dot}{}({file}{line})", frame.module, frame.function)
}

#[test]
fn edge_69_the_shape_of_the_lines_wins_over_the_sdk() {
    let python = "Traceback (most recent call last):\n  File \"/a/x.py\", line 3, in f\n    g()\nValueError: no";
    let stack = parse(python, Some(Language::Java));
    assert_eq!(stack.language, Some(Language::Python));
    assert_eq!(stack.exceptions[0].kind, "ValueError");
}

#[test]
fn arbitrary_text_is_no_stack() {
    for text in [
        "",
        "\n\n\n",
        "This arbitrary text.\nIt says at once (or later) that all is well.\n",
        "order 5 failed\nretry at 10:00 (see wiki)\n",
        "GET /a HTTP/1.1\nHost: x@y:80\n",
        "a: 1\nb: 2\n#1 thing\n#2 thing",
    ] {
        assert_eq!(find_in_text(text), None, "{text}");
        assert!(
            parse(text, None)
                .exceptions
                .iter()
                .all(|e| e.frames.is_empty())
        );
    }
}

#[test]
fn a_stack_inside_a_log_message_is_found() {
    let body = "2024-01-01 ERROR c.a.Shop - order 5 failed\njava.lang.IllegalStateException: no cart\n\tat com.acme.Cart.add(Cart.java:5)\n\tat com.acme.Shop.run(Shop.java:9)";
    let stack = find_in_text(body).unwrap();
    assert_eq!(stack.language, Some(Language::Java));
    assert_eq!(stack.exceptions[0].kind, "java.lang.IllegalStateException");
    assert_eq!(stack.exceptions[0].message, "no cart");
}

/// Lines of all languages, whole and broken, in any order.
const LINES: [&str; 44] = [
    "",
    "  ",
    "java.lang.X: m",
    "\tat a.b.C.d(C.java:1)",
    "Caused by: a.b.E: x",
    "\tSuppressed: a.b.E",
    "\t... 3 more",
    "Traceback (most recent call last):",
    "  File \"/a.py\", line 3, in f",
    "    g()",
    "ValueError: x",
    "    ~~^^",
    "  + Exception Group Traceback (most recent call last):",
    "  +-+---------------- 1 ----------------",
    "    | Traceback (most recent call last):",
    "    +------------------------------------",
    "  |   File \"/b.py\", line 3, in f",
    "The above exception was the direct cause of the following exception:",
    "    at f (/a.js:1:2) {",
    "  [cause]: Error: x",
    "  [errors]: [",
    "  ]",
    "f@https://a/b.js:1:2",
    "goroutine 1 [running]:",
    "main.f(0x1)",
    "\t/a.go:3 +0x1",
    "panic: x",
    "   at A.B.c() in /x.cs:line 3",
    " ---> A.E: m",
    "   --- End of inner exception stack trace ---",
    "a.rb:1:in 'x': m (E)",
    "\tfrom a.rb:1:in `x'",
    "#0 /a.php(3): A->b()",
    "Next E: m in /a.php:3",
    "   0: a::b",
    "             at ./a.rs:1:2",
    "thread 'x' panicked at a.rs:1:2:",
    "#0 0x00 in a::b(int) /a.cpp:3",
    "** (E) m",
    "    (a 1.0) lib/a.ex:3: A.b/1",
    "#0      A.b (package:a/b.dart:1:2)",
    "0   A   0x0000000100 b + 1",
    "\u{1b}[31mé🦀\u{1b}[",
    "at at ( : ) {",
];

proptest::proptest! {
    #[test]
    fn any_text_is_parsed_within_the_limits(text in ".{0,300}") {
        check(&parse(&text, None));
    }

    #[test]
    fn any_mixture_of_lines_is_parsed_within_the_limits(
        picked in proptest::collection::vec((0..LINES.len(), 0_usize..40), 0..120),
        hint in 0..14_usize,
    ) {
        let lines = picked.iter().map(|(at, cut)| {
            let line = LINES[*at];
            // Some lines are cut, as a sender's limit would.
            if *cut < 8 { &line[..line.floor_char_boundary(*cut)] } else { line }
        });
        let text: String = lines.collect::<Vec<_>>().join("\n");
        let hint = ["java", "python", "nodejs", "go", "dotnet", "ruby", "php", "rust", "cpp", "erlang", "elixir", "dart", "swift"]
            .get(hint)
            .and_then(|name| Language::from_sdk(name));
        let stack = parse(&text, hint);
        check(&stack);
        proptest::prop_assert_eq!(stack, parse(&text, hint));
        if let Some(found) = find_in_text(&text) {
            check(&found);
        }
    }
}

/// What always holds, whatever the text.
fn check(stack: &ParsedStack) {
    assert!(stack.exceptions.len() <= EXCEPTIONS_MAX);
    for (index, exception) in stack.exceptions.iter().enumerate() {
        assert!(exception.frames.len() <= FRAMES_MAX);
        assert!(exception.message.len() <= draft::MESSAGE_BYTES_MAX);
        assert!(
            exception.relation.on().is_none_or(|on| on < index),
            "{:?} at {index}",
            exception.relation
        );
    }
    assert_eq!(innermost(stack).is_some(), !stack.exceptions.is_empty());
}

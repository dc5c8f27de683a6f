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

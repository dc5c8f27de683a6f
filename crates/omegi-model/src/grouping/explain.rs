//! Why an error is in its group, in words a developer understands.

use super::frames::MINIFIED;
use super::key::{Keys, Method, main, method};
use crate::error_event::{GroupingException, GroupingParts};

/// Longest title.
const TITLE_BYTES_MAX: usize = 200;

/// The evidence for a group: first what it is grouped by, then each part that counts, then what
/// was left out and why.
#[must_use]
pub fn explain(parts: &GroupingParts, keys: &Keys) -> Vec<String> {
    let mut words = vec![by(method(parts)).to_owned()];
    match method(parts) {
        Method::Override => words.push(format!(
            "fingerprint: {}",
            quoted_list(&parts.override_parts)
        )),
        Method::Status => status_words(parts, &mut words),
        Method::OwnFrames | Method::SystemFrames | Method::Message => {
            if let Some(exception) = main(parts) {
                exception_words(parts, exception, &mut words);
            }
        }
    }
    words.push(format!(
        "cause family {}: other services may share it",
        keys.cause_family
    ));
    words
}

fn by(method: Method) -> &'static str {
    match method {
        Method::Override => "grouped by the fingerprint that the sender or a project rule names",
        Method::OwnFrames => "grouped by type and the project's own calls on the stack",
        Method::SystemFrames => {
            "grouped by type and library calls: no call on the stack is the project's own"
        }
        Method::Message => "grouped by type and message: the stack gives no names to go by",
        Method::Status => "grouped by operation and error type: there is no exception",
    }
}

fn status_words(parts: &GroupingParts, words: &mut Vec<String>) {
    words.extend(named("service", &parts.service));
    words.extend(named("operation", &parts.operation));
    words.extend(named("error.type", &parts.error_type));
    words.extend(named("status", &parts.status_template));
}

fn exception_words(parts: &GroupingParts, exception: &GroupingException, words: &mut Vec<String>) {
    words.extend(named("service", &parts.service));
    words.extend(named("language", &parts.language));
    words.extend(named("type", &exception.kind));
    let frames = match method(parts) {
        Method::SystemFrames => &exception.system_frames,
        _ => &exception.app_frames,
    };
    for (at, frame) in frames.iter().enumerate() {
        words.push(format!("call {}: {}", at + 1, call(frame)));
    }
    match method(parts) {
        Method::Message => words.extend(named("message", &exception.template)),
        _ => words.push("the message does not count, only in sub-groups".into()),
    }
    if frames.iter().any(|frame| frame.ends_with(MINIFIED)) {
        words.push("minified names do not count: they change with every build".into());
    }
    let carriers: Vec<String> = parts
        .exceptions
        .iter()
        .filter(|e| e.carrier && !std::ptr::eq(*e, exception))
        .map(|e| e.kind.clone())
        .collect();
    if !carriers.is_empty() {
        words.push(format!(
            "only carries another error, so it does not count: {}",
            quoted_list(&carriers)
        ));
    }
}

/// The first part that makes two errors two groups, in words; `None` where no part differs.
#[must_use]
pub fn nearest_difference(a: &GroupingParts, b: &GroupingParts) -> Option<String> {
    if a.override_parts != b.override_parts {
        let (a, b) = (
            quoted_list(&a.override_parts),
            quoted_list(&b.override_parts),
        );
        return Some(format!(
            "fingerprint: {} here, {} there",
            or_none(&a),
            or_none(&b)
        ));
    }
    differs("service", &a.service, &b.service)
        .or_else(|| differs("language", &a.language, &b.language))
        .or_else(|| match (main(a), main(b)) {
            (Some(left), Some(right)) => exceptions_differ(left, right),
            (None, None) => None,
            (left, _) => {
                let (with, without) = if left.is_some() {
                    ("here", "there")
                } else {
                    ("there", "here")
                };
                Some(format!("an exception {with}, none {without}"))
            }
        })
        .or_else(|| differs("operation", &a.operation, &b.operation))
        .or_else(|| differs("error.type", &a.error_type, &b.error_type))
        .or_else(|| differs("status", &a.status_template, &b.status_template))
}

fn exceptions_differ(a: &GroupingException, b: &GroupingException) -> Option<String> {
    if let Some(words) = differs("type", &a.kind, &b.kind) {
        return Some(words);
    }
    let frames = |e: &GroupingException| {
        if e.app_frames.is_empty() {
            e.system_frames.clone()
        } else {
            e.app_frames.clone()
        }
    };
    let (left, right) = (frames(a), frames(b));
    for at in 0..left.len().max(right.len()) {
        let (l, r) = (left.get(at), right.get(at));
        if l != r {
            let told = |frame: Option<&String>| {
                frame.map_or("none".to_owned(), |frame| format!("`{}`", call(frame)))
            };
            return Some(format!(
                "call {}: {} here, {} there",
                at + 1,
                told(l),
                told(r)
            ));
        }
    }
    differs("message", &a.template, &b.template)
}

/// A title for an issue: `Type: first line of the message's template`. Holds no id and no secret.
#[must_use]
pub fn title(parts: &GroupingParts) -> String {
    let exception = main(parts).filter(|e| !e.kind.is_empty() || !e.template.is_empty());
    let (kind, text) = match exception {
        Some(e) => (e.kind.as_str(), e.template.as_str()),
        None => (parts.error_type.as_str(), parts.status_template.as_str()),
    };
    let text = text.lines().next().unwrap_or_default();
    let title = match (kind, text) {
        ("", "") if parts.operation.is_empty() => "Error without a name".to_owned(),
        ("", "") => format!("Error in {}", parts.operation),
        (kind, "") if exception.is_none() && !parts.operation.is_empty() => {
            format!("{kind} in {}", parts.operation)
        }
        (kind, "") => kind.to_owned(),
        ("", text) => text.to_owned(),
        (kind, text) => format!("{kind}: {text}"),
    };
    title[..title.floor_char_boundary(TITLE_BYTES_MAX)].to_owned()
}

/// Where an error comes from, in one line: the innermost own call, else the operation.
#[must_use]
pub fn culprit(parts: &GroupingParts) -> String {
    let frame = main(parts).and_then(|e| e.app_frames.first().or(e.system_frames.first()));
    frame.map_or_else(|| parts.operation.clone(), |frame| call(frame))
}

/// `shop/cart.py|add` is told as `add in shop/cart.py`.
fn call(frame: &str) -> String {
    match frame.rsplit_once('|') {
        Some(("", function)) => function.to_owned(),
        Some((place, "")) => place.to_owned(),
        Some((place, function)) => format!("{function} in {place}"),
        None => frame.to_owned(),
    }
}

fn named(name: &str, value: &str) -> Option<String> {
    (!value.is_empty()).then(|| format!("{name}: {value}"))
}

fn differs(name: &str, a: &str, b: &str) -> Option<String> {
    (a != b).then(|| format!("{name}: {} here, {} there", or_none(a), or_none(b)))
}

fn or_none(value: &str) -> String {
    if value.is_empty() {
        "none".to_owned()
    } else {
        format!("`{value}`")
    }
}

fn quoted_list(list: &[String]) -> String {
    list.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grouping::{AlgorithmVersion, key};
    use crate::id::ProjectId;

    fn parts(kind: &str, frames: &[&str], template: &str) -> GroupingParts {
        GroupingParts {
            service: "checkout".into(),
            language: "java".into(),
            exceptions: vec![GroupingException {
                kind: kind.into(),
                template: template.into(),
                app_frames: frames.iter().map(|f| (*f).to_owned()).collect(),
                ..GroupingException::default()
            }],
            ..GroupingParts::default()
        }
    }

    #[test]
    fn evidence_names_what_counts_and_what_does_not() {
        let parts = parts(
            "a.CartException",
            &["a.Cart|add", "a.Shop|order"],
            "no cart <num>",
        );
        let keys = key(
            ProjectId::new([1; 8]).unwrap(),
            &parts,
            AlgorithmVersion::CURRENT,
        );
        let words = explain(&parts, &keys);
        assert_eq!(
            words[0],
            "grouped by type and the project's own calls on the stack"
        );
        for expected in [
            "type: a.CartException",
            "call 1: add in a.Cart",
            "call 2: order in a.Shop",
            "service: checkout",
        ] {
            assert!(
                words.iter().any(|word| word == expected),
                "{expected} in {words:?}"
            );
        }
        assert!(!words.iter().any(|word| word.contains("no cart")));
    }

    #[test]
    fn the_first_difference_is_named() {
        let a = parts("E", &["a|f", "b|g"], "x");
        assert_eq!(nearest_difference(&a, &a.clone()), None);
        assert_eq!(
            nearest_difference(&a, &parts("E", &["a|f", "c|g"], "x")).as_deref(),
            Some("call 2: `g in b` here, `g in c` there")
        );
        assert_eq!(
            nearest_difference(&a, &parts("F", &["a|f"], "x")).as_deref(),
            Some("type: `E` here, `F` there")
        );
        assert_eq!(
            nearest_difference(&a, &parts("E", &["a|f"], "x")).as_deref(),
            Some("call 2: `g in b` here, none there")
        );
    }

    #[test]
    fn titles_are_of_type_and_message() {
        assert_eq!(
            title(&parts("a.E", &[], "no cart <num>\nsecond")),
            "a.E: no cart <num>"
        );
        assert_eq!(title(&parts("a.E", &[], "")), "a.E");
        assert_eq!(title(&parts("", &[], "just text")), "just text");
        let status = GroupingParts {
            error_type: "500".into(),
            operation: "GET /cart".into(),
            ..GroupingParts::default()
        };
        assert_eq!(title(&status), "500 in GET /cart");
        assert_eq!(title(&GroupingParts::default()), "Error without a name");
    }
}

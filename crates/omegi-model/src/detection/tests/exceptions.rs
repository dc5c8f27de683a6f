//! One throw, however often and wherever it was recorded.

use super::kit::*;
use crate::error_event::{ExceptionSource, SpanKind};

/// The stack as the span of `level` sees it: it begins `level` calls further in.
fn python(level: usize) -> String {
    let mut text = String::from("Traceback (most recent call last):\n");
    for n in level..=7 {
        text.push_str(&format!(
            "  File \"/app/shop/step{n}.py\", line {n}0, in step{n}\n    go()\n"
        ));
    }
    text.push_str("ValueError: bad order 17\n");
    text
}

#[test]
fn edge_53_one_exception_on_seven_nested_python_spans_is_one_occurrence() {
    let spans = (1..=7).map(|n| {
        span(n, n - 1, "shop").language("python").threw(
            "ValueError",
            "bad order 17",
            &python(n as usize),
        )
    });
    let event = trace().feed(spans).close().only();
    assert_eq!(event.origin.span_id, Some(id(7)));
    assert_eq!(event.exceptions.len(), 1);
    assert_eq!(event.exceptions[0].recordings, 7);
    assert_eq!(event.exceptions[0].span_id, Some(id(7)));
    assert!(event.escaped);
    assert_eq!(event.grouping.language, "python");
}

#[test]
fn edge_54_java_wrapped_twice_across_levels_is_one_chain_of_three() {
    let inner = java(
        "com.shop.SqlTimeout",
        "no answer in 5 s",
        &["Db.query", "Repo.find", "Service.order", "Web.order"],
    );
    let middle = format!(
        "{}\nCaused by: com.shop.SqlTimeout: no answer in 5 s\n\tat com.shop.Db.query(Shop.java:10)\n\tat com.shop.Repo.find(Shop.java:11)\n\t... 2 more",
        java(
            "com.shop.OrderFailed",
            "order 17",
            &["Service.order", "Web.order"]
        )
    );
    let outer = format!(
        "{}\nCaused by: com.shop.OrderFailed: order 17\n\tat com.shop.Service.order(Shop.java:10)\n\t... 1 more\nCaused by: com.shop.SqlTimeout: no answer in 5 s\n\tat com.shop.Db.query(Shop.java:10)\n\t... 3 more",
        java("com.shop.WebError", "page failed", &["Web.order"])
    );
    let event = trace()
        .feed([
            span(1, 0, "shop")
                .language("java")
                .kind(SpanKind::Server)
                .threw("com.shop.WebError", "page failed", &outer),
            span(2, 1, "shop")
                .language("java")
                .threw("com.shop.OrderFailed", "order 17", &middle),
            span(3, 2, "shop").language("java").threw(
                "com.shop.SqlTimeout",
                "no answer in 5 s",
                &inner,
            ),
            span(4, 3, "shop").language("java").threw(
                "com.shop.SqlTimeout",
                "no answer in 5 s",
                &inner,
            ),
        ])
        .close()
        .only();
    let chain: Vec<_> = event
        .exceptions
        .iter()
        .map(|e| (e.kind.as_str(), e.cause_of))
        .collect();
    let expected = [
        ("com.shop.SqlTimeout", Some(1)),
        ("com.shop.OrderFailed", Some(2)),
        ("com.shop.WebError", None),
    ];
    assert_eq!(chain, expected);
    assert_eq!(event.origin.span_id, Some(id(4)));
    assert!(event.exceptions[0].frames.iter().any(|frame| frame.in_app));
}

#[test]
fn edge_55_event_and_log_of_one_exception_are_one_occurrence_in_any_order() {
    let stack = java("Boom", "no such order", &["A.a", "B.b"]);
    let on_span = || span(1, 0, "shop").threw("Boom", "no such order", &stack);
    let in_log = || {
        let mut log =
            log(1, 1, "shop", 17, "request failed").threw("Boom", "no such order", &stack);
        let time = on_span().end.plus(200 * MILLI);
        log.time = time;
        log.exception.as_mut().unwrap().time = time;
        log
    };
    let together = trace().feed([on_span()]).feed([in_log()]).close();
    let log_first = trace()
        .feed([in_log()])
        .wait(30 * SECOND)
        .feed([on_span()])
        .close();
    for event in [together.only(), log_first.only()] {
        assert_eq!(event.exceptions.len(), 1);
        let exception = &event.exceptions[0];
        assert_eq!(
            exception.sources,
            [ExceptionSource::SpanEvent, ExceptionSource::Log]
        );
        assert_eq!((exception.recordings, exception.handled), (2, Some(false)));
    }
    assert_eq!(together.only().id, log_first.only().id);
}

#[test]
fn edge_57_a_handled_exception_on_a_healthy_span_is_listed_as_handled() {
    let event = trace()
        .feed([span(1, 0, "web")
            .kind(SpanKind::Server)
            .records("Boom", "x", "")])
        .close()
        .only();
    assert!(!event.escaped);
    assert_eq!(event.exceptions[0].handled, Some(true));
}

#[test]
fn edge_63_a_bare_error_status_is_an_event_and_a_404_of_a_server_is_none() {
    let event = trace()
        .feed([span(1, 0, "web").failed("").error_type("timeout")])
        .close()
        .only();
    assert_eq!(event.origin.operation.as_deref(), Some("op1"));
    assert_eq!(event.exceptions[0].kind, "timeout");
    assert_eq!(event.exceptions[0].sources, [ExceptionSource::Status]);
    assert_eq!(event.grouping.error_type, "timeout");
    let quiet = trace()
        .feed([span(1, 0, "web").kind(SpanKind::Server).http(404)])
        .close();
    assert!(quiet.told.is_empty());
}

#[test]
fn edge_63_a_500_of_a_server_without_any_status_is_an_event() {
    let event = trace()
        .feed([span(1, 0, "web").kind(SpanKind::Server).http(503)])
        .close()
        .only();
    assert_eq!(event.exceptions[0].message, "HTTP status 503");
}

#[test]
fn edge_64_type_alone_or_message_alone_is_an_event() {
    for (kind, message) in [("Boom", ""), ("", "it broke")] {
        let event = trace()
            .feed([span(1, 0, "web").threw(kind, message, "")])
            .close()
            .only();
        assert_eq!(
            (
                event.exceptions[0].kind.as_str(),
                event.exceptions[0].message.as_str()
            ),
            (kind, message)
        );
    }
}

#[test]
fn edge_65_escaped_is_believed_over_the_status() {
    let mut span = span(1, 0, "web").records("Boom", "x", "");
    span.exceptions[0].escaped = Some(true);
    let event = trace().feed([span]).close().only();
    assert_eq!(
        (event.exceptions[0].handled, event.escaped),
        (Some(false), true)
    );
}

#[test]
fn edge_66_odd_stacks_are_kept_raw_and_group_alike() {
    let good = java("Boom", "x", &["A.a", "B.b"]);
    let crlf = good.replace('\n', "\r\n");
    let tabless = good.replace('\t', "");
    let keys: Vec<_> = [&good, &crlf, &tabless]
        .map(|stack| {
            let event = trace()
                .feed([span(1, 0, "web").language("java").threw("Boom", "x", stack)])
                .close()
                .only();
            assert_eq!(
                event.exceptions[0].stacktrace.as_deref(),
                Some(stack.as_str())
            );
            event.grouping.key
        })
        .to_vec();
    assert!(keys.iter().all(|key| *key == keys[0]));
    let empty = trace()
        .feed([span(1, 0, "web").threw("Boom", "x", "")])
        .close()
        .only();
    assert_eq!(empty.exceptions[0].stacktrace, None);
}

#[test]
fn edge_67_a_chain_of_1000_causes_is_bounded() {
    let mut stack = java("E0", "m0", &["A.a"]);
    for n in 1..1_000 {
        stack.push_str(&format!(
            "\nCaused by: E{n}: m{n}\n\tat com.shop.A.a{n}(Shop.java:{n})"
        ));
    }
    let event = trace()
        .feed([span(1, 0, "web").language("java").threw("E0", "m0", &stack)])
        .close()
        .only();
    assert!((2..=64).contains(&event.exceptions.len()));
}

#[test]
fn edge_68_all_leaves_of_an_exception_group_are_stored_in_one_event() {
    let mut stack = String::from(
        "  + Exception Group Traceback (most recent call last):\n  |   File \"/app/a.py\", line 1, in run\n  |     go()\n  | ExceptionGroup: many (50 sub-exceptions)\n",
    );
    for n in 1..=50 {
        let dashes = if n == 1 {
            "+-+---------------- "
        } else {
            "  +---------------- "
        };
        stack.push_str(&format!(
            "  {dashes}{n} ----------------\n    | Traceback (most recent call last):\n    |   File \"/app/job.py\", line {n}, in job{n}\n    |     work()\n    | ValueError: leaf {n}\n"
        ));
    }
    stack.push_str("    +------------------------------------\n");
    let event = trace()
        .feed([span(1, 0, "jobs").language("python").threw(
            "ExceptionGroup",
            "many (50 sub-exceptions)",
            &stack,
        )])
        .close()
        .only();
    let leaves = event
        .exceptions
        .iter()
        .filter(|e| e.kind == "ValueError")
        .count();
    assert_eq!(leaves, 50, "{}", event.exceptions.len());
    assert_eq!(event.exceptions[0].message, "leaf 1");
}

#[test]
fn edge_69_a_stack_in_another_language_than_the_sdk_says_is_detected() {
    let event = trace()
        .feed([span(1, 0, "jni")
            .language("java")
            .threw("ValueError", "bad order 17", &python(5))])
        .close()
        .only();
    assert_eq!(event.grouping.language, "python");
}

#[test]
fn an_override_on_the_exception_goes_into_the_parts() {
    let mut span = span(1, 0, "web").threw("Boom", "x", "");
    span.exceptions[0].fingerprint = Some(crate::value::Value::Text("mine".into()));
    assert_eq!(
        trace().feed([span]).close().only().grouping.override_parts,
        ["mine"]
    );
}

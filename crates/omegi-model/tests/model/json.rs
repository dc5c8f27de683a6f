//! OTLP/JSON becomes the protobuf of the same request, or an error; never a crash.

use omegi_model::wire::json::{JsonProblem, RequestKind, to_protobuf};
use omegi_model::wire::{self, Anomaly, Refused, Warning};
use omegi_testkit::otlp::strategy;
use proptest::prelude::*;

/// A trace request whose only span has one attribute with the given value.
fn with_value(value: &str) -> String {
    format!(
        r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{
            "traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174",
            "attributes":[{{"key":"k","value":{value}}}]}}]}}]}}]}}"#
    )
}

/// The value as it is read, or what is wrong with the request.
fn read(value: &str) -> Result<omegi_model::value::Value, JsonProblem> {
    let body = to_protobuf(with_value(value).as_bytes(), RequestKind::Traces);
    let body = body.map_err(|error| error.problem)?.body;
    let span = wire::spans(&body, Refused::NONE).next().unwrap().unwrap();
    Ok(span.attribute("k").unwrap().to_value())
}

fn problem(json: &str) -> Option<JsonProblem> {
    to_protobuf(json.as_bytes(), RequestKind::Traces)
        .err()
        .map(|error| error.problem)
}

#[test]
fn edge_21_a_bare_nan_is_no_json_but_the_text_is_a_double() {
    assert!(read(r#"{"doubleValue":NaN}"#).is_err());
    for (text, value) in [
        ("NaN", "NaN"),
        ("Infinity", "Infinity"),
        ("-Infinity", "-Infinity"),
    ] {
        let read = read(&format!(r#"{{"doubleValue":"{text}"}}"#)).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), value);
    }
    assert!(read(r#"{"doubleValue":"nan"}"#).is_err());
    assert!(read(r#"{"doubleValue":1e999}"#).is_err());
}

#[test]
fn edge_22_whole_numbers_are_exact_or_refused() {
    for number in ["9223372036854775807", r#""9223372036854775807""#] {
        let body = with_value(&format!(r#"{{"intValue":{number}}}"#));
        let body = to_protobuf(body.as_bytes(), RequestKind::Traces)
            .unwrap()
            .body;
        let span = wire::spans(&body, Refused::NONE).next().unwrap().unwrap();
        assert_eq!(span.attribute("k").unwrap().as_i64(), Some(i64::MAX));
    }
    for number in ["1.0", "1e0", "\"1\"", "1.0e0"] {
        let read = read(&format!(r#"{{"intValue":{number}}}"#));
        assert_eq!(read, Ok(omegi_model::value::Value::Int(1)), "{number}");
    }
    for number in [
        "9223372036854775808",
        r#""9223372036854775808""#,
        "1.5",
        "1e30",
        "\"\"",
        "\"+1\"",
    ] {
        let read = read(&format!(r#"{{"intValue":{number}}}"#));
        assert_eq!(read, Err(JsonProblem::Number), "{number}");
    }
    assert_eq!(
        problem(r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":"-1"}]}]}]}"#),
        Some(JsonProblem::Number),
        "negative for unsigned"
    );
}

#[test]
fn edge_23_base64_is_read_with_and_without_padding_in_both_alphabets() {
    let padded = read(r#"{"bytesValue":"+/8="}"#).unwrap();
    for other in ["+/8", "-_8", "-_8="] {
        assert_eq!(
            read(&format!(r#"{{"bytesValue":"{other}"}}"#)),
            Ok(padded.clone()),
            "{other}"
        );
    }
    assert_eq!(read(r#"{"bytesValue":"a"}"#), Err(JsonProblem::Base64));
    assert_eq!(read(r#"{"bytesValue":"***"}"#), Err(JsonProblem::Base64));
}

#[test]
fn edge_24_base64_ids_are_refused_with_a_telling_warning() {
    let upper = with_value("{}");
    let base64 = upper
        .replace(
            "5B8EFFF798038103D269B633813FC60C",
            "W47/95gDgQPSabYzgT/GDA==",
        )
        .replace("EEE19B7EC3C1B174", "7uGbfsPBsXQ=");
    let lower = to_protobuf(
        upper
            .to_lowercase()
            .replace("traceid", "traceId")
            .as_bytes(),
        RequestKind::Traces,
    );
    assert!(lower.is_ok());
    let transcoded = to_protobuf(base64.as_bytes(), RequestKind::Traces).unwrap();
    assert_eq!(transcoded.warnings.count(Warning::Base64Id), 2);
    let inspection =
        wire::inspect(&transcoded.body, omegi_model::envelope::Signal::Traces).unwrap();
    assert_eq!((inspection.records, inspection.refused.count()), (1, 1));
    let short = to_protobuf(upper.replace("5B8E", "5B").as_bytes(), RequestKind::Traces).unwrap();
    assert_eq!(short.warnings.count(Warning::NotHexId), 1);
}

#[test]
fn edge_25_snake_case_keys_are_ignored_and_enum_names_are_borne_with_a_warning() {
    let snake = to_protobuf(br#"{"resource_spans":[{"a":1}]}"#, RequestKind::Traces).unwrap();
    assert!(snake.body.is_empty());
    assert_eq!(snake.warnings.count(Warning::SnakeCaseKey), 1);
    let named = with_value("{}").replace(
        "\"attributes\"",
        r#""kind":"SPAN_KIND_SERVER","attributes""#,
    );
    let named = to_protobuf(named.as_bytes(), RequestKind::Traces).unwrap();
    assert_eq!(named.warnings.count(Warning::EnumName), 1);
    let span = wire::spans(&named.body, Refused::NONE)
        .next()
        .unwrap()
        .unwrap();
    assert_eq!(span.kind(), omegi_model::error_event::SpanKind::Server);
}

#[test]
fn edge_26_unknown_fields_are_ignored_whatever_they_hold() {
    for unknown in [
        "1",
        "\"x\"",
        "null",
        "true",
        "[[],{},[1,{\"a\":[]}]]",
        r#"{"a":{"b":[1]}}"#,
    ] {
        let json = format!(r#"{{"extra":{unknown},"resourceSpans":[{{"more":{unknown}}}]}}"#);
        assert!(
            to_protobuf(json.as_bytes(), RequestKind::Traces)
                .unwrap()
                .warnings
                .is_empty()
        );
    }
    let kind = with_value("{}").replace("\"attributes\"", "\"kind\":77,\"attributes\"");
    assert!(
        to_protobuf(kind.as_bytes(), RequestKind::Traces).is_ok(),
        "unknown enum number"
    );
}

#[test]
fn edge_27_an_empty_request_is_one_and_blanks_are_none() {
    for empty in [
        "{}",
        " {\n} ",
        "\u{feff}{}",
        r#"{"resourceSpans":[]}"#,
        r#"{"resourceSpans":null}"#,
    ] {
        assert_eq!(problem(empty), None, "{empty}");
    }
    for (bad, expected) in [
        ("", JsonProblem::End),
        ("  \n", JsonProblem::End),
        ("[]", JsonProblem::Expected("an object")),
        ("{} {}", JsonProblem::Trailing),
        (r#"{"resourceSpans":{}}"#, JsonProblem::Expected("an array")),
        (
            r#"{"resourceSpans":[1]}"#,
            JsonProblem::Expected("an object"),
        ),
        (
            r#"{"resourceSpans":[],}"#,
            JsonProblem::Expected("a string"),
        ),
        (r#"{"a":01}"#, JsonProblem::Unexpected),
        (r#"{"a":"\x"}"#, JsonProblem::Escape),
        ("{\"a\":\"\u{1}\"}", JsonProblem::Unexpected),
    ] {
        assert_eq!(problem(bad), Some(expected), "{bad}");
    }
}

#[test]
fn edge_18_deep_nesting_is_cut_or_refused_and_never_overflows_the_stack() {
    for open in ["[", "{\"a\":", "{\"a\":["] {
        assert!(problem(&format!("{{\"x\":{}", open.repeat(100_000))).is_some());
    }
    let unknown = format!(r#"{{"x":{}1{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(problem(&unknown), None);
    let open = r#"{"arrayValue":{"values":["#.repeat(10_000);
    let deep = with_value(&format!("{open}{{}}{}", "]}}".repeat(10_000)));
    // An AnyValue is left unread below its limit, within what is skipped at all.
    let result = to_protobuf(deep.as_bytes(), RequestKind::Traces);
    assert_eq!(result.unwrap_err().problem, JsonProblem::TooDeep);
    let open = r#"{"arrayValue":{"values":["#.repeat(1_000);
    let deep = with_value(&format!("{open}{{}}{}", "]}}".repeat(1_000)));
    let cut = to_protobuf(deep.as_bytes(), RequestKind::Traces).unwrap();
    assert_eq!(cut.warnings.count(Warning::Cut), 1);
}

#[test]
fn texts_that_no_text_can_hold_are_replaced() {
    let text = |json: &str| read(&format!(r#"{{"stringValue":"{json}"}}"#)).unwrap();
    let is = |text: &str| omegi_model::value::Value::Text(text.into());
    assert_eq!(text(r"a\u0000b"), is("a\u{fffd}b"));
    assert_eq!(text(r"\ud83d\ude00"), is("😀"));
    assert_eq!(text(r"\ud83d"), is("\u{fffd}"));
    assert_eq!(text(r"\ud83dx"), is("\u{fffd}x"));
    assert_eq!(text(r"\ud83d\u0041"), is("\u{fffd}A"));
    assert_eq!(text(r#"\"\\\/\b\f\n\r\t"#), is("\"\\/\u{8}\u{c}\n\r\t"));
}

#[test]
fn the_last_of_equal_keys_counts_and_null_is_absent() {
    assert_eq!(
        read(r#"{"stringValue":"a","intValue":1}"#),
        Ok(omegi_model::value::Value::Int(1))
    );
    assert_eq!(
        read(r#"{"intValue":1,"stringValue":null}"#),
        Ok(omegi_model::value::Value::Int(1))
    );
    assert_eq!(read("{}"), Ok(omegi_model::value::Value::Null));
}

#[test]
fn string_table_references_are_absent_and_warned_of() {
    let json = with_value(r#"{"stringValueStrindex":3}"#);
    let transcoded = to_protobuf(json.as_bytes(), RequestKind::Traces).unwrap();
    assert_eq!(transcoded.warnings.count(Warning::StringReference), 1);
}

proptest! {
    #[test]
    fn json_and_protobuf_of_a_request_read_alike(request in strategy::requests()) {
        let json = request.traces_json().to_string();
        let from_json = to_protobuf(json.as_bytes(), RequestKind::Traces).unwrap().body;
        let from_protobuf = request.traces_protobuf();
        let (left, right) = (describe(&from_json), describe(&from_protobuf));
        prop_assert_eq!(left, right);
    }

    #[test]
    fn any_bytes_are_json_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
        let _ = to_protobuf(&bytes, RequestKind::Traces);
    }

    #[test]
    fn damaged_json_is_transcoded_or_refused(
        request in strategy::requests(),
        at in any::<prop::sample::Index>(),
        byte in prop::sample::select(b"{}[]\",:0-n\\\x00\xff".to_vec()),
    ) {
        let mut json = request.logs_json().to_string().into_bytes();
        let at = at.index(json.len());
        json[at] = byte;
        if let Ok(transcoded) = to_protobuf(&json, RequestKind::Logs) {
            // What we write we must be able to read.
            let signal = omegi_model::envelope::Signal::Logs;
            prop_assert!(wire::inspect(&transcoded.body, signal).is_ok());
        }
    }
}

/// All that is read of a request's spans; NaN is equal to itself.
fn describe(body: &[u8]) -> Vec<String> {
    let spans = wire::spans(body, Refused::NONE).map(Result::unwrap);
    let describe = |span: wire::SpanRef<'_>| {
        let attributes: Vec<_> = span
            .attributes()
            .map(|(key, value)| (key.into_owned(), value.to_value()))
            .collect();
        let events: Vec<_> = span
            .events()
            .map(|event| {
                (
                    event.time(),
                    event.name().into_owned(),
                    event.to_attributes(),
                )
            })
            .collect();
        let ids = (span.trace_id(), span.span_id(), span.parent_span_id());
        let times = (
            span.start(),
            span.end(),
            span.anomalies().contains(Anomaly::ZeroTime),
        );
        let words = (span.name().into_owned(), span.trace_state().into_owned());
        let header = (
            span.kind(),
            span.status(),
            span.flags(),
            span.links().count(),
        );
        format!("{ids:?} {times:?} {words:?} {header:?} {attributes:?} {events:?}")
    };
    spans.map(describe).collect()
}

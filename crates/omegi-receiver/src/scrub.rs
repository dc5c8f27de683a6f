//! Masks well-known secrets before anything is stored.
//!
//! One pass of a multi-pattern search over the whole body spares nearly all of them the rest. What
//! is found is overwritten with `*`, byte for byte, so that no length in the message changes and a
//! body without a secret stays as the client sent it.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use omegi_model::wire::json::RequestKind;
use omegi_model::wire::texts;

/// Words that make the value of a key a secret; also in texts, before `=` or `:`.
const NAMES: [&str; 11] = [
    "password",
    "passwd",
    "secret",
    "authorization",
    "cookie",
    "api_key",
    "apikey",
    "api-key",
    "access_token",
    "refresh_token",
    "private_key",
];

/// What a secret itself begins with: the start, how many characters follow at least, and the mark
/// that has to be among them.
const STARTS: [(&str, usize, Option<u8>); 8] = [
    ("omgs_", 16, None),
    ("omgu_", 16, None),
    ("bearer ", 8, None),
    ("basic ", 8, None),
    // A JSON Web Token: three parts, the first of which is an object in base64.
    ("eyJ", 24, Some(b'.')),
    ("AKIA", 16, None),
    ("ASIA", 16, None),
    ("ghp_", 30, None),
];

static PATTERNS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let patterns = NAMES
        .iter()
        .copied()
        .chain(STARTS.iter().map(|(start, _, _)| *start));
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostFirst)
        .build(patterns)
        .ok()
});

/// `body` with its secrets masked; `None` where there are none.
///
/// `body`: a protobuf request of `kind`.
pub(crate) fn scrub(body: &[u8], kind: RequestKind) -> Option<Vec<u8>> {
    let patterns = PATTERNS.as_ref()?;
    patterns.find(body)?;
    let mut secrets = Vec::new();
    texts(body, kind, &mut |text| {
        let value = body.get(text.place.clone()).unwrap_or_default();
        if text.key.is_some_and(is_secret_key) {
            secrets.push(text.place);
        } else {
            let start = text.place.start;
            find_in(patterns, value, &mut |found| {
                secrets.push(start + found.start..start + found.end);
            });
        }
    });
    secrets.retain(|place| !place.is_empty());
    if secrets.is_empty() {
        return None;
    }
    let mut masked = body.to_vec();
    for place in secrets {
        masked.get_mut(place).unwrap_or_default().fill(b'*');
    }
    Some(masked)
}

/// Only the last part of a key counts: `db.password`, not `password.rules.count`.
fn is_secret_key(key: &[u8]) -> bool {
    let last = key.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    let last = last.to_ascii_lowercase();
    NAMES
        .iter()
        .any(|name| last.windows(name.len()).any(|part| part == name.as_bytes()))
}

/// The secrets within a text.
fn find_in(patterns: &AhoCorasick, text: &[u8], found: &mut dyn FnMut(Range<usize>)) {
    for hit in patterns.find_iter(text) {
        let rest = text.get(hit.end()..).unwrap_or_default();
        let secret = match hit.pattern().as_usize().checked_sub(NAMES.len()) {
            None => assigned(rest),
            Some(index) => STARTS
                .get(index)
                .and_then(|(_, min, mark)| token(rest, *min, *mark)),
        };
        if let Some(secret) = secret {
            found(hit.end() + secret.start..hit.end() + secret.end);
        }
    }
}

/// What is assigned in a rest such as `=hunter2&x=1` or `": "hunter2"`.
fn assigned(rest: &[u8]) -> Option<Range<usize>> {
    let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'' | b'\\');
    let quotes = rest.iter().take_while(|byte| is_quote(byte)).count();
    if !matches!(rest.get(quotes), Some(b'=' | b':')) {
        return None;
    }
    let after = rest.get(quotes + 1..)?;
    let blank = after
        .iter()
        .take_while(|byte| **byte == b' ' || is_quote(byte))
        .count();
    let start = quotes + 1 + blank;
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"&,;\"'\\)}]".contains(byte);
    let length = rest
        .get(start..)?
        .iter()
        .take_while(|byte| !ends(byte))
        .count();
    (length > 0).then_some(start..start + length)
}

/// The run of token characters at the beginning of `rest`.
fn token(rest: &[u8], length_min: usize, mark: Option<u8>) -> Option<Range<usize>> {
    let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-~+/=".contains(byte);
    let length = rest.iter().take_while(|byte| is_token(byte)).count();
    let run = rest.get(..length)?;
    let fits = length >= length_min && mark.is_none_or(|mark| run.contains(&mark));
    fits.then_some(0..length)
}

#[cfg(test)]
mod tests {
    use omegi_model::wire::{self, Refused};
    use omegi_testkit::otlp;

    use super::*;

    fn scrubbed(key: &str, value: &str) -> Option<String> {
        let request = otlp::request()
            .resource("a")
            .span("s")
            .attribute(key, value);
        let body = scrub(&request.traces_protobuf(), RequestKind::Traces)?;
        let span = wire::spans(&body, Refused::NONE).next()?.unwrap();
        span.attribute(key)?.as_str().map(ToOwned::to_owned)
    }

    #[test]
    fn edge_70_secrets_are_masked_where_they_stand() {
        for (key, value, expected) in [
            ("db.password", "hunter2", "*******"),
            ("http.request.header.Authorization", "x", "*"),
            ("url.full", "/a?api_key=abc&b=1", "/a?api_key=***&b=1"),
            (
                "message",
                r#"{"password": "abc", "b": 1}"#,
                r#"{"password": "***", "b": 1}"#,
            ),
            ("message", "Bearer abcdefgh1 sent", "Bearer ********* sent"),
            (
                "message",
                "token omgs_0123456789abcdef!",
                "token omgs_****************!",
            ),
            (
                "message",
                "key AKIA0123456789ABCDEF",
                "key AKIA****************",
            ),
            (
                "m",
                "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x",
                "eyJ***********************************",
            ),
        ] {
            assert_eq!(
                scrubbed(key, value).as_deref(),
                Some(expected),
                "{key}: {value}"
            );
        }
    }

    #[test]
    fn what_is_no_secret_stays_untouched() {
        for (key, value) in [
            ("password.rules.count", "7"),
            ("message", "wrong password for kim"),
            ("message", "bearer of news"),
            ("message", "basic auth"),
            ("http.route", "/secrets/{id}"),
            ("message", "eyJ is how it begins"),
        ] {
            assert_eq!(scrubbed(key, value), None, "{key}: {value}");
        }
    }

    #[test]
    fn secrets_are_masked_in_events_logs_and_status() {
        let request = otlp::request()
            .resource("a")
            .span("s")
            .exception("E", "bad password=abc", "at f")
            .log("bad password=abc")
            .attribute("secret", "abc");
        for (body, kind) in [
            (request.traces_protobuf(), RequestKind::Traces),
            (request.logs_protobuf(), RequestKind::Logs),
        ] {
            let masked = scrub(&body, kind).unwrap();
            assert_eq!(masked.len(), body.len());
            assert!(
                memfind(&body, b"abc") && !memfind(&masked, b"abc"),
                "{kind:?}"
            );
        }
    }

    fn memfind(body: &[u8], text: &[u8]) -> bool {
        body.windows(text.len()).any(|part| part == text)
    }
}

//! What a note about an issue rests on, and how much a new issue is like it.

use serde::{Deserialize, Serialize};

use crate::id::Fingerprint;

/// Frames that count.
const FRAMES_MAX: usize = 8;
/// From here on a note is offered: the type alone is not enough, the type and a frame are.
const OFFER_FROM: u32 = 400;

/// The evidence of an issue: what stays when its group key changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// The group key then.
    pub key: Option<Fingerprint>,
    /// Type of the origin's exception; empty without one.
    #[serde(rename = "type")]
    pub kind: String,
    /// Template of the message.
    pub template: String,
    /// In-app frames, innermost first, normalised.
    pub frames: Vec<String>,
    /// Route or span name of the origin.
    pub operation: String,
    /// Service of the origin.
    pub service: String,
}

impl Anchor {
    /// At most as many frames and bytes as are kept.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        const TEXT_BYTES_MAX: usize = 1_024;
        self.frames.truncate(FRAMES_MAX);
        let texts = [
            &mut self.kind,
            &mut self.template,
            &mut self.operation,
            &mut self.service,
        ];
        for text in texts.into_iter().chain(&mut self.frames) {
            let end = text.floor_char_boundary(TEXT_BYTES_MAX);
            text.truncate(end);
        }
        self
    }
}

/// How much two faults are alike, and in what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Likeness {
    /// 1 to 1000.
    pub score: u32,
    /// What they share, strongest first: `key`, `frames`, `type`, `message`, `operation`, `service`.
    pub shared: Vec<String>,
}

/// What a fault shares with an anchor; none where that is too little to offer its notes.
#[must_use]
pub fn likeness(anchor: &Anchor, fault: &Anchor) -> Option<Likeness> {
    let same = |a: &str, b: &str| !a.is_empty() && a == b;
    let mut shared = Vec::new();
    let mut score = 0;
    let mut add = |name: &str, points: u32| {
        if points > 0 {
            shared.push((points, name.to_owned()));
            score += points;
        }
    };
    add(
        "key",
        if anchor.key.is_some() && anchor.key == fault.key {
            1_000
        } else {
            0
        },
    );
    let frames = fault
        .frames
        .iter()
        .filter(|frame| anchor.frames.contains(frame))
        .count();
    let longest = anchor.frames.len().max(fault.frames.len()).max(1);
    // Half of it for any common frame at all, the rest by how many are common.
    let points = if frames == 0 {
        0
    } else {
        200 + 200 * frames / longest
    };
    add("frames", u32::try_from(points).unwrap_or(u32::MAX));
    add(
        "type",
        if same(&anchor.kind, &fault.kind) {
            200
        } else {
            0
        },
    );
    add(
        "message",
        if same(&anchor.template, &fault.template) {
            200
        } else {
            0
        },
    );
    add(
        "operation",
        if same(&anchor.operation, &fault.operation) {
            100
        } else {
            0
        },
    );
    add(
        "service",
        if same(&anchor.service, &fault.service) {
            50
        } else {
            0
        },
    );
    if score < OFFER_FROM {
        return None;
    }
    shared.sort_by(|a, b| b.cmp(a));
    Some(Likeness {
        score: score.min(1_000),
        shared: shared.into_iter().map(|(_, name)| name).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anchor(kind: &str, template: &str, frames: &[&str], operation: &str) -> Anchor {
        Anchor {
            key: Some(Fingerprint::of(
                "t",
                &[kind.as_bytes(), operation.as_bytes()],
            )),
            kind: kind.to_owned(),
            template: template.to_owned(),
            frames: frames.iter().map(|frame| (*frame).to_owned()).collect(),
            operation: operation.to_owned(),
            service: "cart".to_owned(),
        }
    }

    #[test]
    fn notes_are_offered_for_faults_that_share_enough() {
        let known = anchor(
            "NullPointer",
            "x is null",
            &["Cart.add", "Cart.check"],
            "POST /cart",
        );
        for (what, fault, shared) in [
            ("the same", known.clone(), Some("key")),
            (
                "other route, same code",
                anchor(
                    "NullPointer",
                    "x is null",
                    &["Cart.add", "Api.put"],
                    "PUT /cart",
                ),
                Some("frames"),
            ),
            (
                "renamed type, same code and route",
                anchor(
                    "IllegalState",
                    "gone",
                    &["Cart.add", "Cart.check"],
                    "POST /cart",
                ),
                Some("frames"),
            ),
            (
                "same type and message, no stack",
                anchor("NullPointer", "x is null", &[], "GET /x"),
                Some("type"),
            ),
            (
                "same type only",
                anchor("NullPointer", "y is null", &["Other.run"], "GET /x"),
                None,
            ),
            (
                "same route only",
                anchor("Timeout", "late", &["Net.read"], "POST /cart"),
                None,
            ),
        ] {
            let found = likeness(&known, &fault);
            assert_eq!(
                found.as_ref().map(|found| found.shared[0].as_str()),
                shared,
                "{what}"
            );
        }
    }

    #[test]
    fn nothing_shared_is_not_alike_even_when_all_is_empty() {
        assert_eq!(likeness(&Anchor::default(), &Anchor::default()), None);
    }

    #[test]
    fn an_anchor_is_bounded_on_a_character() {
        let long = Anchor {
            kind: "오".repeat(2_000),
            frames: vec!["f".into(); 50],
            ..Anchor::default()
        };
        let bounded = long.bounded();
        assert!(bounded.kind.len() <= 1_024 && bounded.kind.ends_with('오'));
        assert_eq!(bounded.frames.len(), FRAMES_MAX);
    }
}

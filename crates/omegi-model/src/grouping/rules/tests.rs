use serde_json::json;

use super::*;
use crate::error_event::GroupingException;
use crate::stack::Frame;

fn project() -> ProjectId {
    ProjectId::new([1; 8]).unwrap()
}

fn exception(kind: &str, message: &str, module: &str) -> Exception {
    Exception {
        kind: kind.into(),
        message: message.into(),
        stacktrace: None,
        frames: vec![Frame {
            module: module.into(),
            function: "run".into(),
            ..Frame::default()
        }],
        cause_of: None,
        span_id: None,
        sources: Vec::new(),
        handled: None,
        recordings: 1,
    }
}

fn parts(kind: &str) -> GroupingParts {
    GroupingParts {
        service: "checkout".into(),
        exceptions: vec![GroupingException {
            kind: kind.into(),
            template: "no <num>".into(),
            ..Default::default()
        }],
        ..GroupingParts::default()
    }
}

fn rules(json: serde_json::Value) -> RuleSet {
    RuleSet::parse(&json).unwrap()
}

#[test]
fn the_first_rule_that_fits_decides() {
    let set = rules(json!({"version": 7, "rules": [
        {"name": "other service", "match": {"service": "cart"}, "fingerprint": ["a"]},
        {"name": "timeouts", "match": {"type": "*Timeout*", "frame": "com.acme.*", "attributes": {"http.route": "/cart*"}},
         "fingerprint": ["timeout", "{{ attributes.region }}"]},
        {"match": {"message": "*"}, "fingerprint": "rest"},
    ]}));
    assert_eq!((set.version(), set.len()), (7, 3));
    let attributes = Attributes::from([
        ("http.route".to_owned(), Value::Text("/cart/{id}".into())),
        ("region".to_owned(), Value::Int(3)),
    ]);
    let (a, b) = (parts("SocketTimeout"), parts("ReadTimeout"));
    let one = [exception("SocketTimeout", "x", "com.acme.Cart")];
    let two = [exception("ReadTimeout", "y", "com.acme.Shop")];
    let of = |parts, exceptions| {
        set.keys(
            project(),
            RuleInput {
                parts,
                exceptions,
                attributes: &attributes,
            },
            AlgorithmVersion::CURRENT,
        )
    };
    assert_eq!(of(&a, &one).rule.as_deref(), Some("timeouts"));
    assert_eq!(of(&a, &one).keys.group, of(&b, &two).keys.group);
    let elsewhere = [exception("SocketTimeout", "x", "org.other.Cart")];
    assert_eq!(of(&a, &elsewhere).rule.as_deref(), Some("rule 3"));
}

#[test]
fn a_fingerprint_of_the_sender_stands_above_rules() {
    let set = rules(json!({"rules": [{"match": {"type": "*"}, "fingerprint": ["all"]}]}));
    let sent = GroupingParts {
        override_parts: vec!["mine".into()],
        ..parts("E")
    };
    let input = RuleInput {
        parts: &sent,
        exceptions: &[exception("E", "", "m")],
        attributes: &Attributes::new(),
    };
    let ruled = set.keys(project(), input, AlgorithmVersion::CURRENT);
    assert_eq!(ruled.rule, None);
    assert_eq!(ruled.keys, key(project(), &sent, AlgorithmVersion::CURRENT));
}

#[test]
fn default_refines_the_algorithm_instead_of_replacing_it() {
    let set = rules(
        json!({"rules": [{"match": {"type": "*"}, "fingerprint": ["{{ default }}", "{{ attributes.shard }}"]}]}),
    );
    let attributes = Attributes::from([("shard".to_owned(), Value::Int(1))]);
    let group = |kind: &str| {
        let parts = parts(kind);
        let input = RuleInput {
            parts: &parts,
            exceptions: &[exception(kind, "", "m")],
            attributes: &attributes,
        };
        set.keys(project(), input, AlgorithmVersion::CURRENT)
            .keys
            .group
    };
    assert_ne!(group("E"), group("F"));
    assert_eq!(group("E"), group("E"));
}

#[test]
fn a_merge_names_its_issue_and_keeps_the_keys() {
    let issue = "0123456789abcdef0123456789abcdef";
    let set =
        rules(json!({"rules": [{"name": "dup", "match": {"type": "E"}, "merge_into": issue}]}));
    let parts = parts("E");
    let input = RuleInput {
        parts: &parts,
        exceptions: &[exception("E", "", "m")],
        attributes: &Attributes::new(),
    };
    let ruled = set.keys(project(), input, AlgorithmVersion::CURRENT);
    assert_eq!(
        ruled.merge_into.map(|id| id.to_string()).as_deref(),
        Some(issue)
    );
    assert_eq!(
        ruled.keys,
        key(project(), &parts, AlgorithmVersion::CURRENT)
    );
}

#[test]
fn every_mistake_is_told_with_rule_and_field() {
    let json = json!({"version": "x", "rules": [
        {"match": {"typ": "a"}, "fingerprint": []},
        {"match": {"type": 5}, "merge_into": "zz"},
        {"match": {"type": "a"}, "fingerprint": ["{{ nope }}"]},
        {"match": {}},
    ]});
    let errors: Vec<String> = RuleSet::parse(&json)
        .unwrap_err()
        .0
        .iter()
        .map(ToString::to_string)
        .collect();
    for expected in [
        "version: must be a whole number",
        "rules[0].match.typ: is unknown",
        "rules[0].fingerprint: must have 1 to 16 parts",
        "rules[1].merge_into: must be an issue id of 32 hex digits",
        "rules[2].fingerprint: knows no variable `nope`",
        "rules[3].match: must name at least one field",
        "rules[3].fingerprint: is missing: a rule needs `fingerprint` or `merge_into`",
    ] {
        assert!(
            errors.iter().any(|error| error == expected),
            "{expected} in {errors:#?}"
        );
    }
}

//! The keys, from stack texts on.

use super::*;
use crate::error_event::GroupingParts;
use crate::id::ProjectId;
use crate::stack::{self, Language, Relation};
use crate::value::Value;

fn project() -> ProjectId {
    ProjectId::new([1; 8]).unwrap()
}

/// The parts of an error whose only source is a stack text.
fn parts_of(service: &str, text: &str) -> GroupingParts {
    let parsed = stack::parse(text, None);
    let mut exceptions: Vec<InputException<'_>> = parsed
        .exceptions
        .iter()
        .filter(|e| !matches!(e.relation, Relation::SuppressedBy(_)))
        .map(|e| InputException {
            kind: &e.kind,
            message: &e.message,
            frames: &e.frames,
        })
        .collect();
    exceptions.reverse();
    parts(&GroupingInput {
        service,
        language: parsed.language,
        exceptions,
        ..GroupingInput::default()
    })
}

fn keys_of(parts: &GroupingParts) -> Keys {
    key(project(), parts, AlgorithmVersion::CURRENT)
}

fn stackless(kind: &str, message: &str) -> GroupingParts {
    parts(&GroupingInput {
        service: "cart",
        language: Some(Language::Java),
        exceptions: vec![InputException {
            kind,
            message,
            frames: &[],
        }],
        ..GroupingInput::default()
    })
}

#[test]
fn edge_71_the_same_error_with_other_ids_is_one_group() {
    let a = stackless(
        "E",
        "order 8812 of ann@x.io failed on ts-cart-5d9f7c6b8-x2x4z:8080 at 2024-01-02T03:04:05Z: 550e8400-e29b-41d4-a716-446655440000",
    );
    let b = stackless(
        "E",
        "order 17 of bob.lee@y.org failed on ts-cart-77b8d9c6f-qq2lm:9090 at 2025-11-22T13:14:15Z: 7d444840-9dc0-11d1-b245-5ffdce74fad2",
    );
    assert_eq!(keys_of(&a).group, keys_of(&b).group);
    assert_ne!(
        keys_of(&a).group,
        keys_of(&stackless("E", "order 1 cancelled")).group
    );
}

#[test]
fn edge_72_call_sites_part_groups_and_messages_part_sub_groups() {
    let text = |message: &str, method: &str| {
        format!(
            "a.CartException: {message}\n\tat com.acme.Cart.{method}(Cart.java:5)\n\tat com.acme.Shop.run(Shop.java:9)"
        )
    };
    let one = keys_of(&parts_of("cart", &text("empty", "add")));
    let other_site = keys_of(&parts_of("cart", &text("empty", "remove")));
    let other_message = keys_of(&parts_of("cart", &text("full", "add")));
    assert_ne!(one.group, other_site.group);
    assert_eq!(one.group, other_message.group);
    assert_ne!(one.fine, other_message.fine);
}

#[test]
fn edge_76_localised_messages_part_groups_only_without_a_stack() {
    let text = |message: &str| format!("a.E: {message}\n\tat com.acme.Cart.add(Cart.java:5)");
    let group = |text: &str| keys_of(&parts_of("cart", text)).group;
    assert_eq!(group(&text("not found")), group(&text("찾을 수 없습니다")));
    assert_ne!(
        keys_of(&stackless("a.E", "not found")).group,
        keys_of(&stackless("a.E", "nicht gefunden")).group
    );
}

#[test]
fn edge_78_overrides_are_joined_as_text_ignored_or_spliced() {
    let with = |value: Value| {
        parts(&GroupingInput {
            service: "cart",
            exceptions: vec![InputException {
                kind: "E",
                message: "m",
                frames: &[],
            }],
            fingerprint: Some(&value),
            ..GroupingInput::default()
        })
    };
    let numbers = with(Value::List(vec![
        Value::Text("a".into()),
        Value::Int(5),
        Value::Bool(true),
    ]));
    assert_eq!(numbers.override_parts, ["a", "5", "true"]);
    assert_eq!(
        keys_of(&numbers).group,
        keys_of(&with(Value::List(vec![
            Value::Text("a".into()),
            Value::Text("5".into()),
            Value::Text("true".into())
        ])))
        .group
    );
    let plain = parts(&GroupingInput {
        service: "cart",
        exceptions: vec![InputException {
            kind: "E",
            message: "m",
            frames: &[],
        }],
        ..GroupingInput::default()
    });
    assert_eq!(
        keys_of(&with(Value::List(Vec::new()))).group,
        keys_of(&plain).group
    );
    let spliced = with(Value::List(vec![
        Value::Text("{{ default }}".into()),
        Value::Text("x".into()),
    ]));
    assert_ne!(keys_of(&spliced).group, keys_of(&plain).group);
    let default = |kind: &str| {
        let value = Value::Text("{{default}}".into());
        let exceptions = vec![InputException {
            kind,
            message: "m",
            frames: &[],
        }];
        keys_of(&parts(&GroupingInput {
            exceptions,
            fingerprint: Some(&value),
            ..GroupingInput::default()
        }))
        .group
    };
    assert_ne!(default("E"), default("F"));
}

#[test]
fn edge_79_parts_that_join_alike_give_different_keys() {
    let with = |a: &str, b: &str| {
        let list = Value::List(vec![Value::Text(a.into()), Value::Text(b.into())]);
        keys_of(&parts(&GroupingInput {
            fingerprint: Some(&list),
            ..GroupingInput::default()
        }))
        .group
    };
    assert_ne!(with("ab", "c"), with("a", "bc"));
}

#[test]
fn edge_84_a_service_counts_by_its_name_not_by_its_pod() {
    let text = "a.E: x\n\tat com.acme.Cart.add(Cart.java:5)";
    let keys = |service: &str| keys_of(&parts_of(service, text));
    assert_eq!(keys("cart").group, keys("cart-5d9f7c6b8-x2x4z").group);
    assert_ne!(keys("cart").group, keys("shop").group);
    assert_eq!(keys("cart").cause_family, keys("shop").cause_family);
}

#[test]
fn edge_63_a_status_without_exception_groups_by_operation() {
    let of = |operation: &str, error_type: &str| {
        keys_of(&parts(&GroupingInput {
            service: "cart",
            operation,
            error_type,
            ..GroupingInput::default()
        }))
        .group
    };
    assert_eq!(of("GET /cart/17", "500"), of("GET /cart/18", "500"));
    assert_ne!(of("GET /cart/17", "500"), of("GET /order/17", "500"));
    assert_ne!(of("GET /cart", "500"), of("GET /cart", "timeout"));
}

#[test]
fn edge_64_a_type_or_a_message_alone_is_enough() {
    assert_ne!(
        keys_of(&stackless("E", "")).group,
        keys_of(&stackless("F", "")).group
    );
    assert_ne!(
        keys_of(&stackless("", "cart is empty")).group,
        keys_of(&stackless("", "cart is full")).group
    );
}

#[test]
fn edge_80_versions_of_the_algorithm_are_told_apart() {
    assert_eq!(
        AlgorithmVersion::new(AlgorithmVersion::CURRENT.number()),
        Some(AlgorithmVersion::CURRENT)
    );
    assert_eq!(AlgorithmVersion::new(0), None);
    assert_eq!(AlgorithmVersion::new(999), None);
}

#[test]
fn a_carrier_does_not_hide_what_it_carries() {
    let text = |carrier: &str| {
        format!(
            "{carrier}: a.CartException: x\n\tat java.util.concurrent.FutureTask.get(FutureTask.java:1)\nCaused by: a.CartException: x\n\tat com.acme.Cart.add(Cart.java:5)"
        )
    };
    let a = keys_of(&parts_of(
        "cart",
        &text("java.util.concurrent.ExecutionException"),
    ));
    let b = keys_of(&parts_of(
        "cart",
        &text("java.util.concurrent.CompletionException"),
    ));
    let bare = keys_of(&parts_of(
        "cart",
        "a.CartException: x\n\tat com.acme.Cart.add(Cart.java:5)",
    ));
    assert_eq!(a.group, b.group);
    assert_eq!(a.group, bare.group);
}

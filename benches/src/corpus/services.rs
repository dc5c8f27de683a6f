//! The forty services of the generated corpus: names, languages, operations, who calls whom.
//!
//! Invariant: a service calls only services of higher number, so no call chain runs in a ring.

use omegi_testkit::otlp::Value;

/// How many services there are.
pub(super) const SERVICES: usize = 40;
/// Services where requests come in.
pub(super) const ENTRIES: usize = 6;
/// From here on services have faults: deep enough for several hops before them.
pub(super) const FAULTY_FROM: usize = 10;
/// Operations of each kind that a service has.
pub(super) const OPERATIONS: usize = 9;
/// Replicas of each service; each exports batches of its own.
pub(super) const INSTANCES: usize = 2;

const NAMES: [&str; SERVICES] = [
    "web",
    "mobile-gateway",
    "partner-api",
    "admin",
    "storefront",
    "scheduler",
    "session",
    "catalog",
    "search",
    "cart",
    "pricing",
    "promotion",
    "inventory",
    "checkout",
    "payment",
    "fraud",
    "ledger",
    "invoice",
    "shipping",
    "carrier",
    "warehouse",
    "picking",
    "returns",
    "refund",
    "profile",
    "address",
    "consent",
    "loyalty",
    "review",
    "media",
    "thumbnail",
    "recommend",
    "ranking",
    "notify",
    "mailer",
    "push",
    "template",
    "audit",
    "archive",
    "geo",
];

const VERBS: [&str; OPERATIONS] = [
    "load", "reserve", "confirm", "cancel", "list", "merge", "quote", "settle", "refresh",
];

/// Language of an SDK.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Java,
    Python,
    JavaScript,
    Go,
}

/// Name of service `number`.
pub(super) fn name(number: usize) -> &'static str {
    NAMES[number % SERVICES]
}

/// In which language it is written.
pub(super) fn language(number: usize) -> Language {
    match number % 4 {
        0 => Language::Java,
        1 => Language::Python,
        2 => Language::JavaScript,
        _ => Language::Go,
    }
}

/// The `choice`-th service that service `number` calls; `None` for the last, which calls nobody.
pub(super) fn callee(number: usize, choice: u64) -> Option<usize> {
    let left = SERVICES - 1 - number;
    (left > 0).then(|| number + 1 + (choice as usize % 5 * 3) % left)
}

/// The verb of operation `number`.
pub(super) fn verb(number: usize) -> &'static str {
    VERBS[number % OPERATIONS]
}

/// Attributes of the resource.
pub(super) fn resource(number: usize, instance: usize) -> Vec<(String, Value)> {
    let language = match language(number) {
        Language::Java => "java",
        Language::Python => "python",
        Language::JavaScript => "nodejs",
        Language::Go => "go",
    };
    let name = name(number);
    let text = |key: &str, value: String| (key.to_owned(), Value::Text(value));
    vec![
        text("service.name", name.to_owned()),
        text("service.namespace", "shop".to_owned()),
        text(
            "service.version",
            format!("2.{}.{}", number % 7, number % 3),
        ),
        text(
            "service.instance.id",
            format!(
                "{name}-{:04x}",
                4099 * (number * INSTANCES + instance + 1) % 65_521
            ),
        ),
        text("deployment.environment.name", "production".to_owned()),
        text(
            "host.name",
            format!("node-{:02}", (number * 3 + instance) % 17),
        ),
        text("telemetry.sdk.name", "opentelemetry".to_owned()),
        text("telemetry.sdk.language", language.to_owned()),
    ]
}

//! Names and attributes of generated spans: twelve each, of low and middle cardinality, like ids,
//! and free text, in a mix that zstd cannot press as flat as it does a recording played many times.

use omegi_testkit::otlp::{CLIENT, SERVER, Value};

use super::services;
use super::tree::Node;
use crate::random::Random;

const WORDS: [&str; 96] = [
    "order", "queued", "after", "second", "attempt", "customer", "asked", "for", "express",
    "delivery", "stock", "moved", "between", "sites", "price", "rounded", "up", "voucher", "held",
    "until", "midnight", "cache", "was", "cold", "so", "the", "primary", "answered", "late",
    "reply", "came", "from", "replica", "three", "items", "need", "manual", "check", "address",
    "matched", "by", "postcode", "only", "route", "chosen", "over", "cheaper", "one", "because",
    "of", "weather", "payment", "split", "in", "two", "parts", "gift", "wrapping", "added",
    "sender", "unknown", "to", "ledger", "balance", "carried", "forward", "token", "renewed",
    "early", "batch", "closed", "half", "full", "limit", "raised", "this", "week", "campaign",
    "ended", "discount", "kept", "parcel", "weighs", "more", "than", "stated", "carrier",
    "notified", "label", "printed", "twice", "removed", "from", "basket", "again", "restored",
];

const AGENTS: [&str; 6] = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15",
    "okhttp/5.1.0",
    "Go-http-client/2.0",
    "python-httpx/0.28.1",
    "node-fetch/3.3.2",
];

/// The span's name, as instrumentations give it.
pub(super) fn span_name(node: &Node) -> String {
    let (service, verb) = (services::name(node.service), services::verb(node.operation));
    match (node.kind, node.callee) {
        (SERVER, _) => format!("{} /{service}/{{id}}/{verb}", method(node)),
        (CLIENT, Some(_)) => method(node).to_owned(),
        (CLIENT, None) => format!("{} {}", statement(node), table(node)),
        _ => format!("{}.{verb}", service.replace('-', "_")),
    }
}

/// Twelve attributes.
pub(super) fn attributes(node: &Node, random: &mut Random) -> Vec<(String, Value)> {
    let mut list = match (node.kind, node.callee) {
        (SERVER, _) => server(node, random),
        (CLIENT, Some(callee)) => client(node, callee, random),
        (CLIENT, None) => database(node, random),
        _ => internal(node, random),
    };
    list.push((
        "app.tenant",
        format!("tenant-{:03}", skewed(random, 400)).into(),
    ));
    list.push((
        "app.correlation_id",
        format!("{:016x}{:08x}", random.next(), random.next() as u32).into(),
    ));
    list.push(("app.remark", remark(random).into()));
    list.into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}

type Attributes = Vec<(&'static str, Value)>;

fn server(node: &Node, random: &mut Random) -> Attributes {
    let (service, verb) = (services::name(node.service), services::verb(node.operation));
    vec![
        ("http.request.method", method(node).into()),
        ("http.route", format!("/{service}/{{id}}/{verb}").into()),
        ("http.response.status_code", status(node, random).into()),
        (
            "url.path",
            format!("/{service}/{}/{verb}", random.below(10_000_000)).into(),
        ),
        ("url.scheme", "https".into()),
        ("server.port", 8080.into()),
        (
            "client.address",
            format!(
                "10.{}.{}.{}",
                random.below(4),
                random.below(256),
                random.below(256)
            )
            .into(),
        ),
        ("user_agent.original", (*random.one_of(&AGENTS)).into()),
        (
            "enduser.id",
            format!("u{}", skewed(random, 2_000_000)).into(),
        ),
    ]
}

fn client(node: &Node, callee: usize, random: &mut Random) -> Attributes {
    let callee = services::name(callee);
    let path = format!(
        "https://{callee}.shop.svc:8080/{callee}/{}",
        random.below(10_000_000)
    );
    vec![
        ("http.request.method", method(node).into()),
        ("http.response.status_code", status(node, random).into()),
        ("url.full", path.into()),
        ("server.address", format!("{callee}.shop.svc").into()),
        ("server.port", 8080.into()),
        ("network.protocol.version", "2".into()),
        ("peer.service", callee.into()),
        (
            "http.request.body.size",
            i64_of(random.below(20_000)).into(),
        ),
        (
            "app.order_id",
            format!("ORD-{:010}", random.below(10_000_000_000)).into(),
        ),
    ]
}

fn database(node: &Node, random: &mut Random) -> Attributes {
    let (service, table) = (services::name(node.service), table(node));
    let query = format!(
        "{} {table} WHERE {table}_id = {} AND state <> '{}'",
        statement(node),
        random.below(10_000_000),
        random.one_of(&WORDS),
    );
    vec![
        ("db.system.name", "postgresql".into()),
        ("db.namespace", service.into()),
        ("db.operation.name", statement(node).into()),
        ("db.collection.name", table.into()),
        ("db.query.text", query.into()),
        (
            "db.response.returned_rows",
            i64_of(skewed(random, 5_000)).into(),
        ),
        (
            "server.address",
            format!("{service}-db-{}.internal", random.below(3)).into(),
        ),
        ("server.port", 5432.into()),
        (
            "app.connection_id",
            format!("c{:06x}", random.below(1 << 24)).into(),
        ),
    ]
}

fn internal(node: &Node, random: &mut Random) -> Attributes {
    let (service, verb) = (services::name(node.service), services::verb(node.operation));
    vec![
        (
            "code.function.name",
            format!("shop.{service}.{verb}").into(),
        ),
        (
            "code.file.path",
            format!("/app/shop/{service}/{verb}.src").into(),
        ),
        (
            "code.line.number",
            i64_of(20 + node.operation as u64 * 31).into(),
        ),
        ("thread.id", i64_of(random.below(64)).into()),
        ("thread.name", format!("worker-{}", random.below(64)).into()),
        (
            "app.cache_key",
            format!("{service}:{:012x}", random.below(1 << 48)).into(),
        ),
        ("app.items", i64_of(skewed(random, 200)).into()),
        ("app.score", (random.unit() * 1000.0).into()),
        ("app.cache_hit", random.chance(700).into()),
    ]
}

fn method(node: &Node) -> &'static str {
    ["GET", "POST", "PUT"][node.operation % 3]
}

fn statement(node: &Node) -> &'static str {
    ["SELECT", "INSERT", "UPDATE", "DELETE"][node.operation % 4]
}

fn table(node: &Node) -> &'static str {
    ["orders", "items", "holds", "rates", "events"][(node.operation + node.service) % 5]
}

fn status(node: &Node, random: &mut Random) -> i64 {
    match node.failing {
        true => 500,
        false => *random.one_of(&[200, 200, 200, 200, 200, 200, 201, 204, 304]),
    }
}

/// Free text of 6 to 14 words.
fn remark(random: &mut Random) -> String {
    let words = random.between(6, 15);
    let words: Vec<&str> = (0..words).map(|_| *random.one_of(&WORDS)).collect();
    words.join(" ")
}

/// 0 to below `end`, small numbers far more often.
fn skewed(random: &mut Random, end: u64) -> u64 {
    let unit = random.unit();
    (unit * unit * unit * end as f64) as u64
}

fn i64_of(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

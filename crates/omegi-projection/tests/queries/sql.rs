//! What SQL sees, and what it must not.

use std::time::Duration;

use omegi_model::error_event::{Verdict, VerdictState};
use omegi_model::event::{Event, NodeKind, ServiceCalls, TraceSummary};
use omegi_model::id::TraceId;
use omegi_model::time::UnixNanos;
use omegi_projection::query::{CsvWriter, Limits, Position, QueryError};
use omegi_testkit::otlp::{self, Request};
use serde_json::{Value as Json, json};

use crate::given::{Given, project};

fn carts(first: u64, count: u64) -> Request {
    let mut request = otlp::request()
        .resource("checkout")
        .attribute("host.name", "h1");
    request = request.trace(first).span_ids_from(first * 100);
    for number in 0..count {
        request = request
            .span(&format!("GET /cart/{number}"))
            .kind(otlp::SERVER)
            .attribute("http.route", "/cart")
            .attribute(
                "http.response.status_code",
                if number == 0 { 500_i64 } else { 200 },
            );
    }
    request
}

#[test]
fn memory_and_files_are_one_table() {
    let given = Given::new()
        .spans(1, &carts(1, 3))
        .committed()
        .spans(1, &carts(2, 2));
    let sql = given.sql();
    let rows =
        sql.rows("SELECT project, count(*) AS n, min(name) AS name FROM spans GROUP BY project");
    assert_eq!(
        rows,
        [json!({"project": "shop", "n": "5", "name": "GET /cart/0"})]
    );
}

#[test]
fn an_attribute_is_a_column_wherever_it_is_stored() {
    let odd = otlp::request()
        .resource("checkout")
        .trace(3)
        .span_ids_from(300)
        .span("odd")
        .attribute("http.route", "/cart")
        .span("typed")
        .attribute("http.route", 7_i64)
        .attribute("http.response.status_code", 503_i64);
    let given = Given::new()
        .spans(1, &carts(1, 3))
        .committed()
        .spans(1, &odd);
    let sql = given.sql();
    let failed = sql.rows(
        "SELECT attributes['http.response.status_code'], name FROM spans \
         WHERE attributes['http.response.status_code'] >= 500 ORDER BY name",
    );
    let code = "attributes['http.response.status_code']";
    assert_eq!(
        failed,
        [
            json!({code: "500", "name": "GET /cart/0"}),
            json!({code: "503", "name": "typed"})
        ]
    );
    let routes = sql.rows(
        "SELECT s.attributes['http.route'] AS route, count(*) AS n FROM spans s \
         GROUP BY s.attributes['http.route'] ORDER BY n DESC",
    );
    assert_eq!(
        routes,
        [
            json!({"route": "/cart", "n": "4"}),
            json!({"route": "7", "n": "1"})
        ]
    );
    let host = sql.rows("SELECT DISTINCT resource_attributes['host.name'] AS host FROM spans WHERE trace_id LIKE '%1'");
    assert_eq!(host, [json!({"host": "h1"})]);
}

#[test]
fn a_star_shows_the_columns_of_the_contract_and_maps_as_maps() {
    let given = Given::new().spans(1, &carts(1, 1)).committed();
    let rows = given
        .sql()
        .rows("SELECT * FROM spans WHERE attributes['http.route'] = '/cart'");
    let row = rows[0].as_object().unwrap();
    for column in [
        "project",
        "trace_id",
        "span_id",
        "parent_span_id",
        "service_name",
        "name",
        "kind",
        "start_time",
        "duration_ns",
        "status_code",
        "attributes",
        "resource_attributes",
    ] {
        assert!(row.contains_key(column), "{column} is missing");
    }
    assert!(row.keys().all(|column| !column.contains('[')), "{row:?}");
    assert_eq!(
        row["attributes"],
        json!({"http.route": "/cart", "http.response.status_code": "500"})
    );
    assert_eq!(row["resource_attributes"]["host.name"], "h1");
    assert_eq!(row["kind"], "server");
    assert_eq!(row["duration_ns"], "10000000");
    assert!(row["start_time"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn a_trace_id_is_looked_up_in_the_index_of_each_file() {
    let mut given = Given::new();
    for trace in 1..=4 {
        given = given.spans(1, &carts(trace, 2)).committed();
    }
    let id = otlp::hex(&otlp::trace_id(3));
    let text = format!("SELECT name FROM spans WHERE trace_id = '{id}' ORDER BY name");
    let (rows, stats) = given.sql().try_rows(&text, &[1]).unwrap();
    assert_eq!(
        rows,
        [
            json!({"name": "GET /cart/0"}),
            json!({"name": "GET /cart/1"})
        ]
    );
    assert_eq!((stats.files, stats.files_pruned, stats.rows), (4, 3, 2));
}

#[test]
fn whole_files_are_left_out_by_time() {
    let mut given = Given::new();
    for trace in 1..=3 {
        given = given.spans(1, &carts(trace, 2)).committed();
    }
    let first = given
        .sql()
        .rows("SELECT min(start_time) AS first FROM spans")[0]["first"]
        .clone();
    let text = format!(
        "SELECT name FROM spans WHERE start_time <= '{}'",
        first.as_str().unwrap()
    );
    let (rows, stats) = given.sql().try_rows(&text, &[1]).unwrap();
    assert_eq!((rows.len(), stats.files, stats.files_pruned), (1, 3, 2));
}

#[test]
fn a_caller_sees_only_their_projects_however_they_ask() {
    let given = Given::new()
        .spans(1, &carts(1, 1))
        .spans(2, &carts(2, 3))
        .committed()
        .spans(2, &carts(3, 3));
    let sql = given.sql();
    for text in [
        "SELECT count(*) AS n FROM spans",
        "SELECT count(*) AS n FROM spans WHERE project = 'bank' OR 1 = 1",
        "SELECT count(*) AS n FROM (SELECT * FROM spans UNION SELECT * FROM spans) u",
        "SELECT (SELECT count(*) FROM omegi.public.spans) AS n",
    ] {
        assert_eq!(sql.rows(text)[0]["n"], "1", "{text}");
    }
    let both = sql
        .try_rows("SELECT count(*) AS n FROM spans", &[1, 2])
        .unwrap()
        .0;
    assert_eq!(both[0]["n"], "7");
    let none = sql.try_rows("SELECT name FROM spans", &[]).unwrap().0;
    assert!(none.is_empty());
}

#[test]
fn span_events_and_logs_are_tables() {
    let request = carts(1, 1)
        .exception("SqlError", "no such table", "at x")
        .log("gone")
        .severity(17);
    let given = Given::new()
        .spans(1, &request)
        .logs(1, &request)
        .committed();
    let sql = given.sql();
    let events = sql.rows("SELECT name, attributes['exception.type'] AS type FROM span_events");
    assert_eq!(events, [json!({"name": "exception", "type": "SqlError"})]);
    let joined = sql.rows(
        "SELECT l.body, s.name FROM logs l JOIN spans s ON l.trace_id = s.trace_id AND l.span_id = s.span_id",
    );
    assert_eq!(joined, [json!({"body": "gone", "name": "GET /cart/0"})]);
}

fn summary(trace: u64, revision: u32, spans: u32) -> Event {
    let verdict = Verdict {
        state: VerdictState::Complete,
        reason: None,
        missing_parents: Vec::new(),
        spans,
        dropped: 0,
    };
    Event::TracesAssembled {
        traces: vec![TraceSummary {
            project: project(1),
            trace_id: TraceId::new(otlp::trace_id(trace)).unwrap(),
            revision,
            verdict,
            root_span_id: None,
            root_service: "checkout".into(),
            root_operation: "GET /".into(),
            start: UnixNanos(1_000),
            end: UnixNanos(3_000),
            first_arrival: UnixNanos(5_000),
            last_arrival: UnixNanos(6_000),
            spans,
            errors: 0,
            services: vec!["checkout".into()],
            error_ids: Vec::new(),
        }],
    }
}

#[test]
fn a_later_judgement_takes_the_place_of_the_earlier_in_memory_and_in_files() {
    let counts = |given: &Given| {
        let rows = given
            .sql()
            .rows("SELECT span_count, revision FROM traces ORDER BY span_count");
        rows.iter()
            .map(|row| row["span_count"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let given = Given::new()
        .event(&summary(1, 1, 2))
        .event(&summary(2, 1, 9));
    let given = given.event(&summary(1, 2, 3));
    assert_eq!(counts(&given), ["3", "9"]);
    let given = given.committed();
    assert_eq!(counts(&given), ["3", "9"]);
    let given = given.event(&summary(1, 3, 4));
    assert_eq!(counts(&given), ["4", "9"]);
    let given = given.committed();
    assert_eq!(counts(&given), ["4", "9"]);
}

#[test]
fn service_edges_are_counts_to_be_summed() {
    let calls = |requests| ServiceCalls {
        project: project(1),
        minute: UnixNanos(60_000_000_000),
        from: "web".into(),
        to: "checkout".into(),
        to_kind: NodeKind::Service,
        by_link: false,
        requests,
        errors: 1,
        durations: vec![(3, requests)],
        last_seen: UnixNanos(61_000_000_000),
    };
    let told = |requests| Event::ServiceCallsObserved {
        calls: vec![calls(requests)],
    };
    let given = Given::new().event(&told(2)).committed().event(&told(5));
    let rows = given.sql().rows(
        "SELECT from_service, to_service, sum(requests) AS requests, sum(errors) AS errors \
         FROM service_edges GROUP BY from_service, to_service",
    );
    let expected =
        json!({"from_service": "web", "to_service": "checkout", "requests": "7", "errors": "2"});
    assert_eq!(rows, [expected]);
}

#[test]
fn percentiles_and_time_buckets_work() {
    let given = Given::new().spans(1, &carts(1, 5)).committed();
    let rows = given.sql().rows(
        "SELECT date_bin(INTERVAL '1 minute', start_time) AS minute, \
         approx_percentile_cont(duration_ns, 0.99) AS p99 FROM spans GROUP BY minute",
    );
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["p99"], 10_000_000.0);
}

#[test]
fn a_wrong_query_names_the_place_and_what_was_meant() {
    let sql = Given::new().spans(1, &carts(1, 1)).sql();
    let wrong = |text: &str| match sql.try_rows(text, &[1]) {
        Err(QueryError::Invalid {
            position,
            suggestion,
            message,
        }) => (position, suggestion, message),
        other => panic!("{text}: {other:?}"),
    };
    let at = |line, column| Some(Position { line, column });
    let (position, suggestion, _) = wrong("SELECT servce_name FROM spans");
    assert_eq!(
        (position, suggestion.as_deref()),
        (at(1, 8), Some("service_name"))
    );
    let (position, suggestion, message) = wrong("SELECT *\nFROM span");
    assert_eq!(
        (position, suggestion.as_deref()),
        (at(2, 6), Some("spans")),
        "{message}"
    );
    let (position, ..) = wrong("SELECT * FORM spans");
    assert_eq!(position.map(|p| p.line), Some(1));
    let (_, suggestion, message) = wrong("SELECT date_trun('hour', start_time) FROM spans");
    assert_eq!(suggestion.as_deref(), Some("date_trunc"), "{message}");
}

#[test]
fn files_and_functions_that_reach_outside_are_refused() {
    let sql = Given::new().sql();
    for text in [
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM 'data.parquet'",
        "COPY spans TO '/tmp/x.parquet'",
        "SELECT repeat('x', 1000000000)",
        "SET datafusion.execution.batch_size = 1",
    ] {
        assert!(sql.try_rows(text, &[1]).is_err(), "{text}");
    }
    let tables =
        sql.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'");
    assert!(
        tables.contains(&json!({"table_name": "spans"})),
        "{tables:?}"
    );
}

#[test]
fn a_cut_answer_says_so() {
    let given = Given::new().spans(1, &carts(1, 5)).committed();
    let sql = given.sql();
    let limits = |rows| Limits {
        rows,
        ..Limits::default()
    };
    let (rows, stats) = sql
        .limited("SELECT name FROM spans", &[1], limits(3))
        .unwrap();
    assert_eq!((rows.len(), stats.rows, stats.truncated), (3, 3, true));
    let (rows, stats) = sql
        .limited("SELECT name FROM spans", &[1], limits(5))
        .unwrap();
    assert_eq!((rows.len(), stats.truncated), (5, false));
}

#[test]
fn a_runaway_query_ends_at_its_limit() {
    let sql = Given::new().spans(1, &carts(1, 50)).sql();
    let endless = "SELECT count(*) FROM range(0, 1000000000000) a, range(0, 1000000) b \
                   WHERE a.value + b.value = 3";
    let time = Duration::from_millis(300);
    let ended = sql.limited(
        endless,
        &[1],
        Limits {
            time,
            ..Limits::default()
        },
    );
    assert!(
        matches!(
            ended,
            Err(QueryError::TooLong(_) | QueryError::TooLarge { .. })
        ),
        "{ended:?}"
    );
    let hungry = "SELECT a.name, b.name, c.name, count(*) FROM spans a, spans b, spans c \
                  GROUP BY a.name, b.name, c.name";
    let ended = sql.limited(
        hungry,
        &[1],
        Limits {
            memory: 1 << 20,
            ..Limits::default()
        },
    );
    assert_eq!(
        ended.unwrap_err(),
        QueryError::TooLarge { bytes_max: 1 << 20 }
    );
    assert_eq!(
        sql.rows("SELECT count(*) AS n FROM spans")[0]["n"],
        "50",
        "others go on"
    );
}

#[test]
fn csv_writes_maps_as_json_and_a_header_even_without_rows() {
    let given = Given::new().spans(1, &carts(1, 1)).committed();
    let sql = given.sql();
    let csv = |text: &str| {
        let mut stream = sql.stream(text);
        let mut writer = CsvWriter::new(Vec::new(), stream.schema());
        while let Some(batch) = futures::executor::block_on(stream.next()) {
            writer.write(&batch.unwrap()).unwrap();
        }
        String::from_utf8(writer.finish().unwrap()).unwrap()
    };
    let lines = csv("SELECT name, attributes FROM spans");
    assert!(
        lines.starts_with("name,attributes\nGET /cart/0,\"{\"\"http"),
        "{lines}"
    );
    assert_eq!(csv("SELECT name FROM spans WHERE name = 'none'"), "name\n");
}

#[test]
fn a_wide_corpus_is_asked_in_every_way() {
    let Some(requests) = omegi_testkit::corpora::otel_demo_requests() else {
        return;
    };
    let mut given = Given::new();
    let half = requests.len() / 2;
    for (number, body) in requests.into_iter().enumerate() {
        given.telemetry(1, omegi_model::envelope::Signal::Traces, body);
        if number == half {
            given = given.committed();
        }
    }
    let sql = given.sql();
    let count = |text: &str| -> u64 {
        let n: &Json = &sql.rows(text)[0]["n"];
        n.as_str().unwrap().parse().unwrap()
    };
    assert_eq!(count("SELECT count(*) AS n FROM spans"), 4743);
    assert_eq!(
        count("SELECT count(DISTINCT trace_id) AS n FROM spans"),
        1021
    );
    assert_eq!(
        count("SELECT count(DISTINCT service_name) AS n FROM spans"),
        17
    );
    let with_method =
        count("SELECT count(*) AS n FROM spans WHERE attributes['http.method'] IS NOT NULL");
    assert!(with_method > 0);
    let p99 = sql.rows(
        "SELECT service_name, count(*) AS n, approx_percentile_cont(duration_ns, 0.99) AS p99 \
         FROM spans GROUP BY service_name ORDER BY n DESC LIMIT 5",
    );
    assert_eq!(p99.len(), 5);
}

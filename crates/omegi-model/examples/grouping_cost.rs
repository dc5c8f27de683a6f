//! What parsing, templates and keys cost: `cargo run --release -p omegi-model --example grouping_cost`.
#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::time::Instant;

use omegi_model::grouping::{self, AlgorithmVersion, GroupingInput, InputException, template};
use omegi_model::id::ProjectId;
use omegi_model::stack::{self, Language};

fn main() {
    for (language, text) in stacks() {
        let parse = time(|| drop(black_box(stack::parse(black_box(&text), Some(language)))));
        let detect = time(|| drop(black_box(stack::parse(black_box(&text), None))));
        let parsed = stack::parse(&text, Some(language));
        let group = time(|| {
            let exceptions = parsed.exceptions.iter().rev();
            let exceptions = exceptions.map(|e| InputException {
                kind: &e.kind,
                message: &e.message,
                frames: &e.frames,
            });
            let input = GroupingInput {
                service: "shop",
                language: Some(language),
                exceptions: exceptions.collect(),
                ..GroupingInput::default()
            };
            let parts = grouping::parts(&input);
            if let Some(project) = ProjectId::new([1; 8]) {
                black_box(grouping::key(project, &parts, AlgorithmVersion::CURRENT));
            }
        });
        let frames: usize = parsed.exceptions.iter().map(|e| e.frames.len()).sum();
        println!(
            "{language}: {frames} frames, parse {parse:.1} us, without hint {detect:.1} us, parts and keys {group:.1} us"
        );
    }
    for (name, message) in messages() {
        let cost = time(|| drop(black_box(template(black_box(&message)))));
        println!("template of {name} ({} bytes): {cost:.1} us", message.len());
    }
    for (name, message) in messages() {
        let cost = time(|| drop(black_box(stack::find_in_text(black_box(&message)))));
        println!(
            "search for a stack in {name} ({} bytes): {cost:.1} us",
            message.len()
        );
    }
}

/// Microseconds a run on the processor: the best of five rounds.
fn time(mut run: impl FnMut()) -> f64 {
    let mut best = f64::MAX;
    for _ in 0..5 {
        let (start, on_cpu) = (Instant::now(), cpu_nanos());
        let mut runs = 0_u32;
        while start.elapsed().as_millis() < 50 {
            run();
            runs += 1;
        }
        let wall = start.elapsed().as_secs_f64() * 1e6;
        let spent = match (on_cpu, cpu_nanos()) {
            (Some(before), Some(after)) => (after - before) as f64 / 1e3,
            _ => wall,
        };
        best = best.min(spent / f64::from(runs));
    }
    best
}

/// Time this thread ran, so that a busy machine does not count; Linux alone tells.
fn cpu_nanos() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok()
}

fn stacks() -> Vec<(Language, String)> {
    let mut java = "java.lang.IllegalStateException: cart 17 is closed\n".to_owned();
    let mut python = "Traceback (most recent call last):\n".to_owned();
    let mut node = "TypeError: Cannot read properties of undefined (reading 'price')\n".to_owned();
    let mut go = "panic: boom\n\ngoroutine 1 [running]:\n".to_owned();
    let mut dotnet = "System.InvalidOperationException: Cart 5 is closed\n".to_owned();
    for n in 0..100 {
        java += &format!("\tat com.acme.shop.web.Handler{n}.handleRequest(Handler{n}.java:{n})\n");
        python += &format!(
            "  File \"/app/shop/handlers/h{n}.py\", line {n}, in handle\n    return inner(request)\n"
        );
        node += &format!("    at async Handler{n}.handle (/app/src/handlers/h{n}.js:{n}:12)\n");
        go += &format!(
            "github.com/acme/shop/h{n}.(*Handler).Handle(0x14000, {{0x1, 0x2}})\n\t/src/h{n}/handler.go:{n} +0x1c\n"
        );
        dotnet +=
            &format!("   at Shop.Handlers.H{n}.<Handle>d__2.MoveNext() in /src/H{n}.cs:line {n}\n");
    }
    python += "ValueError: 5\n";
    vec![
        (Language::Java, java),
        (Language::Python, python),
        (Language::JavaScript, node),
        (Language::Go, go),
        (Language::DotNet, dotnet),
    ]
}

fn messages() -> Vec<(&'static str, String)> {
    vec![
        (
            "a short message",
            "order 8812 of ann@x.io not found at 10.0.0.7:8080 after 30ms".to_owned(),
        ),
        ("1 MB of one letter", format!("{}!", "a".repeat(1_000_000))),
        ("1 MB of quotes", "\"'".repeat(500_000)),
        (
            "1 MB of JSON",
            format!("{{\"items\":[{}1]}}", "{\"a\":\"b\"},".repeat(111_000)),
        ),
        ("1 MB of lists", "1,".repeat(500_000)),
        ("1 MB of lines", "at once (or later)\n".repeat(52_000)),
        ("1 MB of frames", "\tat a.b.C.d(C.java:1)\n".repeat(45_000)),
    ]
}

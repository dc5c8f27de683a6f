//! The shared corpora, found through `OMEGI_CORPORA`; where it is unset the tests say so and pass.

use std::path::PathBuf;

use omegi_model::stack::{self, Frame, Language, Relation, in_app};
use serde_json::Value;

/// The folder of a corpus.
fn corpus(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("OMEGI_CORPORA")
        .map(PathBuf::from)
        .map(|root| root.join(name));
    let folder = folder.filter(|folder| folder.is_dir());
    if folder.is_none() {
        println!("skipped: OMEGI_CORPORA is unset or has no {name}");
    }
    folder
}

fn json(path: &std::path::Path) -> Value {
    let text = std::fs::read_to_string(path).expect("a corpus file can be read");
    serde_json::from_str(&text).expect("a corpus file is JSON")
}

#[test]
fn stack_texts_of_the_corpus_give_language_type_message_frames_and_chains() {
    let Some(folder) = corpus("stacktraces-detect-exceptions") else {
        return;
    };
    let items = json(&folder.join("stacktraces.json"));
    let mut read = 0;
    for item in items.as_array().expect("a list of texts") {
        let text = item["stacktrace"].as_str().unwrap_or_default();
        let (id, expected) = (&item["id"], item["language"].as_str().unwrap_or_default());
        let parsed = stack::parse(text, None);
        let found = stack::find_in_text(text);
        let Some(language) = Language::from_sdk(expected) else {
            assert!(
                found.is_none() && parsed.exceptions.iter().all(|e| e.frames.is_empty()),
                "{id}"
            );
            continue;
        };
        assert_eq!(parsed.language, Some(language), "{id}");
        assert!(found.is_some(), "{id}");
        let outermost = parsed.exceptions.first().expect("an exception");
        assert!(!outermost.frames.is_empty(), "{id}");
        // A continuation without its head has neither.
        let headless = text.trim_start().starts_with("at ");
        assert!(
            headless || !outermost.kind.is_empty() || !outermost.message.is_empty(),
            "{id}"
        );
        let causes = text.matches("Caused by:").count() + text.matches(" ---> ").count();
        let chained = parsed
            .exceptions
            .iter()
            .filter(|e| matches!(e.relation, Relation::CauseOf(_)))
            .count();
        assert_eq!(chained, causes, "{id}");
        read += 1;
    }
    println!("{read} stack texts read");
    assert!(read >= 39);
}

#[test]
fn frames_of_the_sentry_events_are_judged_as_their_senders_judged_them() {
    let Some(folder) = corpus("sentry-style-events") else {
        return;
    };
    let (mut alike, mut judged, mut odd) = (0_u32, 0_u32, Vec::new());
    for part in ["bugsink", "glitchtip"] {
        let mut files: Vec<_> = std::fs::read_dir(folder.join(part))
            .expect("a folder")
            .flatten()
            .collect();
        files.sort_by_key(std::fs::DirEntry::path);
        for file in files {
            let event = json(&file.path());
            let Some(language) = platform(&event) else {
                continue;
            };
            for (frame, theirs) in frames(&event) {
                let mut ours = [frame];
                in_app::mark(language, &mut ours);
                let Some(theirs) = theirs else { continue };
                judged += 1;
                alike += u32::from(ours[0].in_app == theirs);
                if ours[0].in_app != theirs {
                    odd.push(format!(
                        "{} ours {}: {:?} {} {}",
                        file.file_name().display(),
                        ours[0].in_app,
                        ours[0].file,
                        ours[0].module,
                        ours[0].function
                    ));
                }
            }
        }
    }
    println!("{alike} of {judged} frames judged alike");
    odd.dedup();
    for line in odd.iter().take(40) {
        println!("  {line}");
    }
    assert!(judged > 0 && f64::from(alike) / f64::from(judged) >= 0.9);
}

fn platform(event: &Value) -> Option<Language> {
    match event["platform"].as_str()? {
        "csharp" => Some(Language::DotNet),
        "node" => Some(Language::JavaScript),
        name => Language::from_sdk(name),
    }
}

/// Frames with what their sender said of them; oddly shaped ones give none.
fn frames(event: &Value) -> Vec<(Frame, Option<bool>)> {
    let values = event["exception"]["values"]
        .as_array()
        .or(event["exception"].as_array());
    let mut out = Vec::new();
    for exception in values.into_iter().flatten() {
        for frame in exception["stacktrace"]["frames"]
            .as_array()
            .into_iter()
            .flatten()
        {
            let text = |name: &str| frame[name].as_str().unwrap_or_default().to_owned();
            let file = frame["abs_path"].as_str().or(frame["filename"].as_str());
            let frame_of = Frame {
                function: text("function"),
                module: text("module"),
                file: file.map(str::to_owned),
                ..Frame::default()
            };
            out.push((frame_of, frame["in_app"].as_bool()));
        }
    }
    out
}

/// Their rules as a reference: what they call a library by package or path, we should too.
#[test]
fn libraries_of_the_reference_rules_are_libraries_here() {
    let Some(folder) = corpus("sentry-inapp-rules") else {
        return;
    };
    let text = std::fs::read_to_string(folder.join("newstyle@2023-01-11.txt"))
        .expect("the rules can be read");
    let (mut alike, mut asked, mut odd) = (0_u32, 0_u32, Vec::new());
    for line in text.lines().filter(|line| {
        line.contains("-app") && !line.contains("^-") && !line.contains("family:native")
    }) {
        let Some(rule) = line
            .split_whitespace()
            .find(|word| word.starts_with("module:") || word.starts_with("path:"))
        else {
            continue;
        };
        let (frame, language) = sample(rule);
        let mut frame = [frame];
        in_app::mark(language, &mut frame);
        asked += 1;
        alike += u32::from(!frame[0].in_app);
        if frame[0].in_app {
            odd.push(rule.to_owned());
        }
    }
    println!("{alike} of {asked} reference rules agree; not: {odd:?}");
    assert!(asked > 0 && f64::from(alike) / f64::from(asked) >= 0.8);
}

fn sample(rule: &str) -> (Frame, Language) {
    match rule.split_once(':') {
        Some(("module", glob)) if !glob.contains('/') => {
            let module = glob.replace(".*", ".Some");
            (
                Frame {
                    module,
                    function: "f".into(),
                    ..Frame::default()
                },
                Language::Java,
            )
        }
        Some((_, glob)) => {
            let file = glob
                .replace("**https", "https")
                .replace("**", "/x")
                .replace('*', "x");
            let language = if file.contains("-packages") {
                Language::Python
            } else if file.contains("/go/") {
                Language::Go
            } else {
                Language::JavaScript
            };
            let frame = Frame {
                module: "m.io/x".into(),
                function: "f".into(),
                file: Some(file),
                ..Frame::default()
            };
            (frame, language)
        }
        None => (Frame::default(), Language::JavaScript),
    }
}

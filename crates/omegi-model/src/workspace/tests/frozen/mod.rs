//! Frozen events: what any build ever wrote is read by every later one.
//!
//! `schemas/events/samples/<kind>.v<N>.json` is a payload as it was written, and
//! `schemas/events/<kind>.v<N>.json` the JSON Schema of that version. Neither ever changes.
//! `OMEGI_FREEZE=1 cargo test -p omegi-model frozen` writes those that are missing.

mod examples;
mod schema;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::{codec, invitation, note, project, service, session, token, triage, user};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../schemas/events")
}

/// Samples as `(kind, version, payload)`; a second one of a kind is `<kind>.v<N>-2.json`.
fn samples() -> Vec<(String, u16, Vec<u8>)> {
    let mut samples = Vec::new();
    for entry in fs::read_dir(folder().join("samples")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let (kind, version) = name.rsplit_once(".v").unwrap();
        let version = version.split('-').next().unwrap().parse().unwrap();
        samples.push((kind.to_owned(), version, fs::read(&path).unwrap()));
    }
    samples
}

/// The kinds of an area, out of what serde says to a kind that nobody knows.
fn kinds_of<E: DeserializeOwned>() -> BTreeSet<String> {
    let Err(error) = serde_json::from_value::<E>(json!({"event": "?"})) else {
        panic!("an event without a kind was read");
    };
    let text = error.to_string();
    let listed = text.split("expected one of").nth(1).unwrap();
    listed
        .split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

fn all_kinds() -> Vec<BTreeSet<String>> {
    vec![
        kinds_of::<user::UserEvent>(),
        kinds_of::<session::SessionEvent>(),
        kinds_of::<invitation::InvitationEvent>(),
        kinds_of::<project::ProjectEvent>(),
        kinds_of::<service::ServiceEvent>(),
        kinds_of::<token::TokenEvent>(),
        kinds_of::<triage::TriageEvent>(),
        kinds_of::<note::NoteEvent>(),
    ]
}

/// Writes what is missing; never touches what is there.
fn freeze() {
    fs::create_dir_all(folder().join("samples")).unwrap();
    let mut of_kind: BTreeMap<(String, u16), Vec<Value>> = BTreeMap::new();
    for event in examples::all() {
        let encoded = codec::encode(&event);
        let payload = serde_json::from_slice(&encoded.payload).unwrap();
        of_kind
            .entry((encoded.kind, encoded.schema))
            .or_default()
            .push(payload);
    }
    for ((kind, version), payloads) in of_kind {
        let name = format!("{kind}.v{version}");
        write_missing(
            &folder().join(format!("{name}.json")),
            &schema::of(&name, &payloads),
        );
        for (number, payload) in (1..).zip(&payloads) {
            let case = if number == 1 {
                String::new()
            } else {
                format!("-{number}")
            };
            write_missing(
                &folder().join(format!("samples/{name}{case}.json")),
                payload,
            );
        }
    }
}

fn write_missing(path: &Path, json: &Value) {
    if !path.exists() {
        fs::write(path, serde_json::to_string_pretty(json).unwrap() + "\n").unwrap();
    }
}

#[test]
fn no_two_areas_share_a_name_of_an_event() {
    let kinds = all_kinds();
    let all: BTreeSet<_> = kinds.iter().flatten().collect();
    assert_eq!(all.len(), kinds.iter().map(BTreeSet::len).sum::<usize>());
}

#[test]
fn every_event_has_an_example_and_is_read_as_it_was_written() {
    let mut exemplified = BTreeSet::new();
    for event in examples::all() {
        let encoded = codec::encode(&event);
        let read = codec::decode(&encoded.kind, encoded.schema, &encoded.payload).unwrap();
        assert_eq!(read, event);
        exemplified.insert(encoded.kind);
    }
    let all: BTreeSet<_> = all_kinds().into_iter().flatten().collect();
    assert_eq!(exemplified, all);
}

#[test]
fn every_version_ever_written_is_read() {
    if std::env::var_os("OMEGI_FREEZE").is_some() {
        freeze();
    }
    let samples = samples();
    for (kind, version, payload) in &samples {
        let event = codec::decode(kind, *version, payload)
            .unwrap_or_else(|error| panic!("{kind}.v{version}: {error}"));
        let schema = fs::read(folder().join(format!("{kind}.v{version}.json"))).unwrap();
        let schema: Value = serde_json::from_slice(&schema).unwrap();
        let frozen: Value = serde_json::from_slice(payload).unwrap();
        schema::check(&schema, &frozen)
            .unwrap_or_else(|error| panic!("{kind}.v{version}: {error}"));
        // The newest version is written exactly as it was frozen; another form is another version.
        let written = codec::encode(&event);
        if written.schema == *version {
            let written: Value = serde_json::from_slice(&written.payload).unwrap();
            assert_eq!(
                written, frozen,
                "{kind}.v{version} is written differently now"
            );
        }
    }
    let frozen: BTreeSet<_> = samples
        .into_iter()
        .map(|(kind, version, _)| (kind, version))
        .collect();
    for kind in all_kinds().into_iter().flatten() {
        for version in 1..=codec::schema_of(&kind) {
            assert!(
                frozen.contains(&(kind.clone(), version)),
                "{kind}.v{version} is not frozen: see this module"
            );
        }
    }
}

#[test]
fn an_event_of_a_newer_build_is_refused_and_not_misread() {
    let newer = codec::decode("project_created", 99, b"{}");
    assert!(matches!(
        newer,
        Err(codec::DecodeError::Newer { schema: 99, .. })
    ));
    assert!(codec::decode("unheard_of", 1, b"{}").is_err());
    assert!(codec::decode("project_created", 1, b"{\"project\": 7}").is_err());
}

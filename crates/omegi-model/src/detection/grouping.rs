//! The parts of the group key, from what the origin tells: its throw alone, not what it caused.

use crate::error_event::GroupingParts;
use crate::exception::reading::Reading;
use crate::grouping::{self, AlgorithmVersion, GroupingInput, InputException};
use crate::id::ProjectId;
use crate::stack::Language;
use crate::value::Value;

/// What the parts are made of, beside the origin's reading.
pub(super) struct Inputs<'a> {
    pub(super) project: ProjectId,
    pub(super) service: &'a str,
    pub(super) language: &'a str,
    pub(super) operation: &'a str,
    pub(super) entry_operation: &'a str,
    pub(super) error_type: &'a str,
    pub(super) status_message: &'a str,
    pub(super) fingerprint: Option<&'a Value>,
}

/// The parts, with the key of the current version.
pub(super) fn parts(inputs: &Inputs<'_>, reading: Option<&Reading>) -> GroupingParts {
    let stack = reading.map(|reading| &reading.stack);
    let sdk = Language::from_sdk(inputs.language);
    let throws = reading.filter(|reading| reading.sources.iter().any(|s| !s.is_status()));
    let mut parts = grouping::parts(&GroupingInput {
        service: inputs.service,
        language: stack.and_then(|stack| stack.language).or(sdk),
        exceptions: throws.map(innermost_first).unwrap_or_default(),
        operation: inputs.operation,
        entry_operation: inputs.entry_operation,
        error_type: inputs.error_type,
        status_text: inputs.status_message,
        fingerprint: inputs.fingerprint,
    });
    let key = grouping::key(inputs.project, &parts, AlgorithmVersion::CURRENT);
    parts.key = Some(key.group);
    parts
}

/// The root, what it was wrapped in, then the others of its stack.
fn innermost_first(reading: &Reading) -> Vec<InputException<'_>> {
    let all = &reading.stack.exceptions;
    let way = reading.way_out();
    let others = (0..all.len())
        .filter(|at| !way.contains(at))
        .collect::<Vec<_>>();
    // Without a type it is a text that was noted with a stack: of the logger, not of a throw.
    let noted = reading
        .outermost()
        .is_some_and(|e| e.kind.is_empty() && !e.message.is_empty());
    way.iter()
        .chain(&others)
        .filter_map(|&at| all.get(at))
        .map(|e| InputException {
            kind: &e.kind,
            message: &e.message,
            frames: if noted { &[] } else { &e.frames },
        })
        .collect()
}

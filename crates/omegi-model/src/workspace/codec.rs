//! Events as they lie in the event store: kind, schema version, JSON.
//!
//! `schemas/events/samples/` holds a frozen sample of every version ever written; a test decodes
//! them all. To change an event: raise its version in [`schema_of`], lift the old form in [`lift`],
//! add the new sample, and leave the old ones alone.

use serde_json::Value;

use super::WorkspaceEvent;

/// An event ready for the event store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// Such as `project_created`.
    pub kind: String,
    /// Version of the payload's form.
    pub schema: u16,
    /// JSON.
    pub payload: Vec<u8>,
}

/// A stored event that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Written by a newer build.
    #[error("event {kind:?} has version {schema}, newer than {known}")]
    Newer {
        /// Which event.
        kind: String,
        /// Its version.
        schema: u16,
        /// The newest we read.
        known: u16,
    },
    /// Not what its version says.
    #[error("cannot parse event {kind:?} of version {schema}")]
    Parse {
        /// Which event.
        kind: String,
        /// Its version.
        schema: u16,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
}

/// The newest version of an event's form.
#[must_use]
pub fn schema_of(_kind: &str) -> u16 {
    1
}

/// The stored form of `event`, in the newest version.
///
/// # Panics
/// Never: events of the workspace are objects with text keys and a tag.
#[must_use]
pub fn encode(event: &WorkspaceEvent) -> Encoded {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(event) else {
        panic!("an event is an object with text keys");
    };
    let Some(Value::String(kind)) = fields.shift_remove("event") else {
        panic!("an event bears its kind");
    };
    Encoded {
        schema: schema_of(&kind),
        kind,
        payload: Value::Object(fields).to_string().into_bytes(),
    }
}

/// Reads what [`encode`] of this or any older build wrote.
///
/// # Errors
/// [`DecodeError`]: from a newer build, or damaged.
pub fn decode(kind: &str, schema: u16, payload: &[u8]) -> Result<WorkspaceEvent, DecodeError> {
    let known = schema_of(kind);
    if schema > known {
        return Err(DecodeError::Newer {
            kind: kind.to_owned(),
            schema,
            known,
        });
    }
    let parse = |source| DecodeError::Parse {
        kind: kind.to_owned(),
        schema,
        source,
    };
    let mut fields: Value = serde_json::from_slice(payload).map_err(parse)?;
    for version in schema..known {
        lift(kind, version, &mut fields);
    }
    if let Value::Object(fields) = &mut fields {
        fields.insert("event".to_owned(), Value::String(kind.to_owned()));
    }
    serde_json::from_value(fields).map_err(parse)
}

/// Turns the form of `version` into that of the next; the only place that knows old forms.
fn lift(_kind: &str, _version: u16, _fields: &mut Value) {}

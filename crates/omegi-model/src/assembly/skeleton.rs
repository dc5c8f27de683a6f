//! What the state keeps of a healthy span: 40 bytes, and its operation once per trace.

use serde::{Deserialize, Serialize};

use super::table::TextId;
use crate::error_event::{SpanKind, StatusCode};
use crate::event::NodeKind;
use crate::time::UnixNanos;

/// One sender: texts of its resource.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Source {
    pub(crate) service: TextId,
    pub(crate) environment: TextId,
    pub(crate) release: TextId,
    pub(crate) host: TextId,
    pub(crate) language: TextId,
}

/// What spans of one kind at one place have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Operation {
    pub(crate) source: u32,
    pub(crate) name: TextId,
    pub(crate) kind: SpanKind,
    pub(crate) peer_kind: NodeKind,
    /// Empty: no peer known.
    pub(crate) peer: TextId,
}

impl Default for Operation {
    fn default() -> Self {
        Self {
            source: 0,
            name: 0,
            kind: SpanKind::Internal,
            peer_kind: NodeKind::Service,
            peer: 0,
        }
    }
}

/// One span of the skeleton.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Span {
    pub(crate) id: u64,
    /// 0: a root.
    pub(crate) parent: u64,
    pub(crate) start: UnixNanos,
    /// As sent, never before the start.
    pub(crate) end: UnixNanos,
    pub(crate) operation: u32,
    pub(crate) target: u16,
    pub(crate) flags: Flags,
}

impl Span {
    pub(crate) fn status(&self) -> StatusCode {
        if self.flags.has(Flags::STATUS_ERROR) {
            StatusCode::Error
        } else if self.flags.has(Flags::STATUS_OK) {
            StatusCode::Ok
        } else {
            StatusCode::Unset
        }
    }
}

/// Yes-or-no facts about a span.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Flags(u16);

impl Flags {
    pub(crate) const STATUS_OK: Self = Self(1);
    pub(crate) const STATUS_ERROR: Self = Self(1 << 1);
    pub(crate) const FAILING: Self = Self(1 << 2);
    pub(crate) const MARKED: Self = Self(1 << 3);
    pub(crate) const PARENT_REMOTE: Self = Self(1 << 4);
    pub(crate) const PARENT_LOCAL: Self = Self(1 << 5);
    pub(crate) const SELF_PARENT: Self = Self(1 << 6);
    pub(crate) const DUPLICATE: Self = Self(1 << 7);
    pub(crate) const LINKED: Self = Self(1 << 8);
    pub(crate) const COUNTED: Self = Self(1 << 9);
    pub(crate) const OPEN: Self = Self(1 << 10);

    pub(crate) fn has(self, flag: Self) -> bool {
        self.0 & flag.0 != 0
    }

    pub(crate) fn set(&mut self, flag: Self) {
        self.0 |= flag.0;
    }

    pub(crate) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Without what one copy alone decides: the status, and whether the span had ended.
    pub(crate) fn without_own(self) -> Self {
        Self(self.0 & !(Self::STATUS_OK.0 | Self::STATUS_ERROR.0 | Self::OPEN.0))
    }
}

const _: () = assert!(size_of::<Span>() == 40, "the budget of a healthy span");

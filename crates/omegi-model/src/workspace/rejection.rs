//! Why a command was refused, in a form that programs can tell apart.

/// A command that changes nothing. The code is stable and translated by the UI; the text is English.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// It is not there, or the actor may not see it.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// The actor sees it and may not do this.
    #[error("this needs the role {needs}")]
    Forbidden {
        /// The role that may.
        needs: super::Role,
    },
    /// The command itself is wrong; another one may do.
    #[error("{detail}")]
    Invalid {
        /// Stable name of the mistake.
        code: &'static str,
        /// What is wrong.
        detail: String,
    },
    /// It does not fit what is there now.
    #[error("{detail}")]
    Conflict {
        /// Stable name of the conflict.
        code: &'static str,
        /// What is in the way.
        detail: String,
    },
}

impl Rejection {
    pub(crate) fn invalid(code: &'static str, detail: impl Into<String>) -> Self {
        Self::Invalid {
            code,
            detail: detail.into(),
        }
    }

    pub(crate) fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::Conflict {
            code,
            detail: detail.into(),
        }
    }

    /// The stable code of problems.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "not_found",
            Self::Forbidden { .. } => "forbidden",
            Self::Invalid { code, .. } | Self::Conflict { code, .. } => code,
        }
    }
}

//! Lists: limits, cursors and ranges of time, read the same way on every route.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use omegi_model::time::UnixNanos;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::ApiError;

const LIMIT_DEFAULT: usize = 50;
const LIMIT_MAX: usize = 500;
const DAY_NANOS: i64 = 24 * 3_600 * 1_000_000_000;

/// One page of a list, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The items.
    pub(crate) items: Vec<T>,
    /// Hand it back as `cursor` for the next page; null after the last.
    pub(crate) next_cursor: Option<String>,
}

/// `limit` and `cursor`.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageParams {
    /// Items a page, 1 to 500; 50 by default.
    pub(crate) limit: Option<usize>,
    /// From `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
}

impl PageParams {
    /// Items asked for.
    ///
    /// # Errors
    /// [`ApiError::Invalid`] outside 1 to 500.
    pub(crate) fn limit(&self) -> Result<usize, ApiError> {
        match self.limit {
            None => Ok(LIMIT_DEFAULT),
            Some(limit @ 1..=LIMIT_MAX) => Ok(limit),
            Some(_) => Err(ApiError::invalid(
                "limit",
                format!("must be 1 to {LIMIT_MAX}"),
            )),
        }
    }

    /// Where to go on.
    ///
    /// # Errors
    /// [`ApiError::Invalid`] for a cursor this list did not give.
    pub(crate) fn cursor<T: DeserializeOwned>(&self) -> Result<Option<T>, ApiError> {
        let Some(text) = self.cursor.as_deref().filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        let unknown = || ApiError::invalid("cursor", "not a cursor of this list");
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| unknown())?;
        serde_json::from_slice(&json)
            .map(Some)
            .map_err(|_| unknown())
    }
}

/// A cursor that stands for `position`.
///
/// # Errors
/// [`ApiError::Internal`] never, for positions of ours.
pub(crate) fn cursor(position: &impl Serialize) -> Result<String, ApiError> {
    serde_json::to_vec(position)
        .map(|json| URL_SAFE_NO_PAD.encode(json))
        .map_err(ApiError::internal)
}

/// `from` and `to`.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RangeParams {
    /// Start of event time, RFC 3339, inclusive.
    pub(crate) from: Option<String>,
    /// End of event time, RFC 3339, exclusive.
    pub(crate) to: Option<String>,
}

/// A half-open stretch of event time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    /// Inclusive.
    pub(crate) from: UnixNanos,
    /// Exclusive.
    pub(crate) to: UnixNanos,
}

impl RangeParams {
    /// The range asked for; without one, everything.
    ///
    /// # Errors
    /// [`ApiError::Invalid`] for a text that is no time, or an end before the start.
    pub(crate) fn or_everything(&self) -> Result<Range, ApiError> {
        self.or(Range {
            from: UnixNanos(i64::MIN),
            to: UnixNanos(i64::MAX),
        })
    }

    /// The range asked for; without one, the 24 hours up to `now`.
    ///
    /// # Errors
    /// As [`Self::or_everything`].
    pub(crate) fn or_last_day(&self, now: UnixNanos) -> Result<Range, ApiError> {
        // Senders' clocks run ahead a little: what they call the next minute is of today.
        const AHEAD_NANOS: i64 = 300 * 1_000_000_000;
        self.or(Range {
            from: now.plus(-DAY_NANOS),
            to: now.plus(AHEAD_NANOS),
        })
    }

    fn or(&self, default: Range) -> Result<Range, ApiError> {
        let read = |field: &str, text: &Option<String>, default| match text {
            None => Ok(default),
            Some(text) => text
                .parse()
                .map_err(|_| ApiError::invalid(field, format!("not an RFC 3339 time: {text}"))),
        };
        let range = Range {
            from: read("from", &self.from, default.from)?,
            to: read("to", &self.to, default.to)?,
        };
        if range.from > range.to {
            return Err(ApiError::invalid("to", "comes before from"));
        }
        Ok(range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_to_its_position() {
        let params = PageParams {
            cursor: Some(cursor(&(7, "x")).unwrap()),
            limit: None,
        };
        assert_eq!(
            params.cursor::<(i64, String)>().unwrap(),
            Some((7, "x".into()))
        );
    }

    #[test]
    fn wrong_parameters_name_their_field() {
        let wrong = PageParams {
            cursor: Some("%".into()),
            limit: Some(0),
        };
        assert!(
            wrong
                .cursor::<u8>()
                .unwrap_err()
                .to_string()
                .starts_with("cursor")
        );
        assert!(wrong.limit().unwrap_err().to_string().starts_with("limit"));
        let wrong = RangeParams {
            from: Some("yesterday".into()),
            to: None,
        };
        assert!(
            wrong
                .or_everything()
                .unwrap_err()
                .to_string()
                .starts_with("from")
        );
    }
}

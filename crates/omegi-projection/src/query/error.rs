//! What went wrong with a query, in words for the person who typed it.

use std::time::Duration;

use datafusion::common::{DataFusionError, SchemaError};

use super::statement::unmarked;

/// Why a query gave no answer, or no whole one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Not SQL, or about tables and columns that do not exist.
    #[error("{message}")]
    Invalid {
        /// What is wrong.
        message: String,
        /// Where, if known.
        position: Option<Position>,
        /// What was meant, perhaps.
        suggestion: Option<String>,
    },
    /// SQL, but nothing that may be asked here.
    #[error("{reason}")]
    Refused {
        /// Why not.
        reason: String,
    },
    /// It ran longer than it may: ask for less, or a shorter range.
    #[error("query took longer than {0:?}")]
    TooLong(Duration),
    /// It needs more memory than it may have: group by less, or add a limit.
    #[error("query needs more than {bytes_max} bytes of memory")]
    TooLarge {
        /// What it may have.
        bytes_max: usize,
    },
    /// Too many queries run; try again.
    #[error("too many queries at once")]
    Busy,
    /// Its data made it fail, such as a division by zero or a text that is no number.
    #[error("{0}")]
    Failed(String),
}

/// A place in the text of a query, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Line.
    pub line: u64,
    /// Character of the line.
    pub column: u64,
}

impl QueryError {
    pub(super) fn refused(reason: impl Into<String>) -> Self {
        Self::Refused {
            reason: reason.into(),
        }
    }

    /// An error of parsing or planning `text`.
    pub(super) fn invalid(text: &str, error: &DataFusionError) -> Self {
        let root = error.find_root();
        let message = unmarked(&plain_message(root));
        let unknown = unknown_name(root, &message);
        let position = parser_position(&message)
            .or_else(|| unknown.as_ref().and_then(|(name, _)| find(text, name)));
        let suggestion = unknown.and_then(|(name, known)| nearest(&name, &known));
        Self::Invalid {
            message,
            position,
            suggestion,
        }
    }

    /// An error of a running query.
    pub(super) fn running(error: &DataFusionError, bytes_max: usize) -> Self {
        match error.find_root() {
            DataFusionError::ResourcesExhausted(_) => Self::TooLarge { bytes_max },
            root => Self::Failed(unmarked(&plain_message(root))),
        }
    }
}

/// The message without the engine's own prefixes and backtraces.
fn plain_message(error: &DataFusionError) -> String {
    let message = match error {
        DataFusionError::Plan(message) | DataFusionError::Execution(message) => message.clone(),
        DataFusionError::SQL(error, _) => error.to_string(),
        DataFusionError::SchemaError(error, _) => error.to_string(),
        DataFusionError::Diagnostic(_, inner) => return plain_message(inner),
        other => other.strip_backtrace(),
    };
    let message = message
        .strip_prefix("sql parser error: ")
        .unwrap_or(&message);
    message.lines().collect::<Vec<_>>().join(" ")
}

/// "... at Line: 1, Column: 8", as the parser says it.
fn parser_position(message: &str) -> Option<Position> {
    let (_, place) = message.rsplit_once("at Line: ")?;
    let (line, column) = place.split_once(", Column: ")?;
    let digits = |text: &str| {
        let end = text
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(text.len());
        text[..end].parse().ok()
    };
    Some(Position {
        line: digits(line)?,
        column: digits(column)?,
    })
}

/// A name that does not exist, and the names that do.
fn unknown_name(error: &DataFusionError, message: &str) -> Option<(String, Vec<String>)> {
    let error = match error {
        DataFusionError::Diagnostic(_, inner) => inner.find_root(),
        error => error,
    };
    if let DataFusionError::SchemaError(schema_error, _) = error
        && let SchemaError::FieldNotFound {
            field,
            valid_fields,
        } = schema_error.as_ref()
    {
        let known = valid_fields
            .iter()
            .map(|column| column.name.clone())
            .collect();
        return Some((field.name.clone(), known));
    }
    let quoted = message.split('\'').nth(1)?;
    if message.starts_with("table ") {
        let table = quoted.rsplit('.').next().unwrap_or(quoted);
        return Some((table.to_owned(), super::TABLES.map(str::to_owned).to_vec()));
    }
    let function = message
        .strip_prefix("Invalid function '")?
        .split('\'')
        .next()?;
    let meant = message.split("Did you mean '").nth(1)?.split('\'').next()?;
    Some((function.to_owned(), vec![meant.to_owned()]))
}

/// Where `name` stands in `text` as a word.
fn find(text: &str, name: &str) -> Option<Position> {
    let lower = text.to_lowercase();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let (at, _) = lower
        .match_indices(&name.to_lowercase())
        .find(|(at, found)| {
            let before = lower[..*at].chars().next_back();
            let after = lower[at + found.len()..].chars().next();
            !before.is_some_and(is_word) && !after.is_some_and(is_word)
        })?;
    let before = &lower[..at];
    let line = before.matches('\n').count() as u64 + 1;
    let column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count() as u64
        + 1;
    Some(Position { line, column })
}

/// The known name that takes the fewest changes, if they are few.
fn nearest(name: &str, known: &[String]) -> Option<String> {
    let name = name.to_lowercase();
    let distance = |other: &String| edits(&name, &other.to_lowercase());
    let best = known
        .iter()
        .filter(|name| !super::statement::is_made(name))
        .min_by_key(|k| distance(k))?;
    (distance(best) <= 1 + name.chars().count() / 3).then(|| best.clone())
}

/// Levenshtein distance.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let change = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_as_a_word_in_its_line() {
        let place = find("SELECT names,\n  nam FROM t", "nam");
        assert_eq!(place, Some(Position { line: 2, column: 3 }));
    }

    #[test]
    fn only_a_near_name_is_suggested() {
        let known = ["service_name".to_owned(), "name".to_owned()];
        assert_eq!(
            nearest("servce_name", &known).as_deref(),
            Some("service_name")
        );
        assert_eq!(nearest("bogus", &known), None);
    }
}

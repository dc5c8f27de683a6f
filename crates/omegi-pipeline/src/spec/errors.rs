//! Mistakes in a pipeline file, each with its place.

use std::fmt;

/// A place in a pipeline file; line and column count from 1, 0 where there is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// Where.
    pub at: Position,
    /// What is wrong, and where it can be said, what would be right.
    pub text: String,
}

/// All mistakes of one pipeline file, in order of their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecErrors {
    /// The file as it was named, or the name of the default file.
    pub file: String,
    /// At least one.
    pub mistakes: Vec<Mistake>,
}

impl SpecErrors {
    pub(super) fn one(mistake: Mistake) -> Self {
        Self {
            file: String::new(),
            mistakes: vec![mistake],
        }
    }

    pub(super) fn in_file(mut self, file: &str) -> Self {
        file.clone_into(&mut self.file);
        self
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

impl fmt::Display for SpecErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.mistakes.iter().enumerate() {
            let gap = if index == 0 { "" } else { "\n" };
            let file = if self.file.is_empty() {
                "pipeline"
            } else {
                &self.file
            };
            write!(f, "{gap}{file}:{}: {}", mistake.at, mistake.text)?;
        }
        Ok(())
    }
}

impl std::error::Error for SpecErrors {}

/// Gathers mistakes while a file is read.
#[derive(Default)]
pub(super) struct Mistakes(Vec<Mistake>);

impl Mistakes {
    pub(super) fn add(&mut self, at: Position, text: impl Into<String>) {
        let text = text.into();
        self.0.push(Mistake { at, text });
    }

    /// `value` if nothing was wrong; else every mistake, in order of place.
    pub(super) fn settle<T>(mut self, value: Option<T>) -> Result<T, SpecErrors> {
        self.0.sort();
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => {
                assert!(!self.0.is_empty(), "a missing part was told as a mistake");
                Err(SpecErrors {
                    file: String::new(),
                    mistakes: self.0,
                })
            }
        }
    }
}

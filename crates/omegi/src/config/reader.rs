//! Takes typed values out of a TOML table and remembers every mistake.

use std::time::Duration;

use toml::{Table, Value};

use super::ConfigErrors;

/// A table from which keys are taken one by one; what is left over is unknown.
pub(super) struct Reader {
    table: Table,
    /// `section.` in front of keys in messages.
    prefix: String,
    mistakes: Vec<String>,
}

impl Reader {
    pub(super) fn parse(text: &str) -> Result<Self, ConfigErrors> {
        let table = text
            .parse::<Table>()
            .map_err(|error| ConfigErrors(vec![error.to_string().trim().to_owned()]))?;
        Ok(Self {
            table,
            prefix: String::new(),
            mistakes: Vec::new(),
        })
    }

    pub(super) fn mistake(&mut self, key: &str, reason: &str) {
        self.mistakes
            .push(format!("{}{key}: {reason}", self.prefix));
    }

    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        match self.table.remove(key)? {
            Value::String(text) => Some(text),
            other => {
                self.mistake(key, &format!("expected text, found {}", other.type_str()));
                None
            }
        }
    }

    pub(super) fn texts(&mut self, key: &str) -> Vec<String> {
        let Some(value) = self.table.remove(key) else {
            return Vec::new();
        };
        let texts = match value {
            Value::Array(items) => items
                .into_iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect::<Option<Vec<_>>>(),
            _ => None,
        };
        texts.unwrap_or_else(|| {
            self.mistake(key, "expected a list of texts");
            Vec::new()
        })
    }

    pub(super) fn flag(&mut self, key: &str, default: bool) -> bool {
        match self.table.remove(key) {
            None => default,
            Some(Value::Boolean(flag)) => flag,
            Some(_) => {
                self.mistake(key, "expected true or false");
                default
            }
        }
    }

    /// `"7d"`, `"10s"`; above zero.
    pub(super) fn duration(&mut self, key: &str, default: Duration) -> Duration {
        let Some(text) = self.text(key) else {
            return default;
        };
        match humantime::parse_duration(&text) {
            Ok(duration) if !duration.is_zero() => duration,
            _ => {
                self.mistake(
                    key,
                    &format!("expected a duration such as \"7d\", found {text:?}"),
                );
                default
            }
        }
    }

    /// A number of bytes, or text such as `"20 GiB"`; at least `min`.
    pub(super) fn bytes(&mut self, key: &str, default: u64, min: u64) -> u64 {
        let Some(value) = self.table.remove(key) else {
            return default;
        };
        let bytes = match &value {
            Value::Integer(bytes) => u64::try_from(*bytes).ok(),
            Value::String(text) => parse_bytes(text),
            _ => None,
        };
        match bytes {
            Some(bytes) if bytes >= min => bytes,
            Some(_) => {
                self.mistake(key, &format!("must be at least {min} bytes"));
                default
            }
            None => {
                self.mistake(key, "expected a size such as \"20 GiB\"");
                default
            }
        }
    }

    pub(super) fn percent(&mut self, key: &str, default: u8) -> u8 {
        match self.table.remove(key) {
            None => default,
            Some(Value::Integer(percent @ 0..=100)) => percent as u8,
            Some(_) => {
                self.mistake(key, "expected 0 to 100");
                default
            }
        }
    }

    /// Reads the table under `key`; a missing one reads as empty.
    pub(super) fn section<T>(&mut self, key: &str, read: impl FnOnce(&mut Reader) -> T) -> T {
        let table = match self.table.remove(key) {
            None => Table::new(),
            Some(Value::Table(table)) => table,
            Some(_) => {
                self.mistake(key, "expected a section");
                Table::new()
            }
        };
        let prefix = format!("{}{key}.", self.prefix);
        let mut section = Reader {
            table,
            prefix,
            mistakes: Vec::new(),
        };
        let value = read(&mut section);
        section.report_unknown();
        self.mistakes.append(&mut section.mistakes);
        value
    }

    pub(super) fn finish(mut self) -> Result<(), ConfigErrors> {
        self.report_unknown();
        if self.mistakes.is_empty() {
            Ok(())
        } else {
            Err(ConfigErrors(self.mistakes))
        }
    }

    fn report_unknown(&mut self) {
        let unknown: Vec<String> = self.table.keys().cloned().collect();
        for key in unknown {
            self.mistake(&key, "unknown key");
        }
    }
}

fn parse_bytes(text: &str) -> Option<u64> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor: u64 = match unit.trim() {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

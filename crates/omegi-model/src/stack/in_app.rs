//! Which frames are the project's own code and which are a library's or the runtime's.
//!
//! By language rules over module, file and function; then by the project's own prefixes, which win.

use serde::{Deserialize, Serialize};

use super::{Frame, Language};

mod rules;

/// A project's own prefixes, matched against module, file and function; the longest match wins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InAppRules {
    /// Frames that are the project's code, whatever the language rules say.
    pub include: Vec<String>,
    /// Frames that are not.
    pub exclude: Vec<String>,
}

impl InAppRules {
    /// Lays the project's prefixes over what the language rules said.
    pub fn apply(&self, frames: &mut [Frame]) {
        if self.include.is_empty() && self.exclude.is_empty() {
            return;
        }
        for frame in frames {
            let included = longest(&self.include, frame);
            let excluded = longest(&self.exclude, frame);
            if included > excluded {
                frame.in_app = true;
            } else if excluded > 0 {
                frame.in_app = false;
            }
        }
    }
}

/// Marks frames by the rules of their language.
pub fn mark(language: Language, frames: &mut [Frame]) {
    for frame in frames {
        frame.in_app = rules::is_app(language, frame);
    }
}

/// Length of the longest prefix that fits the frame; 0 for none.
fn longest(prefixes: &[String], frame: &Frame) -> usize {
    let file = frame.file.as_deref().unwrap_or_default();
    let fits = |prefix: &&String| {
        !prefix.is_empty()
            && [frame.module.as_str(), file, frame.function.as_str()]
                .iter()
                .any(|text| text.starts_with(prefix.as_str()))
    };
    prefixes
        .iter()
        .filter(fits)
        .map(String::len)
        .max()
        .unwrap_or(0)
}

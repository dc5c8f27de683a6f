//! A project's own grouping rules: the first that fits names the fingerprint or the issue.
//!
//! Kept as JSON, versioned by whoever stores them. A rule fits when all it names fits: patterns are
//! exact texts or have `*` for any run of characters; matching is linear in the text. A fingerprint
//! that the sender set stands above all rules.

mod parse;
mod pattern;

use serde::Serialize;

use crate::error_event::{Exception, GroupingParts};
use crate::id::{IssueId, ProjectId};
use crate::value::{Attributes, Value};

use super::key::{AlgorithmVersion, Keys, key};
pub use parse::{RULES_MAX, RuleError, RuleErrors};
use pattern::Pattern;

/// The rules of a project, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleSet {
    version: u64,
    rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    name: String,
    kind: Option<Pattern>,
    message: Option<Pattern>,
    frame: Option<Pattern>,
    service: Option<Pattern>,
    attributes: Vec<(String, Pattern)>,
    outcome: Outcome,
}

/// What a rule does to the errors it fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Their fingerprint; may hold `{{ default }}` and other variables.
    Fingerprint(Vec<String>),
    /// They belong to this issue.
    MergeInto(IssueId),
}

/// What rules look at: an error event has it all, so history can be judged again.
#[derive(Debug, Clone, Copy)]
pub struct RuleInput<'a> {
    /// Its grouping parts.
    pub parts: &'a GroupingParts,
    /// Its exceptions, as sent.
    pub exceptions: &'a [Exception],
    /// Attributes of the origin.
    pub attributes: &'a Attributes,
}

/// The keys of an error after the project's rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruled {
    /// Its keys; after a `merge_into` those it would have without.
    pub keys: Keys,
    /// The issue that a rule puts it in.
    pub merge_into: Option<IssueId>,
    /// Name of the rule that fitted.
    pub rule: Option<String>,
}

impl RuleSet {
    /// Reads `{"version": 3, "rules": [{"name", "match": {..}, "fingerprint": [..] | "merge_into": ".."}]}`.
    ///
    /// # Errors
    /// All mistakes at once, each with its rule and field.
    pub fn parse(json: &serde_json::Value) -> Result<Self, RuleErrors> {
        parse::rule_set(json)
    }

    /// The version its author gave it; 0 where none was given.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// How many rules it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether it has no rule.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Name and outcome of the first rule that fits.
    #[must_use]
    pub fn judge(&self, input: RuleInput<'_>) -> Option<(&str, &Outcome)> {
        let rule = self.rules.iter().find(|rule| rule.fits(input))?;
        Some((&rule.name, &rule.outcome))
    }

    /// Keys by sender's fingerprint, else by the first rule that fits, else by the algorithm.
    #[must_use]
    pub fn keys(
        &self,
        project: ProjectId,
        input: RuleInput<'_>,
        version: AlgorithmVersion,
    ) -> Ruled {
        let plain = |rule, merge_into| Ruled {
            keys: key(project, input.parts, version),
            merge_into,
            rule,
        };
        if !input.parts.override_parts.is_empty() {
            return plain(None, None);
        }
        match self.judge(input) {
            None => plain(None, None),
            Some((name, Outcome::MergeInto(issue))) => plain(Some(name.to_owned()), Some(*issue)),
            Some((name, Outcome::Fingerprint(texts))) => {
                let parts = GroupingParts {
                    override_parts: texts.iter().map(|text| filled(text, input)).collect(),
                    ..input.parts.clone()
                };
                Ruled {
                    keys: key(project, &parts, version),
                    merge_into: None,
                    rule: Some(name.to_owned()),
                }
            }
        }
    }
}

impl Rule {
    fn fits(&self, input: RuleInput<'_>) -> bool {
        let fits =
            |pattern: &Option<Pattern>, text: &str| pattern.as_ref().is_none_or(|p| p.fits(text));
        let any = |pattern: &Option<Pattern>, of: &dyn Fn(&Exception, &Pattern) -> bool| {
            pattern
                .as_ref()
                .is_none_or(|p| input.exceptions.iter().any(|e| of(e, p)))
        };
        fits(&self.service, &input.parts.service)
            && any(&self.kind, &|e, p| p.fits(&e.kind))
            && any(&self.message, &|e, p| p.fits(&e.message))
            && any(&self.frame, &|e, p| {
                e.frames.iter().any(|frame| {
                    let name = format!("{}.{}", frame.module, frame.function);
                    p.fits(name.trim_start_matches('.'))
                        || frame.file.as_deref().is_some_and(|file| p.fits(file))
                })
            })
            && self.attributes.iter().all(|(name, pattern)| {
                input
                    .attributes
                    .get(name)
                    .is_some_and(|value| pattern.fits(&text_of(value)))
            })
    }
}

/// Puts values for variables; `{{ default }}` is left to the algorithm.
fn filled(text: &str, input: RuleInput<'_>) -> String {
    let parts = input.parts;
    let main = super::key::main(parts);
    match parse::variable(text) {
        Some("type") => main.map(|e| e.kind.clone()).unwrap_or_default(),
        Some("message") => main.map(|e| e.template.clone()).unwrap_or_default(),
        Some("service") => parts.service.clone(),
        Some("operation") => parts.operation.clone(),
        Some(name) => match name.strip_prefix("attributes.") {
            Some(name) => input.attributes.get(name).map(text_of).unwrap_or_default(),
            None => text.to_owned(),
        },
        None => text.to_owned(),
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Int(number) => number.to_string(),
        Value::Double(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Null | Value::List(_) | Value::Map(_) => String::new(),
    }
}

#[cfg(test)]
mod tests;

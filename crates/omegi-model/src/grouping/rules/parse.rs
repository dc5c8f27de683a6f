//! Rules from JSON; every mistake is told with its rule and field.

use std::fmt;

use serde_json::{Map, Value};

use super::{Outcome, Pattern, Rule, RuleSet};

/// Most rules of a project.
pub const RULES_MAX: usize = 200;
const TEXT_BYTES_MAX: usize = 256;
const FINGERPRINT_PARTS_MAX: usize = 16;
const ATTRIBUTES_MAX: usize = 16;

/// A mistake in a rule set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    /// Index of the rule, from 0; none where the set itself is wrong.
    pub rule: Option<usize>,
    /// The field, such as `match.type`.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rule {
            Some(rule) => write!(f, "rules[{rule}].{}: {}", self.field, self.problem),
            None => write!(f, "{}: {}", self.field, self.problem),
        }
    }
}

/// All mistakes of a rule set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct RuleErrors(pub Vec<RuleError>);

pub(super) fn rule_set(json: &Value) -> Result<RuleSet, RuleErrors> {
    let mut reader = Reader::default();
    let set = reader.set(json);
    if reader.errors.is_empty() {
        Ok(set)
    } else {
        Err(RuleErrors(reader.errors))
    }
}

/// `default` of `{{ default }}`; none for a plain text.
pub(super) fn variable(text: &str) -> Option<&str> {
    Some(text.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim())
}

#[derive(Default)]
struct Reader {
    rule: Option<usize>,
    errors: Vec<RuleError>,
}

impl Reader {
    fn set(&mut self, json: &Value) -> RuleSet {
        let Some(set) = json.as_object() else {
            self.wrong("rules", "must be an object with `version` and `rules`");
            return RuleSet::default();
        };
        self.known(set, "", &["version", "rules"]);
        let version = match set.get("version") {
            None => 0,
            Some(version) => version.as_u64().unwrap_or_else(|| {
                self.wrong("version", "must be a whole number");
                0
            }),
        };
        let rules = match set.get("rules").and_then(Value::as_array) {
            Some(rules) => rules.as_slice(),
            None => {
                self.wrong("rules", "must be a list");
                &[]
            }
        };
        if rules.len() > RULES_MAX {
            self.wrong(
                "rules",
                &format!("has {} rules, at most {RULES_MAX} are allowed", rules.len()),
            );
        }
        let mut read = Vec::new();
        for (at, rule) in rules.iter().take(RULES_MAX).enumerate() {
            self.rule = Some(at);
            read.extend(self.rule(rule));
        }
        self.rule = None;
        RuleSet {
            version,
            rules: read,
        }
    }

    fn rule(&mut self, json: &Value) -> Option<Rule> {
        let Some(rule) = json.as_object() else {
            self.wrong("rule", "must be an object");
            return None;
        };
        self.known(rule, "", &["name", "match", "fingerprint", "merge_into"]);
        let name = self
            .text(rule, "", "name")
            .unwrap_or_else(|| format!("rule {}", self.rule.map_or(0, |at| at + 1)));
        let empty = Map::new();
        let matches = match rule.get("match").map(Value::as_object) {
            Some(Some(matches)) => matches,
            _ => {
                self.wrong("match", "must be an object that names at least one field");
                &empty
            }
        };
        self.known(
            matches,
            "match.",
            &["type", "message", "frame", "service", "attributes"],
        );
        if matches.is_empty() && rule.contains_key("match") {
            self.wrong("match", "must name at least one field");
        }
        let outcome = self.outcome(rule)?;
        Some(Rule {
            name,
            kind: self.pattern(matches, "type"),
            message: self.pattern(matches, "message"),
            frame: self.pattern(matches, "frame"),
            service: self.pattern(matches, "service"),
            attributes: self.attributes(matches),
            outcome,
        })
    }

    fn outcome(&mut self, rule: &Map<String, Value>) -> Option<Outcome> {
        match (rule.get("fingerprint"), rule.get("merge_into")) {
            (Some(fingerprint), None) => self.fingerprint(fingerprint),
            (None, Some(issue)) => {
                let issue = issue.as_str().and_then(|text| text.parse().ok());
                if issue.is_none() {
                    self.wrong("merge_into", "must be an issue id of 32 hex digits");
                }
                issue.map(Outcome::MergeInto)
            }
            (Some(_), Some(_)) => {
                self.wrong("merge_into", "cannot stand beside `fingerprint`");
                None
            }
            (None, None) => {
                self.wrong(
                    "fingerprint",
                    "is missing: a rule needs `fingerprint` or `merge_into`",
                );
                None
            }
        }
    }

    fn fingerprint(&mut self, json: &Value) -> Option<Outcome> {
        let one = std::slice::from_ref(json);
        let list = json.as_array().map_or(one, Vec::as_slice);
        if list.is_empty() || list.len() > FINGERPRINT_PARTS_MAX {
            self.wrong(
                "fingerprint",
                &format!("must have 1 to {FINGERPRINT_PARTS_MAX} parts"),
            );
            return None;
        }
        let mut texts = Vec::new();
        for part in list {
            let text = match part {
                Value::String(text) if !text.is_empty() && text.len() <= TEXT_BYTES_MAX => {
                    text.clone()
                }
                Value::Number(number) => number.to_string(),
                _ => {
                    self.wrong(
                        "fingerprint",
                        &format!("must hold texts of 1 to {TEXT_BYTES_MAX} bytes"),
                    );
                    return None;
                }
            };
            let known = ["default", "type", "message", "service", "operation"];
            if let Some(name) = variable(&text)
                && !known.contains(&name)
                && !name.starts_with("attributes.")
            {
                self.wrong("fingerprint", &format!("knows no variable `{name}`"));
            }
            texts.push(text);
        }
        Some(Outcome::Fingerprint(texts))
    }

    fn attributes(&mut self, matches: &Map<String, Value>) -> Vec<(String, Pattern)> {
        let Some(json) = matches.get("attributes") else {
            return Vec::new();
        };
        let Some(attributes) = json
            .as_object()
            .filter(|a| !a.is_empty() && a.len() <= ATTRIBUTES_MAX)
        else {
            self.wrong(
                "match.attributes",
                &format!("must be an object of 1 to {ATTRIBUTES_MAX} patterns"),
            );
            return Vec::new();
        };
        let names: Vec<&String> = attributes.keys().collect();
        let mut read = Vec::new();
        for name in names {
            if let Some(text) = self.text(attributes, "match.attributes.", name) {
                read.push((name.clone(), Pattern::new(&text)));
            }
        }
        read
    }

    fn pattern(&mut self, matches: &Map<String, Value>, field: &str) -> Option<Pattern> {
        self.text(matches, "match.", field)
            .map(|text| Pattern::new(&text))
    }

    /// A field's text; none where it is missing, or wrong and told.
    fn text(&mut self, object: &Map<String, Value>, folder: &str, field: &str) -> Option<String> {
        let value = object.get(field)?;
        let text = value
            .as_str()
            .filter(|text| !text.is_empty() && text.len() <= TEXT_BYTES_MAX);
        if text.is_none() {
            self.wrong(
                &format!("{folder}{field}"),
                &format!("must be a text of 1 to {TEXT_BYTES_MAX} bytes"),
            );
        }
        text.map(str::to_owned)
    }

    fn known(&mut self, object: &Map<String, Value>, folder: &str, fields: &[&str]) {
        for field in object
            .keys()
            .filter(|field| !fields.contains(&field.as_str()))
        {
            self.wrong(&format!("{folder}{field}"), "is unknown");
        }
    }

    fn wrong(&mut self, field: &str, problem: &str) {
        self.errors.push(RuleError {
            rule: self.rule,
            field: field.to_owned(),
            problem: problem.to_owned(),
        });
    }
}

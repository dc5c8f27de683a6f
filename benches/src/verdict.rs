//! Compares what the server found with what a corpus must lead to.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::corpus::truth::{Failure, Failures};
use crate::server::api::ErrorItem;

/// How many error events are right, and what is wrong with the others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Verdict {
    /// Failing traces sent.
    pub(crate) failing_traces: u64,
    /// Of these: one error event, its origin and type right.
    pub(crate) right: u64,
    /// No error event.
    pub(crate) missing: u64,
    /// Error events beyond the first of their trace.
    pub(crate) doubled: u64,
    /// Error events of traces that did not fail.
    pub(crate) invented: u64,
    /// First error event of its trace with another service as origin.
    pub(crate) wrong_origin: u64,
    /// First error event of its trace with the origin right and another type.
    pub(crate) wrong_type: u64,
    /// Up to three examples of what is wrong.
    pub(crate) examples: Vec<String>,
}

impl Verdict {
    /// Compares.
    pub(crate) fn of(failures: &Failures, found: &[ErrorItem]) -> Self {
        let mut verdict = Self {
            failing_traces: failures.by_trace.len() as u64,
            ..Self::default()
        };
        let mut by_trace: BTreeMap<&str, Vec<&ErrorItem>> = BTreeMap::new();
        for item in found {
            by_trace
                .entry(item.trace_id.as_deref().unwrap_or_default())
                .or_default()
                .push(item);
        }
        for (trace, items) in &by_trace {
            match (failures.by_trace.get(*trace), items.first()) {
                (Some(failure), Some(first)) => {
                    verdict.judge(failure, first, items.len() as u64 - 1)
                }
                _ => {
                    verdict.invented += items.len() as u64;
                    verdict.example(format!("trace {trace} did not fail"));
                }
            }
        }
        let missing: Vec<&String> = failures
            .by_trace
            .keys()
            .filter(|trace| !by_trace.contains_key(trace.as_str()))
            .collect();
        verdict.missing = missing.len() as u64;
        if let Some(trace) = missing.first() {
            verdict.example(format!("trace {trace} has no error event"));
        }
        verdict
    }

    /// Nothing is wrong.
    pub(crate) fn is_perfect(&self) -> bool {
        self.right == self.failing_traces && self.doubled + self.invented == 0
    }

    fn judge(&mut self, failure: &Failure, found: &ErrorItem, further: u64) {
        let origin = found.origin.service.as_deref().unwrap_or_default();
        self.doubled += further;
        if origin != failure.service {
            self.wrong_origin += 1;
        } else if found.kind != failure.exception_type {
            self.wrong_type += 1;
        } else {
            self.right += u64::from(further == 0);
            return self.example_if(further > 0, failure, found);
        }
        self.example_if(true, failure, found);
    }

    fn example_if(&mut self, wrong: bool, failure: &Failure, found: &ErrorItem) {
        if wrong {
            self.example(format!("{failure:?} found as {found:?}"));
        }
    }

    fn example(&mut self, example: String) {
        if self.examples.len() < 3 {
            self.examples.push(example);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::api::Origin;

    fn item(trace: &str, service: &str, kind: &str) -> ErrorItem {
        let origin = Origin {
            service: Some(service.into()),
        };
        ErrorItem {
            trace_id: Some(trace.into()),
            kind: kind.into(),
            origin,
        }
    }

    #[test]
    fn every_kind_of_mistake_is_counted_apart() {
        let failure = || Failure {
            service: "cart".into(),
            exception_type: "E".into(),
        };
        let by_trace = ["a", "b", "c", "d", "e"]
            .map(|trace| (trace.to_owned(), failure()))
            .into();
        let found = [
            item("a", "cart", "E"),
            item("b", "web", "E"),
            item("c", "cart", "F"),
            item("d", "cart", "E"),
            item("d", "cart", "E"),
            item("x", "cart", "E"),
        ];
        let verdict = Verdict::of(
            &Failures {
                by_trace,
                issues: 1,
            },
            &found,
        );
        let Verdict {
            right,
            missing,
            doubled,
            invented,
            wrong_origin,
            wrong_type,
            ..
        } = verdict;
        assert_eq!((right, missing, doubled, invented), (1, 1, 1, 1));
        assert_eq!((wrong_origin, wrong_type), (1, 1));
        assert!(!verdict.is_perfect());
    }
}

//! Why an origin was named, in words, strongest first.

use crate::exception::same::Likeness;
use crate::origin::{Fault, Found, Why};

/// Sentences kept per event.
const SENTENCES_MAX: usize = 20;

/// The reasons for `found`; `fault` is its origin.
pub(super) fn evidence(found: &Found, fault: &Fault) -> Vec<String> {
    let mut said = vec![beginning(found, fault)];
    let steps = [
        (
            Why::Alike(Likeness::Equal),
            "recorded the same exception (type, message, stack)",
        ),
        (
            Why::Alike(Likeness::Grown),
            "recorded the same exception with a stack grown outward",
        ),
        (
            Why::Alike(Likeness::Wrapped),
            "threw an exception caused by it",
        ),
        (Why::Alike(Likeness::Quoted), "quoted its message"),
        (Why::Called, "made the call that it answered with a failure"),
        (Why::EndedLast, "failed right after it ended"),
        (
            Why::OnlyReason,
            "failed without a reason of their own, and nothing went on after it",
        ),
        (
            Why::Beside,
            "failed while it ran beside another failing call",
        ),
    ];
    for (why, words) in steps {
        let count = found.whys.iter().filter(|other| **other == why).count();
        if count > 0 {
            said.push(format!("{count} outer span(s) {words}"));
        }
    }
    if found.attempts > 0 {
        said.push(format!(
            "{} earlier attempt(s) of the same call failed too",
            found.attempts
        ));
    }
    if found.occurrences > 1 {
        said.push(format!(
            "it happened {} times in this trace at this place",
            found.occurrences
        ));
    }
    said.push(ending(found));
    if found.decoy {
        said.push("it happened often and nothing came of it: unlikely to be the cause".into());
    }
    if found.ambiguous {
        said.push("another failure of this trace scores nearly as high".into());
    }
    said.truncate(SENTENCES_MAX);
    said
}

fn beginning(found: &Found, fault: &Fault) -> String {
    match (&found.remote, found.thrown, fault.logs) {
        (Some(address), ..) => format!(
            "a call to {address} failed and nothing was received from there: it began beyond (confidence low)"
        ),
        (None, true, _) => {
            "innermost span that recorded the exception, no failing span below explains it".into()
        }
        (None, false, 0) => {
            "innermost span with an error status, no failing span below explains it".into()
        }
        (None, false, _) => {
            "innermost span with a log record at ERROR, no failing span below explains it".into()
        }
    }
}

fn ending(found: &Found) -> String {
    match (found.escaped, found.recovered, found.failing) {
        (true, ..) => "it reached the entry of the trace",
        (false, true, _) => "a later attempt of the same call succeeded: recovered",
        (false, false, true) => "a span above did not fail: contained",
        (false, false, false) => "the span that recorded it did not fail: handled",
    }
    .into()
}

//! The faults that the generated shop has: where each sits, what it throws. One fault is one issue.

use super::services::{self, Language};
use super::stacks;
use crate::random::Random;

/// Distinct faults.
pub(super) const FAULTS: usize = 120;

const SUBJECTS: [&str; 12] = [
    "Ledger", "Parcel", "Voucher", "Basket", "Stock", "Tariff", "Refund", "Courier", "Invoice",
    "Wallet", "Label", "Quota",
];
const ENDS: [&str; 10] = [
    "Rejected",
    "Missing",
    "Locked",
    "Expired",
    "Overdrawn",
    "Malformed",
    "Conflicting",
    "Unreachable",
    "Duplicated",
    "Exhausted",
];

/// One defect in one service.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    /// Number among the faults.
    pub(super) number: usize,
    /// Service that it is in.
    pub(super) service: usize,
    /// What the failing thing is called: "Ledger".
    pub(super) subject: &'static str,
    /// What happens to it: "Rejected".
    pub(super) end: &'static str,
    /// Thrown inside another exception.
    pub(super) wrapped: bool,
}

/// One occurrence of a fault, as a span records it.
#[derive(Debug, Clone)]
pub(super) struct Thrown {
    /// `exception.type`: the outermost.
    pub(super) kind: String,
    /// `exception.message`: the outermost's.
    pub(super) message: String,
    /// `exception.stacktrace`.
    pub(super) stack: String,
    /// Type of the innermost exception.
    pub(super) innermost: String,
}

impl Fault {
    /// One of all faults; a few of them make most of the noise.
    pub(super) fn pick(random: &mut Random) -> Self {
        let unit = random.unit();
        Self::nth((unit * unit * FAULTS as f64) as usize)
    }

    /// Fault `number`.
    pub(super) fn nth(number: usize) -> Self {
        let number = number % FAULTS;
        let faulty = services::SERVICES - services::FAULTY_FROM;
        let service = services::FAULTY_FROM + number % faulty;
        Self {
            number,
            service,
            subject: SUBJECTS[number % SUBJECTS.len()],
            end: ENDS[number / SUBJECTS.len() % ENDS.len()],
            wrapped: services::language(service) == Language::Java && number % 8 < 4,
        }
    }

    /// Throws it: the message differs each time, the stack's own frames do not.
    pub(super) fn throw(&self, random: &mut Random) -> Thrown {
        let message = format!(
            "{} {:08x} of customer {} was {} after {} ms",
            self.subject.to_lowercase(),
            random.next() as u32,
            random.below(1_000_000),
            self.end.to_lowercase(),
            random.below(30_000),
        );
        match services::language(self.service) {
            Language::Java => stacks::java(self, &message),
            Language::Python => stacks::python(self, &message),
            Language::JavaScript => stacks::javascript(self, &message),
            Language::Go => stacks::go(self, &message, random),
        }
    }
}

//! SplitMix64: small, seeded, the same on every machine.

/// A seeded source of numbers.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From `low` to below `high`; `low` where the range is empty.
    pub(super) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % high.saturating_sub(low).max(1)
    }

    /// A span id: 16 hex digits.
    pub(super) fn span_id(&mut self) -> String {
        format!("{:016x}", self.next() | 1)
    }

    /// A trace id: 32 hex digits.
    pub(super) fn trace_id(&mut self) -> String {
        format!("{:016x}{:016x}", self.next() | 1, self.next())
    }
}

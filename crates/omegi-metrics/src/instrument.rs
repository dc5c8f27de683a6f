//! What counts: atomics without locks, cheap enough for every record.
//!
//! All updates are relaxed: a page is a picture of each number, not of all at one instant.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

use crate::labels::Labels;

/// Only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub fn inc(&self) {
        self.add(1);
    }

    /// `n` more.
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Relaxed);
    }

    /// How many so far.
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// Goes up and down.
#[derive(Debug, Default)]
pub struct Gauge(AtomicI64);

impl Gauge {
    /// Is now `value`.
    pub fn set(&self, value: i64) {
        self.0.store(value, Relaxed);
    }

    /// Changes by `by`, which may be negative.
    pub fn add(&self, by: i64) {
        self.0.fetch_add(by, Relaxed);
    }

    /// What it is.
    pub fn get(&self) -> i64 {
        self.0.load(Relaxed)
    }
}

/// How often values fell below fixed bounds.
#[derive(Debug)]
pub struct Histogram {
    bounds: &'static [f64],
    /// One for each bound (not cumulative), and one for what exceeds all.
    buckets: Box<[AtomicU64]>,
    /// Bits of an `f64`.
    sum: AtomicU64,
}

impl Histogram {
    /// `bounds`: upper bounds, inclusive, rising.
    #[must_use]
    pub fn new(bounds: &'static [f64]) -> Self {
        debug_assert!(bounds.is_sorted(), "bounds of a histogram rise");
        Self {
            bounds,
            buckets: (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect(),
            sum: AtomicU64::new(0f64.to_bits()),
        }
    }

    /// Takes one value; NaN is ignored.
    pub fn observe(&self, value: f64) {
        if value.is_nan() {
            return;
        }
        let bucket = self.bounds.partition_point(|bound| *bound < value);
        if let Some(bucket) = self.buckets.get(bucket) {
            bucket.fetch_add(1, Relaxed);
        }
        let add = |bits| Some((f64::from_bits(bits) + value).to_bits());
        // The closure always yields a value, so there is no failure to look at.
        let _ = self.sum.fetch_update(Relaxed, Relaxed, add);
    }

    /// How many values were taken.
    pub fn count(&self) -> u64 {
        self.buckets.iter().map(|bucket| bucket.load(Relaxed)).sum()
    }

    /// Their sum.
    pub fn sum(&self) -> f64 {
        f64::from_bits(self.sum.load(Relaxed))
    }

    /// Upper bounds with the number of values up to each; the last, without bound, counts all.
    pub(crate) fn cumulative(&self) -> impl Iterator<Item = (Option<f64>, u64)> {
        let bounds = self.bounds.iter().copied().map(Some).chain([None]);
        let mut total = 0;
        bounds.zip(&self.buckets).map(move |(bound, bucket)| {
            total += bucket.load(Relaxed);
            (bound, total)
        })
    }
}

macro_rules! by_labels {
    ($(#[$meta:meta])* $name:ident, $one:ident) => {
        $(#[$meta])*
        #[derive(Debug)]
        pub struct $name<L> {
            all: Box<[$one]>,
            labels: PhantomData<fn(L)>,
        }

        impl<L: Labels> $name<L> {
            /// The member with these labels.
            pub fn of(&self, labels: L) -> &$one {
                &self.all[labels.position()]
            }

            fn from_fn(make: impl Fn() -> $one) -> Self {
                let all = (0..L::COUNT).map(|_| make()).collect();
                Self { all, labels: PhantomData }
            }
        }
    };
}

by_labels!(
    /// A [`Counter`] for each combination of labels.
    CounterBy,
    Counter
);
by_labels!(
    /// A [`Gauge`] for each combination of labels.
    GaugeBy,
    Gauge
);
by_labels!(
    /// A [`Histogram`] for each combination of labels.
    HistogramBy,
    Histogram
);

impl<L: Labels> Default for CounterBy<L> {
    fn default() -> Self {
        Self::from_fn(Counter::default)
    }
}

impl<L: Labels> CounterBy<L> {
    /// Over all labels.
    pub fn total(&self) -> u64 {
        self.all.iter().map(Counter::get).sum()
    }
}

impl<L: Labels> Default for GaugeBy<L> {
    fn default() -> Self {
        Self::from_fn(Gauge::default)
    }
}

impl<L: Labels> HistogramBy<L> {
    /// `bounds` as for [`Histogram::new`], alike for all labels.
    #[must_use]
    pub fn new(bounds: &'static [f64]) -> Self {
        Self::from_fn(|| Histogram::new(bounds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_on_a_bound_falls_below_it() {
        let histogram = Histogram::new(&[1.0, 2.0]);
        for value in [0.5, 1.0, 1.5, 9.0, f64::NAN] {
            histogram.observe(value);
        }
        let buckets: Vec<_> = histogram.cumulative().collect();
        assert_eq!(buckets, [(Some(1.0), 2), (Some(2.0), 3), (None, 4)]);
        assert_eq!((histogram.count(), histogram.sum()), (4, 12.0));
    }
}

//! The page that Prometheus reads: text exposition format 0.0.4.
//!
//! Invariant: a metric's samples stand together under one HELP and TYPE, even where several structs
//! (two logs, say) contribute to it; metrics are ordered by name, so equal counts render equally.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::instrument::{Counter, CounterBy, Gauge, GaugeBy, Histogram, HistogramBy};
use crate::labels::Labels;

/// A metric's name and meaning. Made by [`metric_names!`](crate::metric_names).
pub trait MetricName: Copy {
    /// As in `omegi_log_appended_records_total`.
    fn name(self) -> &'static str;

    /// What it says, in one line.
    fn help(self) -> &'static str;
}

/// Whoever has something to show on the page.
pub trait Collect: Send + Sync {
    /// Puts its metrics on the page.
    fn collect(&self, page: &mut Page);
}

/// Everything that is shown on one page.
#[derive(Clone, Default)]
pub struct Registry {
    parts: Vec<Arc<dyn Collect>>,
}

impl Registry {
    /// With one more part.
    #[must_use]
    pub fn with(mut self, part: Arc<dyn Collect>) -> Self {
        self.parts.push(part);
        self
    }

    /// Writes the page.
    pub fn render(&self, out: &mut String) {
        let mut page = Page::default();
        for part in &self.parts {
            part.collect(&mut page);
        }
        page.render(out);
    }
}

/// A page being filled.
#[derive(Debug, Default)]
pub struct Page {
    metrics: BTreeMap<&'static str, Metric>,
    /// Labels that every sample gets, until [`labelled`](Self::labelled) ends.
    outer: Vec<(&'static str, &'static str)>,
}

#[derive(Debug)]
struct Metric {
    help: &'static str,
    kind: &'static str,
    samples: String,
}

impl Page {
    /// What `fill` puts on the page also carries the label `name`, as in one log of several.
    pub fn labelled(
        &mut self,
        name: &'static str,
        value: &'static str,
        fill: impl FnOnce(&mut Self),
    ) {
        self.outer.push((name, value));
        fill(self);
        self.outer.pop();
    }

    /// Shows a counter.
    pub fn counter(&mut self, name: impl MetricName, counter: &Counter) {
        self.sample(name, "counter", &[], counter.get());
    }

    /// Shows a counter for each of its labels.
    pub fn counters<L: Labels>(&mut self, name: impl MetricName, counters: &CounterBy<L>) {
        L::each(&mut |labels| {
            self.sample(name, "counter", &pairs(labels), counters.of(labels).get());
        });
    }

    /// Shows a gauge.
    pub fn gauge(&mut self, name: impl MetricName, gauge: &Gauge) {
        self.value(name, gauge.get());
    }

    /// Shows a gauge for each of its labels.
    pub fn gauges<L: Labels>(&mut self, name: impl MetricName, gauges: &GaugeBy<L>) {
        L::each(&mut |labels| {
            self.sample(name, "gauge", &pairs(labels), gauges.of(labels).get());
        });
    }

    /// Shows a number that nobody keeps as a gauge, such as one read from the system just now.
    pub fn value(&mut self, name: impl MetricName, value: i64) {
        self.sample(name, "gauge", &[], value);
    }

    /// Shows a histogram.
    pub fn histogram(&mut self, name: impl MetricName, histogram: &Histogram) {
        self.buckets(name, &[], histogram);
    }

    /// Shows a histogram for each of its labels.
    pub fn histograms<L: Labels>(&mut self, name: impl MetricName, histograms: &HistogramBy<L>) {
        L::each(&mut |labels| self.buckets(name, &pairs(labels), histograms.of(labels)));
    }

    /// Writes what was put on the page.
    pub fn render(&self, out: &mut String) {
        for (name, metric) in &self.metrics {
            // Writing to a string cannot fail.
            let _ = writeln!(out, "# HELP {name} {}", metric.help);
            let _ = writeln!(out, "# TYPE {name} {}", metric.kind);
            out.push_str(&metric.samples);
        }
    }

    fn buckets(&mut self, name: impl MetricName, labels: &[(&str, &str)], histogram: &Histogram) {
        let mut count = 0;
        for (bound, up_to) in histogram.cumulative() {
            let bound = bound.map_or_else(|| "+Inf".to_owned(), |bound| bound.to_string());
            let mut labels = labels.to_vec();
            labels.push(("le", &bound));
            self.line(name, "histogram", "_bucket", &labels, up_to);
            count = up_to;
        }
        self.line(name, "histogram", "_sum", labels, histogram.sum());
        // Not read again: the count has to equal the last bucket.
        self.line(name, "histogram", "_count", labels, count);
    }

    fn sample(
        &mut self,
        name: impl MetricName,
        kind: &'static str,
        labels: &[(&str, &str)],
        value: impl std::fmt::Display,
    ) {
        self.line(name, kind, "", labels, value);
    }

    fn line(
        &mut self,
        name: impl MetricName,
        kind: &'static str,
        suffix: &str,
        labels: &[(&str, &str)],
        value: impl std::fmt::Display,
    ) {
        let metric = self.metrics.entry(name.name()).or_insert_with(|| Metric {
            help: name.help().trim(),
            kind,
            samples: String::new(),
        });
        let out = &mut metric.samples;
        out.push_str(name.name());
        out.push_str(suffix);
        let mut open = '{';
        for (label, value) in self.outer.iter().copied().chain(labels.iter().copied()) {
            let _ = write!(out, "{open}{label}=\"{value}\"");
            open = ',';
        }
        if open == ',' {
            out.push('}');
        }
        let _ = writeln!(out, " {value}");
    }
}

fn pairs<L: Labels>(labels: L) -> Vec<(&'static str, &'static str)> {
    let mut pairs = Vec::new();
    labels.pairs(&mut |name, value| pairs.push((name, value)));
    pairs
}

/// Declares an enum as [`MetricName`]: the doc line of a variant is what the page shows as HELP.
#[macro_export]
macro_rules! metric_names {
    ($(#[$meta:meta])* $vis:vis enum $name:ident {
        $(#[doc = $help:literal] $variant:ident => $metric:literal),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        $vis enum $name { $(#[doc = $help] $variant),+ }

        impl $crate::MetricName for $name {
            fn name(self) -> &'static str {
                match self { $(Self::$variant => $metric),+ }
            }

            fn help(self) -> &'static str {
                match self { $(Self::$variant => $help),+ }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label_set;

    metric_names! {
        /// For these tests.
        enum TestMetric {
            /// Things taken.
            Taken => "test_taken_total",
            /// How long it took.
            Seconds => "test_seconds",
        }
    }
    label_set! {
        /// For these tests.
        enum Size: "size" {
            /// Small.
            Small => "small",
            /// Large.
            Large => "large",
        }
    }
    label_set! {
        /// For these tests.
        enum Door: "door" {
            /// The only one.
            Front => "front",
        }
    }

    #[test]
    fn samples_of_one_metric_stand_together_under_one_header() {
        let (first, second) = (Counter::default(), Counter::default());
        first.inc();
        second.add(2);
        let mut page = Page::default();
        page.labelled("topic", "spans", |page| {
            page.counter(TestMetric::Taken, &first)
        });
        page.labelled("topic", "logs", |page| {
            page.counter(TestMetric::Taken, &second)
        });
        let mut out = String::new();
        page.render(&mut out);
        assert_eq!(
            out,
            "# HELP test_taken_total Things taken.\n# TYPE test_taken_total counter\n\
             test_taken_total{topic=\"spans\"} 1\ntest_taken_total{topic=\"logs\"} 2\n"
        );
    }

    #[test]
    fn a_pair_of_labels_renders_every_combination() {
        let counters = CounterBy::<(Size, Door)>::default();
        counters.of((Size::Large, Door::Front)).inc();
        let mut page = Page::default();
        page.counters(TestMetric::Taken, &counters);
        let mut out = String::new();
        page.render(&mut out);
        assert!(
            out.contains("test_taken_total{size=\"small\",door=\"front\"} 0\n"),
            "{out}"
        );
        assert!(
            out.contains("test_taken_total{size=\"large\",door=\"front\"} 1\n"),
            "{out}"
        );
        assert_eq!(counters.total(), 1);
    }

    #[test]
    fn a_histogram_counts_what_its_last_bucket_holds() {
        let histogram = Histogram::new(&[0.005, 1.0]);
        histogram.observe(0.5);
        histogram.observe(2.0);
        let mut page = Page::default();
        page.histogram(TestMetric::Seconds, &histogram);
        let mut out = String::new();
        page.render(&mut out);
        assert_eq!(
            out,
            "# HELP test_seconds How long it took.\n# TYPE test_seconds histogram\n\
             test_seconds_bucket{le=\"0.005\"} 0\ntest_seconds_bucket{le=\"1\"} 1\n\
             test_seconds_bucket{le=\"+Inf\"} 2\ntest_seconds_sum 2.5\ntest_seconds_count 2\n"
        );
    }
}

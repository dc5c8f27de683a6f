//! Counts, and how they are rendered for Prometheus.
//!
//! A crate names its metrics with [`metric_names!`] and its labels with [`label_set!`], keeps plain
//! [`Counter`]s, [`Gauge`]s and [`Histogram`]s in a struct of its own behind an `Arc`, and implements
//! [`Collect`] for it. The program puts all of them into one [`Registry`] and renders that.
//! Nothing here is static: two servers in one process count apart.
//! Labels come from closed sets alone, so no sender can make the page grow.
//!
//! ```
//! use std::sync::Arc;
//! use omegi_metrics::{Collect, CounterBy, Page, Registry, label_set, metric_names};
//!
//! metric_names! {
//!     /// What the door counts.
//!     enum DoorMetric {
//!         /// Visitors turned away.
//!         Refused => "door_refused_total",
//!     }
//! }
//! label_set! {
//!     /// Why a visitor was turned away.
//!     enum Reason: "reason" {
//!         /// No room left.
//!         Full => "full",
//!         /// Nobody expected them.
//!         Unknown => "unknown",
//!     }
//! }
//! #[derive(Default)]
//! struct Door { refused: CounterBy<Reason> }
//! impl Collect for Door {
//!     fn collect(&self, page: &mut Page) {
//!         page.counters(DoorMetric::Refused, &self.refused);
//!     }
//! }
//!
//! let door = Arc::new(Door::default());
//! door.refused.of(Reason::Full).inc();
//! let mut out = String::new();
//! Registry::default().with(door).render(&mut out);
//! assert!(out.contains("door_refused_total{reason=\"full\"} 1\n"));
//! ```

mod instrument;
mod labels;
mod page;

pub use instrument::{Counter, CounterBy, Gauge, GaugeBy, Histogram, HistogramBy};
pub use labels::{Label, Labels};
pub use page::{Collect, MetricName, Page, Registry};

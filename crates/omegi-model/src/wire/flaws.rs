//! What the reader repairs or cuts in values, found without making them.

use super::anomaly::{Anomalies, Anomaly};
use super::attributes::AttributesRef;
use super::fields::{Field, Fields};
use super::limits::{NAME_BYTES_MAX, VALUE_DEPTH_MAX, value_bytes_max};
use super::text::is_text;
use super::value::key_value;

impl AttributesRef<'_> {
    /// What is odd about these attributes.
    pub(super) fn anomalies(self) -> Anomalies {
        let mut anomalies = Anomalies::default();
        anomalies.set(Anomaly::Cut, self.is_cut());
        anomalies.set(Anomaly::DuplicateKey, self.has_duplicates());
        for (key, value) in self.raw() {
            anomalies = anomalies.and(of_text(key, NAME_BYTES_MAX));
            anomalies = anomalies.and(of_value(value, value_bytes_max(key)));
        }
        anomalies
    }
}

/// What is odd about an `AnyValue` of at most `bytes_max`.
pub(super) fn of_value(any_value: &[u8], bytes_max: usize) -> Anomalies {
    nested(any_value, bytes_max, VALUE_DEPTH_MAX)
}

fn nested(any_value: &[u8], bytes_max: usize, depth_left: u8) -> Anomalies {
    let mut anomalies = Anomalies::default();
    let mut fields = Fields::new(any_value);
    while let Ok(Some((number, field))) = fields.next() {
        let Field::Bytes(bytes) = field else { continue };
        let found = match number {
            1 => of_text(bytes, bytes_max),
            7 => of_size(bytes, bytes_max),
            5 | 6 => match depth_left.checked_sub(1) {
                Some(depth_left) => of_items(bytes, number == 6, bytes_max, depth_left),
                None => of_size(&[0], 0),
            },
            _ => continue,
        };
        anomalies = anomalies.and(found);
    }
    anomalies
}

fn of_items(message: &[u8], is_map: bool, bytes_max: usize, depth_left: u8) -> Anomalies {
    let mut anomalies = of_size(message, bytes_max);
    if !anomalies.is_empty() {
        return anomalies;
    }
    let mut fields = Fields::new(message);
    while let Ok(Some((number, field))) = fields.next() {
        let (1, Field::Bytes(item)) = (number, field) else {
            continue;
        };
        let value = if is_map {
            let (key, value) = key_value(item);
            anomalies = anomalies.and(of_text(key, NAME_BYTES_MAX));
            value
        } else {
            item
        };
        anomalies = anomalies.and(nested(value, bytes_max, depth_left));
    }
    anomalies
}

fn of_text(bytes: &[u8], bytes_max: usize) -> Anomalies {
    let mut anomalies = of_size(bytes, bytes_max);
    anomalies.set(Anomaly::InvalidUtf8, !is_text(bytes));
    anomalies
}

fn of_size(bytes: &[u8], bytes_max: usize) -> Anomalies {
    let mut anomalies = Anomalies::default();
    anomalies.set(Anomaly::Cut, bytes.len() > bytes_max);
    anomalies
}

//! The server's own counts, read from its Prometheus page.

use std::collections::BTreeMap;

/// One reading: values by name and labels, as they stand on the page.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Metrics(BTreeMap<String, f64>);

impl Metrics {
    /// Reads a page; lines that say nothing are left out.
    pub(crate) fn parse(page: &str) -> Self {
        let lines = page.lines().filter(|line| !line.starts_with('#'));
        let samples = lines.filter_map(|line| {
            let (name, value) = line.rsplit_once(' ')?;
            Some((name.to_owned(), value.parse().ok()?))
        });
        Self(samples.collect())
    }

    /// The sum of `name` over all labels that hold every one of `parts`, such as `topic="spans"`.
    pub(crate) fn sum(&self, name: &str, parts: &[&str]) -> f64 {
        let fits = |key: &str| {
            let labels = key.strip_prefix(name)?;
            let whole = labels.is_empty() || labels.starts_with('{');
            (whole && parts.iter().all(|part| labels.contains(part))).then_some(())
        };
        self.0
            .iter()
            .filter_map(|(key, value)| fits(key).map(|()| value))
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_takes_all_labels_that_fit_and_no_other_name() {
        let page =
            "# HELP a x\n# TYPE a counter\na{t=\"x\",r=\"1\"} 2\na{t=\"y\"} 3\na_total 7\na 0.5\n";
        let metrics = Metrics::parse(page);
        assert!((metrics.sum("a", &[]) - 5.5).abs() < 1e-9);
        assert!((metrics.sum("a", &["t=\"x\""]) - 2.0).abs() < 1e-9);
        assert!((metrics.sum("b", &[]) - 0.0).abs() < 1e-9);
    }
}

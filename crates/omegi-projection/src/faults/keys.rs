//! Keys of the tables in `faults.redb`: fixed-width parts, big-endian, so that byte order is
//! the order of reading.

use omegi_model::id::{ErrorId, Fingerprint, ProjectId};
use omegi_model::time::UnixNanos;

/// Length of one minute.
pub(crate) const MINUTE_NANOS: i64 = 60_000_000_000;

/// A moment as eight bytes that sort as moments do, also before 1970.
pub(crate) fn moment(time: UnixNanos) -> [u8; 8] {
    ((time.0 as u64) ^ (1 << 63)).to_be_bytes()
}

/// What [`moment`] made; `None` for another length.
pub(crate) fn read_moment(bytes: &[u8]) -> Option<UnixNanos> {
    let bits = u64::from_be_bytes(bytes.try_into().ok()?);
    Some(UnixNanos((bits ^ (1 << 63)) as i64))
}

/// The minute that `time` falls in.
pub(crate) fn minute(time: UnixNanos) -> UnixNanos {
    UnixNanos(time.0.saturating_sub(time.0.rem_euclid(MINUTE_NANOS)))
}

/// Joins key parts.
pub(crate) fn join(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// `project · time · error`: all error events of a project in order of time.
pub(crate) fn by_time(project: ProjectId, time: UnixNanos, id: ErrorId) -> Vec<u8> {
    join(&[project.as_bytes(), &moment(time), id.as_bytes()])
}

/// `variant · time · error`: the occurrences of a variant in order of time.
pub(crate) fn by_variant(variant: Fingerprint, time: UnixNanos, id: ErrorId) -> Vec<u8> {
    join(&[variant.as_bytes(), &moment(time), id.as_bytes()])
}

/// `project · trace · error`.
pub(crate) fn by_trace(project: ProjectId, trace: &[u8], id: ErrorId) -> Vec<u8> {
    join(&[project.as_bytes(), trace, id.as_bytes()])
}

/// `project · minute · variant`: how often a variant occurred in a minute.
pub(crate) fn by_minute(project: ProjectId, time: UnixNanos, variant: Fingerprint) -> Vec<u8> {
    join(&[
        project.as_bytes(),
        &moment(minute(time)),
        variant.as_bytes(),
    ])
}

/// From the first key that begins with `prefix` to past the last: no key of ours is longer.
pub(crate) fn under(prefix: &[u8]) -> (Vec<u8>, Vec<u8>) {
    (prefix.to_vec(), join(&[prefix, &[u8::MAX; 64]]))
}

/// The error id at the end of an index key.
pub(crate) fn trailing_error(key: &[u8]) -> Option<ErrorId> {
    ErrorId::from_slice(key.get(key.len().checked_sub(16)?..)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_as_moments_do() {
        let moments = [i64::MIN, -1, 0, 1, i64::MAX].map(|nanos| moment(UnixNanos(nanos)));
        assert!(moments.is_sorted());
        assert_eq!(read_moment(&moments[1]), Some(UnixNanos(-1)));
    }

    #[test]
    fn all_keys_under_a_prefix_lie_in_its_range() {
        let (start, end) = under(&[1, 255]);
        assert!(start <= vec![1, 255] && vec![1, 255, 255, 7] < end && vec![2] > end);
    }
}

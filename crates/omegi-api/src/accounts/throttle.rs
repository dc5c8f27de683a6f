//! Slows down guessing: so many failed attempts for an address, and from a place, then a pause.
//!
//! Every attempt counts as failed until it succeeds. Counts are in memory, bounded, and fade.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

use omegi_model::time::UnixNanos;
use parking_lot::Mutex;

const SECOND: i64 = 1_000_000_000;
/// Attempts at once for one address; then one for each pause.
const BURST_PER_EMAIL: u32 = 10;
const PAUSE_PER_EMAIL_S: i64 = 30;
/// Attempts at once from one place, where many people may sit; then one for each pause.
const BURST_PER_PEER: u32 = 50;
const PAUSE_PER_PEER_S: i64 = 2;
/// Addresses and places remembered; when full, those that faded most go first.
const KEYS_MAX: usize = 10_000;

/// Counts failed attempts.
#[derive(Default)]
pub struct Throttle {
    buckets: Mutex<HashMap<Key, UnixNanos>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    /// Hash of the address: what people mistype here may be a password.
    Email([u8; 32]),
    Peer(IpAddr),
}

impl Throttle {
    /// Counts an attempt; refused with the seconds to wait where there were too many.
    ///
    /// # Errors
    /// Seconds until the next attempt is admitted.
    pub fn attempt(&self, email: &str, peer: IpAddr, now: UnixNanos) -> Result<(), u64> {
        let mut buckets = self.buckets.lock();
        let peer_wait = wait(
            &buckets,
            &Key::Peer(place(peer)),
            now,
            BURST_PER_PEER,
            PAUSE_PER_PEER_S,
        );
        let email_key = email_key(email);
        let email_wait = match &email_key {
            Some(key) => wait(&buckets, key, now, BURST_PER_EMAIL, PAUSE_PER_EMAIL_S),
            None => 0,
        };
        let longest = peer_wait.max(email_wait);
        if longest > 0 {
            return Err(longest.unsigned_abs().div_ceil(SECOND.unsigned_abs()));
        }
        count(&mut buckets, Key::Peer(place(peer)), now, PAUSE_PER_PEER_S);
        if let Some(key) = email_key {
            count(&mut buckets, key, now, PAUSE_PER_EMAIL_S);
        }
        Ok(())
    }

    /// Forgets the attempts for an address whose owner has come in.
    pub fn succeeded(&self, email: &str) {
        if let Some(key) = email_key(email) {
            self.buckets.lock().remove(&key);
        }
    }
}

// A bucket is the moment at which it will be empty: each attempt adds a pause.

/// Nanoseconds until another attempt fits; at most 0 where it fits now.
fn wait(
    buckets: &HashMap<Key, UnixNanos>,
    key: &Key,
    now: UnixNanos,
    burst: u32,
    pause_s: i64,
) -> i64 {
    let Some(empty_at) = buckets.get(key) else {
        return 0;
    };
    let full = i64::from(burst) * pause_s * SECOND;
    (empty_at.since(now) + pause_s * SECOND - full).max(0)
}

fn count(buckets: &mut HashMap<Key, UnixNanos>, key: Key, now: UnixNanos, pause_s: i64) {
    if buckets.len() >= KEYS_MAX {
        bound(buckets, now);
    }
    let bucket = buckets.entry(key).or_insert(now);
    *bucket = (*bucket).max(now).plus(pause_s * SECOND);
}

/// Drops what has faded; where that is not enough, the half that is nearest to it.
fn bound(buckets: &mut HashMap<Key, UnixNanos>, now: UnixNanos) {
    buckets.retain(|_, empty_at| *empty_at > now);
    if buckets.len() >= KEYS_MAX {
        let mut moments: Vec<_> = buckets.values().copied().collect();
        let (_, middle, _) = moments.select_nth_unstable(KEYS_MAX / 2);
        let middle = *middle;
        buckets.retain(|_, empty_at| *empty_at > middle);
    }
}

fn email_key(email: &str) -> Option<Key> {
    let email = email.trim().to_lowercase();
    (!email.is_empty()).then(|| Key::Email(omegi_model::workspace::secret::digest(&email)))
}

/// One person has a whole /64 of IPv6.
fn place(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixNanos = UnixNanos(1_000_000 * SECOND);

    fn peer(last: u8) -> IpAddr {
        IpAddr::from([127, 0, 0, last])
    }

    #[test]
    fn guessing_one_address_is_slowed_wherever_it_comes_from() {
        let throttle = Throttle::default();
        for attempt in 0..BURST_PER_EMAIL {
            assert_eq!(
                throttle.attempt("kim@example.com", peer(attempt as u8), NOW),
                Ok(())
            );
        }
        assert_eq!(throttle.attempt("KIM@example.com ", peer(99), NOW), Err(30));
        assert_eq!(throttle.attempt("lee@example.com", peer(99), NOW), Ok(()));
        let later = NOW.plus(30 * SECOND);
        assert_eq!(throttle.attempt("kim@example.com", peer(99), later), Ok(()));
        assert_eq!(
            throttle.attempt("kim@example.com", peer(99), later),
            Err(30)
        );
    }

    #[test]
    fn guessing_many_addresses_from_one_place_is_slowed() {
        let throttle = Throttle::default();
        for attempt in 0..BURST_PER_PEER {
            assert_eq!(
                throttle.attempt(&format!("u{attempt}@x"), peer(1), NOW),
                Ok(())
            );
        }
        assert_eq!(throttle.attempt("other@x", peer(1), NOW), Err(2));
        assert_eq!(throttle.attempt("other@x", peer(2), NOW), Ok(()));
    }

    #[test]
    fn neighbours_in_one_ipv6_network_are_one_place() {
        let of = |text: &str| place(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:2"));
        assert_ne!(of("2001:db8:0:1::1"), of("2001:db8:0:2::1"));
        assert_eq!(of("::ffff:127.0.0.1"), of("127.0.0.1"));
    }

    #[test]
    fn who_comes_in_starts_anew_and_memory_is_bounded() {
        let throttle = Throttle::default();
        for _ in 0..BURST_PER_EMAIL {
            throttle.attempt("kim@x", peer(1), NOW).unwrap();
        }
        throttle.succeeded("kim@x");
        assert_eq!(throttle.attempt("kim@x", peer(1), NOW), Ok(()));
        for number in 0..2 * KEYS_MAX as u32 {
            let from = IpAddr::from((number + 1).to_be_bytes());
            throttle
                .attempt("", from, NOW.plus(i64::from(number)))
                .unwrap();
        }
        assert!(throttle.buckets.lock().len() <= KEYS_MAX);
    }
}

//! How much one address may fail and one device may send.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use linli_model::{KeyId, Timestamp};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// The most addresses that are counted one by one; the rest share one count.
const ADDRESSES: usize = 100_000;

/// Failures by address within an hour. A good answer costs nothing.
#[derive(Debug)]
pub struct Tries {
    per_hour: u32,
    counts: Mutex<(i64, BTreeMap<IpAddr, u32>)>,
}

impl Tries {
    /// At most this many failures in an hour.
    pub fn new(per_hour: u32) -> Self {
        Self {
            per_hour,
            counts: Mutex::default(),
        }
    }

    /// Whether the address has failed too often; the answer is how long to wait, in milliseconds.
    pub fn blocked(&self, now: Timestamp, address: IpAddr) -> Option<u32> {
        let counts = self.counts(now);
        let failed = counts.1.get(&group(address)).copied().unwrap_or(0);
        let left = HOUR_MS - now.0.rem_euclid(HOUR_MS);
        (failed >= self.per_hour).then(|| u32::try_from(left).unwrap_or(u32::MAX))
    }

    /// Counts a failure.
    pub fn failed(&self, now: Timestamp, address: IpAddr) {
        let mut counts = self.counts(now);
        let mut address = group(address);
        if counts.1.len() >= ADDRESSES && !counts.1.contains_key(&address) {
            address = IpAddr::from([0, 0, 0, 0]);
        }
        let count = counts.1.entry(address).or_default();
        *count = count.saturating_add(1);
    }

    fn counts(&self, now: Timestamp) -> MutexGuard<'_, (i64, BTreeMap<IpAddr, u32>)> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let hour = now.0.div_euclid(HOUR_MS);
        if counts.0 != hour {
            *counts = (hour, BTreeMap::new());
        }
        counts
    }
}

/// One household or office: the whole address of IPv4, the first 64 bits of IPv6.
fn group(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or_else(
            || {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::from([a, b, c, d, 0, 0, 0, 0])
            },
            IpAddr::from,
        ),
    }
}

/// Bytes that each device sent today.
#[derive(Debug)]
pub struct DayBytes {
    limit: u64,
    sent: Mutex<(i64, BTreeMap<KeyId, u64>)>,
}

impl DayBytes {
    /// At most this many bytes for each device and day (UTC).
    pub fn new(limit: u64) -> Self {
        Self {
            limit,
            sent: Mutex::default(),
        }
    }

    /// Counts bytes, or says how long to wait, in milliseconds.
    pub fn take(&self, now: Timestamp, peer: KeyId, bytes: usize) -> Result<(), u32> {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let day = now.0.div_euclid(DAY_MS);
        if sent.0 != day {
            *sent = (day, BTreeMap::new());
        }
        let used = sent.1.entry(peer).or_default();
        let more = used.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        if more > self.limit {
            let left = DAY_MS - now.0.rem_euclid(DAY_MS);
            return Err(u32::try_from(left).unwrap_or(u32::MAX));
        }
        *used = more;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_block_one_address_until_the_hour_is_over() {
        let tries = Tries::new(2);
        let now = Timestamp(10 * HOUR_MS + 1_000);
        let (bad, good) = ("10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap());
        tries.failed(now, bad);
        assert_eq!(tries.blocked(now, bad), None);
        tries.failed(now, "::ffff:10.0.0.1".parse().unwrap());
        assert_eq!(tries.blocked(now, bad), Some(3_599_000));
        assert_eq!(tries.blocked(now, good), None);
        assert_eq!(tries.blocked(now.plus_ms(HOUR_MS), bad), None);
        let (one, other) = (
            "2001:db8::1".parse().unwrap(),
            "2001:db8::2".parse().unwrap(),
        );
        tries.failed(now, one);
        tries.failed(now, other);
        assert!(tries.blocked(now, one).is_some());
    }

    #[test]
    fn a_device_has_its_bytes_for_a_day() {
        let bytes = DayBytes::new(100);
        let now = Timestamp(5 * DAY_MS);
        bytes.take(now, KeyId([1; 16]), 60).unwrap();
        bytes.take(now, KeyId([2; 16]), 100).unwrap();
        assert!(bytes.take(now, KeyId([1; 16]), 41).is_err());
        bytes.take(now, KeyId([1; 16]), 40).unwrap();
        bytes
            .take(now.plus_ms(DAY_MS), KeyId([1; 16]), 100)
            .unwrap();
    }
}

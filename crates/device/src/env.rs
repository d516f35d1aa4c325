//! What the engine is given from outside: the clock and randomness. The simulator brings its own.

use std::time::{SystemTime, UNIX_EPOCH};

use linli_model::{RecordId, Timestamp};

/// The device's clock. It may be wrong and it may jump: it is evidence, never a judge.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// The system has no random bytes to give. Nothing that needs a secret can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no random bytes")]
pub struct NoRandomness;

/// A source of unpredictable bytes.
pub trait Random: Send + Sync {
    /// Fills the bytes.
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandomness>;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let ms = since.map_or(0, |since| {
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        });
        Timestamp(ms)
    }
}

/// The randomness of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        getrandom::fill(bytes).map_err(|_| NoRandomness)
    }
}

/// So many random bytes.
pub(crate) fn bytes<const N: usize>(random: &dyn Random) -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    random.fill(&mut bytes)?;
    Ok(bytes)
}

/// A random number.
pub(crate) fn number(random: &dyn Random) -> Result<u64, NoRandomness> {
    Ok(u64::from_be_bytes(bytes(random)?))
}

/// A new record's id: a UUID of version 7 (RFC 9562 §5.7), so that ids sort by creation time.
pub(crate) fn record_id(random: &dyn Random, now: Timestamp) -> Result<RecordId, NoRandomness> {
    let mut id: [u8; 16] = bytes(random)?;
    let stamp = now.0.max(0).to_be_bytes();
    id.iter_mut()
        .zip(stamp.into_iter().skip(2))
        .for_each(|(slot, byte)| *slot = byte);
    let [_, _, _, _, _, _, version, _, variant, ..] = &mut id;
    *version = (*version & 0x0f) | 0x70;
    *variant = (*variant & 0x3f) | 0x80;
    Ok(RecordId(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ones;

    impl Random for Ones {
        fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
            bytes.fill(0xff);
            Ok(())
        }
    }

    #[test]
    fn record_ids_are_uuids_of_version_7_in_the_order_of_time() {
        let early = record_id(&Ones, Timestamp(1_758_000_000_000)).unwrap();
        let late = record_id(&Ones, Timestamp(1_758_000_000_001)).unwrap();
        assert!(early < late);
        assert_eq!(
            early.to_string(),
            "019950f72c00".to_owned() + "7fffbfffffffffffffff"
        );
    }
}

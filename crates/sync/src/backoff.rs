//! When to try again.
//!
//! Full jitter: the delay is drawn evenly between nothing and a bound that doubles with every
//! failure, so that a thousand devices that lost their server at the same moment do not come back
//! at the same moment.

use std::time::Duration;

/// How a lane of work is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The bound after the first failure.
    pub base: Duration,
    /// The bound that is never exceeded.
    pub cap: Duration,
}

impl Backoff {
    /// Everyday sync: from 2 seconds up to 5 minutes.
    pub const USUAL: Self = Self {
        base: Duration::from_secs(2),
        cap: Duration::from_mins(5),
    };

    /// While a case of danger waits: every 10 seconds at most (docs/sync.md, order and speed).
    pub const DANGER: Self = Self {
        base: Duration::from_secs(2),
        cap: Duration::from_secs(10),
    };

    /// The delay after `failures` failures in a row, with a random number of the caller. Nothing
    /// after none.
    pub fn delay(&self, failures: u32, random: u64) -> Duration {
        if failures == 0 {
            return Duration::ZERO;
        }
        let base = u64::try_from(self.base.as_millis()).unwrap_or(u64::MAX);
        let cap = u64::try_from(self.cap.as_millis()).unwrap_or(u64::MAX);
        let doubled = 1u64.checked_shl(failures - 1).unwrap_or(u64::MAX);
        let bound = base.saturating_mul(doubled).min(cap);
        // The high half of a 128-bit product: even, and without a division's bias to speak of.
        let drawn = (u128::from(random) * (u128::from(bound) + 1)) >> 64;
        Duration::from_millis(u64::try_from(drawn).unwrap_or(bound))
    }

    /// The delay when the peer named one: never shorter than that, spread over a quarter more.
    pub fn after(&self, named: Duration, random: u64) -> Duration {
        let spread = Self {
            base: named / 4,
            cap: named / 4,
        };
        named.saturating_add(spread.delay(1, random))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_fill_a_bound_that_doubles_up_to_the_cap() {
        let lane = Backoff::USUAL;
        assert_eq!(lane.delay(0, u64::MAX), Duration::ZERO);
        for (failures, bound) in [
            (1, 2),
            (2, 4),
            (3, 8),
            (7, 128),
            (8, 256),
            (9, 300),
            (64, 300),
        ] {
            assert_eq!(lane.delay(failures, 0), Duration::ZERO);
            assert_eq!(lane.delay(failures, u64::MAX), Duration::from_secs(bound));
            let half = lane.delay(failures, u64::MAX / 2);
            assert!(half.abs_diff(Duration::from_secs(bound) / 2) <= Duration::from_millis(1));
        }
        assert_eq!(lane.delay(u32::MAX, u64::MAX), lane.cap);
        assert_eq!(Backoff::DANGER.delay(50, u64::MAX), Duration::from_secs(10));
    }

    #[test]
    fn a_named_delay_is_kept() {
        let named = Duration::from_secs(40);
        assert_eq!(Backoff::USUAL.after(named, 0), named);
        assert_eq!(
            Backoff::USUAL.after(named, u64::MAX),
            Duration::from_secs(50)
        );
    }
}

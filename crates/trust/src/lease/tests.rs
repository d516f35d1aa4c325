use super::*;
use crate::testing::{Dice, at, key, rounds};
use proptest::prelude::*;

const WEEK: i64 = 7 * 24 * 3_600 * 1_000;

fn lease(given: i64) -> LeaseBody {
    LeaseBody {
        suite: Suite::CURRENT,
        device: key(4).id(),
        at: at(given),
        until: at(given + WEEK),
        generation: 1,
        signer: key(3).id(),
    }
}

#[test]
fn a_lease_ends_after_a_week_without_contact() {
    let device = at(5_000_000_000);
    let clock = LeaseClock::unheard().heard(at(1_000), device);
    let lease = lease(1_000);
    assert!(!clock.tick(device.plus_ms(WEEK - 1), 0).is_over(&lease));
    assert!(clock.tick(device.plus_ms(WEEK), 0).is_over(&lease));
    let renewed = clock.heard(at(1_000 + WEEK), device.plus_ms(WEEK));
    assert!(renewed.is_over(&lease));
}

#[test]
fn an_older_answer_changes_nothing() {
    let clock = LeaseClock::unheard().heard(at(1_000), at(1_000));
    assert_eq!(clock.heard(at(999), at(50_000)), clock);
}

#[test]
fn a_clock_that_ran_ahead_is_put_right_by_the_next_answer() {
    let years = 10 * 52 * WEEK;
    let early = LeaseClock::unheard().tick(at(years), 0);
    assert_eq!(early, LeaseClock::unheard(), "nothing was heard yet");
    let clock = early.heard(at(1_000), at(1_000));
    let ahead = clock.tick(at(years), 0);
    assert!(ahead.is_over(&lease(1_000)), "what the clock claims counts");
    assert!(ahead.tick(at(2_000), 0).is_over(&lease(1_000)), "and stays");
    let replayed = ahead.heard(at(999), at(2_000));
    assert_eq!(replayed, ahead, "an older answer is of no use");
    let again = ahead.heard(at(3_000), at(3_000));
    assert!(!again.is_over(&lease(3_000)));
    assert!(again.tick(at(3_000 + WEEK), 0).is_over(&lease(3_000)));
}

#[test]
fn a_lease_that_ends_before_it_begins_is_refused() {
    let mut body = lease(1_000);
    body.until = at(999);
    assert!(Lease::seal(body, &key(3)).is_err());
}

proptest! {
    /// However the device's clock is turned, the belief never runs back, never lags behind the
    /// monotonic clock, and a lease that is over stays over.
    #[test]
    fn turning_the_clock_never_lengthens_a_lease(
        jumps in prop::collection::vec((any::<i64>(), 0u64..100_000_000), 1..60),
    ) {
        let lease = lease(0);
        let mut clock = LeaseClock::unheard().heard(at(0), at(1_000));
        let mut counted = 0i64;
        let mut over = false;
        for (wall, monotonic) in jumps {
            let before = clock.seen;
            clock = clock.tick(at(wall), monotonic);
            counted += i64::try_from(monotonic).unwrap();
            prop_assert!(clock.seen >= before);
            prop_assert!(clock.seen >= at(counted));
            prop_assert!(!over || clock.is_over(&lease));
            over = clock.is_over(&lease);
            prop_assert!(over || counted < WEEK);
        }
    }
}

#[test]
fn small_items_survive_the_wire_and_hostile_bytes() {
    let time = ServerTime::seal(
        ServerTimeBody {
            suite: Suite::CURRENT,
            at: at(-5),
            nonce: [7; 16],
            signer: key(3).id(),
        },
        &key(3),
    )
    .unwrap();
    let bytes = time.encode().unwrap();
    assert_eq!(ServerTime::decode(&bytes).unwrap(), time);
    crate::testing::every_bit_flip(&bytes, |copy| {
        ServerTime::decode(copy).map_or(true, |read| read.verify(&key(3).public()).is_err())
    });
    crate::testing::hostile_bytes(&bytes, 41, |copy| ServerTime::decode(copy).is_ok());
    let mut dice = Dice(5);
    for _ in 0..rounds(50) {
        let given = i64::from(u32::try_from(dice.next() >> 40).unwrap());
        let sealed = Lease::seal(lease(given), &key(3)).unwrap();
        assert_eq!(Lease::decode(&sealed.encode().unwrap()).unwrap(), sealed);
    }
}

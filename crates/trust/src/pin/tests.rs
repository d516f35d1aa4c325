use super::guess::MAX_GUESSES;
use super::*;
use crate::secret::Secret;
use crate::testing::{at, every_bit_flip, hex, hostile_bytes, key};
use linli_model::Timestamp;
use proptest::prelude::*;

/// RFC 9106 §5.3: argon2id with 32 KiB, 3 passes, 4 lanes, secret and associated data.
#[test]
fn rfc_9106_argon2id() {
    use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
    let params = ParamsBuilder::new()
        .m_cost(32)
        .t_cost(3)
        .p_cost(4)
        .data(AssociatedData::new(&[4; 12]).unwrap())
        .build()
        .unwrap();
    let secret = [3u8; 8];
    let argon =
        Argon2::new_with_secret(&secret, Algorithm::Argon2id, Version::V0x13, params).unwrap();
    let mut tag = [0u8; 32];
    argon
        .hash_password_into(&[1; 32], &[2; 16], &mut tag)
        .unwrap();
    let expected = "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659";
    assert_eq!(tag.to_vec(), hex(expected));
}

/// RFC 5869 A.3: HKDF-SHA-256 without salt, as used for key encryption keys and sub-keys.
#[test]
fn rfc_5869_hkdf_without_salt() {
    let mut out = [0u8; 42];
    hkdf::Hkdf::<sha2::Sha256>::new(None, &[0x0b; 22])
        .expand(b"", &mut out)
        .unwrap();
    let expected = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d\
        9d201395faa4b61a96c8";
    assert_eq!(out.to_vec(), hex(expected));
}

/// draft-irtf-cfrg-xchacha-03 A.3.1.
#[test]
fn xchacha20_poly1305_vector() {
    use chacha20poly1305::aead::{Aead, KeyInit, Payload};
    let key: [u8; 32] = hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f")
        .try_into()
        .unwrap();
    let nonce: [u8; 24] = hex("404142434445464748494a4b4c4d4e4f5051525354555657")
        .try_into()
        .unwrap();
    let plain = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for \
        the future, sunscreen would be it.";
    let sealed = chacha20poly1305::XChaCha20Poly1305::new(&key.into())
        .encrypt(
            &nonce.into(),
            Payload {
                msg: plain,
                aad: &hex("50515253c0c1c2c3c4c5c6c7"),
            },
        )
        .unwrap();
    assert_eq!(
        sealed[..16].to_vec(),
        hex("bd6d179d3e83d43b9576579493c0e939")
    );
    let tag = hex("c0875924c1c7987947deafd8780acf49");
    assert_eq!(sealed[sealed.len() - 16..].to_vec(), tag);
}

#[test]
fn which_secrets_may_be_chosen() {
    use UnlockRefusal::{Control, DigitsNeedHardware, TooLong, TooShort, TooSimple};
    let long = "长".repeat(129);
    for (text, with_hardware, without) in [
        ("739164", None, Some(DigitsNeedHardware)),
        ("７３９１６４", None, Some(DigitsNeedHardware)),
        ("73916", Some(TooShort), Some(TooShort)),
        ("7391640", Some(TooShort), Some(TooShort)),
        ("73916402", None, Some(DigitsNeedHardware)),
        ("123456", Some(TooSimple), Some(DigitsNeedHardware)),
        ("987654", Some(TooSimple), Some(DigitsNeedHardware)),
        ("111111", Some(TooSimple), Some(DigitsNeedHardware)),
        ("121212", Some(TooSimple), Some(DigitsNeedHardware)),
        ("abcdefgh", Some(TooSimple), Some(TooSimple)),
        ("aaaaaaab", Some(TooSimple), Some(TooSimple)),
        ("槐树下三只麻雀", Some(TooShort), Some(TooShort)),
        ("槐树下有三只麻雀", None, None),
        ("correct horse", None, None),
        ("tab\tinside1", Some(Control), Some(Control)),
        ("", Some(TooShort), Some(TooShort)),
        (&long, Some(TooLong), Some(TooLong)),
    ] {
        assert_eq!(
            UnlockSecret::choose(text, true).err(),
            with_hardware,
            "{text} with"
        );
        assert_eq!(
            UnlockSecret::choose(text, false).err(),
            without,
            "{text} without"
        );
    }
    assert_eq!(format!("{:?}", UnlockSecret::entered("739164")), "***");
}

/// The cheapest parameters that are allowed: tests stay quick.
fn lock(needs_hardware: bool) -> StaffLock {
    StaffLock::new(StretchParams::FLOOR, [7; 16], needs_hardware).unwrap()
}

fn context(grid: &str, staff: &str) -> WrapContext {
    WrapContext {
        device: key(4).id(),
        staff: staff.parse().unwrap(),
        place: KeyPlace::Grid(grid.parse().unwrap()),
    }
}

#[test]
fn only_secret_hardware_and_place_together_open_a_key() {
    let hardware = Secret::new([1; 32]);
    let right = UnlockSecret::entered("739164");
    let data = DataKey::new([8; 32]);
    let lock = lock(true);
    let stretched = lock.stretch(&right, Some(&hardware)).unwrap();
    let wrapped = stretched
        .wrap(&data, &context("g1", "w1"), [3; 24])
        .unwrap();
    assert_eq!(stretched.unwrap(&wrapped, &context("g1", "w1")), Ok(data));
    let closed = Err(PinError::DoesNotOpen);
    assert_eq!(stretched.unwrap(&wrapped, &context("g2", "w1")), closed);
    assert_eq!(stretched.unwrap(&wrapped, &context("g1", "w2")), closed);
    let mut elsewhere = context("g1", "w1");
    elsewhere.device = key(5).id();
    assert_eq!(stretched.unwrap(&wrapped, &elsewhere), closed);
    elsewhere = context("g1", "w1");
    elsewhere.place = KeyPlace::Device;
    assert_eq!(stretched.unwrap(&wrapped, &elsewhere), closed);
    let wrong = lock
        .stretch(&UnlockSecret::entered("739165"), Some(&hardware))
        .unwrap();
    assert_eq!(wrong.unwrap(&wrapped, &context("g1", "w1")), closed);
    // The files on another device, with the right PIN.
    let other = lock.stretch(&right, Some(&Secret::new([2; 32]))).unwrap();
    assert_eq!(other.unwrap(&wrapped, &context("g1", "w1")), closed);
    let none = lock.stretch(&right, None).map(drop);
    assert_eq!(none, Err(PinError::NoHardwareSecret));
    // The same digits in full width are the same secret.
    let wide = lock
        .stretch(&UnlockSecret::entered("７３９１６４"), Some(&hardware))
        .unwrap();
    assert!(wide.unwrap(&wrapped, &context("g1", "w1")).is_ok());
}

#[test]
fn every_flip_of_a_wrap_or_a_lock_keeps_it_shut() {
    let secret = UnlockSecret::entered("槐树下有三只麻雀");
    let stretched = lock(false).stretch(&secret, None).unwrap();
    let data = DataKey::new([8; 32]);
    let wrapped = stretched
        .wrap(&data, &context("g1", "w1"), [3; 24])
        .unwrap();
    let bytes = wrapped.encode().unwrap();
    assert_eq!(WrappedKey::decode(&bytes), Ok(wrapped));
    every_bit_flip(&bytes, |copy| {
        WrappedKey::decode(copy)
            .and_then(|read| stretched.unwrap(&read, &context("g1", "w1")))
            .is_err()
    });
    hostile_bytes(&bytes, 91, |copy| WrappedKey::decode(copy).is_ok());
    let stored = lock(true).encode().unwrap();
    assert_eq!(StaffLock::decode(&stored), Ok(lock(true)));
    every_bit_flip(&stored, |copy| StaffLock::decode(copy) != Ok(lock(true)));
    hostile_bytes(&stored, 92, |copy| StaffLock::decode(copy).is_ok());
}

#[test]
fn parameters_stay_between_floor_and_ceiling() {
    let verdict = |memory_kib, passes, lanes| {
        let params = StretchParams {
            memory_kib,
            passes,
            lanes,
        };
        StaffLock::new(params, [0; 16], false).is_ok()
    };
    assert!(verdict(64 * 1024, 3, 1));
    assert!(verdict(19 * 1024, 2, 1));
    assert!(!verdict(19 * 1024 - 1, 2, 1));
    assert!(!verdict(64 * 1024, 1, 1));
    assert!(!verdict(64 * 1024, 3, 0));
    assert!(!verdict(u32::MAX, 3, 1));
    assert!(!verdict(64 * 1024, 17, 1));
    let default = StretchParams::DEFAULT;
    assert_eq!(default.calibrated(250, 750).passes, 9);
    assert_eq!(default.calibrated(250, 251).passes, 4);
    assert_eq!(default.calibrated(10_000, 750).passes, 2);
    assert_eq!(default.calibrated(0, u64::MAX).passes, 16);
}

#[test]
fn the_default_parameters_work() {
    let lock = StaffLock::new(StretchParams::DEFAULT, [7; 16], false).unwrap();
    assert_eq!(
        (lock.params(), lock.needs_hardware()),
        (StretchParams::DEFAULT, false)
    );
    let stretched = lock
        .stretch(&UnlockSecret::entered("correct horse"), None)
        .unwrap();
    assert_eq!(format!("{stretched:?}"), "***");
}

#[test]
fn sub_keys_differ_by_purpose_and_key() {
    let purposes = [KeyPurpose::Database, KeyPurpose::Blobs, KeyPurpose::Mailbox];
    let mut seen = std::collections::BTreeSet::new();
    for key in [[8; 32], [9; 32]] {
        for purpose in purposes {
            let sub = DataKey::new(key).sub_key(purpose).unwrap();
            assert_eq!(sub, DataKey::new(key).sub_key(purpose).unwrap());
            assert!(seen.insert(*sub.expose()) && *sub.expose() != key);
        }
    }
    assert_eq!(format!("{:?}", DataKey::new([8; 32])), "DataKey(***)");
}

#[test]
fn five_free_guesses_then_delays_then_the_end() {
    let mut counter = GuessCounter::new();
    let mut now = 1_000;
    for left in (5..10).rev() {
        let GuessStep::Test(next) = counter.begin(at(now)) else {
            panic!("a free guess was refused");
        };
        counter = next.wrong(at(now));
        assert_eq!(counter.left(), left);
    }
    for (delay, left) in [
        (30_000, 4),
        (60_000, 3),
        (300_000, 2),
        (900_000, 1),
        (3_600_000, 0),
    ] {
        let wait = |ms: u64| GuessStep::Wait {
            counter,
            wait_ms: ms,
        };
        assert_eq!(counter.begin(at(now)), wait(i64::unsigned_abs(delay)));
        assert_eq!(counter.begin(at(now + delay - 1)), wait(1));
        now += delay;
        let GuessStep::Test(next) = counter.begin(at(now)) else {
            panic!("the guess after {delay} ms was refused");
        };
        counter = next.wrong(at(now));
        assert_eq!(counter.left(), left);
    }
    assert!(counter.must_erase());
    assert_eq!(counter.begin(at(i64::MAX)), GuessStep::Erase);
    assert_eq!(counter.right(), GuessCounter::default());
}

#[test]
fn turning_the_clock_back_starts_the_delay_again() {
    let mut counter = GuessCounter::new();
    for _ in 0..5 {
        if let GuessStep::Test(next) = counter.begin(at(100_000)) {
            counter = next;
        }
    }
    let GuessStep::Wait { counter, wait_ms } = counter.begin(at(50_000)) else {
        panic!("a guess without delay");
    };
    assert_eq!(wait_ms, 30_000);
    assert!(matches!(
        counter.begin(at(79_999)),
        GuessStep::Wait { wait_ms: 1, .. }
    ));
    assert!(matches!(counter.begin(at(80_000)), GuessStep::Test(_)));
}

#[test]
fn a_counter_survives_storage() {
    let GuessStep::Test(counter) = GuessCounter::new().begin(at(-5)) else {
        panic!("the first guess was refused");
    };
    let bytes = counter.encode().unwrap();
    assert_eq!(GuessCounter::decode(&bytes), Ok(counter));
    hostile_bytes(&bytes, 93, |copy| GuessCounter::decode(copy).is_ok());
}

/// Where the attacker pulls the plug.
#[derive(Debug, Clone, Copy)]
enum Kill {
    BeforeStore,
    AfterStore,
    AfterGuess,
    Never,
}

fn kill() -> impl Strategy<Value = Kill> {
    prop_oneof![
        Just(Kill::BeforeStore),
        Just(Kill::AfterStore),
        Just(Kill::AfterGuess),
        Just(Kill::Never),
    ]
}

proptest! {
    /// Whatever the clock shows and wherever the device is killed: ten guesses at most are tested
    /// before the keys are gone, and while the clock runs honestly the delays hold.
    #[test]
    fn never_more_than_ten_guesses(
        steps in prop::collection::vec((kill(), any::<i64>(), any::<bool>()), 1..200),
    ) {
        let mut stored = GuessCounter::new().encode().unwrap();
        let mut tested = 0u32;
        let mut now = Timestamp(0);
        let mut erased = false;
        for (kill, jump, honest) in steps {
            now = if honest { now.plus_ms(jump.rem_euclid(5_000_000)) } else { Timestamp(jump) };
            let counter = GuessCounter::decode(&stored).unwrap();
            match counter.begin(now) {
                GuessStep::Erase => erased = true,
                GuessStep::Wait { counter: next, wait_ms } => {
                    prop_assert!(wait_ms > 0 && next.left() == counter.left());
                    stored = next.encode().unwrap();
                }
                GuessStep::Test(next) => {
                    prop_assert!(!erased, "a guess after the end");
                    if matches!(kill, Kill::BeforeStore) {
                        continue;
                    }
                    stored = next.encode().unwrap();
                    if matches!(kill, Kill::AfterStore) {
                        continue;
                    }
                    tested += 1;
                    if matches!(kill, Kill::Never) {
                        stored = next.wrong(now).encode().unwrap();
                    }
                }
            }
            prop_assert!(tested <= u32::from(MAX_GUESSES));
        }
    }

    /// A person who knows the secret always gets in, and starts again with ten.
    #[test]
    fn a_right_guess_gives_ten_again(wrong in 0u8..10) {
        let mut counter = GuessCounter::new();
        let mut now = at(0);
        for _ in 0..wrong {
            now = now.plus_ms(3_600_000);
            if let GuessStep::Test(next) = counter.begin(now) {
                counter = next.wrong(now);
            }
        }
        now = now.plus_ms(3_600_000);
        let GuessStep::Test(next) = counter.begin(now) else {
            return Err(TestCaseError::fail("no guess left"));
        };
        prop_assert_eq!(next.right().left(), 10);
    }
}

use std::sync::atomic::{AtomicU8, Ordering};

use super::*;
use crate::env::NoRandomness;

/// Every call gives other bytes.
struct Counting(AtomicU8);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        bytes.fill(self.0.fetch_add(1, Ordering::Relaxed));
        Ok(())
    }
}

const RIGHT: &str = "correct horse battery";

struct Fixture {
    folder: tempfile::TempDir,
    random: Counting,
    keys: Keys,
}

impl Fixture {
    fn new() -> Self {
        let grids = [("g1", 8), ("g2", 9)];
        Self {
            folder: tempfile::tempdir().unwrap(),
            random: Counting(AtomicU8::new(1)),
            keys: Keys {
                device: DataKey::new([7; 32]),
                grids: grids
                    .map(|(code, byte)| (code.parse().unwrap(), DataKey::new([byte; 32])))
                    .into(),
            },
        }
    }

    fn vault(&self, people: &[&str]) -> Vault {
        let mut vault =
            Vault::create(self.folder.path(), KeyId([4; 16]), StretchParams::FLOOR).unwrap();
        let people: Vec<StaffId> = people.iter().map(|id| id.parse().unwrap()).collect();
        vault
            .set_people(
                &people,
                &UnlockSecret::entered(RIGHT),
                &self.keys,
                &self.random,
            )
            .unwrap();
        vault
    }

    /// As after a kill: what is on the disk counts.
    fn reloaded(&self) -> Vault {
        Vault::load(self.folder.path(), StretchParams::FLOOR)
            .unwrap()
            .unwrap()
    }
}

fn guess(vault: &mut Vault, secret: &str, now: i64, has_unsent: bool) -> Result<Keys> {
    let staff = "w1".parse().unwrap();
    vault.unlock(
        &staff,
        &UnlockSecret::entered(secret),
        Timestamp(now),
        has_unsent,
    )
}

#[test]
fn everybody_opens_the_same_keys_with_a_secret_of_their_own() {
    let fixture = Fixture::new();
    let mut vault = fixture.vault(&["w1", "w2"]);
    let second: StaffId = "w2".parse().unwrap();
    let own = UnlockSecret::entered("三只麻雀在槐树下");
    vault
        .set_person(&second, &own, &fixture.keys, &fixture.random)
        .unwrap();
    let mut vault = fixture.reloaded();
    let opened = guess(&mut vault, RIGHT, 0, false).unwrap();
    assert_eq!(opened.grids, fixture.keys.grids);
    let opened = vault.unlock(&second, &own, Timestamp(0), false).unwrap();
    assert_eq!(opened.device, fixture.keys.device);
    let crossed = vault.unlock(&second, &UnlockSecret::entered(RIGHT), Timestamp(0), false);
    assert!(matches!(crossed, Err(DeviceError::SecretWrong { left: 9 })));
    assert_eq!(format!("{opened:?}"), "***");
}

#[test]
fn ten_wrong_guesses_erase_the_keys_and_a_restart_gives_none_back() {
    let fixture = Fixture::new();
    fixture.vault(&["w1"]);
    let mut now = 0;
    for left in (1..10u32).rev() {
        let mut vault = fixture.reloaded();
        now += 3_600_000;
        let wrong = guess(&mut vault, "wrong horse battery", now, false);
        assert!(matches!(wrong, Err(DeviceError::SecretWrong { left: found }) if found == left));
        assert_eq!(fixture.reloaded().tries(Timestamp(now)).0, Some(left));
    }
    let mut vault = fixture.reloaded();
    let last = guess(&mut vault, "wrong horse battery", now + 3_600_000, false);
    assert!(matches!(
        last,
        Err(DeviceError::SecretBlocked { until: None })
    ));
    let mut vault = fixture.reloaded();
    assert_eq!(vault.people().count(), 0, "the wraps are gone");
    let right = guess(&mut vault, RIGHT, i64::MAX, false);
    assert!(matches!(
        right,
        Err(DeviceError::SecretBlocked { until: None })
    ));
}

#[test]
fn unsent_work_is_kept_closed_after_the_last_guess() {
    let fixture = Fixture::new();
    let mut vault = fixture.vault(&["w1"]);
    let mut now = 0;
    for _ in 0..10 {
        now += 3_600_000;
        guess(&mut vault, "wrong horse battery", now, true).unwrap_err();
    }
    let mut vault = fixture.reloaded();
    assert_eq!(vault.people().count(), 1, "the wraps are kept");
    let right = guess(&mut vault, RIGHT, now + 3_600_000, true);
    assert!(
        matches!(right, Err(DeviceError::SecretBlocked { until: None })),
        "and not tried any more"
    );
}

#[test]
fn delays_hold_and_turning_the_clock_back_does_not_shorten_them() {
    let fixture = Fixture::new();
    let mut vault = fixture.vault(&["w1"]);
    for _ in 0..5 {
        guess(&mut vault, "wrong horse battery", 100_000, false).unwrap_err();
    }
    let wait = |vault: &mut Vault, now: i64| match guess(vault, RIGHT, now, false) {
        Err(DeviceError::SecretBlocked { until: Some(at) }) => Some(at.0),
        Ok(_) => None,
        Err(other) => panic!("{other}"),
    };
    assert_eq!(wait(&mut vault, 100_001), Some(130_000));
    let mut vault = fixture.reloaded();
    assert_eq!(
        vault.tries(Timestamp(100_001)),
        (Some(5), Some(Timestamp(130_000)))
    );
    assert_eq!(
        wait(&mut vault, 50_000),
        Some(80_000),
        "the delay begins again"
    );
    assert_eq!(wait(&mut vault, 80_000), None);
    assert_eq!(vault.tries(Timestamp(80_000)), (None, None));
}

#[test]
fn a_guess_is_counted_before_it_is_tried() {
    let fixture = Fixture::new();
    let mut vault = fixture.vault(&["w1"]);
    // The wrap is damaged, so the try fails in the middle, as a kill there would.
    for person in vault.file.people.values_mut() {
        person.lock = "00".into();
    }
    vault.save().unwrap();
    guess(&mut vault, RIGHT, 0, false).unwrap_err();
    assert_eq!(fixture.reloaded().tries(Timestamp(0)).0, Some(9));
}

#[test]
fn a_damaged_count_gives_no_guess() {
    let fixture = Fixture::new();
    let mut vault = fixture.vault(&["w1"]);
    vault.file.guesses = "not hex".into();
    vault.save().unwrap();
    let right = guess(&mut fixture.reloaded(), RIGHT, 0, true);
    assert!(matches!(
        right,
        Err(DeviceError::SecretBlocked { until: None })
    ));
}

#[test]
fn a_damaged_vault_is_said_to_be_damaged_and_left_alone() {
    let fixture = Fixture::new();
    let vault = fixture.vault(&["w1"]);
    std::fs::write(&vault.path, b"{ half a fi").unwrap();
    let loaded = Vault::load(fixture.folder.path(), StretchParams::FLOOR);
    assert!(matches!(loaded, Err(DeviceError::Damaged(_))));
    assert_eq!(std::fs::read(&vault.path).unwrap(), b"{ half a fi");
}

#[test]
fn an_erased_grid_is_gone_for_everybody_and_the_order_is_remembered() {
    let fixture = Fixture::new();
    let mut vault = fixture.vault(&["w1", "w2"]);
    vault
        .erase(&["g1".parse().unwrap()], Some([5; 16]))
        .unwrap();
    let mut vault = fixture.reloaded();
    assert_eq!(vault.obeyed().collect::<Vec<_>>(), [[5; 16]]);
    let opened = guess(&mut vault, RIGHT, 0, false).unwrap();
    assert_eq!(
        opened
            .grids
            .keys()
            .map(GridCode::as_str)
            .collect::<Vec<_>>(),
        ["g2"]
    );
}

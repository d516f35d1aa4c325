//! Two colleagues change the same household at once: both values are kept and shown on both handhelds,
//! until a person settles it.

use std::collections::BTreeSet;
use std::sync::Arc;

use linli_device::dto::clash::{ClashDto, SettleInput, Settlement};
use linli_device::dto::household::{ConsentDto, HouseholdCard};
use linli_device::dto::register::{
    BasisDto, ContactEdit, HouseholdEdit, HouseholdInput, PhoneChange, PhoneInput,
};
use linli_device::{Device, DeviceError};

use crate::register::{all, card, find, household, numbers, person};
use crate::station::Station;
use crate::world::{ASSISTANT, Handheld, MANAGER};

struct Pair {
    first: Handheld,
    second: Handheld,
    _station: Arc<Station>,
    home: String,
    contact: String,
}

impl Pair {
    /// Two handhelds that know the same household.
    async fn new() -> Self {
        let station = Station::new();
        let first = Handheld::bound(&station, 1, &[ASSISTANT]).await;
        let second = Handheld::bound(&station, 2, &[MANAGER]).await;
        let input = HouseholdInput {
            contacts: vec![person("张样例", &["99012341234"])],
            ..household("30号楼1单元101 张先生家")
        };
        let home = first.device.add_household(&input).unwrap().id;
        let contact = {
            first.device.sync_once().await.unwrap();
            all(&first.device).rows[0].contact.clone().unwrap()
        };
        let pair = Self {
            first,
            second,
            _station: station,
            home,
            contact,
        };
        pair.sync().await;
        pair
    }

    fn both(&self) -> [&Device; 2] {
        [&self.first.device, &self.second.device]
    }

    /// Everybody has what everybody wrote.
    async fn sync(&self) {
        for device in [&self.first.device, &self.second.device, &self.first.device] {
            device.sync_once().await.unwrap();
        }
    }

    fn count(&self, device: &Device, people: u8, basis: Option<BasisDto>) {
        let edit = HouseholdEdit {
            household: self.home.clone(),
            people_count: Some(people),
            basis,
            ..HouseholdEdit::default()
        };
        device.edit_household(&edit).unwrap();
    }

    fn replace(&self, device: &Device, number: &str, forget: bool) -> String {
        let input = PhoneInput {
            contact: self.contact.clone(),
            change: PhoneChange::Replace {
                phone: "1234".into(),
                number: number.into(),
            },
            forget,
            basis: Some(BasisDto::Phone),
        };
        device.correct_phone(&input).unwrap().id
    }

    /// The only clash, which both handhelds show alike.
    fn clash(&self) -> ClashDto {
        let [one, two] = self.both().map(|device| device.list_clashes(None).unwrap());
        assert_eq!(one, two);
        let [clash] = one.try_into().unwrap();
        clash
    }

    fn settle(&self, device: &Device, clash: &ClashDto, settlement: Settlement) {
        let input = SettleInput {
            record: clash.record.clone(),
            field: clash.field.clone(),
            settlement,
        };
        device.settle_clash(&input).unwrap();
    }

    /// Nothing is open any more, and both have the same.
    async fn is_settled(&self) -> HouseholdCard {
        self.sync().await;
        for device in self.both() {
            assert_eq!(device.list_clashes(None).unwrap(), []);
        }
        let [one, two] = self.both().map(|device| card(device, &self.home));
        assert_eq!(one.contacts, two.contacts);
        assert_eq!(one.row, two.row);
        one
    }
}

fn version(clash: &ClashDto, value: &str) -> Settlement {
    let found = clash.versions.iter().find(|version| version.value == value);
    Settlement::Version {
        id: found.unwrap().id.clone(),
    }
}

fn refused(error: DeviceError) -> String {
    match error {
        DeviceError::Refused(reason) => reason,
        DeviceError::NotFound(what) => format!("no {what}"),
        DeviceError::InputInvalid(field) => format!("input {field}"),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn two_counts_are_kept_until_a_person_chooses() {
    let pair = Pair::new().await;
    let [first, second] = pair.both();
    pair.count(first, 4, Some(BasisDto::DoorVisit));
    pair.count(second, 5, Some(BasisDto::Phone));
    pair.sync().await;
    let clash = pair.clash();
    assert_eq!(
        (clash.field.as_str(), clash.kind.as_str()),
        ("people_count", "household")
    );
    assert_eq!(clash.household.as_deref(), Some(pair.home.as_str()));
    let said: BTreeSet<_> = clash
        .versions
        .iter()
        .map(|one| (one.value.as_str(), one.staff.as_str(), one.basis))
        .map(|(value, staff, basis)| format!("{value} {staff} {basis:?}"))
        .collect();
    let expected = ["4 ga-1 Some(DoorVisit)", "5 gm-1 Some(Phone)"].map(str::to_owned);
    assert_eq!(said, expected.into());
    assert!(
        clash
            .versions
            .iter()
            .all(|one| one.at.is_some() && !one.staff_name.is_empty())
    );
    assert!(clash.versions[0].is_current && !clash.versions[1].is_current);
    for device in [first, second] {
        assert_eq!(card(device, &pair.home).row.clash_count, 1);
        assert_eq!(
            card(device, &pair.home).clashes,
            std::slice::from_ref(&clash)
        );
    }
    // A plain edit would drop a value without a word.
    let plain = HouseholdEdit {
        household: pair.home.clone(),
        people_count: Some(9),
        ..HouseholdEdit::default()
    };
    assert_eq!(refused(first.edit_household(&plain).unwrap_err()), "clash");

    pair.settle(second, &clash, version(&clash, "4"));
    assert_eq!(pair.is_settled().await.row.people_count, Some(4));
    let gone = SettleInput {
        record: clash.record.clone(),
        field: clash.field.clone(),
        settlement: version(&clash, "5"),
    };
    assert_eq!(refused(first.settle_clash(&gone).unwrap_err()), "no clash");
}

#[tokio::test]
async fn a_third_value_settles_it_too_and_equal_values_are_no_clash() {
    let pair = Pair::new().await;
    let [first, second] = pair.both();
    pair.count(first, 6, None);
    pair.count(second, 6, None);
    pair.is_settled().await;
    pair.count(first, 4, None);
    pair.count(second, 5, None);
    pair.sync().await;
    let clash = pair.clash();
    let other = |value: &str| Settlement::Other {
        value: value.into(),
    };
    for wrong in [other("many"), Settlement::All] {
        let input = SettleInput {
            record: clash.record.clone(),
            field: clash.field.clone(),
            settlement: wrong,
        };
        assert!(refused(first.settle_clash(&input).unwrap_err()).starts_with("input"));
    }
    pair.settle(first, &clash, other("7"));
    assert_eq!(pair.is_settled().await.row.people_count, Some(7));
}

#[tokio::test]
async fn a_number_that_two_corrected_is_a_clash_and_no_number_is_lost() {
    for choice in ["one", "all", "other"] {
        let pair = Pair::new().await;
        let [first, second] = pair.both();
        pair.replace(first, "99011110001", false);
        pair.replace(second, "99011110002", false);
        pair.sync().await;
        let clash = pair.clash();
        assert_eq!((clash.field.as_str(), clash.can_keep_all), ("phones", true));
        let values: BTreeSet<_> = clash
            .versions
            .iter()
            .map(|one| one.value.as_str())
            .collect();
        assert_eq!(values, ["990****0001", "990****0002"].into());
        assert_eq!(
            numbers(first, &pair.contact),
            ["99011110001", "99011110002"]
        );
        assert_eq!(
            find(second, "0001").rows.len(),
            1,
            "both are found meanwhile"
        );
        let (settlement, expected) = match choice {
            "one" => (version(&clash, "990****0002"), vec!["99011110002"]),
            "all" => (Settlement::All, vec!["99011110001", "99011110002"]),
            _ => (
                Settlement::Other {
                    value: "99011110003".into(),
                },
                vec!["99011110003"],
            ),
        };
        pair.settle(first, &clash, settlement);
        pair.is_settled().await;
        for device in [first, second] {
            assert_eq!(numbers(device, &pair.contact), expected, "{choice}");
        }
    }
}

#[tokio::test]
async fn a_contact_that_two_wrote_anew_is_a_clash_between_the_two() {
    for keeps_all in [false, true] {
        let pair = Pair::new().await;
        let [first, second] = pair.both();
        let one = pair.replace(first, "99011110001", true);
        let two = pair.replace(second, "99011110002", true);
        pair.sync().await;
        let clash = pair.clash();
        assert_eq!(
            (clash.field.as_str(), clash.record.as_str()),
            ("replaced", pair.contact.as_str())
        );
        let ids: BTreeSet<_> = clash.versions.iter().map(|version| &version.id).collect();
        assert_eq!(ids, [&one, &two].into());
        let settlement = if keeps_all {
            Settlement::All
        } else {
            Settlement::Version { id: two.clone() }
        };
        pair.settle(first, &clash, settlement);
        let people = pair.is_settled().await.contacts;
        assert_eq!(people.len(), if keeps_all { 2 } else { 1 });
        assert_eq!(numbers(second, &two), ["99011110002"]);
    }
}

#[tokio::test]
async fn a_move_out_that_meets_an_edit_comes_alive_and_says_so() {
    for stays in [true, false] {
        let pair = Pair::new().await;
        let [first, second] = pair.both();
        first.move_out(&pair.home).unwrap();
        assert_eq!(all(first).total_count, 0);
        pair.count(second, 5, None);
        pair.sync().await;
        let clash = pair.clash();
        assert_eq!(clash.field, "deleted");
        let said: Vec<_> = clash
            .versions
            .iter()
            .map(|one| (one.value.as_str(), one.staff.as_str()))
            .collect();
        assert_eq!(said, [("kept", MANAGER), ("removed", ASSISTANT)]);
        for device in [first, second] {
            assert_eq!(
                all(device).total_count,
                1,
                "it is live until somebody decides"
            );
            assert_eq!(card(device, &pair.home).row.people_count, Some(5));
        }
        let choice = if stays { "kept" } else { "removed" };
        pair.settle(second, &clash, version(&clash, choice));
        pair.sync().await;
        for device in [first, second] {
            assert_eq!(device.list_clashes(None).unwrap(), []);
            assert_eq!(all(device).total_count, u32::from(stays));
        }
    }
}

#[tokio::test]
async fn a_person_who_was_edited_brings_the_household_back() {
    let pair = Pair::new().await;
    let [first, second] = pair.both();
    first.move_out(&pair.home).unwrap();
    let edit = ContactEdit {
        contact: pair.contact.clone(),
        hours: Some("18点后".into()),
        ..ContactEdit::default()
    };
    second.edit_contact(&edit).unwrap();
    pair.sync().await;
    let clash = pair.clash();
    assert_eq!(
        (clash.record.as_str(), clash.field.as_str()),
        (pair.contact.as_str(), "deleted")
    );
    pair.settle(first, &clash, version(&clash, "kept"));
    let back = pair.is_settled().await;
    assert_eq!(back.contacts[0].hours.as_deref(), Some("18点后"));
    // The move-out had shortened its time; a renewed consent gives it back.
    let renewed = ContactEdit {
        contact: pair.contact.clone(),
        consent: Some(ConsentDto {
            consent: "c-2".into(),
            ..crate::register::consent()
        }),
        ..ContactEdit::default()
    };
    second.edit_contact(&renewed).unwrap();
    let until = pair.is_settled().await.contacts[0].consent.expires_at;
    assert_eq!(until, crate::register::consent().expires_at);
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// Whatever two handhelds do to a household, in whatever order they sync: in the end both show the
/// same, every value is there or was settled by a person, and rebuilt rows are the same rows.
#[tokio::test]
async fn two_handhelds_agree_whatever_they_do() {
    let rounds = std::env::var("LINLI_SOAK")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1);
    for seed in 1..=2 * rounds {
        let pair = Pair::new().await;
        let mut dice = Dice(seed);
        for step in 0..40u64 {
            let device = pair.both()[usize::try_from(dice.below(2)).unwrap()];
            match dice.below(7) {
                0 => edit(device, &pair, Some(1 + dice.below(9) as u8), None),
                1 => edit(
                    device,
                    &pair,
                    None,
                    Some(format!("30号楼1单元101 称呼{step}家")),
                ),
                2 => replace_any(device, &pair, &format!("9900000{step:04}")),
                3 => settle_any(device, &mut dice),
                4 => {
                    let name = format!("张样例{step}");
                    let edit = ContactEdit {
                        contact: pair.contact.clone(),
                        name: Some(name),
                        ..ContactEdit::default()
                    };
                    may_be_refused(device.edit_contact(&edit), seed);
                }
                _ => {
                    device.sync_once().await.unwrap();
                }
            }
        }
        pair.sync().await;
        pair.sync().await;
        let [one, two] = pair.both();
        let shown = |device: &Device| {
            let card = device.find_household(&pair.home).ok();
            let people = card.map(|card| (card.row, card.contacts, card.clashes));
            (all(device), device.list_clashes(None).unwrap(), people)
        };
        assert_eq!(shown(one), shown(two), "seed {seed}");
        let before = shown(one);
        one.rebuild_rows().unwrap();
        assert_eq!(shown(one), before, "seed {seed}");
        // What is settled on one side ends up settled on both.
        for _ in 0..50 {
            if one.list_clashes(None).unwrap().is_empty() {
                break;
            }
            settle_any(one, &mut dice);
        }
        pair.sync().await;
        for device in [one, two] {
            assert_eq!(device.list_clashes(None).unwrap(), [], "seed {seed}");
        }
        assert_eq!(shown(one), shown(two), "seed {seed}");
    }
}

fn may_be_refused<T>(done: Result<T, DeviceError>, seed: u64) {
    match done {
        Ok(_) => {}
        Err(DeviceError::Refused(reason)) if reason == "clash" || reason == "removed" => {}
        Err(error) => panic!("seed {seed}: {error}"),
    }
}

fn edit(device: &Device, pair: &Pair, people_count: Option<u8>, address_form: Option<String>) {
    let edit = HouseholdEdit {
        household: pair.home.clone(),
        address_form,
        people_count,
        basis: None,
    };
    may_be_refused(device.edit_household(&edit), 0);
}

fn replace_any(device: &Device, pair: &Pair, number: &str) {
    let card = card(device, &pair.home);
    let person = card.contacts.iter().find(|one| one.id == pair.contact);
    let Some(phone) = person.and_then(|person| person.phones.first()) else {
        return;
    };
    let input = PhoneInput {
        contact: pair.contact.clone(),
        change: PhoneChange::Replace {
            phone: phone.id.clone(),
            number: number.to_owned(),
        },
        forget: false,
        basis: None,
    };
    may_be_refused(device.correct_phone(&input), 0);
}

fn settle_any(device: &Device, dice: &mut Dice) {
    let clashes = device.list_clashes(None).unwrap();
    let Some(clash) = clashes.first() else {
        return;
    };
    let count = u64::try_from(clash.versions.len()).unwrap();
    let at = usize::try_from(dice.below(count)).unwrap();
    let input = SettleInput {
        record: clash.record.clone(),
        field: clash.field.clone(),
        settlement: Settlement::Version {
            id: clash.versions[at].id.clone(),
        },
    };
    device.settle_clash(&input).unwrap();
}

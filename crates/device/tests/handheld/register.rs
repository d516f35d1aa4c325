//! The register offline: browse, write, look at a number.

use linli_device::dto::access::{AccessPurpose, RevealInput};
use linli_device::dto::building::{
    BuildingInput, DwellingInput, DwellingQuery, EntranceInput, FacilityKind, FacilityQuery,
    PageQuery,
};
use linli_device::dto::household::{ConsentDto, HouseholdCard, HouseholdList, HouseholdQuery};
use linli_device::dto::register::{
    ContactEdit, ContactInput, EnrolmentInput, HouseholdEdit, HouseholdInput, JoinInput, MoveIn,
    PhoneChange, PhoneInput, SplitInput, VisitInput,
};
use linli_device::{Device, DeviceError};

use linli_sync::Code;

use crate::line::Mode;
use crate::station::Station;
use crate::world::{ASSISTANT, Handheld, POLICE, START};

const DAY: i64 = 24 * 60 * 60 * 1000;
const YEAR: i64 = 365 * DAY;

pub(crate) fn consent() -> ConsentDto {
    ConsentDto {
        purpose: "register".into(),
        legal_basis: "consent".into(),
        consent: "c-1".into(),
        expires_at: START + YEAR,
    }
}

pub(crate) fn person(name: &str, phones: &[&str]) -> ContactInput {
    ContactInput {
        name: Some(name.into()),
        phones: phones.iter().map(|one| (*one).to_owned()).collect(),
        language: None,
        hours: None,
        consent: consent(),
    }
}

pub(crate) fn household(form: &str) -> HouseholdInput {
    HouseholdInput {
        address_form: form.into(),
        people_count: Some(3),
        ..HouseholdInput::default()
    }
}

pub(crate) fn find(device: &Device, text: &str) -> HouseholdList {
    let query = HouseholdQuery {
        text: Some(text.into()),
        ..HouseholdQuery::default()
    };
    device.list_households(&query).unwrap()
}

pub(crate) fn all(device: &Device) -> HouseholdList {
    device.list_households(&HouseholdQuery::default()).unwrap()
}

pub(crate) fn card(device: &Device, id: &str) -> HouseholdCard {
    device.find_household(id).unwrap()
}

pub(crate) fn numbers(device: &Device, contact: &str) -> Vec<String> {
    let shown = device.reveal(&RevealInput {
        contact: contact.into(),
        purpose: AccessPurpose::Verify,
        task: None,
    });
    shown.unwrap().phones
}

/// A handheld that has heard its server once and has no network from then on.
async fn offline() -> (std::sync::Arc<Station>, Handheld) {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    handheld.device.sync_once().await.unwrap();
    handheld.line.set(Mode::NoNetwork);
    (station, handheld)
}

fn refused(error: DeviceError) -> String {
    match error {
        DeviceError::Refused(reason) => reason,
        DeviceError::InputInvalid(field) => format!("input {field}"),
        DeviceError::NotFound(what) => format!("no {what}"),
        other => panic!("{other}"),
    }
}

struct Doors {
    building: String,
    entrance: String,
    dwellings: [String; 2],
}

fn build(device: &Device) -> Doors {
    let building = device
        .add_building(&BuildingInput {
            name: "30号楼".into(),
            position: None,
        })
        .unwrap()
        .id;
    let entrance = device
        .add_entrance(&EntranceInput {
            building: building.clone(),
            name: "1单元".into(),
        })
        .unwrap()
        .id;
    let dwelling = |unit: &str| {
        let input = DwellingInput {
            building: building.clone(),
            entrance: Some(entrance.clone()),
            unit: unit.into(),
            floor: Some(1),
        };
        device.add_dwelling(&input).unwrap().id
    };
    Doors {
        dwellings: [dwelling("101"), dwelling("102")],
        building,
        entrance,
    }
}

#[tokio::test]
async fn a_household_is_found_from_the_building_down_and_by_the_search() {
    let (_station, handheld) = offline().await;
    let device = &handheld.device;
    let doors = build(device);
    let input = HouseholdInput {
        dwelling: Some(doors.dwellings[0].clone()),
        contacts: vec![person("张样例", &["99012341234"])],
        ..household("张先生家")
    };
    let home = device.add_household(&input).unwrap().id;

    let [building] = device.list_buildings().unwrap().try_into().unwrap();
    assert_eq!(
        (
            building.entrance_count,
            building.dwelling_count,
            building.household_count
        ),
        (1, 2, 1)
    );
    let [entrance] = device
        .list_entrances(&building.id)
        .unwrap()
        .try_into()
        .unwrap();
    assert_eq!(
        (entrance.id, entrance.household_count),
        (doors.entrance.clone(), 1)
    );
    let query = DwellingQuery {
        building: Some(doors.building.clone()),
        entrance: Some(doors.entrance.clone()),
        page: PageQuery {
            offset: 0,
            limit: 1,
        },
    };
    let dwellings = device.list_dwellings(&query).unwrap();
    assert_eq!(dwellings.total_count, 2);
    let [first] = dwellings.rows.try_into().unwrap();
    assert_eq!(
        (first.door.as_str(), first.households),
        ("30号楼1单元101", vec![home.clone()])
    );

    for text in [
        "zyl",
        "zhangyang",
        "张样",
        "30-1-101",
        "101",
        "30号楼",
        "1234",
    ] {
        let [row] = find(device, text).rows.try_into().unwrap();
        assert_eq!(row.id, home, "{text}");
        assert_eq!(row.phone.as_deref(), Some("990****1234"), "{text}");
        assert_eq!(row.door, "30号楼1单元101");
    }
    let card = card(device, &home);
    let told = format!("{card:?}{:?}", all(device));
    assert!(!told.contains("99012341234"), "a number shows: {told}");
    assert_eq!((card.row.people_count, card.access_count), (Some(3), 0));
    let before = all(device);
    device.rebuild_rows().unwrap();
    assert_eq!(all(device), before, "rows can be dropped and rebuilt");
    assert_eq!(find(device, "zyl").rows, before.rows);
}

#[tokio::test]
async fn a_number_is_shown_only_after_the_log_has_a_row() {
    let (_station, handheld) = offline().await;
    let device = &handheld.device;
    let input = HouseholdInput {
        contacts: vec![person("张样例", &["99012341234", "99055556666"])],
        ..household("30号楼1单元101 张先生家")
    };
    let home = device.add_household(&input).unwrap().id;
    let contact = all(device).rows[0].contact.clone().unwrap();
    assert_eq!(device.access_log(None).unwrap().rows, []);
    let shown = device
        .reveal(&RevealInput {
            contact: contact.clone(),
            purpose: AccessPurpose::Emergency,
            task: None,
        })
        .unwrap();
    assert_eq!(shown.phones, ["99012341234", "99055556666"]);
    let log = device.access_log(Some(&home)).unwrap();
    let [row] = log.rows.try_into().unwrap();
    assert!(log.is_sound);
    assert_eq!(
        (
            row.number,
            row.staff.as_str(),
            row.role.as_str(),
            row.record,
            row.purpose
        ),
        (
            shown.entry,
            ASSISTANT,
            "grid_assistant",
            contact.clone(),
            AccessPurpose::Emergency
        )
    );
    assert_eq!(row.staff_name, "助理员甲");
    assert_eq!(card(device, &home).access_count, 1);
    // Nobody is there: nothing is shown and nothing is logged.
    let stranger = RevealInput {
        contact: "0".repeat(32),
        purpose: AccessPurpose::Visit,
        task: None,
    };
    assert_eq!(refused(device.reveal(&stranger).unwrap_err()), "no contact");
    assert_eq!(device.access_log(None).unwrap().rows.len(), 1);
}

#[tokio::test]
async fn people_move_in_and_out_and_households_split_and_join() {
    let (_station, handheld) = offline().await;
    let device = &handheld.device;
    let doors = build(device);
    let input = HouseholdInput {
        contacts: vec![
            person("张样例", &["99012341234"]),
            person("李样例", &["99012345678"]),
        ],
        ..household("张先生家")
    };
    let home = device.add_household(&input).unwrap().id;
    device
        .move_in(&MoveIn::Household {
            household: home.clone(),
            dwelling: doors.dwellings[0].clone(),
        })
        .unwrap();
    device
        .move_in(&MoveIn::Person {
            household: home.clone(),
            person: person("王样例", &[]),
        })
        .unwrap();
    let people = card(device, &home).contacts;
    let id = |name: &str| {
        let found = people.iter().find(|one| one.name.as_deref() == Some(name));
        found.unwrap().id.clone()
    };
    let (li, wang) = (id("李样例"), id("王样例"));
    let service = device
        .enrol_service(&EnrolmentInput {
            household: home.clone(),
            contact: Some(li.clone()),
            service: "meal".into(),
            need: Some("午餐".into()),
            provider: None,
            consent: ConsentDto {
                purpose: "enrolment".into(),
                expires_at: START + 100 * DAY,
                ..consent()
            },
        })
        .unwrap()
        .id;

    let split = device
        .split_household(&SplitInput {
            household: home.clone(),
            contacts: vec![li.clone(), wang.clone()],
            dwelling: Some(doors.dwellings[1].clone()),
            address_form: "李女士家".into(),
            people_count: Some(2),
        })
        .unwrap()
        .id;
    let new = card(device, &split);
    assert_eq!(new.contacts.len(), 2);
    assert_eq!(new.enrolments[0].id, service);
    assert_eq!(new.row.door, "30号楼1单元102");
    assert_eq!(card(device, &home).contacts.len(), 1);

    device
        .move_in(&MoveIn::Contact {
            contact: wang.clone(),
            household: home.clone(),
        })
        .unwrap();
    assert_eq!(card(device, &home).contacts.len(), 2);
    assert_eq!(card(device, &split).contacts.len(), 1);

    device
        .join_households(&JoinInput {
            from: split.clone(),
            into: home.clone(),
            people_count: None,
        })
        .unwrap();
    let joined = card(device, &home);
    assert_eq!((joined.contacts.len(), joined.enrolments.len()), (3, 1));
    assert_eq!(joined.row.people_count, Some(5));
    assert_eq!(
        refused(device.find_household(&split).unwrap_err()),
        "no household"
    );
    assert_eq!(all(device).total_count, 1);

    device.end_service(&service).unwrap();
    assert_eq!(card(device, &home).enrolments, []);

    device.move_out(&home).unwrap();
    assert_eq!(all(device).total_count, 0);
    for text in ["zyl", "1234", "30-1-101"] {
        assert_eq!(find(device, text).rows, [], "{text}");
    }
    let dwellings = device.list_dwellings(&DwellingQuery::default()).unwrap();
    assert_eq!(dwellings.total_count, 2, "dwellings stay");
    let late = HouseholdEdit {
        household: home.clone(),
        people_count: Some(1),
        ..HouseholdEdit::default()
    };
    assert_eq!(
        refused(device.edit_household(&late).unwrap_err()),
        "removed"
    );
}

#[tokio::test]
async fn a_number_is_corrected_or_forgotten() {
    let (_station, handheld) = offline().await;
    let device = &handheld.device;
    let input = HouseholdInput {
        contacts: vec![person("张样例", &["99012341234"])],
        ..household("30号楼1单元101 张先生家")
    };
    let home = device.add_household(&input).unwrap().id;
    let contact = all(device).rows[0].contact.clone().unwrap();
    let correct = |contact: &str, change: PhoneChange, forget: bool| {
        device.correct_phone(&PhoneInput {
            contact: contact.into(),
            change,
            forget,
            basis: None,
        })
    };
    let add = PhoneChange::Add {
        number: "990 5555 6666".into(),
        label: Some("手机".into()),
    };
    correct(&contact, add, false).unwrap();
    assert_eq!(numbers(device, &contact), ["99012341234", "99055556666"]);
    let replace = |phone: &str, number: &str| PhoneChange::Replace {
        phone: phone.into(),
        number: number.into(),
    };
    correct(&contact, replace("6666", "99077778888"), false).unwrap();
    assert_eq!(numbers(device, &contact), ["99012341234", "99077778888"]);
    assert_eq!(find(device, "6666").rows, []);
    assert_eq!(find(device, "8888").rows.len(), 1);
    let unknown = correct(&contact, replace("0000", "99077778888"), false);
    assert_eq!(refused(unknown.unwrap_err()), "no phone");
    let wrong = correct(&contact, replace("1234", "no number"), false);
    assert!(matches!(wrong, Err(DeviceError::Write(_))), "{wrong:?}");

    let new = correct(&contact, replace("1234", "99011110000"), true)
        .unwrap()
        .id;
    assert_ne!(new, contact);
    assert_eq!(numbers(device, &new), ["99011110000", "99077778888"]);
    let people = card(device, &home).contacts;
    assert_eq!(people.len(), 1, "the old record is out of sight");
    assert_eq!(
        (people[0].id.as_str(), people[0].name.as_deref()),
        (new.as_str(), Some("张样例"))
    );
    let gone = device.reveal(&RevealInput {
        contact,
        purpose: AccessPurpose::Visit,
        task: None,
    });
    assert_eq!(refused(gone.unwrap_err()), "no contact");
}

#[tokio::test]
async fn visits_and_services_end_and_what_has_expired_is_out_of_sight() {
    let station = Station::new();
    *station.lease_days.lock().unwrap() = 1_000;
    let mut handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    handheld.device.sync_once().await.unwrap();
    handheld.line.set(Mode::NoNetwork);
    let device = &handheld.device;
    let input = HouseholdInput {
        contacts: vec![person("张样例", &["99012341234"])],
        ..household("30号楼1单元101 张先生家")
    };
    let home = device.add_household(&input).unwrap().id;
    let visit = VisitInput {
        household: home.clone(),
        visited_at: None,
        at_home: true,
        topic: Some("needs".into()),
        note: Some("想要扶手".into()),
        voice: None,
        next_visit_at: None,
        case_id: None,
    };
    device.note_visit(&visit).unwrap();
    let seen = card(device, &home);
    let [noted] = seen.visits.try_into().unwrap();
    assert_eq!(noted.note.as_deref(), Some("想要扶手"));
    assert_eq!(seen.row.last_visit_at, Some(noted.visited_at));
    assert_eq!(noted.expires_at, noted.visited_at + YEAR);
    let unknown = VisitInput {
        case_id: Some("0".repeat(32)),
        ..visit.clone()
    };
    assert_eq!(refused(device.note_visit(&unknown).unwrap_err()), "no case");
    let too_long = EnrolmentInput {
        household: home.clone(),
        contact: None,
        service: "meal".into(),
        need: None,
        provider: None,
        consent: ConsentDto {
            expires_at: START + 2 * YEAR,
            ..consent()
        },
    };
    let error = device.enrol_service(&too_long).unwrap_err();
    assert_eq!(refused(error), "input expires_at");

    station.clock.advance(YEAR + DAY);
    let is_out_of_sight = |device: &Device| {
        let later = card(device, &home);
        assert_eq!((later.contacts.len(), later.visits.len()), (0, 0));
        assert_eq!(find(device, "zyl").rows, []);
        assert_eq!(
            find(device, "30-1-101").rows.len(),
            1,
            "a household itself does not expire"
        );
    };
    is_out_of_sight(device);
    handheld.restart();
    handheld.unlock(ASSISTANT);
    is_out_of_sight(&handheld.device);
}

#[tokio::test]
async fn without_right_or_account_nothing_is_written_or_shown() {
    let (station, handheld) = offline().await;
    let device = &handheld.device;
    for (field, bend) in [
        ("purpose", 0),
        ("legal_basis", 1),
        ("consent_id", 2),
        ("expires_at", 3),
    ] {
        let mut input = household("张先生家");
        let mut one = person("张样例", &["99012341234"]);
        match bend {
            0 => one.consent.purpose.clear(),
            1 => one.consent.legal_basis.clear(),
            2 => one.consent.consent.clear(),
            _ => one.consent.expires_at = START - 1,
        }
        input.contacts = vec![one];
        let error = device.add_household(&input).unwrap_err();
        assert_eq!(refused(error), format!("input {field}"));
    }
    assert_eq!(all(device).total_count, 0, "a save is whole or it is not");

    let police = Handheld::bound(&station, 2, &[POLICE]).await;
    police.device.sync_once().await.unwrap();
    let refusals = [
        police
            .device
            .add_household(&household("张先生家"))
            .unwrap_err(),
        police
            .device
            .list_households(&HouseholdQuery::default())
            .unwrap_err(),
        police
            .device
            .add_building(&BuildingInput {
                name: "30号楼".into(),
                position: None,
            })
            .unwrap_err(),
    ];
    for error in refusals {
        assert_eq!(refused(error), "not_allowed");
    }
    police.device.list_buildings().unwrap();
}

#[tokio::test]
async fn edits_reach_the_colleague_and_places_are_listed() {
    let station = Station::new();
    let first = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let second = Handheld::bound(&station, 2, &[crate::world::MANAGER]).await;
    let input = HouseholdInput {
        contacts: vec![person("张样例", &["99012341234"])],
        ..household("30号楼1单元101 张先生家")
    };
    let home = first.device.add_household(&input).unwrap().id;
    first.device.add_place("南门", Some((116.4, 39.9))).unwrap();
    first.device.sync_once().await.unwrap();
    second.device.sync_once().await.unwrap();
    assert_eq!(card(&second.device, &home), card(&first.device, &home));
    let contact = card(&second.device, &home).contacts[0].id.clone();
    let edit = ContactEdit {
        contact,
        hours: Some("18点后".into()),
        ..ContactEdit::default()
    };
    second.device.edit_contact(&edit).unwrap();
    second.device.sync_once().await.unwrap();
    first.device.sync_once().await.unwrap();
    assert_eq!(
        card(&first.device, &home).contacts[0].hours.as_deref(),
        Some("18点后")
    );
    let places = second.device.list_facilities(&FacilityQuery {
        kind: FacilityKind::Place,
        class: None,
        building: None,
        page: PageQuery::default(),
    });
    let places = places.unwrap();
    assert_eq!(
        (places.total_count, places.rows[0].name.as_str()),
        (1, "南门")
    );
}

#[tokio::test]
async fn what_the_server_refuses_is_written_again_once_and_then_shown_with_its_words() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let colleague = Handheld::bound(&station, 2, &[crate::world::MANAGER]).await;
    let device = &handheld.device;
    device.sync_once().await.unwrap();
    let input = HouseholdInput {
        contacts: vec![person("张样例", &["99012341234"])],
        ..household("30号楼1单元101 张先生家")
    };
    let home = device.add_household(&input).unwrap().id;
    *station.refuse_next.lock().unwrap() = Some(Code::ChangeForbidden);
    device.sync_once().await.unwrap();
    colleague.device.sync_once().await.unwrap();
    let told = |device: &Device| {
        let card = card(device, &home);
        (card.row.people_count, card.contacts)
    };
    assert_eq!(told(device).0, Some(3));
    assert_eq!(
        told(&colleague.device),
        told(device),
        "it was written again"
    );
    assert_eq!(device.refused().unwrap(), []);

    let edit = HouseholdEdit {
        household: home.clone(),
        address_form: Some("30号楼1单元101 张老师家".into()),
        ..HouseholdEdit::default()
    };
    device.edit_household(&edit).unwrap();
    *station.refuse_times.lock().unwrap() = 2;
    device.sync_once().await.unwrap();
    assert_eq!(
        card(device, &home).row.address_form,
        "30号楼1单元101 张先生家"
    );
    let [refused] = device.refused().unwrap().try_into().unwrap();
    assert_eq!(refused.words, ["30号楼1单元101 张老师家"]);
    device.settle_refused(&home).unwrap();
    assert_eq!(device.refused().unwrap(), []);
}

//! Who may bring in base data: exactly one desk, in the name of exactly those who may.

use linli_model::case::Rules;
use linli_model::edition::Edition;
use serde_json::json;

use super::*;
use crate::schema::kind_name;

/// Two communities with two grids each; the same people everywhere would hide a mistake.
fn rules() -> Rules {
    let org = |id: &str, parent: Option<&str>, kind: &str, level: &str| json!({"id": id, "parent": parent, "kind": kind, "level": level, "name": {"zh": id, "en": id}});
    let grid = |code: &str, of: &str| json!({"code": code, "community": of, "name": {"zh": code, "en": code}});
    let person = |id: &str, role: &str, at: serde_json::Value| json!({"id": id, "grants": [{"role": role, "at": at}]});
    let edition: Edition = serde_json::from_value(json!({
        "format": 1, "number": 1, "district": "990101",
        "orgs": [
            org("990101", None, "district_centre", "district"),
            org("c1", Some("990101"), "station", "community"),
            org("c2", Some("990101"), "station", "community"),
        ],
        "grids": [grid("g1", "c1"), grid("g2", "c1"), grid("g3", "c2")],
        "staff": [
            person("manager-1", "grid_manager", json!({"grid": "g1"})),
            person("helper-1", "grid_assistant", json!({"grid": "g1"})),
            person("manager-c1", "grid_manager", json!({"org": "c1"})),
            person("manager-c2", "grid_manager", json!({"org": "c2"})),
            person("police-1", "grid_police", json!({"grid": "g1"})),
            person("desk-c1", "intake_officer", json!({"org": "c1"})),
            person("admin-c1", "system_admin", json!({"org": "c1"})),
        ],
        "catalogue": [],
    }))
    .unwrap();
    Rules::new(edition).unwrap()
}

fn signer(org: &str, staff: &str, role: Role, scope: &str) -> Signer {
    Signer {
        org: OrgId::new(org).unwrap(),
        staff: StaffId::new(staff).unwrap(),
        role,
        edition: 1,
        scope: scope.parse().unwrap(),
        certified_org: OrgId::new(org).unwrap(),
        hand: Hand::Desk,
    }
}

/// The code of the refusal; `None` when the desk may write such a record.
fn judged(signer: &Signer, kind: RecordKind, home: &str) -> Option<&'static str> {
    let home = GridCode::new(home).unwrap();
    let done = signer
        .check(&rules())
        .and_then(|()| signer.may_touch(kind, &home));
    done.err().map(|refusal| refusal.code)
}

#[test]
fn a_desk_brings_in_base_data_of_its_own_grids_for_those_who_may_write_them() {
    use RecordKind::{Building, Component, Contact, Dwelling, Entrance, Household};
    for (staff, role, grid) in [
        ("manager-1", Role::GridManager, "g1"),
        ("helper-1", Role::GridAssistant, "g1"),
        ("manager-c1", Role::GridManager, "g1"),
        ("manager-c1", Role::GridManager, "g2"),
    ] {
        for (family, kinds) in [
            (
                "places",
                [Building, Entrance, Dwelling, Component].as_slice(),
            ),
            ("register", &[Household, Contact]),
        ] {
            for kind in kinds {
                let signer = signer("c1", staff, role, &format!("{family}/{grid}"));
                assert_eq!(
                    judged(&signer, *kind, grid),
                    None,
                    "{staff} {kind:?} {grid}"
                );
            }
        }
    }
}

/// Desk, person, role, scope, kind and home of the record, and the code of the refusal.
const REFUSED: &[&str] = &[
    // Another community's desk, and the one above.
    "c2 manager-c2 grid_manager places/g1 building g1 scope",
    "990101 manager-1 grid_manager places/g1 building g1 scope",
    // Somebody without the role there, or with a role that may not write such records.
    "c1 manager-1 grid_manager places/g2 building g2 grant",
    "c1 helper-1 grid_manager places/g1 building g1 grant",
    "c1 police-1 grid_police places/g1 building g1 role",
    "c1 police-1 grid_police register/g1 household g1 role",
    "c1 desk-c1 intake_officer register/g1 contact g1 role",
    "c1 admin-c1 system_admin register/g1 contact g1 role",
    "c1 system system places/g1 building g1 grant",
    // A record of another grid, in the wrong scope, or of a kind that only people at doors write.
    "c1 manager-c1 grid_manager places/g1 building g2 scope",
    "c1 manager-c1 grid_manager places/g1 household g1 scope",
    "c1 manager-c1 grid_manager places/g1 place g1 scope",
    "c1 manager-c1 grid_manager register/g1 building g1 scope",
    "c1 manager-c1 grid_manager register/g1 visit g1 scope",
    "c1 manager-c1 grid_manager register/g1 enrolment g1 scope",
    "c1 manager-c1 grid_manager cases/g1 case g1 scope",
    "c1 desk-c1 intake_officer desk/c1 building g1 scope",
];

#[test]
fn every_other_desk_person_grid_scope_and_kind_is_refused() {
    for row in REFUSED {
        let words: Vec<&str> = row.split(' ').collect();
        let [org, staff, role, scope, kind, home, code] = words.as_slice() else {
            panic!("{row}")
        };
        let signer = signer(org, staff, role.parse().unwrap(), scope);
        let kind = RecordKind::ALL
            .into_iter()
            .find(|known| kind_name(*known) == *kind)
            .unwrap();
        assert_eq!(judged(&signer, kind, home), Some(*code), "{row}");
    }
}

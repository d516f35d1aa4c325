//! Who holds it: everybody who was given the grid, each with how far it has erased.

use linli_sync_server::door::{Holder, HolderKind, Holders};

use crate::stage::{Stage, YEAR};

fn ask(stage: &mut Stage, record: linli_model::RecordId) -> Holders {
    stage
        .at("c1", |calls, now| calls.holders(now, &record))
        .unwrap()
}

fn confirmed(found: &Holders) -> Vec<(bool, Option<u64>)> {
    let devices = found
        .holders
        .iter()
        .filter(|holder| holder.kind == HolderKind::Device);
    let says = |holder: &Holder| {
        (
            holder.has_confirmed,
            holder.confirmed.map(|(number, _)| number),
        )
    };
    devices.map(says).collect()
}

#[test]
fn every_handheld_is_named_until_it_has_said_that_it_erased() {
    let mut stage = Stage::new();
    let [household, _] = stage.household(0, "甲家", "99000000006", YEAR);
    stage.sync_all();
    let found = ask(&mut stage, household);
    assert_eq!(found.grid.as_str(), "c1G01");
    assert_eq!((found.kinds["household"], found.kinds["contact"]), (1, 1));
    let server = &found.holders[0];
    assert_eq!(
        (server.kind, server.name.as_str()),
        (HolderKind::Server, "c1")
    );
    let mut people: Vec<String> = Vec::new();
    for holder in &found.holders[1..] {
        assert_eq!(
            (holder.name.as_str(), holder.state.as_str()),
            ("0417", "active")
        );
        assert!(holder.exchanged_at.is_some() && holder.since <= stage.now);
        let person = &holder.staff[0];
        people.push(format!("{} {}", person.staff, person.roles.join(" ")));
    }
    people.sort();
    assert_eq!(people, ["ga-1 grid_assistant", "ga-2 grid_assistant"]);
    assert_eq!(
        confirmed(&found),
        [(true, None), (true, None)],
        "nothing was erased yet"
    );

    stage
        .at("c1", |calls, now| {
            calls.erase(now, &Stage::erase_request(household, true))
        })
        .unwrap();
    let found = ask(&mut stage, household);
    assert!(found.is_erased && found.kinds.is_empty());
    assert_eq!(found.last_drop, Some(2));
    assert_eq!(confirmed(&found), [(false, None), (false, None)]);
    // One contact brings the tombstones, the next says that they were applied.
    stage.exchange(0);
    stage.exchange(0);
    let key = stage.handhelds[0].device();
    let found = ask(&mut stage, household);
    for holder in &found.holders[1..] {
        assert_eq!(holder.has_confirmed, holder.key == Some(key));
    }
    stage.exchange(1);
    stage.exchange(1);
    let found = ask(&mut stage, household);
    assert_eq!(confirmed(&found), [(true, Some(2)), (true, Some(2))]);

    let log = stage.read("c1", |reader| reader.audit_rows(0, 1_000).unwrap());
    let asked = log
        .iter()
        .filter(|row| String::from_utf8_lossy(&row.content).contains("holders_read"));
    assert_eq!(asked.count(), 4, "asking is noted");
    let nobody = stage.at("c1", |calls, now| {
        calls.holders(now, &linli_model::RecordId([9; 16]))
    });
    assert_eq!(nobody.unwrap_err().code(), "NOT_FOUND");
}

/// The street and the district get the tombstone, so that a lost server gets it back; a neighbour of
/// theirs does not. Nobody above ever had the record.
#[test]
fn a_tombstone_goes_up_and_comes_back_to_a_server_that_was_put_back() {
    let mut stage = Stage::new();
    let [household, contact] = stage.household(0, "甲家", "99000000007", YEAR);
    stage.sync_all();
    stage
        .at("c1", |calls, now| {
            calls.erase(now, &Stage::erase_request(household, true))
        })
        .unwrap();
    stage.link_all();
    for server in ["s1", "990101"] {
        for record in [household, contact] {
            assert!(
                stage.read(server, |reader| reader.is_erased(&record).unwrap()),
                "{server}"
            );
        }
    }
}

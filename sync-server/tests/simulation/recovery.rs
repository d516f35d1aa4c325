//! The rules after a loss, one by one (docs/sync.md).

use linli_model::case::State;
use linli_model::{ChangeHash, RecordId};
use linli_sync_server::door::DoorError;
use serde_json::json;

use super::check::{everybody_agrees, heal};
use super::fault::Fault;
use super::world::{COMMUNITY, STREET, World, hashes};

fn reported(world: &mut World, handheld: usize) -> RecordId {
    world.tick();
    let now = world.at_handheld(handheld);
    let case = world.handhelds[handheld].report(now).unwrap();
    while world.exchange(handheld, Fault::None) {}
    case
}

fn state(world: &World, at: usize, case: RecordId) -> Option<State> {
    world.find(at, case).map(|view| view.confirmed.state)
}

fn audit(world: &World, at: usize) -> Vec<String> {
    let rows = world.read(at, |reader| reader.audit_rows(0, 1000).unwrap());
    rows.iter()
        .map(|row| String::from_utf8(row.content.clone()).unwrap())
        .collect()
}

#[test]
fn a_restored_community_waits_for_its_street_and_handhelds_bring_back_the_rest() {
    let mut world = World::new(1);
    world.back_up_server(COMMUNITY);
    let case = reported(&mut world, 0);
    while world.exchange(1, Fault::None) {}
    world.command(COMMUNITY, "c1", "io-c1", case, &json!({"type": "file"}));
    while world.exchange(1, Fault::None) {}
    let before = world.find(COMMUNITY, case).unwrap();
    assert!(world.restore_server(COMMUNITY));
    assert_eq!(world.not_ready(COMMUNITY), ["recovering: waits for s1"]);
    assert_eq!(state(&world, COMMUNITY, case), None, "the backup is older");

    // What is pushed meanwhile is kept and decided by nobody.
    let later = reported(&mut world, 0);
    assert!(world.read(COMMUNITY, |reader| !reader.inbox(10).unwrap().is_empty()));
    assert_eq!(state(&world, COMMUNITY, later), None);
    let refused = world.call(COMMUNITY, |calls, now| {
        calls.declare_unreachable(now, &"c9".parse().unwrap())
    });
    assert!(
        matches!(refused, Err(DoorError::Conflict { .. })),
        "{refused:?}"
    );

    for _ in 0..4 {
        world.link(COMMUNITY, Fault::None);
    }
    assert!(world.not_ready(COMMUNITY).is_empty());
    assert!(world.read(COMMUNITY, |reader| reader.inbox(10).unwrap().is_empty()));
    heal(&mut world);
    everybody_agrees(&mut world, &[case, later], 0);
    assert_eq!(state(&world, COMMUNITY, later), Some(State::Reported));
    let after = world.find(COMMUNITY, case).unwrap();
    assert_eq!(after.confirmed.state, State::Filed, "the filing came back");
    assert_eq!(after.confirmed.case_number, before.confirmed.case_number);
}

#[test]
fn a_server_that_is_restored_while_a_handheld_names_what_it_holds_gets_all_of_it() {
    let mut world = World::new(6);
    world.back_up_server(COMMUNITY);
    world.tick();
    let case = world.handhelds[0].report(world.at_handheld(0)).unwrap();
    // At its first contact a handheld names what it holds; the report is sent, then named.
    assert!(world.exchange(0, Fault::None));
    assert!(world.exchange(0, Fault::None));
    world.tick();
    world.handhelds[0].write_about(case, true, world.at_handheld(0));
    assert!(world.restore_server(COMMUNITY));
    heal(&mut world);
    everybody_agrees(&mut world, &[case], 0);
    assert_eq!(world.find(COMMUNITY, case).unwrap().timeline.len(), 2);
}

#[test]
fn a_neighbour_that_cannot_be_reached_is_declared_so_and_that_is_recorded() {
    let mut world = World::new(2);
    world.back_up_server(COMMUNITY);
    assert!(world.restore_server(COMMUNITY));
    let street = "s1".parse().unwrap();
    let still = world.call(COMMUNITY, |calls, now| {
        calls.declare_unreachable(now, &street)
    });
    assert!(still.unwrap().is_empty());
    assert!(world.not_ready(COMMUNITY).is_empty());
    let rows = audit(&world, COMMUNITY);
    assert!(
        rows.iter()
            .any(|row| row.contains("declared_unreachable") && row.contains("s1")),
        "{rows:?}"
    );
    let case = reported(&mut world, 0);
    assert_eq!(state(&world, COMMUNITY, case), Some(State::Reported));
}

#[test]
fn nothing_is_doubled_at_the_street_and_its_copy_comes_back() {
    let mut world = World::new(3);
    let case = reported(&mut world, 0);
    world.back_up_server(COMMUNITY);
    world.command(COMMUNITY, "c1", "io-c1", case, &json!({"type": "file"}));
    let up = json!({"type": "escalate", "to": "s1", "reason": "no_means"});
    world.command(COMMUNITY, "c1", "io-c1", case, &up);
    for _ in 0..4 {
        world.link(COMMUNITY, Fault::None);
    }
    let before = world.find(STREET, case).unwrap();
    assert!(world.restore_server(COMMUNITY));
    heal(&mut world);
    everybody_agrees(&mut world, &[case], 0);
    let after = world.find(STREET, case).unwrap();
    assert_eq!(after.n, before.n, "the line at the street did not grow");
    assert_eq!(after.confirmed.holder, before.confirmed.holder);
    assert!(after.incidents.is_empty(), "{:?}", after.incidents);
}

#[test]
fn an_old_copy_of_a_server_is_talked_to_by_nobody() {
    let mut world = World::new(4);
    world.back_up_server(COMMUNITY);
    let old = world.servers[COMMUNITY].backup.clone();
    assert!(world.restore_server(COMMUNITY));
    heal(&mut world);
    world.put_back(COMMUNITY, &old.unwrap());
    let case = world.handhelds[0].report(world.at_handheld(0)).unwrap();
    let error = world.exchange_refused(0);
    assert_eq!(error, linli_sync::Code::GenerationUnknown);
    assert_eq!(state(&world, COMMUNITY, case), None);
    assert!(
        world.link(COMMUNITY, Fault::None),
        "the street refuses it, too"
    );
}

#[test]
fn a_revoked_handheld_hands_over_its_outbox_for_review_and_nothing_else() {
    let mut world = World::new(5);
    let case = reported(&mut world, 1);
    world.tick();
    let now = world.at_handheld(1);
    world.handhelds[1].write_about(case, true, now);
    world.revoke(1);
    while world.exchange(1, Fault::None) {}
    assert!(world.handhelds[1].is_gone, "it was told to erase itself");
    let refused = world.read(COMMUNITY, |reader| {
        hashes(reader, "SELECT hash FROM quarantine")
    });
    let refused: Vec<ChangeHash> = refused;
    assert_eq!(refused.len(), 1);
    let view = world.find(COMMUNITY, case).unwrap();
    assert_eq!(
        view.timeline.len(),
        1,
        "the report was taken, the rest was not"
    );
}

#[test]
fn a_handheld_that_comes_now_and_then_never_runs_out_of_its_certificate() {
    const FORTY_DAYS_MS: i64 = 40 * 24 * 60 * 60 * 1000;
    let mut world = World::new(7);
    for _ in 0..6 {
        // A certificate lasts 90 days and is renewed at half of them.
        world.now += FORTY_DAYS_MS;
        let case = reported(&mut world, 0);
        assert_eq!(
            state(&world, COMMUNITY, case),
            Some(State::Reported),
            "after {} days",
            (world.now - super::template::START.0) / FORTY_DAYS_MS * 40
        );
    }
}

#[test]
fn a_key_that_is_revoked_by_a_clock_that_runs_ahead_is_revoked_at_once() {
    const DAY_MS: i64 = 24 * 60 * 60 * 1000;
    let mut world = World::new(8);
    let case = reported(&mut world, 1);
    world.servers[COMMUNITY].skew = DAY_MS;
    world.revoke(1);
    world.servers[COMMUNITY].skew = 0;
    world.tick();
    let now = world.at_handheld(1);
    world.handhelds[1].write_about(case, true, now);
    while world.exchange(1, Fault::None) {}
    assert!(world.handhelds[1].is_gone, "it was told to erase itself");
    let view = world.find(COMMUNITY, case).unwrap();
    assert_eq!(view.timeline.len(), 1, "what came afterwards was not taken");
}

#[test]
fn a_revoked_handheld_gives_what_a_restored_server_has_lost_before_it_erases_itself() {
    let mut world = World::new(11);
    world.back_up_server(COMMUNITY);
    let case = reported(&mut world, 1);
    assert!(world.restore_server(COMMUNITY));
    for _ in 0..4 {
        world.link(COMMUNITY, Fault::None);
    }
    world.revoke(1);
    while world.exchange(1, Fault::None) {}
    assert!(world.handhelds[1].is_gone, "it was told to erase itself");
    assert_eq!(state(&world, COMMUNITY, case), None);
    let kept = world.read(COMMUNITY, |reader| {
        hashes(reader, "SELECT hash FROM quarantine")
    });
    assert_eq!(kept.len(), 1, "the report lies there for review");
}

#[test]
fn a_restored_street_gets_every_certificate_again_whatever_was_issued_meanwhile() {
    let mut world = World::new(9);
    world.back_up_server(STREET);
    while world.link(COMMUNITY, Fault::None) {}
    assert!(world.restore_server(STREET));
    // A newer item of the community's control log goes first; the older ones are lost above.
    world.revoke(1);
    let case = reported(&mut world, 0);
    world.command(COMMUNITY, "c1", "io-c1", case, &json!({"type": "file"}));
    let up = json!({"type": "escalate", "to": "s1", "reason": "no_means"});
    world.command(COMMUNITY, "c1", "io-c1", case, &up);
    heal(&mut world);
    everybody_agrees(&mut world, &[case], 0);
    assert!(world.find(STREET, case).is_some());
}

#[test]
fn three_copies_of_one_handheld_end_with_the_same() {
    let mut world = World::new(10);
    let first = reported(&mut world, 0);
    let (one, other) = (world.handhelds.len(), world.handhelds.len() + 1);
    world.clone_handheld(0);
    world.tick();
    world.clone_handheld(0);
    let mut cases = vec![first];
    for copy in [0, one, other, 0, one, other] {
        cases.push(reported(&mut world, copy));
    }
    heal(&mut world);
    everybody_agrees(&mut world, &cases, 0);
}

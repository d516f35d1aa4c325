//! One case travels from a handheld to the street and back over three engines in memory: real
//! ledgers, real signatures, real frames; only the network is a function call.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_lossless,
    clippy::match_bool,
    clippy::similar_names,
    clippy::type_complexity,
    clippy::too_many_lines,
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "a test may fail by panicking, and the town is read where it is used"
)]

#[path = "path/town.rs"]
mod town;

use std::collections::BTreeSet;

use linli_model::case::{EventKind, Slot, State};
use serde_json::json;
use town::Town;

#[test]
fn a_case_is_reported_escalated_dispatched_checked_and_closed() {
    let mut town = Town::federated();
    let case = town.report("06052");
    town.exchange_device();
    assert_eq!(town.view("c1", case).confirmed.state, State::Reported);
    assert_eq!(
        town.view_on_device(case).n,
        1,
        "the community's admission is back on the handheld"
    );

    town.command("c1", "io-c1", case, &json!({"type": "file"}));
    town.command(
        "c1",
        "io-c1",
        case,
        &json!({"type": "escalate", "to": "s1", "reason": "no_means"}),
    );
    town.link_all();
    let at_street = town.view("s1", case);
    assert_eq!(
        at_street.confirmed.holder.as_ref().map(ToString::to_string),
        Some("s1".into())
    );
    assert_eq!(
        at_street.confirmed.state,
        State::Dispatched,
        "the table dispatched it without a hand"
    );
    assert!(
        town.find("990101", case).is_none(),
        "the district is no member"
    );

    town.command("u1", "ul-u1", case, &json!({"type": "acknowledge"}));
    town.command(
        "u1",
        "hd-u1",
        case,
        &json!({"type": "submit_result", "photos": [town::AFTER], "text": "已装坡道"}),
    );
    town.link_all();
    town.exchange_device();
    let on_device = town.view_on_device(case);
    assert_eq!(on_device.confirmed.state, State::Checking);

    let check = on_device.confirmed.current[&Slot::Check].event;
    town.write_on_device(
        case,
        EventKind::CheckPass {
            photos: vec![town::AFTER.parse().unwrap()],
            text: "可以走了".into(),
        },
        Some(check),
    );
    town.exchange_device();
    town.link_all();
    assert_eq!(town.view("s1", case).confirmed.state, State::Feedback);
    town.command(
        "s1",
        "io-s1",
        case,
        &json!({"type": "close", "satisfaction": "satisfied", "is_referred": false, "text": ""}),
    );
    town.link_all();
    town.exchange_device();

    let end = town.view_on_device(case);
    assert_eq!(end.confirmed.state, State::Closed);
    assert_eq!(
        end,
        town.view("s1", case),
        "the street and the handheld see the same"
    );
    assert_eq!(end, town.view("c1", case));
    assert!(end.incidents.is_empty(), "{:?}", end.incidents);
    let has: Vec<String> = end.receipts.keys().map(ToString::to_string).collect();
    assert_eq!(
        has,
        ["c1", "s1"],
        "the community and the street have it, the district does not need it"
    );
    let receipts = town.log_on_device(case).receipts;
    let given = receipts
        .values()
        .map(|receipt| (&receipt.org, &receipt.number));
    let numbers: BTreeSet<_> = given.collect();
    assert!(receipts.len() > numbers.len(), "{receipts:?}");
    let desks: BTreeSet<_> = numbers.iter().map(|(org, _)| org).collect();
    assert_eq!(
        desks.len(),
        numbers.len(),
        "a desk has one number for a case"
    );
    town.link_all();
    assert_eq!(town.quiet_round(), 0, "nothing is left to say");
}

#[test]
fn one_box_ends_in_the_same_state_with_the_same_receipts() {
    let mut town = Town::one_box();
    let case = town.report("06052");
    town.exchange_device();
    town.command("c1", "io-c1", case, &json!({"type": "file"}));
    town.command(
        "c1",
        "io-c1",
        case,
        &json!({"type": "escalate", "to": "s1", "reason": "no_means"}),
    );
    town.command("u1", "ul-u1", case, &json!({"type": "acknowledge"}));
    town.command(
        "u1",
        "hd-u1",
        case,
        &json!({"type": "submit_result", "photos": [town::AFTER], "text": "已装坡道"}),
    );
    town.exchange_device();
    let check = town.view_on_device(case).confirmed.current[&Slot::Check].event;
    town.write_on_device(
        case,
        EventKind::CheckPass {
            photos: vec![town::AFTER.parse().unwrap()],
            text: "可以走了".into(),
        },
        Some(check),
    );
    town.exchange_device();
    town.command(
        "s1",
        "io-s1",
        case,
        &json!({"type": "close", "satisfaction": "satisfied", "is_referred": false, "text": ""}),
    );
    town.exchange_device();
    let end = town.view_on_device(case);
    assert_eq!(end.confirmed.state, State::Closed);
    let has: Vec<String> = end.receipts.keys().map(ToString::to_string).collect();
    assert_eq!(has, ["c1", "s1"]);
}

#[test]
fn the_register_stays_at_the_community() {
    let mut town = Town::federated();
    town.household("0990-CANARY");
    let case = town.report("06052");
    town.exchange_device();
    town.command("c1", "io-c1", case, &json!({"type": "file"}));
    town.command(
        "c1",
        "io-c1",
        case,
        &json!({"type": "escalate", "to": "s1", "reason": "no_means"}),
    );
    town.link_all();
    assert!(town.holds_text("c1", "0990-CANARY"));
    assert!(!town.holds_text("s1", "0990-CANARY"));
    assert!(!town.holds_text("990101", "0990-CANARY"));
    assert_eq!(town.records("990101"), 0, "no case reached the district");
}

#[test]
fn packs_lie_ready_before_a_new_handheld_asks_for_them() {
    let mut town = Town::federated();
    assert_eq!(town.await_handheld(), 0, "there is nothing to pack yet");
    town.report("06052");
    town.household("0990-1234");
    town.exchange_device();
    assert_eq!(town.await_handheld(), 2, "cases and register");
    let ready = town.pack();
    assert_eq!(town.await_handheld(), 2, "once is enough");
    assert_eq!(town.pack(), ready, "nobody waits for one");
}

#[test]
fn a_pack_gives_a_device_its_own_cases_and_is_made_anew_only_when_it_is_old() {
    let mut town = Town::federated();
    for _ in 0..10 {
        town.report("06052");
    }
    town.exchange_device();
    let first = town.pack();
    let (fresh, device) = town.unpacked(&first);
    assert_eq!(
        fresh.digest, device.digest,
        "its own cases, which no feed gives back"
    );
    assert_eq!(town.pack(), first, "nothing is new");

    for _ in 0..10 {
        town.report("06052");
    }
    town.exchange_device();
    let second = town.pack();
    assert!(second.at_seq > first.at_seq);
    let (fresh, device) = town.unpacked(&second);
    assert_eq!(fresh.digest, device.digest);
}

#[test]
fn timers_that_come_due_together_run_in_pieces_and_none_is_left_out() {
    let mut town = Town::one_box();
    let cases: Vec<_> = (0..150).map(|_| town.report("06052")).collect();
    while town.exchange_device() > 1 {}
    let reminders = |town: &mut Town| {
        let count = |case| town.view("c1", case).confirmed.marks.reminded.len();
        cases.iter().copied().map(count).collect::<Vec<_>>()
    };
    assert_eq!(reminders(&mut town), vec![0; cases.len()]);
    let pieces = town.run_timers("c1", 30);
    assert!(pieces.len() > 2, "{pieces:?}");
    assert_eq!(reminders(&mut town), vec![1; cases.len()]);
    assert_eq!(town.run_timers("c1", 0), [0], "nothing comes due twice");
}

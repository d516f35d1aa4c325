//! Rules of docs/workflow.md about custody, orders from above and members, one test each.

use linli_model::case::{
    Author, EventKind, EventName, OrderKind, Reason, State, TaskKind, Urgency,
};
use linli_model::edition::Severity;
use linli_model::{OrgId, Role};

use crate::bench::{Bench, no_effect};
use crate::district::org;

fn officer(at: &str) -> Author {
    Bench::person(at, "a", Role::IntakeOfficer)
}

fn lead(at: &str) -> Author {
    Bench::person(at, "b", Role::DutyLead)
}

fn members(bench: &Bench) -> String {
    let view = bench.view();
    view.members
        .iter()
        .map(OrgId::as_str)
        .collect::<Vec<_>>()
        .join(" ")
}

fn holder(bench: &Bench) -> String {
    bench.confirmed().holder.unwrap().to_string()
}

#[test]
fn a_report_is_held_by_its_home_community_and_an_intake_by_its_desk() {
    assert_eq!(holder(&Bench::reported()), "c1");
    let mut bench = Bench::new();
    let kind = bench.fill(EventName::Intake);
    let (_, verdict) = bench.decides_kind(officer("s2"), kind, None);
    assert!(verdict.is_effective());
    assert_eq!(holder(&bench), "s2");
    // The path between the desk and the home community belongs to it.
    assert_eq!(members(&bench), "c1 d s1 s2");
}

#[test]
fn only_the_holder_decides() {
    let mut bench = Bench::reported();
    assert_eq!(
        bench.ask(officer("s1"), EventName::File),
        no_effect(Reason::Superseded)
    );
    assert!(bench.ask(officer("c1"), EventName::File).is_effective());
}

#[test]
fn an_order_waits_for_the_line_and_the_sender_goes_on_working() {
    let mut bench = Bench::filed();
    bench.decides(officer("c1"), EventName::Escalate);
    assert_eq!(bench.run(&[]), []);
    bench.decides(
        Bench::person("c1", "a", Role::Dispatcher),
        EventName::Dispatch,
    );
    assert_eq!(holder(&bench), "c1");
    assert_eq!(bench.run(&["s1"]), [EventName::HandOver]);
    assert_eq!(holder(&bench), "s1");
    assert_eq!(bench.confirmed().state, State::Dispatched);
}

#[test]
fn an_order_may_be_changed_and_withdrawn() {
    let mut bench = Bench::filed();
    bench.decides(officer("c1"), EventName::Escalate);
    bench.choice.target = org("c2");
    bench.decides(officer("c1"), EventName::Refer);
    assert_eq!(bench.confirmed().order.unwrap().target, org("c2"));
    bench.decides(officer("c1"), EventName::Withdraw);
    assert_eq!(bench.confirmed().order, None);
    assert_eq!(bench.run(&["s1"]), []);
}

#[test]
fn custody_moves_along_one_link_and_a_referral_is_passed_on() {
    let mut bench = Bench::filed();
    bench.choice.target = org("c3");
    bench.decides(officer("c1"), EventName::Refer);
    bench.choice.next_hop = org("c3");
    assert_eq!(
        bench.ask(officer("c1"), EventName::HandOver),
        no_effect(Reason::NotOneLink)
    );
    bench.run(&["s1"]);
    assert_eq!(holder(&bench), "s1");
    bench.run(&["d"]);
    bench.run(&["s2"]);
    assert_eq!(bench.run(&[]), []);
    assert_eq!(bench.run(&["c3"]), [EventName::HandOver]);
    assert_eq!(holder(&bench), "c3");
    assert_eq!(members(&bench), "c1 c3 d s1 s2");
    bench.decides(officer("c3"), EventName::Take);
    assert_eq!(bench.confirmed().transfer, None);
}

#[test]
fn until_the_answer_no_desk_event_counts_but_field_events_do() {
    let mut bench = Bench::filed();
    bench.decides(officer("c1"), EventName::Escalate);
    bench.run(&["s1"]);
    let dispatcher = Bench::person("s1", "a", Role::Dispatcher);
    assert_eq!(
        bench.ask(dispatcher.clone(), EventName::Dispatch),
        no_effect(Reason::InTransfer)
    );
    let note = bench.field("a", EventName::Note);
    assert_eq!(bench.admit("c1"), 0);
    assert_eq!(bench.admit("s1"), 1);
    assert!(bench.verdict_of(note).is_effective());
    bench.decides(officer("s1"), EventName::Take);
    assert!(bench.ask(dispatcher, EventName::Dispatch).is_effective());
}

#[test]
fn what_is_sent_back_is_the_senders_task_and_may_go_again() {
    let mut bench = Bench::filed();
    bench.decides(officer("c1"), EventName::Escalate);
    bench.run(&["s1"]);
    bench.decides(officer("s1"), EventName::SendBack);
    assert_eq!(holder(&bench), "c1");
    assert_eq!(bench.confirmed().transfer, None);
    assert!(bench.tasks().contains(&TaskKind::SentBack));
    bench.decides(officer("c1"), EventName::Escalate);
    assert!(!bench.tasks().contains(&TaskKind::SentBack));
}

#[test]
fn escalation_goes_one_level_unless_there_is_danger() {
    let mut bench = Bench::filed();
    bench.choice.target = org("d");
    assert_eq!(
        bench.ask(officer("c1"), EventName::Escalate),
        no_effect(Reason::NotOneLink)
    );
    bench.choice.target = org("s1");
    assert!(bench.ask(officer("c1"), EventName::Escalate).is_effective());
}

#[test]
fn a_danger_goes_to_the_highest_reachable_desk_and_is_copied_to_the_path() {
    let mut bench = Bench::new();
    bench.choice.urgency = Urgency::Danger;
    bench.field("a", EventName::Report);
    bench.admit("c1");
    let order = bench.confirmed().order.unwrap();
    assert_eq!((order.kind, order.target), (OrderKind::Danger, org("d")));
    assert_eq!(bench.run(&["s1"]), [EventName::Cc, EventName::HandOver]);
    assert_eq!(members(&bench), "c1 d s1");
    // The line to the district is down: it rests here, and this desk may take it.
    assert_eq!(bench.run(&[]), []);
    assert!(bench.ask(officer("s1"), EventName::Take).is_effective());
    assert_eq!(bench.run(&["d"]), [EventName::HandOver]);
    assert_eq!(holder(&bench), "d");
    assert_eq!(bench.run(&["s1"]), []);
}

#[test]
fn a_danger_is_never_handled_alone() {
    let mut bench = Bench::new();
    bench.choice.urgency = Urgency::Danger;
    bench.field("a", EventName::Report);
    let fix = bench.field("a", EventName::SelfHandle);
    bench.admit("c1");
    assert_eq!(bench.verdict_of(fix), no_effect(Reason::Danger));
}

#[test]
fn what_becomes_a_danger_later_goes_up_too_and_only_the_desk_calls_it_off() {
    let mut bench = Bench::filed();
    bench.choice.urgency = Urgency::Danger;
    bench.field("b", EventName::Amend);
    bench.admit("c1");
    assert_eq!(bench.confirmed().urgency, Urgency::Danger);
    assert_eq!(bench.confirmed().order.unwrap().kind, OrderKind::Danger);
    let calm = EventKind::Amend {
        fields: vec!["urgency".into()],
        urgency: Some(Urgency::Normal),
        photos: Vec::new(),
        text: String::new(),
    };
    bench.field_kind("a", calm.clone(), None);
    bench.admit("c1");
    assert_eq!(bench.confirmed().urgency, Urgency::Danger);
    let by = officer("c1");
    let actor = bench.desk("c1").actor;
    let event = linli_model::case::Event {
        by,
        edition: 1,
        at: bench.now,
        kind: calm,
        seen: bench.log.frontier(),
        answers: None,
        again_of: None,
    };
    bench.put(actor, event);
    bench.admit("c1");
    assert_eq!(bench.confirmed().urgency, Urgency::Normal);
}

#[test]
fn a_recall_is_carried_out_and_cannot_be_withdrawn_or_sent_back() {
    let mut bench = Bench::filed();
    // The unit is the street's: with the dispatch the street is a member.
    bench.decides(
        Bench::person("c1", "a", Role::Dispatcher),
        EventName::Dispatch,
    );
    let recall = bench.member(lead("s1"), EventName::Recall);
    assert_eq!(bench.admit("c1"), 1);
    assert!(bench.verdict_of(recall).is_effective());
    assert_eq!(
        bench.ask(officer("c1"), EventName::Withdraw),
        no_effect(Reason::NotAllowed)
    );
    assert_eq!(
        bench.ask(officer("c1"), EventName::Escalate),
        no_effect(Reason::NotAllowed)
    );
    assert_eq!(bench.run(&["s1"]), [EventName::HandOver, EventName::Take]);
    assert!(!bench.ask(officer("s1"), EventName::SendBack).is_effective());
    assert_eq!(holder(&bench), "s1");
}

#[test]
fn orders_come_from_members_above_the_holder() {
    let mut bench = Bench::filed();
    let from_outside = bench.member(lead("s2"), EventName::Supervision);
    let from_above = bench.member(lead("s1"), EventName::Supervision);
    bench.admit("c1");
    assert_eq!(bench.verdict_of(from_outside), no_effect(Reason::NotAbove));
    // A street that is not a member is not above the case either.
    assert_eq!(bench.verdict_of(from_above), no_effect(Reason::NotAbove));
    bench.decides(
        Bench::person("c1", "a", Role::Dispatcher),
        EventName::Dispatch,
    );
    assert_eq!(members(&bench), "c1 s1 u1");
    let as_member = bench.member(lead("s1"), EventName::Supervision);
    bench.admit("c1");
    assert!(bench.verdict_of(as_member).is_effective());
}

#[test]
fn copies_make_members_and_copy_rules_write_copies() {
    let mut bench = Bench::reported();
    bench.choice.target = org("c3");
    bench.decides(Bench::person("c1", "a", Role::Dispatcher), EventName::Cc);
    assert_eq!(members(&bench), "c1 c3 d s1 s2");
    let again = Bench::person("c1", "a", Role::Dispatcher);
    assert_eq!(
        bench.ask(again, EventName::Cc),
        no_effect(Reason::NothingNew)
    );

    let mut bench = Bench::reported();
    bench.choice.severity = Severity::Prominent;
    bench.decides(officer("c1"), EventName::File);
    assert_eq!(bench.run(&[]), [EventName::Cc]);
    assert_eq!(members(&bench), "c1 d s1");
}

#[test]
fn provisional_events_make_no_members_and_move_nothing() {
    let mut bench = Bench::filed();
    bench.decides(
        Bench::person("c1", "a", Role::Dispatcher),
        EventName::Dispatch,
    );
    bench.member(lead("s1"), EventName::Recall);
    let view = bench.view();
    assert_eq!(view.now.order, None);
    assert_eq!(view.now.holder, Some(org("c1")));
    assert_eq!(members(&bench), "c1 s1 u1");
}

#[test]
fn a_reopened_case_stays_with_its_last_holder() {
    let mut bench = Bench::filed();
    bench.decides(officer("c1"), EventName::Escalate);
    bench.run(&["s1"]);
    bench.decides(officer("s1"), EventName::Take);
    bench.decides(officer("s1"), EventName::RequestVoid);
    bench.choice.target = org("d");
    bench.decides(lead("s1"), EventName::Cc);
    bench.member(lead("d"), EventName::RequestForceClose);
    bench.admit("s1");
    bench.member(
        Bench::person("d", "a", Role::DutyLead),
        EventName::ForceClose,
    );
    bench.admit("s1");
    assert_eq!(bench.confirmed().state, State::Closed);
    bench.field("a", EventName::Reopen);
    assert_eq!(bench.admit("c1"), 0);
    assert_eq!(bench.admit("s1"), 1);
    assert_eq!(
        (holder(&bench).as_str(), bench.confirmed().state),
        ("s1", State::Reported)
    );
}

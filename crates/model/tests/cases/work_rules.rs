//! Rules of docs/workflow.md over the table, which a row alone does not say: people, numbers, flags, other cases.

use linli_model::case::automation::Target;
use linli_model::case::{
    Admitting, Event, EventKind, EventName, OtherCase, Outcome, Proposal, Reason, State, TaskKind,
    decide,
};
use linli_model::edition::Severity;
use linli_model::{RecordId, Role};

use crate::bench::{Bench, DAY_MS, no_effect};
use crate::district::{edition, org};

fn officer() -> linli_model::case::Author {
    Bench::person("c1", "a", Role::IntakeOfficer)
}

fn dispatcher() -> linli_model::case::Author {
    Bench::person("c1", "a", Role::Dispatcher)
}

fn lead(nth: &str) -> linli_model::case::Author {
    Bench::person("c1", nth, Role::DutyLead)
}

#[test]
fn the_whole_way_from_report_to_closing() {
    let bench = Bench::closed();
    let standing = bench.confirmed();
    assert_eq!(standing.state, State::Closed);
    assert_eq!(standing.outcome, Some(Outcome::Resolved));
    assert_eq!(standing.rework_count, 0);
    let view = bench.view();
    assert_eq!(view.n, 8);
    assert!(view.incidents.is_empty() && view.tasks.is_empty());
    let json = serde_json::to_string(&view).unwrap();
    assert_eq!(
        serde_json::from_str::<linli_model::case::CaseView>(&json).unwrap(),
        view
    );
    let json = serde_json::to_string(&bench.log).unwrap();
    assert_eq!(
        serde_json::from_str::<linli_model::case::CaseLog>(&json).unwrap(),
        bench.log
    );
}

#[test]
fn a_fix_on_the_spot_after_filing_asks_the_desk() {
    let mut bench = Bench::filed();
    let fix = bench.field("a", EventName::SelfHandle);
    bench.admit("c1");
    assert_eq!(bench.verdict_of(fix), no_effect(Reason::DeskHasIt));
    assert_eq!(bench.confirmed().state, State::Filed);
    assert_eq!(bench.tasks(), [TaskKind::FixedOnSpot]);
    bench.decides(officer(), EventName::AcceptOnSpot);
    assert_eq!(bench.confirmed().outcome, Some(Outcome::SelfHandled));
    assert_eq!(bench.tasks(), []);
}

#[test]
fn only_what_is_minor_is_handled_on_the_spot_and_in_the_same_shift() {
    let mut bench = Bench::new();
    bench.choice.severity = Severity::Ordinary;
    bench.field("a", EventName::Report);
    let fix = bench.field("a", EventName::SelfHandle);
    bench.admit("c1");
    assert_eq!(bench.verdict_of(fix), no_effect(Reason::NotMinor));

    let mut bench = Bench::reported();
    bench.pass(5 * DAY_MS);
    let late = bench.field("a", EventName::SelfHandle);
    bench.admit("c1");
    assert_eq!(bench.verdict_of(late), no_effect(Reason::TooLate));
}

#[test]
fn who_handled_does_not_check() {
    let mut bench = Bench::filed();
    bench.decides(dispatcher(), EventName::Dispatch);
    bench.member(
        Bench::person("u1", "a", Role::UnitLead),
        EventName::Acknowledge,
    );
    let mut by = Bench::person("u1", "b", Role::Handler);
    by.staff = crate::district::staff("g1-a");
    bench.member(by, EventName::SubmitResult);
    bench.admit("c1");
    // The result came before the holder had admitted the acknowledgement, in one page: still in order.
    bench.run(&[]);
    let same = bench.field("a", EventName::CheckPass);
    let other = bench.field("b", EventName::CheckPass);
    bench.admit("c1");
    assert_eq!(bench.verdict_of(same), no_effect(Reason::HandledBySelf));
    assert!(bench.verdict_of(other).is_effective());
}

#[test]
fn holds_voids_and_forced_closes_need_two_people() {
    let mut bench = Bench::handling();
    bench.member(
        Bench::person("u1", "a", Role::UnitLead),
        EventName::RequestHold,
    );
    bench.admit("c1");
    assert_eq!(bench.tasks(), [TaskKind::Confirm]);
    bench.decides(lead("a"), EventName::Hold);
    assert_eq!(bench.confirmed().state, State::OnHold);

    let mut bench = Bench::filed();
    bench.decides(lead("a"), EventName::RequestVoid);
    assert_eq!(
        bench.ask(lead("a"), EventName::Void),
        no_effect(Reason::SamePerson)
    );
    bench.decides(lead("b"), EventName::Void);
    assert_eq!(bench.confirmed().state, State::Voided);

    let mut bench = Bench::filed();
    let district = |nth| Bench::person("d", nth, Role::DutyLead);
    bench.member(district("a"), EventName::RequestForceClose);
    let alone = bench.member(district("a"), EventName::ForceClose);
    bench.admit("c1");
    assert_eq!(bench.verdict_of(alone), no_effect(Reason::SamePerson));
    bench.member(district("b"), EventName::ForceClose);
    bench.admit("c1");
    let standing = bench.confirmed();
    assert_eq!(standing.outcome, Some(Outcome::Forced));
    assert!(standing.is_on_board);
}

#[test]
fn a_request_may_be_refused_and_asked_again() {
    let mut bench = Bench::handling();
    let unit = Bench::person("u1", "a", Role::UnitLead);
    bench.member(unit.clone(), EventName::RequestExtension);
    bench.admit("c1");
    bench.decides(dispatcher(), EventName::RefuseRequest);
    assert_eq!(bench.tasks(), []);
    assert_eq!(bench.confirmed().extension_count, 0);
    bench.member(unit.clone(), EventName::RequestExtension);
    bench.admit("c1");
    bench.decides(dispatcher(), EventName::Extend);
    bench.member(unit.clone(), EventName::RequestExtension);
    bench.admit("c1");
    assert_eq!(
        bench.ask(dispatcher(), EventName::Extend),
        no_effect(Reason::NotAllowed)
    );
    bench.decides(lead("a"), EventName::Extend);
    let third = bench.member(unit, EventName::RequestExtension);
    bench.admit("c1");
    assert_eq!(bench.verdict_of(third), no_effect(Reason::TooOften));
}

#[test]
fn after_two_returns_a_duty_lead_dispatches() {
    let mut bench = Bench::filed();
    for _ in 0..2 {
        bench.decides(dispatcher(), EventName::Dispatch);
        bench.member(
            Bench::person("u1", "a", Role::UnitLead),
            EventName::ReturnCase,
        );
        bench.admit("c1");
        assert_eq!(bench.tasks(), [TaskKind::Returned]);
    }
    assert_eq!(
        bench.ask(dispatcher(), EventName::Dispatch),
        no_effect(Reason::NotAllowed)
    );
    assert!(bench.ask(lead("a"), EventName::Dispatch).is_effective());
}

#[test]
fn only_handling_units_handle() {
    let mut bench = Bench::filed();
    bench.choice.unit = org("s1");
    assert_eq!(
        bench.ask(dispatcher(), EventName::Dispatch),
        no_effect(Reason::NotSuitable)
    );
}

#[test]
fn where_leads_review_the_check_waits_for_them() {
    let mut city = edition();
    city.settings.unit_review = true;
    let mut bench = Bench::handling();
    bench.editions = Bench::in_city(city).editions;
    let handler = Bench::person("u1", "b", Role::Handler);
    let unit_lead = Bench::person("u1", "a", Role::UnitLead);
    bench.member(handler.clone(), EventName::SubmitResult);
    bench.admit("c1");
    assert_eq!(bench.run(&[]), []);
    bench.member(unit_lead.clone(), EventName::UnitReject);
    bench.admit("c1");
    assert_eq!(bench.confirmed().state, State::Handling);
    bench.member(handler, EventName::SubmitResult);
    bench.member(unit_lead, EventName::UnitAccept);
    bench.admit("c1");
    assert_eq!(bench.run(&[]), [EventName::RequestCheck]);
}

#[test]
fn a_check_that_was_impossible_is_confirmed_by_a_lead() {
    let mut bench = Bench::checking();
    bench.field("a", EventName::CheckUnable);
    bench.admit("c1");
    assert_eq!(bench.confirmed().state, State::Checking);
    bench.decides(lead("a"), EventName::ConfirmUnable);
    assert_eq!(bench.confirmed().state, State::Feedback);
}

#[test]
fn a_rejected_result_is_worked_on_again_and_counts() {
    let mut bench = Bench::checking();
    bench.field("a", EventName::CheckPass);
    bench.admit("c1");
    bench.member(
        Bench::person("s1", "a", Role::Resident),
        EventName::RequestReject,
    );
    bench.admit("c1");
    bench.decides(officer(), EventName::RejectResult);
    let standing = bench.confirmed();
    assert_eq!(
        (standing.state, standing.rework_count),
        (State::Handling, 1)
    );
}

#[test]
fn a_case_that_lives_again_keeps_its_number_and_forgets_its_unit() {
    let mut bench = Bench::closed();
    let number = bench.confirmed().case_number;
    bench.field("a", EventName::Reopen);
    bench.admit("c1");
    let standing = bench.confirmed();
    assert_eq!(standing.state, State::Reported);
    assert_eq!((standing.unit, standing.outcome), (None, None));
    bench.decides(officer(), EventName::File);
    assert_eq!(bench.confirmed().case_number, number);
}

#[test]
fn reopening_and_objecting_have_their_end() {
    let mut bench = Bench::closed();
    bench.pass(16 * DAY_MS);
    let late = bench.field("a", EventName::Reopen);
    bench.admit("c1");
    assert_eq!(bench.verdict_of(late), no_effect(Reason::TooLate));

    let mut bench = Bench::reported();
    bench.decides(officer(), EventName::Decline);
    bench.field("a", EventName::Object);
    bench.admit("c1");
    assert_eq!(bench.confirmed().state, State::Reported);
    bench.decides(officer(), EventName::Decline);
    let second = bench.field("a", EventName::Object);
    bench.admit("c1");
    assert_eq!(bench.verdict_of(second), no_effect(Reason::TooOften));
}

/// Asks whether this case may be merged into another one.
fn merge_into(bench: &mut Bench, other: &Bench, id: RecordId) -> linli_model::case::Verdict {
    let there = other.confirmed();
    let event = Event {
        by: officer(),
        edition: 1,
        at: bench.now,
        kind: EventKind::Merge { into: id },
        seen: bench.log.frontier(),
        answers: None,
        again_of: None,
    };
    let proposal = Proposal {
        id: bench.log.next_entry(bench.desk("c1").actor),
        event: &event,
        admitting: Admitting::Authoring {
            other: Some(OtherCase {
                this: bench.log.id,
                id,
                confirmed: &there,
            }),
        },
        received_at: bench.now,
        happened_at: bench.now,
    };
    decide(&bench.confirmed(), bench.rules(), &proposal)
}

#[test]
fn a_merge_needs_an_open_target_at_the_same_desk() {
    let other_id = RecordId([9; 16]);
    let mut bench = Bench::reported();
    let refused = no_effect(Reason::OtherCase);
    assert!(merge_into(&mut bench, &Bench::filed(), other_id).is_effective());
    assert_eq!(merge_into(&mut bench, &Bench::closed(), other_id), refused);
    let own_id = bench.log.id;
    assert_eq!(merge_into(&mut bench, &Bench::filed(), own_id), refused);
    let mut away = Bench::filed();
    away.decides(officer(), EventName::Escalate);
    away.run(&["s1"]);
    assert_eq!(merge_into(&mut bench, &away, other_id), refused);
}

#[test]
fn a_target_that_ends_without_solving_it_gives_the_merged_case_back() {
    let mut bench = Bench::reported();
    let merge = bench.fill(EventName::Merge);
    bench.decides_kind(officer(), merge, None);
    assert_eq!(bench.confirmed().state, State::Merged);
    for open in [State::Handling, State::Closed] {
        assert_eq!(bench.due(&[], Some(Target::In(open))), None);
    }
    for end in [
        Target::In(State::Declined),
        Target::In(State::Voided),
        Target::Dropped,
    ] {
        let due = bench.due(&[], Some(end)).unwrap();
        assert_eq!(due.kind.name(), EventName::Unmerge);
    }
}

#[test]
fn refiling_is_for_the_desk_that_took_the_case_over() {
    let mut bench = Bench::filed();
    assert_eq!(
        bench.ask(officer(), EventName::Refile),
        no_effect(Reason::NothingNew)
    );
    bench.decides(officer(), EventName::Escalate);
    bench.run(&["s1"]);
    let street = Bench::person("s1", "a", Role::IntakeOfficer);
    bench.decides(street.clone(), EventName::Take);
    bench.decides(street, EventName::Refile);
    assert_eq!(
        bench.confirmed().level,
        Some(linli_model::Level::Subdistrict)
    );
}

#[test]
fn where_the_city_wants_it_the_server_dispatches_by_the_table() {
    let mut city = edition();
    city.settings.auto_dispatch = true;
    let mut bench = Bench::filed();
    bench.editions = Bench::in_city(city).editions;
    // The unit belongs to the street: the community cannot send work up by itself.
    assert_eq!(bench.run(&[]), []);
    bench.decides(officer(), EventName::Escalate);
    assert_eq!(
        bench.run(&["s1"]),
        [EventName::HandOver, EventName::Take, EventName::Dispatch]
    );
    assert_eq!(bench.confirmed().unit, Some(org("u1")));
    bench.member(
        Bench::person("u1", "a", Role::UnitLead),
        EventName::ReturnCase,
    );
    bench.admit("c1");
    // A unit has said no: a person decides.
    assert_eq!(bench.run(&[]), []);
}

#[test]
fn an_appeal_is_for_what_was_overdue_once_and_in_two_steps() {
    let mut bench = Bench::handling();
    bench.pass(3 * DAY_MS);
    assert!(bench.run(&[]).contains(&EventName::Overdue));
    bench.member(
        Bench::person("u1", "b", Role::Handler),
        EventName::SubmitResult,
    );
    bench.admit("c1");
    bench.run(&[]);
    bench.field("a", EventName::CheckPass);
    bench.admit("c1");
    bench.decides(officer(), EventName::Close);
    let unit = Bench::person("u1", "a", Role::UnitLead);
    bench.member(unit.clone(), EventName::Appeal);
    bench.admit("c1");
    bench.decides(dispatcher(), EventName::AppealReview);
    let decided = bench.ask(officer(), EventName::AppealDecided);
    assert_eq!(decided, no_effect(Reason::SamePerson));
    bench.decides(
        Bench::person("c1", "b", Role::IntakeOfficer),
        EventName::AppealDecided,
    );
    let standing = bench.confirmed();
    assert!(standing.is_overdue_exempt && standing.is_on_board);
    let second = bench.member(unit, EventName::Appeal);
    bench.admit("c1");
    assert_eq!(bench.verdict_of(second), no_effect(Reason::TooOften));

    let mut in_time = Bench::closed();
    let appeal = in_time.member(Bench::person("u1", "a", Role::UnitLead), EventName::Appeal);
    in_time.admit("c1");
    assert_eq!(in_time.verdict_of(appeal), no_effect(Reason::NotSuitable));
}

#[test]
fn a_void_never_hides_what_is_on_the_board() {
    let mut bench = Bench::handling();
    bench.pass(3 * DAY_MS);
    bench.run(&[]);
    assert_eq!(
        bench.ask(lead("a"), EventName::RequestVoid),
        no_effect(Reason::NotAllowed)
    );
}

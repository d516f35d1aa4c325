//! Rules of docs/workflow.md about admission: order, answers, repetition, forks and receipts.

use linli_model::case::{
    Event, EventName, Incident, IncidentKind, Place, Reason, State, TaskKind, Verdict,
};
use linli_model::{EntryId, Role};

use crate::bench::{Bench, MINUTE_MS, no_effect};
use crate::district::org;

fn officer(at: &str) -> linli_model::case::Author {
    Bench::person(at, "a", Role::IntakeOfficer)
}

fn kinds(bench: &Bench) -> Vec<IncidentKind> {
    bench
        .view()
        .incidents
        .into_iter()
        .map(|Incident { kind, .. }| kind)
        .collect()
}

fn numbers(bench: &Bench) -> Vec<u32> {
    let view = bench.view();
    let admitted = view.timeline.iter().filter_map(|entry| match entry.place {
        Place::Admitted { n, .. } => Some(n),
        Place::Provisional => None,
    });
    admitted.collect()
}

#[test]
fn admitted_events_come_first_then_provisional_ones_by_cause_and_id() {
    let mut bench = Bench::reported();
    let late = bench.field("b", EventName::Note);
    let answer_to_late = bench.field("a", EventName::Note);
    let other = bench.field("b", EventName::Note);
    let order: Vec<EntryId> = bench
        .view()
        .timeline
        .iter()
        .map(|entry| entry.event)
        .collect();
    // "a" has the smaller actor, but its note was written after it had seen the note of "b".
    assert_eq!(order[1..], [late, answer_to_late, other]);
    assert_eq!(numbers(&bench), [1]);
    assert_eq!(bench.admit("c1"), 3);
    assert_eq!(numbers(&bench), [1, 2, 3, 4]);
}

#[test]
fn a_device_sees_its_own_work_before_anybody_admits_it() {
    let mut bench = Bench::new();
    bench.field("a", EventName::Report);
    bench.field("a", EventName::SelfHandle);
    let view = bench.view();
    assert_eq!(view.now.state, State::Closed);
    assert_eq!(view.confirmed.state, State::New);
    assert_eq!(view.confirmed.holder, Some(org("c1")));
}

#[test]
fn an_answer_to_what_is_no_longer_current_is_overtaken_and_comes_back() {
    let mut bench = Bench::handling();
    let unit = Bench::person("u1", "b", Role::Handler);
    let result = bench.member(unit.clone(), EventName::SubmitResult);
    bench.admit("c1");
    let second = bench.member(unit, EventName::SubmitResult);
    bench.run(&[]);
    bench.field("a", EventName::CheckFail);
    bench.admit("c1");
    assert!(bench.verdict_of(result).is_effective());
    // The second result named the same dispatch and came when nothing was being handled.
    assert_eq!(bench.verdict_of(second), no_effect(Reason::WrongState));
    assert!(
        bench
            .tasks()
            .contains(&TaskKind::NoEffect(Reason::WrongState))
    );

    let mut bench = Bench::checking();
    let stale = bench.field("a", EventName::CheckFail);
    let first = bench.field("b", EventName::CheckPass);
    let view = bench.view();
    let positions: Vec<EntryId> = view.timeline.iter().map(|entry| entry.event).collect();
    assert!(
        positions.iter().position(|id| *id == stale) < positions.iter().position(|id| *id == first)
    );
    bench.admit("c1");
    assert!(bench.verdict_of(stale).is_effective());
    assert_eq!(bench.verdict_of(first), no_effect(Reason::Overtaken));
}

#[test]
fn a_task_is_done_when_somebody_answers_it() {
    let mut bench = Bench::filed();
    let fix = bench.field("a", EventName::SelfHandle);
    bench.admit("c1");
    let verify = bench.field("a", EventName::Verify);
    bench.admit("c1");
    assert_eq!(bench.verdict_of(verify), no_effect(Reason::Overtaken));
    assert!(
        bench
            .tasks()
            .contains(&TaskKind::NoEffect(Reason::Overtaken))
    );
    let note = bench.fill(EventName::Note);
    bench.field_kind("a", note, Some(verify));
    assert!(
        !bench
            .tasks()
            .contains(&TaskKind::NoEffect(Reason::Overtaken))
    );
    assert_eq!(bench.verdict_of(fix), no_effect(Reason::DeskHasIt));
}

fn again(bench: &Bench, first: EntryId, of: &Event) -> Event {
    Event {
        seen: bench.log.frontier(),
        again_of: Some(first),
        ..of.clone()
    }
}

#[test]
fn an_intent_has_its_effect_once_however_often_it_is_written() {
    let mut bench = Bench::reported();
    let first = bench.field("a", EventName::Note);
    let event = bench.log.events[&first].clone();
    bench.admit("c1");
    let (_, other_epoch) = Bench::device("b");
    let second = bench.put(other_epoch, again(&bench, first, &event));
    let third = bench.put(other_epoch, again(&bench, first, &event));
    bench.admit("c1");
    assert_eq!(bench.verdict_of(second), no_effect(Reason::Duplicate));
    assert_eq!(bench.verdict_of(third), no_effect(Reason::Duplicate));
    assert_eq!(bench.tasks(), []);
}

#[test]
fn what_a_clone_wrote_under_the_same_entry_is_another_intent() {
    let mut bench = Bench::reported();
    let first = bench.field("a", EventName::Note);
    bench.admit("c1");
    let mut of_the_clone = bench.log.events[&first].clone();
    of_the_clone.at = of_the_clone.at.plus_ms(1);
    let (_, new_epoch) = Bench::device("b");
    let again = bench.put(new_epoch, again(&bench, first, &of_the_clone));
    bench.admit("c1");
    assert!(bench.verdict_of(again).is_effective());
}

#[test]
fn the_refused_event_that_comes_after_its_repetition_is_the_duplicate() {
    let mut bench = Bench::reported();
    let (by, old_epoch) = Bench::device("a");
    let (_, new_epoch) = Bench::device("b");
    let first = bench.log.next_entry(old_epoch);
    let kind = bench.fill(EventName::Note);
    let event = Event {
        by,
        edition: 1,
        at: bench.now,
        kind,
        seen: bench.log.frontier(),
        answers: None,
        again_of: None,
    };
    let repeated = bench.put(new_epoch, again(&bench, first, &event));
    bench.admit("c1");
    bench.put(old_epoch, event);
    bench.admit("c1");
    assert!(bench.verdict_of(repeated).is_effective());
    assert_eq!(bench.verdict_of(first), no_effect(Reason::Duplicate));
}

#[test]
fn at_a_fork_the_higher_generation_wins_and_void_events_are_admitted_again() {
    let mut bench = Bench::reported();
    let before = bench.log.clone();
    let note = bench.field("a", EventName::Note);
    bench.admit("c1");
    let file = bench.decides(officer("c1"), EventName::File);
    let old_branch = bench.log.clone();

    // The server comes back without the last two decisions and goes on.
    bench.log = before;
    bench.generations.insert(org("c1"), 2);
    bench.pass(MINUTE_MS);
    let decline = bench.decides(officer("c1"), EventName::Decline);
    assert_eq!(bench.confirmed().state, State::Declined);

    // Then a device brings the old branch.
    bench.log.events.extend(old_branch.events);
    bench.log.admits.extend(old_branch.admits);
    let view = bench.view();
    assert_eq!(view.confirmed.state, State::Declined);
    assert_eq!(numbers(&bench), [1, 2]);
    assert!(kinds(&bench).contains(&IncidentKind::VoidBranch));
    // The field event and the desk event of the void branch wait for the holder again.
    assert_eq!(bench.admit("c1"), 2);
    assert_eq!(numbers(&bench), [1, 2, 3, 4]);
    assert!(bench.verdict_of(note).is_effective());
    assert!(bench.verdict_of(decline).is_effective());
    assert_eq!(bench.verdict_of(file), no_effect(Reason::Superseded));
    assert!(
        bench
            .tasks()
            .contains(&TaskKind::NoEffect(Reason::Superseded))
    );
}

#[test]
fn of_equal_generations_the_smaller_id_wins_whoever_comes_first() {
    let mut bench = Bench::reported();
    let first = bench.view().last;
    let note = bench.field("a", EventName::Note);
    let mut admit = bench.log.admits[&first.unwrap()].clone();
    admit.prev = first;
    admit.event = note;
    let desk = bench.desk("c1");
    let small = bench.log.next_entry(desk.actor);
    let large = EntryId {
        counter: small.counter + 1,
        ..small
    };
    bench.log.admits.insert(large, admit.clone());
    assert_eq!(bench.view().last, Some(large));
    bench.log.admits.insert(small, admit);
    assert_eq!(bench.view().last, Some(small));
    assert_eq!(bench.view().n, 2);
}

#[test]
fn members_of_a_void_branch_stay_members() {
    let mut bench = Bench::reported();
    let before = bench.log.clone();
    bench.choice.target = org("s2");
    bench.decides(Bench::person("c1", "a", Role::Dispatcher), EventName::Cc);
    let old_branch = bench.log.clone();
    bench.log = before;
    bench.generations.insert(org("c1"), 2);
    bench.decides(officer("c1"), EventName::File);
    bench.log.events.extend(old_branch.events);
    bench.log.admits.extend(old_branch.admits);
    assert!(bench.view().members.contains(&org("s2")));
}

#[test]
fn an_admission_by_somebody_else_is_not_in_the_line() {
    let mut bench = Bench::reported();
    let note = bench.field("a", EventName::Note);
    let view = bench.view();
    let mut admit = bench.log.admits[&view.last.unwrap()].clone();
    admit.prev = view.last;
    admit.event = note;
    admit.org = org("s1");
    let stranger = bench.desk("s1").actor;
    let id = bench.log.next_entry(stranger);
    bench.log.admits.insert(id, admit);
    assert_eq!(bench.view().n, 1);
    assert_eq!(kinds(&bench), [IncidentKind::NotInLine]);
}

#[test]
fn the_stored_verdict_stands_and_a_difference_is_reported() {
    let mut bench = Bench::handling();
    let result = bench.member(
        Bench::person("u1", "b", Role::Handler),
        EventName::SubmitResult,
    );
    bench.admit("c1");
    let last = bench.view().last.unwrap();
    bench.log.admits.get_mut(&last).unwrap().verdict = no_effect(Reason::Overtaken);
    assert_eq!(bench.verdict_of(result), no_effect(Reason::Overtaken));
    assert_eq!(bench.confirmed().state, State::Handling);
    assert_eq!(kinds(&bench), [IncidentKind::VerdictDiffers]);
}

#[test]
fn an_impossible_effect_changes_nothing_and_is_an_incident() {
    let mut bench = Bench::reported();
    let pass = bench.field("a", EventName::CheckPass);
    bench.admit("c1");
    let before = bench.confirmed();
    let last = bench.view().last.unwrap();
    bench.log.admits.get_mut(&last).unwrap().verdict = Verdict::Effective;
    assert_eq!(bench.confirmed(), before);
    assert_eq!(bench.verdict_of(pass), Verdict::Effective);
    assert!(kinds(&bench).contains(&IncidentKind::Impossible));
}

#[test]
fn the_first_servers_stamp_counts_and_never_goes_back() {
    let mut bench = Bench::filed();
    bench.decides(officer("c1"), EventName::Escalate);
    bench.run(&["s1"]);
    bench.decides(officer("s1"), EventName::Take);
    bench.pass(10 * MINUTE_MS);
    bench.field("a", EventName::Note);
    bench.pass(5 * MINUTE_MS);
    let first = bench.now;
    bench.receipt("c1");
    bench.pass(60 * MINUTE_MS);
    bench.admit("s1");
    assert_eq!(bench.view().last_received, first);
    bench.now = first.plus_ms(-MINUTE_MS);
    bench.field("a", EventName::Note);
    bench.admit("s1");
    assert_eq!(bench.view().last_received, first);
}

#[test]
fn receipts_say_exactly_what_is_waiting() {
    let mut bench = Bench::filed();
    bench.decides(
        Bench::person("c1", "a", Role::Dispatcher),
        EventName::Dispatch,
    );
    let waiting = |bench: &Bench, at: &str| bench.view().receipts[&org(at)].waiting;
    assert_eq!(waiting(&bench, "c1"), 0);
    assert!(!bench.view().receipts.contains_key(&org("s1")));
    bench.receipt("s1");
    assert_eq!(waiting(&bench, "s1"), 0);
    bench.field("a", EventName::Note);
    bench.field("b", EventName::Note);
    assert_eq!(waiting(&bench, "s1"), 2);
    assert_eq!(waiting(&bench, "c1"), 2);
    bench.admit("c1");
    assert_eq!((waiting(&bench, "s1"), waiting(&bench, "c1")), (2, 0));
    bench.receipt("s1");
    let state = &bench.view().receipts[&org("s1")];
    assert_eq!((state.waiting, state.number.as_deref()), (0, Some("s1-2")));
}

#[test]
fn causes_that_do_not_exist_or_run_in_a_circle_hold_nothing_up() {
    let mut bench = Bench::reported();
    let a = bench.field("a", EventName::Note);
    let b = bench.field("b", EventName::Note);
    bench.log.events.get_mut(&a).unwrap().seen.push(b);
    let ghost = EntryId { counter: 99, ..b };
    bench.log.events.get_mut(&b).unwrap().seen.push(ghost);
    assert_eq!(bench.view().timeline.len(), 3);
    assert!(kinds(&bench).contains(&IncidentKind::NoCause));
    assert_eq!(bench.admit("c1"), 2);
}

#[test]
fn a_case_has_one_creation() {
    let mut bench = Bench::reported();
    let second = bench.field("b", EventName::Report);
    bench.admit("c1");
    assert_eq!(bench.verdict_of(second), no_effect(Reason::WrongState));
    assert_eq!(kinds(&bench), [IncidentKind::SecondCreation]);
}

#[test]
fn without_its_edition_a_case_shows_its_events_and_decides_nothing() {
    let mut bench = Bench::filed();
    bench.editions.clear();
    let view = bench.view();
    assert_eq!(view.timeline.len(), 2);
    assert_eq!(view.confirmed.holder, None);
    assert_eq!(bench.admit("c1"), 0);
}

//! Deadlines, holds, reminders and overdue steps.

use linli_model::case::deadline;
use linli_model::case::{EventKind, EventName, Reason, State, SupervisionLevel};
use linli_model::edition::{Calendar, Day, Limit, LimitUnit};
use linli_model::{Role, Timestamp};
use proptest::prelude::*;

use crate::bench::{Bench, DAY_MS, HOUR_MS, MINUTE_MS, MORNING, no_effect};

fn calendar() -> Calendar {
    let mut calendar = Calendar::default();
    // The first week of October is free; the Saturday before is worked in exchange.
    for day in 1..=7 {
        calendar
            .holidays
            .insert(Day::from_ymd(2026, 10, day).unwrap());
    }
    calendar
        .working_days
        .insert(Day::from_ymd(2026, 9, 26).unwrap());
    calendar
}

/// `2026-09-01 08:00` in Beijing.
fn at(text: &str) -> Timestamp {
    let (day, time) = text.split_once(' ').unwrap();
    let (hours, minutes) = time.split_once(':').unwrap();
    let minutes = hours.parse::<i64>().unwrap() * 60 + minutes.parse::<i64>().unwrap();
    calendar().instant(day.parse().unwrap(), minutes * MINUTE_MS)
}

fn check(amount: u32, unit: LimitUnit, since: &str, due: &str) {
    let end = deadline::due(&calendar(), at(since), Limit::new(amount, unit), &[]);
    assert_eq!(end, at(due), "{amount} {unit:?} since {since}");
}

#[test]
fn limits_end_where_the_city_says() {
    assert_eq!(at("2026-08-31 08:00"), MORNING);
    check(
        30,
        LimitUnit::Minute,
        "2026-08-29 23:50",
        "2026-08-30 00:20",
    );
    check(
        24,
        LimitUnit::UrgentHour,
        "2026-08-29 10:00",
        "2026-08-30 10:00",
    );
    check(
        15,
        LimitUnit::NaturalDay,
        "2026-08-29 10:00",
        "2026-09-13 10:00",
    );
    // Over lunch, over night, over the weekend.
    check(
        2,
        LimitUnit::WorkHour,
        "2026-08-31 11:00",
        "2026-08-31 15:00",
    );
    check(
        2,
        LimitUnit::WorkHour,
        "2026-08-31 17:30",
        "2026-09-01 09:30",
    );
    check(
        4,
        LimitUnit::WorkHour,
        "2026-09-04 16:00",
        "2026-09-07 10:00",
    );
    check(
        1,
        LimitUnit::WorkDay,
        "2026-08-31 10:00",
        "2026-09-01 10:00",
    );
    check(
        1,
        LimitUnit::WorkDay,
        "2026-08-29 22:00",
        "2026-08-31 18:00",
    );
    // Holidays are not counted, the swapped Saturday is.
    check(
        3,
        LimitUnit::WorkDay,
        "2026-09-25 10:00",
        "2026-09-29 10:00",
    );
    check(
        2,
        LimitUnit::WorkDay,
        "2026-09-30 10:00",
        "2026-10-09 10:00",
    );
}

#[test]
fn days_are_days() {
    assert_eq!(Day::from_ymd(1970, 1, 1), Some(Day(0)));
    assert_eq!(Day(0).weekday(), 3);
    assert_eq!("2026-09-01".parse::<Day>().unwrap().weekday(), 1);
    assert_eq!(
        Day::from_ymd(2024, 2, 29).unwrap().next().to_string(),
        "2024-03-01"
    );
    for wrong in [
        "2026-02-29",
        "2026-13-01",
        "2026-9-1",
        "2026-09-01-",
        "",
        "20260901",
    ] {
        assert!(wrong.parse::<Day>().is_err(), "{wrong}");
    }
}

#[test]
fn a_calendar_without_working_time_ends_all_the_same() {
    let calendar = Calendar {
        rest_weekdays: (0..7).collect(),
        ..Calendar::default()
    };
    let end = deadline::due(&calendar, MORNING, Limit::new(1, LimitUnit::WorkDay), &[]);
    assert!(end > MORNING);
}

proptest! {
    #[test]
    fn days_read_back(number in -100_000_i32..2_000_000) {
        let day = Day(number);
        let (year, month, date) = day.ymd();
        if (1600..=9999).contains(&year) {
            prop_assert_eq!(Day::from_ymd(year, month, date), Some(day));
        }
    }

    #[test]
    fn more_time_never_ends_earlier(
        start in 0_i64..400 * DAY_MS,
        amount in 1_u32..60,
        unit in prop::sample::select(vec![
            LimitUnit::Minute, LimitUnit::UrgentHour, LimitUnit::WorkHour,
            LimitUnit::WorkDay, LimitUnit::NaturalDay,
        ]),
    ) {
        let since = MORNING.plus_ms(start);
        let end = |amount| deadline::due(&calendar(), since, Limit::new(amount, unit), &[]);
        prop_assert!(since < end(amount));
        prop_assert!(end(amount) < end(amount + 1));
        // A pause that covers the end moves it, one that lies behind it does not.
        let limit = Limit::new(amount, unit);
        let over = [(since, end(amount).plus_ms(1))];
        let behind = [(end(amount).plus_ms(1), end(amount).plus_ms(DAY_MS))];
        prop_assert!(deadline::due(&calendar(), since, limit, &over) > end(amount));
        prop_assert_eq!(deadline::due(&calendar(), since, limit, &behind), end(amount));
    }

    #[test]
    fn on_a_clock_that_always_runs_a_pause_costs_its_length(
        from in 0_i64..20 * HOUR_MS,
        length in 1_i64..20 * HOUR_MS,
    ) {
        let pause = [(MORNING.plus_ms(from), MORNING.plus_ms(from + length))];
        let limit = Limit::new(24, LimitUnit::UrgentHour);
        let end = deadline::due(&calendar(), MORNING, limit, &pause);
        prop_assert_eq!(end, MORNING.plus_ms(24 * HOUR_MS + length));
    }
}

fn due(bench: &Bench) -> Timestamp {
    deadline::handling(&bench.confirmed(), bench.rules())
        .unwrap()
        .due
}

#[test]
fn the_handling_clock_runs_from_dispatch_through_rework_and_stands_during_a_hold() {
    // The standard of the fixture's category: two natural days.
    let mut bench = Bench::handling();
    let first = due(&bench);
    assert_eq!(first, MORNING.plus_ms(2 * DAY_MS));

    bench.pass(HOUR_MS);
    bench.member(
        Bench::person("u1", "a", Role::UnitLead),
        EventName::RequestHold,
    );
    bench.admit("c1");
    bench.decides(Bench::person("c1", "a", Role::DutyLead), EventName::Hold);
    assert_eq!(deadline::handling(&bench.confirmed(), bench.rules()), None);
    assert_eq!(bench.due(&[], None), None);
    // The review date of the fixture lies a day ahead.
    bench.pass(DAY_MS);
    assert_eq!(bench.run(&[]), [EventName::Resume]);
    assert_eq!(due(&bench), first.plus_ms(DAY_MS));

    bench.member(
        Bench::person("u1", "a", Role::UnitLead),
        EventName::RequestExtension,
    );
    bench.admit("c1");
    bench.decides(
        Bench::person("c1", "a", Role::Dispatcher),
        EventName::Extend,
    );
    assert_eq!(due(&bench), first.plus_ms(3 * DAY_MS));

    bench.member(
        Bench::person("u1", "b", Role::Handler),
        EventName::SubmitResult,
    );
    bench.admit("c1");
    bench.run(&[]);
    bench.field("a", EventName::CheckFail);
    bench.admit("c1");
    assert_eq!(bench.confirmed().rework_count, 1);
    assert_eq!(due(&bench), first.plus_ms(3 * DAY_MS));
}

#[test]
fn a_hold_is_not_resumed_before_its_time_and_not_granted_twice() {
    let mut bench = Bench::handling();
    let unit = Bench::person("u1", "a", Role::UnitLead);
    bench.member(unit.clone(), EventName::RequestHold);
    bench.admit("c1");
    bench.decides(Bench::person("c1", "a", Role::DutyLead), EventName::Hold);
    let system = linli_model::case::Author {
        role: Role::System,
        ..Bench::person("c1", "a", Role::System)
    };
    let early = EventKind::Resume {
        due: Some(bench.now),
    };
    let hold = bench.confirmed().current[&linli_model::case::Slot::Hold].event;
    let (_, verdict) = bench.decides_kind(system, early, Some(hold));
    assert_eq!(verdict, no_effect(Reason::TooEarly));
    // The unit itself may go on when it can.
    bench.member(unit.clone(), EventName::Resume);
    bench.admit("c1");
    assert_eq!(bench.confirmed().state, State::Handling);
    let second = bench.member(unit, EventName::RequestHold);
    bench.admit("c1");
    assert_eq!(bench.verdict_of(second), no_effect(Reason::TooOften));
}

#[test]
fn an_extension_is_asked_for_before_the_limit_by_the_time_it_was_written() {
    let mut bench = Bench::handling();
    bench.pass(2 * DAY_MS - MINUTE_MS);
    let unit = Bench::person("u1", "a", Role::UnitLead);
    let in_time = bench.member(unit.clone(), EventName::RequestExtension);
    // It was written in time and arrives when the limit is over.
    bench.pass(HOUR_MS);
    bench.admit("c1");
    assert!(bench.verdict_of(in_time).is_effective());
    let late = bench.member(unit, EventName::RequestExtension);
    bench.admit("c1");
    assert_eq!(bench.verdict_of(late), no_effect(Reason::TooLate));
}

#[test]
fn the_server_reminds_once_then_lists_then_warns() {
    let mut bench = Bench::handling();
    bench.pass(DAY_MS);
    assert_eq!(bench.run(&[]), []);
    bench.pass(DAY_MS - HOUR_MS);
    assert_eq!(bench.run(&[]), [EventName::Reminder]);
    assert_eq!(bench.run(&[]), []);
    bench.pass(HOUR_MS);
    // The default copy rule tells the district what is on the board.
    assert_eq!(bench.run(&[]), [EventName::Overdue, EventName::Cc]);
    let standing = bench.confirmed();
    assert!(standing.is_on_board);
    assert_eq!(standing.supervision, Some(SupervisionLevel::Normal));
    bench.pass(DAY_MS);
    assert_eq!(bench.run(&[]), [EventName::Overdue]);
    assert_eq!(
        bench.confirmed().supervision,
        Some(SupervisionLevel::Yellow)
    );
    bench.pass(DAY_MS);
    bench.run(&[]);
    assert_eq!(bench.confirmed().supervision, Some(SupervisionLevel::Red));

    // Lifted by a person, it is not put back by the clock.
    bench.member(
        Bench::person("s1", "a", Role::DutyLead),
        EventName::CancelSupervision,
    );
    bench.admit("c1");
    assert_eq!(bench.run(&[]), []);
    assert_eq!(bench.confirmed().supervision, None);
}

#[test]
fn a_closed_case_is_evaluated_when_reopening_is_over() {
    let mut bench = Bench::closed();
    bench.pass(15 * DAY_MS);
    assert_eq!(bench.run(&[]), []);
    bench.pass(MINUTE_MS);
    assert_eq!(bench.run(&[]), [EventName::Evaluate]);
}

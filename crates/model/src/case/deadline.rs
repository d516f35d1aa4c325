//! Deadlines: derived from servers' times, limits and the city's calendar; never stored.

use super::head::Urgency;
use super::rules::Rules;
use super::standing::{Slot, Standing};
use super::state::State;
use crate::edition::{Calendar, Limit, LimitName, LimitUnit, Severity};
use crate::time::Timestamp;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;
/// No limit looks further ahead; a calendar without working days ends here.
const MAX_DAYS: i32 = 20 * 366;

/// One running limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// Which.
    pub name: LimitName,
    /// Since when it runs.
    pub since: Timestamp,
    /// When it ends.
    pub due: Timestamp,
}

/// The limits that run now, the work's own first. None runs while a hold stops the clock.
pub fn running(standing: &Standing, rules: &Rules) -> Vec<Deadline> {
    let mut all = Vec::new();
    let mut add = |name, since: Option<Timestamp>| {
        if let Some(since) = since {
            let due = due(&rules.edition().calendar, since, rules.limit(name), &[]);
            all.push(Deadline { name, since, due });
        }
    };
    let since = |slot| standing.current.get(&slot).map(|step| step.at);
    match standing.state {
        State::Reported => add(LimitName::Decide, standing.marks.reported),
        State::Verifying => add(LimitName::Verify, since(Slot::Verification)),
        State::Filed => add(LimitName::Dispatch, standing.marks.filed),
        State::Dispatched => add(LimitName::Acknowledge, since(Slot::Dispatch)),
        State::Checking => add(LimitName::Check, since(Slot::Check)),
        State::Feedback => add(LimitName::Close, standing.marks.passed),
        State::New
        | State::Draft
        | State::Handling
        | State::OnHold
        | State::Handled
        | State::Closed
        | State::Evaluated
        | State::Declined
        | State::Merged
        | State::Voided => {}
    }
    add(LimitName::DecideExtension, since(Slot::ExtensionRequest));
    add(LimitName::DecideHold, since(Slot::HoldRequest));
    add(LimitName::DecideAppeal, since(Slot::Appeal));
    let urgent = standing.urgency == Urgency::Danger || standing.severity == Severity::Major;
    let answer = if urgent {
        LimitName::AnswerHandOverUrgent
    } else {
        LimitName::AnswerHandOver
    };
    add(
        answer,
        standing.transfer.as_ref().map(|transfer| transfer.since),
    );
    if matches!(standing.state, State::Dispatched | State::Handling) {
        all.extend(handling(standing, rules));
    }
    all
}

/// The handling limit: from dispatch, extended by what was granted, without finished holds.
/// None before a dispatch and while a hold stops the clock.
pub fn handling(standing: &Standing, rules: &Rules) -> Option<Deadline> {
    if standing.hold.is_some() {
        return None;
    }
    let since = standing.marks.dispatched?;
    let due = scaled(standing, rules, since, 100);
    Some(Deadline {
        name: LimitName::Handle,
        since,
        due,
    })
}

/// When so many percent of the handling limit will have passed.
pub fn handling_at(standing: &Standing, rules: &Rules, percent: u32) -> Option<Timestamp> {
    handling(standing, rules).map(|limit| scaled(standing, rules, limit.since, percent))
}

fn scaled(standing: &Standing, rules: &Rules, since: Timestamp, percent: u32) -> Timestamp {
    let chosen = standing
        .category
        .as_ref()
        .zip(standing.standard.as_ref())
        .and_then(|(category, standard)| rules.standard(category, standard))
        .map_or_else(|| rules.limit(LimitName::Handle), |row| row.limit);
    let calendar = &rules.edition().calendar;
    let (clock, ms) = span(calendar, chosen);
    let grants = i64::from(standing.extension_count).saturating_add(1);
    let ms = ms.saturating_mul(grants).saturating_mul(i64::from(percent)) / 100;
    end(calendar, since, clock, ms, &standing.marks.holds)
}

/// When so many percent of a limit that runs since `since` will have passed.
pub fn at_percent(calendar: &Calendar, since: Timestamp, limit: Limit, percent: u32) -> Timestamp {
    let (clock, ms) = span(calendar, limit);
    end(
        calendar,
        since,
        clock,
        ms.saturating_mul(i64::from(percent)) / 100,
        &[],
    )
}

/// When a limit that runs since `since` ends, if the clock stands during `pauses`.
pub fn due(
    calendar: &Calendar,
    since: Timestamp,
    limit: Limit,
    pauses: &[(Timestamp, Timestamp)],
) -> Timestamp {
    let (clock, ms) = span(calendar, limit);
    end(calendar, since, clock, ms, pauses)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Clock {
    Always,
    Working,
}

/// A working day counts as the working time of one day, so that it ends at the same moment of the
/// next working day.
fn span(calendar: &Calendar, limit: Limit) -> (Clock, i64) {
    let amount = i64::from(limit.amount);
    match limit.unit {
        LimitUnit::Minute => (Clock::Always, amount * MINUTE_MS),
        LimitUnit::UrgentHour => (Clock::Always, amount * HOUR_MS),
        LimitUnit::NaturalDay => (Clock::Always, amount * DAY_MS),
        LimitUnit::WorkHour => (Clock::Working, amount * HOUR_MS),
        LimitUnit::WorkDay => {
            let day = calendar.working_ms_per_day();
            (Clock::Working, amount.saturating_mul(day))
        }
    }
}

fn end(
    calendar: &Calendar,
    since: Timestamp,
    clock: Clock,
    ms: i64,
    pauses: &[(Timestamp, Timestamp)],
) -> Timestamp {
    let mut pauses = pauses.to_vec();
    pauses.sort_unstable();
    let mut left = Left { ms, pauses };
    if clock == Clock::Always {
        return left.spend(since, Timestamp(i64::MAX)).unwrap_or(since);
    }
    let (mut day, _) = calendar.local_day(since);
    for _ in 0..MAX_DAYS {
        for (from, to) in calendar.working_intervals(day) {
            let from = calendar.instant(day, from).max(since);
            if let Some(at) = left.spend(from, calendar.instant(day, to)) {
                return at;
            }
        }
        day = day.next();
    }
    calendar.instant(day, 0)
}

/// Time that is still to pass.
struct Left {
    ms: i64,
    pauses: Vec<(Timestamp, Timestamp)>,
}

impl Left {
    /// Lets the interval pass without its pauses; the moment at which nothing is left, if that comes.
    fn spend(&mut self, from: Timestamp, to: Timestamp) -> Option<Timestamp> {
        let mut at = from;
        for index in 0..=self.pauses.len() {
            let pause = self.pauses.get(index).copied();
            let stop = pause.map_or(to, |(start, _)| start.min(to));
            let gap = stop.ms_since(at).max(0);
            if at < to && self.ms <= gap {
                return Some(at.plus_ms(self.ms));
            }
            self.ms -= gap;
            if let Some((_, end)) = pause {
                at = at.max(end);
            }
        }
        None
    }
}

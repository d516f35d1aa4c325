//! A year of cases of a grid: what is reported where and when, and what becomes of it.
//!
//! Pure: a list of acts in order of time, for whoever plays them with real engines. Most old cases are
//! closed; of the last days some wait, some are overdue or on hold, some came back for rework.

mod course;
mod words;

use linli_geo::Coordinate;
use linli_model::{GridCode, Timestamp};

use crate::chance::Chance;
use crate::neighbourhood::Neighbourhood;

pub use course::Course;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// How long the time before the end is that the cases are spread over.
pub const YEAR_MS: i64 = 365 * DAY_MS;

/// A case as it will be reported.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedCase {
    /// Its grid.
    pub grid: GridCode,
    /// What it is about.
    pub category: &'static str,
    /// Where, as people say it.
    pub place: String,
    /// The door next to it.
    pub at: Coordinate,
    /// What was seen.
    pub note: String,
    /// What becomes of it.
    pub course: Course,
    /// When it was reported.
    pub reported_at: Timestamp,
}

/// What somebody does about a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// The assistant saves a report.
    Report,
    /// The assistant's handheld exchanges with its server.
    Sync,
    /// The community files it.
    File,
    /// The community declines it.
    Decline,
    /// The community passes it to the street, whose table names a unit.
    Escalate,
    /// The unit takes it.
    Acknowledge,
    /// The unit asks for a hold.
    RequestHold,
    /// The street grants the hold.
    Hold,
    /// The unit says that it is done.
    Result,
    /// The assistant looks: it is done.
    CheckPass,
    /// The assistant looks: it is not.
    CheckFail,
    /// The street closes it.
    Close,
    /// The assistant and a colleague write about it at the same time, neither knowing of the other.
    WriteBoth,
}

impl PlannedCase {
    /// What happens to it, in order of time, up to and with `until`.
    pub fn acts(&self, until: Timestamp) -> Vec<(Timestamp, Act)> {
        let mut chance = Chance::of(&format!(
            "{}{}{}",
            self.grid, self.place, self.reported_at.0
        ));
        let mut at = self.reported_at;
        let mut acts = Vec::new();
        for (act, from, to) in self.course.acts() {
            let spread = chance.below(to.saturating_sub(*from).saturating_add(1));
            at = at.plus_ms(i64::from(from.saturating_add(spread)).saturating_mul(MINUTE_MS));
            if at > until {
                break;
            }
            acts.push((at, *act));
        }
        acts
    }
}

/// The cases of a grid in the year before `until`, in order of time.
pub fn cases(filled: &Neighbourhood, until: Timestamp, count: usize) -> Vec<PlannedCase> {
    let mut chance = Chance::of(&format!("{} cases", filled.grid));
    let mut cases: Vec<PlannedCase> = (0..count)
        .filter_map(|_| one(filled, until, &mut chance))
        .collect();
    cases.sort_by_key(|case| case.reported_at);
    cases
}

fn one(filled: &Neighbourhood, until: Timestamp, chance: &mut Chance) -> Option<PlannedCase> {
    // One in eight lies in the last ten days: those are the ones that are still open.
    let days = if chance.percent(12) {
        chance.below(10)
    } else {
        10 + chance.below(354)
    };
    // Most are seen by day.
    let minute = if chance.percent(90) {
        8 * 60 + chance.below(10 * 60)
    } else {
        chance.below(24 * 60)
    };
    let midnight = until.plus_ms(-(until.0.rem_euclid(DAY_MS)) - i64::from(days) * DAY_MS);
    // Eight hours: the city's clock, as Beijing's.
    let local = i64::from(minute) - 8 * 60;
    let reported_at = midnight
        .plus_ms(local * MINUTE_MS)
        .min(until.plus_ms(-30 * MINUTE_MS));
    let entrances = u32::try_from(filled.entrances.len()).unwrap_or(u32::MAX);
    let entrance = filled
        .entrances
        .get(usize::try_from(chance.below(entrances)).ok()?)?;
    let building = filled.buildings.get(entrance.building)?;
    let (category, seen) = words::matter(reported_at, chance);
    let place = format!(
        "{}号楼{}单元{}",
        building.number,
        entrance.number,
        words::spot(chance)
    );
    Some(PlannedCase {
        grid: filled.grid.clone(),
        category,
        place,
        at: entrance.at,
        note: format!("{seen}，{}", words::more(chance)),
        course: Course::draw(until.ms_since(reported_at) / DAY_MS, chance),
        reported_at,
    })
}

#[cfg(test)]
mod tests;

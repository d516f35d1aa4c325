//! 巡查: where to go next, and what of the grid was covered by work. Read from rows; nobody's track is
//! used, and nobody is named.

mod coverage;

use linli_model::{RecordId, RecordKind, Timestamp};
use linli_store::Reader;
use linli_store::rusqlite::{Row, named_params};

use super::SyncView;
use crate::dto::case::{CaseListKind, CaseQuery};
use crate::dto::patrol::{Direction, PatrolList, PatrolStop, StopKind};
use crate::engine::Engine;
use crate::engine::people::By;
use crate::engine::positions::{metres, whole};
use crate::error::Result;

/// The most stops of an answer.
const MOST: usize = 100;
/// The most doors and the most components among them: cases are never crowded out.
const MOST_OF_A_KIND: usize = 40;
/// Visits are shown a day ahead.
const AHEAD_MS: i64 = 24 * 60 * 60 * 1000;
/// A component is to be looked at every 30 days.
const LOOK_MS: i64 = 30 * 24 * 60 * 60 * 1000;

impl Engine {
    /// Where to go: cases that ask something of this person, doors due for a visit, components that
    /// nobody looked at for a while; nearest first.
    pub fn patrol(
        &self,
        by: &By,
        view: &SyncView,
        here: Option<(f64, f64)>,
        now: Timestamp,
    ) -> Result<PatrolList> {
        let mut tasks = self.task_stops(by, view, here, now)?;
        let due = |kind: StopKind, seen: RecordKind, sql: &str| {
            if self.may_see(by, seen, now).is_err() {
                return Ok(Vec::new());
            }
            self.read(|reader| stops(reader, kind, sql, here, now))
        };
        let visits = due(
            StopKind::Visit,
            RecordKind::Household,
            include_str!("patrol/visits.sql"),
        )?;
        let components = due(
            StopKind::Component,
            RecordKind::Component,
            include_str!("patrol/components.sql"),
        )?;
        let count = |stops: &[PatrolStop]| u32::try_from(stops.len()).unwrap_or(u32::MAX);
        let mut list = PatrolList {
            task_count: count(&tasks),
            visit_count: count(&visits),
            component_count: count(&components),
            stops: Vec::new(),
        };
        tasks.truncate(MOST - 2 * MOST_OF_A_KIND);
        let rest = [visits, components]
            .into_iter()
            .flat_map(|stops| stops.into_iter().take(MOST_OF_A_KIND));
        list.stops = tasks.into_iter().chain(rest).collect();
        list.stops.sort_by_key(nearest_then_sooner);
        Ok(list)
    }

    fn task_stops(
        &self,
        by: &By,
        view: &SyncView,
        here: Option<(f64, f64)>,
        now: Timestamp,
    ) -> Result<Vec<PatrolStop>> {
        let asked = CaseQuery::all(CaseListKind::Todo);
        let rows = self.list_cases(by, &asked, view, here, now)?.rows;
        let mut stops = Vec::with_capacity(rows.len());
        for row in rows {
            let record: Option<RecordId> = row.id.parse().ok();
            let at = record.map(|id| self.case_at(&id)).transpose()?.flatten();
            stops.push(PatrolStop {
                kind: StopKind::Task,
                id: row.id,
                task: row.task,
                category: Some(row.category.name),
                name: None,
                place: row.place,
                due_at: row.due_at,
                is_overdue: row.is_overdue,
                at: at.map(|(lon, lat)| [lon, lat]),
                distance_m: row.distance_m,
                direction: here.zip(at).map(|(here, at)| direction(here, at)),
            });
        }
        Ok(stops)
    }

    fn case_at(&self, record: &RecordId) -> Result<Option<(f64, f64)>> {
        self.read(|reader| Ok(super::list::RowData::find(reader, record)?.and_then(|row| row.at)))
    }
}

/// What is due of one kind, nearest first.
fn stops(
    reader: &Reader<'_>,
    kind: StopKind,
    sql: &str,
    here: Option<(f64, f64)>,
    now: Timestamp,
) -> Result<Vec<PatrolStop>> {
    let before = match kind {
        StopKind::Component => now.0.saturating_sub(LOOK_MS),
        StopKind::Task | StopKind::Visit => now.0.saturating_add(AHEAD_MS),
    };
    let mut list = reader.sql().prepare_cached(sql)?;
    let mut rows = list.query(named_params! {":before": before, ":now": now.0})?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(stop(row, kind, here, now)?);
    }
    found.sort_by_key(nearest_then_sooner);
    Ok(found)
}

fn stop(
    row: &Row<'_>,
    kind: StopKind,
    here: Option<(f64, f64)>,
    now: Timestamp,
) -> Result<PatrolStop> {
    let at: (Option<f64>, Option<f64>) = (row.get("lon")?, row.get("lat")?);
    let at = at.0.zip(at.1);
    let since: Option<i64> = row.get("due_at")?;
    let due_at = match kind {
        StopKind::Component => since.map(|checked| checked.saturating_add(LOOK_MS)),
        StopKind::Task | StopKind::Visit => since,
    };
    Ok(PatrolStop {
        kind,
        id: RecordId(row.get("record")?).to_string(),
        task: None,
        category: None,
        name: row.get("name")?,
        place: row.get("place")?,
        due_at,
        is_overdue: due_at.is_some_and(|due| due < now.0),
        at: at.map(|(lon, lat)| [lon, lat]),
        distance_m: here.zip(at).map(|(here, at)| whole(metres(here, at))),
        direction: here.zip(at).map(|(here, at)| direction(here, at)),
    })
}

fn nearest_then_sooner(stop: &PatrolStop) -> (u32, i64, String) {
    (
        stop.distance_m.unwrap_or(u32::MAX),
        stop.due_at.unwrap_or(i64::MAX),
        stop.id.clone(),
    )
}

/// The direction from one point to another, on the map of a town.
fn direction(from: (f64, f64), to: (f64, f64)) -> Direction {
    let east = (to.0 - from.0) * from.1.to_radians().cos();
    let north = to.1 - from.1;
    // Degrees clockwise from north, shifted so that each eighth begins at a whole number.
    let eighth = (east.atan2(north).to_degrees() + 360.0 + 22.5) % 360.0 / 45.0;
    let all = [
        Direction::North,
        Direction::NorthEast,
        Direction::East,
        Direction::SouthEast,
        Direction::South,
        Direction::SouthWest,
        Direction::West,
        Direction::NorthWest,
    ];
    let found = (1..).zip(all).find(|(end, _)| eighth < f64::from(*end));
    found.map_or(Direction::North, |(_, direction)| direction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_directions_lie_around_a_point() {
        let here = (116.4, 39.9);
        let step = 0.001;
        // A degree of longitude is shorter than one of latitude here.
        let side = step / 39.9_f64.to_radians().cos();
        for (east, north, wanted) in [
            (0.0, step, Direction::North),
            (side, step, Direction::NorthEast),
            (side, 0.0, Direction::East),
            (side, -step, Direction::SouthEast),
            (0.0, -step, Direction::South),
            (-side, -step, Direction::SouthWest),
            (-side, 0.0, Direction::West),
            (-side, step, Direction::NorthWest),
            (-side * 0.1, step, Direction::North),
        ] {
            let there = (here.0 + east, here.1 + north);
            assert_eq!(direction(here, there), wanted, "{east} {north}");
        }
    }
}

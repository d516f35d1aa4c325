//! 格图: where the grid ends and what is in it, read from rows.

use linli_model::case::{Rules, State};
use linli_model::{CategoryCode, RecordId, RecordKind, Timestamp};
use linli_store::Reader;
use linli_store::rusqlite::{Row, named_params};

use super::catalogue::category_ref;
use super::list::{urgency_dto, work_state};
use crate::dto::building::ComponentState;
use crate::dto::map::{GridMap, GridShape, MapCase, MapComponent, MapSpot, Point};
use crate::engine::Engine;
use crate::engine::people::By;
use crate::engine::positions::grid_dto;
use crate::engine::register::find::door_order;
use crate::error::{DeviceError, Result};

/// The most cases, and the most components, of one answer.
const MOST: usize = 3_000;

impl Engine {
    /// The grid with its open cases, buildings, places and components, as far as this person may see
    /// them. [`DeviceError::NotBound`] without reference data.
    pub fn grid_map(&self, by: &By, now: Timestamp) -> Result<GridMap> {
        let kinds = [
            RecordKind::Building,
            RecordKind::Place,
            RecordKind::Component,
        ];
        let seen: Vec<RecordKind> = kinds
            .into_iter()
            .filter(|kind| self.may_see(by, *kind, now).is_ok())
            .collect();
        self.read(|reader| {
            let reference = self.reference_now();
            let rules = reference
                .as_ref()
                .and_then(linli_exchange::Reference::newest)
                .ok_or(DeviceError::NotBound)?;
            let own = GridShape {
                grid: grid_dto(rules, self.grid()),
                border: border_of(rules, self.grid().as_str()),
            };
            let (cases, more_case_count) = limited(cases(reader, rules)?);
            let (components, more_component_count) = if seen.contains(&RecordKind::Component) {
                limited(components(reader)?)
            } else {
                (Vec::new(), 0)
            };
            let spots_of = |kind| {
                if seen.contains(&kind) {
                    spots(reader, kind)
                } else {
                    Ok(Vec::new())
                }
            };
            let mut buildings = spots_of(RecordKind::Building)?;
            buildings.sort_by_cached_key(|one| (door_order(&one.name), one.name.clone()));
            Ok(GridMap {
                neighbours: neighbours(rules, &own),
                own,
                cases,
                more_case_count,
                buildings,
                places: spots_of(RecordKind::Place)?,
                components,
                more_component_count,
            })
        })
    }
}

fn border_of(rules: &Rules, code: &str) -> Vec<Vec<Point>> {
    let grids = &rules.edition().grids;
    let own = grids.iter().find(|grid| grid.code.as_str() == code);
    own.map(|grid| grid.border.clone()).unwrap_or_default()
}

/// Grids whose rectangle touches that of this one.
fn neighbours(rules: &Rules, own: &GridShape) -> Vec<GridShape> {
    let Some(around) = rectangle(&own.border) else {
        return Vec::new();
    };
    let others = rules.edition().grids.iter();
    others
        .filter(|grid| grid.code.as_str() != own.grid.code)
        .filter(|grid| rectangle(&grid.border).is_some_and(|other| touch(around, other)))
        .map(|grid| GridShape {
            grid: grid_dto(rules, &grid.code),
            border: grid.border.clone(),
        })
        .collect()
}

/// The south-west and the north-east corner around a border.
fn rectangle(border: &[Vec<Point>]) -> Option<(Point, Point)> {
    let mut points = border.iter().flatten();
    let first = *points.next()?;
    Some(points.fold((first, first), |(low, high), point| {
        let [x, y] = *point;
        (
            [low[0].min(x), low[1].min(y)],
            [high[0].max(x), high[1].max(y)],
        )
    }))
}

fn touch(a: (Point, Point), b: (Point, Point)) -> bool {
    let overlap = |low_a: f64, high_a: f64, low_b, high_b| low_a <= high_b && low_b <= high_a;
    overlap(a.0[0], a.1[0], b.0[0], b.1[0]) && overlap(a.0[1], a.1[1], b.0[1], b.1[1])
}

/// The first of them, and how many were left out.
fn limited<T>(mut all: Vec<T>) -> (Vec<T>, u32) {
    let beyond = all.len().saturating_sub(MOST);
    all.truncate(MOST);
    (all, u32::try_from(beyond).unwrap_or(u32::MAX))
}

/// Open cases, the most pressing first, then the newest.
fn cases(reader: &Reader<'_>, rules: &Rules) -> Result<Vec<MapCase>> {
    let mut list = reader.sql().prepare_cached(include_str!("map/cases.sql"))?;
    let mut rows = list.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let category: String = row.get("category")?;
        let category: CategoryCode = category.parse()?;
        let state: String = row.get("state")?;
        let state: State = serde_json::from_value(serde_json::Value::String(state))?;
        let place: String = row.get("place")?;
        found.push(MapCase {
            id: RecordId(row.get("record")?).to_string(),
            code: row.get("code")?,
            category: category_ref(rules, &category),
            place: (!place.is_empty()).then_some(place),
            urgency: urgency_dto(row.get("urgency")?),
            work: work_state(state),
            at: point(row)?,
        });
    }
    Ok(found)
}

/// Buildings, or named places, by name.
fn spots(reader: &Reader<'_>, kind: RecordKind) -> Result<Vec<MapSpot>> {
    let mut list = reader.sql().prepare_cached(
        "SELECT record, name, lon, lat FROM place_rows WHERE kind = ?1 ORDER BY name, record",
    )?;
    let found = list.query_map([kind.number()], |row| {
        Ok(MapSpot {
            id: RecordId(row.get("record")?).to_string(),
            name: row.get("name")?,
            at: point(row)?,
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn components(reader: &Reader<'_>) -> Result<Vec<MapComponent>> {
    let mut list = reader
        .sql()
        .prepare_cached(include_str!("map/components.sql"))?;
    let kind = RecordKind::Component.number();
    let found = list.query_map(named_params! {":kind": kind}, |row| {
        let state: Option<String> = row.get("state")?;
        Ok(MapComponent {
            id: RecordId(row.get("record")?).to_string(),
            name: row.get("name")?,
            state: state.and_then(|word| ComponentState::of(&word)),
            checked_at: row.get("checked_at")?,
            place: row.get("place")?,
            at: point(row)?,
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn point(row: &Row<'_>) -> linli_store::rusqlite::Result<Option<Point>> {
    let at: (Option<f64>, Option<f64>) = (row.get("lon")?, row.get("lat")?);
    Ok(at.0.zip(at.1).map(|(lon, lat)| [lon, lat]))
}

#[cfg(test)]
mod tests {
    use linli_store::rusqlite::params;
    use linli_store::{Ledger, Profile};

    use super::*;

    fn square(west: f64) -> Vec<Vec<Point>> {
        let east = west + 1.0;
        vec![vec![
            [west, 0.0],
            [east, 0.0],
            [east, 1.0],
            [west, 1.0],
            [west, 0.0],
        ]]
    }

    #[test]
    fn grids_that_share_a_side_touch_and_those_farther_away_do_not() {
        let at = |west| rectangle(&square(west)).unwrap();
        assert!(touch(at(0.0), at(1.0)));
        assert!(touch(at(0.0), at(-1.0)));
        assert!(!touch(at(0.0), at(1.1)));
        assert_eq!(rectangle(&[]), None);
    }

    #[test]
    fn a_component_lies_where_its_place_does_and_an_unknown_state_is_none() {
        let ledger = Ledger::open_in_memory(Profile::Device, crate::engine::options(0)).unwrap();
        let kind = RecordKind::Component.number();
        let found = [
            ("A lid", Some("damaged")),
            ("B lamp", Some("melted")),
            ("C post", None),
        ];
        ledger
            .write(|tx| {
                for (number, (name, state)) in (0u8..).zip(found) {
                    let record = [number; 16];
                    tx.sql().execute(
                        "INSERT INTO facility_rows (record, kind, name, state, checked_at)
                         VALUES (?1, ?2, ?3, ?4, 5)",
                        params![record, kind, name, state],
                    )?;
                    let lon = (number == 0).then_some(116.4);
                    tx.sql().execute(
                        "INSERT INTO place_rows (record, kind, name, lon, lat)
                         VALUES (?1, ?2, ?3, ?4, 39.9)",
                        params![record, kind, name, lon],
                    )?;
                }
                Ok::<_, DeviceError>(())
            })
            .unwrap();
        let all = ledger.read(components).unwrap();
        let told: Vec<_> = all.iter().map(|one| (one.state, one.at)).collect();
        assert_eq!(
            told,
            [
                (Some(ComponentState::Damaged), Some([116.4, 39.9])),
                (None, None),
                (None, None),
            ]
        );
    }

    #[test]
    fn what_is_left_out_of_an_answer_is_counted() {
        assert_eq!(limited(vec![1, 2, 3]), (vec![1, 2, 3], 0));
        let (kept, beyond) = limited(vec![0u8; MOST + 2]);
        assert_eq!((kept.len(), beyond), (MOST, 2));
    }
}

//! Where something is: named places of the grid, the grid around a position, similar cases near it.

use std::collections::BTreeMap;

use linli_model::case::Rules;
use linli_model::{GridCode, RecordId, RecordKind, Timestamp};
use linli_records::{FieldValue, NewContent};
use linli_store::Reader;
use linli_store::rusqlite::params;

use super::people::By;
use super::query::SyncView;
use super::register::find::door_order;
use super::{Engine, Place, query};
use crate::dto::case::CaseRow;
use crate::dto::code::GridDto;
use crate::dto::place::{PlaceDto, PlaceHint, PlaceQuery, PositionDto, PositionSource};
use crate::error::{DeviceError, Result};

/// A place is named beside a position within this distance, in metres.
const NEAREST_M: f64 = 100.0;
/// Similar cases are shown within this distance, in metres (docs/sync.md).
const SIMILAR_M: f64 = 30.0;
/// And of this age, in milliseconds: 24 hours.
const SIMILAR_MS: i64 = 24 * 60 * 60 * 1000;
/// Most places of a list.
const PLACES: usize = 50;
/// The mean radius of the earth in metres.
const EARTH_M: f64 = 6_371_008.8;

/// Metres between two points in WGS-84 degrees on a sphere: right within 0.5 %.
pub(crate) fn metres(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (lon_a, lat_a) = (a.0.to_radians(), a.1.to_radians());
    let (lon_b, lat_b) = (b.0.to_radians(), b.1.to_radians());
    let half_lat = ((lat_b - lat_a) / 2.0).sin();
    let half_lon = ((lon_b - lon_a) / 2.0).sin();
    let h = half_lat.mul_add(half_lat, lat_a.cos() * lat_b.cos() * half_lon * half_lon);
    2.0 * EARTH_M * h.min(1.0).sqrt().asin()
}

/// Metres as screens show them.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range first"
)]
pub(crate) fn whole(metres: f64) -> u32 {
    metres.round().clamp(0.0, f64::from(u32::MAX)) as u32
}

/// The grid's code and name.
pub(super) fn grid_dto(rules: &Rules, code: &GridCode) -> GridDto {
    let found = rules.edition().grids.iter().find(|grid| grid.code == *code);
    GridDto {
        code: code.to_string(),
        name: query::name_dto(found.map(|grid| &grid.name), code.as_str()),
    }
}

impl Engine {
    /// The grid as people know it.
    pub fn grid_dto(&self) -> Result<GridDto> {
        self.with_reference(|reference| {
            let rules = reference.newest().ok_or(DeviceError::NotBound)?;
            Ok(grid_dto(rules, self.grid()))
        })
    }

    /// Writes a named place of the grid.
    pub fn add_place(
        &self,
        by: &By,
        name: &str,
        at: Option<(f64, f64)>,
        now: Timestamp,
    ) -> Result<RecordId> {
        let mut fields = BTreeMap::from([("name".to_owned(), Some(FieldValue::from(name)))]);
        if let Some((lon, lat)) = at {
            fields.insert("lon".to_owned(), Some(lon.into()));
            fields.insert("lat".to_owned(), Some(lat.into()));
        }
        let content = NewContent {
            fields,
            ..NewContent::default()
        };
        self.with_pen(by, None, now, |pen| pen.create(RecordKind::Place, &content))
    }

    /// Named places whose name holds the text: nearest first when a position is given, else in the order of their
    /// numbers.
    pub fn list_places(&self, text: &str, near: Option<&PositionDto>) -> Result<Vec<PlaceDto>> {
        let near = near.map(|at| (at.lon, at.lat));
        self.read(|reader| places(reader, text, near))
    }

    /// What is known about a position before a report is saved.
    pub fn place_hint(
        &self,
        by: &By,
        asked: &PlaceQuery,
        view: &SyncView,
        now: Timestamp,
    ) -> Result<PlaceHint> {
        let at = (asked.position.lon, asked.position.lat);
        let grid = self.with_reference(|reference| {
            let place = Place::of(reference, &self.device(), now)?;
            let grids = place.rules.edition().grids.iter();
            let mut around = grids.filter(|grid| holds(&grid.border, at));
            Ok(around.next().map(|grid| grid_dto(place.rules, &grid.code)))
        })?;
        let nearest = self
            .list_places("", Some(&asked.position))?
            .into_iter()
            .next();
        let nearest = nearest.filter(|place| {
            place
                .distance_m
                .is_some_and(|distance| f64::from(distance) <= NEAREST_M)
        });
        let similar = match &asked.category {
            None => Vec::new(),
            Some(category) => self.similar(by, category, at, view, now)?,
        };
        Ok(PlaceHint {
            is_own_grid: grid
                .as_ref()
                .is_some_and(|grid| grid.code == self.grid().as_str()),
            grid,
            nearest,
            similar,
        })
    }

    fn similar(
        &self,
        by: &By,
        category: &str,
        at: (f64, f64),
        view: &SyncView,
        now: Timestamp,
    ) -> Result<Vec<CaseRow>> {
        let near = self.read(|reader| {
            let mut list = reader.sql().prepare_cached(
                "SELECT record, lon, lat FROM case_rows
                 WHERE is_open = 1 AND category = ?1 AND reported_at >= ?2 AND lon IS NOT NULL
                 ORDER BY reported_at DESC, record",
            )?;
            let found = list.query_map(params![category, now.0 - SIMILAR_MS], |row| {
                Ok((
                    RecordId(row.get("record")?),
                    row.get("lon")?,
                    row.get("lat")?,
                ))
            })?;
            let found: Vec<(RecordId, f64, f64)> = found.collect::<Result<_, _>>()?;
            Ok(found)
        })?;
        let near = near
            .into_iter()
            .filter(|(_, lon, lat)| metres(at, (*lon, *lat)) <= SIMILAR_M);
        let mut rows = Vec::new();
        for (record, _, _) in near {
            rows.extend(self.case_row(by, &record, view, Some(at), now)?);
        }
        Ok(rows)
    }
}

fn places(reader: &Reader<'_>, text: &str, near: Option<(f64, f64)>) -> Result<Vec<PlaceDto>> {
    let wanted: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let wanted = wanted.to_lowercase();
    let mut list = reader.sql().prepare_cached(
        "SELECT p.record AS record, coalesce(b.name || ' ', '') || p.name AS name,
           coalesce(p.lon, b.lon) AS lon, coalesce(p.lat, b.lat) AS lat
         FROM place_rows p LEFT JOIN place_rows b ON b.record = p.parent
         ORDER BY p.record",
    )?;
    let found = list.query_map([], |row| {
        let at: (Option<f64>, Option<f64>) = (row.get("lon")?, row.get("lat")?);
        let name: String = row.get("name")?;
        Ok((RecordId(row.get("record")?), name, at.0.zip(at.1)))
    })?;
    let mut places = Vec::new();
    for row in found {
        let (record, name, at) = row?;
        let plain: String = name.chars().filter(|c| !c.is_whitespace()).collect();
        if !plain.to_lowercase().contains(&wanted) {
            continue;
        }
        places.push(PlaceDto {
            id: record.to_string(),
            name,
            position: at.map(|(lon, lat)| PositionDto {
                lon,
                lat,
                accuracy_m: None,
                source: PositionSource::Door,
                at: 0,
            }),
            distance_m: near.zip(at).map(|(here, there)| whole(metres(here, there))),
        });
    }
    places.sort_by_cached_key(|place| {
        let away = place.distance_m.unwrap_or(u32::MAX);
        (away, door_order(&place.name), place.name.clone())
    });
    places.truncate(PLACES);
    Ok(places)
}

/// Whether a border holds a point: the number of rings around it is odd (the first ring is the
/// border, further ones are holes).
fn holds(border: &[Vec<[f64; 2]>], point: (f64, f64)) -> bool {
    let around = border.iter().filter(|ring| ring_holds(ring, point)).count();
    around % 2 == 1
}

fn ring_holds(ring: &[[f64; 2]], (x, y): (f64, f64)) -> bool {
    let edges = ring.iter().zip(ring.iter().cycle().skip(1));
    let crossings = edges.filter(|([xa, ya], [xb, yb])| {
        (*ya > y) != (*yb > y) && x < (xb - xa) * (y - ya) / (yb - ya) + xa
    });
    crossings.count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_map() {
        // One degree of latitude is about 111.2 km, one of longitude at 40° north about 85.2 km.
        assert!((metres((116.0, 39.5), (116.0, 40.5)) - 111_195.0).abs() < 200.0);
        assert!((metres((116.0, 40.0), (117.0, 40.0)) - 85_180.0).abs() < 200.0);
        assert_eq!(whole(metres((116.0, 40.0), (116.0, 40.0))), 0);
        assert_eq!(whole(f64::NAN), 0);
    }

    #[test]
    fn a_border_holds_what_lies_inside_and_not_in_its_holes() {
        let square =
            |from: f64, to: f64| vec![[from, from], [to, from], [to, to], [from, to], [from, from]];
        let border = vec![square(0.0, 10.0), square(4.0, 6.0)];
        assert!(holds(&border, (1.0, 1.0)));
        assert!(!holds(&border, (5.0, 5.0)), "in the hole");
        assert!(!holds(&border, (11.0, 5.0)));
        assert!(!holds(&[], (1.0, 1.0)));
    }
}

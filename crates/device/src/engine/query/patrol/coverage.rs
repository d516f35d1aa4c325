//! 覆盖: which buildings and street lines saw work, and which wait longest.

use std::collections::BTreeMap;

use linli_model::{RecordId, RecordKind, Timestamp};
use linli_store::Reader;

use crate::dto::patrol::{CoverageDto, CoverageRow};
use crate::engine::Engine;
use crate::engine::people::By;
use crate::engine::positions::{metres, whole};
use crate::error::{DeviceError, Result};

/// Work counts for what stands within so many metres.
const NEAR_M: f64 = 60.0;
/// The longest time that can be asked about.
const MOST_DAYS: u32 = 365;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A building or a place.
struct Spot {
    record: RecordId,
    name: String,
    at: Option<(f64, f64)>,
}

/// What was done at a spot.
#[derive(Clone, Copy, Default)]
struct Done {
    count: u32,
    last: Option<i64>,
}

impl Done {
    fn note(&mut self, at: i64, since: i64) {
        if at >= since {
            self.count = self.count.saturating_add(1);
        }
        self.last = self.last.max(Some(at));
    }
}

impl Engine {
    /// What of the grid was covered within so many days by reports, checks, visits and looks at
    /// components: buildings and named places, those that waited longest first.
    pub fn coverage(
        &self,
        by: &By,
        days: u32,
        here: Option<(f64, f64)>,
        now: Timestamp,
    ) -> Result<CoverageDto> {
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(DeviceError::InputInvalid("days"));
        }
        let since = now.0.saturating_sub(i64::from(days).saturating_mul(DAY_MS));
        let may_see_visits = self.may_see(by, RecordKind::Visit, now).is_ok();
        self.read(|reader| {
            let buildings = spots(reader, RecordKind::Building)?;
            let places = spots(reader, RecordKind::Place)?;
            let mut done: BTreeMap<RecordId, Done> = BTreeMap::new();
            for (lon, lat, at) in points_of_work(reader)? {
                for spots in [&buildings, &places] {
                    if let Some(spot) = nearest(spots, (lon, lat)) {
                        done.entry(spot.record).or_default().note(at, since);
                    }
                }
            }
            if may_see_visits {
                for (building, at) in visits(reader)? {
                    done.entry(building).or_default().note(at, since);
                }
            }
            let rows = |spots: &[Spot]| {
                let mut rows: Vec<CoverageRow> =
                    spots.iter().map(|spot| row(spot, &done, here)).collect();
                rows.sort_by_cached_key(|row| {
                    (
                        row.last_at,
                        row.distance_m.unwrap_or(u32::MAX),
                        row.name.clone(),
                    )
                });
                rows
            };
            Ok(CoverageDto {
                days,
                buildings: rows(&buildings),
                places: rows(&places),
            })
        })
    }
}

fn row(spot: &Spot, done: &BTreeMap<RecordId, Done>, here: Option<(f64, f64)>) -> CoverageRow {
    let done = done.get(&spot.record).copied().unwrap_or_default();
    CoverageRow {
        id: spot.record.to_string(),
        name: spot.name.clone(),
        done_count: done.count,
        last_at: done.last,
        distance_m: here.zip(spot.at).map(|(here, at)| whole(metres(here, at))),
    }
}

fn spots(reader: &Reader<'_>, kind: RecordKind) -> Result<Vec<Spot>> {
    let mut list = reader
        .sql()
        .prepare_cached("SELECT record, name, lon, lat FROM place_rows WHERE kind = ?1")?;
    let found = list.query_map([kind.number()], |row| {
        let at: (Option<f64>, Option<f64>) = (row.get("lon")?, row.get("lat")?);
        Ok(Spot {
            record: RecordId(row.get("record")?),
            name: row.get("name")?,
            at: at.0.zip(at.1),
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Where and when cases were reported and components were looked at.
fn points_of_work(reader: &Reader<'_>) -> Result<Vec<(f64, f64, i64)>> {
    let mut list = reader.sql().prepare_cached(
        "SELECT lon, lat, reported_at AS at FROM case_rows
         WHERE lon IS NOT NULL AND lat IS NOT NULL AND reporter <> ''
         UNION ALL
         SELECT p.lon, p.lat, f.checked_at AS at
         FROM facility_rows f JOIN place_rows p ON p.record = f.record
         WHERE f.checked_at IS NOT NULL AND p.lon IS NOT NULL AND p.lat IS NOT NULL",
    )?;
    let found = list.query_map([], |row| {
        Ok((row.get("lon")?, row.get("lat")?, row.get("at")?))
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Buildings and when somebody visited a door there.
fn visits(reader: &Reader<'_>) -> Result<Vec<(RecordId, i64)>> {
    let mut list = reader.sql().prepare_cached(
        "SELECT d.building AS building, v.visited_at AS at
         FROM visit_rows v JOIN dwelling_rows d ON d.record = v.dwelling
         WHERE d.building IS NOT NULL",
    )?;
    let found = list.query_map([], |row| {
        Ok((RecordId(row.get("building")?), row.get("at")?))
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn nearest(spots: &[Spot], point: (f64, f64)) -> Option<&Spot> {
    let near = spots.iter().filter_map(|spot| {
        let distance = metres(spot.at?, point);
        (distance <= NEAR_M).then_some((spot, distance))
    });
    near.min_by_key(|(_, distance)| whole(*distance))
        .map(|(spot, _)| spot)
}

//! 工作轨迹: the tracks of people, in the grid's encrypted file and nowhere else. Each is gone after 14
//! days (docs/trust.md); no exchange, backup or report reads these tables.

use linli_geo::track::{Track, TrackPoint};
use linli_geo::{Accuracy, Coordinate};
use linli_model::{StaffId, Timestamp};
use linli_store::rusqlite::{OptionalExtension, params};
use linli_store::{Reader, Tx};

use super::Engine;
use super::positions::whole;
use crate::dto::track::{GapCause, TrackChoice, TrackGap, TrackLine, TrackRow};
use crate::error::{DeviceError, Result};
use crate::track::Mark;

/// So long a track is kept, in days.
pub(crate) const KEPT_DAYS: u32 = 14;
pub(super) const KEPT_MS: i64 = 14 * 24 * 60 * 60 * 1000;
/// Between two points that lie further apart in time is a gap: they are kept at least every minute.
const GAP_MS: i64 = 150 * 1000;

impl Engine {
    /// What a person wants of the track.
    pub fn track_choice(&self, staff: &StaffId) -> Result<TrackChoice> {
        self.read(|reader| {
            let mut find = reader
                .sql()
                .prepare_cached("SELECT choice FROM track_choices WHERE staff = ?1")?;
            let found: Option<String> = find
                .query_row([staff.as_str()], |row| row.get("choice"))
                .optional()?;
            let word = found.map(|word| serde_json::from_value(serde_json::Value::String(word)));
            Ok(word.transpose()?.unwrap_or_default())
        })
    }

    /// Notes what a person wants.
    pub fn set_track_choice(&self, staff: &StaffId, choice: TrackChoice) -> Result<()> {
        self.write(|tx| {
            tx.sql().execute(
                "INSERT OR REPLACE INTO track_choices (staff, choice) VALUES (?1, ?2)",
                params![staff.as_str(), super::rows::word(&choice)?],
            )?;
            Ok(())
        })
    }

    /// The running track of a person's shift; a new one when there is none. What is missing since its
    /// last mark is a gap: the program was closed.
    pub fn begin_track(&self, staff: &StaffId, now: Timestamp) -> Result<i64> {
        self.write(|tx| {
            forget(tx, now)?;
            let running: Option<i64> = tx
                .sql()
                .query_row(
                    "SELECT track FROM tracks WHERE staff = ?1 AND ended_at IS NULL
                     ORDER BY track DESC LIMIT 1",
                    [staff.as_str()],
                    |row| row.get("track"),
                )
                .optional()?;
            let Some(track) = running else {
                tx.sql().execute(
                    "INSERT INTO tracks (staff, started_at) VALUES (?1, ?2)",
                    params![staff.as_str(), now.0],
                )?;
                return Ok(tx.sql().last_insert_rowid());
            };
            let last = last_mark(tx, track)?;
            if let Some(last) = last.filter(|last| now.0.saturating_sub(*last) > GAP_MS) {
                let gap = Mark::Gap {
                    from: Timestamp(last),
                    to: Some(now),
                    cause: GapCause::Closed,
                };
                put(tx, track, &gap)?;
            }
            Ok(track)
        })
    }

    /// Writes what was recorded. It may be lost in a power cut: then it is a gap.
    pub fn put_marks(&self, track: i64, marks: &[Mark]) -> Result<()> {
        self.ledger.write_relaxed(|tx| {
            // A track that was deleted meanwhile stays deleted.
            if is_there(tx, track)? {
                marks.iter().try_for_each(|mark| put(tx, track, mark))?;
            }
            Ok(())
        })
    }

    /// Ends a track; the gap that lasts ends with it.
    pub fn end_track(&self, track: i64, now: Timestamp) -> Result<()> {
        self.write(|tx| {
            for sql in [
                "UPDATE track_gaps SET to_at = ?2 WHERE track = ?1 AND to_at IS NULL",
                "UPDATE tracks SET ended_at = ?2 WHERE track = ?1 AND ended_at IS NULL",
            ] {
                tx.sql().execute(sql, params![track, now.0])?;
            }
            Ok(())
        })
    }

    /// The tracks of a person, the newest first. Those that are too old are gone before.
    pub fn tracks(&self, staff: &StaffId, now: Timestamp) -> Result<Vec<TrackRow>> {
        self.write(|tx| forget(tx, now))?;
        self.read(|reader| {
            let mut list = reader.sql().prepare_cached(
                "SELECT track, started_at, ended_at FROM tracks WHERE staff = ?1
                 ORDER BY started_at DESC, track DESC",
            )?;
            let mut rows = list.query([staff.as_str()])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let (id, started_at): (i64, i64) = (row.get("track")?, row.get("started_at")?);
                let points = points(reader, id)?;
                found.push(TrackRow {
                    id: id.to_string(),
                    started_at,
                    ended_at: row.get("ended_at")?,
                    point_count: u32::try_from(points.points().len()).unwrap_or(u32::MAX),
                    length_m: whole(points.length_m(GAP_MS)),
                    gaps: gaps(reader, id)?,
                    gone_at: started_at.saturating_add(KEPT_MS),
                });
            }
            Ok(found)
        })
    }

    /// The points of a person's track.
    pub fn track_line(&self, staff: &StaffId, id: &str, now: Timestamp) -> Result<TrackLine> {
        let track = self.own_track(staff, id, now)?;
        let lines = track.segments(GAP_MS).map(|segment| {
            let points = segment.iter().map(|point| [point.at.lon(), point.at.lat()]);
            points.collect()
        });
        Ok(TrackLine {
            lines: lines.collect(),
        })
    }

    /// A person's track as GPX 1.1. `name` is what a map shows.
    pub fn track_gpx(
        &self,
        staff: &StaffId,
        id: &str,
        name: &str,
        now: Timestamp,
    ) -> Result<String> {
        let track = self.own_track(staff, id, now)?;
        track
            .to_gpx(name, GAP_MS)
            .map_err(|error| DeviceError::Damaged(format!("track: {error}")))
    }

    /// Deletes a person's track for ever.
    pub fn delete_track(&self, staff: &StaffId, id: &str) -> Result<()> {
        let track = number(id)?;
        self.write(|tx| {
            let deleted = tx.sql().execute(
                "DELETE FROM tracks WHERE track = ?1 AND staff = ?2",
                params![track, staff.as_str()],
            )?;
            if deleted == 0 {
                return Err(DeviceError::NotFound("track"));
            }
            forget_marks(tx)
        })
    }

    fn own_track(&self, staff: &StaffId, id: &str, now: Timestamp) -> Result<Track> {
        let track = number(id)?;
        self.write(|tx| forget(tx, now))?;
        self.read(|reader| {
            let mut find = reader
                .sql()
                .prepare_cached("SELECT 1 FROM tracks WHERE track = ?1 AND staff = ?2")?;
            if !find.exists(params![track, staff.as_str()])? {
                return Err(DeviceError::NotFound("track"));
            }
            points(reader, track)
        })
    }
}

/// How far a person walked within a time, by the tracks; nothing without any.
pub(super) fn walked(
    reader: &Reader<'_>,
    staff: &StaffId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Option<u32>> {
    let mut list = reader.sql().prepare_cached(
        "SELECT track FROM tracks WHERE staff = ?1 AND started_at >= ?2 AND started_at <= ?3",
    )?;
    let found = list.query_map(params![staff.as_str(), from.0, to.0], |row| {
        row.get::<_, i64>("track")
    })?;
    let mut length = None;
    for track in found {
        let more = points(reader, track?)?.length_m(GAP_MS);
        length = Some(length.unwrap_or(0.0) + more);
    }
    Ok(length.map(whole))
}

fn number(id: &str) -> Result<i64> {
    id.parse().map_err(|_| DeviceError::NotFound("track"))
}

fn is_there(tx: &Tx<'_>, track: i64) -> Result<bool> {
    let mut find = tx
        .sql()
        .prepare_cached("SELECT 1 FROM tracks WHERE track = ?1")?;
    Ok(find.exists([track])?)
}

fn put(tx: &Tx<'_>, track: i64, mark: &Mark) -> Result<()> {
    match mark {
        Mark::Point(fix) => {
            tx.sql()
                .prepare_cached(
                    "INSERT OR REPLACE INTO track_points (track, at, lon, lat, accuracy)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![track, fix.at.0, fix.lon, fix.lat, fix.accuracy])?;
        }
        Mark::Gap { from, to, cause } => {
            tx.sql()
                .prepare_cached(
                    "INSERT OR REPLACE INTO track_gaps (track, from_at, to_at, cause)
                     VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![
                    track,
                    from.0,
                    to.map(|at| at.0),
                    super::rows::word(cause)?
                ])?;
        }
    }
    Ok(())
}

/// When a track last had a point, or a gap that has ended.
fn last_mark(tx: &Tx<'_>, track: i64) -> Result<Option<i64>> {
    let sql = "SELECT max(at) FROM (SELECT max(at) AS at FROM track_points WHERE track = ?1
                 UNION ALL SELECT max(coalesce(to_at, from_at)) FROM track_gaps WHERE track = ?1
                 UNION ALL SELECT started_at FROM tracks WHERE track = ?1)";
    Ok(tx.sql().query_row(sql, [track], |row| row.get(0))?)
}

fn points(reader: &Reader<'_>, track: i64) -> Result<Track> {
    let mut list = reader.sql().prepare_cached(
        "SELECT at, lon, lat, accuracy FROM track_points WHERE track = ?1 ORDER BY at",
    )?;
    let mut rows = list.query([track])?;
    let mut points = Vec::new();
    while let Some(row) = rows.next()? {
        let accuracy: Option<f64> = row.get("accuracy")?;
        let at = Coordinate::new(row.get("lon")?, row.get("lat")?);
        points.extend(at.ok().map(|at| TrackPoint {
            at,
            time_ms: row.get("at").unwrap_or_default(),
            accuracy: accuracy.and_then(|radius| Accuracy::new(radius).ok()),
        }));
    }
    Ok(Track::new(points))
}

fn gaps(reader: &Reader<'_>, track: i64) -> Result<Vec<TrackGap>> {
    let mut list = reader.sql().prepare_cached(
        "SELECT from_at, to_at, cause FROM track_gaps WHERE track = ?1 ORDER BY from_at",
    )?;
    let mut rows = list.query([track])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let cause: String = row.get("cause")?;
        found.push(TrackGap {
            from_at: row.get("from_at")?,
            to_at: row.get("to_at")?,
            cause: serde_json::from_value(serde_json::Value::String(cause))?,
        });
    }
    Ok(found)
}

/// Forgets the tracks that are too old.
pub(super) fn forget(tx: &Tx<'_>, now: Timestamp) -> Result<()> {
    let before = now.0.saturating_sub(KEPT_MS);
    let gone = tx
        .sql()
        .prepare_cached("DELETE FROM tracks WHERE started_at <= ?1")?
        .execute([before])?;
    if gone > 0 {
        forget_marks(tx)?;
    }
    Ok(())
}

fn forget_marks(tx: &Tx<'_>) -> Result<()> {
    for sql in [
        "DELETE FROM track_points WHERE track NOT IN (SELECT track FROM tracks)",
        "DELETE FROM track_gaps WHERE track NOT IN (SELECT track FROM tracks)",
    ] {
        tx.sql().execute(sql, [])?;
    }
    Ok(())
}

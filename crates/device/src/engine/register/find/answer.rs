//! Answers to a question, the best first: what was typed whole before what only begins with it, then the
//! nearest, then in the order of doors.

use std::collections::BTreeMap;

use linli_model::{RecordId, Timestamp};
use linli_store::Reader;
use linli_store::rusqlite::{OptionalExtension, params};

use super::question::{Probe, Word, words};
use crate::engine::positions::{metres, whole};
use crate::error::Result;

/// The most keys of one range that are looked at: what fits more is not found by reading on, but by
/// typing on. Whole matches come first in a range.
const MOST: i64 = 1_024;

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::engine::register) struct Found {
    pub(in crate::engine::register) household: RecordId,
    /// The person who fits; nothing when the household itself does.
    pub(in crate::engine::register) contact: Option<RecordId>,
}

/// How well something fits.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fit {
    /// 0 for each word that is matched whole, 1 where it ends at a part of a door, else 2.
    loose: u32,
    door_order: String,
}

/// A household and, where a person fits, that person.
type Who = (RecordId, Option<RecordId>);

/// Everything that fits all words of the text.
pub(in crate::engine::register) fn search(
    reader: &Reader<'_>,
    text: &str,
    near: Option<(f64, f64)>,
    now: Timestamp,
) -> Result<Vec<Found>> {
    let mut all: Option<BTreeMap<Who, Fit>> = None;
    for word in words(text) {
        let fits = look_up(reader, &word, now)?;
        all = Some(match all {
            None => fits,
            Some(before) => both(before, &fits),
        });
    }
    let all = all.unwrap_or_default();
    let mut ranked = Vec::with_capacity(all.len());
    for (who, fit) in &all {
        // A person stands for the household too.
        let is_doubled = who.1.is_none()
            && all
                .range((who.0, None)..)
                .nth(1)
                .is_some_and(|((household, _), _)| *household == who.0);
        if is_doubled {
            continue;
        }
        let distance = match near {
            Some(here) => distance(reader, &who.0, here)?,
            None => 0,
        };
        ranked.push(((fit.loose, distance, fit.door_order.as_str()), *who));
    }
    ranked.sort_unstable();
    let found = ranked
        .into_iter()
        .map(|(_, (household, contact))| Found { household, contact });
    Ok(found.collect())
}

fn look_up(reader: &Reader<'_>, word: &Word, now: Timestamp) -> Result<BTreeMap<Who, Fit>> {
    let mut fits: BTreeMap<Who, Fit> = BTreeMap::new();
    for probe in word {
        let mut list = reader.sql().prepare_cached(
            "SELECT key, household, contact, door_order FROM find_keys
             WHERE kind = ?1 AND key >= ?2 AND key < ?3 AND expires_at > ?4
             ORDER BY key LIMIT ?5",
        )?;
        let mut rows = list.query(params![
            probe.kind.number(),
            probe.from,
            probe.to,
            now.0,
            MOST
        ])?;
        while let Some(row) = rows.next()? {
            let loose = looseness(row.get_ref("key")?.as_str().unwrap_or_default(), probe);
            let contact = row.get_ref("contact")?.as_blob().unwrap_or_default();
            let contact = <[u8; 16]>::try_from(contact).ok().map(RecordId);
            let who = (RecordId(row.get("household")?), contact);
            let better = fits.get(&who).is_none_or(|fit| loose < fit.loose);
            if better {
                let door_order = row.get("door_order")?;
                fits.insert(who, Fit { loose, door_order });
            }
        }
    }
    Ok(fits)
}

fn looseness(key: &str, probe: &Probe) -> u32 {
    match key.strip_prefix(probe.exact.as_str()) {
        Some("") => 0,
        Some(rest) if rest.starts_with('-') => 1,
        Some(_) | None => 2,
    }
}

/// What fits both. A household that fits one word and a person of it who fits the other are that person.
fn both(before: BTreeMap<Who, Fit>, also: &BTreeMap<Who, Fit>) -> BTreeMap<Who, Fit> {
    let mut fits: BTreeMap<Who, Fit> = BTreeMap::new();
    for ((household, contact), fit) in before {
        for ((_, other), more) in also
            .range((household, None)..)
            .take_while(|((next, _), _)| *next == household)
        {
            let who = match (contact, *other) {
                (Some(one), Some(two)) if one != two => continue,
                (one, two) => one.or(two),
            };
            let loose = fit.loose + more.loose;
            let door_order = fit.door_order.clone();
            let found = fits.entry((household, who));
            found
                .and_modify(|known| known.loose = known.loose.min(loose))
                .or_insert(Fit { loose, door_order });
        }
    }
    fits
}

/// Whole metres to the building of a household; far away when nobody knows.
fn distance(reader: &Reader<'_>, household: &RecordId, here: (f64, f64)) -> Result<u32> {
    let mut find = reader.sql().prepare_cached(
        "SELECT coalesce(e.lon, b.lon) AS lon, coalesce(e.lat, b.lat) AS lat FROM household_rows h
         JOIN dwelling_rows d ON d.record = h.dwelling
         LEFT JOIN place_rows e ON e.record = d.entrance
         LEFT JOIN place_rows b ON b.record = d.building
         WHERE h.record = ?1",
    )?;
    let at: Option<(Option<f64>, Option<f64>)> = find
        .query_row([household.0], |row| Ok((row.get("lon")?, row.get("lat")?)))
        .optional()?;
    let at = at.and_then(|(lon, lat)| lon.zip(lat));
    Ok(at.map_or(u32::MAX, |at| whole(metres(here, at))))
}

//! What waits on this device, why, and since when.

use std::collections::BTreeSet;

use linli_model::{BlobHash, RecordId, RecordKind, ShortCode, Timestamp};
use linli_store::Reader;
use linli_sync::heartbeat::{Manifest, WaitingCase, WaitingGroup, WaitingKind, WaitingReason};

use super::SyncView;
use super::catalogue::category_ref;
use super::delivery::{self, DeliveryFacts};
use super::list::RowData;
use crate::dto::case::{DeliveryState, UrgencyDto};
use crate::dto::sync::{OutboxDto, OutboxItem, WaitReason};
use crate::engine::people::By;
use crate::engine::sync::server_now;
use crate::engine::{Engine, notes};
use crate::error::{DeviceError, Result};

/// Cases with photos or voice notes that wait. All of these go from what waits, which is little, to where it belongs
/// (`CROSS JOIN`): a grid has thousands of cases with photos.
pub(in crate::engine) const WAITING_FILES: &str = "SELECT DISTINCT l.record AS record FROM photos p
     CROSS JOIN blob_links l ON l.hash = p.hash
     CROSS JOIN case_rows r ON r.record = l.record
     WHERE p.is_own = 1 AND p.delivered_at IS NULL AND p.refused IS NULL";
/// How many reports of danger wait.
pub(in crate::engine) const WAITING_DANGER: &str =
    "SELECT count(*) FROM case_notes n CROSS JOIN case_rows r ON r.record = n.record
     WHERE n.waiting > 0 AND r.urgency = 2";
/// How many records other than cases wait, or have a voice note that does.
pub(in crate::engine) const WAITING_REGISTER: &str = "SELECT count(*) FROM (
       SELECT record FROM outbox INDEXED BY outbox_waiting WHERE result IN (0, 4, 5) AND kind <> ?1
       UNION
       SELECT v.record FROM photos p CROSS JOIN visit_voices v ON v.hash = p.hash
       WHERE p.is_own = 1 AND p.delivered_at IS NULL AND p.refused IS NULL)";
/// Photos of open cases that are not here.
pub(in crate::engine) const MISSING_PHOTOS: &str = "SELECT l.hash AS hash FROM case_rows r
     CROSS JOIN blob_links l ON l.record = r.record
     WHERE r.is_open = 1 AND NOT EXISTS (SELECT 1 FROM photos p WHERE p.hash = l.hash)
     GROUP BY l.hash ORDER BY max(r.reported_at) DESC, l.hash LIMIT ?1";
/// Open cases that came back to their reporter.
pub(in crate::engine) const RETURNED: &str =
    "SELECT record FROM case_rows WHERE is_open = 1 AND facts LIKE '%\"returned\":{%'";

/// Counts for the strip and for the door.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Cases whose text or photos wait.
    pub waiting: u32,
    /// Other records with changes that wait: households, people, visits, buildings.
    pub register: u32,
    /// Cases whose text waits: they have not reached the community.
    pub unsent: u32,
    /// Cases that need a person.
    pub needs_you: u32,
    /// When everything was delivered last.
    pub delivered_at: Option<Timestamp>,
    /// When the download was complete last.
    pub downloaded_at: Option<Timestamp>,
    /// When the server answered last.
    pub contact_at: Option<Timestamp>,
    /// Whether a case of danger waits.
    pub has_danger: bool,
}

impl Engine {
    /// Everything that waits or needs a person, oldest first.
    pub fn outbox(&self, by: Option<&By>, view: &SyncView, now: Timestamp) -> Result<OutboxDto> {
        self.read(|reader| {
            let reference = self.reference_now();
            let rules = reference
                .as_ref()
                .and_then(linli_exchange::Reference::newest);
            let rules = rules.ok_or(DeviceError::NotBound)?;
            let now = server_now(reader, now)?;
            let mut items = Vec::new();
            let (mut photo_count, mut photo_bytes) = (0u32, 0i64);
            for record in unfinished(reader)? {
                let Some(row) = RowData::find(reader, &record)? else {
                    continue;
                };
                let facts = DeliveryFacts::of(reader, &row, view)?;
                let delivery = delivery::delivery(&row, &facts, view, now);
                let is_returned = delivery.state == DeliveryState::Returned;
                let is_mine = by.is_none_or(|by| row.reporter.as_ref() == Some(&by.staff));
                if is_returned && !is_mine {
                    continue;
                }
                photo_count += facts.photos.waiting;
                photo_bytes += facts.photos.waiting_bytes;
                items.push(OutboxItem {
                    case_id: record.to_string(),
                    code: row.code.clone(),
                    category: category_ref(rules, &row.category),
                    since_at: delivery.at,
                    delivery,
                    is_text_waiting: facts.is_text_waiting(),
                    waiting_photo_count: facts.photos.waiting,
                    attempt_count: facts
                        .note
                        .map_or(0, |note| u32::try_from(note.tries).unwrap_or(u32::MAX)),
                });
            }
            items.sort_by(|a, b| {
                a.since_at
                    .cmp(&b.since_at)
                    .then_with(|| a.case_id.cmp(&b.case_id))
            });
            Ok(OutboxDto {
                items,
                register_count: waiting_register(reader)?,
                photo_count,
                photo_bytes,
                last_delivered_at: notes::moment(reader, notes::DELIVERED_AT)?.map(|at| at.0),
                last_download_at: notes::moment(reader, notes::DOWNLOADED_AT)?.map(|at| at.0),
                carried_at: None,
            })
        })
    }

    /// Counts for the strip and the door.
    pub fn counts(&self) -> Result<Counts> {
        self.read(|reader| {
            let number = |sql: &str| -> Result<u32> {
                Ok(reader
                    .sql()
                    .prepare_cached(sql)?
                    .query_row([], |row| row.get(0))?)
            };
            let refused: BTreeSet<RecordId> = needing(reader)?.into_iter().collect();
            Ok(Counts {
                waiting: u32::try_from(waiting(reader)?.len()).unwrap_or(u32::MAX),
                register: waiting_register(reader)?,
                unsent: number("SELECT count(*) FROM case_notes WHERE waiting > 0")?,
                needs_you: u32::try_from(refused.len()).unwrap_or(u32::MAX),
                delivered_at: notes::moment(reader, notes::DELIVERED_AT)?,
                downloaded_at: notes::moment(reader, notes::DOWNLOADED_AT)?,
                contact_at: notes::moment(reader, notes::CONTACT_AT)?,
                has_danger: number(WAITING_DANGER)? > 0,
            })
        })
    }

    /// The manifest of a heartbeat: what has not arrived, declared.
    pub fn manifest(
        &self,
        view: &SyncView,
        machine: (Option<u8>, u32),
        now: Timestamp,
    ) -> Result<Manifest> {
        let outbox = self.outbox(None, view, now)?;
        let mut cases = Vec::new();
        let age = |since: i64| {
            u32::try_from(now.0.saturating_sub(since).max(0) / 1000).unwrap_or(u32::MAX)
        };
        let (mut text, mut photos) = ((0u32, 0u32), (0u32, 0u32));
        for item in &outbox.items {
            let Ok(record) = item.case_id.parse::<RecordId>() else {
                continue;
            };
            let age_s = age(item.since_at);
            if item.is_text_waiting {
                text = (text.0 + 1, text.1.max(age_s));
            }
            if item.waiting_photo_count > 0 {
                photos = (photos.0 + item.waiting_photo_count, photos.1.max(age_s));
            }
            let row = self.read(|reader| RowData::find(reader, &record))?;
            let is_danger = row.is_some_and(|row| row.urgency == UrgencyDto::Danger);
            cases.push(WaitingCase {
                code: ShortCode::of(&record).to_string().replace('-', ""),
                danger: is_danger,
                text: item.is_text_waiting,
                photos: u8::try_from(item.waiting_photo_count).unwrap_or(u8::MAX),
                age_s,
                reason: wire_reason(item.delivery.wait.as_ref().map(|wait| wait.reason)),
            });
        }
        cases.sort_by_key(|case| (!case.danger, std::cmp::Reverse(case.age_s)));
        let reason = wire_reason(view.wait.as_ref().map(|wait| wait.reason));
        let photo_reason = wire_reason(
            view.photo_wait
                .as_ref()
                .or(view.wait.as_ref())
                .map(|wait| wait.reason),
        );
        let group = |kind, (count, oldest_s): (u32, u32), reason| {
            (count > 0).then_some(WaitingGroup {
                kind,
                reason,
                count,
                oldest_s,
            })
        };
        let groups = [
            group(WaitingKind::Case, text, reason),
            group(WaitingKind::Photo, photos, photo_reason),
        ];
        Ok(Manifest {
            at: now,
            clock_offset_ms: self.clock_offset_ms()?,
            app: self.plan.app.clone(),
            edition: self.with_reference(|reference| Ok(reference.newest_number()))?,
            battery_percent: machine.0,
            free_mib: machine.1,
            delivered_at: outbox.last_delivered_at.map(Timestamp),
            received_at: outbox.last_download_at.map(Timestamp),
            groups: groups.into_iter().flatten().collect(),
            cases,
            more_cases: 0,
        })
    }

    /// How many records of the grid are here, for the first sync: places, households, cases.
    pub fn record_counts(&self) -> Result<[u32; 3]> {
        let [cases, places, register] = self.scopes();
        self.read(|reader| {
            let count = |scope, kind| -> Result<u32> {
                let mut total = 0usize;
                let mut after = None;
                loop {
                    let page = reader.records_in(scope, kind, after.as_ref(), 1_000)?;
                    total += page.len();
                    after = page.last().copied();
                    if after.is_none() {
                        return Ok(u32::try_from(total).unwrap_or(u32::MAX));
                    }
                }
            };
            Ok([
                count(&places, None)?,
                count(&register, Some(RecordKind::Household))?,
                count(&cases, Some(RecordKind::Case))?,
            ])
        })
    }

    /// Photos that a case shows and that are not here, newest case first.
    pub fn missing_photos(&self, most: usize) -> Result<Vec<BlobHash>> {
        self.read(|reader| {
            let mut list = reader.sql().prepare_cached(MISSING_PHOTOS)?;
            let most = i64::try_from(most).unwrap_or(i64::MAX);
            let found = list.query_map([most], |row| row.get("hash").map(BlobHash))?;
            Ok(found.collect::<Result<_, linli_store::rusqlite::Error>>()?)
        })
    }
}

/// Cases whose text, photos or voice notes wait.
fn waiting(reader: &Reader<'_>) -> Result<BTreeSet<RecordId>> {
    let mut found: BTreeSet<RecordId> = notes::waiting(reader)?.into_iter().collect();
    let mut list = reader.sql().prepare_cached(WAITING_FILES)?;
    let photos = list.query_map([], |row| row.get("record").map(RecordId))?;
    for record in photos {
        found.insert(record?);
    }
    Ok(found)
}

/// Records other than cases with changes or voice notes that no server has taken yet.
fn waiting_register(reader: &Reader<'_>) -> Result<u32> {
    let mut count = reader.sql().prepare_cached(WAITING_REGISTER)?;
    Ok(count.query_row([RecordKind::Case.number()], |row| row.get(0))?)
}

/// Cases that the server refused and that wait for a person.
fn needing(reader: &Reader<'_>) -> Result<Vec<RecordId>> {
    let mut list = reader
        .sql()
        .prepare_cached("SELECT DISTINCT record FROM refusals WHERE settled = 0 ORDER BY record")?;
    let found = list.query_map([], |row| row.get("record").map(RecordId))?;
    Ok(found.collect::<Result<_, linli_store::rusqlite::Error>>()?)
}

/// Everything that waits or needs a person.
fn unfinished(reader: &Reader<'_>) -> Result<BTreeSet<RecordId>> {
    let mut found = waiting(reader)?;
    found.extend(needing(reader)?);
    let mut list = reader.sql().prepare_cached(RETURNED)?;
    let returned = list.query_map([], |row| row.get("record").map(RecordId))?;
    for record in returned {
        found.insert(record?);
    }
    Ok(found)
}

fn wire_reason(reason: Option<WaitReason>) -> WaitingReason {
    match reason {
        Some(WaitReason::NoNetwork) => WaitingReason::NoNetwork,
        Some(WaitReason::WeakPhoto) => WaitingReason::WeakPhoto,
        Some(WaitReason::ServerDown) => WaitingReason::ServerDown,
        Some(WaitReason::Busy) | None => WaitingReason::Busy,
        Some(WaitReason::WifiOnly) => WaitingReason::WifiOnly,
        Some(WaitReason::Auth) => WaitingReason::Auth,
        Some(WaitReason::Clock) => WaitingReason::Clock,
        Some(WaitReason::Battery) => WaitingReason::Battery,
        Some(WaitReason::OldApp) => WaitingReason::OldApp,
        Some(WaitReason::Background) => WaitingReason::Background,
    }
}

//! How far the newest version of a case came, and what each level says.

use linli_model::{Level, Timestamp};

use super::SyncView;
use super::list::RowData;
use crate::dto::case::{DeliveryDto, DeliveryState, ReceiptMark, ReceiptState};
use crate::dto::code::{CodeDto, LevelDto};
use crate::dto::sync::{WaitDto, WaitReason};
use crate::engine::facts::LevelFact;
use crate::engine::notes::CaseNote;
use crate::engine::texts::code;
use crate::error::Result;
use linli_store::Reader;

/// A level that was sent to and says nothing for so long has not confirmed: 15 minutes (docs/sync.md).
const CONFIRM_MS: i64 = 15 * 60 * 1000;

/// Photos and voice notes of a case and how many of them the server has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct PhotoCount {
    pub(super) total: u32,
    pub(super) waiting: u32,
    pub(super) waiting_bytes: i64,
    pub(super) is_sending: bool,
}

/// Everything that delivery is made from.
pub(super) struct DeliveryFacts {
    pub(super) note: Option<CaseNote>,
    pub(super) refused: Option<(String, Timestamp)>,
    pub(super) photos: PhotoCount,
}

impl DeliveryFacts {
    pub(super) fn of(reader: &Reader<'_>, row: &RowData, view: &SyncView) -> Result<Self> {
        use linli_store::rusqlite::OptionalExtension as _;
        let mut find = reader.sql().prepare_cached(
            "SELECT code, at FROM refusals WHERE record = ?1 AND settled = 0
             ORDER BY refusal DESC LIMIT 1",
        )?;
        let refused = find
            .query_row([row.record.0], |found| {
                Ok((found.get("code")?, Timestamp(found.get("at")?)))
            })
            .optional()?;
        Ok(Self {
            note: crate::engine::notes::find(reader, &row.record)?,
            refused,
            photos: count_photos(reader, row, view)?,
        })
    }

    pub(super) fn is_text_waiting(&self) -> bool {
        self.note.is_some_and(|note| note.waiting > 0)
    }
}

fn count_photos(reader: &Reader<'_>, row: &RowData, view: &SyncView) -> Result<PhotoCount> {
    let mut count = PhotoCount {
        total: u32::try_from(row.facts.files().count()).unwrap_or(u32::MAX),
        ..PhotoCount::default()
    };
    let mut find = reader.sql().prepare_cached(
        "SELECT length(full) FROM photos
         WHERE hash = ?1 AND is_own = 1 AND delivered_at IS NULL AND refused IS NULL",
    )?;
    for hash in row.facts.files() {
        let mut rows = find.query([hash.0])?;
        if let Some(found) = rows.next()? {
            count.waiting += 1;
            count.waiting_bytes += found.get::<_, i64>(0)?;
            count.is_sending |= view.sending_photo == Some(*hash);
        }
    }
    Ok(count)
}

/// The delivery of a case.
pub(super) fn delivery(
    row: &RowData,
    facts: &DeliveryFacts,
    view: &SyncView,
    now: Timestamp,
) -> DeliveryDto {
    let photos = facts.photos;
    let make = |state: DeliveryState, at: Timestamp| DeliveryDto {
        state,
        wait: None,
        reason: None,
        level: None,
        at: at.0,
        photo_done_count: photos.total.saturating_sub(photos.waiting),
        photo_count: photos.total,
    };
    if let Some((refusal, at)) = &facts.refused {
        return DeliveryDto {
            reason: Some(code(&refusal.to_lowercase())),
            ..make(DeliveryState::NeedsYou, *at)
        };
    }
    if let Some(note) = facts.note.filter(|note| note.waiting > 0) {
        let has_earlier = note.taken_at.is_some() || row.has_any_receipt();
        return waiting(&note, has_earlier, view, &make);
    }
    if let Some(level) = row
        .facts
        .levels
        .iter()
        .find(|level| level.returned.is_some())
    {
        let returned = level.returned.as_ref();
        return DeliveryDto {
            level: Some(level_dto(level.level)),
            reason: returned.map(|returned| reason(&returned.reason)),
            ..make(
                DeliveryState::Returned,
                returned.map_or(now, |returned| returned.at),
            )
        };
    }
    let taken_at = facts.note.and_then(|note| note.taken_at);
    if photos.waiting > 0 {
        let at = taken_at.unwrap_or(row.reported_at);
        if photos.is_sending {
            return make(DeliveryState::Sending, at);
        }
        return DeliveryDto {
            wait: view.photo_wait.clone().or_else(|| view.wait.clone()),
            ..make(DeliveryState::Partial, at)
        };
    }
    if let Some((level, since)) = unconfirmed(row, now) {
        return DeliveryDto {
            level: Some(level),
            ..make(DeliveryState::Unconfirmed, since)
        };
    }
    let highest = row
        .facts
        .levels
        .iter()
        .rev()
        .find(|level| level.at.is_some());
    let (level, at) = highest.map_or(
        (LevelDto::Community, taken_at.unwrap_or(row.reported_at)),
        |fact| (level_dto(fact.level), fact.at.unwrap_or(row.reported_at)),
    );
    let state = match level {
        LevelDto::Device | LevelDto::Community => DeliveryState::Community,
        LevelDto::Street => DeliveryState::Street,
        LevelDto::District => DeliveryState::District,
    };
    DeliveryDto {
        level: Some(level),
        ..make(state, at)
    }
}

fn waiting(
    note: &CaseNote,
    has_earlier: bool,
    view: &SyncView,
    make: &dyn Fn(DeliveryState, Timestamp) -> DeliveryDto,
) -> DeliveryDto {
    if view.is_sending {
        return make(DeliveryState::Sending, note.saved_at);
    }
    if let Some(at) = note.unsure_at {
        return DeliveryDto {
            wait: view.wait.clone(),
            ..make(DeliveryState::Unsure, at)
        };
    }
    if has_earlier {
        return DeliveryDto {
            wait: view.wait.clone(),
            ..make(DeliveryState::Newer, note.saved_at)
        };
    }
    if note.tries == 0 && view.wait.is_none() {
        return make(DeliveryState::Saved, note.saved_at);
    }
    // The server was reached and keeps it for later: it is the server that takes its time.
    let patience = WaitDto {
        reason: WaitReason::Busy,
        params: crate::dto::code::Params::new(),
    };
    DeliveryDto {
        wait: Some(view.wait.clone().unwrap_or(patience)),
        ..make(DeliveryState::Waiting, note.saved_at)
    }
}

/// The level that the case is on its way to and that has not said anything in time.
fn unconfirmed(row: &RowData, now: Timestamp) -> Option<(LevelDto, Timestamp)> {
    let (target, since) = row.facts.sent_to.as_ref()?;
    if now.ms_since(*since) < CONFIRM_MS {
        return None;
    }
    let fact = row.facts.levels.iter().find(|fact| fact.org == *target)?;
    fact.at
        .is_none_or(|at| at < *since)
        .then(|| (level_dto(fact.level), *since))
}

/// The four rings, from the device upward.
pub(super) fn receipts(row: &RowData, facts: &DeliveryFacts, now: Timestamp) -> Vec<ReceiptMark> {
    let device = ReceiptMark {
        level: LevelDto::Device,
        state: ReceiptState::Received,
    };
    let levels = row.facts.levels.iter().map(|fact| ReceiptMark {
        level: level_dto(fact.level),
        state: receipt_state(row, fact, facts, now),
    });
    std::iter::once(device).chain(levels).collect()
}

/// What one level says.
pub(super) fn receipt_state(
    row: &RowData,
    fact: &LevelFact,
    facts: &DeliveryFacts,
    now: Timestamp,
) -> ReceiptState {
    if fact.returned.is_some() {
        return ReceiptState::Returned;
    }
    if let Some((level, _)) = unconfirmed(row, now)
        && level == level_dto(fact.level)
    {
        return ReceiptState::Unconfirmed;
    }
    if received_at(row, fact, facts).is_some() {
        return ReceiptState::Received;
    }
    if fact.is_not_needed {
        ReceiptState::NotNeeded
    } else {
        ReceiptState::NotYet
    }
}

/// When a level received something. The community's answer to our own push counts at once, and what
/// came from its server is there by nature.
pub(super) fn received_at(
    row: &RowData,
    fact: &LevelFact,
    facts: &DeliveryFacts,
) -> Option<Timestamp> {
    if fact.at.is_some() || fact.level != Level::Community {
        return fact.at;
    }
    match &facts.note {
        None => Some(row.reported_at),
        Some(note) => note.taken_at,
    }
}

/// A rung as screens know it.
pub(in crate::engine) fn level_dto(level: Level) -> LevelDto {
    match level {
        Level::Grid => LevelDto::Device,
        Level::Community => LevelDto::Community,
        Level::Subdistrict => LevelDto::Street,
        Level::District => LevelDto::District,
    }
}

/// A reason as stored: a code, or a sentence, which is shown as it is.
pub(super) fn reason(text: &str) -> CodeDto {
    code(text)
}

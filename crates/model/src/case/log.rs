//! The log of a case: everything that its document holds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::admit::Admit;
use super::event::Event;
use super::head::CaseHead;
use super::receipt::Receipt;
use crate::id::{ActorId, BlobHash, EntryId, RecordId};
use crate::time::Timestamp;

/// One of several values of a field that people wrote without knowing of each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldValue {
    /// The value as text.
    pub value: String,
    /// Who wrote it.
    pub actor: ActorId,
}

/// What a record says about one of its photos or voice notes. The file itself is stored by its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// When it was taken, by the device's clock.
    pub at: Timestamp,
    /// `image/webp`, `image/jpeg` or `image/png`; [`VOICE_TYPE`] of a voice note.
    pub media_type: String,
    /// Size of the stored bytes.
    pub bytes: u64,
    /// Width and height in pixels; zeros of a voice note.
    pub size: (u32, u32),
    /// How long a voice note is, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length_ms: Option<u32>,
}

/// The media type of a voice note: Opus in Ogg.
pub const VOICE_TYPE: &str = "audio/ogg";
/// The longest voice note, in milliseconds (docs/storage.md).
pub const VOICE_MS: u32 = 60_000;
/// The largest voice note, in bytes: 60 seconds at 16 kbit/s, with room for livelier speech.
pub const VOICE_BYTES: u64 = 160 * 1024;

impl Photo {
    /// Whether it is a voice note.
    pub fn is_voice(&self) -> bool {
        self.media_type == VOICE_TYPE
    }

    /// Whether a voice note is within the caps; true of a photo, whose file is checked by itself.
    pub fn is_within_caps(&self) -> bool {
        let is_timed = self
            .length_ms
            .is_some_and(|ms| (1..=VOICE_MS).contains(&ms));
        !self.is_voice() || (is_timed && (1..=VOICE_BYTES).contains(&self.bytes))
    }
}

/// A case as stored: fields, and the append-only maps keyed by the writing actor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseLog {
    /// The record.
    pub id: RecordId,
    /// Its fields.
    pub head: CaseHead,
    /// Fields with more than one value, winner first. Settled by people; the fold does not read them.
    #[serde(default)]
    pub conflicts: BTreeMap<String, Vec<FieldValue>>,
    /// What was done and asked for.
    #[serde(default)]
    pub events: BTreeMap<EntryId, Event>,
    /// The holders' line.
    #[serde(default)]
    pub admits: BTreeMap<EntryId, Admit>,
    /// Who has it.
    #[serde(default)]
    pub receipts: BTreeMap<EntryId, Receipt>,
    /// Photos by hash.
    #[serde(default)]
    pub photos: BTreeMap<BlobHash, Photo>,
}

impl CaseLog {
    /// An empty log.
    pub fn new(id: RecordId, head: CaseHead) -> Self {
        Self {
            id,
            head,
            conflicts: BTreeMap::new(),
            events: BTreeMap::new(),
            admits: BTreeMap::new(),
            receipts: BTreeMap::new(),
            photos: BTreeMap::new(),
        }
    }

    /// The last entry of each actor, ascending: what an author who has this log has seen, for
    /// [`Event::seen`].
    pub fn frontier(&self) -> Vec<EntryId> {
        self.counters()
            .into_iter()
            .map(|(actor, counter)| EntryId { actor, counter })
            .collect()
    }

    /// The last counter of each actor, for [`Receipt::covers`].
    pub fn counters(&self) -> BTreeMap<ActorId, u32> {
        let mut counters = BTreeMap::new();
        let entries = self
            .events
            .keys()
            .chain(self.admits.keys())
            .chain(self.receipts.keys());
        for entry in entries {
            let last = counters.entry(entry.actor).or_insert(0);
            *last = entry.counter.max(*last);
        }
        counters
    }

    /// The entry that an actor writes next.
    pub fn next_entry(&self, actor: ActorId) -> EntryId {
        let last = self.counters().get(&actor).copied().unwrap_or(0);
        EntryId {
            actor,
            counter: last.saturating_add(1),
        }
    }
}

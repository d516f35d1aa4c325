//! What the record gate knows of busy records, kept in memory between calls.
//!
//! Working out a document's history costs more than judging one change. What is kept fits only the
//! heads that it was worked out for, so a rolled back transaction or another writer does no harm.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use linli_model::RecordId;
use linli_records::{Document, Knowledge};

use crate::error::Result;
use crate::ledger::Profile;
use crate::tx::Tx;

/// Most records that a server remembers; a few kilobytes each.
const MOST: usize = 512;

/// The records that were judged last. Devices remember none: their changes come in pages, and memory
/// is short there.
#[derive(Default)]
pub(crate) struct KnownRecords(Mutex<BTreeMap<RecordId, Knowledge>>);

impl KnownRecords {
    fn take(&self, record: &RecordId) -> Option<Knowledge> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.remove(record)
    }

    fn keep(&self, record: RecordId, knowledge: Knowledge) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(record, knowledge);
        if known.len() > MOST {
            // Ids begin with their time: the oldest record is the least likely to change.
            known.pop_first();
        }
    }
}

impl Tx<'_> {
    pub(super) fn load_with_knowledge(&self, record: &RecordId) -> Result<Option<Document>> {
        let Some(document) = self.load_document(record)? else {
            return Ok(None);
        };
        let knowledge = match self.shared().known.take(record) {
            Some(kept) => Some(kept),
            None => self.knowledge_of(record)?,
        };
        Ok(Some(match knowledge {
            Some(knowledge) => document.with_knowledge(knowledge),
            None => document,
        }))
    }

    /// What the raw changes of a record tell. Taking them out of the document again costs ten times as
    /// much, so that is left to devices that have let go of some.
    fn knowledge_of(&self, record: &RecordId) -> Result<Option<Knowledge>> {
        let mut list = self.sql().prepare_cached(
            "SELECT body FROM changes
             WHERE document = (SELECT document FROM documents WHERE record = ?1)",
        )?;
        let found = list.query_map([record.0], |row| row.get::<_, Option<Vec<u8>>>("body"))?;
        let mut bodies = Vec::new();
        for body in found {
            let Some(body) = body? else {
                return Ok(None);
            };
            bodies.push(body);
        }
        let slices: Vec<&[u8]> = bodies.iter().map(Vec::as_slice).collect();
        Ok(Knowledge::of_changes(&slices))
    }

    pub(super) fn keep_knowledge(&self, record: &RecordId, document: &Document) {
        if self.profile() == Profile::Server
            && let Some(knowledge) = document.knowledge()
        {
            self.shared().known.keep(*record, knowledge);
        }
    }
}

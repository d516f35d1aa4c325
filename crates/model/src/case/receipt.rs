//! Receipts: a server that does not hold the case says what it has.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::{ActorId, EntryId, OrgId};
use crate::org::Level;
use crate::time::Timestamp;

/// One entry of a case's `receipts`: written once per batch that brought new events, by each server
/// that does not hold the case. Receipts are not receipted; an admission is the holder's receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Who has it.
    pub org: OrgId,
    /// Its rung.
    pub level: Level,
    /// When the server stored it, by its clock.
    pub at: Timestamp,
    /// The receipt's number as people read it out: `DW-0412`.
    pub number: String,
    /// What it covers: for each actor how many of its entries lie below this change.
    pub covers: BTreeMap<ActorId, u32>,
}

impl Receipt {
    /// Whether the entry lies below this receipt.
    pub fn covers(&self, entry: EntryId) -> bool {
        self.covers
            .get(&entry.actor)
            .is_some_and(|last| *last >= entry.counter)
    }
}

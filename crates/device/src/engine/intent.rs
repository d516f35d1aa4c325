//! What a person wanted, kept until the server has it: after a refusal it is written again, and no
//! typed word is lost.

use std::collections::BTreeMap;

use linli_model::case::{CaseHead, Event, Photo};
use linli_model::{BlobHash, EntryId, Role, StaffId};
use serde::{Deserialize, Serialize};

use super::people::By;
use crate::error::Result;

/// One save of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Intent {
    /// Who.
    pub(super) staff: StaffId,
    /// As what.
    pub(super) role: Role,
    /// The head, when the save created the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) head: Option<CaseHead>,
    /// Photos that the save added.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) photos: BTreeMap<BlobHash, Photo>,
    /// Its events as they were written.
    pub(super) events: Vec<Written>,
    /// How often it was refused before.
    #[serde(default)]
    pub(super) refused_before: u32,
}

/// An event under its entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Written {
    /// Its entry.
    pub(super) id: EntryId,
    /// The event.
    pub(super) event: Event,
}

impl Intent {
    pub(super) fn encode(&self) -> Result<Vec<u8>> {
        Ok(serde_json::to_vec(self)?)
    }

    pub(super) fn by(&self) -> By {
        By {
            staff: self.staff.clone(),
            role: self.role,
        }
    }
}

//! A binding that is not finished: the request that was made, kept until the server has answered.
//!
//! The file holds no key: the device's own key lies in `device.db`, wrapped. It holds what proves
//! knowledge of the slot's secret, which is worth nothing once the slot is used, and is removed then.

use std::path::{Path, PathBuf};

use linli_exchange::enrolment::EnrolAnswer;
use linli_trust::enrolment::{EnrolRequest, SlotId, SlotKey};
use serde::{Deserialize, Serialize};

use crate::dto::device::BindingStage;
use crate::error::{DeviceError, Result};
use crate::files::{self, hex, unhex};
use crate::net::{ServerAddress, TicketText};

const NAME: &str = "binding.json";

/// How far it has come, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Binding {
    pub(crate) server: ServerAddress,
    slot: String,
    slot_key: String,
    /// The signed request, once the authority that it names is known.
    request: Option<String>,
    /// The server's answer, until somebody unlocks and it can be installed.
    answer: Option<String>,
    pub(crate) stage: BindingStage,
    /// Why it was refused.
    pub(crate) reason: Option<String>,
}

impl Binding {
    pub(crate) fn new(ticket: &TicketText) -> Self {
        Self {
            server: ticket.server.clone(),
            slot: hex(&ticket.slot.0),
            slot_key: hex(ticket.key.expose()),
            request: None,
            answer: None,
            stage: BindingStage::NoNetwork,
            reason: None,
        }
    }

    pub(crate) fn load(folder: &Path) -> Result<Option<Self>> {
        let Some(bytes) = files::read(&path(folder))? else {
            return Ok(None);
        };
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| DeviceError::Damaged(format!("binding: {error}")))
    }

    pub(crate) fn save(&self, folder: &Path) -> Result<()> {
        Ok(files::replace(
            &path(folder),
            &serde_json::to_vec_pretty(self)?,
        )?)
    }

    pub(crate) fn remove(folder: &Path) -> Result<()> {
        Ok(files::remove(&path(folder))?)
    }

    pub(crate) fn slot(&self) -> Result<SlotId> {
        Ok(SlotId(fixed(&self.slot)?))
    }

    pub(crate) fn slot_key(&self) -> Result<SlotKey> {
        Ok(SlotKey::from_stored(fixed(&self.slot_key)?))
    }

    pub(crate) fn request(&self) -> Result<Option<EnrolRequest>> {
        let Some(text) = &self.request else {
            return Ok(None);
        };
        Ok(Some(EnrolRequest::decode(&stored(text)?)?))
    }

    pub(crate) fn set_request(&mut self, request: &EnrolRequest) -> Result<()> {
        self.request = Some(hex(&request.encode()?));
        Ok(())
    }

    pub(crate) fn answer(&self) -> Result<Option<Vec<u8>>> {
        self.answer.as_deref().map(stored).transpose()
    }

    /// The server's answer, read and proved; nothing while there is none.
    pub(crate) fn opened_answer(&self) -> Result<Option<EnrolAnswer>> {
        let (Some(bytes), Some(request)) = (self.answer()?, self.request()?) else {
            return Ok(None);
        };
        Ok(Some(EnrolAnswer::open(
            &bytes,
            &request,
            &self.slot_key()?,
        )?))
    }

    pub(crate) fn set_answer(&mut self, answer: &[u8]) {
        self.answer = Some(hex(answer));
    }
}

fn path(folder: &Path) -> PathBuf {
    folder.join(NAME)
}

fn stored(text: &str) -> Result<Vec<u8>> {
    unhex(text).ok_or_else(|| DeviceError::Damaged("binding: a value is not hex".into()))
}

fn fixed<const N: usize>(text: &str) -> Result<[u8; N]> {
    let wrong = |_| DeviceError::Damaged("binding: a value has another length".into());
    stored(text)?.try_into().map_err(wrong)
}

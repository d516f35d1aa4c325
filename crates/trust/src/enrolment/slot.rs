//! The life of a slot on the server, as pure data. The caller stores each new value in the same
//! transaction in which it read the old one: of many redemptions at once exactly one wins.

use linli_model::{KeyId, Timestamp};

use super::{CheckCode, EnrolRequest, SlotId, SlotKey};

/// A place for one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Its name.
    pub id: SlotId,
    /// What proves knowledge of its secret.
    pub key: SlotKey,
    /// The first moment at which it is of no use any more, by the server's clock.
    pub expires_at: Timestamp,
    /// How far it is.
    pub state: SlotState,
}

/// How far a slot is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlotState {
    /// Waits for a device.
    Open,
    /// A device has proved the secret; the administrator must type the digits of its screen.
    AwaitsConfirmation {
        /// The device's request.
        request: Box<EnrolRequest>,
    },
    /// The administrator has confirmed: the certificate may be issued, once.
    Confirmed {
        /// The device's request.
        request: Box<EnrolRequest>,
    },
    /// The digits were wrong, or an administrator gave up the slot. Raise an alert.
    Burnt,
}

/// A refused enrolment. It prints the same whatever the reason; [`EnrolRefusal::reason`] is for the
/// audit log and alerts only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("enrolment refused")]
pub struct EnrolRefusal(RefusalReason);

/// The true reason of a refusal. Never tell it to the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalReason {
    /// No such slot.
    UnknownSlot,
    /// Secret or key were not proved.
    WrongProof,
    /// The device saw another TLS authority than ours: someone stands between. Raise an alert.
    OtherAuthority,
    /// The slot's time is over.
    Expired,
    /// Another device was first, or the slot was burnt. Raise an alert.
    AlreadyUsed,
    /// There is nothing to confirm.
    NothingToConfirm,
}

impl EnrolRefusal {
    /// The true reason, for the audit log.
    pub fn reason(&self) -> RefusalReason {
        self.0
    }
}

impl Slot {
    /// A new slot.
    pub fn open(id: SlotId, key: SlotKey, expires_at: Timestamp) -> Self {
        Self {
            id,
            key,
            expires_at,
            state: SlotState::Open,
        }
    }

    /// A device presents a request. `slot` is what is stored under the request's slot id, `decoy` a
    /// random key of this server that takes the place of an unknown slot's key, so that the answer
    /// takes as long. Store the slot that is given back. The same request again is accepted again:
    /// its answer may have been lost.
    pub fn redeem(
        slot: Option<&Self>,
        decoy: &SlotKey,
        request: &EnrolRequest,
        ca_sha256: &[u8; 32],
        now: Timestamp,
    ) -> Result<Self, EnrolRefusal> {
        let is_proved = request.is_proved(slot.map_or(decoy, |slot| &slot.key));
        let refuse = |reason| Err(EnrolRefusal(reason));
        let Some(slot) = slot.filter(|slot| slot.id == request.transcript().slot) else {
            return refuse(RefusalReason::UnknownSlot);
        };
        if !is_proved {
            return refuse(RefusalReason::WrongProof);
        }
        if request.transcript().ca_sha256 != *ca_sha256 {
            return refuse(RefusalReason::OtherAuthority);
        }
        if now >= slot.expires_at {
            return refuse(RefusalReason::Expired);
        }
        match &slot.state {
            SlotState::Open => Ok(Self {
                state: SlotState::AwaitsConfirmation {
                    request: Box::new(request.clone()),
                },
                ..slot.clone()
            }),
            SlotState::AwaitsConfirmation { request: first }
            | SlotState::Confirmed { request: first }
                if **first == *request =>
            {
                Ok(slot.clone())
            }
            SlotState::AwaitsConfirmation { .. }
            | SlotState::Confirmed { .. }
            | SlotState::Burnt => refuse(RefusalReason::AlreadyUsed),
        }
    }

    /// The administrator typed the digits of the handset. Store the slot that is given back: it is
    /// confirmed, or burnt when the digits were wrong.
    pub fn confirm(&self, typed: &str, now: Timestamp) -> Result<Self, EnrolRefusal> {
        let SlotState::AwaitsConfirmation { request } = &self.state else {
            return Err(EnrolRefusal(RefusalReason::NothingToConfirm));
        };
        if now >= self.expires_at {
            return Err(EnrolRefusal(RefusalReason::Expired));
        }
        let state = if request.check_code().is_typed_as(typed) {
            SlotState::Confirmed {
                request: request.clone(),
            }
        } else {
            SlotState::Burnt
        };
        Ok(Self {
            state,
            ..self.clone()
        })
    }

    /// The slot given up by an administrator, or void because the server was restored.
    #[must_use]
    pub fn burn(&self) -> Self {
        Self {
            state: SlotState::Burnt,
            ..self.clone()
        }
    }

    /// The digits for the administrator's screen, if a device waits.
    pub fn check_code(&self) -> Option<CheckCode> {
        match &self.state {
            SlotState::AwaitsConfirmation { request } => Some(request.check_code()),
            SlotState::Open | SlotState::Confirmed { .. } | SlotState::Burnt => None,
        }
    }

    /// The key that may be certified, if it was confirmed.
    pub fn confirmed_key(&self) -> Option<KeyId> {
        match &self.state {
            SlotState::Confirmed { request } => Some(request.transcript().key.id()),
            SlotState::Open | SlotState::AwaitsConfirmation { .. } | SlotState::Burnt => None,
        }
    }
}

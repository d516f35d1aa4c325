//! How a new device becomes known, step by step:
//!
//! 1. An administrator opens a [`Slot`]; it lives for a window (8 h unless set otherwise) and for one
//!    device. The device reads a [`Ticket`] as a QR code, or its holder types a [`OneTimeCode`].
//! 2. The device makes its key and sends an [`EnrolRequest`]: a [`Transcript`] of everything that both
//!    sides must agree on, proved with the slot's key (HMAC) and with the new key (signature).
//! 3. Both screens show six digits made from the transcript ([`CheckCode`]). The administrator types
//!    the digits of the handset. A wrong entry burns the slot. Until then no data flows.
//! 4. The server's answer (root, chain, certificate) carries a proof with the slot's key
//!    ([`EnrolRequest::answer_proof`]), so a stranger in between can neither enrol nor answer.
//!
//! What the server stores is the slot's key, a hash of the secret: from it no ticket can be printed
//! again. Every refusal looks the same from outside ([`EnrolRefusal`]), and an unknown slot costs the
//! same work as a known one.

mod code;
mod request;
mod slot;
mod ticket;

pub use code::{CheckCode, OneTimeCode};
pub use request::{EnrolRequest, Transcript};
pub use slot::{EnrolRefusal, RefusalReason, Slot, SlotState};
pub use ticket::{Ticket, TicketError};

use sha2::{Digest, Sha256};

use crate::secret::Secret;

/// Names a slot: random, or derived from a typed code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotId(pub [u8; 16]);

impl std::fmt::Debug for SlotId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SlotId(")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

/// What proves knowledge of a slot's secret: SHA-256 over slot and secret. The server stores this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotKey(Secret<32>);

impl SlotKey {
    /// Takes stored bytes over.
    pub fn from_stored(bytes: [u8; 32]) -> Self {
        Self(Secret::new(bytes))
    }

    /// The bytes to store, in an encrypted database.
    pub fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }

    fn derive(slot: &SlotId, secret: &[u8]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(b"linli/slot-key/1\0");
        hasher.update(slot.0);
        hasher.update(secret);
        Self(Secret::new(hasher.finalize().into()))
    }
}

#[cfg(test)]
mod tests;

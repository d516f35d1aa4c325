//! Voice notes: spoken beside a report or a visit.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A voice note on this device, or known to be on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VoiceDto {
    /// SHA-256 of the stored bytes in hex; the name by which everything refers to it.
    pub hash: String,
    /// When it was spoken.
    pub at: i64,
    /// How long it is, in milliseconds.
    pub length_ms: u32,
    /// Whether the bytes are on this device.
    pub is_here: bool,
    /// Whether the community has the bytes.
    pub is_delivered: bool,
}

/// A piece of a recording that goes on; its samples travel beside it: 16 bit, 16 kHz, mono.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VoicePieceInput {
    /// The name of the form's draft.
    pub form: String,
    /// Which piece, from 0; one that came before is not stored again.
    pub number: u32,
}

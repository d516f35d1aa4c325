//! Why a command did not do what was asked.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::code::Params;

/// What went wrong, by what a person can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The text is not a ticket.
    TicketMalformed,
    /// The ticket was used or is too old.
    TicketSpent,
    /// No code is in the picture, or none that can be read.
    CodeMissing,
    /// Several codes are in the picture. Parameter `n`.
    CodeSeveral,
    /// The code in the picture is not one of ours.
    CodeForeign,
    /// The picture of a code is too large. Parameter `megabytes`.
    CodeTooLarge,
    /// The picture of a code cannot be read.
    CodeUnreadable,
    /// This device is bound already.
    AlreadyBound,
    /// The secret is too short or too simple. Parameter `length`.
    SecretWeak,
    /// The secret is wrong. Parameter `left` when tries are counted.
    SecretWrong,
    /// Too many tries. Parameter `until_at`, or none when an administrator must help.
    SecretBlocked,
    /// The database is closed.
    Locked,
    /// The administrator locked this device.
    Barred,
    /// The file is no photo that can be read.
    PhotoUnreadable,
    /// The photo is too large. Parameter `megabytes`.
    PhotoTooLarge,
    /// What came is no recording.
    VoiceUnreadable,
    /// Too short for a voice note.
    VoiceTooShort,
    /// Longer than a voice note may be. Parameter `seconds`.
    VoiceTooLong,
    /// No room for photos and voice notes; text is still saved.
    StorageFull,
    /// What was asked about is not on this device.
    NotFound,
    /// An input is missing or out of range. Parameter `field`.
    InputInvalid,
    /// The rules of the workflow do not allow it now. Parameter `reason`.
    Refused,
    /// A file that is carried between here and the community was not written or not taken; nothing was
    /// changed. One parameter, whose name is the reason.
    Carry,
    /// A fault of the program. Parameter `number` to tell the administrator.
    Internal,
}

/// A command's failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ErrorDto {
    /// What went wrong.
    pub code: ErrorCode,
    /// Values for the text.
    pub params: Params,
}

//! Reporting: categories, photos, the report itself.

use linli_model::text_hint::TextHint;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::case::{CategoryRef, UrgencyDto};
use super::place::PositionDto;

/// A category that may be reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CategoryDto {
    /// Code, name and symbol.
    pub category: CategoryRef,
    /// The group it belongs to, by its code.
    pub group: String,
    /// Whether a report needs a photo.
    pub is_photo_required: bool,
    /// Numbers to call first when it is dangerous, most fitting first.
    pub emergency_calls: Vec<EmergencyCall>,
}

/// Somebody to call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EmergencyCall {
    /// Who answers: `fire`, `gas`, `police`, `station`, …
    pub code: String,
    /// The number.
    pub number: String,
}

/// What a photo shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PhotoKind {
    /// 远景: the place.
    Wide,
    /// 近景: the thing.
    Close,
    /// After the work, from the same spot.
    After,
}

/// A photo on this device, or known to be on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PhotoDto {
    /// SHA-256 of the stored bytes in hex; the name by which everything refers to it.
    pub hash: String,
    /// What it shows.
    pub kind: PhotoKind,
    /// When it was taken.
    pub at: i64,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Whether the bytes are on this device.
    pub is_here: bool,
    /// Whether the community has the bytes.
    pub is_delivered: bool,
}

/// What is told about a photo beside its bytes when it is added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PhotoInput {
    /// What it shows.
    pub kind: PhotoKind,
    /// Where the person stood.
    pub position: Option<PositionDto>,
}

/// A part of a picture, in thousandths of its width and height from the upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PhotoArea {
    /// Where it begins, from the left.
    pub left: u16,
    /// Where it begins, from above.
    pub top: u16,
    /// How wide it is.
    pub width: u16,
    /// How high it is.
    pub height: u16,
}

/// Blackens parts of a photo that no case names yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BlackenInput {
    /// The photo.
    pub hash: String,
    /// What must not be seen.
    pub areas: Vec<PhotoArea>,
}

/// Why a report has no photo although its category asks for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum NoPhotoReason {
    /// The camera does not work.
    CameraBroken,
    /// Too dark, smoke, rain.
    CannotSee,
    /// People would be in the picture.
    Privacy,
    /// Danger: no time.
    Danger,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ReportInput {
    /// The catalogue code.
    pub category: String,
    /// How pressing.
    pub urgency: UrgencyDto,
    /// Where, as measured, picked or typed.
    pub position: Option<PositionDto>,
    /// Where, in words.
    pub place: Option<String>,
    /// The reporter's words.
    pub note: Option<String>,
    /// Hashes of photos that were added before.
    pub photos: Vec<String>,
    /// Hash of the voice note that was kept before.
    pub voice: Option<String>,
    /// Why there is no photo.
    pub no_photo_reason: Option<NoPhotoReason>,
}

/// A report, a check or an addition that is safe on this device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SavedReport {
    /// The case.
    pub case_id: String,
    /// The short code to write down or read over the phone.
    pub code: String,
    /// When it was saved.
    pub at: i64,
}

/// Adds photos or words to a case, also as the answer to a return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AmendInput {
    /// The case.
    pub case_id: String,
    /// The `amend` task's `answers`, when this answers one.
    pub answers: Option<String>,
    /// Hashes of photos that were added before.
    pub photos: Vec<String>,
    /// Words of the person.
    pub note: Option<String>,
}

/// What a text seems to hold that does not belong into a case. A hint: the text may be saved as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TextHintDto {
    /// A number of an identity document.
    IdentityNumber,
    /// Somebody's telephone number.
    Telephone,
    /// A judgement about a person, or what is never collected.
    Sensitive,
    /// A person by name.
    Person,
}

impl From<TextHint> for TextHintDto {
    fn from(hint: TextHint) -> Self {
        match hint {
            TextHint::IdentityNumber => Self::IdentityNumber,
            TextHint::Telephone => Self::Telephone,
            TextHint::Sensitive => Self::Sensitive,
            TextHint::Person => Self::Person,
        }
    }
}

/// Why a person in the grid asks for a case to go up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum EscalateReason {
    /// It is not this level's to decide.
    NoPower,
    /// This level has no people or tools for it.
    NoMeans,
    /// This level has no money for it.
    NoMoney,
    /// It takes several units.
    SeveralUnits,
}

/// 上报上级: asks the desk that holds the case to pass it up. The case stays where it is until then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EscalateInput {
    /// The case.
    pub case_id: String,
    /// Why.
    pub reason: EscalateReason,
    /// Words of the person.
    pub note: Option<String>,
}

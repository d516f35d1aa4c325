//! Why a file that is carried between this device and its community was not written or not taken.

use linli_exchange::ExchangeError;
use linli_trust::TrustError;

/// The reason. Nothing was changed: what waits still waits here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CarryRefusal {
    /// The folder is not one that may be written or read.
    #[error("the drive is not there any more")]
    NoPlace,
    /// There is no room for the file.
    #[error("the drive is full; no file was left there")]
    Full,
    /// Writing failed: the stick was pulled out, or is read-only.
    #[error("the file could not be written; no file was left there")]
    NotWritten,
    /// The file cannot be read.
    #[error("the file cannot be read")]
    Unreadable,
    /// It is some other file.
    #[error("this is no answer of the community")]
    NotAnAnswer,
    /// A newer program wrote it.
    #[error("the answer is of a newer format; update this program")]
    Newer,
    /// It is cut or changed.
    #[error("the answer is cut or damaged; copy it again")]
    Damaged,
    /// Its seal does not open.
    #[error("the answer was not made by the community's server for this device")]
    Forged,
    /// It is for another device.
    #[error("the answer is for another device")]
    OtherDevice,
    /// Another server made it.
    #[error("the answer is of another community's server")]
    OtherServer,
    /// This device remembers no such file.
    #[error("the answer belongs to a file that this device does not remember")]
    Unknown,
    /// It was taken already.
    #[error("the answer was taken before")]
    Taken,
    /// A later one was taken, or the server was restored since.
    #[error("the answer is out of date")]
    Older,
    /// The community's server could not work on the file.
    #[error("the community's server did not take the file")]
    NotTaken,
}

impl CarryRefusal {
    /// A stable name for texts.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoPlace => "no_place",
            Self::Full => "full",
            Self::NotWritten => "not_written",
            Self::Unreadable => "unreadable",
            Self::NotAnAnswer => "not_an_answer",
            Self::Newer => "newer",
            Self::Damaged => "damaged",
            Self::Forged => "forged",
            Self::OtherDevice => "other_device",
            Self::OtherServer => "other_server",
            Self::Unknown => "unknown",
            Self::Taken => "taken",
            Self::Older => "older",
            Self::NotTaken => "not_taken",
        }
    }

    /// What is wrong with a file that was being read; nothing when it is not about the file.
    pub(crate) fn of_reading(error: &ExchangeError) -> Option<Self> {
        Some(match error {
            ExchangeError::Trust(TrustError::NotCarried) => Self::NotAnAnswer,
            ExchangeError::Trust(TrustError::CarryFormat(_)) => Self::Newer,
            ExchangeError::Trust(TrustError::CarryDamaged) | ExchangeError::Sync(_) => {
                Self::Damaged
            }
            ExchangeError::Trust(TrustError::CarrySeal) => Self::Forged,
            ExchangeError::File(_) => Self::Unreadable,
            ExchangeError::OldGeneration { .. } => Self::Older,
            ExchangeError::Trust(_)
            | ExchangeError::Store(_)
            | ExchangeError::NotEnrolled(_)
            | ExchangeError::Enrolment(_)
            | ExchangeError::Pack(_)
            | ExchangeError::Edition { .. } => return None,
        })
    }
}

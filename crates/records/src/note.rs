//! The message of a change: who made it and on what stated basis.

use linli_model::StaffId;
use serde::{Deserialize, Serialize};

/// How the author came to know what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// 上门核对: asked at the door.
    DoorVisit,
    /// 电话: asked by telephone.
    Phone,
    /// 目测: seen on the spot.
    Sight,
    /// 材料: taken from a paper or file.
    Paper,
}

/// What every change of a record says about itself, covered by the change's hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeNote {
    /// The staff member who made the change; the batch header must name the same.
    pub staff: StaffId,
    /// The stated basis; absent where none applies (timers, desk decisions, receipts).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
}

/// Why the message of a change is not a note.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It does not parse as a note.
    #[error("the message is not a note: {0}")]
    Unreadable(String),
    /// It parses, but is not written the one way a note is written.
    #[error("the note is not in its compact form")]
    NotCompact,
}

impl ChangeNote {
    /// The note as the compact JSON that stands in the change.
    pub fn to_message(&self) -> String {
        let staff = serde_json::Value::from(self.staff.as_str());
        match self.basis {
            None => format!("{{\"staff\":{staff}}}"),
            Some(basis) => format!("{{\"staff\":{staff},\"basis\":\"{}\"}}", basis.as_str()),
        }
    }

    /// Reads the message of a change; accepts the compact form only.
    pub fn from_message(message: &str) -> Result<Self, NoteError> {
        let note: Self =
            serde_json::from_str(message).map_err(|e| NoteError::Unreadable(e.to_string()))?;
        if note.to_message() == message {
            Ok(note)
        } else {
            Err(NoteError::NotCompact)
        }
    }
}

impl Basis {
    /// The word in the message.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DoorVisit => "door_visit",
            Self::Phone => "phone",
            Self::Sight => "sight",
            Self::Paper => "paper",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_has_one_form() {
        let staff = StaffId::new("s0417").unwrap();
        let all = [Basis::DoorVisit, Basis::Phone, Basis::Sight, Basis::Paper];
        for basis in all.map(Some).into_iter().chain([None]) {
            let note = ChangeNote {
                staff: staff.clone(),
                basis,
            };
            let message = note.to_message();
            assert_eq!(ChangeNote::from_message(&message), Ok(note.clone()));
            assert_eq!(serde_json::to_string(&note).unwrap(), message);
        }
    }

    #[test]
    fn other_forms_are_refused() {
        assert_eq!(
            ChangeNote::from_message("{\"staff\": \"s1\"}"),
            Err(NoteError::NotCompact)
        );
        for wrong in [
            "",
            "{}",
            "{\"staff\":\"a b\"}",
            "{\"staff\":\"s1\",\"more\":1}",
            "[]",
        ] {
            assert!(ChangeNote::from_message(wrong).is_err(), "{wrong}");
        }
    }
}

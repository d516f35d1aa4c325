//! Queries: what screens read, answered from rows.

pub(super) mod alarms;
mod catalogue;
mod delivery;
mod detail;
mod icons;
mod list;
mod map;
mod messages;
pub(super) mod outbox;
mod patrol;
pub(super) mod pick;
mod timeline;

use linli_model::{BlobHash, Name};

pub use detail::Looking;
pub use outbox::Counts;
pub(crate) use pick::page_of;

use crate::dto::code::NameDto;
use crate::dto::sync::WaitDto;

/// What the driver knows about the line, for the words beside every case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncView {
    /// Whether text is moving now.
    pub is_sending: bool,
    /// The photo that is moving now.
    pub sending_photo: Option<BlobHash>,
    /// Why nothing moves.
    pub wait: Option<WaitDto>,
    /// Why photos do not move although text does.
    pub photo_wait: Option<WaitDto>,
}

/// A name in both languages; Chinese where the city gave no English one, the code where it gave none.
pub(super) fn name_dto(name: Option<&Name>, code: &str) -> NameDto {
    let zh = name
        .map(|name| name.zh.as_str())
        .filter(|zh| !zh.is_empty())
        .unwrap_or(code);
    let en = name
        .map(|name| name.en.as_str())
        .filter(|en| !en.is_empty())
        .unwrap_or(zh);
    NameDto {
        zh: zh.to_owned(),
        en: en.to_owned(),
    }
}

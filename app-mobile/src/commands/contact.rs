//! 人进户: people to talk to, their numbers, and who looked at these.

use linli_device::dto::access::{AccessList, RevealInput, RevealedDto};
use linli_device::dto::register::{ContactEdit, PhoneInput, SavedRecord};

use super::{Answer, Engine, ask, save};

#[tauri::command]
pub(crate) async fn edit_contact(
    engine: Engine<'_>,
    input: ContactEdit,
    draft: Option<String>,
) -> Answer<SavedRecord> {
    save(&engine, draft, move |device| device.edit_contact(&input)).await
}

#[tauri::command]
pub(crate) async fn correct_phone(
    engine: Engine<'_>,
    input: PhoneInput,
    draft: Option<String>,
) -> Answer<SavedRecord> {
    save(&engine, draft, move |device| device.correct_phone(&input)).await
}

#[tauri::command]
pub(crate) async fn reveal(engine: Engine<'_>, input: RevealInput) -> Answer<RevealedDto> {
    ask(&engine, move |device| device.reveal(&input)).await
}

#[tauri::command]
pub(crate) async fn access_log(engine: Engine<'_>, record: Option<String>) -> Answer<AccessList> {
    ask(&engine, move |device| device.access_log(record.as_deref())).await
}

//! 两个版本: fields with several values, and what a person decides.

use linli_device::dto::clash::{ClashDto, SettleInput};
use linli_device::dto::register::SavedRecord;

use super::{Answer, Engine, ask};

#[tauri::command]
pub(crate) async fn list_clashes(
    engine: Engine<'_>,
    household: Option<String>,
) -> Answer<Vec<ClashDto>> {
    ask(&engine, move |device| {
        device.list_clashes(household.as_deref())
    })
    .await
}

#[tauri::command]
pub(crate) async fn settle_clash(engine: Engine<'_>, input: SettleInput) -> Answer<SavedRecord> {
    ask(&engine, move |device| device.settle_clash(&input)).await
}

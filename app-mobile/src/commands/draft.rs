//! Drafts: kept by the engine, opaque to it.

use linli_device::Device;
use linli_device::dto::draft::DraftRow;

use super::{Answer, Engine, ask};

#[tauri::command]
pub(crate) async fn list_drafts(engine: Engine<'_>) -> Answer<Vec<DraftRow>> {
    ask(&engine, Device::list_drafts).await
}

#[tauri::command]
pub(crate) async fn load_draft(engine: Engine<'_>, name: String) -> Answer<Option<String>> {
    ask(&engine, move |device| device.load_draft(&name)).await
}

#[tauri::command]
pub(crate) async fn save_draft(engine: Engine<'_>, name: String, content: String) -> Answer<()> {
    ask(&engine, move |device| device.save_draft(&name, &content)).await
}

#[tauri::command]
pub(crate) async fn delete_draft(engine: Engine<'_>, name: String) -> Answer<()> {
    ask(&engine, move |device| device.delete_draft(&name)).await
}

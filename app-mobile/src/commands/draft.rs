//! Drafts: kept by the engine, opaque to it.

use super::{Answer, Engine, ask};

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

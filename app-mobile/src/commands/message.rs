//! What others did with a person's cases, and alarms about those that nobody has.

use linli_device::Device;
use linli_device::dto::message::MessageList;

use super::{Answer, Engine, ask};

#[tauri::command]
pub(crate) async fn list_messages(engine: Engine<'_>) -> Answer<MessageList> {
    ask(&engine, Device::list_messages).await
}

#[tauri::command]
pub(crate) async fn read_messages(engine: Engine<'_>, ids: Vec<String>) -> Answer<()> {
    ask(&engine, move |device| device.read_messages(&ids)).await
}

#[tauri::command]
pub(crate) async fn hear_alarm(engine: Engine<'_>, case_id: String) -> Answer<()> {
    ask(&engine, move |device| device.hear_alarm(&case_id)).await
}

//! First sync, the strip and the outbox.

use linli_device::Device;
use linli_device::dto::first_sync::FirstSyncDto;
use linli_device::dto::sync::{OutboxDto, SyncStatus};

use super::{Answer, Engine, ask};

#[tauri::command]
pub(crate) async fn first_sync(engine: Engine<'_>) -> Answer<FirstSyncDto> {
    ask(&engine, Device::first_sync).await
}

#[tauri::command]
pub(crate) async fn start_work(engine: Engine<'_>) -> Answer<()> {
    ask(&engine, Device::start_work).await
}

#[tauri::command]
pub(crate) async fn sync_status(engine: Engine<'_>) -> Answer<SyncStatus> {
    ask(&engine, Device::sync_status).await
}

#[tauri::command]
pub(crate) async fn outbox(engine: Engine<'_>) -> Answer<OutboxDto> {
    ask(&engine, Device::outbox).await
}

#[tauri::command]
pub(crate) async fn sync_now(engine: Engine<'_>) -> Answer<()> {
    ask(&engine, Device::sync_now).await
}

//! First sync, the strip, the outbox, and files that are carried by hand.

use linli_device::Device;
use linli_device::dto::carry::{CarriedFile, CarryBackDto, CarryDto};
use linli_device::dto::error::ErrorDto;
use linli_device::dto::first_sync::FirstSyncDto;
use linli_device::dto::sync::{OutboxDto, SyncStatus};

use tauri::AppHandle;

use super::patrol::own_folder;
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

#[tauri::command]
pub(crate) async fn carry(app: AppHandle, engine: Engine<'_>) -> Answer<CarryDto> {
    let folder = own_folder(&app);
    ask(&engine, move |device| device.carry(&folder)).await
}

#[tauri::command]
pub(crate) async fn carry_out(
    app: AppHandle,
    engine: Engine<'_>,
    place: String,
    with_photos: bool,
) -> Answer<CarriedFile> {
    let folder = own_folder(&app);
    ask(&engine, move |device| {
        device.carry_out(&place, with_photos, &folder)
    })
    .await
}

#[tauri::command]
pub(crate) async fn carry_back(
    app: AppHandle,
    engine: Engine<'_>,
    answer: String,
) -> Answer<CarryBackDto> {
    let device = engine.inner().clone();
    let taken = device.carry_back(&answer, &own_folder(&app)).await;
    taken.map_err(ErrorDto::from)
}

//! The door: status, binding, unlocking, locking, settings, and what works.

use linli_device::Device;
use linli_device::dto::device::{BindInput, DeviceStatus, TicketDto, UnlockInput};
use linli_device::dto::diagnosis::DiagnosisDto;
use linli_device::dto::error::ErrorCode;
use linli_device::dto::settings::SettingsDto;
use tauri::ipc::{InvokeBody, Request};

use super::{Answer, Engine, ask, failure};

#[tauri::command]
pub(crate) async fn status(engine: Engine<'_>) -> Answer<DeviceStatus> {
    ask(&engine, Device::status).await
}

#[tauri::command]
pub(crate) async fn read_ticket(engine: Engine<'_>, ticket: String) -> Answer<TicketDto> {
    ask(&engine, move |device| device.read_ticket(&ticket)).await
}

#[tauri::command]
pub(crate) async fn read_code(engine: Engine<'_>, request: Request<'_>) -> Answer<String> {
    let InvokeBody::Raw(bytes) = request.body() else {
        return Err(failure(ErrorCode::InputInvalid, "field", "photos"));
    };
    let bytes = bytes.clone();
    ask(&engine, move |device| device.read_code(&bytes)).await
}

#[tauri::command]
pub(crate) async fn bind(engine: Engine<'_>, input: BindInput) -> Answer<()> {
    ask(&engine, move |device| device.bind(&input)).await
}

#[tauri::command]
pub(crate) async fn cancel_binding(engine: Engine<'_>) -> Answer<()> {
    ask(&engine, Device::cancel_binding).await
}

#[tauri::command]
pub(crate) async fn unlock(engine: Engine<'_>, input: UnlockInput) -> Answer<()> {
    ask(&engine, move |device| device.unlock(&input)).await
}

#[tauri::command]
pub(crate) async fn lock(engine: Engine<'_>) -> Answer<()> {
    ask(&engine, Device::lock).await
}

#[tauri::command]
pub(crate) async fn save_settings(engine: Engine<'_>, settings: SettingsDto) -> Answer<()> {
    ask(&engine, move |device| device.save_settings(settings)).await
}

#[tauri::command]
pub(crate) async fn diagnose(engine: Engine<'_>) -> Answer<DiagnosisDto> {
    ask(&engine, Device::diagnose).await
}

#[tauri::command]
pub(crate) async fn wifi_only(engine: Engine<'_>) -> Answer<bool> {
    ask(&engine, Device::is_wifi_only).await
}

#[tauri::command]
pub(crate) async fn set_wifi_only(engine: Engine<'_>, is_on: bool) -> Answer<()> {
    ask(&engine, move |device| device.set_wifi_only(is_on)).await
}

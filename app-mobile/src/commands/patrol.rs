//! Duty, where to go, what was covered, and the person's own tracks.

use std::path::PathBuf;

use linli_device::Device;
use linli_device::dto::patrol::{CoverageDto, DutyDto, PatrolList, ShiftSummary};
use linli_device::dto::track::{ExportedFile, TrackChoice, TrackDto, TrackLine};
use tauri::{AppHandle, Manager as _};

use super::{Answer, Engine, ask};

#[tauri::command]
pub(crate) async fn duty(engine: Engine<'_>) -> Answer<DutyDto> {
    ask(&engine, Device::duty).await
}

#[tauri::command]
pub(crate) async fn set_duty(engine: Engine<'_>, is_on: bool) -> Answer<DutyDto> {
    ask(&engine, move |device| device.set_duty(is_on)).await
}

#[tauri::command]
pub(crate) async fn patrol(engine: Engine<'_>) -> Answer<PatrolList> {
    ask(&engine, Device::patrol).await
}

#[tauri::command]
pub(crate) async fn coverage(engine: Engine<'_>, days: u32) -> Answer<CoverageDto> {
    ask(&engine, move |device| device.coverage(days)).await
}

#[tauri::command]
pub(crate) async fn shift_summary(engine: Engine<'_>) -> Answer<Option<ShiftSummary>> {
    ask(&engine, Device::shift_summary).await
}

#[tauri::command]
pub(crate) async fn track(engine: Engine<'_>) -> Answer<TrackDto> {
    ask(&engine, Device::track).await
}

#[tauri::command]
pub(crate) async fn set_track(engine: Engine<'_>, choice: TrackChoice) -> Answer<TrackDto> {
    ask(&engine, move |device| device.set_track(choice)).await
}

#[tauri::command]
pub(crate) async fn track_line(engine: Engine<'_>, id: String) -> Answer<TrackLine> {
    ask(&engine, move |device| device.track_line(&id)).await
}

#[tauri::command]
pub(crate) async fn delete_track(engine: Engine<'_>, id: String) -> Answer<()> {
    ask(&engine, move |device| device.delete_track(&id)).await
}

#[tauri::command]
pub(crate) async fn export_track(
    app: AppHandle,
    engine: Engine<'_>,
    id: String,
) -> Answer<ExportedFile> {
    let folder = own_folder(&app);
    ask(&engine, move |device| device.export_track(&id, &folder)).await
}

/// The folder of this machine in which people look for files.
pub(super) fn own_folder(app: &AppHandle) -> PathBuf {
    let paths = app.path();
    let folder = paths.download_dir().or_else(|_| paths.home_dir());
    folder.unwrap_or_else(|_| PathBuf::from("."))
}

//! 房进格: buildings, entrances, dwellings.

use linli_device::Device;
use linli_device::dto::building::{BuildingRow, DwellingList, DwellingQuery, EntranceRow};

use super::{Answer, Engine, ask};

#[tauri::command]
pub(crate) async fn list_buildings(engine: Engine<'_>) -> Answer<Vec<BuildingRow>> {
    ask(&engine, Device::list_buildings).await
}

#[tauri::command]
pub(crate) async fn list_entrances(
    engine: Engine<'_>,
    building: String,
) -> Answer<Vec<EntranceRow>> {
    ask(&engine, move |device| device.list_entrances(&building)).await
}

#[tauri::command]
pub(crate) async fn list_dwellings(
    engine: Engine<'_>,
    query: DwellingQuery,
) -> Answer<DwellingList> {
    ask(&engine, move |device| device.list_dwellings(&query)).await
}

//! 房进格: buildings, entrances, dwellings, and what stands in public space.

use linli_device::Device;
use linli_device::dto::building::{
    BuildingInput, BuildingRow, ComponentInput, DwellingInput, DwellingList, DwellingQuery,
    EntranceInput, EntranceRow, FacilityList, FacilityQuery,
};
use linli_device::dto::register::SavedRecord;

use super::{Answer, Engine, ask, save};

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

#[tauri::command]
pub(crate) async fn list_facilities(
    engine: Engine<'_>,
    query: FacilityQuery,
) -> Answer<FacilityList> {
    ask(&engine, move |device| device.list_facilities(&query)).await
}

#[tauri::command]
pub(crate) async fn add_building(
    engine: Engine<'_>,
    input: BuildingInput,
    draft: Option<String>,
) -> Answer<SavedRecord> {
    save(&engine, draft, move |device| device.add_building(&input)).await
}

#[tauri::command]
pub(crate) async fn add_entrance(
    engine: Engine<'_>,
    input: EntranceInput,
    draft: Option<String>,
) -> Answer<SavedRecord> {
    save(&engine, draft, move |device| device.add_entrance(&input)).await
}

#[tauri::command]
pub(crate) async fn add_dwelling(
    engine: Engine<'_>,
    input: DwellingInput,
    draft: Option<String>,
) -> Answer<SavedRecord> {
    save(&engine, draft, move |device| device.add_dwelling(&input)).await
}

#[tauri::command]
pub(crate) async fn set_component(
    engine: Engine<'_>,
    input: ComponentInput,
) -> Answer<SavedRecord> {
    ask(&engine, move |device| device.set_component(&input)).await
}

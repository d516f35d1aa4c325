//! Where the device is, and named places.

use linli_device::Device;
use linli_device::dto::map::GridMap;
use linli_device::dto::place::{PlaceDto, PlaceHint, PlaceQuery, PositionDto, PositionReading};

use super::{Answer, Engine, ask};

#[tauri::command]
pub(crate) async fn position(engine: Engine<'_>) -> Answer<PositionReading> {
    ask(&engine, Device::position).await
}

#[tauri::command]
pub(crate) async fn place_hint(engine: Engine<'_>, query: PlaceQuery) -> Answer<PlaceHint> {
    ask(&engine, move |device| device.place_hint(&query)).await
}

#[tauri::command]
pub(crate) async fn list_places(
    engine: Engine<'_>,
    text: String,
    near: Option<PositionDto>,
) -> Answer<Vec<PlaceDto>> {
    ask(&engine, move |device| {
        device.list_places(&text, near.as_ref())
    })
    .await
}

#[tauri::command]
pub(crate) async fn grid_map(engine: Engine<'_>) -> Answer<GridMap> {
    ask(&engine, Device::grid_map).await
}

//! Reporting: categories, photos, the report.

use linli_device::Device;
use linli_device::dto::error::ErrorCode;
use linli_device::dto::report::{
    BlackenInput, CategoryDto, PhotoDto, PhotoInput, ReportInput, SavedReport, TextHintDto,
};
use tauri::ipc::{InvokeBody, Request};

use super::{Answer, Engine, ask, failure, save};

/// The header with what is told about a photo; its bytes are the body.
const PHOTO_HEADER: &str = "linli-photo";

#[tauri::command]
pub(crate) async fn list_categories(engine: Engine<'_>) -> Answer<Vec<CategoryDto>> {
    ask(&engine, Device::list_categories).await
}

#[tauri::command]
pub(crate) async fn add_photo(engine: Engine<'_>, request: Request<'_>) -> Answer<PhotoDto> {
    let header = request.headers().get(PHOTO_HEADER);
    let input =
        header.and_then(|value| serde_json::from_slice::<PhotoInput>(value.as_bytes()).ok());
    let (Some(input), InvokeBody::Raw(bytes)) = (input, request.body()) else {
        return Err(failure(ErrorCode::InputInvalid, "field", "photos"));
    };
    let bytes = bytes.clone();
    ask(&engine, move |device| device.add_photo(&bytes, &input)).await
}

#[tauri::command]
pub(crate) async fn blacken_photo(engine: Engine<'_>, input: BlackenInput) -> Answer<PhotoDto> {
    ask(&engine, move |device| device.blacken_photo(&input)).await
}

#[tauri::command]
pub(crate) async fn report(
    engine: Engine<'_>,
    input: ReportInput,
    draft: Option<String>,
) -> Answer<SavedReport> {
    save(&engine, draft, move |device| device.report(&input)).await
}

#[tauri::command]
pub(crate) async fn text_hints(text: String) -> Answer<Vec<TextHintDto>> {
    Ok(Device::text_hints(&text))
}

//! Visits, and services that somebody asked for.

use linli_device::dto::register::{EnrolmentInput, SavedRecord, VisitInput};

use super::{Answer, Engine, ask, save};

#[tauri::command]
pub(crate) async fn note_visit(
    engine: Engine<'_>,
    input: VisitInput,
    draft: Option<String>,
) -> Answer<SavedRecord> {
    save(&engine, draft, move |device| device.note_visit(&input)).await
}

#[tauri::command]
pub(crate) async fn link_visit(
    engine: Engine<'_>,
    visit: String,
    case_id: String,
) -> Answer<SavedRecord> {
    ask(&engine, move |device| device.link_visit(&visit, &case_id)).await
}

#[tauri::command]
pub(crate) async fn enrol_service(
    engine: Engine<'_>,
    input: EnrolmentInput,
    draft: Option<String>,
) -> Answer<SavedRecord> {
    save(&engine, draft, move |device| device.enrol_service(&input)).await
}

#[tauri::command]
pub(crate) async fn end_service(engine: Engine<'_>, enrolment: String) -> Answer<SavedRecord> {
    ask(&engine, move |device| device.end_service(&enrolment)).await
}

//! Cases: lists, one case, a check on the spot, additions, requests to pass it up.

use linli_device::dto::case::{CaseList, CaseQuery};
use linli_device::dto::case_detail::CaseDetail;
use linli_device::dto::check::{CheckInput, VerifyInput};
use linli_device::dto::report::{AmendInput, EscalateInput, SavedReport};

use super::{Answer, Engine, ask, save};

#[tauri::command]
pub(crate) async fn list_cases(engine: Engine<'_>, query: CaseQuery) -> Answer<CaseList> {
    ask(&engine, move |device| device.list_cases(&query)).await
}

#[tauri::command]
pub(crate) async fn find_case(engine: Engine<'_>, id: String) -> Answer<CaseDetail> {
    ask(&engine, move |device| device.find_case(&id)).await
}

#[tauri::command]
pub(crate) async fn check(
    engine: Engine<'_>,
    input: CheckInput,
    draft: Option<String>,
) -> Answer<SavedReport> {
    save(&engine, draft, move |device| device.check(&input)).await
}

#[tauri::command]
pub(crate) async fn verify(
    engine: Engine<'_>,
    input: VerifyInput,
    draft: Option<String>,
) -> Answer<SavedReport> {
    save(&engine, draft, move |device| device.verify(&input)).await
}

#[tauri::command]
pub(crate) async fn amend(engine: Engine<'_>, input: AmendInput) -> Answer<SavedReport> {
    ask(&engine, move |device| device.amend(&input)).await
}

#[tauri::command]
pub(crate) async fn escalate(engine: Engine<'_>, input: EscalateInput) -> Answer<SavedReport> {
    ask(&engine, move |device| device.escalate(&input)).await
}

//! 户进房: households, who moves in and out of them, how they part and join.

use linli_device::dto::household::{HouseholdCard, HouseholdList, HouseholdQuery};
use linli_device::dto::register::{
    HouseholdEdit, HouseholdInput, JoinInput, MoveIn, SavedRecord, SplitInput,
};

use super::{Answer, Engine, ask, save};

#[tauri::command]
pub(crate) async fn list_households(
    engine: Engine<'_>,
    query: HouseholdQuery,
) -> Answer<HouseholdList> {
    ask(&engine, move |device| device.list_households(&query)).await
}

#[tauri::command]
pub(crate) async fn find_household(engine: Engine<'_>, id: String) -> Answer<HouseholdCard> {
    ask(&engine, move |device| device.find_household(&id)).await
}

#[tauri::command]
pub(crate) async fn add_household(
    engine: Engine<'_>,
    input: HouseholdInput,
    draft: Option<String>,
) -> Answer<SavedRecord> {
    save(&engine, draft, move |device| device.add_household(&input)).await
}

#[tauri::command]
pub(crate) async fn edit_household(
    engine: Engine<'_>,
    input: HouseholdEdit,
    draft: Option<String>,
) -> Answer<SavedRecord> {
    save(&engine, draft, move |device| device.edit_household(&input)).await
}

#[tauri::command]
pub(crate) async fn move_in(
    engine: Engine<'_>,
    input: MoveIn,
    draft: Option<String>,
) -> Answer<SavedRecord> {
    save(&engine, draft, move |device| device.move_in(&input)).await
}

#[tauri::command]
pub(crate) async fn move_out(engine: Engine<'_>, household: String) -> Answer<SavedRecord> {
    ask(&engine, move |device| device.move_out(&household)).await
}

#[tauri::command]
pub(crate) async fn split_household(
    engine: Engine<'_>,
    input: SplitInput,
    draft: Option<String>,
) -> Answer<SavedRecord> {
    save(&engine, draft, move |device| device.split_household(&input)).await
}

#[tauri::command]
pub(crate) async fn join_households(engine: Engine<'_>, input: JoinInput) -> Answer<SavedRecord> {
    ask(&engine, move |device| device.join_households(&input)).await
}

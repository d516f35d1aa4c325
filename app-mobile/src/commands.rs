//! What the screens may call, one function for each line of `ui/handheld/src/api/api.ts`. A new one
//! is also named in `build.rs` and `capabilities/main.json`; a test compares the four lists.

mod building;
mod case;
mod clash;
mod contact;
mod device;
mod draft;
mod household;
mod message;
mod patrol;
mod place;
mod report;
mod sync;
mod visit;
mod voice;

use std::sync::Arc;

use linli_device::Device;
use linli_device::dto::code::ParamDto;
use linli_device::dto::error::{ErrorCode, ErrorDto};
use tauri::ipc::Invoke;
use tauri::{State, Wry};

/// What a command answers.
type Answer<T> = Result<T, ErrorDto>;
/// The engine, as commands are given it.
type Engine<'a> = State<'a, Arc<Device>>;

/// The number that people tell the administrator when the engine broke off.
const BROKE_OFF: &str = "E-1001";

/// Everything that can be called.
#[expect(clippy::too_many_lines, reason = "a list, a line for each command")]
pub(crate) fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        building::add_building,
        building::add_dwelling,
        building::add_entrance,
        building::list_buildings,
        building::list_dwellings,
        building::list_entrances,
        building::list_facilities,
        building::set_component,
        case::amend,
        case::check,
        case::escalate,
        case::find_case,
        case::list_cases,
        case::verify,
        clash::list_clashes,
        clash::settle_clash,
        contact::access_log,
        contact::correct_phone,
        contact::edit_contact,
        contact::reveal,
        device::bind,
        device::cancel_binding,
        device::diagnose,
        device::lock,
        device::read_code,
        device::read_ticket,
        device::save_settings,
        device::status,
        device::set_wifi_only,
        device::unlock,
        device::wifi_only,
        draft::delete_draft,
        draft::list_drafts,
        draft::load_draft,
        draft::save_draft,
        household::add_household,
        household::edit_household,
        household::find_household,
        household::join_households,
        household::list_households,
        household::move_in,
        household::move_out,
        household::split_household,
        message::hear_alarm,
        message::list_messages,
        message::read_messages,
        patrol::coverage,
        patrol::delete_track,
        patrol::duty,
        patrol::export_track,
        patrol::patrol,
        patrol::set_duty,
        patrol::set_track,
        patrol::shift_summary,
        patrol::track,
        patrol::track_line,
        place::grid_map,
        place::list_places,
        place::place_hint,
        place::position,
        report::add_photo,
        report::blacken_photo,
        report::list_categories,
        report::report,
        report::text_hints,
        sync::carry,
        sync::carry_back,
        sync::carry_out,
        sync::first_sync,
        sync::outbox,
        sync::start_work,
        sync::sync_now,
        sync::sync_status,
        visit::end_service,
        visit::enrol_service,
        visit::link_visit,
        visit::note_visit,
        voice::add_voice_piece,
        voice::delete_voice,
        voice::finish_voice,
        voice::voice,
    ]
}

/// Asks the engine away from the window's thread: it reads and writes a database and stretches
/// passphrases.
async fn ask<T: Send + 'static>(
    engine: &Engine<'_>,
    question: impl FnOnce(&Device) -> linli_device::Result<T> + Send + 'static,
) -> Answer<T> {
    let device = engine.inner().clone();
    match tauri::async_runtime::spawn_blocking(move || question(&device)).await {
        Ok(answer) => answer.map_err(ErrorDto::from),
        Err(error) => {
            tracing::error!(%error, "a command broke off");
            Err(failure(ErrorCode::Internal, "number", BROKE_OFF))
        }
    }
}

/// The same for a save, which finishes the draft of this name in the same stroke.
async fn save<T: Send + 'static>(
    engine: &Engine<'_>,
    draft: Option<String>,
    question: impl FnOnce(&Device) -> linli_device::Result<T> + Send + 'static,
) -> Answer<T> {
    ask(engine, move |device| {
        linli_device::finishing(draft, || question(device))
    })
    .await
}

fn failure(code: ErrorCode, param: &str, value: &str) -> ErrorDto {
    ErrorDto {
        code,
        params: [(param.to_owned(), ParamDto::Text(value.to_owned()))].into(),
    }
}

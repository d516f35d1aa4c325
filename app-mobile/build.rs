//! Lets Tauri write permissions for our commands, so that `capabilities/main.json` is the whole list of
//! what the screens may call.

/// Every command of `src/commands/`.
const COMMANDS: &[&str] = &[
    "access_log",
    "add_household",
    "add_photo",
    "amend",
    "bind",
    "blacken_photo",
    "cancel_binding",
    "check",
    "correct_phone",
    "delete_draft",
    "edit_contact",
    "edit_household",
    "end_service",
    "enrol_service",
    "escalate",
    "find_case",
    "find_household",
    "first_sync",
    "grid_map",
    "join_households",
    "link_visit",
    "list_buildings",
    "list_cases",
    "list_categories",
    "list_clashes",
    "list_drafts",
    "list_dwellings",
    "list_entrances",
    "list_households",
    "list_places",
    "load_draft",
    "lock",
    "move_in",
    "move_out",
    "note_visit",
    "outbox",
    "place_hint",
    "position",
    "read_ticket",
    "report",
    "reveal",
    "save_draft",
    "save_settings",
    "settle_clash",
    "split_household",
    "start_work",
    "status",
    "sync_now",
    "sync_status",
    "text_hints",
    "unlock",
];

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}

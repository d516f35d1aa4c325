//! Lets Tauri write permissions for our commands, so that `capabilities/main.json` is the whole list of
//! what the screens may call.

/// Every command of `src/commands/`.
const COMMANDS: &[&str] = &[
    "add_photo",
    "amend",
    "bind",
    "cancel_binding",
    "check",
    "delete_draft",
    "find_case",
    "first_sync",
    "list_cases",
    "list_categories",
    "list_places",
    "load_draft",
    "lock",
    "outbox",
    "place_hint",
    "position",
    "read_ticket",
    "report",
    "save_draft",
    "save_settings",
    "start_work",
    "status",
    "sync_now",
    "sync_status",
    "unlock",
];

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}

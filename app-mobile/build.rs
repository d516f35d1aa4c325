//! Lets Tauri write permissions for our commands, so that `capabilities/main.json` is the whole list of
//! what the screens may call.

/// Every command of `src/commands/`.
const COMMANDS: &[&str] = &[
    "access_log",
    "add_building",
    "add_dwelling",
    "add_entrance",
    "add_household",
    "add_photo",
    "add_voice_piece",
    "amend",
    "bind",
    "blacken_photo",
    "cancel_binding",
    "carry",
    "carry_back",
    "carry_out",
    "check",
    "correct_phone",
    "coverage",
    "delete_draft",
    "delete_track",
    "delete_voice",
    "diagnose",
    "duty",
    "edit_contact",
    "edit_household",
    "end_service",
    "enrol_service",
    "escalate",
    "export_track",
    "find_case",
    "find_household",
    "finish_voice",
    "first_sync",
    "grid_map",
    "hear_alarm",
    "join_households",
    "link_visit",
    "list_buildings",
    "list_cases",
    "list_categories",
    "list_clashes",
    "list_drafts",
    "list_dwellings",
    "list_entrances",
    "list_facilities",
    "list_households",
    "list_messages",
    "list_places",
    "load_draft",
    "lock",
    "move_in",
    "move_out",
    "note_visit",
    "outbox",
    "patrol",
    "place_hint",
    "position",
    "read_code",
    "read_messages",
    "read_ticket",
    "report",
    "reveal",
    "save_draft",
    "save_settings",
    "set_component",
    "set_duty",
    "set_track",
    "set_wifi_only",
    "settle_clash",
    "shift_summary",
    "split_household",
    "start_work",
    "status",
    "sync_now",
    "sync_status",
    "text_hints",
    "track",
    "track_line",
    "unlock",
    "verify",
    "voice",
    "wifi_only",
];

/// What the screens may call of the Android project's field plugin; Kotlin answers.
const FIELD: &[&str] = &["take_photo", "set_brightness"];

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    let field = tauri_build::InlinedPlugin::new().commands(FIELD);
    let attributes = tauri_build::Attributes::new()
        .app_manifest(manifest)
        .plugin("field", field);
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}

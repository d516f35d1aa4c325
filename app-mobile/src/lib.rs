//! The handheld's window: a thin shell over [`linli_device`]. It opens the engine's folder, lets the
//! screens call the engine's functions by name, tells them what changed, and serves photos to them.
//! It decides nothing.

mod commands;
mod engine;
mod permission;
mod photo_scheme;

#[cfg(test)]
mod tests;

use tauri::Manager as _;
use tracing_subscriber::EnvFilter;

/// The variable that says what is logged, in the words of `tracing-subscriber`'s filter.
const LOG: &str = "LINLI_LOG";

/// Shows the window and runs until it is closed.
///
/// # Errors
///
/// When the engine's folder cannot be opened or the system shows no window.
#[cfg_attr(mobile, tauri::mobile_entry_point)]
pub fn run() -> tauri::Result<()> {
    let filter = EnvFilter::try_from_env(LOG).unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    tauri::Builder::default()
        .setup(|app| {
            let device = engine::open(app.handle())?;
            app.manage(device.clone());
            engine::start(app.handle(), device);
            Ok(())
        })
        .on_permission_request(permission::answer)
        .register_asynchronous_uri_scheme_protocol(photo_scheme::NAME, photo_scheme::serve)
        .invoke_handler(commands::handler())
        .run(tauri::generate_context!())
}

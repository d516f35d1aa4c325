//! The handheld's window: a thin shell over [`linli_device`]. It opens the engine's folder, lets the
//! screens call the engine's functions by name, tells them what changed, and serves photos to them.
//! It decides nothing.

mod commands;
mod engine;
#[cfg(any(target_os = "android", test))]
mod field;
mod folder;
#[cfg(target_os = "linux")]
mod frugal;
mod notice;
mod permission;
mod photo_scheme;
#[cfg(target_os = "linux")]
mod start;
#[cfg(all(target_os = "linux", debug_assertions))]
mod test_camera;
mod web_view;

#[cfg(test)]
mod shape;
#[cfg(test)]
mod tests;

#[cfg(target_os = "linux")]
pub use start::{before_window, start};
use tauri::Manager as _;
use tracing_subscriber::EnvFilter;

/// The variable that says what is logged, in the words of `tracing-subscriber`'s filter.
const LOG: &str = "LINLI_LOG";
/// The program's identifier in `tauri.conf.json`; its folders and its Android package are named so.
const IDENTIFIER: &str = "org.linli.handheld";

/// Shows the window and runs until it is closed.
///
/// # Errors
///
/// When the engine's folder cannot be opened or the system shows no window.
#[cfg_attr(mobile, tauri::mobile_entry_point)]
pub fn run() -> tauri::Result<()> {
    log();
    let builder = tauri::Builder::default();
    #[cfg(target_os = "android")]
    let builder = builder.plugin(field::android::plugin());
    builder
        .setup(|app| {
            let device = engine::open(app.handle())?;
            app.manage(device.clone());
            engine::start(app.handle(), device);
            #[cfg(target_os = "linux")]
            frugal::keep_little(app)?;
            #[cfg(all(target_os = "linux", debug_assertions))]
            test_camera::prepare(app)?;
            Ok(())
        })
        .on_permission_request(permission::answer)
        .register_asynchronous_uri_scheme_protocol(photo_scheme::NAME, photo_scheme::serve)
        .invoke_handler(commands::handler())
        .run(tauri::generate_context!())
}

/// Logs go to the standard error output.
fn log() {
    let filter = EnvFilter::try_from_env(LOG).unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}

//! The web view's own test camera and microphone, so that the program's own window can be tried on a machine that has
//! neither. Development builds only: what a handheld sends as a photo was taken by a lens or chosen as a file.

use tauri::{App, Manager as _};
use webkit2gtk::{SettingsExt as _, WebViewExt as _};

/// The variable that asks for them.
const ASKED: &str = "LINLI_TEST_CAMERA";

/// Switches them on in every window, when they are asked for.
pub(crate) fn prepare(app: &App) -> tauri::Result<()> {
    if std::env::var_os(ASKED).is_none() {
        return Ok(());
    }
    tracing::warn!("pictures and sound come from WebKit's test devices");
    for window in app.webview_windows().values() {
        window.with_webview(|view| {
            if let Some(settings) = view.inner().settings() {
                settings.set_enable_media_stream(true);
                settings.set_enable_mock_capture_devices(true);
            }
        })?;
    }
    Ok(())
}

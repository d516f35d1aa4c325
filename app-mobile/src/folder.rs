//! Where the engine keeps its files.

use std::path::PathBuf;

/// The variable that names the engine's folder; otherwise the system's place for app data.
pub(crate) const VARIABLE: &str = "LINLI_HANDHELD_FOLDER";
/// The engine's folder in the app's place for data.
pub(crate) const NAME: &str = "device";

/// The folder that somebody chose.
pub(crate) fn chosen() -> Option<PathBuf> {
    std::env::var_os(VARIABLE).map(PathBuf::from)
}

/// The folder while there is no window to ask: the place that Tauri gives the program with this identifier.
#[cfg(target_os = "linux")]
pub(crate) fn without_window() -> PathBuf {
    let data = || gtk::glib::user_data_dir().join(crate::IDENTIFIER);
    chosen().unwrap_or_else(|| data().join(NAME))
}

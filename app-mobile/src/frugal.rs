//! What the window may spend on a handheld with little memory. As a browser does, the web view would keep
//! pictures and pages for somebody who goes back to them, let much come together before it cleans up, and
//! compile scripts that run for minutes; here every picture is asked for anew, there is one page, and no script
//! runs long. docs/benchmarks.md says what each of these brings.

use std::path::Path;

use tauri::{App, Manager as _};
use webkit2gtk::{CacheModel, WebContextExt as _, WebViewExt as _};

/// Where Linux shows graphics processors that programs can use.
const RENDER_NODES: &str = "/dev/dri";
/// What the program and what draws for it find as they begin: variables of the C library and of the web view's
/// engine of JavaScript.
const ALWAYS: [(&str, &str); 6] = [
    // One heap for all threads: each of its own would keep what it once needed.
    ("MALLOC_ARENA_MAX", "1"),
    // Scripts are compiled by all compilers but the last one, which needs the most memory.
    ("JSC_useFTLJIT", "0"),
    ("JSC_numberOfDFGCompilerThreads", "1"),
    // The engine cleans up as on a machine with 1 GiB, for the first time at 4 MiB, and again before twice as much
    // has come together.
    ("JSC_forceRAMSize", "1073741824"),
    ("JSC_largeHeapSize", "4194304"),
    ("JSC_smallHeapGrowthFactor", "1.5"),
];
/// Pages are painted as one picture, not put together from layers by a graphics processor that the processor
/// only imitates.
const WITHOUT_GRAPHICS: (&str, &str) = ("WEBKIT_DISABLE_COMPOSITING_MODE", "1");

/// The variables that the program is started with. Those that are set already stay as they are.
pub(crate) fn environment() -> Vec<(&'static str, &'static str)> {
    let mut variables = ALWAYS.to_vec();
    if !has_graphics(Path::new(RENDER_NODES)) {
        variables.push(WITHOUT_GRAPHICS);
    }
    variables.retain(|(name, _)| std::env::var_os(name).is_none());
    variables
}

/// Makes every window keep only what it shows.
pub(crate) fn keep_little(app: &App) -> tauri::Result<()> {
    for window in app.webview_windows().values() {
        window.with_webview(|view| {
            if let Some(context) = view.inner().context() {
                context.set_cache_model(CacheModel::DocumentViewer);
            }
        })?;
    }
    Ok(())
}

/// Whether there is a graphics processor that can be drawn with.
fn has_graphics(folder: &Path) -> bool {
    let Ok(entries) = folder.read_dir() else {
        return false;
    };
    entries
        .flatten()
        .any(|entry| entry.file_name().to_string_lossy().starts_with("renderD"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn graphics_are_there_where_a_node_is_drawn_with() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!has_graphics(&folder.path().join("none")));
        assert!(!has_graphics(folder.path()));
        std::fs::write(folder.path().join("card0"), "").unwrap();
        assert!(
            !has_graphics(folder.path()),
            "a card shows, it does not draw"
        );
        std::fs::write(folder.path().join("renderD128"), "").unwrap();
        assert!(has_graphics(folder.path()));
    }
}

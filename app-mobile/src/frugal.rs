//! What the web view is asked to spend. As a browser does, it would keep pictures and pages for somebody who
//! goes back to them; here every picture is asked for anew and there is one page, on a handheld with little
//! memory. And where no graphics processor is, it would paint through one that the processor only imitates.

use std::path::Path;

use tauri::{App, Manager as _};
use webkit2gtk::{CacheModel, WebContextExt as _, WebViewExt as _};

/// Where Linux shows graphics processors that programs can use.
const RENDER_NODES: &str = "/dev/dri";
/// `WebKit`'s own variables: pages are painted by the processor, by so many threads.
const BY_PROCESSOR: &str = "WEBKIT_SKIA_ENABLE_CPU_RENDERING";
const THREADS: &str = "WEBKIT_SKIA_CPU_PAINTING_THREADS";
/// Beside the page's own thread; more do not help with a screen as small as a handheld's.
const MOST_THREADS: usize = 4;

/// Lets the processor paint where it would have to do the work anyway. Before the first window: what draws for
/// it finds the variables as it starts. What is set already stays.
pub(crate) fn paint() {
    if has_graphics(Path::new(RENDER_NODES)) {
        return;
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = threads.min(MOST_THREADS).to_string();
    for (variable, value) in [(BY_PROCESSOR, "1"), (THREADS, threads.as_str())] {
        if let Err(error) = gtk::glib::setenv(variable, value, false) {
            tracing::warn!(%error, variable, "pages are painted as the web view thinks best");
        }
    }
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

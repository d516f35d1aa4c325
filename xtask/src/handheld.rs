//! `cargo xtask handheld`: opens the window of the demo that runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::demo;
use crate::project::Metadata;
use crate::window;

/// Opens the handheld's window, enrolled with the servers of a running `cargo xtask demo`.
///
/// Prints the passphrase that unlocks it. Only one window at a time can be open on a device.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {}

/// What the demo noted.
#[derive(Debug, Deserialize)]
struct Note {
    demo: u32,
    folder: PathBuf,
    secret: String,
}

pub(crate) fn run(_: &Options) -> Result<ExitCode> {
    let metadata = Metadata::load()?;
    let note = read(&window::note(&metadata))?;
    ensure!(
        window::has_display(),
        "there is no display here: DISPLAY and WAYLAND_DISPLAY are not set"
    );
    if let Some(obstacle) = window::obstacle()? {
        anyhow::bail!("the window cannot be built: {obstacle}");
    }
    // What the demo built is built: another choice of packages would compile most of it once more.
    let program = window::build(&metadata, &demo::PROGRAMS)?;
    println!("\n口令 / passphrase: {}", note.secret);
    let status = Command::new(&program)
        .env("LINLI_HANDHELD_FOLDER", &note.folder)
        .status()
        .with_context(|| format!("{} cannot be started", program.display()))?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn read(path: &Path) -> Result<Note> {
    let missing = "no demo runs: start `cargo xtask demo` in another terminal first";
    let bytes = fs::read(path).context(missing)?;
    let note: Note = serde_json::from_slice(&bytes).context(missing)?;
    // The demo removes its note when it ends in order; one that was killed leaves it behind.
    let runs = Path::new("/proc").join(note.demo.to_string()).exists();
    ensure!(runs || !Path::new("/proc/self").exists(), missing);
    Ok(note)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_running_demo_it_says_how_to_start_one() {
        let folder = std::env::temp_dir().join(format!("linli-note-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("note.json");
        let said = |path: &Path| read(path).unwrap_err().to_string();
        assert!(said(&path).contains("cargo xtask demo"));
        // No process has this number: Linux counts up to four million.
        let left_behind = r#"{ "demo": 4294967295, "folder": "/x", "secret": "s" }"#;
        fs::write(&path, left_behind).unwrap();
        assert!(said(&path).contains("cargo xtask demo"));
        let running = left_behind.replace("4294967295", &std::process::id().to_string());
        fs::write(&path, running).unwrap();
        assert_eq!(read(&path).unwrap().secret, "s");
        fs::remove_dir_all(&folder).unwrap();
    }
}

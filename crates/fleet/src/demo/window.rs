//! The window of the demo: a handheld that is enrolled for it, the program that shows it, and a note for
//! `cargo xtask handheld`, which opens it later.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::Serialize;
use tokio::process::{Child, Command};

use super::Language;
use crate::town::{HandheldPlan, SECRET, Town, TownError, TownPlan, TownResult};

/// What the demo does about a window.
#[derive(Debug, Clone, Default)]
pub struct WindowPlan {
    /// Where the note goes that says how to open it.
    pub note: Option<PathBuf>,
    /// The program to open it with now.
    pub program: Option<PathBuf>,
}

/// What `cargo xtask handheld` has to know.
#[derive(Debug, Serialize)]
struct Note<'a> {
    /// The demo's process.
    demo: u32,
    /// The device's folder.
    folder: &'a Path,
    /// What unlocks it.
    secret: &'a str,
}

/// The enrolled window. Its program ends and its note goes when it is dropped.
pub(super) struct Window {
    folder: PathBuf,
    note: Option<PathBuf>,
    /// The program while it runs.
    child: Option<Child>,
}

impl Window {
    /// Enrols a handheld of the first grid for the window, fills the grid's register, and opens the
    /// window when there is a program.
    pub(super) async fn open(
        town: &Town,
        plan: &TownPlan,
        window: &WindowPlan,
    ) -> TownResult<Option<Self>> {
        if window.note.is_none() && window.program.is_none() {
            return Ok(None);
        }
        town.fill_register().await?;
        let assistant = town.assistant()?.plan();
        let enrolled = town
            .enrol(HandheldPlan {
                folder: plan.folder.join("window"),
                label: "0417".into(),
                ..assistant.clone()
            })
            .await?;
        let mut opened = Self {
            folder: enrolled.folder().to_owned(),
            note: None,
            child: None,
        };
        if let Some(path) = &window.note {
            let note = serde_json::to_vec(&Note {
                demo: std::process::id(),
                folder: &opened.folder,
                secret: SECRET,
            })?;
            std::fs::write(path, note).map_err(|error| TownError::File(path.clone(), error))?;
            opened.note = Some(path.clone());
        }
        if let Some(program) = &window.program {
            opened.child = Some(opened.show(program)?);
        }
        Ok(Some(opened))
    }

    /// What a person has to know about it.
    pub(super) fn words(&self, language: Language) -> String {
        let (zh, en) = match (&self.child, &self.note) {
            (Some(_), _) => ("终端窗口已打开", "The handheld's window is open"),
            (None, Some(_)) => (
                "此处没有显示屏。在有桌面的机器上打开终端窗口：cargo xtask handheld",
                "No window was opened. On a machine with a desktop: cargo xtask handheld",
            ),
            (None, None) => ("没有终端窗口", "There is no window"),
        };
        let secret = language.pick("口令", "passphrase");
        format!("  {}  {secret}: {SECRET}", language.pick(zh, en))
    }

    fn show(&self, program: &Path) -> TownResult<Child> {
        Command::new(program)
            .env("LINLI_HANDHELD_FOLDER", &self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| TownError::File(program.to_owned(), error))
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        if let Some(note) = &self.note {
            // Somebody may have removed it already.
            let _ = std::fs::remove_file(note);
        }
    }
}

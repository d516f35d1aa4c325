//! How the program begins on Linux, before there is a window.
//!
//! The program cannot tell that the web view is too old for it: the loader refuses to start it when
//! functions are missing. So a second, small program that is not linked with the web view, `linli-start`,
//! stands in the menu. It asks the first one for the version of its web view and becomes it, with the variables
//! that make it frugal, or shows the notice.

use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use crate::notice::{Notice, window};
use crate::web_view::{self, Unfit};
use crate::{folder, frugal, log};

/// The argument that makes the program tell the version of its web view and end.
const ASK: &str = "--web-view";
/// The program with the window, beside the one that starts it.
const PROGRAM: &str = "linli-handheld";

/// What the program with the window does first. Some: it is done.
pub fn before_window() -> Option<ExitCode> {
    let said = web_view::said(|| tauri::webview_version().ok());
    if std::env::args_os().nth(1).is_some_and(|first| first == ASK) {
        let told = writeln!(std::io::stdout(), "{}", said.unwrap_or_default());
        return Some(told.map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS));
    }
    let unfit = web_view::judge(said.as_deref()).err()?;
    log();
    Some(show(&unfit))
}

/// All that `linli-start` does.
pub fn start() -> ExitCode {
    log();
    let Some(program) = beside() else {
        tracing::error!("{PROGRAM} is not beside this program");
        return ExitCode::FAILURE;
    };
    let said = web_view::said(|| ask(&program));
    if let Err(unfit) = web_view::judge(said.as_deref()) {
        return show(&unfit);
    }
    let error = Command::new(program)
        .args(std::env::args_os().skip(1))
        .envs(frugal::environment())
        .exec();
    tracing::error!(%error, "{PROGRAM} cannot be started");
    ExitCode::FAILURE
}

fn beside() -> Option<PathBuf> {
    let here = std::env::current_exe().ok()?;
    let program = here.with_file_name(PROGRAM);
    program.is_file().then_some(program)
}

/// The version that the program names; nothing when it cannot even be loaded.
fn ask(program: &PathBuf) -> Option<String> {
    let answer = Command::new(program)
        .arg(ASK)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    if !answer.status.success() {
        let said = String::from_utf8_lossy(&answer.stderr);
        tracing::error!(said = said.trim(), "{PROGRAM} does not start");
        return None;
    }
    String::from_utf8(answer.stdout).ok()
}

fn show(unfit: &Unfit) -> ExitCode {
    tracing::warn!(?unfit, "the web view is too old");
    match window::show(&Notice::new(unfit, &folder::without_window())) {
        Ok(true) => again(),
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            tracing::error!(%error, "the notice cannot be shown");
            ExitCode::FAILURE
        }
    }
}

/// Begins anew: what was updated meanwhile is loaded by a fresh process only.
fn again() -> ExitCode {
    let error = match std::env::current_exe() {
        Ok(program) => Command::new(program)
            .args(std::env::args_os().skip(1))
            .exec(),
        Err(error) => error,
    };
    tracing::error!(%error, "the program cannot be started again");
    ExitCode::FAILURE
}

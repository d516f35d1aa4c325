//! The handheld's window: whether it can be built and shown here, and its program.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::machine;
use crate::project::{APP_FOLDER, Metadata, cargo};
use crate::report::Report;
use crate::screens;

/// Where a running demo notes how its window is opened.
pub(crate) fn note(metadata: &Metadata) -> PathBuf {
    metadata.target_directory.join("demo-window.json")
}

/// Whether there is a display to show a window on.
pub(crate) fn has_display() -> bool {
    ["WAYLAND_DISPLAY", "DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// Why the window cannot be built here.
pub(crate) fn obstacle() -> Result<Option<&'static str>> {
    Ok(if machine::has_group("app")? {
        None
    } else {
        Some("the Debian packages of the group app in .ci/packages.txt are not installed")
    })
}

/// Builds the screens and the program with these packages beside it; gives the one that starts it.
pub(crate) fn build(metadata: &Metadata, beside: &[&str]) -> Result<PathBuf> {
    let mut build = cargo();
    build.args(["build", "--bins"]);
    select(metadata, &mut build)?;
    for package in beside {
        build.args(["-p", package]);
    }
    let status = build.status().context("cargo cannot be started")?;
    ensure!(status.success(), "the window's program does not build");
    Ok(metadata.programs().join("linli-start"))
}

/// Builds the screens, and adds the program with them inside it to what a command builds.
pub(crate) fn select(metadata: &Metadata, build: &mut Command) -> Result<()> {
    let mut report = Report::start();
    ensure!(screens::build(&mut report)?, "the screens do not build");
    let app = metadata
        .package_in(APP_FOLDER)
        .context("there is no app-mobile")?;
    build
        .args(["-p", &app.name, "--features"])
        .arg(format!("{}/custom-protocol", app.name));
    Ok(())
}

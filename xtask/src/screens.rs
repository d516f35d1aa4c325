//! The screens: npm's packages and the build that the window program embeds.

use std::process::Command;

use anyhow::Result;

use crate::project::{has_screens, root};
use crate::report::Report;
use crate::step::{Step, skipped};

/// npm in the UI's folder.
pub(crate) fn npm(arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.args(arguments).current_dir(root().join("ui"));
    command
}

/// Installs the packages of the lock file, unless they are there. Says whether they are there now.
pub(crate) fn install(report: &mut Report) -> Result<bool> {
    if !root().join("ui/package.json").is_file() {
        report.note(skipped("ui", "no ui/package.json"));
        return Ok(false);
    }
    if !is_npm_current() {
        report.run(
            Step::new("npm ci", npm(&["ci", "--no-audit", "--no-fund"]))
                .safe("only ui/node_modules was touched")
                .fix("needs the npm registry once; when ui/package.json changed, run `npm install` in ui and commit the lock file"),
        )?;
        if !report.has_passed("npm ci") && !is_npm_current() {
            report.note(skipped("ui", "its packages are not installed"));
            return Ok(false);
        }
    }
    Ok(true)
}

/// Builds the screens. Says whether they are there now.
pub(crate) fn build(report: &mut Report) -> Result<bool> {
    if !install(report)? {
        return Ok(false);
    }
    report.run(
        Step::new("ui build", npm(&["run", "build"])).fix("run `npm run build` in ui while fixing"),
    )?;
    Ok(report.has_passed("ui build") && has_screens())
}

/// Whether the installed packages are those of the lock file.
fn is_npm_current() -> bool {
    let changed = |path: &str| {
        root()
            .join(path)
            .metadata()
            .and_then(|file| file.modified())
            .ok()
    };
    match (
        changed("ui/node_modules/.package-lock.json"),
        changed("ui/package-lock.json"),
    ) {
        (Some(installed), Some(locked)) => installed >= locked,
        _ => false,
    }
}

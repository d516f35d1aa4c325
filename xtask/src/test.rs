//! `cargo xtask test`: everything needed to trust a change, in tiers.

use std::process::{Command, ExitCode};

use anyhow::Result;
use clap::ValueEnum;

use crate::project::{APP_FOLDER, Metadata, cargo, has_npm_script, root};
use crate::report::Report;
use crate::step::{Step, run_inside, skipped};
use crate::{check, machine};

/// Checks the machine, then runs every check and every test, and prints the time of each step.
///
/// Missing Debian packages are installed when run as root; otherwise the exact command is named.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Run only these tiers, for example `--only rust`.
    #[arg(long, value_enum)]
    only: Vec<Tier>,
    /// Install nothing: steps whose packages are missing are shown as skipped.
    #[arg(long)]
    as_is: bool,
}

/// The parts of the run, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Tier {
    /// Format, lints, documentation, house rules.
    Check,
    /// Every Rust test except those of the window program; one of them compares the generated types.
    Rust,
    /// Licences and advisories of dependencies, when cargo-deny is installed.
    Deny,
    /// Lints, type check, tests and build of the UIs.
    Ui,
    /// The window program and journeys through its real window.
    E2e,
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let mut report = Report::start();
    report.note(run_inside(
        "machine",
        "do what the message says, then run `cargo xtask test` again",
        || machine::prepare(options.as_is),
    ));
    if report.is_good() {
        for tier in Tier::value_variants() {
            if options.only.is_empty() || options.only.contains(tier) {
                run_tier(*tier, &mut report)?;
            }
        }
    }
    let tally = report.tally();
    println!(
        "\n{}\n\n{} passed, {} failed",
        report.table(),
        tally.passed,
        tally.failed
    );
    Ok(report.exit_code())
}

fn run_tier(tier: Tier, report: &mut Report) -> Result<()> {
    match tier {
        Tier::Check => check::steps(report),
        Tier::Rust => rust(report),
        Tier::Deny => deny(report),
        Tier::Ui => ui(report),
        Tier::E2e => e2e(report),
    }
}

fn rust(report: &mut Report) -> Result<()> {
    let metadata = Metadata::load()?;
    let mut command = cargo();
    command
        .arg("test")
        .args(metadata.without_app())
        .arg("--no-fail-fast");
    report.run(
        Step::new("cargo test", command)
            .counting()
            .safe("tests work in folders of their own; the checkout was not changed")
            .fix("the first `failures:` block above names the test; run it alone with `cargo test -p <package> <name>`"),
    )
}

fn deny(report: &mut Report) -> Result<()> {
    if !machine::has_cargo_tool("deny") {
        report.note(skipped("cargo deny", "not installed"));
        return Ok(());
    }
    let mut command = cargo();
    command.args(["deny", "check"]);
    report.run(
        Step::new("cargo deny", command)
            .fix("update or replace the dependency; an exception goes into deny.toml with why and until when"),
    )
}

fn npm(arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.args(arguments).current_dir(root().join("ui"));
    command
}

fn ui(report: &mut Report) -> Result<()> {
    if !root().join("ui/package.json").is_file() {
        report.note(skipped("ui", "no ui/package.json"));
        return Ok(());
    }
    if !is_npm_current() {
        report.run(
            Step::new("npm ci", npm(&["ci", "--no-audit", "--no-fund"]))
                .safe("only ui/node_modules was touched")
                .fix("needs the npm registry once; when ui/package.json changed, run `npm install` in ui and commit the lock file"),
        )?;
        if !report.is_good() && !is_npm_current() {
            report.note(skipped("ui", "its packages are not installed"));
            return Ok(());
        }
    }
    for (script, counts) in [
        ("lint", false),
        ("typecheck", false),
        ("test", true),
        ("build", false),
    ] {
        let name = format!("ui {script}");
        if !has_npm_script("ui", script) {
            report.note(skipped(name, "ui/package.json has no such script"));
            continue;
        }
        let step = Step::new(name, npm(&["run", script]))
            .fix(format!("run `npm run {script}` in ui while fixing"));
        report.run(if counts { step.counting() } else { step })?;
    }
    Ok(())
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

fn e2e(report: &mut Report) -> Result<()> {
    let metadata = Metadata::load()?;
    let Some(app) = metadata.package_in(APP_FOLDER) else {
        report.note(skipped("app", "no app-mobile"));
        return Ok(());
    };
    if !machine::has_group("app")? {
        report.note(skipped("app", "its Debian packages are not installed"));
        return Ok(());
    }
    // The program embeds the built UI, so there is nothing to compile without it.
    if !root().join("ui/handheld/dist/index.html").is_file() {
        report.note(skipped(
            "app",
            "ui/handheld/dist is missing: `npm run build` in ui writes it",
        ));
        return Ok(());
    }
    let mut clippy = cargo();
    clippy.args([
        "clippy",
        "--package",
        &app.name,
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]);
    report.run(Step::new("app clippy", clippy).fix("fix the warnings above"))?;
    let mut tests = cargo();
    tests.args(["test", "--package", &app.name, "--no-fail-fast"]);
    report.run(
        Step::new("app test", tests)
            .counting()
            .fix("the first `failures:` block above names the test"),
    )?;
    if !has_npm_script("ui", "e2e") {
        report.note(skipped("e2e", "ui/package.json has no such script"));
        return Ok(());
    }
    report.run(
        Step::new("e2e", npm(&["run", "e2e"]))
            .counting()
            .safe("the window ran with a data folder of its own; no other data was touched")
            .fix("screenshots and logs of the failed journey are in target/e2e"),
    )
}

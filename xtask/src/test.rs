//! `cargo xtask test`: everything needed to trust a change, in tiers.

use std::process::ExitCode;

use anyhow::Result;
use clap::ValueEnum;

use crate::project::{Metadata, cargo, has_npm_script, has_screens};
use crate::report::Report;
use crate::screens::{self, npm};
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

/// The parts of the run, in order. The UIs come first, because the window program embeds the screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Tier {
    /// Lints, type check, tests and build of the UIs.
    Ui,
    /// Format, lints, documentation, house rules.
    Check,
    /// Every Rust test; one of them compares the generated types.
    Rust,
    /// Licences and advisories of dependencies, when cargo-deny is installed.
    Deny,
    /// Journeys through the real window of the handheld, against real servers.
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
        Tier::Ui => ui(report),
        Tier::Check => check::steps(report, &packages(&Metadata::load()?)?),
        Tier::Rust => rust(report),
        Tier::Deny => deny(report),
        Tier::E2e => e2e(report),
    }
}

/// The arguments that select what Rust steps work on: the window program only where it can be built.
fn packages(metadata: &Metadata) -> Result<Vec<String>> {
    Ok(if machine::has_group("app")? && has_screens() {
        metadata.with_app()
    } else {
        metadata.without_app()
    })
}

fn rust(report: &mut Report) -> Result<()> {
    let metadata = Metadata::load()?;
    let mut command = cargo();
    command
        .arg("test")
        .args(packages(&metadata)?)
        // No page of documentation has an example that runs.
        .args(["--lib", "--bins", "--tests", "--no-fail-fast"])
        .env("RUST_TEST_THREADS", threads());
    report.run(
        Step::new("cargo test", command)
            .counting()
            .safe("tests work in folders of their own; the checkout was not changed")
            .fix("the first `failures:` block above names the test; run it alone with `cargo test -p <package> <name>`"),
    )
}

/// Tests with servers and handhelds wait for most of the time: two share a core.
fn threads() -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    cores.saturating_mul(2).to_string()
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

fn ui(report: &mut Report) -> Result<()> {
    if !screens::install(report)? {
        return Ok(());
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

fn e2e(report: &mut Report) -> Result<()> {
    let metadata = Metadata::load()?;
    if !programs(&metadata, report, "e2e")? {
        return Ok(());
    }
    let mut journeys = npm(&["run", "e2e"]);
    journeys.env("LINLI_TARGET", &metadata.target_directory);
    let shots = metadata.target_directory.join("e2e");
    report.run(
        Step::new("e2e", journeys)
            .counting()
            .safe("the window ran with a data folder of its own; no other data was touched")
            .fix(format!(
                "screenshots and logs of the failed journey are in {}",
                shots.display()
            )),
    )
}

/// Builds what drives of the real window need. Says whether it is there; notes the step as skipped if not.
pub(crate) fn programs(metadata: &Metadata, report: &mut Report, step: &str) -> Result<bool> {
    for group in ["app", "gps"] {
        if !machine::has_group(group)? {
            let reason = format!("Debian packages of the group {group} are not installed");
            report.note(skipped(step, reason));
            return Ok(false);
        }
    }
    if !has_screens() && !screens::build(report)? {
        report.note(skipped(step, "the screens are not built"));
        return Ok(false);
    }
    let mut build = cargo();
    build
        .arg("build")
        .args(metadata.with_app())
        // With the tests selected too, everything is what the Rust tests were built with.
        .args(["--bins", "--tests"]);
    report.run(Step::new("programs", build).fix("fix the errors above"))?;
    if !report.has_passed("programs") {
        report.note(skipped(step, "the programs do not build"));
        return Ok(false);
    }
    Ok(true)
}

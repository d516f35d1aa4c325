//! `cargo xtask check`: everything that reads the code without running it.

use std::process::ExitCode;

use anyhow::Result;

use crate::project::{Metadata, cargo};
use crate::report::Report;
use crate::step::{Step, run_inside};
use crate::{codegen, tidy};

/// Format, lints on code and tests, documentation, house rules, generated types.
///
/// Needs no phone, no WebView and no database server: the window program is linted by `cargo xtask test`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {}

pub(crate) fn run(_: &Options) -> Result<ExitCode> {
    let mut report = Report::start();
    steps(&mut report, &Metadata::load()?.without_app())?;
    codegen::check(&mut report)?;
    println!("\n{}", report.table());
    Ok(report.exit_code())
}

/// The steps, cheap ones first. Generated types are compared by a test, so `cargo xtask test` leaves that to it.
/// `packages` are the arguments that select what is linted and documented.
pub(crate) fn steps(report: &mut Report, packages: &[String]) -> Result<()> {
    let mut fmt = cargo();
    fmt.args(["fmt", "--all", "--", "--check"]);
    report.run(Step::new("fmt", fmt).fix("run `cargo fmt --all`, then look at the difference"))?;

    report.note(run_inside(
        "tidy",
        "change the places named above; CONTRIBUTING.md says why each rule exists",
        tidy::check,
    ));

    let mut clippy = cargo();
    clippy
        .arg("clippy")
        .args(packages)
        .args(["--all-targets", "--", "-D", "warnings"]);
    report.run(
        Step::new("clippy", clippy)
            .fix("fix the warnings above; a lint that is wrong here takes `#[expect(lint, reason = \"...\")]`"),
    )?;

    let mut doc = cargo();
    doc.arg("doc")
        .args(packages)
        .args(["--no-deps", "--document-private-items"]);
    doc.env("RUSTDOCFLAGS", "-D warnings");
    report.run(Step::new("doc", doc).fix("fix the doc comments named above"))
}

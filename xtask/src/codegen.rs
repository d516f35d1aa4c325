//! `cargo xtask codegen`: TypeScript types from the Rust types that cross to the screens.
//!
//! A test of linli-device compares `ui/shared/src/gen` with its types, and writes the files when asked to. So a
//! plain `cargo test` notices a difference too, and this verb only names the test.

use std::process::ExitCode;

use anyhow::{Result, ensure};

use crate::project::cargo;
use crate::report::Report;
use crate::step::Step;

const PACKAGE: &str = "linli-device";
const TEST: &str = "dto::tests::typescript_matches";
/// Makes the test write instead of compare.
const WRITE: &str = "LINLI_CODEGEN";

/// Writes the TypeScript types in ui/shared/src/gen that mirror the Rust types of linli-device.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Change nothing; fail when the committed types differ from the Rust ones.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let mut report = Report::start();
    report.run(step(!options.check))?;
    ensure!(
        report.tally().passed + report.tally().failed > 0,
        "{PACKAGE} has no test {TEST}: it was renamed"
    );
    Ok(report.exit_code())
}

/// The step of `check`: the committed types equal the Rust ones.
pub(crate) fn check(report: &mut Report) -> Result<()> {
    report.run(step(false))
}

fn step(write: bool) -> Step {
    let mut command = cargo();
    command.args(["test", "--package", PACKAGE, "--lib", TEST, "--", "--exact"]);
    if write {
        command.env(WRITE, "1");
    } else {
        command.env_remove(WRITE);
    }
    Step::new("codegen", command)
        .counting()
        .safe("only ui/shared/src/gen is ever written, and only by `cargo xtask codegen`")
        .fix("run `cargo xtask codegen` and commit ui/shared/src/gen")
}

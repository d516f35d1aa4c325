//! `cargo xtask bench`: builds the measurements in the release profile and runs them.

use std::fs;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;

use crate::project::{Metadata, cargo, root};
use crate::window;

/// Figures against their bars, beside baselines of the same run (docs/benchmarks.md).
///
/// The exit code says whether every bar is met. Other work on the machine disturbs figures of time.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Which figures; all of them when none is named.
    suites: Vec<Suite>,
    /// Prints one line for each figure: {"figure","value","unit","baseline","ratio","bar","met"}.
    #[arg(long)]
    json: bool,
    /// A small grid and few repetitions: shows that everything runs. The figures mean little.
    #[arg(long)]
    quick: bool,
}

/// A group of figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Suite {
    /// Requests, bytes and memory of syncs.
    Sync,
    /// What judging, merging and refusing changes costs.
    Ingest,
    /// What a save on the device costs, and what documents take on the disk.
    Store,
    /// What finding a household costs.
    Find,
    /// How long a handheld that has nothing takes until it can be worked with.
    Arrive,
    /// What the handheld's window costs. Takes 40 minutes.
    Hand,
}

impl Suite {
    /// The programs that measure it, with their argument. Memory is counted by an allocator that costs
    /// time, so it has a program of its own.
    fn parts(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Sync => &[("linli-bench-counted", "sync")],
            Self::Ingest => &[("linli-bench", "ingest"), ("linli-bench-counted", "bombs")],
            Self::Store => &[("linli-bench", "store")],
            Self::Find => &[("linli-bench", "find")],
            Self::Arrive => &[("linli-bench", "arrive")],
            Self::Hand => &[("linli-bench", "hand")],
        }
    }
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let suites = match options.suites.as_slice() {
        [] => Suite::value_variants(),
        some => some,
    };
    let metadata = Metadata::load()?;
    build(&metadata, suites.contains(&Suite::Hand))?;
    let target = metadata.target_directory;
    // On the disk of the checkout: /tmp may be memory, which flushes for nothing.
    let folder = target.join("bench");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let programs = target.join("release");
    let mut is_met = true;
    for (program, suite) in suites.iter().flat_map(|suite| suite.parts()) {
        if !options.json {
            println!("\n== {suite}");
        }
        let mut measure = Command::new(programs.join(program));
        measure.arg(suite).arg("--folder").arg(&folder);
        measure.arg("--server").arg(programs.join("linli-server"));
        measure.arg("--screens").arg(root().join("ui"));
        for (flag, is_set) in [("--json", options.json), ("--quick", options.quick)] {
            if is_set {
                measure.arg(flag);
            }
        }
        let status = measure
            .status()
            .with_context(|| format!("cannot start {program}"))?;
        is_met &= status.success();
    }
    Ok(if is_met {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Builds the measurements and what they measure; with the window's program only where it is measured.
fn build(metadata: &Metadata, has_window: bool) -> Result<()> {
    let mut build = cargo();
    build.args(["build", "--release", "--quiet", "--bins"]);
    build.args(["-p", "linli-bench", "-p", "linli-sync-server"]);
    if has_window {
        if let Some(obstacle) = window::obstacle()? {
            bail!("the window cannot be measured: {obstacle}");
        }
        window::select(metadata, &mut build)?;
        build.args(["-p", "linli-fleet", "-p", "linli-sample"]);
    }
    let status = build.status().context("cannot start cargo")?;
    ensure!(status.success(), "the measurements do not build");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_and_memory_are_measured_by_different_programs() {
        for suite in Suite::value_variants() {
            for (program, part) in suite.parts() {
                let counts = matches!(*part, "sync" | "bombs");
                assert_eq!(program.ends_with("counted"), counts, "{part}");
            }
        }
    }
}

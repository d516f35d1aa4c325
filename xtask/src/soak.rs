//! `cargo xtask soak`: the same tests with many more seeds, kills and mutants.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::project::{APP_FOLDER, Metadata, cargo, root};
use crate::report::Report;
use crate::screens::npm;
use crate::step::{Step, skipped};
use crate::test;

/// How often the window is killed.
const KILLS: u32 = 200;
/// How many cases a property test runs when nothing else is said.
const PROPTEST_CASES: u32 = 256;

/// Runs the tests of every package with their counts multiplied, package by package.
///
/// Stopped, it goes on where it was: packages that passed with the same code and the same factor are not run again.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// How many times the normal counts (seeds, kills, mutants) to run.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    factor: u32,
    /// Only these packages.
    #[arg(long, short)]
    package: Vec<String>,
    /// Forget what passed before.
    #[arg(long)]
    restart: bool,
}

/// What passed so far. Void as soon as the code or the factor changes.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    code: String,
    factor: u32,
    /// Seconds that each passed package took.
    passed: BTreeMap<String, u64>,
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let metadata = Metadata::load()?;
    let path = metadata.target_directory.join("soak/state.json");
    let code = code()?;
    let mut state = if options.restart {
        State::default()
    } else {
        load(&path)
    };
    state.begin(code, options.factor);

    let mut report = Report::start();
    for package in packages(&metadata, &options.package)? {
        let name = format!("soak {package}");
        if let Some(seconds) = state.passed.get(&package) {
            report.note(skipped(
                name,
                format!("passed before with this code and factor, in {seconds} s"),
            ));
            continue;
        }
        let step = Step::new(&name, command(&package, options.factor))
            .counting()
            .safe("packages that passed are remembered; the checkout was not changed")
            .fix(format!("a failed run prints its seed: replay it with `cargo test -p {package}`, then soak again"));
        let ended = step.run()?;
        let time = ended.time;
        report.note(ended);
        if report.has_passed(&name) {
            state
                .passed
                .insert(package, time.max(Duration::from_secs(1)).as_secs());
            save(&path, &state)?;
        }
    }
    if options.package.is_empty() {
        kills(&metadata, &mut report)?;
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

/// Sudden deaths of the window on a tour of its screens.
fn kills(metadata: &Metadata, report: &mut Report) -> Result<()> {
    const NAME: &str = "soak kills";
    if !test::programs(metadata, report, NAME)? {
        return Ok(());
    }
    let mut tour = npm(&["run", "e2e:kill", "--workspace", "handheld"]);
    tour.env("LINLI_TARGET", &metadata.target_directory);
    tour.env("LINLI_KILLS", KILLS.to_string());
    report.run(
        Step::new(NAME, tour)
            .counting()
            .safe("the window ran with a data folder of its own; no other data was touched")
            .fix("the failed run names its seed: give it as LINLI_SEED"),
    )
}

impl State {
    fn begin(&mut self, code: String, factor: u32) {
        if self.code != code || self.factor != factor {
            *self = Self {
                code,
                factor,
                passed: BTreeMap::new(),
            };
        }
    }
}

fn command(package: &str, factor: u32) -> Command {
    let mut command = cargo();
    command.args(["test", "--package", package, "--no-fail-fast"]);
    command.env("LINLI_SOAK", factor.to_string());
    command.env(
        "PROPTEST_CASES",
        PROPTEST_CASES.saturating_mul(factor).to_string(),
    );
    command
}

fn packages(metadata: &Metadata, wanted: &[String]) -> Result<Vec<String>> {
    let all: Vec<&String> = metadata
        .packages
        .iter()
        .filter(|package| package.folder() != APP_FOLDER && package.name != "xtask")
        .map(|package| &package.name)
        .collect();
    for name in wanted {
        ensure!(all.contains(&name), "no package {name}; there are {all:?}");
    }
    Ok(all
        .into_iter()
        .filter(|name| wanted.is_empty() || wanted.contains(name))
        .cloned()
        .collect())
}

/// Names the code that is tested: the commit and what is changed since.
fn code() -> Result<String> {
    let git = |arguments: &[&str]| -> Result<Vec<u8>> {
        let output = Command::new("git")
            .current_dir(root())
            .args(arguments)
            .output()
            .context("cannot start git")?;
        ensure!(
            output.status.success(),
            "git {} failed",
            arguments.join(" ")
        );
        Ok(output.stdout)
    };
    let commit = String::from_utf8_lossy(&git(&["rev-parse", "HEAD"])?)
        .trim()
        .to_owned();
    let mut changes = DefaultHasher::new();
    git(&["diff", "HEAD"])?.hash(&mut changes);
    git(&["status", "--porcelain"])?.hash(&mut changes);
    Ok(format!("{commit}+{:016x}", changes.finish()))
}

/// A missing or unreadable state is an empty one: the worst that happens is that a package runs again.
fn load(path: &Path) -> State {
    fs::read(path)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default()
}

fn save(path: &PathBuf, state: &State) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let bytes = serde_json::to_vec_pretty(state)?;
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> State {
        State {
            code: "c1".into(),
            factor: 20,
            passed: BTreeMap::from([("linli-geo".into(), 3)]),
        }
    }

    #[test]
    fn the_same_code_and_factor_go_on() {
        let mut same = state();
        same.begin("c1".into(), 20);
        assert_eq!(same, state());
    }

    #[test]
    fn other_code_or_factor_starts_over() {
        for (code, factor) in [("c2", 20), ("c1", 50)] {
            let mut changed = state();
            changed.begin(code.into(), factor);
            assert!(changed.passed.is_empty());
            assert_eq!((changed.code.as_str(), changed.factor), (code, factor));
        }
    }

    #[test]
    fn a_state_survives_its_file() {
        let folder = std::env::temp_dir().join(format!("linli-soak-{}", std::process::id()));
        let path = folder.join("soak/state.json");
        save(&path, &state()).unwrap();
        assert_eq!(load(&path), state());
        fs::write(&path, "{").unwrap();
        assert_eq!(load(&path), State::default());
        fs::remove_dir_all(folder).unwrap();
    }
}

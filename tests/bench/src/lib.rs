//! Measures what docs/benchmarks.md promises, on the real crates, beside its baselines in one run.
//!
//! Every figure is printed in a table, or with `--json` as one line; the exit code says whether every
//! bar is met. All residents are invented, and the same in every run.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::missing_panics_doc,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a measurement stops when it cannot go on, prints, and turns counts into ratios"
)]

mod arrive;
mod automerge_sync;
mod bombs;
mod figure;
mod find;
mod gate;
mod grid;
mod hand;
mod handheld;
mod import;
mod meter;
mod process;
mod rows;
mod store;
mod sync;
mod town;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};

use figure::Table;

/// Which figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Suite {
    /// Requests, bytes and memory of syncs. Counts memory.
    Sync,
    /// What a hostile change costs. Counts memory.
    Bombs,
    /// What judging and merging a change costs.
    Ingest,
    /// What a save on the device and an import on the server cost, and what a document takes on the disk.
    Store,
    /// What finding a household costs.
    Find,
    /// How long a handheld that has nothing takes until it can be worked with.
    Arrive,
    /// What the handheld's window costs, driven as an assistant would.
    Hand,
}

/// Measures Linli against its bars.
#[derive(Debug, Parser)]
struct Arguments {
    /// Which figures.
    suite: Suite,
    /// Prints one JSON line for each figure instead of a table.
    #[arg(long)]
    json: bool,
    /// A small grid and few repetitions: shows that everything runs. The figures mean little.
    #[arg(long)]
    quick: bool,
    /// The program `linli-server`.
    #[arg(long)]
    server: PathBuf,
    /// Where files are written: a folder on the disk that is to be measured.
    #[arg(long)]
    folder: PathBuf,
    /// The folder of the screens' packages.
    #[arg(long)]
    screens: PathBuf,
}

/// With what a suite runs.
struct Setting {
    is_quick: bool,
    server: PathBuf,
    folder: PathBuf,
    screens: PathBuf,
}

/// Measures what the command line asks for.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let setting = Setting {
        is_quick: arguments.quick,
        server: arguments
            .server
            .canonicalize()
            .expect("the server's program"),
        folder: arguments.folder.canonicalize().expect("a folder"),
        screens: arguments
            .screens
            .canonicalize()
            .expect("the screens' folder"),
    };
    let mut table = Table::default();
    match arguments.suite {
        Suite::Sync => sync::measure(&setting, &mut table),
        Suite::Bombs => bombs::measure(&mut table),
        Suite::Ingest => gate::measure(&setting, &mut table),
        Suite::Store => store::measure(&setting, &mut table),
        Suite::Find => find::measure(&setting, &mut table),
        Suite::Arrive => arrive::measure(&setting, &mut table),
        Suite::Hand => hand::measure(&setting, &mut table),
    }
    if arguments.json {
        print!("{}", table.lines());
    } else {
        print!("{}", table.shown());
    }
    if table.is_met() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

//! `linli-sample`: fills the fresh data folders of servers with a lived-in sample of the district.
//!
//! The year is played by the real engines of server and handheld, each step at its own time: what lies
//! in the folders afterwards is what a year of work would have left there. The handhelds themselves are
//! thrown away; those of the demo are enrolled anew and do their first sync.

mod handheld;
mod play;
mod register;
mod server;
mod town;
mod workshop;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, ValueEnum};
use linli_device::{Clock as _, SystemClock};
use linli_world::SampleSet;
use serde_json::json;

use play::Play;
use town::Town;

/// Fills fresh data folders with a sample.
#[derive(Debug, Parser)]
struct Arguments {
    /// How much of the district.
    #[arg(long, value_enum, default_value = "street")]
    set: Set,
    /// How many cases in all.
    #[arg(long, default_value_t = 3_000)]
    cases: usize,
    /// All of them in the first grid.
    #[arg(long)]
    one_grid: bool,
    /// The folders of the servers with linli.toml, from above; each joins the one before it. One folder
    /// is one server for all organisations.
    #[arg(required = true)]
    folders: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Set {
    Grid,
    Street,
    District,
}

#[expect(
    clippy::print_stderr,
    reason = "a command line program says what is wrong"
)]
fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("linli-sample: {error:#}; the folders are to be made anew");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let set = match arguments.set {
        Set::Grid => SampleSet::Grid,
        Set::Street => SampleSet::Street,
        Set::District => SampleSet::District,
    };
    let until = SystemClock.now();
    let mut town = Town::found(&arguments.folders, set, until)?;
    let homes = register::fill(&mut town)?;
    let mut play = Play::plan(&town, until, arguments.cases, arguments.one_grid)?;
    let mut shown = 0;
    while let Some(done) = play.step(&mut town)? {
        if done > shown {
            shown = done;
            progress(&format!("\r{shown} %"));
        }
    }
    progress("\n");
    let played = play.end(&mut town)?;
    let devices = town.handhelds.len();
    town.close()?;
    let line = json!({
        "devices": devices,
        "households": homes,
        "cases": played.cases,
        "acts": played.acts,
        "skipped": played.skipped,
    });
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

/// Progress is for whoever watches: nobody need read it.
fn progress(text: &str) {
    let mut terminal = std::io::stderr();
    let _ = terminal.write_all(text.as_bytes());
}

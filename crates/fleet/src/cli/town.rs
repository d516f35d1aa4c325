//! `town`: a town of real servers that takes orders, for tests of other programs.
//!
//! One order a line on standard input, a JSON array of words ([`Stage::obey`] lists them), one JSON value
//! a line on standard output: `{"done": ...}` or `{"failed": "..."}`. The first line says where
//! everything is. It ends when the input ends.

use std::io::{self, BufRead as _, Write as _};
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::answer::Failure;
use super::year::Year;
use crate::stage::Stage;
use crate::town::{Layout, TownPlan};

/// `town`.
#[derive(Debug, Args)]
pub(super) struct TownArguments {
    #[command(flatten)]
    year: Year,
    /// The program linli-server; by default the one beside this program.
    #[arg(long)]
    server: Option<PathBuf>,
    /// Where the town's data go; by default a new folder that is removed at the end.
    #[arg(long)]
    town: Option<PathBuf>,
}

pub(super) async fn town(arguments: &TownArguments) -> Result<(), Failure> {
    let folder = match &arguments.town {
        Some(folder) => std::path::absolute(folder)?,
        None => std::env::temp_dir().join(format!("linli-town-{}", std::process::id())),
    };
    let mut plan = TownPlan::beside_this_program(&folder, Layout::Federated)?;
    if let Some(server) = &arguments.server {
        plan.server = std::path::absolute(server)?;
    }
    plan.handheld = std::env::current_exe()?;
    plan.history = arguments.year.history()?;
    let done = play(&plan).await;
    if arguments.town.is_none() {
        // It is in a folder for temporary files: what cannot be removed goes with the others.
        let _ = std::fs::remove_dir_all(&folder);
    }
    done
}

async fn play(plan: &TownPlan) -> Result<(), Failure> {
    let mut orders = orders();
    let stage = Stage::open(plan).await?;
    say(&json!({ "done": stage.description().await? }))?;
    while let Some(order) = orders.recv().await {
        let brought = match serde_json::from_str::<Vec<String>>(&order) {
            Ok(words) => stage.obey(&words).await.map_err(|error| error.to_string()),
            Err(error) => Err(format!("an order is a JSON array of words: {error}")),
        };
        say(&match brought {
            Ok(brought) => json!({ "done": brought }),
            Err(said) => json!({ "failed": said }),
        })?;
    }
    Ok(stage.close().await?)
}

/// The lines of standard input, read beside everything else.
fn orders() -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(1);
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if !line.trim().is_empty() && sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

fn say(value: &Value) -> Result<(), Failure> {
    let mut out = io::stdout();
    writeln!(out, "{value}")?;
    Ok(out.flush()?)
}

//! What lies in the servers before the town opens: a year of work, played by the real engines.

use std::path::PathBuf;
use std::process::Stdio;

use tokio::process::Command;

use super::TownPlan;
use super::error::{TownError, TownResult};
use super::program::Program;

/// A year that is played before the town opens.
#[derive(Debug, Clone)]
pub struct History {
    /// The program `linli-sample`.
    pub program: PathBuf,
    /// How many cases.
    pub cases: u32,
    /// Whether all of them are in the first grid.
    pub is_one_grid: bool,
    /// Where a year that was played is kept for the next starts; `None` to play it every time.
    pub kept: Option<PathBuf>,
}

/// Plays the year of a plan into the folders of servers that do not run. Answers whether there was one.
pub(super) async fn play(plan: &TownPlan, servers: &[&Program]) -> TownResult<bool> {
    let Some(history) = &plan.history else {
        return Ok(false);
    };
    let mut command = Command::new(&history.program);
    command.args([
        "--set",
        plan.set.name(),
        "--cases",
        &history.cases.to_string(),
    ]);
    if history.is_one_grid {
        command.arg("--one-grid");
    }
    command.args(servers.iter().map(|server| server.folder()));
    let failed = |said: String| TownError::Program {
        what: "linli-sample".into(),
        said,
    };
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let done = command.kill_on_drop(true).status().await;
    let done = done.map_err(|error| failed(error.to_string()))?;
    if done.success() {
        Ok(true)
    } else {
        Err(failed(format!("ended with {done}")))
    }
}

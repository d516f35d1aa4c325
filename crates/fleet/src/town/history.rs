//! What lies in the servers before the town opens: a year of work, played by the real engines.

use std::path::PathBuf;
use std::process::Stdio;

use tokio::process::Command;

use super::error::{TownError, TownResult};
use super::program::Program;
use super::{SampleSet, TownPlan};

/// A year that is played before the town opens.
#[derive(Debug, Clone)]
pub struct History {
    /// The program `linli-sample`.
    pub program: PathBuf,
    /// How many cases.
    pub cases: u32,
    /// Where a year that was played is kept for the next starts; `None` to play it every time.
    pub kept: Option<PathBuf>,
}

/// Plays the year of a plan into the folders of servers that do not run. Answers whether there was one.
pub(super) async fn play(plan: &TownPlan, servers: &[&Program]) -> TownResult<bool> {
    let Some(history) = &plan.history else {
        return Ok(false);
    };
    let set = match plan.set {
        SampleSet::Grid => "grid",
        SampleSet::Street => "street",
        SampleSet::District => "district",
    };
    let mut command = Command::new(&history.program);
    command.args(["--set", set, "--cases", &history.cases.to_string()]);
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

//! The year of work that a town may have behind it, as the command line names it.

use std::path::PathBuf;

use clap::Args;

use super::answer::Failure;
use crate::town::History;

/// A year that is played before the town opens.
#[derive(Debug, Args)]
pub(super) struct Year {
    /// The program linli-sample: a year of work is played before the town opens.
    #[arg(long)]
    sample: Option<PathBuf>,
    /// How many cases that year has.
    #[arg(long, default_value_t = 3_000)]
    cases: u32,
    /// All of them in the first grid.
    #[arg(long)]
    one_grid: bool,
    /// Where that year is kept for the next starts.
    #[arg(long)]
    kept: Option<PathBuf>,
}

impl Year {
    /// The year, if one was asked for.
    pub(super) fn history(&self) -> Result<Option<History>, Failure> {
        let Some(program) = &self.sample else {
            return Ok(None);
        };
        Ok(Some(History {
            program: std::path::absolute(program)?,
            cases: self.cases,
            is_one_grid: self.one_grid,
            kept: self.kept.clone(),
        }))
    }
}

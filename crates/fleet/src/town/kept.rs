//! A year that was played, kept for the next starts.
//!
//! To play a year of 3,000 cases takes minutes. The servers' folders as they were afterwards are kept, and a
//! town of the same programs begins with a copy of them. Their ports belong to them, for links and tickets name
//! them: where one is taken, the year is played anew.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use super::error::{TownError, TownResult};
use super::line::Line;
use super::program::Program;
use super::{History, Layout, TownPlan};

/// After a week too much of what was under way is overdue.
const STAYS: Duration = Duration::from_hours(7 * 24);
/// The folder in the one that was named: other years in it go when a new one is kept.
const YEARS: &str = "played-years";
/// Written last: without it a copy was cut off.
const WHOLE: &str = "whole";

/// Where the year of a plan is kept, whether it is there yet or not.
#[derive(Debug)]
pub(super) struct Kept(PathBuf);

/// A kept year that is about to be used: a folder and the line that was its own for each server.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) folder: PathBuf,
    pub(super) lines: BTreeMap<String, Line>,
}

impl Kept {
    /// The place for the year of this plan, played by these programs.
    pub(super) fn of(plan: &TownPlan, history: &History) -> TownResult<Option<Self>> {
        let Some(folder) = &history.kept else {
            return Ok(None);
        };
        let layout = match plan.layout {
            Layout::Federated => "federated",
            Layout::OneBox => "box",
        };
        let (server, sample) = (stamp(&plan.server)?, stamp(&history.program)?);
        let set = plan.set.name();
        let spread = if history.is_one_grid { "-one-grid" } else { "" };
        let name = format!("{layout}-{set}{spread}-{}-{server}-{sample}", history.cases);
        Ok(Some(Self(folder.join(YEARS).join(name))))
    }

    /// The year, when it is there, young enough, and its ports are free.
    pub(super) async fn find(&self) -> TownResult<Option<Found>> {
        let written = fs::metadata(self.0.join(WHOLE)).and_then(|whole| whole.modified());
        let age = written.ok().and_then(|at| at.elapsed().ok());
        if age.is_none_or(|age| age > STAYS) {
            return Ok(None);
        }
        let mut lines = BTreeMap::new();
        for name in names(&self.0)? {
            let config = self.0.join(&name).join("linli.toml");
            let text = fs::read_to_string(&config).map_err(at(&config))?;
            let Some(address) = address(&text) else {
                return Ok(None);
            };
            let Ok(line) = Line::open_at(address).await else {
                return Ok(None);
            };
            lines.insert(name, line);
        }
        let folder = self.0.clone();
        Ok(Some(Found { folder, lines }))
    }

    /// Keeps the folders of servers that do not run, in place of every other year. A year that cannot
    /// be kept, on a full disk for example, is played again next time.
    pub(super) fn keep(&self, servers: &[&Program]) {
        let Some(years) = self.0.parent() else {
            return;
        };
        let kept = || {
            if years.is_dir() {
                fs::remove_dir_all(years)?;
            }
            for server in servers {
                copy_folder(server.folder(), &self.0.join(server.name()))?;
            }
            fs::write(self.0.join(WHOLE), "")
        };
        if kept().is_err() {
            // Without its last file it is not used; the room it takes is given back where that is possible.
            let _ = fs::remove_dir_all(years);
        }
    }
}

/// Copies a folder with everything in it.
pub(super) fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    fs::set_permissions(to, fs::metadata(from)?.permissions())?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

/// The servers whose folders lie here.
fn names(folder: &Path) -> TownResult<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let entry = entry.map_err(at(folder))?;
        if entry.path().is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(names)
}

/// Where callers reach a server, as its configuration says.
fn address(config: &str) -> Option<SocketAddr> {
    let line = config.lines().find(|line| line.starts_with("public_url"))?;
    let url = line.split('"').nth(1)?;
    url.strip_prefix("https://")?.parse().ok()
}

/// Tells a program from the one that was built before or after it.
fn stamp(program: &Path) -> TownResult<String> {
    let found = fs::metadata(program).map_err(at(program))?;
    let built = found.modified().map_err(at(program))?;
    let built = built.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(format!("{:x}.{:x}", found.len(), built.as_millis()))
}

fn at(path: &Path) -> impl Fn(io::Error) -> TownError + '_ {
    |error| TownError::File(path.to_owned(), error)
}

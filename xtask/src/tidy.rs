//! `cargo xtask tidy`: rules of the house that no compiler knows.
//!
//! A rule reads the tree and returns [`Fault`]s; it never changes a file. All that tidy writes, on
//! request, are the lists in docs that are made from other files.

mod arrows;
mod code;
mod links;
mod locales;
mod manifests;
mod pages;
mod sizes;
mod sql;
mod transitions;
mod words;

use std::fmt;
use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::project::{self, Metadata};

/// Compares the tree with the rules in CONTRIBUTING.md and the table in ARCHITECTURE.md.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// First bring the lists in docs up to date that are made from other files.
    #[arg(long)]
    write: bool,
}

/// A place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fault {
    path: String,
    /// Counted from 1; 0 for the whole file.
    line: usize,
    message: String,
}

/// A text file of the tree.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Fault {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.message),
            line => write!(f, "{}:{line}: {}", self.path, self.message),
        }
    }
}

impl Source {
    #[cfg(test)]
    fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    /// The ending of the file's name.
    fn kind(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, kind)| kind)
    }

    /// The lines with their numbers.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
    }

    /// Written by a package tool.
    fn is_lock(&self) -> bool {
        self.kind() == "lock" || self.path.ends_with("package-lock.json")
    }

    /// Written by a program: generated types and lock files.
    fn is_generated(&self) -> bool {
        self.is_lock() || self.path.contains("/gen/") || self.path.contains("/generated/")
    }

    /// Tests, whether beside the code or in a folder of their own.
    fn is_test(&self) -> bool {
        self.path.contains("/tests/")
            || self.path.starts_with("tests/")
            || self.path.ends_with("tests.rs")
            || self.path.contains(".test.")
            || self.path.contains(".spec.")
    }
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    if options.write {
        pages::write(&sources()?)?;
    }
    check()?;
    println!("tidy: every rule holds");
    Ok(ExitCode::SUCCESS)
}

/// Fails with the list of faults, if there are any.
pub(crate) fn check() -> Result<()> {
    let sources = sources()?;
    let metadata = Metadata::load()?;
    let mut faults = Vec::new();
    faults.extend(arrows::check(&metadata, &sources));
    faults.extend(manifests::check(&metadata, &sources));
    faults.extend(sql::check(&sources));
    faults.extend(transitions::check(&sources));
    faults.extend(pages::check(&sources));
    faults.extend(locales::check(&sources));
    faults.extend(links::check(&project::files()?, &sources));
    for source in &sources {
        faults.extend(sizes::check(source));
        faults.extend(code::check(source));
        faults.extend(words::check(source));
    }
    faults.sort();
    for fault in &faults {
        println!("{fault}");
    }
    match faults.len() {
        0 => Ok(()),
        1 => bail!("one place breaks a rule"),
        count => bail!("{count} places break a rule"),
    }
}

fn sources() -> Result<Vec<Source>> {
    let mut sources = Vec::new();
    for path in project::files()? {
        if let Some(text) = project::text(&path)? {
            sources.push(Source { path, text });
        }
    }
    Ok(sources)
}

/// The text of one file of the tree.
fn find<'a>(sources: &'a [Source], path: &str) -> Option<&'a Source> {
    sources.iter().find(|source| source.path == path)
}

//! `demo`: a town of real servers and handhelds on this machine, and the story of the ramp.

use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Common;
use super::answer::Failure;
use super::year::Year;
use crate::demo::{DemoPlan, Language, WindowPlan, run};
use crate::town::{Layout, TownPlan};
use crate::world::SampleSet;

/// How many handhelds take part.
const HANDHELDS: u32 = 3;

/// `demo`.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// The program that shows a handheld's window, to open it.
    #[arg(long)]
    window: Option<PathBuf>,
    /// Where to write how a window is opened later.
    #[arg(long)]
    window_note: Option<PathBuf>,
    /// Ends after the story; otherwise everything keeps running until Ctrl-C.
    #[arg(long)]
    once: bool,
    #[command(flatten)]
    year: Year,
    /// One server for district, street and community instead of one for each.
    #[arg(long)]
    one_box: bool,
    /// The program linli-server; by default the one beside this program.
    #[arg(long)]
    server: Option<PathBuf>,
    /// Where the town's data go; by default a new folder that is removed at the end.
    #[arg(long)]
    town: Option<PathBuf>,
    /// The language of the words; by default that of LANG, else Chinese.
    #[arg(long, value_enum)]
    lang: Option<Lang>,
}

/// A language.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Lang {
    Zh,
    En,
}

pub(super) async fn demo(common: &Common, demo: &Demo) -> Result<(), Failure> {
    let layout = if demo.one_box {
        Layout::OneBox
    } else {
        Layout::Federated
    };
    let folder = match &demo.town {
        Some(folder) => std::path::absolute(folder)?,
        None => std::env::temp_dir().join(format!("linli-demo-{}", std::process::id())),
    };
    let mut town = TownPlan::beside_this_program(&folder, layout)?;
    town.handhelds = HANDHELDS;
    if let Some(server) = &demo.server {
        town.server = std::path::absolute(server)?;
    }
    town.handheld = std::env::current_exe()?;
    town.history = demo.year.history()?;
    if town.history.is_some() {
        town.set = SampleSet::Street;
    }
    let plan = DemoPlan {
        town,
        language: language(demo.lang),
        is_once: demo.once,
        is_json: common.json,
        window: WindowPlan {
            note: demo.window_note.clone(),
            program: demo.window.clone(),
        },
    };
    let mut failed = None;
    let mut say = |line: &str| {
        let written = writeln!(io::stdout(), "{line}").and_then(|()| io::stdout().flush());
        failed = failed.take().or(written.err());
    };
    let done = run(&plan, &mut say).await;
    if demo.town.is_none() {
        // It is in a folder for temporary files: what cannot be removed goes with the others.
        let _ = std::fs::remove_dir_all(&folder);
    }
    done?;
    failed.map_or(Ok(()), |error| Err(error.into()))
}

fn language(chosen: Option<Lang>) -> Language {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    let is_english = match chosen {
        Some(Lang::Zh) => false,
        Some(Lang::En) => true,
        None => locale.is_some_and(|locale| locale.starts_with("en")),
    };
    if is_english {
        Language::English
    } else {
        Language::Chinese
    }
}

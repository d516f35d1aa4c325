//! `cargo xtask demo`: builds server and handheld, then shows the story of the ramp on this machine.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};

use crate::project::{Metadata, cargo};
use crate::window;

/// A whole town on this machine: servers, lines, three handhelds and the story of the ramp, hop by hop.
///
/// Everything keeps running until Ctrl-C, unless --once is given. Where there is a display, the handheld's
/// window is opened too, enrolled with this town.
#[derive(Debug, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one for each flag of the command line"
)]
pub(crate) struct Options {
    /// Opens no window, even where there is a display.
    #[arg(long)]
    headless: bool,
    /// Ends after the story.
    #[arg(long)]
    once: bool,
    /// One server for district, street and community instead of one for each.
    #[arg(long)]
    one_box: bool,
    /// How many cases the street's year has that is played first and then kept for a week; 0 for a town that
    /// begins anew. With --once there is none.
    #[arg(long, default_value_t = 3_000)]
    cases: u32,
    /// Prints JSON lines.
    #[arg(long)]
    json: bool,
    /// zh or en; by default the language of LANG, else Chinese.
    #[arg(long)]
    lang: Option<String>,
}

/// What the demo runs besides a window.
pub(crate) const PROGRAMS: [&str; 3] = ["linli-sync-server", "linli-fleet", "linli-sample"];

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let metadata = Metadata::load()?;
    let say = |text: &str| {
        if !options.json {
            println!("{text}");
        }
    };
    let window = if options.headless || options.once || !window::has_display() {
        None
    } else if let Some(obstacle) = window::obstacle()? {
        say(&format!("没有终端窗口 / No window: {obstacle}"));
        None
    } else {
        say("正在编译服务器、终端和窗口 / Building server, handheld and window ...");
        Some(window::build(&metadata, &PROGRAMS)?)
    };
    if window.is_none() {
        say("正在编译服务器和终端 / Building server and handheld ...");
        build()?;
    }
    let programs = metadata.programs();
    let mut demo = Command::new(programs.join("linli-fleet"));
    demo.arg("demo")
        .arg("--server")
        .arg(programs.join("linli-server"));
    for (flag, is_set) in [
        ("--once", options.once),
        ("--one-box", options.one_box),
        ("--json", options.json),
    ] {
        if is_set {
            demo.arg(flag);
        }
    }
    if !options.once && options.cases > 0 {
        demo.arg("--sample").arg(programs.join("linli-sample"));
        demo.args(["--cases", &options.cases.to_string()]);
        demo.arg("--kept")
            .arg(metadata.target_directory.join("demo"));
    }
    if !options.once {
        demo.arg("--window-note").arg(window::note(&metadata));
    }
    if let Some(program) = window {
        demo.arg("--window").arg(program);
    }
    if let Some(lang) = &options.lang {
        demo.args(["--lang", lang]);
    }
    let status = demo.status().context("linli-fleet cannot be started")?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn build() -> Result<()> {
    let mut build = cargo();
    build.args(["build", "--bins"]);
    for package in PROGRAMS {
        build.args(["-p", package]);
    }
    let status = build.status().context("cargo cannot be started")?;
    ensure!(
        status.success(),
        "the programs do not build; nothing was started"
    );
    Ok(())
}

//! `cargo xtask demo`: builds server and handheld, then shows the story of the ramp on this machine.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};

use crate::project::{Metadata, cargo};

/// A whole town on this machine: servers, lines, three handhelds and the story of the ramp, hop by hop.
///
/// Everything keeps running until Ctrl-C, unless --once is given.
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
    /// Prints JSON lines.
    #[arg(long)]
    json: bool,
    /// zh or en; by default the language of LANG, else Chinese.
    #[arg(long)]
    lang: Option<String>,
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    if !options.json {
        println!("正在编译服务器和终端 / Building server and handheld ...");
    }
    let mut build = cargo();
    build.args([
        "build",
        "-p",
        "linli-sync-server",
        "-p",
        "linli-fleet",
        "--bins",
    ]);
    let status = build.status().context("cargo cannot be started")?;
    ensure!(
        status.success(),
        "the programs do not build; nothing was started"
    );
    let programs = Metadata::load()?.target_directory.join("debug");
    let mut demo = Command::new(programs.join("linli-fleet"));
    demo.arg("demo")
        .arg("--server")
        .arg(programs.join("linli-server"));
    for (flag, is_set) in [
        ("--headless", options.headless),
        ("--once", options.once),
        ("--one-box", options.one_box),
        ("--json", options.json),
    ] {
        if is_set {
            demo.arg(flag);
        }
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

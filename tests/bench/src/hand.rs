//! The handheld's window, driven as an assistant would, on a grid with all its people and a year of cases
//! (ui/handheld/e2e/bench). The screens tell the figures; their bars stand here.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::Setting;
use crate::figure::{Figure, Table};

/// The most that a figure may be; the others only inform.
const BARS: &[(&str, f64)] = &[
    ("JavaScript of the first page, gzip", 350.0),
    ("cold start to a usable list, median", 1_500.0),
    (
        "a report: \"saved on device\" after the tap, slowest",
        300.0,
    ),
    ("a report: machine time of the whole, slowest", 2_500.0),
    ("a key of a search, until the page is still, slowest", 200.0),
    ("a frame while cases scroll, longest", 50.0),
    ("memory of all processes after the tour", 350.0),
    ("heap of JavaScript, largest", 120.0),
    // Collections do not come at the same moment of a round: what is held differs by a little.
    ("growth of the heap from the third quarter to the last", 5.0),
];
/// How many cases the grid has, and how long the patrol takes, in minutes.
const FULL: (u32, u32) = (3_000, 30);
const QUICK: (u32, u32) = (60, 1);

/// What the screens tell.
#[derive(Deserialize)]
struct Told {
    figure: String,
    value: f64,
    unit: String,
}

pub(crate) fn measure(setting: &Setting, table: &mut Table) {
    let (cases, minutes) = if setting.is_quick { QUICK } else { FULL };
    // The other programs lie beside the server.
    let programs = setting.server.parent().expect("a folder of programs");
    let target = programs.parent().expect("a target folder");
    let mut screens = Command::new("npm")
        .args(["run", "--silent", "bench", "--workspace", "handheld"])
        .current_dir(&setting.screens)
        .env("LINLI_TARGET", target)
        .env("LINLI_PROFILE", programs.file_name().expect("a profile"))
        .env("LINLI_CASES", cases.to_string())
        .env("LINLI_MINUTES", minutes.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("npm starts");
    let lines = BufReader::new(screens.stdout.take().expect("its output")).lines();
    let mut held = 0;
    for line in lines {
        let told: Told = serde_json::from_str(&line.unwrap()).expect("a figure");
        let bar = BARS.iter().find(|(name, _)| *name == told.figure);
        let figure = Figure::new(told.figure, told.value, unit(&told.unit));
        table.add(match bar {
            Some((_, bar)) => figure.bar(*bar),
            None => figure,
        });
        held += usize::from(bar.is_some());
    }
    let ended = screens.wait().unwrap();
    assert!(ended.success(), "the window's script failed");
    assert_eq!(held, BARS.len(), "a figure with a bar was not told");
}

fn unit(name: &str) -> &'static str {
    ["ms", "s", "MiB", "KiB", "px", "%"]
        .into_iter()
        .find(|unit| *unit == name)
        .unwrap_or("")
}

//! How the program begins on Linux: the small program asks the one with the window, and is not linked with
//! what may be too old.
#![cfg(target_os = "linux")]

use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output};
use std::{fs, io};

const START: &str = env!("CARGO_BIN_EXE_linli-start");
const WINDOW: &str = env!("CARGO_BIN_EXE_linli-handheld");

/// Runs a program where no window can open.
fn run(program: &str, arguments: &[&str], version: Option<&str>) -> io::Result<Output> {
    let mut command = Command::new(program);
    command.args(arguments);
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "LINLI_WEB_VIEW_VERSION"] {
        command.env_remove(name);
    }
    if let Some(version) = version {
        command.env("LINLI_WEB_VIEW_VERSION", version);
    }
    command.output()
}

#[test]
fn only_the_window_is_linked_with_the_web_view() {
    let names_it = |program: &str| {
        let bytes = std::fs::read(program).unwrap();
        let name = b"libwebkit2gtk-4.1.so";
        bytes.windows(name.len()).any(|part| part == name)
    };
    assert!(names_it(WINDOW), "or this test looks for the wrong name");
    assert!(!names_it(START));
}

#[test]
fn the_window_tells_the_version_of_its_web_view() {
    let output = run(WINDOW, &["--web-view"], None).unwrap();
    assert!(output.status.success());
    let version = String::from_utf8(output.stdout).unwrap();
    assert!(version.starts_with("2."), "{version}");
}

#[test]
fn an_old_web_view_leads_to_the_notice() {
    for (program, version) in [(START, "2.41.9"), (WINDOW, "2.41.9"), (START, "")] {
        let output = run(program, &[], Some(version)).unwrap();
        assert!(!output.status.success());
        let said = String::from_utf8_lossy(&output.stderr);
        // Without a display the notice cannot be drawn either; that it was reached is what counts.
        assert!(said.contains("the notice cannot be shown"), "{said}");
    }
}

#[test]
fn the_window_is_started_with_what_makes_it_frugal() {
    let folder = tempfile::tempdir().unwrap();
    let start = folder.path().join("linli-start");
    fs::copy(START, &start).unwrap();
    // In the window's place: tells of a new enough web view, then what it finds.
    let window = folder.path().join("linli-handheld");
    let script = "#!/bin/sh\nif [ \"$1\" = --web-view ]; then echo 2.50.0; else env; fi\n";
    fs::write(&window, script).unwrap();
    fs::set_permissions(&window, fs::Permissions::from_mode(0o755)).unwrap();

    let output = Command::new(&start)
        .env_remove("MALLOC_ARENA_MAX")
        .env("JSC_useFTLJIT", "1")
        .output()
        .unwrap();
    assert!(output.status.success());
    let found = String::from_utf8(output.stdout).unwrap();
    let is_set = |variable: &str| found.lines().any(|line| line == variable);
    assert!(is_set("MALLOC_ARENA_MAX=1"), "{found}");
    assert!(
        is_set("JSC_useFTLJIT=1"),
        "what is set already stays: {found}"
    );
}

//! `cargo xtask dist`: what is installed on a handheld. A Debian package here, an APK where there is an Android SDK.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::SystemTime;

use anyhow::{Context, Result, bail, ensure};

use crate::project::{APP_FOLDER, Metadata, root};
use crate::report::Report;
use crate::step::Step;
use crate::{machine, screens};

/// Tauri's own bundler, a package of the UI that is pinned to Tauri's version.
const BUNDLER: &str = "ui/node_modules/@tauri-apps/cli/tauri.js";
/// What a package must hold: the two programs, what the menu shows, icons, and the licence.
const HELD: [&str; 6] = [
    "usr/bin/linli-handheld",
    "usr/bin/linli-start",
    "usr/share/applications/Linli.desktop",
    "usr/share/icons/hicolor/128x128/apps/linli-handheld.png",
    "usr/share/icons/hicolor/512x512/apps/linli-handheld.png",
    "usr/share/doc/linli/copyright",
];
/// What a package must ask for: the web view and the camera's way into it.
const ASKED: [&str; 3] = [
    "libwebkit2gtk-4.1-0 (>= 2.42)",
    "libgtk-3-0",
    "gstreamer1.0-plugins-good",
];
/// Folders that the Android build looks for, by the variable that names them.
const ANDROID: [&str; 2] = ["ANDROID_HOME", "NDK_HOME"];

/// Packages the handheld's program in release: a .deb for this machine's kind, or an APK with --android.
///
/// Needs the npm and cargo registries once. Nothing is installed on this machine.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// An unsigned APK for 64-bit ARM; docs/android.md says what that needs.
    #[arg(long)]
    android: bool,
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let mut report = Report::start();
    let began = SystemTime::now();
    let folder = if options.android {
        ready_for_android()?;
        root()
            .join(APP_FOLDER)
            .join("gen/android/app/build/outputs/apk")
    } else {
        if let Some(obstacle) = crate::window::obstacle()? {
            bail!("the program cannot be built: {obstacle}");
        }
        Metadata::load()?
            .target_directory
            .join("release/bundle/deb")
    };
    ensure!(
        screens::install(&mut report)?,
        "the packages of ui/package-lock.json are not installed"
    );
    // The bundler builds the screens itself: tauri.conf.json says how.
    report.run(Step::new("bundle", bundler(options.android)).fix(
        "read the output above; `ui/node_modules/.bin/tauri info` says what the bundler sees",
    ))?;
    if report.has_passed("bundle") {
        let kind = if options.android { "apk" } else { "deb" };
        let package = newest(&folder, kind, began)?
            .with_context(|| format!("the bundler wrote no .{kind} below {}", folder.display()))?;
        if !options.android {
            inspect(&package)?;
        }
        let bytes = fs::metadata(&package)?.len();
        println!("\n{}", package.display());
        println!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10);
    }
    println!("\n{}", report.table());
    Ok(report.exit_code())
}

/// Run in the root: the bundler finds the folder of the program below it.
fn bundler(is_android: bool) -> Command {
    let mut command = Command::new("node");
    command.current_dir(root()).arg(BUNDLER);
    if is_android {
        command.args(["android", "build", "--apk", "--target", "aarch64"]);
    } else {
        command.args(["build", "--bundles", "deb"]);
    }
    command.args(["--", "--locked"]);
    command
}

fn ready_for_android() -> Result<()> {
    for variable in ANDROID {
        let is_there = std::env::var_os(variable).is_some_and(|path| Path::new(&path).is_dir());
        ensure!(
            is_there,
            "{variable} names no folder: docs/android.md says what an APK needs"
        );
    }
    ensure!(
        machine::answers(Command::new("java").arg("-version")).is_some(),
        "java is missing: install a JDK of version 17 or newer"
    );
    Ok(())
}

/// The newest file of a kind in a folder and the folders in it, written since the run began.
fn newest(folder: &Path, kind: &str, since: SystemTime) -> Result<Option<PathBuf>> {
    let mut folders = vec![folder.to_owned()];
    let mut found: Option<(SystemTime, PathBuf)> = None;
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry?.path();
            let file = path.metadata()?;
            if file.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == kind) {
                let written = file.modified()?;
                if written >= since && found.as_ref().is_none_or(|(newest, _)| written > *newest) {
                    found = Some((written, path));
                }
            }
        }
    }
    Ok(found.map(|(_, path)| path))
}

/// Reads the package as dpkg does, and fails when something is not in it.
fn inspect(package: &Path) -> Result<()> {
    let control = dpkg_deb("--field", package)?;
    println!("\n{}", control.trim_end());
    let content = dpkg_deb("--contents", package)?;
    let missing: Vec<&str> = ASKED
        .into_iter()
        .filter(|name| !control.contains(name))
        .chain(HELD.into_iter().filter(|path| !content.contains(path)))
        .collect();
    ensure!(
        missing.is_empty(),
        "not in the package: {}",
        missing.join(", ")
    );
    Ok(())
}

fn dpkg_deb(what: &str, package: &Path) -> Result<String> {
    let output = Command::new("dpkg-deb")
        .arg(what)
        .arg(package)
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start dpkg-deb: a .deb is looked at on Debian and its relatives only")?;
    ensure!(output.status.success(), "dpkg-deb cannot read the package");
    String::from_utf8(output.stdout).context("dpkg-deb answered in no known encoding")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_newest_package_of_this_run_is_taken() {
        let folder = std::env::temp_dir().join(format!("linli-dist-{}", std::process::id()));
        let inner = folder.join("universal/release");
        fs::create_dir_all(&inner).unwrap();
        let began = SystemTime::now() - Duration::from_mins(1);
        let write = |path: &Path, before: u64| {
            let file = fs::File::create(path).unwrap();
            file.set_modified(began + Duration::from_mins(1) - Duration::from_secs(before))
                .unwrap();
        };
        write(&folder.join("old.deb"), 600);
        assert_eq!(newest(&folder, "deb", began).unwrap(), None);
        write(&folder.join("first.deb"), 30);
        write(&inner.join("second.deb"), 10);
        write(&folder.join("other.txt"), 0);
        let found = newest(&folder, "deb", began).unwrap().unwrap();
        assert!(found.ends_with("universal/release/second.deb"));
        assert_eq!(newest(&folder.join("none"), "deb", began).unwrap(), None);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn the_bundler_and_the_desktop_file_are_where_this_says() {
        let manifest = fs::read_to_string(root().join("ui/package.json")).unwrap();
        assert!(
            manifest.contains("\"@tauri-apps/cli\": \"2."),
            "pinned to Tauri 2"
        );
        let menu = fs::read_to_string(root().join("app-mobile/linux/linli.desktop")).unwrap();
        for line in ["Name=Linli\n", "Name[zh_CN]=邻里\n", "Exec=linli-start\n"] {
            assert!(menu.contains(line), "{line}");
        }
    }
}

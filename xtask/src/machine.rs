//! What the machine lacks: Debian packages, rustfmt and clippy, Node.js and npm.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::project::{cargo, root};

/// The list that `.ci/run` reads too.
const PACKAGES: &str = ".ci/packages.txt";
/// The oldest Node.js that the UI's build tool takes.
const NODE: (u32, u32) = (20, 19);

/// A Debian package from the list.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Package {
    name: String,
    group: String,
}

/// Checks the machine and, as root, installs missing packages. With `as_is`, what is missing is only told.
pub(crate) fn prepare(as_is: bool) -> Result<()> {
    let missing = missing_packages()?;
    if missing.is_empty() {
        println!("   Debian packages: all there");
    } else if as_is {
        println!(
            "   missing, left as they are: {}",
            names(&missing).join(" ")
        );
    } else {
        install(&missing)?;
    }
    for (tool, how) in [
        ("fmt", "rustup component add rustfmt"),
        ("clippy", "rustup component add clippy"),
    ] {
        let mut command = cargo();
        command.args([tool, "--version"]);
        ensure!(
            answers(&mut command).is_some(),
            "cargo {tool} is missing: run `{how}`"
        );
    }
    if root().join("ui/package.json").is_file() {
        node()?;
    }
    Ok(())
}

/// Whether every package of a group is installed. True where there is no dpkg to ask.
pub(crate) fn has_group(group: &str) -> Result<bool> {
    Ok(missing_packages()?
        .iter()
        .all(|package| package.group != group))
}

/// Whether cargo has this subcommand.
pub(crate) fn has_cargo_tool(tool: &str) -> bool {
    let mut command = cargo();
    command.args([tool, "--version"]);
    answers(&mut command).is_some()
}

fn missing_packages() -> Result<Vec<Package>> {
    let list = fs::read_to_string(root().join(PACKAGES))
        .with_context(|| format!("cannot read {PACKAGES}"))?;
    let wanted = parse(&list)?;
    let mut query = Command::new("dpkg-query");
    query.args(["-W", "-f=${Package} ${db:Status-Status}\\n"]);
    let Some(answer) = answers(&mut query) else {
        println!(
            "   no dpkg here: make sure that this system's equivalents of {PACKAGES} are installed"
        );
        return Ok(Vec::new());
    };
    Ok(without_installed(wanted, &answer))
}

fn without_installed(wanted: Vec<Package>, answer: &str) -> Vec<Package> {
    let installed: BTreeSet<&str> = answer
        .lines()
        .filter_map(|line| line.strip_suffix(" installed"))
        .collect();
    wanted
        .into_iter()
        .filter(|package| !installed.contains(package.name.as_str()))
        .collect()
}

fn parse(list: &str) -> Result<Vec<Package>> {
    let lines = list
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let mut words = line.split_whitespace();
            let (Some(name), Some(group), Some(_)) = (words.next(), words.next(), words.next())
            else {
                bail!("{PACKAGES}: {line:?} is not `name group why`");
            };
            Ok(Package {
                name: name.to_owned(),
                group: group.to_owned(),
            })
        })
        .collect()
}

fn install(missing: &[Package]) -> Result<()> {
    let names = names(missing);
    let by_hand = format!(
        "apt-get install -y --no-install-recommends {}",
        names.join(" ")
    );
    if !is_root() {
        bail!(
            "missing Debian packages: run `sudo {by_hand}`, or go on without them with `--as-is`"
        );
    }
    println!("   installing as root: {}", names.join(" "));
    for arguments in [vec!["update"], by_hand.split(' ').skip(1).collect()] {
        let status = Command::new("apt-get")
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdout(Stdio::null())
            .status()
            .context("cannot start apt-get")?;
        ensure!(
            status.success(),
            "apt-get failed: when the network is back, run `{by_hand}`"
        );
    }
    Ok(())
}

fn names(packages: &[Package]) -> Vec<&str> {
    packages
        .iter()
        .map(|package| package.name.as_str())
        .collect()
}

fn is_root() -> bool {
    let mut command = Command::new("id");
    command.arg("-u");
    answers(&mut command).is_some_and(|answer| answer.trim() == "0")
}

fn node() -> Result<()> {
    let (major, minor) = NODE;
    let how = format!(
        "install Node.js {major}.{minor} or newer with npm (`apt-get install nodejs npm` on Debian 13)"
    );
    let mut command = Command::new("node");
    command.arg("--version");
    let version = answers(&mut command).with_context(|| format!("node is missing: {how}"))?;
    ensure!(
        is_new_enough(&version),
        "node {} is too old: {how}",
        version.trim()
    );
    let mut command = Command::new("npm");
    command.arg("--version");
    ensure!(answers(&mut command).is_some(), "npm is missing: {how}");
    println!("   Node.js {}", version.trim());
    Ok(())
}

fn is_new_enough(version: &str) -> bool {
    let mut numbers = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= NODE,
        _ => false,
    }
}

/// What a command prints, when it can be started and succeeds.
pub(crate) fn answers(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_in_the_tree_parses_and_names_each_package_once() {
        let list = fs::read_to_string(root().join(PACKAGES)).unwrap();
        let packages = parse(&list).unwrap();
        let names: BTreeSet<&str> = names(&packages).into_iter().collect();
        assert_eq!(names.len(), packages.len());
        assert!(names.contains("libssl-dev"));
        assert!(
            packages
                .iter()
                .all(|package| ["base", "app", "gps"].contains(&package.group.as_str()))
        );
    }

    #[test]
    fn a_package_without_a_reason_is_refused() {
        assert!(parse("xvfb app\n").is_err());
        assert!(parse("# note\n\nxvfb app a screen\n").is_ok());
    }

    #[test]
    fn half_removed_packages_count_as_missing() {
        let wanted = parse("xvfb app x\ngpsd gps x\npkg-config base x\n").unwrap();
        let missing = without_installed(wanted, "xvfb installed\ngpsd config-files\n");
        assert_eq!(names(&missing), ["gpsd", "pkg-config"]);
    }

    #[test]
    fn node_versions_compare_as_numbers() {
        for (version, good) in [
            ("v20.19.0\n", true),
            ("v20.9.0", false),
            ("v22.1.0", true),
            ("v18.20.4", false),
            ("?", false),
        ] {
            assert_eq!(is_new_enough(version), good, "{version}");
        }
    }
}

//! Packages: names, lints, and the purity rules of crates that may not know a clock.

use super::{Fault, Source, find};
use crate::project::{APP_FOLDER, Metadata};

/// Crates that answer the same on every machine: no clock, no unordered map.
pub(super) const PURE: [&str; 5] = ["geo", "model", "records", "sync", "trust"];

pub(super) fn check(metadata: &Metadata, sources: &[Source]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for package in &metadata.packages {
        let folder = package.folder();
        let path = format!("{folder}/Cargo.toml");
        let last = folder.rsplit('/').next().unwrap_or_default();
        if package.name != last && package.name != format!("linli-{last}") {
            faults.push(Fault::new(
                &path,
                0,
                format!("the package of this folder is named linli-{last}"),
            ));
        }
        let manifest = find(sources, &path).map_or("", |source| source.text.as_str());
        // The window program exports C symbols and keeps lints of its own.
        if folder != APP_FOLDER && !manifest.contains("[lints]\nworkspace = true") {
            faults.push(Fault::new(&path, 0, "needs `[lints] workspace = true`"));
        }
    }
    let root = find(sources, "clippy.toml").map_or("", |source| source.text.as_str());
    for name in PURE {
        faults.extend(purity(name, root, sources));
    }
    if !find(sources, "CHANGELOG.md").is_some_and(|log| log.text.contains("\n## Unreleased\n")) {
        faults.push(Fault::new(
            "CHANGELOG.md",
            0,
            "needs a part `## Unreleased`",
        ));
    }
    faults
}

/// The nearest clippy.toml replaces the root's, so a pure crate's repeats the root's keys and adds its bans.
fn purity(name: &str, root: &str, sources: &[Source]) -> Vec<Fault> {
    let path = format!("crates/{name}/clippy.toml");
    let text = find(sources, &path).map_or("", |source| source.text.as_str());
    let repeated = root
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let banned = [
        "std::time::SystemTime::now",
        "std::time::Instant::now",
        "HashMap",
        "HashSet",
    ];
    repeated
        .chain(banned)
        .filter(|needed| !text.contains(needed))
        .map(|needed| Fault::new(&path, 0, format!("needs `{needed}`")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::{Package, root};

    #[track_caller]
    fn check_faults(name: &str, folder: &str, manifest: &str, expected: &[&str]) {
        let packages = vec![Package {
            name: name.to_owned(),
            manifest_path: root().join(folder).join("Cargo.toml"),
            dependencies: vec![],
        }];
        let metadata = Metadata {
            packages,
            target_directory: root(),
        };
        let pure = "std::time::SystemTime::now std::time::Instant::now HashMap HashSet\nkey = 1\n";
        let mut sources: Vec<Source> = PURE
            .iter()
            .map(|name| Source::new(&format!("crates/{name}/clippy.toml"), pure))
            .collect();
        sources.push(Source::new("clippy.toml", "# note\nkey = 1\n"));
        sources.push(Source::new("CHANGELOG.md", "# Changes\n\n## Unreleased\n"));
        sources.push(Source::new(&format!("{folder}/Cargo.toml"), manifest));
        let faults: Vec<String> = check(&metadata, &sources)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(faults, expected);
    }

    #[test]
    fn names_follow_folders_and_lints_are_shared() {
        check_faults(
            "linli-geo",
            "crates/geo",
            "[lints]\nworkspace = true\n",
            &[],
        );
        check_faults("xtask", "xtask", "[lints]\nworkspace = true\n", &[]);
        check_faults(
            "linli-maps",
            "crates/geo",
            "[lints]\nworkspace = true\n",
            &["crates/geo/Cargo.toml: the package of this folder is named linli-geo"],
        );
        check_faults(
            "linli-geo",
            "crates/geo",
            "",
            &["crates/geo/Cargo.toml: needs `[lints] workspace = true`"],
        );
    }

    #[test]
    fn a_pure_crate_repeats_the_root_keys() {
        let faults = purity(
            "geo",
            "key = 1\nother = 2\n",
            &[Source::new(
                "crates/geo/clippy.toml",
                "key = 1\nHashMap HashSet",
            )],
        );
        let messages: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "needs `other = 2`",
                "needs `std::time::SystemTime::now`",
                "needs `std::time::Instant::now`"
            ]
        );
    }
}

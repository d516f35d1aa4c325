//! Who may use whom: cargo's view of the packages against the table in ARCHITECTURE.md.

use std::collections::{BTreeMap, BTreeSet};

use super::{Fault, Source, find};
use crate::project::{Metadata, Package};

const PAGE: &str = "ARCHITECTURE.md";
const HEADER: &str = "| package | may use (ours) |";

/// What the words of the column "absent on purpose" mean in package names. Other words are for people.
const ABSENT: [(&str, &[&str]); 7] = [
    ("automerge", &["automerge"]),
    ("SQL", &["rusqlite", "sqlx", "tokio-postgres"]),
    ("network", &["axum", "hyper", "reqwest", "tungstenite"]),
    ("tokio", &["tokio"]),
    ("tauri", &["tauri"]),
    ("randomness", &["fastrand", "getrandom", "rand"]),
    (
        "I/O",
        &["axum", "hyper", "reqwest", "rusqlite", "tempfile", "tokio"],
    ),
];

/// One row of the table.
#[derive(Debug, Default, PartialEq, Eq)]
struct Row {
    /// The packages of ours that it may use; `None` for any.
    may_use: Option<BTreeSet<String>>,
    absent: Vec<String>,
}

pub(super) fn check(metadata: &Metadata, sources: &[Source]) -> Vec<Fault> {
    let Some(page) = find(sources, PAGE) else {
        return vec![Fault::new(
            PAGE,
            0,
            "missing: it holds the table of who may use whom",
        )];
    };
    let table = match parse(&page.text) {
        Ok(table) => table,
        Err(message) => return vec![Fault::new(PAGE, 0, message)],
    };
    let mut faults = Vec::new();
    for package in &metadata.packages {
        let manifest = format!("{}/Cargo.toml", package.folder());
        match table.get(short(package)) {
            Some(row) => faults.extend(
                broken(package, row, metadata).into_iter().map(|message| Fault::new(&manifest, 0, message)),
            ),
            None => faults.push(Fault::new(
                &manifest,
                0,
                format!("not in the table of {PAGE}: a new package needs a row there and a page in docs/adr"),
            )),
        }
    }
    faults
}

/// The package's word in the table: its folder's name, or `tests` for everything below tests/.
fn short(package: &Package) -> &str {
    let folder = package.manifest_path.parent();
    if package.folder().starts_with("tests") {
        return "tests";
    }
    folder
        .and_then(|folder| folder.file_name())
        .and_then(|name| name.to_str())
        .unwrap_or_default()
}

fn broken(package: &Package, row: &Row, metadata: &Metadata) -> Vec<String> {
    let mut messages = Vec::new();
    for dependency in &package.dependencies {
        let ours = metadata
            .packages
            .iter()
            .find(|other| other.name == dependency.name);
        if let (Some(ours), Some(may_use), true) = (ours, &row.may_use, dependency.path.is_some()) {
            let used = short(ours);
            if !may_use.contains(used) && used != short(package) {
                messages.push(format!(
                    "uses {used}, which the table of {PAGE} does not allow"
                ));
            }
        }
        // Tests may use anything from outside.
        if dependency.kind.as_deref() == Some("dev") {
            continue;
        }
        for word in &row.absent {
            let names = ABSENT
                .iter()
                .find(|(known, _)| known == word)
                .map_or(&[][..], |(_, names)| *names);
            if names.contains(&dependency.name.as_str()) {
                messages.push(format!(
                    "depends on {}: {word} is absent here on purpose ({PAGE})",
                    dependency.name
                ));
            }
        }
    }
    messages
}

fn parse(page: &str) -> Result<BTreeMap<String, Row>, String> {
    let mut lines = page.lines().skip_while(|line| !line.starts_with(HEADER));
    let header = lines
        .next()
        .ok_or_else(|| format!("no table that starts with `{HEADER}`"))?;
    let width = cells(header).len();
    let mut table = BTreeMap::new();
    for line in lines.skip(1).take_while(|line| line.starts_with('|')) {
        let cells = cells(line);
        let (4, [packages, may_use, _, absent]) = (width, cells.as_slice()) else {
            return Err(format!("a row of the table has not 4 cells: {line}"));
        };
        for package in list(packages) {
            let may_use = match *may_use {
                "any" => None,
                "-" => Some(BTreeSet::new()),
                some => Some(list(some).map(str::to_owned).collect()),
            };
            let absent = list(absent).map(str::to_owned).collect();
            table.insert(package.to_owned(), Row { may_use, absent });
        }
    }
    Ok(table)
}

fn cells(line: &str) -> Vec<&str> {
    line.trim()
        .trim_matches('|')
        .split('|')
        .map(str::trim)
        .collect()
}

fn list(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::{Dependency, root};

    const TABLE: &str = "\
text\n\
| package | may use (ours) | heavy outside packages | absent on purpose |\n\
|---|---|---|---|\n\
| geo | - | geo | domain words, I/O |\n\
| model | geo | serde | automerge, SQL |\n\
| tests, xtask | any | - | nothing ships them |\n\
\n| not | a row |\n";

    fn package(folder: &str, dependencies: Vec<Dependency>) -> Package {
        Package {
            name: format!("linli-{}", folder.rsplit('/').next().unwrap()),
            manifest_path: root().join(folder).join("Cargo.toml"),
            dependencies,
        }
    }

    fn ours(name: &str, kind: Option<&str>) -> Dependency {
        Dependency {
            name: format!("linli-{name}"),
            kind: kind.map(str::to_owned),
            path: Some(root()),
        }
    }

    fn outside(name: &str, kind: Option<&str>) -> Dependency {
        Dependency {
            name: name.to_owned(),
            kind: kind.map(str::to_owned),
            path: None,
        }
    }

    #[track_caller]
    fn check_messages(model: Vec<Dependency>, expected: &[&str]) {
        let packages = vec![
            package("crates/geo", vec![]),
            package("crates/model", model),
            package("xtask", vec![ours("geo", None)]),
        ];
        let metadata = Metadata {
            packages,
            target_directory: root(),
        };
        let faults = check(&metadata, &[Source::new(PAGE, TABLE)]);
        let messages: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(messages, expected);
    }

    #[test]
    fn allowed_arrows_pass() {
        check_messages(
            vec![
                ours("geo", None),
                outside("serde", None),
                outside("rusqlite", Some("dev")),
            ],
            &[],
        );
    }

    #[test]
    fn an_arrow_outside_the_table_is_named_even_in_tests() {
        let expected = "crates/model/Cargo.toml: uses xtask, which the table of ARCHITECTURE.md does not allow";
        for kind in [None, Some("dev")] {
            check_messages(vec![ours("xtask", kind)], &[expected]);
        }
    }

    #[test]
    fn what_is_absent_on_purpose_stays_absent() {
        check_messages(
            vec![
                outside("automerge", None),
                outside("rusqlite", Some("build")),
            ],
            &[
                "crates/model/Cargo.toml: depends on automerge: automerge is absent here on purpose (ARCHITECTURE.md)",
                "crates/model/Cargo.toml: depends on rusqlite: SQL is absent here on purpose (ARCHITECTURE.md)",
            ],
        );
    }

    #[test]
    fn a_package_without_a_row_is_a_fault() {
        let metadata = Metadata {
            packages: vec![package("crates/extra", vec![])],
            target_directory: root(),
        };
        let faults = check(&metadata, &[Source::new(PAGE, TABLE)]);
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].path, "crates/extra/Cargo.toml");
    }

    #[test]
    fn a_page_without_the_table_is_a_fault() {
        assert!(parse("# Map\n").is_err());
        assert!(parse(&TABLE.replace("| domain words, I/O ", "")).is_err());
    }
}

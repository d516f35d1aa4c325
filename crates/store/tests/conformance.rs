//! The conformance suite on every kind of ledger, and a check that it misses no method.

#![allow(
    clippy::unwrap_used,
    clippy::string_slice,
    reason = "a test that cannot go on should stop"
)]

use linli_store::{DbKey, Ledger, Options, Profile, conformance};

#[test]
fn in_memory_device() {
    let mut ledger = Ledger::open_in_memory(Profile::Device, Options::default()).unwrap();
    conformance::run(&mut ledger).unwrap();
}

#[test]
fn in_memory_server() {
    let mut ledger = Ledger::open_in_memory(Profile::Server, Options::default()).unwrap();
    conformance::run(&mut ledger).unwrap();
}

#[test]
fn encrypted_files_and_what_they_hold_after_reopening() {
    for profile in [Profile::Device, Profile::Server] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("grid.db");
        let key = DbKey::new([7; 32]);
        let mut ledger = Ledger::open(&path, &key, profile).unwrap();
        conformance::run(&mut ledger).unwrap();
        let records = ledger.read(|rd| rd.records(None, 1_000)).unwrap();
        drop(ledger);
        let again = Ledger::open(&path, &key, profile).unwrap();
        assert_eq!(again.read(|rd| rd.records(None, 1_000)).unwrap(), records);
        assert!(again.integrity().unwrap().is_sound());
    }
}

/// Names of the public methods of the given types, from the source.
fn public_methods() -> Vec<String> {
    fn visit(folder: &std::path::Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if path.is_dir() && name != "conformance" {
                visit(&path, found);
            } else if path.extension().is_some_and(|of| of == "rs")
                && name != "testing.rs"
                && name != "conformance.rs"
            {
                collect(&std::fs::read_to_string(&path).unwrap(), found);
            }
        }
    }
    fn collect(source: &str, found: &mut Vec<String>) {
        let mut is_ours = false;
        for line in source.lines() {
            if line.starts_with("impl") {
                is_ours = ["Reader<", "Tx<", "Ledger {"]
                    .iter()
                    .any(|of| line.contains(of))
                    && !line.contains(" for ");
            }
            if let Some(rest) = line.strip_prefix("    pub fn ")
                && is_ours
            {
                let end = rest.find(['(', '<']).unwrap();
                found.push(rest[..end].to_owned());
            }
        }
    }
    let mut found = Vec::new();
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    visit(std::path::Path::new(source), &mut found);
    found
}

/// `World::ingest` is how the suite calls these two; opening, files and rebuilding have tests of
/// their own because they need a path or a projector.
const ELSEWHERE: [&str; 10] = [
    "open",
    "open_with",
    "open_in_memory",
    "path",
    "checkpoint",
    "backup_to",
    "integrity",
    "rebuild_projections",
    "ingest",
    "set_root_certificate",
];

#[test]
fn no_method_is_left_out() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/conformance");
    let mut suite = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        suite += &std::fs::read_to_string(entry.unwrap().path()).unwrap();
    }
    let methods = public_methods();
    assert!(methods.len() > 100, "only {} methods found", methods.len());
    for method in methods {
        let called = suite.contains(&format!(".{method}("))
            || suite.contains(&format!("::{method})"))
            || suite.contains(&format!("::{method})?"));
        assert!(
            called || ELSEWHERE.contains(&method.as_str()),
            "{method} is missing in the conformance suite"
        );
    }
}

//! The Android project holds its shape: rights, exits, names and lists that belong together. Nothing of it
//! is compiled here, so its files are read as text.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::field::SCAN_EVENT;

const MANIFEST: &str = include_str!("../gen/android/app/src/main/AndroidManifest.xml");
const GRADLE: &str = include_str!("../gen/android/app/build.gradle.kts");
const EXTRACTION: &str =
    include_str!("../gen/android/app/src/main/res/xml/data_extraction_rules.xml");
const PLUGIN: &str =
    include_str!("../gen/android/app/src/main/java/org/linli/handheld/FieldPlugin.kt");
const PAGE: &str = include_str!("../../docs/android.md");

/// Every right of the program. One more is a decision, and a sentence in docs/android.md.
const RIGHTS: [&str; 11] = [
    "ACCESS_COARSE_LOCATION",
    "ACCESS_FINE_LOCATION",
    "ACCESS_NETWORK_STATE",
    "CAMERA",
    "FOREGROUND_SERVICE",
    "FOREGROUND_SERVICE_LOCATION",
    "INTERNET",
    "MODIFY_AUDIO_SETTINGS",
    "POST_NOTIFICATIONS",
    "RECORD_AUDIO",
    "VIBRATE",
];

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn config() -> Value {
    json(include_str!("../tauri.conf.json"))
}

/// What stands between two marks, wherever they occur.
fn between<'a>(text: &'a str, start: &str, end: &str) -> BTreeSet<&'a str> {
    text.split(start)
        .skip(1)
        .filter_map(|rest| rest.split_once(end))
        .map(|(found, _)| found)
        .collect()
}

/// Every text file of the committed project, with its path below it.
fn files() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("gen/android");
    let mut folders = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            // Written by a build, where somebody has built it; never committed.
            let is_built = ["build", "generated", "assets", "jniLibs"].contains(&name.as_str())
                || name.starts_with(".gradle")
                || name == ".tauri";
            if path.is_dir() && !is_built {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                found.push((path.strip_prefix(&root).unwrap().to_owned(), text));
            }
        }
    }
    found
}

#[test]
fn the_rights_are_these_and_the_page_names_each() {
    let asked = between(
        MANIFEST,
        "<uses-permission android:name=\"android.permission.",
        "\"",
    );
    assert_eq!(asked, RIGHTS.into_iter().collect());
    assert_eq!(
        MANIFEST.matches("<uses-permission").count(),
        RIGHTS.len(),
        "each once, and none outside android.permission"
    );
    for right in RIGHTS {
        assert!(PAGE.contains(&format!("`{right}`")), "{right}");
    }
}

#[test]
fn nothing_leaves_by_backup_and_nothing_travels_in_the_clear() {
    for line in [
        "android:allowBackup=\"false\"",
        "android:fullBackupContent=\"false\"",
        "android:dataExtractionRules=\"@xml/data_extraction_rules\"",
        "android:usesCleartextTraffic=\"false\"",
    ] {
        assert!(MANIFEST.contains(line), "{line}");
    }
    for way in ["<cloud-backup>", "<device-transfer>"] {
        let (_, rules) = EXTRACTION.split_once(way).unwrap();
        let (rules, _) = rules.split_once("</").unwrap();
        assert_eq!(rules.matches("<exclude").count(), 5, "{way}");
    }
    assert!(!EXTRACTION.contains("<include"));
    for (path, text) in files() {
        for word in [
            "usesCleartextTraffic=\"true\"",
            "cleartextTrafficPermitted",
            "networkSecurityConfig",
        ] {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
}

#[test]
fn nothing_asks_for_googles_services() {
    for (path, text) in files() {
        for word in [
            "com.google.android.gms",
            "play-services",
            "com.google.firebase",
            "com.google.mlkit",
        ] {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
}

#[test]
fn only_the_door_can_be_opened_from_outside() {
    let (_, door) = MANIFEST.split_once(".DoorActivity").unwrap();
    let (door, _) = door.split_once("</activity>").unwrap();
    assert!(door.contains("android:exported=\"true\""));
    assert!(door.contains("android.intent.category.LAUNCHER"));
    assert_eq!(MANIFEST.matches("android:exported=\"true\"").count(), 1);
    assert!(
        !MANIFEST.contains("<provider"),
        "no other program reads our files"
    );
    let (_, service) = MANIFEST.split_once("<service").unwrap();
    assert!(service.contains("android:foregroundServiceType=\"location\""));
}

#[test]
fn names_and_versions_are_the_same_everywhere() {
    let config = config();
    let identifier = config["identifier"].as_str().unwrap();
    assert_eq!(identifier, crate::IDENTIFIER);
    assert!(GRADLE.contains(&format!("applicationId = \"{identifier}\"")));
    assert!(GRADLE.contains(&format!("namespace = \"{identifier}\"")));
    let oldest = &config["bundle"]["android"]["minSdkVersion"];
    assert!(GRADLE.contains(&format!("minSdk = {oldest}\n")));
    let library = env!("CARGO_PKG_NAME").replace('-', "_");
    let folder = Path::new("app/src/main/java").join(identifier.replace('.', "/"));
    let mut classes = BTreeSet::new();
    for (path, text) in files() {
        if path.starts_with(&folder) {
            assert!(
                text.starts_with(&format!("package {identifier}\n")),
                "{}",
                path.display()
            );
            classes.insert(path.file_stem().unwrap().to_string_lossy().into_owned());
        }
        if path.ends_with("DoorActivity.kt") {
            assert!(text.contains(&format!("loadLibrary(\"{library}\")")));
        }
        if path.ends_with("ScanKey.kt") {
            assert!(text.contains(&format!("\"{identifier}.SCAN\"")));
        }
    }
    for class in between(MANIFEST, "android:name=\".", "\"") {
        assert!(classes.contains(class), "{class} has no file");
    }
    // The function that DoorActivity calls is found by the name of package, class and method.
    let exported = format!("Java_{}_DoorActivity_notice", identifier.replace('.', "_"));
    assert!(include_str!("notice/android.rs").contains(&exported));
}

#[test]
fn the_lists_of_the_plugins_commands_agree() {
    let answered: BTreeSet<String> = between(PLUGIN, "@Command\n  fun ", "(")
        .into_iter()
        .map(str::to_owned)
        .collect();
    let called = between(include_str!("field/android.rs"), "call(&", ");");
    let mut expected = BTreeSet::new();
    for call in called {
        // `handle, "watch", ...`: the second argument.
        expected.extend(call.split('"').nth(1).map(str::to_owned));
    }
    let build = include_str!("../build.rs");
    let (_, screens) = build.split_once("const FIELD: &[&str] = &[").unwrap();
    let (screens, _) = screens.split_once("];").unwrap();
    let screens: Vec<&str> = screens
        .split(", ")
        .map(|word| word.trim_matches('"'))
        .collect();
    let mut granted = BTreeSet::new();
    for command in screens {
        expected.insert(camel(command));
        granted.insert(format!("field:allow-{}", command.replace('_', "-")));
    }
    assert_eq!(answered, expected);

    let capability = json(include_str!("../capabilities/field.json"));
    let listed = capability["permissions"].as_array().unwrap().iter();
    let listed: BTreeSet<String> = listed.map(|one| one.as_str().unwrap().to_owned()).collect();
    assert_eq!(listed, granted);
    assert_eq!(capability["platforms"], serde_json::json!(["android"]));
    let used = &config()["app"]["security"]["capabilities"];
    assert_eq!(*used, serde_json::json!(["main", "field"]));
}

#[test]
fn what_kotlin_tells_is_what_rust_hears() {
    let mut kinds = BTreeSet::new();
    for (_, text) in files() {
        let found = between(&text, "put(\"kind\", \"", "\"");
        kinds.extend(found.into_iter().map(str::to_owned));
    }
    let heard = include_str!("field.rs");
    let (_, heard) = heard.split_once("enum Told {").unwrap();
    let (heard, _) = heard.split_once("\n}\n").unwrap();
    let names = between(heard, "\n    ", " {").into_iter();
    let names = names.filter(|name| name.chars().all(char::is_alphanumeric));
    assert_eq!(kinds, names.map(str::to_lowercase).collect());
    assert!(
        PAGE.contains(SCAN_EVENT),
        "the page names the event of a scan"
    );
}

fn camel(command: &str) -> String {
    let mut words = command.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (head, tail) = word.split_at(1);
        name + &head.to_uppercase() + tail
    })
}

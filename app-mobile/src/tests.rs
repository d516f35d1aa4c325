//! The shell decides nothing, so little can be wrong with it: the lists of what may be called, and
//! the addresses of photos.

use std::collections::BTreeSet;

use linli_device::PhotoSize;
use linli_device::dto::change_set::CHANGE_EVENT;
use tauri::http::Uri;

use crate::permission::is_ours;
use crate::photo_scheme::wanted;

const SCREENS: &str = include_str!("../../ui/handheld/src/api/tauri.ts");

/// What stands between two marks, wherever they occur.
fn between<'a>(text: &'a str, start: &str, end: &str) -> BTreeSet<&'a str> {
    text.split(start)
        .skip(1)
        .filter_map(|rest| rest.split_once(end))
        .map(|(found, _)| found)
        .collect()
}

#[test]
fn the_four_lists_of_commands_are_one() {
    let screens = between(SCREENS, "call('", "'");
    let built = between(include_str!("../build.rs"), "    \"", "\",\n");
    assert_eq!(built, screens, "build.rs");

    let handler = include_str!("commands.rs");
    let (_, handler) = handler.split_once("generate_handler![").unwrap();
    let (handler, _) = handler.split_once(']').unwrap();
    assert_eq!(between(handler, "::", ","), screens, "the handler");

    let granted: serde_json::Value =
        serde_json::from_str(include_str!("../capabilities/main.json")).unwrap();
    let granted: BTreeSet<String> = granted["permissions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|permission| permission.as_str().unwrap().to_owned())
        .collect();
    let mut expected: BTreeSet<String> = screens
        .iter()
        .map(|command| format!("allow-{}", command.replace('_', "-")))
        .collect();
    expected.insert("core:event:allow-listen".to_owned());
    expected.insert("core:event:allow-unlisten".to_owned());
    assert_eq!(granted, expected, "the capability");
}

#[test]
fn the_screens_listen_to_the_engines_event() {
    assert!(SCREENS.contains(&format!("'{CHANGE_EVENT}'")));
}

#[test]
fn only_photos_have_an_address() {
    let hash = "0123456789abcdef".repeat(4);
    let at = |rest: &str| -> Uri { format!("photo://localhost/{rest}").parse().unwrap() };
    let small = at(&format!("{hash}?size=small"));
    assert_eq!(wanted(&small), Some((hash.clone(), PhotoSize::Small)));
    let full = at(&format!("{hash}?size=full"));
    assert_eq!(wanted(&full), Some((hash.clone(), PhotoSize::Full)));
    for wrong in [
        hash.clone(),
        format!("{hash}?size=huge"),
        format!("{}?size=full", hash.to_uppercase()),
        format!("../{hash}?size=full"),
        format!("{}?size=full", hash.replacen('0', "", 1)),
        "device.db?size=full".to_owned(),
        String::new(),
    ] {
        assert_eq!(wanted(&at(&wrong)), None, "{wrong}");
    }
}

#[test]
fn only_our_own_pages_get_camera_and_microphone() {
    let ours = |address: &str| is_ours(&address.parse().unwrap());
    assert!(ours("tauri://localhost/#/report"));
    assert!(ours("http://tauri.localhost/"));
    for other in [
        "tauri://elsewhere/",
        "https://example.org/",
        "https://tauri.localhost.example.org/",
        "file:///tmp/index.html",
        "photo://localhost/",
        "data:text/html,camera",
    ] {
        assert!(!ours(other), "{other}");
    }
}

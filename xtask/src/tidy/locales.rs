//! Visible text: every language of a folder `locales/` has the same keys, in order.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::{Fault, Source};

/// The language that texts are written in first.
const FIRST: &str = "zh-CN.json";

/// The keys of a JSON object, those of nested groups joined by dots.
#[derive(Debug, Default)]
struct Keys {
    all: Vec<String>,
    /// A key that stands before one that it belongs after, and that one.
    unsorted: Option<(String, String)>,
}

/// A value of a locale file.
enum Node {
    Text,
    Group(Keys),
}

pub(super) fn check(sources: &[Source]) -> Vec<Fault> {
    let mut folders: BTreeMap<&str, Vec<&Source>> = BTreeMap::new();
    for source in sources
        .iter()
        .filter(|source| source.kind() == "json" && !source.is_generated())
    {
        if let Some((folder, _)) = source
            .path
            .rsplit_once('/')
            .filter(|(folder, _)| folder.ends_with("/locales"))
        {
            folders.entry(folder).or_default().push(source);
        }
    }
    folders
        .into_iter()
        .flat_map(|(folder, files)| check_folder(folder, &files))
        .collect()
}

fn check_folder(folder: &str, files: &[&Source]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut read = BTreeMap::new();
    for file in files {
        match serde_json::from_str::<Keys>(&file.text) {
            Ok(keys) => {
                if let Some((before, after)) = keys.unsorted {
                    faults.push(Fault::new(
                        &file.path,
                        0,
                        format!("{after} belongs before {before}: keys are sorted"),
                    ));
                }
                read.insert(file.path.as_str(), keys.all);
            }
            Err(error) => faults.push(Fault::new(
                &file.path,
                error.line(),
                format!("not a locale file: {error}"),
            )),
        }
    }
    let first = format!("{folder}/{FIRST}");
    let Some(wanted) = read.get(first.as_str()) else {
        faults.push(Fault::new(
            &first,
            0,
            "missing or unreadable: texts are written in zh-CN first",
        ));
        return faults;
    };
    for (path, keys) in read.iter().filter(|(path, _)| **path != first) {
        let missing = wanted
            .iter()
            .filter(|key| !keys.contains(key))
            .map(|key| format!("{key} is missing"));
        let extra = keys
            .iter()
            .filter(|key| !wanted.contains(key))
            .map(|key| format!("{key} is not in {FIRST}"));
        faults.extend(
            missing
                .chain(extra)
                .map(|message| Fault::new(path, 0, message)),
        );
    }
    faults
}

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(KeysVisitor)
    }
}

struct KeysVisitor;

impl<'de> Visitor<'de> for KeysVisitor {
    type Value = Keys;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of texts and groups of texts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
        let mut keys = Keys::default();
        let mut last: Option<String> = None;
        while let Some(key) = map.next_key::<String>()? {
            match map.next_value::<Node>()? {
                Node::Text => keys.all.push(key.clone()),
                Node::Group(group) => {
                    let named = |name: &String| format!("{key}.{name}");
                    keys.all.extend(group.all.iter().map(named));
                    let unsorted = group
                        .unsorted
                        .map(|(before, after)| (named(&before), named(&after)));
                    keys.unsorted = keys.unsorted.or(unsorted);
                }
            }
            if let Some(last) = last.filter(|last| *last >= key) {
                keys.unsorted = keys.unsorted.or(Some((last, key.clone())));
            }
            last = Some(key);
        }
        Ok(keys)
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a list of texts or a group")
    }

    fn visit_str<E>(self, _: &str) -> Result<Node, E> {
        Ok(Node::Text)
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Node::Text)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Node, A::Error> {
        KeysVisitor.visit_map(map).map(Node::Group)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_files(zh: &str, en: &str, expected: &[&str]) {
        let sources = [
            Source::new("ui/handheld/src/locales/zh-CN.json", zh),
            Source::new("ui/handheld/src/locales/en.json", en),
        ];
        let faults: Vec<String> = check(&sources)
            .into_iter()
            .map(|fault| fault.message)
            .collect();
        assert_eq!(faults, expected);
    }

    #[test]
    fn equal_sorted_keys_pass() {
        check_files(
            r#"{"case":{"new":"新","old":"旧"},"sync.now":"x"}"#,
            r#"{"case":{"new":"New","old":"Old"},"sync.now":"x"}"#,
            &[],
        );
    }

    #[test]
    fn missing_extra_and_unsorted_keys_are_named() {
        check_files(r#"{"a":"1","b":"2"}"#, r#"{"a":"1"}"#, &["b is missing"]);
        check_files(
            r#"{"a":"1"}"#,
            r#"{"a":"1","b":"2"}"#,
            &["b is not in zh-CN.json"],
        );
        check_files(
            r#"{"b":"1","a":"2"}"#,
            r#"{"a":"1","b":"2"}"#,
            &["a belongs before b: keys are sorted"],
        );
        check_files(
            r#"{"a":"1","a":"2"}"#,
            r#"{"a":"1"}"#,
            &["a belongs before a: keys are sorted"],
        );
    }

    #[test]
    fn a_broken_first_language_is_a_fault() {
        let faults = check(&[Source::new("ui/x/locales/en.json", "{}")]);
        assert_eq!(faults.len(), 1);
    }
}

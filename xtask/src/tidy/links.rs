//! Links between pages, and pages named in code, lead somewhere.

use std::collections::BTreeSet;

use super::{Fault, Source};

/// Endings of files whose comments name pages.
const NAMING: [&str; 6] = ["rs", "sql", "ts", "vue", "mjs", "toml"];

/// `files` are all files of the tree, pictures too; `sources` those with text.
pub(super) fn check(files: &[String], sources: &[Source]) -> Vec<Fault> {
    let mut places: BTreeSet<&str> = files.iter().map(String::as_str).collect();
    for file in files {
        let mut path = file.as_str();
        while let Some((folder, _)) = path.rsplit_once('/') {
            places.insert(folder);
            path = folder;
        }
    }
    let mut faults = Vec::new();
    for source in sources
        .iter()
        .filter(|source| source.kind() == "md" && !source.path.contains("/fixtures/"))
    {
        for (line, text) in source.lines() {
            for target in targets(text) {
                let path = resolve(&source.path, target);
                if !path.is_some_and(|path| path.is_empty() || places.contains(path.as_str())) {
                    faults.push(Fault::new(
                        &source.path,
                        line,
                        format!("the link to {target} leads nowhere"),
                    ));
                }
            }
        }
    }
    for source in sources
        .iter()
        .filter(|source| NAMING.contains(&source.kind()) && !source.is_generated())
    {
        for (line, text) in source.lines() {
            for page in named(text) {
                if !places.contains(page) && !places.contains(format!("docs/{page}").as_str()) {
                    faults.push(Fault::new(
                        &source.path,
                        line,
                        format!("there is no page {page}"),
                    ));
                } else if text.contains(&format!("{page} §")) {
                    faults.push(Fault::new(
                        &source.path,
                        line,
                        format!("{page} has no numbers: name the heading"),
                    ));
                }
            }
        }
    }
    faults
}

/// The pages that a comment names, such as `docs/sync.md` or `sync.md`.
fn named(line: &str) -> Vec<&str> {
    let comment = ["//", "-- ", "# "]
        .iter()
        .find_map(|start| line.split_once(start))
        .map_or("", |(_, text)| text);
    comment
        .split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '/' | '-' | '_'))
        .map(|word| word.trim_end_matches('.'))
        .filter(|word| {
            word.strip_suffix(".md")
                .is_some_and(|name| !name.is_empty() && !name.starts_with('/'))
        })
        .collect()
}

/// The targets of a line's Markdown links that point into the tree, without their `#part`.
fn targets(line: &str) -> Vec<&str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')').map(|(target, _)| target))
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"))
        .map(|target| target.split_once('#').map_or(target, |(path, _)| path))
        .filter(|path| !path.is_empty())
        .collect()
}

/// The target as a path below the root; `None` when it leaves the tree.
fn resolve(page: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.trim_end_matches('/').split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: [&str; 5] = [
        "docs/sync.md",
        "docs/adr/0001-x.md",
        "docs/images/window.webp",
        "README.md",
        "crates/geo/src/lib.rs",
    ];

    #[track_caller]
    fn check_links(text: &str, broken: &[&str]) {
        let sources = [
            Source::new("docs/sync.md", text),
            Source::new("docs/adr/0001-x.md", ""),
            Source::new("README.md", ""),
        ];
        let messages: Vec<String> = check(&FILES.map(str::to_owned), &sources)
            .into_iter()
            .map(|fault| fault.message)
            .collect();
        let expected: Vec<String> = broken
            .iter()
            .map(|target| format!("the link to {target} leads nowhere"))
            .collect();
        assert_eq!(messages, expected);
    }

    #[test]
    fn links_within_the_tree_are_followed() {
        check_links(
            "[a](adr/0001-x.md#why) [b](../README.md) [c](adr/) [d](https://example.org/x) [e](#part) ![f](images/window.webp)",
            &[],
        );
        check_links(
            "[a](adr/0002.md)\nand [b](../../README.md)",
            &["adr/0002.md", "../../README.md"],
        );
    }

    #[test]
    fn pages_named_in_code_exist_and_have_headings() {
        let code = concat!(
            "/",
            "/! See docs/sync.md and sync.md.\n/",
            "/ gone.md\n/",
            "/ sync.md §4\n"
        );
        let sources = [
            Source::new("docs/sync.md", ""),
            Source::new("crates/geo/src/lib.rs", code),
        ];
        let faults = check(&FILES.map(str::to_owned), &sources);
        let messages: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            messages,
            [
                "crates/geo/src/lib.rs:2: there is no page gone.md",
                "crates/geo/src/lib.rs:3: sync.md has no numbers: name the heading"
            ]
        );
    }
}

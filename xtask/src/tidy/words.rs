//! Words that do not belong: unfinished places, machine paths, registry hosts, and fields about people that this
//! system never has.

use super::{Fault, Source};

/// A text that may not appear.
struct Word {
    text: &'static str,
    why: &'static str,
    place: Place,
}

/// Where a word may not appear.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Any text of ours, lock files excepted: package tools write them.
    Anywhere,
    /// Any text, as the start of a path.
    Path,
    /// Code outside tests and comments.
    Code,
    /// Names in code, SQL and texts outside tests and comments; the deny-list itself excepted.
    Field,
}

const UNFINISHED: &str = "finish it, or say in the docs that it is absent";
const REGISTRY: &str = "a package tool knows its registry: name none";
const MACHINE: &str = "a path of one machine";
const PERSONAL: &str = "docs/trust.md: there is no such field about a person, anywhere";

#[rustfmt::skip]
const WORDS: [Word; 31] = [
    Word { text: concat!("to", "do!("), why: UNFINISHED, place: Place::Anywhere },
    Word { text: concat!("unimpl", "emented!("), why: UNFINISHED, place: Place::Anywhere },
    Word { text: concat!("TO", "DO"), why: UNFINISHED, place: Place::Anywhere },
    Word { text: concat!("FIX", "ME"), why: UNFINISHED, place: Place::Anywhere },
    Word { text: concat!("XX", "X"), why: UNFINISHED, place: Place::Code },
    Word { text: concat!("not impl", "emented"), why: UNFINISHED, place: Place::Code },
    Word { text: concat!("crates", ".io"), why: REGISTRY, place: Place::Anywhere },
    Word { text: concat!("registry.", "npmjs"), why: REGISTRY, place: Place::Anywhere },
    Word { text: concat!("npm", "mirror"), why: REGISTRY, place: Place::Anywhere },
    Word { text: concat!("pypi", ".org"), why: REGISTRY, place: Place::Anywhere },
    Word { text: concat!("deb.", "debian"), why: REGISTRY, place: Place::Anywhere },
    Word { text: concat!("/ho", "me/"), why: MACHINE, place: Place::Path },
    Word { text: concat!("/ro", "ot/"), why: MACHINE, place: Place::Path },
    Word { text: concat!("/Us", "ers/"), why: MACHINE, place: Place::Path },
    Word { text: concat!("/wo", "rk/"), why: MACHINE, place: Place::Path },
    Word { text: concat!("/tm", "p/"), why: MACHINE, place: Place::Path },
    Word { text: concat!("C:", "\\"), why: MACHINE, place: Place::Path },
    Word { text: concat!("reli", "gion"), why: PERSONAL, place: Place::Field },
    Word { text: concat!("ethni", "c"), why: PERSONAL, place: Place::Field },
    Word { text: concat!("political_", "status"), why: PERSONAL, place: Place::Field },
    Word { text: concat!("party_", "member"), why: PERSONAL, place: Place::Field },
    Word { text: concat!("petit", "ioner"), why: PERSONAL, place: Place::Field },
    Word { text: concat!("biomet", "ric_"), why: PERSONAL, place: Place::Field },
    Word { text: concat!("face_", "match"), why: PERSONAL, place: Place::Field },
    Word { text: concat!("criminal_", "record"), why: PERSONAL, place: Place::Field },
    Word { text: concat!("family_", "planning"), why: PERSONAL, place: Place::Field },
    Word { text: concat!("credit_", "score"), why: PERSONAL, place: Place::Field },
    Word { text: concat!("risk_", "score"), why: PERSONAL, place: Place::Field },
    Word { text: concat!("key_", "person"), why: PERSONAL, place: Place::Field },
    Word { text: concat!("id_card", "_no"), why: PERSONAL, place: Place::Field },
    Word { text: concat!("national_", "id"), why: PERSONAL, place: Place::Field },
];

/// Code and texts, where a rule about code holds.
const CODE: [&str; 9] = ["rs", "ts", "vue", "mjs", "js", "sh", "sql", "css", "json"];

pub(super) fn check(source: &Source) -> Vec<Fault> {
    let is_code = CODE.contains(&source.kind()) && !source.is_test();
    let holds_deny_list = source.path.contains("deny");
    let mut faults = Vec::new();
    for (line, text) in source.lines().filter(|_| !source.is_lock()) {
        let is_comment = is_comment(text);
        for word in &WORDS {
            let applies = match word.place {
                Place::Anywhere | Place::Path => true,
                Place::Code => is_code && !is_comment,
                Place::Field => is_code && !is_comment && !holds_deny_list,
            };
            if applies && appears(word, text) {
                faults.push(Fault::new(
                    &source.path,
                    line,
                    format!("\"{}\": {}", word.text, word.why),
                ));
            }
        }
        if let Some(words) = numbered(text).filter(|_| !text.contains("://")) {
            faults.push(Fault::new(
                &source.path,
                line,
                format!("\"{words}\": say what is meant; a number means nothing to a reader"),
            ));
        }
    }
    faults
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    ["//", "--", "*", "/*", "<!--"]
        .iter()
        .any(|start| line.starts_with(start))
}

fn appears(word: &Word, line: &str) -> bool {
    match word.place {
        Place::Path => line.match_indices(word.text).any(|(at, _)| {
            let before = line.get(..at).and_then(|before| before.chars().next_back());
            before.is_none_or(|before| {
                !before.is_alphanumeric() && !matches!(before, '/' | '_' | '-' | '.' | '}' | '$')
            })
        }),
        Place::Field => line.to_lowercase().contains(word.text),
        Place::Anywhere | Place::Code => line.contains(word.text),
    }
}

/// A reference by number to something outside the tree, such as a ticket.
fn numbered(line: &str) -> Option<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    words.windows(2).find_map(|pair| {
        let [what, number] = pair else { return None };
        let what = what
            .trim_matches(|c: char| !c.is_alphabetic())
            .to_lowercase();
        let is_number = number
            .trim_start_matches('#')
            .starts_with(|c: char| c.is_ascii_digit());
        let is_reference = what == concat!("iss", "ue")
            || (what == concat!("sess", "ion") && !number.contains("..="));
        (is_reference && is_number).then(|| format!("{what} {number}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_count(path: &str, text: &str, expected: usize) {
        let faults = check(&Source::new(path, text));
        assert_eq!(faults.len(), expected, "{text}: {faults:?}");
    }

    #[test]
    fn unfinished_places_are_found_everywhere() {
        check_count("crates/geo/src/lib.rs", concat!("    to", "do!()"), 1);
        check_count("docs/sync.md", concat!("TO", "DO: say more"), 1);
    }

    #[test]
    fn machine_paths_are_paths_from_the_root() {
        check_count("docs/sync.md", concat!("lies in /ho", "me/someone/x"), 1);
        check_count("a.rs", concat!("\"/tm", "p/x\""), 1);
        check_count("a.rs", concat!("\"/api/v1/wo", "rk/orders\""), 0);
        check_count("run.sh", concat!("$HOME/wo", "rk/x"), 0);
    }

    #[test]
    fn registry_hosts_are_left_to_package_tools() {
        let host = concat!("source = \"https://registry.", "npmjs.org\"");
        check_count("ui/.npmrc", host, 1);
        check_count("ui/package-lock.json", host, 0);
    }

    #[test]
    fn fields_about_people_are_refused_outside_the_deny_list() {
        let field = concat!("    reli", "gion: String,");
        check_count("crates/model/src/household.rs", field, 1);
        check_count("crates/model/src/deny_list.rs", field, 0);
        check_count(
            "crates/model/src/household.rs",
            &format!("// no {field}"),
            0,
        );
        check_count("crates/model/tests/deny.rs", field, 0);
    }

    #[test]
    fn references_by_number_are_refused_and_links_are_not() {
        check_count("a.md", concat!("see iss", "ue #12"), 1);
        check_count(
            "a.md",
            concat!("as in iss", "ue 7 of https://example.org/x"),
            0,
        );
        check_count("a.md", concat!("an iss", "ue with 7 parts"), 0);
    }
}

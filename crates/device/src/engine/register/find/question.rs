//! What a person typed, as ranges of keys.

use super::door::{is_mark, is_whole, names_building, parts};
use super::{KeyKind, backwards, is_han, plain};

/// The fewest digits of a telephone number that are searched for: fewer fit too many people.
const TAIL: usize = 4;

/// How many digits may be a door whose hyphens a keypad without them left out.
const RUN_TOGETHER: std::ops::RangeInclusive<usize> = 4..=7;

/// Sorts behind everything that people type.
const LAST: &str = "\u{10ffff}";

/// A range of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Probe {
    pub(super) kind: KeyKind,
    /// The first key of the range.
    pub(super) from: String,
    /// The first key behind it.
    pub(super) to: String,
    /// A key that is worth most: the whole of what was typed.
    pub(super) exact: String,
}

/// One word of a question: any of its ranges will do.
pub(super) type Word = Vec<Probe>;

/// Every word of a question; an answer fits all of them.
pub(super) fn words(text: &str) -> Vec<Word> {
    plain(text)
        .split([' ', ',', '，', '、', '·', '\t'])
        .flat_map(pieces)
        .map(|piece| probes(&piece))
        .filter(|word| !word.is_empty())
        .collect()
}

/// 春秀路30号楼 is two words, a street and a door; 30号楼1单元101 is one.
fn pieces(word: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut was_name = None;
    for c in word.chars() {
        let in_door = was_name == Some(false);
        let is_name = is_han(c) && !(in_door && is_mark(c));
        match pieces.last_mut().filter(|_| was_name == Some(is_name)) {
            Some(piece) => piece.push(c),
            None => pieces.push(c.to_string()),
        }
        was_name = Some(is_name);
    }
    pieces
}

fn probes(piece: &str) -> Word {
    let has_digit = piece.contains(|c: char| c.is_ascii_digit());
    if piece.contains(is_han) && !has_digit {
        return vec![probe(KeyKind::Name, piece)];
    }
    if has_digit {
        return door_or_phone(piece);
    }
    let letters: String = piece.replace('ü', "v");
    let letters: String = letters.chars().filter(char::is_ascii_alphabetic).collect();
    if letters.is_empty() {
        return Word::new();
    }
    vec![
        probe(KeyKind::Initials, &letters),
        probe(KeyKind::Pinyin, &letters),
    ]
}

fn door_or_phone(piece: &str) -> Word {
    let parts = parts(piece);
    let exact = parts.join("-");
    // 30号楼 is no part of 305号楼; 101 may be the beginning of 1012.
    let is_whole = is_whole(piece) && !piece.ends_with(['室', '号']);
    let kinds: &[KeyKind] = if names_building(piece) {
        &[KeyKind::Door]
    } else {
        &[KeyKind::Door, KeyKind::DoorEnd]
    };
    let mut word = Word::new();
    for kind in kinds.iter().filter(|_| !exact.is_empty()) {
        if is_whole {
            word.push(range(*kind, &exact, "\u{0}", &exact));
            word.push(range(*kind, &format!("{exact}-"), LAST, &exact));
        } else {
            word.push(range(*kind, &exact, LAST, &exact));
        }
    }
    let is_number = piece.chars().all(|c| c.is_ascii_digit() || c == '+');
    let tail = backwards(piece);
    if is_number && tail.len() >= TAIL {
        word.push(probe(KeyKind::Phone, &tail));
    }
    for door in run_together(piece) {
        word.push(probe(KeyKind::Door, &door));
        word.push(probe(KeyKind::DoorEnd, &door));
    }
    word
}

/// The doors that digits without hyphens may stand for: 3501 is 3-501; 13501 is 13-501, 1-3-501 or
/// 1-3501. A number of a dwelling has three or four digits, one of an entrance has one.
fn run_together(digits: &str) -> Vec<String> {
    let mut doors = Vec::new();
    let are_digits = digits.chars().all(|c| c.is_ascii_digit());
    if !are_digits || !RUN_TOGETHER.contains(&digits.len()) {
        return doors;
    }
    for length in [3, 4] {
        let at = digits.len().saturating_sub(length);
        let Some((before, unit)) = digits.split_at_checked(at) else {
            continue;
        };
        let mut building = before.chars();
        let Some(entrance) = building.next_back() else {
            continue;
        };
        doors.push(format!("{before}-{unit}"));
        let building = building.as_str();
        if !building.is_empty() {
            doors.push(format!("{building}-{entrance}-{unit}"));
        }
    }
    doors
}

fn probe(kind: KeyKind, text: &str) -> Probe {
    range(kind, text, LAST, text)
}

/// Every key from a text on, as long as what follows it is below `up_to`.
fn range(kind: KeyKind, from: &str, up_to: &str, exact: &str) -> Probe {
    Probe {
        kind,
        from: from.to_owned(),
        to: format!("{from}{up_to}"),
        exact: exact.to_owned(),
    }
}

//! Doors as numbers: 30号楼1单元101 and 30-1-101 are the same door.

use super::{Key, KeyKind, Keys, is_han, plain};

/// Digits of a part of a door, so that text order is the order of numbers.
const DIGITS: usize = 6;
/// Sorts behind every door.
const NO_DOOR: &str = "~";
/// What stands between the numbers of a door.
const MARKS: &[char] = &[
    '号', '楼', '栋', '幢', '座', '单', '元', '门', '室', '层', '院', '#',
];

/// The numbers of a door in the order in which they are written: whatever has a digit, and single
/// letters, as in B座.
pub(super) fn parts(door: &str) -> Vec<String> {
    door.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|part| part.len() == 1 || part.contains(|c: char| c.is_ascii_digit()))
        .map(ToOwned::to_owned)
        .collect()
}

/// The words of a form of address that are no part of a door: streets and people.
pub(super) fn words(form: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for c in form.chars() {
        let is_letter = is_han(c) || c.is_ascii_alphabetic();
        // What follows a number is a mark of the door until another character comes.
        let is_of_door = before.is_ascii_digit() && is_mark(c);
        if is_of_door {
            continue;
        }
        match words
            .last_mut()
            .filter(|_| is_han(before) || before.is_ascii_alphabetic())
        {
            Some(word) if is_letter => word.push(c),
            _ if is_letter => words.push(c.to_string()),
            _ => {}
        }
        before = c;
    }
    words.retain(|word| word.chars().count() > 1);
    words
}

/// The keys of a door: all of it, and everything that it ends with.
pub(super) fn keys(door: &str) -> Keys {
    let parts = parts(door);
    let mut keys = Keys::new();
    for from in 0..parts.len() {
        let kind = if from == 0 {
            KeyKind::Door
        } else {
            KeyKind::DoorEnd
        };
        let text = parts.get(from..).unwrap_or_default().join("-");
        keys.insert(Key { kind, text });
    }
    keys
}

/// A text whose order among others is the order of doors.
pub(in crate::engine) fn order(door: &str) -> String {
    let parts = parts(&plain(door));
    if parts.is_empty() {
        return NO_DOOR.to_owned();
    }
    let wide = parts.iter().map(|part| {
        let digits = part.chars().take_while(char::is_ascii_digit).count();
        let fill = DIGITS.saturating_sub(digits);
        format!("{}{part}", "0".repeat(if digits == 0 { 0 } else { fill }))
    });
    wide.collect::<Vec<_>>().join("-")
}

/// Whether a text ends with the mark of a building or of an entrance, so that its last number is whole.
pub(super) fn is_whole(text: &str) -> bool {
    text.ends_with(MARKS)
}

/// Whether a text names a building by its mark, so that its first number is where a door begins.
pub(super) fn names_building(text: &str) -> bool {
    text.contains(['楼', '栋', '幢', '座'])
}

/// Whether a character only stands between the numbers of a door.
pub(super) fn is_mark(c: char) -> bool {
    MARKS.contains(&c)
}

//! The one box that finds a household: by name, by its pinyin or initials, by door, by the last digits
//! of a telephone number.
//!
//! Every way to find something is a key in one table, so a query is a few ranges of an index. Keys are
//! made when a row is derived: whatever a surname may be read as, it is there.

mod answer;
mod door;
mod name;
mod question;

use std::collections::BTreeSet;

pub(super) use answer::search;
pub(in crate::engine) use door::order as door_order;

/// What a key is made of. The numbers stand in rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum KeyKind {
    /// A name, or its end.
    Name,
    /// The first letters of its syllables.
    Initials,
    /// Its syllables.
    Pinyin,
    /// A whole door: 30-1-101.
    Door,
    /// The end of a door: 1-101 or 101.
    DoorEnd,
    /// A telephone number, backwards.
    Phone,
}

impl KeyKind {
    pub(super) fn number(self) -> u8 {
        match self {
            Self::Name => 0,
            Self::Initials => 1,
            Self::Pinyin => 2,
            Self::Door => 3,
            Self::DoorEnd => 4,
            Self::Phone => 5,
        }
    }
}

/// One way to find something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) kind: KeyKind,
    pub(super) text: String,
}

/// Keys, each once.
pub(super) type Keys = BTreeSet<Key>;

/// The keys of a person's name.
pub(super) fn name_keys(name: &str) -> Keys {
    name::keys(&plain(name))
}

/// The keys of a form of address: its door, when it holds one, and every other word of it as a name.
pub(super) fn form_keys(form: &str) -> Keys {
    let form = plain(form);
    let mut keys = door::keys(&form);
    for word in door::words(&form) {
        keys.extend(name::keys(&word));
    }
    keys
}

/// The keys of a door.
pub(super) fn door_keys(door: &str) -> Keys {
    door::keys(&plain(door))
}

/// The key of a telephone number.
pub(super) fn phone_key(number: &str) -> Key {
    Key {
        kind: KeyKind::Phone,
        text: backwards(number),
    }
}

fn backwards(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).rev().collect()
}

/// Text as keys and questions have it: small letters, ASCII where the keyboard gave full width.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{3000}' => ' ',
            '！'..='～' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            other => other,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whether a character is a Chinese one, as names and places have them.
fn is_han(c: char) -> bool {
    matches!(c, '\u{3007}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests;

//! Names as they are written, spelled and abbreviated, in every reading.

use std::collections::BTreeSet;

use pinyin::ToPinyinMulti as _;

use super::{Key, KeyKind, Keys, is_han};

/// The most spellings of one name; no name of two characters comes near it.
const MOST_SPELLINGS: usize = 256;
/// The longest name that is indexed, in characters.
const LONGEST: usize = 24;

/// Readings that characters have as surnames and that the dictionary of characters may lack or bury.
const SURNAMES: &[(&str, &[&str])] = &[
    ("单", &["shan"]),
    ("仇", &["qiu"]),
    ("解", &["xie"]),
    ("查", &["zha"]),
    ("曾", &["zeng"]),
    ("区", &["ou"]),
    ("朴", &["piao"]),
    ("盖", &["ge"]),
    ("任", &["ren"]),
    ("华", &["hua"]),
    ("种", &["chong"]),
    ("乐", &["yue"]),
    ("员", &["yun"]),
    ("翟", &["zhai"]),
    ("覃", &["qin"]),
    ("缪", &["miao"]),
    ("逄", &["pang"]),
    ("冼", &["xian"]),
    ("洗", &["xian"]),
    ("黑", &["he"]),
    ("繁", &["po"]),
    ("召", &["shao"]),
    ("折", &["she"]),
    ("尹", &["yin"]),
    ("隗", &["wei", "kui"]),
    ("宓", &["mi", "fu"]),
    ("郗", &["xi", "chi"]),
    ("祭", &["zhai"]),
    ("牟", &["mou", "mu"]),
    ("车", &["che"]),
    ("燕", &["yan"]),
    ("訾", &["zi"]),
    ("晁", &["chao"]),
    ("贾", &["jia"]),
    ("柏", &["bai", "bo"]),
    ("薄", &["bo"]),
    ("秘", &["bi"]),
    ("都", &["du"]),
    ("佴", &["nai"]),
    ("葛", &["ge"]),
    ("阚", &["kan"]),
    ("蔚", &["yu", "wei"]),
    ("长", &["zhang"]),
    ("重", &["chong"]),
];

/// Surnames of two characters whose readings differ from those of their characters.
const DOUBLE_SURNAMES: &[(&str, [&str; 2])] = &[
    ("尉迟", ["yu", "chi"]),
    ("万俟", ["mo", "qi"]),
    ("单于", ["chan", "yu"]),
    ("长孙", ["zhang", "sun"]),
    ("澹台", ["tan", "tai"]),
    ("令狐", ["ling", "hu"]),
    ("皇甫", ["huang", "fu"]),
    ("宇文", ["yu", "wen"]),
];

/// The keys of a name that is plain already.
pub(super) fn keys(name: &str) -> Keys {
    let written: Vec<char> = name
        .chars()
        .filter(|c| is_han(*c) || c.is_alphanumeric())
        .take(LONGEST)
        .collect();
    let mut keys = Keys::new();
    for from in 0..written.len() {
        let end: String = written.iter().skip(from).collect();
        keys.insert(key(KeyKind::Name, end));
    }
    let (initials, spellings) = spelled(name);
    keys.extend(
        initials
            .into_iter()
            .map(|text| key(KeyKind::Initials, text)),
    );
    keys.extend(spellings.into_iter().map(|text| key(KeyKind::Pinyin, text)));
    keys
}

/// Initials and spellings of a name in every combination of readings.
pub(super) fn spelled(name: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut units = units(name);
    thin_out(&mut units);
    let mut texts = vec![(String::new(), String::new())];
    for readings in &units {
        let mut longer = Vec::with_capacity(texts.len() * readings.len());
        for (initials, spelling) in &texts {
            for reading in readings {
                let first = reading.chars().take(1);
                longer.push((
                    initials.chars().chain(first).collect(),
                    format!("{spelling}{reading}"),
                ));
            }
        }
        texts = longer;
    }
    texts.retain(|(initials, _)| !initials.is_empty());
    texts.into_iter().unzip()
}

/// What each character, or each word in Latin letters, may be read as.
fn units(name: &str) -> Vec<BTreeSet<String>> {
    let mut units: Vec<BTreeSet<String>> = Vec::new();
    let mut word = String::new();
    for c in name.chars().take(LONGEST).chain([' ']) {
        if c.is_ascii_alphanumeric() {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            units.push([std::mem::take(&mut word)].into());
        }
        let readings = readings(c);
        if !readings.is_empty() {
            units.push(readings);
        }
    }
    for (surname, readings) in SURNAMES {
        if let (true, Some(first)) = (name.starts_with(surname), units.first_mut()) {
            first.extend(readings.iter().map(|reading| (*reading).to_owned()));
        }
    }
    for (surname, readings) in DOUBLE_SURNAMES {
        if name.starts_with(surname) {
            for (unit, reading) in units.iter_mut().zip(readings) {
                unit.insert((*reading).to_owned());
            }
        }
    }
    units
}

/// The readings of a character without tones; ü as keyboards write it.
fn readings(c: char) -> BTreeSet<String> {
    let Some(found) = c.to_pinyin_multi() else {
        return BTreeSet::new();
    };
    found
        .into_iter()
        .flat_map(|reading| {
            let text = reading.plain();
            if text.contains('ü') {
                vec![
                    text.replace('ü', "v"),
                    text.replace('ü', "u"),
                    text.replace('ü', "yu"),
                ]
            } else {
                vec![text.to_owned()]
            }
        })
        .collect()
}

/// Takes rare combinations away from long names, from their ends, until few enough are left.
fn thin_out(units: &mut [BTreeSet<String>]) {
    let combinations = |units: &[BTreeSet<String>]| {
        units
            .iter()
            .fold(1usize, |all, unit| all.saturating_mul(unit.len()))
    };
    while combinations(units) > MOST_SPELLINGS {
        let Some(last) = units.iter_mut().rev().find(|unit| unit.len() > 1) else {
            return;
        };
        last.pop_last();
    }
}

fn key(kind: KeyKind, text: String) -> Key {
    Key { kind, text }
}

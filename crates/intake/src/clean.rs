//! What tools and typists leave in cells, taken off.

mod day;
mod number;

pub use day::{Found, day_of_serial, read_day};
pub use number::{Number, read_number};

/// The text of a cell without what cannot be seen: blanks at the ends, zero-width marks, blanks of
/// other alphabets; line breaks and runs of blanks become one blank. Full-width letters and digits
/// become ordinary ones, Chinese punctuation stays. Says whether there were any.
pub fn text(raw: &str) -> (String, bool) {
    let mut out = String::with_capacity(raw.len());
    let mut was_wide = false;
    let mut is_blank = false;
    for sign in raw.chars().filter(|sign| !is_unseen(*sign)) {
        if sign.is_whitespace() || sign.is_control() {
            is_blank = true;
            continue;
        }
        if is_blank && !out.is_empty() {
            out.push(' ');
        }
        is_blank = false;
        let narrow = narrow(sign).filter(char::is_ascii_alphanumeric);
        was_wide |= narrow.is_some();
        out.push(narrow.unwrap_or(sign));
    }
    (out, was_wide)
}

/// The same, with ordinary punctuation as well: how days are read.
pub fn plain(raw: &str) -> String {
    let (text, _) = text(raw);
    text.chars()
        .map(|sign| narrow(sign).unwrap_or(sign))
        .collect()
}

/// The same for codes and numbers: punctuation becomes ordinary, and no blank stays.
pub fn code(raw: &str) -> (String, bool) {
    let mut was_wide = false;
    let signs = raw.chars().filter(|sign| !is_unseen(*sign));
    let signs = signs.filter(|sign| !sign.is_whitespace() && !sign.is_control());
    let out = signs.map(|sign| match narrow(sign) {
        Some(narrow) => {
            was_wide = true;
            narrow
        }
        None => sign,
    });
    (out.collect(), was_wide)
}

/// A header as it is compared: folded, in lower case, without blanks, separators, stars and what
/// stands in brackets.
pub fn header_name(raw: &str) -> String {
    let (folded, _) = code(raw);
    let mut out = String::with_capacity(folded.len());
    let mut depth = 0u32;
    for sign in folded.chars() {
        match sign {
            '(' | '[' | '【' => depth = depth.saturating_add(1),
            ')' | ']' | '】' => depth = depth.saturating_sub(1),
            '_' | '-' | '*' | '.' | ':' | '#' | '"' | '\'' => {}
            _ if depth > 0 => {}
            _ => out.extend(sign.to_lowercase()),
        }
    }
    out
}

/// Marks that take no room: byte order mark, zero-width blanks and joiners, directions.
fn is_unseen(sign: char) -> bool {
    matches!(sign, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{202a}'..='\u{202e}')
}

/// The ordinary form of a full-width sign.
fn narrow(sign: char) -> Option<char> {
    match sign {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(sign) - 0xfee0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_lose_what_cannot_be_seen_and_keep_their_punctuation() {
        for (raw, clean, wide) in [
            ("  北京站街\u{3000}８号院 ", "北京站街 8号院", true),
            ("\u{feff}甲\u{200b}乙\n丙", "甲乙 丙", false),
            ("三层（含地下）", "三层（含地下）", false),
            ("\u{a0}\t ", "", false),
        ] {
            assert_eq!(text(raw), (clean.to_owned(), wide), "{raw:?}");
        }
    }

    #[test]
    fn codes_lose_blanks_and_full_width_forms() {
        assert_eq!(
            code(" １１０１０１－Ｇ０１ "),
            ("110101-G01".to_owned(), true)
        );
        assert_eq!(code("110 101"), ("110101".to_owned(), false));
    }

    #[test]
    fn headers_are_compared_by_what_they_say() {
        for raw in [
            "楼栋编码",
            " 楼栋 编码* ",
            "楼栋编码（必填）",
            "楼栋_编码 (code)",
        ] {
            assert_eq!(header_name(raw), "楼栋编码", "{raw}");
        }
        assert_eq!(header_name("Building Code"), "buildingcode");
    }
}

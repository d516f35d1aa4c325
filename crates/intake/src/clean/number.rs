//! Numbers as people type them.

/// A number that was read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number {
    /// Its value, finite.
    pub value: f64,
    /// Whether it had thousands separators.
    pub had_separators: bool,
}

/// Reads a number: an optional sign, digits with or without thousands separators in their places,
/// an optional fraction. Anything else is none.
pub fn read_number(text: &str) -> Option<Number> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let are_digits =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let had_separators = whole.contains(',');
    let is_whole = if had_separators {
        let mut groups = whole.split(',');
        let first = groups.next().unwrap_or_default();
        are_digits(first)
            && first.len() <= 3
            && groups.all(|group| group.len() == 3 && are_digits(group))
    } else {
        are_digits(whole)
    };
    if !is_whole || fraction.is_some_and(|fraction| !are_digits(fraction)) {
        return None;
    }
    let plain: String = text.chars().filter(|sign| *sign != ',').collect();
    let value: f64 = plain.parse().ok()?;
    value.is_finite().then_some(Number {
        value,
        had_separators,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_separators_in_their_places_are_read() {
        for (text, value, had) in [
            ("12", 12.0, false),
            ("1,234", 1234.0, true),
            ("-1,234,567.5", -1_234_567.5, true),
            ("116.4074", 116.4074, false),
        ] {
            let number = read_number(text).unwrap();
            assert!((number.value - value).abs() < 1e-9, "{text}");
            assert_eq!(number.had_separators, had, "{text}");
        }
        for text in [
            "", "-", "1,23", "12,3456", ",123", "1.", ".5", "1e5", "NaN", "inf", "3层", "1,2.5",
        ] {
            assert_eq!(read_number(text), None, "{text}");
        }
    }
}

//! Numbers of identity documents (GB 11643-1999), known only so that they can be refused.

use super::digits::part;
use crate::edition::Day;

/// Whether a text is a valid number of a citizen's identity document: address 6, birthday 8, sequence
/// 3, check sign.
///
/// No record has a field for it. Imports and free texts use this to find such numbers and refuse them.
pub fn is_id_number(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: &str = "10X98765432";
    let digits = text.chars().take(17).map(|sign| sign.to_digit(10));
    let Some(digits) = digits.collect::<Option<Vec<u32>>>() else {
        return false;
    };
    if text.len() != 18 || digits.len() != 17 {
        return false;
    }
    let sum: u32 = digits
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| digit * weight)
        .sum();
    let check = usize::try_from(sum % 11)
        .ok()
        .and_then(|at| CHECKS.chars().nth(at));
    let number = |from, len| part(text, from, len).parse::<u32>().ok();
    let born = number(6, 4)
        .and_then(|year| i32::try_from(year).ok())
        .zip(number(10, 2).zip(number(12, 2)))
        .and_then(|(year, (month, day))| Day::from_ymd(year, month, day));
    born.is_some() && text.chars().last().map(|sign| sign.to_ascii_uppercase()) == check
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_numbers_are_known_and_nothing_else() {
        // The example of the standard, and one with the unassigned prefix 99.
        assert!(is_id_number("11010519491231002X"));
        assert!(is_id_number("11010519491231002x"));
        assert!(is_id_number("990101190001010018"));
        for text in [
            "",
            "110105194912310021",
            "11010519491331002X",
            "1101051949123100X",
            "99010119000101001",
            "9901011900010100180",
            "99010119000101００18",
            "X9010119000101001X",
        ] {
            assert!(!is_id_number(text), "{text}");
        }
    }
}

//! Crockford's base 32: digits and letters without I, L, O and U.

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The character of the lowest five bits.
pub(crate) fn digit(value: u8) -> char {
    ALPHABET
        .get(usize::from(value & 31))
        .map_or('0', |byte| char::from(*byte))
}

/// The value of a character as a person types it: either case, O for 0, I and L for 1.
pub(crate) fn value(character: char) -> Option<u8> {
    let upper = match character.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    ALPHABET
        .iter()
        .position(|byte| char::from(*byte) == upper)
        .and_then(|at| u8::try_from(at).ok())
}

/// The first `count` characters of a byte string's bits, highest bit first; zeros beyond its end.
pub(crate) fn encode(bytes: &[u8], count: usize) -> String {
    let bit = |at: usize| bytes.get(at / 8).map_or(0, |byte| byte >> (7 - at % 8) & 1);
    (0..count)
        .map(|index| digit((0..5).fold(0, |value, offset| value << 1 | bit(index * 5 + offset))))
        .collect()
}

/// The bytes of a text that [`encode`] made of whole bytes; nothing for other texts.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 5 / 8);
    let (mut bits, mut held) = (0u32, 0u32);
    for character in text.chars() {
        held = (held << 5 | u32::from(value(character)?)) & 0xffff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from(held >> bits & 0xff).ok()?);
        }
    }
    // What is left is filling: less than a character, and all zeros.
    (bits < 5 && held & ((1 << bits) - 1) == 0).then_some(out)
}

/// How many characters hold a number of bytes.
pub(crate) fn length(bytes: usize) -> usize {
    (bytes * 8).div_ceil(5)
}

/// Puts a dash between every four characters.
pub(crate) fn grouped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    for (at, character) in text.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            out.push('-');
        }
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_values_are_inverse() {
        for n in 0..32 {
            assert_eq!(value(digit(n)), Some(n));
            assert_eq!(value(digit(n).to_ascii_lowercase()), Some(n));
        }
        assert_eq!(
            (value('o'), value('I'), value('l')),
            (Some(0), Some(1), Some(1))
        );
        for stranger in ['U', 'u', '-', ' ', '里', '\0'] {
            assert_eq!(value(stranger), None);
        }
    }

    #[test]
    fn encodes_bits_from_the_top() {
        assert_eq!(encode(&[0xff, 0xff, 0xff, 0xff, 0xff], 8), "ZZZZZZZZ");
        assert_eq!(encode(&[0b0000_1000, 0b0100_0000], 3), "110");
        assert_eq!(grouped("ABCDEFGHJ"), "ABCD-EFGH-J");
    }

    #[test]
    fn whole_bytes_come_back() {
        let bytes: Vec<u8> = (0..=255).collect();
        for end in 0..bytes.len() {
            let text = encode(&bytes[..end], length(end));
            assert_eq!(decode(&text).as_deref(), Some(&bytes[..end]));
        }
        for wrong in ["0", "01", "ZZZ", "000", "0U"] {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
    }
}

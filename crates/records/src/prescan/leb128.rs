//! A cursor over bytes that reads LEB128 integers in their shortest form only.

use super::ScanRefusal;
use crate::rules::{Rule, Rules};

#[derive(Clone)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    pub(super) rules: Rules,
}

const ENDS_EARLY: ScanRefusal = ScanRefusal::Malformed("the bytes end early");
const TOO_LONG: ScanRefusal = ScanRefusal::Malformed("an integer has more than 64 bits");

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8], rules: Rules) -> Self {
        Self { rest: bytes, rules }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Everything that has not been read.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn byte(&mut self) -> Result<u8, ScanRefusal> {
        let (first, rest) = self.rest.split_first().ok_or(ENDS_EARLY)?;
        self.rest = rest;
        Ok(*first)
    }

    /// The next `length` bytes; a length from the input is only ever compared with what is there.
    pub(super) fn take(&mut self, length: u64) -> Result<&'a [u8], ScanRefusal> {
        let length = usize::try_from(length).map_err(|_| ENDS_EARLY)?;
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(ENDS_EARLY)?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], ScanRefusal> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or(ENDS_EARLY)?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(super) fn unsigned(&mut self) -> Result<u64, ScanRefusal> {
        let mut value = 0u64;
        for shift in (0..70).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(TOO_LONG);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                self.rules
                    .require(Rule::ShortestInteger, shift == 0 || byte != 0)?;
                return Ok(value);
            }
        }
        Err(TOO_LONG)
    }

    pub(super) fn signed(&mut self) -> Result<i64, ScanRefusal> {
        let mut value = 0i64;
        let mut before = 0u8;
        for shift in (0..70).step_by(7) {
            let byte = self.byte()?;
            if shift == 63 && !matches!(byte, 0 | 0x7f) {
                return Err(TOO_LONG);
            }
            value |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let repeats_sign =
                    (byte == 0 && before & 0x40 == 0) || (byte == 0x7f && before & 0x40 != 0);
                self.rules
                    .require(Rule::ShortestInteger, shift == 0 || !repeats_sign)?;
                if shift < 57 && byte & 0x40 != 0 {
                    value |= -1 << (shift + 7);
                }
                return Ok(value);
            }
            before = byte;
        }
        Err(TOO_LONG)
    }

    /// UTF-8 of a length that the caller has read.
    pub(super) fn text(&mut self, length: u64) -> Result<&'a str, ScanRefusal> {
        std::str::from_utf8(self.take(length)?)
            .map_err(|_| ScanRefusal::Malformed("a text is not UTF-8"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unsigned(bytes: &[u8]) -> Result<u64, ScanRefusal> {
        Reader::new(bytes, Rules::ALL).unsigned()
    }

    fn signed(bytes: &[u8]) -> Result<i64, ScanRefusal> {
        Reader::new(bytes, Rules::ALL).signed()
    }

    #[test]
    fn the_ends_of_the_ranges_are_read() {
        let mut most = [0xff; 10];
        most[9] = 1;
        assert_eq!(unsigned(&most), Ok(u64::MAX));
        most[9] = 0;
        assert_eq!(signed(&most), Ok(i64::MAX));
        let mut least = [0x80; 10];
        least[9] = 0x7f;
        assert_eq!(signed(&least), Ok(i64::MIN));
        assert_eq!((unsigned(&[0]), signed(&[0x7f])), (Ok(0), Ok(-1)));
        assert_eq!((signed(&[0x40]), signed(&[0xc0, 0])), (Ok(-64), Ok(64)));
    }

    #[test]
    fn longer_forms_and_more_than_64_bits_are_refused() {
        let longer = ScanRefusal::Rule(Rule::ShortestInteger);
        assert_eq!(unsigned(&[0x80, 0]), Err(longer));
        assert_eq!(unsigned(&[0xff, 0]), Err(longer));
        assert_eq!(signed(&[0x80, 0]), Err(longer));
        assert_eq!(signed(&[0xff, 0x7f]), Err(longer));
        assert_eq!(signed(&[0xbf, 0]), Err(longer));
        let mut too_long = [0x80; 11];
        too_long[10] = 1;
        assert_eq!(unsigned(&too_long), Err(TOO_LONG));
        assert_eq!(signed(&too_long), Err(TOO_LONG));
        let mut too_high = [0xff; 10];
        too_high[9] = 2;
        assert_eq!(unsigned(&too_high), Err(TOO_LONG));
        assert_eq!(signed(&too_high), Err(TOO_LONG));
        assert_eq!(unsigned(&[0x80]), Err(ENDS_EARLY));
        assert_eq!(signed(&[]), Err(ENDS_EARLY));
    }
}

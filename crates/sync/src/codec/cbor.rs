//! CBOR with caps: lists, bytes and texts that refuse a length before they hold it.

use minicbor::decode::{Decoder, Error};
use minicbor::encode::{self, Encoder, Write};
use minicbor::{Decode, Encode};

/// How deep lists may nest. The deepest frame (page, parcel, entry) needs five.
const DEEPEST: usize = 8;

/// A list of at most `MAX` items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bounded<T, const MAX: usize>(pub(crate) Vec<T>);

impl<'b, C, T: Decode<'b, C>, const MAX: usize> Decode<'b, C> for Bounded<T, MAX> {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, Error> {
        let count = d.array()?.ok_or_else(|| Error::message("open list"))?;
        if count > MAX as u64 {
            return Err(Error::message(format!("{count} items, cap {MAX}")));
        }
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(T::decode(d, ctx)?);
        }
        Ok(Self(items))
    }
}

impl<C, T: Encode<C>, const MAX: usize> Encode<C> for Bounded<T, MAX> {
    fn encode<W: Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        if self.0.len() > MAX {
            let count = self.0.len();
            return Err(encode::Error::message(format!("{count} items, cap {MAX}")));
        }
        e.array(self.0.len() as u64)?;
        self.0.iter().try_for_each(|item| item.encode(e, ctx))
    }
}

/// At most `MAX` bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bytes<const MAX: usize>(pub(crate) Vec<u8>);

impl<C, const MAX: usize> Decode<'_, C> for Bytes<MAX> {
    fn decode(d: &mut Decoder<'_>, _: &mut C) -> Result<Self, Error> {
        let bytes = d.bytes()?;
        if bytes.len() > MAX {
            return Err(Error::message(format!("{} bytes, cap {MAX}", bytes.len())));
        }
        Ok(Self(bytes.to_vec()))
    }
}

impl<C, const MAX: usize> Encode<C> for Bytes<MAX> {
    fn encode<W: Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        if self.0.len() > MAX {
            let length = self.0.len();
            return Err(encode::Error::message(format!("{length} bytes, cap {MAX}")));
        }
        e.bytes(&self.0)?.ok()
    }
}

/// At most `MAX` bytes of UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text<const MAX: usize>(pub(crate) String);

impl<C, const MAX: usize> Decode<'_, C> for Text<MAX> {
    fn decode(d: &mut Decoder<'_>, _: &mut C) -> Result<Self, Error> {
        let text = d.str()?;
        if text.len() > MAX {
            return Err(Error::message(format!("text of {}, cap {MAX}", text.len())));
        }
        Ok(Self(text.to_owned()))
    }
}

impl<C, const MAX: usize> Encode<C> for Text<MAX> {
    fn encode<W: Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        if self.0.len() > MAX {
            let length = self.0.len();
            return Err(encode::Error::message(format!(
                "text of {length}, cap {MAX}"
            )));
        }
        e.str(&self.0)?.ok()
    }
}

/// Checks, without holding anything, that `bytes` are exactly one list of definite length, nested
/// at most eight deep, of integers, bytes, texts, lists, booleans and nulls.
///
/// After it a decoder can skip what it does not know without keeping a stack, and a frame has no
/// second form with open lengths or tags.
pub(crate) fn check_shape(bytes: &[u8]) -> Result<(), &'static str> {
    if bytes.first().is_none_or(|first| first >> 5 != 4) {
        return Err("not a list");
    }
    let mut open = Open::default();
    let mut rest = bytes;
    loop {
        let (major, argument, tail) = head(rest)?;
        rest = tail;
        match major {
            0 | 1 => {}
            2 | 3 => {
                let length = usize::try_from(argument).map_err(|_| "a length beyond the end")?;
                let (content, tail) = rest
                    .split_at_checked(length)
                    .ok_or("a length beyond the end")?;
                if major == 3 && std::str::from_utf8(content).is_err() {
                    return Err("a text that is not UTF-8");
                }
                rest = tail;
            }
            4 => {
                if argument > rest.len() as u64 {
                    return Err("a list longer than the frame");
                }
                if argument > 0 {
                    open.push(argument)?;
                    continue;
                }
            }
            7 if (20..=22).contains(&argument) => {}
            _ => return Err("a type that the protocol does not use"),
        }
        if open.close_one() {
            return if rest.is_empty() {
                Ok(())
            } else {
                Err("bytes after the end")
            };
        }
    }
}

/// The items still to come in each open list.
#[derive(Default)]
struct Open {
    left: [u64; DEEPEST],
    depth: usize,
}

impl Open {
    fn push(&mut self, count: u64) -> Result<(), &'static str> {
        let slot = self.left.get_mut(self.depth).ok_or("nested too deep")?;
        *slot = count;
        self.depth += 1;
        Ok(())
    }

    /// Counts one complete item. True: the outermost one is complete.
    fn close_one(&mut self) -> bool {
        while let Some(last) = self.depth.checked_sub(1) {
            let Some(left) = self.left.get_mut(last) else {
                return true;
            };
            *left -= 1;
            if *left > 0 {
                return false;
            }
            self.depth = last;
        }
        true
    }
}

/// Major type, argument and the rest.
fn head(bytes: &[u8]) -> Result<(u8, u64, &[u8]), &'static str> {
    let (first, rest) = bytes.split_first().ok_or("ends early")?;
    let (major, info) = (first >> 5, first & 31);
    let wide = match info {
        0..=23 => return Ok((major, u64::from(info), rest)),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return Err("an open length"),
    };
    if major == 7 {
        return Err("a type that the protocol does not use");
    }
    let (argument, rest) = rest.split_at_checked(wide).ok_or("ends early")?;
    let argument = argument
        .iter()
        .fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
    Ok((major, argument, rest))
}

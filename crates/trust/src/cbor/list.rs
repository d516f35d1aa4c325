//! Short lists of codes in ascending order without repeats (`with = "crate::cbor::list"`).

use std::fmt::Display;
use std::str::FromStr;

use minicbor::decode::{Decoder, Error};
use minicbor::encode::{self, Encoder, Write};

/// Most codes in one list: the grids of a street, the staff of a shared device.
pub(crate) const MAX_CODES: usize = 256;

pub(crate) fn encode<C, T: Display, W: Write>(
    values: &[T],
    encoder: &mut Encoder<W>,
    ctx: &mut C,
) -> Result<(), encode::Error<W::Error>> {
    encoder.array(values.len() as u64)?;
    values
        .iter()
        .try_for_each(|value| super::text::encode(value, encoder, ctx))
}

pub(crate) fn decode<C, T>(decoder: &mut Decoder<'_>, ctx: &mut C) -> Result<Vec<T>, Error>
where
    T: FromStr + Display + Ord,
{
    let count = decoder
        .array()?
        .ok_or_else(|| Error::message("indefinite list"))?;
    if count > MAX_CODES as u64 {
        return Err(Error::message("too many codes"));
    }
    let mut values: Vec<T> = Vec::new();
    for _ in 0..count {
        let value = super::text::decode(decoder, ctx)?;
        if values.last().is_some_and(|last| *last >= value) {
            return Err(Error::message("codes are not in ascending order"));
        }
        values.push(value);
    }
    Ok(values)
}

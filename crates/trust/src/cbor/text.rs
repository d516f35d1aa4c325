//! Codes as text (`with = "crate::cbor::text"`).

use std::fmt::Display;
use std::str::FromStr;

use minicbor::decode::{Decoder, Error};
use minicbor::encode::{self, Encoder, Write};

pub(crate) fn encode<C, T: Display, W: Write>(
    value: &T,
    encoder: &mut Encoder<W>,
    _: &mut C,
) -> Result<(), encode::Error<W::Error>> {
    encoder.str(&value.to_string())?.ok()
}

pub(crate) fn decode<C, T>(decoder: &mut Decoder<'_>, _: &mut C) -> Result<T, Error>
where
    T: FromStr + Display,
{
    let text = decoder.str()?;
    let value: T = text
        .parse()
        .map_err(|_| Error::message("not a code of its kind"))?;
    // One spelling only, or the same value could be signed in two ways.
    if value.to_string() == text {
        Ok(value)
    } else {
        Err(Error::message("not in its canonical spelling"))
    }
}

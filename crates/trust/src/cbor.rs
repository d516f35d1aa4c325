//! The one way in which signed bodies are written: CBOR maps with numbered fields, in canonical form.
//!
//! Canonical: definite lengths, shortest integers, map keys unsigned and strictly ascending, no
//! tags, no floats, no null, nothing after the value. An absent optional field is left out. So every
//! value has exactly one encoding and no two readers can understand the same bytes differently.

mod canonical;
pub(crate) mod fixed;
pub(crate) mod list;
pub(crate) mod number;
pub(crate) mod text;

use minicbor::{Decode, Encode};

use crate::error::TrustError;

/// Encodes a body. Fails only on a fault of this program.
pub(crate) fn encode<T: Encode<()>>(what: &'static str, value: &T) -> Result<Vec<u8>, TrustError> {
    let bytes = minicbor::to_vec(value).map_err(|_| TrustError::Encode(what))?;
    canonical::check(&bytes).map_err(|_| TrustError::Encode(what))?;
    Ok(bytes)
}

/// Decodes a canonical body of at most `limit` bytes. Unknown fields are ignored.
pub(crate) fn decode<'b, T: Decode<'b, ()>>(
    what: &'static str,
    bytes: &'b [u8],
    limit: usize,
) -> Result<T, TrustError> {
    if bytes.len() > limit {
        return Err(TrustError::TooLarge { what, limit });
    }
    canonical::check(bytes).map_err(|reason| TrustError::malformed(what, reason))?;
    minicbor::decode(bytes).map_err(|error| TrustError::malformed(what, &error))
}

/// Decodes a body whose field 0 is its suite, and reads the suite first: a body of another suite may
/// have other fields altogether.
pub(crate) fn decode_suited<'b, T: Decode<'b, ()>>(
    what: &'static str,
    bytes: &'b [u8],
    limit: usize,
) -> Result<T, TrustError> {
    if bytes.len() > limit {
        return Err(TrustError::TooLarge { what, limit });
    }
    let mut decoder = minicbor::Decoder::new(bytes);
    let suite = decoder
        .map()
        .and_then(|_| decoder.u8())
        .and_then(|key| Ok((key, decoder.u8()?)));
    match suite {
        Ok((0, number)) => crate::key::Suite::from_number(number)?,
        Ok(_) | Err(_) => return Err(TrustError::malformed(what, "does not begin with a suite")),
    };
    decode(what, bytes, limit)
}

#[cfg(test)]
mod tests;

//! Ids, keys and signatures as byte strings of their exact length (`with = "crate::cbor::fixed"`).

use linli_model::{BatchId, ChangeHash, KeyId, RecordId};
use minicbor::decode::{Decoder, Error};
use minicbor::encode::{self, Encoder, Write};

use crate::key::{PublicKey, Signature};

/// A type that is a fixed number of bytes, or one that may be absent.
pub(crate) trait Fixed: Sized {
    fn bytes(&self) -> Option<&[u8]>;
    fn of(bytes: &[u8]) -> Option<Self>;
    fn absent() -> Option<Self> {
        None
    }
}

macro_rules! fixed {
    ($($name:ident[$len:literal])*) => {$(
        impl Fixed for $name {
            fn bytes(&self) -> Option<&[u8]> {
                Some(&self.0)
            }
            fn of(bytes: &[u8]) -> Option<Self> {
                <[u8; $len]>::try_from(bytes).ok().map(Self)
            }
        }
    )*};
}

fixed! { RecordId[16] KeyId[16] ChangeHash[32] BatchId[32] PublicKey[32] Signature[64] }

impl<const N: usize> Fixed for [u8; N] {
    fn bytes(&self) -> Option<&[u8]> {
        Some(self)
    }
    fn of(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok()
    }
}

impl<T: Fixed> Fixed for Option<T> {
    fn bytes(&self) -> Option<&[u8]> {
        self.as_ref().and_then(Fixed::bytes)
    }
    fn of(bytes: &[u8]) -> Option<Self> {
        T::of(bytes).map(Some)
    }
    fn absent() -> Option<Self> {
        Some(None)
    }
}

pub(crate) fn encode<C, T: Fixed, W: Write>(
    value: &T,
    encoder: &mut Encoder<W>,
    _: &mut C,
) -> Result<(), encode::Error<W::Error>> {
    match value.bytes() {
        Some(bytes) => encoder.bytes(bytes)?.ok(),
        None => encoder.null()?.ok(),
    }
}

pub(crate) fn decode<C, T: Fixed>(decoder: &mut Decoder<'_>, _: &mut C) -> Result<T, Error> {
    T::of(decoder.bytes()?).ok_or_else(|| Error::message("wrong number of bytes"))
}

pub(crate) fn nil<T: Fixed>() -> Option<T> {
    T::absent()
}

pub(crate) fn is_nil<T: Fixed>(value: &T) -> bool {
    value.bytes().is_none()
}

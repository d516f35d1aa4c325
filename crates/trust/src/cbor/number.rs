//! Enumerations and times as integers (`with = "crate::cbor::number"`).

use linli_model::{RecordKind, Timestamp};
use minicbor::decode::{Decoder, Error};
use minicbor::encode::{self, Encoder, Write};

use crate::certificate::Subject;
use crate::key::Suite;

/// A type that is an integer on the wire.
pub(crate) trait Number: Sized {
    fn number(&self) -> i64;
    fn of(number: i64) -> Option<Self>;
}

impl Number for Timestamp {
    fn number(&self) -> i64 {
        self.0
    }
    fn of(number: i64) -> Option<Self> {
        Some(Self(number))
    }
}

impl Number for RecordKind {
    fn number(&self) -> i64 {
        i64::from(RecordKind::number(*self))
    }
    fn of(number: i64) -> Option<Self> {
        u8::try_from(number).ok().and_then(Self::from_number)
    }
}

impl Number for Suite {
    fn number(&self) -> i64 {
        i64::from(Suite::number(*self))
    }
    fn of(number: i64) -> Option<Self> {
        Self::from_number(u8::try_from(number).ok()?).ok()
    }
}

impl Number for Subject {
    fn number(&self) -> i64 {
        match self {
            Self::Desk => 1,
            Self::Device => 2,
        }
    }
    fn of(number: i64) -> Option<Self> {
        match number {
            1 => Some(Self::Desk),
            2 => Some(Self::Device),
            _ => None,
        }
    }
}

pub(crate) fn encode<C, T: Number, W: Write>(
    value: &T,
    encoder: &mut Encoder<W>,
    _: &mut C,
) -> Result<(), encode::Error<W::Error>> {
    encoder.i64(value.number())?.ok()
}

pub(crate) fn decode<C, T: Number>(decoder: &mut Decoder<'_>, _: &mut C) -> Result<T, Error> {
    T::of(decoder.i64()?).ok_or_else(|| Error::message("unknown number"))
}

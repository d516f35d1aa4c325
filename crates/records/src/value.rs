//! The values that a field of a record can hold.

use std::fmt;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// A scalar value of a field. Documents hold scalars only: no text objects, lists or counters.
#[derive(Debug, Clone, PartialEq, PartialOrd, Serialize)]
#[serde(untagged)]
pub enum FieldValue {
    /// True or false.
    Flag(bool),
    /// A whole number.
    Int(i64),
    /// A finite number with a fraction.
    Real(f64),
    /// Text in UTF-8.
    Text(String),
}

impl FieldValue {
    /// The text, when it is text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Flag(_) | Self::Int(_) | Self::Real(_) => None,
        }
    }

    /// The whole number, when it is one.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Flag(_) | Self::Real(_) | Self::Text(_) => None,
        }
    }

    /// The number, when it is one with a fraction.
    pub fn as_real(&self) -> Option<f64> {
        match self {
            Self::Real(number) => Some(*number),
            Self::Flag(_) | Self::Int(_) | Self::Text(_) => None,
        }
    }

    /// The flag, when it is one.
    pub fn as_flag(&self) -> Option<bool> {
        match self {
            Self::Flag(flag) => Some(*flag),
            Self::Int(_) | Self::Real(_) | Self::Text(_) => None,
        }
    }

    pub(crate) fn from_scalar(scalar: &automerge::ScalarValue) -> Option<Self> {
        match scalar {
            automerge::ScalarValue::Str(text) => Some(Self::Text(text.to_string())),
            automerge::ScalarValue::Int(number) => Some(Self::Int(*number)),
            automerge::ScalarValue::F64(number) => Some(Self::Real(*number)),
            automerge::ScalarValue::Boolean(flag) => Some(Self::Flag(*flag)),
            automerge::ScalarValue::Bytes(_)
            | automerge::ScalarValue::Uint(_)
            | automerge::ScalarValue::Counter(_)
            | automerge::ScalarValue::Timestamp(_)
            | automerge::ScalarValue::Unknown { .. }
            | automerge::ScalarValue::Null => None,
        }
    }

    pub(crate) fn to_scalar(&self) -> automerge::ScalarValue {
        match self {
            Self::Flag(flag) => automerge::ScalarValue::Boolean(*flag),
            Self::Int(number) => automerge::ScalarValue::Int(*number),
            Self::Real(number) => automerge::ScalarValue::F64(*number),
            Self::Text(text) => automerge::ScalarValue::Str(text.as_str().into()),
        }
    }
}

/// By hand: a try at every variant in turn would format an error for each that does not fit.
impl<'de> Deserialize<'de> for FieldValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Scalar)
    }
}

struct Scalar;

impl Visitor<'_> for Scalar {
    type Value = FieldValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a flag, a number or a text")
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<FieldValue, E> {
        Ok(FieldValue::Flag(flag))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<FieldValue, E> {
        Ok(FieldValue::Int(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<FieldValue, E> {
        let number = i64::try_from(number);
        number
            .map(FieldValue::Int)
            .map_err(|_| E::custom("a whole number is too large"))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<FieldValue, E> {
        Ok(FieldValue::Real(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<FieldValue, E> {
        Ok(FieldValue::Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<FieldValue, E> {
        Ok(FieldValue::Text(text))
    }
}

impl From<&str> for FieldValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for FieldValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for FieldValue {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<f64> for FieldValue {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

impl From<bool> for FieldValue {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

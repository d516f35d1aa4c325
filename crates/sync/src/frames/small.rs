//! Frames of a few fields.

use linli_model::BlobHash;
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};

use super::{Wire, get, put};
use crate::code::Code;
use crate::codec::{Bounded, Text};
use crate::error::SyncError;
use crate::limits;

/// The end of a request or response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// Whether the sender has more and another exchange should follow at once.
    pub more: bool,
}

/// Why the rest of a response is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorFrame {
    /// What happened.
    pub code: Code,
    /// Named values for the text that is shown, such as `oldest` and `newest`.
    pub params: Vec<(String, String)>,
    /// How many seconds to wait, when the server knows.
    pub retry_after_s: Option<u32>,
}

/// Photos that the server asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobWanted {
    /// Their hashes, most urgent first.
    pub hashes: Vec<BlobHash>,
}

#[derive(Encode, Decode)]
struct EndMsg {
    #[n(0)]
    more: bool,
}

#[derive(Encode, Decode)]
struct ErrorMsg {
    #[n(0)]
    code: u16,
    #[n(1)]
    params: Bounded<ParamMsg, { limits::ERROR_PARAMS }>,
    #[n(2)]
    retry_after_s: Option<u32>,
}

#[derive(Encode, Decode)]
struct ParamMsg {
    #[n(0)]
    name: Text<{ limits::ERROR_TEXT }>,
    #[n(1)]
    value: Text<{ limits::ERROR_TEXT }>,
}

#[derive(Encode, Decode)]
struct BlobWantedMsg {
    #[n(0)]
    hashes: Bounded<ByteArray<32>, { limits::BLOBS_WANTED }>,
}

impl Wire for End {
    fn to_wire(&self) -> Result<Vec<u8>, SyncError> {
        put("End", &EndMsg { more: self.more })
    }

    fn from_wire(bytes: &[u8]) -> Result<Self, SyncError> {
        let EndMsg { more } = get("End", bytes)?;
        Ok(Self { more })
    }
}

impl Wire for ErrorFrame {
    fn to_wire(&self) -> Result<Vec<u8>, SyncError> {
        let params = self.params.iter().map(|(name, value)| ParamMsg {
            name: Text(name.clone()),
            value: Text(value.clone()),
        });
        let msg = ErrorMsg {
            code: self.code.number(),
            params: Bounded(params.collect()),
            retry_after_s: self.retry_after_s,
        };
        put("Error", &msg)
    }

    fn from_wire(bytes: &[u8]) -> Result<Self, SyncError> {
        let msg: ErrorMsg = get("Error", bytes)?;
        let params = msg.params.0.into_iter();
        Ok(Self {
            code: Code::from_number(msg.code),
            params: params.map(|param| (param.name.0, param.value.0)).collect(),
            retry_after_s: msg.retry_after_s,
        })
    }
}

impl Wire for BlobWanted {
    fn to_wire(&self) -> Result<Vec<u8>, SyncError> {
        let hashes = self.hashes.iter().map(|hash| hash.0.into()).collect();
        let msg = BlobWantedMsg {
            hashes: Bounded(hashes),
        };
        put("BlobWanted", &msg)
    }

    fn from_wire(bytes: &[u8]) -> Result<Self, SyncError> {
        let msg: BlobWantedMsg = get("BlobWanted", bytes)?;
        let hashes = msg.hashes.0.into_iter();
        Ok(Self {
            hashes: hashes.map(|hash| BlobHash(hash.into())).collect(),
        })
    }
}

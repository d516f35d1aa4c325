//! The frames of an exchange.
//!
//! A request is `Hello`, then any of `Control`, `Offer`, `Fetch` and `DigestAsk`, then `End`. A
//! response is `Welcome`, then any of `Personal`, `Control`, `Ack`, `Page`, `Fetched`, `BlobWanted`,
//! `Digest`, `InStep`, `Buckets` and `Bucket`, then `End`; or, at any place, `Error`, which ends it.
//!
//! Each frame has a wire struct with numbered fields, private to its file, and a domain struct; the
//! step between them is checked. A field once numbered keeps its number; new fields are optional
//! and come last; what a reader does not know it ignores.

mod ack;
mod control;
mod digests;
mod hello;
mod offer;
mod page;
mod parcel;
mod personal;
mod small;
mod stretch;
mod welcome;

use minicbor::{Decode, Encode};

pub use ack::{Ack, Outcome};
pub use control::{ControlItem, ControlPart, ControlTag};
pub(crate) use control::{Joiner, split_control};
pub use digests::{Bucket, Buckets, Digest, DigestAsk, InStep, RecordHeads};
pub use hello::{Hello, Recovery, Want};
pub use offer::{Offer, OfferMode};
pub use page::{Fetch, Fetched, Page};
pub(crate) use parcel::{body_bytes, parcel_bytes};
pub use personal::Personal;
pub use small::{BlobWanted, End, ErrorFrame};
pub use stretch::{Stretch, StretchChange};
pub use welcome::{ChainSeen, Welcome};

use crate::codec::{RawFrame, SKIPPABLE, check_shape};
use crate::error::SyncError;
use crate::limits;

/// The server's count of restores. A server that lost anything it had promised opens a new one, and
/// positions of an older generation mean nothing in it.
pub type Generation = u64;

macro_rules! frames {
    ($($(#[$doc:meta])* $name:ident($inner:ty) = $kind:literal;)*) => {
        /// Any frame.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Frame {
            $($(#[$doc])* $name($inner),)*
        }

        impl Frame {
            /// The number of its kind on the wire.
            pub fn kind(&self) -> u8 {
                match self {
                    $(Self::$name(_) => $kind,)*
                }
            }

            /// The name of its kind, for messages.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => stringify!($name),)*
                }
            }

            /// The content that follows its kind and length.
            pub fn encode(&self) -> Result<Vec<u8>, SyncError> {
                match self {
                    $(Self::$name(frame) => frame.to_wire(),)*
                }
            }

            /// Reads a frame. `None`: its kind is unknown and may be skipped.
            pub fn decode(raw: &RawFrame) -> Result<Option<Self>, SyncError> {
                match raw.kind {
                    $($kind => <$inner>::from_wire(&raw.body).map(Self::$name).map(Some),)*
                    SKIPPABLE.. => Ok(None),
                    kind => Err(SyncError::Unknown { what: "frame", number: kind.into() }),
                }
            }
        }
    };
}

frames! {
    /// Who asks, and for what. First frame of a request.
    Hello(Hello) = 1;
    /// Changes that the sender gives, or says that it holds.
    Offer(Box<Offer>) = 2;
    /// Last frame of a request or response.
    End(End) = 3;
    /// Why the rest of the response is missing. Last frame.
    Error(ErrorFrame) = 4;
    /// Records to be sent again from their first change.
    Fetch(Fetch) = 5;
    /// A question about the digests of a scope.
    DigestAsk(DigestAsk) = 6;
    /// Who answers. First frame of a response.
    Welcome(Welcome) = 16;
    /// A certificate, edition, revocation, tombstone or checkpoint.
    Control(ControlPart) = 17;
    /// What became of an offered batch.
    Ack(Ack) = 18;
    /// The next stretch of a scope's feed.
    Page(Page) = 19;
    /// Changes of records that were asked for again.
    Fetched(Fetched) = 20;
    /// The digest of a scope at a place in its feed.
    Digest(Digest) = 21;
    /// The 256 digests of a scope.
    Buckets(Buckets) = 22;
    /// The records of one bucket with their heads.
    Bucket(Bucket) = 23;
    /// A signed item for this device alone.
    Personal(Box<Personal>) = 24;
    /// Scopes in which nothing happened and both ends hold the same.
    InStep(InStep) = 25;
    /// Photos that the server asks for. May be skipped: they are asked for again.
    BlobWanted(BlobWanted) = 128;
}

/// The largest content of a frame of this kind.
pub fn frame_cap(kind: u8) -> usize {
    match kind {
        2 => limits::OFFER_FRAME_BYTES,
        17 => limits::CONTROL_FRAME_BYTES,
        19 | 20 => limits::PAGE_FRAME_BYTES,
        _ => limits::SMALL_FRAME_BYTES,
    }
}

/// A domain value that travels as one frame.
trait Wire: Sized {
    /// The content of its frame.
    fn to_wire(&self) -> Result<Vec<u8>, SyncError>;
    /// Reads the content of its frame.
    fn from_wire(bytes: &[u8]) -> Result<Self, SyncError>;
}

impl<T: Wire> Wire for Box<T> {
    fn to_wire(&self) -> Result<Vec<u8>, SyncError> {
        T::to_wire(self)
    }

    fn from_wire(bytes: &[u8]) -> Result<Self, SyncError> {
        T::from_wire(bytes).map(Self::new)
    }
}

/// Encodes a wire struct.
pub(crate) fn put<M: Encode<()>>(frame: &'static str, msg: &M) -> Result<Vec<u8>, SyncError> {
    minicbor::to_vec(msg).map_err(|e| SyncError::malformed(frame, e.to_string()))
}

/// Decodes a wire struct, after its shape was checked.
pub(crate) fn get<'b, M: Decode<'b, ()>>(
    frame: &'static str,
    bytes: &'b [u8],
) -> Result<M, SyncError> {
    check_shape(bytes).map_err(|reason| SyncError::malformed(frame, reason))?;
    minicbor::decode(bytes).map_err(|e| SyncError::malformed(frame, e.to_string()))
}

/// Reads a scope's name.
pub(crate) fn scope(frame: &'static str, text: &str) -> Result<linli_model::Scope, SyncError> {
    text.parse()
        .map_err(|e: linli_model::IdError| SyncError::malformed(frame, e.to_string()))
}

#[cfg(test)]
mod tests;

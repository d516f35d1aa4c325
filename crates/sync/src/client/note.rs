//! What the asking end keeps of a request whose answer comes later, by hand.

use linli_model::{BatchId, ChangeHash, Scope};
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};

use super::response::Response;
use crate::codec::{Bounded, Bytes, RawFrame, Text};
use crate::error::SyncError;
use crate::frames::{Frame, Hello, OfferMode, get, put, scope};
use crate::limits;
use crate::rules::{OfferedBatch, RequestRules};

/// A request in short: enough to read its answer. It holds no content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestNote {
    /// How it began.
    pub hello: Hello,
    /// What it offered, in order.
    pub offered: Vec<OfferedNote>,
}

/// A batch that was offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedNote {
    /// Its scope.
    pub scope: Scope,
    /// The batch.
    pub batch: BatchId,
    /// Each entry that travelled with its bytes; nothing for one that did not.
    pub hashes: Vec<Option<ChangeHash>>,
}

const NAME: &str = "note of a request";
/// The kind of the frame that begins a request.
const HELLO: u8 = 1;

#[derive(Encode, Decode)]
struct NoteMsg {
    #[n(0)]
    hello: Bytes<{ limits::SMALL_FRAME_BYTES }>,
    #[n(1)]
    offered: Bounded<OfferedMsg, { limits::OFFERED_BATCHES }>,
}

#[derive(Encode, Decode)]
struct OfferedMsg {
    #[n(0)]
    scope: Text<{ limits::SCOPE_TEXT }>,
    #[n(1)]
    batch: ByteArray<32>,
    #[n(2)]
    hashes: Bounded<EntryMsg, { limits::BATCH_ENTRIES }>,
}

#[derive(Encode, Decode)]
struct EntryMsg {
    #[n(0)]
    hash: Option<ByteArray<32>>,
}

impl RequestNote {
    /// The note as bytes.
    pub fn encode(&self) -> Result<Vec<u8>, SyncError> {
        let offered = self.offered.iter().map(|offered| OfferedMsg {
            scope: Text(offered.scope.to_string()),
            batch: offered.batch.0.into(),
            hashes: Bounded(
                offered
                    .hashes
                    .iter()
                    .map(|hash| EntryMsg::of(hash.as_ref()))
                    .collect(),
            ),
        });
        let hello = Frame::Hello(self.hello.clone()).encode()?;
        put(
            NAME,
            &NoteMsg {
                hello: Bytes(hello),
                offered: Bounded(offered.collect()),
            },
        )
    }

    /// Reads a note.
    pub fn decode(bytes: &[u8]) -> Result<Self, SyncError> {
        let msg: NoteMsg = get(NAME, bytes)?;
        let raw = RawFrame {
            kind: HELLO,
            body: msg.hello.0,
        };
        let Some(Frame::Hello(hello)) = Frame::decode(&raw)? else {
            return Err(SyncError::malformed(NAME, "without its hello"));
        };
        let offered = msg.offered.0.into_iter().map(|offered| {
            let hashes = offered.hashes.0.into_iter();
            Ok(OfferedNote {
                scope: scope(NAME, &offered.scope.0)?,
                batch: BatchId(offered.batch.into()),
                hashes: hashes
                    .map(|entry| entry.hash.map(|hash| ChangeHash(hash.into())))
                    .collect(),
            })
        });
        Ok(Self {
            hello,
            offered: offered.collect::<Result<_, SyncError>>()?,
        })
    }

    /// The reader of the answer to this request.
    pub fn response(&self) -> Result<Response, SyncError> {
        let offered = self.offered.iter().map(|offered| OfferedBatch {
            scope: offered.scope.clone(),
            batch: offered.batch,
            mode: OfferMode::Give,
            given: offered.hashes.iter().map(Option::is_some).collect(),
        });
        let rules = RequestRules {
            hello: Some(self.hello.clone()),
            offered: offered.collect(),
            ended: true,
            ..RequestRules::default()
        };
        Response::to(&self.hello, rules)
    }
}

impl EntryMsg {
    fn of(hash: Option<&ChangeHash>) -> Self {
        Self {
            hash: hash.map(|hash| hash.0.into()),
        }
    }
}

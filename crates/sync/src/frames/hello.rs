//! The first frame of a request.

use linli_model::{Scope, Timestamp};
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};

use super::{Generation, Wire, get, put, scope};
use crate::codec::{Bounded, Text};
use crate::error::SyncError;
use crate::limits;

/// Who asks, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hello {
    /// The protocol that the sender speaks.
    pub protocol: u16,
    /// The sender's program and version, at most 64 bytes: `linli-handheld 0.1.0`.
    pub app: String,
    /// The sender's clock. Evidence only.
    pub clock: Timestamp,
    /// The epoch in which the sender writes its batches now; of a server its generation.
    pub epoch: u64,
    /// The generation of the server that the sender's positions belong to; none at first contact.
    pub generation_seen: Option<Generation>,
    /// The newest edition that the sender has; 0 for none.
    pub edition: u32,
    /// The last control item that the sender has, in the receiver's numbering; 0 for none.
    pub control_since: u64,
    /// The feeds that the sender asks for.
    pub wants: Vec<Want>,
    /// How many bytes, before compression, the answer may have. The server answers with less when
    /// it likes, and with more only for one item that cannot be divided.
    pub max_bytes: u32,
    /// Whether the welcome should name the sender's chains: at start, after a crash, and whenever
    /// the sender may have lost state.
    pub ask_chains: bool,
    /// Whether the answer should list what the sender itself has brought, too: it may have lost that
    /// in a restore.
    pub whole: bool,
    /// Whether the sender is a server that re-exchanges with its neighbours after a restore.
    pub recovery: Recovery,
}

/// How far a server is with its recovery after a restore, as it tells the server above.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Recovery {
    /// It works normally. What every handheld says.
    #[default]
    None,
    /// It waits for the receiver and for nobody else: everything below it has answered.
    ForYou,
    /// It waits for servers below it: what it offers may not be all there is.
    Below,
}

impl Recovery {
    fn to_wire(self) -> Option<u8> {
        match self {
            Self::None => None,
            Self::ForYou => Some(1),
            Self::Below => Some(2),
        }
    }

    /// A number of a later version is taken for the most careful one.
    fn from_wire(number: Option<u8>) -> Self {
        match number {
            None | Some(0) => Self::None,
            Some(1) => Self::ForYou,
            Some(_) => Self::Below,
        }
    }
}

/// A feed that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Want {
    /// The feed.
    pub scope: Scope,
    /// The place after which it is wanted, in the receiver's numbering; 0 for the beginning.
    pub since: u64,
    /// The sender's digest of the scope, when it has nothing there that waits to be sent.
    pub digest: Option<[u8; 32]>,
}

#[derive(Encode, Decode)]
struct HelloMsg {
    #[n(0)]
    protocol: u16,
    #[n(1)]
    app: Text<{ limits::APP_TEXT }>,
    #[n(2)]
    clock: i64,
    #[n(3)]
    epoch: u64,
    #[n(4)]
    generation_seen: Option<u64>,
    #[n(5)]
    edition: u32,
    #[n(6)]
    control_since: u64,
    #[n(7)]
    wants: Bounded<WantMsg, { limits::WANTS }>,
    #[n(8)]
    max_bytes: u32,
    #[n(9)]
    ask_chains: bool,
    #[n(10)]
    whole: Option<bool>,
    #[n(11)]
    recovery: Option<u8>,
}

/// The fields of a hello that every version of the protocol has in the same place.
#[derive(Decode)]
struct AnyHelloMsg {
    #[n(0)]
    protocol: u16,
}

#[derive(Encode, Decode)]
struct WantMsg {
    #[n(0)]
    scope: Text<{ limits::SCOPE_TEXT }>,
    #[n(1)]
    since: u64,
    #[n(2)]
    digest: Option<ByteArray<32>>,
}

impl Wire for Hello {
    fn to_wire(&self) -> Result<Vec<u8>, SyncError> {
        let wants = self.wants.iter().map(|want| WantMsg {
            scope: Text(want.scope.to_string()),
            since: want.since,
            digest: want.digest.map(ByteArray::from),
        });
        let msg = HelloMsg {
            protocol: self.protocol,
            app: Text(self.app.clone()),
            clock: self.clock.0,
            epoch: self.epoch,
            generation_seen: self.generation_seen,
            edition: self.edition,
            control_since: self.control_since,
            wants: Bounded(wants.collect()),
            max_bytes: self.max_bytes,
            ask_chains: self.ask_chains,
            whole: self.whole.then_some(true),
            recovery: self.recovery.to_wire(),
        };
        put("Hello", &msg)
    }

    fn from_wire(bytes: &[u8]) -> Result<Self, SyncError> {
        // The version first: a hello of another version may differ in everything else.
        let AnyHelloMsg { protocol } = get("Hello", bytes)?;
        if crate::refusal_of(protocol).is_some() {
            return Err(SyncError::Protocol {
                theirs: protocol,
                oldest: crate::OLDEST_PROTOCOL,
                newest: crate::PROTOCOL,
            });
        }
        let msg: HelloMsg = get("Hello", bytes)?;
        let wants = msg.wants.0.into_iter().map(|want| {
            Ok(Want {
                scope: scope("Hello", &want.scope.0)?,
                since: want.since,
                digest: want.digest.map(Into::into),
            })
        });
        Ok(Self {
            protocol: msg.protocol,
            app: msg.app.0,
            clock: Timestamp(msg.clock),
            epoch: msg.epoch,
            generation_seen: msg.generation_seen,
            edition: msg.edition,
            control_since: msg.control_since,
            wants: wants.collect::<Result<_, SyncError>>()?,
            max_bytes: msg.max_bytes,
            ask_chains: msg.ask_chains,
            whole: msg.whole.unwrap_or_default(),
            recovery: Recovery::from_wire(msg.recovery),
        })
    }
}

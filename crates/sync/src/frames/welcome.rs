//! The first frame of a response.

use linli_model::{BatchId, Scope, Timestamp};
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};

use super::{Generation, Wire, get, put, scope};
use crate::codec::{Bounded, Text};
use crate::error::SyncError;
use crate::limits;

/// Who answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Welcome {
    /// The protocol that the server speaks.
    pub protocol: u16,
    /// The server's generation. Another one than the client has seen: every position of the client
    /// is void and nothing was read by it.
    pub generation: Generation,
    /// The server's clock.
    pub clock: Timestamp,
    /// The newest edition that the server has; 0 for none.
    pub edition: u32,
    /// The last control item of this client's numbering that the server keeps; 0 for none.
    pub control_taken: u64,
    /// Whether the server re-exchanges with its neighbours after a restore: it takes what it is
    /// given, but decides nothing yet.
    pub recovering: bool,
    /// The server's program and version, at most 64 bytes.
    pub app: String,
    /// The last batch of the client's key and epoch that the server knew **before** this request,
    /// for each scope, when it asked. Higher than the client's own: the client lost its state or was
    /// cloned; it pulls first and opens a new epoch.
    pub chains: Vec<ChainSeen>,
}

/// The end of a chain of batches, as the server knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainSeen {
    /// The chain's scope.
    pub scope: Scope,
    /// The number of its last batch.
    pub number: u64,
    /// The id of its last batch.
    pub batch: BatchId,
}

#[derive(Encode, Decode)]
struct WelcomeMsg {
    #[n(0)]
    protocol: u16,
    #[n(1)]
    generation: u64,
    #[n(2)]
    clock: i64,
    #[n(3)]
    edition: u32,
    #[n(4)]
    control_taken: u64,
    #[n(5)]
    recovering: bool,
    #[n(6)]
    app: Text<{ limits::APP_TEXT }>,
    #[n(7)]
    chains: Bounded<ChainMsg, { limits::WANTS }>,
}

#[derive(Encode, Decode)]
struct ChainMsg {
    #[n(0)]
    scope: Text<{ limits::SCOPE_TEXT }>,
    #[n(1)]
    number: u64,
    #[n(2)]
    batch: ByteArray<32>,
}

impl Wire for Welcome {
    fn to_wire(&self) -> Result<Vec<u8>, SyncError> {
        let chains = self.chains.iter().map(|chain| ChainMsg {
            scope: Text(chain.scope.to_string()),
            number: chain.number,
            batch: chain.batch.0.into(),
        });
        let msg = WelcomeMsg {
            protocol: self.protocol,
            generation: self.generation,
            clock: self.clock.0,
            edition: self.edition,
            control_taken: self.control_taken,
            recovering: self.recovering,
            app: Text(self.app.clone()),
            chains: Bounded(chains.collect()),
        };
        put("Welcome", &msg)
    }

    fn from_wire(bytes: &[u8]) -> Result<Self, SyncError> {
        let msg: WelcomeMsg = get("Welcome", bytes)?;
        let chains = msg.chains.0.into_iter().map(|chain| {
            Ok(ChainSeen {
                scope: scope("Welcome", &chain.scope.0)?,
                number: chain.number,
                batch: BatchId(chain.batch.into()),
            })
        });
        Ok(Self {
            protocol: msg.protocol,
            generation: msg.generation,
            clock: Timestamp(msg.clock),
            edition: msg.edition,
            control_taken: msg.control_taken,
            recovering: msg.recovering,
            app: msg.app.0,
            chains: chains.collect::<Result<_, SyncError>>()?,
        })
    }
}

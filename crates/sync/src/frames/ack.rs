//! What became of an offered batch.

use linli_model::{BatchId, ChangeHash};
use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};

use super::{Wire, get, put};
use crate::code::Code;
use crate::codec::Bounded;
use crate::error::SyncError;
use crate::limits;

/// What became of one offered batch, change by change. What it names is durable on the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ack {
    /// The batch's place among all batches offered in the request, counted from 0.
    pub place: u32,
    /// The batch.
    pub batch: BatchId,
    /// One outcome for each entry of the batch, in its order.
    pub results: Vec<Outcome>,
}

/// What became of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Stored and listed at this place of the scope's feed. The same for a change that is offered
    /// again.
    Stored {
        /// The place.
        seq: u64,
    },
    /// Known already, and not listed in a feed of the sender's.
    Duplicate,
    /// Its record was removed for good; the sender removes it as well.
    Gone,
    /// Not stored: these changes are missing before it, or itself where the sender offered a bare
    /// hash of a change that the server lacks.
    Need(Vec<ChangeHash>),
    /// Kept apart for a person to look at. Not offered again.
    Quarantined(Code),
    /// Kept, and worked on as soon as what it waits for is there. Not offered again.
    Parked,
    /// A bare hash that the server does not ask for.
    Bare,
}

const STORED: u8 = 0;
const DUPLICATE: u8 = 1;
const GONE: u8 = 2;
const NEED: u8 = 3;
const QUARANTINED: u8 = 4;
const PARKED: u8 = 5;
const BARE: u8 = 6;

#[derive(Encode, Decode)]
struct AckMsg {
    #[n(0)]
    place: u32,
    #[n(1)]
    batch: ByteArray<32>,
    #[n(2)]
    runs: Bounded<RunMsg, { limits::BATCH_ENTRIES }>,
}

/// Neighbouring entries with the same outcome; places of stored changes count up.
#[derive(Encode, Decode)]
struct RunMsg {
    #[n(0)]
    what: u8,
    #[n(1)]
    count: u32,
    #[n(2)]
    seq: Option<u64>,
    #[n(3)]
    hashes: Option<Bounded<ByteArray<32>, { limits::NEEDED_HASHES }>>,
    #[n(4)]
    code: Option<u16>,
}

impl Wire for Ack {
    fn to_wire(&self) -> Result<Vec<u8>, SyncError> {
        if self.results.len() > limits::BATCH_ENTRIES {
            let (size, cap) = (self.results.len(), limits::BATCH_ENTRIES);
            return Err(SyncError::too_large("acknowledgement", size, cap));
        }
        let mut runs: Vec<RunMsg> = Vec::new();
        for result in &self.results {
            match runs.last_mut() {
                Some(run) if run.goes_on_with(result) => run.count += 1,
                _ => runs.push(RunMsg::start(result)),
            }
        }
        let msg = AckMsg {
            place: self.place,
            batch: self.batch.0.into(),
            runs: Bounded(runs),
        };
        put("Ack", &msg)
    }

    fn from_wire(bytes: &[u8]) -> Result<Self, SyncError> {
        let msg: AckMsg = get("Ack", bytes)?;
        let mut results = Vec::new();
        for run in msg.runs.0 {
            let count = run.count as usize;
            let left = limits::BATCH_ENTRIES - results.len();
            if count == 0 || count > left {
                return Err(SyncError::malformed(
                    "Ack",
                    "a run of no or too many entries",
                ));
            }
            for at in 0..count as u64 {
                results.push(run.outcome(at)?);
            }
        }
        Ok(Self {
            place: msg.place,
            batch: BatchId(msg.batch.into()),
            results,
        })
    }
}

impl RunMsg {
    fn start(result: &Outcome) -> Self {
        let mut run = Self {
            what: number(result),
            count: 1,
            seq: None,
            hashes: None,
            code: None,
        };
        match result {
            Outcome::Stored { seq } => run.seq = Some(*seq),
            Outcome::Need(hashes) => {
                let hashes = hashes.iter().map(|hash| hash.0.into()).collect();
                run.hashes = Some(Bounded(hashes));
            }
            Outcome::Quarantined(code) => run.code = Some(code.number()),
            Outcome::Duplicate | Outcome::Gone | Outcome::Parked | Outcome::Bare => {}
        }
        run
    }

    fn goes_on_with(&self, result: &Outcome) -> bool {
        self.what == number(result)
            && match result {
                Outcome::Stored { seq } => {
                    self.seq
                        .and_then(|first| first.checked_add(self.count.into()))
                        == Some(*seq)
                }
                Outcome::Need(_) => false,
                Outcome::Quarantined(code) => self.code == Some(code.number()),
                Outcome::Duplicate | Outcome::Gone | Outcome::Parked | Outcome::Bare => true,
            }
    }

    fn outcome(&self, at: u64) -> Result<Outcome, SyncError> {
        let lacking = || SyncError::malformed("Ack", "an outcome without its value");
        Ok(match self.what {
            STORED => Outcome::Stored {
                seq: self
                    .seq
                    .and_then(|first| first.checked_add(at))
                    .ok_or_else(lacking)?,
            },
            DUPLICATE => Outcome::Duplicate,
            GONE => Outcome::Gone,
            NEED => {
                let hashes = self.hashes.as_ref().ok_or_else(lacking)?;
                let hashes = hashes.0.iter().map(|hash| ChangeHash(**hash));
                Outcome::Need(hashes.collect())
            }
            QUARANTINED => Outcome::Quarantined(Code::from_number(self.code.ok_or_else(lacking)?)),
            PARKED => Outcome::Parked,
            BARE => Outcome::Bare,
            other => {
                return Err(SyncError::Unknown {
                    what: "outcome",
                    number: other.into(),
                });
            }
        })
    }
}

fn number(outcome: &Outcome) -> u8 {
    match outcome {
        Outcome::Stored { .. } => STORED,
        Outcome::Duplicate => DUPLICATE,
        Outcome::Gone => GONE,
        Outcome::Need(_) => NEED,
        Outcome::Quarantined(_) => QUARANTINED,
        Outcome::Parked => PARKED,
        Outcome::Bare => BARE,
    }
}

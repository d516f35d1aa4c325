//! The one gate for what others wrote, used by both ends.
//!
//! In order (docs/sync.md): sizes; what is known by its hash is answered before any
//! other check; signature, certificate and rights of the signer; edition; the signer's chain;
//! scope; then, record by record, the record gate of `linli_records` with the caller's policy;
//! then changes, heads, digests and rows in the caller's transaction.
//!
//! Nothing that arrived is lost: a change is stored, or known, or its record is erased for ever, or
//! it is parked until it can be judged, or it is kept in quarantine with its reason.

use std::collections::BTreeMap;

use linli_model::{BatchId, ChangeHash, GridCode, KeyId, RecordId, Scope, Timestamp};
use linli_records::Document;
use linli_records::admit::{ChangeFacts, PolicyRefusal};
use linli_trust::{BatchHeader, CertificateStore, EntryRef, IsWithin, Parcel};

use crate::batch::Arrival;
use crate::change::Place;
use crate::error::Result;
use crate::tx::Tx;

mod chain;
pub(crate) mod known;
mod receive;
mod record;
mod release;

/// Codes of refusals that this gate adds to those of signatures and of records.
pub mod codes {
    /// Another batch stands at the same place of the signer's chain, or this one names another
    /// batch before it than the one that is here.
    pub const FORK: &str = "fork";
    /// The record's kind does not belong into the batch's scope, or the batch names another kind.
    pub const KIND: &str = "kind";
    /// The record's home grid is not the grid of the batch's scope.
    pub const HOME: &str = "home";
    /// The change names another person than the batch's header.
    pub const STAFF: &str = "staff";
    /// It builds on a change that is held back.
    pub const DEPENDS_ON_REFUSED: &str = "depends_on_refused";
}

/// Whether somebody whom we believe has judged the changes before (docs/sync.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judgement {
    /// Nobody: the author's key must be good now, and its chain without a gap.
    FirstHand,
    /// Nobody, and it has waited here since it was received: its author's key must have been good
    /// then.
    Kept,
    /// Another server, through its feed: signatures and structure are checked, nothing else.
    Vouched,
}

/// The place in a peer's feed that a page comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FromFeed<'a> {
    /// The scope of the feed: documents join it here.
    pub scope: &'a Scope,
    /// The number up to which the page goes.
    pub to: u64,
}

/// A change that has passed everything but the caller's own rules.
#[derive(Debug, Clone, Copy)]
pub struct Proposal<'a> {
    /// Who signed it, for which scope, in which role and edition.
    pub header: &'a BatchHeader,
    /// Its record, kind and hash.
    pub entry: &'a EntryRef,
    /// What it does.
    pub facts: &'a ChangeFacts,
    /// The home grid of its record.
    pub home: &'a GridCode,
    /// The record before this call; `None` when it begins with this call.
    pub document: Option<&'a Document>,
    /// Whether another server has accepted it.
    pub judgement: Judgement,
}

/// The caller's rules: role, grid of a desk, what a link may bring. They are asked for vouched
/// changes too; a caller that believes the voucher says yes.
pub type Policy<'a> = &'a mut dyn FnMut(&Proposal<'_>) -> Result<(), PolicyRefusal>;

/// With what arriving changes are judged.
pub struct Gate<'a> {
    /// Our clock at receipt.
    pub received_at: Timestamp,
    /// The peer that brings them.
    pub origin: Option<KeyId>,
    /// Whether somebody has judged them before.
    pub judgement: Judgement,
    /// The feed that they come from, for a page that was pulled.
    pub feed: Option<FromFeed<'a>>,
    /// What is known of keys.
    pub certificates: &'a CertificateStore,
    /// The organisation tree of the edition that counts.
    pub is_within: IsWithin<'a>,
    /// The caller's rules.
    pub policy: Policy<'a>,
}

/// What became of one entry of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The parcel has no body for it, and it is not here.
    Bare,
    /// It is stored now.
    Stored,
    /// It was stored before.
    Duplicate,
    /// Its record is erased for ever.
    Gone,
    /// It builds on these changes, which are not here. It is parked unless its author has too much
    /// parked already; either way its sender keeps it.
    Need(Vec<ChangeHash>),
    /// It waits for an edition, a certificate or an earlier batch. Its sender keeps it.
    Parked,
    /// It is held back, for review by a person.
    Quarantined {
        /// Stable code of the reason.
        code: String,
        /// The reason for a person.
        detail: String,
    },
}

/// What became of one parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchReport {
    /// The batch.
    pub batch: BatchId,
    /// One verdict for each entry.
    pub verdicts: Vec<Verdict>,
}

/// A change that this call has stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredChange {
    /// Its document.
    pub place: Place,
    /// Its batch.
    pub batch: BatchId,
    /// What it does.
    pub facts: ChangeFacts,
}

/// Something that a person should hear of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incident {
    /// One signer has signed two batches for one place of its chain: the device was cloned or
    /// restored without a new epoch.
    Fork {
        /// The signer.
        signer: KeyId,
        /// The batch that was here.
        first: BatchId,
        /// The batch that came.
        second: BatchId,
    },
    /// A batch does not bear the signature of the key that it names.
    Forged {
        /// The key that it names.
        signer: KeyId,
        /// The batch.
        batch: BatchId,
        /// Who brought it.
        origin: Option<KeyId>,
    },
}

/// What one call did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ingested {
    /// One report for each parcel, in order.
    pub batches: Vec<BatchReport>,
    /// Everything that is stored now and was not before, with changes that had been parked, each
    /// after those it builds on.
    pub stored: Vec<StoredChange>,
    /// What a person should hear of.
    pub incidents: Vec<Incident>,
}

/// A change on its way through the record gate.
struct Candidate {
    entry: EntryRef,
    body: Vec<u8>,
    /// Who brought it, which need not be who brought its batch first.
    origin: Option<KeyId>,
    batch: std::rc::Rc<Context>,
    source: Source,
}

/// Where a candidate's verdict goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// To this place of the report: parcel, entry.
    Parcel(usize, usize),
    /// Nowhere: it was parked.
    Parking,
    /// Nowhere: a person released it.
    Quarantine(i64),
}

/// The batch of a candidate.
struct Context {
    row: i64,
    id: BatchId,
    header: BatchHeader,
    arrival: Arrival,
}

impl Context {
    fn judgement(&self) -> Judgement {
        if self.arrival.vouched {
            Judgement::Vouched
        } else {
            Judgement::FirstHand
        }
    }
}

/// Candidates by record.
type Queue = BTreeMap<RecordId, Vec<Candidate>>;

impl Ingested {
    fn set(&mut self, source: Source, verdict: Verdict) {
        if let Source::Parcel(parcel, entry) = source
            && let Some(report) = self.batches.get_mut(parcel)
            && let Some(slot) = report.verdicts.get_mut(entry)
        {
            *slot = verdict;
        }
    }
}

impl Gate<'_> {
    fn arrival(&self) -> Arrival {
        Arrival {
            origin: self.origin,
            vouched: self.judgement == Judgement::Vouched,
            pulled_to: self.feed.map(|feed| feed.to),
            received_at: self.received_at,
        }
    }
}

impl Tx<'_> {
    /// Judges parcels and stores what may be stored, with whatever had waited for it. Doing it
    /// again with the same parcels changes nothing.
    pub fn ingest(&mut self, gate: &mut Gate<'_>, parcels: &[Parcel]) -> Result<Ingested> {
        let mut done = Ingested::default();
        let mut queue = Queue::new();
        let mut chains = Vec::new();
        for parcel in parcels {
            let index = done.batches.len();
            done.batches.push(BatchReport {
                batch: parcel.batch.id(),
                verdicts: vec![Verdict::Bare; parcel.batch.entries.len()],
            });
            let slot = Some(index);
            let arrival = gate.arrival();
            if self.receive(gate, &arrival, parcel, slot, &mut queue, &mut done)? {
                chains.push(chain::Chain::of(&parcel.batch.header));
            }
        }
        self.judge_queue(gate, queue, &mut done)?;
        self.follow_chains(gate, chains, &mut done)?;
        Ok(done)
    }

    /// Judges again what waits for editions, certificates or earlier batches. To be called when
    /// one of those has arrived.
    pub fn retry_parked(&mut self, gate: &mut Gate<'_>) -> Result<Ingested> {
        let mut done = Ingested::default();
        let rows = self.waiting_batch_rows()?;
        let chains = self.retry_batches(gate, &rows, &mut done)?;
        self.follow_chains(gate, chains, &mut done)?;
        Ok(done)
    }
}

//! What the engine keeps in memory between calls, and how it follows the transaction.

use std::collections::BTreeSet;
use std::path::PathBuf;

use linli_exchange::Reference;
use linli_model::{OrgId, RecordId, Timestamp};
use linli_store::{Reader, Tx};

use crate::door::{Committed, DoorError, DoorResult};
use crate::engine::host::Host;
use crate::engine::recovery::Waiting;

/// Fills a buffer with random bytes. The simulator brings its own.
pub type Random = Box<dyn FnMut(&mut [u8]) + Send>;

/// The engine's memory.
pub(crate) struct Core {
    pub(crate) host: Host,
    reference: Option<Reference>,
    pub(crate) notice: Committed,
    /// The neighbour with which an exchange is going on: custody may move to it now.
    pub(crate) live: Option<OrgId>,
    /// Whom this server waits for, between a restore and the end of the exchange with them.
    pub(crate) waiting: Option<Waiting>,
    pub(crate) packs: PathBuf,
    pub(crate) link: Option<super::link::RunningLink>,
    pub(crate) ask_chains: BTreeSet<OrgId>,
    /// Where the retention job goes on; `None`: from the beginning.
    pub(crate) forget_after: Option<RecordId>,
    random: Random,
}

impl Core {
    pub(crate) fn new(host: Host, packs: PathBuf, random: Random) -> Self {
        Self {
            host,
            reference: None,
            notice: Committed::default(),
            live: None,
            waiting: None,
            packs,
            link: None,
            ask_chains: BTreeSet::new(),
            forget_after: None,
            random,
        }
    }

    /// Brings editions and keys in step with the log. Called at the start of every request.
    pub(crate) fn refresh(&mut self, reader: &Reader<'_>) -> DoorResult<()> {
        let is_current = match &self.reference {
            Some(reference) => reference.is_current(reader)?,
            None => false,
        };
        if !is_current {
            self.reference = Reference::load(reader)?;
        }
        self.waiting = Waiting::load(reader)?;
        self.host.set_generation(reader.generation()?);
        if let Some(rules) = self.reference.as_ref().and_then(Reference::newest) {
            self.host.load_units(reader, rules)?;
        }
        Ok(())
    }

    /// Forgets what may have been learnt from a transaction that was rolled back.
    pub(crate) fn forget(&mut self) {
        self.reference = None;
        self.live = None;
    }

    /// Editions and keys, or the reason why this server cannot work yet.
    pub(crate) fn reference(&self) -> DoorResult<&Reference> {
        let reference = self
            .reference
            .as_ref()
            .filter(|found| found.newest().is_some());
        reference.ok_or_else(not_enrolled)
    }

    /// Runs work that extends editions and keys.
    pub(crate) fn with_reference<T>(
        &mut self,
        tx: &mut Tx<'_>,
        work: impl FnOnce(&mut Reference, &mut Tx<'_>) -> DoorResult<T>,
    ) -> DoorResult<T> {
        if self.reference.is_none() {
            self.reference = Reference::load(tx)?;
        }
        let reference = self.reference.as_mut().ok_or_else(not_enrolled)?;
        work(reference, tx)
    }

    /// Random bytes.
    pub(crate) fn random<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0u8; N];
        (self.random)(&mut bytes);
        bytes
    }

    /// The id of a record that begins now: a UUID version 7 (RFC 9562 §5.7).
    pub(crate) fn record_id(&mut self, now: Timestamp) -> RecordId {
        let mut bytes: [u8; 16] = self.random();
        let millis = now.0.to_be_bytes();
        for (slot, byte) in bytes.iter_mut().zip(millis.iter().skip(2)) {
            *slot = *byte;
        }
        if let Some(version) = bytes.get_mut(6) {
            *version = *version & 0x0f | 0x70;
        }
        if let Some(variant) = bytes.get_mut(8) {
            *variant = *variant & 0x3f | 0x80;
        }
        RecordId(bytes)
    }

    /// The number of a desk's next receipt, as people read it out.
    pub(crate) fn next_receipt_number(tx: &Tx<'_>, org: &OrgId) -> DoorResult<String> {
        let last = tx.meta_number(&receipt_note(org))?;
        let tail: String = org
            .as_str()
            .chars()
            .rev()
            .take(3)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect();
        Ok(format!("{tail}-{:04}", last.saturating_add(1)))
    }

    /// Notes that a receipt number was given.
    pub(crate) fn receipt_given(tx: &mut Tx<'_>, org: &OrgId) -> DoorResult<()> {
        let last = tx.meta_number(&receipt_note(org))?;
        Ok(tx.set_meta_number(&receipt_note(org), last.saturating_add(1))?)
    }
}

fn receipt_note(org: &OrgId) -> String {
    format!("receipts/{org}")
}

fn not_enrolled() -> DoorError {
    DoorError::Later {
        code: "not_enrolled".into(),
        detail: "this server has no edition yet; import one at the district or join the parent"
            .into(),
        after_ms: 5_000,
    }
}

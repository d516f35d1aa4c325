//! The chains of signers: no gap in what an author pushes itself, no two batches at one place.

use linli_model::{BatchId, KeyId, Scope};
use linli_trust::{BatchHeader, Parcel, SealedBatch};

use crate::batch::Arrival;
use crate::error::Result;
use crate::ingest::{Gate, Ingested, Queue};
use crate::tx::{Reader, Tx};

/// The batches of one signer in one epoch and scope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Chain {
    signer: KeyId,
    epoch: u64,
    scope: Scope,
}

impl Chain {
    pub(super) fn of(header: &BatchHeader) -> Self {
        Self {
            signer: header.signer,
            epoch: header.epoch,
            scope: header.scope.clone(),
        }
    }
}

/// How a batch fits its chain.
pub(super) enum Link {
    /// It continues the chain, fills a hole, or its chain may have gaps.
    Fits,
    /// An earlier batch is missing.
    Gap,
    /// This other batch contradicts it.
    Fork(BatchId),
}

impl Reader<'_> {
    /// How a batch that is not stored yet fits its chain. Gaps are allowed in what others forward.
    pub(super) fn link(&self, sealed: &SealedBatch, arrival: &Arrival) -> Result<Link> {
        let header = &sealed.header;
        let chain = (&header.signer, header.epoch, &header.scope);
        let id = sealed.id();
        let same = self.batches_at(chain.0, chain.1, chain.2, header.number)?;
        if let Some(other) = same.into_iter().find(|other| *other != id) {
            return Ok(Link::Fork(other));
        }
        let Some(prev) = header.prev else {
            return Ok(Link::Fits);
        };
        let before = header.number.saturating_sub(1);
        let before = self.batches_at(chain.0, chain.1, chain.2, before)?;
        if before.contains(&prev) {
            return Ok(Link::Fits);
        }
        if let Some(other) = before.first() {
            return Ok(Link::Fork(*other));
        }
        let is_direct = !arrival.vouched && arrival.origin == Some(header.signer);
        Ok(if is_direct { Link::Gap } else { Link::Fits })
    }
}

impl Tx<'_> {
    /// Judges batches that waited for the ones that were just accepted, and so on.
    pub(super) fn follow_chains(
        &mut self,
        gate: &mut Gate<'_>,
        mut grown: Vec<Chain>,
        done: &mut Ingested,
    ) -> Result<()> {
        while !grown.is_empty() {
            let mut next = Vec::new();
            for row in self.waiting_batch_rows()? {
                let header = self.batch_at_row(row)?.sealed.header;
                if grown.contains(&Chain::of(&header)) {
                    next.push(row);
                }
            }
            grown = self.retry_batches(gate, &next, done)?;
        }
        Ok(())
    }

    /// Puts waiting batches through the gate again, judged as of their receipt. Answers the chains
    /// of those that wait no longer.
    pub(super) fn retry_batches(
        &mut self,
        gate: &mut Gate<'_>,
        rows: &[i64],
        done: &mut Ingested,
    ) -> Result<Vec<Chain>> {
        let mut queue = Queue::new();
        let mut grown = Vec::new();
        let mut waiting = Vec::new();
        for row in rows {
            waiting.push(self.batch_at_row(*row)?);
        }
        waiting.sort_by_key(|batch| (batch.sealed.header.number, batch.row));
        for batch in waiting {
            let parked = self.parked_of_batch(batch.row)?;
            let body_of = |hash| {
                let found = parked.iter().find(|row| row.parked.entry.hash == hash);
                found.map(|row| row.body.clone())
            };
            let bodies = batch
                .sealed
                .entries
                .iter()
                .map(|e| body_of(e.hash))
                .collect();
            let chain = Chain::of(&batch.sealed.header);
            let parcel = Parcel {
                batch: batch.sealed,
                bodies,
            };
            if self.receive(gate, &batch.arrival, &parcel, None, &mut queue, done)? {
                grown.push(chain);
            }
        }
        self.judge_queue(gate, queue, done)?;
        Ok(grown)
    }
}

//! Applying the events of an answer, each in the caller's transaction.

use linli_model::{ChangeHash, Scope, Timestamp};
use linli_store::ingest::{FromFeed, Judgement};
use linli_store::{Answer, ControlItem, Peer, Tx};
use linli_sync::client::Event;
use linli_sync::frames::{Fetched, Outcome, Page, Welcome};

use crate::client::{Applied, Client, Offering, digest, offer};
use crate::error::ExchangeError;
use crate::judge::{Incoming, ingest};
use crate::reference::{Kept, Reference};

impl Client {
    /// Makes one event durable. Ask for the next one only after the transaction is committed.
    pub fn apply(
        &mut self,
        tx: &mut Tx<'_>,
        reference: &mut Reference,
        event: Event,
        now: Timestamp,
    ) -> Result<Applied, ExchangeError> {
        let mut applied = Applied::default();
        match event {
            Event::Welcomed(welcome) => self.welcomed(tx, &welcome, now, &mut applied)?,
            Event::GenerationChanged {
                now: generation, ..
            } => {
                self.begin_generation(tx, generation)?;
                applied.new_generation = Some(generation);
            }
            Event::Personal(item) => applied.personal = Some(item),
            Event::StoreCertificate { seq, certificate } => {
                self.control(
                    tx,
                    reference,
                    seq,
                    &ControlItem::Certificate(certificate),
                    now,
                    &mut applied,
                )?;
            }
            Event::StoreEdition { seq, edition } => {
                self.control(
                    tx,
                    reference,
                    seq,
                    &ControlItem::Edition(edition),
                    now,
                    &mut applied,
                )?;
            }
            Event::StoreRevocation { seq, revocation } => {
                self.control(
                    tx,
                    reference,
                    seq,
                    &ControlItem::Revocation(revocation),
                    now,
                    &mut applied,
                )?;
            }
            Event::Tombstone { seq, tombstone } => {
                self.control(
                    tx,
                    reference,
                    seq,
                    &ControlItem::Tombstone(tombstone),
                    now,
                    &mut applied,
                )?;
            }
            Event::StoreCheckpoint { seq, checkpoint } => {
                self.control(
                    tx,
                    reference,
                    seq,
                    &ControlItem::Checkpoint(checkpoint),
                    now,
                    &mut applied,
                )?;
            }
            Event::Acked { results, .. } => self.acked(tx, &results, now, &mut applied)?,
            Event::PageReady(page) => self.page(tx, reference, page, now, &mut applied)?,
            Event::Fetched(fetched) => self.fetched(tx, reference, fetched, now, &mut applied)?,
            Event::BlobsWanted(hashes) => applied.blobs_wanted = hashes,
            Event::InStep { .. } | Event::Buckets(_) | Event::Bucket(_) => {}
            Event::Diverged { scope, .. } => applied.diverged = Some(scope),
            Event::Failed(error) => applied.failed = Some(error),
            Event::Ended { more } => {
                self.note_contact(tx, now)?;
                applied.ended = Some(more || self.has_more_to_offer);
            }
        }
        Ok(applied)
    }

    fn welcomed(
        &mut self,
        tx: &mut Tx<'_>,
        welcome: &Welcome,
        now: Timestamp,
        applied: &mut Applied,
    ) -> Result<(), ExchangeError> {
        let known = tx.peer(&self.peer)?;
        if welcome.generation < known.generation {
            return Err(ExchangeError::OldGeneration {
                seen: known.generation,
                now: welcome.generation,
            });
        }
        self.generation = welcome.generation;
        let first = known.generation == 0;
        tx.set_peer(
            &self.peer,
            &Peer {
                generation: if first {
                    welcome.generation
                } else {
                    known.generation
                },
                clock_offset_ms: welcome.clock.ms_since(now),
                ..known
            },
        )?;
        if self.offering != Offering::Outbox {
            tx.set_meta_number(&offer::control_note(&self.peer), welcome.control_taken)?;
        }
        applied.new_epoch = Self::lost_chain(tx, welcome)?;
        Ok(())
    }

    /// A peer that knows more of our chain than we do has seen a life of ours that we have lost:
    /// our numbers are burnt, a new epoch begins (docs/sync.md).
    fn lost_chain(tx: &mut Tx<'_>, welcome: &Welcome) -> Result<Option<u64>, ExchangeError> {
        let epoch = tx.epoch()?;
        for chain in &welcome.chains {
            if tx.batch(&chain.batch)?.is_none() {
                return Ok(Some(tx.open_epoch(epoch)?));
            }
        }
        Ok(None)
    }

    fn begin_generation(&mut self, tx: &mut Tx<'_>, generation: u64) -> Result<(), ExchangeError> {
        let known = tx.peer(&self.peer)?;
        tx.set_peer(
            &self.peer,
            &Peer {
                generation,
                control_since: 0,
                ..known
            },
        )?;
        if let Offering::Feed(scope) = &self.offering {
            let mut cursor = tx.cursor(&self.peer, scope)?;
            cursor.pushed = 0;
            tx.set_cursor(&self.peer, scope, &cursor)?;
        }
        Ok(())
    }

    fn control(
        &self,
        tx: &mut Tx<'_>,
        reference: &mut Reference,
        seq: u64,
        item: &ControlItem,
        now: Timestamp,
        applied: &mut Applied,
    ) -> Result<(), ExchangeError> {
        let known = tx.peer(&self.peer)?;
        // A handheld's clock may be wrong by years; what its server gave is judged at the server's time.
        let received_at = match self.offering {
            Offering::Outbox => now.plus_ms(known.clock_offset_ms),
            Offering::Feed(_) => now,
        };
        applied.has_reference |= reference.keep(tx, item, received_at)? == Kept::New;
        tx.set_peer(
            &self.peer,
            &Peer {
                control_since: known.control_since.max(seq),
                ..known
            },
        )?;
        Ok(())
    }

    fn acked(
        &mut self,
        tx: &mut Tx<'_>,
        results: &[Outcome],
        now: Timestamp,
        applied: &mut Applied,
    ) -> Result<(), ExchangeError> {
        let Some(offered) = self.offered.pop_front() else {
            return Ok(());
        };
        let answers: Vec<(ChangeHash, &Outcome)> = offered
            .hashes
            .iter()
            .zip(results)
            .filter_map(|(hash, outcome)| Some(((*hash)?, outcome)))
            .collect();
        match &self.offering {
            Offering::Outbox => {
                let answers: Vec<_> = answers
                    .into_iter()
                    .filter_map(|(hash, outcome)| Some((hash, answer(outcome)?)))
                    .collect();
                applied.has_refusals = answers
                    .iter()
                    .any(|(_, answer)| matches!(answer, Answer::Quarantined(_)));
                tx.record_answers(&answers, now)?;
            }
            Offering::Feed(scope) => {
                let scope = scope.clone();
                for (hash, outcome) in &answers {
                    give_what_is_needed(tx, &scope, outcome)?;
                    if let Outcome::Quarantined(code) = outcome {
                        tracing::warn!(change.hash = %hash, code = code.name(), batch.id = %offered.batch, "the parent refused a change");
                    }
                }
                if let Some(to) = offered.reaches {
                    tx.advance_pushed(&self.peer, &scope, to)?;
                }
            }
        }
        Ok(())
    }

    fn page(
        &mut self,
        tx: &mut Tx<'_>,
        reference: &Reference,
        page: Page,
        now: Timestamp,
        applied: &mut Applied,
    ) -> Result<(), ExchangeError> {
        let (scope, to) = (page.scope, page.to);
        let parcels = page.changes.into_parcels();
        let feed = FromFeed { scope: &scope, to };
        let incoming = Incoming {
            parcels: &parcels,
            origin: self.peer,
            judgement: Judgement::Vouched,
            feed: Some(feed),
            received_at: now,
        };
        let done = ingest(tx, reference, &incoming, &mut |_| Ok(()))?;
        applied
            .records
            .extend(done.stored.iter().map(|change| change.place.record));
        tx.advance_pulled(&self.peer, &scope, self.generation, to)?;
        let digest = digest(tx, &self.offering, &scope)?;
        self.response.applied(&scope, digest);
        Ok(())
    }

    fn fetched(
        &mut self,
        tx: &mut Tx<'_>,
        reference: &Reference,
        fetched: Fetched,
        now: Timestamp,
        applied: &mut Applied,
    ) -> Result<(), ExchangeError> {
        let parcels = fetched.changes.into_parcels();
        let incoming = Incoming {
            parcels: &parcels,
            origin: self.peer,
            judgement: Judgement::Vouched,
            feed: None,
            received_at: now,
        };
        let done = ingest(tx, reference, &incoming, &mut |_| Ok(()))?;
        applied
            .records
            .extend(done.stored.iter().map(|change| change.place.record));
        Ok(())
    }

    fn note_contact(&self, tx: &mut Tx<'_>, now: Timestamp) -> Result<(), ExchangeError> {
        let known = tx.peer(&self.peer)?;
        tx.set_peer(
            &self.peer,
            &Peer {
                contact_at: now,
                ..known
            },
        )?;
        Ok(())
    }
}

/// The peer lacks changes that ours build on: the histories of their records are listed for it.
fn give_what_is_needed(
    tx: &mut Tx<'_>,
    scope: &Scope,
    outcome: &Outcome,
) -> Result<(), ExchangeError> {
    let Outcome::Need(hashes) = outcome else {
        return Ok(());
    };
    for hash in hashes {
        if let Some(found) = tx.change_info(hash)? {
            tx.list_history(scope, &found.record)?;
        }
    }
    Ok(())
}

fn answer(outcome: &Outcome) -> Option<Answer> {
    Some(match outcome {
        Outcome::Stored { seq } => Answer::Stored(*seq),
        Outcome::Duplicate => Answer::Duplicate,
        Outcome::Gone => Answer::Gone,
        Outcome::Need(hashes) => Answer::Need(hashes.clone()),
        Outcome::Quarantined(code) => Answer::Quarantined(code.name().to_owned()),
        Outcome::Parked => Answer::Parked,
        Outcome::Bare => return None,
    })
}

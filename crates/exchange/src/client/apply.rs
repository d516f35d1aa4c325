//! Applying the events of an answer, each in the caller's transaction.

use linli_model::{ChangeHash, Scope, Timestamp};
use linli_store::ingest::{FromFeed, Judgement};
use linli_store::{Answer, ControlItem, Peer, Tx};
use linli_sync::Code;
use linli_sync::client::Event;
use linli_sync::frames::{Fetched, Outcome, Page, Welcome};

use super::offer::{Kind, Offered};
use super::{Applied, Client, Offering, ask_for_everything, backup, digest, offer, whole_note};
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
            Event::InStep { .. } if self.is_carried => {}
            Event::InStep { scope, .. } => applied.in_step = Some(scope),
            Event::Buckets(_) | Event::Bucket(_) => {}
            // What was not taken on purpose is no difference; nor is what came after a carried file.
            Event::Diverged { .. } if self.holds_pages || self.is_carried => {}
            Event::Diverged { scope, .. } => applied.diverged = Some(scope),
            Event::Failed(error) => applied.failed = Some(error),
            Event::Ended { more } if self.is_carried => applied.ended = Some(more),
            Event::Ended { more } => {
                self.note_contact(tx, now)?;
                applied.ended = Some(self.ended(tx, more)?);
            }
        }
        applied.is_peer_recovering = self.is_peer_recovering;
        Ok(applied)
    }

    /// Whether another exchange should follow at once.
    fn ended(&self, tx: &mut Tx<'_>, more: bool) -> Result<bool, ExchangeError> {
        let is_parked = self.is_peer_recovering && self.offering == Offering::Outbox;
        if self.is_whole && !more && !self.holds_pages && !self.is_peer_recovering {
            tx.remove_meta(&whole_note(&self.peer))?;
        }
        Ok(self.holds_pages
            || more
            || (!is_parked && (self.has_more_to_offer || backup::is_pending(tx, &self.peer)?)))
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
                clock_offset_ms: if self.is_carried {
                    known.clock_offset_ms
                } else {
                    welcome.clock.ms_since(now)
                },
                ..known
            },
        )?;
        self.is_peer_recovering = welcome.recovering;
        tx.set_meta_number(&offer::control_note(&self.peer), welcome.control_taken)?;
        tx.set_meta_number(&offer::edition_note(&self.peer), welcome.edition.into())?;
        if first && self.offering == Offering::Outbox {
            // A server that begins anew with another key knows nothing of what is held here.
            backup::begin(tx, &self.peer)?;
        }
        applied.new_epoch = Self::lost_chain(tx, welcome)?;
        if applied.new_epoch.is_some() {
            self.pull_all_again(tx)?;
        }
        Ok(())
    }

    /// What a lost life or a twin has brought to the peer under our key was left out so far: the feeds
    /// are pulled anew, from the next exchange on.
    fn pull_all_again(&mut self, tx: &mut Tx<'_>) -> Result<(), ExchangeError> {
        ask_for_everything(tx, &self.peer)?;
        for scope in &self.wants {
            let mut cursor = tx.cursor(&self.peer, scope)?;
            cursor.pulled = 0;
            tx.set_cursor(&self.peer, scope, &cursor)?;
        }
        self.holds_pages = true;
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
        // Places that this answer acknowledges count from where we were, not from the beginning.
        self.holds_pages = true;
        match &self.offering {
            Offering::Outbox => {
                // Naming begins anew: answers to names of this request must not move it on.
                let named = self.offered.iter_mut();
                for offered in named.filter(|offered| offered.kind == Kind::Named) {
                    offered.kind = Kind::Moot;
                }
                backup::begin(tx, &self.peer)
            }
            Offering::Feed(feed) => {
                let mut cursor = tx.cursor(&self.peer, &feed.scope)?;
                cursor.pushed = 0;
                tx.set_cursor(&self.peer, &feed.scope, &cursor)?;
                let until = tx.feed_state(&feed.scope)?.seq;
                Ok(tx.set_meta_number(&offer::lost_note(&self.peer), until)?)
            }
        }
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
        match offered.kind {
            Kind::Own => {
                let answers: Vec<_> = answers
                    .into_iter()
                    .filter_map(|(hash, outcome)| Some((hash, answer(outcome)?)))
                    .collect();
                applied.has_refusals = answers
                    .iter()
                    .any(|(_, answer)| matches!(answer, Answer::Quarantined(_)));
                tx.record_answers(&answers, now)?;
                let is_forked = |(_, answer): &(_, Answer)| {
                    *answer == Answer::Quarantined(Code::ChainBroken.name().to_owned())
                };
                if answers.iter().any(is_forked) {
                    self.pull_all_again(tx)?;
                }
            }
            Kind::Named => backup::named_answered(tx, &self.peer, offered.batch, &answers)?,
            Kind::Moot => {}
            Kind::Again => {
                let (peer, given) = (&self.peer, &self.given);
                applied.has_refusals =
                    backup::given_answered(tx, peer, offered.batch, given, &answers, now)?;
            }
            Kind::Feed(reaches) => self.feed_acked(tx, &offered, reaches, &answers)?,
        }
        // Pages build on what the peer has: what it refused must go before they are taken.
        self.holds_pages |= applied.has_refusals;
        Ok(())
    }

    fn feed_acked(
        &self,
        tx: &mut Tx<'_>,
        offered: &Offered,
        reaches: Option<u64>,
        answers: &[(ChangeHash, &Outcome)],
    ) -> Result<(), ExchangeError> {
        let Offering::Feed(feed) = &self.offering else {
            return Ok(());
        };
        for (hash, outcome) in answers {
            give_what_is_needed(tx, &feed.scope, outcome)?;
            if let Outcome::Quarantined(code) = outcome {
                tracing::warn!(change.hash = %hash, code = code.name(), batch.id = %offered.batch, "the parent refused a change");
            }
        }
        if let Some(to) = reaches
            && !self.holds_pages
        {
            tx.advance_pushed(&self.peer, &feed.scope, to)?;
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
        let (scope, from, to) = (page.scope, page.from, page.to);
        if self.holds_pages || (self.is_carried && !self.follows(tx, &scope, from)?) {
            return Ok(());
        }
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
        let digest = digest(tx, &self.peer, &self.offering, &scope)?;
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

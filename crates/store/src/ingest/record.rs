//! One record at the gate: its new changes and those that were parked for them, judged together.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use linli_model::{ChangeHash, GridCode, RecordId, Scope};
use linli_records::admit::{Applied, ChangeFacts, Incoming, Outcome, PolicyRefusal};
use linli_records::{Document, admit as judge, prescan};
use linli_trust::{BatchHeader, EntryRef};

use crate::change::{Piece, Place};
use crate::error::{Result, StoreError};
use crate::ingest::receive::refused;
use crate::ingest::{
    Candidate, Context, Gate, Ingested, Judgement, Policy, Proposal, Queue, Source, StoredChange,
    Verdict, codes,
};
use crate::parked::{ParkedFor, ParkedRow, ToPark};
use crate::quarantine::Held;
use crate::tx::Tx;

impl Tx<'_> {
    /// Judges all candidates, record by record. Only one document is in memory at a time.
    pub(super) fn judge_queue(
        &mut self,
        gate: &mut Gate<'_>,
        queue: Queue,
        done: &mut Ingested,
    ) -> Result<()> {
        for (record, mut candidates) in queue {
            self.add_parked(&mut candidates)?;
            self.judge_record(gate, &record, candidates, done)?;
        }
        Ok(())
    }

    /// Adds what is parked for one of the candidates, and what is parked for that, and so on.
    fn add_parked(&self, candidates: &mut Vec<Candidate>) -> Result<()> {
        let mut seen: BTreeSet<ChangeHash> = candidates.iter().map(|c| c.entry.hash).collect();
        let mut contexts = BTreeMap::new();
        let mut next: Vec<ChangeHash> = seen.iter().copied().collect();
        while let Some(hash) = next.pop() {
            for row in self.parked_on(&hash)? {
                if seen.insert(row.parked.entry.hash) {
                    next.push(row.parked.entry.hash);
                    candidates.push(self.parked_candidate(row, &mut contexts)?);
                }
            }
        }
        Ok(())
    }

    fn parked_candidate(
        &self,
        row: ParkedRow,
        contexts: &mut BTreeMap<i64, Rc<Context>>,
    ) -> Result<Candidate> {
        let context = match contexts.entry(row.batch) {
            Entry::Occupied(known) => Rc::clone(known.get()),
            Entry::Vacant(slot) => Rc::clone(slot.insert(Rc::new(self.context_of(row.batch)?))),
        };
        Ok(Candidate {
            entry: row.parked.entry,
            body: row.body,
            origin: row.origin,
            batch: context,
            source: Source::Parking,
        })
    }

    pub(super) fn context_of(&self, batch: i64) -> Result<Context> {
        let found = self.batch_at_row(batch)?;
        Ok(Context {
            row: batch,
            id: found.sealed.id(),
            header: found.sealed.header,
            arrival: found.arrival,
        })
    }

    pub(super) fn judge_record(
        &mut self,
        gate: &mut Gate<'_>,
        record: &RecordId,
        candidates: Vec<Candidate>,
        done: &mut Ingested,
    ) -> Result<()> {
        let info = self.document_info(record)?;
        let Some(kind) = info
            .as_ref()
            .map(|info| info.kind)
            .or_else(|| candidates.first().map(|c| c.entry.kind))
        else {
            return Ok(());
        };
        let (candidates, others): (Vec<_>, Vec<_>) =
            candidates.into_iter().partition(|c| c.entry.kind == kind);
        for other in others {
            let detail = format!("the record is a {kind:?}");
            self.refuse_candidate(&other, codes::KIND, &detail, done)?;
        }
        let document = self.load_with_knowledge(record)?;
        let incoming: Vec<Incoming<'_>> = candidates.iter().map(incoming).collect();
        let mut asked = Asked {
            policy: &mut *gate.policy,
            candidates: candidates.iter().map(|c| (c.entry.hash, c)).collect(),
            document: document.as_ref(),
            home: info.map(|info| info.home),
        };
        let admission = judge(document.as_ref(), kind, &incoming, &mut |facts| {
            asked.ask(facts)
        });
        let home = asked.home;
        let mut applied = Vec::new();
        for (candidate, outcome) in candidates.iter().zip(admission.outcomes) {
            if let Some(one) = self.settle_outcome(candidate, outcome, done)? {
                applied.push((candidate, one));
            }
        }
        if let (Some(document), Some(home)) = (admission.document, home) {
            self.keep_knowledge(record, &document);
            let place = Place {
                record: *record,
                kind,
                home,
            };
            self.store_applied(gate, &place, &document, applied, done)?;
        }
        Ok(())
    }

    /// Stores accepted changes and everything that follows from them.
    fn store_applied(
        &mut self,
        gate: &Gate<'_>,
        place: &Place,
        document: &Document,
        mut applied: Vec<(&Candidate, Box<Applied>)>,
        done: &mut Ingested,
    ) -> Result<()> {
        // A change starts above every operation below it, so this order is causal.
        applied.sort_by_key(|(_, one)| (one.change.start_op, one.change.hash));
        let changes: Vec<_> = applied
            .iter()
            .map(|(candidate, one)| Piece {
                change: &one.change,
                batch: Some(candidate.batch.row),
                origin: candidate.origin,
            })
            .collect();
        self.append(place, &changes, gate.received_at)?;
        if let Some(feed) = gate.feed {
            self.join_scope(feed.scope, &place.record)?;
        }
        self.settle(&place.record, document)?;
        for (candidate, one) in applied {
            self.unpark(&candidate.entry.hash)?;
            if candidate.batch.judgement() == Judgement::Vouched {
                self.accept_after_all(&candidate.entry.hash, gate)?;
            }
            done.set(candidate.source, Verdict::Stored);
            done.stored.push(StoredChange {
                place: place.clone(),
                batch: candidate.batch.id,
                facts: one.facts,
            });
        }
        Ok(())
    }

    /// A change that we held back was accepted by somebody whom we believe.
    fn accept_after_all(&self, hash: &ChangeHash, gate: &Gate<'_>) -> Result<()> {
        self.sql()
            .prepare_cached(
                "UPDATE quarantine SET state = 1, decided_at = ?2
                 WHERE hash = ?1 AND authentic = 1 AND state <> 1",
            )?
            .execute(rusqlite::params![hash.0, gate.received_at.0])?;
        Ok(())
    }

    /// Does what follows from an outcome; hands back a change that is to be stored.
    fn settle_outcome(
        &mut self,
        candidate: &Candidate,
        outcome: Outcome,
        done: &mut Ingested,
    ) -> Result<Option<Box<Applied>>> {
        match outcome {
            Outcome::Applied(one) => return Ok(Some(one)),
            Outcome::Duplicate => {
                self.unpark(&candidate.entry.hash)?;
                done.set(candidate.source, Verdict::Duplicate);
            }
            Outcome::Missing(missing) => self.wait_for(candidate, missing, done)?,
            Outcome::Refused(refusal) => {
                self.refuse_candidate(candidate, refusal.code, &refusal.detail, done)?;
            }
            Outcome::Unjudged => {
                return Err(StoreError::Damaged(format!(
                    "record {} must be rebuilt from its changes",
                    candidate.entry.record
                )));
            }
        }
        Ok(None)
    }

    /// Parks a change until what it builds on is here; refuses it when that is held back.
    fn wait_for(
        &mut self,
        candidate: &Candidate,
        missing: Vec<ChangeHash>,
        done: &mut Ingested,
    ) -> Result<()> {
        if candidate.batch.judgement() == Judgement::FirstHand {
            for hash in &missing {
                if self.refusal_of(hash)?.is_some() {
                    let detail = format!("builds on {hash}");
                    let code = codes::DEPENDS_ON_REFUSED;
                    return self.refuse_candidate(candidate, code, &detail, done);
                }
            }
        }
        if let Source::Quarantine(_) = candidate.source {
            return Ok(());
        }
        self.park(&ToPark {
            entry: candidate.entry,
            batch: candidate.batch.row,
            signer: candidate.batch.header.signer,
            origin: candidate.origin,
            is_vouched: candidate.batch.arrival.vouched,
            body: &candidate.body,
            reason: ParkedFor::Changes,
            waits_for: &missing,
            at: candidate.batch.arrival.received_at,
        })?;
        done.set(candidate.source, Verdict::Need(missing));
        Ok(())
    }

    /// Keeps a refused change out, with its reason.
    pub(super) fn refuse_candidate(
        &mut self,
        candidate: &Candidate,
        code: &str,
        detail: &str,
        done: &mut Ingested,
    ) -> Result<()> {
        let header = &candidate.batch.header;
        self.hold(&Held {
            hash: candidate.entry.hash,
            record: candidate.entry.record,
            kind: candidate.entry.kind,
            scope: header.scope.clone(),
            batch: candidate.batch.id,
            signer: header.signer,
            staff: Some(header.staff.clone()),
            is_authentic: is_authored(header, &candidate.entry, &candidate.body),
            code: code.to_owned(),
            detail: detail.to_owned(),
            body: candidate.body.clone(),
            received_at: candidate.batch.arrival.received_at,
        })?;
        self.unpark_from(&candidate.entry.hash, &candidate.batch.id)?;
        done.set(candidate.source, refused(code, detail));
        Ok(())
    }
}

/// Whether the signer of the batch really wrote this change: bytes under the right hash, by its own
/// actor. Anybody can sign a batch that names a change of somebody else; refusing that must not keep
/// the change itself out.
pub(super) fn is_authored(header: &BatchHeader, entry: &EntryRef, body: &[u8]) -> bool {
    prescan::scan(body)
        .is_ok_and(|change| change.hash == entry.hash && change.actor() == header.actor())
}

fn incoming(candidate: &Candidate) -> Incoming<'_> {
    Incoming {
        hash: candidate.entry.hash,
        bytes: &candidate.body,
        actor_key: candidate.batch.header.signer,
        epoch: candidate.batch.header.epoch,
    }
}

/// Answers the record gate's question: our own checks of header against change, then the caller's.
struct Asked<'a> {
    policy: Policy<'a>,
    candidates: BTreeMap<ChangeHash, &'a Candidate>,
    document: Option<&'a Document>,
    home: Option<GridCode>,
}

impl Asked<'_> {
    fn ask(&mut self, facts: &ChangeFacts) -> Result<(), PolicyRefusal> {
        let refuse = |code, detail: &str| {
            Err(PolicyRefusal {
                code,
                detail: detail.to_owned(),
            })
        };
        let Some(candidate) = self.candidates.get(&facts.hash) else {
            return refuse(codes::KIND, "no batch brought this change");
        };
        let Some(home) = facts.home.clone().or_else(|| self.home.clone()) else {
            return refuse(codes::HOME, "the record has no home");
        };
        let header = &candidate.batch.header;
        match &header.scope {
            Scope::Register(grid) | Scope::Places(grid) | Scope::Cases(grid) if *grid != home => {
                return refuse(codes::HOME, "the record lives in another grid");
            }
            Scope::Register(_)
            | Scope::Places(_)
            | Scope::Cases(_)
            | Scope::Desk(_)
            | Scope::Reference(_) => {}
        }
        if facts.message.staff != header.staff {
            return refuse(codes::STAFF, "the change names another person");
        }
        (self.policy)(&Proposal {
            header,
            entry: &candidate.entry,
            facts,
            home: &home,
            document: self.document,
            judgement: candidate.batch.judgement(),
        })?;
        self.home = Some(home);
        Ok(())
    }
}

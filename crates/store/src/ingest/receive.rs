//! One parcel at the gate: sizes, what is known, signature, edition, chain, scope.

use std::rc::Rc;

use linli_model::{RecordKind, Scope};
use linli_trust::{EntryRef, Judged, Parcel, TrustError};

use crate::batch::Arrival;
use crate::error::Result;
use crate::ingest::chain::Link;
use crate::ingest::record::is_authored;
use crate::ingest::{
    Candidate, Context, Gate, Incident, Ingested, Judgement, Queue, Source, Verdict, codes,
};
use crate::parked::{ParkedFor, ToPark};
use crate::quarantine::Held;
use crate::tx::Tx;

/// One change of a parcel that nothing is known of.
#[derive(Clone, Copy)]
struct Fresh<'p> {
    entry: EntryRef,
    body: &'p [u8],
    source: Source,
}

/// What is to be done with the fresh changes of a parcel.
enum Gated {
    Pass,
    Park(ParkedFor),
    Refuse {
        code: &'static str,
        detail: String,
        is_forged: bool,
    },
}

impl Tx<'_> {
    /// Takes one parcel up to the record gate. Answers whether its batch became part of its chain.
    pub(super) fn receive(
        &mut self,
        gate: &mut Gate<'_>,
        arrival: &Arrival,
        parcel: &Parcel,
        slot: Option<usize>,
        queue: &mut Queue,
        done: &mut Ingested,
    ) -> Result<bool> {
        let source = |place| slot.map_or(Source::Parking, |index| Source::Parcel(index, place));
        if let Err(error) = parcel.check() {
            for place in 0..parcel.batch.entries.len() {
                done.set(source(place), refused(error.code(), &error.to_string()));
            }
            return Ok(false);
        }
        let id = parcel.batch.id();
        let known = self.find_batch(&id)?;
        let is_known = known.as_ref().is_some_and(|batch| !batch.is_waiting);
        let mut fresh = Vec::new();
        for (place, (entry, body)) in parcel.batch.entries.iter().zip(&parcel.bodies).enumerate() {
            let source = source(place);
            match self.answer_known(entry, arrival, slot.is_some())? {
                Some(verdict) => {
                    if source == Source::Parking && body.is_some() {
                        self.unpark(&entry.hash)?;
                    }
                    done.set(source, verdict);
                }
                None => {
                    if let Some(body) = body {
                        fresh.push(Fresh {
                            entry: *entry,
                            body,
                            source,
                        });
                    }
                }
            }
        }
        if fresh.is_empty() && is_known {
            return Ok(false);
        }
        let judged = judged(gate, arrival, slot.is_some());
        let gated = self.gate_batch(gate, arrival, judged, parcel, is_known, done)?;
        self.settle_parcel(arrival, parcel, gated, fresh, queue, done)
    }

    /// What can be said of an entry by its hash and record alone.
    fn answer_known(
        &mut self,
        entry: &EntryRef,
        arrival: &Arrival,
        is_fresh: bool,
    ) -> Result<Option<Verdict>> {
        if self.has_change(&entry.hash)? {
            if arrival.pulled_to.is_some() {
                self.note_echo(&entry.hash, arrival.received_at)?;
            }
            return Ok(Some(Verdict::Duplicate));
        }
        if self.is_erased(&entry.record)? {
            return Ok(Some(Verdict::Gone));
        }
        if arrival.vouched {
            return Ok(None);
        }
        if let Some((code, detail)) = self.refusal_of(&entry.hash)? {
            return Ok(Some(Verdict::Quarantined { code, detail }));
        }
        if is_fresh
            && let Some(row) = self.find_parked(&entry.hash)?
            && row.parked.reason == ParkedFor::Changes
        {
            return Ok(Some(Verdict::Need(self.parked_needs(&entry.record)?)));
        }
        Ok(None)
    }

    /// Signature, rights, edition and chain of a batch.
    fn gate_batch(
        &mut self,
        gate: &Gate<'_>,
        arrival: &Arrival,
        judged: Judged,
        parcel: &Parcel,
        is_known: bool,
        done: &mut Ingested,
    ) -> Result<Gated> {
        let batch = &parcel.batch;
        if let Err(error) = gate.certificates.check_batch(batch, judged, gate.is_within) {
            return Ok(on_trust_error(&error, arrival, parcel, done));
        }
        if !self.has_edition(batch.header.edition)? {
            return Ok(Gated::Park(ParkedFor::Edition));
        }
        if is_known {
            return Ok(Gated::Pass);
        }
        match self.link(batch, arrival)? {
            Link::Fits => Ok(Gated::Pass),
            Link::Gap => Ok(Gated::Park(ParkedFor::Chain)),
            Link::Fork(first) => {
                done.incidents.push(Incident::Fork {
                    signer: batch.header.signer,
                    first,
                    second: batch.id(),
                });
                if arrival.vouched {
                    return Ok(Gated::Pass);
                }
                Ok(Gated::Refuse {
                    code: codes::FORK,
                    detail: format!("batch {first} contradicts it"),
                    is_forged: false,
                })
            }
        }
    }

    fn settle_parcel(
        &mut self,
        arrival: &Arrival,
        parcel: &Parcel,
        gated: Gated,
        fresh: Vec<Fresh<'_>>,
        queue: &mut Queue,
        done: &mut Ingested,
    ) -> Result<bool> {
        match gated {
            Gated::Pass => {
                let row = self.keep_batch(&parcel.batch, arrival, false)?;
                self.attach(row, &parcel.batch.entries)?;
                let context = Rc::new(Context {
                    row,
                    id: parcel.batch.id(),
                    header: parcel.batch.header.clone(),
                    arrival: *arrival,
                });
                for item in fresh {
                    self.enqueue(&context, item, queue, done)?;
                }
                Ok(true)
            }
            Gated::Park(reason) => {
                if fresh.is_empty() {
                    return Ok(false);
                }
                let row = self.keep_batch(&parcel.batch, arrival, true)?;
                for item in fresh {
                    self.park(&ToPark {
                        entry: item.entry,
                        batch: row,
                        signer: parcel.batch.header.signer,
                        origin: arrival.origin,
                        is_vouched: arrival.vouched,
                        body: item.body,
                        reason,
                        waits_for: &[],
                        at: arrival.received_at,
                    })?;
                    done.set(item.source, Verdict::Parked);
                }
                Ok(false)
            }
            Gated::Refuse {
                code,
                detail,
                is_forged,
            } => {
                if !is_forged && !fresh.is_empty() {
                    self.keep_batch(&parcel.batch, arrival, false)?;
                }
                let header = &parcel.batch.header;
                for item in fresh {
                    let is_authentic = !is_forged && is_authored(header, &item.entry, item.body);
                    self.hold(&held(arrival, parcel, &item, is_authentic, code, &detail))?;
                    self.unpark_from(&item.entry.hash, &parcel.batch.id())?;
                    done.set(item.source, refused(code, &detail));
                }
                Ok(false)
            }
        }
    }

    /// Changes that came in a pack learn which batch signed them.
    fn attach(&mut self, batch: i64, entries: &[EntryRef]) -> Result<()> {
        let mut set = self
            .sql()
            .prepare_cached("UPDATE changes SET batch = ?2 WHERE hash = ?1 AND batch IS NULL")?;
        for entry in entries {
            set.execute(rusqlite::params![entry.hash.0, batch])?;
        }
        Ok(())
    }

    fn enqueue(
        &mut self,
        context: &Rc<Context>,
        item: Fresh<'_>,
        queue: &mut Queue,
        done: &mut Ingested,
    ) -> Result<()> {
        let candidate = Candidate {
            entry: item.entry,
            body: item.body.to_vec(),
            origin: context.arrival.origin,
            batch: Rc::clone(context),
            source: item.source,
        };
        if belongs(item.entry.kind, &context.header.scope) {
            queue.entry(item.entry.record).or_default().push(candidate);
            return Ok(());
        }
        let detail = format!("a {:?} in {}", item.entry.kind, context.header.scope);
        self.refuse_candidate(&candidate, codes::KIND, &detail, done)
    }
}

/// What a failed check of signature and rights means.
/// When the signer of a parcel is judged: what comes just now, as things stand now.
fn judged(gate: &Gate<'_>, arrival: &Arrival, is_fresh: bool) -> Judged {
    if arrival.vouched {
        Judged::Vouched
    } else if is_fresh && gate.judgement == Judgement::FirstHand {
        Judged::Now(arrival.received_at)
    } else {
        Judged::At(arrival.received_at)
    }
}

fn on_trust_error(
    error: &TrustError,
    arrival: &Arrival,
    parcel: &Parcel,
    done: &mut Ingested,
) -> Gated {
    if error.may_pass_later() {
        return Gated::Park(ParkedFor::Certificate);
    }
    let is_forged = matches!(
        error,
        TrustError::BadSignature(_) | TrustError::WrongKey { .. } | TrustError::BadKey
    );
    if is_forged {
        done.incidents.push(Incident::Forged {
            signer: parcel.batch.header.signer,
            batch: parcel.batch.id(),
            origin: arrival.origin,
        });
    }
    Gated::Refuse {
        code: error.code(),
        detail: error.to_string(),
        is_forged,
    }
}

/// Whether records of a kind live in a scope.
fn belongs(kind: RecordKind, scope: &Scope) -> bool {
    match scope {
        Scope::Register(grid) | Scope::Places(grid) | Scope::Cases(grid) => {
            kind.grid_scope(grid.clone()) == *scope
        }
        Scope::Desk(_) => matches!(kind, RecordKind::Case | RecordKind::Disclosure),
        Scope::Reference(_) => false,
    }
}

fn held(
    arrival: &Arrival,
    parcel: &Parcel,
    item: &Fresh<'_>,
    is_authentic: bool,
    code: &str,
    detail: &str,
) -> Held {
    let header = &parcel.batch.header;
    Held {
        hash: item.entry.hash,
        record: item.entry.record,
        kind: item.entry.kind,
        scope: header.scope.clone(),
        batch: parcel.batch.id(),
        signer: header.signer,
        staff: Some(header.staff.clone()),
        is_authentic,
        code: code.to_owned(),
        detail: detail.to_owned(),
        body: item.body.to_vec(),
        received_at: arrival.received_at,
    }
}

pub(super) fn refused(code: &str, detail: &str) -> Verdict {
    Verdict::Quarantined {
        code: code.to_owned(),
        detail: detail.to_owned(),
    }
}

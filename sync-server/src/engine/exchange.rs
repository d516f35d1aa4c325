//! The answering end of an exchange: a handheld or a child server asks.

mod answer;
mod carried;
mod outcome;
mod peer;

use std::collections::{BTreeMap, BTreeSet};

use linli_exchange::{Incoming, Kept, ingest};
use linli_model::{GridCode, KeyId, OrgId, RecordId, RecordKind, Scope, Timestamp};
use linli_records::PolicyRefusal;
use linli_store::ingest::{Ingested, Judgement, Proposal, Verdict};
use linli_store::{ControlItem, Tx};
use linli_sync::Code;
use linli_sync::frames::{
    ControlItem as WireItem, DigestAsk, ErrorFrame, Fetch, Hello, Offer, OfferMode, Outcome,
};
use linli_sync::server::{Answer, Input, RequestReader};
use linli_trust::{Certificate, Parcel, Subject};

use crate::door::DoorResult;
use crate::engine::blobs;
use crate::engine::case_rows;
use crate::engine::core::Core;
use crate::engine::forget::holders::note_applied;
use crate::engine::recovery::judged;

use outcome::{haves, offer_bytes, outcomes, parked};
use peer::{control_note, known_chains, note_peer};

/// What the request brought, to be answered after it was read.
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four facts that hold independently"
)]
struct Brought {
    /// One answer for each batch, in order.
    acks: Vec<Vec<Outcome>>,
    /// Batches of others that a handheld brings, each with its place among the answers.
    relayed: Vec<(usize, Parcel)>,
    /// Whether a child that we wait for has told everything with this request.
    is_last: bool,
    fetches: Vec<Fetch>,
    asks: Vec<DigestAsk>,
    touched: BTreeSet<RecordId>,
    control_taken: u64,
    /// Whether something that was only named is asked for: it comes with the next request.
    asks_back: bool,
    /// Grids that the handheld asks for and has to give back, with the orders.
    leaving: BTreeMap<GridCode, [u8; 16]>,
    /// Whether the request came in a file, hours after it was written.
    is_carried: bool,
    /// Whether the peer has seen our newest life. One that has not goes on with its control log from
    /// where the last one was, and has not named yet what we may have lost.
    knows_us: bool,
}

impl Brought {
    /// Whether a scope belongs to a grid that the peer has to give back.
    fn is_leaving(&self, scope: &Scope) -> bool {
        match scope {
            Scope::Register(grid) | Scope::Places(grid) | Scope::Cases(grid) => {
                self.leaving.contains_key(grid)
            }
            Scope::Desk(_) | Scope::Reference(_) => false,
        }
    }
}

impl Core {
    /// Takes what the peer offers, settles what it changed, and answers with what the peer lacks.
    pub(crate) fn exchange(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        peer: &KeyId,
        body: &[u8],
    ) -> DoorResult<Vec<u8>> {
        self.take_request(tx, now, peer, body, &mut Brought::default())
    }

    fn take_request(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        peer: &KeyId,
        body: &[u8],
        taken: &mut Brought,
    ) -> DoorResult<Vec<u8>> {
        let (certificate, is_revoked) = self.peer_standing(peer, now)?;
        let mut reader = RequestReader::new()?;
        let mut piece = body;
        let mut chains = None;
        loop {
            let input = match reader.next(&mut piece) {
                Ok(Some(input)) => input,
                Ok(None) => break,
                Err(error) => return Ok(Answer::refuse(ErrorFrame::about(&error))?),
            };
            match input {
                Input::Hello(hello) => {
                    if certificate.subject == Subject::Device && !is_revoked {
                        taken.leaving = self.leaving(tx, now, peer, &hello)?;
                    }
                    let wrong = self.first_wrong_want(&hello, peer, taken, now);
                    if let Some(wrong) = wrong.filter(|_| !is_revoked) {
                        let mut error = ErrorFrame::of(Code::ScopeForbidden);
                        error.params = vec![("scope".to_owned(), wrong.to_string())];
                        return Ok(Answer::refuse(error)?);
                    }
                    if !self.is_generation_current(tx, &certificate, &hello)? {
                        return Ok(Answer::refuse(ErrorFrame::of(Code::GenerationUnknown))?);
                    }
                    if !taken.is_carried {
                        note_peer(tx, &certificate, &hello, now)?;
                    }
                    note_applied(tx, peer, self.host.generation(), &hello, now)?;
                    taken.is_last = self.may_be_last(&certificate, &hello);
                    let ours = self.host.generation();
                    taken.knows_us = hello.generation_seen.is_none_or(|seen| seen == ours);
                    chains = Some(known_chains(tx, peer, &hello)?);
                }
                Input::Control { seq, .. } if is_revoked => taken.control_taken = seq,
                Input::Control { seq, item } => {
                    self.take_control(tx, &certificate, seq, &item, now, taken)?;
                }
                Input::Offer(offer) => {
                    self.take_offer(tx, &certificate, peer, *offer, now, taken)?;
                }
                Input::Fetch(fetch) => taken.fetches.push(fetch),
                Input::DigestAsk(ask) => taken.asks.push(ask),
                Input::End { more } => taken.is_last &= !more,
            }
        }
        let asked = match reader.finish() {
            Ok(asked) => asked,
            Err(error) => return Ok(Answer::refuse(ErrorFrame::about(&error))?),
        };
        self.take_relayed(tx, peer, now, taken)?;
        if is_revoked {
            return self.answer_revoked(tx, peer, asked, taken, now);
        }
        if taken.is_last && !taken.acks.iter().flatten().any(is_need) {
            self.child_answered(tx, &certificate.org, now)?;
        }
        self.settle_all(tx, &taken.touched, now)?;
        self.renew(tx, &certificate, now)?;
        if certificate.subject == Subject::Desk {
            self.settle_waiting(tx, &certificate.org, now)?;
        }
        self.seal(tx, now)?;
        self.answer(
            tx,
            &certificate,
            peer,
            asked,
            taken,
            chains.unwrap_or_default(),
            now,
        )
    }

    fn first_wrong_want(
        &self,
        hello: &Hello,
        peer: &KeyId,
        taken: &Brought,
        now: Timestamp,
    ) -> Option<Scope> {
        let allowed = self.scopes_of(peer, now);
        let mut wanted = hello.wants.iter().map(|want| want.scope.clone());
        wanted.find(|scope| !allowed.contains(scope) && !taken.is_leaving(scope))
    }

    fn take_control(
        &mut self,
        tx: &mut Tx<'_>,
        certificate: &Certificate,
        seq: u64,
        item: &WireItem,
        now: Timestamp,
        taken: &mut Brought,
    ) -> DoorResult<()> {
        if taken.knows_us {
            taken.control_taken = seq;
        }
        let newest = self.reference()?.newest_number();
        // Every item bears the signature of its author: whoever brings it, it is believed or not.
        let item = match item {
            WireItem::Certificate(item) => ControlItem::Certificate(item.clone()),
            WireItem::Revocation(item) => ControlItem::Revocation(item.clone()),
            WireItem::Tombstone(item) => ControlItem::Tombstone(item.clone()),
            // Only a server that was restored lacks what those below it have.
            WireItem::Edition(item) if item.number == newest.saturating_add(1) => {
                ControlItem::Edition(item.clone())
            }
            WireItem::Edition(_) | WireItem::Checkpoint(_) => return Ok(()),
        };
        let kept = self.with_reference(tx, |reference, tx| Ok(reference.keep(tx, &item, now)?))?;
        if kept == Kept::New {
            taken.touched.extend(self.reference_came(tx, now)?);
        }
        if taken.knows_us {
            tx.set_meta_number(&control_note(&certificate.key.id()), seq)?;
        }
        Ok(())
    }

    fn take_offer(
        &mut self,
        tx: &mut Tx<'_>,
        certificate: &Certificate,
        peer: &KeyId,
        offer: Offer,
        now: Timestamp,
        taken: &mut Brought,
    ) -> DoorResult<()> {
        let parcels = offer.changes.into_parcels();
        if offer.mode == OfferMode::Have {
            for parcel in &parcels {
                let answers = haves(tx, parcel)?;
                taken.asks_back |= answers.iter().any(is_need);
                taken.acks.push(answers);
            }
            return Ok(());
        }
        if certificate.subject == Subject::Device && self.is_recovering() {
            // A revocation that is known came before, even if it is dated later.
            let revoked_at = self.reference()?.certificates().revoked_at(peer);
            let received_at = revoked_at.map_or(now, |since| since.max(now));
            tx.put_inbox(peer, &offer_bytes(&offer.scope, &parcels)?, received_at)?;
            for parcel in &parcels {
                taken.acks.push(parked(tx, parcel)?);
            }
            return Ok(());
        }
        let is_own = |parcel: &Parcel| parcel.batch.header.signer == *peer;
        if certificate.subject == Subject::Device && !parcels.iter().all(is_own) {
            for parcel in parcels {
                taken.relayed.push((taken.acks.len(), parcel));
                taken.acks.push(Vec::new());
            }
            return Ok(());
        }
        let judgement = match certificate.subject {
            Subject::Device => Judgement::FirstHand,
            Subject::Desk => Judgement::Vouched,
        };
        let incoming = Incoming {
            parcels: &parcels,
            origin: *peer,
            judgement,
            feed: None,
            received_at: now,
        };
        let child = (certificate.subject == Subject::Desk).then(|| certificate.org.clone());
        let reference = self.reference()?;
        let mut further = |proposal: &Proposal<'_>| match &child {
            Some(child) => from_child(reference, child, proposal),
            None => Ok(()),
        };
        let done = ingest(tx, reference, &incoming, &mut further)?;
        self.note_ingested(tx, &done, &mut taken.touched)?;
        for (report, parcel) in done.batches.into_iter().zip(&parcels) {
            taken.acks.push(outcomes(tx, &offer.scope, report, parcel)?);
        }
        Ok(())
    }

    /// Batches of others that a handheld brings after a restore: it is our backup. What a desk stands
    /// for is believed; everything else is judged as if its author brought it now.
    fn take_relayed(
        &mut self,
        tx: &mut Tx<'_>,
        peer: &KeyId,
        now: Timestamp,
        taken: &mut Brought,
    ) -> DoorResult<()> {
        let (places, parcels): (Vec<usize>, Vec<Parcel>) =
            std::mem::take(&mut taken.relayed).into_iter().unzip();
        let vouched = self.vouched(&parcels)?;
        for round in [true, false] {
            let of_round = places.iter().zip(&parcels).zip(&vouched);
            let of_round = of_round.filter(|(_, is_vouched)| **is_vouched == round);
            let (places, parcels): (Vec<usize>, Vec<Parcel>) = of_round
                .map(|((place, parcel), _)| (*place, parcel.clone()))
                .unzip();
            let incoming = Incoming {
                parcels: &parcels,
                origin: *peer,
                judgement: judged(round, Judgement::FirstHand),
                feed: None,
                received_at: now,
            };
            let done = ingest(tx, self.reference()?, &incoming, &mut |_| Ok(()))?;
            self.note_ingested(tx, &done, &mut taken.touched)?;
            for ((place, parcel), report) in places.iter().zip(&parcels).zip(done.batches) {
                let answer = outcomes(tx, &parcel.batch.header.scope, report, parcel)?;
                if let Some(slot) = taken.acks.get_mut(*place) {
                    *slot = answer;
                }
            }
        }
        Ok(())
    }

    /// Counts, blob links and the records to settle.
    pub(crate) fn note_ingested(
        &mut self,
        tx: &mut Tx<'_>,
        done: &Ingested,
        touched: &mut BTreeSet<RecordId>,
    ) -> DoorResult<()> {
        for change in &done.stored {
            touched.insert(change.place.record);
            self.notice.changes = self.notice.changes.saturating_add(1);
            if change.place.kind != RecordKind::Case {
                let scope = change.place.kind.grid_scope(change.place.home.clone());
                tx.list(&scope, &[change.facts.hash])?;
                let seq = tx.feed_state(&scope)?.seq;
                self.notice.feeds.insert(scope, seq);
            }
        }
        for incident in &done.incidents {
            tracing::warn!(?incident, "an incident at the gate");
        }
        let refused = done
            .batches
            .iter()
            .flat_map(|report| &report.verdicts)
            .filter_map(|verdict| match verdict {
                Verdict::Quarantined { code, .. } => Some(code.clone()),
                Verdict::Bare
                | Verdict::Stored
                | Verdict::Duplicate
                | Verdict::Gone
                | Verdict::Need(_)
                | Verdict::Parked => None,
            });
        for code in refused {
            match self
                .notice
                .refusals
                .iter_mut()
                .find(|(known, _)| *known == code)
            {
                Some((_, count)) => *count = count.saturating_add(1),
                None => self.notice.refusals.push((code, 1)),
            }
        }
        Ok(())
    }

    /// Settles every case among these records; of a visit it is noted which voice notes it names.
    pub(crate) fn settle_all(
        &mut self,
        tx: &mut Tx<'_>,
        records: &BTreeSet<RecordId>,
        now: Timestamp,
    ) -> DoorResult<()> {
        for record in records {
            let kind = tx.document_info(record)?.map(|info| info.kind);
            if kind == Some(RecordKind::Case) {
                self.settle(tx, record, now)?;
            } else if kind == Some(RecordKind::Visit) {
                blobs::link_visit(tx, record, now)?;
            }
        }
        Ok(())
    }

    /// Moves custody that waited for this neighbour, now that it is on the line.
    pub(crate) fn settle_waiting(
        &mut self,
        tx: &mut Tx<'_>,
        neighbour: &OrgId,
        now: Timestamp,
    ) -> DoorResult<bool> {
        self.live = Some(neighbour.clone());
        let waiting = case_rows::waiting_for(tx, neighbour)?;
        let done = waiting
            .iter()
            .try_for_each(|record| self.settle(tx, record, now).map(|_| ()));
        self.live = None;
        done?;
        Ok(!waiting.is_empty())
    }
}

/// What a link may bring (docs/sync.md): only cases, and only of the sender's subtree or such as are
/// listed for it here.
fn from_child(
    reference: &linli_exchange::Reference,
    child: &OrgId,
    proposal: &Proposal<'_>,
) -> Result<(), PolicyRefusal> {
    let refuse = |detail: &str| {
        Err(PolicyRefusal {
            code: "subtree",
            detail: detail.to_owned(),
        })
    };
    if !matches!(
        proposal.entry.kind,
        RecordKind::Case | RecordKind::Disclosure
    ) {
        return refuse("only cases travel between servers");
    }
    if proposal.document.is_some() {
        return Ok(());
    }
    let home = reference
        .newest()
        .and_then(|rules| rules.community(proposal.home));
    match home {
        Some(community) if reference.is_within(child, community) => Ok(()),
        Some(_) | None => refuse("the home grid is not below the sender"),
    }
}

fn is_need(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Need(_))
}

//! The answering end of an exchange: a handheld or a child server asks.

use std::collections::BTreeSet;

use linli_exchange::{Incoming, ingest};
use linli_model::{BlobHash, KeyId, OrgId, RecordId, RecordKind, Scope, Timestamp};
use linli_records::PolicyRefusal;
use linli_store::ingest::{Ingested, Judgement, Proposal, Verdict};
use linli_store::{ControlItem, PageRequest, Peer, Tx};
use linli_sync::frames::{
    Bucket, Buckets, ControlItem as WireItem, Digest, DigestAsk, ErrorFrame, Fetch, Fetched, Hello,
    Offer, OfferMode, Outcome, Page, Personal, RecordHeads, Stretch, Welcome,
};
use linli_sync::server::{Answer, Asked, Input, RequestReader};
use linli_sync::{Code, Fit, PROTOCOL};
use linli_trust::{Certificate, Lease, LeaseBody, Signed, Subject, Suite};

use crate::door::{DoorError, DoorResult, PeerKey};
use crate::engine::author::APP;
use crate::engine::case_rows;
use crate::engine::core::Core;

/// Bytes of a page, before compression.
const PAGE_BYTES: u64 = 256 * 1024;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What the request brought, to be answered after it was read.
#[derive(Default)]
struct Brought {
    acks: Vec<Vec<Outcome>>,
    fetches: Vec<Fetch>,
    asks: Vec<DigestAsk>,
    touched: BTreeSet<RecordId>,
    control_taken: u64,
}

impl Core {
    /// The public key of a peer that was ever certified here.
    pub(crate) fn peer_key(&self, id: &KeyId) -> Option<PeerKey> {
        let key = self.reference().ok()?.certificates().public_key(id)?;
        Some(PeerKey { id: *id, key: *key })
    }

    fn certificate(&self, peer: &KeyId, now: Timestamp) -> DoorResult<Certificate> {
        let certificates = self.reference()?.certificates();
        let active = certificates.active(peer, now);
        active.cloned().map_err(|error| DoorError::Refused {
            code: "revoked".into(),
            detail: error.to_string(),
        })
    }

    /// The feeds that a peer may read.
    pub(crate) fn scopes_of(&self, peer: &KeyId, now: Timestamp) -> BTreeSet<Scope> {
        let Ok(certificate) = self.certificate(peer, now) else {
            return BTreeSet::new();
        };
        match certificate.subject {
            Subject::Desk => BTreeSet::from([Scope::Desk(certificate.org.clone())]),
            Subject::Device => certificate
                .grids
                .iter()
                .flat_map(|grid| {
                    [
                        Scope::Register(grid.clone()),
                        Scope::Places(grid.clone()),
                        Scope::Cases(grid.clone()),
                    ]
                })
                .collect(),
        }
    }

    /// Takes what the peer offers, settles what it changed, and answers with what the peer lacks.
    pub(crate) fn exchange(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        peer: &KeyId,
        body: &[u8],
    ) -> DoorResult<Vec<u8>> {
        let certificate = self.certificate(peer, now)?;
        let mut reader = RequestReader::new()?;
        let mut piece = body;
        let mut taken = Brought::default();
        let mut chains = None;
        loop {
            let input = match reader.next(&mut piece) {
                Ok(Some(input)) => input,
                Ok(None) => break,
                Err(error) => return Ok(Answer::refuse(ErrorFrame::about(&error))?),
            };
            match input {
                Input::Hello(hello) => {
                    if let Some(wrong) = self.first_wrong_want(&hello, peer, now) {
                        let mut error = ErrorFrame::of(Code::ScopeForbidden);
                        error.params = vec![("scope".to_owned(), wrong.to_string())];
                        return Ok(Answer::refuse(error)?);
                    }
                    note_peer(tx, peer, &hello, now)?;
                    chains = Some(known_chains(tx, peer, &hello)?);
                }
                Input::Control { seq, item } => {
                    self.take_control(tx, &certificate, seq, &item, now, &mut taken)?;
                }
                Input::Offer(offer) => {
                    self.take_offer(tx, &certificate, peer, *offer, now, &mut taken)?;
                }
                Input::Fetch(fetch) => taken.fetches.push(fetch),
                Input::DigestAsk(ask) => taken.asks.push(ask),
                Input::End { .. } => {}
            }
        }
        let asked = match reader.finish() {
            Ok(asked) => asked,
            Err(error) => return Ok(Answer::refuse(ErrorFrame::about(&error))?),
        };
        self.settle_all(tx, &taken.touched, now)?;
        if certificate.subject == Subject::Desk {
            self.settle_waiting(tx, &certificate.org, now)?;
        }
        self.seal(tx, now)?;
        self.answer(
            tx,
            &certificate,
            peer,
            asked,
            &taken,
            chains.unwrap_or_default(),
            now,
        )
    }

    fn first_wrong_want(&self, hello: &Hello, peer: &KeyId, now: Timestamp) -> Option<Scope> {
        let allowed = self.scopes_of(peer, now);
        hello
            .wants
            .iter()
            .map(|want| want.scope.clone())
            .find(|scope| !allowed.contains(scope))
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
        taken.control_taken = seq;
        if certificate.subject != Subject::Desk {
            return Ok(());
        }
        let item = match item {
            WireItem::Certificate(item) => ControlItem::Certificate(item.clone()),
            WireItem::Revocation(item) => ControlItem::Revocation(item.clone()),
            WireItem::Tombstone(item) => ControlItem::Tombstone(item.clone()),
            WireItem::Edition(_) | WireItem::Checkpoint(_) => return Ok(()),
        };
        self.with_reference(tx, |reference, tx| {
            Ok(reference.keep(tx, &item, now).map(|_| ())?)
        })?;
        tx.set_meta_number(&control_note(&certificate.key.id()), seq)?;
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
                taken.acks.push(haves(tx, parcel)?);
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
            let given = parcel.batch.entries.iter().zip(&parcel.bodies);
            let mut outcomes = Vec::with_capacity(report.verdicts.len());
            for (verdict, (entry, body)) in report.verdicts.into_iter().zip(given) {
                // A bare hash is answered as one, also when the change is here already.
                outcomes.push(match body {
                    Some(_) => outcome(tx, &offer.scope, &entry.hash, verdict)?,
                    None => Outcome::Bare,
                });
            }
            taken.acks.push(outcomes);
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

    /// Settles every case among these records.
    pub(crate) fn settle_all(
        &mut self,
        tx: &mut Tx<'_>,
        records: &BTreeSet<RecordId>,
        now: Timestamp,
    ) -> DoorResult<()> {
        for record in records {
            if tx
                .document_info(record)?
                .is_some_and(|info| info.kind == RecordKind::Case)
            {
                self.settle(tx, record, now)?;
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

    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of one answer, used once"
    )]
    fn answer(
        &mut self,
        tx: &mut Tx<'_>,
        certificate: &Certificate,
        peer: &KeyId,
        asked: Asked,
        taken: &Brought,
        chains: Vec<linli_sync::frames::ChainSeen>,
        now: Timestamp,
    ) -> DoorResult<Vec<u8>> {
        let welcome = Welcome {
            protocol: PROTOCOL,
            generation: self.host.generation(),
            clock: now,
            edition: self.reference()?.newest_number(),
            control_taken: tx
                .meta_number(&control_note(peer))?
                .max(taken.control_taken),
            recovering: self.is_recovering,
            app: APP.to_owned(),
            chains,
        };
        let mut answer = Answer::to(asked, welcome)?;
        if certificate.subject == Subject::Device {
            answer.personal(Personal::Lease(self.lease(peer, now)?))?;
        }
        for outcomes in &taken.acks {
            answer.ack(outcomes.clone())?;
        }
        let mut more = false;
        if !answer.is_void() {
            more = control(tx, &mut answer)?;
            for fetch in &taken.fetches {
                let parcels = fetch_parcels(tx, fetch)?;
                let changes = Stretch::of(parcels);
                more |= answer.fetched(Fetched {
                    scope: fetch.scope.clone(),
                    changes,
                })? == Fit::Full;
            }
            if !more {
                more = pages(tx, &mut answer, peer)?;
            }
            for ask in &taken.asks {
                more |= digests(tx, &mut answer, ask)? == Fit::Full;
            }
        }
        let wanted: Vec<BlobHash> = tx
            .blobs_wanted(100)?
            .into_iter()
            .map(|blob| blob.hash)
            .collect();
        let mut asked_for = Vec::new();
        for hash in wanted {
            if self.is_of_peer(tx, peer, &hash)? {
                asked_for.push(hash);
            }
        }
        answer.blobs_wanted(asked_for)?;
        Ok(answer.finish(more)?)
    }

    fn lease(&self, device: &KeyId, now: Timestamp) -> DoorResult<Lease> {
        let days = self
            .reference()?
            .newest()
            .map_or(7, |rules| rules.edition().settings.lease_days);
        let org = self
            .host
            .orgs()
            .first()
            .ok_or(DoorError::NotFound { what: "desk" })?;
        let key = self.host.key(org)?;
        let body = LeaseBody {
            suite: Suite::Ed25519Sha256,
            device: *device,
            at: now,
            until: now.plus_ms(i64::from(days).saturating_mul(DAY_MS)),
            generation: self.host.generation(),
            signer: key.id(),
        };
        Ok(Signed::seal(body, key)?)
    }
}

fn control_note(peer: &KeyId) -> String {
    format!("control_taken/{peer}")
}

fn note_peer(tx: &mut Tx<'_>, peer: &KeyId, hello: &Hello, now: Timestamp) -> DoorResult<()> {
    let known = tx.peer(peer)?;
    tx.set_peer(
        peer,
        &Peer {
            clock_offset_ms: hello.clock.ms_since(now),
            contact_at: now,
            ..known
        },
    )?;
    Ok(())
}

fn known_chains(
    tx: &Tx<'_>,
    peer: &KeyId,
    hello: &Hello,
) -> DoorResult<Vec<linli_sync::frames::ChainSeen>> {
    let mut chains = Vec::new();
    if hello.ask_chains {
        for want in &hello.wants {
            if let Some(last) = tx.last_batch(peer, hello.epoch, &want.scope)? {
                chains.push(linli_sync::frames::ChainSeen {
                    scope: want.scope.clone(),
                    number: last.number,
                    batch: last.id,
                });
            }
        }
    }
    Ok(chains)
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

/// What became of one change. Its place in the feed is 0 until the case has been listed, which happens
/// after all offers.
fn outcome(
    tx: &Tx<'_>,
    scope: &Scope,
    hash: &linli_model::ChangeHash,
    verdict: Verdict,
) -> DoorResult<Outcome> {
    Ok(match verdict {
        Verdict::Bare => Outcome::Bare,
        Verdict::Stored => Outcome::Stored {
            seq: tx.seq_of(scope, hash)?.unwrap_or(0),
        },
        Verdict::Duplicate => match tx.seq_of(scope, hash)? {
            Some(seq) => Outcome::Stored { seq },
            None => Outcome::Duplicate,
        },
        Verdict::Gone => Outcome::Gone,
        Verdict::Need(hashes) => Outcome::Need(hashes),
        Verdict::Parked => Outcome::Parked,
        Verdict::Quarantined { code, .. } => Outcome::Quarantined(wire_code(&code)),
    })
}

/// The gate's word for a refusal as a number of the protocol.
fn wire_code(code: &str) -> Code {
    use linli_records::authority::codes as authority;
    use linli_store::ingest::codes as gate;
    match code {
        authority::SIGNER | authority::GRANT | authority::SCOPE | gate::STAFF => {
            Code::HeaderForbidden
        }
        authority::ROLE | authority::AUTHOR | authority::SILENT | gate::HOME | gate::KIND => {
            Code::ChangeForbidden
        }
        authority::ENTRY => Code::ChangeSchema,
        gate::FORK => Code::ChainBroken,
        gate::DEPENDS_ON_REFUSED => Code::DependsOnRefused,
        "revoked" => Code::SignerRevoked,
        "signature" | "hash" => Code::BatchSignature,
        "engine" => Code::ChangeUnloadable,
        _ => Code::ChangeStructure,
    }
}

fn haves(tx: &Tx<'_>, parcel: &linli_trust::Parcel) -> DoorResult<Vec<Outcome>> {
    let mut outcomes = Vec::with_capacity(parcel.batch.entries.len());
    for entry in &parcel.batch.entries {
        outcomes.push(if tx.is_erased(&entry.record)? {
            Outcome::Gone
        } else if tx.has_change(&entry.hash)? {
            Outcome::Duplicate
        } else {
            Outcome::Need(vec![entry.hash])
        });
    }
    Ok(outcomes)
}

fn control(tx: &Tx<'_>, answer: &mut Answer) -> DoorResult<bool> {
    let mut since = answer.hello().control_since;
    loop {
        let page = tx.control_page(since, PAGE_BYTES)?;
        for entry in &page.entries {
            let item = match &entry.item {
                ControlItem::Certificate(item) => WireItem::Certificate(item.clone()),
                ControlItem::Edition(item) => WireItem::Edition(item.clone()),
                ControlItem::Revocation(item) => WireItem::Revocation(item.clone()),
                ControlItem::Tombstone(item) => WireItem::Tombstone(item.clone()),
                ControlItem::Checkpoint(item) => WireItem::Checkpoint(item.clone()),
            };
            if answer.control(entry.seq, &item)? == Fit::Full {
                return Ok(true);
            }
        }
        if !page.more {
            return Ok(false);
        }
        since = page.to;
    }
}

/// The pages of every wanted feed, and a digest where the client reaches the end. Answers whether
/// something did not fit.
fn pages(tx: &Tx<'_>, answer: &mut Answer, peer: &KeyId) -> DoorResult<bool> {
    let wants: Vec<_> = answer
        .hello()
        .wants
        .iter()
        .map(|want| (want.scope.clone(), want.since))
        .collect();
    for (scope, since) in wants {
        let mut from = since;
        loop {
            let asked = PageRequest {
                since: from,
                max_bytes: PAGE_BYTES,
                skip_origin: Some(*peer),
            };
            let page = tx.page(&scope, &asked)?;
            if page.to > from {
                let wire = Page {
                    scope: scope.clone(),
                    from,
                    to: page.to,
                    changes: Stretch::of(page.parcels),
                };
                if answer.page(wire)? == Fit::Full {
                    return Ok(true);
                }
                from = page.to;
            }
            if !page.more {
                break;
            }
        }
        if !matches!(scope, Scope::Desk(_)) {
            let state = tx.feed_state(&scope)?;
            answer.digest(Digest {
                scope: scope.clone(),
                seq: from,
                digest: Some(state.digest),
            })?;
        }
    }
    Ok(false)
}

fn fetch_parcels(tx: &Tx<'_>, fetch: &Fetch) -> DoorResult<Vec<linli_trust::Parcel>> {
    let mut parcels: Vec<linli_trust::Parcel> = Vec::new();
    for record in &fetch.records {
        for hash in tx.history(record)? {
            let Some(batch) = tx.change_info(&hash)?.and_then(|info| info.batch) else {
                continue;
            };
            if parcels.iter().any(|parcel| parcel.batch.id() == batch) {
                continue;
            }
            parcels.extend(tx.parcel(&batch, |entry| entry.record == *record)?);
        }
    }
    Ok(parcels)
}

fn digests(tx: &Tx<'_>, answer: &mut Answer, ask: &DigestAsk) -> DoorResult<Fit> {
    let seq = tx.feed_state(&ask.scope)?.seq;
    let scope = ask.scope.clone();
    Ok(match ask.bucket {
        None => answer.buckets(Buckets {
            scope,
            seq,
            digests: tx.bucket_digests(&ask.scope)?,
        })?,
        Some(bucket) => {
            let records = tx.bucket_heads(&ask.scope, bucket)?;
            let records = records
                .into_iter()
                .map(|(record, heads)| RecordHeads { record, heads })
                .collect();
            answer.bucket(Bucket {
                scope,
                seq,
                bucket,
                records,
            })?
        }
    })
}

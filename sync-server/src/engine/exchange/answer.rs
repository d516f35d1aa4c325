//! What is answered: acknowledgements, the control log, pages, digests.

use linli_model::{ActorId, BlobHash, KeyId, OrgId, Scope, Timestamp};
use linli_store::{ControlItem, PageRequest, Tx};
use linli_sync::frames::{
    Bucket, Buckets, ChainSeen, ControlItem as WireItem, Digest, DigestAsk, Fetch, Fetched, Page,
    Personal, RecordHeads, Stretch, Welcome,
};
use linli_sync::server::{Answer, Asked};
use linli_sync::{Fit, PROTOCOL};
use linli_trust::{Certificate, Lease, LeaseBody, Parcel, Signed, Subject, Suite};

use super::Brought;
use super::peer::control_note;
use crate::door::{DoorError, DoorResult};
use crate::engine::author::APP;
use crate::engine::core::Core;

/// Bytes of a page, before compression.
const PAGE_BYTES: u64 = 256 * 1024;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl Core {
    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of one answer, used once"
    )]
    pub(super) fn answer(
        &mut self,
        tx: &mut Tx<'_>,
        certificate: &Certificate,
        peer: &KeyId,
        asked: Asked,
        taken: &Brought,
        chains: Vec<ChainSeen>,
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
            recovering: self.is_recovering(),
            app: APP.to_owned(),
            chains,
        };
        let is_all_here = self.is_all_here(&asked, taken);
        let mut answer = Answer::to(asked, welcome)?;
        if certificate.subject == Subject::Device {
            answer.personal(Personal::Lease(self.lease(peer, now)?))?;
        }
        for (grid, nonce) in taken.leaving.iter().filter(|_| is_all_here) {
            let order = self.wipe_order(peer, *nonce, Some(grid), now)?;
            answer.personal(Personal::Wipe(order))?;
        }
        for outcomes in &taken.acks {
            answer.ack(outcomes.clone())?;
        }
        let mut more = false;
        if !answer.is_void() {
            let concerns = |scope: &Scope| self.concerns(certificate, scope);
            more = control(tx, &mut answer, &concerns)?;
            let fetches = taken.fetches.iter();
            for fetch in fetches.filter(|fetch| !taken.is_leaving(&fetch.scope)) {
                let parcels = fetch_parcels(tx, fetch)?;
                let changes = Stretch::of(parcels);
                more |= answer.fetched(Fetched {
                    scope: fetch.scope.clone(),
                    changes,
                })? == Fit::Full;
            }
            // A handheld waits until it is known what is true here.
            let is_served = certificate.subject == Subject::Desk || !self.is_recovering();
            if !more && is_served {
                more = pages(tx, &mut answer, peer, certificate.subject, taken)?;
            }
            let asks = taken.asks.iter();
            for ask in asks.filter(|ask| is_served && !taken.is_leaving(&ask.scope)) {
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

    /// A revoked handheld that returns: what was stored is acknowledged, the rest lies in quarantine
    /// for review. It gets nothing, and once everything is here, the order to erase itself.
    pub(super) fn answer_revoked(
        &mut self,
        tx: &mut Tx<'_>,
        peer: &KeyId,
        asked: Asked,
        taken: &Brought,
        now: Timestamp,
    ) -> DoorResult<Vec<u8>> {
        self.settle_all(tx, &taken.touched, now)?;
        self.seal(tx, now)?;
        let is_all_here = self.is_all_here(&asked, taken);
        let welcome = Welcome {
            protocol: PROTOCOL,
            generation: self.host.generation(),
            clock: now,
            edition: self.reference()?.newest_number(),
            control_taken: taken.control_taken,
            recovering: self.is_recovering(),
            app: APP.to_owned(),
            chains: Vec::new(),
        };
        let mut answer = Answer::to(asked, welcome)?;
        for outcomes in &taken.acks {
            answer.ack(outcomes.clone())?;
        }
        if is_all_here {
            answer.personal(Personal::Wipe(self.wipe_all(tx, now, peer)?))?;
        }
        Ok(answer.finish(false)?)
    }

    /// Whether a handheld has handed in everything that waited, also what we may have lost.
    fn is_all_here(&self, asked: &Asked, taken: &Brought) -> bool {
        let is_told = taken.knows_us && !taken.asks_back;
        !asked.more && is_told && !self.is_recovering()
    }

    /// Whether an erasure in a scope concerns a peer: a handheld those of its grids, a server below
    /// those of its subtree, and of cases all.
    fn concerns(&self, certificate: &Certificate, scope: &Scope) -> bool {
        let (Scope::Register(grid) | Scope::Places(grid) | Scope::Cases(grid)) = scope else {
            return true;
        };
        match certificate.subject {
            Subject::Device => certificate.grids.contains(grid),
            Subject::Desk if matches!(scope, Scope::Cases(_)) => true,
            Subject::Desk => self.reference().is_ok_and(|reference| {
                let home = reference.newest().and_then(|rules| rules.community(grid));
                home.is_some_and(|home| reference.is_within(&certificate.org, home))
            }),
        }
    }

    fn first_org(&self) -> DoorResult<&OrgId> {
        let first = self.host.orgs().first();
        first.ok_or(DoorError::NotFound { what: "desk" })
    }

    fn lease(&self, device: &KeyId, now: Timestamp) -> DoorResult<Lease> {
        let days = self
            .reference()?
            .newest()
            .map_or(7, |rules| rules.edition().settings.lease_days);
        let key = self.host.key(self.first_org()?)?;
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

fn control(
    tx: &Tx<'_>,
    answer: &mut Answer,
    concerns: &dyn Fn(&Scope) -> bool,
) -> DoorResult<bool> {
    let mut since = answer.hello().control_since;
    loop {
        let page = tx.control_page_for(since, PAGE_BYTES, concerns)?;
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
fn pages(
    tx: &Tx<'_>,
    answer: &mut Answer,
    peer: &KeyId,
    subject: Subject,
    taken: &Brought,
) -> DoorResult<bool> {
    let is_whole = answer.hello().whole;
    let epoch = answer.hello().epoch;
    let is_desk = subject == Subject::Desk;
    let wants: Vec<_> = answer
        .hello()
        .wants
        .iter()
        .filter(|want| !taken.is_leaving(&want.scope))
        .map(|want| (want.scope.clone(), want.since))
        .collect();
    for (scope, since) in wants {
        let mut from = since;
        loop {
            let asked = PageRequest {
                since: from,
                max_bytes: PAGE_BYTES,
                skip_origin: (is_desk && !is_whole).then_some(*peer),
                // By epoch: a handheld may have been cloned, and its twin brings changes, too.
                skip_actor: (!is_desk && !is_whole).then(|| ActorId::new(peer, epoch)),
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

fn fetch_parcels(tx: &Tx<'_>, fetch: &Fetch) -> DoorResult<Vec<Parcel>> {
    let mut parcels: Vec<Parcel> = Vec::new();
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

//! The rules of authority as the policy of the ledger's gate.

use std::collections::{BTreeMap, BTreeSet};

use linli_model::case::Editions;
use linli_model::{ChangeHash, KeyId, Timestamp};
use linli_records::authority::{Hand, Signer, codes};
use linli_records::{PolicyRefusal, prescan};
use linli_store::Tx;
use linli_store::ingest::{FromFeed, Gate, Ingested, Judgement, Proposal};
use linli_trust::{Judged, Parcel, Subject};

use crate::error::ExchangeError;
use crate::reference::Reference;

/// Parcels on their way in.
pub struct Incoming<'a> {
    /// The parcels, causes before effects.
    pub parcels: &'a [Parcel],
    /// The peer that brings them.
    pub origin: KeyId,
    /// Whether another server has judged them before.
    pub judgement: Judgement,
    /// The feed that they come from, for a page that was pulled.
    pub feed: Option<FromFeed<'a>>,
    /// Our clock at receipt.
    pub received_at: Timestamp,
}

/// A further rule of the caller about one change; `Ok` lets it pass.
pub type Further<'a> = &'a mut dyn FnMut(&Proposal<'_>) -> Result<(), PolicyRefusal>;

/// Puts parcels through the gate: first-hand changes are held against certificate, grant and role;
/// vouched ones only against what `further` says, since another server has judged them.
pub fn ingest(
    tx: &mut Tx<'_>,
    reference: &Reference,
    incoming: &Incoming<'_>,
    further: Further<'_>,
) -> Result<Ingested, ExchangeError> {
    let mut policy = |proposal: &Proposal<'_>| {
        authorise(reference, proposal)?;
        further(proposal)
    };
    let mut gate = Gate {
        received_at: incoming.received_at,
        origin: Some(incoming.origin),
        judgement: incoming.judgement,
        feed: incoming.feed,
        certificates: reference.certificates(),
        is_within: &|upper, lower| reference.is_within(upper, lower),
        policy: &mut policy,
    };
    Ok(tx.ingest(&mut gate, incoming.parcels)?)
}

/// Judges again what waited for editions, certificates or earlier batches. To be called when one of
/// those has arrived.
pub fn retry(
    tx: &mut Tx<'_>,
    reference: &Reference,
    received_at: Timestamp,
) -> Result<Ingested, ExchangeError> {
    let mut policy = |proposal: &Proposal<'_>| authorise(reference, proposal);
    let mut gate = Gate {
        received_at,
        origin: None,
        judgement: Judgement::Vouched,
        feed: None,
        certificates: reference.certificates(),
        is_within: &|upper, lower| reference.is_within(upper, lower),
        policy: &mut policy,
    };
    Ok(tx.retry_parked(&mut gate)?)
}

/// The changes among these that a desk stands for: those in its batches and everything below them.
/// A desk builds only on what it has accepted, so they need not be judged again, whoever brings them
/// (docs/sync.md).
pub fn underwritten(reference: &Reference, parcels: &[Parcel]) -> BTreeSet<ChangeHash> {
    let mut ground: BTreeMap<ChangeHash, Vec<ChangeHash>> = BTreeMap::new();
    let mut next = Vec::new();
    for parcel in parcels {
        let is_desk = is_of_desk(reference, parcel);
        for (entry, body) in parcel.batch.entries.iter().zip(&parcel.bodies) {
            let scanned = body.as_deref().and_then(|body| prescan::scan(body).ok());
            let Some(change) = scanned.filter(|change| change.hash == entry.hash) else {
                continue;
            };
            if is_desk && change.actor() == parcel.batch.header.actor() {
                next.push(change.hash);
            }
            ground.insert(change.hash, change.deps);
        }
    }
    let mut found = BTreeSet::new();
    while let Some(hash) = next.pop() {
        if let Some(deps) = ground.get(&hash)
            && found.insert(hash)
        {
            next.extend(deps.iter().copied());
        }
    }
    found
}

fn is_of_desk(reference: &Reference, parcel: &Parcel) -> bool {
    let is_within =
        |upper: &linli_model::OrgId, lower: &linli_model::OrgId| reference.is_within(upper, lower);
    let certificates = reference.certificates();
    certificates
        .check_batch(&parcel.batch, Judged::Vouched, &is_within)
        .is_ok_and(|certificate| certificate.subject == Subject::Desk)
}

fn authorise(reference: &Reference, proposal: &Proposal<'_>) -> Result<(), PolicyRefusal> {
    match proposal.judgement {
        Judgement::FirstHand | Judgement::Kept => {
            let signer = signer_of(reference, proposal)?;
            signer.may_write(proposal.entry.kind, proposal.home, proposal.facts)
        }
        Judgement::Vouched => Ok(()),
    }
}

fn signer_of(reference: &Reference, proposal: &Proposal<'_>) -> Result<Signer, PolicyRefusal> {
    let refuse = |code, detail: &str| PolicyRefusal {
        code,
        detail: detail.to_owned(),
    };
    let header = proposal.header;
    let certificate = reference
        .certificates()
        .find(&header.signer)
        .ok_or_else(|| refuse(codes::SIGNER, "the signer has no certificate"))?;
    let rules = reference
        .rules(header.edition)
        .ok_or_else(|| refuse(codes::GRANT, "the edition is not known here"))?;
    let hand = match certificate.subject {
        Subject::Desk => Hand::Desk,
        Subject::Device => Hand::Device {
            key: header.signer,
            grids: certificate.grids.clone(),
            staff: certificate.staff.clone(),
        },
    };
    let signer = Signer {
        org: header.org.clone(),
        staff: header.staff.clone(),
        role: header.role,
        edition: header.edition,
        scope: header.scope.clone(),
        certified_org: certificate.org.clone(),
        hand,
    };
    signer.check(rules)?;
    Ok(signer)
}

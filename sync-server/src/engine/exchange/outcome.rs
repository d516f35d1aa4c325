//! What is told about each offered change.

use linli_model::{ChangeHash, Scope};
use linli_store::Tx;
use linli_store::ingest::{BatchReport, Verdict};
use linli_sync::Code;
use linli_sync::frames::{Offer, OfferMode, Outcome, Stretch};
use linli_trust::{EntryRef, Parcel};

use crate::door::DoorResult;

pub(super) fn offer_bytes(scope: &Scope, parcels: &[Parcel]) -> DoorResult<Vec<u8>> {
    let offer = Offer {
        scope: scope.clone(),
        to: None,
        mode: OfferMode::Give,
        changes: Stretch::of(parcels.to_vec()),
    };
    Ok(offer.to_bytes()?)
}

/// What is told of a batch that is kept until the recovery is over.
pub(super) fn parked(tx: &Tx<'_>, parcel: &Parcel) -> DoorResult<Vec<Outcome>> {
    let entries = parcel.batch.entries.iter().zip(&parcel.bodies);
    let outcome = |(entry, body): (&EntryRef, &Option<Vec<u8>>)| {
        Ok(match body {
            None => Outcome::Bare,
            Some(_) if tx.has_change(&entry.hash)? => Outcome::Duplicate,
            Some(_) => Outcome::Parked,
        })
    };
    entries.map(outcome).collect()
}

/// What became of the changes of one parcel.
pub(super) fn outcomes(
    tx: &Tx<'_>,
    scope: &Scope,
    report: BatchReport,
    parcel: &Parcel,
) -> DoorResult<Vec<Outcome>> {
    let given = parcel.batch.entries.iter().zip(&parcel.bodies);
    let mut outcomes = Vec::with_capacity(report.verdicts.len());
    for (verdict, (entry, body)) in report.verdicts.into_iter().zip(given) {
        // A bare hash is answered as one, also when the change is here already.
        outcomes.push(match body {
            Some(_) => outcome(tx, scope, &entry.hash, verdict)?,
            None => Outcome::Bare,
        });
    }
    Ok(outcomes)
}

/// What became of one change. Its place in the feed is 0 until the case has been listed, which happens
/// after all offers.
fn outcome(tx: &Tx<'_>, scope: &Scope, hash: &ChangeHash, verdict: Verdict) -> DoorResult<Outcome> {
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

pub(super) fn haves(tx: &Tx<'_>, parcel: &Parcel) -> DoorResult<Vec<Outcome>> {
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

//! Who asks: its certificate, its generation, what it may read.

use std::collections::BTreeSet;

use linli_model::{KeyId, Scope, Timestamp};
use linli_store::{Peer, Tx};
use linli_sync::frames::{ChainSeen, Hello, Recovery};
use linli_trust::{Certificate, Subject, TrustError};

use crate::door::{DoorError, DoorResult, PeerKey};
use crate::engine::core::Core;

impl Core {
    /// The public key of a peer that was ever certified here.
    pub(crate) fn peer_key(&self, id: &KeyId) -> Option<PeerKey> {
        let key = self.reference().ok()?.certificates().public_key(id)?;
        Some(PeerKey { id: *id, key: *key })
    }

    pub(super) fn certificate(&self, peer: &KeyId, now: Timestamp) -> DoorResult<Certificate> {
        let certificates = self.reference()?.certificates();
        let active = certificates.active_now(peer, now);
        active.cloned().map_err(|error| DoorError::Refused {
            code: "revoked".into(),
            detail: error.to_string(),
        })
    }

    /// A peer's certificate, and whether its key was revoked: then only its outbox is looked at.
    pub(super) fn peer_standing(
        &self,
        peer: &KeyId,
        now: Timestamp,
    ) -> DoorResult<(Certificate, bool)> {
        let certificates = self.reference()?.certificates();
        match certificates.active_now(peer, now) {
            Ok(certificate) => Ok((certificate.clone(), false)),
            Err(TrustError::Revoked { .. }) => {
                let certificate = certificates.find(peer);
                let certificate = certificate.filter(|found| found.subject == Subject::Device);
                let certificate = certificate.cloned().ok_or_else(revoked)?;
                Ok((certificate, true))
            }
            Err(error) => Err(DoorError::Refused {
                code: "revoked".into(),
                detail: error.to_string(),
            }),
        }
    }

    /// Whether this server and the one that asks go on from where they are: neither is an old copy
    /// of a server that was restored since.
    pub(super) fn is_generation_current(
        &self,
        tx: &Tx<'_>,
        certificate: &Certificate,
        hello: &Hello,
    ) -> DoorResult<bool> {
        let ours = self.host.generation();
        let has_seen_newer = hello.generation_seen.is_some_and(|seen| seen > ours);
        let is_old_child = certificate.subject == Subject::Desk
            && hello.epoch < tx.peer(&certificate.key.id())?.generation;
        if has_seen_newer || is_old_child {
            tracing::error!(peer.id = %certificate.key.id(), has_seen_newer, is_old_child, "an old copy of a server is running");
        }
        Ok(!has_seen_newer && !is_old_child)
    }

    /// Whether a request of this child can be the last that its parent's recovery needs.
    pub(super) fn may_be_last(&self, certificate: &Certificate, hello: &Hello) -> bool {
        let is_waited_for = self
            .waiting
            .as_ref()
            .is_some_and(|waiting| waiting.below.contains(&certificate.org));
        is_waited_for
            && certificate.subject == Subject::Desk
            && hello.recovery != Recovery::Below
            && hello.generation_seen == Some(self.host.generation())
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
}

pub(super) fn revoked() -> DoorError {
    DoorError::Refused {
        code: "revoked".into(),
        detail: "the key was revoked".into(),
    }
}

pub(super) fn control_note(peer: &KeyId) -> String {
    format!("control_taken/{peer}")
}

pub(super) fn note_peer(
    tx: &mut Tx<'_>,
    certificate: &Certificate,
    hello: &Hello,
    now: Timestamp,
) -> DoorResult<()> {
    let peer = &certificate.key.id();
    let known = tx.peer(peer)?;
    let mut generation = known.generation;
    if certificate.subject == Subject::Desk && hello.epoch > generation {
        // A new life of the child: its control log is numbered anew.
        generation = hello.epoch;
        tx.set_meta_number(&control_note(peer), 0)?;
    }
    tx.set_peer(
        peer,
        &Peer {
            clock_offset_ms: hello.clock.ms_since(now),
            contact_at: now,
            generation,
            ..known
        },
    )?;
    Ok(())
}

pub(super) fn known_chains(tx: &Tx<'_>, peer: &KeyId, hello: &Hello) -> DoorResult<Vec<ChainSeen>> {
    let mut chains = Vec::new();
    if hello.ask_chains {
        // A later epoch than the peer's own is a life that it has lost.
        let epoch = tx.highest_epoch(peer)?.max(hello.epoch);
        for want in &hello.wants {
            if let Some(last) = tx.last_batch(peer, epoch, &want.scope)? {
                chains.push(ChainSeen {
                    scope: want.scope.clone(),
                    number: last.number,
                    batch: last.id,
                });
            }
        }
    }
    Ok(chains)
}

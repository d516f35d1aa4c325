//! The asking end towards the parent: a server is a device to its parent.

use std::collections::BTreeSet;

use linli_exchange::{Client, FeedOffer, Offering, Plan, retry};
use linli_model::{BlobHash, OrgId, RecordId, Scope, Timestamp};
use linli_store::{BlobState, Tx};
use linli_sync::blob::UploadMetadata;
use serde::{Deserialize, Serialize};

use crate::door::{DoorError, DoorResult, LinkFailure, LinkOutcome, LinkRequest};
use crate::engine::author::APP;
use crate::engine::blobs;
use crate::engine::core::Core;

/// Bytes of an answer that a server takes at a time, before compression.
const MAX_ANSWER_BYTES: u32 = 4 * 1024 * 1024;
/// Photos that are asked of the parent at a time.
const MAX_BLOBS: usize = 100;

const LINK_AT: &str = "link/at";
const LINK_FAILURE: &str = "link/failure";

/// A request that is on its way.
pub(crate) struct RunningLink {
    parent: OrgId,
    client: Client,
}

impl Core {
    /// What to send to the parent now; nothing when the parent is here or there is none.
    pub(crate) fn link_request(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
    ) -> DoorResult<Option<LinkRequest>> {
        self.link = None;
        let reference = self.reference()?;
        let Some((org, parent)) = reference.newest().and_then(|rules| self.host.parent(rules))
        else {
            return Ok(None);
        };
        let Some(peer) = reference
            .certificates()
            .desk_key(&parent, now)
            .map(|found| found.key.id())
        else {
            return Ok(None);
        };
        let plan = Plan {
            peer,
            key: self.host.key(&org)?,
            org: &org,
            app: APP,
            wants: vec![Scope::Desk(org.clone())],
            offering: Offering::Feed(FeedOffer {
                scope: Scope::Desk(parent.clone()),
                generation: self.host.generation(),
                recovery: self.recovery(),
            }),
            max_bytes: MAX_ANSWER_BYTES,
            ask_chains: !self.ask_chains.contains(&parent),
            now,
        };
        let (body, client) = Client::begin(tx, reference, &plan)?;
        self.ask_chains.insert(parent.clone());
        self.link = Some(RunningLink {
            parent: parent.clone(),
            client,
        });
        let address = parent_address(tx)?;
        Ok(Some(LinkRequest {
            org,
            audience: parent,
            url: address.url,
            ca_sha256: address.ca_sha256,
            body,
        }))
    }

    /// Takes the parent's answer, settles what it changed, and moves custody that waited for the line.
    pub(crate) fn link_apply(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        answer: &[u8],
    ) -> DoorResult<LinkOutcome> {
        let running = self.link.take();
        let mut running = running.ok_or(DoorError::Conflict {
            code: "no_request".into(),
            detail: "there is no request that this could answer".into(),
        })?;
        let mut outcome = LinkOutcome::default();
        let mut touched = BTreeSet::new();
        let (mut is_complete, mut is_old_copy) = (false, false);
        let mut input = answer;
        while let Some(event) = running.client.next(&mut input)? {
            let client = &mut running.client;
            let applied = self.with_reference(tx, |reference, tx| {
                Ok(client.apply(tx, reference, event, now)?)
            })?;
            touched.extend(applied.records);
            is_old_copy |= applied.new_epoch.is_some();
            if let Some(more) = applied.ended {
                is_complete = !more && !applied.is_peer_recovering;
            }
            for hash in applied.blobs_wanted {
                outcome
                    .wanted_by_parent
                    .extend(upload(tx, &running.parent, hash)?);
            }
            outcome.more |= applied.ended.unwrap_or(false) || applied.new_generation.is_some();
            if applied.has_reference {
                touched.extend(self.reference_came(tx, now)?);
            }
            if let Some(error) = applied.failed {
                return Err(DoorError::Refused {
                    code: error.code.name().to_owned(),
                    detail: format!(
                        "the parent answered {} {:?}",
                        error.code.name(),
                        error.params
                    ),
                });
            }
        }
        running.client.finish()?;
        if is_old_copy {
            tracing::error!(
                "the parent knows what this store has lost: it was put back without a restore"
            );
            self.restored(tx, now)?;
            is_complete = false;
            outcome.more = true;
        }
        let is_unsent = self.has_unsent(tx, &running.parent, now)?;
        if is_complete && !outcome.more && !is_unsent {
            self.parent_answered(tx, &running.parent, now)?;
        }
        self.settle_all(tx, &touched, now)?;
        self.settle_waiting(tx, &running.parent, now)?;
        self.seal(tx, now)?;
        outcome.more |= self.has_unsent(tx, &running.parent, now)?;
        outcome.wanted_here = wanted_here(tx)?;
        tx.set_meta_number(LINK_AT, u64::try_from(now.0).unwrap_or(0))?;
        tx.remove_meta(LINK_FAILURE)?;
        Ok(outcome)
    }

    /// New editions or certificates: what waited for them is judged again, units are certified.
    pub(crate) fn reference_came(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
    ) -> DoorResult<BTreeSet<RecordId>> {
        let mut touched = BTreeSet::new();
        let done = retry(tx, self.reference()?, now)?;
        self.note_ingested(tx, &done, &mut touched)?;
        if let Some(rules) = self.reference()?.newest().cloned() {
            self.certify_hosted(tx, &rules, now)?;
        }
        Ok(touched)
    }

    fn has_unsent(&self, tx: &Tx<'_>, parent: &OrgId, now: Timestamp) -> DoorResult<bool> {
        let Some(peer) = self
            .reference()?
            .certificates()
            .desk_key(parent, now)
            .map(|found| found.key.id())
        else {
            return Ok(false);
        };
        let feed = Scope::Desk(parent.clone());
        Ok(tx.feed_state(&feed)?.seq > tx.cursor(&peer, &feed)?.pushed)
    }

    /// The round failed: kept for the status page.
    pub(crate) fn link_failed(
        &mut self,
        tx: &mut Tx<'_>,
        _now: Timestamp,
        failure: &LinkFailure,
    ) -> DoorResult<()> {
        self.link = None;
        let json =
            serde_json::to_vec(failure).map_err(|error| DoorError::Bug(error.to_string()))?;
        Ok(tx.set_meta(LINK_FAILURE, &json)?)
    }
}

/// Where the parent is, from the ticket with which this server joined it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ParentAddress {
    pub(crate) url: String,
    pub(crate) ca_sha256: [u8; 32],
}

const PARENT: &str = "parent";

/// Whether this server has joined a parent.
pub(crate) fn has_parent(tx: &Tx<'_>) -> bool {
    parent_address(tx).is_ok()
}

/// Keeps the address of the parent.
pub(crate) fn set_parent_address(tx: &mut Tx<'_>, address: &ParentAddress) -> DoorResult<()> {
    let json = serde_json::to_vec(address).map_err(|error| DoorError::Bug(error.to_string()))?;
    Ok(tx.set_meta(PARENT, &json)?)
}

fn parent_address(tx: &Tx<'_>) -> DoorResult<ParentAddress> {
    let json = tx
        .meta(PARENT)?
        .ok_or(DoorError::NotFound { what: "parent" })?;
    serde_json::from_slice(&json)
        .map_err(|error| DoorError::Storage(format!("the parent's address: {error}")))
}

/// What the parent must be told of a photo that is stored here.
fn upload(tx: &Tx<'_>, parent: &OrgId, hash: BlobHash) -> DoorResult<Option<UploadMetadata>> {
    let Some(blob) = tx
        .blob(&hash)?
        .filter(|blob| blob.state == BlobState::Complete)
    else {
        return Ok(None);
    };
    let Some(record) = blobs::case_with(tx, &hash)? else {
        return Ok(None);
    };
    Ok(Some(UploadMetadata {
        blob: hash,
        record,
        scope: Scope::Desk(parent.clone()),
        mime: blob.mime,
    }))
}

fn wanted_here(tx: &Tx<'_>) -> DoorResult<Vec<BlobHash>> {
    let mut wanted = Vec::new();
    for blob in tx.blobs_wanted(MAX_BLOBS)? {
        if blobs::case_with(tx, &blob.hash)?.is_some() {
            wanted.push(blob.hash);
        }
    }
    Ok(wanted)
}

/// When the link last worked, and how it has failed since.
pub(crate) fn link_state(tx: &Tx<'_>) -> DoorResult<(Option<Timestamp>, Option<LinkFailure>)> {
    let at = tx.meta_number(LINK_AT)?;
    let at = i64::try_from(at).ok().filter(|at| *at > 0).map(Timestamp);
    let failure = tx
        .meta(LINK_FAILURE)?
        .and_then(|json| serde_json::from_slice(&json).ok());
    Ok((at, failure))
}

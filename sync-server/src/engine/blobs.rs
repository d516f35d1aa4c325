//! Photos and voice notes: which records show them, who may send and who may see them.

use linli_model::case::{CaseLog, Photo};
use linli_model::{BlobHash, KeyId, RecordId, RecordKind, Scope, Timestamp};
use linli_records::read::read_photos;
use linli_store::rusqlite::params;
use linli_store::{Blob, BlobState as Kept, StoreError, Tx};
use linli_trust::Subject;

use crate::door::{Acting, BlobState, DoorError, DoorResult};
use crate::engine::case_rows;
use crate::engine::core::Core;

/// Notes which photos a case names; unknown ones are wanted from now on.
pub(crate) fn link(tx: &mut Tx<'_>, log: &CaseLog, now: Timestamp) -> DoorResult<()> {
    for (hash, photo) in &log.photos {
        tx.link_blob(&log.id, hash, photo.bytes, &photo.media_type, now)?;
    }
    Ok(())
}

/// Notes which voice notes a visit names; unknown ones are wanted from its handheld.
pub(crate) fn link_visit(tx: &mut Tx<'_>, visit: &RecordId, now: Timestamp) -> DoorResult<()> {
    let Some(document) = tx.load_document(visit)? else {
        return Ok(());
    };
    for (hash, json) in read_photos(&document) {
        if let Ok(voice) = serde_json::from_str::<Photo>(&json) {
            tx.link_blob(visit, &hash, voice.bytes, &voice.media_type, now)?;
        }
    }
    Ok(())
}

/// The case that names the file, if one does: then servers above and below may have it. What only a
/// visit names stays at the community, as the register does.
pub(crate) fn case_with(tx: &Tx<'_>, hash: &BlobHash) -> DoorResult<Option<RecordId>> {
    for record in tx.records_with_blob(hash)? {
        let info = tx.document_info(&record)?;
        if info.is_some_and(|info| info.kind == RecordKind::Case) {
            return Ok(Some(record));
        }
    }
    Ok(None)
}

/// The bytes of a photo are in the file store.
pub(crate) fn stored(
    tx: &mut Tx<'_>,
    now: Timestamp,
    hash: &BlobHash,
    size: u64,
) -> DoorResult<()> {
    let known = tx
        .blob(hash)?
        .ok_or(DoorError::NotFound { what: "photo" })?;
    tx.set_blob(&Blob {
        size,
        received: size,
        state: Kept::Complete,
        place: hash.to_string(),
        updated_at: now,
        ..known
    })?;
    Ok(())
}

/// Photos whose bytes are here, in order of hash.
pub(crate) fn list_stored(
    tx: &Tx<'_>,
    after: Option<&BlobHash>,
) -> DoorResult<Vec<(BlobHash, u64)>> {
    let list = tx.sql().prepare_cached(
        "SELECT hash, size FROM blobs WHERE state = 2 AND (?1 IS NULL OR hash > ?1) ORDER BY hash LIMIT 1000",
    );
    let mut list = list.map_err(StoreError::from)?;
    let found = list
        .query_map(params![after.map(|after| after.0)], |row| {
            let size: i64 = row.get(1)?;
            Ok((BlobHash(row.get(0)?), u64::try_from(size).unwrap_or(0)))
        })
        .map_err(StoreError::from)?;
    Ok(found.collect::<Result<_, _>>().map_err(StoreError::from)?)
}

impl Core {
    /// Whether a peer is one of those who get a record that shows the photo.
    pub(crate) fn is_of_peer(
        &self,
        tx: &Tx<'_>,
        peer: &KeyId,
        hash: &BlobHash,
    ) -> DoorResult<bool> {
        let Some(certificate) = self.reference()?.certificates().find(peer) else {
            return Ok(false);
        };
        let desk = Scope::Desk(certificate.org.clone());
        for record in tx.records_with_blob(hash)? {
            let Some(info) = tx.document_info(&record)? else {
                continue;
            };
            let is_theirs = match certificate.subject {
                Subject::Device => certificate.grids.contains(&info.home),
                Subject::Desk => {
                    info.kind == RecordKind::Case && tx.scopes_of(&record)?.contains(&desk)
                }
            };
            if is_theirs {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What is known of a photo, for a peer that wants to send it.
    pub(crate) fn blob_state(
        &self,
        tx: &Tx<'_>,
        peer: &KeyId,
        hash: &BlobHash,
    ) -> DoorResult<BlobState> {
        let Some(blob) = tx.blob(hash)? else {
            return Ok(BlobState::Unknown);
        };
        if !self.is_of_peer(tx, peer, hash)? {
            return Err(DoorError::NotFound { what: "photo" });
        }
        Ok(match blob.state {
            Kept::Complete => BlobState::Stored,
            Kept::Wanted | Kept::Partial => BlobState::Wanted,
        })
    }

    /// Whether a peer may read a photo.
    pub(crate) fn blob_readable(
        &self,
        tx: &Tx<'_>,
        peer: &KeyId,
        hash: &BlobHash,
    ) -> DoorResult<bool> {
        let now = tx.peer(peer)?.contact_at;
        let is_active = self
            .reference()?
            .certificates()
            .active_now(peer, now)
            .is_ok();
        Ok(is_active && self.is_of_peer(tx, peer, hash)?)
    }

    /// Whether a member of staff may see a photo: their organisation is a member of a case with it.
    pub(crate) fn blob_visible(
        &self,
        tx: &Tx<'_>,
        by: &Acting,
        hash: &BlobHash,
    ) -> DoorResult<bool> {
        self.may_read(by)?;
        // Feeds go to other servers only: of its own cases and its units' this one has rows.
        for record in tx.records_with_blob(hash)? {
            if case_rows::is_member(tx, &by.org, &record)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

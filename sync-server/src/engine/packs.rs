//! Packs for first installs: every document of a scope in one file, named by a signed checkpoint.
//!
//! A pack is made when a ticket is waiting or somebody asks, and none is fresh: made beside its place, synced, renamed, and
//! only then listed and signed, in the transaction of the request.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use linli_model::{BlobHash, GridCode, KeyId, OrgId, Scope, Timestamp};
use linli_store::{ControlItem, Pack, Tx};
use linli_sync::pack::{PackEncoder, PackHeader, PackRecord};
use linli_trust::{Checkpoint, CheckpointBody, Signed, Suite};

use crate::door::{DoorError, DoorResult, PackFile, SlotSubject};
use crate::engine::core::Core;

/// A pack is made anew when what came after it is more than this share of it (docs/storage.md).
const STALE_SHARE: u64 = 5;
/// Packs that stay readable, so that a broken download can go on.
const KEEP: usize = 2;

impl Core {
    /// A pack of a scope that the peer may read: the newest, or the one with this hash.
    pub(crate) fn pack(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        peer: &KeyId,
        scope: &Scope,
        hash: Option<&[u8; 32]>,
    ) -> DoorResult<PackFile> {
        if !self.scopes_of(peer, now).contains(scope) || matches!(scope, Scope::Desk(_)) {
            return Err(DoorError::NotFound { what: "pack" });
        }
        let newest = self.newest_signed(tx, scope)?;
        let (pack, checkpoint) = match (newest, hash) {
            (Some((pack, signed)), Some(hash)) if pack.hash == *hash => (pack, signed),
            (_, Some(_)) => return Err(DoorError::NotFound { what: "pack" }),
            (Some((pack, signed)), None) if !is_stale(tx, &pack)? => (pack, signed),
            (_, None) => self.make_pack(tx, scope, now)?,
        };
        Ok(PackFile {
            path: self.packs.join(&pack.place),
            hash: pack.hash,
            size: pack.size,
            at_seq: pack.at_seq,
            checkpoint: checkpoint.encode()?,
        })
    }

    /// Makes one of the packs that a handheld will ask for whose ticket is not used yet: it is ready when
    /// the person begins. Answers whether one was made.
    pub(crate) fn prepare_pack(&mut self, tx: &mut Tx<'_>, now: Timestamp) -> DoorResult<bool> {
        for grid in awaited_grids(tx, now)? {
            let scopes = [
                Scope::Places(grid.clone()),
                Scope::Register(grid.clone()),
                Scope::Cases(grid),
            ];
            for scope in scopes {
                let is_ready = match self.newest_signed(tx, &scope)? {
                    Some((pack, _)) => !is_stale(tx, &pack)?,
                    None => tx.feed_state(&scope)?.seq == 0,
                };
                if !is_ready {
                    self.make_pack(tx, &scope, now)?;
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// The newest pack whose file is there, with the checkpoint that names it. A pack of an earlier
    /// generation is none: its numbers mean something else.
    fn newest_signed(&self, tx: &Tx<'_>, scope: &Scope) -> DoorResult<Option<(Pack, Checkpoint)>> {
        let (Some(pack), Some(signed)) = (tx.newest_pack(scope)?, tx.last_checkpoint(scope)?)
        else {
            return Ok(None);
        };
        let is_whole = self.packs.join(&pack.place).is_file()
            && signed.pack_hash == Some(pack.hash)
            && signed.generation == self.host.generation();
        Ok(is_whole.then_some((pack, signed)))
    }

    fn make_pack(
        &mut self,
        tx: &mut Tx<'_>,
        scope: &Scope,
        now: Timestamp,
    ) -> DoorResult<(Pack, Checkpoint)> {
        let at_seq = tx.feed_state(scope)?.seq;
        if at_seq == 0 {
            return Err(DoorError::NotFound { what: "pack" });
        }
        fs::create_dir_all(&self.packs).map_err(|error| disk(&error))?;
        let frames = self.packs.join("frames.part");
        let encoder = PackEncoder::new(scope.clone(), at_seq, self.host.generation());
        let header = write_frames(tx, scope, &frames, encoder)?;
        let hash = header.hash()?;
        let place = format!("{}.pack", BlobHash(hash));
        let size =
            join(&header.encode()?, &frames, &self.packs, &place).map_err(|error| disk(&error))?;
        let pack = Pack {
            scope: scope.clone(),
            at_seq,
            hash,
            size,
            place,
            created_at: now,
        };
        tx.put_pack(&pack)?;
        let checkpoint = self.sign_pack(tx, &pack, now)?;
        for old in tx.prune_packs(scope, KEEP)? {
            // A file that is left over is harmless and named by nothing.
            let _ = fs::remove_file(self.packs.join(&old.place));
        }
        Ok((pack, checkpoint))
    }

    fn sign_pack(
        &mut self,
        tx: &mut Tx<'_>,
        pack: &Pack,
        now: Timestamp,
    ) -> DoorResult<Checkpoint> {
        let desk = self.desk_of(&pack.scope)?;
        let key = self.host.key(&desk)?;
        let prev = tx
            .last_checkpoint(&pack.scope)?
            .map(|checkpoint| checkpoint.digest());
        let body = CheckpointBody {
            suite: Suite::CURRENT,
            scope: pack.scope.clone(),
            generation: self.host.generation(),
            seq: pack.at_seq,
            digest: tx.feed_state(&pack.scope)?.digest,
            prev,
            pack_hash: Some(pack.hash),
            at: now,
            signer: key.id(),
        };
        let checkpoint = Signed::seal(body, key)?;
        self.keep(tx, &ControlItem::Checkpoint(checkpoint.clone()), now)?;
        Ok(checkpoint)
    }

    /// The desk that answers for a grid's scope.
    fn desk_of(&self, scope: &Scope) -> DoorResult<OrgId> {
        let rules = self.reference()?.newest();
        let community = match scope {
            Scope::Register(grid) | Scope::Places(grid) | Scope::Cases(grid) => {
                rules.and_then(|rules| rules.community(grid))
            }
            Scope::Desk(org) | Scope::Reference(org) => Some(org),
        };
        community
            .cloned()
            .ok_or(DoorError::NotFound { what: "desk" })
    }
}

/// The grids of handhelds whose tickets may still be used.
fn awaited_grids(tx: &Tx<'_>, now: Timestamp) -> DoorResult<BTreeSet<GridCode>> {
    let mut grids = BTreeSet::new();
    for slot in Core::slots(tx, now)? {
        if let (SlotSubject::Device { grids: named, .. }, "open") =
            (slot.subject, slot.state.as_str())
        {
            grids.extend(named);
        }
    }
    Ok(grids)
}

fn is_stale(tx: &Tx<'_>, pack: &Pack) -> DoorResult<bool> {
    Ok(tx.feed_bytes_after(&pack.scope, pack.at_seq)? > pack.size / STALE_SHARE)
}

/// Writes the frames of a pack one after another; its header is known at the end.
fn write_frames(
    tx: &Tx<'_>,
    scope: &Scope,
    path: &Path,
    mut encoder: PackEncoder,
) -> DoorResult<PackHeader> {
    let mut file = io::BufWriter::new(File::create(path).map_err(|error| disk(&error))?);
    for document in tx.pack_documents(scope) {
        let document = document?;
        let record = PackRecord {
            record: document.record,
            kind: document.kind,
            home: document.home,
            heads: document.heads,
            snapshot: document.snapshot,
        };
        if let Some(frame) = encoder.push(record)? {
            file.write_all(&frame).map_err(|error| disk(&error))?;
        }
    }
    let (last, header) = encoder.finish()?;
    file.write_all(&last.unwrap_or_default())
        .map_err(|error| disk(&error))?;
    file.flush().map_err(|error| disk(&error))?;
    Ok(header)
}

/// Puts header and frames together under the pack's name. Answers its size.
fn join(header: &[u8], frames: &Path, folder: &Path, place: &str) -> io::Result<u64> {
    let part = folder.join("pack.part");
    let mut file = File::create(&part)?;
    file.write_all(header)?;
    let mut source = File::open(frames)?;
    let mut buffer = vec![0u8; 64 * 1024];
    loop {
        let read = source.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        file.write_all(buffer.get(..read).unwrap_or_default())?;
    }
    file.sync_all()?;
    let size = file.metadata()?.len();
    fs::rename(&part, folder.join(place))?;
    File::open(folder)?.sync_all()?;
    fs::remove_file(frames)?;
    Ok(size)
}

fn disk(error: &io::Error) -> DoorError {
    if error.kind() == io::ErrorKind::StorageFull {
        return DoorError::DiskFull;
    }
    DoorError::Later {
        code: "pack".into(),
        detail: format!("the pack cannot be written: {error}"),
        after_ms: 60_000,
    }
}

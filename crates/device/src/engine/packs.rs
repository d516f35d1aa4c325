//! Packs: a grid's file that is empty, or that lost a part of its life, gets the server's documents
//! in one piece and then follows the feeds. The feeds leave out what this device brought itself, so
//! only a pack gives it its own work back.
//!
//! A frame of the pack is one transaction, which also says which frame is next: a cut costs at most
//! the frame that was on its way.

use linli_exchange::{ExchangeError, believe_pack, retry, unpack};
use linli_model::{BlobHash, KeyId, Scope, Timestamp};
use linli_store::{ControlItem, Reader, Tx};
use linli_sync::SyncError;
use linli_sync::pack::{PackEvent, PackHeader, PackReader, PackedRecord};
use linli_trust::{Checkpoint, Signed};

use super::sync::refresh_touched;
use super::{Engine, Records, notes, rows};
use crate::error::{DeviceError, Result};

/// What is known about the pack of a scope: [`UNDECIDED`], [`SETTLED`] or [`WANTED`].
const STATE: &str = "device/pack";
/// The header of the pack that is on its way.
const HEADER: &str = "device/pack_header";
/// Its next frame.
const NEXT: &str = "device/pack_next";

/// Wanted if nothing of the scope was ever pulled.
const UNDECIDED: u64 = 0;
/// Installed, or the server has none.
const SETTLED: u64 = 1;
/// To be fetched although the scope was pulled before.
const WANTED: u64 = 2;

/// A pack that this device should fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackWanted {
    /// The scope.
    pub scope: Scope,
    /// Where a broken download goes on: the pack's hash and the byte.
    pub resume: Option<(BlobHash, u64)>,
}

/// A pack that is being installed.
pub struct PackInstall {
    scope: Scope,
    peer: KeyId,
    reader: PackReader,
    /// What proves the header; absent when the header was proved before a cut.
    checkpoint: Option<Checkpoint>,
    header: Option<PackHeader>,
}

impl Engine {
    /// The packs to fetch before the next exchange: places and people first, since whoever can find
    /// them can begin to work, and cases last.
    pub fn packs_wanted(&self, now: Timestamp) -> Result<Vec<PackWanted>> {
        let (_, peer) = self.server(now)?;
        self.read(|reader| {
            let mut wanted = Vec::new();
            let [cases, places, register] = self.scopes();
            for scope in [places, register, cases] {
                let is_wanted = match reader.meta_number(&name(STATE, &scope))? {
                    UNDECIDED => reader.cursor(&peer, &scope)?.pulled == 0,
                    state => state == WANTED,
                };
                if is_wanted {
                    let resume = part(reader, &scope)?.map(|(header, next)| {
                        Ok::<_, SyncError>((BlobHash(header.hash()?), header.offset_of(next)?))
                    });
                    let resume = resume.transpose().map_err(ExchangeError::from)?;
                    wanted.push(PackWanted { scope, resume });
                }
            }
            Ok(wanted)
        })
    }

    /// Begins to install a pack from its first byte. `checkpoint` is what the server sent with it.
    pub fn begin_pack(
        &self,
        scope: &Scope,
        checkpoint: &[u8],
        now: Timestamp,
    ) -> Result<PackInstall> {
        let (_, peer) = self.server(now)?;
        Ok(PackInstall {
            scope: scope.clone(),
            peer,
            reader: PackReader::new(),
            checkpoint: Some(Signed::decode(checkpoint)?),
            header: None,
        })
    }

    /// Goes on with a pack at the byte that [`PackWanted::resume`] names; nothing when there is none to
    /// go on with.
    pub fn resume_pack(&self, scope: &Scope, now: Timestamp) -> Result<Option<PackInstall>> {
        let (_, peer) = self.server(now)?;
        let part = self.read(|reader| part(reader, scope))?;
        Ok(part.map(|(header, next)| PackInstall {
            scope: scope.clone(),
            peer,
            reader: PackReader::resume(header.clone(), next),
            checkpoint: None,
            header: Some(header),
        }))
    }

    /// Takes a piece of the pack. Every frame that it completes is installed with the number of the
    /// next one; with the last frame the feed goes on behind the pack. Answers the records that are
    /// here now.
    pub fn apply_pack(
        &self,
        install: &mut PackInstall,
        piece: &[u8],
        now: Timestamp,
    ) -> Result<Records> {
        let mut input = piece;
        let mut records = Records::new();
        while let Some(event) = install
            .reader
            .next(&mut input)
            .map_err(ExchangeError::from)?
        {
            match event {
                PackEvent::Header(header) => self.pack_header(install, header, now)?,
                PackEvent::Frame {
                    number,
                    records: packed,
                } => {
                    records.extend(self.pack_frame(install, number, packed, now)?);
                }
            }
        }
        Ok(records)
    }

    /// Checks, when the download is over, that the pack was complete.
    pub fn end_pack(&self, install: &PackInstall) -> Result<()> {
        Ok(install.reader.finish().map_err(ExchangeError::from)?)
    }

    /// Forgets how far a pack had come: the server does not have that one any more, or it is not to be
    /// believed. What was installed of it was proved and stays.
    pub fn drop_pack(&self, scope: &Scope) -> Result<()> {
        self.write(|tx| {
            forget_part(tx, scope)?;
            Ok(tx.set_meta_number(&name(STATE, scope), WANTED)?)
        })
    }

    /// The server has no pack of the scope: the feed alone brings it.
    pub fn no_pack(&self, scope: &Scope) -> Result<()> {
        self.write(|tx| {
            forget_part(tx, scope)?;
            Ok(tx.set_meta_number(&name(STATE, scope), SETTLED)?)
        })
    }

    /// How many records the pack that is on its way holds; nothing when none is.
    pub fn pack_total(&self, scope: &Scope) -> Result<Option<u64>> {
        self.read(|reader| Ok(part(reader, scope)?.map(|(header, _)| header.count)))
    }

    fn pack_header(
        &self,
        install: &mut PackInstall,
        header: PackHeader,
        now: Timestamp,
    ) -> Result<()> {
        let refuse = |why| Err(DeviceError::from(ExchangeError::Pack(why)));
        let Some(checkpoint) = install.checkpoint.take() else {
            return refuse("there is nothing that proves it");
        };
        let scope = &install.scope;
        self.write(|tx| {
            let mut reference = self.reference_mut();
            let reference = reference.as_mut().ok_or(DeviceError::NotBound)?;
            believe_pack(reference, scope, &header, &checkpoint)?;
            let known = tx.peer(&install.peer)?.generation;
            if known > 0 && known != header.generation {
                return refuse("it is of another generation than the server's last answer");
            }
            let kept = tx.last_checkpoint(scope)?;
            if kept.is_some_and(|kept| {
                kept.generation == checkpoint.generation && kept.seq > checkpoint.seq
            }) {
                return refuse("the server shows less than it has signed before");
            }
            reference.keep(tx, &ControlItem::Checkpoint(checkpoint.clone()), now)?;
            tx.set_meta(
                &name(HEADER, scope),
                &header.encode().map_err(ExchangeError::from)?,
            )?;
            tx.set_meta_number(&name(NEXT, scope), 0)?;
            tx.set_meta_number(&name(STATE, scope), WANTED)?;
            if header.frames.is_empty() {
                complete(tx, &install.peer, &header)?;
            }
            Ok(())
        })
        .inspect_err(|_| {
            // What is in memory follows what is on the disk.
            let _ = self.reload_reference();
        })?;
        install.header = Some(header);
        Ok(())
    }

    fn pack_frame(
        &self,
        install: &PackInstall,
        number: usize,
        packed: Vec<PackedRecord>,
        now: Timestamp,
    ) -> Result<Records> {
        let header = install
            .header
            .as_ref()
            .ok_or(DeviceError::Bug("a frame before its header"))?;
        let next = number.saturating_add(1);
        self.ledger.write_relaxed(|tx| {
            let reference = self.reference_now();
            let reference = reference.as_ref().ok_or(DeviceError::NotBound)?;
            let mut stale = rows::Stale::new();
            let done = unpack(tx, &install.scope, packed, now, |tx, place, document| {
                rows::write(tx, reference, place, document, now, &mut stale)
            })?;
            rows::renew(tx, &stale)?;
            let merged = done.records.difference(&done.fresh);
            rows::refresh(tx, reference, merged, now)?;
            notes::settle(tx)?;
            tx.set_meta_number(
                &name(NEXT, &install.scope),
                u64::try_from(next).unwrap_or(u64::MAX),
            )?;
            if next >= header.frames.len() {
                complete(tx, &install.peer, header)?;
                // Changes that waited for what the pack has brought.
                retry(tx, reference, now)?;
                refresh_touched(tx, reference, now)?;
            }
            Ok(done.records)
        })
    }
}

/// A part of this device's life is missing here: the packs of these scopes are fetched once more.
pub(super) fn want(tx: &mut Tx<'_>, scopes: &[Scope]) -> Result<()> {
    for scope in scopes {
        tx.set_meta_number(&name(STATE, scope), WANTED)?;
    }
    Ok(())
}

/// The pack is here: the feed goes on behind it.
fn complete(tx: &mut Tx<'_>, peer: &KeyId, header: &PackHeader) -> Result<()> {
    let known = tx.peer(peer)?;
    if known.generation == 0 {
        let generation = header.generation;
        tx.set_peer(
            peer,
            &linli_store::Peer {
                generation,
                ..known
            },
        )?;
    }
    tx.advance_pulled(peer, &header.scope, header.generation, header.at_seq)?;
    forget_part(tx, &header.scope)?;
    Ok(tx.set_meta_number(&name(STATE, &header.scope), SETTLED)?)
}

fn forget_part(tx: &mut Tx<'_>, scope: &Scope) -> Result<()> {
    tx.remove_meta(&name(HEADER, scope))?;
    Ok(tx.remove_meta(&name(NEXT, scope))?)
}

/// The pack that is on its way, and its next frame.
fn part(reader: &Reader<'_>, scope: &Scope) -> Result<Option<(PackHeader, usize)>> {
    let Some(bytes) = reader.meta(&name(HEADER, scope))? else {
        return Ok(None);
    };
    let mut input = bytes.as_slice();
    let event = PackReader::new()
        .next(&mut input)
        .map_err(ExchangeError::from)?;
    let Some(PackEvent::Header(header)) = event else {
        return Ok(None);
    };
    let next = reader.meta_number(&name(NEXT, scope))?;
    Ok(Some((header, usize::try_from(next).unwrap_or(usize::MAX))))
}

fn name(what: &str, scope: &Scope) -> String {
    format!("{what}/{scope}")
}

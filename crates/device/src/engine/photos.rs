//! Photos and voice notes: encrypted rows of the grid's database, so that a case and its photos are one flush and
//! nothing lies in clear text beside it (docs/adr/0012).

use linli_model::case::{Photo, VOICE_TYPE};
use linli_model::{BlobHash, Timestamp};
use linli_store::rusqlite::{OptionalExtension, Row, params};
use linli_store::{Blob, BlobState, Reader, Tx};
use linli_sync::voice;
use sha2::{Digest as _, Sha256};

use super::Engine;
use crate::dto::place::PositionDto;
use crate::dto::report::{PhotoDto, PhotoKind};
use crate::error::{DeviceError, Result};
use crate::photo::{Area, PreparedPhoto, blacken, prepare_small};
use crate::voice::{PreparedVoice, VoiceError};

/// The media type of the photos that this device makes.
const PHOTO_TYPE: &str = "image/jpeg";
/// What stands in `kind` of a voice note.
const VOICE: u8 = 4;
/// Where the bytes lie, for the ledger's list of files.
const PLACE: &str = "photos";
/// Photos that no case names are forgotten after this many milliseconds: 30 days.
const ORPHAN_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// Stores a photo of this device. Twice is once.
pub(super) fn put(
    tx: &mut Tx<'_>,
    photo: &PreparedPhoto,
    kind: Option<PhotoKind>,
    stood: Option<&PositionDto>,
    now: Timestamp,
) -> Result<()> {
    tx.sql()
        .prepare_cached(
            "INSERT INTO photos (hash, full, small, kind, width, height, taken_at, lon, lat, is_own)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1)
             ON CONFLICT (hash) DO UPDATE SET is_own = 1, kind = excluded.kind",
        )?
        .execute(params![
            photo.hash.0,
            photo.jpeg,
            photo.thumbnail,
            kind_number(kind),
            photo.width,
            photo.height,
            now.0,
            stood.map(|at| at.lon),
            stood.map(|at| at.lat),
        ])?;
    complete(tx, &photo.hash, (photo.jpeg.len(), PHOTO_TYPE), now)
}

/// Stores a voice note of this device. Twice is once.
pub(super) fn put_voice(tx: &mut Tx<'_>, note: &PreparedVoice, now: Timestamp) -> Result<()> {
    tx.sql()
        .prepare_cached(
            "INSERT INTO photos (hash, full, small, kind, width, height, taken_at, is_own, length_ms)
             VALUES (?1, ?2, x'', ?3, 0, 0, ?4, 1, ?5)
             ON CONFLICT (hash) DO UPDATE SET is_own = 1",
        )?
        .execute(params![note.hash.0, note.ogg, VOICE, now.0, note.length_ms])?;
    complete(tx, &note.hash, (note.ogg.len(), VOICE_TYPE), now)
}

/// Keeps the bytes of a photo that the server gave; they must be what the hash names.
fn put_fetched(tx: &mut Tx<'_>, hash: &BlobHash, full: &[u8], now: Timestamp) -> Result<()> {
    if Sha256::digest(full).as_slice() != hash.0 {
        return Err(DeviceError::Refused("HASH_MISMATCH".into()));
    }
    if voice::is_ogg(full) {
        return put_fetched_voice(tx, hash, full, now);
    }
    let small = prepare_small(full)?;
    tx.sql()
        .prepare_cached(
            "INSERT OR IGNORE INTO photos
               (hash, full, small, kind, width, height, taken_at, is_own, delivered_at)
             VALUES (?1, ?2, ?3, 3, ?4, ?5, ?6, 0, ?6)",
        )?
        .execute(params![
            hash.0,
            full,
            small.thumbnail,
            small.width,
            small.height,
            now.0
        ])?;
    complete(tx, hash, (full.len(), PHOTO_TYPE), now)
}

fn put_fetched_voice(tx: &mut Tx<'_>, hash: &BlobHash, ogg: &[u8], now: Timestamp) -> Result<()> {
    let length_ms = voice::check(ogg).map_err(|error| {
        tracing::warn!(voice.hash = %hash, %error, "a voice note of the server is none");
        VoiceError::Unreadable(ogg.len())
    })?;
    tx.sql()
        .prepare_cached(
            "INSERT OR IGNORE INTO photos
               (hash, full, small, kind, width, height, taken_at, is_own, delivered_at, length_ms)
             VALUES (?1, ?2, x'', ?3, 0, 0, ?4, 0, ?4, ?5)",
        )?
        .execute(params![hash.0, ogg, VOICE, now.0, length_ms])?;
    complete(tx, hash, (ogg.len(), VOICE_TYPE), now)
}

fn complete(
    tx: &mut Tx<'_>,
    hash: &BlobHash,
    (size, mime): (usize, &str),
    now: Timestamp,
) -> Result<()> {
    let size = u64::try_from(size).unwrap_or(u64::MAX);
    tx.set_blob(&Blob {
        hash: *hash,
        size,
        mime: mime.to_owned(),
        state: BlobState::Complete,
        received: size,
        place: PLACE.to_owned(),
        updated_at: now,
    })?;
    Ok(())
}

/// What a record says about a photo or voice note that is stored here.
pub(super) fn describe(reader: &Reader<'_>, hash: &BlobHash) -> Result<Option<Photo>> {
    let mut find = reader.sql().prepare_cached(
        "SELECT taken_at, length(full) AS size, width, height, length_ms FROM photos
         WHERE hash = ?1",
    )?;
    let found = find.query_row([hash.0], |row| {
        let size: i64 = row.get("size")?;
        let length_ms: Option<u32> = row.get("length_ms")?;
        let media_type = length_ms.map_or(PHOTO_TYPE, |_| VOICE_TYPE);
        Ok(Photo {
            at: Timestamp(row.get("taken_at")?),
            media_type: media_type.to_owned(),
            bytes: u64::try_from(size).unwrap_or(0),
            size: (row.get("width")?, row.get("height")?),
            length_ms,
        })
    });
    Ok(found.optional()?)
}

/// What is known here about a photo beside its bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct PhotoNote {
    pub(super) kind: Option<PhotoKind>,
    pub(super) is_own: bool,
    pub(super) delivered_at: Option<Timestamp>,
}

pub(super) fn note(reader: &Reader<'_>, hash: &BlobHash) -> Result<Option<PhotoNote>> {
    let mut find = reader
        .sql()
        .prepare_cached("SELECT kind, is_own, delivered_at FROM photos WHERE hash = ?1")?;
    Ok(find.query_row([hash.0], read_note).optional()?)
}

fn read_note(row: &Row<'_>) -> linli_store::rusqlite::Result<PhotoNote> {
    Ok(PhotoNote {
        kind: kind_of(row.get("kind")?),
        is_own: row.get("is_own")?,
        delivered_at: row.get::<_, Option<i64>>("delivered_at")?.map(Timestamp),
    })
}

fn kind_number(kind: Option<PhotoKind>) -> u8 {
    match kind {
        Some(PhotoKind::Wide) => 0,
        Some(PhotoKind::Close) => 1,
        Some(PhotoKind::After) => 2,
        None => 3,
    }
}

fn kind_of(number: u8) -> Option<PhotoKind> {
    match number {
        0 => Some(PhotoKind::Wide),
        1 => Some(PhotoKind::Close),
        2 => Some(PhotoKind::After),
        _ => None,
    }
}

impl Engine {
    /// Stores a photo before the report that will name it; a draft finds it again after a restart.
    pub fn add_photo(
        &self,
        photo: &PreparedPhoto,
        kind: PhotoKind,
        stood: Option<&PositionDto>,
        now: Timestamp,
    ) -> Result<PhotoDto> {
        self.write(|tx| put(tx, photo, Some(kind), stood, now))?;
        Ok(PhotoDto {
            hash: photo.hash.to_string(),
            kind,
            at: now.0,
            width: photo.width,
            height: photo.height,
            is_here: true,
            is_delivered: false,
        })
    }

    /// Blackens parts of a photo that no case names. The photo goes and another one stands in its
    /// place, of the same kind, time and spot; a photo that a second draft shows stays beside it.
    pub fn blacken_photo(
        &self,
        hash: &BlobHash,
        areas: &[Area],
        now: Timestamp,
    ) -> Result<PhotoDto> {
        let found = self.read(|reader| own(reader, hash))?;
        let (full, old) = found.ok_or(DeviceError::NotFound("photo"))?;
        let photo = blacken(&full, areas)?;
        self.write(|tx| {
            if !tx.records_with_blob(hash)?.is_empty() {
                return Err(DeviceError::Refused("photo_in_use".into()));
            }
            put(tx, &photo, old.kind, None, now)?;
            tx.sql()
                .prepare_cached(
                    "UPDATE photos SET taken_at = old.taken_at, lon = old.lon, lat = old.lat
                     FROM photos old WHERE photos.hash = ?1 AND old.hash = ?2",
                )?
                .execute(params![photo.hash.0, hash.0])?;
            if photo.hash != *hash && drafts_with(tx, hash)? <= 1 {
                forget(tx, &[*hash])?;
            }
            Ok(())
        })?;
        Ok(PhotoDto {
            hash: photo.hash.to_string(),
            kind: old.kind.unwrap_or(PhotoKind::Close),
            at: old.taken_at.0,
            width: photo.width,
            height: photo.height,
            is_here: true,
            is_delivered: false,
        })
    }

    /// The bytes of a photo, or of its small copy, when they are here.
    pub fn photo(&self, hash: &BlobHash, is_small: bool) -> Result<Option<Vec<u8>>> {
        let sql = if is_small {
            "SELECT small AS bytes FROM photos WHERE hash = ?1"
        } else {
            "SELECT full AS bytes FROM photos WHERE hash = ?1"
        };
        self.read(|reader| {
            let mut find = reader.sql().prepare_cached(sql)?;
            Ok(find
                .query_row([hash.0], |row| row.get("bytes"))
                .optional()?)
        })
    }

    /// Whether a case of this grid names the photo: only such photos are asked of the server.
    pub fn is_photo_known(&self, hash: &BlobHash) -> Result<bool> {
        self.read(|reader| Ok(!reader.records_with_blob(hash)?.is_empty()))
    }

    /// Keeps a photo that the server gave.
    pub fn keep_photo(&self, hash: &BlobHash, bytes: &[u8], now: Timestamp) -> Result<()> {
        self.write(|tx| put_fetched(tx, hash, bytes, now))
    }

    /// Forgets photos and voice notes that no record has named for 30 days, and what was recorded and
    /// never finished for as long. Answers how many files.
    pub fn forget_orphan_photos(&self, now: Timestamp) -> Result<usize> {
        self.write(|tx| {
            tx.sql()
                .prepare_cached("DELETE FROM voice_pieces WHERE at < ?1")?
                .execute([now.0.saturating_sub(ORPHAN_MS)])?;
            let orphans = tx.orphan_blobs(now.plus_ms(-ORPHAN_MS), 100)?;
            for blob in &orphans {
                tx.sql()
                    .prepare_cached("DELETE FROM photos WHERE hash = ?1")?
                    .execute([blob.hash.0])?;
                tx.forget_blob(&blob.hash)?;
            }
            Ok(orphans.len())
        })
    }
}

/// What is kept of a photo of this device when another one takes its place.
struct OldPhoto {
    kind: Option<PhotoKind>,
    taken_at: Timestamp,
}

fn own(reader: &Reader<'_>, hash: &BlobHash) -> Result<Option<(Vec<u8>, OldPhoto)>> {
    let mut find = reader.sql().prepare_cached(
        "SELECT full, kind, taken_at FROM photos
             WHERE hash = ?1 AND is_own = 1 AND length_ms IS NULL",
    )?;
    let found = find.query_row([hash.0], |row| {
        let old = OldPhoto {
            kind: kind_of(row.get("kind")?),
            taken_at: Timestamp(row.get("taken_at")?),
        };
        Ok((row.get("full")?, old))
    });
    Ok(found.optional()?)
}

/// How many drafts show the photo or voice note.
pub(super) fn drafts_with(reader: &Reader<'_>, hash: &BlobHash) -> Result<u32> {
    let mut count = reader
        .sql()
        .prepare_cached("SELECT count(*) AS count FROM drafts WHERE instr(content, ?1) > 0")?;
    Ok(count.query_row([hash.to_string()], |row| row.get("count"))?)
}

/// Forgets those of these photos that no record shows any more: the record that did was erased.
pub(super) fn forget(tx: &mut Tx<'_>, hashes: &[BlobHash]) -> Result<()> {
    for hash in hashes {
        if tx.forget_blob(hash)? {
            tx.sql()
                .prepare_cached("DELETE FROM photos WHERE hash = ?1")?
                .execute([hash.0])?;
        }
    }
    Ok(())
}

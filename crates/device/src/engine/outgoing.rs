//! Photos and voice notes of this device on their way to the server.

use linli_model::{BlobHash, RecordId, RecordKind, Timestamp};
use linli_store::rusqlite::params;
use linli_store::{Reader, Tx};

use super::{Engine, notes};
use crate::error::Result;

/// What waits, with its media type. Here and below `CROSS JOIN` begins with what waits, which is little: a grid has
/// thousands of photos.
pub(super) const WAITING_PHOTOS: &str =
    "SELECT p.hash AS hash, length(p.full) AS size, p.taken_at AS taken_at, b.mime AS mime
     FROM photos p CROSS JOIN blobs b ON b.hash = p.hash
     WHERE p.is_own = 1 AND p.delivered_at IS NULL AND p.refused IS NULL";
/// Whether anything waits that a record shows.
pub(super) const HAS_WAITING_PHOTOS: &str =
    "SELECT EXISTS (SELECT 1 FROM photos p CROSS JOIN blob_links l ON l.hash = p.hash
       WHERE p.is_own = 1 AND p.delivered_at IS NULL AND p.refused IS NULL)";

/// A photo that waits to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoToSend {
    /// Its hash.
    pub hash: BlobHash,
    /// A record that names it and that the server has.
    pub record: RecordId,
    /// That record's kind.
    pub kind: RecordKind,
    /// Its media type.
    pub mime: String,
    /// Its size in bytes.
    pub size: u64,
    /// Whether its case is a danger.
    pub is_urgent: bool,
}

impl Engine {
    /// Photos and voice notes of this device whose record the server has, the most urgent first, then the newest.
    pub fn photos_to_send(&self) -> Result<Vec<PhotoToSend>> {
        self.own_photos(false)
    }

    /// Photos of this device that the server has not, also those of cases that travel with them.
    pub fn photos_to_carry(&self) -> Result<Vec<PhotoToSend>> {
        self.own_photos(true)
    }

    fn own_photos(&self, with_waiting: bool) -> Result<Vec<PhotoToSend>> {
        self.read(|reader| {
            let mut list = reader.sql().prepare_cached(WAITING_PHOTOS)?;
            let found = list.query_map([], |row| {
                let size: i64 = row.get("size")?;
                Ok((
                    BlobHash(row.get("hash")?),
                    size,
                    row.get::<_, i64>("taken_at")?,
                    row.get::<_, String>("mime")?,
                ))
            })?;
            let found: Vec<_> = found.collect::<Result<_, linli_store::rusqlite::Error>>()?;
            let mut photos = Vec::new();
            for (hash, size, taken_at, mime) in found {
                for record in reader.records_with_blob(&hash)? {
                    let Some(info) = reader.document_info(&record)? else {
                        continue;
                    };
                    if !with_waiting && is_unsent(reader, &record)? {
                        continue;
                    }
                    let mut find = reader.sql().prepare_cached(
                        "SELECT urgency = 2 AS urgent FROM case_rows WHERE record = ?1",
                    )?;
                    let is_urgent = find.exists([record.0])?
                        && find.query_row([record.0], |row| row.get("urgent"))?;
                    let photo = PhotoToSend {
                        hash,
                        record,
                        kind: info.kind,
                        mime: mime.clone(),
                        size: u64::try_from(size).unwrap_or(0),
                        is_urgent,
                    };
                    photos.push((taken_at, photo));
                    break;
                }
            }
            photos.sort_by_key(|(taken_at, photo)| (!photo.is_urgent, -taken_at, photo.hash));
            Ok(photos.into_iter().map(|(_, photo)| photo).collect())
        })
    }

    /// Bytes of a photo from an offset on.
    pub fn photo_piece(&self, hash: &BlobHash, offset: u64, length: u64) -> Result<Vec<u8>> {
        let from = i64::try_from(offset.saturating_add(1)).unwrap_or(i64::MAX);
        let length = i64::try_from(length).unwrap_or(i64::MAX);
        self.read(|reader| {
            let mut find = reader.sql().prepare_cached(
                "SELECT substr(full, ?2, ?3) AS piece FROM photos WHERE hash = ?1",
            )?;
            Ok(find.query_row(params![hash.0, from, length], |row| row.get("piece"))?)
        })
    }

    /// Notes how much of a photo the server has.
    pub fn photo_sent(
        &self,
        hash: &BlobHash,
        sent: u64,
        is_whole: bool,
        now: Timestamp,
    ) -> Result<()> {
        self.write(|tx| {
            tx.sql().execute(
                "UPDATE photos SET sent = ?2, delivered_at = CASE WHEN ?3 THEN ?4 ELSE delivered_at END
                 WHERE hash = ?1",
                params![hash.0, i64::try_from(sent).unwrap_or(i64::MAX), is_whole, now.0],
            )?;
            note_delivered(tx, now)
        })
    }

    /// Notes that the server does not take a photo, and why.
    pub fn photo_refused(&self, hash: &BlobHash, code: &str) -> Result<()> {
        self.write(|tx| {
            tx.sql().execute(
                "UPDATE photos SET refused = ?2 WHERE hash = ?1",
                params![hash.0, code],
            )?;
            Ok(())
        })
    }

    /// The server says that it lacks these photos: those of ours that it once had are sent again.
    pub fn photos_wanted(&self, hashes: &[BlobHash]) -> Result<()> {
        self.write(|tx| {
            for hash in hashes {
                tx.sql()
                    .prepare_cached(
                        "UPDATE photos SET is_own = 1, sent = 0, delivered_at = NULL
                         WHERE hash = ?1 AND delivered_at IS NOT NULL",
                    )?
                    .execute([hash.0])?;
            }
            Ok(())
        })
    }
}

/// Whether own changes of a record have no final answer: its photos come after them.
fn is_unsent(reader: &Reader<'_>, record: &RecordId) -> Result<bool> {
    if notes::find(reader, record)?.is_some_and(|note| note.waiting > 0) {
        return Ok(true);
    }
    let mut find = reader.sql().prepare_cached(
        "SELECT 1 FROM outbox WHERE record = ?1 AND result IN (0, 4, 5) AND kind <> ?2",
    )?;
    Ok(find.exists(params![record.0, RecordKind::Case.number()])?)
}

/// Notes the moment at which nothing waited any more.
pub(super) fn note_delivered(tx: &mut Tx<'_>, now: Timestamp) -> Result<()> {
    let photos: bool = tx
        .sql()
        .query_row(HAS_WAITING_PHOTOS, [], |row| row.get(0))?;
    if tx.outbox_len()? == 0 && !photos {
        notes::set_moment(tx, notes::DELIVERED_AT, now)?;
    }
    Ok(())
}

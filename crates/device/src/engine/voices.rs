//! Voice notes: pieces while somebody speaks, then one file, stored and sent as photos are.

use linli_model::case::Photo;
use linli_model::{BlobHash, RecordId, RecordKind, StaffId, Timestamp};
use linli_records::Document;
use linli_records::read::read_photos;
use linli_store::rusqlite::params;
use linli_store::{Reader, Tx};

use super::people::By;
use super::{Engine, drafts, photos};
use crate::dto::voice::VoiceDto;
use crate::error::{DeviceError, Result};
use crate::voice::{PIECE_BYTES, PreparedVoice, VoiceError, check_piece, prepare};

/// The most samples that are kept of one recording, in bytes: a minute and one piece.
const ALL_BYTES: usize = 60 * 32_000 + PIECE_BYTES;

/// What a case or a visit says about a voice note.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spoken {
    pub(super) hash: BlobHash,
    pub(super) at: Timestamp,
    pub(super) length_ms: u32,
}

/// The voice note as a screen sees it.
pub(super) fn dto(reader: &Reader<'_>, spoken: &Spoken) -> Result<VoiceDto> {
    let note = photos::note(reader, &spoken.hash)?;
    Ok(VoiceDto {
        hash: spoken.hash.to_string(),
        at: spoken.at.0,
        length_ms: spoken.length_ms,
        is_here: note.is_some(),
        is_delivered: note.is_none_or(|note| !note.is_own || note.delivered_at.is_some()),
    })
}

/// What a record is to say about a voice note; it must be stored here.
pub(super) fn described(
    reader: &Reader<'_>,
    hash: Option<&str>,
) -> Result<Option<(BlobHash, Photo)>> {
    let Some(hash) = hash else {
        return Ok(None);
    };
    let wrong = || DeviceError::InputInvalid("voice");
    let hash: BlobHash = hash.parse().map_err(|_| wrong())?;
    let found = photos::describe(reader, &hash)?.filter(Photo::is_voice);
    Ok(Some((hash, found.ok_or_else(wrong)?)))
}

/// Notes which voice notes a visit names. They stay noted while the visit has no row, so that its
/// tombstone finds them.
pub(super) fn write_visit(tx: &mut Tx<'_>, record: &RecordId, document: &Document) -> Result<()> {
    tx.sql()
        .prepare_cached("DELETE FROM visit_voices WHERE record = ?1")?
        .execute([record.0])?;
    for (hash, json) in read_photos(document) {
        let Ok(voice) = serde_json::from_str::<Photo>(&json) else {
            continue;
        };
        tx.sql()
            .prepare_cached(
                "INSERT INTO visit_voices (record, hash, at, length_ms) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![
                record.0,
                hash.0,
                voice.at.0,
                voice.length_ms.unwrap_or_default()
            ])?;
        tx.link_blob(record, &hash, voice.bytes, &voice.media_type, voice.at)?;
    }
    Ok(())
}

/// The voice notes of a visit, in the order in which they were spoken.
pub(super) fn of_visit(reader: &Reader<'_>, visit: &RecordId) -> Result<Vec<VoiceDto>> {
    spoken_of(reader, visit)?
        .iter()
        .map(|spoken| dto(reader, spoken))
        .collect()
}

/// The visit was erased for ever.
pub(super) fn forget_visit(tx: &mut Tx<'_>, record: &RecordId) -> Result<()> {
    let hashes: Vec<BlobHash> = spoken_of(tx, record)?
        .iter()
        .map(|spoken| spoken.hash)
        .collect();
    tx.sql()
        .prepare_cached("DELETE FROM visit_voices WHERE record = ?1")?
        .execute([record.0])?;
    photos::forget(tx, &hashes)
}

fn spoken_of(reader: &Reader<'_>, visit: &RecordId) -> Result<Vec<Spoken>> {
    let mut list = reader.sql().prepare_cached(
        "SELECT hash, at, length_ms FROM visit_voices WHERE record = ?1 ORDER BY at, hash",
    )?;
    let found = list.query_map([visit.0], |row| {
        Ok(Spoken {
            hash: BlobHash(row.get("hash")?),
            at: Timestamp(row.get("at")?),
            length_ms: row.get("length_ms")?,
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

impl Engine {
    /// Whether this person may see a file now. What a case names, or nothing yet, is free; what only a
    /// visit names needs the role, the lease, and a visit whose time is not over.
    pub fn may_show_file(&self, by: &By, hash: &BlobHash, now: Timestamp) -> Result<()> {
        let visits = self.read(|reader| {
            let named = reader.records_with_blob(hash)?;
            for record in &named {
                if !is_visit(reader, record)? {
                    return Ok(Vec::new());
                }
            }
            Ok(named)
        })?;
        if visits.is_empty() {
            return Ok(());
        }
        self.may_see(by, RecordKind::Visit, now)?;
        let is_shown = self.read(|reader| {
            let mut find = reader
                .sql()
                .prepare_cached("SELECT 1 FROM visit_rows WHERE record = ?1 AND expires_at > ?2")?;
            let mut shown = false;
            for visit in &visits {
                shown |= find.exists(params![visit.0, now.0])?;
            }
            Ok(shown)
        })?;
        if is_shown {
            Ok(())
        } else {
            Err(DeviceError::NotFound("voice"))
        }
    }

    /// Keeps a piece of a recording. A piece that came before changes nothing; one that leaves a gap is
    /// refused.
    pub fn add_voice_piece(
        &self,
        staff: &StaffId,
        (form, number): (&str, u32),
        samples: &[u8],
        now: Timestamp,
    ) -> Result<()> {
        check_piece(samples)?;
        drafts::check_name(form)?;
        self.write(|tx| {
            let (count, bytes): (u32, i64) = tx
                .sql()
                .prepare_cached(
                    "SELECT count(*), coalesce(sum(length(samples)), 0) FROM voice_pieces
                     WHERE staff = ?1 AND form = ?2",
                )?
                .query_row(params![staff.as_str(), form], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?;
            if number > count {
                return Err(DeviceError::InputInvalid("voice"));
            }
            if usize::try_from(bytes).is_ok_and(|bytes| bytes >= ALL_BYTES) {
                return Err(VoiceError::TooLong.into());
            }
            tx.sql()
                .prepare_cached(
                    "INSERT OR IGNORE INTO voice_pieces (staff, form, number, samples, at)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![staff.as_str(), form, number, samples, now.0])?;
            Ok(())
        })
    }

    /// Makes one voice note of the pieces of a form, also of those that a process left behind which was
    /// killed. Nothing when there is none. Pieces that are too short for a note are gone afterwards.
    pub fn finish_voice(
        &self,
        staff: &StaffId,
        form: &str,
        now: Timestamp,
    ) -> Result<Option<VoiceDto>> {
        let samples = self.read(|reader| pieces(reader, staff, form))?;
        if samples.is_empty() {
            return Ok(None);
        }
        let prepared = prepare(&samples);
        if let Err(error @ VoiceError::Encoder(_)) = prepared {
            return Err(error.into());
        }
        self.write(|tx| {
            if let Ok(note) = &prepared {
                photos::put_voice(tx, note, now)?;
            }
            tx.sql()
                .prepare_cached("DELETE FROM voice_pieces WHERE staff = ?1 AND form = ?2")?
                .execute(params![staff.as_str(), form])?;
            Ok(())
        })?;
        let PreparedVoice {
            hash, length_ms, ..
        } = prepared?;
        let at = now;
        let spoken = Spoken {
            hash,
            at,
            length_ms,
        };
        Ok(Some(self.read(|reader| dto(reader, &spoken))?))
    }

    /// Forgets a voice note that no record names and no other draft shows. Twice is once.
    pub fn delete_voice(&self, hash: &BlobHash) -> Result<()> {
        self.write(|tx| {
            let is_voice = photos::describe(tx, hash)?.is_some_and(|found| found.is_voice());
            if !is_voice {
                return Ok(());
            }
            if !tx.records_with_blob(hash)?.is_empty() {
                return Err(DeviceError::Refused("voice_in_use".into()));
            }
            if photos::drafts_with(tx, hash)? <= 1 {
                photos::forget(tx, &[*hash])?;
            }
            Ok(())
        })
    }
}

fn is_visit(reader: &Reader<'_>, record: &RecordId) -> Result<bool> {
    let info = reader.document_info(record)?;
    Ok(info.is_some_and(|info| info.kind == RecordKind::Visit))
}

fn pieces(reader: &Reader<'_>, staff: &StaffId, form: &str) -> Result<Vec<u8>> {
    let mut list = reader.sql().prepare_cached(
        "SELECT samples FROM voice_pieces WHERE staff = ?1 AND form = ?2 ORDER BY number",
    )?;
    let mut rows = list.query(params![staff.as_str(), form])?;
    let mut samples = Vec::new();
    while let Some(row) = rows.next()? {
        samples.extend(row.get::<_, Vec<u8>>("samples")?);
    }
    Ok(samples)
}

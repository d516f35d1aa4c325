//! The second lane: photos and voice notes, after text, resumable, and only when network and battery allow.

use std::sync::Arc;

use linli_model::BlobHash;
use linli_sync::blob::{
    CHECKSUM_MISMATCH, FILE_BYTES, FILES_PATH, PATCH_TYPE, TUS_VERSION, UploadMetadata,
    checksum_header, header as tus, next_piece,
};

use super::exchange::SyncRun;
use super::open::Open;
use super::queries::PhotoSize;
use super::{Device, lane};
use crate::dto::change_set::Noun;
use crate::engine::{Engine, PhotoToSend};
use crate::error::{DeviceError, Result};
use crate::net::{Answer, Call, Method, Refusal, Reply, SignedLine, TransportError};

/// Photos that are fetched ahead in one run.
const FETCH_AHEAD: usize = 8;
/// Pieces that may be refused for their offset before a photo is left for later.
const MOST_TURNS: u32 = 3;

/// What came of one photo.
enum Sent {
    /// The server has it.
    Whole,
    /// The server does not take it, with its code.
    Never(String),
    /// Not now.
    Later(Refusal),
}

impl Device {
    /// Sends the photos that wait.
    pub(super) async fn send_photos(
        &self,
        open: &Arc<Open>,
        engine: &Arc<Engine>,
        line: &SignedLine,
        run: &mut SyncRun,
    ) -> Result<()> {
        for photo in engine.photos_to_send()? {
            if self.photos_must_wait(open)? {
                return Ok(());
            }
            self.lane().view.sending_photo = Some(photo.hash);
            self.tell(&[Noun::Sync, Noun::Outbox, Noun::Cases], [photo.record]);
            let sent = self.send_photo(engine, line, &photo).await;
            self.lane().view.sending_photo = None;
            match sent? {
                Sent::Whole => {
                    run.photos_sent += 1;
                    let mut state = self.lane();
                    state.sent_count = state.sent_count.saturating_add(1);
                }
                Sent::Never(code) => {
                    tracing::warn!(photo.hash = %photo.hash, code, "the server does not take a photo");
                    engine.photo_refused(&photo.hash, &code)?;
                }
                Sent::Later(refusal) => {
                    tracing::info!(photo.hash = %photo.hash, code = refusal.code, "a photo waits");
                }
            }
            self.tell(&[Noun::Sync, Noun::Outbox, Noun::Cases], [photo.record]);
        }
        self.fetch_ahead(open, engine, line).await
    }

    fn photos_must_wait(&self, open: &Open) -> Result<bool> {
        let machine = &self.parts.machine;
        let is_wifi_only = open.store.is_wifi_only()?;
        Ok(lane::photo_wait(machine.network(), machine.power(), is_wifi_only).is_some())
    }

    async fn send_photo(
        &self,
        engine: &Arc<Engine>,
        line: &SignedLine,
        photo: &PhotoToSend,
    ) -> Result<Sent> {
        let metadata = UploadMetadata {
            blob: photo.hash,
            record: photo.record,
            scope: photo.kind.grid_scope(engine.grid().clone()),
            mime: photo.mime.clone(),
        };
        let create = speaking_tus(Call::new(Method::Post, FILES_PATH, Vec::new()))
            .with(tus::UPLOAD_LENGTH, photo.size.to_string())
            .with(tus::UPLOAD_METADATA, metadata.to_header());
        let mut at = match line.send(&create).await? {
            Reply::Answer(answer) => offset_of(&answer)?,
            Reply::Refused(refusal) => return Ok(refused(refusal)),
        };
        let target = format!("{FILES_PATH}{}", photo.hash);
        let mut turns = 0;
        while let Some(length) = next_piece(at, photo.size) {
            engine.photo_sent(&photo.hash, at, false, self.now())?;
            let piece = engine.photo_piece(&photo.hash, at, length)?;
            let checksum = checksum_header(&piece);
            let patch = speaking_tus(Call::new(Method::Patch, target.clone(), piece))
                .with("content-type", PATCH_TYPE)
                .with(tus::UPLOAD_OFFSET, at.to_string())
                .with(tus::UPLOAD_CHECKSUM, checksum);
            match line.send(&patch).await? {
                Reply::Answer(answer) => {
                    let next = offset_of(&answer)?;
                    if next <= at {
                        return Err(odd("the server's offset does not grow").into());
                    }
                    at = next;
                }
                Reply::Refused(refusal) if is_turn(&refusal) && turns < MOST_TURNS => {
                    turns += 1;
                    match self.ask_offset(line, &target).await? {
                        Ok(offset) => at = offset,
                        Err(refusal) => return Ok(refused(refusal)),
                    }
                }
                Reply::Refused(refusal) => return Ok(refused(refusal)),
            }
        }
        engine.photo_sent(&photo.hash, photo.size, true, self.now())?;
        Ok(Sent::Whole)
    }

    async fn ask_offset(&self, line: &SignedLine, target: &str) -> Result<Result<u64, Refusal>> {
        let head = speaking_tus(Call::new(Method::Head, target, Vec::new()));
        Ok(match line.send(&head).await? {
            Reply::Answer(answer) => Ok(offset_of(&answer)?),
            Reply::Refused(refusal) => Err(refusal),
        })
    }

    /// Fetches photos of open cases while nothing else waits.
    async fn fetch_ahead(
        &self,
        open: &Arc<Open>,
        engine: &Arc<Engine>,
        line: &SignedLine,
    ) -> Result<()> {
        for hash in engine.missing_photos(FETCH_AHEAD)? {
            if self.photos_must_wait(open)? {
                return Ok(());
            }
            match fetch(line, &hash).await {
                Ok(Some(bytes)) => {
                    if let Err(error) = engine.keep_photo(&hash, &bytes, self.now()) {
                        tracing::warn!(photo.hash = %hash, %error, "a photo of the server is not kept");
                    }
                }
                Ok(None) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.tell(&[Noun::Cases, Noun::FirstSync], []);
        Ok(())
    }

    /// The bytes of a photo or a voice note: from here, or fetched when they are not here and there is a network.
    pub async fn photo(&self, hash: &str, size: PhotoSize) -> Result<Vec<u8>> {
        let hash: BlobHash = hash.parse().map_err(|_| DeviceError::NotFound("photo"))?;
        self.may_show(&hash)?;
        if let Some(bytes) = self.photo_here(&hash, size)? {
            return Ok(bytes);
        }
        let open = self.opened()?;
        let engine = open.engine_with(&hash)?;
        let line = self.signed_line(&open, engine)?;
        let bytes = fetch(&line, &hash)
            .await?
            .ok_or(DeviceError::NotFound("photo"))?;
        engine.keep_photo(&hash, &bytes, self.now())?;
        self.tell(&[Noun::Cases], []);
        self.photo_here(&hash, size)?
            .ok_or(DeviceError::NotFound("photo"))
    }
}

impl Device {
    /// Whether this person may see a file now: what only a visit names follows the rules of the register.
    fn may_show(&self, hash: &BlobHash) -> Result<()> {
        let open = self.opened()?;
        let engine = open.engine_with(hash)?;
        let now = self.now();
        engine.may_show_file(&open.by(engine, now)?, hash, now)
    }
}

async fn fetch(line: &SignedLine, hash: &BlobHash) -> Result<Option<Vec<u8>>, TransportError> {
    let call = Call::new(Method::Get, format!("{FILES_PATH}{hash}"), Vec::new());
    match line.send(&call).await? {
        Reply::Answer(mut answer) => {
            let most = usize::try_from(FILE_BYTES).unwrap_or(usize::MAX);
            Ok(Some(answer.read(most).await?))
        }
        Reply::Refused(refusal) => {
            tracing::debug!(photo.hash = %hash, code = refusal.code, "a photo is not there yet");
            Ok(None)
        }
    }
}

fn speaking_tus(call: Call) -> Call {
    call.with(tus::TUS_RESUMABLE, TUS_VERSION)
}

fn offset_of(answer: &Answer) -> Result<u64, TransportError> {
    answer
        .header(tus::UPLOAD_OFFSET)
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| odd("the server names no offset"))
}

fn odd(what: &str) -> TransportError {
    TransportError::Unreachable(what.to_owned())
}

/// The piece was damaged on the way, or the server stands elsewhere: ask where, and go on from there.
fn is_turn(refusal: &Refusal) -> bool {
    refusal.status == CHECKSUM_MISMATCH || (refusal.status == 409 && refusal.code == "OFFSET")
}

fn refused(refusal: Refusal) -> Sent {
    match refusal.status {
        // The bytes are not a photo for this server, whatever is tried.
        413 | 415 | 422 => Sent::Never(refusal.code),
        _ => Sent::Later(refusal),
    }
}

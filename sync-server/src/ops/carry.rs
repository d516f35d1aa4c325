//! A file that a handheld's holder carried here: opened, taken on the very path of an exchange, and
//! answered by a file that only this handheld can read (docs/adr/0019).

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use linli_exchange::{CarryItems, CarryReader, CarryWriter, ExchangeError};
use linli_model::{BlobHash, KeyId};
use linli_sync::carry::{CarryItem, PhotoOutcome};
use linli_trust::{CarryLabel, CarryWay, PublicKey, SigningKey, TrustError};
use serde::{Deserialize, Serialize};

use super::OpsError;
use super::admin::Host;
use crate::clock;
use crate::door::{BlobState, CarriedTally, DoorError};
use crate::files;
use crate::photos::{self, NotKept, Photos, PutError};

/// What became of a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CarriedIn {
    /// The device.
    pub device: KeyId,
    /// Changes.
    pub changes: CarriedTally,
    /// Photos that are here now.
    pub photos: usize,
    /// Photos that were not taken.
    pub photos_refused: usize,
}

/// Where the answer to a file lies.
pub fn answer_path(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.back"))
}

/// Takes a file in the folder for such files and writes its answer beside it. Twice is once.
pub(super) async fn carry_in(host: &Host, name: &str) -> Result<CarriedIn, OpsError> {
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if name.is_empty() || !is_plain {
        return Err(OpsError::Refused(
            "that is no name of a carried file".into(),
        ));
    }
    let folder = host.config.carried();
    let path = folder.join(name);
    let file = File::open(&path).map_err(|error| OpsError::file(&path, error))?;
    let mut reader = CarryReader::open(file).map_err(|error| unread(&error))?;
    let label = reader.label().clone();
    let (own, from) = keys(host, &label).await?;
    reader.prove(&own, &from).map_err(|error| unread(&error))?;
    let answer = answer_path(&folder, name);
    let written = private(&answer).map_err(|error| OpsError::file(&answer, error))?;
    let mut seed = [0u8; 32];
    getrandom::fill(&mut seed).map_err(|error| OpsError::Refused(error.to_string()))?;
    let back = CarryLabel {
        way: CarryWay::Back,
        ..label.clone()
    };
    let writer = CarryWriter::begin(written, back, &own, &from, seed).map_err(|e| unread(&e))?;
    let items = reader.items(&own, &from).map_err(|error| unread(&error))?;
    let mut taking = Taking {
        host,
        device: label.device,
        items,
        writer,
        done: CarriedIn {
            device: label.device,
            changes: CarriedTally::default(),
            photos: 0,
            photos_refused: 0,
        },
    };
    let first = taking.bodies().await?;
    taking.photos(first).await?;
    let Taking { writer, done, .. } = taking;
    let file = writer.finish().map_err(|error| unread(&error))?;
    file.sync_all()
        .map_err(|error| OpsError::file(&answer, error))?;
    tracing::info!(peer.id = %done.device, stored = done.changes.stored, photos = done.photos, "a carried file was taken");
    Ok(done)
}

/// The desk's key and the device's.
async fn keys(host: &Host, label: &CarryLabel) -> Result<(SigningKey, PublicKey), OpsError> {
    if label.way != CarryWay::Out {
        return Err(OpsError::Refused(
            "this is an answer for a handheld, not a file from one; nothing was changed".into(),
        ));
    }
    let (server, device) = (label.server, label.device);
    let own = host.writer.call(move |calls| calls.desk_key(&server));
    let own = own.await?.ok_or_else(|| {
        OpsError::Refused(format!(
            "this file is for the server of {}, with another key; nothing was changed; carry it there",
            label.org
        ))
    })?;
    let from = host.writer.call(move |calls| calls.peer(&device));
    let from = from.await?.ok_or_else(|| {
        OpsError::Refused(format!(
            "device {device} is not enrolled here; nothing was changed; what it holds is still on it"
        ))
    })?;
    Ok((own, from.key))
}

/// A file that is being taken.
struct Taking<'h> {
    host: &'h Host,
    device: KeyId,
    items: CarryItems<'h, File>,
    writer: CarryWriter<File>,
    done: CarriedIn,
}

impl Taking<'_> {
    /// Requests, each in a transaction of its own as over a line. Answers what follows the last one.
    async fn bodies(&mut self) -> Result<Option<CarryItem>, OpsError> {
        loop {
            let body = match self.items.next_body().map_err(|e| unread(&e))? {
                Ok(body) => body,
                Err(next) => return Ok(next),
            };
            let (now, device) = (clock::now(), self.device);
            let taken = self
                .host
                .writer
                .call(move |calls| calls.carried(now, &device, &body));
            let taken = taken.await?;
            self.writer.body(&taken.answer).map_err(|e| unread(&e))?;
            let (all, more) = (&mut self.done.changes, taken.tally);
            all.stored += more.stored;
            all.known += more.known;
            all.waiting += more.waiting;
            for (code, count) in more.refused {
                *all.refused.entry(code).or_default() += count;
            }
        }
    }

    async fn photos(&mut self, first: Option<CarryItem>) -> Result<(), OpsError> {
        let mut next = first;
        while let Some(item) = next {
            let CarryItem::Photo { hash, size } = item else {
                return Err(OpsError::Refused(
                    "the file does not hold what it should".into(),
                ));
            };
            let outcome = self.photo(hash, size).await?;
            if outcome == PhotoOutcome::Taken {
                self.done.photos += 1;
            } else {
                self.done.photos_refused += 1;
            }
            let item = CarryItem::Outcome { hash, outcome };
            self.writer.item(&item).map_err(|e| unread(&e))?;
            next = self.items.next_item().map_err(|e| unread(&e))?;
        }
        Ok(())
    }

    /// The same questions as for an upload: does a case that this server has name it, is it a photo.
    async fn photo(&mut self, hash: BlobHash, size: u64) -> Result<PhotoOutcome, OpsError> {
        let device = self.device;
        let writer = &self.host.writer;
        let state = writer.call(move |calls| calls.blob_state(&device, &hash));
        let state = match state.await {
            Ok(state) => state,
            Err(DoorError::NotFound { .. }) => BlobState::Unknown,
            Err(error) => return Err(error.into()),
        };
        let config = &self.host.config;
        let folder = config.staging();
        files::make_private_dir(&folder).map_err(|e| OpsError::file(&folder, e))?;
        let staged = Staged(folder.join(format!("carried-{hash}.part")));
        let mut file = match state {
            BlobState::Wanted => {
                Some(private(&staged.0).map_err(|e| OpsError::file(&staged.0, e))?)
            }
            BlobState::Unknown | BlobState::Stored => None,
        };
        let mut left = size;
        while left > 0 {
            let item = self.items.next_item().map_err(|e| unread(&e))?;
            let Some(CarryItem::Piece(piece)) = item else {
                return Err(OpsError::Refused(
                    "the file does not hold what it should".into(),
                ));
            };
            left = left.saturating_sub(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            if let Some(file) = &mut file {
                let written = file.write_all(&piece);
                written.map_err(|e| OpsError::file(&staged.0, e))?;
            }
        }
        drop(file);
        match state {
            BlobState::Unknown => return Ok(PhotoOutcome::Later("NOT_FOUND".into())),
            BlobState::Stored => return Ok(PhotoOutcome::Taken),
            BlobState::Wanted => {}
        }
        let store = Photos::open(&config.photos).map_err(|e| OpsError::file(&config.photos, e))?;
        let kept = store.keep(&staged.0, &hash, photos::allowed(config));
        match kept {
            Ok(()) => {}
            Err(NotKept::Photo(error)) => return Ok(PhotoOutcome::Never(error.code().into())),
            Err(NotKept::Put(PutError::OtherBytes(_))) => {
                return Ok(PhotoOutcome::Later("HASH_MISMATCH".into()));
            }
            Err(NotKept::Put(PutError::Io(error)) | NotKept::Read(error)) => {
                return Err(OpsError::file(&config.photos, error));
            }
        }
        let now = clock::now();
        let noted = writer.call(move |calls| calls.blob_stored(now, &hash, size));
        noted.await?;
        Ok(PhotoOutcome::Taken)
    }
}

/// A staged photo, which goes when it has its place.
struct Staged(PathBuf);

impl Drop for Staged {
    fn drop(&mut self) {
        // Most photos of a file that comes again are not staged at all.
        let _ = fs::remove_file(&self.0);
    }
}

fn private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path)
}

/// Why a file was not taken, and what to do.
fn unread(error: &ExchangeError) -> OpsError {
    let said = match error {
        ExchangeError::Trust(TrustError::NotCarried) => {
            "this is no file of a handheld; nothing was changed; choose a file *.linli-out".to_owned()
        }
        ExchangeError::Trust(TrustError::CarryFormat(format)) => {
            format!("the file is of format {format}, which this program does not know; nothing was changed; update the server")
        }
        ExchangeError::Trust(TrustError::CarryDamaged) => {
            "the file is cut or damaged; nothing was changed; copy it again, or have the handheld write a new one".to_owned()
        }
        ExchangeError::Trust(TrustError::CarrySeal) => {
            "the seal does not open: the file was not made by this device for this server; nothing was changed; have the handheld write a new one".to_owned()
        }
        ExchangeError::File(error) if files::is_full(error) => {
            "the disk is full; what was taken so far is safe; free some space and take the file again".to_owned()
        }
        other @ (ExchangeError::Store(_)
        | ExchangeError::Sync(_)
        | ExchangeError::Trust(_)
        | ExchangeError::File(_)
        | ExchangeError::NotEnrolled(_)
        | ExchangeError::Enrolment(_)
        | ExchangeError::Pack(_)
        | ExchangeError::Edition { .. }
        | ExchangeError::OldGeneration { .. }) => format!("{other}; what was taken so far is safe; take the file again"),
    };
    OpsError::Refused(said)
}

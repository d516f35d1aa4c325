//! The community's answer to a file that was carried there.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use linli_exchange::{CarryItems, CarryReader, ExchangeError};
use linli_model::{BlobHash, Timestamp};
use linli_sync::carry::{CarryItem, PhotoOutcome};
use linli_trust::{CarryLabel, CarryWay};

use super::Device;
use super::carry::{Photo, photos};
use super::carry_notes;
use super::open::Open;
use crate::carry::CarryRefusal;
use crate::dto::carry::CarryBackDto;
use crate::dto::change_set::Noun;
use crate::error::{DeviceError, Result};

impl Device {
    /// Takes the community's answer from a file. It is believed as a whole before anything changes; then
    /// it does what the answer over a line would have done.
    pub async fn carry_back_from(&self, path: &Path) -> Result<CarryBackDto> {
        let _line = self.line.lock().await;
        let open = self.opened()?;
        match self.take_carried(&open, path) {
            Err(DeviceError::Exchange(error)) => match CarryRefusal::of_reading(&error) {
                Some(refusal) => Err(refusal.into()),
                None => Err(error.into()),
            },
            other => other,
        }
    }

    fn take_carried(&self, open: &Open, path: &Path) -> Result<CarryBackDto> {
        let now = self.now();
        let file = File::open(path).map_err(ExchangeError::from)?;
        let mut reader = CarryReader::open(file)?;
        let label = reader.label().clone();
        let way = CarryWay::Back;
        let (own, server) = open.engine()?.carry_label(way, label.sequence, now)?;
        check(&label, &own)?;
        let (bodies, _) = reader.prove(&open.key, &server)?;
        let mut notes = open.store.carry_outs()?;
        let note = carry_notes::find(&notes, label.sequence)?.clone();
        if note.requests.len() != bodies {
            return Err(CarryRefusal::Damaged.into());
        }

        let before = self.count_all()?;
        let mut items = reader.items(&open.key, &server)?;
        for request in &note.requests {
            let Ok(body) = items.next_body()? else {
                return Err(CarryRefusal::Damaged.into());
            };
            let Some(engine) = open.engines.get(request.grid()) else {
                // The grid was taken from this device meanwhile.
                continue;
            };
            let synced = engine.carry_back(&request.note()?, &body, now)?;
            self.tell_synced(&synced);
            if let Some(failed) = synced.failed {
                tracing::warn!(
                    code = failed.code.name(),
                    "the server did not take a carried file"
                );
                return Err(CarryRefusal::NotTaken.into());
            }
        }
        let photo_count = take_photos(open, &mut items, now)?;
        if let Some(note) = notes
            .iter_mut()
            .find(|note| note.sequence == label.sequence)
        {
            note.is_taken = true;
            // What is answered needs no reader any more.
            note.requests.clear();
        }
        open.store.set_carry_outs(&notes)?;
        open.note_epochs()?;
        self.count_waiting()?;
        self.tell(&[Noun::Outbox, Noun::Cases, Noun::Sync], []);
        let (waiting, needs_you) = self.count_all()?;
        Ok(CarryBackDto {
            delivered_count: before.0.saturating_sub(waiting),
            photo_count,
            needs_you_count: needs_you,
            waiting_count: waiting,
        })
    }

    /// Cases and other records that wait, and cases that need a person.
    fn count_all(&self) -> Result<(u32, u32)> {
        let counts = self.counts()?;
        Ok((
            counts.waiting.saturating_add(counts.register),
            counts.needs_you,
        ))
    }
}

/// Whether an answer is for this device and of its server.
fn check(label: &CarryLabel, own: &CarryLabel) -> Result<(), CarryRefusal> {
    if label.way != own.way {
        Err(CarryRefusal::NotAnAnswer)
    } else if label.device != own.device {
        Err(CarryRefusal::OtherDevice)
    } else if label.server != own.server {
        Err(CarryRefusal::OtherServer)
    } else {
        Ok(())
    }
}

/// Notes what became of photos. Answers how many the community has now.
fn take_photos(open: &Open, items: &mut CarryItems<'_, File>, now: Timestamp) -> Result<u32> {
    let mut photo_count = 0;
    let own: BTreeMap<BlobHash, Photo> = photos(open)?
        .into_iter()
        .map(|(engine, photo)| (photo.hash, (engine, photo)))
        .collect();
    while let Some(item) = items.next_item()? {
        let CarryItem::Outcome { hash, outcome } = item else {
            return Err(CarryRefusal::Damaged.into());
        };
        let Some((engine, photo)) = own.get(&hash) else {
            continue;
        };
        match outcome {
            PhotoOutcome::Taken => {
                engine.photo_sent(&hash, photo.size, true, now)?;
                photo_count += 1;
            }
            PhotoOutcome::Never(code) => engine.photo_refused(&hash, &code)?,
            PhotoOutcome::Later(code) => {
                tracing::info!(photo.hash = %hash, code, "a photo waits");
            }
        }
    }
    Ok(photo_count)
}

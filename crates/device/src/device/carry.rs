//! Work carried to the community by hand.

use std::path::Path;
use std::sync::Arc;

use linli_exchange::CarryWriter;
use linli_trust::CarryWay;

use super::Device;
use super::carry_file::{NewFile, not_written, place};
use super::carry_notes::{self, CarriedNote, CarryOut};
use super::open::Open;
use crate::carry::CarryRefusal;
use crate::dto::carry::{CarriedFile, CarryBackDto, CarryDto};
use crate::dto::change_set::Noun;
use crate::engine::{Engine, PhotoToSend};
use crate::env;
use crate::error::Result;

/// Room that is left free on a drive, in bytes.
const MARGIN: u64 = 1024 * 1024;

pub(super) type Photo = (Arc<Engine>, PhotoToSend);

impl Device {
    /// What a file would hold now, and where it can be written. `save_to` is a folder of this machine.
    pub fn carry(&self, save_to: &Path) -> Result<CarryDto> {
        let open = self.opened()?;
        let outbox = self.outbox()?;
        let photos = photos(&open)?;
        let machine = &self.parts.machine;
        let mut places: Vec<_> = machine
            .drives()
            .into_iter()
            .map(|path| (path, true))
            .collect();
        places.push((save_to.to_owned(), false));
        let places = places.into_iter().map(|(path, is_drive)| {
            let free = machine.free_bytes(&path);
            place(&path, is_drive, free)
        });
        let waits = |item: &&crate::dto::sync::OutboxItem| {
            item.is_text_waiting || item.waiting_photo_count > 0
        };
        let bytes: u64 = photos.iter().map(|(_, photo)| photo.size).sum();
        Ok(CarryDto {
            case_count: count(outbox.items.iter().filter(waits).count()),
            register_count: outbox.register_count,
            photo_count: count(photos.len()),
            photo_bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
            places: places.collect(),
            written_at: outbox.carried_at,
        })
    }

    /// Writes the file to one of the places that [`Device::carry`] names.
    pub fn carry_out(&self, place: &str, with_photos: bool, save_to: &Path) -> Result<CarriedFile> {
        let places = self.carry(save_to)?.places;
        let known = places.iter().any(|known| known.path == place);
        known.then_some(()).ok_or(CarryRefusal::NoPlace)?;
        self.carry_out_to(Path::new(place), with_photos)
    }

    /// Takes an answer that lies in one of the places that [`Device::carry`] names.
    pub async fn carry_back(&self, answer: &str, save_to: &Path) -> Result<CarryBackDto> {
        let places = self.carry(save_to)?.places;
        let mut answers = places.iter().flat_map(|place| &place.answers);
        let known = answers.any(|known| known.path == answer);
        known.then_some(()).ok_or(CarryRefusal::NoPlace)?;
        self.carry_back_from(Path::new(answer)).await
    }

    /// Writes everything that the community has not acknowledged to one sealed file in a folder. It
    /// appears whole or not at all, and nothing counts as sent by it.
    pub fn carry_out_to(&self, folder: &Path, with_photos: bool) -> Result<CarriedFile> {
        let open = self.opened()?;
        let now = self.now();
        let outbox = self.outbox()?;
        let name = self.state().face.get().device_name.clone();
        let mut notes = open.store.carry_outs()?;
        let sequence = carry_notes::next_sequence(&notes, now.0);
        let (label, server) = open.engine()?.carry_label(CarryWay::Out, sequence, now)?;

        let mut bodies = Vec::new();
        let mut requests = Vec::new();
        for (grid, engine) in &open.engines {
            for request in engine.carry_out(now)? {
                requests.push(CarriedNote::of(grid, &request.note)?);
                bodies.push(request.body);
            }
        }
        let all = photos(&open)?;
        let text: usize = bodies.iter().map(Vec::len).sum();
        let free = self.parts.machine.free_bytes(folder);
        let taken = fitting(&all, free, text, with_photos);

        // The note first: a file without one could never be answered.
        let before = notes.clone();
        carry_notes::add(
            &mut notes,
            CarryOut {
                sequence,
                written_at: None,
                is_taken: false,
                requests,
            },
        );
        open.store.set_carry_outs(&notes)?;
        let seed = env::bytes(&*self.parts.random)?;
        let written = || -> Result<_> {
            let name = name.as_deref().unwrap_or_default();
            let (new, file) = NewFile::begin(folder, name, now)?;
            let mut writer = CarryWriter::begin(file, label, &open.key, &server, seed)?;
            for body in &bodies {
                writer.body(body)?;
            }
            for (engine, photo) in taken {
                writer.photo(&photo.hash, photo.size, |at, length| {
                    engine.photo_piece(&photo.hash, at, length)
                })?;
            }
            new.keep(writer.finish()?)
        };
        let (name, folder, bytes) = match written() {
            Ok(kept) => kept,
            Err(error) => {
                // Files that could not be written must not push out the notes of those that were.
                open.store.set_carry_outs(&before)?;
                return Err(not_written(error));
            }
        };
        if let Some(note) = notes.iter_mut().find(|note| note.sequence == sequence) {
            note.written_at = Some(now.0);
        }
        open.store.set_carry_outs(&notes)?;
        self.tell(&[Noun::Outbox], []);
        let cases = outbox.items.iter();
        let cases = cases.filter(|item| item.is_text_waiting || item.waiting_photo_count > 0);
        Ok(CarriedFile {
            name,
            folder,
            bytes,
            case_count: count(cases.count()),
            register_count: outbox.register_count,
            photo_count: count(taken.len()),
            left_photo_count: count(all.len() - taken.len()),
            written_at: now.0,
        })
    }
}

/// Photos of every grid, the most urgent first.
pub(super) fn photos(open: &Open) -> Result<Vec<Photo>> {
    let mut all = Vec::new();
    for engine in open.engines.values() {
        let photos = engine.photos_to_carry()?.into_iter();
        all.extend(photos.map(|photo| (Arc::clone(engine), photo)));
    }
    all.sort_by_key(|(_, photo)| !photo.is_urgent);
    Ok(all)
}

/// Those that have room behind the text.
fn fitting(all: &[Photo], free: Option<u64>, text: usize, with_photos: bool) -> &[Photo] {
    let text = u64::try_from(text).unwrap_or(u64::MAX);
    let mut left = free.map_or(u64::MAX, |free| {
        free.saturating_sub(MARGIN).saturating_sub(text)
    });
    let mut number = 0;
    for (_, photo) in all.iter().filter(|_| with_photos) {
        let Some(rest) = left.checked_sub(photo.size + photo.size / 512 + 256) else {
            break;
        };
        left = rest;
        number += 1;
    }
    all.get(..number).unwrap_or_default()
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

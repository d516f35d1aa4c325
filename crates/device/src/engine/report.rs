//! Commands of a person: report, check on the spot, add to a case.

use std::collections::BTreeMap;

use linli_model::case::{
    CaseHead, EventKind, Finding, Photo, Position, PositionSource, SubjectKind, Urgency,
};
use linli_model::{BlobHash, CategoryCode, EntryId, RecordId, ShortCode, Timestamp};
use linli_store::Tx;

use super::people::By;
use super::photos;
use super::save::{NewEvent, Save};
use super::{Engine, Place, voices};
use crate::dto::case::UrgencyDto;
use crate::dto::check::{
    CheckFailReason, CheckInput, CheckUnableReason, CheckVerdict, VerifyFinding, VerifyInput,
};
use crate::dto::place::{PositionDto, PositionSource as SourceDto};
use crate::dto::report::{AmendInput, EscalateInput, EscalateReason, NoPhotoReason, ReportInput};
use crate::env;
use crate::error::{DeviceError, Result};
use crate::photo::PreparedPhoto;

/// The longest place in words, in bytes (the record's schema).
const PLACE_BYTES: usize = 512;
/// The longest note, in bytes: room for a long report, far below the largest change.
const NOTE_BYTES: usize = 8_192;
/// Most photos of one save.
const PHOTOS: usize = 20;
/// A reading without accuracy is believed within this radius, in metres.
const UNKNOWN_ACCURACY: f64 = 1_000.0;

/// What is safe on this device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saved {
    /// The case.
    pub record: RecordId,
    /// The code to read over the phone.
    pub code: ShortCode,
    /// When.
    pub at: Timestamp,
}

impl Saved {
    fn new(record: RecordId, at: Timestamp) -> Self {
        Self {
            record,
            code: ShortCode::of(&record),
            at,
        }
    }
}

impl Engine {
    /// Saves a report. `fresh` are photos that are stored in the same transaction; others were added
    /// before and are named by their hashes.
    pub fn report(
        &self,
        by: &By,
        input: &ReportInput,
        fresh: &[PreparedPhoto],
        now: Timestamp,
    ) -> Result<Saved> {
        let record = env::record_id(&*self.plan.random, now)?;
        self.write(|tx| {
            for photo in fresh {
                photos::put(tx, photo, None, None, now)?;
            }
            let reference = self.reference_now();
            let reference = reference.as_ref().ok_or(DeviceError::NotBound)?;
            let place = Place::of(reference, &self.device(), now)?;
            let category: CategoryCode = input
                .category
                .parse()
                .map_err(|_| DeviceError::InputInvalid("category"))?;
            let row = place.rules.category(&category);
            let row = row.filter(|row| !row.retired);
            let row = row.ok_or(DeviceError::InputInvalid("category"))?;
            let position = input.position.as_ref().map(position).transpose()?;
            let words = text(input.place.as_deref(), PLACE_BYTES, "place")?;
            if position.is_none() && words.is_empty() {
                return Err(DeviceError::InputInvalid("place"));
            }
            let mut hashes = hashes(&input.photos)?;
            hashes.extend(fresh.iter().map(|photo| photo.hash));
            hashes.dedup();
            let head = CaseHead {
                home: self.grid().clone(),
                edition: reference.newest_number(),
                category: category.clone(),
                urgency: urgency(input.urgency),
                subject: SubjectKind::Place,
                place: words,
                note: text(input.note.as_deref(), NOTE_BYTES, "note")?,
                position,
                contact: None,
            };
            let kind = EventKind::Report {
                category,
                urgency: urgency(input.urgency),
                severity: row.severity,
                subject: SubjectKind::Place,
                photos: hashes.clone(),
                no_photo: input.no_photo_reason.map(|why| no_photo(why).to_owned()),
            };
            let mut files = described(tx, &hashes)?;
            files.extend(voices::described(tx, input.voice.as_deref())?);
            let save = Save {
                by,
                record,
                head: Some(head),
                photos: files,
                events: vec![NewEvent::now(kind, None, now)],
                now,
                refused_before: 0,
            };
            self.save(tx, reference, save)
        })?;
        Ok(Saved::new(record, now))
    }

    /// Saves what was found on the spot, as the answer to an open request for a check.
    pub fn check(&self, by: &By, input: &CheckInput, now: Timestamp) -> Result<Saved> {
        let record = case_id(&input.case_id)?;
        let answers: EntryId = input
            .answers
            .parse()
            .map_err(|_| DeviceError::InputInvalid("verdict"))?;
        let note = text(input.note.as_deref(), NOTE_BYTES, "note")?;
        let hashes = hashes(&input.photos)?;
        self.write(|tx| {
            let reference = self.reference_now();
            let reference = reference.as_ref().ok_or(DeviceError::NotBound)?;
            let save = Save {
                by,
                record,
                head: None,
                photos: described(tx, &hashes)?,
                events: check_events(input, answers, &hashes, &note, now)?,
                now,
                refused_before: 0,
            };
            self.save(tx, reference, save)
        })?;
        Ok(Saved::new(record, now))
    }

    /// Saves whether what somebody else reported is there, as the answer to a desk's request.
    pub fn verify(&self, by: &By, input: &VerifyInput, now: Timestamp) -> Result<Saved> {
        let record = case_id(&input.case_id)?;
        let answers: EntryId = input
            .answers
            .parse()
            .map_err(|_| DeviceError::InputInvalid("verdict"))?;
        let hashes = hashes(&input.photos)?;
        let kind = EventKind::Verify {
            finding: finding(input.finding),
            photos: hashes.clone(),
            text: text(input.note.as_deref(), NOTE_BYTES, "note")?,
        };
        self.write(|tx| {
            let reference = self.reference_now();
            let reference = reference.as_ref().ok_or(DeviceError::NotBound)?;
            let save = Save {
                by,
                record,
                head: None,
                photos: described(tx, &hashes)?,
                events: vec![NewEvent::now(kind, Some(answers), now)],
                now,
                refused_before: 0,
            };
            self.save(tx, reference, save)
        })?;
        Ok(Saved::new(record, now))
    }

    /// Adds photos or words to a case.
    pub fn amend(&self, by: &By, input: &AmendInput, now: Timestamp) -> Result<Saved> {
        let record = case_id(&input.case_id)?;
        let note = text(input.note.as_deref(), NOTE_BYTES, "note")?;
        let hashes = hashes(&input.photos)?;
        if hashes.is_empty() && note.is_empty() {
            return Err(DeviceError::InputInvalid("photos"));
        }
        let answers = input.answers.as_deref().map(str::parse::<EntryId>);
        let answers = answers
            .transpose()
            .map_err(|_| DeviceError::InputInvalid("verdict"))?;
        let kind = EventKind::Amend {
            fields: Vec::new(),
            urgency: None,
            photos: hashes.clone(),
            text: note,
        };
        self.write(|tx| {
            let reference = self.reference_now();
            let reference = reference.as_ref().ok_or(DeviceError::NotBound)?;
            let save = Save {
                by,
                record,
                head: None,
                photos: described(tx, &hashes)?,
                events: vec![NewEvent::now(kind, answers, now)],
                now,
                refused_before: 0,
            };
            self.save(tx, reference, save)
        })?;
        Ok(Saved::new(record, now))
    }
}

impl Engine {
    /// Asks the desk that holds the case to pass it up.
    pub fn escalate(&self, by: &By, input: &EscalateInput, now: Timestamp) -> Result<Saved> {
        let record = case_id(&input.case_id)?;
        let note = text(input.note.as_deref(), NOTE_BYTES, "note")?;
        let reason = escalate_reason(input.reason).to_owned();
        let words = (!note.is_empty()).then_some(EventKind::Note { text: note });
        let events = std::iter::once(EventKind::RequestEscalation { reason })
            .chain(words)
            .map(|kind| NewEvent::now(kind, None, now));
        let events: Vec<NewEvent> = events.collect();
        self.write(|tx| {
            let reference = self.reference_now();
            let reference = reference.as_ref().ok_or(DeviceError::NotBound)?;
            let save = Save {
                by,
                record,
                head: None,
                photos: BTreeMap::new(),
                events,
                now,
                refused_before: 0,
            };
            self.save(tx, reference, save)
        })?;
        Ok(Saved::new(record, now))
    }
}

/// The check itself, and what its event has no field for as an event of its own beside it.
fn check_events(
    input: &CheckInput,
    answers: EntryId,
    hashes: &[BlobHash],
    note: &str,
    now: Timestamp,
) -> Result<Vec<NewEvent>> {
    let (kind, rest) = match input.verdict {
        CheckVerdict::Pass { condition_met } => {
            if !condition_met {
                return Err(DeviceError::InputInvalid("verdict"));
            }
            let kind = EventKind::CheckPass {
                photos: hashes.to_vec(),
                text: note.to_owned(),
            };
            (kind, None)
        }
        CheckVerdict::Fail { reason } => {
            let kind = EventKind::CheckFail {
                photos: hashes.to_vec(),
                reason: fail_reason(reason).to_owned(),
            };
            let words = EventKind::Note {
                text: note.to_owned(),
            };
            (kind, (!note.is_empty()).then_some(words))
        }
        CheckVerdict::Unable { reason } => {
            let kind = EventKind::CheckUnable {
                reason: unable_reason(reason).to_owned(),
            };
            let rest = EventKind::Amend {
                fields: Vec::new(),
                urgency: None,
                photos: hashes.to_vec(),
                text: note.to_owned(),
            };
            (
                kind,
                (!note.is_empty() || !hashes.is_empty()).then_some(rest),
            )
        }
    };
    let asked = input.satisfied.map(|satisfied| EventKind::VisitResult {
        satisfied: Some(satisfied),
        text: String::new(),
    });
    // What a resident said counts while the check is asked for, so it goes before the verdict.
    let beside = |kind| NewEvent::now(kind, None, now);
    let check = NewEvent::now(kind, Some(answers), now);
    let events = asked.map(beside).into_iter().chain([check]);
    Ok(events.chain(rest.map(beside)).collect())
}

/// What the case says about photos; each must be stored here.
fn described(tx: &Tx<'_>, hashes: &[BlobHash]) -> Result<BTreeMap<BlobHash, Photo>> {
    let mut found = BTreeMap::new();
    for hash in hashes {
        let photo = photos::describe(tx, hash)?.filter(|file| !file.is_voice());
        let photo = photo.ok_or(DeviceError::InputInvalid("photos"))?;
        found.insert(*hash, photo);
    }
    Ok(found)
}

fn hashes(texts: &[String]) -> Result<Vec<BlobHash>> {
    if texts.len() > PHOTOS {
        return Err(DeviceError::InputInvalid("photos"));
    }
    texts
        .iter()
        .map(|text| {
            text.parse()
                .map_err(|_| DeviceError::InputInvalid("photos"))
        })
        .collect()
}

/// A case's id as a screen gives it.
pub(super) fn case_id(text: &str) -> Result<RecordId> {
    text.parse().map_err(|_| DeviceError::NotFound("case"))
}

fn text(given: Option<&str>, most: usize, field: &'static str) -> Result<String> {
    let text = given.unwrap_or_default().trim();
    if text.len() > most {
        return Err(DeviceError::InputInvalid(field));
    }
    Ok(text.to_owned())
}

fn position(given: &PositionDto) -> Result<Position> {
    let on_earth = (-180.0..=180.0).contains(&given.lon) && (-90.0..=90.0).contains(&given.lat);
    if !on_earth {
        return Err(DeviceError::InputInvalid("position"));
    }
    let accuracy = given.accuracy_m.filter(|m| m.is_finite() && *m >= 0.0);
    Ok(Position {
        lon: given.lon,
        lat: given.lat,
        accuracy: accuracy.unwrap_or(UNKNOWN_ACCURACY).min(1_000_000.0),
        source: match given.source {
            SourceDto::Gnss => PositionSource::Gnss,
            SourceDto::Network => PositionSource::Network,
            SourceDto::Door => PositionSource::Door,
            SourceDto::Manual => PositionSource::Map,
            SourceDto::Simulated => PositionSource::Simulated,
        },
        at: Timestamp(given.at.max(0)),
    })
}

fn urgency(given: UrgencyDto) -> Urgency {
    match given {
        UrgencyDto::Ordinary => Urgency::Normal,
        UrgencyDto::Urgent => Urgency::Urgent,
        UrgencyDto::Danger => Urgency::Danger,
    }
}

fn no_photo(reason: NoPhotoReason) -> &'static str {
    match reason {
        NoPhotoReason::CameraBroken => "camera_broken",
        NoPhotoReason::CannotSee => "cannot_see",
        NoPhotoReason::Privacy => "privacy",
        NoPhotoReason::Danger => "danger",
    }
}

fn escalate_reason(reason: EscalateReason) -> &'static str {
    match reason {
        EscalateReason::NoPower => "no_power",
        EscalateReason::NoMeans => "no_means",
        EscalateReason::NoMoney => "no_money",
        EscalateReason::SeveralUnits => "several_units",
    }
}

fn fail_reason(reason: CheckFailReason) -> &'static str {
    match reason {
        CheckFailReason::NotDone => "not_done",
        CheckFailReason::Incomplete => "incomplete",
        CheckFailReason::BrokenAgain => "broken_again",
        CheckFailReason::NewProblem => "new_problem",
    }
}

fn finding(given: VerifyFinding) -> Finding {
    match given {
        VerifyFinding::Exists => Finding::Exists,
        VerifyFinding::NotExists => Finding::NotExists,
        VerifyFinding::Unable => Finding::Unable,
    }
}

fn unable_reason(reason: CheckUnableReason) -> &'static str {
    match reason {
        CheckUnableReason::NoAccess => "no_access",
        CheckUnableReason::Weather => "weather",
        CheckUnableReason::NotFound => "not_found",
        CheckUnableReason::Unsafe => "unsafe",
    }
}

//! A handheld of the sample: the real engine on a file that is thrown away.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use linli_device::dto::case::UrgencyDto;
use linli_device::dto::check::{CheckFailReason, CheckInput, CheckVerdict};
use linli_device::dto::place::{PositionDto, PositionSource};
use linli_device::dto::report::{AmendInput, NoPhotoReason, PhotoKind, ReportInput};
use linli_device::photo::PreparedPhoto;
use linli_device::{Engine, EnginePlan, SystemRandom};
use linli_exchange::enrolment::EnrolAnswer;
use linli_model::case::{Slot, fold};
use linli_model::{KeyId, RecordId, Timestamp};
use linli_records::case::read_case;
use linli_store::DbKey;
use linli_sync_server::door::{DoorError, SlotSubject};
use linli_trust::enrolment::{EnrolRequest, Ticket, Transcript};
use linli_trust::{SigningKey, Suite};
use linli_world::devices::SampleDevice;
use linli_world::year::PlannedCase;

use crate::server::Server;
use crate::town::community_of;

const APP: &str = "linli-sample";
/// Exchanges in a row.
const ROUNDS: usize = 30;

/// A handheld and who carries it.
pub(crate) struct Handheld {
    pub(crate) device: SampleDevice,
    engine: Engine,
}

impl Handheld {
    /// Enrols it at its community's server and does its first sync.
    pub(crate) fn enrol(
        device: SampleDevice,
        folder: &Path,
        server: &mut Server,
        now: Timestamp,
    ) -> Result<Self> {
        let subject = SlotSubject::Device {
            org: community_of(&device.grid)?,
            grids: vec![device.grid.clone()],
            staff: vec![device.staff.clone()],
        };
        let ticket = Ticket::parse(&server.ticket(subject, &device.label, now)?)?;
        let plan = EnginePlan {
            key: Arc::new(SigningKey::from_seed(bytes()?)),
            grid: device.grid.clone(),
            random: Arc::new(SystemRandom),
            app: APP.into(),
            last_epoch: 0,
        };
        let transcript = Transcript {
            suite: Suite::CURRENT,
            slot: ticket.slot,
            ca_sha256: ticket.ca_sha256,
            key: plan.key.public(),
            nonce: bytes()?,
            has_hardware_store: false,
            model: "sample".into(),
            app: APP.into(),
        };
        let request = EnrolRequest::prove(transcript, &ticket.slot_key(), &plan.key)?;
        let body = request.encode()?;
        let answer = server.call(|calls| calls.enrol(now, &body))?;
        let answer = EnrolAnswer::open(&answer, &request, &ticket.slot_key())?;
        let file = folder.join(format!("{}.db", device.label));
        let engine = Engine::open(&file, &DbKey::new(bytes()?), plan)?;
        engine.install(&answer)?;
        let handheld = Self { device, engine };
        handheld.sync(server, now)?;
        Ok(handheld)
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(crate) fn key(&self) -> KeyId {
        self.engine.device()
    }

    /// Exchanges with the server until nothing is left to say.
    pub(crate) fn sync(&self, server: &mut Server, now: Timestamp) -> Result<()> {
        let key = self.key();
        for _ in 0..ROUNDS {
            let mut exchange = self.engine.begin_sync(now)?;
            let body = exchange.body.clone();
            let answer = match server.call(|calls| calls.exchange(now, &key, &body)) {
                Ok(answer) => answer,
                Err(DoorError::Refused { .. } | DoorError::Later { .. }) => {
                    self.engine.fail_sync(&exchange, false, now)?;
                    return Ok(());
                }
                Err(error) => return Err(error.into()),
            };
            self.engine.apply_sync(&mut exchange, &answer, now)?;
            let synced = self.engine.end_sync(exchange, now)?;
            if let Some(error) = synced.failed {
                return Err(anyhow!("{}: {error:?}", self.device.label));
            }
            if !synced.more {
                return Ok(());
            }
        }
        Err(anyhow!("{} does not come to an end", self.device.label))
    }

    /// Saves a report.
    pub(crate) fn report(
        &self,
        planned: &PlannedCase,
        photo: &PreparedPhoto,
        now: Timestamp,
    ) -> Result<RecordId> {
        let by = self.engine.sign_in(&self.device.staff, now)?;
        let needs_photo = self.engine.with_reference(|reference| {
            let rules = reference.newest();
            let found = rules.and_then(|rules| rules.category(&planned.category.parse().ok()?));
            Ok(found.is_some_and(|category| category.photo_required))
        })?;
        let photos = if needs_photo {
            vec![photo.clone()]
        } else {
            Vec::new()
        };
        let input = ReportInput {
            category: planned.category.to_owned(),
            urgency: UrgencyDto::Ordinary,
            position: Some(PositionDto {
                lon: planned.at.lon(),
                lat: planned.at.lat(),
                accuracy_m: Some(6.0),
                source: PositionSource::Gnss,
                at: now.0,
            }),
            place: Some(planned.place.clone()),
            note: Some(planned.note.clone()),
            photos: photos.iter().map(|photo| photo.hash.to_string()).collect(),
            voice: None,
            no_photo_reason: photos.is_empty().then_some(NoPhotoReason::CannotSee),
        };
        Ok(self.engine.report(&by, &input, &photos, now)?.record)
    }

    /// Looks whether a result is good. Answers whether a check was asked for.
    pub(crate) fn check(
        &self,
        case: RecordId,
        passes: bool,
        photo: &PreparedPhoto,
        now: Timestamp,
    ) -> Result<bool> {
        let by = self.engine.sign_in(&self.device.staff, now)?;
        let Some(asked) = self.asked_check(case)? else {
            return Ok(false);
        };
        self.engine.add_photo(photo, PhotoKind::After, None, now)?;
        let verdict = if passes {
            CheckVerdict::Pass {
                condition_met: true,
            }
        } else {
            CheckVerdict::Fail {
                reason: CheckFailReason::NotDone,
            }
        };
        let input = CheckInput {
            case_id: case.to_string(),
            answers: asked,
            verdict,
            photos: vec![photo.hash.to_string()],
            note: None,
            position: None,
            satisfied: None,
        };
        self.engine.check(&by, &input, now)?;
        Ok(true)
    }

    /// Adds words to a case. Answers whether it is here.
    pub(crate) fn amend(&self, case: RecordId, words: &str, now: Timestamp) -> Result<bool> {
        let by = self.engine.sign_in(&self.device.staff, now)?;
        let input = AmendInput {
            case_id: case.to_string(),
            answers: None,
            photos: Vec::new(),
            note: Some(words.to_owned()),
        };
        match self.engine.amend(&by, &input, now) {
            Ok(_) => Ok(true),
            Err(linli_device::DeviceError::NotFound(_) | linli_device::DeviceError::Refused(_)) => {
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn asked_check(&self, case: RecordId) -> Result<Option<String>> {
        let ledger = self.engine.ledger();
        let document = ledger.read(|reader| reader.load_document(&case))?;
        let Some(document) = document else {
            return Ok(None);
        };
        let log = read_case(case, &document)?.log;
        let view = self
            .engine
            .with_reference(|reference| Ok(fold(&log, reference)))?;
        let check = view.now.current.get(&Slot::Check);
        Ok(check.map(|step| step.event.to_string()))
    }
}

fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| anyhow!("{error}"))?;
    Ok(bytes)
}

/// A picture of the story, ready for a handheld.
pub(crate) fn ready(picture: &linli_fleet::town::Picture) -> Result<PreparedPhoto> {
    let small = linli_device::photo::prepare_small(&picture.bytes)?;
    Ok(PreparedPhoto {
        hash: picture.hash.parse().ok().context("a hash")?,
        jpeg: picture.bytes.clone(),
        thumbnail: small.thumbnail,
        width: picture.size.0,
        height: picture.size.1,
    })
}

//! One case: its document is loaded and folded for this, and dropped.

use linli_model::case::{
    CaseView, Editions as _, EventKind, EventName, PositionSource, Rules, Slot, fold, table,
};
use linli_model::{BlobHash, RecordId, Timestamp};
use linli_records::case::{CaseDocument, read_case};
use linli_store::Reader;

use super::SyncView;
use super::delivery::{self, DeliveryFacts, level_dto};
use super::list::{RowData, Shown, task_kind};
use super::timeline::timeline;
use crate::dto::case::ReceiptState;
use crate::dto::case_detail::{CaseDetail, ReceiptDto};
use crate::dto::check::TaskDto;
use crate::dto::code::{LevelDto, NameDto};
use crate::dto::place::{PositionDto, PositionSource as SourceDto};
use crate::dto::report::{PhotoDto, PhotoKind};
use crate::dto::voice::VoiceDto;
use crate::engine::facts::{TaskFact, TaskWord};
use crate::engine::people::By;
use crate::engine::sync::server_now;
use crate::engine::texts::{code, org_name};
use crate::engine::voices::Spoken;
use crate::engine::{Engine, notes, photos, steps, voices};
use crate::error::{DeviceError, Result};

/// Who looks at a case, from where.
#[derive(Debug, Clone, Copy)]
pub struct Looking<'a> {
    /// Who.
    pub by: &'a By,
    /// What the driver knows.
    pub view: &'a SyncView,
    /// Where the device is.
    pub here: Option<(f64, f64)>,
    /// The device's name.
    pub device_name: &'a str,
    /// Now.
    pub now: Timestamp,
}

impl Engine {
    /// Everything about one case.
    pub fn find_case(&self, record: &RecordId, looking: Looking<'_>) -> Result<CaseDetail> {
        self.read(|reader| {
            let reference = self.reference_now();
            let reference = reference.as_ref().ok_or(DeviceError::NotBound)?;
            let newest = reference.newest().ok_or(DeviceError::NotBound)?;
            let row = RowData::find(reader, record)?.ok_or(DeviceError::NotFound("case"))?;
            let facts = DeliveryFacts::of(reader, &row, looking.view)?;
            let now = server_now(reader, looking.now)?;
            let looking = Looking { now, ..looking };
            let shown = Shown {
                by: looking.by,
                rules: newest,
                view: looking.view,
                here: looking.here,
                now,
            };
            let tasks = row.tasks_of(looking.by);
            let as_of = notes::moment(reader, notes::DOWNLOADED_AT)?;
            let mut detail = CaseDetail {
                row: shown.row(&row, &facts),
                note: None,
                position: None,
                unit: row.facts.unit.as_ref().map(|unit| org_name(newest, unit)),
                photos: Vec::new(),
                voices: Vec::new(),
                receipts: receipts(&row, &facts, looking, newest),
                as_of: as_of.map(|at| at.0),
                timeline: Vec::new(),
                tasks: Vec::new(),
                next_steps: steps::next_steps(
                    row.state,
                    &row.facts,
                    &tasks,
                    facts.is_text_waiting(),
                    newest,
                ),
                may_amend: false,
                may_escalate: false,
            };
            let Some(document) = reader.load_document(record)? else {
                // Refused, and taken back: the row is all that is left beside the person's words.
                return Ok(detail);
            };
            let case = read_case(*record, &document)?;
            let view = fold(&case.log, reference);
            let rules = reference.rules(case.log.head.edition).unwrap_or(newest);
            let head = &case.log.head;
            detail.note = (!head.note.is_empty()).then(|| head.note.clone());
            detail.position = head.position.map(|at| PositionDto {
                lon: at.lon,
                lat: at.lat,
                accuracy_m: Some(at.accuracy),
                source: source_dto(at.source),
                at: at.at.0,
            });
            detail.photos = photo_list(reader, &row, &case)?;
            detail.voices = voice_list(reader, &row, &case)?;
            let home = rules.community(&row.home).ok_or(DeviceError::NotBound)?;
            detail.timeline = timeline(&case.log, &view, rules, home);
            detail.tasks = tasks
                .iter()
                .map(|task| task_dto(task, &row, rules, &case))
                .collect();
            detail.may_amend = may_write(&view, looking.by, EventName::Amend);
            detail.may_escalate = may_escalate(&view, looking.by);
            Ok(detail)
        })
    }
}

/// Whether an event of the grid would count now. Nobody is a member of a case before its community has
/// admitted it.
fn may_write(view: &CaseView, by: &By, event: EventName) -> bool {
    let row = table().row(event);
    let is_theirs =
        row.is_some_and(|row| row.actors.contains(&by.role) && row.from.contains(&view.now.state));
    is_theirs && view.n > 0
}

/// The same for a request to pass the case up, and none waits for its answer.
fn may_escalate(view: &CaseView, by: &By) -> bool {
    may_write(view, by, EventName::RequestEscalation)
        && view.now.transfer.is_none()
        && !view.now.current.contains_key(&Slot::EscalationRequest)
}

fn source_dto(source: PositionSource) -> SourceDto {
    match source {
        PositionSource::Gnss | PositionSource::Photo => SourceDto::Gnss,
        PositionSource::Network => SourceDto::Network,
        PositionSource::Door => SourceDto::Door,
        PositionSource::Map => SourceDto::Manual,
        PositionSource::Simulated => SourceDto::Simulated,
    }
}

fn receipts(
    row: &RowData,
    facts: &DeliveryFacts,
    looking: Looking<'_>,
    rules: &Rules,
) -> Vec<ReceiptDto> {
    let name = NameDto {
        zh: format!("终端 {}", looking.device_name),
        en: format!("Device {}", looking.device_name),
    };
    let saved_at = facts.note.map_or(row.reported_at, |note| note.saved_at);
    let device = ReceiptDto {
        level: LevelDto::Device,
        name,
        state: ReceiptState::Received,
        at: Some(saved_at.0),
        number: None,
        is_exact: true,
        reason: None,
    };
    let levels = row.facts.levels.iter().map(|fact| {
        let state = delivery::receipt_state(row, fact, facts, looking.now);
        let received_at = delivery::received_at(row, fact, facts);
        let returned = fact.returned.as_ref();
        let sent = row
            .facts
            .sent_to
            .as_ref()
            .filter(|_| state == ReceiptState::Unconfirmed);
        let at = returned
            .map(|returned| returned.at)
            .or_else(|| sent.map(|(_, since)| *since))
            .or(received_at);
        let is_exact = fact.waiting == 0 && !facts.is_text_waiting();
        ReceiptDto {
            level: level_dto(fact.level),
            name: org_name(rules, &fact.org),
            state,
            at: at.map(|at| at.0),
            number: fact.number.clone(),
            is_exact: is_exact || received_at.is_none(),
            reason: match state {
                ReceiptState::NotNeeded => Some(code("level_not_needed")),
                ReceiptState::Returned => {
                    returned.map(|returned| delivery::reason(&returned.reason))
                }
                ReceiptState::Received | ReceiptState::NotYet | ReceiptState::Unconfirmed => None,
            },
        }
    });
    std::iter::once(device).chain(levels).collect()
}

fn photo_list(reader: &Reader<'_>, row: &RowData, case: &CaseDocument) -> Result<Vec<PhotoDto>> {
    let mut list = Vec::new();
    for hash in &row.facts.photos {
        let Some(photo) = case.log.photos.get(hash) else {
            continue;
        };
        let note = photos::note(reader, hash)?;
        let told = note.and_then(|note| note.kind);
        list.push(PhotoDto {
            hash: hash.to_string(),
            kind: told.unwrap_or_else(|| kind_of(case, hash)),
            at: photo.at.0,
            width: photo.size.0,
            height: photo.size.1,
            is_here: note.is_some(),
            is_delivered: note.is_none_or(|note| !note.is_own || note.delivered_at.is_some()),
        });
    }
    Ok(list)
}

fn voice_list(reader: &Reader<'_>, row: &RowData, case: &CaseDocument) -> Result<Vec<VoiceDto>> {
    let said = |hash: &BlobHash| {
        let voice = case.log.photos.get(hash)?;
        Some(Spoken {
            hash: *hash,
            at: voice.at,
            length_ms: voice.length_ms?,
        })
    };
    let spoken = row.facts.voices.iter().filter_map(said);
    spoken.map(|spoken| voices::dto(reader, &spoken)).collect()
}

/// What a photo of somebody else shows, from the event that names it: a report's first photo is the
/// place, its others the thing; a result's and a check's are from after the work.
fn kind_of(case: &CaseDocument, hash: &BlobHash) -> PhotoKind {
    let events = case.log.events.values();
    let naming = events
        .filter(|event| event.kind.photos().contains(hash))
        .map(|event| &event.kind);
    let after = |kind: &&EventKind| {
        matches!(
            kind,
            EventKind::SubmitResult { .. }
                | EventKind::CheckPass { .. }
                | EventKind::CheckFail { .. }
                | EventKind::SelfHandle { .. }
        )
    };
    let naming: Vec<&EventKind> = naming.collect();
    if naming.iter().any(after) {
        return PhotoKind::After;
    }
    let is_first = naming
        .iter()
        .any(|kind| kind.creates() && kind.photos().first() == Some(hash));
    if is_first {
        PhotoKind::Wide
    } else {
        PhotoKind::Close
    }
}

fn task_dto(task: &TaskFact, row: &RowData, rules: &Rules, case: &CaseDocument) -> TaskDto {
    let standards = rules
        .category(&row.category)
        .map(|category| &category.standards);
    let condition = standards
        .and_then(|standards| standards.first())
        .filter(|_| task.kind == TaskWord::Check)
        .map(|standard| super::name_dto(Some(&standard.closing), ""));
    let report = case.log.events.values().find(|event| event.kind.creates());
    let photo = report.and_then(|event| event.kind.photos().first());
    TaskDto {
        kind: task_kind(task.kind),
        answers: task.answers.to_string(),
        due_at: task.due_at.map(|at| at.0),
        condition: condition.filter(|name| !name.zh.is_empty()),
        reason: task.reason.as_deref().map(delivery::reason),
        photo: photo
            .filter(|_| task.kind == TaskWord::Check)
            .map(ToString::to_string),
    }
}

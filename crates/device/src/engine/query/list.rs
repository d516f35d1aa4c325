//! Lists of cases.

use std::cmp::Ordering;

use linli_model::case::{EventName, Rules, State, table};
use linli_model::{CategoryCode, GridCode, RecordId, ShortCode, StaffId, Timestamp};
use linli_store::Reader;
use linli_store::rusqlite::{OptionalExtension, Row};

use super::SyncView;
use super::catalogue::category_ref;
use super::delivery::{self, DeliveryFacts};
use super::pick::{Outline, count_works, outlines, page_of};
use crate::dto::case::{CaseList, CaseListKind, CaseQuery, CaseRow, UrgencyDto, WorkStateDto};
use crate::dto::check::TaskKind;
use crate::engine::facts::{Facts, TaskFact, TaskWord};
use crate::engine::people::By;
use crate::engine::positions::{metres, whole};
use crate::engine::sync::server_now;
use crate::engine::{Engine, notes};
use crate::error::{DeviceError, Result};

/// A row as stored.
#[derive(Debug, Clone)]
pub(super) struct RowData {
    pub(super) record: RecordId,
    pub(super) code: String,
    pub(super) case_no: Option<String>,
    pub(super) home: GridCode,
    pub(super) category: CategoryCode,
    pub(super) place: String,
    pub(super) urgency: UrgencyDto,
    pub(super) state: State,
    pub(super) reported_at: Timestamp,
    pub(super) reporter: Option<StaffId>,
    pub(super) due_at: Option<Timestamp>,
    pub(super) at: Option<(f64, f64)>,
    pub(super) facts: Facts,
}

const COLUMNS: &str = "record, code, case_no, home, category, place, urgency, state, reported_at,
  reporter, due_at, lon, lat, facts FROM case_rows";

impl RowData {
    fn read(row: &Row<'_>) -> linli_store::rusqlite::Result<Raw> {
        let at: (Option<f64>, Option<f64>) = (row.get("lon")?, row.get("lat")?);
        Ok(Raw {
            record: RecordId(row.get("record")?),
            code: row.get("code")?,
            case_no: row.get("case_no")?,
            home: row.get("home")?,
            category: row.get("category")?,
            place: row.get("place")?,
            urgency: row.get("urgency")?,
            state: row.get("state")?,
            reported_at: Timestamp(row.get("reported_at")?),
            reporter: row.get("reporter")?,
            due_at: row.get::<_, Option<i64>>("due_at")?.map(Timestamp),
            at: at.0.zip(at.1),
            facts: row.get("facts")?,
        })
    }

    pub(super) fn find(reader: &Reader<'_>, record: &RecordId) -> Result<Option<Self>> {
        let sql = format!("SELECT {COLUMNS} WHERE record = ?1");
        let mut find = reader.sql().prepare_cached(&sql)?;
        let raw = find.query_row([record.0], Self::read).optional()?;
        raw.map(Raw::parse).transpose()
    }

    pub(super) fn has_any_receipt(&self) -> bool {
        self.facts.levels.iter().any(|level| level.at.is_some())
    }

    /// The tasks of a person, those that can be done now first.
    pub(super) fn tasks_of(&self, by: &By) -> Vec<&TaskFact> {
        let may = |event| {
            let row = table().row(event);
            row.is_some_and(|row| row.actors.contains(&by.role))
        };
        let is_mine = |task: &&TaskFact| {
            let is_theirs = match task.kind {
                TaskWord::Check => may(EventName::CheckPass),
                TaskWord::Verify => may(EventName::Verify),
                TaskWord::Amend | TaskWord::Overtaken => true,
            };
            is_theirs && task.is_for(&by.staff)
        };
        let mut tasks: Vec<&TaskFact> = self.facts.tasks.iter().filter(is_mine).collect();
        tasks.sort_by_key(|task| task_kind(task.kind) as u8);
        tasks
    }
}

struct Raw {
    record: RecordId,
    code: String,
    case_no: Option<String>,
    home: String,
    category: String,
    place: String,
    urgency: u8,
    state: String,
    reported_at: Timestamp,
    reporter: String,
    due_at: Option<Timestamp>,
    at: Option<(f64, f64)>,
    facts: String,
}

impl Raw {
    fn parse(self) -> Result<RowData> {
        let state: State = serde_json::from_value(serde_json::Value::String(self.state))?;
        let reporter = (!self.reporter.is_empty()).then(|| self.reporter.parse());
        Ok(RowData {
            record: self.record,
            code: self.code,
            case_no: self.case_no,
            home: self.home.parse()?,
            category: self.category.parse()?,
            place: self.place,
            urgency: urgency_dto(self.urgency),
            state,
            reported_at: self.reported_at,
            reporter: reporter.transpose()?,
            due_at: self.due_at,
            at: self.at,
            facts: serde_json::from_str(&self.facts)?,
        })
    }
}

/// With what rows become what screens see.
pub(super) struct Shown<'a> {
    pub(super) by: &'a By,
    pub(super) rules: &'a Rules,
    pub(super) view: &'a SyncView,
    /// Where the device is.
    pub(super) here: Option<(f64, f64)>,
    /// Now, by the server's clock.
    pub(super) now: Timestamp,
}

impl Shown<'_> {
    pub(super) fn row(&self, row: &RowData, facts: &DeliveryFacts) -> CaseRow {
        let task = row
            .tasks_of(self.by)
            .first()
            .map(|task| task_kind(task.kind));
        CaseRow {
            id: row.record.to_string(),
            code: row.code.clone(),
            case_no: row.case_no.clone(),
            category: category_ref(self.rules, &row.category),
            place: (!row.place.is_empty()).then(|| row.place.clone()),
            urgency: row.urgency,
            work: work_state(row.state),
            delivery: delivery::delivery(row, facts, self.view, self.now),
            receipts: delivery::receipts(row, facts, self.now),
            reported_at: row.reported_at.0,
            due_at: row.due_at.map(|at| at.0),
            is_overdue: row.due_at.is_some_and(|at| at < self.now),
            is_mine: row.reporter.as_ref() == Some(&self.by.staff),
            task,
            distance_m: self
                .here
                .zip(row.at)
                .map(|(here, there)| whole(metres(here, there))),
            conflicts: row.facts.conflicts.clone(),
            photo: row.facts.photos.first().map(ToString::to_string),
        }
    }
}

impl Engine {
    /// A list of cases.
    pub fn list_cases(
        &self,
        by: &By,
        query: &CaseQuery,
        view: &SyncView,
        here: Option<(f64, f64)>,
        now: Timestamp,
    ) -> Result<CaseList> {
        self.read(|reader| {
            let reference = self.reference_now();
            let rules = reference
                .as_ref()
                .and_then(linli_exchange::Reference::newest);
            let shown = Shown {
                by,
                rules: rules.ok_or(DeviceError::NotBound)?,
                view,
                here,
                now: server_now(reader, now)?,
            };
            let text = query.text.as_deref().unwrap_or_default();
            let text = text.trim().to_lowercase();
            let is_todo = query.list == CaseListKind::Todo;
            let mut found = outlines(reader, query.list, by)?;
            found.retain(|case| case.matches(shown.rules, &text));
            if is_todo {
                found = of_person(reader, found, by)?;
            }
            let works = count_works(&found);
            if !query.works.is_empty() {
                found.retain(|case| query.works.contains(&work_state(case.state)));
            }
            // Tasks are sorted by what only their rows say.
            let part = page_of(&found, query.page.filter(|_| !is_todo));
            let mut rows = Vec::with_capacity(part.len());
            for case in part {
                if let Some(row) = RowData::find(reader, &case.record)? {
                    let facts = DeliveryFacts::of(reader, &row, view)?;
                    rows.push(shown.row(&row, &facts));
                }
            }
            if is_todo {
                rows.sort_by(nearest_then_sooner);
                rows = page_of(&rows, query.page).to_vec();
            }
            let as_of = notes::moment(reader, notes::DOWNLOADED_AT)?;
            Ok(CaseList {
                rows,
                total_count: u32::try_from(found.len()).unwrap_or(u32::MAX),
                works,
                as_of: as_of.map(|at| at.0),
            })
        })
    }

    /// One case as a row of a list.
    pub fn case_row(
        &self,
        by: &By,
        record: &RecordId,
        view: &SyncView,
        here: Option<(f64, f64)>,
        now: Timestamp,
    ) -> Result<Option<CaseRow>> {
        self.read(|reader| {
            let reference = self.reference_now();
            let rules = reference
                .as_ref()
                .and_then(linli_exchange::Reference::newest);
            let shown = Shown {
                by,
                rules: rules.ok_or(DeviceError::NotBound)?,
                view,
                here,
                now: server_now(reader, now)?,
            };
            let Some(row) = RowData::find(reader, record)? else {
                return Ok(None);
            };
            let facts = DeliveryFacts::of(reader, &row, view)?;
            Ok(Some(shown.row(&row, &facts)))
        })
    }

    /// Whether a case is in the lists of this grid.
    pub fn has_case(&self, record: &RecordId) -> Result<bool> {
        self.read(|reader| {
            let mut find = reader
                .sql()
                .prepare_cached("SELECT 1 FROM case_rows WHERE record = ?1")?;
            Ok(find.exists([record.0])?)
        })
    }

    /// The case with this short code, when it is here.
    pub fn find_by_code(&self, code: &ShortCode) -> Result<Option<RecordId>> {
        self.read(|reader| {
            let mut find = reader.sql().prepare_cached(
                "SELECT record FROM case_rows WHERE code = ?1 ORDER BY reported_at DESC LIMIT 1",
            )?;
            let found = find.query_row([code.to_string()], |row| row.get("record"));
            Ok(found.optional()?.map(RecordId))
        })
    }
}

/// Those that ask something of this person.
fn of_person(reader: &Reader<'_>, found: Vec<Outline>, by: &By) -> Result<Vec<Outline>> {
    let mut mine = Vec::new();
    for case in found {
        let row = RowData::find(reader, &case.record)?;
        if row.is_some_and(|row| !row.tasks_of(by).is_empty()) {
            mine.push(case);
        }
    }
    Ok(mine)
}

/// Nearest first, then the sooner due; what has neither comes last, newest first.
fn nearest_then_sooner(a: &CaseRow, b: &CaseRow) -> Ordering {
    let distance = |row: &CaseRow| row.distance_m.unwrap_or(u32::MAX);
    let due = |row: &CaseRow| row.due_at.unwrap_or(i64::MAX);
    distance(a)
        .cmp(&distance(b))
        .then_with(|| due(a).cmp(&due(b)))
        .then_with(|| b.reported_at.cmp(&a.reported_at))
}

pub(super) fn task_kind(word: TaskWord) -> TaskKind {
    match word {
        TaskWord::Check => TaskKind::Check,
        TaskWord::Verify => TaskKind::Verify,
        TaskWord::Amend => TaskKind::Amend,
        TaskWord::Overtaken => TaskKind::Overtaken,
    }
}

/// The urgency in a row.
pub(super) fn urgency_dto(number: u8) -> UrgencyDto {
    match number {
        2 => UrgencyDto::Danger,
        1 => UrgencyDto::Urgent,
        _ => UrgencyDto::Ordinary,
    }
}

pub(super) fn work_state(state: State) -> WorkStateDto {
    match state {
        State::New | State::Draft | State::Reported => WorkStateDto::Reported,
        State::Verifying => WorkStateDto::Verifying,
        State::Filed => WorkStateDto::Filed,
        State::Dispatched => WorkStateDto::Dispatched,
        State::Handling => WorkStateDto::Handling,
        State::OnHold => WorkStateDto::OnHold,
        State::Handled => WorkStateDto::Handled,
        State::Checking => WorkStateDto::Checking,
        State::Feedback => WorkStateDto::Feedback,
        State::Closed => WorkStateDto::Closed,
        State::Evaluated => WorkStateDto::Evaluated,
        State::Declined => WorkStateDto::Declined,
        State::Merged => WorkStateDto::Merged,
        State::Voided => WorkStateDto::Voided,
    }
}

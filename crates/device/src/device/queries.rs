//! Queries: answered from rows, never from the network. Only a photo that is not here is fetched.

use std::collections::BTreeMap;

use linli_model::BlobHash;

use super::Device;
use super::carry_notes;
use super::lane;
use crate::dto::case::{CaseList, CaseListKind, CaseQuery, WorkCount};
use crate::dto::case_detail::CaseDetail;
use crate::dto::first_sync::{FirstSyncDto, FirstSyncPart, FirstSyncStep, StepState};
use crate::dto::map::GridMap;
use crate::dto::place::{
    PlaceDto, PlaceHint, PlaceQuery, PositionDto, PositionReading, PositionSource, PositionState,
};
use crate::dto::report::CategoryDto;
use crate::dto::sync::{OutboxDto, SyncStatus};
use crate::engine::{Counts, Looking, Refused, SyncView, page_of};
use crate::error::{DeviceError, Result};

/// A position that is older is no position any more, in milliseconds: two minutes.
const FRESH_MS: i64 = 2 * 60 * 1000;
/// A receiver states the radius of 95 %; records hold that of 68 %. For errors that are normal in two
/// directions the radii are 2.448 and 1.515 standard deviations.
const RADIUS_68_OF_95: f64 = 1.515 / 2.448;

/// A size of a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoSize {
    /// The working copy.
    Full,
    /// For lists.
    Small,
}

impl Device {
    /// The strip at the top of every screen.
    pub fn sync_status(&self) -> Result<SyncStatus> {
        let counts = self.counts()?;
        let network = self.parts.machine.network();
        let lane = self.lane();
        Ok(SyncStatus {
            strip: lane.strip(counts.needs_you, network),
            wait: lane.view.wait.clone(),
            sent_count: lane.sent_count,
            sending_count: lane.sending_count,
            waiting_count: counts.waiting.saturating_add(counts.register),
            needs_you_count: counts.needs_you,
            last_contact_at: counts.contact_at.map(|at| at.0),
            last_delivered_at: counts.delivered_at.map(|at| at.0),
            last_download_at: counts.downloaded_at.map(|at| at.0),
            // Whoever has no role here any more has no cases either; the strip speaks all the same.
            alarms: self.alarms().unwrap_or_default(),
            unread_count: self.list_messages().map_or(0, |list| list.unread_count),
            little_room_mb: self.little_room_mb(),
        })
    }

    /// What waits, each with exactly one reason.
    pub fn outbox(&self) -> Result<OutboxDto> {
        let open = self.opened()?;
        let (view, now) = (self.view()?, self.now());
        let mut all: Option<OutboxDto> = None;
        for engine in open.engines.values() {
            let by = open.by(engine, now).ok();
            let one = engine.outbox(by.as_ref(), &view, now)?;
            all = Some(match all {
                None => one,
                Some(mut all) => {
                    all.items.extend(one.items);
                    all.register_count += one.register_count;
                    all.photo_count += one.photo_count;
                    all.photo_bytes += one.photo_bytes;
                    all.last_delivered_at = all.last_delivered_at.min(one.last_delivered_at);
                    all.last_download_at = all.last_download_at.min(one.last_download_at);
                    all
                }
            });
        }
        let mut all = all.ok_or(DeviceError::NotBound)?;
        all.items.sort_by_key(|item| item.since_at);
        all.carried_at = carry_notes::written_at(&open.store.carry_outs()?);
        Ok(all)
    }

    /// What the server refused and what waits for a person, with the words in it.
    pub fn refused(&self) -> Result<Vec<Refused>> {
        let open = self.opened()?;
        let mut all = Vec::new();
        for engine in open.engines.values() {
            all.extend(engine.refused()?);
        }
        Ok(all)
    }

    /// A list of cases.
    pub fn list_cases(&self, query: &CaseQuery) -> Result<CaseList> {
        let open = self.opened()?;
        let (view, now, here) = (self.view()?, self.now(), self.here());
        let is_one = open.engines.len() == 1;
        // Of several grids each gives the whole list: the page is cut from what they give together.
        let asked = CaseQuery {
            page: query.page.filter(|_| is_one),
            ..query.clone()
        };
        let mut all: Option<CaseList> = None;
        for engine in open.engines.values() {
            let one = engine.list_cases(&open.by(engine, now)?, &asked, &view, here, now)?;
            all = Some(match all {
                None => one,
                Some(all) => joined(all, one),
            });
        }
        let mut all = all.ok_or(DeviceError::NotBound)?;
        if !is_one {
            if query.list != CaseListKind::Todo {
                all.rows.sort_by_key(|row| -row.reported_at);
            }
            all.rows = page_of(&all.rows, query.page).to_vec();
        }
        Ok(all)
    }

    /// Everything about one case.
    pub fn find_case(&self, id: &str) -> Result<CaseDetail> {
        let open = self.opened()?;
        let record = id.parse().map_err(|_| DeviceError::NotFound("case"))?;
        let engine = open.engine_of(&record)?;
        let now = self.now();
        let name = self
            .state()
            .face
            .get()
            .device_name
            .clone()
            .unwrap_or_default();
        let looking = Looking {
            by: &open.by(engine, now)?,
            view: &self.view()?,
            here: self.here(),
            device_name: &name,
            now,
        };
        engine.find_case(&record, looking)
    }

    /// The case with a short code, or with an id.
    pub fn find_case_by_code(&self, code: &str) -> Result<CaseDetail> {
        let open = self.opened()?;
        if let Ok(code) = code.parse() {
            for engine in open.engines.values() {
                if let Some(record) = engine.find_by_code(&code)? {
                    return self.find_case(&record.to_string());
                }
            }
        }
        self.find_case(code)
    }

    /// What may be reported.
    pub fn list_categories(&self) -> Result<Vec<CategoryDto>> {
        self.opened()?.engine()?.list_categories(self.now())
    }

    /// Where the device is.
    pub fn position(&self) -> Result<PositionReading> {
        let Some(source) = &self.parts.position else {
            return Ok(PositionReading {
                state: PositionState::Unavailable,
                position: None,
            });
        };
        let newest = source.newest();
        let position = newest.map(|fix| PositionDto {
            lon: fix.lon,
            lat: fix.lat,
            accuracy_m: fix.accuracy.map(|radius| radius * RADIUS_68_OF_95),
            source: if fix.is_simulated {
                PositionSource::Simulated
            } else {
                PositionSource::Gnss
            },
            at: fix.at.0,
        });
        let is_fresh = newest.is_some_and(|fix| self.now().ms_since(fix.own_at) <= FRESH_MS);
        Ok(PositionReading {
            state: if is_fresh {
                PositionState::Fixed
            } else {
                PositionState::Searching
            },
            position,
        })
    }

    /// What is known about a position before a report is saved.
    pub fn place_hint(&self, query: &PlaceQuery) -> Result<PlaceHint> {
        let open = self.opened()?;
        let engine = open.engine()?;
        let now = self.now();
        engine.place_hint(&open.by(engine, now)?, query, &self.view()?, now)
    }

    /// The grid with everything in it that can have a place.
    pub fn grid_map(&self) -> Result<GridMap> {
        let open = self.opened()?;
        let engine = open.engine()?;
        let now = self.now();
        engine.grid_map(&open.by(engine, now)?, now)
    }

    /// Named places of the grid, nearest first when a position is given.
    pub fn list_places(&self, text: &str, near: Option<&PositionDto>) -> Result<Vec<PlaceDto>> {
        self.opened()?.engine()?.list_places(text, near)
    }

    /// The bytes of a photo that is here; nothing when it has to be fetched.
    pub fn photo_here(&self, hash: &BlobHash, size: PhotoSize) -> Result<Option<Vec<u8>>> {
        let open = self.opened()?;
        for engine in open.engines.values() {
            let found = engine.photo(hash, size == PhotoSize::Small)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The first sync by named steps.
    pub fn first_sync(&self) -> Result<FirstSyncDto> {
        let open = self.opened()?;
        let engine = open.engine()?;
        let is_done = engine.is_first_sync_done()?;
        let [places, households, cases] = engine.record_counts()?;
        let missing = u32::try_from(engine.missing_photos(1_000)?.len()).unwrap_or(u32::MAX);
        let lane = self.lane();
        let has_begun = lane.received_bytes > 0;
        let [in_cases, in_places, in_register] = engine.scopes();
        let step = |part, done_count: u32, scope| -> Result<FirstSyncStep> {
            // The header of a pack that is on its way tells how much will come.
            let told = engine.pack_total(scope)?;
            let state = match (is_done, told.is_some() || (has_begun && done_count > 0)) {
                (true, _) => StepState::Done,
                (false, true) => StepState::Running,
                (false, false) => StepState::Waiting,
            };
            let told = told.map(|count| u32::try_from(count).unwrap_or(u32::MAX));
            Ok(FirstSyncStep {
                part,
                state,
                done_count,
                total_count: (state == StepState::Done).then_some(done_count).or(told),
            })
        };
        let names = engine.with_reference(|reference| {
            let edition = reference.newest().map(linli_model::case::Rules::edition);
            Ok(edition.map_or(0, |edition| edition.catalogue.len() + edition.staff.len()))
        })?;
        let names = u32::try_from(names).unwrap_or(u32::MAX);
        Ok(FirstSyncDto {
            steps: vec![
                FirstSyncStep {
                    part: FirstSyncPart::Reference,
                    state: StepState::Done,
                    done_count: names,
                    total_count: Some(names),
                },
                step(FirstSyncPart::Places, places, &in_places)?,
                step(FirstSyncPart::Households, households, &in_register)?,
                step(FirstSyncPart::Cases, cases, &in_cases)?,
                FirstSyncStep {
                    part: FirstSyncPart::Photos,
                    state: if missing == 0 && is_done {
                        StepState::Done
                    } else {
                        StepState::Later
                    },
                    done_count: 0,
                    total_count: is_done.then_some(missing),
                },
            ],
            received_bytes: i64::try_from(lane.received_bytes).unwrap_or(i64::MAX),
            seconds_left: None,
            // Names and categories came with the enrolment: reporting works from then on.
            can_start: true,
            wait: lane.view.wait.clone(),
        })
    }

    pub(super) fn counts(&self) -> Result<Counts> {
        let open = self.opened()?;
        let mut all: Option<Counts> = None;
        for engine in open.engines.values() {
            let one = engine.counts()?;
            all = Some(match all {
                None => one,
                Some(all) => Counts {
                    waiting: all.waiting + one.waiting,
                    register: all.register + one.register,
                    unsent: all.unsent + one.unsent,
                    needs_you: all.needs_you + one.needs_you,
                    delivered_at: all.delivered_at.min(one.delivered_at),
                    downloaded_at: all.downloaded_at.min(one.downloaded_at),
                    contact_at: all.contact_at.max(one.contact_at),
                    has_danger: all.has_danger || one.has_danger,
                },
            });
        }
        all.ok_or(DeviceError::NotBound)
    }

    /// What the driver knows now, with why photos wait.
    pub(super) fn view(&self) -> Result<SyncView> {
        let machine = &self.parts.machine;
        let is_wifi_only = self.is_wifi_only()?;
        let network = machine.network();
        let mut view = self.lane().view.clone();
        view.photo_wait = lane::photo_wait(network, machine.power(), is_wifi_only);
        let server = self.opened()?.server.clone();
        if network == Some(crate::net::NetworkKind::None) && !server.is_loopback() {
            view.wait = Some(lane::wait(crate::dto::sync::WaitReason::NoNetwork));
        }
        Ok(view)
    }
}

/// The lists of two grids as one, its rows not sorted yet.
fn joined(mut all: CaseList, one: CaseList) -> CaseList {
    all.rows.extend(one.rows);
    all.total_count = all.total_count.saturating_add(one.total_count);
    all.as_of = all.as_of.min(one.as_of);
    let mut counts: BTreeMap<_, u32> = BTreeMap::new();
    for found in all.works.iter().chain(&one.works) {
        let count = counts.entry(found.work).or_default();
        *count = count.saturating_add(found.count);
    }
    let count = |(work, count)| WorkCount { work, count };
    all.works = counts.into_iter().map(count).collect();
    all
}

//! Commands that look at the register: buildings, households, components, clashes, the access log.

use clap::{Args, Subcommand, ValueEnum};
use linli_device::Device;
use linli_device::DeviceError;
use linli_device::dto::building::{
    ComponentInput, ComponentState, DwellingQuery, FacilityKind, FacilityQuery, FacilityRow,
    PageQuery,
};
use linli_device::dto::clash::{ClashDto, SettleInput, Settlement};
use linli_device::dto::forgotten::ForgottenDto;
use linli_device::dto::household::{HouseholdCard, HouseholdQuery, HouseholdRow};

use super::Common;
use super::answer::{Failure, Output};
use super::door::{unlocked, when, word};

/// Rows that are asked for at a time.
const PAGE: u32 = 200;

/// `households`.
#[derive(Debug, Args)]
pub(super) struct Households {
    /// A name, its pinyin or initials (zg), a door (30-1-101, 30号楼) or the last four digits of a
    /// telephone number; several words narrow it down.
    #[arg(long)]
    find: Option<String>,
    /// In this building, by its id.
    #[arg(long)]
    building: Option<String>,
    /// Behind this entrance, by its id.
    #[arg(long)]
    entrance: Option<String>,
}

/// `buildings`.
#[derive(Debug, Args)]
pub(super) struct Buildings {
    /// Shows the entrances and dwellings of this building, by its id or name.
    building: Option<String>,
}

/// `component`.
#[derive(Debug, Subcommand)]
pub(super) enum Component {
    /// Lists components, and places with --places.
    List {
        /// Of this class.
        #[arg(long)]
        class: Option<String>,
        /// Places instead.
        #[arg(long)]
        places: bool,
    },
    /// Notes how a component was found.
    Set {
        /// The component's id.
        component: String,
        /// How it is.
        state: State,
    },
}

/// How a component is.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum State {
    Intact,
    Damaged,
    Lost,
    Abandoned,
    Removed,
}

/// `clashes`.
#[derive(Debug, Args)]
pub(super) struct Clashes {
    /// Of this household only.
    #[arg(long)]
    household: Option<String>,
}

/// `settle`.
#[derive(Debug, Args)]
pub(super) struct Settle {
    /// The record, as `clashes` names it.
    record: String,
    /// The field, as `clashes` names it.
    field: String,
    /// Takes the version with this number, as `clashes` counts them, or with this id.
    #[arg(long, group = "choice", required_unless_present_any = ["all", "value"])]
    take: Option<String>,
    /// Keeps all of them, where that is possible.
    #[arg(long, group = "choice")]
    all: bool,
    /// Another value.
    #[arg(long, group = "choice")]
    value: Option<String>,
}

/// `forgotten`.
#[derive(Debug, Args)]
pub(super) struct Forgotten {
    /// This one is not shown any more: it was seen.
    #[arg(long)]
    seen: Option<String>,
}

/// `access-log`.
#[derive(Debug, Args)]
pub(super) struct AccessLog {
    /// Of this household or contact only.
    record: Option<String>,
}

pub(super) fn list(
    common: &Common,
    asked: &Households,
    output: &mut Output,
) -> Result<(), Failure> {
    let device = unlocked(common)?;
    let query = HouseholdQuery {
        text: asked.find.clone(),
        building: asked.building.clone(),
        entrance: asked.entrance.clone(),
        ..HouseholdQuery::default()
    };
    let rows = every(&device, query)?;
    output.answer(&rows, || rows.iter().map(line).collect())
}

/// All rows of a list, page by page.
fn every(device: &Device, mut query: HouseholdQuery) -> Result<Vec<HouseholdRow>, Failure> {
    query.page = PageQuery {
        offset: 0,
        limit: PAGE,
    };
    let mut rows = Vec::new();
    loop {
        let list = device.list_households(&query)?;
        let is_last = list.rows.is_empty();
        rows.extend(list.rows);
        query.page.offset += PAGE;
        if is_last || query.page.offset >= list.total_count {
            return Ok(rows);
        }
    }
}

/// The household with this id, of this contact, or the only one that a search finds.
pub(super) fn named(device: &Device, text: &str) -> Result<HouseholdCard, Failure> {
    match device.find_household(text) {
        Err(DeviceError::NotFound(_)) => {}
        other => return Ok(other?),
    }
    let found = device.list_households(&HouseholdQuery {
        text: Some(text.to_owned()),
        ..HouseholdQuery::default()
    })?;
    let mut ids: Vec<&str> = found.rows.iter().map(|row| row.id.as_str()).collect();
    ids.dedup();
    match ids.as_slice() {
        [only] => Ok(device.find_household(only)?),
        [] => Err(DeviceError::NotFound("household").into()),
        _ => Err(Failure::Usage(format!(
            "{} households answer to {text}: give the id, or more words",
            ids.len()
        ))),
    }
}

pub(super) fn show(device: &Device, text: &str, output: &mut Output) -> Result<(), Failure> {
    let card = named(device, text)?;
    output.answer(&card, || {
        let mut lines = vec![line(&card.row)];
        for person in &card.contacts {
            let phones: Vec<&str> = person
                .phones
                .iter()
                .map(|one| one.masked.as_str())
                .collect();
            lines.push(format!(
                "  contact {} {} {} until {}",
                person.id,
                person.name.as_deref().unwrap_or("-"),
                phones.join(" "),
                when(person.consent.expires_at)
            ));
        }
        for service in &card.enrolments {
            lines.push(format!(
                "  service {} {} until {}",
                service.id,
                service.service,
                when(service.consent.expires_at)
            ));
        }
        for visit in &card.visits {
            let note = visit.note.as_deref().unwrap_or("");
            let topic = visit.topic.as_deref().unwrap_or("-");
            lines.push(format!(
                "  visit   {} {topic} {note}",
                when(visit.visited_at)
            ));
        }
        lines.extend(card.clashes.iter().flat_map(clash_lines));
        lines.push(format!("  looked at {} times here", card.access_count));
        lines
    })
}

fn line(row: &HouseholdRow) -> String {
    let count = row.people_count.map(|count| format!(" {count}人"));
    let clash = (row.clash_count > 0).then(|| format!(" clashes:{}", row.clash_count));
    let visit = row.last_visit_at.map(|at| format!(" visited {}", when(at)));
    format!(
        "{} {} {}{} {} {}{}{}",
        row.id,
        row.door,
        row.address_form,
        count.unwrap_or_default(),
        row.name.as_deref().unwrap_or("-"),
        row.phone.as_deref().unwrap_or("-"),
        visit.unwrap_or_default(),
        clash.unwrap_or_default()
    )
}

pub(super) fn buildings(
    common: &Common,
    asked: &Buildings,
    output: &mut Output,
) -> Result<(), Failure> {
    let device = unlocked(common)?;
    let all = device.list_buildings()?;
    let Some(wanted) = &asked.building else {
        return output.answer(&all, || {
            let line = |row: &linli_device::dto::building::BuildingRow| {
                format!(
                    "{} {} {} entrances, {} dwellings, {} households",
                    row.id, row.name, row.entrance_count, row.dwelling_count, row.household_count
                )
            };
            all.iter().map(line).collect()
        });
    };
    let building = all
        .iter()
        .find(|row| row.id == *wanted || row.name == *wanted);
    let building = building.ok_or(DeviceError::NotFound("building"))?;
    let entrances = device.list_entrances(&building.id)?;
    let mut dwellings = Vec::new();
    let mut query = DwellingQuery {
        building: Some(building.id.clone()),
        entrance: None,
        page: PageQuery {
            offset: 0,
            limit: PAGE,
        },
    };
    loop {
        let list = device.list_dwellings(&query)?;
        let is_last = list.rows.is_empty();
        dwellings.extend(list.rows);
        query.page.offset += PAGE;
        if is_last || query.page.offset >= list.total_count {
            break;
        }
    }
    let answer = serde_json::json!({
        "building": building, "entrances": entrances, "dwellings": dwellings,
    });
    output.answer(&answer, || {
        let mut lines: Vec<String> = entrances
            .iter()
            .map(|row| format!("{} {} {} households", row.id, row.name, row.household_count))
            .collect();
        lines.extend(dwellings.iter().map(|row| {
            let who = row.address_form.as_deref().unwrap_or("-");
            format!("{} {} {who} {}", row.id, row.door, row.households.join(" "))
        }));
        lines
    })
}

pub(super) fn component(
    common: &Common,
    asked: &Component,
    output: &mut Output,
) -> Result<(), Failure> {
    let device = unlocked(common)?;
    match asked {
        Component::List { class, places } => {
            let kind = if *places {
                FacilityKind::Place
            } else {
                FacilityKind::Component
            };
            let mut rows: Vec<FacilityRow> = Vec::new();
            let mut offset = 0;
            loop {
                let list = device.list_facilities(&FacilityQuery {
                    kind,
                    class: class.clone(),
                    building: None,
                    page: PageQuery {
                        offset,
                        limit: PAGE,
                    },
                })?;
                let is_last = list.rows.is_empty();
                rows.extend(list.rows);
                offset += PAGE;
                if is_last || offset >= list.total_count {
                    break;
                }
            }
            output.answer(&rows, || {
                let line = |row: &FacilityRow| {
                    let state = row.state.as_ref().map(word).unwrap_or_default();
                    let class = row.class.as_deref().unwrap_or("-");
                    format!("{} {class} {} {state}", row.id, row.name)
                };
                rows.iter().map(line).collect()
            })
        }
        Component::Set { component, state } => {
            let saved = device.set_component(&ComponentInput {
                component: component.clone(),
                state: match state {
                    State::Intact => ComponentState::Intact,
                    State::Damaged => ComponentState::Damaged,
                    State::Lost => ComponentState::Lost,
                    State::Abandoned => ComponentState::Abandoned,
                    State::Removed => ComponentState::Removed,
                },
            })?;
            output.answer(&saved, || vec![format!("saved {}", saved.id)])
        }
    }
}

pub(super) fn clashes(
    common: &Common,
    asked: &Clashes,
    output: &mut Output,
) -> Result<(), Failure> {
    let device = unlocked(common)?;
    let household = asked.household.as_deref();
    let household = household.map(|text| named(&device, text)).transpose()?;
    let found = device.list_clashes(household.as_ref().map(|card| card.row.id.as_str()))?;
    output.answer(&found, || {
        let mut lines: Vec<String> = found.iter().flat_map(clash_lines).collect();
        if lines.is_empty() {
            lines.push("no field has two values".to_owned());
        }
        lines
    })
}

pub(super) fn forgotten(
    common: &Common,
    asked: &Forgotten,
    output: &mut Output,
) -> Result<(), Failure> {
    let device = unlocked(common)?;
    if let Some(record) = &asked.seen {
        device.settle_forgotten(record)?;
    }
    let found = device.list_forgotten()?;
    output.answer(&found, || {
        let line = |one: &ForgottenDto| {
            format!(
                "{} {} {} was erased for ever, as the rules or the resident wanted; {} change(s) of this device that were on their way are not needed any more 记录已按规定彻底删除，未上传的修改不再需要",
                when(one.at),
                one.kind,
                one.record,
                one.change_count
            )
        };
        let mut lines: Vec<String> = found.iter().map(line).collect();
        if lines.is_empty() {
            lines.push("nothing was erased that had changes of this device".to_owned());
        }
        lines
    })
}

fn clash_lines(clash: &ClashDto) -> Vec<String> {
    let mut lines = vec![format!(
        "clash {} {} of a {}",
        clash.record, clash.field, clash.kind
    )];
    for (place, version) in clash.versions.iter().enumerate() {
        let at = version.at.map(when).unwrap_or_default();
        let basis = version.basis.as_ref().map(word).unwrap_or_default();
        let current = if version.is_current { " in use" } else { "" };
        lines.push(format!(
            "  {} {} by {} {} on {} {at} {basis}{current}",
            place + 1,
            version.value,
            version.staff,
            version.staff_name,
            version.device
        ));
    }
    lines
}

pub(super) fn settle(common: &Common, asked: &Settle, output: &mut Output) -> Result<(), Failure> {
    let device = unlocked(common)?;
    let settlement = match (&asked.take, &asked.value) {
        (Some(version), _) => Settlement::Version {
            id: version_of(&device, asked, version)?,
        },
        (None, Some(value)) => Settlement::Other {
            value: value.clone(),
        },
        (None, None) => Settlement::All,
    };
    let saved = device.settle_clash(&SettleInput {
        record: asked.record.clone(),
        field: asked.field.clone(),
        settlement,
    })?;
    output.answer(&saved, || vec![format!("settled {}", saved.id)])
}

/// The id of a version that is named by its number in the list.
fn version_of(device: &Device, asked: &Settle, version: &str) -> Result<String, Failure> {
    let Ok(number) = version.parse::<usize>() else {
        return Ok(version.to_owned());
    };
    let clashes = device.list_clashes(None)?;
    let clash = clashes
        .iter()
        .find(|clash| clash.record == asked.record && clash.field == asked.field);
    let chosen = clash.and_then(|clash| clash.versions.get(number.checked_sub(1)?));
    let chosen = chosen.ok_or(DeviceError::NotFound("version"))?;
    Ok(chosen.id.clone())
}

pub(super) fn access_log(
    common: &Common,
    asked: &AccessLog,
    output: &mut Output,
) -> Result<(), Failure> {
    let device = unlocked(common)?;
    let log = device.access_log(asked.record.as_deref())?;
    output.answer(&log, || {
        let mut lines: Vec<String> = log
            .rows
            .iter()
            .map(|row| {
                format!(
                    "{} {} {} {} {} {} {}",
                    row.number,
                    when(row.at),
                    row.staff,
                    row.role,
                    word(&row.purpose),
                    row.record,
                    row.task.as_deref().unwrap_or("")
                )
            })
            .collect();
        let sound = if log.is_sound {
            "the log is sound"
        } else {
            "THE LOG WAS CHANGED"
        };
        lines.push(sound.to_owned());
        lines
    })
}

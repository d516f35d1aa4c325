//! The year, played act by act in order of time by real engines.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use linli_device::photo::PreparedPhoto;
use linli_model::{CategoryCode, GridCode, OrgId, RecordId, Timestamp};
use linli_sync_server::door::Acting;
use linli_world::city::{DISTRICT, desk_clerk, duty_lead, handler, unit_lead};
use linli_world::neighbourhood::fill;
use linli_world::year::{Act, PlannedCase, cases};
use serde_json::{Value, json};

use crate::handheld::ready;
use crate::server::Ordered;
use crate::town::{Town, community_of};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// How often a handheld exchanges when nothing happens: often enough for its certificate.
const IDLE_MS: i64 = 30 * DAY_MS;

/// How long a link waits at most when something is to be said.
const LINK_MS: i64 = 4 * 60 * 60 * 1000;
/// So long before the end the handhelds of a busy grid exchange every evening: what the servers know of
/// each is as fresh as in life then. Before that they exchange when somebody works with them.
const EVENINGS_MS: i64 = 14 * DAY_MS;

/// Everything that is still to happen.
pub(crate) struct Play {
    acts: Vec<Planned>,
    next: usize,
    /// When timers ran and idle handhelds exchanged last.
    ticked: Timestamp,
    idled: Timestamp,
    until: Timestamp,
    /// When all links were exchanged last.
    linked: Timestamp,
    /// The server at which something was done about a case last: it knows everything of it.
    known_at: BTreeMap<usize, usize>,
    /// The record of each planned case, once it was reported.
    records: BTreeMap<usize, RecordId>,
    cases: Vec<(PlannedCase, usize)>,
    photos: Vec<PreparedPhoto>,
    /// Grids in which a handheld has brought something since the evening before.
    busy: BTreeSet<GridCode>,
    /// Which unit leads a category in an area.
    leads: BTreeMap<(CategoryCode, OrgId), OrgId>,
    played: Played,
}

struct Planned {
    at: Timestamp,
    case: usize,
    act: Act,
}

/// What was played.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Played {
    pub(crate) cases: usize,
    pub(crate) acts: usize,
    /// Acts that came too early or too late, as in life.
    pub(crate) skipped: usize,
}

impl Play {
    /// Plans the year before `until` with about so many cases in all, spread over all grids or in the first alone.
    pub(crate) fn plan(
        town: &Town,
        until: Timestamp,
        count: usize,
        is_one_grid: bool,
    ) -> Result<Self> {
        let grids = if is_one_grid {
            1
        } else {
            town.sample.grids().count().max(1)
        };
        let mut planned = Vec::new();
        for (index, area) in town.sample.grids().take(grids).enumerate() {
            // What does not come out even is given to the first grids.
            let own = count / grids + usize::from(index < count % grids);
            planned.extend(cases(&fill(area)?, until, own));
        }
        let mut acts = Vec::new();
        let mut with_handheld = Vec::new();
        for case in planned {
            let number = with_handheld.len();
            let handheld = carrier(town, &case, number).context("a grid without a handheld")?;
            let of_case = case.acts(until).into_iter();
            acts.extend(of_case.map(|(at, act)| Planned {
                at,
                case: number,
                act,
            }));
            with_handheld.push((case, handheld));
        }
        acts.sort_by_key(|planned| planned.at);
        let rows = town.sample.book()?.responsibility.into_iter();
        let leads = rows.map(|row| ((row.category, row.area), row.lead));
        Ok(Self {
            acts,
            next: 0,
            ticked: town.founded,
            idled: town.founded,
            until,
            linked: town.founded,
            known_at: BTreeMap::new(),
            records: BTreeMap::new(),
            cases: with_handheld,
            photos: town.pictures.iter().map(ready).collect::<Result<_>>()?,
            busy: BTreeSet::new(),
            leads: leads.collect(),
            played: Played::default(),
        })
    }

    /// Plays the next act. Answers how many percent are done; nothing at the end.
    pub(crate) fn step(&mut self, town: &mut Town) -> Result<Option<usize>> {
        let Some(planned) = self.acts.get(self.next) else {
            return Ok(None);
        };
        let (at, case, act) = (planned.at, planned.case, planned.act);
        self.next += 1;
        self.let_time_pass(town, at)?;
        if at.ms_since(self.linked) >= LINK_MS {
            self.link_all(town, at)?;
        }
        self.tell(town, case, act, at)?;
        let done = self.act(town, case, act, at);
        let done = done.with_context(|| format!("{act:?} of case {case} at {}", at.0))?;
        self.played.acts += 1;
        self.played.skipped += usize::from(!done);
        Ok(Some(self.next * 100 / self.acts.len().max(1)))
    }

    /// Whoever is to act learns first what was done about the case before: over the links between the
    /// server that knows it and their own.
    fn tell(&mut self, town: &mut Town, number: usize, act: Act, now: Timestamp) -> Result<()> {
        let (planned, _) = self.cases.get(number).context("no such case")?;
        let community = community_of(&planned.grid)?;
        let org = match act {
            Act::Report => return Ok(()),
            Act::Acknowledge | Act::RequestHold | Act::Hold | Act::Result | Act::Close => {
                let led_by = self.led_by(&planned.category.parse()?, &street(&community)?)?;
                led_by.0
            }
            // Handhelds exchange with the community.
            Act::Sync
            | Act::CheckPass
            | Act::CheckFail
            | Act::WriteBoth
            | Act::File
            | Act::Decline
            | Act::Escalate => community,
        };
        let host = town.host_of(&org)?;
        let known = self.known_at.insert(number, host).unwrap_or(host);
        // A link has the number of its lower end.
        for index in (host + 1..=known).rev().chain(known + 1..=host) {
            town.link(index, now)?;
        }
        Ok(())
    }

    /// Exchanges every link, upward and down again.
    fn link_all(&mut self, town: &mut Town, now: Timestamp) -> Result<()> {
        self.linked = now;
        let count = town.servers.len();
        for index in (1..count).rev().chain(2..count) {
            town.link(index, now)?;
        }
        Ok(())
    }

    /// Runs what is due at the end and closes the sample.
    pub(crate) fn end(mut self, town: &mut Town) -> Result<Played> {
        self.let_time_pass(town, self.until)?;
        for index in town.handhelds_of(|_| true) {
            self.sync(town, index, self.until)?;
        }
        self.link_all(town, self.until)?;
        for server in &mut town.servers {
            for picture in &town.pictures {
                server.keep_photo(picture, self.until)?;
            }
        }
        self.played.cases = self.records.len();
        Ok(self.played)
    }

    /// Timers run every day, in the last evenings the handhelds of a grid in which something happened
    /// exchange, and every handheld that works does so now and then.
    fn let_time_pass(&mut self, town: &mut Town, now: Timestamp) -> Result<()> {
        while now.ms_since(self.ticked) >= DAY_MS {
            self.ticked = self.ticked.plus_ms(DAY_MS);
            let at = self.ticked;
            let busy = std::mem::take(&mut self.busy);
            let is_evening = self.until.ms_since(at) <= EVENINGS_MS;
            for index in town.handhelds_of(|grid| is_evening && busy.contains(grid)) {
                self.sync(town, index, at)?;
            }
            for server in &mut town.servers {
                while server.call(|calls| calls.tick(at))?.more {}
            }
            self.link_all(town, at)?;
        }
        while now.ms_since(self.idled) >= IDLE_MS {
            self.idled = self.idled.plus_ms(IDLE_MS);
            for index in 0..town.handhelds.len() {
                self.sync(town, index, self.idled)?;
            }
        }
        Ok(())
    }

    /// An exchange, unless the handheld is stuck by then. Answers whether it took place.
    fn sync(&self, town: &mut Town, handheld: usize, now: Timestamp) -> Result<bool> {
        let one = town.handhelds.get(handheld).context("no such handheld")?;
        let stuck = one.device.stuck;
        if stuck.is_some_and(|stuck| self.until.ms_since(now) <= stuck.since_ms()) {
            return Ok(false);
        }
        town.sync(handheld, now)?;
        Ok(true)
    }

    fn act(&mut self, town: &mut Town, number: usize, act: Act, now: Timestamp) -> Result<bool> {
        let (planned, handheld) = self.cases.get(number).context("no such case")?;
        let handheld = *handheld;
        if act == Act::Report {
            let one = town.handhelds.get(handheld).context("no such handheld")?;
            let photo = self.photos.first().context("no photo")?;
            let record = one.report(planned, photo, now)?;
            self.records.insert(number, record);
            return Ok(true);
        }
        let case = *self.records.get(&number).context("it was not reported")?;
        let community = community_of(&planned.grid)?;
        let street = street(&community)?;
        let (desk, unit) = self.led_by(&planned.category.parse()?, &street)?;
        let photo = |index: usize| self.photos.get(index).cloned().context("no photo");
        let (text, review_at) = ("等待材料", now.plus_ms(30 * DAY_MS).0);
        match act {
            Act::Report => Ok(true),
            Act::Sync => {
                self.busy.insert(planned.grid.clone());
                self.sync(town, handheld, now)
            }
            Act::CheckPass | Act::CheckFail => {
                // Only an assistant checks; a manager's reports are checked by the grid's own.
                let checker = carrier(town, planned, 0).context("a grid without a handheld")?;
                self.sync(town, checker, now)?;
                let one = town.handhelds.get(checker).context("no such handheld")?;
                one.check(case, act == Act::CheckPass, &photo(2)?, now)
            }
            Act::WriteBoth => self.write_both(town, handheld, case, now),
            Act::File => {
                let event = json!({"type": "file"});
                order(town, &community, Who::Clerk, case, &event, now)
            }
            Act::Decline => {
                let event = json!({"type": "decline", "reason": "not_ours"});
                order(town, &community, Who::Clerk, case, &event, now)
            }
            Act::Escalate => {
                let up = |to: &OrgId| json!({"type": "escalate", "to": to, "reason": "no_means"});
                let done = order(town, &community, Who::Clerk, case, &up(&street), now)?;
                if desk == street {
                    return Ok(done);
                }
                // The street takes what is not its own, and passes it on.
                self.link_all(town, now)?;
                let take = json!({"type": "take"});
                order(town, &street, Who::Clerk, case, &take, now)?;
                order(town, &street, Who::Clerk, case, &up(&desk), now)
            }
            Act::Acknowledge => {
                let event = json!({"type": "acknowledge"});
                order_of_unit(town, &unit, &desk, Who::UnitLead, case, &event, now)
            }
            Act::RequestHold => {
                let event = json!({"type": "request_hold", "reason": text, "review_at": review_at, "evidence": []});
                order_of_unit(town, &unit, &desk, Who::UnitLead, case, &event, now)
            }
            Act::Hold => {
                let event = json!({"type": "hold", "review_at": review_at});
                order(town, &desk, Who::DutyLead, case, &event, now)
            }
            Act::Result => {
                let hash = photo(1)?.hash.to_string();
                let event =
                    json!({"type": "submit_result", "photos": [hash], "text": "已处理完毕"});
                order_of_unit(town, &unit, &desk, Who::Handler, case, &event, now)
            }
            Act::Close => {
                let event = json!({"type": "close", "satisfaction": "satisfied",
                    "is_referred": false, "text": ""});
                order(town, &desk, Who::Clerk, case, &event, now)
            }
        }
    }

    /// The desk that dispatches a category, and the unit that leads it: the lowest row of the table.
    fn led_by(&self, category: &CategoryCode, street: &OrgId) -> Result<(OrgId, OrgId)> {
        for desk in [street.clone(), OrgId::new(DISTRICT)?] {
            if let Some(unit) = self.leads.get(&(category.clone(), desk.clone())) {
                return Ok((desk, unit.clone()));
            }
        }
        anyhow::bail!("nobody leads {category}")
    }

    /// Two handhelds write about a case, each not knowing of the other, and both exchange afterwards.
    fn write_both(
        &self,
        town: &mut Town,
        first: usize,
        case: RecordId,
        now: Timestamp,
    ) -> Result<bool> {
        let grid = &town
            .handhelds
            .get(first)
            .context("no such handheld")?
            .device
            .grid;
        let second = town
            .handhelds
            .iter()
            .enumerate()
            .find(|(index, other)| *index != first && other.device.grid == *grid);
        let second = second.map_or(first, |(index, _)| index);
        for index in [first, second] {
            self.sync(town, index, now)?;
        }
        let mut is_done = true;
        for (index, words) in [(first, "又看了一次，还在"), (second, "已拍照，位置在东侧")]
        {
            let one = town.handhelds.get(index).context("no such handheld")?;
            is_done &= one.amend(case, words, now)?;
        }
        for index in [first, second] {
            self.sync(town, index, now)?;
        }
        Ok(is_done)
    }
}

/// Who acts at a desk or in a unit.
#[derive(Debug, Clone, Copy)]
enum Who {
    Clerk,
    DutyLead,
    UnitLead,
    Handler,
}

impl Who {
    fn at(self, org: &OrgId) -> Result<Acting> {
        let org_code = org.as_str();
        let staff = match self {
            Self::Clerk => desk_clerk(org_code),
            Self::DutyLead => duty_lead(org_code),
            Self::UnitLead => unit_lead(org_code),
            Self::Handler => handler(org_code),
        };
        Ok(Acting {
            staff: staff?,
            org: org.clone(),
            session: "sample".into(),
        })
    }
}

/// The handheld that a case is reported with: the grid's first one, or in turn with its second one.
fn carrier(town: &Town, case: &PlannedCase, number: usize) -> Option<usize> {
    let all = town.handhelds.iter().enumerate();
    let own = all.filter(|(_, one)| one.device.grid == case.grid);
    let own: Vec<usize> = own.map(|(index, _)| index).collect();
    own.get(number % own.len().max(1)).copied()
}

/// The street of a community: the first nine digits.
fn street(community: &OrgId) -> Result<OrgId> {
    let code = community.as_str().get(..9).unwrap_or_default();
    Ok(OrgId::new(code)?)
}

fn order(
    town: &mut Town,
    org: &OrgId,
    who: Who,
    case: RecordId,
    event: &Value,
    now: Timestamp,
) -> Result<bool> {
    let host = town.host_of(org)?;
    send(town, host, &who.at(org)?, false, case, event, now)
}

/// Units use the server of the desk that has dispatched to them.
fn order_of_unit(
    town: &mut Town,
    unit: &OrgId,
    desk: &OrgId,
    who: Who,
    case: RecordId,
    event: &Value,
    now: Timestamp,
) -> Result<bool> {
    let host = town.host_of(desk)?;
    send(town, host, &who.at(unit)?, true, case, event, now)
}

fn send(
    town: &mut Town,
    host: usize,
    by: &Acting,
    is_unit: bool,
    case: RecordId,
    event: &Value,
    now: Timestamp,
) -> Result<bool> {
    let ordered = Ordered {
        at: now,
        case,
        event,
        is_unit,
    };
    town.server(host)?.command(by, &ordered)
}

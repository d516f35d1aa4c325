//! People who answer while the demo runs, so that whoever holds the window sees its reports go their way: desks file
//! and pass up, units acknowledge and put right, and after the check the desk that has the case closes it.

#![expect(
    clippy::indexing_slicing,
    reason = "a JSON value gives null for what it does not have"
)]

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::town::event::{close, escalate, submit_result};
use crate::town::{Desk, Picture, Program, Town, TownResult, after_photo};
use crate::world::{COMMUNITY, DISTRICT, STREET, handler, unit_lead};

/// Between two acts on one case: time to see the last one arrive.
const PAUSE: Duration = Duration::from_secs(4);
const RESULT: &str = "已处置";

/// Desks and units answer what is reported from a moment on, in milliseconds since 1970. Goes on until it is dropped;
/// ends only when it cannot begin.
pub async fn answer(town: &Town, since: u64) -> TownResult<()> {
    let mut people = People {
        town,
        since,
        after: after_photo()?,
        units: BTreeMap::new(),
    };
    loop {
        tokio::time::sleep(PAUSE).await;
        // What fails, because a server or a line is away, is done in a later round.
        let _ = people.round().await;
    }
}

/// Who leads a unit, and who works in it.
struct Unit {
    lead: Desk,
    hand: Desk,
}

struct People<'a> {
    town: &'a Town,
    since: u64,
    after: Picture,
    units: BTreeMap<String, Unit>,
}

impl People<'_> {
    /// At most one act on each case.
    async fn round(&mut self) -> TownResult<()> {
        let reported = self.town.people.community.cases().await?;
        for row in reported.as_array().into_iter().flatten() {
            let is_new = row["reported_at"]
                .as_u64()
                .is_some_and(|at| at >= self.since);
            if let (true, Some(case)) = (is_new, row["id"].as_str()) {
                // One that cannot go on now must not hold up the others.
                let _ = self
                    .answer(case, row["grid"].as_str().unwrap_or_default())
                    .await;
            }
        }
        Ok(())
    }

    /// What is to be done next with a case, where it is held.
    async fn answer(&mut self, case: &str, grid: &str) -> TownResult<()> {
        let standing = self.standing(case).await?;
        let state = standing["state"].as_str().unwrap_or_default();
        let holder = standing["holder"].as_str().unwrap_or_default();
        let unit = standing["unit"].as_str().unwrap_or_default();
        let event = match (state, holder) {
            // Handed over to a desk whose table names no unit of its own.
            ("filed", _) if !standing["transfer"].is_null() => json!({ "type": "take" }),
            ("reported", COMMUNITY) => json!({ "type": "file" }),
            ("filed", COMMUNITY) => escalate(STREET),
            ("filed", STREET) => escalate(DISTRICT),
            ("dispatched", _) => json!({ "type": "acknowledge" }),
            ("handling", _) => submit_result(RESULT, &self.after),
            ("feedback", _) => close(),
            _ => return Ok(()),
        };
        // The same act on a case that stands the same is one act, however often it is tried.
        let mut hash = DefaultHasher::new();
        standing.to_string().hash(&mut hash);
        let key = format!("{:016x}-{case}", hash.finish());
        match state {
            "dispatched" => {
                self.unit(unit)
                    .await?
                    .lead
                    .act_once(case, &key, &event)
                    .await?
            }
            "handling" => {
                let after = self.after.clone();
                let unit = self.unit(unit).await?;
                let done = unit.hand.act_once(case, &key, &event).await?;
                unit.hand.send_photo(case, grid, &after).await?;
                done
            }
            _ => self.desk(holder).act_once(case, &key, &event).await?,
        };
        Ok(())
    }

    /// How the case stands at whoever holds it: those below hear of it later.
    async fn standing(&self, case: &str) -> TownResult<Value> {
        let mut standing = Value::Null;
        let mut asked = COMMUNITY.to_owned();
        for _ in 0..3 {
            let Some(detail) = self.desk(&asked).case(case).await? else {
                break;
            };
            standing = detail["view"]["confirmed"].clone();
            let holder = standing["holder"].as_str().unwrap_or_default();
            if holder == asked {
                break;
            }
            holder.clone_into(&mut asked);
        }
        Ok(standing)
    }

    fn desk(&self, org: &str) -> &Desk {
        let people = &self.town.people;
        match org {
            STREET => &people.street,
            DISTRICT => &people.district,
            _ => &people.community,
        }
    }

    /// The people of a unit, signed in at the server of the organisation that it belongs to.
    async fn unit(&mut self, unit: &str) -> TownResult<&Unit> {
        if !self.units.contains_key(unit) {
            let server = self.server(unit);
            let (lead, hand) = (unit_lead(unit)?, handler(unit)?);
            let people = Unit {
                lead: Desk::sign_in_unit(server, lead.as_str(), unit).await?,
                hand: Desk::sign_in_unit(server, hand.as_str(), unit).await?,
            };
            self.units.insert(unit.to_owned(), people);
        }
        Ok(&self.units[unit])
    }

    fn server(&self, unit: &str) -> &Arc<Program> {
        match unit.split('-').next() {
            Some(DISTRICT) => &self.town.district,
            Some(COMMUNITY) => &self.town.community,
            _ => &self.town.street,
        }
    }
}

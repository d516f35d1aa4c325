//! The hops one by one. Every hop can be tried again: it looks first what is there already.

#![expect(
    clippy::indexing_slicing,
    reason = "a JSON value gives null for what it does not have"
)]

use std::sync::Arc;

use serde_json::Value;

use super::Hop;
use super::acts::{Acts, PATIENCE};
use super::report::{HopReport, Receipts, StoryReport};
use crate::town::wait::{Look, until};
use crate::town::{
    Desk, Picture, Town, TownError, TownResult, after_photo, before_photo, check_photo,
};

const CATEGORY: &str = "06052";
const PLACE: &str = "东外大街36号楼";
const NOTE: &str = "老人下不了台阶";
const CHECKED: &str = "可以走了";

/// The story as it goes.
pub(super) struct Story {
    town: Arc<Town>,
    case: String,
    /// The report's photo as the handheld keeps it: prepared anew, so under a hash of its own.
    before_hash: String,
    before: Picture,
    after: Picture,
    check: Picture,
}

impl Story {
    pub(super) fn new(town: Arc<Town>) -> TownResult<Self> {
        Ok(Self {
            town,
            case: String::new(),
            before_hash: String::new(),
            before: before_photo()?,
            after: after_photo()?,
            check: check_photo()?,
        })
    }

    pub(super) async fn step(&mut self, hop: Hop) -> TownResult<()> {
        let people = &self.town.people;
        match hop {
            Hop::Report => self.report_without_network().await,
            Hop::Deliver => self.deliver().await,
            Hop::File => self.acts().file().await,
            Hop::Escalate => self.escalate().await,
            Hop::Acknowledge => self.acts().acknowledge().await,
            Hop::Result => {
                let grid = self.town.assistant()?.grid();
                self.acts().result(grid, &self.after).await
            }
            Hop::Inform => self.until_on_device("checking").await,
            Hop::Check => self.check_without_network().await,
            Hop::Return => self.until_returned().await,
            Hop::Close => self.acts().close().await,
            Hop::Tell => {
                self.acts().until_at(&people.community, "closed").await?;
                self.until_on_device("closed").await
            }
        }
    }

    /// What is left at the end. Asked without faults.
    pub(super) async fn report(self, hops: Vec<HopReport>) -> TownResult<StoryReport> {
        let device = self.town.assistant()?;
        let case = self.case.as_str();
        // The last receipts have a way to go too: both servers end with the same view.
        let (at_community, at_street) = until("equal views", PATIENCE, async || {
            let community = view(&self.town.people.community, case).await?;
            let street = view(&self.town.people.street, case).await?;
            Ok(if community == street && is_settled(&community) {
                Look::Found((community, street))
            } else {
                Look::NotYet("views that differ".into())
            })
        })
        .await?;
        let on_device = until("the last receipts on the handheld", PATIENCE, async || {
            device.sync().await?;
            let detail = device.case(case).await?;
            let receipts = Receipts::of(&detail);
            let both = [&receipts.community, &receipts.street];
            Ok(if both.iter().all(|receipt| *receipt == "received") {
                Look::Found(detail)
            } else {
                Look::NotYet(format!("{receipts:?}"))
            })
        })
        .await?;
        Ok(StoryReport {
            story: "ramp",
            state: text(&at_street["confirmed"]["state"]),
            receipts: Receipts::of(&on_device),
            hops,
            case: self.case,
            on_device,
            at_community,
            at_street,
        })
    }

    async fn report_without_network(&mut self) -> TownResult<()> {
        let device = self.town.assistant()?;
        let line = &self.town.community.line;
        line.cut();
        let case = until("a report", PATIENCE, async || {
            // A handheld that died may have saved it: a person looks before writing it again.
            if let Some(case) = find_case(&device.cases().await?) {
                return Ok(Look::Found(case));
            }
            let case = device.report(CATEGORY, PLACE, NOTE, &self.before).await?;
            Ok(Look::Found(case))
        })
        .await?;
        // The person tries; there is no network, and nothing is lost.
        match device.sync().await {
            Err(error) if error.is_transient() => {}
            Err(error) => return Err(error),
            Ok(said) => {
                return Err(TownError::Answer {
                    what: "a sync over a line that is cut".into(),
                    said: said.to_string(),
                });
            }
        }
        self.before_hash = until("the report's photo", PATIENCE, async || {
            Ok(Look::Found(text(
                &device.case(&case).await?["photos"][0]["hash"],
            )))
        })
        .await?;
        self.case = case;
        line.restore();
        Ok(())
    }

    async fn deliver(&self) -> TownResult<()> {
        let community = &self.town.people.community;
        until("the report at the community", PATIENCE, async || {
            self.town.assistant()?.sync().await?;
            let Some(detail) = community.case(&self.case).await? else {
                return Ok(Look::NotYet("no case".into()));
            };
            Ok(match community.photo(&self.before_hash).await? {
                Some(_) => Look::Found(()),
                None => Look::NotYet(format!("no photo, case {}", detail["row"]["state"])),
            })
        })
        .await
    }

    async fn escalate(&self) -> TownResult<()> {
        self.acts().escalate().await?;
        let street = &self.town.people.street;
        self.acts().until_photo(street, &self.before_hash).await
    }

    async fn check_without_network(&self) -> TownResult<()> {
        let device = self.town.assistant()?;
        let line = &self.town.community.line;
        line.cut();
        until("a check", PATIENCE, async || {
            let detail = device.case(&self.case).await?;
            let tasks = detail["tasks"].as_array().into_iter().flatten();
            if !tasks.into_iter().any(|task| task["kind"] == "check") {
                return Ok(Look::Found(()));
            }
            device.pass_check(&self.case, &self.check, CHECKED).await?;
            Ok(Look::Found(()))
        })
        .await?;
        line.restore();
        Ok(())
    }

    fn acts(&self) -> Acts<'_> {
        Acts::new(&self.town.people, &self.case)
    }

    /// Until the check is at the street, while the handheld sends it.
    async fn until_returned(&self) -> TownResult<()> {
        let street = &self.town.people.street;
        until("the check at the street", PATIENCE, async || {
            self.town.assistant()?.sync().await?;
            let Some(detail) = street.case(&self.case).await? else {
                return Ok(Look::NotYet("no case".into()));
            };
            let seen = text(&detail["view"]["confirmed"]["state"]);
            Ok(if seen == "feedback" {
                Look::Found(())
            } else {
                Look::NotYet(seen)
            })
        })
        .await
    }

    async fn until_on_device(&self, work: &str) -> TownResult<()> {
        let device = self.town.assistant()?;
        until(&format!("{work} on the handheld"), PATIENCE, async || {
            device.sync().await?;
            let detail = device.case(&self.case).await?;
            let seen = text(&detail["row"]["work"]);
            Ok(if seen == work {
                Look::Found(())
            } else {
                Look::NotYet(seen)
            })
        })
        .await
    }
}

async fn view(desk: &Desk, case: &str) -> TownResult<Value> {
    let detail = desk.case(case).await?;
    Ok(detail
        .map(|detail| detail["view"].clone())
        .unwrap_or_default())
}

/// Whether no organisation waits for events any more.
fn is_settled(view: &Value) -> bool {
    let receipts = view["receipts"].as_object();
    receipts.is_some_and(|receipts| receipts.values().all(|receipt| receipt["waiting"] == 0))
}

/// The story's case among those of the grid.
fn find_case(list: &Value) -> Option<String> {
    let mut rows = list["rows"].as_array()?.iter();
    let row = rows.find(|row| row["place"] == PLACE)?;
    row["id"].as_str().map(str::to_owned)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

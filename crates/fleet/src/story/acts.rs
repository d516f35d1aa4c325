//! What desks and units do with the case of the ramp. Every act has a key that is the same however
//! often it is tried, so it is never carried out twice.

#![expect(
    clippy::indexing_slicing,
    reason = "a JSON value gives null for what it does not have"
)]

use std::time::Duration;

use serde_json::{Value, json};

use super::Hop;
use crate::town::event::{close, escalate, submit_result};
use crate::town::wait::{Look, until};
use crate::town::{Desk, People, Picture, TownResult};
use crate::world::STREET;

/// How long an act may take while lines are cut and programs are down.
pub(super) const PATIENCE: Duration = Duration::from_secs(90);

const RESULT: &str = "已装坡道";

/// The acts of the people of a town on one case.
pub(crate) struct Acts<'a> {
    people: &'a People,
    case: &'a str,
}

impl<'a> Acts<'a> {
    pub(crate) fn new(people: &'a People, case: &'a str) -> Self {
        Self { people, case }
    }

    /// The community takes it in.
    pub(crate) async fn file(&self) -> TownResult<()> {
        let event = json!({ "type": "file" });
        self.act(&self.people.community, Hop::File, &event).await
    }

    /// The community passes it up; it is over when the street's table has dispatched it.
    pub(crate) async fn escalate(&self) -> TownResult<()> {
        self.act(&self.people.community, Hop::Escalate, &escalate(STREET))
            .await?;
        self.until_at(&self.people.street, "dispatched").await
    }

    /// The unit says that it will see to it.
    pub(crate) async fn acknowledge(&self) -> TownResult<()> {
        let event = json!({ "type": "acknowledge" });
        self.act(&self.people.unit_lead, Hop::Acknowledge, &event)
            .await
    }

    /// The unit says that it is done, with a photo.
    pub(crate) async fn result(&self, grid: &str, after: &Picture) -> TownResult<()> {
        let event = submit_result(RESULT, after);
        let people = self.people;
        self.act(&people.unit_handler, Hop::Result, &event).await?;
        people
            .unit_handler
            .send_photo(self.case, grid, after)
            .await?;
        self.until_photo(&people.unit_lead, &after.hash).await
    }

    /// The street closes it.
    pub(crate) async fn close(&self) -> TownResult<()> {
        self.act(&self.people.street, Hop::Close, &close()).await
    }

    /// Until a desk sees the case in a state.
    pub(crate) async fn until_at(&self, desk: &Desk, state: &str) -> TownResult<()> {
        let what = format!("{state} at {}", desk.program().name());
        until(&what, PATIENCE, async || {
            let Some(detail) = desk.case(self.case).await? else {
                return Ok(Look::NotYet("no case".into()));
            };
            let seen = detail["view"]["confirmed"]["state"]
                .as_str()
                .unwrap_or_default();
            Ok(if seen == state {
                Look::Found(())
            } else {
                Look::NotYet(seen.to_owned())
            })
        })
        .await
    }

    /// Until a desk has a photo.
    pub(crate) async fn until_photo(&self, desk: &Desk, hash: &str) -> TownResult<()> {
        let what = format!("a photo at {}", desk.program().name());
        until(&what, PATIENCE, async || match desk.photo(hash).await? {
            Some(_) => Ok(Look::Found(())),
            None => Ok(Look::NotYet("none".into())),
        })
        .await
    }

    async fn act(&self, desk: &Desk, hop: Hop, event: &Value) -> TownResult<()> {
        let hop = json!(hop);
        let key = format!("ramp-{}-{}", hop.as_str().unwrap_or_default(), self.case);
        let key: String = key.chars().take(64).collect();
        desk.act(self.case, &key, event).await?;
        Ok(())
    }
}

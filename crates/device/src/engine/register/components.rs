//! Components: how public facilities are found.

use linli_model::{RecordId, RecordKind, Timestamp};
use linli_records::Basis;

use super::super::Engine;
use super::super::people::By;
use super::id;
use super::pen::Sheet;
use crate::dto::building::ComponentInput;
use crate::error::Result;

impl Engine {
    /// Notes the state in which a component was found.
    pub fn set_component(
        &self,
        by: &By,
        input: &ComponentInput,
        now: Timestamp,
    ) -> Result<RecordId> {
        let component = id(&input.component, "component")?;
        let sheet = Sheet::new()
            .set("state", input.state.as_str())
            .set("checked_at", now.0);
        self.with_pen(by, Some(Basis::Sight), now, |pen| {
            pen.edit(&component, RecordKind::Component, sheet.content())
        })?;
        Ok(component)
    }
}

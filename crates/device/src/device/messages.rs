//! Messages and alarms: what others did with a person's cases, and what nobody has done yet.

use std::cmp::Reverse;

use super::Device;
use crate::dto::change_set::Noun;
use crate::dto::message::MessageList;
use crate::dto::sync::AlarmDto;
use crate::error::{DeviceError, Result};

impl Device {
    /// What others did with the cases of the signed-in person, the newest first.
    pub fn list_messages(&self) -> Result<MessageList> {
        let open = self.opened()?;
        let now = self.now();
        let mut all: Option<MessageList> = None;
        for engine in open.engines.values() {
            let one = engine.messages(&open.by(engine, now)?, now)?;
            all = Some(match all {
                None => one,
                Some(mut all) => {
                    all.rows.extend(one.rows);
                    all.unread_count = all.unread_count.saturating_add(one.unread_count);
                    all.as_of = all.as_of.min(one.as_of);
                    all
                }
            });
        }
        let mut all = all.ok_or(DeviceError::NotBound)?;
        all.rows.sort_by_key(|row| Reverse(row.at));
        Ok(all)
    }

    /// Notes that the signed-in person has seen messages; none named means all of them.
    pub fn read_messages(&self, ids: &[String]) -> Result<()> {
        let open = self.opened()?;
        let now = self.now();
        for engine in open.engines.values() {
            engine.read_messages(&open.by(engine, now)?, ids, now)?;
        }
        self.tell(&[Noun::Sync], []);
        Ok(())
    }

    /// Notes that a person has heard the alarm about a case.
    pub fn hear_alarm(&self, case: &str) -> Result<()> {
        let open = self.opened()?;
        let record = case.parse().map_err(|_| DeviceError::NotFound("case"))?;
        open.engine_of(&record)?.hear_alarm(case, self.now())?;
        self.tell(&[Noun::Sync], []);
        Ok(())
    }

    pub(super) fn alarms(&self) -> Result<Vec<AlarmDto>> {
        let open = self.opened()?;
        let now = self.now();
        let mut all = Vec::new();
        for engine in open.engines.values() {
            all.extend(engine.alarms(&open.by(engine, now)?, now)?);
        }
        all.sort_by_key(|alarm| alarm.saved_at);
        Ok(all)
    }
}

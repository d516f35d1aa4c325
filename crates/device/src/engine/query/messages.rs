//! 消息: what others did with the cases of a person, read from the rows of these cases.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::rc::Rc;

use linli_model::case::Rules;
use linli_model::{RecordId, StaffId, Timestamp};
use linli_store::Reader;
use linli_store::rusqlite::params;

use super::catalogue::category_ref;
use super::delivery::level_dto;
use super::list::{RowData, task_kind};
use crate::dto::code::LevelDto;
use crate::dto::message::{MessageList, MessageRow};
use crate::engine::news::{News, NewsFact};
use crate::engine::people::By;
use crate::engine::texts::org_name;
use crate::engine::{Engine, notes};
use crate::error::{DeviceError, Result};

/// Older messages are told no more: 14 days.
const TOLD_MS: i64 = 14 * 24 * 60 * 60 * 1000;
/// The most messages of one answer.
const MOST: usize = 200;
/// The longest id of a message, in bytes.
const ID_BYTES: usize = 160;

impl Engine {
    /// What others did with the cases of this person within 14 days, the newest first.
    pub fn messages(&self, by: &By, now: Timestamp) -> Result<MessageList> {
        self.read(|reader| {
            let reference = self.reference_now();
            let rules = reference
                .as_ref()
                .and_then(linli_exchange::Reference::newest)
                .ok_or(DeviceError::NotBound)?;
            let seen = seen(reader, &by.staff)?;
            let rows: Vec<MessageRow> = newest(reader, by, now)?
                .iter()
                .map(|(row, fact)| message(row, fact, by, rules, &seen))
                .collect();
            let unread = rows.iter().filter(|row| !row.is_read).count();
            Ok(MessageList {
                unread_count: u32::try_from(unread).unwrap_or(u32::MAX),
                rows,
                as_of: notes::moment(reader, notes::DOWNLOADED_AT)?.map(|at| at.0),
            })
        })
    }

    /// Notes that a person has seen messages; none named means all of them. What was seen of
    /// messages that are told no more is forgotten.
    pub fn read_messages(&self, by: &By, ids: &[String], now: Timestamp) -> Result<()> {
        let ids = if ids.is_empty() {
            let rows = self.messages(by, now)?.rows.into_iter();
            rows.map(|row| row.id).collect()
        } else {
            ids.to_vec()
        };
        if ids.len() > MOST || ids.iter().any(|id| id.len() > ID_BYTES) {
            return Err(DeviceError::InputInvalid("messages"));
        }
        self.write(|tx| {
            for id in &ids {
                tx.sql()
                    .prepare_cached(
                        "INSERT OR IGNORE INTO read_messages (staff, message, read_at)
                         VALUES (?1, ?2, ?3)",
                    )?
                    .execute(params![by.staff.as_str(), id, now.0])?;
            }
            let before = now.0.saturating_sub(TOLD_MS.saturating_mul(2));
            tx.sql()
                .prepare_cached("DELETE FROM read_messages WHERE read_at < ?1")?
                .execute([before])?;
            Ok(())
        })
    }
}

/// What happened within the time to cases on which the person wrote something, the newest first. Cases are
/// read by their newest message, and no further than where all that follows is too old.
fn newest(reader: &Reader<'_>, by: &By, now: Timestamp) -> Result<Vec<(Rc<RowData>, NewsFact)>> {
    let mut list = reader.sql().prepare_cached(
        "SELECT record, news_at FROM case_rows WHERE news_at > ?1 ORDER BY news_at DESC",
    )?;
    let mut cases = list.query([now.0.saturating_sub(TOLD_MS)])?;
    let mut found: Vec<(Rc<RowData>, NewsFact)> = Vec::new();
    while let Some(case) = cases.next()? {
        if let Some((_, last)) = found.get(MOST - 1)
            && last.at.0 >= case.get("news_at")?
        {
            break;
        }
        let Some(row) = RowData::find(reader, &RecordId(case.get("record")?))?.map(Rc::new) else {
            continue;
        };
        if !row.facts.crew.contains(&by.staff) {
            continue;
        }
        let told = row.facts.news.iter().filter(|fact| is_for(fact, by, now));
        found.extend(told.map(|fact| (Rc::clone(&row), fact.clone())));
        found.sort_by_key(|(_, fact)| Reverse(fact.at));
        found.truncate(MOST);
    }
    Ok(found)
}

fn is_for(fact: &NewsFact, by: &By, now: Timestamp) -> bool {
    fact.by.as_ref() != Some(&by.staff) && now.ms_since(fact.at) < TOLD_MS
}

fn message(
    row: &RowData,
    fact: &NewsFact,
    by: &By,
    rules: &Rules,
    seen: &BTreeSet<String>,
) -> MessageRow {
    let (id, event, level) = match &fact.what {
        News::Event { entry, name } => {
            let at_level = rules.tree().find(&fact.org).map(|org| level_dto(org.level));
            let level = at_level.filter(|level| *level != LevelDto::Community);
            (entry.to_string(), name.as_str(), level)
        }
        News::Received { level } => {
            let level = level_dto(*level);
            (fact.org.to_string(), "received", Some(level))
        }
    };
    let id = format!("{}/{id}", row.record);
    MessageRow {
        case_id: row.record.to_string(),
        code: row.code.clone(),
        category: category_ref(rules, &row.category),
        place: (!row.place.is_empty()).then(|| row.place.clone()),
        event: event.to_owned(),
        params: fact.params.clone(),
        level,
        org: Some(org_name(rules, &fact.org)),
        reason: fact.reason.clone(),
        note: fact.note.clone(),
        at: fact.at.0,
        is_read: seen.contains(&id),
        task: row.tasks_of(by).first().map(|task| task_kind(task.kind)),
        id,
    }
}

fn seen(reader: &Reader<'_>, staff: &StaffId) -> Result<BTreeSet<String>> {
    let mut list = reader
        .sql()
        .prepare_cached("SELECT message FROM read_messages WHERE staff = ?1")?;
    let found = list.query_map([staff.as_str()], |row| row.get("message"))?;
    Ok(found.collect::<Result<_, _>>()?)
}

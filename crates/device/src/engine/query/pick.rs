//! Which cases a list holds: picked by a few columns before any row is made, since a grid has
//! thousands of cases and a screen shows ten.

use std::collections::BTreeMap;

use linli_model::case::{Rules, State};
use linli_model::{CategoryCode, RecordId};
use linli_store::Reader;

use super::list::work_state;
use crate::dto::building::PageQuery;
use crate::dto::case::{CaseListKind, WorkCount};
use crate::engine::people::By;
use crate::error::Result;

/// The most rows of a page, whatever was asked for.
const MOST: u32 = 200;

/// What is looked at to pick a case.
pub(super) struct Outline {
    pub(super) record: RecordId,
    pub(super) state: State,
    code: String,
    case_no: Option<String>,
    category: CategoryCode,
    place: String,
}

/// The cases of a list, newest first. Those of a list of tasks have a task of somebody.
pub(super) fn outlines(reader: &Reader<'_>, kind: CaseListKind, by: &By) -> Result<Vec<Outline>> {
    let mut list = reader.sql().prepare_cached(&asking(kind))?;
    let mut rows = list.query([by.staff.as_str()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let state: String = row.get("state")?;
        let category: String = row.get("category")?;
        found.push(Outline {
            record: RecordId(row.get("record")?),
            state: serde_json::from_value(serde_json::Value::String(state))?,
            code: row.get("code")?,
            case_no: row.get("case_no")?,
            category: category.parse()?,
            place: row.get("place")?,
        });
    }
    Ok(found)
}

/// The question of a list. Each is answered from an index of `0006_lists.sql`.
pub(in crate::engine) fn asking(kind: CaseListKind) -> String {
    let condition = match kind {
        CaseListKind::Mine => "reporter = ?1",
        CaseListKind::Grid => "?1 = ?1",
        CaseListKind::Todo => "json_array_length(facts, '$.tasks') > 0 AND ?1 = ?1",
    };
    format!(
        "SELECT record, code, case_no, category, place, state FROM case_rows
         WHERE {condition} ORDER BY reported_at DESC, record DESC"
    )
}

impl Outline {
    /// Whether the code, the number, the place or the category's name holds the text, which is in
    /// lower case.
    pub(super) fn matches(&self, rules: &Rules, text: &str) -> bool {
        if text.is_empty() {
            return true;
        }
        let plain_code = self.code.replace('-', "");
        let name = rules.category(&self.category).map(|found| &found.name);
        let mut parts = [
            Some(self.code.as_str()),
            Some(plain_code.as_str()),
            Some(self.place.as_str()),
            self.case_no.as_deref(),
            name.map(|name| name.zh.as_str()),
            name.map(|name| name.en.as_str()),
        ]
        .into_iter()
        .flatten();
        parts.any(|part| part.to_lowercase().contains(text))
    }
}

/// How many of these stand in each state.
pub(super) fn count_works(found: &[Outline]) -> Vec<WorkCount> {
    let mut counts: BTreeMap<_, u32> = BTreeMap::new();
    for case in found {
        let count = counts.entry(work_state(case.state)).or_default();
        *count = count.saturating_add(1);
    }
    let count = |(work, count)| WorkCount { work, count };
    counts.into_iter().map(count).collect()
}

/// The part of a list that was asked for; all of it when no part was.
pub(crate) fn page_of<T>(all: &[T], page: Option<PageQuery>) -> &[T] {
    let Some(page) = page else { return all };
    let at = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let first = at(page.offset).min(all.len());
    let end = first.saturating_add(at(page.limit.min(MOST)));
    all.get(first..end.min(all.len())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_ends_where_the_list_ends() {
        let all: Vec<u32> = (0..7).collect();
        let page = |offset, limit| page_of(&all, Some(PageQuery { offset, limit })).to_vec();
        assert_eq!(page(0, 3), [0, 1, 2]);
        assert_eq!(page(5, 3), [5, 6]);
        assert_eq!(page(7, 3), [] as [u32; 0]);
        assert_eq!(page(u32::MAX, u32::MAX), [] as [u32; 0]);
        assert_eq!(page_of(&all, None), all);
        let many: Vec<u32> = (0..500).collect();
        let asked = PageQuery {
            offset: 0,
            limit: 500,
        };
        assert_eq!(page_of(&many, Some(asked)).len(), 200);
    }
}

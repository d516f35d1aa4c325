//! Reports of danger that nobody has taken in: after two minutes people are told to call.

use linli_model::{CategoryCode, RecordId, Timestamp};
use linli_store::rusqlite::params;

use super::catalogue::category_ref;
use crate::dto::sync::AlarmDto;
use crate::engine::people::By;
use crate::engine::{Engine, report};
use crate::error::{DeviceError, Result};

/// So long a receipt may take (docs/workflow.md): two minutes.
const PATIENCE_MS: i64 = 2 * 60 * 1000;
/// An alarm of yesterday helps nobody: 24 hours.
const LASTS_MS: i64 = 24 * 60 * 60 * 1000;
/// Of a person, since a moment. It begins with what waits (`CROSS JOIN`).
pub(in crate::engine) const ALARMS: &str =
    "SELECT r.record AS record, r.code AS code, r.category AS category,
       r.reported_at AS reported_at, n.heard_at IS NOT NULL AS heard
     FROM case_notes n CROSS JOIN case_rows r ON r.record = n.record
     WHERE n.waiting > 0 AND r.urgency = 2 AND r.reporter = ?1 AND r.reported_at > ?2
       AND NOT EXISTS (SELECT 1 FROM json_each(r.facts, '$.levels') l
                       WHERE json_extract(l.value, '$.at') IS NOT NULL)
     ORDER BY r.reported_at, r.record";

impl Engine {
    /// Own reports of danger that no level has, the oldest first; also those that do not ring yet.
    pub fn alarms(&self, by: &By, now: Timestamp) -> Result<Vec<AlarmDto>> {
        self.read(|reader| {
            let reference = self.reference_now();
            let rules = reference
                .as_ref()
                .and_then(linli_exchange::Reference::newest)
                .ok_or(DeviceError::NotBound)?;
            let mut list = reader.sql().prepare_cached(ALARMS)?;
            let since = now.0.saturating_sub(LASTS_MS);
            let mut rows = list.query(params![by.staff.as_str(), since])?;
            let mut found = Vec::new();
            while let Some(row) = rows.next()? {
                let category: String = row.get("category")?;
                let category: CategoryCode = category.parse()?;
                let saved_at: i64 = row.get("reported_at")?;
                found.push(AlarmDto {
                    case_id: RecordId(row.get("record")?).to_string(),
                    code: row.get("code")?,
                    category: category_ref(rules, &category),
                    saved_at,
                    rings_at: saved_at.saturating_add(PATIENCE_MS),
                    is_heard: row.get("heard")?,
                });
            }
            Ok(found)
        })
    }

    /// Notes that a person has heard the alarm about a case; it stays in the outbox.
    pub fn hear_alarm(&self, case: &str, now: Timestamp) -> Result<()> {
        let record = report::case_id(case)?;
        self.write(|tx| {
            tx.sql()
                .prepare_cached(
                    "UPDATE case_notes SET heard_at = ?2 WHERE record = ?1 AND heard_at IS NULL",
                )?
                .execute(params![record.0, now.0])?;
            Ok(())
        })
    }
}

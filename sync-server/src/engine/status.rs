//! Counters, timers, heartbeats and the check of the whole store.

use std::collections::BTreeSet;

use linli_exchange::Reference;
use linli_model::{KeyId, RecordId, Timestamp};
use linli_store::{Ledger, StoreError, Tx};
use linli_sync::heartbeat::{Manifest, ManifestReply};
use linli_trust::Subject;

use crate::door::{DoorError, DoorResult, EngineStatus, Finding, Ticked, Verified};
use crate::engine::case_rows;
use crate::engine::core::Core;
use crate::engine::link;

/// Cases that one tick looks at: a server that slept for days has thousands of them, and requests
/// must not wait for all.
const CASES: usize = 64;

/// The note of the edition that every case was looked at under. Its name changes with the rules of this
/// program: then every case is looked at again.
const WOKEN_FOR: &str = "cases_woken_for/1";

impl Core {
    /// Runs what is due in the cases that the desks here hold.
    pub(crate) fn tick(&mut self, tx: &mut Tx<'_>, now: Timestamp) -> DoorResult<Ticked> {
        if self.reference().is_err() || self.is_recovering() {
            return Ok(Ticked::default());
        }
        let before = self.notice.changes;
        let edition = u64::from(self.reference()?.newest_number());
        if tx.meta_number(WOKEN_FOR)? != edition {
            case_rows::wake_all(tx)?;
            tx.set_meta_number(WOKEN_FOR, edition)?;
        }
        let due = case_rows::due(tx, now, CASES)?;
        for case in &due {
            if self.settle(tx, case, now)?.is_none() {
                case_rows::sleep(tx, case)?;
            }
        }
        let mut more = due.len() == CASES;
        if !more {
            tx.expire_parked(now)?;
            self.forget_due(tx, now)?;
            more = self.prepare_pack(tx, now)?;
        }
        self.seal(tx, now)?;
        let events = u32::try_from(self.notice.changes.saturating_sub(before)).unwrap_or(u32::MAX);
        Ok(Ticked { more, events })
    }

    /// Keeps what a device last declared about itself.
    pub(crate) fn heartbeat(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        peer: &KeyId,
        body: &[u8],
    ) -> DoorResult<Vec<u8>> {
        let manifest = Manifest::decode(body)?;
        tracing::debug!(device.id = %peer, groups = manifest.groups.len(), "heartbeat");
        tx.set_meta(&format!("heartbeat/{peer}"), body)?;
        tx.set_meta_number(
            &format!("heartbeat_at/{peer}"),
            u64::try_from(now.0).unwrap_or(0),
        )?;
        let reply = ManifestReply {
            clock: now,
            generation: self.host.generation(),
            wake: self.behind(tx, peer, now)? > 0,
        };
        Ok(reply.encode()?)
    }

    /// Counters and reasons.
    pub(crate) fn status(&self, tx: &Tx<'_>, now: Timestamp) -> DoorResult<EngineStatus> {
        let mut not_ready = Vec::new();
        let mut peers = 0;
        let mut lag = Vec::new();
        let mut edition = None;
        match self.reference() {
            Ok(reference) => {
                edition = Some(reference.newest_number());
                let certificates = reference.certificates();
                for (certificate, _) in certificates.certificates() {
                    let key = certificate.key.id();
                    let is_ours =
                        self.host.hosts(&certificate.org) && certificate.subject == Subject::Desk;
                    if is_ours || certificates.active_now(&key, now).is_err() {
                        continue;
                    }
                    peers += 1;
                    let behind = self.behind(tx, &key, now)?;
                    if behind > 0 {
                        lag.push((key, behind));
                    }
                }
            }
            Err(_) => not_ready.push("no_edition".to_owned()),
        }
        not_ready.extend(self.recovery_reason());
        lag.sort_by_key(|(_, behind)| std::cmp::Reverse(*behind));
        lag.truncate(50);
        let (link_at, link_failure) = link::link_state(tx)?;
        Ok(EngineStatus {
            generation: self.host.generation(),
            not_ready,
            edition,
            changes: count(tx, "SELECT count(*) FROM changes")?,
            quarantined: count(tx, "SELECT count(*) FROM quarantine WHERE state = 0")?,
            parked: tx.parked_len()?,
            blobs_wanted: count(tx, "SELECT count(*) FROM blobs WHERE state < 2")?,
            lag,
            peers,
            link_at,
            link_failure,
        })
    }

    fn behind(&self, tx: &Tx<'_>, peer: &KeyId, now: Timestamp) -> DoorResult<u64> {
        let mut behind = 0u64;
        for scope in self.scopes_of(peer, now) {
            let pushed = tx.cursor(peer, &scope)?.pushed;
            behind = behind.saturating_add(tx.feed_state(&scope)?.seq.saturating_sub(pushed));
        }
        Ok(behind)
    }
}

fn count(tx: &Tx<'_>, sql: &str) -> DoorResult<u64> {
    let count: i64 = tx
        .sql()
        .query_row(sql, [], |row| row.get(0))
        .map_err(StoreError::from)?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// The shell's own notes whose name starts with a prefix.
pub(crate) fn notes(tx: &Tx<'_>, prefix: &str) -> DoorResult<Vec<(String, Vec<u8>)>> {
    let from = format!("note/{prefix}");
    let list = tx.sql().prepare_cached(
        "SELECT substr(name, 6), value FROM meta WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name LIMIT 1000",
    );
    let mut list = list.map_err(StoreError::from)?;
    let found = list
        .query_map([from], |row| Ok((row.get(0)?, row.get(1)?)))
        .map_err(StoreError::from)?;
    Ok(found.collect::<Result<_, _>>().map_err(StoreError::from)?)
}

/// Checks database pages, every document, every digest and every batch's signature.
pub(crate) fn verify(ledger: &Ledger) -> DoorResult<Verified> {
    let mut verified = Verified::default();
    let mut found = |what: &str, detail: String| {
        verified.findings.push(Finding {
            what: what.into(),
            detail,
        });
    };
    let integrity = ledger.integrity()?;
    integrity
        .database
        .into_iter()
        .for_each(|detail| found("database", detail));
    integrity
        .documents
        .into_iter()
        .for_each(|record| found("document", record.to_string()));
    integrity
        .scopes
        .into_iter()
        .for_each(|scope| found("digest", scope));
    let (documents, batches, scopes) = ledger.read(|reader| {
        let reference = Reference::load(reader)?;
        let mut documents = 0u64;
        let mut batches = BTreeSet::new();
        let mut after: Option<RecordId> = None;
        loop {
            let page = reader.records(after.as_ref(), 256)?;
            for record in &page {
                documents = documents.saturating_add(1);
                for hash in reader.history(record)? {
                    batches.extend(reader.change_info(&hash)?.and_then(|info| info.batch));
                }
            }
            after = page.last().copied();
            if after.is_none() {
                break;
            }
        }
        for id in &batches {
            let Some(batch) = reader.batch(id)? else {
                continue;
            };
            let known = reference.as_ref().map(Reference::certificates);
            let key = known.and_then(|known| known.public_key(&batch.header.signer));
            if key.is_none_or(|key| batch.verify(key).is_err()) {
                found("signature", format!("batch {id}"));
            }
        }
        let scopes = u64::try_from(reader.scopes()?.len()).unwrap_or(u64::MAX);
        Ok::<_, DoorError>((
            documents,
            u64::try_from(batches.len()).unwrap_or(u64::MAX),
            scopes,
        ))
    })?;
    verified.checked = vec![
        ("documents".into(), documents),
        ("batches".into(), batches),
        ("scopes".into(), scopes),
    ];
    Ok(verified)
}

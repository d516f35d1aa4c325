//! After a restore: until everything was exchanged again with every neighbour this server admits
//! nothing, authors nothing, and keeps what handhelds push in a durable inbox (docs/sync.md).
//!
//! Recovery runs up, then down: a child counts once it waits for nobody below it, the parent once it
//! is recovered itself. An administrator may declare a neighbour unreachable.

use std::collections::BTreeSet;

use linli_exchange::{Incoming, ask_for_everything, ingest, underwritten};
use linli_model::{KeyId, OrgId, RecordId, RecordKind, Timestamp};
use linli_store::ingest::Judgement;
use linli_store::{Reader, StoreError, Tx};
use linli_sync::frames::{Offer, Recovery};
use linli_trust::Parcel;
use serde::{Deserialize, Serialize};

use crate::door::{DoorError, DoorResult};
use crate::engine::core::Core;
use crate::engine::link;

/// Where the neighbours are kept that a restored server waits for.
const NOTE: &str = "recovery";
/// Pushes that are taken out of the inbox in one step, and records that are settled in one.
const STEP: usize = 256;
/// Generations are seconds since 1970 or the last one and one, whichever is more, so that a backup
/// that is restored twice does not give the same generation twice. Below the limit of an actor's epoch.
const HIGHEST_BY_CLOCK: u64 = 1 << 40;
/// Case numbers of a day end here.
pub(crate) const MAX_SEQUENCE: u64 = 99_999;

/// The neighbours that a restored server waits for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Waiting {
    /// The parent.
    pub(crate) above: Option<OrgId>,
    /// The children.
    pub(crate) below: BTreeSet<OrgId>,
}

impl Waiting {
    /// What waits, or nothing when this server works normally.
    pub(crate) fn load(reader: &Reader<'_>) -> DoorResult<Option<Self>> {
        let Some(json) = reader.meta(NOTE)? else {
            return Ok(None);
        };
        serde_json::from_slice(&json)
            .map(Some)
            .map_err(|error| DoorError::Storage(format!("the state of the recovery: {error}")))
    }

    /// Everybody who is waited for.
    pub(crate) fn all(&self) -> Vec<OrgId> {
        self.above.iter().chain(&self.below).cloned().collect()
    }

    fn is_over(&self) -> bool {
        self.above.is_none() && self.below.is_empty()
    }
}

/// A row of the audit log about a recovery.
#[derive(Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
enum AuditRow<'a> {
    Restored {
        generation: u64,
        waits_for: Vec<OrgId>,
    },
    Exchanged {
        org: &'a OrgId,
    },
    DeclaredUnreachable {
        org: &'a OrgId,
    },
    Recovered {
        generation: u64,
        parked: usize,
    },
}

fn note_audit(tx: &mut Tx<'_>, now: Timestamp, row: &AuditRow<'_>) -> DoorResult<()> {
    let json = serde_json::to_vec(row).map_err(|error| DoorError::Bug(error.to_string()))?;
    tx.append_audit(now, &json)?;
    Ok(())
}

impl Core {
    /// Whether this server waits for its neighbours after a restore.
    pub(crate) fn is_recovering(&self) -> bool {
        self.waiting.is_some()
    }

    /// How far this server is, as it tells the one above.
    pub(crate) fn recovery(&self) -> Recovery {
        match &self.waiting {
            None => Recovery::None,
            Some(waiting) if waiting.below.is_empty() => Recovery::ForYou,
            Some(_) => Recovery::Below,
        }
    }

    /// Refuses what only a server that works normally may do.
    pub(crate) fn must_be_recovered(&self) -> DoorResult<()> {
        let Some(waiting) = &self.waiting else {
            return Ok(());
        };
        Err(DoorError::Later {
            code: "RECOVERING".into(),
            detail: format!("this server was restored and {}", reason(waiting)),
            after_ms: 10_000,
        })
    }

    /// Why this server is not ready.
    pub(crate) fn recovery_reason(&self) -> Option<String> {
        let waiting = self.waiting.as_ref()?;
        Some(format!("recovering: {}", reason(waiting)))
    }

    /// The store was copied back from a backup, or begins with nothing: a new generation with new
    /// actors; open slots are void; neighbours are waited for.
    pub(crate) fn restored(&mut self, tx: &mut Tx<'_>, now: Timestamp) -> DoorResult<u64> {
        let by_clock = u64::try_from(now.0 / 1000).unwrap_or(0);
        let seen = by_clock.min(HIGHEST_BY_CLOCK).saturating_sub(1);
        let generation = tx.open_generation(seen.max(self.host.generation()))?;
        tx.sql()
            .execute("UPDATE slots SET state = 'burnt' WHERE state = 'open'", [])
            .map_err(StoreError::from)?;
        self.host.set_generation(generation);
        self.link = None;
        self.skip_case_numbers(tx, now)?;
        let waiting = self.neighbours_now(tx, now)?;
        let waits_for = waiting.all();
        note_audit(
            tx,
            now,
            &AuditRow::Restored {
                generation,
                waits_for,
            },
        )?;
        self.save_waiting(tx, waiting, now)?;
        Ok(generation)
    }

    /// The neighbours with a server of their own. What was brought to the parent has to come back.
    fn neighbours_now(&self, tx: &mut Tx<'_>, now: Timestamp) -> DoorResult<Waiting> {
        let mut waiting = Waiting::default();
        let Ok(reference) = self.reference() else {
            return Ok(waiting);
        };
        let Some(rules) = reference.newest() else {
            return Ok(waiting);
        };
        let desk = |org: &OrgId| reference.certificates().desk_key(org, now);
        let parent = self.host.parent(rules).map(|(_, parent)| parent);
        if let Some(parent) = parent.filter(|_| link::has_parent(tx))
            && let Some(certificate) = desk(&parent)
        {
            ask_for_everything(tx, &certificate.key.id())?;
            waiting.above = Some(parent);
        }
        let others = self.host.neighbours(rules).into_iter();
        let is_below = |org: &OrgId| {
            let parent = rules.tree().parent(org);
            parent.is_some_and(|parent| self.host.hosts(parent))
        };
        waiting.below = others
            .filter(|org| is_below(org) && desk(org).is_some())
            .collect();
        Ok(waiting)
    }

    /// Numbers that were given today after the backup are not given again: counting goes on at the
    /// second of the day, which no desk has reached by filing.
    fn skip_case_numbers(&self, tx: &mut Tx<'_>, now: Timestamp) -> DoorResult<()> {
        let Some(rules) = self.reference().ok().and_then(|found| found.newest()) else {
            return Ok(());
        };
        let (day, ms) = rules.edition().calendar.local_day(now);
        let (year, month, date) = day.ymd();
        let second = u64::try_from(ms / 1000).unwrap_or(0).min(MAX_SEQUENCE);
        for (org, _) in self.host.desks() {
            let note = case_number_note(org, (year, month, date));
            let last = tx.meta_number(&note)?.max(second);
            tx.set_meta_number(&note, last)?;
        }
        Ok(())
    }

    fn save_waiting(
        &mut self,
        tx: &mut Tx<'_>,
        waiting: Waiting,
        now: Timestamp,
    ) -> DoorResult<()> {
        if waiting.is_over() {
            let was_recovering = self.waiting.take().is_some();
            tx.remove_meta(NOTE)?;
            return if was_recovering {
                self.recovered(tx, now)
            } else {
                Ok(())
            };
        }
        let json =
            serde_json::to_vec(&waiting).map_err(|error| DoorError::Bug(error.to_string()))?;
        tx.set_meta(NOTE, &json)?;
        self.waiting = Some(waiting);
        Ok(())
    }

    /// A child has offered everything, and waits for nobody but us.
    pub(crate) fn child_answered(
        &mut self,
        tx: &mut Tx<'_>,
        child: &OrgId,
        now: Timestamp,
    ) -> DoorResult<()> {
        self.exchanged(tx, child, now)
    }

    /// The parent works normally, and nothing is left to exchange with it.
    pub(crate) fn parent_answered(
        &mut self,
        tx: &mut Tx<'_>,
        parent: &OrgId,
        now: Timestamp,
    ) -> DoorResult<()> {
        self.exchanged(tx, parent, now)
    }

    fn exchanged(&mut self, tx: &mut Tx<'_>, org: &OrgId, now: Timestamp) -> DoorResult<()> {
        if let Some(waiting) = self.without(org) {
            note_audit(tx, now, &AuditRow::Exchanged { org })?;
            self.save_waiting(tx, waiting, now)?;
        }
        Ok(())
    }

    /// An administrator decides that a neighbour is not waited for. Answers who is still waited for.
    pub(crate) fn declare_unreachable(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        org: &OrgId,
    ) -> DoorResult<Vec<OrgId>> {
        let waiting = self.without(org).ok_or_else(|| DoorError::Conflict {
            code: "NOT_WAITED_FOR".into(),
            detail: format!("this server does not wait for {org}"),
        })?;
        note_audit(tx, now, &AuditRow::DeclaredUnreachable { org })?;
        let still = waiting.all();
        self.save_waiting(tx, waiting, now)?;
        self.seal(tx, now)?;
        Ok(still)
    }

    /// What is left to wait for without one neighbour; `None` when it is not waited for.
    fn without(&self, org: &OrgId) -> Option<Waiting> {
        let mut waiting = self.waiting.clone()?;
        let was_above = waiting.above.take_if(|above| above == org).is_some();
        (waiting.below.remove(org) || was_above).then_some(waiting)
    }

    /// Everybody has answered: what handhelds pushed meanwhile is judged, then every case is settled
    /// under the new generation.
    fn recovered(&mut self, tx: &mut Tx<'_>, now: Timestamp) -> DoorResult<()> {
        let mut touched = BTreeSet::new();
        let parked = self.empty_inbox(tx, &mut touched)?;
        let generation = self.host.generation();
        note_audit(tx, now, &AuditRow::Recovered { generation, parked })?;
        tracing::info!(generation, parked, "this server has recovered");
        self.settle_every_case(tx, now)
    }

    fn settle_every_case(&mut self, tx: &mut Tx<'_>, now: Timestamp) -> DoorResult<()> {
        let mut after: Option<RecordId> = None;
        loop {
            let page = tx.records(after.as_ref(), STEP)?;
            after = page.last().copied();
            if after.is_none() {
                return Ok(());
            }
            for record in page {
                let info = tx.document_info(&record)?;
                if info.is_some_and(|info| info.kind == RecordKind::Case) {
                    self.settle(tx, &record, now)?;
                }
            }
        }
    }

    fn empty_inbox(
        &mut self,
        tx: &mut Tx<'_>,
        touched: &mut BTreeSet<RecordId>,
    ) -> DoorResult<usize> {
        let mut count = 0usize;
        loop {
            let items = tx.inbox(STEP)?;
            if items.is_empty() {
                return Ok(count);
            }
            let mut relayed = Vec::new();
            let mut own = Vec::new();
            for item in items {
                let parcels = Offer::from_bytes(&item.body)?.changes.into_parcels();
                for parcel in parcels {
                    if parcel.batch.header.signer == item.peer {
                        own.push((item.peer, item.received_at, parcel));
                    } else {
                        relayed.push((item.peer, item.received_at, parcel));
                    }
                }
                tx.take_inbox(item.item)?;
                count = count.saturating_add(1);
            }
            let parcels: Vec<Parcel> = relayed.iter().map(|(_, _, one)| one.clone()).collect();
            let vouched = self.vouched(&parcels)?;
            for ((peer, at, parcel), is_vouched) in relayed.into_iter().zip(vouched) {
                let judgement = judged(is_vouched, Judgement::Kept);
                self.take_one(tx, peer, at, parcel, judgement, touched)?;
            }
            for (peer, at, parcel) in own {
                self.take_one(tx, peer, at, parcel, Judgement::Kept, touched)?;
            }
        }
    }

    fn take_one(
        &mut self,
        tx: &mut Tx<'_>,
        origin: KeyId,
        received_at: Timestamp,
        parcel: Parcel,
        judgement: Judgement,
        touched: &mut BTreeSet<RecordId>,
    ) -> DoorResult<()> {
        let parcels = [parcel];
        let incoming = Incoming {
            parcels: &parcels,
            origin,
            judgement,
            feed: None,
            received_at,
        };
        let done = ingest(tx, self.reference()?, &incoming, &mut |_| Ok(()))?;
        self.note_ingested(tx, &done, touched)
    }

    /// For each parcel whether a desk stands for everything that it gives.
    pub(crate) fn vouched(&self, parcels: &[Parcel]) -> DoorResult<Vec<bool>> {
        let known = underwritten(self.reference()?, parcels);
        let is_vouched = |parcel: &Parcel| {
            let entries = parcel.batch.entries.iter().zip(&parcel.bodies);
            let mut given = entries.filter(|(_, body)| body.is_some());
            given.all(|(entry, _)| known.contains(&entry.hash))
        };
        Ok(parcels.iter().map(is_vouched).collect())
    }
}

/// How a change of others that a handheld brings is judged.
pub(crate) fn judged(is_vouched: bool, otherwise: Judgement) -> Judgement {
    if is_vouched {
        Judgement::Vouched
    } else {
        otherwise
    }
}

fn reason(waiting: &Waiting) -> String {
    let names: Vec<String> = waiting.all().iter().map(ToString::to_string).collect();
    format!("waits for {}", names.join(", "))
}

/// The name of the counter of a desk's case numbers of one day.
pub(crate) fn case_number_note(
    org: &OrgId,
    (year, month, date): (
        impl std::fmt::Display,
        impl std::fmt::Display,
        impl std::fmt::Display,
    ),
) -> String {
    format!("case_number/{org}/{year:0>4}{month:0>2}{date:0>2}")
}

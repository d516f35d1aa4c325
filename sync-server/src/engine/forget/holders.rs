//! Who holds a household's data: every handheld that was ever given its grid, this server, and how far
//! each has erased what was to be erased. A handheld's place in the control log is the proof: it stands
//! in a request that it has signed, and it never takes a later item before it has applied an earlier one.

use std::collections::{BTreeMap, BTreeSet};

use linli_model::{GridCode, KeyId, RecordId, RecordKind, Scope, Timestamp};
use linli_records::schema::kind_name;
use linli_store::{StoreError, Tx};
use linli_sync::frames::Hello;
use linli_trust::enrolment::EnrolRequest;
use linli_trust::{Certificate, Subject, Tombstone, TrustError};
use serde::{Deserialize, Serialize};

use super::held;
use crate::door::{DoorError, DoorResult, Holder, HolderKind, HolderStaff, Holders};
use crate::engine::core::Core;
use crate::engine::withdraw;

/// A row of the audit log: somebody asked.
#[derive(Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
enum AuditRow {
    HoldersRead { record: String },
}

/// How far a peer has taken our control log, in a grid's file of a handheld or as a server.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Applied {
    generation: u64,
    seq: u64,
    at: Timestamp,
}

fn applied_note(peer: &KeyId, grid: &GridCode) -> String {
    format!("applied/{peer}/{grid}")
}

fn applied(tx: &Tx<'_>, peer: &KeyId, grid: &GridCode) -> DoorResult<Option<Applied>> {
    let json = tx.meta(&applied_note(peer, grid))?;
    Ok(json.and_then(|json| serde_json::from_slice(&json).ok()))
}

/// Notes from a signed request how far a handheld has taken the control log in the grids that it asks
/// for.
pub(crate) fn note_applied(
    tx: &mut Tx<'_>,
    peer: &KeyId,
    generation: u64,
    hello: &Hello,
    now: Timestamp,
) -> DoorResult<()> {
    if hello.generation_seen != Some(generation) {
        return Ok(());
    }
    for want in &hello.wants {
        let Scope::Register(grid) = &want.scope else {
            continue;
        };
        let known = applied(tx, peer, grid)?;
        let is_further = known
            .is_none_or(|known| known.generation != generation || known.seq < hello.control_since);
        if is_further {
            let note = Applied {
                generation,
                seq: hello.control_since,
                at: now,
            };
            let json =
                serde_json::to_vec(&note).map_err(|error| DoorError::Bug(error.to_string()))?;
            tx.set_meta(&applied_note(peer, grid), &json)?;
        }
    }
    Ok(())
}

/// What is asked about.
struct Asked {
    grid: GridCode,
    kinds: BTreeMap<String, usize>,
    since: Timestamp,
    is_erased: bool,
}

impl Core {
    /// Who holds a household's data, or may still hold it.
    pub(crate) fn holders(
        &self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        record: &RecordId,
    ) -> DoorResult<Holders> {
        let asked = asked(tx, record, now)?;
        let scope = Scope::Register(asked.grid.clone());
        let drop = tx.last_drop(&scope)?;
        let mut holders = vec![self.this_server(&asked, drop, now)?];
        let mut known: BTreeMap<KeyId, Vec<(Certificate, Timestamp)>> = BTreeMap::new();
        for (certificate, received_at) in self.reference()?.certificates().certificates() {
            if certificate.subject == Subject::Device {
                let all = known.entry(certificate.key.id()).or_default();
                all.push((certificate.clone(), received_at));
            }
        }
        let labels = labels(tx)?;
        for (key, certificates) in known {
            let name = labels.get(&key).cloned().unwrap_or_default();
            holders.extend(self.handheld(tx, &asked, (key, name), &certificates, drop, now)?);
        }
        let row = AuditRow::HoldersRead {
            record: record.to_string(),
        };
        let json = serde_json::to_vec(&row).map_err(|error| DoorError::Bug(error.to_string()))?;
        tx.append_audit(now, &json)?;
        Ok(Holders {
            record: *record,
            grid: asked.grid,
            kinds: asked.kinds,
            since: asked.since,
            is_erased: asked.is_erased,
            last_drop: drop.map(|(_, number)| number),
            holders,
        })
    }

    fn this_server(
        &self,
        asked: &Asked,
        drop: Option<(u64, u64)>,
        now: Timestamp,
    ) -> DoorResult<Holder> {
        let org = self.home_of(&asked.grid)?;
        Ok(Holder {
            kind: HolderKind::Server,
            name: org.to_string(),
            key: Some(self.host.key(&org)?.id()),
            org: Some(org),
            staff: Vec::new(),
            since: asked.since,
            exchanged_at: None,
            has_confirmed: true,
            confirmed: drop.map(|(_, number)| (number, now)),
            state: "serving".into(),
            until: None,
        })
    }

    /// A handheld that has, or had, the grid.
    fn handheld(
        &self,
        tx: &Tx<'_>,
        asked: &Asked,
        (key, name): (KeyId, String),
        certificates: &[(Certificate, Timestamp)],
        drop: Option<(u64, u64)>,
        now: Timestamp,
    ) -> DoorResult<Option<Holder>> {
        let of_grid = || {
            certificates
                .iter()
                .filter(|(certificate, _)| certificate.grids.contains(&asked.grid))
        };
        let (Some(since), Some((last, _))) = (
            of_grid().map(|(_, at)| *at).min(),
            certificates
                .iter()
                .max_by_key(|(one, _)| (one.epoch, one.serial)),
        ) else {
            return Ok(None);
        };
        let leaving = withdraw::newest(tx, &key, &asked.grid)?;
        let erased_at = leaving.and_then(|order| order.proved_at);
        let store = self.reference()?.certificates();
        let state = match store.active(&key, now) {
            Ok(active) if active.grids.contains(&asked.grid) => {
                // A handheld that was given the grid again holds it again.
                let is_asked = leaving.is_some_and(|order| order.proved_at.is_none());
                if is_asked { "leaving" } else { "active" }
            }
            Ok(_) => "left",
            Err(TrustError::Revoked { .. }) => "revoked",
            Err(_) => "expired",
        };
        let generation = self.host.generation();
        let taken = applied(tx, &key, &asked.grid)?.filter(|taken| taken.generation == generation);
        let erased_at = erased_at.filter(|_| state != "active");
        let has_confirmed = match (drop, taken) {
            _ if erased_at.is_some() => true,
            (None, _) => true,
            (Some((seq, _)), Some(taken)) => taken.seq >= seq,
            (Some(_), None) => false,
        };
        let scope = Scope::Register(asked.grid.clone());
        let confirmed = match taken {
            Some(taken) => tx
                .drop_number_at(&scope, taken.seq)?
                .map(|number| (number, taken.at)),
            None => None,
        };
        let contact = tx.peer(&key)?.contact_at;
        Ok(Some(Holder {
            kind: HolderKind::Device,
            name,
            key: Some(key),
            org: Some(last.org.clone()),
            staff: self.people(last),
            // What came later than the handheld was given the grid cannot have been there before.
            since: since.max(asked.since),
            exchanged_at: (contact.0 > 0).then_some(contact),
            has_confirmed,
            confirmed,
            state: state.into(),
            until: erased_at,
        }))
    }

    fn people(&self, certificate: &Certificate) -> Vec<HolderStaff> {
        let rules = self.reference().ok().and_then(|found| found.newest());
        let roles_of = |staff| {
            let person = rules.and_then(|rules| rules.staff(staff));
            let grants = person.map(|person| person.grants.as_slice());
            let grants = grants.unwrap_or_default().iter();
            let named: BTreeSet<String> =
                grants.map(|grant| grant.role.as_str().to_owned()).collect();
            named.into_iter().collect()
        };
        let staff = certificate.staff.iter();
        staff
            .map(|staff| HolderStaff {
                staff: staff.clone(),
                roles: roles_of(staff),
            })
            .collect()
    }
}

fn asked(tx: &Tx<'_>, record: &RecordId, now: Timestamp) -> DoorResult<Asked> {
    if let Some(row) = held::find(tx, record)?.filter(|row| row.kind != RecordKind::Case) {
        let mut rows = held::of_household(tx, record)?;
        let grid = row.home.clone();
        rows.push(row);
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        let mut since = now;
        for row in &rows {
            *kinds.entry(kind_name(row.kind).to_owned()).or_default() += 1;
            since = tx
                .received_span(&row.record)?
                .map_or(since, |(first, _)| since.min(first));
        }
        return Ok(Asked {
            grid,
            kinds,
            since,
            is_erased: false,
        });
    }
    let erased = tx.erased(record)?;
    let erased = erased.ok_or(DoorError::NotFound {
        what: "household, contact, enrolment or visit",
    })?;
    let (Scope::Register(grid) | Scope::Places(grid) | Scope::Cases(grid)) =
        Tombstone::decode(&erased.bytes)?.body().scope.clone()
    else {
        return Err(DoorError::NotFound { what: "grid" });
    };
    Ok(Asked {
        grid,
        kinds: BTreeMap::new(),
        since: erased.at,
        is_erased: true,
    })
}

/// The asset tags of handhelds, from the slots that they were enrolled with.
fn labels(tx: &Tx<'_>) -> DoorResult<BTreeMap<KeyId, String>> {
    let list = tx.sql().prepare_cached(
        "SELECT label, request FROM slots WHERE request IS NOT NULL ORDER BY opened_at",
    );
    let mut list = list.map_err(StoreError::from)?;
    let found = list
        .query_map([], |row| {
            Ok((
                row.get::<_, String>("label")?,
                row.get::<_, Vec<u8>>("request")?,
            ))
        })
        .map_err(StoreError::from)?;
    let mut labels = BTreeMap::new();
    for row in found {
        let (label, request) = row.map_err(StoreError::from)?;
        if let Ok(request) = EnrolRequest::decode(&request) {
            labels.insert(request.transcript().key.id(), label);
        }
    }
    Ok(labels)
}

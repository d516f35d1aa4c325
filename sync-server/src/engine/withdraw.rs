//! What a handheld has to erase, and the proof that it did (docs/trust.md, leaving).
//!
//! A grid is taken from a handheld in three steps. The administrator asks for it. At its next exchanges
//! the handheld hands in what waits and gets nothing of that grid any more; when all of it is here, it
//! gets the order. It erases its copy and gives a signed proof, and only then its certificate is
//! narrowed: until then it may hand in what was written in the grid, so no report is lost.
//!
//! A proof speaks for the copy that gave it. A handheld that comes with the grid again, a clone or one
//! that was put back, gets a new order, and the old proof counts no more.

use std::collections::BTreeMap;

use linli_model::{GridCode, KeyId, Scope, Timestamp};
use linli_store::rusqlite::{OptionalExtension as _, params};
use linli_store::{ControlItem, StoreError, Tx};
use linli_sync::frames::Hello;
use linli_trust::{
    Certificate, CertificateBody, ErasureProof, Signed, Subject, Suite, WipeOrder, WipeOrderBody,
};
use serde::Serialize;

use crate::door::{DoorError, DoorResult};
use crate::engine::core::Core;
use crate::engine::editions::{DEVICE_DAYS, next_serial, valid_for};

/// The nonce of an order.
type Nonce = [u8; 16];

/// A row of the audit log.
#[derive(Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
enum AuditRow<'a> {
    GridWithdrawn {
        device: &'a KeyId,
        grid: &'a GridCode,
    },
    ErasureProved {
        device: &'a KeyId,
        #[serde(skip_serializing_if = "Option::is_none")]
        grid: Option<&'a GridCode>,
    },
}

/// How far the newest order about a handheld's copy of a grid has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Leaving {
    /// When the proof came.
    pub(super) proved_at: Option<Timestamp>,
}

impl Core {
    /// Asks a handheld to give back a grid.
    pub(crate) fn withdraw_grid(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        device: &KeyId,
        grid: &GridCode,
    ) -> DoorResult<()> {
        let certificate = self.reference()?.certificates().active_now(device, now);
        let certificate = certificate
            .ok()
            .filter(|found| found.subject == Subject::Device && self.host.hosts(&found.org));
        let certificate = certificate.ok_or(DoorError::NotFound { what: "handheld" })?;
        let invalid = |detail: String| DoorError::Invalid {
            code: "grid".into(),
            detail,
        };
        if !certificate.grids.contains(grid) {
            return Err(invalid(format!("the handheld does not have {grid}")));
        }
        let mut stays = certificate.grids.iter().filter(|held| *held != grid);
        let open = open_orders(tx, device)?;
        if !stays.any(|held| !open.contains_key(held)) {
            return Err(invalid(format!(
                "{grid} is its only grid; revoke the handheld instead, its outbox is kept for review"
            )));
        }
        if !open.contains_key(grid) {
            self.ask(tx, now, device, Some(grid))?;
            audit(tx, now, &AuditRow::GridWithdrawn { device, grid })?;
        }
        // It may be listening: it comes at once.
        let scope = Scope::Register(grid.clone());
        let seq = tx.feed_state(&scope)?.seq;
        self.notice.feeds.insert(scope, seq);
        Ok(())
    }

    /// The grids among those that a handheld asks for which it has to give back, with their orders. One
    /// that was proved to be erased and is asked for again lies in another copy of the handheld.
    pub(super) fn leaving(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        device: &KeyId,
        hello: &Hello,
    ) -> DoorResult<BTreeMap<GridCode, Nonce>> {
        let known = orders(tx, device)?;
        let mut leaving = BTreeMap::new();
        for want in &hello.wants {
            let (Scope::Register(grid) | Scope::Places(grid) | Scope::Cases(grid)) = &want.scope
            else {
                continue;
            };
            let Some((nonce, order)) = known.get(grid) else {
                continue;
            };
            if leaving.contains_key(grid) {
                continue;
            }
            if order.proved_at.is_none() {
                leaving.insert(grid.clone(), *nonce);
            } else if !self.has_grid(device, grid)? {
                tracing::warn!(peer.id = %device, %grid, "another copy of a handheld holds a grid that was taken from it");
                leaving.insert(grid.clone(), self.ask(tx, now, device, Some(grid))?);
            }
        }
        Ok(leaving)
    }

    /// The order to erase a grid, or everything.
    pub(super) fn wipe_order(
        &self,
        device: &KeyId,
        nonce: Nonce,
        grid: Option<&GridCode>,
        now: Timestamp,
    ) -> DoorResult<WipeOrder> {
        let org = self.host.orgs().first();
        let key = self
            .host
            .key(org.ok_or(DoorError::NotFound { what: "desk" })?)?;
        let body = WipeOrderBody {
            suite: Suite::CURRENT,
            device: *device,
            nonce,
            grids: grid.into_iter().cloned().collect(),
            at: now,
            signer: key.id(),
        };
        Ok(Signed::seal(body, key)?)
    }

    /// The order to a revoked handheld to erase everything: the same until it is proved.
    pub(super) fn wipe_all(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        device: &KeyId,
    ) -> DoorResult<WipeOrder> {
        let known: Option<Nonce> = tx
            .sql()
            .prepare_cached(
                "SELECT nonce FROM erasure_orders WHERE device = ?1 AND grid IS NULL AND proved_at IS NULL",
            )
            .and_then(|mut one| one.query_row([device.0], |row| row.get("nonce")).optional())
            .map_err(StoreError::from)?;
        let nonce = match known {
            Some(nonce) => nonce,
            None => self.ask(tx, now, device, None)?,
        };
        self.wipe_order(device, nonce, None, now)
    }

    /// Takes a handheld's proof that it has erased what it was told to erase. The same proof may come
    /// more than once.
    pub(crate) fn erased(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        body: &[u8],
    ) -> DoorResult<()> {
        let refused = || DoorError::Refused {
            code: "proof".into(),
            detail: "no order of this server is answered by this".into(),
        };
        let proof = ErasureProof::decode(body).map_err(|_| refused())?;
        let key = self.reference()?.certificates().public_key(&proof.device);
        let is_signed = key.is_some_and(|key| proof.verify(key).is_ok());
        let found: Option<(Option<String>, Option<i64>)> = tx
            .sql()
            .prepare_cached(
                "SELECT grid, proved_at FROM erasure_orders WHERE nonce = ?1 AND device = ?2",
            )
            .and_then(|mut one| {
                let ids = params![proof.nonce, proof.device.0];
                one.query_row(ids, |row| Ok((row.get("grid")?, row.get("proved_at")?)))
                    .optional()
            })
            .map_err(StoreError::from)?;
        let (grid, proved_at) = found.filter(|_| is_signed).ok_or_else(refused)?;
        let named: Vec<&str> = proof.grids.iter().map(GridCode::as_str).collect();
        if named != grid.as_deref().into_iter().collect::<Vec<_>>() {
            return Err(refused());
        }
        if proved_at.is_some() {
            return Ok(());
        }
        let grid = proof.grids.first();
        if let Some(grid) = grid {
            self.narrow(tx, &proof.device, grid, now)?;
        }
        tx.sql()
            .prepare_cached("UPDATE erasure_orders SET proved_at = ?2, proof = ?3 WHERE nonce = ?1")
            .and_then(|mut one| one.execute(params![proof.nonce, now.0, body]))
            .map_err(StoreError::from)?;
        let device = &proof.device;
        audit(tx, now, &AuditRow::ErasureProved { device, grid })
    }

    /// Certifies a handheld anew without a grid.
    fn narrow(
        &mut self,
        tx: &mut Tx<'_>,
        device: &KeyId,
        grid: &GridCode,
        now: Timestamp,
    ) -> DoorResult<()> {
        if !self.has_grid(device, grid)? {
            return Ok(());
        }
        if self.is_recovering() {
            return Err(DoorError::Later {
                code: "RECOVERING".into(),
                detail: "the server was restored and asks its neighbours first".into(),
                after_ms: 60_000,
            });
        }
        let certificates = self.reference()?.certificates();
        let Ok(old) = certificates.active_now(device, now).cloned() else {
            // A key that was revoked meanwhile needs no further certificate.
            return Ok(());
        };
        let narrowed = self.certificate_without(tx, &old, grid, now)?;
        self.keep(tx, &ControlItem::Certificate(narrowed), now)
    }

    fn certificate_without(
        &self,
        tx: &mut Tx<'_>,
        old: &Certificate,
        grid: &GridCode,
        now: Timestamp,
    ) -> DoorResult<Certificate> {
        let mut grids = old.grids.clone();
        grids.retain(|held| held != grid);
        let issuer = self.host.key(&old.org)?;
        let (org, serial) = (old.org.clone(), next_serial(tx)?);
        let valid = valid_for(now, DEVICE_DAYS);
        let body = CertificateBody::desk(old.key, org, old.epoch, serial, valid, issuer.id())
            .for_device(grids, old.staff.clone());
        Ok(Signed::seal(body, issuer)?)
    }

    fn has_grid(&self, device: &KeyId, grid: &GridCode) -> DoorResult<bool> {
        let certificate = self.reference()?.certificates().find(device);
        Ok(certificate.is_some_and(|found| found.grids.contains(grid)))
    }

    fn ask(
        &mut self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        device: &KeyId,
        grid: Option<&GridCode>,
    ) -> DoorResult<Nonce> {
        let nonce: Nonce = self.random();
        tx.sql()
            .prepare_cached(
                "INSERT INTO erasure_orders (nonce, device, grid, asked_at) VALUES (?1, ?2, ?3, ?4)",
            )
            .and_then(|mut one| {
                one.execute(params![nonce, device.0, grid.map(GridCode::as_str), now.0])
            })
            .map_err(StoreError::from)?;
        Ok(nonce)
    }
}

/// The newest order about a handheld's copy of a grid: one about the grid or about everything.
pub(super) fn newest(tx: &Tx<'_>, device: &KeyId, grid: &GridCode) -> DoorResult<Option<Leaving>> {
    let found = tx
        .sql()
        .prepare_cached(
            "SELECT proved_at FROM erasure_orders WHERE device = ?1 AND (grid = ?2 OR grid IS NULL)
             ORDER BY asked_at DESC, proved_at IS NULL DESC LIMIT 1",
        )
        .and_then(|mut one| {
            one.query_row(params![device.0, grid.as_str()], |row| {
                let proved_at: Option<i64> = row.get("proved_at")?;
                Ok(Leaving {
                    proved_at: proved_at.map(Timestamp),
                })
            })
            .optional()
        });
    Ok(found.map_err(StoreError::from)?)
}

/// The grids that a handheld was asked to give back and has not proved to be erased.
fn open_orders(tx: &Tx<'_>, device: &KeyId) -> DoorResult<BTreeMap<GridCode, Nonce>> {
    let all = orders(tx, device)?.into_iter();
    let open = all.filter(|(_, (_, order))| order.proved_at.is_none());
    Ok(open.map(|(grid, (nonce, _))| (grid, nonce)).collect())
}

/// The newest order of each grid that was ever taken from a handheld.
fn orders(tx: &Tx<'_>, device: &KeyId) -> DoorResult<BTreeMap<GridCode, (Nonce, Leaving)>> {
    let list = tx.sql().prepare_cached(
        "SELECT grid, nonce, proved_at FROM erasure_orders WHERE device = ?1 AND grid IS NOT NULL
         ORDER BY asked_at, proved_at IS NULL",
    );
    let mut list = list.map_err(StoreError::from)?;
    let found = list
        .query_map([device.0], |row| {
            let proved_at: Option<i64> = row.get("proved_at")?;
            let order = Leaving {
                proved_at: proved_at.map(Timestamp),
            };
            Ok((row.get::<_, String>("grid")?, (row.get("nonce")?, order)))
        })
        .map_err(StoreError::from)?;
    let mut newest = BTreeMap::new();
    for row in found {
        let (grid, order) = row.map_err(StoreError::from)?;
        let grid: GridCode = grid
            .parse()
            .map_err(|_| DoorError::Storage("an order names no grid".into()))?;
        newest.insert(grid, order);
    }
    Ok(newest)
}

fn audit(tx: &mut Tx<'_>, now: Timestamp, row: &AuditRow<'_>) -> DoorResult<()> {
    let json = serde_json::to_vec(row).map_err(|error| DoorError::Bug(error.to_string()))?;
    tx.append_audit(now, &json)?;
    Ok(())
}

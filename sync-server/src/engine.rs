//! The merge engine: what a server decides, without runtime, socket or clock.
//!
//! One writer owns it. Every call runs inside one transaction of the ledger together with others
//! (see [`crate::door`]); `now` comes with the call and random bytes from the caller, so that the
//! simulator runs this very engine.

mod author;
mod base_records;
mod blobs;
mod case_rows;
mod command;
mod core;
mod editions;
mod enrol;
mod exchange;
mod export;
mod fault;
mod forget;
mod host;
mod import;
mod link;
mod packs;
mod recovery;
mod settle;
mod status;
mod withdraw;

use std::collections::BTreeSet;

use linli_model::{BlobHash, GridCode, KeyId, OrgId, RecordId, Scope, Timestamp};
use linli_store::{DbKey, Ledger, Options, Profile, Tx};
use linli_trust::SigningKey;

use crate::door::{
    Acting, BlobState, Calls, Carried, CaseDetail, CaseFilter, CasePage, Command, CommandOutcome,
    Committed, Door, DoorError, DoorResult, EngineStatus, EraseRequest, Erasure, ExportOf,
    ExportRow, Forgetting, Group, Holders, ImportRows, JoinState, LinkFailure, LinkOutcome,
    LinkRequest, OpenedSlot, Opening, PackFile, PeerKey, PersonRequest, RowOutcome, SlotRequest,
    SlotRow, Ticked, Verified,
};

pub use core::Random;

use core::Core;
use host::Host;

/// The engine with its ledger.
pub struct Engine {
    ledger: Ledger,
    core: Core,
}

fn options() -> Options {
    Options {
        modules: vec![case_rows::module()],
        projectors: vec![
            Box::new(base_records::BaseRecords),
            Box::new(forget::held::HeldRows),
        ],
        ..Options::default()
    }
}

impl Engine {
    /// Opens the server's store.
    pub fn open(opening: &Opening, random: Random) -> DoorResult<Self> {
        let key = DbKey::new(*opening.database_key);
        let ledger = Ledger::open_with(&opening.database, &key, Profile::Server, options())?;
        Self::assemble(ledger, opening, random)
    }

    /// An engine whose store lives in memory.
    pub fn open_in_memory(opening: &Opening, random: Random) -> DoorResult<Self> {
        Self::assemble(
            Ledger::open_in_memory(Profile::Server, options())?,
            opening,
            random,
        )
    }

    fn assemble(ledger: Ledger, opening: &Opening, random: Random) -> DoorResult<Self> {
        let host = ledger.read(|reader| Host::load(reader, &opening.orgs))?;
        let core = Core::new(host, opening.packs.clone(), random);
        let mut engine = Self { ledger, core };
        engine.group(&mut |group| {
            // A failure here shows again, with its reason, at the first call.
            let _ = group.part(&mut |_| Ok(()));
        })?;
        Ok(engine)
    }

    /// The ledger, for checks and exports that only read.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }
}

impl Door for Engine {
    fn group(&mut self, work: &mut dyn FnMut(&mut dyn Group)) -> DoorResult<Committed> {
        let core = &mut self.core;
        core.notice = Committed::default();
        let done = self.ledger.write(|tx| {
            let mut group = OpenGroup {
                tx,
                core,
                spoiled: None,
            };
            work(&mut group);
            group.spoiled.map_or(Ok(()), Err)
        });
        if let Err(error) = done {
            self.core.forget();
            self.core.notice = Committed::default();
            return Err(error);
        }
        Ok(std::mem::take(&mut self.core.notice))
    }

    fn desk_keys(&mut self) -> DoorResult<Vec<(OrgId, SigningKey)>> {
        let keys = self.core.host.desks();
        Ok(keys
            .map(|(org, key)| (org.clone(), SigningKey::from_seed(*key.seed())))
            .collect())
    }

    fn verify(&mut self) -> DoorResult<Verified> {
        status::verify(&self.ledger)
    }

    fn compact(&mut self) -> DoorResult<bool> {
        Ok(self.ledger.compact()?)
    }

    fn compact_due(&mut self) -> DoorResult<Option<u64>> {
        Ok(self.ledger.compact_due()?)
    }
}

struct OpenGroup<'g, 'c> {
    tx: &'g mut Tx<'c>,
    core: &'g mut Core,
    spoiled: Option<DoorError>,
}

impl Group for OpenGroup<'_, '_> {
    fn part(&mut self, work: &mut dyn FnMut(&mut dyn Calls) -> DoorResult<()>) -> DoorResult<()> {
        let before = self.core.notice.clone();
        let core = &mut *self.core;
        let done: DoorResult<()> = self.tx.savepoint(|tx| {
            core.refresh(tx)?;
            let known = tx.control_seq()?;
            work(&mut Request {
                tx: &mut *tx,
                core: &mut *core,
            })?;
            let newest = tx.control_seq()?;
            if newest > known {
                core.notice.control = Some(newest);
            }
            Ok(())
        });
        if let Err(error) = &done {
            self.core.forget();
            self.core.notice = before;
            if error.spoils_group() && self.spoiled.is_none() {
                self.spoiled = Some(error.clone());
            }
        }
        done
    }
}

/// One request inside a group.
struct Request<'r, 'c> {
    tx: &'r mut Tx<'c>,
    core: &'r mut Core,
}

impl Calls for Request<'_, '_> {
    fn peer(&mut self, id: &KeyId) -> DoorResult<Option<PeerKey>> {
        Ok(self.core.peer_key(id))
    }

    fn peer_scopes(&mut self, now: Timestamp, peer: &KeyId) -> DoorResult<BTreeSet<Scope>> {
        Ok(self.core.scopes_of(peer, now))
    }

    fn exchange(&mut self, now: Timestamp, peer: &KeyId, body: &[u8]) -> DoorResult<Vec<u8>> {
        self.core.exchange(self.tx, now, peer, body)
    }

    fn carried(&mut self, now: Timestamp, peer: &KeyId, body: &[u8]) -> DoorResult<Carried> {
        self.core.carried(self.tx, now, peer, body)
    }

    fn desk_key(&mut self, id: &KeyId) -> DoorResult<Option<SigningKey>> {
        let mut desks = self.core.host.desks();
        let found = desks.find(|(_, key)| key.id() == *id);
        Ok(found.map(|(_, key)| SigningKey::from_seed(*key.seed())))
    }

    fn heartbeat(&mut self, now: Timestamp, peer: &KeyId, body: &[u8]) -> DoorResult<Vec<u8>> {
        self.core.heartbeat(self.tx, now, peer, body)
    }

    fn pack(
        &mut self,
        now: Timestamp,
        peer: &KeyId,
        scope: &Scope,
        hash: Option<&[u8; 32]>,
    ) -> DoorResult<PackFile> {
        self.core.pack(self.tx, now, peer, scope, hash)
    }

    fn enrol(&mut self, now: Timestamp, body: &[u8]) -> DoorResult<Vec<u8>> {
        self.core.enrol(self.tx, now, body)
    }

    fn open_slot(&mut self, now: Timestamp, slot: &SlotRequest) -> DoorResult<OpenedSlot> {
        self.core.open_slot(self.tx, now, slot)
    }

    fn slots(&mut self, now: Timestamp) -> DoorResult<Vec<SlotRow>> {
        Core::slots(self.tx, now)
    }

    fn confirm_slot(&mut self, now: Timestamp, slot: &str, code: &str) -> DoorResult<KeyId> {
        Core::confirm_slot(self.tx, now, slot, code)
    }

    fn revoke(&mut self, now: Timestamp, key: &KeyId, reason: &str) -> DoorResult<()> {
        self.core.revoke(self.tx, now, key, reason)
    }

    fn join_request(&mut self, now: Timestamp, ticket: &str) -> DoorResult<Vec<u8>> {
        self.core.join_request(self.tx, now, ticket)
    }

    fn join_apply(&mut self, now: Timestamp, answer: &[u8]) -> DoorResult<JoinState> {
        self.core.join_apply(self.tx, now, answer)
    }

    fn link_request(&mut self, now: Timestamp) -> DoorResult<Option<LinkRequest>> {
        self.core.link_request(self.tx, now)
    }

    fn link_apply(&mut self, now: Timestamp, answer: &[u8]) -> DoorResult<LinkOutcome> {
        self.core.link_apply(self.tx, now, answer)
    }

    fn link_failed(&mut self, now: Timestamp, failure: &LinkFailure) -> DoorResult<()> {
        self.core.link_failed(self.tx, now, failure)
    }

    fn import_edition(&mut self, now: Timestamp, json: &[u8]) -> DoorResult<u32> {
        self.core.import_edition(self.tx, now, json)
    }

    fn newest_edition(&mut self) -> DoorResult<Option<Vec<u8>>> {
        export::newest_edition(self.tx)
    }

    fn import_rows(&mut self, now: Timestamp, ask: &ImportRows) -> DoorResult<Vec<RowOutcome>> {
        self.core.import_rows(self.tx, now, ask)
    }

    fn export_page(
        &mut self,
        of: ExportOf,
        after: Option<&RecordId>,
    ) -> DoorResult<Vec<ExportRow>> {
        Core::export_page(self.tx, of, after)
    }

    fn export_person(
        &mut self,
        now: Timestamp,
        ask: &PersonRequest,
    ) -> DoorResult<serde_json::Value> {
        self.core.export_person(self.tx, now, ask)
    }

    fn erase(&mut self, now: Timestamp, ask: &EraseRequest) -> DoorResult<Erasure> {
        self.core.erase(self.tx, now, ask)
    }

    fn forgetting(&mut self) -> DoorResult<Forgetting> {
        self.core.forgetting(self.tx)
    }

    fn holders(&mut self, now: Timestamp, record: &RecordId) -> DoorResult<Holders> {
        self.core.holders(self.tx, now, record)
    }

    fn withdraw_grid(&mut self, now: Timestamp, device: &KeyId, grid: &GridCode) -> DoorResult<()> {
        self.core.withdraw_grid(self.tx, now, device, grid)
    }

    fn erased(&mut self, now: Timestamp, body: &[u8]) -> DoorResult<()> {
        self.core.erased(self.tx, now, body)
    }

    fn blobs_orphaned(&mut self, now: Timestamp) -> DoorResult<Vec<BlobHash>> {
        let orphans = self.tx.orphan_blobs(now, 100)?;
        Ok(orphans.into_iter().map(|blob| blob.hash).collect())
    }

    fn blob_removed(&mut self, now: Timestamp, hash: &BlobHash) -> DoorResult<()> {
        if !self.tx.forget_blob(hash)? {
            // A record has begun to show it meanwhile.
            self.tx.want_blob_again(hash, now)?;
        }
        Ok(())
    }

    fn desk_command(
        &mut self,
        now: Timestamp,
        by: &Acting,
        command: &Command,
    ) -> DoorResult<CommandOutcome> {
        self.core.desk_command(self.tx, now, by, command)
    }

    fn unit_command(
        &mut self,
        now: Timestamp,
        by: &Acting,
        command: &Command,
    ) -> DoorResult<CommandOutcome> {
        self.core.unit_command(self.tx, now, by, command)
    }

    fn cases(&mut self, by: &Acting, filter: &CaseFilter) -> DoorResult<CasePage> {
        self.core.may_read(by)?;
        if let Some(state) = filter
            .state
            .as_deref()
            .filter(|state| !case_rows::is_state(state))
        {
            return Err(DoorError::Invalid {
                code: "state".into(),
                detail: format!("no state is called {state:?}"),
            });
        }
        case_rows::list(self.tx, &by.org, filter)
    }

    fn case(&mut self, by: &Acting, id: &RecordId) -> DoorResult<CaseDetail> {
        self.core.may_read(by)?;
        case_rows::find(self.tx, &by.org, id)
    }

    fn blob_state(&mut self, peer: &KeyId, hash: &BlobHash) -> DoorResult<BlobState> {
        self.core.blob_state(self.tx, peer, hash)
    }

    fn blob_readable(&mut self, peer: &KeyId, hash: &BlobHash) -> DoorResult<bool> {
        self.core.blob_readable(self.tx, peer, hash)
    }

    fn blob_visible(&mut self, by: &Acting, hash: &BlobHash) -> DoorResult<bool> {
        self.core.blob_visible(self.tx, by, hash)
    }

    fn blob_stored(&mut self, now: Timestamp, hash: &BlobHash, size: u64) -> DoorResult<()> {
        blobs::stored(self.tx, now, hash, size)
    }

    fn blob_lost(&mut self, now: Timestamp, hash: &BlobHash) -> DoorResult<()> {
        Ok(self.tx.want_blob_again(hash, now)?)
    }

    fn blobs_stored(&mut self, after: Option<&BlobHash>) -> DoorResult<Vec<(BlobHash, u64)>> {
        blobs::list_stored(self.tx, after)
    }

    fn tick(&mut self, now: Timestamp) -> DoorResult<Ticked> {
        self.core.tick(self.tx, now)
    }

    fn note(&mut self, key: &str) -> DoorResult<Option<Vec<u8>>> {
        Ok(self.tx.meta(&format!("note/{key}"))?)
    }

    fn set_note(&mut self, key: &str, value: Option<&[u8]>) -> DoorResult<()> {
        let name = format!("note/{key}");
        match value {
            Some(value) => self.tx.set_meta(&name, value)?,
            None => self.tx.remove_meta(&name)?,
        }
        Ok(())
    }

    fn notes(&mut self, prefix: &str) -> DoorResult<Vec<(String, Vec<u8>)>> {
        status::notes(self.tx, prefix)
    }

    fn status(&mut self, now: Timestamp) -> DoorResult<EngineStatus> {
        self.core.status(self.tx, now)
    }

    fn restored(&mut self, now: Timestamp) -> DoorResult<u64> {
        self.core.restored(self.tx, now)
    }

    fn declare_unreachable(&mut self, now: Timestamp, org: &OrgId) -> DoorResult<Vec<OrgId>> {
        self.core.declare_unreachable(self.tx, now, org)
    }
}

//! One grid's work on this device, without network, runtime or window. Clock readings come with
//! every call; the simulator runs this very engine.

mod carry;
mod drafts;
mod facts;
mod forgotten;
mod intent;
mod leave;
mod news;
mod notes;
mod outgoing;
mod packs;
mod people;
mod photos;
#[cfg(test)]
mod plans;
mod positions;
mod query;
mod recover;
mod register;
mod report;
mod rows;
mod save;
mod shifts;
mod steps;
mod sync;
mod texts;
mod tracks;
mod voices;
mod wish;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use linli_exchange::Reference;
use linli_exchange::enrolment::EnrolAnswer;
use linli_model::case::Rules;
use linli_model::{GridCode, KeyId, OrgId, RecordId, Scope, Timestamp};
use linli_store::{DbKey, Ledger, Module, Options, Profile, Reader, Tx};
use linli_trust::{Certificate, SigningKey};

use crate::env::{self, Random};
use crate::error::{DeviceError, Result};

pub use drafts::finishing;
pub use outgoing::PhotoToSend;
pub use packs::{PackInstall, PackWanted};
pub use people::By;
pub(crate) use positions::{metres, whole};
pub(crate) use query::page_of;
pub use query::{Counts, Looking, SyncView};
pub use recover::Refused;
pub use report::Saved;
pub use sync::{Exchange, Synced};
pub(crate) use tracks::KEPT_DAYS;

/// The device's own tables.
const DEVICE: Module = Module {
    name: "device",
    migrations: &[
        include_str!("engine/schema/0001_device.sql"),
        include_str!("engine/schema/0002_register.sql"),
        include_str!("engine/schema/0003_forgotten.sql"),
        include_str!("engine/schema/0004_work.sql"),
        include_str!("engine/schema/0005_voice.sql"),
        include_str!("engine/schema/0006_lists.sql"),
        include_str!("engine/schema/0007_voices_by_hash.sql"),
    ],
};

/// Raised whenever the same documents would give other rows.
const ROWS_VERSION: u64 = 4;
const ROWS: &str = "device/rows";

/// With what an engine is opened.
#[derive(Clone)]
pub struct EnginePlan {
    /// The device's key.
    pub key: Arc<SigningKey>,
    /// The grid whose file it is.
    pub grid: GridCode,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Program and version.
    pub app: String,
    /// The highest epoch that this device has ever written under in this grid: a file that was lost
    /// or set aside begins above it.
    pub last_epoch: u64,
}

/// One grid's ledger with everything that a handheld does to it.
pub struct Engine {
    ledger: Ledger,
    reference: RwLock<Option<Reference>>,
    plan: EnginePlan,
    /// Whether the server should name our chains: until the first exchange after a start is done.
    ask_chains: AtomicBool,
}

impl Engine {
    /// Opens or makes the grid's file.
    pub fn open(path: &Path, key: &DbKey, plan: EnginePlan) -> Result<Self> {
        let options = options(env::number(&*plan.random)?);
        Self::assemble(
            Ledger::open_with(path, key, Profile::Device, options)?,
            plan,
        )
    }

    /// An engine whose ledger lives in memory.
    pub fn open_in_memory(plan: EnginePlan) -> Result<Self> {
        let options = options(env::number(&*plan.random)?);
        Self::assemble(Ledger::open_in_memory(Profile::Device, options)?, plan)
    }

    fn assemble(ledger: Ledger, plan: EnginePlan) -> Result<Self> {
        let reference = ledger.read(Reference::load)?;
        let engine = Self {
            ledger,
            reference: RwLock::new(reference),
            plan,
            ask_chains: AtomicBool::new(true),
        };
        engine.prepare()?;
        Ok(engine)
    }

    /// Opens the epoch that counts, and derives rows again when their form has changed.
    fn prepare(&self) -> Result<()> {
        self.write(|tx| {
            if tx.meta_number("device/epoch_opened")? == 0 {
                if self.plan.last_epoch > 0 {
                    tx.open_epoch(self.plan.last_epoch)?;
                }
                tx.set_meta_number("device/epoch_opened", 1)?;
            }
            leave::stay(tx)?;
            let reference = self.reference_now();
            if tx.meta_number(ROWS)? == ROWS_VERSION {
                // A file that was put back still shows what the ledger has erased again.
                return match reference.as_ref() {
                    Some(reference) => forgotten::forget_rows(tx, reference, Timestamp(0)),
                    None => Ok(()),
                };
            }
            rows::rebuild(tx, reference.as_ref())?;
            tx.set_meta_number(ROWS, ROWS_VERSION)?;
            Ok(())
        })
    }

    /// Derives every row again, as a new version of the program does.
    pub fn rebuild_rows(&self) -> Result<()> {
        self.write(|tx| rows::rebuild(tx, self.reference_now().as_ref()))
    }

    /// Installs what the server gave at enrolment, judged at the server's time: this device's clock may
    /// be wrong by years.
    pub fn install(&self, answer: &EnrolAnswer) -> Result<()> {
        let installed = self.write(|tx| {
            let reference = answer.install(tx, answer.clock)?;
            let reference = reference.ok_or(DeviceError::Refused("enrolment".into()))?;
            let own = reference.certificates().find(&self.plan.key.id());
            let own = own.ok_or(DeviceError::Refused("enrolment".into()))?;
            if !own.grids.contains(&self.plan.grid) {
                return Err(DeviceError::Refused("enrolment".into()));
            }
            raise_epoch(tx, own.epoch)?;
            Ok(reference)
        })?;
        *self.reference_mut() = Some(installed);
        Ok(())
    }

    /// Whether a root of trust and an edition are here.
    pub fn is_enrolled(&self) -> bool {
        let reference = self.reference_now();
        reference
            .as_ref()
            .is_some_and(|known| known.newest().is_some())
    }

    /// The grid.
    pub fn grid(&self) -> &GridCode {
        &self.plan.grid
    }

    /// The device's key id.
    pub fn device(&self) -> KeyId {
        self.plan.key.id()
    }

    /// The epoch under which this device writes now.
    pub fn epoch(&self) -> Result<u64> {
        self.read(|reader| Ok(reader.epoch()?))
    }

    /// The ledger, for checks and exports.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Until when this device may work without hearing from a server.
    pub fn certificate_ends(&self) -> Result<Timestamp> {
        self.with_reference(|reference| {
            let own = reference.certificates().find(&self.device());
            Ok(own.ok_or(DeviceError::NotBound)?.not_after)
        })
    }

    /// The feeds of this grid.
    pub fn scopes(&self) -> [Scope; 3] {
        let grid = || self.plan.grid.clone();
        [
            Scope::Cases(grid()),
            Scope::Places(grid()),
            Scope::Register(grid()),
        ]
    }

    /// Asks something of the reference data.
    pub fn with_reference<T>(&self, ask: impl FnOnce(&Reference) -> Result<T>) -> Result<T> {
        let reference = self.reference_now();
        ask(reference.as_ref().ok_or(DeviceError::NotBound)?)
    }

    fn reference_now(&self) -> RwLockReadGuard<'_, Option<Reference>> {
        self.reference
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn reference_mut(&self) -> RwLockWriteGuard<'_, Option<Reference>> {
        self.reference
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn read<T>(&self, work: impl FnOnce(&Reader<'_>) -> Result<T>) -> Result<T> {
        self.ledger.read(work)
    }

    fn write<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.ledger.write(work)
    }

    /// After a transaction that was rolled back: what is in memory follows what is on the disk.
    fn reload_reference(&self) -> Result<()> {
        let loaded = self.ledger.read(Reference::load)?;
        *self.reference_mut() = loaded;
        Ok(())
    }
}

fn options(leap: u64) -> Options {
    Options {
        modules: vec![DEVICE],
        projectors: Vec::new(),
        leap,
    }
}

/// A certificate may ask for a higher epoch than the present one.
fn raise_epoch(tx: &mut Tx<'_>, wanted: u64) -> Result<Option<u64>> {
    if tx.epoch()? >= wanted {
        return Ok(None);
    }
    Ok(Some(tx.open_epoch(wanted.saturating_sub(1))?))
}

/// Where the device stands: its certificate, its community, and the server that certified it.
struct Place<'r> {
    certificate: &'r Certificate,
    rules: &'r Rules,
    server: &'r Certificate,
}

impl<'r> Place<'r> {
    fn of(reference: &'r Reference, key: &KeyId, now: Timestamp) -> Result<Self> {
        let store = reference.certificates();
        let certificate = store.find(key).ok_or(DeviceError::NotBound)?;
        let rules = reference.newest().ok_or(DeviceError::NotBound)?;
        let issuer = store
            .find(&certificate.issuer)
            .ok_or(DeviceError::NotBound)?;
        let server = store.desk_key(&issuer.org, now).unwrap_or(issuer);
        Ok(Self {
            certificate,
            rules,
            server,
        })
    }

    fn org(&self) -> &'r OrgId {
        &self.certificate.org
    }
}

/// Records by id, in one order.
type Records = BTreeSet<RecordId>;

//! The unlocked device: keys, the device's own database, one engine for each grid.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use linli_exchange::enrolment::EnrolAnswer;
use linli_model::{BlobHash, GridCode, RecordId, StaffId, Timestamp};
use linli_trust::SigningKey;
use linli_trust::pin::DataKey;

use super::store::DeviceStore;
use super::{APP, Parts};
use crate::dto::device::StaffDto;
use crate::engine::{By, Engine, EnginePlan};
use crate::error::{DeviceError, Result};
use crate::files;
use crate::net::ServerAddress;
use crate::vault::{Keys, db_key};

/// Everything that is open.
pub(super) struct Open {
    pub(super) key: Arc<SigningKey>,
    pub(super) store: DeviceStore,
    pub(super) server: ServerAddress,
    pub(super) engines: BTreeMap<GridCode, Arc<Engine>>,
    pub(super) staff: StaffId,
    pub(super) keys: Keys,
}

/// The file of a grid.
pub(super) fn grid_file(folder: &Path, grid: &GridCode) -> PathBuf {
    folder.join(format!("grid-{grid}.db"))
}

impl Open {
    /// Opens everything with the keys of a person.
    pub(super) fn new(
        folder: &Path,
        parts: &Parts,
        keys: Keys,
        staff: StaffId,
        now: Timestamp,
    ) -> Result<Self> {
        let store = DeviceStore::open(folder, &db_key(&keys.device)?)?;
        let key = Arc::new(store.key()?);
        let mut engines = BTreeMap::new();
        for (grid, data_key) in &keys.grids {
            let plan = plan(parts, &key, grid, &store)?;
            let engine = open_grid(folder, grid, data_key, plan, now)?;
            if !engine.is_enrolled() {
                let binding = store.enrolment()?.ok_or(DeviceError::NotBound)?;
                let answer = binding.opened_answer()?.ok_or(DeviceError::NotBound)?;
                engine.install(&answer)?;
            }
            store.note_epoch(grid, engine.epoch()?)?;
            engines.insert(grid.clone(), Arc::new(engine));
        }
        let server = store.server()?;
        Ok(Self {
            key,
            store,
            server,
            engines,
            staff,
            keys,
        })
    }

    /// The engine of the first grid: reports go there.
    pub(super) fn engine(&self) -> Result<&Arc<Engine>> {
        self.engines.values().next().ok_or(DeviceError::NotBound)
    }

    /// The engine that holds a case.
    pub(super) fn engine_of(&self, record: &RecordId) -> Result<&Arc<Engine>> {
        let holds = |engine: &&Arc<Engine>| engine.has_case(record).unwrap_or(false);
        self.engines
            .values()
            .find(holds)
            .ok_or(DeviceError::NotFound("case"))
    }

    /// The engine that has, or could ask for, a photo.
    pub(super) fn engine_with(&self, hash: &BlobHash) -> Result<&Arc<Engine>> {
        let knows = |engine: &&Arc<Engine>| {
            engine.photo(hash, true).is_ok_and(|found| found.is_some())
                || engine.is_photo_known(hash).unwrap_or(false)
        };
        self.engines
            .values()
            .find(knows)
            .ok_or(DeviceError::NotFound("photo"))
    }

    /// The signed-in person in the role that a grid gives.
    pub(super) fn by(&self, engine: &Engine, now: Timestamp) -> Result<By> {
        engine.sign_in(&self.staff, now)
    }

    /// Notes every engine's epoch, so that a lost file never leads to a number being used twice.
    pub(super) fn note_epochs(&self) -> Result<()> {
        for (grid, engine) in &self.engines {
            self.store.note_epoch(grid, engine.epoch()?)?;
        }
        Ok(())
    }

    /// People of all grids, each once.
    pub(super) fn people(&self, now: Timestamp) -> Result<Vec<StaffDto>> {
        let mut people: Vec<StaffDto> = Vec::new();
        for engine in self.engines.values() {
            for person in engine.people(now)? {
                if !people.iter().any(|known| known.id == person.id) {
                    people.push(person);
                }
            }
        }
        Ok(people)
    }
}

fn plan(
    parts: &Parts,
    key: &Arc<SigningKey>,
    grid: &GridCode,
    store: &DeviceStore,
) -> Result<EnginePlan> {
    Ok(EnginePlan {
        key: Arc::clone(key),
        grid: grid.clone(),
        random: Arc::clone(&parts.random),
        app: APP.to_owned(),
        last_epoch: store.epoch(grid)?,
    })
}

/// Opens a grid's file. A damaged one is set aside, never thrown away, and a new one begins: the
/// server brings back what it has, and what it has not lies in the file that was set aside.
fn open_grid(
    folder: &Path,
    grid: &GridCode,
    key: &DataKey,
    plan: EnginePlan,
    now: Timestamp,
) -> Result<Engine> {
    let path = grid_file(folder, grid);
    let db = db_key(key)?;
    match Engine::open(&path, &db, plan.clone()) {
        // The key came out of its wrap, so a file that it does not open is damaged.
        Err(
            error @ (DeviceError::Damaged(_)
            | DeviceError::Store(linli_store::StoreError::WrongKey)),
        ) => {
            tracing::error!(grid.code = %grid, %error, "a grid's file is damaged and set aside");
            set_aside(&path, now)?;
            Engine::open(&path, &db, plan)
        }
        other => other,
    }
}

fn set_aside(path: &Path, now: Timestamp) -> Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        let mut from = path.as_os_str().to_owned();
        from.push(suffix);
        let mut to = from.clone();
        to.push(format!(".damaged-{}", now.0));
        match std::fs::rename(&from, &to) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Makes the files of the grids that an answer names, in place of any that a broken try left.
pub(super) fn make_grids(
    folder: &Path,
    parts: &Parts,
    keys: &Keys,
    answer: &EnrolAnswer,
) -> Result<()> {
    let store = DeviceStore::open(folder, &db_key(&keys.device)?)?;
    let key = Arc::new(store.key()?);
    for (grid, data_key) in &keys.grids {
        remove_grid(folder, grid)?;
        let plan = plan(parts, &key, grid, &store)?;
        let engine = Engine::open(&grid_file(folder, grid), &db_key(data_key)?, plan)?;
        engine.install(answer)?;
        store.note_epoch(grid, engine.epoch()?)?;
    }
    Ok(())
}

/// Removes a grid's files.
pub(super) fn remove_grid(folder: &Path, grid: &GridCode) -> Result<()> {
    remove_database(&grid_file(folder, grid))
}

/// Removes the files of every grid, also such as were set aside.
pub(super) fn remove_grids(folder: &Path) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("grid-") {
            files::remove(&path)?;
        }
    }
    Ok(())
}

/// Removes a database with what lies beside it.
pub(super) fn remove_database(path: &Path) -> Result<()> {
    let beside = [
        ".tombstones-wal",
        ".tombstones-shm",
        ".tombstones",
        "-wal",
        "-shm",
        "",
    ];
    for suffix in beside {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        files::remove(Path::new(&name))?;
    }
    Ok(())
}

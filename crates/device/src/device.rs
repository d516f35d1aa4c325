//! The device as a shell holds it: what `ui/handheld/src/api/api.ts` says, in Rust.

mod carry;
mod carry_back;
mod carry_file;
mod carry_notes;
mod commands;
mod diagnose;
mod door;
mod driver;
mod enrol;
mod erase;
mod exchange;
mod files_lane;
mod inspect;
mod lane;
mod messages;
mod open;
mod packs;
mod patrol;
mod queries;
mod register;
mod store;
mod tracking;
mod voices;
mod wake_line;

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use linli_model::{RecordId, Timestamp};
use linli_trust::pin::{StretchParams, UnlockSecret};
use tokio::sync::{Notify, broadcast};

use crate::binding::Binding;
use crate::dto::change_set::{ChangeSet, Noun};
use crate::env::{Clock, Random, SystemClock, SystemRandom};
use crate::error::{DeviceError, Result};
use crate::face::FaceFile;
use crate::files;
use crate::net::http::Https;
use crate::net::{Connect, Machine, SystemMachine};
use crate::position::PositionSource;
use crate::vault::Vault;

use lane::Lane;
use open::Open;
use tracking::Tracking;

pub use enrol::BindingStep;
pub use exchange::SyncRun;
pub use inspect::{GridInspection, Inspection};
pub use queries::PhotoSize;

/// Program and version as servers see it.
pub const APP: &str = concat!("linli-handheld/", env!("CARGO_PKG_VERSION"));
/// Change notices that a slow listener may be behind before it misses some.
const NOTICES: usize = 256;

/// What a device is made of. The defaults are the real ones.
#[derive(Clone)]
pub struct Parts {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// How lines to servers are made.
    pub connect: Arc<dyn Connect>,
    /// Network, battery, disk.
    pub machine: Arc<dyn Machine>,
    /// Where the device is.
    pub position: Option<Arc<dyn PositionSource>>,
    /// The cost of one guess of a passphrase.
    pub stretch: StretchParams,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            connect: Arc::new(Https),
            machine: Arc::new(SystemMachine::default()),
            position: None,
            stretch: StretchParams::DEFAULT,
        }
    }
}

/// A handheld in one folder.
pub struct Device {
    folder: PathBuf,
    parts: Parts,
    state: Mutex<State>,
    lane: Mutex<Lane>,
    tracking: Mutex<Option<Tracking>>,
    changes: broadcast::Sender<ChangeSet>,
    /// Something is to be sent or fetched now.
    hurry: Notify,
    /// One exchange at a time.
    line: tokio::sync::Mutex<()>,
    /// The server's clock minus ours, for signing.
    offset_ms: Arc<AtomicI64>,
}

struct State {
    face: FaceFile,
    vault: Option<Vault>,
    binding: Option<Binding>,
    /// The chosen secret, between binding and the server's answer.
    secret: Option<UnlockSecret>,
    open: Option<Arc<Open>>,
}

impl Device {
    /// Opens a device's folder, which is made when it is not there. The device is locked or not
    /// bound yet.
    pub fn open(
        folder: &Path,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Arc<Self>> {
        let parts = Parts {
            clock,
            random,
            ..Parts::default()
        };
        Self::open_with(folder, parts)
    }

    /// The same with other parts.
    pub fn open_with(folder: &Path, parts: Parts) -> Result<Arc<Self>> {
        files::make_folder(folder)?;
        let state = State {
            face: FaceFile::load(folder)?,
            vault: Vault::load(folder, parts.stretch)?,
            binding: Binding::load(folder)?,
            secret: None,
            open: None,
        };
        let (changes, _) = broadcast::channel(NOTICES);
        let device = Self {
            folder: folder.to_owned(),
            parts,
            state: Mutex::new(state),
            lane: Mutex::default(),
            tracking: Mutex::default(),
            changes,
            hurry: Notify::new(),
            line: tokio::sync::Mutex::new(()),
            offset_ms: Arc::default(),
        };
        device.finish_erasing()?;
        Ok(Arc::new(device))
    }

    /// Every change from now on. A listener that is too slow is told that it missed some and reads
    /// everything again.
    pub fn on_change(&self) -> broadcast::Receiver<ChangeSet> {
        self.changes.subscribe()
    }

    fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lane(&self) -> MutexGuard<'_, Lane> {
        self.lane.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tracking(&self) -> MutexGuard<'_, Option<Tracking>> {
        self.tracking.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The open device, for whoever is signed in.
    fn opened(&self) -> Result<Arc<Open>> {
        let state = self.state();
        if state.face.get().is_barred {
            return Err(DeviceError::Barred);
        }
        state.open.clone().ok_or(DeviceError::Locked)
    }

    /// Tells listeners what changed. Nobody may listen.
    fn tell(&self, nouns: &[Noun], cases: impl IntoIterator<Item = RecordId>) {
        let change = ChangeSet {
            nouns: nouns.to_vec(),
            cases: cases.into_iter().map(|record| record.to_string()).collect(),
        };
        let _ = self.changes.send(change);
    }

    /// Where the device is, when a receiver knows.
    fn here(&self) -> Option<(f64, f64)> {
        let fix = self.parts.position.as_ref()?.newest()?;
        Some((fix.lon, fix.lat))
    }
}

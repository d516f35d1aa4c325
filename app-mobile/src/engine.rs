//! Opens the engine and lets it run beside the window.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;

use linli_device::dto::change_set::{CHANGE_EVENT, ChangeSet, Noun};
use linli_device::position::{Gpsd, PositionSource};
use linli_device::{Clock as _, Device, Parts, SystemClock};
use tauri::{AppHandle, Emitter as _, Manager as _};
use tokio::sync::broadcast::error::RecvError;

use crate::folder;

/// The variable with gpsd's address; `off` for a machine without a receiver.
const GPSD: &str = "LINLI_GPSD";
/// Where gpsd listens when nobody changed it.
const USUAL_GPSD: &str = "127.0.0.1:2947";

/// Opens the engine's folder; it is locked or not bound yet.
pub(crate) fn open(app: &AppHandle) -> Result<Arc<Device>, Box<dyn Error>> {
    let folder = match folder::chosen() {
        Some(folder) => folder,
        None => app.path().app_data_dir()?.join(folder::NAME),
    };
    Ok(Device::open_with(&folder, parts(app)?)?)
}

#[cfg(not(target_os = "android"))]
fn parts(_: &AppHandle) -> Result<Parts, Box<dyn Error>> {
    Ok(Parts {
        position: position()?,
        ..Parts::default()
    })
}

/// A phone has no gpsd, and its kernel does not tell a program about network and battery.
#[cfg(target_os = "android")]
fn parts(app: &AppHandle) -> Result<Parts, Box<dyn Error>> {
    let field = app.state::<crate::field::android::Phone>().field.clone();
    Ok(Parts {
        position: Some(field.clone()),
        machine: field,
        ..Parts::default()
    })
}

#[cfg(not(target_os = "android"))]
fn position() -> Result<Option<Arc<dyn PositionSource>>, Box<dyn Error>> {
    let address = std::env::var(GPSD).unwrap_or_else(|_| USUAL_GPSD.to_owned());
    if address == "off" {
        return Ok(None);
    }
    let address: SocketAddr = address.parse()?;
    let gpsd = Gpsd::watch(address, || SystemClock.now())?;
    Ok(Some(Arc::new(gpsd)))
}

/// Lets the engine talk to its server, and the screens hear of every change.
pub(crate) fn start(app: &AppHandle, device: Arc<Device>) {
    tauri::async_runtime::spawn(tell_screens(app.clone(), device.clone()));
    tauri::async_runtime::spawn(device.run());
}

async fn tell_screens(app: AppHandle, device: Arc<Device>) {
    let mut changes = device.on_change();
    loop {
        let change = match changes.recv().await {
            Ok(change) => change,
            Err(RecvError::Lagged(_)) => everything(),
            Err(RecvError::Closed) => return,
        };
        #[cfg(target_os = "android")]
        crate::field::android::follow_track(&app, &app.state::<Arc<Device>>(), &change);
        if let Err(error) = app.emit(CHANGE_EVENT, change) {
            tracing::warn!(%error, "the screens did not hear of a change");
        }
    }
}

/// Said when notices were missed: read all of it again.
fn everything() -> ChangeSet {
    ChangeSet {
        nouns: vec![
            Noun::Device,
            Noun::FirstSync,
            Noun::Sync,
            Noun::Outbox,
            Noun::Cases,
            Noun::Reference,
            Noun::Register,
            Noun::Patrol,
        ],
        cases: Vec::new(),
    }
}

//! The driver: binds, syncs and listens while the program lives.

use std::sync::Arc;
use std::time::Duration;

use linli_sync::backoff::Backoff;

use super::Device;
use super::enrol::BindingStep;
use super::open::Open;
use crate::env;
use crate::error::{DeviceError, Result};

/// A binding that waits for a person is asked about so often.
const BINDING: Duration = Duration::from_secs(3);
/// Without any sign a run follows after so long: what the wake line missed is fetched then.
const QUIET: Duration = Duration::from_mins(5);
/// While the device is locked or not bound it is looked at so often; a hurry comes at once.
const IDLE: Duration = Duration::from_mins(1);

impl Device {
    /// Runs for as long as the future is polled: a shell spawns it once. Saves, [`Device::sync_now`]
    /// and the server's wake line start a run at once; failures are repeated with growing delays.
    pub async fn run(self: Arc<Self>) {
        loop {
            let pause = self.step().await;
            tokio::select! {
                () = self.hurry.notified() => {}
                () = self.listening() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Asks for an exchange now.
    pub fn sync_now(&self) -> Result<()> {
        self.opened()?;
        self.lane().retry_at = None;
        self.hurry.notify_one();
        Ok(())
    }

    /// One step of the driver; answers how long to pause.
    async fn step(&self) -> Duration {
        match self.advance_binding().await {
            Ok(BindingStep::Waiting | BindingStep::NoNetwork) => return BINDING,
            Ok(BindingStep::Nothing | BindingStep::Refused | BindingStep::Done) => {}
            Err(error) => {
                tracing::error!(%error, "the binding cannot go on");
                return IDLE;
            }
        }
        if self.opened().is_err() {
            return IDLE;
        }
        match self.sync_once().await {
            Ok(_) => QUIET,
            Err(DeviceError::Locked | DeviceError::Barred) => IDLE,
            Err(error) => {
                tracing::debug!(%error, "the run is repeated");
                self.next_run_in(self.now()).unwrap_or(QUIET).min(QUIET)
            }
        }
    }

    /// Listens on the wake line while the last run worked; a line that breaks is opened again with
    /// growing delays. Never ends by itself: events ask for a run through the hurry.
    async fn listening(&self) {
        let mut failures = 0u32;
        loop {
            let open: Option<Arc<Open>> = self.opened().ok();
            let is_connected = self.lane().is_connected;
            let Some(open) = open.filter(|_| is_connected) else {
                return std::future::pending().await;
            };
            if let Err(error) = self.listen(&open).await {
                tracing::debug!(%error, "the wake line broke");
            }
            drop(open);
            failures = failures.saturating_add(1);
            let random = env::number(&*self.parts.random).unwrap_or(0);
            tokio::time::sleep(Backoff::USUAL.delay(failures, random)).await;
        }
    }
}

//! The driver: binds, syncs and listens while the program lives.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use linli_sync::backoff::Backoff;
use tokio::sync::Notify;

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
    ///
    /// The wake line stands beside the runs: what happens at the server during a run asks for the next.
    pub async fn run(self: Arc<Self>) {
        let connected = Notify::new();
        let mut line = pin!(self.listening(&connected));
        let mut track = pin!(self.keep_track());
        loop {
            let pause = tokio::select! {
                pause = self.step() => pause,
                never = &mut line => match never {},
                never = &mut track => match never {},
            };
            if self.may_listen().is_some() {
                connected.notify_one();
            } else {
                // A line holds the keys of an open device: it goes when they have to.
                line.set(self.listening(&connected));
            }
            tokio::select! {
                () = self.hurry.notified() => {}
                () = tokio::time::sleep(pause) => {}
                never = &mut line => match never {},
                never = &mut track => match never {},
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
        if let Err(error) = self.hand_in_proofs().await {
            tracing::debug!(%error, "a proof of erasure could not be handed in yet");
        }
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

    /// Listens on the wake line once the last run worked; a line that breaks is opened again with
    /// growing delays. Events ask for a run through the hurry.
    async fn listening(&self, connected: &Notify) -> Infallible {
        let mut failures = 0u32;
        loop {
            let Some(open) = self.may_listen() else {
                connected.notified().await;
                continue;
            };
            if let Err(error) = self.listen(&open, &mut failures).await {
                tracing::debug!(%error, "the wake line broke");
            }
            drop(open);
            failures = failures.saturating_add(1);
            let random = env::number(&*self.parts.random).unwrap_or(0);
            tokio::time::sleep(Backoff::USUAL.delay(failures, random)).await;
        }
    }

    /// The open device, when its server answered last.
    fn may_listen(&self) -> Option<Arc<Open>> {
        let open = self.opened().ok();
        open.filter(|_| self.lane().is_connected)
    }
}

//! Talking to the server: exchanges, then photos, then the heartbeat.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use linli_model::{KeyId, RecordId, Timestamp};
use linli_sync::Code;
use linli_sync::backoff::Backoff;
use linli_sync::code::Retry;
use linli_sync::heartbeat::ManifestReply;
use linli_trust::PublicKey;

use super::open::Open;
use super::{Device, lane};
use crate::dto::change_set::Noun;
use crate::engine::{Engine, Exchange, Synced};
use crate::env;
use crate::error::{DeviceError, Result};
use crate::net::{Call, Method, Refusal, Reply, SignedLine, TransportError};

const EXCHANGE: &str = "/sync/v1/exchange";
const HEARTBEAT: &str = "/sync/v1/heartbeat";
/// Exchanges in one run: a device that was away for weeks still ends.
const MOST_ROUNDS: u32 = 1_000;
/// Packs are asked for so often in one run: at its beginning, and after what the server said.
const MOST_PACK_ROUNDS: u32 = 3;
/// A heartbeat that says nothing new is due after 15 minutes (README decision 21).
const HEARTBEAT_MS: i64 = 15 * 60 * 1000;
/// The delay that a server's own wish may not exceed: one hour.
const LONGEST_WISH_S: u32 = 3_600;

/// What a run led to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncRun {
    /// Exchanges that were complete.
    pub exchanges: u32,
    /// Records that changed here.
    pub changed: u32,
    /// Photos that were sent.
    pub photos_sent: u32,
    /// Bytes of answers.
    pub received_bytes: u64,
}

/// Why a run stopped.
#[derive(Debug)]
pub(super) enum Stop {
    Line(TransportError),
    Refused(Refusal),
    /// The server's error frame inside an answer.
    Failed(Code, Option<u32>),
    Here(DeviceError),
}

impl From<DeviceError> for Stop {
    fn from(error: DeviceError) -> Self {
        if let DeviceError::Transport(error) = error {
            Self::Line(error)
        } else {
            Self::Here(error)
        }
    }
}

impl From<TransportError> for Stop {
    fn from(error: TransportError) -> Self {
        Self::Line(error)
    }
}

impl Device {
    /// One run: sends and fetches everything that can move now. An error says why the rest waits; it
    /// is tried again by [`Device::run`].
    pub async fn sync_once(&self) -> Result<SyncRun> {
        let _line = self.line.lock().await;
        let open = self.opened()?;
        let mut run = SyncRun::default();
        self.begin_run(&open)?;
        let stopped = self.run_all(&open, &mut run).await;
        self.end_run(&open, &run)?;
        match stopped {
            Ok(()) => {
                self.lane().worked();
                self.tell(&[Noun::Sync, Noun::Outbox], []);
                Ok(run)
            }
            Err(stop) => {
                let error = self.stopped(&open, stop).await?;
                if matches!(error, DeviceError::Locked) {
                    // It may just have erased something: the driver tries again if this fails.
                    if let Err(error) = self.hand_in_proofs().await {
                        tracing::info!(%error, "a proof of erasure could not be handed in yet");
                    }
                }
                Err(error)
            }
        }
    }

    fn begin_run(&self, open: &Open) -> Result<()> {
        let mut texts = 0;
        let mut photos = 0usize;
        for engine in open.engines.values() {
            texts += engine.counts()?.unsent;
            photos += engine.photos_to_send()?.len();
        }
        let mut lane = self.lane();
        lane.sent_count = 0;
        lane.sending_count = texts.saturating_add(u32::try_from(photos).unwrap_or(u32::MAX));
        lane.view.is_sending = texts > 0;
        drop(lane);
        if texts > 0 {
            self.tell(&[Noun::Sync, Noun::Outbox, Noun::Cases], []);
        }
        Ok(())
    }

    fn end_run(&self, open: &Open, run: &SyncRun) -> Result<()> {
        let mut lane = self.lane();
        lane.view.is_sending = false;
        lane.view.sending_photo = None;
        lane.received_bytes = lane.received_bytes.saturating_add(run.received_bytes);
        drop(lane);
        open.note_epochs()?;
        for engine in open.engines.values() {
            engine.compact(false)?;
            engine.forget_shifts(self.now())?;
        }
        // The device may have been locked or wiped meanwhile.
        match self.count_waiting() {
            Err(DeviceError::Locked | DeviceError::Barred) => Ok(()),
            other => other,
        }
    }

    async fn run_all(&self, open: &Arc<Open>, run: &mut SyncRun) -> Result<(), Stop> {
        for engine in open.engines.values() {
            let line = self.signed_line(open, engine)?;
            self.exchange_all(open, engine, &line, run).await?;
        }
        for engine in open.engines.values() {
            let line = self.signed_line(open, engine)?;
            self.send_photos(open, engine, &line, run).await?;
        }
        self.heartbeat(open, false).await
    }

    /// A line whose requests are signed with the device's key.
    pub(super) fn signed_line(&self, open: &Open, engine: &Arc<Engine>) -> Result<SignedLine> {
        let (audience, _) = engine.server(self.now())?;
        let knows = Arc::clone(engine);
        let find_key = move |id: &KeyId| -> Option<PublicKey> {
            let found = knows
                .with_reference(|reference| Ok(reference.certificates().public_key(id).copied()));
            found.ok().flatten()
        };
        Ok(SignedLine {
            connection: self.parts.connect.connect(&open.server)?,
            audience,
            key: Arc::clone(&open.key),
            clock: Arc::clone(&self.parts.clock),
            random: Arc::clone(&self.parts.random),
            find_key: Arc::new(find_key),
            offset_ms: Arc::clone(&self.offset_ms),
        })
    }

    async fn exchange_all(
        &self,
        open: &Open,
        engine: &Arc<Engine>,
        line: &SignedLine,
        run: &mut SyncRun,
    ) -> Result<(), Stop> {
        let mut packs_asked = 0;
        for _ in 0..MOST_ROUNDS {
            if packs_asked < MOST_PACK_ROUNDS && !engine.packs_wanted(self.now())?.is_empty() {
                let has_lease = engine.may_show_households(self.now())?;
                if engine.counts()?.unsent > 0 || !has_lease {
                    // What a person wrote goes first, whatever the pack costs; and without a lease nothing
                    // of a register that is here already could be shown.
                    let push = engine.begin_push(self.now())?;
                    let pushed = self.exchange(engine, line, push).await?;
                    self.take_round(open, engine, &pushed, run)?;
                    if pushed.more {
                        continue;
                    }
                }
                packs_asked += 1;
                self.fetch_packs(engine, line, run).await?;
            }
            let pull = engine.begin_sync(self.now())?;
            let synced = self.exchange(engine, line, pull).await?;
            self.take_round(open, engine, &synced, run)?;
            if !synced.more {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Notes what an exchange did, and obeys it.
    fn take_round(
        &self,
        open: &Open,
        engine: &Arc<Engine>,
        synced: &Synced,
        run: &mut SyncRun,
    ) -> Result<(), Stop> {
        run.exchanges += 1;
        run.received_bytes = run.received_bytes.saturating_add(synced.received_bytes);
        run.changed = run
            .changed
            .saturating_add(u32::try_from(synced.records.len()).unwrap_or(u32::MAX));
        engine.photos_wanted(&synced.wanted)?;
        self.tell_synced(synced);
        for order in &synced.wipes {
            if self.obey(open, order)? {
                return Err(Stop::Here(DeviceError::Locked));
            }
        }
        match &synced.failed {
            Some(error) => Err(Stop::Failed(error.code, error.retry_after_s)),
            None => Ok(()),
        }
    }

    pub(super) fn tell_synced(&self, synced: &Synced) {
        if synced.has_reference {
            self.tell(&[Noun::Reference, Noun::Device], []);
        }
        let records: Vec<RecordId> = synced.records.iter().copied().collect();
        self.tell(
            &[
                Noun::Cases,
                Noun::Outbox,
                Noun::Sync,
                Noun::FirstSync,
                Noun::Register,
            ],
            records,
        );
    }

    /// One exchange: the body goes out, the answer is applied piece by piece as it comes.
    async fn exchange(
        &self,
        engine: &Arc<Engine>,
        line: &SignedLine,
        mut exchange: Exchange,
    ) -> Result<Synced, Stop> {
        let call = Call::new(Method::Post, EXCHANGE, std::mem::take(&mut exchange.body))
            .with("content-type", "application/cbor");
        match self.answer(engine, line, &call, &mut exchange).await {
            Ok(()) => Ok(engine.end_sync(exchange, self.now())?),
            Err(stop) => {
                let arrived = matches!(&stop, Stop::Line(error) if error.may_have_arrived());
                engine.fail_sync(&exchange, arrived, self.now())?;
                Err(stop)
            }
        }
    }

    async fn answer(
        &self,
        engine: &Arc<Engine>,
        line: &SignedLine,
        call: &Call,
        exchange: &mut Exchange,
    ) -> Result<(), Stop> {
        let mut answer = match line.send(call).await? {
            Reply::Answer(answer) => answer,
            Reply::Refused(refusal) => return Err(Stop::Refused(refusal)),
        };
        while let Some(piece) = answer.piece().await? {
            engine.apply_sync(exchange, &piece, self.now())?;
        }
        Ok(())
    }

    /// Says what this device still holds. A failure to say so is no failure of the run.
    async fn heartbeat(&self, open: &Arc<Open>, is_failure: bool) -> Result<(), Stop> {
        let now = self.now();
        let counts = self.counts()?;
        let says = (counts.waiting, counts.needs_you);
        let is_due = {
            let lane = self.lane();
            let last = lane.heartbeat_at;
            let is_old = last.is_none_or(|at| now.ms_since(at).abs() >= HEARTBEAT_MS);
            is_old || is_failure || lane.heartbeat_of != Some(says)
        };
        if !is_due {
            return Ok(());
        }
        let engine = open.engine()?;
        let machine = &self.parts.machine;
        let free = machine.free_bytes(&self.folder).unwrap_or(0) / (1024 * 1024);
        let known = (
            machine.power().map(|power| power.percent),
            u32::try_from(free).unwrap_or(u32::MAX),
        );
        let manifest = engine.manifest(&self.view()?, known, now)?;
        let body = manifest
            .encode()
            .map_err(|error| DeviceError::Exchange(error.into()))?;
        let line = self.signed_line(open, engine)?;
        let call =
            Call::new(Method::Post, HEARTBEAT, body).with("content-type", "application/cbor");
        match line.send(&call).await? {
            Reply::Answer(mut answer) => {
                let bytes = answer.read(4_096).await?;
                if let Ok(reply) = ManifestReply::decode(&bytes)
                    && reply.wake
                {
                    self.hurry.notify_one();
                }
                let mut state = self.lane();
                state.heartbeat_at = Some(now);
                state.heartbeat_of = Some(says);
            }
            Reply::Refused(refusal) => {
                tracing::debug!(code = refusal.code, "the heartbeat was not taken");
            }
        }
        Ok(())
    }

    /// Notes why a run stopped, and when the next one is due.
    async fn stopped(&self, open: &Arc<Open>, stop: Stop) -> Result<DeviceError> {
        let now = self.now();
        let counts = self.counts();
        let has_danger = counts.is_ok_and(|counts| counts.has_danger);
        let backoff = if has_danger {
            Backoff::DANGER
        } else {
            Backoff::USUAL
        };
        let random = env::number(&*self.parts.random)?;
        let failures = self.lane().failures.saturating_add(1);
        let named = match &stop {
            Stop::Refused(refusal) => refusal.retry_after_s,
            Stop::Failed(_, named) => *named,
            Stop::Line(_) | Stop::Here(_) => None,
        };
        let delay = match named {
            Some(seconds) => {
                let named = Duration::from_secs(u64::from(seconds.min(LONGEST_WISH_S)));
                backoff.after(named, random)
            }
            None => backoff.delay(failures, random),
        };
        let delay_ms = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX);
        let retry_at = now.plus_ms(delay_ms);
        let offset = self.offset_ms.load(Ordering::Relaxed);
        let (wait, error) = match stop {
            Stop::Line(error) => (lane::of_transport(&error, retry_at), error.into()),
            Stop::Refused(refusal) => {
                self.note_refusal(&refusal)?;
                let wait = lane::of_refusal(&refusal, offset, retry_at);
                (wait, DeviceError::Refused(refusal.code))
            }
            Stop::Failed(code, _) => {
                let status = match code.retry() {
                    Retry::Later => 503,
                    Retry::AfterClock | Retry::AfterPerson => 401,
                    Retry::Never => 400,
                };
                let refusal = Refusal {
                    status,
                    code: code.name().to_owned(),
                    retry_after_s: None,
                };
                self.note_refusal(&refusal)?;
                let wait = lane::of_refusal(&refusal, offset, retry_at);
                (wait, DeviceError::Refused(refusal.code))
            }
            Stop::Here(error @ (DeviceError::Locked | DeviceError::Barred)) => return Ok(error),
            Stop::Here(error) => {
                let unreachable = TransportError::Unreachable(error.to_string());
                (lane::of_transport(&unreachable, retry_at), error)
            }
        };
        {
            let mut lane = self.lane();
            lane.failed(wait);
            lane.retry_at = Some(retry_at);
        }
        tracing::info!(%error, failures, retry_at = retry_at.0, "a run stopped; it is tried again");
        // What has not arrived is declared, if the line allows at least that.
        if failures == 1 && self.state().open.is_some() {
            let _ = self.heartbeat(open, true).await;
        }
        self.tell(&[Noun::Sync, Noun::Outbox, Noun::Cases], []);
        Ok(error)
    }

    /// A revoked key bars the device; nothing is erased without a signed order.
    fn note_refusal(&self, refusal: &Refusal) -> Result<()> {
        let code = refusal.code.to_ascii_uppercase();
        if matches!(code.as_str(), "REVOKED" | "SIGNER_REVOKED") {
            let mut state = self.state();
            state.face.change(|face| face.is_barred = true)?;
            state.open = None;
            drop(state);
            self.tell(&[Noun::Device], []);
        }
        Ok(())
    }

    /// When the next run is due.
    pub(super) fn next_run_in(&self, now: Timestamp) -> Option<Duration> {
        let at = self.lane().retry_at?;
        Some(Duration::from_millis(
            u64::try_from(at.ms_since(now)).unwrap_or(0),
        ))
    }
}

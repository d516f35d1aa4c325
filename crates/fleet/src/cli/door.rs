//! Binding, unlocking, syncing.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use linli_device::dto::device::{BindInput, BindingStage, DeviceState, DeviceStatus, UnlockInput};
use linli_device::dto::sync::{SyncStatus, WaitReason};
use linli_device::{BindingStep, Clock, Device, DeviceError, Parts, SystemClock};
use linli_model::Timestamp;
use serde::Serialize;
use tokio::time::{Instant, sleep};

use super::Common;
use super::answer::{Failure, Output};

/// How often the server is asked while it waits for a person.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// `enrol`.
#[derive(Debug, Args)]
pub(super) struct Enrol {
    /// The ticket's text, or CODE@https://server.
    ticket: Option<String>,
    /// The same, for scripts that name everything.
    #[arg(long = "ticket", env = "LINLI_TICKET", conflicts_with = "ticket")]
    named_ticket: Option<String>,
    /// Seconds to wait for the administrator, or for the network. Without it one step is done: call
    /// again until no check code is answered any more.
    #[arg(long, default_value_t = 0)]
    wait: u64,
}

/// `sync`.
#[derive(Debug, Args)]
pub(super) struct Sync {
    /// Tries again with growing delays for so many seconds when it fails.
    #[arg(long, default_value_t = 0)]
    retry: u64,
}

/// Opens the folder, locked.
pub(super) fn open(common: &Common) -> Result<Arc<Device>, Failure> {
    let parts = Parts {
        clock: Arc::new(WrongClock {
            offset_ms: common.clock_offset.saturating_mul(1_000),
        }),
        ..Parts::default()
    };
    Ok(Device::open_with(&common.folder, parts)?)
}

/// The machine's clock, off by a constant.
struct WrongClock {
    offset_ms: i64,
}

impl Clock for WrongClock {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus_ms(self.offset_ms)
    }
}

/// Opens the folder and unlocks it.
pub(super) fn unlocked(common: &Common) -> Result<Arc<Device>, Failure> {
    let device = open(common)?;
    let status = device.status()?;
    if status.state == DeviceState::Unbound || status.state == DeviceState::Confirming {
        return Err(DeviceError::NotBound.into());
    }
    unlock(common, &device)?;
    Ok(device)
}

fn unlock(common: &Common, device: &Device) -> Result<(), Failure> {
    let status = device.status()?;
    let staff = match (&common.staff, status.staff.as_slice()) {
        (Some(staff), _) => staff.clone(),
        (None, [only]) => only.id.clone(),
        (None, all) => {
            let names: Vec<&str> = all.iter().map(|person| person.id.as_str()).collect();
            let names = names.join(", ");
            return Err(Failure::Usage(format!(
                "say who works with --staff: {names}"
            )));
        }
    };
    let secret = passphrase(common)?;
    Ok(device.unlock(&UnlockInput { staff, secret })?)
}

fn passphrase(common: &Common) -> Result<String, Failure> {
    let given = common.passphrase.clone();
    given.ok_or_else(|| {
        Failure::Usage("give the passphrase with --passphrase or LINLI_SECRET".into())
    })
}

/// What `enrol` answers: the device's status, and the check code while a person has to compare it.
#[derive(Debug, Serialize)]
struct Enrolled {
    #[serde(skip_serializing_if = "Option::is_none")]
    check_code: Option<String>,
    #[serde(flatten)]
    status: DeviceStatus,
}

pub(super) async fn enrol(
    common: &Common,
    enrol: &Enrol,
    output: &mut Output,
) -> Result<(), Failure> {
    let device = open(common)?;
    let given = enrol.ticket.clone().or_else(|| enrol.named_ticket.clone());
    let refused = refusal_of(&device)?;
    if device.status()?.state == DeviceState::Unbound || refused.is_some() {
        if let (Some(refused), None) = (refused, &given) {
            return Err(refused);
        }
        let ticket = given.ok_or_else(|| Failure::Usage("give the ticket".into()))?;
        let secret = passphrase(common)?;
        device.bind(&BindInput { ticket, secret })?;
    }
    let end = Instant::now() + Duration::from_secs(enrol.wait);
    let mut has_said = false;
    let step = loop {
        let step = device.advance_binding().await?;
        let check_code = device
            .status()?
            .binding
            .and_then(|binding| binding.check_code);
        match step {
            BindingStep::Done | BindingStep::Nothing => break step,
            BindingStep::Refused => {
                return Err(refusal_of(&device)?.unwrap_or(Failure::TicketSpent));
            }
            BindingStep::Waiting | BindingStep::NoNetwork if Instant::now() >= end => break step,
            BindingStep::Waiting | BindingStep::NoNetwork => {}
        }
        if let (Some(code), false) = (check_code, has_said) {
            output.say(&format!("check code {code}: read it to the administrator"))?;
            has_said = true;
        }
        sleep(ASK_AGAIN).await;
    };
    if step == BindingStep::NoNetwork {
        return Err(Failure::NotBoundYet("the server cannot be reached"));
    }
    // The answer came to another run of this program than the one that chose the passphrase.
    if device.status()?.state == DeviceState::Locked {
        unlock(common, &device)?;
    }
    let status = device.status()?;
    let check_code = status
        .binding
        .as_ref()
        .and_then(|binding| binding.check_code.clone());
    let answer = Enrolled { check_code, status };
    output.answer(&answer, || {
        let status = &answer.status;
        if let Some(code) = &answer.check_code {
            return vec![format!(
                "check code {code}: read it to the administrator, then call again"
            )];
        }
        let grid = status.grid.as_ref().map_or("-", |grid| grid.code.as_str());
        let staff: Vec<&str> = status
            .staff
            .iter()
            .map(|person| person.id.as_str())
            .collect();
        vec![format!(
            "bound: device {}, grid {grid}, staff {}",
            status.device_name.as_deref().unwrap_or("-"),
            staff.join(", ")
        )]
    })
}

/// Why the server did not take the ticket, when it did not.
fn refusal_of(device: &Device) -> Result<Option<Failure>, Failure> {
    let binding = device.status()?.binding;
    let refused = binding.filter(|binding| binding.stage == BindingStage::Refused);
    Ok(refused.map(|binding| match binding.reason {
        Some(reason) if reason.code == "spent" => Failure::TicketSpent,
        Some(_) | None => Failure::WrongServer,
    }))
}

pub(super) fn status(common: &Common, output: &mut Output) -> Result<(), Failure> {
    let status = open(common)?.status()?;
    output.answer(&status, || {
        vec![
            format!("state    {}", word(&status.state)),
            format!("device   {}", status.device_name.as_deref().unwrap_or("-")),
            format!(
                "grid     {}",
                status.grid.as_ref().map_or("-", |grid| grid.code.as_str())
            ),
            format!("waiting  {}", status.waiting_count),
        ]
    })
}

/// What `sync` answers.
#[derive(Debug, Serialize)]
struct Synced {
    exchanges: u32,
    changed: u32,
    photos_sent: u32,
    received_bytes: u64,
    status: SyncStatus,
}

pub(super) async fn sync(common: &Common, sync: &Sync, output: &mut Output) -> Result<(), Failure> {
    let device = unlocked(common)?;
    let end = Instant::now() + Duration::from_secs(sync.retry);
    let mut pause = Duration::from_millis(500);
    let run = loop {
        match device.sync_once().await {
            Ok(run) => break run,
            Err(DeviceError::Barred) => return Err(DeviceError::Barred.into()),
            Err(error) if Instant::now() >= end => return Err(stopped(&device, error)),
            Err(_) => {
                sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(10));
            }
        }
    };
    let answer = Synced {
        exchanges: run.exchanges,
        changed: run.changed,
        photos_sent: run.photos_sent,
        received_bytes: run.received_bytes,
        status: device.sync_status()?,
    };
    output.answer(&answer, || {
        vec![format!(
            "synced: {} exchanges, {} records changed, {} photos sent, {} waiting",
            answer.exchanges, answer.changed, answer.photos_sent, answer.status.waiting_count
        )]
    })
}

/// Why a run stopped: whether it goes on by itself later, or somebody has to act.
fn stopped(device: &Device, error: DeviceError) -> Failure {
    let wait = device.sync_status().ok().and_then(|status| status.wait);
    let is_transient = wait.is_some_and(|wait| {
        matches!(
            wait.reason,
            WaitReason::NoNetwork | WaitReason::ServerDown | WaitReason::Busy | WaitReason::Clock
        )
    });
    if is_transient && let DeviceError::Refused(code) = error {
        return Failure::Later(code);
    }
    error.into()
}

pub(super) async fn run(common: &Common, output: &mut Output) -> Result<(), Failure> {
    let device = unlocked(common)?;
    output.say("running; stop with Ctrl-C")?;
    let driver = tokio::spawn(Arc::clone(&device).run());
    tokio::signal::ctrl_c().await?;
    driver.abort();
    device.lock()?;
    let status = device.status()?;
    output.answer(&status, || {
        vec![format!("stopped; {} waiting", status.waiting_count)]
    })
}

/// The word that a screen's code has.
pub(super) fn word(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).unwrap_or_default();
    json.trim_matches('"').to_owned()
}

/// A time for people: UTC to the second.
pub(super) fn when(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(
        |_| ms.to_string(),
        |at| at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
    )
}

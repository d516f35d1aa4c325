//! The commands of `linli-server admin`. The same code runs them inside a running server (through
//! its socket) and on a data folder that nobody serves.

use linli_model::{KeyId, OrgId, StaffId, Timestamp};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::base_data::{self, FileCommand};
use super::forgetting::{self, ForgetAnswer, ForgetCommand};
use super::{OpsError, backup, carry};
use crate::clock;
use crate::config::Config;
use crate::door::{
    DoorError, EngineStatus, ExportRow, JoinState, OpenedSlot, RowOutcome, SlotRequest, SlotRow,
    SlotSubject,
};
use crate::keys::DatabaseKey;
use crate::link;
use crate::server::Link;
use crate::staff;
use crate::writer::Writer;

/// A command.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "command")]
pub enum AdminCommand {
    /// Opens a slot for a handheld or a child server.
    OpenSlot {
        /// Who the slot is for.
        subject: SlotSubject,
        /// An asset tag.
        label: String,
        /// How many hours the slot may be redeemed.
        hours: u16,
    },
    /// Lists slots.
    Slots,
    /// Confirms the check code of a slot.
    ConfirmSlot {
        /// The slot.
        slot: String,
        /// The code read from the other side.
        code: String,
    },
    /// Makes a staff token.
    StaffToken {
        /// Who uses it.
        staff: StaffId,
        /// For which organisation.
        org: OrgId,
        /// For how many days.
        days: u16,
    },
    /// Takes the tokens of a staff member away.
    WithdrawTokens {
        /// Whose.
        staff: StaffId,
    },
    /// Signs an edition and makes it current.
    ImportEdition {
        /// The JSON.
        json: String,
    },
    /// Brings files in or out.
    Files(FileCommand),
    /// Erases on request, and answers about what was forgotten and who holds what.
    Forget(ForgetCommand),
    /// Revokes a key.
    Revoke {
        /// The key of a device or a desk.
        key: KeyId,
        /// A reason code.
        reason: String,
    },
    /// Joins the parent.
    Join {
        /// The parent's ticket.
        ticket: Zeroizing<String>,
    },
    /// A restored server does not wait for a neighbour any longer.
    Unreachable {
        /// The neighbour.
        org: OrgId,
    },
    /// Takes a file that somebody carried here, and answers it.
    CarryIn {
        /// Its name in the data folder's place for such files.
        name: String,
    },
    /// Exchanges with the parent now.
    Sync,
    /// Makes a backup.
    Backup,
    /// Says how the server is doing.
    Status,
}

/// What a command led to.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "answer")]
pub enum AdminAnswer {
    /// A slot is open.
    Slot(OpenedSlot),
    /// The slots.
    Slots {
        /// Newest first.
        rows: Vec<SlotRow>,
    },
    /// A slot was confirmed.
    Confirmed {
        /// The key that is certified now.
        key: KeyId,
    },
    /// A token, shown once.
    Token {
        /// The token.
        token: Zeroizing<String>,
        /// When it ends.
        expires_at: Timestamp,
    },
    /// Tokens were taken away.
    Withdrawn {
        /// How many.
        count: usize,
    },
    /// An edition is current.
    Edition {
        /// Its number.
        number: u32,
    },
    /// The newest edition; nothing before the first.
    CurrentEdition {
        /// Its JSON.
        json: Option<String>,
    },
    /// What became of rows.
    Rows {
        /// One for each row, in order.
        outcomes: Vec<RowOutcome>,
    },
    /// A page of an export; empty after the last one.
    Exported {
        /// In order of records.
        rows: Vec<ExportRow>,
    },
    /// A person's own data.
    Person {
        /// Readable as it is.
        data: serde_json::Value,
    },
    /// About forgetting.
    Forget(ForgetAnswer),
    /// A key is revoked.
    Revoked {
        /// The key.
        key: KeyId,
    },
    /// Where the join stands.
    Join(JoinState),
    /// A neighbour is not waited for any longer.
    Unreachable {
        /// Who is still waited for.
        still: Vec<OrgId>,
    },
    /// Everything was exchanged with the parent.
    Synced {
        /// In how many rounds; 0 when this server has no parent.
        rounds: u32,
    },
    /// A carried file was taken; its answer lies beside it.
    CarriedIn(carry::CarriedIn),
    /// A backup was made.
    Backup(backup::Made),
    /// How the server is doing.
    Status {
        /// Whether it serves right now.
        serving: bool,
        /// Its address.
        url: String,
        /// The engine's own report.
        engine: EngineStatus,
    },
    /// The command was refused; nothing was changed.
    Refused {
        /// A stable code.
        code: String,
        /// One line.
        detail: String,
    },
}

/// Where commands run.
pub struct Host {
    /// The settings.
    pub config: Config,
    /// The way to the engine.
    pub writer: Writer,
    /// The address for tickets.
    pub url: String,
    /// The pin for tickets.
    pub pin: Option<[u8; 32]>,
    /// The key of the database, for backups.
    pub key: DatabaseKey,
    /// The link to the parent, when a server runs around it.
    pub link: Option<Link>,
}

/// Runs a command.
pub async fn run(host: &Host, command: AdminCommand) -> AdminAnswer {
    match attempt(host, command).await {
        Ok(answer) => answer,
        Err(OpsError::Engine(error)) => AdminAnswer::Refused {
            code: error.code().to_ascii_uppercase(),
            detail: error.to_string(),
        },
        Err(error) => AdminAnswer::Refused {
            code: "REFUSED".into(),
            detail: error.to_string(),
        },
    }
}

async fn attempt(host: &Host, command: AdminCommand) -> Result<AdminAnswer, OpsError> {
    let writer = &host.writer;
    let now = clock::now();
    Ok(match command {
        AdminCommand::OpenSlot {
            subject,
            label,
            hours,
        } => AdminAnswer::Slot(open_slot(host, subject, label, hours).await?),
        AdminCommand::Slots => AdminAnswer::Slots {
            rows: writer.call(move |calls| calls.slots(now)).await?,
        },
        AdminCommand::ConfirmSlot { slot, code } => AdminAnswer::Confirmed {
            key: writer
                .call(move |calls| calls.confirm_slot(now, &slot, &code))
                .await?,
        },
        AdminCommand::StaffToken { staff, org, days } => AdminAnswer::Token {
            expires_at: now.plus_ms(i64::from(days) * 86_400_000),
            token: writer
                .call(move |calls| staff::make(calls, now, staff, org, days))
                .await?,
        },
        AdminCommand::WithdrawTokens { staff } => AdminAnswer::Withdrawn {
            count: writer
                .call(move |calls| staff::withdraw(calls, &staff))
                .await?,
        },
        AdminCommand::ImportEdition { json } => AdminAnswer::Edition {
            number: writer
                .call(move |calls| calls.import_edition(now, json.as_bytes()))
                .await?,
        },
        AdminCommand::Files(command) => base_data::run(writer, command).await?,
        AdminCommand::Forget(command) => AdminAnswer::Forget(forgetting::run(host, command).await?),
        AdminCommand::Revoke { key, reason } => {
            writer
                .call(move |calls| calls.revoke(now, &key, &reason))
                .await?;
            AdminAnswer::Revoked { key }
        }
        AdminCommand::Join { ticket } => {
            let joined = link::join(writer, host.config.parent_url.as_deref(), &ticket).await;
            AdminAnswer::Join(joined.map_err(|error| OpsError::Refused(error.to_string()))?)
        }
        AdminCommand::Unreachable { org } => AdminAnswer::Unreachable {
            still: writer
                .call(move |calls| calls.declare_unreachable(now, &org))
                .await?,
        },
        AdminCommand::CarryIn { name } => {
            AdminAnswer::CarriedIn(carry::carry_in(host, &name).await?)
        }
        AdminCommand::Sync => {
            let stopped = || OpsError::Refused("the server does not run; start it first".into());
            let link = host.link.as_ref().ok_or_else(stopped)?;
            AdminAnswer::Synced {
                rounds: link.exchange().await.map_err(OpsError::Refused)?,
            }
        }
        AdminCommand::Backup => AdminAnswer::Backup(make_backup(host).await?),
        AdminCommand::Status => AdminAnswer::Status {
            serving: host.link.is_some(),
            url: host.url.clone(),
            engine: writer.read(move |calls| calls.status(now)).await?,
        },
    })
}

async fn open_slot(
    host: &Host,
    subject: SlotSubject,
    label: String,
    hours: u16,
) -> Result<OpenedSlot, OpsError> {
    let has_port = !host.url.ends_with(":0");
    if !has_port {
        return Err(OpsError::Refused(
            "the server's port is not known; set server.public_url or start the server first"
                .into(),
        ));
    }
    let slot = SlotRequest {
        subject,
        label,
        ttl_ms: i64::from(hours) * 3_600_000,
        url: host.url.clone(),
        // Plain HTTP on loopback has no certificate to pin.
        ca_sha256: host.pin.unwrap_or_default(),
    };
    let now = clock::now();
    let opened = host.writer.call(move |calls| calls.open_slot(now, &slot));
    Ok(opened.await?)
}

async fn make_backup(host: &Host) -> Result<backup::Made, OpsError> {
    let broke_off = |_| DoorError::Bug("the backup broke off".into());
    let (config, key) = (host.config.clone(), host.key.clone());
    let now = clock::now();
    let begun = tokio::task::spawn_blocking(move || backup::begin(&config, &key, now));
    let begun = begun.await.map_err(broke_off)??;
    let listed = host
        .writer
        .call(move |calls| backup::list(calls, now))
        .await?;
    forgetting::keep_tombstones(&host.config, &host.key)?;
    let config = host.config.clone();
    let ended = tokio::task::spawn_blocking(move || backup::end(&config, begun, &listed));
    ended.await.map_err(broke_off)?
}

//! Whose device this is, whether it is open, and how it is bound.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::code::{CodeDto, GridDto};
use super::settings::SettingsDto;

/// Which door stands between the person and the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    /// No ticket was used yet.
    Unbound,
    /// Bound here; the administrator has not confirmed the check code, or there was no network yet.
    Confirming,
    /// The database is closed until somebody enters a passphrase or PIN.
    Locked,
    /// Open; the data of the grid are on their way.
    FirstSync,
    /// Open for work.
    Ready,
    /// Locked by an administrator; unsent work is kept, encrypted.
    Barred,
}

/// What unlocks this device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SecretKind {
    /// Eight characters or more, where no hardware key store protects the key.
    Passphrase,
    /// Six digits, with a hardware key store only.
    Pin,
}

/// A person who may use this device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StaffDto {
    /// The person's staff id.
    pub id: String,
    /// The person's name.
    pub name: String,
    /// The role's identifier, such as `grid_assistant`.
    pub role: String,
}

/// All that the frame around the screens needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeviceStatus {
    /// Which door is open.
    pub state: DeviceState,
    /// The device's name or number, such as `0417`; nothing before it is bound.
    pub device_name: Option<String>,
    /// The grid it serves; nothing before it is bound.
    pub grid: Option<GridDto>,
    /// Who may unlock it.
    pub staff: Vec<StaffDto>,
    /// Who unlocked it.
    pub signed_in: Option<StaffDto>,
    /// What unlocks it.
    pub secret: SecretKind,
    /// How many tries are left before the device waits for the administrator; nothing when full.
    pub tries_left: Option<u32>,
    /// When the next try is possible, while the device makes people wait between tries.
    pub try_again_at: Option<i64>,
    /// How many cases on this device have not reached the community; known while locked too.
    pub waiting_count: u32,
    /// How far the binding has come, while `state` is `confirming`.
    pub binding: Option<BindingDto>,
    /// How the screens look and speak.
    pub settings: SettingsDto,
    /// The program's version.
    pub app_version: String,
}

/// What a ticket says, read without any network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TicketDto {
    /// The last four characters of the code, to compare with the paper.
    pub tail: String,
    /// The server's host name, to compare with the paper.
    pub server: String,
    /// The secret this device will ask for.
    pub secret: SecretKind,
    /// The fewest characters of that secret.
    pub secret_length: u32,
}

/// Binds this device: the ticket, and what will unlock it from now on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, TS)]
pub struct BindInput {
    /// The ticket's text, as scanned, pasted or typed.
    pub ticket: String,
    /// The passphrase or PIN.
    pub secret: String,
}

/// How far a binding has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BindingStage {
    /// The ticket is kept and will be used when there is a network.
    NoNetwork,
    /// The server knows this device; a person there compares the check code.
    WaitingForPerson,
    /// The server did not accept it; `reason` says why and a new ticket is needed.
    Refused,
}

/// The binding while it is not finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BindingDto {
    /// How far it has come.
    pub stage: BindingStage,
    /// Six digits to read to the administrator, once the server answered.
    pub check_code: Option<String>,
    /// Why it was refused, or what else than the network it waits for.
    pub reason: Option<CodeDto>,
}

/// Unlocks the device.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, TS)]
pub struct UnlockInput {
    /// Who unlocks; a device may have several staff.
    pub staff: String,
    /// The passphrase or PIN.
    pub secret: String,
}

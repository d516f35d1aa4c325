//! The configuration: `linli.toml` and `LINLI_*` variables.
//!
//! All settings stand in one table ([`table::SETTINGS`]). A wrong setting stops the start, with
//! file, line, value and allowed values; all mistakes are named at once, and nothing was changed.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use linli_model::OrgId;

use crate::door::Level;

mod build;
mod example;
mod mistake;
mod read;
pub mod table;

pub use example::example;
pub use mistake::{Both, Mistake, Mistakes, Place};

/// A checked configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// The data folder.
    pub data: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// The address for devices and children, without a slash at the end; none: derived from the
    /// bound address.
    pub public_url: Option<String>,
    /// Open connections at most.
    pub max_connections: usize,
    /// The hosted organisations; the first is the main one. Never empty.
    pub hosts: Vec<OrgId>,
    /// The level of the main organisation.
    pub level: Level,
    /// The parent's address, when it does not come from the ticket.
    pub parent_url: Option<String>,
    /// The ticket for the first contact with the parent.
    pub parent_ticket: Option<String>,
    /// Encryption.
    pub tls: TlsMode,
    /// Further names in the server certificate.
    pub tls_names: Vec<String>,
    /// How long a server certificate from the own CA is valid.
    pub leaf_days: u16,
    /// Where the database key comes from.
    pub key_source: KeySource,
    /// The folder of photos.
    pub photos: PathBuf,
    /// The folder of backups.
    pub backups: PathBuf,
    /// How long a backup is kept.
    pub backup_term: Duration,
    /// How long an old pack stays.
    pub pack_retention: Duration,
    /// Sizes and quotas.
    pub limits: Limits,
    /// How often to exchange with the parent.
    pub link_poll: Duration,
    /// The heartbeat interval that devices are told.
    pub heartbeat: Duration,
    /// The largest tolerated difference of clocks.
    pub clock_skew: Duration,
    /// The keep-alive interval of wake connections.
    pub keepalive: Duration,
    /// How often timers are looked at.
    pub tick: Duration,
    /// The format of log lines.
    pub log_format: LogFormat,
    /// How much to log: `error` to `trace`.
    pub log_level: String,
}

/// How connections are encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsMode {
    /// By the CA that `init` made.
    OwnCa,
    /// By these files.
    Files {
        /// The chain, PEM.
        certificate: PathBuf,
        /// The private key, PEM.
        key: PathBuf,
    },
    /// Not at all; only on a loopback address.
    Off,
}

/// Where the database key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// A file with 64 hex characters.
    KeyFile(PathBuf),
    /// A passphrase in the first line of a file.
    PassphraseFile(PathBuf),
    /// A passphrase in `LINLI_PASSPHRASE`.
    PassphraseVariable,
}

/// Sizes and quotas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a sync request's body.
    pub body: usize,
    /// Bytes of all requests that are being received or queued.
    pub inflight: usize,
    /// Requests that wait for the writer.
    pub queue_depth: usize,
    /// Requests that share one commit.
    pub group_size: usize,
    /// Failed enrolments or signatures per hour and address.
    pub enrol_tries_per_hour: u32,
    /// Bytes of a photo.
    pub photo: u64,
    /// Pixels of a photo.
    pub photo_pixels: u64,
    /// Photos per device and day.
    pub photos_per_device_day: u32,
    /// Bytes of sync requests per device and day.
    pub sync_per_device_day: u64,
    /// Unfinished uploads per device.
    pub uploads_per_device: usize,
    /// How long an unfinished upload is kept.
    pub upload_ttl: Duration,
    /// Bytes of all unfinished uploads.
    pub staging: u64,
}

/// The format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Config {
    /// Reads a configuration.
    ///
    /// `text` is the file's content, or nothing when there is no file; `variables` is the
    /// environment.
    pub fn read(
        path: &Path,
        text: Option<&str>,
        variables: &BTreeMap<String, String>,
    ) -> Result<Self, Mistakes> {
        build::build(path, read::read(path, text, variables))
    }

    /// The folder of keys and certificates.
    pub fn keys(&self) -> PathBuf {
        self.data.join("keys")
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.data.join("linli.db")
    }

    /// The tombstones outside backups, beside the database.
    pub fn tombstones(&self) -> PathBuf {
        linli_store::tombstone::file_of(&self.database())
    }

    /// The folder of unfinished uploads: on the disk of the photos, so that a finished one only
    /// changes its name.
    pub fn staging(&self) -> PathBuf {
        self.photos.join("uploads")
    }

    /// The folder of files that somebody carried here, while they are taken.
    pub fn carried(&self) -> PathBuf {
        self.data.join("carried")
    }

    /// The folder of packs.
    pub fn packs(&self) -> PathBuf {
        self.data.join("packs")
    }

    /// The socket for commands to a running server.
    pub fn control(&self) -> PathBuf {
        self.data.join("control.sock")
    }

    /// The host name or IP address in the public address.
    pub fn public_host(&self) -> Option<String> {
        let url = self.public_url.as_deref()?;
        let (_, rest) = url.split_once("://")?;
        Some(read::split_port(rest).0.to_owned())
    }

    /// The main organisation.
    pub fn main_org(&self) -> Option<&OrgId> {
        self.hosts.first()
    }
}

#[cfg(test)]
mod tests;

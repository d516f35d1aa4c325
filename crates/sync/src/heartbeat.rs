//! What a device still holds: a manifest of less than 1 KB, sent every 15 minutes, on change and
//! when sync fails, so that people know what has not arrived. It is declared, not proved: the
//! server shows it with its time and never as certain.
//!
//! It travels as plain CBOR in a call of its own.

use linli_model::Timestamp;
use minicbor::{Decode, Encode};

use crate::codec::{Bounded, Text};
use crate::error::SyncError;
use crate::frames::{Generation, get, put};
use crate::limits;

const NAME: &str = "Heartbeat";
/// Most groups: every kind with every reason, with room for later ones.
const GROUPS: usize = 60;
/// Most cases by code; the size cap is reached earlier.
const CASES: usize = 80;
/// Longest short code of a case.
const CODE_TEXT: usize = 8;

/// Why something has not been sent: docs/sync.md, reasons for waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WaitingReason {
    /// No network.
    NoNetwork,
    /// The signal is weak: text goes first.
    WeakPhoto,
    /// The community's server cannot be reached.
    ServerDown,
    /// The server is busy.
    Busy,
    /// Photos wait for Wi-Fi.
    WifiOnly,
    /// The sign-in expired.
    Auth,
    /// The device's clock is wrong.
    Clock,
    /// The battery is below 15 %.
    Battery,
    /// The app is too old.
    OldApp,
    /// The system stopped the app in the background.
    Background,
    /// A reason that this build does not know.
    Other(u8),
}

impl WaitingReason {
    /// Every reason that this build knows, by its number from 1.
    pub const ALL: [Self; 10] = [
        Self::NoNetwork,
        Self::WeakPhoto,
        Self::ServerDown,
        Self::Busy,
        Self::WifiOnly,
        Self::Auth,
        Self::Clock,
        Self::Battery,
        Self::OldApp,
        Self::Background,
    ];

    /// The number on the wire. Never changes.
    pub fn number(self) -> u8 {
        match self {
            Self::NoNetwork => 1,
            Self::WeakPhoto => 2,
            Self::ServerDown => 3,
            Self::Busy => 4,
            Self::WifiOnly => 5,
            Self::Auth => 6,
            Self::Clock => 7,
            Self::Battery => 8,
            Self::OldApp => 9,
            Self::Background => 10,
            Self::Other(number) => number,
        }
    }

    /// The reason with this number.
    pub fn from_number(number: u8) -> Self {
        let known = Self::ALL
            .into_iter()
            .find(|reason| reason.number() == number);
        known.unwrap_or(Self::Other(number))
    }

    /// The name that translations are looked up by.
    pub fn name(self) -> &'static str {
        match self {
            Self::NoNetwork => "NO_NETWORK",
            Self::WeakPhoto => "WEAK_PHOTO",
            Self::ServerDown => "SERVER_DOWN",
            Self::Busy => "BUSY",
            Self::WifiOnly => "WIFI_ONLY",
            Self::Auth => "AUTH",
            Self::Clock => "CLOCK",
            Self::Battery => "BATTERY",
            Self::OldApp => "OLD_APP",
            Self::Background => "BACKGROUND",
            Self::Other(_) => "OTHER",
        }
    }
}

/// What kind of thing waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WaitingKind {
    /// Text of cases.
    Case,
    /// Households, contacts, enrolments and visits.
    Register,
    /// Buildings, dwellings, places and components.
    Places,
    /// Photos.
    Photo,
    /// Patrol tracks.
    Track,
    /// A kind that this build does not know.
    Other(u8),
}

impl WaitingKind {
    /// Every kind that this build knows, by its number from 1.
    pub const ALL: [Self; 5] = [
        Self::Case,
        Self::Register,
        Self::Places,
        Self::Photo,
        Self::Track,
    ];

    /// The number on the wire. Never changes.
    pub fn number(self) -> u8 {
        match self {
            Self::Case => 1,
            Self::Register => 2,
            Self::Places => 3,
            Self::Photo => 4,
            Self::Track => 5,
            Self::Other(number) => number,
        }
    }

    /// The kind with this number.
    pub fn from_number(number: u8) -> Self {
        let known = Self::ALL.into_iter().find(|kind| kind.number() == number);
        known.unwrap_or(Self::Other(number))
    }
}

/// Things of one kind that wait for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingGroup {
    /// What waits.
    pub kind: WaitingKind,
    /// Why.
    pub reason: WaitingReason,
    /// How many.
    pub count: u32,
    /// How many seconds the oldest has waited.
    pub oldest_s: u32,
}

/// A case that waits, by the code that can be read over the phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingCase {
    /// Its short code without the dash, at most 8 characters.
    pub code: String,
    /// Whether it is a case of danger.
    pub danger: bool,
    /// Whether its text waits, not only its photos.
    pub text: bool,
    /// How many photos wait.
    pub photos: u8,
    /// How many seconds it has waited.
    pub age_s: u32,
    /// Why.
    pub reason: WaitingReason,
}

/// What a device declares about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The device's clock.
    pub at: Timestamp,
    /// How many milliseconds the device's clock is behind the server's, as last measured.
    pub clock_offset_ms: Option<i64>,
    /// Program and version, at most 64 bytes.
    pub app: String,
    /// The edition of the reference data that it works with; 0 for none.
    pub edition: u32,
    /// Charge in percent.
    pub battery_percent: Option<u8>,
    /// Free space in MiB.
    pub free_mib: u32,
    /// When everything was last delivered, by the device's clock.
    pub delivered_at: Option<Timestamp>,
    /// When it last received everything, by the device's clock.
    pub received_at: Option<Timestamp>,
    /// What waits, by kind and reason, at most 60 groups.
    pub groups: Vec<WaitingGroup>,
    /// The cases that wait, most urgent first.
    pub cases: Vec<WaitingCase>,
    /// How many cases wait beyond those named.
    pub more_cases: u32,
}

/// The answer to a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestReply {
    /// The server's clock.
    pub clock: Timestamp,
    /// The server's generation.
    pub generation: Generation,
    /// Whether the device should sync now.
    pub wake: bool,
}

#[derive(Encode, Decode)]
struct ManifestMsg {
    #[n(0)]
    protocol: u16,
    #[n(1)]
    at: i64,
    #[n(2)]
    clock_offset_ms: Option<i64>,
    #[n(3)]
    app: Text<{ limits::APP_TEXT }>,
    #[n(4)]
    edition: u32,
    #[n(5)]
    battery_percent: Option<u8>,
    #[n(6)]
    free_mib: u32,
    #[n(7)]
    delivered_at: Option<i64>,
    #[n(8)]
    received_at: Option<i64>,
    #[n(9)]
    groups: Bounded<GroupMsg, GROUPS>,
    #[n(10)]
    cases: Bounded<CaseMsg, CASES>,
    #[n(11)]
    more_cases: u32,
}

#[derive(Encode, Decode)]
struct GroupMsg {
    #[n(0)]
    kind: u8,
    #[n(1)]
    reason: u8,
    #[n(2)]
    count: u32,
    #[n(3)]
    oldest_s: u32,
}

#[derive(Encode, Decode)]
struct CaseMsg {
    #[n(0)]
    code: Text<CODE_TEXT>,
    #[n(1)]
    flags: u8,
    #[n(2)]
    photos: u8,
    #[n(3)]
    age_s: u32,
    #[n(4)]
    reason: u8,
}

#[derive(Encode, Decode)]
struct ReplyMsg {
    #[n(0)]
    clock: i64,
    #[n(1)]
    generation: u64,
    #[n(2)]
    wake: bool,
}

const DANGER: u8 = 1;
const TEXT: u8 = 2;

impl Manifest {
    /// The bytes to send, below 1 KB. Cases that do not fit are counted instead of named, the last
    /// ones first.
    pub fn encode(&self) -> Result<Vec<u8>, SyncError> {
        let mut named = self.cases.len().min(CASES);
        loop {
            let bytes = put(NAME, &self.msg(named))?;
            if bytes.len() <= limits::HEARTBEAT_BYTES {
                return Ok(bytes);
            }
            if named == 0 {
                let (size, cap) = (bytes.len(), limits::HEARTBEAT_BYTES);
                return Err(SyncError::too_large("heartbeat", size, cap));
            }
            // The largest case takes 20 bytes: at least this many have to go.
            let over = bytes.len() - limits::HEARTBEAT_BYTES;
            named -= over.div_ceil(20).clamp(1, named);
        }
    }

    /// Reads a manifest.
    pub fn decode(bytes: &[u8]) -> Result<Self, SyncError> {
        if bytes.len() > limits::HEARTBEAT_BYTES {
            let (size, cap) = (bytes.len(), limits::HEARTBEAT_BYTES);
            return Err(SyncError::too_large("heartbeat", size, cap));
        }
        let msg: ManifestMsg = get(NAME, bytes)?;
        let groups = msg.groups.0.into_iter().map(|group| WaitingGroup {
            kind: WaitingKind::from_number(group.kind),
            reason: WaitingReason::from_number(group.reason),
            count: group.count,
            oldest_s: group.oldest_s,
        });
        let cases = msg.cases.0.into_iter().map(|case| WaitingCase {
            code: case.code.0,
            danger: case.flags & DANGER != 0,
            text: case.flags & TEXT != 0,
            photos: case.photos,
            age_s: case.age_s,
            reason: WaitingReason::from_number(case.reason),
        });
        Ok(Self {
            at: Timestamp(msg.at),
            clock_offset_ms: msg.clock_offset_ms,
            app: msg.app.0,
            edition: msg.edition,
            battery_percent: msg.battery_percent,
            free_mib: msg.free_mib,
            delivered_at: msg.delivered_at.map(Timestamp),
            received_at: msg.received_at.map(Timestamp),
            groups: groups.collect(),
            cases: cases.collect(),
            more_cases: msg.more_cases,
        })
    }

    fn msg(&self, named: usize) -> ManifestMsg {
        let groups = self.groups.iter().map(|group| GroupMsg {
            kind: group.kind.number(),
            reason: group.reason.number(),
            count: group.count,
            oldest_s: group.oldest_s,
        });
        let cases = self.cases.iter().take(named).map(|case| CaseMsg {
            code: Text(case.code.clone()),
            flags: (u8::from(case.danger) * DANGER) | (u8::from(case.text) * TEXT),
            photos: case.photos,
            age_s: case.age_s,
            reason: case.reason.number(),
        });
        let left = u32::try_from(self.cases.len() - named).unwrap_or(u32::MAX);
        ManifestMsg {
            protocol: crate::PROTOCOL,
            at: self.at.0,
            clock_offset_ms: self.clock_offset_ms,
            app: Text(self.app.clone()),
            edition: self.edition,
            battery_percent: self.battery_percent,
            free_mib: self.free_mib,
            delivered_at: self.delivered_at.map(|at| at.0),
            received_at: self.received_at.map(|at| at.0),
            groups: Bounded(groups.collect()),
            cases: Bounded(cases.collect()),
            more_cases: self.more_cases.saturating_add(left),
        }
    }
}

impl ManifestReply {
    /// The bytes to send.
    pub fn encode(&self) -> Result<Vec<u8>, SyncError> {
        let msg = ReplyMsg {
            clock: self.clock.0,
            generation: self.generation,
            wake: self.wake,
        };
        put("HeartbeatReply", &msg)
    }

    /// Reads an answer.
    pub fn decode(bytes: &[u8]) -> Result<Self, SyncError> {
        if bytes.len() > limits::HEARTBEAT_BYTES {
            let (size, cap) = (bytes.len(), limits::HEARTBEAT_BYTES);
            return Err(SyncError::too_large("heartbeat reply", size, cap));
        }
        let msg: ReplyMsg = get("HeartbeatReply", bytes)?;
        Ok(Self {
            clock: Timestamp(msg.clock),
            generation: msg.generation,
            wake: msg.wake,
        })
    }
}

#[cfg(test)]
mod tests;

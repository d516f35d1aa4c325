//! Identifiers: fixed-size byte ids written as lower-case hex, and short text codes.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// Why a text is not an identifier of the wanted type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a {what}: {reason}")]
pub struct IdError {
    /// The name of the type that was wanted.
    pub what: &'static str,
    /// The text that was given, cut to 64 characters.
    pub text: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl IdError {
    fn new(what: &'static str, text: &str, reason: &'static str) -> Self {
        Self {
            what,
            text: text.chars().take(64).collect(),
            reason,
        }
    }
}

fn decode_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let bytes = text.as_bytes();
    if bytes.len() != 2 * N {
        return None;
    }
    let mut out = [0u8; N];
    for (slot, pair) in out.iter_mut().zip(bytes.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *slot = nibble(*high)? << 4 | nibble(*low)?;
    }
    Some(out)
}

fn nibble(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

macro_rules! byte_ids {
    ($($(#[$doc:meta])* $name:ident[$len:literal];)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// The raw bytes.
            pub fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }

            /// Takes exactly the right number of bytes, or nothing.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                <[u8; $len]>::try_from(bytes).ok().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                decode_hex(text).map(Self).ok_or_else(|| {
                    IdError::new(stringify!($name), text, "wrong length or not lower-case hex")
                })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

byte_ids! {
    /// One record, that is one CRDT document. A UUID version 7, so ids sort by creation time.
    RecordId[16];
    /// A signing key: the first 16 bytes of SHA-256 of the Ed25519 public key. Names a device or a desk.
    KeyId[16];
    /// The author of changes: 10 bytes of the key id, then the 6-byte big-endian epoch.
    ActorId[16];
    /// SHA-256 of an automerge change.
    ChangeHash[32];
    /// SHA-256 of a signed batch's header.
    BatchId[32];
    /// SHA-256 of a file's stored bytes.
    BlobHash[32];
}

impl KeyId {
    /// The id of a public key.
    pub fn of_public_key(key: &[u8; 32]) -> Self {
        let digest: [u8; 32] = Sha256::digest(key).into();
        let mut id = [0u8; 16];
        id.iter_mut()
            .zip(digest)
            .for_each(|(slot, byte)| *slot = byte);
        Self(id)
    }
}

impl ActorId {
    /// The largest epoch: 6 bytes.
    pub const MAX_EPOCH: u64 = (1 << 48) - 1;

    /// The actor of a key in one epoch. An epoch is opened on install, restore, clone or recovery
    /// and never used again; only its low 48 bits count.
    pub fn new(key: &KeyId, epoch: u64) -> Self {
        let mut id = [0u8; 16];
        let parts = key
            .0
            .iter()
            .take(10)
            .chain(epoch.to_be_bytes().iter().skip(2))
            .copied()
            .collect::<Vec<_>>();
        id.iter_mut()
            .zip(parts)
            .for_each(|(slot, byte)| *slot = byte);
        Self(id)
    }

    /// Whether this actor belongs to the key.
    pub fn is_of(&self, key: &KeyId) -> bool {
        self.0
            .iter()
            .zip(key.0.iter())
            .take(10)
            .all(|(a, b)| a == b)
    }

    /// The epoch in the last six bytes.
    pub fn epoch(&self) -> u64 {
        self.0
            .iter()
            .skip(10)
            .fold(0, |epoch, byte| epoch << 8 | u64::from(*byte))
    }
}

/// An entry of a case's append-only maps: the writing actor and its own running number.
///
/// Written `<actor>:<counter>`; ordered by actor, then counter. Two actors can never write the same
/// key, so a fork of the line never becomes a conflict of fields.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId {
    /// The actor that wrote the entry.
    pub actor: ActorId,
    /// 1 for the actor's first entry in this record, without gaps.
    pub counter: u32,
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.actor, self.counter)
    }
}

impl fmt::Debug for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntryId({self})")
    }
}

impl FromStr for EntryId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = || IdError::new("EntryId", text, "not <actor>:<counter>");
        let (actor, counter) = text.split_once(':').ok_or_else(wrong)?;
        let canonical = !counter.starts_with('0') && counter.bytes().all(|b| b.is_ascii_digit());
        if !canonical {
            return Err(wrong());
        }
        Ok(Self {
            actor: actor.parse()?,
            counter: counter.parse().map_err(|_| wrong())?,
        })
    }
}

impl Serialize for EntryId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EntryId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

// Codes are copied often and never changed, so copies share their text.
macro_rules! text_ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks and wraps a code: 1 to 32 ASCII letters, digits, `.`, `_` or `-`.
            pub fn new(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
                if text.is_empty() || text.len() > 32 {
                    return Err(IdError::new(stringify!($name), &text, "needs 1 to 32 characters"));
                }
                if !text.bytes().all(allowed) {
                    let reason = "only ASCII letters, digits, '.', '_' and '-'";
                    return Err(IdError::new(stringify!($name), &text, reason));
                }
                Ok(Self(text.into()))
            }

            /// The code as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.as_str().to_owned()
            }
        }
    )*};
}

text_ids! {
    /// An organisation: a district centre, sub-centre, station or handling unit.
    OrgId;
    /// A social grid: community code, `G` and two digits, as `110101001001G03`.
    GridCode;
    /// A staff member's code. Never a name.
    StaffId;
    /// A catalogue code such as `06052`.
    CategoryCode;
    /// A code of the directory of base data such as `A01.007`.
    ClassCode;
}

#[cfg(test)]
mod tests;

//! What all handlers share.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use linli_model::{KeyId, OrgId, Timestamp};
use linli_trust::lease::ServerTimeBody;
use linli_trust::{PublicKey, ServerTime, SigningKey, Suite};
use tokio::sync::{Semaphore, broadcast, watch};

use super::{DayBytes, Nonces, Tries};
use crate::config::Config;
use crate::door::{Committed, DoorResult};
use crate::metrics::Metrics;
use crate::photos::Photos;
use crate::uploads::Uploads;
use crate::writer::Writer;

/// The most public keys that are kept in memory; each is a few dozen bytes.
const KEYS: usize = 100_000;

/// What all handlers share.
pub struct Shared {
    /// The settings.
    pub config: Config,
    /// The way to the engine.
    pub writer: Writer,
    /// Complete photos.
    pub photos: Photos,
    /// Unfinished ones.
    pub uploads: Uploads,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Numbers of requests seen.
    pub nonces: Nonces,
    /// Failed enrolments by address.
    pub tries: Tries,
    /// Bytes by device.
    pub day_bytes: DayBytes,
    /// Memory for bodies, in KiB.
    pub inflight: Arc<Semaphore>,
    /// Pictures that may be decoded at once.
    pub decoders: Semaphore,
    /// What commits made visible, for wake streams and the link.
    pub commits: broadcast::Sender<Arc<Committed>>,
    /// Turns true when the server is asked to stop.
    pub stopping: watch::Receiver<bool>,
    /// The desk keys of the hosted organisations; an edition or a join may add some.
    pub desk_keys: RwLock<Vec<(OrgId, SigningKey)>>,
    /// Unknown keys by address.
    pub key_tries: Tries,
    /// Public keys of peers, and ids that were unknown. A key id is a hash of its key, so a known
    /// one never becomes wrong; an unknown one is forgotten when certificates arrive.
    pub keys: Mutex<BTreeMap<KeyId, Option<PublicKey>>>,
}

/// What is remembered of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// This is it.
    Known(PublicKey),
    /// It was not certified when it was looked for.
    Unknown,
    /// It was not looked for.
    Never,
}

impl Shared {
    /// Whether an organisation is hosted here.
    pub fn hosts(&self, org: &OrgId) -> bool {
        self.config.hosts.contains(org)
    }

    /// The desk key of an organisation.
    pub fn desk_key(&self, org: &OrgId) -> Option<SigningKey> {
        let keys = self
            .desk_keys
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let found = keys.iter().find(|(of, _)| of == org);
        found.map(|(_, key)| key.clone())
    }

    /// Asks the engine for the desk keys again.
    pub async fn refresh_desk_keys(&self) -> DoorResult<()> {
        let keys = self.writer.with_door(|door| door.desk_keys()).await?;
        *self
            .desk_keys
            .write()
            .unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    /// What is remembered of a key.
    pub fn seen_key(&self, id: &KeyId) -> Seen {
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        match keys.get(id) {
            Some(Some(key)) => Seen::Known(*key),
            Some(None) => Seen::Unknown,
            None => Seen::Never,
        }
    }

    /// Asks the engine for the public key of a peer that was ever certified here, and remembers
    /// the answer.
    pub async fn find_key(&self, id: KeyId) -> DoorResult<Option<PublicKey>> {
        let found = self.writer.read(move |calls| calls.peer(&id)).await?;
        let found = found.map(|peer| peer.key).filter(|key| key.id() == id);
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= KEYS {
            keys.clear();
        }
        keys.insert(id, found);
        Ok(found)
    }

    /// Forgets which keys were unknown: one of them may have been certified.
    pub fn forget_unknown_keys(&self) {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.retain(|_, key| key.is_some());
    }

    /// The time, signed by the organisation that was asked (or the main one), in answer to a
    /// request with this nonce.
    pub fn signed_time(
        &self,
        now: Timestamp,
        asked: Option<&OrgId>,
        nonce: [u8; 16],
    ) -> Option<Vec<u8>> {
        let keys = self
            .desk_keys
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let of_asked = keys.iter().find(|(org, _)| Some(org) == asked);
        let (_, key) = of_asked.or_else(|| keys.first())?;
        let body = ServerTimeBody {
            suite: Suite::CURRENT,
            at: now,
            nonce,
            signer: key.id(),
        };
        ServerTime::seal(body, key)
            .and_then(|time| time.encode())
            .ok()
    }
}

//! Packs for first installs.

use linli_model::{KeyId, Scope, Timestamp};
use linli_store::Tx;

use crate::door::{DoorError, DoorResult, PackFile};
use crate::engine::core::Core;

impl Core {
    /// The newest pack of a scope that the peer may read.
    pub(crate) fn pack(
        &self,
        tx: &Tx<'_>,
        now: Timestamp,
        peer: &KeyId,
        scope: &Scope,
        hash: Option<&[u8; 32]>,
    ) -> DoorResult<PackFile> {
        if !self.scopes_of(peer, now).contains(scope) {
            return Err(DoorError::NotFound { what: "pack" });
        }
        let pack = tx
            .newest_pack(scope)?
            .filter(|pack| hash.is_none_or(|hash| *hash == pack.hash));
        let pack = pack.ok_or(DoorError::NotFound { what: "pack" })?;
        Ok(PackFile {
            path: self.packs.join(&pack.place),
            hash: pack.hash,
            size: pack.size,
            at_seq: pack.at_seq,
        })
    }
}

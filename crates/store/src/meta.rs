//! Settings and counters of this ledger alone: its generation, its epoch, and what callers keep.

use rusqlite::{OptionalExtension, params};
use sha2::{Digest as _, Sha256};

use linli_model::{ActorId, KeyId};

use crate::error::Result;
use crate::tx::{Reader, Tx};

const GENERATION: &str = "generation";
const EPOCH: &str = "epoch";

impl Reader<'_> {
    /// A value by name.
    pub fn meta(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let mut find = self
            .sql()
            .prepare_cached("SELECT value FROM meta WHERE name = ?1")?;
        Ok(find.query_row([name], |row| row.get(0)).optional()?)
    }

    /// A number by name; 0 when it was never set.
    pub fn meta_number(&self, name: &str) -> Result<u64> {
        let bytes = self.meta(name)?.unwrap_or_default();
        Ok(<[u8; 8]>::try_from(bytes.as_slice()).map_or(0, u64::from_be_bytes))
    }

    /// The generation of this ledger's feeds: raised when the server was restored or replaced, so
    /// that every peer knows that feed numbers mean something else now (docs/sync.md).
    pub fn generation(&self) -> Result<u64> {
        Ok(self.meta_number(GENERATION)?.max(1))
    }

    /// The epoch in which this ledger writes. A new one is opened on install, restore, clone and
    /// refusal, and an old one is never used again (docs/sync.md).
    pub fn epoch(&self) -> Result<u64> {
        Ok(self.meta_number(EPOCH)?.max(1))
    }

    /// The author of changes that are written here with `key` in the present epoch.
    pub fn actor(&self, key: &KeyId) -> Result<ActorId> {
        Ok(ActorId::new(key, self.epoch()?))
    }
}

impl Tx<'_> {
    /// Sets a value.
    pub fn set_meta(&mut self, name: &str, value: &[u8]) -> Result<()> {
        let mut set = self.sql().prepare_cached(
            "INSERT INTO meta (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )?;
        set.execute(params![name, value])?;
        Ok(())
    }

    /// Sets a number.
    pub fn set_meta_number(&mut self, name: &str, value: u64) -> Result<()> {
        self.set_meta(name, &value.to_be_bytes())
    }

    /// Removes a value.
    pub fn remove_meta(&mut self, name: &str) -> Result<()> {
        self.sql()
            .execute("DELETE FROM meta WHERE name = ?1", [name])?;
        Ok(())
    }

    /// Opens a generation above every one that this ledger or its neighbours (`seen`) know.
    pub fn open_generation(&mut self, seen: u64) -> Result<u64> {
        let next = self.generation()?.max(seen).saturating_add(1);
        self.set_meta_number(GENERATION, next)?;
        Ok(next)
    }

    /// Opens an epoch above the present one and every one that a peer has seen of us: the next one,
    /// or one up to 2^20 above it where the ledger was opened with a leap. Two copies of one device
    /// open an epoch for the same reasons, and must not meet in it again.
    pub fn open_epoch(&mut self, seen: u64) -> Result<u64> {
        let next = self.epoch()?.max(seen).saturating_add(1);
        let next = next.saturating_add(leap(self.leap(), next));
        self.set_meta_number(EPOCH, next)?;
        Ok(next)
    }
}

/// How many epochs above the next one are left out.
fn leap(salt: u64, next: u64) -> u64 {
    if salt == 0 {
        return 0;
    }
    let digest: [u8; 32] = Sha256::new()
        .chain_update(salt.to_be_bytes())
        .chain_update(next.to_be_bytes())
        .finalize()
        .into();
    let [a, b, c, ..] = digest;
    u64::from_be_bytes([0, 0, 0, 0, 0, a & 0x0f, b, c])
}

#[cfg(test)]
mod tests {
    use crate::{Ledger, Options, Profile};

    #[test]
    fn copies_of_one_device_leap_to_different_epochs() {
        let opened = |leap| {
            let options = Options {
                leap,
                ..Options::default()
            };
            let ledger = Ledger::open_in_memory(Profile::Device, options).unwrap();
            ledger.write(|tx| tx.open_epoch(7)).unwrap()
        };
        assert_eq!(opened(0), 8);
        let (one, other) = (opened(1), opened(2));
        assert_ne!(one, other);
        for epoch in [one, other] {
            assert!((8..8 + (1 << 20)).contains(&epoch), "{epoch}");
        }
    }
}

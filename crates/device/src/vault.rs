//! The keys of the device, wrapped under each person's secret, and the count of guesses: one small
//! file that is replaced as a whole.
//!
//! There is one data key for `device.db` and one for each grid's file. A person's lock stretches the
//! passphrase (argon2id), and the result wraps every key (`linli_trust::pin`). The count of guesses
//! stands in the same file: who deletes it deletes the wraps too. A guess is counted on the disk
//! before it is tried, so a kill costs a guess and never gives one.
//!
//! After the last wrong guess no guess is tried any more. The wraps are erased unless something
//! waits to be sent: unsent reports are then kept, closed for good on this device.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use linli_model::{GridCode, KeyId, StaffId, Timestamp};
use linli_store::DbKey;
use linli_trust::pin::{
    DataKey, GuessCounter, GuessStep, KeyPlace, KeyPurpose, PinError, StaffLock, StretchParams,
    Stretched, UnlockSecret, WrapContext, WrappedKey,
};
use serde::{Deserialize, Serialize};

use crate::env::{self, Random};
use crate::error::{DeviceError, Result};
use crate::files::{self, hex, unhex};

/// The fewest characters of a passphrase.
pub const SECRET_LENGTH: u32 = 8;

/// The version of the file's form.
const VERSION: u32 = 1;
const NAME: &str = "vault.json";

/// The open keys of a device. Erased from memory when dropped.
#[derive(Clone)]
pub(crate) struct Keys {
    /// The key of `device.db`.
    pub(crate) device: DataKey,
    /// The key of each grid's file.
    pub(crate) grids: BTreeMap<GridCode, DataKey>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// The raw database key of a data key.
pub(crate) fn db_key(key: &DataKey) -> Result<DbKey> {
    Ok(DbKey::new(*key.sub_key(KeyPurpose::Database)?.expose()))
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct VaultFile {
    version: u32,
    device: KeyId,
    guesses: String,
    /// By staff id.
    people: BTreeMap<StaffId, Person>,
    /// Wipe orders that were obeyed, by nonce.
    #[serde(default)]
    obeyed: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Person {
    lock: String,
    device: String,
    grids: BTreeMap<GridCode, String>,
}

/// The vault of one device.
#[derive(Debug)]
pub(crate) struct Vault {
    path: PathBuf,
    file: VaultFile,
    stretch: StretchParams,
}

impl Vault {
    /// Loads the vault of a folder, if there is one.
    pub(crate) fn load(folder: &Path, stretch: StretchParams) -> Result<Option<Self>> {
        let path = folder.join(NAME);
        let Some(bytes) = files::read(&path)? else {
            return Ok(None);
        };
        let file: VaultFile = serde_json::from_slice(&bytes)
            .map_err(|error| DeviceError::Damaged(format!("vault: {error}")))?;
        if file.version != VERSION {
            return Err(DeviceError::Damaged(format!(
                "vault of version {}",
                file.version
            )));
        }
        Ok(Some(Self {
            path,
            file,
            stretch,
        }))
    }

    /// A new vault without people. Written when the first person is added.
    pub(crate) fn create(folder: &Path, device: KeyId, stretch: StretchParams) -> Result<Self> {
        Ok(Self {
            path: folder.join(NAME),
            file: VaultFile {
                version: VERSION,
                device,
                guesses: hex(&GuessCounter::new().encode()?),
                people: BTreeMap::new(),
                obeyed: Vec::new(),
            },
            stretch,
        })
    }

    /// Who may try to unlock.
    pub(crate) fn people(&self) -> impl Iterator<Item = &StaffId> {
        self.file.people.keys()
    }

    /// Wraps the keys for a person, in place of what that person had.
    pub(crate) fn set_person(
        &mut self,
        staff: &StaffId,
        secret: &UnlockSecret,
        keys: &Keys,
        random: &dyn Random,
    ) -> Result<()> {
        let person = self.wrap(staff, secret, keys, random)?;
        let before = self.file.people.insert(staff.clone(), person);
        self.save_or(|file| match before {
            Some(person) => {
                file.people.insert(staff.clone(), person);
            }
            None => {
                file.people.remove(staff);
            }
        })
    }

    /// Replaces all people at once.
    pub(crate) fn set_people<'a>(
        &mut self,
        staff: impl IntoIterator<Item = &'a StaffId>,
        secret: &UnlockSecret,
        keys: &Keys,
        random: &dyn Random,
    ) -> Result<()> {
        let mut people = BTreeMap::new();
        for id in staff {
            people.insert(id.clone(), self.wrap(id, secret, keys, random)?);
        }
        let before = std::mem::replace(&mut self.file.people, people);
        self.save_or(|file| file.people = before)
    }

    fn wrap(
        &self,
        staff: &StaffId,
        secret: &UnlockSecret,
        keys: &Keys,
        random: &dyn Random,
    ) -> Result<Person> {
        let lock = StaffLock::new(self.stretch, env::bytes(random)?, false)?;
        let stretched = lock.stretch(secret, None)?;
        let wrap = |key: &DataKey, place: KeyPlace| -> Result<String> {
            let context = self.context(staff, place);
            let wrapped = stretched.wrap(key, &context, env::bytes(random)?)?;
            Ok(hex(&wrapped.encode()?))
        };
        let mut grids = BTreeMap::new();
        for (grid, key) in &keys.grids {
            grids.insert(grid.clone(), wrap(key, KeyPlace::Grid(grid.clone()))?);
        }
        Ok(Person {
            lock: hex(&lock.encode()?),
            device: wrap(&keys.device, KeyPlace::Device)?,
            grids,
        })
    }

    fn context(&self, staff: &StaffId, place: KeyPlace) -> WrapContext {
        WrapContext {
            device: self.file.device,
            staff: staff.clone(),
            place,
        }
    }

    /// Tries a secret. `has_unsent` keeps the wraps after the last guess.
    pub(crate) fn unlock(
        &mut self,
        staff: &StaffId,
        secret: &UnlockSecret,
        now: Timestamp,
        has_unsent: bool,
    ) -> Result<Keys> {
        if self.file.people.is_empty() {
            return Err(DeviceError::SecretBlocked { until: None });
        }
        let counter = match self.counter().begin(now) {
            GuessStep::Test(counter) => counter,
            GuessStep::Wait { counter, wait_ms } => {
                self.count(counter)?;
                let wait = i64::try_from(wait_ms).unwrap_or(i64::MAX);
                return Err(DeviceError::SecretBlocked {
                    until: Some(now.plus_ms(wait)),
                });
            }
            GuessStep::Erase => {
                self.close(has_unsent)?;
                return Err(DeviceError::SecretBlocked { until: None });
            }
        };
        self.count(counter)?;
        match self.open(staff, secret) {
            Ok(keys) => {
                self.count(counter.right())?;
                Ok(keys)
            }
            Err(DeviceError::Pin(PinError::DoesNotOpen)) => {
                let counter = counter.wrong(now);
                self.count(counter)?;
                if counter.must_erase() {
                    self.close(has_unsent)?;
                    return Err(DeviceError::SecretBlocked { until: None });
                }
                Err(DeviceError::SecretWrong {
                    left: u32::from(counter.left()),
                })
            }
            Err(error) => Err(error),
        }
    }

    /// Tries a secret without counting: the person is inside already.
    pub(crate) fn open(&self, staff: &StaffId, secret: &UnlockSecret) -> Result<Keys> {
        let person = self
            .file
            .people
            .get(staff)
            .ok_or(DeviceError::Pin(PinError::DoesNotOpen))?;
        let lock = StaffLock::decode(&stored(&person.lock)?)?;
        let stretched = lock.stretch(secret, None)?;
        let mut grids = BTreeMap::new();
        for (grid, text) in &person.grids {
            let context = self.context(staff, KeyPlace::Grid(grid.clone()));
            grids.insert(grid.clone(), unwrap(&stretched, text, &context)?);
        }
        Ok(Keys {
            device: unwrap(
                &stretched,
                &person.device,
                &self.context(staff, KeyPlace::Device),
            )?,
            grids,
        })
    }

    /// Tries that are left when some were spent, and when the next is possible.
    pub(crate) fn tries(&self, now: Timestamp) -> (Option<u32>, Option<Timestamp>) {
        let counter = self.counter();
        if counter == GuessCounter::new() {
            return (None, None);
        }
        let until = match counter.begin(now) {
            GuessStep::Wait { wait_ms, .. } => {
                Some(now.plus_ms(i64::try_from(wait_ms).unwrap_or(i64::MAX)))
            }
            GuessStep::Test(_) | GuessStep::Erase => None,
        };
        (Some(u32::from(counter.left())), until)
    }

    /// Erases the keys of some grids, or of everything: first of all, before any file goes.
    pub(crate) fn erase(&mut self, grids: &[GridCode], order: Option<[u8; 16]>) -> Result<()> {
        let before = self.file.clone();
        if grids.is_empty() {
            self.file.people.clear();
        }
        for person in self.file.people.values_mut() {
            person.grids.retain(|grid, _| !grids.contains(grid));
        }
        self.file.obeyed.extend(order.map(|nonce| hex(&nonce)));
        self.save_or(|file| *file = before)
    }

    /// Whose keys these are.
    pub(crate) fn device(&self) -> KeyId {
        self.file.device
    }

    /// The nonces of wipe orders that were obeyed.
    pub(crate) fn obeyed(&self) -> impl Iterator<Item = [u8; 16]> {
        let nonces = self.file.obeyed.iter();
        nonces.filter_map(|text| unhex(text)?.try_into().ok())
    }

    /// A damaged count is a count at its end: it must not give new guesses.
    fn counter(&self) -> GuessCounter {
        let spent = || {
            let mut counter = GuessCounter::new();
            while let GuessStep::Test(next) = counter.begin(Timestamp(i64::MAX)) {
                counter = next.wrong(Timestamp(0));
            }
            counter
        };
        unhex(&self.file.guesses)
            .and_then(|bytes| GuessCounter::decode(&bytes).ok())
            .unwrap_or_else(spent)
    }

    fn count(&mut self, counter: GuessCounter) -> Result<()> {
        self.file.guesses = hex(&counter.encode()?);
        self.save()
    }

    fn close(&mut self, has_unsent: bool) -> Result<()> {
        if has_unsent {
            tracing::error!("the last guess was wrong; unsent work is kept, closed");
            return Ok(());
        }
        tracing::error!("the last guess was wrong; the keys are erased");
        self.erase(&[], None)
    }

    fn save_or(&mut self, undo: impl FnOnce(&mut VaultFile)) -> Result<()> {
        let saved = self.save();
        if saved.is_err() {
            undo(&mut self.file);
        }
        saved
    }

    fn save(&self) -> Result<()> {
        Ok(files::replace(
            &self.path,
            &serde_json::to_vec_pretty(&self.file)?,
        )?)
    }
}

fn stored(text: &str) -> Result<Vec<u8>> {
    unhex(text).ok_or_else(|| DeviceError::Damaged("vault: a value is not hex".into()))
}

fn unwrap(stretched: &Stretched, text: &str, context: &WrapContext) -> Result<DataKey> {
    let wrapped = WrappedKey::decode(&stored(text)?)?;
    Ok(stretched.unwrap(&wrapped, context)?)
}

#[cfg(test)]
mod tests;

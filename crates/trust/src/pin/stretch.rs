//! Making a short secret dear to guess: argon2id.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use minicbor::{Decode, Encode};
use zeroize::{Zeroize, Zeroizing};

use super::{PinError, UnlockSecret};
use crate::cbor;
use crate::secret::Secret;

/// The cost of one guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct StretchParams {
    /// Memory in KiB.
    #[n(0)]
    pub memory_kib: u32,
    /// Passes over the memory.
    #[n(1)]
    pub passes: u32,
    /// Lanes.
    #[n(2)]
    pub lanes: u32,
}

impl StretchParams {
    /// What a new lock uses unless the handset was measured: about 0.2 s on a desktop core.
    pub const DEFAULT: Self = Self {
        memory_kib: 64 * 1024,
        passes: 3,
        lanes: 1,
    };
    /// The least that is accepted (OWASP's recommendation for argon2id).
    pub const FLOOR: Self = Self {
        memory_kib: 19 * 1024,
        passes: 2,
        lanes: 1,
    };
    /// The most that is accepted, so that a tampered file cannot stall the device.
    pub const CEILING: Self = Self {
        memory_kib: 512 * 1024,
        passes: 16,
        lanes: 4,
    };

    /// The same memory with as many passes as make one guess last about `wanted_ms`, if these
    /// parameters took `measured_ms` on the handset.
    #[must_use]
    pub fn calibrated(self, measured_ms: u64, wanted_ms: u64) -> Self {
        let passes = u64::from(self.passes)
            .saturating_mul(wanted_ms)
            .div_ceil(measured_ms.max(1))
            .clamp(
                u64::from(Self::FLOOR.passes),
                u64::from(Self::CEILING.passes),
            );
        Self {
            passes: u32::try_from(passes).unwrap_or(self.passes),
            ..self
        }
    }

    fn check(self) -> Result<(), PinError> {
        let within = |value, floor, ceiling| (floor..=ceiling).contains(&value);
        let (low, high) = (Self::FLOOR, Self::CEILING);
        if within(self.memory_kib, low.memory_kib, high.memory_kib)
            && within(self.passes, low.passes, high.passes)
            && within(self.lanes, low.lanes, high.lanes)
        {
            return Ok(());
        }
        Err(PinError::BadParameters)
    }
}

/// One staff member's lock on a device: how the secret is stretched. Not secret itself.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct StaffLock {
    #[n(0)]
    version: u8,
    #[n(1)]
    params: StretchParams,
    #[cbor(n(2), with = "cbor::fixed")]
    salt: [u8; 16],
    #[n(3)]
    needs_hardware: bool,
}

/// The version of locks and wraps that this program writes.
pub(super) const VERSION: u8 = 1;

impl StaffLock {
    /// A new lock with a random salt.
    pub fn new(
        params: StretchParams,
        salt: [u8; 16],
        needs_hardware: bool,
    ) -> Result<Self, PinError> {
        params.check()?;
        Ok(Self {
            version: VERSION,
            params,
            salt,
            needs_hardware,
        })
    }

    /// Whether a hardware secret is part of the key.
    pub fn needs_hardware(&self) -> bool {
        self.needs_hardware
    }

    /// The cost of one guess.
    pub fn params(&self) -> StretchParams {
        self.params
    }

    /// The bytes to store.
    pub fn encode(&self) -> Result<Vec<u8>, PinError> {
        Ok(cbor::encode("staff lock", self)?)
    }

    /// Reads stored bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, PinError> {
        let lock: Self = cbor::decode("staff lock", bytes, 128)?;
        lock.params.check()?;
        if lock.version != VERSION {
            return Err(PinError::BadParameters);
        }
        Ok(lock)
    }

    /// Stretches a secret: slow on purpose, once for all keys of the staff member. Says nothing about
    /// whether the secret is right.
    pub fn stretch(
        &self,
        secret: &UnlockSecret,
        hardware: Option<&Secret<32>>,
    ) -> Result<Stretched, PinError> {
        let hardware: &[u8] = match (self.needs_hardware, hardware) {
            (true, Some(bytes)) => bytes.expose(),
            (true, None) => return Err(PinError::NoHardwareSecret),
            (false, _) => &[],
        };
        let StretchParams {
            memory_kib,
            passes,
            lanes,
        } = self.params;
        let params = Params::new(memory_kib, passes, lanes, Some(32))
            .map_err(|_| PinError::BadParameters)?;
        let mut memory: Vec<Block> = Vec::new();
        memory
            .try_reserve_exact(params.block_count())
            .map_err(|_| PinError::OutOfMemory)?;
        memory.resize(params.block_count(), Block::default());
        let mut stretched = Zeroizing::new([0u8; 32]);
        let outcome = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into_with_memory(
                secret.bytes(),
                &self.salt,
                stretched.as_mut_slice(),
                &mut memory,
            );
        memory.zeroize();
        outcome.map_err(|_| PinError::BadParameters)?;
        let mut material = Zeroizing::new(Vec::with_capacity(64));
        material.extend_from_slice(stretched.as_slice());
        material.extend_from_slice(hardware);
        Ok(Stretched(material))
    }
}

/// A stretched secret with the hardware's part: makes the keys that wrap keys. Keep it for the
/// moment of unlocking only.
pub struct Stretched(pub(super) Zeroizing<Vec<u8>>);

impl std::fmt::Debug for Stretched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

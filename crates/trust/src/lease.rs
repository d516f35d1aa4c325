//! Signed server time, the lease that lets a device show protected data for a time without contact,
//! and the clock that judges it on the device.

use linli_model::{KeyId, Timestamp};
use minicbor::{Decode, Encode};

use crate::cbor;
use crate::error::TrustError;
use crate::key::{Domain, Suite};
use crate::signed::{Signed, SignedBody};

/// The server's time with its signature.
pub type ServerTime = Signed<ServerTimeBody>;

/// A lease with its signature.
pub type Lease = Signed<LeaseBody>;

/// What time it is, in answer to one request. A device that was refused for its clock keeps the
/// offset and tries once more. Its own clock being in doubt, it judges the signer at the time that
/// is stated (`Judged::At(time.at)`); [`LeaseClock::heard`] never goes back.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ServerTimeBody {
    /// The algorithms of the signature.
    #[cbor(n(0), with = "cbor::number")]
    pub suite: Suite,
    /// The server's clock.
    #[cbor(n(1), with = "cbor::number")]
    pub at: Timestamp,
    /// The nonce of the request that is answered, so that an old answer is of no use.
    #[cbor(n(2), with = "cbor::fixed")]
    pub nonce: [u8; 16],
    /// The desk key that signs.
    #[cbor(n(3), with = "cbor::fixed")]
    pub signer: KeyId,
}

impl SignedBody for ServerTimeBody {
    const DOMAIN: Domain = Domain::SERVER_TIME;
    const NAME: &'static str = "server time";
    const MAX_BYTES: usize = 256;

    fn signer(&self) -> KeyId {
        self.signer
    }
}

/// Until when a device may show protected data without hearing from its server again.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct LeaseBody {
    /// The algorithms of the signature.
    #[cbor(n(0), with = "cbor::number")]
    pub suite: Suite,
    /// The device.
    #[cbor(n(1), with = "cbor::fixed")]
    pub device: KeyId,
    /// The server's clock when it was given.
    #[cbor(n(2), with = "cbor::number")]
    pub at: Timestamp,
    /// When it ends, by the server's clock. Seven days later unless the city says otherwise.
    #[cbor(n(3), with = "cbor::number")]
    pub until: Timestamp,
    /// The server's generation, which never goes back without a restore.
    #[n(4)]
    pub generation: u64,
    /// The desk key that signs.
    #[cbor(n(5), with = "cbor::fixed")]
    pub signer: KeyId,
}

impl SignedBody for LeaseBody {
    const DOMAIN: Domain = Domain::LEASE;
    const NAME: &'static str = "lease";
    const MAX_BYTES: usize = 256;

    fn signer(&self) -> KeyId {
        self.signer
    }

    fn check(&self) -> Result<(), TrustError> {
        if self.until < self.at {
            return Err(TrustError::malformed(Self::NAME, "ends before it begins"));
        }
        Ok(())
    }
}

/// A device's belief about the server's time, kept with the lease. Between two answers it never runs
/// backwards: turning the device's clock back does not lengthen a lease. A later signed time puts
/// right what a clock that ran ahead has claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseClock {
    /// The latest time that the server has signed.
    pub heard: Timestamp,
    /// The latest server time that, by signed times and the device's clocks, has passed.
    pub seen: Timestamp,
    /// Server time minus device time, milliseconds, as last measured.
    pub offset_ms: i64,
}

impl LeaseClock {
    /// After an answer of the server: its signed time, and the device's clock at that moment.
    /// A time older than one already heard changes nothing.
    #[must_use]
    pub fn heard(self, server: Timestamp, device: Timestamp) -> Self {
        if server < self.heard {
            return self;
        }
        Self {
            heard: server,
            seen: server,
            offset_ms: server.ms_since(device),
        }
    }

    /// Before the first answer: nothing is certain.
    pub fn unheard() -> Self {
        Self {
            heard: Timestamp(i64::MIN),
            seen: Timestamp(i64::MIN),
            offset_ms: 0,
        }
    }

    /// Takes notice of the device's clock, and of the time that its monotonic clock counted since
    /// the notice before (0 after a start). Store the answer. Before the first answer the device's
    /// clock says nothing.
    #[must_use]
    pub fn tick(self, device: Timestamp, monotonic_ms: u64) -> Self {
        if self == Self::unheard() {
            return self;
        }
        let by_clock = device.plus_ms(self.offset_ms);
        let counted = i64::try_from(monotonic_ms).unwrap_or(i64::MAX);
        Self {
            seen: by_clock.max(self.seen.plus_ms(counted)).max(self.seen),
            ..self
        }
    }

    /// Whether protected data must be hidden.
    pub fn is_over(&self, lease: &LeaseBody) -> bool {
        self.seen >= lease.until
    }
}

#[cfg(test)]
mod tests;

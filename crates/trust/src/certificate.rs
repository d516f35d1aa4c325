//! Certificates: which organisation a key speaks for, and what a device may touch.

use linli_model::{ActorId, GridCode, KeyId, OrgId, StaffId, Timestamp};
use minicbor::{Decode, Encode};

use crate::cbor;
use crate::cbor::list::MAX_CODES;
use crate::error::TrustError;
use crate::key::{Domain, PublicKey, SigningKey, Suite};
use crate::signed::{Signed, SignedBody};

/// A certificate with its signed bytes and the issuer's signature.
pub type Certificate = Signed<CertificateBody>;

/// What a certificate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The key of one organisation on its server. It signs console, unit and timer actions, and
    /// certificates of what lies below.
    Desk,
    /// A device of field staff.
    Device,
}

/// What an issuer states about a key. The district's own desk certificate is the root: issued by
/// its own key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CertificateBody {
    /// The algorithms of key and signature.
    #[cbor(n(0), with = "cbor::number")]
    pub suite: Suite,
    /// Orders the certificates of one key and epoch; the highest is the current one. Take the
    /// issuer's clock in milliseconds, so that a restored server does not use a number again.
    #[n(1)]
    pub serial: u64,
    /// Desk or device.
    #[cbor(n(2), with = "cbor::number")]
    pub subject: Subject,
    /// The certified key.
    #[cbor(n(3), with = "cbor::fixed")]
    pub key: PublicKey,
    /// The organisation that the key speaks for; a device's home community.
    #[cbor(n(4), with = "cbor::text")]
    pub org: OrgId,
    /// Grids whose scopes a device may read and write, ascending. Empty for a desk. That they lie
    /// in the issuer's subtree is for the caller to check, who knows the edition.
    #[cbor(n(5), with = "cbor::list")]
    pub grids: Vec<GridCode>,
    /// Staff who may use a device, ascending. Empty for a desk.
    #[cbor(n(6), with = "cbor::list")]
    pub staff: Vec<StaffId>,
    /// A device: the lowest install epoch in which it may sign (raised when it is re-assigned or a
    /// copy of it was found; the device then opens an epoch at least as high). A desk: counts the
    /// keys of the organisation; a higher one replaces the lower ones (hosting anew).
    #[n(7)]
    pub epoch: u64,
    /// The first moment of validity. Date it a day back: the clocks of servers differ.
    #[cbor(n(8), with = "cbor::number")]
    pub not_before: Timestamp,
    /// The first moment after validity.
    #[cbor(n(9), with = "cbor::number")]
    pub not_after: Timestamp,
    /// The desk key that signs this certificate.
    #[cbor(n(10), with = "cbor::fixed")]
    pub issuer: KeyId,
}

impl CertificateBody {
    /// A desk's statement, to be sealed with the issuer's key.
    pub fn desk(
        key: PublicKey,
        org: OrgId,
        epoch: u64,
        serial: u64,
        valid: std::ops::Range<Timestamp>,
        issuer: KeyId,
    ) -> Self {
        Self {
            suite: Suite::CURRENT,
            serial,
            subject: Subject::Desk,
            key,
            org,
            grids: Vec::new(),
            staff: Vec::new(),
            epoch,
            not_before: valid.start,
            not_after: valid.end,
            issuer,
        }
    }

    /// The same statement for a device of these grids and staff.
    #[must_use]
    pub fn for_device(
        mut self,
        grids: impl IntoIterator<Item = GridCode>,
        staff: impl IntoIterator<Item = StaffId>,
    ) -> Self {
        self.subject = Subject::Device;
        self.grids = grids.into_iter().collect();
        self.grids.sort();
        self.grids.dedup();
        self.staff = staff.into_iter().collect();
        self.staff.sort();
        self.staff.dedup();
        self
    }

    /// A district's root: its own desk key certifies itself.
    pub fn root(
        key: &SigningKey,
        district: OrgId,
        valid: std::ops::Range<Timestamp>,
    ) -> Result<Certificate, TrustError> {
        let body = Self::desk(key.public(), district, 0, 1, valid, key.id());
        Certificate::seal(body, key)
    }

    /// Whether a moment lies within the validity.
    pub fn is_valid_at(&self, at: Timestamp) -> bool {
        self.not_before <= at && at < self.not_after
    }
}

impl SignedBody for CertificateBody {
    const DOMAIN: Domain = Domain::CERTIFICATE;
    const NAME: &'static str = "certificate";
    const MAX_BYTES: usize = 24 * 1024;

    fn signer(&self) -> KeyId {
        self.issuer
    }

    fn check(&self) -> Result<(), TrustError> {
        let wrong = |reason| Err(TrustError::malformed(Self::NAME, reason));
        if self.not_before >= self.not_after {
            return wrong("is never valid");
        }
        if self.epoch > ActorId::MAX_EPOCH {
            return wrong("epoch is above 48 bits");
        }
        if self.grids.len() > MAX_CODES || self.staff.len() > MAX_CODES {
            return wrong("lists too many codes");
        }
        if !self.grids.is_sorted_by(|a, b| a < b) || !self.staff.is_sorted_by(|a, b| a < b) {
            return wrong("codes are not in ascending order");
        }
        if self.subject == Subject::Desk && !(self.grids.is_empty() && self.staff.is_empty()) {
            return wrong("a desk lists no grids or staff");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;

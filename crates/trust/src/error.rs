//! What can be wrong with something that claims to be trusted.

use linli_model::{KeyId, OrgId, StaffId, Timestamp};

/// Why bytes, a signature or an author were not accepted. Every variant is final for the bytes at
/// hand, except [`TrustError::UnknownKey`]: the certificate may still arrive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// The bytes are not a canonical encoding of what they should be. Refuse the sender's message.
    #[error("{what} is malformed: {reason}")]
    Malformed {
        /// What was being read.
        what: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A limit is broken. Refuse without reading further.
    #[error("{what} is too large: at most {limit}")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// The largest allowed value, in the unit of `what`.
        limit: usize,
    },
    /// Signed with an algorithm suite that this version does not have. Ask for an update.
    #[error("unknown signature suite {0}")]
    UnknownSuite(u8),
    /// The 32 bytes are not a usable Ed25519 public key.
    #[error("not a usable public key")]
    BadKey,
    /// The signature does not fit key, domain and bytes.
    #[error("signature of key {0} does not verify")]
    BadSignature(KeyId),
    /// The key that was offered or used is not the one that the signed bytes name.
    #[error("signed for key {named}, but {used} was used")]
    WrongKey {
        /// The key that the bytes name.
        named: KeyId,
        /// The key that was used.
        used: KeyId,
    },
    /// A batch's entries are not the ones that its header counts and hashes.
    #[error("entries differ from the batch header")]
    ContentMismatch,
    /// No certificate of this key has been seen. Park the item and ask for the certificate.
    #[error("no certificate of key {0}")]
    UnknownKey(KeyId),
    /// No certificate of the key is valid at the time of judgement.
    #[error("no certificate of key {key} is valid at {at:?}")]
    OutsideValidity {
        /// The key.
        key: KeyId,
        /// The time of judgement.
        at: Timestamp,
    },
    /// The key, or a key above it when it issued the certificate, was revoked. Quarantine.
    #[error("key {key} is revoked since {since:?}")]
    Revoked {
        /// The revoked key.
        key: KeyId,
        /// When the revocation took effect.
        since: Timestamp,
    },
    /// The organisation's desk has a newer key since then (it was hosted anew). Quarantine.
    #[error("desk key {key} was replaced at {since:?}")]
    Replaced {
        /// The replaced key.
        key: KeyId,
        /// When the newer key's certificate took effect.
        since: Timestamp,
    },
    /// The signer speaks for an organisation that is not in its subtree.
    #[error("organisation {org} is not within {signer_org}")]
    OutsideSubtree {
        /// The organisation spoken for.
        org: OrgId,
        /// The signer's organisation.
        signer_org: OrgId,
    },
    /// The signer may never do this, whatever the organisation.
    #[error("key {key} may not {act}")]
    NotEntitled {
        /// The signer.
        key: KeyId,
        /// What it tried.
        act: &'static str,
    },
    /// The certificate does not list this staff member.
    #[error("staff {staff} is not listed for key {key}")]
    StaffNotListed {
        /// The signer.
        key: KeyId,
        /// The staff member named in the header.
        staff: StaffId,
    },
    /// Another item with the same number says something else: a fork. Raise an incident.
    #[error("{what} {number} of key {key} exists with other content")]
    Fork {
        /// What was numbered.
        what: &'static str,
        /// The number.
        number: u64,
        /// The signer.
        key: KeyId,
    },
    /// The bytes are no carry-out file. Look for another file.
    #[error("not a carry-out file")]
    NotCarried,
    /// A carry-out file of a format that this version does not know. Ask for an update.
    #[error("carry-out file of format {0}")]
    CarryFormat(u8),
    /// A carry-out file that was cut or changed on the way. Copy it again.
    #[error("the carry-out file is cut or damaged")]
    CarryDamaged,
    /// The seal of a carry-out file does not open: it is forged, or meant for another key.
    #[error("the seal of the carry-out file does not open")]
    CarrySeal,
    /// A value of our own cannot be encoded: a fault in this program.
    #[error("cannot encode {0}")]
    Encode(&'static str),
}

impl TrustError {
    /// A short stable code for the wire, logs and texts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "malformed",
            Self::TooLarge { .. } => "too_large",
            Self::UnknownSuite(_) => "unknown_suite",
            Self::BadKey => "bad_key",
            Self::BadSignature(_) => "bad_signature",
            Self::WrongKey { .. } => "wrong_key",
            Self::ContentMismatch => "content_mismatch",
            Self::UnknownKey(_) => "unknown_key",
            Self::OutsideValidity { .. } => "outside_validity",
            Self::Revoked { .. } => "revoked",
            Self::Replaced { .. } => "replaced",
            Self::OutsideSubtree { .. } => "outside_subtree",
            Self::NotEntitled { .. } => "not_entitled",
            Self::StaffNotListed { .. } => "staff_not_listed",
            Self::Fork { .. } => "fork",
            Self::NotCarried => "not_carried",
            Self::CarryFormat(_) => "carry_format",
            Self::CarryDamaged => "carry_damaged",
            Self::CarrySeal => "carry_seal",
            Self::Encode(_) => "encode",
        }
    }

    /// Whether the same bytes may be accepted later, once a certificate has arrived.
    pub fn may_pass_later(&self) -> bool {
        matches!(self, Self::UnknownKey(_))
    }

    pub(crate) fn malformed(what: &'static str, reason: &(impl ToString + ?Sized)) -> Self {
        Self::Malformed {
            what,
            reason: reason.to_string(),
        }
    }
}

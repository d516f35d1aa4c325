//! Who said it, who may say it, and how secrets are kept.
//!
//! | subject | modules |
//! |---|---|
//! | keys, domains of signatures, fingerprints, secrets that print as `***` | [`key`], [`fingerprint`], [`secret`] |
//! | who may sign: certificates, revocations, the chain to the district's root | [`certificate`], [`revocation`], [`certificate_store`] |
//! | signed batches of changes, and parcels that carry them | [`batch`] |
//! | signed control items in one envelope | [`signed`], [`edition`], [`tombstone`], [`checkpoint`], [`lease`], [`wipe`], [`erasure_proof`], [`audit`] |
//! | signed requests (RFC 9421, RFC 9530) | [`http_signature`] |
//! | the seal of a file that is carried by hand | [`carry`] |
//! | PIN, passphrase, wrapped data keys, guess counter | [`pin`] |
//! | how a device becomes known | [`enrolment`] |
//!
//! Invariants:
//! - Pure: random bytes and `now` are arguments; nothing here reads a clock, a file or a socket.
//! - Every signature covers a [`Domain`] tag, so that bytes signed for one purpose never pass for
//!   another. Signatures are verified strictly.
//! - Signed bytes are kept as they came and sent on as they came: a field that this version does not
//!   know is ignored and survives ([`signed`] states the rule). One value has one encoding.
//! - Nothing that is decoded is trusted before it is verified, and no decoder panics.
//! - Secrets are erased when dropped and compared in constant time.
//!
//! Absent on purpose: roles and grants (they are the edition's), the numbers of a signer's batches (the
//! ledger's), nonces and clock skew of requests (the server's), TLS, passwords of the console.

pub mod audit;
pub mod batch;
pub mod carry;
pub mod certificate;
pub mod certificate_store;
pub mod checkpoint;
pub mod edition;
pub mod enrolment;
pub mod erasure_proof;
pub mod error;
pub mod fingerprint;
pub mod http_signature;
pub mod key;
pub mod lease;
pub mod pin;
pub mod revocation;
pub mod secret;
pub mod signed;
pub mod tombstone;
pub mod wipe;

mod cbor;
mod crockford;
#[cfg(test)]
mod testing;

pub use batch::{BatchDraft, BatchHeader, EntryRef, Parcel, SealedBatch};
pub use carry::{CarryHeader, CarryLabel, CarryOpener, CarrySealer, CarryWay};
pub use certificate::{Certificate, CertificateBody, Subject};
pub use certificate_store::{CertificateStore, Inserted, IsWithin, Judged};
pub use checkpoint::{Checkpoint, CheckpointBody};
pub use edition::{EditionBody, SignedEdition};
pub use erasure_proof::{ErasureProof, ErasureProofBody};
pub use error::TrustError;
pub use fingerprint::Fingerprint;
pub use key::{Domain, PublicKey, Signature, SigningKey, Suite};
pub use lease::{Lease, LeaseBody, LeaseClock, ServerTime, ServerTimeBody};
pub use revocation::{Revocation, RevocationBody};
pub use secret::Secret;
pub use signed::{ReasonCode, Signed, SignedBody};
pub use tombstone::{Tombstone, TombstoneBody};
pub use wipe::{WipeOrder, WipeOrderBody};

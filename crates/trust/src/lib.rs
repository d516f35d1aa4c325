//! Who said it, who may say it, and how secrets are kept: keys, certificates, signed batches and
//! signed control items, signed requests, key wrapping, enrolment and the audit chain.
//!
//! Pure: random bytes and `now` are arguments, nothing here reads a clock, a file or a socket.
//!
//! Every signature covers a [`Domain`] tag, so that bytes signed for one purpose never pass for
//! another. Signed bytes are kept as they came and sent on as they came: a field that this version
//! does not know is ignored by it and survives ([`signed`] states the rule).

pub mod audit;
pub mod batch;
pub mod certificate;
pub mod certificate_store;
pub mod checkpoint;
pub mod edition;
pub mod enrolment;
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
pub use certificate::{Certificate, CertificateBody, Subject};
pub use certificate_store::{CertificateStore, Inserted, IsWithin, Judged};
pub use checkpoint::{Checkpoint, CheckpointBody};
pub use edition::{EditionBody, SignedEdition};
pub use error::TrustError;
pub use fingerprint::Fingerprint;
pub use key::{Domain, PublicKey, Signature, SigningKey, Suite};
pub use lease::{Lease, LeaseBody, LeaseClock, ServerTime, ServerTimeBody};
pub use revocation::{Revocation, RevocationBody};
pub use secret::Secret;
pub use signed::{ReasonCode, Signed, SignedBody};
pub use tombstone::{Tombstone, TombstoneBody};
pub use wipe::{WipeOrder, WipeOrderBody};

//! What can go wrong between ledger and wire.

use linli_store::StoreError;
use linli_sync::SyncError;
use linli_trust::TrustError;

/// Why a step of an exchange was not taken. The transaction it ran in is rolled back.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The ledger failed or refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The other end broke the protocol, or the line was cut.
    #[error(transparent)]
    Sync(#[from] SyncError),
    /// A signature or certificate does not hold.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// A carried file could not be read or written.
    #[error("carried file: {0}")]
    File(#[from] std::io::Error),
    /// This end is not enrolled: it has no root certificate or no edition.
    #[error("not enrolled: {0}")]
    NotEnrolled(&'static str),
    /// The answer to an enrolment cannot be believed or read. Nothing was installed.
    #[error("enrolment: {0}")]
    Enrolment(&'static str),
    /// A pack that cannot be believed. What was installed of it before was proved and stays.
    #[error("pack: {0}")]
    Pack(&'static str),
    /// An edition that is signed and still cannot be used.
    #[error("edition {number} has mistakes: {first}")]
    Edition {
        /// Its number.
        number: u32,
        /// The first mistake.
        first: String,
    },
    /// The peer answered in a generation that was already replaced: an old copy of a server.
    #[error("the peer answers in generation {now} after {seen} was seen")]
    OldGeneration {
        /// The highest generation seen of it.
        seen: u64,
        /// The one it answers in.
        now: u64,
    },
}

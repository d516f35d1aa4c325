//! Encrypted connections: rustls with ring, TLS 1.3 only, an own CA whose SHA-256 is the pin that
//! devices and child servers learn from their ticket.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;

pub mod authority;
pub mod pinned;
pub mod server;

/// Why encryption could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A key or certificate file is missing, damaged or readable by others.
    #[error("{path}: {problem}")]
    File {
        /// The file.
        path: std::path::PathBuf,
        /// What is wrong and what to do.
        problem: String,
    },
    /// Making a certificate failed.
    #[error("making a certificate failed: {0}")]
    Make(#[from] rcgen::Error),
    /// rustls refused the certificate or key.
    #[error("the certificate or key cannot be used: {0}")]
    Use(#[from] rustls::Error),
}

impl TlsError {
    fn file(path: &std::path::Path, problem: &(impl ToString + ?Sized)) -> Self {
        Self::File {
            path: path.to_owned(),
            problem: problem.to_string(),
        }
    }
}

/// The one provider of this program: ring, named wherever rustls is used, so that no other linked
/// crate decides.
pub fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

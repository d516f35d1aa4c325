//! The server's side: a certificate that is renewed while the server runs.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use linli_model::Timestamp;
use rustls::ServerConfig;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::authority::{Authority, Leaf, pin_of};
use super::{TlsError, provider};
use crate::files;

/// The certificate that new connections get.
pub struct Identity {
    current: RwLock<Arc<CertifiedKey>>,
    source: Option<Source>,
    renew_at: RwLock<Timestamp>,
    pin: [u8; 32],
}

struct Source {
    authority: Authority,
    names: Vec<String>,
    days: u16,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identity({})", files::hex(&self.pin))
    }
}

impl Identity {
    /// An identity from the own CA, for these names.
    pub fn from_authority(
        authority: Authority,
        names: Vec<String>,
        days: u16,
        now: Timestamp,
    ) -> Result<Self, TlsError> {
        let leaf = authority.issue(&names, now, days)?;
        Ok(Self {
            pin: authority.pin(),
            renew_at: RwLock::new(leaf.renew_at),
            current: RwLock::new(certified(leaf)?),
            source: Some(Source {
                authority,
                names,
                days,
            }),
        })
    }

    /// An identity from files that somebody else renews. The last certificate of the chain is the
    /// one that devices pin.
    pub fn from_files(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate)
            .and_then(Iterator::collect)
            .map_err(|e| TlsError::file(certificate, &e))?;
        let last = chain
            .last()
            .ok_or_else(|| TlsError::file(certificate, "no certificate in it"))?;
        let pin = pin_of(last);
        if files::is_open_to_others(key).map_err(|e| TlsError::file(key, &e))? {
            let problem = format!("others can read it; run: chmod 600 {}", key.display());
            return Err(TlsError::file(key, &problem));
        }
        let key = PrivateKeyDer::from_pem_file(key).map_err(|e| TlsError::file(key, &e))?;
        let leaf = Leaf {
            chain,
            key,
            renew_at: Timestamp(i64::MAX),
        };
        Ok(Self {
            pin,
            renew_at: RwLock::new(leaf.renew_at),
            current: RwLock::new(certified(leaf)?),
            source: None,
        })
    }

    /// The pin for tickets.
    pub fn pin(&self) -> [u8; 32] {
        self.pin
    }

    /// Renews the certificate when it is due; says whether it did.
    pub fn renew(&self, now: Timestamp) -> Result<bool, TlsError> {
        let due = *self.renew_at.read().unwrap_or_else(PoisonError::into_inner) <= now;
        let Some(source) = self.source.as_ref().filter(|_| due) else {
            return Ok(false);
        };
        let leaf = source.authority.issue(&source.names, now, source.days)?;
        *self
            .renew_at
            .write()
            .unwrap_or_else(PoisonError::into_inner) = leaf.renew_at;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = certified(leaf)?;
        Ok(true)
    }

    /// The settings for connections: TLS 1.3, HTTP/2 or HTTP/1.1.
    pub fn config(self: &Arc<Self>) -> Result<Arc<ServerConfig>, TlsError> {
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        // Nothing is sent before the handshake is done: early data can be replayed.
        config.max_early_data_size = 0;
        Ok(Arc::new(config))
    }
}

impl ResolvesServerCert for Identity {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&current))
    }
}

fn certified(leaf: Leaf) -> Result<Arc<CertifiedKey>, TlsError> {
    let key = CertifiedKey::from_der(leaf.chain, leaf.key, &provider())?;
    Ok(Arc::new(key))
}

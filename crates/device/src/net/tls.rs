//! TLS that trusts the one authority of the ticket and nothing else: TLS 1.3 only, the system's
//! certificates are not asked (docs/trust.md).

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls13_signature};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, PeerIncompatible, RootCertStore,
    SignatureScheme,
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use sha2::{Digest as _, Sha256};

use super::address::ServerAddress;
use super::transport::TransportError;

/// The authority that a server has shown.
pub(super) type Seen = Arc<Mutex<Option<Vec<u8>>>>;

/// Client settings for one server, and where the authority is noted that it shows.
pub(super) fn client_config(
    server: &ServerAddress,
) -> Result<(ClientConfig, Seen), TransportError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let seen = Seen::default();
    let verifier = Pinned {
        pins: server.pin_bytes(),
        stored: server.authority_bytes().map(CertificateDer::from),
        seen: Arc::clone(&seen),
        provider: Arc::clone(&provider),
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|error| TransportError::Caller(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok((config, seen))
}

#[derive(Debug)]
struct Pinned {
    /// Authorities that are believed by their hash; none: any, for an enrolment by code.
    pins: Vec<[u8; 32]>,
    /// The authority that was seen at enrolment.
    stored: Option<CertificateDer<'static>>,
    seen: Seen,
    provider: Arc<CryptoProvider>,
}

impl Pinned {
    /// The authority in the chain that is believed. A server that sends none is held against the
    /// one that was stored.
    fn authority<'a>(&'a self, chain: &'a [CertificateDer<'a>]) -> Option<&'a CertificateDer<'a>> {
        let shown = if self.pins.is_empty() {
            chain.last()
        } else {
            chain
                .iter()
                .find(|certificate| self.pins.contains(&pin_of(certificate)))
        };
        shown.or(self.stored.as_ref())
    }
}

/// SHA-256 of a certificate.
pub(super) fn pin_of(certificate: &[u8]) -> [u8; 32] {
    Sha256::digest(certificate).into()
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let authority = self
            .authority(intermediates)
            .ok_or(CertificateError::UnknownIssuer)?
            .clone()
            .into_owned();
        let mut roots = RootCertStore::empty();
        roots.add(authority.clone())?;
        let verified = WebPkiServerVerifier::builder_with_provider(
            Arc::new(roots),
            Arc::clone(&self.provider),
        )
        .build()
        .map_err(|error| Error::General(error.to_string()))?
        .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)?;
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(authority.to_vec());
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(PeerIncompatible::Tls12NotOffered.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

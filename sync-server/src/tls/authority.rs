//! The own CA and the server certificates that it signs.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use linli_model::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, PublicKeyData as _, date_time_ymd,
};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use super::TlsError;
use crate::files;

/// The CA: its certificate and private key.
pub struct Authority {
    key: KeyPair,
    certificate: CertificateDer<'static>,
}

/// A server certificate with its key.
pub struct Leaf {
    /// The server certificate, then the CA: a device checks the CA against its pin.
    pub chain: Vec<CertificateDer<'static>>,
    /// The private key. It never touches the disk: a start makes a new one.
    pub key: PrivateKeyDer<'static>,
    /// When it is time for the next one.
    pub renew_at: Timestamp,
}

impl Authority {
    /// Where the certificate lies.
    pub fn certificate_path(keys: &Path) -> PathBuf {
        keys.join("ca.pem")
    }

    /// Where the private key lies.
    pub fn key_path(keys: &Path) -> PathBuf {
        keys.join("ca.key")
    }

    /// Makes a CA in the folder of keys. Fails when there is one.
    pub fn make(keys: &Path) -> Result<Self, TlsError> {
        let (key_path, certificate_path) = (Self::key_path(keys), Self::certificate_path(keys));
        let key = KeyPair::generate()?;
        let certificate = params(&key).self_signed(&key)?;
        files::make_private_dir(keys).map_err(|e| TlsError::file(keys, &e))?;
        files::write_new_private(&key_path, key.serialize_pem().as_bytes())
            .map_err(|e| TlsError::file(&key_path, &e))?;
        files::write_new_private(&certificate_path, certificate.pem().as_bytes())
            .map_err(|e| TlsError::file(&certificate_path, &e))?;
        Ok(Self {
            key,
            certificate: certificate.der().clone(),
        })
    }

    /// Loads the CA.
    pub fn load(keys: &Path) -> Result<Self, TlsError> {
        let (key_path, certificate_path) = (Self::key_path(keys), Self::certificate_path(keys));
        let pem = fs::read_to_string(&key_path).map_err(|e| missing(&key_path, &e))?;
        if files::is_open_to_others(&key_path).map_err(|e| TlsError::file(&key_path, &e))? {
            let problem = format!("others can read it; run: chmod 600 {}", key_path.display());
            return Err(TlsError::file(&key_path, &problem));
        }
        let key = KeyPair::from_pem(&pem).map_err(|e| TlsError::file(&key_path, &e))?;
        let certificate = CertificateDer::from_pem_file(&certificate_path)
            .map_err(|e| missing(&certificate_path, &e))?;
        Ok(Self { key, certificate })
    }

    /// The pin: SHA-256 of the certificate in DER.
    pub fn pin(&self) -> [u8; 32] {
        pin_of(&self.certificate)
    }

    /// Signs a new server certificate for these host names and IP addresses.
    pub fn issue(&self, names: &[String], now: Timestamp, days: u16) -> Result<Leaf, TlsError> {
        let ca = params(&self.key);
        let issuer = Issuer::from_params(&ca, &self.key);
        let key = KeyPair::generate()?;
        let mut leaf = CertificateParams::new(names)?;
        leaf.distinguished_name = DistinguishedName::new();
        leaf.distinguished_name.push(DnType::CommonName, "Linli");
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        leaf.use_authority_key_identifier_extension = true;
        leaf.not_before = long_ago();
        let life_ms = i64::from(days) * 86_400_000;
        leaf.not_after = OffsetDateTime::from_unix_timestamp(now.plus_ms(life_ms).0 / 1000)
            .unwrap_or_else(|_| date_time_ymd(2100, 1, 1));
        let certificate = leaf.signed_by(&key, &issuer)?;
        Ok(Leaf {
            chain: vec![certificate.der().clone(), self.certificate.clone()],
            key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            renew_at: now.plus_ms(life_ms / 3 * 2),
        })
    }
}

/// SHA-256 of a certificate in DER.
pub fn pin_of(certificate: &CertificateDer<'_>) -> [u8; 32] {
    Sha256::digest(certificate.as_ref()).into()
}

/// The names of a server certificate: what others call this server, where it listens, and loopback.
pub fn names(public_host: Option<&str>, listen: IpAddr, more: &[String]) -> Vec<String> {
    let mut names: Vec<String> = public_host.map(str::to_owned).into_iter().collect();
    if !listen.is_unspecified() {
        names.push(listen.to_string());
    }
    names.extend(more.iter().cloned());
    names.extend(["127.0.0.1", "::1", "localhost"].map(str::to_owned));
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

/// The CA's own fields. They follow from its key, so that they need not be read back.
fn params(key: &KeyPair) -> CertificateParams {
    let mut params = CertificateParams::default();
    let digest = Sha256::digest(key.subject_public_key_info());
    let name = format!(
        "Linli CA {}",
        files::hex(digest.get(..4).unwrap_or_default())
    );
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = long_ago();
    params.not_after = date_time_ymd(2060, 1, 1);
    params
}

/// Certificates begin in the past: a handheld whose clock is years behind must still reach the
/// server, which then tells it the time.
fn long_ago() -> OffsetDateTime {
    date_time_ymd(2020, 1, 1)
}

fn missing(path: &Path, error: &dyn std::fmt::Display) -> TlsError {
    TlsError::file(path, &format!("{error}; `linli-server init` makes it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ca_is_made_once_private_and_loads_with_the_same_pin() {
        let folder = tempfile::tempdir().unwrap();
        let made = Authority::make(folder.path()).unwrap();
        assert!(!files::is_open_to_others(&Authority::key_path(folder.path())).unwrap());
        let again = Authority::make(folder.path()).err().unwrap();
        assert!(again.to_string().contains("exists"), "{again}");
        assert_eq!(Authority::load(folder.path()).unwrap().pin(), made.pin());
        fs::remove_file(Authority::key_path(folder.path())).unwrap();
        let missing = Authority::load(folder.path()).err().unwrap();
        assert!(missing.to_string().contains("init"), "{missing}");
    }

    #[test]
    fn names_hold_each_address_once() {
        let names = names(
            Some("linli.example"),
            "0.0.0.0".parse().unwrap(),
            &["::1".into()],
        );
        assert_eq!(names, ["linli.example", "::1", "127.0.0.1", "localhost"]);
    }
}

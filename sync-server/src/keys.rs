//! The key of the database: from a key file, or from a passphrase by argon2id.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use zeroize::Zeroizing;

use crate::config::KeySource;
use crate::files;

/// The shortest passphrase.
const PASSPHRASE_CHARS: usize = 12;

/// A raw database key.
pub type DatabaseKey = Zeroizing<[u8; 32]>;

/// Why there is no key. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file is not there.
    #[error("{0} does not exist; `linli-server init` makes it, or restore it from its safe copy")]
    Missing(PathBuf),
    /// Others may read the file.
    #[error("{0} can be read by others; run: chmod 600 {0}")]
    OpenToOthers(PathBuf),
    /// The file does not hold 64 hex characters.
    #[error("{0} does not hold 64 hex characters")]
    NotAKey(PathBuf),
    /// `LINLI_PASSPHRASE` is not set.
    #[error("LINLI_PASSPHRASE is not set, and store.key_source asks for it")]
    NoVariable,
    /// The passphrase is too short.
    #[error("the passphrase has fewer than {PASSPHRASE_CHARS} characters")]
    TooShort,
    /// The file system refused.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What happened.
        source: io::Error,
    },
    /// Deriving the key failed.
    #[error("deriving the key failed: {0}")]
    Derive(String),
}

/// Where the salt of a passphrase lies.
pub fn salt_path(keys: &Path) -> PathBuf {
    keys.join("store.salt")
}

/// Makes what the source needs, if it is missing: the key file with a random key, or the salt.
/// Returns the file that was made, which has to be kept safe: without it the data cannot be read.
pub fn make(source: &KeySource, keys: &Path) -> Result<Option<PathBuf>, KeyError> {
    let (path, bytes) = match source {
        KeySource::KeyFile(path) => (path.clone(), 32),
        KeySource::PassphraseFile(_) | KeySource::PassphraseVariable => (salt_path(keys), 16),
    };
    if path.exists() {
        return Ok(None);
    }
    let mut secret = Zeroizing::new(vec![0u8; bytes]);
    getrandom::fill(&mut secret).map_err(|error| KeyError::Derive(error.to_string()))?;
    let text = Zeroizing::new(files::hex(&secret) + "\n");
    if let Some(folder) = path.parent() {
        files::make_private_dir(folder).map_err(|e| at(folder, e))?;
    }
    files::write_new_private(&path, text.as_bytes()).map_err(|e| at(&path, e))?;
    Ok(Some(path))
}

/// Reads or derives the key. `passphrase` is the value of `LINLI_PASSPHRASE`.
pub fn load(
    source: &KeySource,
    keys: &Path,
    passphrase: Option<&str>,
) -> Result<DatabaseKey, KeyError> {
    match source {
        KeySource::KeyFile(path) => {
            let text = read_private(path)?;
            let key = files::unhex::<32>(text.trim());
            key.map(Zeroizing::new)
                .ok_or_else(|| KeyError::NotAKey(path.clone()))
        }
        KeySource::PassphraseFile(path) => {
            let text = read_private(path)?;
            derive(text.lines().next().unwrap_or_default(), keys)
        }
        KeySource::PassphraseVariable => derive(passphrase.ok_or(KeyError::NoVariable)?, keys),
    }
}

/// 64 MiB, three passes, one lane: docs/trust.md.
fn derive(passphrase: &str, keys: &Path) -> Result<DatabaseKey, KeyError> {
    if passphrase.chars().count() < PASSPHRASE_CHARS {
        return Err(KeyError::TooShort);
    }
    let path = salt_path(keys);
    let salt = files::unhex::<16>(read_private(&path)?.trim()).ok_or(KeyError::NotAKey(path))?;
    let wrong = |error: argon2::Error| KeyError::Derive(error.to_string());
    let params = Params::new(64 * 1024, 3, 1, Some(32)).map_err(wrong)?;
    let mut key = Zeroizing::new([0u8; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), &salt, key.as_mut())
        .map_err(wrong)?;
    Ok(key)
}

fn read_private(path: &Path) -> Result<Zeroizing<String>, KeyError> {
    match fs::read_to_string(path) {
        Ok(text) => {
            let text = Zeroizing::new(text);
            if files::is_open_to_others(path).map_err(|e| at(path, e))? {
                return Err(KeyError::OpenToOthers(path.to_owned()));
            }
            Ok(text)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(KeyError::Missing(path.to_owned()))
        }
        Err(error) => Err(at(path, error)),
    }
}

fn at(path: &Path, source: io::Error) -> KeyError {
    KeyError::Io {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_key_file_is_made_once_read_back_and_guarded() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys/store.key");
        let source = KeySource::KeyFile(path.clone());
        let keys = folder.path();
        assert!(matches!(
            load(&source, keys, None),
            Err(KeyError::Missing(_))
        ));
        assert_eq!(make(&source, keys).unwrap(), Some(path.clone()));
        assert_eq!(make(&source, keys).unwrap(), None);
        let first = load(&source, keys, None).unwrap();
        assert_eq!(first, load(&source, keys, None).unwrap());
        assert_ne!(*first, [0; 32]);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(
            load(&source, keys, None),
            Err(KeyError::OpenToOthers(_))
        ));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "abc").unwrap();
        assert!(matches!(
            load(&source, keys, None),
            Err(KeyError::NotAKey(_))
        ));
    }

    #[test]
    fn a_passphrase_gives_the_same_key_with_the_same_salt_only() {
        let folder = tempfile::tempdir().unwrap();
        let source = KeySource::PassphraseVariable;
        let phrase = Some("correct horse battery");
        assert!(matches!(
            load(&source, folder.path(), None),
            Err(KeyError::NoVariable)
        ));
        assert!(matches!(
            load(&source, folder.path(), Some("short")),
            Err(KeyError::TooShort)
        ));
        assert!(matches!(
            load(&source, folder.path(), phrase),
            Err(KeyError::Missing(_))
        ));
        make(&source, folder.path()).unwrap();
        let first = load(&source, folder.path(), phrase).unwrap();
        assert_eq!(first, load(&source, folder.path(), phrase).unwrap());
        fs::remove_file(salt_path(folder.path())).unwrap();
        make(&source, folder.path()).unwrap();
        assert_ne!(first, load(&source, folder.path(), phrase).unwrap());
    }
}

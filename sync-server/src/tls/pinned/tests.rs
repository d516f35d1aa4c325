//! Handshakes in memory: who is let in and who is not.

use linli_model::Timestamp;
use rustls::{ClientConnection, ServerConnection, Stream};

use super::*;
use crate::tls::authority::Authority;
use crate::tls::server::Identity;

const NOW: Timestamp = Timestamp(1_790_000_000_000);

struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn identity(&self, name: &str, hosts: &[&str]) -> Arc<Identity> {
        let keys = self.folder.path().join(name);
        let authority = Authority::load(&keys)
            .or_else(|_| Authority::make(&keys))
            .unwrap();
        let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
        Arc::new(Identity::from_authority(authority, hosts, 90, now()).unwrap())
    }
}

fn now() -> Timestamp {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    Timestamp(i64::try_from(since.as_millis()).unwrap())
}

/// Runs a whole handshake over a socket pair and sends one byte each way.
fn connect(server: &Arc<Identity>, client: ClientConfig, host: &str) -> Result<(), String> {
    let (mut near, mut far) = std::os::unix::net::UnixStream::pair().unwrap();
    let config = server.config().unwrap();
    let serving = std::thread::spawn(move || {
        let mut session = ServerConnection::new(config).unwrap();
        let mut stream = Stream::new(&mut session, &mut far);
        let mut byte = [0u8];
        std::io::Read::read_exact(&mut stream, &mut byte)?;
        std::io::Write::write_all(&mut stream, &byte)
    });
    let name = ServerName::try_from(host.to_owned()).unwrap();
    let mut session = ClientConnection::new(Arc::new(client), name).unwrap();
    let mut stream = Stream::new(&mut session, &mut near);
    let mut byte = [7u8];
    let sent = std::io::Write::write_all(&mut stream, &byte)
        .and_then(|()| std::io::Read::read_exact(&mut stream, &mut byte));
    drop(near);
    let _ = serving.join().unwrap();
    sent.map_err(|error| error.to_string())
}

#[test]
fn only_the_pinned_ca_and_the_right_name_are_let_in() {
    let world = World {
        folder: tempfile::tempdir().unwrap(),
    };
    let ours = world.identity("ours", &["127.0.0.1", "linli.example"]);
    let other = world.identity("other", &["127.0.0.1", "linli.example"]);
    let client = || client_config(ours.pin()).unwrap();
    connect(&ours, client(), "127.0.0.1").unwrap();
    connect(&ours, client(), "linli.example").unwrap();
    let wrong_name = connect(&ours, client(), "other.example").unwrap_err();
    assert!(wrong_name.contains("not valid for"), "{wrong_name}");
    let wrong_ca = connect(&other, client(), "127.0.0.1").unwrap_err();
    assert!(wrong_ca.contains("UnknownIssuer"), "{wrong_ca}");
}

#[test]
fn tls_1_2_is_refused() {
    let world = World {
        folder: tempfile::tempdir().unwrap(),
    };
    let ours = world.identity("ours", &["127.0.0.1"]);
    let verifier = PinnedCa {
        pin: ours.pin(),
        provider: provider(),
    };
    let old = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS12])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    assert!(connect(&ours, old, "127.0.0.1").is_err());
}

#[test]
fn a_certificate_is_renewed_after_two_thirds_and_keeps_the_pin() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::make(folder.path()).unwrap();
    let names = vec!["127.0.0.1".to_owned()];
    let identity = Identity::from_authority(authority, names, 90, NOW).unwrap();
    let pin = identity.pin();
    assert!(!identity.renew(NOW.plus_ms(59 * 86_400_000)).unwrap());
    assert!(identity.renew(NOW.plus_ms(60 * 86_400_000)).unwrap());
    assert!(!identity.renew(NOW.plus_ms(61 * 86_400_000)).unwrap());
    assert_eq!(identity.pin(), pin);
}

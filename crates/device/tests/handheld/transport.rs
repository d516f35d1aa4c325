//! The real transport against a real TLS server on this machine: whom it trusts, and what it says
//! when nobody is there.

use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;

use linli_device::net::http::Https;
use linli_device::net::{Call, Connect as _, Method, ServerAddress, TransportError};
use linli_model::BlobHash;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

/// A server with an authority of its own; answers every request with "here".
async fn serve(name: &str) -> (SocketAddr, Vec<u8>) {
    serve_in(name, 2020..2050).await
}

/// The same with a certificate that counts from the first year on and until the second.
async fn serve_in(name: &str, years: Range<i32>) -> (SocketAddr, Vec<u8>) {
    let authority_key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&authority_key).unwrap();
    let der = authority.der().to_vec();
    let leaf_key = KeyPair::generate().unwrap();
    let issuer = Issuer::new(params, authority_key);
    let mut leaf = CertificateParams::new(vec![name.to_owned()]).unwrap();
    leaf.not_before = date_time_ymd(years.start, 1, 1);
    leaf.not_after = date_time_ymd(years.end, 1, 1);
    let leaf = leaf.signed_by(&leaf_key, &issuer).unwrap();
    let chain = vec![leaf.der().clone(), authority.der().clone()];
    let key = PrivatePkcs8KeyDer::from(leaf_key.serialize_der()).into();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let mut request = [0u8; 4096];
            if stream.read(&mut request).await.is_ok_and(|read| read > 0) {
                let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Told: yes\r\nConnection: close\r\n\r\nhere";
                let _ = stream.write_all(answer).await;
                let _ = stream.shutdown().await;
            }
        }
    });
    (address, der)
}

fn address(server: SocketAddr, pins: &[[u8; 32]]) -> ServerAddress {
    ServerAddress {
        url: format!("https://{server}"),
        pins: pins.iter().map(|pin| BlobHash(*pin).to_string()).collect(),
        authority: None,
    }
}

fn get() -> Call {
    Call::new(Method::Get, "/healthz", Vec::new())
}

#[tokio::test]
async fn the_pinned_authority_is_trusted_and_shown() {
    let (server, authority) = serve("127.0.0.1").await;
    let pin: [u8; 32] = Sha256::digest(&authority).into();
    for pins in [vec![pin], vec![[1; 32], pin], Vec::new()] {
        let line = Https.connect(&address(server, &pins)).unwrap();
        assert_eq!(line.authority(), None, "nothing was shown yet");
        let mut answer = line.call(get()).await.unwrap();
        assert_eq!((answer.status, answer.header("x-told")), (200, Some("yes")));
        assert_eq!(answer.read(100).await.unwrap(), b"here");
        assert_eq!(line.authority(), Some(authority.clone()));
    }
}

#[tokio::test]
async fn another_authority_or_another_name_is_no_server_of_ours() {
    let (server, _) = serve("127.0.0.1").await;
    let (misnamed, authority) = serve("elsewhere.example").await;
    let pin: [u8; 32] = Sha256::digest(&authority).into();
    for server in [address(server, &[[1; 32]]), address(misnamed, &[pin])] {
        let line = Https.connect(&server).unwrap();
        let refused = line.call(get()).await.map(|answer| answer.status);
        assert!(
            matches!(refused, Err(TransportError::NotPinned(_))),
            "{refused:?}"
        );
        assert_eq!(line.authority(), None);
    }
}

#[tokio::test]
async fn a_closed_port_is_a_server_that_is_down_and_a_long_answer_is_cut() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap();
    drop(listener);
    let line = Https.connect(&address(closed, &[[1; 32]])).unwrap();
    let refused = line.call(get()).await.map(|answer| answer.status);
    assert!(
        matches!(refused, Err(TransportError::Unreachable(_))),
        "{refused:?}"
    );

    let (server, authority) = serve("127.0.0.1").await;
    let pin: [u8; 32] = Sha256::digest(&authority).into();
    let line = Https.connect(&address(server, &[pin])).unwrap();
    let mut answer = line.call(get()).await.unwrap();
    assert_eq!(answer.read(3).await, Err(TransportError::TooLong));
}

#[tokio::test]
async fn a_certificate_of_another_time_says_that_the_clock_is_wrong() {
    for years in [2001..2002, 2090..2091] {
        let (server, authority) = serve_in("127.0.0.1", years.clone()).await;
        let pin: [u8; 32] = Sha256::digest(&authority).into();
        let line = Https.connect(&address(server, &[pin])).unwrap();
        let refused = line.call(get()).await.map(|answer| answer.status);
        assert!(
            matches!(refused, Err(TransportError::ClockWrong(_))),
            "{years:?}: {refused:?}"
        );
        // Another authority is another authority, whatever the time.
        let line = Https.connect(&address(server, &[[1; 32]])).unwrap();
        let refused = line.call(get()).await.map(|answer| answer.status);
        assert!(
            matches!(refused, Err(TransportError::NotPinned(_))),
            "{refused:?}"
        );
    }
}

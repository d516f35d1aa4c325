//! A running server with real TLS on a free port, and a device that talks to it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use linli_model::{OrgId, Timestamp};
use linli_trust::SigningKey;
use linli_trust::http_signature::{ContentDigest, Request, sign};
use reqwest::{Client, Method, RequestBuilder, Response};

use super::{TestDoor, World};
use crate::clock;
use crate::config::Config;
use crate::server::{self, Running};
use crate::tls::authority::Authority;
use crate::tls::pinned;

/// The hosted organisation of tests.
pub(crate) const ORG: &str = "110101001001";

pub(crate) struct Stand {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) running: Running,
    pub(crate) world: Arc<Mutex<World>>,
    pub(crate) client: Client,
    pub(crate) key: SigningKey,
}

impl Stand {
    /// Starts a server whose settings differ from the defaults by these variables.
    pub(crate) async fn start(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path(), settings);
        let pin = Authority::make(&config.keys()).unwrap().pin();
        let door = TestDoor::new(ORG);
        let world = Arc::clone(&door.world);
        let running = server::start(config, Box::new(door)).await.unwrap();
        assert_eq!(running.pin, Some(pin));
        let client = Client::builder()
            .tls_backend_preconfigured(pinned::client_config(pin).unwrap())
            .no_proxy()
            .build()
            .unwrap();
        let key = SigningKey::from_seed([1; 32]);
        let public = key.public();
        world.lock().unwrap().peers.insert(public.id(), public);
        Self {
            folder,
            running,
            world,
            client,
            key,
        }
    }

    pub(crate) fn request(&self, method: Method, target: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{target}", self.running.url))
    }

    /// A request signed by the device.
    pub(crate) fn signed(&self, method: Method, target: &str, body: &[u8]) -> RequestBuilder {
        self.signed_at(clock::now(), random(), method, target, body)
    }

    pub(crate) fn signed_at(
        &self,
        now: Timestamp,
        nonce: [u8; 16],
        method: Method,
        target: &str,
        body: &[u8],
    ) -> RequestBuilder {
        let described = Request {
            method: method.as_str(),
            target,
            content: ContentDigest::of(body),
        };
        let org = OrgId::new(ORG).unwrap();
        let headers = sign(&described, &org, now, nonce, &self.key).unwrap();
        let mut request = self.request(method, target);
        for (name, value) in headers.iter() {
            request = request.header(name, value);
        }
        if body.is_empty() {
            request
        } else {
            request.body(body.to_vec())
        }
    }

    pub(crate) async fn stop(self) {
        drop(self.client);
        self.running.stop().await.unwrap();
    }
}

/// A configuration in a folder.
pub(crate) fn config(folder: &std::path::Path, settings: &[(&str, &str)]) -> Config {
    let base = [
        ("LINLI_ORG_HOSTS", ORG),
        ("LINLI_ORG_LEVEL", "community"),
        ("LINLI_SERVER_LISTEN", "127.0.0.1:0"),
    ];
    let variables: BTreeMap<String, String> = base
        .iter()
        .chain(settings)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Config::read(&folder.join("linli.toml"), None, &variables).unwrap()
}

pub(crate) fn random() -> [u8; 16] {
    let mut nonce = [0u8; 16];
    getrandom::fill(&mut nonce).unwrap();
    nonce
}

/// Sends and reads the status and code of an error answer; the code is empty on success.
pub(crate) async fn outcome(request: RequestBuilder) -> (u16, String) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, code_of(answer).await)
}

pub(crate) async fn code_of(answer: Response) -> String {
    let bytes = answer.bytes().await.unwrap();
    let body: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let text = body.get("code").and_then(serde_json::Value::as_str);
    text.unwrap_or_default().to_owned()
}

//! The one real transport: HTTPS by reqwest with our own verifier.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use reqwest::{Client, Response};
use rustls::CertificateError;

use super::address::ServerAddress;
use super::tls::{self, Seen};
use super::transport::{
    Answer, Body, BoxFuture, Call, Connect, Connection, Method, Transport, TransportError,
};

/// How long a connection may take to stand.
const CONNECT_WAIT: Duration = Duration::from_secs(20);
/// How long the line may be silent while an answer comes: a slow line moves, a dead one does not.
const SILENCE: Duration = Duration::from_mins(1);

/// Makes HTTPS lines.
#[derive(Debug, Clone, Copy, Default)]
pub struct Https;

impl Connect for Https {
    fn connect(&self, server: &ServerAddress) -> Result<Connection, TransportError> {
        let (config, seen) = tls::client_config(server)?;
        let client = Client::builder()
            .tls_backend_preconfigured(config)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_WAIT)
            .read_timeout(SILENCE)
            .build()
            .map_err(|error| TransportError::Caller(in_full(&error)))?;
        Ok(Arc::new(HttpLine {
            client,
            base: server.url.clone(),
            is_tls: server.is_tls(),
            seen,
        }))
    }
}

struct HttpLine {
    client: Client,
    base: String,
    is_tls: bool,
    seen: Seen,
}

impl Transport for HttpLine {
    fn call(&self, call: Call) -> BoxFuture<'_, Result<Answer, TransportError>> {
        Box::pin(self.send(call))
    }

    fn authority(&self) -> Option<Vec<u8>> {
        if !self.is_tls {
            return None;
        }
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.clone()
    }
}

impl HttpLine {
    async fn send(&self, call: Call) -> Result<Answer, TransportError> {
        let method = match call.method {
            Method::Get => reqwest::Method::GET,
            Method::Head => reqwest::Method::HEAD,
            Method::Post => reqwest::Method::POST,
            Method::Patch => reqwest::Method::PATCH,
        };
        let mut request = self
            .client
            .request(method, format!("{}{}", self.base, call.target));
        for (name, value) in &call.headers {
            request = request.header(name, value);
        }
        if !call.body.is_empty() {
            request = request.body(call.body);
        }
        let answered = request.send().await;
        Ok(answer(answered.map_err(|error| failure(&error))?))
    }
}

fn answer(response: Response) -> Answer {
    let headers = response.headers().iter().filter_map(|(name, value)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    });
    Answer {
        status: response.status().as_u16(),
        headers: headers.collect(),
        body: Body::Line(Box::new(response)),
    }
}

/// The line broke while an answer came.
pub(super) fn broken(error: &reqwest::Error) -> TransportError {
    TransportError::Broken(in_full(error))
}

fn failure(error: &reqwest::Error) -> TransportError {
    let text = in_full(error);
    if error.is_builder() {
        return TransportError::Caller(text);
    }
    if !error.is_connect() {
        return TransportError::Broken(text);
    }
    match cause(error) {
        Cause::Certificate => TransportError::NotPinned(text),
        Cause::Clock => TransportError::ClockWrong(text),
        Cause::NoNetwork => TransportError::NoNetwork,
        Cause::Other => TransportError::Unreachable(text),
    }
}

enum Cause {
    Certificate,
    Clock,
    NoNetwork,
    Other,
}

/// Servers renew their certificates long before they end, so one that does not count now says that
/// this machine's clock is wrong. Only the pinned authority's certificates come so far.
fn is_about_time(why: &CertificateError) -> bool {
    matches!(
        why,
        CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. }
    )
}

/// What stands at the end of the chain of causes. An I/O error that wraps another error hides it from
/// [`std::error::Error::source`], so it is opened by hand.
fn cause(error: &reqwest::Error) -> Cause {
    let mut at: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    while let Some(inner) = at {
        if let Some(tls) = inner.downcast_ref::<rustls::Error>() {
            let rustls::Error::InvalidCertificate(why) = tls else {
                return Cause::Other;
            };
            return if is_about_time(why) {
                Cause::Clock
            } else {
                Cause::Certificate
            };
        }
        let io = inner.downcast_ref::<std::io::Error>();
        let no_network = [
            std::io::ErrorKind::NetworkUnreachable,
            std::io::ErrorKind::HostUnreachable,
            std::io::ErrorKind::NetworkDown,
        ];
        if io.is_some_and(|io| no_network.contains(&io.kind())) {
            return Cause::NoNetwork;
        }
        let wrapped = io.and_then(std::io::Error::get_ref);
        at = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => inner.source(),
        };
    }
    Cause::Other
}

/// An error with its causes: the reason of a failed connection stands at the end of the chain.
fn in_full(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut at = std::error::Error::source(error);
    while let Some(inner) = at {
        text = format!("{text}: {inner}");
        at = inner.source();
    }
    text
}

//! The link to the parent: this server is a device to it (docs/sync.md).

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use linli_model::{OrgId, Timestamp};
use linli_trust::ServerTime;
use linli_trust::SigningKey;
use linli_trust::enrolment::Ticket;
use linli_trust::http_signature::{self, ContentDigest};
use reqwest::{Client, Method, Response};
use tokio::sync::{mpsc, oneshot};
use zeroize::Zeroizing;

use crate::clock;
use crate::door::{DoorError, JoinState, LinkFailure, LinkOutcome, LinkRequest};
use crate::http::Shared;
use crate::jobs::pause;
use crate::tls::TlsError;
use crate::tls::pinned;
use crate::writer::Writer;

mod photos;

/// The path of exchanges.
const EXCHANGE: &str = "/sync/v1/exchange";
/// The path of enrolment.
const ENROL: &str = "/sync/v1/enrol";
/// How long one round may take on a slow line.
const ROUND: Duration = Duration::from_mins(5);
/// The largest answer of a parent.
const ANSWER: usize = 16 * 1024 * 1024;
/// Failed rounds wait longer and longer, up to this.
const MOST_WAIT: Duration = Duration::from_mins(5);

/// Why a round failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinkError {
    /// Nobody answers, or the line broke.
    #[error("the parent cannot be reached: {0}")]
    Unreachable(String),
    /// The parent's certificate is not the pinned one, or ours is unusable.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The parent refused.
    #[error("the parent answered {status} {code}: {detail}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Its code.
        code: String,
        /// Its detail.
        detail: String,
        /// When it asked to be tried again, in seconds.
        retry_after_s: Option<u64>,
    },
    /// The engine did not take the answer, or has no request.
    #[error(transparent)]
    Engine(#[from] DoorError),
    /// This server does not hold the key that has to sign.
    #[error("this server has no desk key of {0}")]
    NoKey(OrgId),
    /// The ticket cannot be read.
    #[error("the ticket cannot be used: {0}; ask the parent's administrator for a new one")]
    Ticket(String),
    /// The request cannot be signed.
    #[error("the request cannot be signed: {0}")]
    Sign(String),
}

impl LinkError {
    fn failure(&self) -> LinkFailure {
        let code = match self {
            Self::Unreachable(_) => "UNREACHABLE",
            Self::Tls(_) => "TLS",
            Self::Refused { code, .. } => code,
            Self::Engine(error) => error.code(),
            Self::NoKey(_) => "NO_KEY",
            Self::Ticket(_) => "TICKET",
            Self::Sign(_) => "SIGN",
        };
        LinkFailure {
            code: code.to_owned(),
            detail: self.to_string(),
        }
    }
}

/// Somebody who wants to know when this server has exchanged everything with its parent.
pub(crate) type Ask = oneshot::Sender<Result<u32, String>>;

/// Rounds in a row when there is much to say; after that others get their turn.
const ROUNDS: u32 = 64;

/// Exchanges with the parent for as long as the server runs: at once when there is something new
/// or somebody asks, otherwise at the set interval, with longer and longer pauses while it fails.
pub(crate) async fn run(shared: Arc<Shared>, mut asks: mpsc::Receiver<Ask>) {
    let mut stopping = shared.stopping.clone();
    let mut commits = shared.commits.subscribe();
    let mut parent = Parent::default();
    let mut failures = 0u32;
    let mut asked: Option<Ask> = None;
    loop {
        // These rounds take everything that was committed before them.
        while commits.try_recv().is_ok() {}
        let done = rounds(&shared, &mut parent).await;
        if let Some(ask) = asked.take() {
            let _ = ask.send(done.as_ref().map_err(ToString::to_string).copied());
        }
        let wait = match done {
            Ok(_) => {
                failures = 0;
                shared.config.link_poll
            }
            Err(error) => {
                failures = failures.saturating_add(1);
                failed(&shared, &error, failures).await
            }
        };
        let woken = async {
            // New data goes at once, but a failing parent is not hammered.
            if failures > 0 {
                std::future::pending::<()>().await;
            }
            let _ = commits.recv().await;
        };
        tokio::select! {
            go_on = pause(&mut stopping, wait) => if !go_on { return },
            () = woken => {}
            Some(ask) = asks.recv() => asked = Some(ask),
        }
    }
}

/// Rounds until neither side has more; how many there were. None when there is no parent.
async fn rounds(shared: &Arc<Shared>, parent: &mut Parent) -> Result<u32, LinkError> {
    for count in 0..ROUNDS {
        match round(shared, parent).await {
            Ok(Some(outcome)) if outcome.more && !*shared.stopping.borrow() => {}
            Ok(Some(_)) => return Ok(count + 1),
            Ok(None) => {
                join_by_config(shared).await;
                return Ok(count);
            }
            // It has not joined yet: nothing to exchange, and no failure.
            Err(LinkError::Engine(DoorError::Later { code, .. }))
                if code.eq_ignore_ascii_case("not_enrolled") =>
            {
                join_by_config(shared).await;
                return Ok(count);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(ROUNDS)
}

/// Notes a failure and says how long to wait.
async fn failed(shared: &Shared, error: &LinkError, failures: u32) -> Duration {
    tracing::warn!(%error, failures, "the link to the parent failed; what is here is safe");
    let (now, failure) = (clock::now(), error.failure());
    let noted = shared
        .writer
        .call(move |calls| calls.link_failed(now, &failure));
    if let Err(error) = noted.await {
        tracing::warn!(%error, "the failure could not be noted");
    }
    after_failure(shared, error, failures)
}

/// A server that has no parent yet and was given a ticket in its configuration uses it.
async fn join_by_config(shared: &Shared) {
    let Some(ticket) = shared.config.parent_ticket.as_deref() else {
        return;
    };
    match join(&shared.writer, shared.config.parent_url.as_deref(), ticket).await {
        Ok(JoinState::Joined { parent }) => {
            tracing::info!(%parent, "joined; parent.ticket can be removed from the configuration");
        }
        Ok(JoinState::AwaitingConfirm { check_code }) => {
            tracing::warn!(
                check_code,
                "the parent's administrator has to confirm this code"
            );
        }
        Err(error) => tracing::warn!(%error, "joining the parent did not work; it is tried again"),
    }
}

/// The connection to the parent, kept between rounds.
#[derive(Default)]
pub(crate) struct Parent {
    client: Option<([u8; 32], Client)>,
    /// The parent's clock minus ours, milliseconds, once it told us.
    offset_ms: i64,
}

impl Parent {
    pub(crate) fn client(&mut self, pin: [u8; 32]) -> Result<Client, LinkError> {
        if let Some((of, client)) = &self.client
            && *of == pin
        {
            return Ok(client.clone());
        }
        let client = client(pin)?;
        self.client = Some((pin, client.clone()));
        Ok(client)
    }
}

/// A client that trusts the pinned CA only.
pub(crate) fn client(pin: [u8; 32]) -> Result<Client, LinkError> {
    Client::builder()
        .tls_backend_preconfigured(pinned::client_config(pin)?)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(Duration::from_secs(20))
        .timeout(ROUND)
        .build()
        .map_err(|error| LinkError::Unreachable(error.to_string()))
}

/// One round; nothing when this server has no parent.
async fn round(
    shared: &Arc<Shared>,
    parent: &mut Parent,
) -> Result<Option<LinkOutcome>, LinkError> {
    let now = clock::now();
    let request = shared
        .writer
        .call(move |calls| calls.link_request(now))
        .await?;
    let Some(request) = request else {
        return Ok(None);
    };
    let LinkRequest {
        org,
        audience,
        url,
        ca_sha256,
        body,
    } = request;
    let url = shared.config.parent_url.clone().unwrap_or(url);
    if shared.desk_key(&org).is_none() {
        // It came with the join.
        shared.refresh_desk_keys().await?;
    }
    let key = shared.desk_key(&org).ok_or(LinkError::NoKey(org))?;
    let client = parent.client(ca_sha256)?;
    let call = Call {
        client: &client,
        url: &url,
        audience: &audience,
        key: &key,
    };
    let answer = call
        .send(&mut parent.offset_ms, Method::POST, EXCHANGE, &[], body)
        .await?;
    let bytes = read_whole(answer).await?;
    let now = clock::now();
    let outcome = shared
        .writer
        .call(move |calls| calls.link_apply(now, &bytes))
        .await?;
    photos::exchange(shared, &call, &mut parent.offset_ms, &outcome).await?;
    Ok(Some(outcome))
}

/// How requests to the parent are sent.
pub(crate) struct Call<'a> {
    client: &'a Client,
    url: &'a str,
    audience: &'a OrgId,
    key: &'a SigningKey,
}

impl Call<'_> {
    /// Sends a signed request; when the parent's clock differs, once more with its time.
    pub(crate) async fn send(
        &self,
        offset_ms: &mut i64,
        method: Method,
        target: &str,
        headers: &[(&'static str, String)],
        body: Vec<u8>,
    ) -> Result<Response, LinkError> {
        for last in [false, true] {
            let (request, nonce) = self.sign(*offset_ms, &method, target, headers, &body)?;
            let answer = request
                .send()
                .await
                .map_err(|error| LinkError::Unreachable(in_full(&error)))?;
            if answer.status().is_success() {
                return Ok(answer);
            }
            let told = time_of(&answer, nonce);
            let refused = refusal(answer).await;
            match told {
                Some(time) if !last => *offset_ms = time.ms_since(clock::now()),
                Some(_) | None => return Err(refused),
            }
        }
        Err(LinkError::Unreachable("no answer".into()))
    }

    fn sign(
        &self,
        offset_ms: i64,
        method: &Method,
        target: &str,
        headers: &[(&'static str, String)],
        body: &[u8],
    ) -> Result<(reqwest::RequestBuilder, [u8; 16]), LinkError> {
        let sign_error = |error: &dyn std::fmt::Display| LinkError::Sign(error.to_string());
        let mut nonce = [0u8; 16];
        getrandom::fill(&mut nonce).map_err(|error| sign_error(&error))?;
        let described = http_signature::Request {
            method: method.as_str(),
            target,
            content: ContentDigest::of(body),
        };
        let now = clock::now().plus_ms(offset_ms);
        let signed = http_signature::sign(&described, self.audience, now, nonce, self.key)
            .map_err(|error| sign_error(&error))?;
        let mut request = self
            .client
            .request(method.clone(), format!("{}{target}", self.url));
        for (name, value) in signed.iter() {
            request = request.header(name, value);
        }
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        if !body.is_empty() {
            request = request.body(body.to_vec());
        }
        Ok((request, nonce))
    }
}

/// The parent's time, when it refused for the clock. Its signer is a desk key that the engine
/// knows; here the pinned connection vouches for it, and the nonce for its freshness.
fn time_of(answer: &Response, nonce: [u8; 16]) -> Option<Timestamp> {
    if answer.status() != StatusCode::UNAUTHORIZED {
        return None;
    }
    let value = answer.headers().get("linli-server-time")?;
    let bytes = BASE64.decode(value.as_bytes()).ok()?;
    let time = ServerTime::decode(&bytes).ok()?;
    (time.body().nonce == nonce).then_some(time.body().at)
}

/// One step of joining the parent that a ticket names.
pub(crate) async fn join(
    writer: &Writer,
    parent_url: Option<&str>,
    ticket: &str,
) -> Result<JoinState, LinkError> {
    let parsed = Ticket::parse(ticket).map_err(|error| LinkError::Ticket(error.to_string()))?;
    let (text, now) = (Zeroizing::new(ticket.to_owned()), clock::now());
    let body = writer
        .call(move |calls| calls.join_request(now, &text))
        .await?;
    let url = parent_url.unwrap_or(&parsed.url);
    let answer = client(parsed.ca_sha256)?
        .post(format!("{url}{ENROL}"))
        .body(body)
        .send()
        .await
        .map_err(|error| LinkError::Unreachable(in_full(&error)))?;
    if !answer.status().is_success() {
        return Err(refusal(answer).await);
    }
    let bytes = read_whole(answer).await?;
    let now = clock::now();
    Ok(writer
        .call(move |calls| calls.join_apply(now, &bytes))
        .await?)
}

/// Reads an answer of bounded length.
pub(crate) async fn read_whole(mut answer: Response) -> Result<Vec<u8>, LinkError> {
    let broken = |error: reqwest::Error| LinkError::Unreachable(in_full(&error));
    let mut whole = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(broken)? {
        if whole.len().saturating_add(piece.len()) > ANSWER {
            return Err(LinkError::Unreachable("the answer is too long".into()));
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole)
}

/// The parent's own words.
pub(crate) async fn refusal(answer: Response) -> LinkError {
    let status = answer.status().as_u16();
    let retry_after_s = answer
        .headers()
        .get("retry-after")
        .and_then(|value| value.to_str().ok()?.parse().ok());
    let body = read_whole(answer).await.unwrap_or_default();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let word = |name: &str| {
        let text = body.get(name).and_then(serde_json::Value::as_str);
        text.unwrap_or_default()
            .chars()
            .take(300)
            .collect::<String>()
    };
    LinkError::Refused {
        status,
        code: word("code"),
        detail: word("detail"),
        retry_after_s,
    }
}

/// Half of the pause is random, so that many children of one parent do not come back together.
fn after_failure(shared: &Shared, error: &LinkError, failures: u32) -> Duration {
    if let LinkError::Refused {
        retry_after_s: Some(seconds),
        ..
    } = error
    {
        return Duration::from_secs(*seconds).min(MOST_WAIT);
    }
    let base = shared.config.link_poll;
    let wait = base
        .saturating_mul(1 << failures.min(8))
        .min(MOST_WAIT)
        .max(base);
    let mut random = [0u8; 1];
    let _ = getrandom::fill(&mut random);
    let [random] = random;
    wait / 2 + wait.saturating_mul(u32::from(random)) / 512
}

/// An error with its causes: the reason of a failed connection stands at the end of the chain.
fn in_full(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

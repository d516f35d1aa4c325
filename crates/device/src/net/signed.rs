//! Signed requests (RFC 9421): every call names its server, and a wrong clock costs one retry.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use linli_model::{KeyId, OrgId, Timestamp};
use linli_trust::http_signature::{self, ContentDigest};
use linli_trust::{PublicKey, ServerTime, SigningKey};

use super::transport::{Answer, Call, Connection, TransportError};
use crate::env::{self, Clock, Random};

/// The header with the server's signed time, base64.
const SERVER_TIME: &str = "linli-server-time";
/// The longest error answer that is read.
const REFUSAL_BYTES: usize = 16 * 1024;

/// An error answer of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// Its stable code; empty when the answer was none of ours.
    pub code: String,
    /// When it asked to be tried again, in seconds.
    pub retry_after_s: Option<u32>,
}

impl Refusal {
    /// Reads an error answer.
    pub async fn of(mut answer: Answer) -> Self {
        let retry_after_s = answer
            .header("retry-after")
            .and_then(|text| text.parse().ok());
        let status = answer.status;
        let body = answer.read(REFUSAL_BYTES).await.unwrap_or_default();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
        let code = body.get("code").and_then(serde_json::Value::as_str);
        Self {
            status,
            code: code.unwrap_or_default().chars().take(64).collect(),
            retry_after_s,
        }
    }
}

/// What came of a signed call.
#[derive(Debug)]
pub enum Reply {
    /// The server said yes.
    Answer(Answer),
    /// The server said no.
    Refused(Refusal),
}

/// Finds the public key of a desk, to believe its time.
pub type FindKey = dyn Fn(&KeyId) -> Option<PublicKey> + Send + Sync;

/// A line on which every request is signed with the device's key.
pub struct SignedLine {
    /// The line.
    pub connection: Connection,
    /// The organisation whose server is meant.
    pub audience: OrgId,
    /// The device's key.
    pub key: Arc<SigningKey>,
    /// The device's clock.
    pub clock: Arc<dyn Clock>,
    /// Nonces.
    pub random: Arc<dyn Random>,
    /// Who may say what time it is.
    pub find_key: Arc<FindKey>,
    /// The server's clock minus ours, as last told.
    pub offset_ms: Arc<AtomicI64>,
}

impl SignedLine {
    /// Sends a call; when the server refuses the time, keeps the offset it tells and sends it once more.
    pub async fn send(&self, call: &Call) -> Result<Reply, TransportError> {
        let (answer, nonce) = self.once(call).await?;
        if answer.is_success() {
            return Ok(Reply::Answer(answer));
        }
        let Some(time) = self.time_of(&answer, nonce) else {
            return Ok(Reply::Refused(Refusal::of(answer).await));
        };
        let offset = time.ms_since(self.clock.now());
        self.offset_ms.store(offset, Ordering::Relaxed);
        tracing::info!(
            offset_ms = offset,
            "the server's clock differs; its time is used for requests"
        );
        let (answer, _) = self.once(call).await?;
        if answer.is_success() {
            return Ok(Reply::Answer(answer));
        }
        Ok(Reply::Refused(Refusal::of(answer).await))
    }

    async fn once(&self, call: &Call) -> Result<(Answer, [u8; 16]), TransportError> {
        let caller = |error: &dyn std::fmt::Display| TransportError::Caller(error.to_string());
        let nonce: [u8; 16] = env::bytes(&*self.random).map_err(|error| caller(&error))?;
        let described = http_signature::Request {
            method: call.method.as_str(),
            target: &call.target,
            content: ContentDigest::of(&call.body),
        };
        let now = self
            .clock
            .now()
            .plus_ms(self.offset_ms.load(Ordering::Relaxed));
        let headers = http_signature::sign(&described, &self.audience, now, nonce, &self.key)
            .map_err(|error| caller(&error))?;
        let mut signed = call.clone();
        let pairs = headers
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        signed.headers.extend(pairs);
        Ok((self.connection.call(signed).await?, nonce))
    }

    /// The server's time, when it refused for the clock: signed by a desk that we know, for this
    /// very request.
    fn time_of(&self, answer: &Answer, nonce: [u8; 16]) -> Option<Timestamp> {
        if answer.status != 401 {
            return None;
        }
        let text = answer.header(SERVER_TIME)?;
        match self.believed(text, nonce) {
            Ok(at) => Some(at),
            Err(why) => {
                tracing::warn!(why, "the server's time is not believed");
                None
            }
        }
    }

    fn believed(&self, text: &str, nonce: [u8; 16]) -> Result<Timestamp, &'static str> {
        let bytes = BASE64.decode(text).map_err(|_| "not base64")?;
        let time = ServerTime::decode(&bytes).map_err(|_| "malformed")?;
        let key = (self.find_key)(&time.body().signer).ok_or("signed by an unknown key")?;
        time.verify(&key).map_err(|_| "a wrong signature")?;
        if time.body().nonce != nonce {
            return Err("an answer to another request");
        }
        Ok(time.body().at)
    }
}

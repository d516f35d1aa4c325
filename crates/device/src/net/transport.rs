//! What a transport does: one call, one answer whose body comes in pieces.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::address::ServerAddress;

/// A future that a transport gives back.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Why there is no answer. What was sent may or may not have arrived, unless the variant says so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The machine has no network: nothing was sent.
    #[error("no network")]
    NoNetwork,
    /// The server does not answer: nothing was sent.
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    /// The server is not the one that the ticket names: nothing was sent.
    #[error("the server is not the pinned one: {0}")]
    NotPinned(String),
    /// The server's certificate is the pinned authority's and does not count at the time that this
    /// machine shows: its clock is wrong. Nothing was sent.
    #[error("the clock of this machine is wrong: {0}")]
    ClockWrong(String),
    /// The line broke after the request was sent, or while the answer came.
    #[error("the line broke: {0}")]
    Broken(String),
    /// The answer is longer than any answer may be.
    #[error("the answer is too long")]
    TooLong,
    /// The request cannot be made: a fault of the program.
    #[error("the request cannot be sent: {0}")]
    Caller(String),
}

impl TransportError {
    /// Whether the request may have reached the server.
    pub fn may_have_arrived(&self) -> bool {
        matches!(self, Self::Broken(_) | Self::TooLong)
    }
}

/// The method of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET.
    Get,
    /// HEAD.
    Head,
    /// POST.
    Post,
    /// PATCH.
    Patch,
}

impl Method {
    /// The method in upper case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Patch => "PATCH",
        }
    }
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The method.
    pub method: Method,
    /// Path, and `?query` if there is one.
    pub target: String,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body; empty for none.
    pub body: Vec<u8>,
    /// Whether the answer stays open for ever, as the wake line does.
    pub is_stream: bool,
}

impl Call {
    /// A call without headers.
    pub fn new(method: Method, target: impl Into<String>, body: Vec<u8>) -> Self {
        Self {
            method,
            target: target.into(),
            headers: Vec::new(),
            body,
            is_stream: false,
        }
    }

    /// With a header.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

/// The body of an answer.
#[derive(Debug)]
pub enum Body {
    /// Pieces that are here already.
    Pieces(VecDeque<Result<Vec<u8>, TransportError>>),
    /// Pieces that are read from the line.
    Line(Box<reqwest::Response>),
}

/// One answer.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Headers, names in lower case; of a name that is there twice the last.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Body,
}

impl Answer {
    /// An answer that is here as a whole.
    pub fn whole(status: u16, body: Vec<u8>) -> Self {
        Self {
            status,
            headers: BTreeMap::new(),
            body: Body::Pieces(VecDeque::from([Ok(body)])),
        }
    }

    /// With a header.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.insert(name.to_owned(), value.into());
        self
    }

    /// Whether the status says yes.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The next piece of the body; nothing at its end.
    pub async fn piece(&mut self) -> Result<Option<Vec<u8>>, TransportError> {
        match &mut self.body {
            Body::Pieces(pieces) => pieces.pop_front().transpose(),
            Body::Line(response) => {
                let piece = response
                    .chunk()
                    .await
                    .map_err(|error| super::http::broken(&error))?;
                Ok(piece.map(Into::into))
            }
        }
    }

    /// The whole body, at most `most` bytes.
    pub async fn read(&mut self, most: usize) -> Result<Vec<u8>, TransportError> {
        let mut whole = Vec::new();
        while let Some(piece) = self.piece().await? {
            if whole.len().saturating_add(piece.len()) > most {
                return Err(TransportError::TooLong);
            }
            whole.extend_from_slice(&piece);
        }
        Ok(whole)
    }
}

/// A line to one server.
pub trait Transport: Send + Sync {
    /// Sends a request and waits for the head of the answer.
    fn call(&self, call: Call) -> BoxFuture<'_, Result<Answer, TransportError>>;

    /// The certificate of the authority (DER) that the server has shown; nothing before the first
    /// answer and on a line without TLS.
    fn authority(&self) -> Option<Vec<u8>>;
}

/// A connection that was made.
pub type Connection = Arc<dyn Transport>;

/// Makes lines to servers.
pub trait Connect: Send + Sync {
    /// A line to this server. Nothing is sent yet.
    fn connect(&self, server: &ServerAddress) -> Result<Connection, TransportError>;
}

//! The ticket in the QR code: where the server is, how to recognise it, and the slot's secret.

use std::fmt;

use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use super::{SlotId, SlotKey};
use crate::cbor;
use crate::crockford;
use crate::secret::Secret;

/// What every ticket begins with. The number is the version of the text.
const PREFIX: &str = "LINLI1:";
/// Most bytes of the URL.
const MAX_URL: usize = 128;
/// Check characters at the end: they catch a mistyped or half-read ticket.
const CHECK: usize = 4;

/// Why a text is not a ticket. Shown to the person who scanned it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// Another code altogether.
    #[error("not an enrolment code of Linli")]
    NotATicket,
    /// A ticket of a later version: update the app.
    #[error("enrolment code of a later version")]
    LaterVersion,
    /// Read or typed wrongly: try again.
    #[error("enrolment code is damaged")]
    Damaged,
    /// The address is not https, nor http on the device itself.
    #[error("enrolment code names an address that is not allowed")]
    BadUrl,
}

/// A slot for one device. Holds no personal data and no right beyond asking for confirmation.
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The server's base address: https, or http on a loopback address.
    pub url: String,
    /// SHA-256 of the DER bytes of the authority that signs the server's TLS certificate.
    pub ca_sha256: [u8; 32],
    /// The authority that will come next, if it is known already.
    pub next_ca_sha256: Option<[u8; 32]>,
    /// The slot.
    pub slot: SlotId,
    /// The slot's secret.
    pub secret: Secret<16>,
}

#[derive(Encode, Decode)]
#[cbor(map)]
struct Content {
    #[n(0)]
    url: String,
    #[cbor(n(1), with = "cbor::fixed")]
    ca_sha256: [u8; 32],
    #[cbor(n(2), with = "cbor::fixed")]
    slot: [u8; 16],
    #[cbor(n(3), with = "cbor::fixed")]
    secret: [u8; 16],
    #[cbor(n(4), with = "cbor::fixed", has_nil)]
    next_ca_sha256: Option<[u8; 32]>,
}

impl Drop for Content {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

impl Ticket {
    /// The text of the QR code, in its alphanumeric characters only: about 160.
    pub fn to_text(&self) -> Result<Zeroizing<String>, TicketError> {
        check_url(&self.url)?;
        let content = Content {
            url: self.url.clone(),
            ca_sha256: self.ca_sha256,
            slot: self.slot.0,
            secret: *self.secret.expose(),
            next_ca_sha256: self.next_ca_sha256,
        };
        let bytes = cbor::encode("ticket", &content).map_err(|_| TicketError::BadUrl)?;
        let bytes = Zeroizing::new(bytes);
        let body = crockford::encode(&bytes, crockford::length(bytes.len()));
        Ok(Zeroizing::new(format!(
            "{PREFIX}{body}{}",
            check_of(&bytes)
        )))
    }

    /// Reads a scanned or typed ticket: either case, spaces ignored.
    pub fn parse(text: &str) -> Result<Self, TicketError> {
        if text.len() > 1_024 {
            return Err(TicketError::NotATicket);
        }
        let text: Zeroizing<String> =
            Zeroizing::new(text.chars().filter(|c| !c.is_ascii_whitespace()).collect());
        let (prefix, rest) = text
            .split_at_checked(PREFIX.len())
            .ok_or(TicketError::NotATicket)?;
        if !prefix.eq_ignore_ascii_case(PREFIX) {
            let is_later = text
                .get(..5)
                .is_some_and(|name| name.eq_ignore_ascii_case("LINLI"))
                && text.contains(':');
            return Err(if is_later {
                TicketError::LaterVersion
            } else {
                TicketError::NotATicket
            });
        }
        let (body, check) = rest
            .len()
            .checked_sub(CHECK)
            .and_then(|cut| rest.split_at_checked(cut))
            .ok_or(TicketError::Damaged)?;
        let bytes = crockford::decode(body)
            .map(Zeroizing::new)
            .ok_or(TicketError::Damaged)?;
        let typed: Option<String> = check
            .chars()
            .map(|c| crockford::value(c).map(crockford::digit))
            .collect();
        if typed.as_deref() != Some(check_of(&bytes).as_str()) {
            return Err(TicketError::Damaged);
        }
        let content: Content =
            cbor::decode("ticket", &bytes, 512).map_err(|_| TicketError::Damaged)?;
        check_url(&content.url)?;
        Ok(Self {
            url: content.url.clone(),
            ca_sha256: content.ca_sha256,
            next_ca_sha256: content.next_ca_sha256,
            slot: SlotId(content.slot),
            secret: Secret::new(content.secret),
        })
    }

    /// What proves knowledge of the ticket.
    pub fn slot_key(&self) -> SlotKey {
        SlotKey::derive(&self.slot, self.secret.expose())
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket")
            .field("url", &self.url)
            .field("slot", &self.slot)
            .field("secret", &self.secret)
            .finish_non_exhaustive()
    }
}

fn check_of(bytes: &[u8]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(b"linli/ticket-check/1\0");
    hasher.update(bytes);
    let digest: [u8; 32] = hasher.finalize().into();
    crockford::encode(&digest, CHECK)
}

fn check_url(url: &str) -> Result<(), TicketError> {
    let rest = if let Some(rest) = url.strip_prefix("https://") {
        rest
    } else if let Some(rest) = url.strip_prefix("http://") {
        let host = host_of(rest);
        if !matches!(host, "127.0.0.1" | "localhost" | "[::1]") {
            return Err(TicketError::BadUrl);
        }
        rest
    } else {
        return Err(TicketError::BadUrl);
    };
    let plain = url
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !b"\"'<>\\@?#".contains(&byte));
    if url.len() > MAX_URL || !plain || host_of(rest).is_empty() {
        return Err(TicketError::BadUrl);
    }
    Ok(())
}

/// The host of what follows the scheme.
fn host_of(rest: &str) -> &str {
    let authority = rest.split('/').next().unwrap_or(rest);
    if authority.starts_with('[') {
        return authority
            .find(']')
            .and_then(|end| authority.get(..=end))
            .unwrap_or("");
    }
    authority.split(':').next().unwrap_or(authority)
}

//! Where the server is, how it is recognised, and the texts that say so.

use linli_trust::enrolment::{OneTimeCode, SlotId, SlotKey, Ticket, TicketError};
use serde::{Deserialize, Serialize};

use crate::error::{DeviceError, Result};
use crate::files::{hex, unhex};

/// A server as a transport needs to know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerAddress {
    /// The base address: https, or http on a loopback address.
    pub url: String,
    /// SHA-256 of the authority's certificate in hex, for each authority that is believed. Empty:
    /// whatever authority the server shows is remembered, and proved by the enrolment itself.
    pub pins: Vec<String>,
    /// The authority's certificate (DER) in hex, once seen.
    #[serde(default)]
    pub authority: Option<String>,
}

impl ServerAddress {
    /// The pins as bytes.
    pub fn pin_bytes(&self) -> Vec<[u8; 32]> {
        let pins = self.pins.iter();
        pins.filter_map(|pin| unhex(pin)?.try_into().ok()).collect()
    }

    /// The authority's certificate.
    pub fn authority_bytes(&self) -> Option<Vec<u8>> {
        unhex(self.authority.as_deref()?)
    }

    /// The host, to compare with what stands on paper.
    pub fn host(&self) -> &str {
        let rest = self
            .url
            .split_once("://")
            .map_or(self.url.as_str(), |(_, rest)| rest);
        rest.split(['/']).next().unwrap_or(rest)
    }

    /// Whether the line is encrypted.
    pub fn is_tls(&self) -> bool {
        self.url.starts_with("https://")
    }

    /// Whether the address names this very machine.
    pub fn is_loopback(&self) -> bool {
        let host = self.host();
        ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| {
            host == *name
                || host
                    .strip_prefix(name)
                    .is_some_and(|rest| rest.starts_with(':'))
        })
    }
}

/// What a person scanned or typed to bind a device.
#[derive(Debug, Clone)]
pub struct TicketText {
    /// Where the server is.
    pub server: ServerAddress,
    /// The slot.
    pub slot: SlotId,
    /// What proves knowledge of the slot's secret.
    pub key: SlotKey,
    /// The last four characters of the text, to compare with the paper.
    pub tail: String,
}

impl TicketText {
    /// Reads a ticket (`LINLI1:…`), or a one-time code with its server (`K7M4-2QXX-9HD3@https://…`).
    ///
    /// A code names no authority: the one that the server shows is believed for the enrolment
    /// alone, because the enrolment's proofs cover it and only the server of the slot can make them.
    pub fn read(text: &str) -> Result<Self> {
        let text = text.trim();
        match Ticket::parse(text) {
            Ok(ticket) => {
                let pins = [Some(ticket.ca_sha256), ticket.next_ca_sha256];
                let server = ServerAddress {
                    url: ticket.url.trim_end_matches('/').to_owned(),
                    pins: pins.iter().flatten().map(|pin| hex(pin)).collect(),
                    authority: None,
                };
                Ok(Self {
                    server,
                    slot: ticket.slot,
                    key: ticket.slot_key(),
                    tail: tail(text),
                })
            }
            Err(TicketError::NotATicket) => Self::read_code(text),
            Err(TicketError::LaterVersion | TicketError::Damaged | TicketError::BadUrl) => {
                Err(DeviceError::TicketMalformed)
            }
        }
    }

    fn read_code(text: &str) -> Result<Self> {
        let malformed = || DeviceError::TicketMalformed;
        let (code, url) = text.split_once('@').ok_or_else(malformed)?;
        let code = OneTimeCode::parse(code).ok_or_else(malformed)?;
        let server = ServerAddress {
            url: url.trim_end_matches('/').to_owned(),
            pins: Vec::new(),
            authority: None,
        };
        let is_plain = server.url.starts_with("http://") && server.is_loopback();
        let is_sane = server.url.len() <= 128
            && !server.host().is_empty()
            && server.url.bytes().all(|byte| byte.is_ascii_graphic());
        if !(is_sane && (server.is_tls() || is_plain)) {
            return Err(malformed());
        }
        Ok(Self {
            slot: code.slot(),
            key: code.slot_key(),
            tail: tail(code.shown().as_str()),
            server,
        })
    }
}

fn tail(text: &str) -> String {
    let mut last: Vec<char> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .rev()
        .take(4)
        .collect();
    last.reverse();
    last.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use linli_trust::Secret;

    use super::*;

    #[test]
    fn a_ticket_and_a_code_with_its_server_are_read() {
        let ticket = Ticket {
            url: "https://donghuashi.example:8443".into(),
            ca_sha256: [7; 32],
            next_ca_sha256: None,
            slot: SlotId([1; 16]),
            secret: Secret::new([2; 16]),
        };
        let text = ticket.to_text().unwrap();
        let read = TicketText::read(&text).unwrap();
        assert_eq!(read.server.host(), "donghuashi.example:8443");
        assert_eq!(read.server.pin_bytes(), [[7; 32]]);
        assert!(text.ends_with(&read.tail));
        assert_eq!(read.slot, SlotId([1; 16]));

        let code = OneTimeCode::from_random([9; 8]);
        let typed = format!("{}@http://127.0.0.1:9000/", code.shown().to_lowercase());
        let read = TicketText::read(&typed).unwrap();
        assert_eq!(read.slot, code.slot());
        assert_eq!(read.server.url, "http://127.0.0.1:9000");
        assert!(read.server.is_loopback() && !read.server.is_tls());
    }

    #[test]
    fn anything_else_is_no_ticket() {
        for wrong in [
            "",
            "LINLI1:ZZZZ",
            "LINLI9:ABCDEF",
            "K7M4-2QXX-9HD3",
            "K7M4-2QXX-9HD3@http://far.example",
            "K7M4-2QXX-9HD3@https://",
            "K7M4-2QXX@https://near.example",
            "https://near.example",
        ] {
            assert!(
                matches!(TicketText::read(wrong), Err(DeviceError::TicketMalformed)),
                "{wrong}"
            );
        }
    }
}

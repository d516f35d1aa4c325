//! The exchange over a ledger: what both ends do with what the other end sends.
//!
//! `linli_sync` knows the order of frames and nothing of a database; `linli_store` keeps changes and
//! knows nothing of frames. This crate joins them once, for handhelds and for servers alike, since a
//! server is a device to its parent:
//!
//! * [`Reference`]: editions and certificates in memory, in step with the control log.
//! * [`ingest`]: the rules of authority as the policy of the ledger's gate.
//! * [`Client`]: the asking end: one request, then one event of the answer at a time.
//! * [`believe_pack`] and [`unpack`]: a first sync from a server's pack.
//! * [`CarryWriter`] and [`CarryReader`]: the same exchange in a file that somebody carries.
//!
//! Absent on purpose: network, clock, randomness, and what a case means.

mod carry;
mod client;
pub mod enrolment;
mod error;
mod judge;
mod pack;
mod reference;

pub use carry::{CarryItems, CarryReader, CarryWriter};
pub use client::{
    Applied, CarriedRequest, Client, FeedOffer, Offering, Plan, ask_for_everything,
    offer_everything,
};
pub use error::ExchangeError;
pub use judge::{Further, Incoming, ingest, retry, underwritten};
pub use pack::{Unpacked, believe_pack, unpack};
pub use reference::{Kept, Reference};

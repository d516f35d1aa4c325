//! The line to the server: requests as data, one real transport over HTTPS, signing, photos.

mod address;
pub mod http;
pub mod machine;
mod signed;
mod tls;
mod transport;

pub use address::{ServerAddress, TicketText};
pub use machine::{Machine, NetworkKind, Power, SystemMachine};
pub use signed::{FindKey, Refusal, Reply, SignedLine};
pub use transport::{
    Answer, Body, BoxFuture, Call, Connect, Connection, Method, Transport, TransportError,
};

//! The asking end: a device towards its community's server, or a server towards its parent.
//!
//! ```text
//! Request::new(hello) → offer, control, fetch … → finish → bytes to send, and a Response
//! Response::next(&mut piece) → events, one at a time, as the answer arrives
//! ```
//! Each event is durable for the caller before it asks for the next one. An answer that is cut short
//! is kept as far as it came: what was not acknowledged is offered again, and the next request
//! continues after the last page.

mod note;
mod request;
mod response;

pub use note::{OfferedNote, RequestNote};
pub use request::Request;
pub use response::{Event, Response};

#[cfg(test)]
mod tests;

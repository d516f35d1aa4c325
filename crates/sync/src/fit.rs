//! Whether something fitted into a request or an answer.

/// Whether there was room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Fit {
    /// It is in.
    Taken,
    /// There is no room left: it goes into the next exchange.
    Full,
}

//! The answering end.
//!
//! ```text
//! RequestReader::next(&mut piece) → inputs, one at a time, as the request arrives
//! RequestReader::finish → Asked → Answer::to(asked, welcome) → ack, control, page … → finish
//! ```
//! The answer is written while the caller reads its store: [`Answer::take`] gives the bytes of every
//! frame so far, so that a page leaves while the next one is read.

mod answer;
mod pager;
mod request;

pub use answer::Answer;
pub use pager::{FeedRow, Pager};
pub use request::{Asked, Input, RequestReader};

#[cfg(test)]
mod tests;

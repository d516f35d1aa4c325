//! The merge server: one program for every level, and the shell around the merge engine.
//!
//! ```text
//! devices, child servers ── TLS ──> listen ─> http ─┐
//! desks, units ───────────────────────────────────>├─> writer (one thread, group commit) ─> door ─> engine
//! operators ── socket, command line ─> ops ────────┤
//! parent <── link ── jobs ─────────────────────────┘
//! ```
//!
//! Invariants:
//! - Only the writer thread touches the engine; nothing is answered before it is on the disk.
//! - A bad request costs itself: it is refused, undone in its own savepoint, counted.
//! - Memory, queues and disk space that strangers can use are bounded; whoever comes too late is
//!   told when to come again.
//! - No name that a client chose reaches the file system, no personal data reaches logs or counters.
//! - After a failed write the process ends and starts anew; an fsync is never tried again.
//!
//! Absent on purpose: rules about cases (the engine and `linli_model` have them), texts of the
//! console, and any second way into the store.

pub mod cli;
pub mod clock;
pub mod config;
pub mod door;
pub mod engine;
pub mod files;
pub mod http;
mod jobs;
pub mod keys;
mod link;
mod listen;
pub mod lock;
pub mod metrics;
pub mod ops;
pub mod photos;
pub mod server;
pub mod staff;
pub mod text;
pub mod tls;
pub mod uploads;
pub mod writer;

#[cfg(test)]
mod testing;

//! Forgetting, over three real servers and two real handhelds on encrypted files (docs/storage.md).
//!
//! What a test says is gone is looked for in every file as it lies there, in every page of every
//! database after decryption, gaps and log included, in every cell of every table, in every change of
//! every document, and in packs; and the search is shown to find it before.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::too_many_lines,
    clippy::redundant_closure_for_method_calls,
    missing_docs,
    reason = "a test may fail by panicking"
)]
#![allow(dead_code, reason = "the town is shared with the simulation")]

#[path = "forgetting/canary.rs"]
mod canary;
#[path = "forgetting/holders.rs"]
mod holders;
#[path = "forgetting/pages.rs"]
mod pages;
#[path = "forgetting/retention.rs"]
mod retention;
#[path = "forgetting/search.rs"]
mod search;
#[path = "forgetting/stage.rs"]
mod stage;
#[path = "simulation/template.rs"]
mod template;

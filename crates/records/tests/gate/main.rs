//! The gate against hostile and broken changes: see `docs/adr/0006-scan-before-the-engine.md`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test stops at what it did not expect"
)]

#[path = "../support/craft.rs"]
mod craft;

#[path = "../support/dice.rs"]
mod dice;
#[path = "../support/records.rs"]
mod records;
#[path = "../support/worlds.rs"]
mod worlds;

mod ablation;
mod admission;
mod base;
mod differential;
mod judging;
mod last_net;
mod layout;
mod mutants;
mod people;
mod rows;
mod subjects;

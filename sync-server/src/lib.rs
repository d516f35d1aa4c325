//! The merge server: the shell around the merge engine.

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

//! The merge server: the shell around the merge engine.

pub mod config;
pub mod door;
pub mod files;
pub mod keys;
pub mod lock;
pub mod metrics;
pub mod photos;
pub mod text;
pub mod tls;
pub mod uploads;
pub mod writer;

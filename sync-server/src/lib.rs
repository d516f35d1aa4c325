//! The merge server: the shell around the merge engine.

pub mod config;
pub mod door;
pub mod text;

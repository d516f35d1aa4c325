//! The merge server: the shell around the merge engine.

pub mod door;

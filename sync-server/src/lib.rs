//! The merge server.

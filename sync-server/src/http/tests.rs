//! The routes of a running server over real TLS.

mod api;
mod photos;
mod sync;

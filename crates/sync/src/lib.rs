//! linli-sync.

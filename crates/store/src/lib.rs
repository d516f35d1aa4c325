//! linli-store.

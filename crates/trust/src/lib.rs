//! linli-trust.

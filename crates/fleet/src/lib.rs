//! linli-fleet.

//! linli-records.

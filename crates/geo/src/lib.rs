//! linli-geo.

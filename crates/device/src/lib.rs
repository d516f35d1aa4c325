//! linli-device.

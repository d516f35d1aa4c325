//! Headless handhelds and the world that they work in: for demos, scripts, load and measurements.
//!
//! Talks to real server processes only; it holds no server code.

pub mod world;

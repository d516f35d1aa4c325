//! `linli-server`.
fn main() {}

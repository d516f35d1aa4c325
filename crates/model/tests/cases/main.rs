//! Tests of the case rules: the golden table, laws, and the model of docs/workflow.md (three levels of
//! servers with devices in memory, random stories with and without faults).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    clippy::too_many_lines,
    clippy::match_same_arms,
    clippy::trivially_copy_pass_by_ref,
    clippy::doc_markdown,
    clippy::print_stdout,
    clippy::single_match_else,
    clippy::single_match,
    clippy::unused_self,
    clippy::unnecessary_wraps,
    clippy::wildcard_enum_match_arm,
    clippy::needless_pass_by_value,
    clippy::similar_names,
    clippy::cast_lossless,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    unreachable_pub,
    missing_docs,
    reason = "tests may fail by panicking, print their figures and be as long as their story"
)]
#![cfg(test)]

mod bench;
mod content;
mod custody_rules;
mod district;
mod gate_rules;
mod golden;
mod laws;
mod line_rules;
mod rng;
mod stories;
mod time_rules;
mod work_rules;
mod world;

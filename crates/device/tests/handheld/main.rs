//! The handheld's engine with real files, against a community's station in the same process: real
//! ledgers, signatures and frames on both ends; only the network is a function call.
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
    dead_code,
    clippy::redundant_closure_for_method_calls,
    clippy::redundant_closure,
    reason = "tests may fail by panicking, print their figures and be as long as their story"
)]

mod canary;
mod door;
mod drafts;
mod erase;
mod line;
mod lists;
mod map;
mod packs;
mod photos;
mod recovery;
mod register;
mod register_clashes;
mod register_visits;
mod station;
mod stories;
mod track;
mod transport;
mod voices;
mod work;
mod world;
mod wrong;

//! What may follow what. Both ends hold the same rules: the writer cannot send what the reader
//! would refuse.

mod request;
mod response;

pub(crate) use request::{OfferedBatch, RequestRules};
pub(crate) use response::ResponseRules;

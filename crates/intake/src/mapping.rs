//! A mapping: the city's own column names to ours, and what is left out.
//!
//! ```toml
//! ignore = ["备注"]
//! [columns]
//! "楼号" = "code"
//! [values]
//! purpose = "register"
//! ```

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::clean::header_name;
use crate::refusal::Refusal;

/// How a file's columns are to be understood.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// The file's header to the id or name of one of our columns.
    pub columns: BTreeMap<String, String>,
    /// Headers of columns that are not used.
    pub ignore: BTreeSet<String>,
    /// Values for columns that the file does not have or leaves empty.
    pub values: BTreeMap<String, String>,
}

impl Mapping {
    /// Reads a mapping.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        toml::from_str(text).map_err(|error| Refusal::Mapping(error.to_string()))
    }

    /// What a header is called by us, as the mapping says.
    pub(crate) fn renamed(&self, header: &str) -> Option<&str> {
        let plain = header_name(header);
        let found = self
            .columns
            .iter()
            .find(|(name, _)| header_name(name) == plain);
        found.map(|(_, ours)| ours.as_str())
    }

    /// Whether a column is not used.
    pub(crate) fn ignores(&self, header: &str) -> bool {
        let plain = header_name(header);
        self.ignore.iter().any(|name| header_name(name) == plain)
    }
}

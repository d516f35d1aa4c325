//! Pieces that many DTOs share: names in two languages, codes with parameters, levels.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A name from reference data in both languages of the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NameDto {
    /// Chinese, the source.
    pub zh: String,
    /// English; the Chinese text where the city gave none.
    pub en: String,
}

/// One value in a [`Params`] map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(untagged)]
pub enum ParamDto {
    /// A count, or a time in Unix milliseconds when the key ends in `_at`.
    Number(i64),
    /// A code of the same word list as the key (for example `category`), or words that a person typed.
    Text(String),
    /// A name from reference data.
    Name(NameDto),
}

/// Named values that a text of the screens needs.
pub type Params = BTreeMap<String, ParamDto>;

/// A code with the values its text needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct CodeDto {
    /// Key of a text in the screens' locale files.
    pub code: String,
    /// Values for that text.
    pub params: Params,
}

/// The four places a case can be at, from the hand upward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LevelDto {
    /// 机: this device.
    Device,
    /// 社: the community.
    Community,
    /// 街: the street.
    Street,
    /// 区: the district.
    District,
}

/// A grid as people know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct GridDto {
    /// The grid's code.
    pub code: String,
    /// The grid's short name, such as 东花市-20.
    pub name: NameDto,
}

//! The directory of base data: which kinds of things are kept, reported and looked after, as a tree.
//!
//! Levels are data and codes are strings, so that seven major and thirty-two minor classes fit as well
//! as a district's four levels with thousands of rows. A class of sensitive data is never on by default.

use serde::{Deserialize, Serialize};

use crate::id::ClassCode;
use crate::org::Name;

/// What the rows below a class are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassKind {
    /// 基础数据: what is kept about places, organisations, buildings and those who live there.
    Base,
    /// 部件: public facilities.
    Component,
    /// 事项: what can be reported.
    Matter,
}

/// What rows of a class say about people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonalData {
    /// Nothing.
    #[default]
    None,
    /// Ordinary personal data.
    Ordinary,
    /// Sensitive personal data: only with a consent of its own.
    Sensitive,
}

/// Whether a class is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Module {
    /// In use.
    #[default]
    On,
    /// In use once a named person has switched it on, with its reasons.
    OptIn,
    /// Not in use.
    Off,
}

/// A class of the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Class {
    /// Its code, such as `R01` or `A01.007`.
    pub code: ClassCode,
    /// The class that it is a part of; none for a major class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<ClassCode>,
    /// What its rows are.
    pub kind: ClassKind,
    /// What people call it.
    pub name: Name,
    /// What its rows say about people.
    #[serde(default)]
    pub data: PersonalData,
    /// Whether it is in use before anybody decides.
    #[serde(default)]
    pub module: Module,
}

impl Class {
    /// Whether a text that somebody typed means this class: the beginning of its code, or a part of
    /// its name in either language.
    pub fn answers_to(&self, text: &str) -> bool {
        let text = text.trim();
        let plain = text.to_lowercase();
        let begins = |code: &str| {
            code.get(..plain.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(&plain))
        };
        !text.is_empty()
            && (begins(self.code.as_str())
                || self.name.zh.contains(text)
                || self.name.en.to_lowercase().contains(&plain))
    }
}

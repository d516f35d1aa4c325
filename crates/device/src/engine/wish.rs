//! What a person wanted of a record of the register or of the places, kept until the server has it, as
//! an intent is of a case.

use std::collections::BTreeMap;

use linli_model::{BlobHash, RecordKind, Role, StaffId};
use linli_records::schema::{DELETED, MemberMap};
use linli_records::{Basis, FieldValue, NewContent};
use serde::{Deserialize, Serialize};

use super::intent::Intent;
use super::people::By;
use crate::error::Result;

/// One save of a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Wish {
    pub(super) staff: StaffId,
    pub(super) role: Role,
    pub(super) basis: Option<Basis>,
    pub(super) kind: RecordKind,
    /// Whether the save made the record.
    pub(super) creates: bool,
    pub(super) fields: BTreeMap<String, Option<FieldValue>>,
    pub(super) refs: BTreeMap<String, Option<String>>,
    pub(super) phones: BTreeMap<String, Option<String>>,
    /// Files that the save named, with what it said about them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) photos: BTreeMap<BlobHash, String>,
    /// How often it was refused before.
    pub(super) refused_before: u32,
}

/// What is kept of any save.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Wanted {
    /// Of a case.
    Case(Box<Intent>),
    /// Of another record.
    Record(Wish),
}

impl Wish {
    /// What the save put into the record.
    pub(super) fn content(&self) -> NewContent {
        let members = |map: MemberMap, of: &BTreeMap<String, Option<String>>| {
            of.iter()
                .map(|(key, value)| ((map, key.clone()), value.clone()))
                .collect::<Vec<_>>()
        };
        let mut all = members(MemberMap::Refs, &self.refs);
        all.extend(members(MemberMap::Phones, &self.phones));
        NewContent {
            fields: self.fields.clone(),
            members: all.into_iter().collect(),
            photos: self.photos.clone(),
            ..NewContent::default()
        }
    }

    /// Whether the save removed the record: what it had seen then says nothing about what stands now.
    pub(super) fn removes(&self) -> bool {
        self.fields.get(DELETED).is_some_and(Option::is_some)
    }

    pub(super) fn by(&self) -> By {
        By {
            staff: self.staff.clone(),
            role: self.role,
        }
    }

    /// The words of a content, part by part.
    pub(super) fn with_content(mut self, content: &NewContent) -> Self {
        self.fields.clone_from(&content.fields);
        self.photos.clone_from(&content.photos);
        for ((map, key), value) in &content.members {
            let of = match map {
                MemberMap::Refs => &mut self.refs,
                MemberMap::Phones => &mut self.phones,
            };
            of.insert(key.clone(), value.clone());
        }
        self
    }

    /// What a person typed.
    pub(super) fn words(&self) -> Vec<String> {
        let typed = ["address_form", "name", "hours", "need", "note", "unit"];
        let fields = typed
            .iter()
            .filter_map(|name| self.fields.get(*name)?.as_ref());
        let numbers = self.phones.iter().filter(|(_, value)| value.is_some());
        fields
            .filter_map(|value| value.as_text().map(ToOwned::to_owned))
            .chain(numbers.map(|(number, _)| number.clone()))
            .collect()
    }
}

impl Wanted {
    pub(super) fn decode(bytes: &[u8]) -> Result<Self> {
        Ok(serde_json::from_slice(bytes)?)
    }

    /// It was refused once more. Answers how often now.
    pub(super) fn refuse(&mut self) -> u32 {
        let count = match self {
            Self::Case(intent) => &mut intent.refused_before,
            Self::Record(wish) => &mut wish.refused_before,
        };
        *count = count.saturating_add(1);
        *count
    }
}

//! Organisations and the tree they form. The order of levels is fixed by `parent` alone; how many
//! levels there are and what they are called is data.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::id::OrgId;

/// A name in the two languages of the product. Chinese is the source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Name {
    /// zh-CN.
    pub zh: String,
    /// English.
    pub en: String,
}

/// What an organisation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrgKind {
    /// 区社会服务管理综合指挥中心: the root.
    DistrictCentre,
    /// 街道分中心.
    SubCentre,
    /// 社区综合工作站.
    Station,
    /// 商务楼宇服务站.
    BuildingStation,
    /// 处置单位: a department, utility or contractor. Handles, never holds a case.
    HandlingUnit,
}

impl OrgKind {
    /// Whether an organisation of this kind has a desk that can hold a case.
    pub fn has_desk(self) -> bool {
        self != Self::HandlingUnit
    }
}

/// The rung of the ladder at which a case is worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 网格.
    Grid,
    /// 社区.
    Community,
    /// 街道.
    Subdistrict,
    /// 区.
    District,
}

/// A node of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Org {
    /// Its code.
    pub id: OrgId,
    /// The organisation above; none for the district's root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<OrgId>,
    /// What it is for.
    pub kind: OrgKind,
    /// Its rung.
    pub level: Level,
    /// What people call it.
    pub name: Name,
}

/// Organisations by code, of any depth. Total on any input: a loop or a missing parent ends a path,
/// and [`crate::edition::Edition::check`] reports both.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrgTree {
    orgs: BTreeMap<OrgId, Org>,
}

impl OrgTree {
    /// The tree of these organisations; of two with one code the first counts.
    pub fn new(orgs: impl IntoIterator<Item = Org>) -> Self {
        let mut tree = Self::default();
        for org in orgs {
            tree.orgs.entry(org.id.clone()).or_insert(org);
        }
        tree
    }

    /// The organisation with this code.
    pub fn find(&self, id: &OrgId) -> Option<&Org> {
        self.orgs.get(id)
    }

    /// Every organisation, by code.
    pub fn iter(&self) -> impl Iterator<Item = &Org> {
        self.orgs.values()
    }

    /// The organisation directly above.
    pub fn parent(&self, id: &OrgId) -> Option<&OrgId> {
        self.find(id)?.parent.as_ref()
    }

    /// The organisations directly below, by code.
    pub fn children<'a>(&'a self, id: &'a OrgId) -> impl Iterator<Item = &'a Org> {
        self.iter()
            .filter(move |org| org.parent.as_ref() == Some(id))
    }

    /// `id` and everything above it, from below to the root.
    pub fn ancestors<'a>(&'a self, id: &'a OrgId) -> impl Iterator<Item = &'a OrgId> {
        std::iter::successors(self.find(id).map(|org| &org.id), |at| self.parent(at))
            .take(self.orgs.len())
    }

    /// Whether `child` is `ancestor` or lies below it.
    pub fn is_within(&self, ancestor: &OrgId, child: &OrgId) -> bool {
        self.ancestors(child).any(|at| at == ancestor)
    }

    /// Whether `upper` lies above `lower` and is not the same.
    pub fn is_above(&self, upper: &OrgId, lower: &OrgId) -> bool {
        upper != lower && self.is_within(upper, lower)
    }

    /// Whether the two are parent and child, whichever way round: there is a link between them.
    pub fn are_linked(&self, a: &OrgId, b: &OrgId) -> bool {
        self.parent(a) == Some(b) || self.parent(b) == Some(a)
    }

    /// The path from one organisation to another along links, both ends included; empty when there
    /// is none.
    pub fn path(&self, from: &OrgId, to: &OrgId) -> Vec<OrgId> {
        let up: Vec<&OrgId> = self.ancestors(from).collect();
        let down: Vec<&OrgId> = self.ancestors(to).collect();
        let Some(meet) = up.iter().find(|at| down.contains(at)).copied() else {
            return Vec::new();
        };
        let climb = up.iter().take_while(|at| **at != meet);
        let mut descend: Vec<&OrgId> = down.iter().copied().take_while(|at| *at != meet).collect();
        descend.reverse();
        climb
            .copied()
            .chain(std::iter::once(meet))
            .chain(descend)
            .cloned()
            .collect()
    }

    /// The neighbour of `from` on the path to `to`; none when they are the same or not connected.
    pub fn next_hop(&self, from: &OrgId, to: &OrgId) -> Option<OrgId> {
        self.path(from, to).into_iter().nth(1)
    }

    /// The smallest connected part of the tree that holds all of these: the tree path between any
    /// two belongs to it.
    pub fn closure<'a>(&self, of: impl IntoIterator<Item = &'a OrgId>) -> BTreeSet<OrgId> {
        let mut of = of.into_iter();
        let Some(first) = of.next() else {
            return BTreeSet::new();
        };
        let mut all = BTreeSet::from([first.clone()]);
        for next in of {
            all.insert(next.clone());
            all.extend(self.path(first, next));
        }
        all
    }
}

#[cfg(test)]
mod tests;

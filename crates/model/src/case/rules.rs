//! A checked edition with indexes: what the case rules look things up in.

use std::collections::BTreeMap;

use crate::edition::{
    Category, Edition, GrantPlace, LimitName, Mistake, Responsibility, Staff, Standard,
};
use crate::id::{CategoryCode, GridCode, OrgId, StaffId};
use crate::org::{Level, OrgTree};
use crate::role::Role;

/// An edition ready for use.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    edition: Edition,
    tree: OrgTree,
    communities: BTreeMap<GridCode, OrgId>,
    catalogue: BTreeMap<CategoryCode, usize>,
    staff: BTreeMap<StaffId, usize>,
}

/// Editions by number. What a fold needs of the reference data.
pub trait Editions {
    /// The rules of an edition, if it is known here.
    fn rules(&self, number: u32) -> Option<&Rules>;
}

impl Editions for BTreeMap<u32, Rules> {
    fn rules(&self, number: u32) -> Option<&Rules> {
        self.get(&number)
    }
}

impl Rules {
    /// Checks an edition and indexes it.
    pub fn new(edition: Edition) -> Result<Self, Vec<Mistake>> {
        let mistakes = edition.check();
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let indexed = |(index, row): (usize, &Category)| (row.code.clone(), index);
        let person = |(index, person): (usize, &Staff)| (person.id.clone(), index);
        Ok(Self {
            tree: OrgTree::new(edition.orgs.iter().cloned()),
            communities: edition
                .grids
                .iter()
                .map(|grid| (grid.code.clone(), grid.community.clone()))
                .collect(),
            catalogue: edition.catalogue.iter().enumerate().map(indexed).collect(),
            staff: edition.staff.iter().enumerate().map(person).collect(),
            edition,
        })
    }

    /// The edition itself.
    pub fn edition(&self) -> &Edition {
        &self.edition
    }

    /// The organisations.
    pub fn tree(&self) -> &OrgTree {
        &self.tree
    }

    /// The root.
    pub fn district(&self) -> &OrgId {
        &self.edition.district
    }

    /// The community that a grid belongs to.
    pub fn community(&self, grid: &GridCode) -> Option<&OrgId> {
        self.communities.get(grid)
    }

    /// A row of the catalogue.
    pub fn category(&self, code: &CategoryCode) -> Option<&Category> {
        self.catalogue
            .get(code)
            .and_then(|index| self.edition.catalogue.get(*index))
    }

    /// A handling standard of a category.
    pub fn standard(&self, code: &CategoryCode, standard: &str) -> Option<&Standard> {
        self.category(code)?.standard(standard)
    }

    /// A member of staff.
    pub fn staff(&self, id: &StaffId) -> Option<&Staff> {
        self.staff
            .get(id)
            .and_then(|index| self.edition.staff.get(*index))
    }

    /// Whether a member of staff may act as `role` at an organisation's desk.
    pub fn has_grant_at(&self, staff: &StaffId, role: Role, org: &OrgId) -> bool {
        self.has_grant(staff, role, &GrantPlace::Org(org.clone()))
    }

    /// Whether a member of staff may act as `role` in a grid.
    pub fn has_grant_in(&self, staff: &StaffId, role: Role, grid: &GridCode) -> bool {
        self.has_grant(staff, role, &GrantPlace::Grid(grid.clone()))
    }

    fn has_grant(&self, staff: &StaffId, role: Role, at: &GrantPlace) -> bool {
        self.staff(staff).is_some_and(|person| {
            person
                .grants
                .iter()
                .any(|grant| grant.role == role && grant.at == *at)
        })
    }

    /// The row of the responsibility table for a category in an area: of the rows whose area holds
    /// `area`, the lowest.
    pub fn responsible(&self, category: &CategoryCode, area: &OrgId) -> Option<&Responsibility> {
        self.tree.ancestors(area).find_map(|at| {
            self.edition
                .responsibility
                .iter()
                .find(|row| row.category == *category && row.area == *at)
        })
    }

    /// The organisation of a level at or above another.
    pub fn at_level<'a>(&'a self, from: &'a OrgId, level: Level) -> Option<&'a OrgId> {
        self.tree
            .ancestors(from)
            .find(|id| self.tree.find(id).is_some_and(|org| org.level == level))
    }

    /// The rung of an organisation.
    pub fn level(&self, org: &OrgId) -> Option<Level> {
        self.tree.find(org).map(|org| org.level)
    }

    /// The limit of a step.
    pub fn limit(&self, name: LimitName) -> crate::edition::Limit {
        self.edition.limits.get(name)
    }
}

//! What is wrong with an edition, with the place of each mistake.

mod directory;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{CopyTo, EDITION_FORMAT, Edition, GrantPlace};
use crate::case_number::CaseNumber;
use crate::org::{OrgKind, OrgTree};
use crate::role::Role;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// Where, as a path into the JSON: `staff[3].grants[0].at`.
    pub at: String,
    /// What is wrong, in English, with the codes involved.
    pub what: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

impl Edition {
    /// Every mistake, in the order of the file; empty when the edition can be used.
    pub fn check(&self) -> Vec<Mistake> {
        let mut check = Check {
            edition: self,
            tree: OrgTree::new(self.orgs.iter().cloned()),
            mistakes: Vec::new(),
        };
        check.header();
        check.orgs();
        check.grids();
        check.staff();
        check.directory();
        check.catalogue();
        check.responsibility();
        check.limits();
        check.calendar();
        check.copy_rules();
        check.mistakes
    }

    /// Every mistake, and what a filing desk would find out too late: codes of which no case number
    /// can be made. Empty when the edition may be published; what is published already is held to
    /// [`Edition::check`] alone.
    pub fn check_to_publish(&self) -> Vec<Mistake> {
        let mut check = Check {
            edition: self,
            tree: OrgTree::new(self.orgs.iter().cloned()),
            mistakes: self.check(),
        };
        check.case_numbers();
        check.mistakes
    }
}

struct Check<'a> {
    edition: &'a Edition,
    tree: OrgTree,
    mistakes: Vec<Mistake>,
}

impl Check<'_> {
    fn report(&mut self, at: impl Into<String>, what: impl Into<String>) {
        self.mistakes.push(Mistake {
            at: at.into(),
            what: what.into(),
        });
    }

    /// Reports the second and later rows that carry a code again.
    fn unique<T: Ord + fmt::Display>(&mut self, list: &str, codes: Vec<T>) {
        let mut first: BTreeMap<T, usize> = BTreeMap::new();
        for (index, code) in codes.into_iter().enumerate() {
            if let Some(earlier) = first.get(&code) {
                let what = format!("{code} is already {list}[{earlier}]");
                self.report(format!("{list}[{index}]"), what);
            } else {
                first.insert(code, index);
            }
        }
    }

    fn header(&mut self) {
        if self.edition.format != EDITION_FORMAT {
            let what = format!(
                "is {}, this program knows {EDITION_FORMAT}",
                self.edition.format
            );
            self.report("format", what);
        }
        if self.edition.number == 0 {
            self.report("number", "editions are numbered from 1");
        }
    }

    fn case_numbers(&mut self) {
        let district = self.edition.district.as_str();
        if !CaseNumber::is_county(district) {
            let what = format!(
                "{district} cannot begin the case numbers: it needs 6 digits, the first not 0, such as 110101"
            );
            self.report("district", what);
        }
        let orgs = self.edition.orgs.iter().enumerate();
        let desks = orgs.filter(|(_, org)| org.kind.has_desk());
        if let Some((index, org)) = desks.clone().nth(usize::from(CaseNumber::BLOCKS)) {
            let what = format!(
                "{} is one desk too many: {} have one, case numbers have room for {}",
                org.id,
                desks.count(),
                CaseNumber::BLOCKS
            );
            self.report(format!("orgs[{index}]"), what);
        }
    }

    fn orgs(&mut self) {
        let orgs = &self.edition.orgs;
        self.unique("orgs", orgs.iter().map(|org| org.id.clone()).collect());
        match self.tree.find(&self.edition.district).cloned() {
            None => self.report(
                "district",
                format!("{} is not in orgs", self.edition.district),
            ),
            Some(root) if root.parent.is_some() => {
                self.report("district", format!("{} has a parent", root.id));
            }
            Some(_) => {}
        }
        for (index, org) in orgs.iter().enumerate() {
            let at = format!("orgs[{index}].parent");
            match &org.parent {
                None if org.id != self.edition.district => {
                    self.report(
                        at,
                        format!("{} has no parent and is not the district", org.id),
                    );
                }
                None => {}
                Some(parent) => match self.tree.find(parent).map(|parent| parent.kind) {
                    None => self.report(at, format!("{parent} of {} is not in orgs", org.id)),
                    Some(OrgKind::HandlingUnit) if org.kind != OrgKind::HandlingUnit => {
                        self.report(at, format!("{} stands under the unit {parent}", org.id));
                    }
                    Some(_) if !self.tree.is_within(&self.edition.district, &org.id) => {
                        self.report(at, format!("{} is not connected to the district", org.id));
                    }
                    Some(_) => {}
                },
            }
            if org.name.zh.trim().is_empty() {
                self.report(
                    format!("orgs[{index}].name.zh"),
                    format!("{} has no name", org.id),
                );
            }
        }
    }

    fn grids(&mut self) {
        let grids = &self.edition.grids;
        self.unique(
            "grids",
            grids.iter().map(|grid| grid.code.clone()).collect(),
        );
        for (index, grid) in grids.iter().enumerate() {
            match self.tree.find(&grid.community).map(|org| org.kind) {
                None => self.report(
                    format!("grids[{index}].community"),
                    format!("{} of grid {} is not in orgs", grid.community, grid.code),
                ),
                Some(OrgKind::HandlingUnit) => self.report(
                    format!("grids[{index}].community"),
                    format!(
                        "{} of grid {} is a handling unit",
                        grid.community, grid.code
                    ),
                ),
                Some(_) => {}
            }
            if grid.border.iter().any(|ring| ring.len() < 4) {
                let what = format!("a ring of grid {} has fewer than 4 points", grid.code);
                self.report(format!("grids[{index}].border"), what);
            }
            let inside = |[lon, lat]: &[f64; 2]| lon.abs() <= 180.0 && lat.abs() <= 90.0;
            if !grid.border.iter().flatten().all(inside) {
                let what = format!("a point of grid {} is not on the globe", grid.code);
                self.report(format!("grids[{index}].border"), what);
            }
        }
    }

    fn staff(&mut self) {
        let staff = &self.edition.staff;
        self.unique(
            "staff",
            staff.iter().map(|person| person.id.clone()).collect(),
        );
        let grids: BTreeSet<_> = self.edition.grids.iter().map(|grid| &grid.code).collect();
        for (index, person) in staff.iter().enumerate() {
            for (nth, grant) in person.grants.iter().enumerate() {
                let at = format!("staff[{index}].grants[{nth}]");
                match &grant.at {
                    GrantPlace::Org(org) if self.tree.find(org).is_none() => {
                        self.report(at, format!("{org} of {} is not in orgs", person.id));
                    }
                    GrantPlace::Grid(grid) if !grids.contains(grid) => {
                        self.report(at, format!("{grid} of {} is not in grids", person.id));
                    }
                    GrantPlace::Org(_) | GrantPlace::Grid(_) if grant.role == Role::System => {
                        self.report(at, format!("{} cannot be the system", person.id));
                    }
                    GrantPlace::Org(_) | GrantPlace::Grid(_) => {}
                }
            }
        }
    }

    fn catalogue(&mut self) {
        let rows = &self.edition.catalogue;
        let classes: BTreeSet<_> = self.edition.directory.iter().map(|row| &row.code).collect();
        self.unique(
            "catalogue",
            rows.iter().map(|row| row.code.clone()).collect(),
        );
        for (index, category) in rows.iter().enumerate() {
            if category.name.zh.trim().is_empty() {
                let what = format!("{} has no name", category.code);
                self.report(format!("catalogue[{index}].name.zh"), what);
            }
            self.allowed(&format!("catalogue[{index}].name"), &category.name);
            if let Some(class) = category
                .class
                .as_ref()
                .filter(|code| !classes.contains(code))
            {
                let what = format!("{class} of {} is not in the directory", category.code);
                self.report(format!("catalogue[{index}].class"), what);
            }
            let codes = category.standards.iter().map(|row| row.code.clone());
            self.unique(&format!("catalogue[{index}].standards"), codes.collect());
            for (nth, standard) in category.standards.iter().enumerate() {
                let at = format!("catalogue[{index}].standards[{nth}]");
                let digits = standard.code.bytes().all(|b| b.is_ascii_digit());
                if standard.code.len() != 2 || !digits {
                    self.report(format!("{at}.code"), "needs two digits");
                }
                if standard.limit.amount == 0 {
                    self.report(format!("{at}.limit"), "a limit of nothing");
                }
            }
        }
    }

    fn responsibility(&mut self) {
        let categories: BTreeSet<_> = self.edition.catalogue.iter().map(|row| &row.code).collect();
        let rows = &self.edition.responsibility;
        let pairs = rows
            .iter()
            .map(|row| format!("{} in {}", row.category, row.area));
        self.unique("responsibility", pairs.collect());
        for (index, row) in rows.iter().enumerate() {
            let at = format!("responsibility[{index}]");
            if !categories.contains(&row.category) {
                let what = format!("{} is not in the catalogue", row.category);
                self.report(format!("{at}.category"), what);
            }
            if self.tree.find(&row.area).is_none() {
                self.report(format!("{at}.area"), format!("{} is not in orgs", row.area));
            }
            for unit in std::iter::once(&row.lead).chain(&row.co_units) {
                match self.tree.find(unit).map(|org| org.kind) {
                    None => self.report(at.clone(), format!("{unit} is not in orgs")),
                    Some(OrgKind::HandlingUnit) => {}
                    Some(_) => self.report(at.clone(), format!("{unit} is not a handling unit")),
                }
            }
        }
    }

    fn limits(&mut self) {
        for (name, limit) in &self.edition.limits.0 {
            if limit.amount == 0 {
                self.report(format!("limits.{name:?}"), "a limit of nothing");
            }
        }
    }

    fn calendar(&mut self) {
        let calendar = &self.edition.calendar;
        if calendar.hours.is_empty() || calendar.working_ms_per_day() == 0 {
            self.report("calendar.hours", "no working time");
        }
        let mut end = 0;
        for (index, (from, to)) in calendar.hours.iter().enumerate() {
            if from >= to || *from < end || *to > 24 * 60 {
                let what = format!("{from}-{to} is empty, overlaps or leaves the day");
                self.report(format!("calendar.hours[{index}]"), what);
            }
            end = *to;
        }
        if (0..7).all(|day| calendar.rest_weekdays.contains(&day)) {
            self.report(
                "calendar.rest_weekdays",
                "no day of the week is a working day",
            );
        }
        if calendar.rest_weekdays.iter().any(|day| *day > 6) {
            self.report(
                "calendar.rest_weekdays",
                "days are 0 (Monday) to 6 (Sunday)",
            );
        }
        for day in calendar.holidays.intersection(&calendar.working_days) {
            self.report(
                "calendar.working_days",
                format!("{day} is a holiday as well"),
            );
        }
    }

    fn copy_rules(&mut self) {
        for (index, rule) in self.edition.copy_rules.iter().enumerate() {
            if let CopyTo::Org(org) = &rule.to
                && self.tree.find(org).is_none()
            {
                self.report(
                    format!("copy_rules[{index}].to"),
                    format!("{org} is not in orgs"),
                );
            }
        }
    }
}

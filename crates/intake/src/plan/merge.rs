//! One row into one list of the edition.

use std::collections::BTreeMap;

use linli_model::edition::{Grant, Grid, Staff};
use linli_model::org::{Level, Name, Org, OrgKind};
use linli_model::standard::DivisionLevel;
use linli_model::{OrgId, StaffId};

use super::{Lines, Planned};
use crate::kinds::{DivisionRow, GridRow, OrgRow, Row, StaffRow};
use crate::mistake::Mistake;
use crate::reason::Reason;

impl Planned {
    pub(super) fn merge(&mut self, row: &Row, lines: &mut Lines) {
        match row {
            Row::Division(row) if row.is_in_use => self.merge_division(row, lines),
            Row::Organisation(OrgRow { line, org }) => {
                lines.note("orgs", org.id.as_str(), *line);
                self.merge_org(org.clone());
            }
            Row::Grid(GridRow { line, grid }) => {
                lines.note("grids", grid.code.as_str(), *line);
                self.merge_grid(grid.clone());
            }
            Row::Division(_) | Row::Staff(_) | Row::Base(_) => {}
        }
    }

    /// A division is the seat of the organisation that serves it.
    fn merge_division(&mut self, row: &DivisionRow, lines: &mut Lines) {
        let code = &row.division.code;
        let (kind, level) = match code.level() {
            DivisionLevel::District => (OrgKind::DistrictCentre, Level::District),
            DivisionLevel::Subdistrict => (OrgKind::SubCentre, Level::Subdistrict),
            DivisionLevel::Community => (OrgKind::Station, Level::Community),
        };
        let parent = code.parent();
        let ids = (
            OrgId::new(code.as_str()),
            parent.map(|parent| OrgId::new(parent.as_str())).transpose(),
        );
        let (Ok(id), Ok(parent)) = ids else {
            let reason = Reason::Division("has no organisation code".to_owned());
            self.mistakes
                .push(Mistake::new(row.line, "", code.as_str(), reason));
            return;
        };
        lines.note("orgs", code.as_str(), row.line);
        let name = Name {
            zh: row.division.name.clone(),
            en: row.name_en.clone(),
        };
        self.merge_org(Org {
            id,
            parent,
            kind,
            level,
            name,
        });
    }

    fn merge_org(&mut self, mut org: Org) {
        let Some(old) = self.edition.orgs.iter_mut().find(|old| old.id == org.id) else {
            self.edition.orgs.push(org);
            self.new = self.new.saturating_add(1);
            return;
        };
        keep_english(&mut org.name, &old.name);
        let differs = [
            ("parent", old.parent != org.parent),
            ("kind", old.kind != org.kind),
            ("level", old.level != org.level),
            ("name", old.name != org.name),
        ];
        let id = org.id.to_string();
        *old = org;
        self.count(&id, &differs);
    }

    fn merge_grid(&mut self, mut grid: Grid) {
        let Some(old) = self
            .edition
            .grids
            .iter_mut()
            .find(|old| old.code == grid.code)
        else {
            self.edition.grids.push(grid);
            self.new = self.new.saturating_add(1);
            return;
        };
        keep_english(&mut grid.name, &old.name);
        if grid.border.is_empty() {
            grid.border.clone_from(&old.border);
        }
        let differs = [
            ("community", old.community != grid.community),
            ("name", old.name != grid.name),
            ("kind", old.kind != grid.kind),
            ("border", old.border != grid.border),
        ];
        let code = grid.code.to_string();
        *old = grid;
        self.count(&code, &differs);
    }

    /// All rows of a person together: what the file says they may act as is all they may.
    pub(super) fn merge_staff(&mut self, rows: &[Row], lines: &mut Lines) {
        let mut people: BTreeMap<&StaffId, Vec<&StaffRow>> = BTreeMap::new();
        for row in rows {
            if let Row::Staff(row) = row {
                lines.note("staff", row.id.as_str(), row.line);
                people.entry(&row.id).or_default().push(row);
            }
        }
        for (id, rows) in people {
            let mut grants: Vec<Grant> = rows.iter().map(|row| row.grant.clone()).collect();
            grants.sort();
            let name = rows.iter().find_map(|row| row.name.clone());
            let phone = rows.iter().find_map(|row| row.phone.clone());
            let Some(old) = self.edition.staff.iter_mut().find(|old| old.id == *id) else {
                self.edition.staff.push(Staff {
                    id: id.clone(),
                    name: name.unwrap_or_default(),
                    phone,
                    grants,
                });
                self.new = self.new.saturating_add(1);
                continue;
            };
            let mut before = old.grants.clone();
            before.sort();
            let differs = [
                ("name", name.as_ref().is_some_and(|name| *name != old.name)),
                ("phone", phone.is_some() && phone != old.phone),
                ("grants", before != grants),
            ];
            if let Some(name) = name {
                old.name = name;
            }
            old.phone = phone.or_else(|| old.phone.take());
            if before != grants {
                old.grants = grants;
            }
            self.count(id.as_str(), &differs);
        }
    }

    fn count(&mut self, code: &str, differs: &[(&str, bool)]) {
        let names: Vec<&str> = differs
            .iter()
            .filter(|(_, differs)| *differs)
            .map(|(name, _)| *name)
            .collect();
        if names.is_empty() {
            self.same = self.same.saturating_add(1);
        } else {
            self.changed.push(format!("{code}: {}", names.join(", ")));
        }
    }
}

/// A file without English names takes none away.
fn keep_english(name: &mut Name, old: &Name) {
    if name.en.is_empty() {
        name.en.clone_from(&old.en);
    }
}

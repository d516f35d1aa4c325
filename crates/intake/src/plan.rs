//! The next edition: the current one with the rows of a file merged in, and everything that would
//! be wrong with it, by the line that brought it.

mod borders;
mod merge;

use std::collections::BTreeMap;

use linli_geo::Outline;
use linli_model::OrgId;
use linli_model::edition::{Calendar, CopyRule, EDITION_FORMAT, Edition, Limits, Settings};
use linli_model::standard::DivisionTable;

use crate::kinds::{DivisionRow, Row};
use crate::mistake::Mistake;
use crate::reason::Reason;

/// How rows are merged.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The organisation whose edition it is, for the first edition.
    pub district: Option<OrgId>,
    /// Ground smaller than this, in square metres, is neither an overlap nor a gap.
    pub tolerance_m2: f64,
    /// The border of the whole, so that what no grid covers at its rim is a gap as well.
    pub whole: Vec<Outline>,
}

/// An edition that may be signed, when nothing is wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The edition with the next number.
    pub edition: Edition,
    /// Things that were not there before.
    pub new: u64,
    /// Things that differ from before, each with what differs.
    pub changed: Vec<String>,
    /// Things that are as before.
    pub same: u64,
    /// Everything that is wrong.
    pub mistakes: Vec<Mistake>,
}

impl Planned {
    /// Whether there is anything to sign.
    pub fn is_change(&self) -> bool {
        self.new > 0 || !self.changed.is_empty()
    }
}

/// Merges rows of one kind into an edition. Without a current one the first edition is made, of
/// divisions or organisations.
pub fn plan(current: Option<&Edition>, rows: &[Row], options: &Options) -> Planned {
    let mut planned = Planned {
        edition: current.cloned().unwrap_or_else(|| first(rows, options)),
        new: 0,
        changed: Vec::new(),
        same: 0,
        mistakes: Vec::new(),
    };
    if current.is_some() {
        planned.edition.number = planned.edition.number.saturating_add(1);
    }
    planned.check_divisions(rows);
    let mut lines = Lines::default();
    for row in rows {
        planned.merge(row, &mut lines);
    }
    planned.merge_staff(rows, &mut lines);
    if rows
        .iter()
        .any(|row| matches!(row, Row::Grid(grid) if !grid.grid.border.is_empty()))
    {
        planned.check_borders(&lines, options);
    }
    planned.check_edition(&lines);
    planned
}

/// Which line brought which row of the edition: the list's name and the row's code.
#[derive(Debug, Default)]
struct Lines(BTreeMap<(&'static str, String), u64>);

impl Lines {
    fn note(&mut self, list: &'static str, code: &str, line: u64) {
        self.0.insert((list, code.to_owned()), line);
    }

    fn of(&self, list: &'static str, code: &str) -> u64 {
        self.0.get(&(list, code.to_owned())).copied().unwrap_or(0)
    }
}

impl Planned {
    /// Divisions have to make a table: no code twice on a day, every one in one above it.
    fn check_divisions(&mut self, rows: &[Row]) {
        let divisions: Vec<&DivisionRow> = rows
            .iter()
            .filter_map(|row| match row {
                Row::Division(row) => Some(row),
                Row::Organisation(_) | Row::Staff(_) | Row::Grid(_) | Row::Base(_) => None,
            })
            .collect();
        let mut all: Vec<_> = divisions.iter().map(|row| row.division.clone()).collect();
        // What is there already may be the parent of what comes.
        for org in &self.edition.orgs {
            let code = org.id.as_str().parse();
            if let Ok(code) = code
                && !all.iter().any(|division| division.code == code)
            {
                all.push(linli_model::standard::Division {
                    code,
                    name: org.name.zh.clone(),
                    validity: linli_model::standard::Validity::default(),
                });
            }
        }
        if let Err(error) = DivisionTable::new(all) {
            use linli_model::standard::DivisionError::{Backwards, NoParent, Twice};
            let (Twice(code) | NoParent(code, _) | Backwards(code)) = &error;
            let row = divisions.iter().find(|row| row.division.code == *code);
            self.mistakes.push(Mistake::new(
                row.map_or(0, |row| row.line),
                "",
                code.as_str(),
                Reason::Division(error.to_string()),
            ));
        }
        let district = self.edition.district.clone();
        for row in divisions.iter().filter(|row| row.is_in_use) {
            let of = row.division.code.district();
            if of.as_str() != district.as_str() {
                let reason = Reason::Division(format!("lies in {of}, this district is {district}"));
                self.mistakes.push(Mistake::new(
                    row.line,
                    "",
                    row.division.code.as_str(),
                    reason,
                ));
            }
        }
    }

    /// Everything that would be wrong with the edition, by line where a line brought it.
    fn check_edition(&mut self, lines: &Lines) {
        for mistake in self.edition.check_to_publish() {
            let row = place_of(&mistake.at);
            let found = row.and_then(|(list, index)| {
                let (list, code) = match list {
                    "orgs" => ("orgs", self.edition.orgs.get(index)?.id.to_string()),
                    "grids" => ("grids", self.edition.grids.get(index)?.code.to_string()),
                    "staff" => ("staff", self.edition.staff.get(index)?.id.to_string()),
                    _ => return None,
                };
                Some(lines.of(list, &code))
            });
            let line = found.unwrap_or(0);
            let column = if line == 0 { mistake.at.as_str() } else { "" };
            self.mistakes.push(Mistake::new(
                line,
                column,
                "",
                Reason::Edition(mistake.what),
            ));
        }
        self.mistakes.sort_by_key(|mistake| mistake.line);
    }
}

/// `staff[3].grants[0].at` stands in row 3 of staff.
fn place_of(at: &str) -> Option<(&str, usize)> {
    let (list, rest) = at.split_once('[')?;
    let (index, _) = rest.split_once(']')?;
    Some((list, index.parse().ok()?))
}

/// The first edition of a district: nothing but its number and name.
fn first(rows: &[Row], options: &Options) -> Edition {
    let named = rows.iter().find_map(|row| match row {
        Row::Division(row) => OrgId::new(row.division.code.district().as_str()).ok(),
        Row::Organisation(row) if row.org.parent.is_none() => Some(row.org.id.clone()),
        Row::Organisation(_) | Row::Staff(_) | Row::Grid(_) | Row::Base(_) => None,
    });
    Edition {
        format: EDITION_FORMAT,
        number: 1,
        district: options.district.clone().or(named).unwrap_or_else(nowhere),
        orgs: Vec::new(),
        grids: Vec::new(),
        staff: Vec::new(),
        directory: Vec::new(),
        catalogue: Vec::new(),
        responsibility: Vec::new(),
        limits: Limits::default(),
        calendar: Calendar::default(),
        copy_rules: CopyRule::defaults(),
        settings: Settings::default(),
    }
}

/// A district that is nowhere: the check of the edition says so.
#[expect(clippy::expect_used, reason = "one digit is a code")]
fn nowhere() -> OrgId {
    OrgId::new("0").expect("one digit is a code")
}

#[cfg(test)]
mod tests;

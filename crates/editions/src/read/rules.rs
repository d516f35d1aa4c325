//! `responsibility.csv`, `limits.csv`, `copy_rules.csv` and `settings.csv`.

use linli_model::OrgId;
use linli_model::edition::{
    CopyRule, CopyTo, CopyWhen, Limit, LimitName, Limits, Responsibility, Settings,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::lines::Lines;
use crate::table::{Mistakes, Row, Table};

pub(crate) const RESPONSIBILITY: &str = "responsibility.csv";
pub(crate) const LIMITS: &str = "limits.csv";
pub(crate) const COPY_RULES: &str = "copy_rules.csv";
pub(crate) const SETTINGS: &str = "settings.csv";

pub(crate) fn responsibility(
    text: &str,
    lines: &mut Lines,
    mistakes: &mut Mistakes,
) -> Vec<Responsibility> {
    let columns = ["category", "area", "lead", "co_units"];
    let table = Table::read(RESPONSIBILITY, text, &columns, mistakes);
    let mut rows = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let category = table.parse(row, "category", mistakes);
        let area = table.parse(row, "area", mistakes);
        let lead = table.parse(row, "lead", mistakes);
        let co_units = units(&table, row, mistakes);
        let (Some(category), Some(area), Some(lead)) = (category, area, lead) else {
            continue;
        };
        lines.note(format!("responsibility[{}]", rows.len()), table.place(row));
        rows.push(Responsibility {
            category,
            area,
            lead,
            co_units,
        });
    }
    rows
}

/// Several units, with spaces between them.
fn units(table: &Table, row: &Row, mistakes: &mut Mistakes) -> Vec<OrgId> {
    let mut units = Vec::new();
    for code in table.text(row, "co_units").split_whitespace() {
        match code.parse() {
            Ok(unit) => units.push(unit),
            Err(error) => table.wrong(row, "co_units", format!("{code:?}: {error}"), mistakes),
        }
    }
    units
}

pub(crate) fn limits(text: &str, lines: &mut Lines, mistakes: &mut Mistakes) -> Limits {
    let table = Table::read(LIMITS, text, &["step", "amount", "unit", "note"], mistakes);
    let mut limits = Limits::default();
    for row in &table.rows {
        let step: Option<LimitName> = table.word(row, "step", mistakes);
        let amount = table.parse(row, "amount", mistakes);
        let unit = table.word(row, "unit", mistakes);
        let (Some(step), Some(amount), Some(unit)) = (step, amount, unit) else {
            continue;
        };
        lines.note(format!("limits.{step:?}"), table.place(row));
        if limits.0.insert(step, Limit::new(amount, unit)).is_some() {
            table.wrong(row, "step", "is here a second time", mistakes);
        }
    }
    limits
}

pub(crate) fn copy_rules(text: &str, lines: &mut Lines, mistakes: &mut Mistakes) -> Vec<CopyRule> {
    let table = Table::read(COPY_RULES, text, &["when", "to"], mistakes);
    let mut rules = Vec::new();
    for row in &table.rows {
        let when = copy_when(table.text(row, "when"));
        let to = copy_to(table.text(row, "to"));
        if when.is_none() {
            let what = "is not board, danger or severity:minor|ordinary|prominent|major";
            table.wrong(row, "when", what, mistakes);
        }
        if to.is_none() {
            let what = "is not org:<code> or level:district|subdistrict|community";
            table.wrong(row, "to", what, mistakes);
        }
        if let (Some(when), Some(to)) = (when, to) {
            lines.note(format!("copy_rules[{}]", rules.len()), table.place(row));
            rules.push(CopyRule { when, to });
        }
    }
    rules
}

fn copy_when(text: &str) -> Option<CopyWhen> {
    match text.split_once(':') {
        None if text == "board" => Some(CopyWhen::Board),
        None if text == "danger" => Some(CopyWhen::Danger),
        Some(("severity", least)) => word(least).map(CopyWhen::Severity),
        None | Some(_) => None,
    }
}

fn copy_to(text: &str) -> Option<CopyTo> {
    match text.split_once(':')? {
        ("level", level) => word(level).map(CopyTo::Level),
        ("org", org) => org.parse().ok().map(CopyTo::Org),
        _ => None,
    }
}

fn word<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(Value::String(text.to_owned())).ok()
}

/// Names and types are those of [`Settings`]: what is not named keeps its default.
pub(crate) fn settings(text: &str, mistakes: &mut Mistakes) -> Settings {
    let table = Table::read(SETTINGS, text, &["name", "value", "note"], mistakes);
    let Ok(Value::Object(known)) = serde_json::to_value(Settings::default()) else {
        return Settings::default();
    };
    let mut given = Map::new();
    for row in &table.rows {
        let (name, value) = (table.text(row, "name"), table.text(row, "value"));
        let parsed = match known.get(name) {
            None => {
                let names: Vec<&str> = known.keys().map(String::as_str).collect();
                let what = format!("unknown setting {name:?}; known are {}", names.join(", "));
                table.wrong(row, "name", what, mistakes);
                continue;
            }
            Some(Value::Bool(_)) => table.flag(row, "value", mistakes).map(Value::from),
            Some(_) => {
                let number = value.parse::<u32>().ok();
                if number.is_none() {
                    let what = format!("{value:?} is not a whole number of at most {}", u32::MAX);
                    table.wrong(row, "value", what, mistakes);
                }
                number.map(Value::from)
            }
        };
        if given.contains_key(name) {
            table.wrong(row, "name", "is here a second time", mistakes);
        }
        given.extend(parsed.map(|value| (name.to_owned(), value)));
    }
    serde_json::from_value(Value::Object(given)).unwrap_or_default()
}

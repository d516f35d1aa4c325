//! `catalogue.csv` and `standards.csv`: what can be reported, and to which standard it is handled.

use std::collections::BTreeMap;

use linli_model::CategoryCode;
use linli_model::edition::{Category, Limit, Standard};

use super::directory::name;
use crate::lines::Lines;
use crate::table::{Mistakes, Row, Table};

pub(crate) const CATALOGUE: &str = "catalogue.csv";
pub(crate) const STANDARDS: &str = "standards.csv";
const COLUMNS: [&str; 7] = ["code", "class", "zh", "en", "severity", "photo", "retired"];
const STANDARD_COLUMNS: [&str; 8] = [
    "category",
    "code",
    "condition_zh",
    "condition_en",
    "closing_zh",
    "closing_en",
    "amount",
    "unit",
];

type ByCategory = BTreeMap<CategoryCode, Vec<(String, Standard)>>;

pub(crate) fn catalogue(
    text: &str,
    standards: &str,
    lines: &mut Lines,
    mistakes: &mut Mistakes,
) -> Vec<Category> {
    let table = Table::read(CATALOGUE, text, &COLUMNS, mistakes);
    let standard_table = Table::read(STANDARDS, standards, &STANDARD_COLUMNS, mistakes);
    let mut standards = ByCategory::new();
    let mut owners = Vec::new();
    for row in &standard_table.rows {
        if let Some((category, standard)) = standard(&standard_table, row, mistakes) {
            let place = standard_table.place(row);
            let of_category = standards.entry(category.clone()).or_default();
            of_category.push((place, standard));
            owners.push((category, row));
        }
    }
    let mut categories = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let Some(mut category) = category(&table, row, mistakes) else {
            continue;
        };
        let item = format!("catalogue[{}]", categories.len());
        lines.note(item.clone(), table.place(row));
        let own = standards.remove(&category.code).unwrap_or_default();
        for (index, (place, standard)) in own.into_iter().enumerate() {
            lines.note(format!("{item}.standards[{index}]"), place);
            category.standards.push(standard);
        }
        categories.push(category);
    }
    for (category, row) in owners {
        // What is left belongs to no row of the catalogue.
        if standards.contains_key(&category) {
            let what = format!("{category} is not in {CATALOGUE}");
            standard_table.wrong(row, "category", what, mistakes);
        }
    }
    categories
}

fn category(table: &Table, row: &Row, mistakes: &mut Mistakes) -> Option<Category> {
    let code = table.parse(row, "code", mistakes);
    let class = table.parse_if_any(row, "class", mistakes);
    let severity = table.word(row, "severity", mistakes);
    let photo_required = table.flag(row, "photo", mistakes);
    let retired = table.flag(row, "retired", mistakes);
    Some(Category {
        code: code?,
        class: class.ok()?,
        name: name(table, row, "zh", "en"),
        severity: severity?,
        photo_required: photo_required?,
        retired: retired?,
        standards: Vec::new(),
    })
}

fn standard(table: &Table, row: &Row, mistakes: &mut Mistakes) -> Option<(CategoryCode, Standard)> {
    let category = table.parse(row, "category", mistakes);
    let amount = table.parse(row, "amount", mistakes);
    let unit = table.word(row, "unit", mistakes);
    let standard = Standard {
        code: table.text(row, "code").to_owned(),
        condition: name(table, row, "condition_zh", "condition_en"),
        closing: name(table, row, "closing_zh", "closing_en"),
        limit: Limit::new(amount?, unit?),
    };
    Some((category?, standard))
}

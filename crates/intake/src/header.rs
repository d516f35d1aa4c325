//! The header of a file: which of its columns is which of ours, and whether the file may be read
//! at all.

use linli_records::schema::deny;

use crate::clean::{self, header_name};
use crate::column::{Column, Need};
use crate::mapping::Mapping;
use crate::refusal::{HeaderFault, Refusal};

/// Rows above the header that are looked at.
pub(crate) const LOOKED_AT: usize = 20;

/// A header that fits its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The line it stands in.
    pub line: u64,
    /// For each column of the file: its name there, and ours unless it is not used.
    columns: Vec<(String, Option<&'static Column>)>,
}

impl Header {
    /// How many columns the file has.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// The place of one of our columns, with its name in the file.
    pub fn find(&self, id: &str) -> Option<(usize, &str)> {
        let is_it = |column: Option<&Column>| column.is_some_and(|column| column.id == id);
        let mut all = self.columns.iter().enumerate();
        all.find(|(_, (_, column))| is_it(*column))
            .map(|(at, (name, _))| (at, name.as_str()))
    }

    /// The name of a column in the file.
    pub fn name(&self, at: usize) -> &str {
        self.columns.get(at).map_or("", |(name, _)| name)
    }

    /// Whether a row can be the header: at least two of its cells, or all of them, are columns.
    pub(crate) fn looks_like(
        row: &[String],
        columns: &'static [Column],
        mapping: &Mapping,
    ) -> bool {
        let filled = row.iter().filter(|cell| !cell.trim().is_empty()).count();
        let known = row
            .iter()
            .filter(|cell| find(cell, columns, mapping).is_some())
            .count();
        known >= 2 || known == 1 && filled == 1
    }

    /// Reads a header. Refused when a column is on the deny-list, when one is not known and not
    /// ignored, stands there twice, or is missing.
    pub(crate) fn read(
        line: u64,
        row: &[String],
        columns: &'static [Column],
        mapping: &Mapping,
    ) -> Result<Self, Refusal> {
        for name in row {
            if let Some(class) = denied(name) {
                return Err(Refusal::Denied {
                    column: clean::text(name).0,
                    class,
                });
            }
        }
        let used = row
            .iter()
            .rposition(|cell| !cell.trim().is_empty())
            .map_or(0, |last| last + 1);
        let mut header = Self {
            line,
            columns: Vec::new(),
        };
        let mut faults = Vec::new();
        for cell in row.iter().take(used) {
            let (name, _) = clean::text(cell);
            let column = find(cell, columns, mapping);
            let is_known = column.is_some() || name.is_empty() || mapping.ignores(cell);
            if !is_known {
                let nearest = nearest(cell, columns);
                faults.push(HeaderFault::Unknown {
                    name: name.clone(),
                    nearest,
                });
            }
            if column.is_some_and(|column| header.find(column.id).is_some()) {
                faults.push(HeaderFault::Twice { name: name.clone() });
            }
            header.columns.push((name, column));
        }
        for column in columns.iter().filter(|column| column.need == Need::Must) {
            if header.find(column.id).is_none() && !mapping.values.contains_key(column.id) {
                faults.push(HeaderFault::Lacks {
                    name: format!("{} / {}", column.zh, column.id),
                });
            }
        }
        if faults.is_empty() {
            Ok(header)
        } else {
            Err(Refusal::Header { line, faults })
        }
    }
}

/// The class of the deny-list that a header falls into, also when blanks or full-width signs hide it.
pub(crate) fn denied(header: &str) -> Option<&'static str> {
    let (text, _) = clean::text(header);
    let (code, _) = clean::code(header);
    deny::denied(&text).or_else(|| deny::denied(&code))
}

/// Our column for a header. `楼栋编码/code` is understood by either of its parts.
fn find(header: &str, columns: &'static [Column], mapping: &Mapping) -> Option<&'static Column> {
    if mapping.ignores(header) {
        return None;
    }
    let by_name = |wanted: &str| {
        let wanted = header_name(wanted);
        let is_it = |column: &&Column| column.names().any(|name| header_name(name) == wanted);
        columns.iter().find(is_it).filter(|_| !wanted.is_empty())
    };
    if let Some(ours) = mapping.renamed(header) {
        return by_name(ours);
    }
    by_name(header).or_else(|| header.split(['/', '\n', '／']).find_map(by_name))
}

/// The name of the column that is written most like a header, if any is near.
fn nearest(header: &str, columns: &[Column]) -> Option<String> {
    let wanted = header_name(header);
    let names = columns
        .iter()
        .flat_map(|column| column.names().map(move |name| (column, name)));
    let rated = names.map(|(column, name)| {
        let likeness = strsim::normalized_damerau_levenshtein(&wanted, &header_name(name));
        (likeness, column)
    });
    let best = rated.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    (best.0 >= 0.45).then(|| format!("{} / {}", best.1.zh, best.1.id))
}

#[cfg(test)]
mod tests;

//! A column: what it is called, whether it is needed, what stands in it.

/// Whether a file must have a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The file must have it and every row a value.
    Must,
    /// It may be missing or empty.
    May,
}

/// A column of one kind of base data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The name in code, mappings and exports.
    pub id: &'static str,
    /// What it is called in Chinese.
    pub zh: &'static str,
    /// What it is called in English.
    pub en: &'static str,
    /// Other names that are understood.
    pub other: &'static [&'static str],
    /// Whether it is needed.
    pub need: Need,
    /// What stands in it, in Chinese.
    pub about_zh: &'static str,
    /// What stands in it, in English.
    pub about_en: &'static str,
    /// An example; codes of examples begin with 99, which no region uses.
    pub example: &'static str,
}

impl Column {
    /// Every name that a header may use.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        [self.id, self.zh, self.en]
            .into_iter()
            .chain(self.other.iter().copied())
    }
}

/// A column that is needed.
pub(crate) const fn must(
    [id, zh, en]: [&'static str; 3],
    other: &'static [&'static str],
    [about_zh, about_en]: [&'static str; 2],
    example: &'static str,
) -> Column {
    Column {
        id,
        zh,
        en,
        other,
        need: Need::Must,
        about_zh,
        about_en,
        example,
    }
}

/// A column that may be missing.
pub(crate) const fn may(
    names: [&'static str; 3],
    other: &'static [&'static str],
    about: [&'static str; 2],
    example: &'static str,
) -> Column {
    Column {
        need: Need::May,
        ..must(names, other, about, example)
    }
}

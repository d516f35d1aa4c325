//! A rule book: everything of an edition that is not a city's own organisations, grids and staff.

use linli_model::OrgId;
use linli_model::edition::{
    Calendar, Category, Class, CopyRule, EDITION_FORMAT, Edition, Grid, Limits, Mistake,
    Responsibility, Settings, Staff,
};
use linli_model::org::Org;

use crate::lines::Lines;
use crate::read;
use crate::table::Mistakes;

/// The files of a rule book.
pub const FILES: [&str; 8] = [
    read::DIRECTORY,
    read::CATALOGUE,
    read::STANDARDS,
    read::RESPONSIBILITY,
    read::LIMITS,
    read::CALENDAR,
    read::COPY_RULES,
    read::SETTINGS,
];

/// The text of a file of the book that Linli comes with; nothing for another name.
pub fn standard_text(file: &str) -> Option<&'static str> {
    FILES.contains(&file).then(|| read::standard(file))
}

/// Rules that are well formed. Whether they fit a city is known once they are joined with one.
#[derive(Debug, Clone, PartialEq)]
pub struct Book {
    /// Classes of base data, components and matters.
    pub directory: Vec<Class>,
    /// What can be reported.
    pub catalogue: Vec<Category>,
    /// Who handles what where.
    pub responsibility: Vec<Responsibility>,
    /// How long each step may take.
    pub limits: Limits,
    /// When the city works.
    pub calendar: Calendar,
    /// Who is told without being asked.
    pub copy_rules: Vec<CopyRule>,
    /// The rest.
    pub settings: Settings,
    lines: Lines,
}

/// What is a city's own.
#[derive(Debug, Clone, PartialEq)]
pub struct City {
    /// The root organisation.
    pub district: OrgId,
    /// Every organisation, the root included.
    pub orgs: Vec<Org>,
    /// Every grid with its community.
    pub grids: Vec<Grid>,
    /// Staff and what each may act as.
    pub staff: Vec<Staff>,
}

/// A rule book that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} mistakes; the first: {}", .0.len(), .0.first().map(ToString::to_string).unwrap_or_default())]
pub struct BookError(
    /// Every mistake with file, line and column.
    pub Vec<Mistake>,
);

impl Book {
    /// Reads a book: `text` gives the text of each of [`FILES`], or nothing where there is no such file.
    /// A file that is not there is that of the standard book; a city writes only what differs.
    pub fn read(text: impl Fn(&str) -> Option<String>) -> Result<Self, BookError> {
        let mut mistakes = Mistakes::default();
        let mut lines = Lines::default();
        let pair = [read::CATALOGUE, read::STANDARDS];
        if let [Some(_), None] | [None, Some(_)] = pair.map(&text) {
            let what = "belong together: give both or none";
            mistakes.add(pair.join(" and "), what);
        }
        let text = |file: &str| text(file).unwrap_or_else(|| read::standard(file).to_owned());
        let book = Self {
            directory: read::directory(&text(read::DIRECTORY), &mut lines, &mut mistakes),
            catalogue: read::catalogue(
                &text(read::CATALOGUE),
                &text(read::STANDARDS),
                &mut lines,
                &mut mistakes,
            ),
            responsibility: read::responsibility(
                &text(read::RESPONSIBILITY),
                &mut lines,
                &mut mistakes,
            ),
            limits: read::limits(&text(read::LIMITS), &mut lines, &mut mistakes),
            calendar: read::calendar(&text(read::CALENDAR), &mut mistakes),
            copy_rules: read::copy_rules(&text(read::COPY_RULES), &mut lines, &mut mistakes),
            settings: read::settings(&text(read::SETTINGS), &mut mistakes),
            lines,
        };
        if mistakes.0.is_empty() {
            Ok(book)
        } else {
            Err(BookError(mistakes.0))
        }
    }

    /// The same over an edition: what no file says stays as it is there.
    pub fn read_over(
        edition: &Edition,
        text: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, BookError> {
        let mut book = Self::read(&text)?;
        let is_given = |file: &str| text(file).is_some();
        if !is_given(read::DIRECTORY) {
            book.directory.clone_from(&edition.directory);
        }
        if !is_given(read::CATALOGUE) {
            book.catalogue.clone_from(&edition.catalogue);
        }
        if !is_given(read::RESPONSIBILITY) {
            book.responsibility.clone_from(&edition.responsibility);
        }
        if !is_given(read::LIMITS) {
            book.limits.clone_from(&edition.limits);
        }
        if !is_given(read::CALENDAR) {
            book.calendar.clone_from(&edition.calendar);
        }
        if !is_given(read::COPY_RULES) {
            book.copy_rules.clone_from(&edition.copy_rules);
        }
        if !is_given(read::SETTINGS) {
            book.settings.clone_from(&edition.settings);
        }
        Ok(book)
    }

    /// The book that Linli comes with: no responsibilities, because units are a city's own.
    pub fn standard() -> Result<Self, BookError> {
        Self::read(|_| None)
    }

    /// The book joined with a city as an edition that may be published, or every mistake by its line.
    pub fn edition(&self, number: u32, city: City) -> Result<Edition, BookError> {
        let edition = Edition {
            format: EDITION_FORMAT,
            number,
            district: city.district,
            orgs: city.orgs,
            grids: city.grids,
            staff: city.staff,
            directory: self.directory.clone(),
            catalogue: self.catalogue.clone(),
            responsibility: self.responsibility.clone(),
            limits: self.limits.clone(),
            calendar: self.calendar.clone(),
            copy_rules: self.copy_rules.clone(),
            settings: self.settings.clone(),
        };
        let mistakes = edition.check_to_publish();
        if mistakes.is_empty() {
            return Ok(edition);
        }
        let located = mistakes.into_iter().map(|one| self.lines.locate(one));
        Err(BookError(located.collect()))
    }
}

#[cfg(test)]
mod tests;

//! Why a cell or row is not taken, in both languages, always with what would be allowed.

mod text;

/// What a short code is made of.
pub(crate) const SHORT_CODE: &str = "1 to 32 letters, digits, dots, underscores or hyphens";
/// What the code of a grid is made of.
pub(crate) const SOCIAL_GRID: &str =
    "a community's 12 digits, G and 01 to 99, or a code of the city's own";

/// The language of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// Simplified Chinese, the source.
    #[default]
    Zh,
    /// English.
    En,
}

/// Why a value is not taken, and what is allowed.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// A value is needed here.
    Missing,
    /// One of these columns needs a value.
    OneOf(&'static [&'static str]),
    /// More bytes than the field holds.
    TooLong {
        /// The most bytes of UTF-8.
        max: usize,
    },
    /// Bytes that are text in no known encoding.
    Unreadable,
    /// Not a number.
    NotNumber,
    /// Not a whole number.
    NotWhole,
    /// A number outside of these bounds.
    OutOfRange {
        /// The smallest.
        low: f64,
        /// The largest.
        high: f64,
    },
    /// A code that a spreadsheet kept as a number and rounded to 15 digits.
    Rounded,
    /// Not a day.
    NotDay,
    /// A day that has to lie after this one.
    NotAfter(linli_model::edition::Day),
    /// Not yes or no.
    NotFlag,
    /// Not one of these words.
    NotAmong(Vec<String>),
    /// A code that fails a check.
    Code {
        /// The code of what.
        what: CodeOf,
        /// Which check failed.
        check: String,
    },
    /// Not a telephone number as it is dialled.
    Phone,
    /// A formula whose value is an error.
    Fault,
    /// The same thing stands in an earlier line.
    Repeats(u64),
    /// More cells than the header has columns.
    Ragged {
        /// Cells of the row.
        found: usize,
        /// Columns of the header.
        columns: usize,
    },
    /// A longitude without a latitude, or the other way round.
    HalfPosition,
    /// A position that is none, or not in the stated coordinate system.
    Position(String),
    /// The cell names another coordinate system than the command.
    OtherCrs {
        /// As the command says.
        stated: &'static str,
    },
    /// A position on the border of grids, and no grid named.
    OnBorder(Vec<String>),
    /// A position in no grid of the edition.
    NoGridThere,
    /// A position far away from the grid that the row names.
    FarFromGrid {
        /// The grid.
        grid: String,
        /// How far, in metres.
        metres: f64,
    },
    /// The grid is not in the edition.
    UnknownGrid,
    /// The division says it lies in one that its code does not lie in.
    OtherParent {
        /// The parent that the code says.
        parent: String,
    },
    /// The division's level is not that of its code.
    OtherLevel {
        /// The level that the code says.
        level: &'static str,
    },
    /// Divisions that make no table.
    Division(String),
    /// The edition that would come out of it is wrong here.
    Edition(String),
    /// A border that is none.
    Border(String),
    /// Two grids claim the same ground.
    Overlap {
        /// The other grid.
        other: String,
        /// A place in it: longitude, latitude.
        at: String,
        /// Square metres.
        area_m2: f64,
    },
    /// Ground between grids that belongs to none.
    Gap {
        /// A place in it: longitude, latitude.
        at: String,
        /// Square metres.
        area_m2: f64,
    },
    /// What the server says: a reference that is not there or not clear, a missing right.
    Server(String),
}

/// What a code names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeOf {
    /// A district, subdistrict or community.
    Division,
    /// A grid.
    Grid,
    /// A component of the city.
    Component,
    /// A department, by its unified social credit code.
    Department,
    /// An organisation.
    Org,
    /// A member of staff.
    Staff,
    /// Anything with a short code: building, dwelling, consent.
    Short,
}

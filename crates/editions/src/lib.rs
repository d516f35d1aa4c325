//! The files from which an edition's rules are made: the directory of base data, the catalogue with its
//! handling standards, who is responsible, limits, the calendar, copy rules and settings.
//!
//! Each file is a table that a spreadsheet opens. A rule book is read as a whole, and every mistake is
//! named with its file, line and column. [`Book::standard`] is the book that Linli comes with;
//! organisations, grids and staff are a city's own and are joined by [`Book::edition`].

mod book;
mod lines;
mod read;
mod table;

pub use book::{Book, BookError, City, FILES, standard_text};

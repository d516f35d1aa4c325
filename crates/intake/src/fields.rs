//! One row by the names of its columns: each getter cleans, checks, and notes what is wrong.

use linli_model::edition::Day;

use crate::clean;
use crate::header::Header;
use crate::mistake::{Mistake, NoteKind, Notes};
use crate::read::{Cell, Value};
use crate::reason::{CodeOf, Reason};

mod typed;

/// The largest whole number that a spreadsheet keeps exactly.
const EXACT: f64 = 1e15;

/// A row that is being read. What is wrong is collected; a getter then gives a stand-in or nothing.
pub struct Fields<'a> {
    header: &'a Header,
    cells: &'a [Cell],
    line: u64,
    defaults: &'a std::collections::BTreeMap<String, String>,
    notes: &'a mut Notes,
    mistakes: Vec<Mistake>,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(
        header: &'a Header,
        cells: &'a [Cell],
        line: u64,
        defaults: &'a std::collections::BTreeMap<String, String>,
        notes: &'a mut Notes,
    ) -> Self {
        Self {
            header,
            cells,
            line,
            defaults,
            notes,
            mistakes: Vec::new(),
        }
    }

    /// The line of the row.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Everything that was wrong.
    pub fn into_mistakes(self) -> Vec<Mistake> {
        self.mistakes
    }

    /// Notes a mistake in a column.
    pub fn wrong(&mut self, id: &str, value: &str, reason: Reason) {
        let column = self.header.find(id).map_or(id, |(_, name)| name).to_owned();
        self.mistakes
            .push(Mistake::new(self.line, &column, value, reason));
    }

    /// Notes a mistake of the row.
    pub fn wrong_row(&mut self, reason: Reason) {
        self.mistakes.push(Mistake::of_row(self.line, reason));
    }

    /// Counts something that was put right.
    pub fn note(&mut self, kind: NoteKind) {
        self.notes.add(kind, self.line);
    }

    /// Whether the cell has a value.
    pub fn has(&self, id: &str) -> bool {
        self.filled(id).is_some()
    }

    /// A text of at most so many bytes.
    pub fn text(&mut self, id: &str, max: usize) -> Option<String> {
        let found = self.filled(id)?;
        let raw = self.words(id, &found)?;
        let (text, was_wide) = clean::text(&raw);
        self.wide(was_wide);
        if text.is_empty() {
            return None;
        }
        if text.len() > max {
            self.wrong(id, &text, Reason::TooLong { max });
            return None;
        }
        Some(text)
    }

    /// A text that has to be there.
    pub fn need_text(&mut self, id: &str, max: usize) -> Option<String> {
        let before = self.mistakes.len();
        let text = self.text(id, max);
        self.needed(id, text, before)
    }

    /// A text without any blank, as codes, numbers and days are written.
    pub fn code_text(&mut self, id: &str) -> Option<String> {
        let found = self.filled(id)?;
        let raw = self.words(id, &found)?;
        let (text, was_wide) = clean::code(&raw);
        self.wide(was_wide);
        if is_scientific(&text) {
            self.wrong(id, &raw, Reason::Rounded);
            return None;
        }
        (!text.is_empty()).then_some(text)
    }

    /// A code that has to be there and to pass its own check.
    pub fn need_code<T: std::str::FromStr<Err = linli_model::IdError>>(
        &mut self,
        id: &str,
        what: CodeOf,
    ) -> Option<T> {
        let before = self.mistakes.len();
        let code = self.code(id, what);
        self.needed(id, code, before)
    }

    /// A code that passes its own check.
    pub fn code<T: std::str::FromStr<Err = linli_model::IdError>>(
        &mut self,
        id: &str,
        what: CodeOf,
    ) -> Option<T> {
        let text = self.code_text(id)?;
        match text.parse() {
            Ok(code) => Some(code),
            Err(error) => {
                let check = typed::check_of(what, error.reason);
                self.wrong(id, &text, Reason::Code { what, check });
                None
            }
        }
    }

    /// A day.
    pub fn day(&mut self, id: &str) -> Option<Day> {
        let found = self.filled(id)?;
        let serial = match &found {
            Value::Number(serial) | Value::Day(serial) => Some(*serial),
            Value::Empty | Value::Text(_) | Value::Flag(_) | Value::Fault(_) => None,
        };
        let raw = self.words(id, &found)?;
        let read = match serial {
            // 20260901 kept as a number is a day as well.
            Some(serial) => clean::day_of_serial(serial)
                .map(|day| (day, true))
                .or_else(|| clean::read_day(&raw).map(|found| (found.day, false))),
            None => clean::read_day(&clean::plain(&raw)).map(|found| (found.day, found.was_serial)),
        };
        let Some((day, was_serial)) = read else {
            self.wrong(id, &raw, Reason::NotDay);
            return None;
        };
        if was_serial {
            self.note(NoteKind::SerialDay);
        }
        Some(day)
    }

    /// A number with a fraction within bounds.
    pub fn real(&mut self, id: &str, low: f64, high: f64) -> Option<f64> {
        let (value, raw) = self.number(id)?;
        if (low..=high).contains(&value) {
            return Some(value);
        }
        self.wrong(id, &raw, Reason::OutOfRange { low, high });
        None
    }

    /// A whole number within bounds.
    pub fn whole(&mut self, id: &str, low: i32, high: i32) -> Option<i64> {
        let (value, raw) = self.number(id)?;
        let (low, high) = (f64::from(low), f64::from(high));
        if value.fract() != 0.0 {
            self.wrong(id, &raw, Reason::NotWhole);
            return None;
        }
        if !(low..=high).contains(&value) {
            self.wrong(id, &raw, Reason::OutOfRange { low, high });
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole and within the bounds of an i32"
        )]
        let value = value as i64;
        Some(value)
    }

    /// One of some words, each with what it means.
    pub fn choice<T: Copy>(&mut self, id: &str, words: &[(&'static str, T)]) -> Option<T> {
        let text = self.text(id, 256)?;
        let plain = clean::header_name(&text);
        let found = words
            .iter()
            .find(|(word, _)| clean::header_name(word) == plain);
        if let Some((_, meaning)) = found {
            return Some(*meaning);
        }
        let allowed = words.iter().map(|(word, _)| (*word).to_owned()).collect();
        self.wrong(id, &text, Reason::NotAmong(allowed));
        None
    }

    /// Notes that a value is missing, unless the getter has said already what is wrong with it.
    pub fn needed<T>(&mut self, id: &str, value: Option<T>, mistakes_before: usize) -> Option<T> {
        if value.is_none() && self.mistakes.len() == mistakes_before {
            self.wrong(id, "", Reason::Missing);
        }
        value
    }

    /// How many mistakes were noted so far.
    pub fn mistake_count(&self) -> usize {
        self.mistakes.len()
    }

    fn number(&mut self, id: &str) -> Option<(f64, String)> {
        let found = self.filled(id)?;
        if let Value::Number(value) | Value::Day(value) = found {
            return Some((value, value.to_string()));
        }
        let raw = self.words(id, &found)?;
        let (text, was_wide) = clean::code(&raw);
        self.wide(was_wide);
        let Some(number) = clean::read_number(&text) else {
            self.wrong(id, &raw, Reason::NotNumber);
            return None;
        };
        if number.had_separators {
            self.note(NoteKind::Thousands);
        }
        Some((number.value, raw))
    }

    /// The cell as words; an error value or rubbish is noted as a mistake.
    fn words(&mut self, id: &str, found: &Value) -> Option<String> {
        match found {
            Value::Empty => None,
            Value::Text(text) if text.contains('\u{fffd}') => {
                self.wrong(id, text, Reason::Unreadable);
                None
            }
            Value::Text(text) => Some(text.clone()),
            Value::Number(number) if number.fract() == 0.0 && number.abs() >= EXACT => {
                self.wrong(id, &format!("{number:e}"), Reason::Rounded);
                None
            }
            Value::Number(number) => Some(number.to_string()),
            Value::Day(serial) => Some(match clean::day_of_serial(*serial) {
                Some(day) => day.to_string(),
                None => serial.to_string(),
            }),
            Value::Flag(flag) => Some(if *flag { "1" } else { "0" }.to_owned()),
            Value::Fault(what) => {
                self.wrong(id, what, Reason::Fault);
                None
            }
        }
    }

    fn filled(&self, id: &str) -> Option<Value> {
        let cell = self.header.find(id).and_then(|(at, _)| self.cells.get(at));
        if let Some(cell) = cell.filter(|cell| !cell.is_empty()) {
            return Some(cell.value.clone());
        }
        self.defaults
            .get(id)
            .map(|value| Value::Text(value.clone()))
    }

    fn wide(&mut self, was_wide: bool) {
        if was_wide {
            self.note(NoteKind::FullWidth);
        }
    }
}

/// `1.10101E+16`: what a spreadsheet writes for a long code that it took for a number.
fn is_scientific(text: &str) -> bool {
    let Some((digits, power)) = text.split_once(['e', 'E']) else {
        return false;
    };
    let Some(power) = power.strip_prefix('+') else {
        return false;
    };
    let is_number = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    is_number(digits) && is_number(power)
}

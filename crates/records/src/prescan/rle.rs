//! The three run-length encodings of columns: values with nulls, deltas, and booleans.

use super::leb128::Reader;
use super::{MAX_COUNTER, ScanRefusal};
use crate::rules::{Rule, Rules};

const ENDS_EARLY: ScanRefusal = ScanRefusal::Malformed("a column ends before the last operation");

/// What a run-length column can hold.
pub(super) trait Item<'a>: Copy + PartialEq {
    fn read(reader: &mut Reader<'a>) -> Result<Self, ScanRefusal>;
}

impl Item<'_> for u64 {
    fn read(reader: &mut Reader<'_>) -> Result<Self, ScanRefusal> {
        reader.unsigned()
    }
}

impl Item<'_> for i64 {
    fn read(reader: &mut Reader<'_>) -> Result<Self, ScanRefusal> {
        reader.signed()
    }
}

impl<'a> Item<'a> for &'a str {
    fn read(reader: &mut Reader<'a>) -> Result<Self, ScanRefusal> {
        let length = reader.unsigned()?;
        reader.text(length)
    }
}

#[derive(Clone, Copy)]
enum Segment<T> {
    Start,
    Run(T),
    Literal,
    Nulls,
}

/// Values and nulls, read one at a time: a run costs the same however long it claims to be.
pub(super) struct Rle<'a, T> {
    reader: Reader<'a>,
    segment: Segment<T>,
    left: u64,
    /// The value just before, unless a null or nothing was.
    last: Option<T>,
    present: bool,
    has_value: bool,
}

impl<'a, T: Item<'a>> Rle<'a, T> {
    /// A column; without bytes it is nothing but nulls.
    pub(super) fn new(bytes: &'a [u8], rules: Rules) -> Self {
        Self {
            reader: Reader::new(bytes, rules),
            segment: Segment::Start,
            left: 0,
            last: None,
            present: !bytes.is_empty(),
            has_value: false,
        }
    }

    pub(super) fn next(&mut self) -> Result<Option<T>, ScanRefusal> {
        if !self.present {
            return Ok(None);
        }
        while self.left == 0 {
            self.open()?;
        }
        self.left -= 1;
        match self.segment {
            Segment::Run(value) => Ok(Some(value)),
            Segment::Literal => {
                let value = T::read(&mut self.reader)?;
                self.reader
                    .rules
                    .require(Rule::MergeableRuns, self.last != Some(value))?;
                self.last = Some(value);
                Ok(Some(value))
            }
            Segment::Nulls | Segment::Start => Ok(None),
        }
    }

    /// The next value of a column that has no nulls.
    pub(super) fn value(&mut self) -> Result<T, ScanRefusal> {
        self.next()?
            .ok_or(ScanRefusal::Malformed("a null where a value must be"))
    }

    /// Checks that the column ends here.
    pub(super) fn finish(&self) -> Result<(), ScanRefusal> {
        let rules = self.reader.rules;
        rules.require(Rule::ColumnEnds, self.left == 0 && self.reader.is_empty())?;
        Ok(rules.require(Rule::AllNull, self.has_value || !self.present)?)
    }

    fn open(&mut self) -> Result<(), ScanRefusal> {
        if self.reader.is_empty() {
            return Err(ENDS_EARLY);
        }
        let rules = self.reader.rules;
        let header = self.reader.signed()?;
        self.left = header.unsigned_abs();
        match header {
            1.. => {
                rules.require(Rule::RunOfOne, header > 1)?;
                let value = T::read(&mut self.reader)?;
                rules.require(Rule::MergeableRuns, self.last != Some(value))?;
                self.last = Some(value);
                self.segment = Segment::Run(value);
                self.has_value = true;
            }
            0 => {
                self.left = self.reader.unsigned()?;
                let beside = matches!(self.segment, Segment::Nulls);
                rules.require(Rule::NullRun, self.left > 0 && !beside)?;
                self.segment = Segment::Nulls;
                self.last = None;
            }
            _ => {
                let beside = matches!(self.segment, Segment::Literal);
                rules.require(Rule::MergeableRuns, !beside)?;
                self.segment = Segment::Literal;
                self.has_value = true;
            }
        }
        Ok(())
    }
}

/// How many values a column without nulls claims to hold, refused above a cap. Reads each byte
/// at most once and keeps nothing.
pub(super) fn count(bytes: &[u8], cap: usize, rules: Rules) -> Result<usize, ScanRefusal> {
    let mut reader = Reader::new(bytes, rules);
    let mut total = 0u64;
    while !reader.is_empty() {
        let header = reader.signed()?;
        total = total.saturating_add(header.unsigned_abs());
        if total > cap as u64 {
            return Err(ScanRefusal::OverCap("operations"));
        }
        let values = match header {
            0 => return Err(ScanRefusal::Malformed("an operation without an action")),
            1.. => 1,
            _ => header.unsigned_abs(),
        };
        for _ in 0..values {
            reader.unsigned()?;
        }
    }
    usize::try_from(total).map_err(|_| ScanRefusal::OverCap("operations"))
}

/// Operation counters, written as the difference to the one before.
pub(super) struct Deltas<'a> {
    rle: Rle<'a, i64>,
    current: i64,
}

impl<'a> Deltas<'a> {
    pub(super) fn new(bytes: &'a [u8], rules: Rules) -> Self {
        Self {
            rle: Rle::new(bytes, rules),
            current: 0,
        }
    }

    pub(super) fn next(&mut self) -> Result<Option<u32>, ScanRefusal> {
        let Some(delta) = self.rle.next()? else {
            return Ok(None);
        };
        let counter = self
            .current
            .checked_add(delta)
            .and_then(|sum| u32::try_from(sum).ok());
        match counter {
            Some(counter) if counter <= MAX_COUNTER => {
                self.current = i64::from(counter);
                Ok(Some(counter))
            }
            Some(_) | None => Err(ScanRefusal::OverCap("operation counters")),
        }
    }

    pub(super) fn finish(&self) -> Result<(), ScanRefusal> {
        self.rle.finish()
    }
}

/// Counts of false and true in turn, false first.
pub(super) struct Booleans<'a> {
    reader: Reader<'a>,
    value: bool,
    left: u64,
    first: bool,
}

impl<'a> Booleans<'a> {
    pub(super) fn new(bytes: &'a [u8], rules: Rules) -> Self {
        Self {
            reader: Reader::new(bytes, rules),
            value: true,
            left: 0,
            first: true,
        }
    }

    pub(super) fn next(&mut self) -> Result<bool, ScanRefusal> {
        while self.left == 0 {
            if self.reader.is_empty() {
                return Err(ENDS_EARLY);
            }
            self.left = self.reader.unsigned()?;
            let zero_later = self.left == 0 && !self.first;
            self.reader.rules.require(Rule::BooleanZero, !zero_later)?;
            self.first = false;
            self.value = !self.value;
        }
        self.left -= 1;
        Ok(self.value)
    }

    pub(super) fn finish(&self) -> Result<(), ScanRefusal> {
        let ended = self.left == 0 && self.reader.is_empty();
        Ok(self.reader.rules.require(Rule::ColumnEnds, ended)?)
    }
}

//! Mistakes of a long file: counted all, shown up to a limit.

use crate::mistake::Mistake;

/// What is shown of the mistakes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    most: usize,
    shown: Vec<Mistake>,
    count: u64,
}

impl Report {
    /// A report that shows at most so many.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            shown: Vec::new(),
            count: 0,
        }
    }

    /// Takes a mistake.
    pub fn add(&mut self, mistake: Mistake) {
        self.count = self.count.saturating_add(1);
        if self.shown.len() < self.most {
            self.shown.push(mistake);
        }
    }

    /// Those that are shown, in order.
    pub fn shown(&self) -> &[Mistake] {
        &self.shown
    }

    /// All of them.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// How many are not shown.
    pub fn more(&self) -> u64 {
        let shown = u64::try_from(self.shown.len()).unwrap_or(u64::MAX);
        self.count.saturating_sub(shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::Reason;

    #[test]
    fn a_report_shows_some_and_counts_all() {
        let mut report = Report::new(2);
        for line in 1..=5 {
            report.add(Mistake::of_row(line, Reason::Missing));
        }
        assert_eq!(
            (report.shown().len(), report.count(), report.more()),
            (2, 5, 3)
        );
    }
}

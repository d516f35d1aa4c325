//! Figures with their baselines and bars, and the two ways in which they are printed.

use std::fmt::Write as _;

use serde::Serialize;

/// One figure. Its bar is held against the ratio to the baseline when there is one, else against the
/// value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Figure {
    /// What was measured.
    #[serde(rename = "figure")]
    name: String,
    /// How much.
    value: f64,
    /// Of what.
    unit: &'static str,
    /// The baseline of the same run in the same unit.
    baseline: Option<f64>,
    /// Value by baseline.
    ratio: Option<f64>,
    /// The most that it may be; `None` for figures that only inform.
    bar: Option<f64>,
    /// Whether it is; `None` without a bar.
    met: Option<bool>,
}

impl Figure {
    /// A figure that informs.
    pub(crate) fn new(name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self {
            name: name.into(),
            value,
            unit,
            baseline: None,
            ratio: None,
            bar: None,
            met: None,
        }
    }

    /// Compares with a baseline in the same unit.
    pub(crate) fn against(mut self, baseline: f64) -> Self {
        self.baseline = Some(baseline);
        self.ratio = Some(rounded(self.value / baseline));
        self
    }

    /// Sets the bar: of the ratio when there is a baseline, else of the value.
    pub(crate) fn bar(mut self, bar: f64) -> Self {
        self.bar = Some(bar);
        self.met = Some(self.ratio.unwrap_or(self.value) <= bar);
        self
    }
}

/// All figures of a run.
#[derive(Debug, Default)]
pub(crate) struct Table(Vec<Figure>);

impl Table {
    /// Adds a figure.
    pub(crate) fn add(&mut self, figure: Figure) {
        self.0.push(Figure {
            value: rounded(figure.value),
            baseline: figure.baseline.map(rounded),
            ..figure
        });
    }

    /// Whether every bar is met.
    pub(crate) fn is_met(&self) -> bool {
        self.0.iter().all(|figure| figure.met != Some(false))
    }

    /// One line of JSON for each.
    pub(crate) fn lines(&self) -> String {
        let line = |figure| serde_json::to_string(figure).unwrap() + "\n";
        self.0.iter().map(line).collect()
    }

    /// A table for people.
    pub(crate) fn shown(&self) -> String {
        let mut text = String::new();
        let widest = self.0.iter().map(|figure| figure.name.chars().count());
        let widest = widest.max().unwrap_or(0).max(6);
        let _ = writeln!(
            text,
            "{:widest$}  {:>14} {:8} {:>14} {:>8} {:>8}  met",
            "figure", "value", "unit", "baseline", "ratio", "bar"
        );
        for figure in &self.0 {
            let met = match figure.met {
                Some(true) => "yes",
                Some(false) => "NO",
                None => "",
            };
            let _ = writeln!(
                text,
                "{:widest$}  {:>14} {:8} {:>14} {:>8} {:>8}  {met}",
                figure.name,
                number(Some(figure.value)),
                figure.unit,
                number(figure.baseline),
                number(figure.ratio),
                number(figure.bar),
            );
        }
        text
    }
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// Three digits after the point: more would be noise.
fn rounded(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::default();
        table.add(Figure::new("bytes", 130.0, "B").against(100.0).bar(1.4));
        table.add(Figure::new("requests", 2.0, "").bar(1.0));
        table.add(Figure::new("messages", 9.0, ""));
        table
    }

    #[test]
    fn every_line_is_json_with_the_promised_fields() {
        let lines = table().lines();
        let read: Vec<serde_json::Value> = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let first = serde_json::json!({"figure": "bytes", "value": 130.0, "unit": "B",
            "baseline": 100.0, "ratio": 1.3, "bar": 1.4, "met": true});
        assert_eq!(read[0], first);
        assert_eq!(
            (&read[1]["ratio"], &read[1]["met"]),
            (&serde_json::Value::Null, &false.into())
        );
        assert_eq!(read[2]["met"], serde_json::Value::Null);
    }

    #[test]
    fn one_missed_bar_fails_the_run() {
        assert!(!table().is_met());
        let mut met = table();
        met.0.remove(1);
        assert!(met.is_met());
        assert!(table().shown().contains("NO"));
    }
}

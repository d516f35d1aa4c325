//! What an operator is told: mistakes up to a limit and all of them in a file, progress on standard
//! error.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use linli_intake::table_out::{OutCell, TextOut};
use linli_intake::{Facts, Lang as Words, Mistake, Report};

use super::Job;
use crate::cli::{Failure, out};
use crate::ops::OpsError;

/// How many rows pass between two words of progress.
const EVERY: u64 = 10_000;

/// The mistakes of a file.
pub(super) struct Told {
    words: Words,
    report: Report,
    full: Option<(PathBuf, TextOut<BufWriter<File>>)>,
}

impl Told {
    pub(super) fn new(job: &Job<'_>) -> Result<Self, Failure> {
        let full = match &job.args.errors {
            None => None,
            Some(path) => Some((path.clone(), begin(path)?)),
        };
        Ok(Self {
            words: job.words,
            report: Report::new(job.args.show),
            full,
        })
    }

    /// For a second pass: what is wrong was told before.
    pub(super) fn silent(job: &Job<'_>) -> Self {
        Self {
            words: job.words,
            report: Report::new(0),
            full: None,
        }
    }

    pub(super) fn add(&mut self, mistake: Mistake) -> Result<(), Failure> {
        if let Some((_, file)) = &mut self.full {
            let line = u32::try_from(mistake.line).map_or(f64::MAX, f64::from);
            let cells: [OutCell; 4] = [
                OutCell::Number(line),
                mistake.column.as_str().into(),
                mistake.value.as_str().into(),
                mistake.reason.text(self.words).as_str().into(),
            ];
            file.row(&cells)
                .map_err(|error| OpsError::Refused(error.to_string()))?;
        }
        self.report.add(mistake);
        Ok(())
    }

    pub(super) fn count(&self) -> u64 {
        self.report.count()
    }

    /// Prints what there is to print.
    pub(super) fn finish(self) -> Result<(), Failure> {
        for mistake in self.report.shown() {
            out::problem(&mistake.text(self.words));
        }
        if self.report.more() > 0 {
            let more = self.report.more();
            out::problem(&match self.words {
                Words::Zh => format!("……另有 {more} 处（用 --errors 写入文件）"),
                Words::En => format!("... and {more} more (--errors writes all into a file)"),
            });
        }
        if let Some((path, file)) = self.full {
            file.finish()
                .map_err(|error| OpsError::Refused(error.to_string()))?;
            if self.report.count() > 0 {
                out::problem(&path.display().to_string());
            }
        }
        Ok(())
    }
}

fn begin(path: &Path) -> Result<TextOut<BufWriter<File>>, OpsError> {
    let file = File::create(path).map_err(|error| OpsError::file(path, error))?;
    let header = ["line", "column", "value", "reason"].map(str::to_owned);
    TextOut::new(BufWriter::new(file), &header)
        .map_err(|error| OpsError::Refused(error.to_string()))
}

/// What was put right without a word from anybody, and how the file was read.
pub(super) fn facts(words: Words, facts: &Facts) {
    let format = match &facts.format {
        linli_intake::read::Format::Separated {
            encoding,
            separator,
        } => format!("{encoding}, {separator:?}"),
        linli_intake::read::Format::Workbook { sheet, others: 0 } => format!("xlsx, {sheet}"),
        linli_intake::read::Format::Workbook { sheet, others } => {
            format!("xlsx, {sheet} (+{others})")
        }
    };
    out::line(&match words {
        Words::Zh => format!("共 {} 行（{format}）", facts.rows),
        Words::En => format!("{} rows ({format})", facts.rows),
    });
    for (kind, count, line) in facts.notes.iter() {
        out::line(&match words {
            Words::Zh => format!("  {count} 处，首见第 {line} 行：{}", kind.text(words)),
            Words::En => format!("  {count}, first in line {line}: {}", kind.text(words)),
        });
    }
}

/// Progress, at most every ten thousand rows.
pub(super) fn progress(words: Words, before: u64, now: u64) {
    if before / EVERY == now / EVERY {
        return;
    }
    let text = match words {
        Words::Zh => format!("已处理 {now} 行"),
        Words::En => format!("{now} rows"),
    };
    let _ = writeln!(std::io::stderr(), "{text}");
}

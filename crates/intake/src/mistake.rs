//! What is wrong with a row, and what was put right without a word from anybody.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::reason::{Lang, Reason};

/// The most characters of a value that a message repeats.
const SHOWN: usize = 64;

/// One mistake with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Mistake {
    /// The line of the file, from 1; 0 for the file as a whole.
    pub line: u64,
    /// The header of the column as it stands in the file; empty for the row as a whole.
    pub column: String,
    /// What stands there, cut to 64 characters.
    pub value: String,
    /// Why it is not taken.
    pub reason: Reason,
}

impl Mistake {
    /// A mistake in one cell.
    pub fn new(line: u64, column: &str, value: &str, reason: Reason) -> Self {
        Self {
            line,
            column: column.to_owned(),
            value: value.chars().take(SHOWN).collect(),
            reason,
        }
    }

    /// A mistake of a row as a whole.
    pub fn of_row(line: u64, reason: Reason) -> Self {
        Self::new(line, "", "", reason)
    }

    /// One line for people: where, what stands there, why not.
    pub fn text(&self, lang: Lang) -> String {
        let mut text = String::new();
        // Writing into a string cannot fail.
        let _ = match (lang, self.line) {
            (_, 0) => Ok(()),
            (Lang::Zh, line) => write!(text, "第 {line} 行"),
            (Lang::En, line) => write!(text, "line {line}"),
        };
        if !self.column.is_empty() {
            let _ = match lang {
                Lang::Zh => write!(text, "，{}", self.column),
                Lang::En => write!(text, ", {}", self.column),
            };
        }
        if !text.is_empty() {
            text.push_str(if lang == Lang::Zh { "：" } else { ": " });
        }
        if !self.value.is_empty() {
            let _ = write!(text, "{:?} ", self.value);
        }
        text + &self.reason.text(lang)
    }
}

/// What was understood although it was not written as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteKind {
    /// A formula: the value that the spreadsheet last computed was taken.
    Formula,
    /// A merged cell: its value counts for every row of it.
    Merged,
    /// Full-width letters or digits were read as ordinary ones.
    FullWidth,
    /// A day kept as a spreadsheet's serial number.
    SerialDay,
    /// A number with thousands separators.
    Thousands,
    /// A line without any value was left out.
    BlankLine,
    /// A line that begins with # was left out.
    Comment,
    /// A line above the header was left out.
    AboveHeader,
    /// A row with fewer cells than the header: the missing ones count as empty.
    Short,
    /// An old code was read and is written in the layout of today.
    OldCode,
    /// A stand-in of a subdistrict without communities was left out.
    Virtual,
    /// A division that is not in use any more, or not yet, was left out.
    NotInUse,
}

impl NoteKind {
    /// What happened, for people.
    pub fn text(self, lang: Lang) -> &'static str {
        let (zh, en) = match self {
            Self::Formula => (
                "公式：采用了表格软件上次计算的值",
                "formulas: the value last computed was taken",
            ),
            Self::Merged => (
                "合并单元格：其值用于所覆盖的每一行",
                "merged cells: the value counts for each of their rows",
            ),
            Self::FullWidth => (
                "全角字母或数字：按半角读取",
                "full-width letters or digits: read as ordinary ones",
            ),
            Self::SerialDay => (
                "日期以序列号存储：已换算",
                "days kept as serial numbers: converted",
            ),
            Self::Thousands => ("千位分隔符：已去除", "thousands separators: taken out"),
            Self::BlankLine => ("空行：已跳过", "empty lines: left out"),
            Self::Comment => ("以 # 开头的行：已跳过", "lines that begin with #: left out"),
            Self::AboveHeader => ("表头以上的行：已跳过", "lines above the header: left out"),
            Self::Short => (
                "行尾缺少单元格：按空值处理",
                "rows with cells missing at the end: taken as empty",
            ),
            Self::OldCode => (
                "旧版编码：已按现行格式改写",
                "codes of an old layout: written in the one of today",
            ),
            Self::Virtual => (
                "虚拟社区：已跳过",
                "stand-ins without a community: left out",
            ),
            Self::NotInUse => (
                "不在有效期内的区划：已跳过",
                "divisions that are not in use: left out",
            ),
        };
        match lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

/// How often something was put right, and where first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes(BTreeMap<NoteKind, (u64, u64)>);

impl Notes {
    /// Counts one at a line.
    pub fn add(&mut self, kind: NoteKind, line: u64) {
        let (count, _) = self.0.entry(kind).or_insert((0, line));
        *count = count.saturating_add(1);
    }

    /// Kind, how often, and the first line.
    pub fn iter(&self) -> impl Iterator<Item = (NoteKind, u64, u64)> {
        self.0
            .iter()
            .map(|(kind, (count, line))| (*kind, *count, *line))
    }

    /// How often.
    pub fn count(&self, kind: NoteKind) -> u64 {
        self.0.get(&kind).map_or(0, |(count, _)| *count)
    }
}

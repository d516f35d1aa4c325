//! Why a whole file is not taken.

use crate::reason::Lang;

/// Why a whole file is not taken. Nothing of it was used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// The bytes could not be read.
    #[error("the file cannot be read: {0}")]
    Disk(String),
    /// An old or foreign kind of file.
    #[error("this kind of file is not read: {0}; save it as .xlsx or .csv")]
    Format(&'static str),
    /// A workbook that is damaged or not one.
    #[error("the workbook cannot be read: {0}")]
    Workbook(String),
    /// The workbook has no such sheet.
    #[error("there is no sheet {wanted:?}; it has {}", .has.join(", "))]
    Sheet {
        /// As asked for.
        wanted: String,
        /// What there is.
        has: Vec<String>,
    },
    /// More rows, columns or bytes than are taken at once.
    #[error("{what}: {found} is more than {most}; split the file")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// How much there is.
        found: u64,
        /// How much is taken.
        most: u64,
    },
    /// No row looks like a header.
    #[error("no header was found; expected columns such as {}", .expected.join(", "))]
    NoHeader {
        /// Names of columns that are needed.
        expected: Vec<String>,
    },
    /// The header names what is not known, twice the same, or leaves out what is needed.
    #[error("the header in line {line}: {}", .faults.iter().map(|fault| fault.text(Lang::En)).collect::<Vec<_>>().join("; "))]
    Header {
        /// Where the header stands.
        line: u64,
        /// Everything that is wrong with it.
        faults: Vec<HeaderFault>,
    },
    /// A column asks about what must never be known of a person.
    #[error(
        "the column {column:?} is about {class}: such data are never collected; take the column out of the file"
    )]
    Denied {
        /// The column's header.
        column: String,
        /// The class of the deny-list.
        class: &'static str,
    },
    /// A column holds numbers of identity documents. The number itself is not repeated.
    #[error(
        "the column {column:?} holds a number of an identity document in line {line}: such numbers are never collected; take them out of the file"
    )]
    IdNumber {
        /// The column's header.
        column: String,
        /// The first line with one.
        line: u64,
    },
    /// Positions without their coordinate system.
    #[error(
        "the file has positions and does not say their coordinate system: add --crs wgs84, gcj02 or bd09, or a column crs"
    )]
    NoCrs,
    /// A file of areas that is none.
    #[error("{0}")]
    Areas(String),
    /// A wrong mapping.
    #[error("mapping: {0}")]
    Mapping(String),
}

/// What is wrong with a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeaderFault {
    /// A column that this kind does not have.
    Unknown {
        /// Its header.
        name: String,
        /// The column whose name is nearest.
        nearest: Option<String>,
    },
    /// The same column twice.
    Twice {
        /// Its header.
        name: String,
    },
    /// A needed column is not there.
    Lacks {
        /// Its name.
        name: String,
    },
}

impl HeaderFault {
    /// What is wrong, for people.
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (
                Self::Unknown {
                    name,
                    nearest: Some(nearest),
                },
                Lang::Zh,
            ) => {
                format!(
                    "没有“{name}”这一列，是否为“{nearest}”？不需要的列请在映射文件中列入 ignore"
                )
            }
            (
                Self::Unknown {
                    name,
                    nearest: None,
                },
                Lang::Zh,
            ) => {
                format!("没有“{name}”这一列；不需要的列请在映射文件中列入 ignore")
            }
            (
                Self::Unknown {
                    name,
                    nearest: Some(nearest),
                },
                Lang::En,
            ) => format!(
                "there is no column {name:?}, did you mean {nearest:?}? List what is not needed under ignore in a mapping"
            ),
            (
                Self::Unknown {
                    name,
                    nearest: None,
                },
                Lang::En,
            ) => format!(
                "there is no column {name:?}; list what is not needed under ignore in a mapping"
            ),
            (Self::Twice { name }, Lang::Zh) => format!("“{name}”列出现两次"),
            (Self::Twice { name }, Lang::En) => format!("{name:?} stands there twice"),
            (Self::Lacks { name }, Lang::Zh) => format!("缺少“{name}”列"),
            (Self::Lacks { name }, Lang::En) => format!("{name:?} is missing"),
        }
    }
}

impl Refusal {
    /// Why, for people.
    pub fn text(&self, lang: Lang) -> String {
        if lang == Lang::En {
            return self.to_string();
        }
        match self {
            Self::Disk(why) => format!("文件无法读取：{why}"),
            Self::Format(what) => format!("不支持这种文件（{what}）：请另存为 .xlsx 或 .csv"),
            Self::Workbook(why) => format!("工作簿无法读取：{why}"),
            Self::Sheet { wanted, has } => {
                format!("没有工作表“{wanted}”；现有：{}", has.join("、"))
            }
            Self::TooMuch { what, found, most } => {
                format!("{what}：{found} 超过上限 {most}，请拆分文件")
            }
            Self::NoHeader { expected } => {
                format!("没有找到表头；应有的列例如：{}", expected.join("、"))
            }
            Self::Header { line, faults } => {
                let faults: Vec<String> = faults.iter().map(|fault| fault.text(lang)).collect();
                format!("第 {line} 行的表头有误：{}", faults.join("；"))
            }
            Self::Denied { column, class } => format!(
                "“{column}”列属于禁止采集的内容（{class}）：本系统永不收集，请从文件中删除该列"
            ),
            Self::IdNumber { column, line } => {
                format!("“{column}”列第 {line} 行是身份证件号码：本系统永不收集，请从文件中删除")
            }
            Self::NoCrs => {
                "文件含有坐标但没有注明坐标系：请加 --crs wgs84、gcj02 或 bd09，或增加“坐标系”列"
                    .into()
            }
            Self::Areas(why) => why.clone(),
            Self::Mapping(why) => format!("映射文件：{why}"),
        }
    }
}

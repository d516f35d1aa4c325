//! What is wrong with a configuration, said so that the operator can mend it.

use std::fmt::{self, Write as _};
use std::path::PathBuf;

use crate::text::Lang;

/// Where a value stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In the file, on this line (1 is the first); 0 when the file as a whole is meant.
    File {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
    },
    /// In an environment variable.
    Variable(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line: 0 } => write!(f, "{}", path.display()),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Variable(name) => f.write_str(name),
        }
    }
}

/// One wrong setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where it stands.
    pub place: Place,
    /// `section.name`, or the text that names no setting.
    pub setting: String,
    /// The value as written; `***` for secrets; empty when none was given.
    pub value: String,
    /// What is wrong, in both languages.
    pub problem: Both,
    /// What is allowed, in both languages; empty when the problem says it.
    pub allowed: Both,
}

/// A prepared sentence in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Both {
    /// Simplified Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Both {
    /// Both sentences.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }

    /// The sentence in one language.
    pub fn of(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

/// Every mistake of a configuration, in order of place. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>);

impl Mistakes {
    /// The whole message: one line for each mistake, then what did not happen.
    pub fn message(&self, lang: Lang) -> String {
        let mut out = String::new();
        for mistake in &self.0 {
            let _ = write!(out, "{}: {}", mistake.place, mistake.setting);
            if !mistake.value.is_empty() {
                let _ = write!(out, " = {}", mistake.value);
            }
            let _ = write!(out, ": {}", mistake.problem.of(lang));
            let allowed = mistake.allowed.of(lang);
            if !allowed.is_empty() {
                let _ = write!(out, "{}{allowed}", lang.pick("；允许：", "; allowed: "));
            }
            out.push('\n');
        }
        let count = self.0.len();
        let _ = match lang {
            Lang::Zh => write!(
                out,
                "共 {count} 处配置错误。没有改动任何数据，服务器没有启动。"
            ),
            Lang::En => write!(
                out,
                "{count} wrong setting(s). Nothing was changed and the server was not started."
            ),
        };
        out
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(Lang::En))
    }
}

impl std::error::Error for Mistakes {}

//! Text for people, in Chinese and English.

use std::fmt;

/// The same text in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// Simplified Chinese, the source.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

/// The language that the command line speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// Simplified Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// Chooses by the values of `LC_ALL`, `LC_MESSAGES` and `LANG`, the first that is set: English
    /// when it names English, Chinese otherwise.
    pub fn choose<'a>(locales: impl IntoIterator<Item = Option<&'a str>>) -> Self {
        let named = locales.into_iter().flatten().find(|text| !text.is_empty());
        if named.is_some_and(|text| text.starts_with("en")) {
            Self::En
        } else {
            Self::Zh
        }
    }

    /// The text in this language.
    pub fn of(self, text: Text) -> &'static str {
        match self {
            Self::Zh => text.zh,
            Self::En => text.en,
        }
    }

    /// One of two prepared texts.
    pub fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.pick("zh-CN", "en"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_named_locale_chooses() {
        assert_eq!(Lang::choose([None, Some("en_GB.UTF-8")]), Lang::En);
        assert_eq!(Lang::choose([Some("zh_CN"), Some("en_GB")]), Lang::Zh);
        assert_eq!(Lang::choose([Some(""), None, Some("C")]), Lang::Zh);
        assert_eq!(Lang::choose([None]), Lang::Zh);
    }
}

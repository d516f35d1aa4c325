//! What all codes share: a text that is checked once and then only read.

use crate::id::IdError;

/// A refusal that shows at most 64 characters of what was written.
pub(super) fn wrong(what: &'static str, text: &str, reason: &'static str) -> IdError {
    IdError {
        what,
        text: text.chars().take(64).collect(),
        reason,
    }
}

pub(super) fn are_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A part of a code whose characters are known to be ASCII; empty beyond its end.
pub(super) fn part(text: &str, from: usize, len: usize) -> &str {
    text.get(from..from + len).unwrap_or_default()
}

/// Display, parsing and JSON of a checked text: the text itself.
macro_rules! is_text {
    ($name:ident) => {
        impl $name {
            /// The code as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = crate::id::IdError;
            fn try_from(text: String) -> Result<Self, crate::id::IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(code: $name) -> String {
                code.0
            }
        }
    };
}
pub(super) use is_text;

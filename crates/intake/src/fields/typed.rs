//! Values of more than one cell, and the names of checks.

use linli_geo::{Coordinate, Crs};

use super::Fields;
use crate::clean;
use crate::reason::{CodeOf, Reason, SHORT_CODE, SOCIAL_GRID};

/// Which check of a code failed, in our words.
pub(super) fn check_of(what: CodeOf, reason: &'static str) -> String {
    match what {
        CodeOf::Grid => SOCIAL_GRID,
        CodeOf::Org | CodeOf::Staff | CodeOf::Short => SHORT_CODE,
        CodeOf::Division | CodeOf::Component | CodeOf::Department => reason,
    }
    .to_owned()
}

impl Fields<'_> {
    /// The position of the columns `lon`, `lat` and `crs`, in WGS-84. `stated` is what the command
    /// says; a row that says something else is wrong.
    pub fn position(&mut self, stated: Option<Crs>) -> Option<Coordinate> {
        if !self.has("lon") && !self.has("lat") {
            return None;
        }
        let before = self.mistake_count();
        let (lon, lat) = (
            self.real("lon", -180.0, 180.0),
            self.real("lat", -90.0, 90.0),
        );
        let crs = self.crs(stated);
        let (Some(lon), Some(lat)) = (lon, lat) else {
            if self.mistake_count() == before {
                self.wrong_row(Reason::HalfPosition);
            }
            return None;
        };
        match crs?.read(lon, lat) {
            Ok(at) => Some(at),
            Err(error) => {
                self.wrong(
                    "lon",
                    &format!("{lon}, {lat}"),
                    Reason::Position(error.to_string()),
                );
                None
            }
        }
    }

    fn crs(&mut self, stated: Option<Crs>) -> Option<Crs> {
        let Some(text) = self.code_text("crs") else {
            if stated.is_none() {
                self.wrong("crs", "", Reason::Missing);
            }
            return stated;
        };
        let named = text.parse::<Crs>().ok();
        match (named, stated) {
            (Some(named), Some(stated)) if named != stated => {
                let stated = stated.name();
                self.wrong("crs", &text, Reason::OtherCrs { stated });
                None
            }
            (Some(named), _) => Some(named),
            (None, _) => {
                let allowed = Crs::ALL.iter().map(|crs| crs.name().to_owned()).collect();
                self.wrong("crs", &text, Reason::NotAmong(allowed));
                None
            }
        }
    }

    /// Telephone numbers of one cell, separated by `/`, `;`, `,` or `、`; blanks and hyphens between
    /// digits do not count.
    pub fn phones(&mut self, id: &str) -> Vec<String> {
        let Some(raw) = self.text(id, 512) else {
            return Vec::new();
        };
        let mut phones = Vec::new();
        for part in raw.split(['/', '／', ';', ',', '、', '；', '，']) {
            let (plain, _) = clean::code(part);
            let number: String = plain
                .chars()
                .filter(|sign| !matches!(sign, '-' | '(' | ')'))
                .collect();
            let digits = number.strip_prefix('+').unwrap_or(&number);
            let is_phone = (3..=20).contains(&digits.len())
                && digits.bytes().all(|byte| byte.is_ascii_digit());
            if number.is_empty() {
                continue;
            }
            if !is_phone {
                self.wrong(id, part.trim(), Reason::Phone);
                return Vec::new();
            }
            if !phones.contains(&number) {
                phones.push(number);
            }
        }
        phones
    }
}

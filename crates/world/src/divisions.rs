//! Streets and communities of the district, with how many social grids each community has.

use linli_model::standard::{DivisionCode, DivisionLevel};

use crate::error::WorldError;

const DIVISIONS: &str = include_str!("../../../tests/fixtures/divisions/divisions.csv");

/// Published counts of social grids: of the whole district, and of 东直门街道 alone.
const GRIDS: usize = 589;
const KNOWN: (&str, usize) = ("110101009", 34);

/// About where each street lies: longitude and latitude in degrees, read off a map to two or three
/// decimals. They only say who lies beside whom.
const PLACES: [(&str, (f64, f64)); 17] = [
    ("110101001", (116.406, 39.914)),
    ("110101002", (116.401, 39.927)),
    ("110101003", (116.405, 39.935)),
    ("110101004", (116.404, 39.944)),
    ("110101005", (116.419, 39.942)),
    ("110101006", (116.421, 39.931)),
    ("110101007", (116.424, 39.922)),
    ("110101008", (116.426, 39.911)),
    ("110101009", (116.434, 39.942)),
    ("110101010", (116.418, 39.956)),
    ("110101011", (116.402, 39.896)),
    ("110101012", (116.417, 39.897)),
    ("110101013", (116.434, 39.897)),
    ("110101014", (116.437, 39.883)),
    ("110101015", (116.424, 39.884)),
    ("110101016", (116.411, 39.883)),
    ("110101017", (116.408, 39.867)),
];

/// A street with its communities.
#[derive(Debug, Clone, PartialEq)]
pub struct Street {
    /// Nine digits.
    pub code: DivisionCode,
    /// As `东直门街道`.
    pub name: String,
    /// About where it lies, in degrees.
    pub place: (f64, f64),
    /// Its communities in order of codes.
    pub communities: Vec<Community>,
}

/// A community.
#[derive(Debug, Clone, PartialEq)]
pub struct Community {
    /// Twelve digits.
    pub code: DivisionCode,
    /// As `东外大街社区`.
    pub name: String,
    /// How many social grids it has; 1 or more.
    pub grids: usize,
}

impl Street {
    /// How many social grids it has.
    pub fn grids(&self) -> usize {
        self.communities
            .iter()
            .map(|community| community.grids)
            .sum()
    }
}

/// The streets of the district in order of codes.
///
/// 589 social grids are spread over the communities as evenly as whole numbers allow, with the 34 of
/// 东直门街道 as published; which community has one more is drawn by its code.
pub fn streets() -> Result<Vec<Street>, WorldError> {
    let mut streets: Vec<Street> = Vec::new();
    for (index, text) in DIVISIONS.lines().enumerate().skip(1) {
        let wrong = |reason| WorldError::Row {
            line: index + 1,
            reason,
        };
        let columns: Vec<&str> = text.trim().split(',').collect();
        let [_, code, name, _] = columns.as_slice() else {
            return Err(wrong("needs level, code, name and parent"));
        };
        let (code, name) = (code.parse::<DivisionCode>()?, (*name).to_owned());
        match code.level() {
            DivisionLevel::District => {}
            DivisionLevel::Subdistrict => streets.push(Street {
                place: place(&code).ok_or_else(|| wrong("no place of this street is known"))?,
                code,
                name,
                communities: Vec::new(),
            }),
            DivisionLevel::Community => {
                let street = streets
                    .iter_mut()
                    .find(|street| street.code.contains(&code))
                    .ok_or_else(|| wrong("its street does not stand above it"))?;
                street.communities.push(Community {
                    code,
                    name,
                    grids: 0,
                });
            }
        }
    }
    let is_known = |street: &&mut Street| street.code.as_str() == KNOWN.0;
    share(streets.iter_mut().filter(is_known), KNOWN.1);
    share(
        streets.iter_mut().filter(|street| !is_known(street)),
        GRIDS - KNOWN.1,
    );
    Ok(streets)
}

fn place(code: &DivisionCode) -> Option<(f64, f64)> {
    let found = PLACES.iter().find(|(known, _)| *known == code.as_str());
    found.map(|(_, place)| *place)
}

/// Gives every community the same number of grids, and what is left to those that are drawn first.
fn share<'a>(streets: impl Iterator<Item = &'a mut Street>, grids: usize) {
    let mut communities: Vec<&mut Community> =
        streets.flat_map(|street| &mut street.communities).collect();
    let Some(each) = grids.checked_div(communities.len()) else {
        return;
    };
    let more = grids % communities.len();
    communities.sort_by_key(|community| draw(community.code.as_str()));
    for (index, community) in communities.into_iter().enumerate() {
        community.grids = each + usize::from(index < more);
    }
}

/// A number drawn from a text: FNV-1a, 64 bits. Always the same for the same text.
pub(crate) fn draw(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_counts_come_out() {
        let streets = streets().unwrap();
        assert_eq!(streets.len(), 17);
        let communities = streets.iter().map(|street| street.communities.len());
        assert_eq!(communities.sum::<usize>(), 169);
        assert_eq!(streets.iter().map(Street::grids).sum::<usize>(), 589);
        let known = streets
            .iter()
            .find(|street| street.code.as_str() == KNOWN.0);
        assert_eq!(known.unwrap().grids(), 34);
        let all = streets.iter().flat_map(|street| &street.communities);
        assert!(
            all.clone()
                .all(|community| (2..=5).contains(&community.grids))
        );
    }
}

//! From the place of a mistake in an edition's JSON back to the line of the file that it came from.

use std::collections::BTreeMap;

use linli_model::edition::Mistake;

/// Where each item of each list stands: `catalogue[12]` on `catalogue.csv line 14`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Lines(BTreeMap<String, String>);

impl Lines {
    /// Notes where an item comes from.
    pub(crate) fn note(&mut self, item: String, place: String) {
        self.0.insert(item, place);
    }

    /// The mistake with the place in its file, when the item came from one.
    pub(crate) fn locate(&self, mistake: Mistake) -> Mistake {
        let ends = mistake.at.match_indices(['.', ',']).map(|(at, _)| at);
        let mut ends: Vec<usize> = ends.chain([mistake.at.len()]).collect();
        ends.reverse();
        // The longest known beginning: a standard before its category.
        for end in ends {
            let (item, rest) = mistake.at.split_at(end);
            if let Some(place) = self.0.get(item) {
                let rest = rest.trim_start_matches('.');
                let at = if rest.is_empty() {
                    place.clone()
                } else {
                    format!("{place}, {rest}")
                };
                return Mistake { at, ..mistake };
            }
        }
        mistake
    }
}

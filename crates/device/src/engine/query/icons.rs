//! The symbols of matters.

/// The symbol of a matter, by its code or else by its group. Names of the screens' own set
/// (ui/shared/scripts/icons.mjs).
const ICONS: &[(&str, &str)] = &[
    ("01001", "circle-dot-dashed"),
    ("01005", "lightbulb"),
    ("01020", "flame"),
    ("01021", "lightbulb"),
    ("01042", "droplets"),
    ("01992", "ev-charger"),
    ("01993", "waves"),
    ("01994", "thermometer-snowflake"),
    ("01995", "zap-off"),
    ("01996", "droplet-off"),
    ("01997", "bell-ring"),
    ("01998", "arrow-up-down"),
    ("01999", "fire-extinguisher"),
    ("02003", "road"),
    ("02997", "bus"),
    ("02998", "fence"),
    ("02999", "signpost"),
    ("03997", "newspaper"),
    ("03998", "trash-2"),
    ("03999", "toilet"),
    ("04006", "tree-deciduous"),
    ("04011", "trees"),
    ("04997", "armchair"),
    ("04998", "sprout"),
    ("04999", "leaf"),
    ("05994", "umbrella"),
    ("05995", "grip-horizontal"),
    ("05996", "lightbulb-off"),
    ("05997", "key-round"),
    ("05998", "door-closed"),
    ("05999", "fire-extinguisher"),
    ("06003", "traffic-cone"),
    ("06010", "trash-2"),
    ("06012", "package"),
    ("06031", "package"),
    ("06051", "accessibility"),
    ("06052", "accessibility"),
    ("06991", "building"),
    ("06992", "cooking-pot"),
    ("06993", "volume-2"),
    ("06994", "cloud-snow"),
    ("06995", "snowflake"),
    ("06996", "droplets"),
    ("06997", "truck"),
    ("06998", "brick-wall"),
    ("06999", "sofa"),
    ("07998", "presentation"),
    ("07999", "sticker"),
    ("08007", "construction"),
    ("08997", "construction"),
    ("08998", "moon"),
    ("08999", "wind"),
    ("09012", "fire-extinguisher"),
    ("09019", "accessibility"),
    ("09021", "square-parking"),
    ("09995", "battery-charging"),
    ("09996", "cable"),
    ("09997", "bike"),
    ("09998", "square-parking"),
    ("09999", "store"),
    ("10001", "heart-handshake"),
    ("10991", "chevrons-down"),
    ("10992", "cable"),
    ("10993", "triangle-alert"),
    ("10994", "message-square-warning"),
    ("10995", "message-square"),
    ("10996", "file-text"),
    ("10997", "footprints"),
    ("10998", "wrench"),
    ("10999", "utensils"),
    ("99001", "flame"),
    ("01", "wrench"),
    ("02", "road"),
    ("03", "trash-2"),
    ("04", "trees"),
    ("05", "building"),
    ("06", "trash-2"),
    ("07", "sticker"),
    ("08", "construction"),
    ("09", "square-parking"),
    ("10", "heart-handshake"),
    ("99", "flame"),
];
/// The symbol of everything else.
const PLAIN: &str = "package";

pub(super) fn icon(code: &str) -> &'static str {
    let group = group(code);
    let find = |wanted: &str| ICONS.iter().find(|(known, _)| *known == wanted);
    find(code)
        .or_else(|| find(group))
        .map_or(PLAIN, |(_, icon)| icon)
}

/// The first two digits.
pub(super) fn group(code: &str) -> &str {
    code.get(..2).unwrap_or(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matter_has_its_own_symbol_or_that_of_its_group() {
        assert_eq!(icon("01001"), "circle-dot-dashed");
        assert_eq!(icon("06777"), "trash-2");
        assert_eq!(icon("77001"), PLAIN);
        assert_eq!(icon("路"), PLAIN);
    }

    #[test]
    fn every_symbol_is_one_of_the_screens_set() {
        let set = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../ui/shared/src/icons/lucide.ts"
        );
        let set = std::fs::read_to_string(set).unwrap();
        for (code, name) in ICONS {
            assert!(set.contains(&format!("'{name}':")), "{code} {name}");
        }
    }
}

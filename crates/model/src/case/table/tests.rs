use super::*;

#[test]
fn the_table_of_this_program_is_complete() {
    Table::from_json(include_str!("../transitions.json")).unwrap();
}

#[test]
fn a_table_that_lacks_a_row_is_refused() {
    let text = include_str!("../transitions.json");
    let mut rows: Vec<serde_json::Value> = serde_json::from_str(text).unwrap();
    rows.retain(|row| row["event"] != "close");
    let short = serde_json::to_string(&rows).unwrap();
    let error = Table::from_json(&short).unwrap_err().to_string();
    assert!(error.contains("no row for close"), "{error}");
    assert!(
        error.contains("rows of docs/workflow.md are missing"),
        "{error}"
    );
}

#[test]
fn unknown_words_are_refused() {
    let text = include_str!("../transitions.json");
    for (word, wrong) in [
        ("\"both_photos\"", "\"three_photos\""),
        ("\"intake_officer\"", "\"mayor\""),
        ("\"checking\"", "\"pondering\""),
        ("\"open\"", "\"ajar\""),
        ("\"asks\"", "\"begs\""),
    ] {
        let broken = text.replacen(word, wrong, 1);
        assert_ne!(broken, text);
        assert!(Table::from_json(&broken).is_err(), "{wrong}");
    }
}

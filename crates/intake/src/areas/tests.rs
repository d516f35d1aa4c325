use serde_json::json;

use super::*;
use crate::reason::Lang;

fn square(west: f64, south: f64, size: f64) -> serde_json::Value {
    let (east, north) = (west + size, south + size);
    json!([[
        [west, south],
        [east, south],
        [east, north],
        [west, north],
        [west, south]
    ]])
}

fn feature(
    properties: &serde_json::Value,
    kind: &str,
    coordinates: &serde_json::Value,
) -> serde_json::Value {
    json!({"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}})
}

fn file(features: &[serde_json::Value]) -> String {
    json!({"type": "FeatureCollection", "crs": "WGS-84", "features": features}).to_string()
}

#[test]
fn good_grids_are_read_and_each_bad_one_is_named_alone() {
    let named = |code: &str| json!({"code": code, "community": "c1", "名称": "一格"});
    let bow = json!([[[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]]);
    let text = file(&[
        feature(&named("g1"), "Polygon", &square(116.0, 39.0, 0.01)),
        feature(&named("g2"), "Polygon", &bow),
        feature(
            &json!({"code": "g 3!", "community": "c1", "name": "x"}),
            "Polygon",
            &square(116.1, 39.0, 0.01),
        ),
        feature(
            &named("g4"),
            "MultiPolygon",
            &json!([square(116.0, 39.0, 0.01), square(116.2, 39.0, 0.01)]),
        ),
        feature(&named("g5"), "Point", &json!([116.0, 39.0])),
        feature(&named("g1"), "Polygon", &square(116.3, 39.0, 0.01)),
    ]);
    let (rows, mistakes) =
        read_grids(&text, None, &Mapping::default(), &mut Notes::default()).unwrap();
    let [Row::Grid(row)] = rows.as_slice() else {
        panic!("{rows:?}")
    };
    assert_eq!((row.grid.code.as_str(), row.grid.border.len()), ("g1", 1));
    let texts: Vec<String> = mistakes
        .iter()
        .map(|mistake| mistake.text(Lang::En))
        .collect();
    assert_eq!(texts.len(), 5, "{texts:#?}");
    for (text, part) in texts.iter().zip([
        "line 2: is no border",
        "line 3, code: \"g3!\" is not the code of a grid",
        "line 4: is no border: a grid is one area, here are 2",
        "line 5: is no border: a grid is an area",
        "line 6: stands in line 1 already",
    ]) {
        assert!(text.starts_with(part), "{text}");
    }
}

#[test]
fn a_file_without_its_system_or_with_a_forbidden_property_is_refused() {
    let named = json!({"code": "g1", "community": "c1", "name": "x"});
    let feature_of =
        |properties: &serde_json::Value| feature(properties, "Polygon", &square(116.0, 39.0, 0.01));
    let silent = json!({"type": "FeatureCollection", "features": [feature_of(&named)]}).to_string();
    let read = |text: &str, crs| read_grids(text, crs, &Mapping::default(), &mut Notes::default());
    assert_eq!(read(&silent, None).unwrap_err(), Refusal::NoCrs);
    assert!(read(&silent, Some(Crs::Bd09)).is_ok());
    let asks = json!({"code": "g1", "community": "c1", "name": "x", "少数民族": 3});
    assert!(matches!(
        read(&file(&[feature_of(&asks)]), None),
        Err(Refusal::Denied { .. })
    ));
    assert!(matches!(read("{", None), Err(Refusal::Areas(_))));
}

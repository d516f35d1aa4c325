use super::*;
use crate::measure::distance_m;

fn at(lon: f64, lat: f64) -> Coordinate {
    Coordinate::new(lon, lat).unwrap()
}

fn square(west: f64, south: f64, size: f64) -> Vec<[f64; 2]> {
    let (east, north) = (west + size, south + size);
    vec![
        [west, south],
        [east, south],
        [east, north],
        [west, north],
        [west, south],
    ]
}

fn features() -> Vec<Feature> {
    let named = |name: &str| Map::from_iter([("name".to_owned(), Value::from(name))]);
    let holed = [square(116.4, 39.9, 0.01), square(116.402, 39.902, 0.001)];
    let plain = [square(116.5, 39.9, 0.01)];
    let area = |rings: &[Vec<[f64; 2]>]| Outline::from_rings(rings).unwrap();
    vec![
        Feature {
            shape: Shape::Point(at(116.416_357_1, 39.928_353_3)),
            properties: named("点"),
        },
        Feature {
            shape: Shape::Line(vec![at(116.4, 39.9), at(116.41, 39.91), at(116.42, 39.9)]),
            properties: Map::new(),
        },
        Feature {
            shape: Shape::Areas(vec![area(&holed)]),
            properties: named("格"),
        },
        Feature {
            shape: Shape::Areas(vec![area(&holed), area(&plain)]),
            properties: named("两片"),
        },
    ]
}

fn points(shape: &Shape) -> Vec<Coordinate> {
    match shape {
        Shape::Point(at) => vec![*at],
        Shape::Line(points) => points.clone(),
        Shape::Areas(areas) => {
            let rings = areas.iter().flat_map(Outline::to_rings);
            rings.flatten().map(|[lon, lat]| at(lon, lat)).collect()
        }
    }
}

#[test]
fn features_come_back_in_every_system() {
    for crs in Crs::ALL {
        let text = write(&features(), crs);
        let read = read(&text, None).unwrap();
        assert_eq!(read.len(), features().len());
        for (got, sent) in read.iter().zip(features()) {
            assert_eq!(got.properties, sent.properties);
            let pairs = points(&got.shape).into_iter().zip(points(&sent.shape));
            for (got, sent) in pairs {
                // Two roundings to a centimetre.
                assert!(distance_m(got, sent) < 0.03, "{crs} {got} {sent}");
            }
        }
        if matches!(crs, Crs::Wgs84 | Crs::Cgcs2000) {
            assert_eq!(read, features());
        } else {
            assert!(!text.contains("116.4163571"), "{crs} is shifted");
        }
    }
}

#[test]
fn a_file_that_does_not_say_its_system_is_refused() {
    let text = |member: &str| {
        format!(
            r#"{{"type":"FeatureCollection",{member}"features":[{{"type":"Feature","properties":null,
            "geometry":{{"type":"Point","coordinates":[116.4,39.9,52.0]}}}}]}}"#
        )
    };
    assert!(matches!(read(&text(""), None), Err(GeoError::Crs(_))));
    assert!(matches!(
        read(&text(r#""crs":null,"#), None),
        Err(GeoError::Crs(_))
    ));
    assert!(matches!(
        read(&text(r#""crs":"EPSG:3857","#), None),
        Err(GeoError::Crs(_))
    ));
    assert!(matches!(
        read(&text(r#""crs":{"type":"link"},"#), None),
        Err(GeoError::Crs(_))
    ));
    let stated = read(&text(""), Some(Crs::Wgs84)).unwrap();
    assert_eq!(stated[0].shape, Shape::Point(at(116.4, 39.9)));
    let named = text(r#""crs":"GCJ-02","#);
    assert!(matches!(
        read(&named, Some(Crs::Wgs84)),
        Err(GeoError::Crs(_))
    ));
    let shifted = read(&named, Some(Crs::Gcj02)).unwrap();
    assert_eq!(shifted, read(&named, None).unwrap());
    let [
        Feature {
            shape: Shape::Point(got),
            ..
        },
    ] = shifted.as_slice()
    else {
        panic!("not a point")
    };
    assert!(distance_m(*got, at(116.4, 39.9)) > 400.0);
}

#[test]
fn what_is_no_collection_of_shapes_is_refused() {
    let geometry = |geometry: &str| {
        format!(
            r#"{{"type":"FeatureCollection","crs":"WGS-84","features":[{{"type":"Feature",
            "properties":{{}},"geometry":{geometry}}}]}}"#
        )
    };
    for wrong in [
        r#"{"type":"Point","coordinates":[116.4]}"#,
        r#"{"type":"Point","coordinates":[116.4,39.9,1,2]}"#,
        r#"{"type":"Point","coordinates":[39.9,116.4]}"#,
        r#"{"type":"LineString","coordinates":[[116.4,39.9]]}"#,
        r#"{"type":"MultiPoint","coordinates":[[116.4,39.9]]}"#,
        r#"{"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]}"#,
        r#"{"type":"Polygon","coordinates":[]}"#,
        r#"{"type":"Cube","coordinates":[]}"#,
    ] {
        assert!(read(&geometry(wrong), None).is_err(), "{wrong}");
    }
    assert_eq!(read(&geometry("null"), None), Ok(vec![]));
    for wrong in ["", "{}", "[]", r#"{"type":"Point","coordinates":[1,2]}"#] {
        assert!(read(wrong, Some(Crs::Wgs84)).is_err(), "{wrong}");
    }
}

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use super::*;
use crate::measure::distance_m;

fn metres(a: (f64, f64), b: (f64, f64)) -> f64 {
    // Coordinates are rounded to a centimetre, so small distances are taken from the degrees.
    let north = (a.1 - b.1) * 111_195.0;
    let east = (a.0 - b.0) * 111_195.0 * a.1.to_radians().cos();
    north.hypot(east)
}

fn random(rng: &mut ChaCha8Rng, [west, south, east, north]: [f64; 4]) -> (f64, f64) {
    let mut share = || f64::from(rng.next_u32()) / f64::from(u32::MAX);
    (
        west + (east - west) * share(),
        south + (north - south) * share(),
    )
}

/// Points away from the rough border, where the shift would begin between a point and its image.
fn is_well_inside(at: (f64, f64)) -> bool {
    [(0.02, 0.0), (-0.02, 0.0), (0.0, 0.02), (0.0, -0.02)]
        .iter()
        .all(|(lon, lat)| is_in_mainland((at.0 + lon, at.1 + lat)))
}

#[test]
fn the_shift_in_dongcheng_is_the_known_one() {
    // 555 m at Dongcheng is the known figure.
    let at = (116.416_357, 39.928_353);
    let shifted = to_gcj02(at);
    assert!(
        (metres(at, shifted) - 555.0).abs() < 10.0,
        "{}",
        metres(at, shifted)
    );
    // Published pairs (coordtransform's own examples): 116.404, 39.915 of each system.
    let close = |a: (f64, f64), b: (f64, f64)| metres(a, b) < 0.2;
    assert!(close(
        to_gcj02((116.404, 39.915)),
        (116.410_244_499_169_38, 39.916_404_281_501_64)
    ));
    assert!(close(
        to_bd09((116.404, 39.915)),
        (116.410_369_491_861_2, 39.921_336_995_351_71)
    ));
}

#[test]
fn there_and_back_is_less_than_a_millimetre_everywhere_in_the_mainland() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut tried = 0;
    while tried < 5_000 {
        let rectangle = INSIDE[rng.next_u32() as usize % INSIDE.len()];
        let at = random(&mut rng, rectangle);
        if !is_well_inside(at) {
            continue;
        }
        tried += 1;
        for crs in Crs::ALL {
            let there = crs.shifted(at);
            let back = crs.unshifted(there);
            assert!(
                metres(at, back) < 0.001,
                "{crs} {at:?}: {} m",
                metres(at, back)
            );
            if matches!(crs, Crs::Gcj02 | Crs::Bd09) {
                assert!(metres(at, there) < 2_500.0, "{crs} {at:?}");
            }
        }
    }
}

#[test]
fn nothing_is_shifted_outside_the_mainland() {
    let places = [
        ("Hong Kong", 114.169, 22.319),
        ("Macao", 113.544, 22.199),
        ("Taipei", 121.565, 25.033),
        ("Ulaanbaatar", 106.918, 47.921),
        ("Seoul", 126.978, 37.567),
        ("Tokyo", 139.692, 35.690),
        ("Hanoi", 105.834, 21.028),
        ("London", -0.128, 51.507),
    ];
    for (name, lon, lat) in places {
        for crs in Crs::ALL {
            let at = Coordinate::new(lon, lat).unwrap();
            assert_eq!(crs.show(at), (at.lon(), at.lat()), "{name} {crs}");
            assert_eq!(crs.read(lon, lat), Ok(at), "{name} {crs}");
        }
    }
    for (name, lon, lat) in [
        ("Beijing", 116.407, 39.904),
        ("Shenzhen", 114.058, 22.543),
        ("Zhuhai", 113.577, 22.271),
        ("Ürümqi", 87.617, 43.825),
        ("Sanya", 109.512, 18.253),
        ("Harbin", 126.535, 45.803),
        ("Kashgar", 75.990, 39.470),
    ] {
        let at = Coordinate::new(lon, lat).unwrap();
        let (x, y) = Crs::Gcj02.show(at);
        let shifted = Coordinate::new(x, y).unwrap();
        assert!(distance_m(at, shifted) > 50.0, "{name}");
    }
}

#[test]
fn names_are_read_as_people_write_them_and_others_are_refused() {
    for crs in Crs::ALL {
        assert_eq!(crs.name().parse(), Ok(crs));
        let json = serde_json::to_string(&crs).unwrap();
        assert_eq!(serde_json::from_str::<Crs>(&json).unwrap(), crs);
    }
    for (text, crs) in [
        ("wgs84", Crs::Wgs84),
        ("EPSG:4326", Crs::Wgs84),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", Crs::Wgs84),
        ("EPSG:4490", Crs::Cgcs2000),
        ("gcj02", Crs::Gcj02),
        ("bd09ll", Crs::Bd09),
    ] {
        assert_eq!(text.parse(), Ok(crs), "{text}");
    }
    for text in ["", "EPSG:3857", "Beijing 1954", "WGS"] {
        assert!(text.parse::<Crs>().is_err(), "{text}");
    }
}

#[test]
fn what_is_no_place_is_refused_in_every_system() {
    for crs in Crs::ALL {
        assert!(crs.read(200.0, 10.0).is_err());
        assert!(crs.read(f64::NAN, 10.0).is_err());
    }
}

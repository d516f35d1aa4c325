use std::io::Cursor;
use std::ops::ControlFlow;

use linli_model::edition::Day;

use super::*;
use crate::intake::{Item, Settings as Reading, intake};
use crate::kinds::{GridRow, Kind};
use crate::reason::Lang;

fn rows(kind: Kind, text: &str) -> Vec<Row> {
    let reading = Reading {
        today: Day::from_ymd(2026, 9, 1),
        ..Reading::default()
    };
    let mut rows = Vec::new();
    intake(
        kind,
        &mut Cursor::new(text.as_bytes()),
        &reading,
        &mut |item| {
            match item {
                Item::Row(row) => rows.push(*row),
                Item::Bad(mistakes) => panic!("{mistakes:?}"),
            }
            ControlFlow::Continue(())
        },
    )
    .unwrap();
    rows
}

const DIVISIONS: &str = "level,code,name,parent\ndistrict,990101,示例区,9901\n\
    street,990101001,一街道,990101\ncommunity,990101001001,甲社区,990101001\n\
    community,990101001002,乙社区,990101001\ncommunity,990101001498,虚拟社区,990101001\n";

fn options() -> Options {
    Options {
        tolerance_m2: 1.0,
        ..Options::default()
    }
}

/// Plans and expects no mistake.
fn good(current: Option<&Edition>, rows: &[Row]) -> Planned {
    let planned = plan(current, rows, &options());
    assert_eq!(planned.mistakes, vec![], "{:?}", planned.mistakes);
    planned
}

fn texts(planned: &Planned) -> Vec<String> {
    planned
        .mistakes
        .iter()
        .map(|mistake| mistake.text(Lang::En))
        .collect()
}

#[test]
fn divisions_make_the_first_edition_and_the_same_file_changes_nothing() {
    let divisions = rows(Kind::Divisions, DIVISIONS);
    let first = good(None, &divisions);
    assert_eq!(
        (first.new, first.changed.len(), first.same),
        (4, 0, 0),
        "the stand-in is left out"
    );
    assert_eq!(
        (first.edition.number, first.edition.district.as_str()),
        (1, "990101")
    );
    assert!(first.edition.check_to_publish().is_empty());
    let again = good(Some(&first.edition), &divisions);
    assert_eq!((again.new, again.changed.len(), again.same), (0, 0, 4));
    assert!(!again.is_change());
    let renamed = rows(Kind::Divisions, &DIVISIONS.replace("乙社区", "丙社区"));
    let next = good(Some(&first.edition), &renamed);
    assert_eq!(
        (next.new, next.changed.as_slice(), next.same),
        (0, &["990101001002: name".to_owned()][..], 3)
    );
    assert_eq!(next.edition.number, 2);
}

#[test]
fn everything_that_the_check_of_editions_finds_is_told_by_line() {
    let first = good(None, &rows(Kind::Divisions, DIVISIONS)).edition;
    let orgs = rows(
        Kind::Organisations,
        "code,parent,kind,name\nu1,990101001,处置单位,甲\nu2,nowhere,处置单位,乙\n",
    );
    let wrong = plan(Some(&first), &orgs, &options());
    assert_eq!(texts(&wrong), ["line 3: nowhere of u2 is not in orgs"]);
    let staff = rows(
        Kind::Staff,
        "code,role,org,grid\ns1,受理员,990101001001,\ns2,网格员,,g7\n",
    );
    let wrong = plan(Some(&first), &staff, &options());
    assert_eq!(texts(&wrong), ["line 3: g7 of s2 is not in grids"]);
    let foreign = rows(Kind::Divisions, "code,name\n990102,别区\n");
    let wrong = texts(&plan(Some(&first), &foreign, &options()));
    assert!(
        wrong
            .iter()
            .any(|text| text.starts_with("line 2: \"990102\" lies in 990102")),
        "{wrong:?}"
    );
    let orphan = rows(Kind::Divisions, "code,name\n990101009001,孤社区\n");
    let wrong = texts(&plan(Some(&first), &orphan, &options()));
    assert!(
        wrong[0].contains("990101009, which is not in the table"),
        "{wrong:?}"
    );
}

#[test]
fn a_person_may_do_what_the_file_says_and_nothing_else() {
    let first = good(None, &rows(Kind::Divisions, DIVISIONS)).edition;
    let two = "code,name,role,org\ns1,张工,受理员,990101001001\ns1,张工,派遣员,990101001001\n";
    let with = good(Some(&first), &rows(Kind::Staff, two));
    assert_eq!(
        (
            with.new,
            with.edition.staff.len(),
            with.edition.staff[0].grants.len()
        ),
        (1, 1, 2)
    );
    let again = good(Some(&with.edition), &rows(Kind::Staff, two));
    assert!(!again.is_change(), "{:?}", again.changed);
    let one = "code,role,org\ns1,派遣员,990101001001\n";
    let less = good(Some(&with.edition), &rows(Kind::Staff, one));
    assert_eq!(less.changed, ["s1: grants"]);
    assert_eq!(
        less.edition.staff[0].name, "张工",
        "an empty cell takes nothing away"
    );
}

fn grid(line: u64, code: &str, [west, south, east, north]: [f64; 4]) -> Row {
    let text = format!("code,community,name\n{code},990101001001,x\n");
    let Row::Grid(mut row) = rows(Kind::Grids, &text).remove(0) else {
        panic!()
    };
    row.line = line;
    row.grid.border = vec![vec![
        [west, south],
        [east, south],
        [east, north],
        [west, north],
        [west, south],
    ]];
    Row::Grid(row)
}

#[test]
fn overlaps_and_gaps_are_named_with_place_and_area() {
    let first = good(None, &rows(Kind::Divisions, DIVISIONS)).edition;
    let tidy = [
        grid(1, "g1", [116.0, 39.0, 116.01, 39.01]),
        grid(2, "g2", [116.01, 39.0, 116.02, 39.01]),
    ];
    let planned = good(Some(&first), &tidy);
    assert_eq!(planned.new, 2);
    let over = [
        grid(1, "g1", [116.0, 39.0, 116.0101, 39.01]),
        grid(2, "g2", [116.01, 39.0, 116.02, 39.01]),
    ];
    let wrong = texts(&plan(Some(&first), &over, &options()));
    assert!(
        wrong[0].starts_with("line 2: \"g2\" overlaps grid g1 by 96"),
        "{wrong:?}"
    );
    assert!(wrong[0].contains("at 116.01"), "{wrong:?}");
    let lax = Options {
        tolerance_m2: 10_000.0,
        ..options()
    };
    assert!(plan(Some(&first), &over, &lax).mistakes.is_empty());
    let whole = Options {
        whole: vec![
            Outline::from_rings(&[vec![
                [116.0, 39.0],
                [116.02, 39.0],
                [116.02, 39.011],
                [116.0, 39.011],
                [116.0, 39.0],
            ]])
            .unwrap(),
        ],
        ..options()
    };
    let wrong = texts(&plan(Some(&first), &tidy, &whole));
    let [gap] = wrong.as_slice() else {
        panic!("{wrong:?}")
    };
    assert!(
        gap.contains("m² at 116.0") && gap.contains("belong to none"),
        "{gap}"
    );
}

#[test]
fn a_table_of_grids_keeps_their_borders() {
    let first = good(None, &rows(Kind::Divisions, DIVISIONS)).edition;
    let drawn = good(Some(&first), &[grid(1, "g1", [116.0, 39.0, 116.01, 39.01])]).edition;
    let Row::Grid(GridRow { grid: bare, .. }) =
        rows(Kind::Grids, "code,community,name\ng1,990101001001,新名\n").remove(0)
    else {
        panic!()
    };
    assert!(bare.border.is_empty());
    let named = good(
        Some(&drawn),
        &rows(Kind::Grids, "code,community,name\ng1,990101001001,新名\n"),
    );
    assert_eq!(named.changed, ["g1: name"]);
    assert_eq!(named.edition.grids[0].border, drawn.grids[0].border);
}

use std::io::Cursor;

use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Formula, Workbook};

use super::*;
use crate::locate::Places;
use crate::reason::Lang;

fn settings() -> Settings<'static> {
    Settings {
        today: Day::from_ymd(2026, 9, 1),
        ..Settings::default()
    }
}

fn run(kind: Kind, bytes: &[u8], settings: &Settings<'_>) -> Result<(Facts, Vec<Item>), Refusal> {
    let mut items = Vec::new();
    let facts = intake(kind, &mut Cursor::new(bytes), settings, &mut |item| {
        items.push(item);
        ControlFlow::Continue(())
    })?;
    Ok((facts, items))
}

fn mistakes(items: &[Item]) -> Vec<String> {
    let bad = items.iter().filter_map(|item| match item {
        Item::Bad(mistakes) => Some(mistakes),
        Item::Row(_) => None,
    });
    bad.flatten()
        .map(|mistake| mistake.text(Lang::En))
        .collect()
}

/// The dirt of real files, all at once.
#[test]
fn dirt_is_cleaned_and_said_and_what_stays_wrong_is_named() {
    let text = "\u{feff}某区楼栋一览表,,,\n\n楼栋编码;网格编码;楼栋名称;层数\n".replace(',', ";")
        + "# 说明;;;\n"
        + "B1;g1;甲楼　;６\n"
        + "B2;g1;乙楼\n"
        + ";;;\n"
        + "B3;g1;丙楼;1,000;多\n"
        + "B1;g1;甲楼;6\n";
    let (facts, items) = run(Kind::Buildings, text.as_bytes(), &settings()).unwrap();
    assert_eq!((facts.rows, facts.bad), (4, 2));
    let noted = |kind| facts.notes.count(kind);
    assert_eq!(noted(NoteKind::AboveHeader), 1);
    assert_eq!(noted(NoteKind::BlankLine), 2);
    assert_eq!(noted(NoteKind::Comment), 1);
    assert_eq!(noted(NoteKind::FullWidth), 1);
    assert_eq!(noted(NoteKind::Short), 1);
    assert_eq!(noted(NoteKind::Thousands), 1);
    let wrong = mistakes(&items);
    assert_eq!(wrong.len(), 3, "{wrong:#?}");
    assert!(
        wrong[0].starts_with("line 8, 层数: \"1,000\" is out of range"),
        "{wrong:#?}"
    );
    assert!(
        wrong[1].starts_with("line 8: the row has 5 cells"),
        "{wrong:#?}"
    );
    assert_eq!(wrong[2], "line 9: stands in line 5 already");
}

#[test]
fn a_workbook_with_merged_cells_formulas_days_and_faults() {
    let mut book = Workbook::new();
    let plain = CellFormat::new();
    let day = CellFormat::new().set_num_format("yyyy-mm-dd");
    let sheet = book.add_worksheet();
    sheet.merge_range(0, 0, 0, 4, "部件普查", &plain).unwrap();
    for (at, name) in ["网格", "部件编码", "名称", "普查日期", "备注"]
        .iter()
        .enumerate()
    {
        sheet
            .write_string(1, u16::try_from(at).unwrap(), *name)
            .unwrap();
    }
    sheet.merge_range(2, 0, 4, 0, "g1", &plain).unwrap();
    for (row, code) in [
        (2, "99010101001000017"),
        (3, "99010101001000018"),
        (4, "99010101001000019"),
    ] {
        sheet.write_string(row, 1, code).unwrap();
    }
    sheet
        .write_formula(2, 2, Formula::new("=\"井\"&\"盖\"").set_result("井盖"))
        .unwrap();
    let at = ExcelDateTime::from_ymd(2026, 9, 1).unwrap();
    sheet.write_datetime_with_format(2, 3, at, &day).unwrap();
    sheet.write_number(3, 3, 46_266).unwrap();
    sheet
        .write_formula(4, 2, Formula::new("=NA()").set_result("#N/A"))
        .unwrap();
    // A code that was typed as a number has lost its last digits.
    sheet.write_string(5, 0, "g1").unwrap();
    sheet.write_number(5, 1, 99_010_101_001_000_017.0).unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let (facts, items) = run(Kind::Components, &bytes, &settings()).unwrap();
    assert!(matches!(&facts.format, Format::Workbook { others: 0, .. }));
    assert_eq!(facts.notes.count(NoteKind::Merged), 2, "{:?}", facts.notes);
    assert!(facts.notes.count(NoteKind::Formula) >= 1);
    assert_eq!(facts.notes.count(NoteKind::SerialDay), 2);
    let rows: Vec<_> = items
        .iter()
        .filter_map(|item| match item {
            Item::Row(row) => match &**row {
                Row::Base(base) => Some(base),
                Row::Division(_) | Row::Organisation(_) | Row::Staff(_) | Row::Grid(_) => None,
            },
            Item::Bad(_) => None,
        })
        .collect();
    assert_eq!(rows[0].fields["name"], "井盖".into());
    assert_eq!(rows[0].fields["checked_at"], rows[1].fields["checked_at"]);
    assert!(
        rows.iter()
            .all(|row| row.grid.as_ref().unwrap().as_str() == "g1")
    );
    let wrong = mistakes(&items);
    assert!(
        wrong
            .iter()
            .any(|text| text.starts_with("line 6, 部件编码") && text.contains("15th")),
        "{wrong:#?}"
    );
}

#[test]
fn a_number_of_an_identity_document_refuses_the_whole_file_whatever_its_column() {
    // The unassigned prefix 99: no such person exists.
    for cell in [
        "990101190001010018",
        "９９0101190001010018",
        "张三 990101190001010018",
        "证号:990101190001010018。",
    ] {
        let text = format!("楼栋编码,网格,名称,地址\nB1,g1,x,y\nB2,g1,x,{cell}\n");
        let refused = run(Kind::Buildings, text.as_bytes(), &settings());
        let Err(Refusal::IdNumber { column, line: 3 }) = &refused else {
            panic!("{cell}: {refused:?}")
        };
        assert_eq!(column, "地址");
        let said = refused.unwrap_err();
        for lang in [Lang::Zh, Lang::En] {
            assert!(
                !said.text(lang).contains("990101190001010018"),
                "it is not repeated"
            );
        }
    }
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (at, name) in ["楼栋编码", "网格", "名称", "地址"].iter().enumerate() {
        sheet
            .write_string(0, u16::try_from(at).unwrap(), *name)
            .unwrap();
    }
    sheet.write_number(1, 3, 990_101_190_001_010_018.0).unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let refused = run(Kind::Buildings, &bytes, &settings());
    assert!(
        matches!(refused, Err(Refusal::IdNumber { line: 2, .. })),
        "{refused:?}"
    );
}

#[test]
fn a_forbidden_column_and_positions_without_a_system_refuse_the_whole_file() {
    let denied = run(
        Kind::Households,
        "楼栋,室号,户名称,民族\nB1,101,张家,x\n".as_bytes(),
        &settings(),
    );
    assert!(matches!(denied, Err(Refusal::Denied { .. })), "{denied:?}");
    let denied = run(
        Kind::Households,
        "政治面貌,病史\nx,y\n".as_bytes(),
        &settings(),
    );
    assert!(matches!(denied, Err(Refusal::Denied { .. })), "{denied:?}");
    let text = "grid,code,name,lon,lat\ng1,B1,x,116.4,39.9\n";
    assert_eq!(
        run(Kind::Buildings, text.as_bytes(), &settings()).unwrap_err(),
        Refusal::NoCrs
    );
    let stated = Settings {
        crs: Some(Crs::Gcj02),
        ..settings()
    };
    assert_eq!(
        run(Kind::Buildings, text.as_bytes(), &stated)
            .unwrap()
            .0
            .bad,
        0
    );
    let none = run(Kind::Buildings, b"one,two\n1,2\n", &settings());
    assert!(matches!(none, Err(Refusal::NoHeader { .. })), "{none:?}");
    assert!(matches!(
        run(Kind::Buildings, b"", &settings()),
        Err(Refusal::NoHeader { .. })
    ));
}

#[test]
fn a_position_finds_its_grid_or_says_why_it_does_not() {
    let grid = |code: &str, west: f64| linli_model::edition::Grid {
        code: linli_model::GridCode::new(code).unwrap(),
        community: linli_model::OrgId::new("c1").unwrap(),
        name: linli_model::Name::default(),
        kind: linli_model::edition::GridKind::Social,
        border: vec![vec![
            [west, 39.9],
            [west + 0.01, 39.9],
            [west + 0.01, 39.91],
            [west, 39.91],
            [west, 39.9],
        ]],
    };
    let places = Places::new(&[grid("g1", 116.40), grid("g2", 116.41)]);
    let settings = Settings {
        places: Some(&places),
        crs: Some(Crs::Wgs84),
        ..settings()
    };
    let text = "grid,code,name,lon,lat\n,B1,x,116.405,39.905\n,B2,x,116.41,39.905\n,B3,x,116.5,39.9\n\
                g1,B4,x,116.4112,39.905\ng1,B5,x,116.4163,39.905\ng9,B6,x,116.405,39.905\ng2,B7,x,,\n";
    let (facts, items) = run(Kind::Buildings, text.as_bytes(), &settings).unwrap();
    let Item::Row(first) = &items[0] else {
        panic!("{items:?}")
    };
    let Row::Base(first) = &**first else { panic!() };
    assert_eq!(first.grid.as_ref().unwrap().as_str(), "g1");
    let wrong = mistakes(&items);
    assert_eq!(facts.bad, 4, "{wrong:#?}");
    assert!(
        wrong[0].contains("line 3") && wrong[0].contains("border of g1 and g2"),
        "{wrong:#?}"
    );
    assert!(
        wrong[1].contains("line 4") && wrong[1].contains("in no grid"),
        "{wrong:#?}"
    );
    assert!(
        wrong[2].contains("line 6") && wrong[2].contains("outside of grid g1"),
        "{wrong:#?}"
    );
    assert!(
        wrong[3].contains("line 7") && wrong[3].contains("not in the current edition"),
        "{wrong:#?}"
    );
}

proptest! {
    /// Whatever a file holds: it is read or refused, and every row is counted once.
    #[test]
    fn any_text_is_read_or_refused(cells in proptest::collection::vec("\\PC{0,12}", 0..40), kind in 0usize..9) {
        let kind = Kind::ALL[kind];
        let ids: Vec<&str> = kind.columns().iter().map(|column| column.id).collect();
        let mut text = ids.join(",") + "\n";
        for row in cells.chunks(ids.len()) {
            let quoted: Vec<String> = row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            text.push_str(&quoted.join(","));
            text.push('\n');
        }
        let stated = Settings { crs: Some(Crs::Wgs84), ..settings() };
        if let Ok((facts, items)) = run(kind, text.as_bytes(), &stated) {
            prop_assert_eq!(facts.rows, u64::try_from(items.len()).unwrap());
            let bad = items.iter().filter(|item| matches!(item, Item::Bad(_))).count();
            prop_assert_eq!(facts.bad, u64::try_from(bad).unwrap());
        }
    }
}

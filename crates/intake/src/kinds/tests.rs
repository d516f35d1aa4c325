use std::io::Cursor;
use std::ops::ControlFlow;

use super::*;
use crate::column::Need;
use crate::intake::{Item, Settings, intake};
use crate::template;

/// Reads a whole file with every position in WGS-84.
fn items(kind: Kind, bytes: &[u8]) -> Vec<Item> {
    let settings = Settings {
        crs: Some(Crs::Wgs84),
        today: Day::from_ymd(2026, 9, 1),
        ..Settings::default()
    };
    let mut all = Vec::new();
    let facts = intake(kind, &mut Cursor::new(bytes), &settings, &mut |item| {
        all.push(item);
        ControlFlow::Continue(())
    });
    facts.unwrap_or_else(|refusal| panic!("{kind}: {refusal}"));
    all
}

/// The example of every template is a right row of its kind, as text and as a workbook.
#[test]
fn every_template_is_read_by_its_own_kind() {
    for kind in Kind::ALL {
        let mut text = Vec::new();
        template::write_text(kind, &mut text).unwrap();
        let book = template::workbook(kind).unwrap();
        for bytes in [text, book] {
            let items = items(kind, &bytes);
            let [Item::Row(_)] = items.as_slice() else {
                panic!("{kind}: {items:?}")
            };
        }
    }
}

#[test]
fn columns_have_one_meaning_each_and_none_is_forbidden() {
    for kind in Kind::ALL {
        assert_eq!(kind.as_str().parse(), Ok(kind));
        assert_eq!(kind.zh().parse(), Ok(kind));
        let mut seen = std::collections::BTreeMap::new();
        for column in kind.columns() {
            for name in column.names() {
                assert_eq!(crate::header::denied(name), None, "{kind} {name}");
                let earlier = seen.insert(crate::clean::header_name(name), column.id);
                assert!(
                    earlier.is_none_or(|id| id == column.id),
                    "{kind}: {name} is {earlier:?} as well"
                );
            }
            let filled = column.need == Need::May || !column.example.is_empty();
            assert!(filled && !column.about_zh.is_empty() && !column.about_en.is_empty());
        }
    }
}

fn base(kind: Kind, text: &str) -> BaseRow {
    let items = items(kind, text.as_bytes());
    match items.as_slice() {
        [Item::Row(row)] => match &**row {
            Row::Base(base) => base.clone(),
            Row::Division(_) | Row::Organisation(_) | Row::Staff(_) | Row::Grid(_) => {
                panic!("{row:?}")
            }
        },
        other => panic!("{other:?}"),
    }
}

fn wrong(kind: Kind, text: &str) -> Vec<String> {
    let items = items(kind, text.as_bytes());
    let bad = items.into_iter().filter_map(|item| match item {
        Item::Bad(mistakes) => Some(mistakes),
        Item::Row(_) => None,
    });
    bad.flatten()
        .map(|mistake| mistake.text(crate::Lang::En))
        .collect()
}

#[test]
fn a_building_keeps_numbers_texts_and_its_position() {
    let row = base(
        Kind::Buildings,
        "网格编码,楼栋编码,名称,层数,建成年份,经度,纬度\n９９0101001001G01, B１ ,示例（东）楼,12,1998,116.4,39.9\n",
    );
    assert_eq!(row.grid.as_ref().unwrap().as_str(), "990101001001G01");
    assert_eq!(row.fields["code"], "B1".into());
    assert_eq!(row.fields["name"], "示例（东）楼".into());
    assert_eq!(row.fields["lon"], 116.4.into());
    let mistakes = wrong(
        Kind::Buildings,
        "grid,code,name,floors\n990101001001G01,B1,x,\"1,2\"\n990101001001G01,B2,,六\n,B3,y,2.5\nx y,B4,y,999\n",
    );
    let expected = [
        "line 2, floors: \"1,2\" is not a number",
        "line 3, name: must not be empty",
        "line 3, floors: \"六\" is not a number",
        "line 4, floors: \"2.5\" is not a whole number",
        "line 4: one of these must be filled in: grid, lon + lat",
        "line 5, floors: \"999\" is out of range: 0 to 300 is allowed",
    ];
    for text in expected {
        assert!(
            mistakes.iter().any(|mistake| mistake.starts_with(text)),
            "{text}: {mistakes:#?}"
        );
    }
}

#[test]
fn a_wrong_code_says_which_check_failed() {
    for (kind, header, row, check) in [
        (
            Kind::Divisions,
            "code,name",
            "1101010011,x",
            "needs 6, 9 or 12 digits",
        ),
        (
            Kind::Divisions,
            "code,name",
            "110101000,x",
            "count from 001 to 599",
        ),
        (
            Kind::Divisions,
            "code,name,parent",
            "990101001,x,990102",
            "whose parent is 990101",
        ),
        (
            Kind::Divisions,
            "code,name,level",
            "990101001,x,社区",
            "whose level is 街道",
        ),
        (
            Kind::Organisations,
            "code,name,kind",
            "91350100M000100Y44,x,处置单位",
            "the last sign does not fit",
        ),
        (Kind::Components, "code,grid", "9901010100100001,g1", ""),
        (
            Kind::Components,
            "code,grid",
            "990101010010000,g1",
            "needs 17 digits",
        ),
        (
            Kind::Components,
            "code,grid",
            "1.10101E+16,g1",
            "kept this code as a number",
        ),
        (
            Kind::Staff,
            "code,role,grid",
            "s1,站长,g1",
            "allowed: 网格管理员",
        ),
    ] {
        let mistakes = wrong(kind, &format!("{header}\n{row}\n"));
        if check.is_empty() {
            assert_eq!(mistakes, Vec::<String>::new(), "{row}");
        } else {
            let [only] = mistakes.as_slice() else {
                panic!("{row}: {mistakes:?}")
            };
            assert!(only.contains(check), "{row}: {only}");
        }
    }
}

#[test]
fn an_old_component_is_written_in_the_layout_of_today() {
    let row = base(
        Kind::Components,
        "code,grid,state,checked\n9901010101000017,g1,破损,46266\n",
    );
    assert_eq!(row.fields["code"], "99010101001000017".into());
    assert_eq!(row.fields["class"], "01001".into());
    assert_eq!(row.fields["state"], "damaged".into());
    let day = Day::from_ymd(2026, 9, 1).unwrap();
    assert_eq!(
        row.fields["checked_at"],
        (i64::from(day.0) * 86_400_000).into()
    );
}

#[test]
fn a_contact_needs_its_purpose_consent_and_an_end_that_lies_ahead() {
    let header = "building,unit,address_form,name,phone,purpose,legal_basis,consent,expires\n";
    let row = base(
        Kind::Contacts,
        &format!(
            "{header}B1,101,张家,张先生,９90-0000 0001／01012345678,户情登记,consent,c-1,2027-09-01\n"
        ),
    );
    assert_eq!(row.phones, ["99000000001", "01012345678"]);
    assert_eq!(row.fields["purpose"], "register".into());
    assert_eq!(row.door.address_form.as_deref(), Some("张家"));
    let mistakes = wrong(
        Kind::Contacts,
        &format!("{header}B1,101,张家,张先生,12ab,好奇,,,2026-09-01\n"),
    );
    for part in [
        "phone: \"12ab\" is not a telephone number",
        "purpose: \"好奇\" is not allowed here",
        "legal_basis: must not be empty",
        "consent: must not be empty",
        "must be a day after 2026-09-01",
    ] {
        assert!(
            mistakes.iter().any(|mistake| mistake.contains(part)),
            "{part}: {mistakes:#?}"
        );
    }
}

#[test]
fn positions_are_converted_and_halves_and_strangers_refused() {
    let header = "grid,code,name,lon,lat,crs\n";
    let settings = Settings::default();
    let text = format!("{header}g1,B1,x,116.4226,39.9297,GCJ-02\n");
    let mut found = None;
    intake(
        Kind::Buildings,
        &mut Cursor::new(text.as_bytes()),
        &settings,
        &mut |item| {
            found = Some(item);
            ControlFlow::Continue(())
        },
    )
    .unwrap();
    let Some(Item::Row(row)) = found else {
        panic!("{found:?}")
    };
    let Row::Base(row) = *row else { panic!() };
    let lon = row.fields["lon"].as_real().unwrap();
    assert!(
        (lon - 116.416_36).abs() < 0.001,
        "about 555 m to the west: {lon}"
    );
    let mistakes = wrong(
        Kind::Buildings,
        &format!(
            "{header}g1,B1,x,116.4,,WGS-84\ng1,B2,x,116.4,39.9,BD-09\ng1,B3,x,200,39.9,WGS-84\ng1,B4,x,116.4,39.9,mars\n"
        ),
    );
    for part in [
        "belong together",
        "not the coordinate system of the command",
        "-180 to 180",
        "allowed: WGS-84",
    ] {
        assert!(
            mistakes.iter().any(|mistake| mistake.contains(part)),
            "{part}: {mistakes:#?}"
        );
    }
}

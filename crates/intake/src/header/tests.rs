use super::*;
use crate::kinds::Kind;

fn read(cells: &[&str], mapping: &Mapping) -> Result<Header, Refusal> {
    let row: Vec<String> = cells.iter().map(|cell| (*cell).to_owned()).collect();
    Header::read(3, &row, Kind::Buildings.columns(), mapping)
}

#[test]
fn columns_are_found_in_either_language_and_in_any_order() {
    let header = read(
        &["名称", "Grid", "楼栋编码/code（必填）", ""],
        &Mapping::default(),
    )
    .unwrap();
    assert_eq!(header.find("grid"), Some((1, "Grid")));
    assert_eq!(header.find("code").unwrap().0, 2);
    assert_eq!(header.find("name").unwrap().0, 0);
    assert_eq!(header.find("floors"), None);
    assert_eq!(header.len(), 3, "empty columns at the end do not count");
}

#[test]
fn a_wrong_name_is_named_with_the_nearest_and_everything_at_once() {
    let wrong = read(
        &["楼栋编玛", "楼层数", "楼层数", "xyzzy"],
        &Mapping::default(),
    );
    let Err(Refusal::Header { line: 3, faults }) = wrong else {
        panic!("{wrong:?}")
    };
    let texts: Vec<String> = faults.iter().map(|f| f.text(crate::Lang::En)).collect();
    assert!(
        texts[0].contains("楼栋编玛") && texts[0].contains("楼栋编码"),
        "{texts:?}"
    );
    assert!(texts[1].contains("twice"), "{texts:?}");
    assert!(
        texts[2].contains("xyzzy") && !texts[2].contains("did you mean"),
        "{texts:?}"
    );
    assert!(
        texts[3].contains("code") && texts[3].contains("missing"),
        "{texts:?}"
    );
}

#[test]
fn a_mapping_renames_and_ignores_but_never_lets_in_what_is_denied() {
    let mapping = Mapping::parse(
        "ignore = [\"备注\", \"户主民族\"]\n[columns]\n\"楼号\" = \"code\"\n[values]\nname = \"x\"",
    )
    .unwrap();
    let header = read(&["楼号", "备注", "网格编码"], &mapping).unwrap();
    assert_eq!(header.find("code").unwrap().0, 0);
    assert!(matches!(
        read(&["楼号", "户主民族"], &mapping),
        Err(Refusal::Denied { .. })
    ));
    assert!(Mapping::parse("colums = 1").is_err());
}

#[test]
fn every_forbidden_column_is_refused_by_name_however_it_is_written() {
    for name in [
        "民族",
        "宗教信仰",
        "政治面貌",
        "身份证号",
        "身 份 证 号 码",
        "既往病史",
        "是否信访户",
        "党员",
        "ＩＤ Ｎｕｍｂｅｒ",
        "Religion",
        "残疾等级",
        "犯罪记录",
        "ethnic group",
        "低保",
    ] {
        let wrong = read(&["楼栋编码", "名称", name], &Mapping::default());
        assert!(
            matches!(wrong, Err(Refusal::Denied { .. })),
            "{name}: {wrong:?}"
        );
    }
}

//! Files of a city come in as an operator brings them, reach a handheld, and leave again.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;

use crate::device::Device;
use crate::program::{Program, texts};

const COMMUNITY: &str = "110101001001";

/// A one-box district with the edition of tests and a manager for all grids of its community.
fn town() -> Program {
    let program = Program::new(&["110101", "110101001", COMMUNITY], "district");
    program.import_edition();
    let staff = "人员代码,角色,机构代码\ngm-c1,网格管理员,110101001001\npo-1,隐私专员,110101\n";
    let said = program.done(&[
        "admin",
        "import",
        "staff",
        &file(&program, "staff.csv", staff),
        "--confirm",
    ]);
    assert!(said.contains("Edition 2 is signed"), "{said}");
    program
}

fn file(program: &Program, name: &str, text: &str) -> String {
    let path = program.path(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn import<'a>(kind: &'a str, path: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    ["admin", "import", kind, path, "--staff", "gm-c1"]
        .iter()
        .chain(more)
        .copied()
        .collect()
}

fn numbered(text: &str) -> String {
    text.replace("G1", "110101001001G01")
        .replace("G2", "110101001001G02")
}

const BUILDINGS: &str = "网格编码,楼栋编码,名称,层数,经度,纬度\nG1,B1,一号楼,6,116.4163571,39.9283533\nG2,B2,二号楼,12,,\n";
const DWELLINGS: &str = "楼栋编码,单元,室号,楼层\nB1,1单元,101,1\nB1,1单元,201,2\nB2,,301,3\n";
const HOUSEHOLDS: &str = "楼栋编码,单元,室号,户名称,人数\nB1,1单元,101,张先生家,3\n";
const CONTACTS: &str =
    "楼栋编码,单元,室号,户名称,称呼,电话\nB1,1单元,101,张先生家,张先生,99000000001\n";
const CONSENT: [&str; 8] = [
    "--purpose",
    "register",
    "--legal-basis",
    "consent",
    "--consent",
    "c-1",
    "--expires",
    "2099-01-01",
];

/// Imports everything; each file is previewed, written, and changes nothing when it comes again.
fn fill(program: &Program) {
    for (kind, text, new) in [
        ("buildings", numbered(BUILDINGS), 2),
        ("dwellings", DWELLINGS.to_owned(), 3),
        ("households", HOUSEHOLDS.to_owned(), 1),
        ("contacts", CONTACTS.to_owned(), 1),
    ] {
        let path = file(program, &format!("{kind}.csv"), &text);
        let mut more: Vec<&str> = vec!["--crs", "wgs84"];
        more.extend(if kind == "contacts" {
            CONSENT.as_slice()
        } else {
            &[]
        });
        let said = program.done(&import(kind, &path, &more));
        assert!(
            said.contains(&format!("{new} new, 0 changed, 0 the same, 0 bad")),
            "{said}"
        );
        assert!(said.contains("nothing was changed"), "{said}");
        more.push("--confirm");
        let said = program.done(&import(kind, &path, &more));
        assert!(
            said.contains(&format!("Written: {new} new, 0 changed")),
            "{said}"
        );
        let said = program.done(&import(kind, &path, &more));
        assert!(
            said.contains(&format!("0 new, 0 changed, {new} the same")),
            "{said}"
        );
        assert!(said.contains("nothing to change"), "{said}");
    }
}

#[tokio::test]
async fn files_become_records_that_reach_a_handheld_and_come_again_without_a_change() {
    let program = town();
    let serving = program.serve();
    fill(&program);
    // Only what differs is written.
    let path = file(
        &program,
        "again.csv",
        &numbered(&BUILDINGS.replace(",12,", ",14,")),
    );
    let said = program.done(&import(
        "buildings",
        &path,
        &["--crs", "wgs84", "--confirm"],
    ));
    assert!(said.contains("0 new, 1 changed, 1 the same"), "{said}");
    assert!(said.contains("B2: floors"), "{said}");

    let mut device = Device::enrol(&program, &serving).await;
    device.exchange(&serving).await;
    let held = device.held();
    let count = |kind: &str| held.iter().filter(|found| found.as_str() == kind).count();
    assert_eq!(
        count("building"),
        1,
        "the other one is of another grid: {held:?}"
    );
    assert_eq!((count("entrance"), count("dwelling")), (1, 2), "{held:?}");
    assert_eq!((count("household"), count("contact")), (1, 1), "{held:?}");
    // What a handheld wrote is recognised as well, and never guessed about.
    device.add_household("李家");
    device.exchange(&serving).await;
    let text = "楼栋编码,单元,室号,户名称\nB1,1单元,201,李家\n";
    let path = file(&program, "loose.csv", text);
    let said = program.refused(&import("households", &path, &["--confirm"]), 1);
    assert!(said.contains("without a dwelling"), "{said}");
    drop(device);
    let (exit, _) = serving.terminate();
    assert_eq!(exit, Some(0));
    let verified = program.done(&["verify"]);
    assert!(verified.contains("All is well"), "{verified}");
}

#[test]
fn whatever_is_not_clear_or_not_allowed_is_named_and_nothing_is_written() {
    let program = town();
    fill(&program);
    let refused = |kind: &str, text: &str, more: &[&str], part: &str| {
        let path = file(&program, "wrong.csv", &numbered(text));
        let mut args = import(kind, &path, more);
        args.push("--confirm");
        let said = program.refused(&args, 1);
        assert!(said.contains(part), "{kind}: {part}: {said}");
    };
    refused(
        "dwellings",
        "楼栋编码,室号\nB9,101\n",
        &[],
        "line 2: \"B9 101\" there is no such building",
    );
    refused(
        "households",
        "楼栋编码,室号,户名称\nB2,999,李家\n",
        &[],
        "there is no such dwelling",
    );
    refused(
        "buildings",
        "网格编码,楼栋编码,名称\nG2,B1,一号楼\n",
        &[],
        "lies in grid 110101001001G01 already",
    );
    refused(
        "buildings",
        "网格编码,楼栋编码,名称\nG9,B7,x\n",
        &[],
        "is not in the current edition",
    );
    refused("contacts", CONTACTS, &[], "purpose");
    refused(
        "households",
        "楼栋编码,室号,户名称,民族\nB2,301,李家,x\n",
        &[],
        "never collected",
    );
    refused("buildings", BUILDINGS, &[], "--crs");
    refused(
        "buildings",
        "网格编码,楼栋编码,名称\nG1,990101190001010018,x\n",
        &[],
        "identity document",
    );
}

#[test]
fn only_those_who_may_write_such_records_there_bring_them_in() {
    let program = town();
    fill(&program);
    let path = file(
        &program,
        "buildings.csv",
        &numbered("网格编码,楼栋编码,名称\nG1,B5,五号楼\n"),
    );
    for staff in ["io-c1", "po-1", "nobody"] {
        let said = program.refused(
            &[
                "admin",
                "import",
                "buildings",
                &path,
                "--staff",
                staff,
                "--confirm",
            ],
            1,
        );
        assert!(said.contains("has no role in grid"), "{staff}: {said}");
    }
    let said = program.refused(&["admin", "import", "buildings", &path], 1);
    assert!(said.contains("--staff"), "{said}");
    let said = program.done(&["admin", "export", "buildings"]);
    assert!(!said.contains("B5") && said.contains("B1"), "{said}");
    // ga-1 is the assistant of the first grid, and of no other.
    let said = program.done(&[
        "admin",
        "import",
        "buildings",
        &path,
        "--staff",
        "ga-1",
        "--confirm",
    ]);
    assert!(said.contains("Written: 1 new"), "{said}");
    let path = file(
        &program,
        "other.csv",
        &numbered("网格编码,楼栋编码,名称\nG2,B6,六号楼\n"),
    );
    let said = program.refused(
        &[
            "admin",
            "import",
            "buildings",
            &path,
            "--staff",
            "ga-1",
            "--confirm",
        ],
        1,
    );
    assert!(
        said.contains("ga-1 has no role in grid 110101001001G02"),
        "{said}"
    );
}

#[test]
fn of_many_bad_rows_some_are_shown_and_all_are_in_a_file() {
    let program = town();
    let mut many = "网格编码,楼栋编码,名称,层数\n".to_owned();
    for row in 0..50 {
        let floors = if row % 2 == 0 { "6" } else { "六" };
        writeln!(many, "G1,C{row},楼,{floors}").unwrap();
    }
    let path = file(&program, "many.csv", &numbered(&many));
    let errors = program.path("errors.csv");
    let more = ["--show", "3", "--errors", errors.to_str().unwrap()];
    let said = program.refused(&import("buildings", &path, &more), 1);
    assert!(said.contains("and 22 more"), "{said}");
    let listed = std::fs::read_to_string(&errors).unwrap();
    assert_eq!(listed.lines().count(), 26, "{listed}");
    let said = program.done(&import("buildings", &path, &["--confirm", "--skip-bad"]));
    assert!(said.contains("Written: 25 new"), "{said}");
}

#[test]
fn grids_with_an_overlap_are_refused_and_a_district_begins_with_its_divisions() {
    let program = Program::new(&["990101", "990101001", "990101001001"], "district");
    let text = "区划代码,名称\n990101,示例区\n990101001,一街道\n990101001001,甲社区\n";
    let (utf8, gbk) = (program.path("d.csv"), program.path("gbk.csv"));
    std::fs::write(&utf8, format!("\u{feff}{text}")).unwrap();
    // The same in GBK: 区划代码,名称 ...
    std::fs::write(&gbk, gbk_of(text)).unwrap();
    let said = program.done(&[
        "admin",
        "import",
        "divisions",
        gbk.to_str().unwrap(),
        "--confirm",
    ]);
    assert!(
        said.contains("gb18030") && said.contains("Edition 1 is signed"),
        "{said}"
    );
    let said = program.done(&[
        "admin",
        "import",
        "divisions",
        utf8.to_str().unwrap(),
        "--confirm",
    ]);
    assert!(
        said.contains("3 the same") && said.contains("nothing to change"),
        "{said}"
    );
    let grid = |code: &str, west: f64, east: f64| {
        format!(
            r#"{{"type":"Feature","properties":{{"code":"{code}","community":"990101001001","name":"{code}"}},
            "geometry":{{"type":"Polygon","coordinates":[[[{west},39.0],[{east},39.0],[{east},39.01],[{west},39.01],[{west},39.0]]]}}}}"#
        )
    };
    let collection = |east: f64| {
        let grids = [grid("g1", 116.0, east), grid("g2", 116.01, 116.02)].join(",");
        format!(r#"{{"type":"FeatureCollection","crs":"WGS-84","features":[{grids}]}}"#)
    };
    let path = file(&program, "over.geojson", &collection(116.0101));
    let said = program.refused(&["admin", "import", "grids", &path, "--confirm"], 1);
    assert!(said.contains("\"g2\" overlaps grid g1 by 96"), "{said}");
    let path = file(&program, "good.geojson", &collection(116.01));
    let said = program.done(&["admin", "import", "grids", &path, "--confirm"]);
    assert!(
        said.contains("2 new") && said.contains("Edition 2 is signed"),
        "{said}"
    );
    let out = program.path("out.geojson");
    program.done(&[
        "admin",
        "export",
        "grids",
        "--format",
        "geojson",
        "--crs",
        "gcj02",
        "--output",
        out.to_str().unwrap(),
    ]);
    let written: Value = serde_json::from_str(&std::fs::read_to_string(&out).unwrap()).unwrap();
    assert_eq!(written["crs"]["properties"]["name"], "GCJ-02");
    let said = program.done(&["admin", "import", "grids", out.to_str().unwrap()]);
    assert!(
        said.contains("0 mistakes"),
        "what left shifted comes back whole: {said}"
    );
}

/// The signs of the test above in GBK.
fn gbk_of(text: &str) -> Vec<u8> {
    let (bytes, _, _) = encoding_rs::GBK.encode(text);
    bytes.into_owned()
}

#[test]
fn places_leave_as_files_and_of_people_only_what_one_asks_for_about_themselves() {
    let program = town();
    fill(&program);
    let said = program.done(&["admin", "export", "buildings"]);
    assert!(said.contains("116.4163571,39.9283533,WGS-84"), "{said}");
    for kind in ["households", "contacts"] {
        let said = program.refused(&["admin", "export", kind], 1);
        assert!(said.contains("never exported in bulk"), "{said}");
    }
    let ask = |staff: &str, input: &str| {
        let mut command = program.command(&[
            "admin",
            "export",
            "person",
            "--staff",
            staff,
            "--request",
            "r-7",
        ]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        child.wait_with_output().unwrap()
    };
    for input in ["990-0000 0001\n", "张先生"] {
        let output = ask("po-1", input);
        let (said, problem) = texts(&output);
        assert!(output.status.success(), "{said}{problem}");
        let data: Value = serde_json::from_str(&said).unwrap();
        let contact = &data["contacts"][0];
        assert_eq!(contact["held"]["fields"]["purpose"], "register");
        assert_eq!(contact["held"]["fields"]["consent_id"], "c-1");
        assert_eq!(contact["phones"][0], "99000000001");
        assert_eq!(contact["held"]["written"][0]["staff"], "gm-c1");
        assert_eq!(contact["household"]["fields"]["people_count"], 3);
    }
    let (_, problem) = texts(&ask("io-c1", "张先生"));
    assert!(problem.contains("answers no requests"), "{problem}");
    let (_, problem) = texts(&ask("po-1", "李女士"));
    assert!(problem.contains("contact not found"), "{problem}");
}

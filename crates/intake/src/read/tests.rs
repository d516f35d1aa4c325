use std::fmt::Write as _;
use std::io::Cursor;

use proptest::prelude::*;

use super::*;

fn read(bytes: &[u8]) -> Result<(Format, Vec<RawRow>), Refusal> {
    let mut all = Vec::new();
    let format = rows(&mut Cursor::new(bytes), None, &mut |row| {
        all.push(row);
        ControlFlow::Continue(())
    })?;
    Ok((format, all))
}

fn texts(rows: &[RawRow]) -> Vec<(u64, Vec<String>)> {
    let texts = |row: &RawRow| row.cells.iter().map(Cell::shown).collect();
    rows.iter().map(|row| (row.line, texts(row))).collect()
}

fn check(bytes: &[u8], encoding: &str, separator: char) {
    let (format, found) = read(bytes).unwrap();
    let Format::Separated {
        encoding: name,
        separator: sign,
    } = format
    else {
        panic!("{format:?}")
    };
    assert_eq!((name, sign), (encoding, separator));
    let expected = vec![
        (1, vec!["编码".to_owned(), "名称".to_owned()]),
        (2, vec!["a".to_owned(), "甲".to_owned()]),
    ];
    assert_eq!(texts(&found), expected);
}

#[test]
fn the_same_table_is_read_in_every_encoding_and_separator() {
    for separator in [',', '\t', ';', '|'] {
        let text = format!("编码{separator}名称\r\na{separator}甲\r\n");
        check(text.as_bytes(), "UTF-8", separator);
        check(format!("\u{feff}{text}").as_bytes(), "UTF-8", separator);
        let (gbk, _, _) = encoding_rs::GBK.encode(&text);
        check(&gbk, "gb18030", separator);
        let utf16: Vec<u8> = "\u{feff}"
            .chars()
            .chain(text.chars())
            .flat_map(|sign| {
                let mut units = [0u16; 2];
                sign.encode_utf16(&mut units).to_vec()
            })
            .flat_map(u16::to_le_bytes)
            .collect();
        check(&utf16, "UTF-16LE", separator);
    }
}

#[test]
fn a_sign_of_gb18030_far_behind_plain_digits_is_read() {
    let mut text = "编码,名称\n".to_owned();
    for line in 0..20_000 {
        writeln!(text, "{line},x").unwrap();
    }
    text.push_str("z,𠮷祥\n");
    let (bytes, _, _) = encoding_rs::GB18030.encode(&text);
    let (_, found) = read(&bytes).unwrap();
    assert_eq!(found.last().unwrap().cells[1].shown(), "𠮷祥");
    let (_, found) = read(text.as_bytes()).unwrap();
    assert_eq!(found.last().unwrap().cells[1].shown(), "𠮷祥");
    assert_eq!(found.last().unwrap().line, 20_002);
}

#[test]
fn lines_are_counted_over_empty_ones_and_quoted_breaks() {
    let (_, found) = read(b"a,b\n\n\"x\ny\",2\n3,\"=\"\"007\"\"\"\n,=A1\n").unwrap();
    let lines: Vec<u64> = found.iter().map(|row| row.line).collect();
    assert_eq!(lines, [1, 2, 3, 5, 6]);
    assert!(found[1].is_blank());
    assert_eq!(found[2].cells[0].shown(), "x\ny");
    let quoted = &found[3].cells[1];
    assert_eq!(
        (quoted.shown(), quoted.is_formula),
        ("007".to_owned(), true)
    );
    assert!(matches!(found[4].cells[1].value, Value::Fault(_)));
}

#[test]
fn kinds_of_files_that_are_not_read_are_named() {
    let xls = read(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
    assert_eq!(xls, Err(Refusal::Format("xls")));
    assert_eq!(read(b"%PDF-1.7"), Err(Refusal::Format("pdf")));
    assert!(matches!(
        read(b"PK\x03\x04rubbish"),
        Err(Refusal::Workbook(_))
    ));
}

proptest! {
    #[test]
    fn no_bytes_make_the_readers_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), kind in 0..4) {
        let start: &[u8] = match kind {
            0 => b"PK\x03\x04",
            1 => b"\xef\xbb\xbf",
            2 => b"\xff\xfe",
            _ => b"",
        };
        let all: Vec<u8> = start.iter().chain(&bytes).copied().collect();
        // Whether it is read or refused: it comes back.
        drop(read(&all));
    }

    #[test]
    fn a_damaged_workbook_is_read_or_refused(at in 0usize..8_000, byte in any::<u8>(), cut in 0usize..9_000) {
        let mut bytes = crate::template::workbook(crate::Kind::Buildings).unwrap();
        let at = at % bytes.len();
        bytes[at] = byte;
        bytes.truncate(cut.max(4));
        drop(read(&bytes));
    }
}

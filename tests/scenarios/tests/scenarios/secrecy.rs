//! Who has what at the end: every cell of every database and every byte of every file.

use std::fmt::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use linli_fleet::story::Alone;
use linli_fleet::town::{Layout, Program};
use linli_fleet::world::{DemoHousehold, demo_register, grid};
use linli_store::rusqlite::types::ValueRef;
use linli_store::{DbKey, Ledger, Profile, Reader, StoreError};

use crate::stage::Stage;

/// Words of the report that no table of reference data has.
const NOTE: &str = "老人下不了台阶";
/// How many households the register gets.
const HOMES: u32 = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_register_stays_in_the_community_and_the_case_with_its_members() {
    let stage = Stage::new(Layout::Federated).await;
    let device = stage.town.assistant().unwrap();
    let count = HOMES.to_string();
    let said = device.run(&["seed-households", "--count", &count]).await;
    assert_eq!(said.unwrap()["households"], HOMES);
    device.sync().await.unwrap();
    let story = stage.story(&mut Alone).await;
    stage.is_sound().await;

    let town = &stage.town;
    let [community, street, district] =
        [&town.community, &town.street, &town.district].map(|server| everything(server));
    let homes = demo_register(&grid(1).unwrap(), HOMES).unwrap().households;
    for text in homes.iter().flat_map(personal) {
        // The search finds what is there: otherwise the rest would say nothing.
        assert!(community.has(text), "the community does not keep {text}");
        assert!(!street.has(text), "{text} is at the street");
        assert!(!district.has(text), "{text} is at the district");
    }
    let photo = story.on_device["photos"][0]["hash"].as_str().unwrap();
    for text in [NOTE, story.case.as_str(), photo] {
        assert!(community.has(text), "the community has not {text}");
        assert!(street.has(text), "the street has not {text}");
        assert!(
            !district.has(text),
            "the district is no member and has {text}"
        );
    }

    // What a thief copies, of the handheld and of the servers, shows nobody's name or phone.
    let copied = Found(files(device.folder()));
    let disks = Found(files(stage.folder.path()));
    for text in homes.iter().flat_map(personal) {
        assert!(!copied.has(text), "{text} lies open on the handheld");
        assert!(!disks.has(text), "{text} lies open on a disk");
    }
    let own = device.run(&["households"]).await.unwrap().to_string();
    for home in &homes {
        let (name, phone) = (&home.name, &home.phone);
        assert!(own.contains(name), "the handheld itself shows {name}");
        assert!(!own.contains(phone), "a list shows {phone}");
        let reveal = ["household", "reveal", &home.door, "--purpose", "verify"];
        let shown = device.run(&reveal).await.unwrap();
        assert_eq!(shown["phones"], serde_json::json!([phone]));
    }
}

/// What of a household nobody else may learn.
fn personal(home: &DemoHousehold) -> [&str; 2] {
    [&home.name, &home.phone]
}

/// Bytes that are searched.
struct Found(Vec<u8>);

impl Found {
    /// Whether a text is there, in any of the forms in which texts are stored or sent.
    fn has(&self, text: &str) -> bool {
        forms(text).iter().any(|form| contains(&self.0, form))
    }
}

fn contains(haystack: &[u8], form: &[u8]) -> bool {
    let first = form[0];
    let mut rest = haystack;
    while let Some(at) = rest.iter().position(|byte| *byte == first) {
        rest = &rest[at..];
        if rest.starts_with(form) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}

/// UTF-8, UTF-16 both ways round, hexadecimal, its bytes when it is hexadecimal, base64 at each of
/// the three places where it can begin.
fn forms(text: &str) -> Vec<Vec<u8>> {
    let plain = text.as_bytes().to_vec();
    let hex = plain.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    let mut forms = vec![
        text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        hex.into_bytes(),
    ];
    if text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        forms.push(unhex(text));
    }
    for shift in 0..3 {
        let shifted = [&vec![0; shift], plain.as_slice()].concat();
        let coded = BASE64.encode(shifted);
        // Characters at the ends mix with the neighbours' bits.
        let inner = coded.trim_end_matches('=').as_bytes();
        forms.push(inner[(shift * 8).div_ceil(6)..inner.len() - 1].to_vec());
    }
    forms.push(plain);
    forms
}

fn unhex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks_exact(2);
    let pairs = pairs.map(|pair| std::str::from_utf8(pair).unwrap());
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}

/// All that a stopped server keeps: cells, bodies of changes as they were signed, files.
fn everything(program: &Program) -> Found {
    let data = program.folder().join("data");
    let key = std::fs::read_to_string(data.join("keys/store.key")).unwrap();
    let key = DbKey::new(unhex(key.trim()).try_into().unwrap());
    let mut haystack = files(program.folder());
    let ledger = Ledger::open(&data.join("linli.db"), &key, Profile::Server).unwrap();
    ledger
        .read(|reader| {
            cells(reader, &mut haystack);
            for record in reader.records(None, 10_000)? {
                for hash in reader.history(&record)? {
                    haystack.extend(reader.change_body(&hash)?.unwrap_or_default());
                    haystack.push(0);
                }
            }
            Ok::<_, StoreError>(())
        })
        .unwrap();
    Found(haystack)
}

/// Every cell of every table.
fn cells(reader: &Reader<'_>, haystack: &mut Vec<u8>) {
    let sql = reader.sql();
    let mut tables = sql
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .unwrap();
    let names = tables.query_map([], |row| row.get(0)).unwrap();
    let names: Vec<String> = names.collect::<Result<_, _>>().unwrap();
    assert!(names.len() > 10, "{names:?}");
    for name in names {
        let mut rows = sql.prepare(&format!("SELECT * FROM \"{name}\"")).unwrap();
        let columns = rows.column_count();
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = row.get_ref(column).unwrap()
                {
                    haystack.extend_from_slice(bytes);
                    haystack.push(0);
                }
            }
        }
    }
}

/// Every name and every byte of every file below a folder.
fn files(folder: &Path) -> Vec<u8> {
    let mut haystack = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.is_file() {
                haystack.extend(path.to_string_lossy().as_bytes());
                haystack.push(0);
                haystack.extend(std::fs::read(&path).unwrap());
            }
        }
    }
    haystack
}

#[test]
fn a_text_is_found_in_every_form() {
    let (name, phone) = ("张样例一", "99035271846");
    for text in [name, phone] {
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for hidden in [text.as_bytes().to_vec(), utf16] {
            assert!(Found([b"xx", hidden.as_slice(), b"yy"].concat()).has(text));
        }
        for before in ["", "a", "ab", "abc"] {
            let coded = BASE64.encode(format!("{before}{text}|"));
            assert!(Found(coded.into_bytes()).has(text), "{before:?}");
        }
        assert!(!Found(BASE64.encode("nothing of it").into_bytes()).has(text));
    }
}

//! A copied folder tells nothing about residents: names and telephone numbers are searched for in
//! every file, as text in two encodings and as base64 at every alignment.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use linli_device::dto::access::{AccessPurpose, RevealInput};
use linli_device::dto::household::HouseholdQuery;
use linli_device::dto::register::HouseholdInput;
use linli_device::dto::report::NoPhotoReason;

use crate::line::Mode;
use crate::register::{household, person};
use crate::station::Station;
use crate::world::{ASSISTANT, Handheld, SECRET, copy_of, fence};

const NAME: &str = "金丝雀样例九十九";
const PHONE: &str = "99012345678";
const NOTE: &str = "请联系金丝雀样例";
const DRAFT: &str = "草稿里的金丝雀";

/// The bytes under which a text can lie in a file.
fn forms(text: &str) -> Vec<Vec<u8>> {
    let utf16: Vec<u16> = text.encode_utf16().collect();
    let little = utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big = utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    let mut forms = vec![text.as_bytes().to_vec(), little, big];
    for raw in forms.clone() {
        for skip in 0..3usize {
            // A stretch that begins at a multiple of three bytes encodes the same whatever surrounds it.
            let inner = &raw[skip..];
            let whole = inner.len() / 3 * 3;
            forms.push(STANDARD_NO_PAD.encode(&inner[..whole]).into_bytes());
        }
    }
    forms
}

fn hits(folder: &Path, text: &str) -> Vec<String> {
    let forms = forms(text);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let is_hit = |form: &Vec<u8>| bytes.windows(form.len()).any(|window| window == form);
        if forms.iter().any(is_hit) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[test]
fn the_search_finds_what_lies_there() {
    let folder = tempfile::tempdir().unwrap();
    for (index, form) in forms(NAME).into_iter().enumerate() {
        let file = [b"before".to_vec(), form, b"after".to_vec()].concat();
        std::fs::write(folder.path().join(index.to_string()), file).unwrap();
    }
    assert_eq!(hits(folder.path(), NAME).len(), 12);
    let encoded = STANDARD_NO_PAD.encode(format!("x{NAME}y"));
    std::fs::write(folder.path().join("whole"), encoded).unwrap();
    assert_eq!(hits(folder.path(), NAME).len(), 13);
}

#[tokio::test]
async fn a_copied_folder_holds_no_resident() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    handheld.line.set(Mode::NoNetwork);
    let device = &handheld.device;
    let home = HouseholdInput {
        contacts: vec![person(NAME, &[PHONE])],
        ..household("30号楼1单元101")
    };
    device.add_household(&home).unwrap();
    let mut report = fence();
    report.note = Some(NOTE.into());
    report.no_photo_reason = Some(NoPhotoReason::Privacy);
    device.report(&report).unwrap();
    device.save_draft("report", DRAFT).unwrap();

    let look = |folder: &Path| {
        for text in [NAME, PHONE, NOTE, DRAFT, SECRET] {
            assert_eq!(hits(folder, text), Vec::<String>::new(), "{text}");
        }
    };
    // While it is open, with its write-ahead log; as after a kill; and closed.
    look(handheld.folder.path());
    let (copy, _) = copy_of(&handheld);
    look(copy.path());
    handheld.line.set(Mode::Up);
    device.sync_once().await.unwrap();
    let list = device.list_households(&HouseholdQuery::default()).unwrap();
    let [home] = list.rows.try_into().unwrap();
    assert_eq!(home.name.as_deref(), Some(NAME));
    let shown = device.reveal(&RevealInput {
        contact: home.contact.unwrap(),
        purpose: AccessPurpose::Visit,
        task: None,
    });
    assert_eq!(shown.unwrap().phones, [PHONE]);
    look(handheld.folder.path());
    device.lock().unwrap();
    look(handheld.folder.path());
}

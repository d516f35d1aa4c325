//! What a handheld of another make may send: changes of another grid, an old protocol, files that are
//! no photos. Each is refused with a reason, and what was accepted before stays.

use linli_model::{BlobHash, RecordId};
use linli_sync::Code;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::device::{Device, offset};
use crate::photos::{box_of_all, photo};
use crate::program::{Program, Serving};

/// A server that has accepted a case with its photo, and the handheld that reported it.
struct Accepted {
    program: Program,
    serving: Serving,
    device: Device,
    case: RecordId,
    photo: (Vec<u8>, BlobHash),
}

impl Accepted {
    async fn new() -> Self {
        let program = box_of_all();
        let serving = program.serve();
        let mut device = Device::enrol(&program, &serving).await;
        let (bytes, hash) = photo(1);
        let case = device.report(&bytes, hash);
        device.exchange(&serving).await;
        let at = device
            .create_upload(&serving, case, hash, bytes.len())
            .await;
        device.send_photo(&serving, hash, &bytes, at).await;
        Self {
            program,
            serving,
            device,
            case,
            photo: (bytes, hash),
        }
    }

    /// The cases that the community's desk sees.
    async fn cases(&self) -> Vec<String> {
        let token = self.program.token("io-c1", "110101001001");
        let url = format!("{}/api/v1/cases", self.serving.url);
        let asked = self.serving.client().get(url).bearer_auth(token);
        let body = asked.send().await.unwrap().bytes().await.unwrap();
        let page: Value = serde_json::from_slice(&body).unwrap();
        let rows = page["rows"].as_array().unwrap().iter();
        rows.map(|row| row["id"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Everything accepted is there, another report is taken, and the store is sound.
    async fn stays(mut self) {
        assert!(self.cases().await.contains(&self.case.to_string()));
        let (bytes, hash) = &self.photo;
        assert_eq!(self.device.photo(&self.serving, *hash).await, *bytes);
        self.device.pretend("110101001001G01");
        let next = self.device.report(bytes, *hash);
        self.device.exchange_all(&self.serving).await;
        assert!(self.cases().await.contains(&next.to_string()));
        self.serving.terminate();
        let said = self.program.done(&["verify"]);
        assert!(said.contains("All is well."), "{said}");
    }
}

#[tokio::test]
async fn a_change_of_another_grid_is_kept_out_and_reported() {
    let mut accepted = Accepted::new().await;
    accepted.device.pretend("110101001001G02");
    let (bytes, hash) = photo(2);
    accepted.device.report(&bytes, hash);
    let (wanted, has_refusals) = accepted.device.exchange_all(&accepted.serving).await;
    assert!(has_refusals, "the handheld hears that it was refused");
    assert!(wanted.is_empty(), "nobody wants its photo");
    let status = accepted.program.done(&["admin", "status"]);
    assert!(status.contains("quarantined: 1"), "{status}");
    assert_eq!(accepted.cases().await, [accepted.case.to_string()]);
    accepted.stays().await;
}

#[tokio::test]
async fn another_protocol_is_told_which_ones_are_spoken() {
    let accepted = Accepted::new().await;
    for (protocol, code) in [(0, Code::ProtocolOld), (2, Code::ProtocolNew)] {
        let told = accepted.device.speak(&accepted.serving, protocol).await;
        assert_eq!(told.code, code);
        let spoken = [("oldest", "1"), ("newest", "1")];
        let spoken = spoken.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(told.params, spoken);
    }
    accepted.stays().await;
}

#[tokio::test]
async fn a_file_that_is_no_photo_is_thrown_away_with_a_reason() {
    let mut accepted = Accepted::new().await;
    let (whole, _) = photo(3);
    let cut = whole[..whole.len() / 2].to_vec();
    let script = b"<script>alert(1)</script>".repeat(40);
    for (file, code) in [(cut, "PHOTO_DAMAGED"), (script, "PHOTO_FORMAT")] {
        let hash = BlobHash(Sha256::digest(&file).into());
        let case = accepted.device.report(&file, hash);
        accepted.device.exchange(&accepted.serving).await;
        let serving = &accepted.serving;
        let mut at = accepted
            .device
            .create_upload(serving, case, hash, file.len())
            .await;
        let refused = loop {
            let client = serving.client();
            let piece = accepted
                .device
                .piece(&client, &serving.url, hash, &file, at);
            let sent = piece.send().await.unwrap();
            if !sent.status().is_success() {
                break sent;
            }
            at = offset(&sent);
            assert!(at < file.len(), "the file was taken");
        };
        let status = refused.status().as_u16();
        let told: Value = serde_json::from_slice(&refused.bytes().await.unwrap()).unwrap();
        assert_eq!((status, &told["code"]), (422, &code.into()), "{told}");
        let detail = told["detail"].as_str().unwrap();
        assert!(detail.contains("take it again"), "{detail}");
    }
    let staged = std::fs::read_dir(accepted.program.path("data/photos/uploads")).unwrap();
    assert_eq!(staged.count(), 0);
    let status = accepted.program.done(&["admin", "status"]);
    assert!(status.contains("photos missing: 2"), "{status}");
    accepted.stays().await;
}

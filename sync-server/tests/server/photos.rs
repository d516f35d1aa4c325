//! A photo whose upload is cut by killing the server, again and again.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, RgbImage};
use linli_model::BlobHash;
use sha2::{Digest as _, Sha256};

use crate::device::Device;
use crate::program::Program;

/// A real photo of some hundred kilobytes, and its hash.
pub(crate) fn photo(seed: u32) -> (Vec<u8>, BlobHash) {
    let pixels = RgbImage::from_fn(400, 300, |x, y| {
        let noise = |part: u32| {
            u8::try_from((x * 7_919 + y * 104_729 + part * 97 + seed) * 31 % 256).unwrap()
        };
        image::Rgb([noise(1), noise(2), noise(3)])
    });
    let mut out = Cursor::new(Vec::new());
    DynamicImage::from(pixels)
        .write_to(&mut out, ImageFormat::Png)
        .unwrap();
    let bytes = out.into_inner();
    let hash = BlobHash(Sha256::digest(&bytes).into());
    (bytes, hash)
}

/// One box that hosts the whole district, with its edition.
pub(crate) fn box_of_all() -> Program {
    let program = Program::new(&["110101", "110101001", "110101001001"], "district");
    program.import_edition();
    program
}

#[tokio::test]
async fn an_upload_survives_a_kill_between_and_in_the_middle_of_pieces() {
    let program = box_of_all();
    let mut serving = program.serve();
    let mut device = Device::enrol(&program, &serving).await;
    let (bytes, hash) = photo(1);
    let case = device.report(&bytes, hash);
    assert_eq!(
        device.exchange(&serving).await,
        [hash],
        "the server asks for the photo"
    );

    let mut at = device
        .create_upload(&serving, case, hash, bytes.len())
        .await;
    let mut kills = 0;
    while at + 65_536 < bytes.len() {
        let client = serving.client();
        let sent = device
            .piece(&client, &serving.url, hash, &bytes, at)
            .send()
            .await
            .unwrap();
        assert_eq!(sent.status(), 204);
        // The next piece is on its way when the server dies; whether it arrived is not known.
        let cut = device
            .piece(&client, &serving.url, hash, &bytes, at + 65_536)
            .send();
        let cut = tokio::spawn(cut);
        tokio::task::yield_now().await;
        serving.kill();
        let _ = cut.await.unwrap();
        kills += 1;
        serving = program.serve();
        let next = device
            .create_upload(&serving, case, hash, bytes.len())
            .await;
        assert!(
            next >= at + 65_536,
            "an acknowledged piece was lost: {next} after {at}"
        );
        at = next;
    }
    assert!(kills > 1);
    device.send_photo(&serving, hash, &bytes, at).await;
    assert_eq!(device.photo(&serving, hash).await, bytes);
    assert!(
        device.exchange(&serving).await.is_empty(),
        "nothing is asked for any more"
    );
    let stored = program
        .path("data/photos")
        .join(hash.to_string().get(..2).unwrap());
    assert!(stored.exists());
    let staged = std::fs::read_dir(program.path("data/photos/uploads")).unwrap();
    assert_eq!(staged.count(), 0);
    serving.terminate();
    let said = program.done(&["verify"]);
    assert!(said.contains("All is well."), "{said}");
    assert!(said.contains("checked photos: 1"), "{said}");
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_kill() {
    let program = box_of_all();
    let mut serving = program.serve();
    let mut device = Device::enrol(&program, &serving).await;
    let mut cases = Vec::new();
    for seed in 0..4 {
        let (bytes, hash) = photo(seed);
        cases.push(device.report(&bytes, hash));
        device.exchange(&serving).await;
        serving.kill();
        serving = program.serve();
    }
    device.exchange(&serving).await;
    for case in &cases {
        assert_eq!(device.view(*case).n, 1, "admitted once");
    }
    let token = program.token("io-c1", "110101001001");
    let asked = serving
        .client()
        .get(format!("{}/api/v1/cases", serving.url))
        .bearer_auth(token);
    let page: serde_json::Value =
        serde_json::from_slice(&asked.send().await.unwrap().bytes().await.unwrap()).unwrap();
    assert_eq!(
        page["rows"].as_array().unwrap().len(),
        cases.len(),
        "{page}"
    );
}

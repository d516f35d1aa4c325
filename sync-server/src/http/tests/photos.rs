//! Photos: tus from creation to the stored file.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, RgbImage};
use linli_model::{BlobHash, RecordId};
use linli_sync::blob::{PATCH_TYPE, UploadMetadata, checksum_header, next_piece};
use reqwest::{Method, RequestBuilder, Response};
use sha2::{Digest as _, Sha256};

use crate::door::BlobState;
use crate::testing::stand::{Stand, code_of, outcome};

/// A real photo of some hundred kilobytes.
fn photo() -> Vec<u8> {
    let pixels = RgbImage::from_fn(400, 300, |x, y| {
        let noise = |seed: u32| u8::try_from((x * 7_919 + y * 104_729 + seed) * 31 % 256).unwrap();
        image::Rgb([noise(1), noise(2), noise(3)])
    });
    let mut out = Cursor::new(Vec::new());
    DynamicImage::from(pixels)
        .write_to(&mut out, ImageFormat::Png)
        .unwrap();
    out.into_inner()
}

fn hash_of(bytes: &[u8]) -> BlobHash {
    BlobHash(Sha256::digest(bytes).into())
}

fn create(stand: &Stand, hash: BlobHash, length: usize) -> RequestBuilder {
    let metadata = UploadMetadata {
        blob: hash,
        record: RecordId([1; 16]),
        scope: "cases/g1".parse().unwrap(),
        mime: "image/png".into(),
    };
    stand
        .signed(Method::POST, "/files/", b"")
        .header("tus-resumable", "1.0.0")
        .header("upload-length", length)
        .header("upload-metadata", metadata.to_header())
}

fn patch(stand: &Stand, hash: BlobHash, offset: usize, piece: &[u8]) -> RequestBuilder {
    stand
        .signed(Method::PATCH, &format!("/files/{hash}"), piece)
        .header("tus-resumable", "1.0.0")
        .header("upload-offset", offset)
        .header("upload-checksum", checksum_header(piece))
        .header("content-type", PATCH_TYPE)
}

fn head(stand: &Stand, hash: BlobHash) -> RequestBuilder {
    stand
        .signed(Method::HEAD, &format!("/files/{hash}"), b"")
        .header("tus-resumable", "1.0.0")
}

fn offset(answer: &Response) -> usize {
    answer
        .headers()
        .get("upload-offset")
        .unwrap()
        .to_str()
        .unwrap()
        .parse()
        .unwrap()
}

async fn send_from(stand: &Stand, hash: BlobHash, bytes: &[u8], mut at: usize) -> Response {
    loop {
        let (from, length) = (
            u64::try_from(at).unwrap(),
            u64::try_from(bytes.len()).unwrap(),
        );
        let len = usize::try_from(next_piece(from, length).unwrap()).unwrap();
        let answer = patch(stand, hash, at, &bytes[at..at + len])
            .send()
            .await
            .unwrap();
        at += len;
        if at == bytes.len() || answer.status() != 204 {
            return answer;
        }
        assert_eq!(offset(&answer), at);
    }
}

fn want(stand: &Stand, hash: BlobHash) {
    stand
        .world
        .lock()
        .unwrap()
        .blobs
        .insert(hash, BlobState::Wanted);
}

#[tokio::test]
async fn a_photo_goes_up_in_pieces_and_comes_down_whole_and_in_ranges() {
    let stand = Stand::start(&[]).await;
    let bytes = photo();
    assert!(bytes.len() > 3 * 64 * 1024, "several pieces");
    let hash = hash_of(&bytes);
    let spoken = stand
        .request(Method::OPTIONS, "/files/")
        .send()
        .await
        .unwrap();
    assert_eq!(
        spoken.headers().get("tus-extension").unwrap(),
        "creation,checksum,expiration"
    );
    let early = create(&stand, hash, bytes.len());
    assert_eq!(
        outcome(early).await,
        (404, "NOT_FOUND".into()),
        "no change names it yet"
    );
    want(&stand, hash);
    let made = create(&stand, hash, bytes.len()).send().await.unwrap();
    assert_eq!(made.status(), 201);
    assert_eq!(
        *made.headers().get("location").unwrap(),
        format!("/files/{hash}")
    );
    assert!(
        made.headers()
            .get("upload-expires")
            .unwrap()
            .to_str()
            .unwrap()
            .ends_with("GMT")
    );

    // The answer of the first piece is lost; the device asks where it stands.
    let piece = &bytes[..65_536];
    assert_eq!(
        patch(&stand, hash, 0, piece).send().await.unwrap().status(),
        204
    );
    let again = patch(&stand, hash, 0, piece).send().await.unwrap();
    assert_eq!(again.status(), 409);
    assert_eq!(offset(&again), 65_536);
    let at = offset(&head(&stand, hash).send().await.unwrap());
    let recreated = create(&stand, hash, bytes.len()).send().await.unwrap();
    assert_eq!(offset(&recreated), at);
    let last = send_from(&stand, hash, &bytes, at).await;
    assert_eq!(last.status(), 204);
    assert_eq!(offset(&last), bytes.len());
    assert_eq!(stand.world.lock().unwrap().blobs[&hash], BlobState::Stored);

    for request in [head(&stand, hash), create(&stand, hash, bytes.len())] {
        assert_eq!(
            offset(&request.send().await.unwrap()),
            bytes.len(),
            "complete for ever"
        );
    }
    let target = format!("/files/{hash}");
    let down = stand
        .signed(Method::GET, &target, b"")
        .send()
        .await
        .unwrap();
    assert_eq!(down.headers().get("content-type").unwrap(), "image/png");
    assert_eq!(
        down.headers().get("x-content-type-options").unwrap(),
        "nosniff"
    );
    assert_eq!(down.bytes().await.unwrap(), bytes);
    let part = stand
        .signed(Method::GET, &target, b"")
        .header("range", "bytes=-10");
    assert_eq!(
        part.send().await.unwrap().bytes().await.unwrap(),
        bytes[bytes.len() - 10..]
    );
    let unsigned = stand.request(Method::GET, &target);
    assert_eq!(outcome(unsigned).await, (401, "REQUEST_SIGNATURE".into()));
    stand.stop().await;
}

#[tokio::test]
async fn pieces_that_do_not_fit_are_refused_and_harm_nothing() {
    let stand = Stand::start(&[]).await;
    let bytes = photo();
    let hash = hash_of(&bytes);
    want(&stand, hash);
    create(&stand, hash, bytes.len()).send().await.unwrap();
    let wrong = stand
        .signed(Method::PATCH, &format!("/files/{hash}"), b"abc")
        .header("tus-resumable", "1.0.0")
        .header("upload-offset", 0)
        .header("upload-checksum", checksum_header(b"abd"))
        .header("content-type", PATCH_TYPE);
    assert_eq!(outcome(wrong).await, (460, "CHECKSUM".into()));
    let big = vec![0u8; 64 * 1024 + 1];
    assert_eq!(
        outcome(patch(&stand, hash, 0, &big)).await,
        (413, "TOO_LARGE".into())
    );
    let old = stand.signed(Method::HEAD, &format!("/files/{hash}"), b"");
    assert_eq!(old.send().await.unwrap().status(), 412);
    assert_eq!(offset(&head(&stand, hash).send().await.unwrap()), 0);
    for name in ["..%2f..%2fetc%2fpasswd", "CON", "%00", "a%c0%af", "lock"] {
        let target = format!("/files/{name}");
        let answer = stand
            .signed(Method::GET, &target, b"")
            .send()
            .await
            .unwrap();
        assert!(
            [400, 404].contains(&answer.status().as_u16()),
            "{name}: {}",
            answer.status()
        );
    }
    let foreign = hash_of(b"other");
    assert_eq!(head(&stand, foreign).send().await.unwrap().status(), 404);
    stand.stop().await;
}

#[tokio::test]
async fn what_is_not_the_named_photo_is_dropped_with_its_reason() {
    let stand = Stand::start(&[("LINLI_LIMITS_PHOTO_MIB", "1")]).await;
    // Other bytes than the hash names.
    let named = hash_of(b"something else");
    want(&stand, named);
    create(&stand, named, 4).send().await.unwrap();
    let answer = outcome(patch(&stand, named, 0, b"zzzz")).await;
    assert_eq!(answer, (422, "HASH_MISMATCH".into()));
    assert_eq!(head(&stand, named).send().await.unwrap().status(), 404);
    // The right bytes, but no photo.
    let script = b"<script>alert(1)</script>";
    let hash = hash_of(script);
    want(&stand, hash);
    create(&stand, hash, script.len()).send().await.unwrap();
    let answer = outcome(patch(&stand, hash, 0, script)).await;
    assert_eq!(answer, (422, "PHOTO_FORMAT".into()));
    let huge = create(&stand, hash, 1_048_577).send().await.unwrap();
    assert_eq!(huge.status(), 413);
    assert_eq!(code_of(huge).await, "TOO_LARGE");
    assert!(
        stand
            .world
            .lock()
            .unwrap()
            .blobs
            .values()
            .all(|state| *state == BlobState::Wanted)
    );
    let left = std::fs::read_dir(stand.folder.path().join("data/photos/uploads")).unwrap();
    assert_eq!(left.count(), 0);
    stand.stop().await;
}

#[tokio::test]
async fn a_person_at_a_desk_sends_a_photo_with_a_token() {
    let stand = Stand::start(&[]).await;
    let bytes = photo();
    let hash = hash_of(&bytes);
    want(&stand, hash);
    let made = stand.running.writer.call(|calls| {
        let (staff, org) = ("s1".parse().unwrap(), "o1".parse().unwrap());
        crate::staff::make(calls, crate::clock::now(), staff, org, 1)
    });
    let token = made.await.unwrap();
    let metadata = UploadMetadata {
        blob: hash,
        record: RecordId([1; 16]),
        scope: "desk/o1".parse().unwrap(),
        mime: "image/png".into(),
    };
    let request = |method: Method, target: &str| {
        let request = stand.request(method, target).bearer_auth(token.as_str());
        request.header("tus-resumable", "1.0.0")
    };
    let created = request(Method::POST, "/files/")
        .header("upload-length", bytes.len())
        .header("upload-metadata", metadata.to_header());
    assert_eq!(created.send().await.unwrap().status(), 201);
    let target = format!("/files/{hash}");
    for (index, piece) in bytes.chunks(65_536).enumerate() {
        let sent = request(Method::PATCH, &target)
            .header("upload-offset", index * 65_536)
            .header("upload-checksum", checksum_header(piece))
            .header("content-type", PATCH_TYPE)
            .body(piece.to_vec());
        assert_eq!(sent.send().await.unwrap().status(), 204);
    }
    let seen = request(Method::GET, &target).send().await.unwrap();
    assert_eq!(seen.bytes().await.unwrap(), bytes);
    let stranger = stand
        .request(Method::POST, "/files/")
        .header("tus-resumable", "1.0.0");
    let stranger = stranger.bearer_auth("linli_staff_AAAA");
    assert_eq!(outcome(stranger).await, (401, "SIGN_IN".into()));
    stand.stop().await;
}

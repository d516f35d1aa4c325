//! Devices: signatures, clocks, replays, enrolment, waking, packs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use linli_model::Scope;
use linli_sync::wake::{Wake, WakeReader};
use linli_trust::{ServerTime, SigningKey};
use reqwest::{Method, Response};

use crate::clock;
use crate::door::PackFile;
use crate::testing::stand::{Stand, code_of, outcome, random};

const EXCHANGE: &str = "/sync/v1/exchange";

#[tokio::test]
async fn a_signed_exchange_passes_and_anything_else_does_not() {
    let stand = Stand::start(&[("LINLI_LIMITS_BODY_KIB", "256")]).await;
    let good = stand
        .signed(Method::POST, EXCHANGE, b"abc")
        .send()
        .await
        .unwrap();
    assert_eq!(good.status(), 200);
    assert_eq!(
        good.headers().get("content-type").unwrap(),
        "application/cbor"
    );
    assert_eq!(good.bytes().await.unwrap().as_ref(), b"cba");

    let post = || stand.request(Method::POST, EXCHANGE);
    assert_eq!(
        outcome(post().body("abc")).await,
        (401, "REQUEST_SIGNATURE".into())
    );
    let changed = stand.signed(Method::POST, EXCHANGE, b"abc").body("abd");
    assert_eq!(outcome(changed).await, (401, "REQUEST_SIGNATURE".into()));
    let elsewhere = stand.signed(Method::POST, "/sync/v1/heartbeat", b"abc");
    let (client, mut elsewhere) = elsewhere.build_split();
    elsewhere.as_mut().unwrap().url_mut().set_path(EXCHANGE);
    let answer = client.execute(elsewhere.unwrap()).await.unwrap();
    assert_eq!(answer.status(), 401, "a signature holds for its own path");

    let packed = stand
        .signed(Method::POST, EXCHANGE, b"abc")
        .header("content-encoding", "zstd");
    assert_eq!(outcome(packed).await, (415, "CONTENT_ENCODING".into()));
    let long = vec![0u8; 256 * 1024 + 1];
    let long = stand.signed(Method::POST, EXCHANGE, &long);
    assert_eq!(outcome(long).await, (413, "TOO_LARGE".into()));
    let get = stand.signed(Method::GET, EXCHANGE, b"");
    assert_eq!(outcome(get).await, (405, "METHOD".into()));
    assert_eq!(stand.world.lock().unwrap().exchanged, [b"abc".to_vec()]);
    stand.stop().await;
}

#[tokio::test]
async fn unknown_keys_are_refused_and_held_off_without_harm_to_known_ones() {
    let mut stand = Stand::start(&[("LINLI_LIMITS_ENROL_TRIES_PER_HOUR", "3")]).await;
    let known = stand.signed(Method::POST, EXCHANGE, b"abc");
    assert_eq!(outcome(known).await.0, 200);
    let ours = std::mem::replace(&mut stand.key, SigningKey::from_seed([20; 32]));
    // One broken handset that tries again and again costs nobody anything.
    for _ in 0..9 {
        let strange = stand.signed(Method::POST, EXCHANGE, b"abc");
        assert_eq!(outcome(strange).await, (401, "NOT_ENROLLED".into()));
    }
    for (seed, status) in [(21, 401), (22, 401), (23, 429), (24, 429)] {
        stand.key = SigningKey::from_seed([seed; 32]);
        let strange = stand.signed(Method::POST, EXCHANGE, b"abc");
        assert_eq!(outcome(strange).await.0, status, "{seed}");
    }
    stand.key = ours;
    let known = stand.signed(Method::POST, EXCHANGE, b"abc");
    assert_eq!(outcome(known).await.0, 200, "a station shares one address");
    stand.stop().await;
}

/// The signed time of a 401, checked with the server's desk key.
fn signed_time(answer: &Response, nonce: [u8; 16]) -> i64 {
    let header = answer.headers().get("linli-server-time").unwrap();
    let time = ServerTime::decode(&BASE64.decode(header.as_bytes()).unwrap()).unwrap();
    time.verify(&SigningKey::from_seed([9; 32]).public())
        .unwrap();
    assert_eq!(time.body().nonce, nonce);
    time.body().at.0
}

#[tokio::test]
async fn a_wrong_clock_is_told_the_signed_time_and_a_replay_is_refused() {
    let stand = Stand::start(&[]).await;
    for minutes in [-6 * 60, 6, 10_000_000] {
        let nonce = random();
        let off = clock::now().plus_ms(minutes * 60_000);
        let late = stand.signed_at(off, nonce, Method::POST, EXCHANGE, b"abc");
        let answer = late.send().await.unwrap();
        assert_eq!(answer.status(), 401);
        let offset = signed_time(&answer, nonce) - off.0;
        assert_eq!(code_of(answer).await, "CLOCK_SKEW");
        // The device corrects itself by the answer and tries once more.
        let right = off.plus_ms(offset);
        let again = stand.signed_at(right, random(), Method::POST, EXCHANGE, b"abc");
        assert_eq!(outcome(again).await, (200, String::new()));
    }
    let (now, nonce) = (clock::now(), random());
    let request = || stand.signed_at(now, nonce, Method::POST, EXCHANGE, b"once");
    assert_eq!(outcome(request()).await, (200, String::new()));
    for _ in 0..5 {
        let answer = request().send().await.unwrap();
        assert_eq!(answer.status(), 401);
        signed_time(&answer, nonce);
        assert_eq!(code_of(answer).await, "REPLAYED");
    }
    let all = stand.world.lock().unwrap().exchanged.clone();
    assert_eq!(all.iter().filter(|body| *body == b"once").count(), 1);
    stand.stop().await;
}

#[tokio::test]
async fn a_device_has_a_daily_share() {
    let stand = Stand::start(&[("LINLI_LIMITS_SYNC_MIB_PER_DEVICE_DAY", "1")]).await;
    let big = vec![1u8; 700 * 1024];
    let first = stand.signed(Method::POST, EXCHANGE, &big);
    assert_eq!(outcome(first).await, (200, String::new()));
    let second = stand.signed(Method::POST, EXCHANGE, &big);
    assert_eq!(outcome(second).await, (429, "QUOTA".into()));
    let small = stand.signed(Method::POST, EXCHANGE, b"small");
    assert_eq!(outcome(small).await, (200, String::new()));
    stand.stop().await;
}

#[tokio::test]
async fn every_refusal_of_an_enrolment_looks_the_same_and_is_limited() {
    let stand = Stand::start(&[("LINLI_LIMITS_ENROL_TRIES_PER_HOUR", "2")]).await;
    let enrol = |body: &'static str| stand.request(Method::POST, "/sync/v1/enrol").body(body);
    let good = enrol("good").send().await.unwrap();
    assert_eq!(good.bytes().await.unwrap().as_ref(), b"welcome");
    let mut seen = Vec::new();
    for body in ["used", "unknown"] {
        let answer = enrol(body).send().await.unwrap();
        seen.push((answer.status(), answer.bytes().await.unwrap()));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0].0, 403);
    assert_eq!(outcome(enrol("good")).await, (429, "BUSY".into()));
    stand.stop().await;
}

async fn next_event(answer: &mut Response, reader: &mut WakeReader) -> Option<Wake> {
    while let Some(piece) = answer.chunk().await.unwrap() {
        if let Some(wake) = reader.feed(&piece).unwrap().into_iter().next() {
            return Some(wake);
        }
    }
    None
}

#[tokio::test]
async fn a_device_is_woken_for_its_own_feeds_until_it_is_revoked() {
    let stand = Stand::start(&[]).await;
    let mine: Scope = "cases/g1".parse().unwrap();
    let peer = stand.key.id();
    stand
        .world
        .lock()
        .unwrap()
        .scopes
        .insert(peer, [mine.clone()].into());
    let wake = stand.signed(Method::GET, "/sync/v1/wake", b"");
    let mut answer = wake.send().await.unwrap();
    assert_eq!(
        answer.headers().get("content-type").unwrap(),
        "text/event-stream"
    );
    let mut reader = WakeReader::default();
    for body in ["cases/g2", "cases/g1"] {
        let sent = stand.signed(Method::POST, EXCHANGE, body.as_bytes());
        assert_eq!(outcome(sent).await.0, 200);
    }
    let first = next_event(&mut answer, &mut reader).await;
    assert_eq!(
        first,
        Some(Wake::Feed {
            scope: mine,
            seq: 7
        })
    );
    let send = |body: &'static [u8]| outcome(stand.signed(Method::POST, EXCHANGE, body));
    send(b"control").await;
    let control = next_event(&mut answer, &mut reader).await;
    assert_eq!(control, Some(Wake::Control { seq: 3 }));
    stand.world.lock().unwrap().scopes.clear();
    send(b"control").await;
    assert_eq!(
        next_event(&mut answer, &mut reader).await,
        Some(Wake::Control { seq: 3 })
    );
    assert_eq!(
        next_event(&mut answer, &mut reader).await,
        None,
        "the stream has ended"
    );
    stand.stop().await;
}

#[tokio::test]
async fn an_open_wake_stream_does_not_hold_up_a_stop() {
    let stand = Stand::start(&[]).await;
    let scopes = ["cases/g1".parse().unwrap()].into();
    stand
        .world
        .lock()
        .unwrap()
        .scopes
        .insert(stand.key.id(), scopes);
    let mut answer = stand
        .signed(Method::GET, "/sync/v1/wake", b"")
        .send()
        .await
        .unwrap();
    answer.chunk().await.unwrap().unwrap();
    stand.running.ask_to_stop();
    while answer.chunk().await.unwrap().is_some() {}
    stand.stop().await;
}

#[tokio::test]
async fn a_pack_comes_in_ranges_and_a_broken_download_goes_on() {
    let stand = Stand::start(&[]).await;
    let path = stand.folder.path().join("pack");
    let bytes: Vec<u8> = (0..=255u8).cycle().take(200_000).collect();
    std::fs::write(&path, &bytes).unwrap();
    let scope: Scope = "register/g1".parse().unwrap();
    let pack = PackFile {
        path,
        hash: [7; 32],
        size: 200_000,
        at_seq: 41,
        checkpoint: vec![1, 2, 3],
    };
    stand.world.lock().unwrap().packs.insert(scope, pack);
    let target = "/sync/v1/pack/register/g1";
    let whole = stand.signed(Method::GET, target, b"").send().await.unwrap();
    assert_eq!(whole.headers().get("linli-pack-seq").unwrap(), "41");
    assert_eq!(whole.headers().get("linli-checkpoint").unwrap(), "AQID");
    let tag = whole
        .headers()
        .get("etag")
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    assert_eq!(whole.bytes().await.unwrap(), bytes);
    let hash = "07".repeat(32);
    assert_eq!(tag, format!("\"{hash}\""));
    let rest = stand
        .signed(Method::GET, &format!("{target}?hash={hash}"), b"")
        .header("range", "bytes=150000-")
        .header("if-range", &tag);
    let rest = rest.send().await.unwrap();
    assert_eq!(rest.status(), 206);
    assert_eq!(
        rest.headers().get("content-range").unwrap(),
        "bytes 150000-199999/200000"
    );
    assert_eq!(rest.bytes().await.unwrap(), bytes[150_000..]);
    for (target, status) in [
        ("/sync/v1/pack/register/g2", 404),
        ("/sync/v1/pack/register/..%2f..%2fetc", 400),
        ("/sync/v1/pack/nothing/g1", 400),
        ("/sync/v1/pack/register/g1?hash=00", 400),
    ] {
        let answer = outcome(stand.signed(Method::GET, target, b"")).await;
        assert_eq!(answer.0, status, "{target}");
    }
    stand.stop().await;
}

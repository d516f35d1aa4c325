//! Photos: rubbish, room, the second lane, and what is fetched.

use std::sync::atomic::Ordering;

use linli_device::PhotoSize;
use linli_device::dto::case::DeliveryState;
use linli_device::dto::error::{ErrorCode, ErrorDto};
use linli_device::dto::report::{BlackenInput, NoPhotoReason, PhotoArea, PhotoInput, PhotoKind};
use linli_device::dto::sync::WaitReason;
use linli_device::net::{NetworkKind, Power};

use crate::line::Mode;
use crate::station::Station;
use crate::stories::list;
use crate::world::{ASSISTANT, Handheld, fence, jpeg};

fn wide() -> PhotoInput {
    PhotoInput {
        kind: PhotoKind::Wide,
        position: None,
    }
}

#[tokio::test]
async fn rubbish_is_refused_by_name_and_the_report_goes_on() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let device = &handheld.device;
    let code = |file: &[u8]| ErrorDto::from(device.add_photo(file, &wide()).unwrap_err()).code;
    assert_eq!(code(b""), ErrorCode::PhotoUnreadable);
    assert_eq!(code(b"no picture at all"), ErrorCode::PhotoUnreadable);
    assert_eq!(code(&jpeg(1)[..200]), ErrorCode::PhotoUnreadable);
    assert_eq!(
        code(&vec![0xff; 25 * 1024 * 1024]),
        ErrorCode::PhotoTooLarge
    );
    let rubbish = device
        .report_with(&fence(), &[b"no picture".to_vec()])
        .unwrap_err();
    assert_eq!(ErrorDto::from(rubbish).code, ErrorCode::PhotoUnreadable);
    assert!(list(device, linli_device::dto::case::CaseListKind::Grid).is_empty());
    let mut report = fence();
    report.no_photo_reason = Some(NoPhotoReason::CameraBroken);
    device.report(&report).unwrap();
}

#[tokio::test]
async fn without_room_the_camera_stops_and_text_goes_on() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    handheld
        .machine
        .free
        .store(49 * 1024 * 1024, Ordering::Relaxed);
    let full = handheld.device.add_photo(&jpeg(1), &wide()).unwrap_err();
    assert_eq!(ErrorDto::from(full).code, ErrorCode::StorageFull);
    let mut report = fence();
    report.no_photo_reason = Some(NoPhotoReason::CameraBroken);
    handheld.device.report(&report).unwrap();
    handheld.device.sync_once().await.unwrap();
}

#[tokio::test]
async fn with_little_room_photos_get_smaller() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let large = image::RgbImage::from_fn(2_000, 1_500, |x, y| image::Rgb([x as u8, y as u8, 9]));
    let mut file = std::io::Cursor::new(Vec::new());
    large.write_to(&mut file, image::ImageFormat::Jpeg).unwrap();
    let width = |free: u64| {
        handheld.machine.free.store(free, Ordering::Relaxed);
        let photo = handheld.device.add_photo(file.get_ref(), &wide()).unwrap();
        (photo.width, photo.height)
    };
    let told = || handheld.device.sync_status().unwrap().little_room_mb;
    assert_eq!(width(301 << 20), (1_600, 1_200));
    assert_eq!(told(), None);
    assert_eq!(width(299 << 20), (1_280, 960));
    assert_eq!(told(), Some(299));
}

#[tokio::test]
async fn a_draft_finds_its_photo_after_a_kill() {
    let station = Station::new();
    let mut handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let photo = handheld.device.add_photo(&jpeg(1), &wide()).unwrap();
    assert_eq!(
        handheld.device.add_photo(&jpeg(1), &wide()).unwrap().hash,
        photo.hash
    );
    handheld.restart();
    handheld.unlock(ASSISTANT);
    let mut report = fence();
    report.photos = vec![photo.hash.clone()];
    let saved = handheld.device.report(&report).unwrap();
    let detail = handheld.device.find_case(&saved.case_id).unwrap();
    assert_eq!(
        (detail.photos[0].hash.as_str(), detail.photos[0].kind),
        (photo.hash.as_str(), PhotoKind::Wide)
    );
    let small = handheld
        .device
        .photo(&photo.hash, PhotoSize::Small)
        .await
        .unwrap();
    let full = handheld
        .device
        .photo(&photo.hash, PhotoSize::Full)
        .await
        .unwrap();
    assert!(small.len() < full.len());
}

fn face_in_the_corner(hash: &str) -> BlackenInput {
    let area = PhotoArea {
        left: 0,
        top: 0,
        width: 300,
        height: 300,
    };
    BlackenInput {
        hash: hash.to_owned(),
        areas: vec![area],
    }
}

#[tokio::test]
async fn a_blackened_photo_takes_the_place_of_the_open_one() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let device = &handheld.device;
    let open = device.add_photo(&jpeg(1), &wide()).unwrap();
    device
        .save_draft("report", &format!("{{\"photos\":[\"{}\"]}}", open.hash))
        .unwrap();
    handheld.clock.advance(60_000);
    let black = device
        .blacken_photo(&face_in_the_corner(&open.hash))
        .unwrap();
    assert_ne!(black.hash, open.hash);
    assert_eq!((black.kind, black.at), (PhotoKind::Wide, open.at));
    let here = |hash: &str, size| device.photo_here(&hash.parse().unwrap(), size).unwrap();
    for size in [PhotoSize::Full, PhotoSize::Small] {
        assert!(here(&open.hash, size).is_none(), "the open one is gone");
        let bytes = here(&black.hash, size).unwrap();
        let corner = image::load_from_memory(&bytes).unwrap().to_rgb8();
        assert!(corner.get_pixel(5, 5).0.iter().all(|value| *value < 8));
    }
    let mut report = fence();
    report.photos = vec![black.hash.clone()];
    let saved = device.report(&report).unwrap();
    device.sync_once().await.unwrap();
    let sent = station.files.lock().unwrap();
    assert_eq!(sent.len(), 1);
    assert!(sent.contains_key(&black.hash.parse().unwrap()));
    drop(sent);

    let late = device
        .blacken_photo(&face_in_the_corner(&black.hash))
        .unwrap_err();
    assert_eq!(ErrorDto::from(late).code, ErrorCode::Refused);
    assert!(device.find_case(&saved.case_id).unwrap().photos[0].is_here);
}

#[tokio::test]
async fn a_photo_that_two_drafts_show_stays_for_the_other() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let device = &handheld.device;
    let open = device.add_photo(&jpeg(1), &wide()).unwrap();
    for name in ["report", "check-1"] {
        device.save_draft(name, &open.hash).unwrap();
    }
    device
        .blacken_photo(&face_in_the_corner(&open.hash))
        .unwrap();
    let hash = open.hash.parse().unwrap();
    assert!(device.photo_here(&hash, PhotoSize::Full).unwrap().is_some());
}

#[tokio::test]
async fn an_upload_goes_on_where_it_broke_even_after_a_restart() {
    let station = Station::new();
    let mut handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let saved = handheld.device.report_with(&fence(), &[noise()]).unwrap();
    handheld.line.set(Mode::UploadsCut(2));
    handheld.device.sync_once().await.unwrap_err();
    let detail = handheld.device.find_case(&saved.case_id).unwrap();
    assert_eq!(
        detail.row.delivery.state,
        DeliveryState::Partial,
        "the text is there"
    );
    assert_eq!(
        (
            detail.row.delivery.photo_done_count,
            detail.row.delivery.photo_count
        ),
        (0, 1)
    );
    let before = *handheld.line.piece_bytes.lock().unwrap();
    assert_eq!(before, 2 * 64 * 1024);

    handheld.restart();
    handheld.unlock(ASSISTANT);
    handheld.line.set(Mode::Up);
    handheld.device.sync_once().await.unwrap();
    let size = station.files.lock().unwrap().values().next().unwrap().len() as u64;
    assert_eq!(
        *handheld.line.piece_bytes.lock().unwrap(),
        size,
        "no byte was sent twice"
    );
    assert!(handheld.device.outbox().unwrap().items.is_empty());
}

#[tokio::test]
async fn photos_wait_for_wifi_and_for_the_battery_while_text_goes() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let device = &handheld.device;
    device.set_wifi_only(true).unwrap();
    *handheld.machine.network.lock().unwrap() = Some(NetworkKind::Metered);
    let saved = device.report_with(&fence(), &[jpeg(1)]).unwrap();
    let reason = || {
        let row = device.find_case(&saved.case_id).unwrap().row;
        assert_eq!(row.delivery.state, DeliveryState::Partial);
        row.delivery.wait.unwrap().reason
    };
    assert_eq!(device.sync_once().await.unwrap().photos_sent, 0);
    assert_eq!(reason(), WaitReason::WifiOnly);
    assert_eq!(station.case(&saved.case_id).1.n, 1);

    *handheld.machine.network.lock().unwrap() = Some(NetworkKind::Free);
    *handheld.machine.power.lock().unwrap() = Some(Power {
        percent: 14,
        is_charging: false,
    });
    assert_eq!(device.sync_once().await.unwrap().photos_sent, 0);
    assert_eq!(reason(), WaitReason::Battery);
    *handheld.machine.power.lock().unwrap() = Some(Power {
        percent: 14,
        is_charging: true,
    });
    assert_eq!(device.sync_once().await.unwrap().photos_sent, 1);
}

#[tokio::test]
async fn a_photo_of_somebody_else_is_fetched_and_must_be_what_its_hash_says() {
    let station = Station::new();
    let first = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let saved = first.device.report_with(&fence(), &[jpeg(1)]).unwrap();
    first.device.sync_once().await.unwrap();
    let hash = first.device.find_case(&saved.case_id).unwrap().photos[0]
        .hash
        .clone();
    let key = hash.parse().unwrap();
    let right = station.files.lock().unwrap().insert(key, jpeg(2)).unwrap();

    let second = Handheld::bound(&station, 2, &[ASSISTANT]).await;
    second.device.sync_once().await.unwrap();
    let detail = second.device.find_case(&saved.case_id).unwrap();
    assert!(
        !detail.photos[0].is_here,
        "another picture under this name is not kept"
    );
    second
        .device
        .photo(&hash, PhotoSize::Full)
        .await
        .unwrap_err();
    station.files.lock().unwrap().insert(key, right.clone());
    assert_eq!(
        second.device.photo(&hash, PhotoSize::Full).await.unwrap(),
        right
    );
    second.line.set(Mode::NoNetwork);
    second.device.photo(&hash, PhotoSize::Small).await.unwrap();
    assert!(second.device.find_case(&saved.case_id).unwrap().photos[0].is_here);
}

/// A picture that does not compress: several pieces long.
fn noise() -> Vec<u8> {
    let mut state = 1u32;
    let picture = image::RgbImage::from_fn(900, 700, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        image::Rgb([(state >> 8) as u8, (state >> 16) as u8, (state >> 24) as u8])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, image::ImageFormat::Jpeg)
        .unwrap();
    bytes.into_inner()
}

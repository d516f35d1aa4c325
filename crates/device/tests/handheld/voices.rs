//! Voice notes: spoken in pieces, kept through a kill, sent as photos are, heard again, forgotten.

use std::sync::atomic::Ordering;

use linli_device::dto::case::CaseListKind;
use linli_device::dto::error::{ErrorCode, ErrorDto};
use linli_device::dto::register::VisitInput;
use linli_device::dto::report::{NoPhotoReason, PhotoInput, PhotoKind, ReportInput};
use linli_device::dto::voice::{VoiceDto, VoicePieceInput};
use linli_device::net::NetworkKind;
use linli_device::voice::PIECE_BYTES;
use linli_device::{Device, DeviceError, PhotoSize};

use crate::line::Mode;
use crate::register::{card, household};
use crate::station::Station;
use crate::stories::list;
use crate::world::{ASSISTANT, Handheld, MANAGER, fence, jpeg};

const SECOND: usize = 32_000;

/// Something to hear: one tone for each seed.
fn sound(seconds: usize, seed: u8) -> Vec<u8> {
    let sample = |at: usize| {
        let t = at as f64 / 16_000.0;
        ((t * (600.0 + 40.0 * f64::from(seed))).sin() * 6_000.0) as i16
    };
    (0..seconds * SECOND / 2)
        .flat_map(|at| sample(at).to_le_bytes())
        .collect()
}

fn piece(device: &Device, number: u32, samples: &[u8]) -> linli_device::Result<()> {
    let form = "report".to_owned();
    device.add_voice_piece(samples, &VoicePieceInput { form, number })
}

fn spoken(device: &Device, seed: u8) -> VoiceDto {
    piece(device, 0, &sound(2, seed)).unwrap();
    device.finish_voice("report").unwrap().unwrap()
}

fn with_voice(voice: &VoiceDto) -> ReportInput {
    let mut report = fence();
    report.no_photo_reason = Some(NoPhotoReason::CannotSee);
    report.voice = Some(voice.hash.clone());
    report
}

fn visit(household: &str, voice: &VoiceDto) -> VisitInput {
    VisitInput {
        household: household.to_owned(),
        visited_at: None,
        at_home: true,
        topic: None,
        note: None,
        voice: Some(voice.hash.clone()),
        next_visit_at: None,
        case_id: None,
    }
}

fn code<T: std::fmt::Debug>(answer: linli_device::Result<T>) -> ErrorCode {
    ErrorDto::from(answer.unwrap_err()).code
}

#[tokio::test]
async fn a_killed_process_loses_no_piece_that_was_kept() {
    let station = Station::new();
    let mut handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    for number in 0..3 {
        piece(&handheld.device, number, &sound(3, 1)).unwrap();
    }
    // The answer was lost, so the page sends it again.
    piece(&handheld.device, 2, &sound(3, 1)).unwrap();
    let gap = piece(&handheld.device, 5, &sound(1, 1));
    assert_eq!(code(gap), ErrorCode::InputInvalid);
    handheld.restart();
    handheld.unlock(ASSISTANT);
    let kept = handheld.device.finish_voice("report").unwrap().unwrap();
    assert_eq!((kept.length_ms, kept.is_here), (9_000, true));
    assert!(handheld.device.finish_voice("report").unwrap().is_none());
    let heard = handheld.device.photo(&kept.hash, PhotoSize::Full).await;
    assert_eq!(linli_sync::voice::check(&heard.unwrap()), Ok(9_000));
}

#[tokio::test]
async fn rubbish_slips_and_endless_talk_are_refused_by_name() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let device = &handheld.device;
    for rubbish in [vec![], vec![1; 3], vec![0; PIECE_BYTES + 2]] {
        let refused = piece(device, 0, &rubbish);
        assert_eq!(code(refused), ErrorCode::VoiceUnreadable);
    }
    piece(device, 0, &sound(1, 1)[..8_000]).unwrap();
    let short = device.finish_voice("report");
    assert_eq!(code(short), ErrorCode::VoiceTooShort);
    assert!(device.finish_voice("report").unwrap().is_none(), "gone");
    for number in 0..7 {
        piece(device, number, &sound(10, 1)).unwrap();
    }
    let long = piece(device, 7, &sound(10, 1));
    assert_eq!(code(long), ErrorCode::VoiceTooLong);
    let kept = device.finish_voice("report").unwrap().unwrap();
    assert_eq!(kept.length_ms, 60_000, "what was kept before stays");
}

#[tokio::test]
async fn without_room_recording_stops_and_keeps_what_it_has() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let device = &handheld.device;
    piece(device, 0, &sound(2, 1)).unwrap();
    let free = &handheld.machine.free;
    free.store(49 * 1024 * 1024, Ordering::Relaxed);
    let full = piece(device, 1, &sound(2, 1));
    assert_eq!(code(full), ErrorCode::StorageFull);
    let kept = device.finish_voice("report").unwrap().unwrap();
    assert_eq!(kept.length_ms, 2_000);
    device.report(&with_voice(&kept)).unwrap();
}

#[tokio::test]
async fn a_locked_device_keeps_the_pieces_for_whoever_spoke() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let device = &handheld.device;
    piece(device, 0, &sound(2, 1)).unwrap();
    device.lock().unwrap();
    let locked = piece(device, 1, &sound(2, 1));
    assert_eq!(code(locked), ErrorCode::Locked);
    handheld.unlock(ASSISTANT);
    let kept = device.finish_voice("report").unwrap().unwrap();
    assert_eq!(kept.length_ms, 2_000);
}

#[tokio::test]
async fn a_note_that_is_not_saved_can_be_deleted_and_a_saved_one_cannot() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let device = &handheld.device;
    let note = spoken(device, 1);
    device.delete_voice(&note.hash).unwrap();
    device.delete_voice(&note.hash).unwrap();
    let here = |hash: &str| device.photo_here(&hash.parse().unwrap(), PhotoSize::Full);
    assert!(here(&note.hash).unwrap().is_none());
    let refused = device.report(&with_voice(&note));
    assert_eq!(code(refused), ErrorCode::InputInvalid);

    let note = spoken(device, 2);
    device.report(&with_voice(&note)).unwrap();
    let used = device.delete_voice(&note.hash).unwrap_err();
    assert!(matches!(used, DeviceError::Refused(code) if code == "voice_in_use"));
    assert!(here(&note.hash).unwrap().is_some());
}

#[tokio::test]
async fn a_voice_note_is_no_photo_and_a_photo_is_no_voice_note() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let device = &handheld.device;
    let note = spoken(device, 1);
    let mut report = fence();
    report.photos = vec![note.hash.clone()];
    assert_eq!(code(device.report(&report)), ErrorCode::InputInvalid);
    let input = PhotoInput {
        kind: PhotoKind::Wide,
        position: None,
    };
    let photo = device.add_photo(&jpeg(1), &input).unwrap();
    report.photos = vec![photo.hash.clone()];
    report.voice = Some(photo.hash);
    assert_eq!(code(device.report(&report)), ErrorCode::InputInvalid);
    let mut without = with_voice(&note);
    without.no_photo_reason = None;
    assert_eq!(
        code(device.report(&without)),
        ErrorCode::InputInvalid,
        "a voice note does not take the place of a photo"
    );
    assert!(list(device, CaseListKind::Grid).is_empty());
}

#[tokio::test]
async fn the_note_of_a_case_waits_for_wifi_goes_up_and_is_heard_on_the_other_handheld() {
    let station = Station::new();
    let first = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let second = Handheld::bound(&station, 2, &[MANAGER]).await;
    let note = spoken(&first.device, 1);
    let saved = first.device.report(&with_voice(&note)).unwrap();
    first.device.set_wifi_only(true).unwrap();
    *first.machine.network.lock().unwrap() = Some(NetworkKind::Metered);
    first.device.sync_once().await.unwrap();
    assert!(station.files.lock().unwrap().is_empty(), "text first");
    let waiting = first.device.outbox().unwrap();
    assert_eq!(waiting.photo_count, 1);
    *first.machine.network.lock().unwrap() = Some(NetworkKind::Free);
    first.device.sync_once().await.unwrap();
    assert_eq!(station.files.lock().unwrap().len(), 1);

    second.device.sync_once().await.unwrap();
    let detail = second.device.find_case(&saved.case_id).unwrap();
    let [heard] = detail.voices.as_slice() else {
        panic!("{:?}", detail.voices);
    };
    assert_eq!(
        (heard.hash.as_str(), heard.length_ms),
        (note.hash.as_str(), 2_000)
    );
    assert!(detail.photos.is_empty(), "it is no picture");
    let bytes = second.device.photo(&note.hash, PhotoSize::Full).await;
    assert_eq!(linli_sync::voice::check(&bytes.unwrap()), Ok(2_000));
}

#[tokio::test]
async fn the_note_of_a_visit_is_counted_sent_and_shown_as_long_as_the_visit() {
    let station = Station::new();
    let first = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let second = Handheld::bound(&station, 2, &[MANAGER]).await;
    let device = &first.device;
    device.sync_once().await.unwrap();
    let home = device
        .add_household(&household("30号楼1单元101 张先生家"))
        .unwrap()
        .id;
    device.sync_once().await.unwrap();
    first.line.set(Mode::NoNetwork);
    let note = spoken(device, 3);
    device.note_visit(&visit(&home, &note)).unwrap();
    assert_eq!(device.sync_status().unwrap().waiting_count, 1);
    first.line.set(Mode::Up);
    device.sync_once().await.unwrap();
    assert_eq!(station.files.lock().unwrap().len(), 1);
    assert_eq!(device.sync_status().unwrap().waiting_count, 0);

    second.device.sync_once().await.unwrap();
    let [noted] = card(&second.device, &home).visits.try_into().unwrap();
    assert_eq!(noted.voices.len(), 1);
    assert!(!noted.voices[0].is_here);
    let fetched = second.device.photo(&note.hash, PhotoSize::Full).await;
    assert!(!fetched.unwrap().is_empty());

    // A year later the visit is out of sight, and so is what was said.
    second.clock.advance(366 * 24 * 60 * 60 * 1000);
    let over = second.device.photo(&note.hash, PhotoSize::Full).await;
    assert!(over.is_err(), "{over:?}");
}

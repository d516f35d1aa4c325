//! R7: a track is the worker's own. Off until they turn it on, only while on duty, paused without a
//! reason, every gap with its cause, gone after 14 days, on no server.

use linli_device::DeviceError;
use linli_device::dto::track::{GapCause, TrackChoice, TrackRow};

use crate::station::Station;
use crate::world::{ASSISTANT, Handheld, MANAGER, SECRET, unlock};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 24 * 60 * MINUTE;
/// About 8.5 m.
const STEP: f64 = 0.0001;

/// Walks east for so many looks at the receiver, ten seconds apart.
fn walk(handheld: &Handheld, from: u32, steps: u32) {
    for step in from..from + steps {
        handheld.clock_of_all(10 * SECOND);
        handheld.stand_at(f64::from(step).mul_add(STEP, 116.40), 39.90);
        handheld.device.record_track().unwrap();
    }
}

fn rows(handheld: &Handheld) -> Vec<TrackRow> {
    handheld.device.track().unwrap().rows
}

#[tokio::test]
async fn no_point_is_kept_unless_the_person_wants_it_and_is_on_duty() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let handheld = handheld.with_receiver(ASSISTANT);
    let device = &handheld.device;
    assert_eq!(device.track().unwrap().choice, TrackChoice::Off);
    device.set_duty(true).unwrap();
    walk(&handheld, 0, 20);
    assert!(!device.duty().unwrap().is_tracking);
    assert_eq!(rows(&handheld), [], "on duty, but nobody asked for a track");

    device.set_duty(false).unwrap();
    device.set_track(TrackChoice::On).unwrap();
    walk(&handheld, 20, 20);
    assert_eq!(rows(&handheld), [], "wanted, but off duty");

    device.set_duty(true).unwrap();
    assert!(device.duty().unwrap().is_tracking);
    walk(&handheld, 40, 20);
    device.set_duty(false).unwrap();
    let [track] = rows(&handheld).try_into().unwrap();
    assert_eq!((track.point_count, track.gaps.len()), (20, 0));
    assert!((150..170).contains(&track.length_m), "{}", track.length_m);
    assert!(track.ended_at.is_some());
    walk(&handheld, 60, 20);
    assert_eq!(
        rows(&handheld)[0].point_count,
        20,
        "it ended with the shift"
    );
}

#[tokio::test]
async fn it_goes_on_behind_a_locked_screen_and_says_why_there_are_gaps() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let mut handheld = handheld.with_receiver(ASSISTANT);
    handheld.device.set_track(TrackChoice::On).unwrap();
    handheld.device.set_duty(true).unwrap();
    walk(&handheld, 0, 15);
    handheld.device.lock().unwrap();
    walk(&handheld, 15, 15);
    handheld.unlock(ASSISTANT);
    walk(&handheld, 30, 15);

    handheld.device.set_track(TrackChoice::Paused).unwrap();
    assert!(!handheld.device.duty().unwrap().is_tracking);
    walk(&handheld, 45, 15);
    handheld.device.set_track(TrackChoice::On).unwrap();
    walk(&handheld, 60, 15);
    // The receiver sees nothing for three minutes.
    for _ in 0..18 {
        handheld.clock_of_all(10 * SECOND);
        handheld.device.record_track().unwrap();
    }
    walk(&handheld, 75, 15);
    // The program is killed, and comes back after an hour.
    handheld.clock_of_all(60 * MINUTE);
    handheld.restart();
    handheld.unlock(ASSISTANT);
    walk(&handheld, 90, 15);
    handheld.device.set_duty(false).unwrap();

    let [track] = rows(&handheld).try_into().unwrap();
    let causes: Vec<_> = track.gaps.iter().map(|gap| gap.cause).collect();
    let wanted = [GapCause::Paused, GapCause::NoFix, GapCause::Closed];
    assert_eq!(causes, wanted);
    assert!(track.gaps.iter().all(|gap| gap.to_at.is_some()));
    let lasted: Vec<i64> = track
        .gaps
        .iter()
        .map(|gap| (gap.to_at.unwrap() - gap.from_at) / MINUTE)
        .collect();
    assert_eq!((lasted[0], lasted[1]), (2, 2));
    assert!((60..=63).contains(&lasted[2]), "{lasted:?}");
    assert!(track.point_count >= 85, "{}", track.point_count);
    let line = handheld.device.track_line(&track.id).unwrap();
    assert!(line.lines.len() >= 3, "a new line behind each gap");
}

#[tokio::test]
async fn it_belongs_to_one_person_and_is_gone_after_fourteen_days() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT, MANAGER]).await;
    let handheld = handheld.with_receiver(ASSISTANT);
    let device = &handheld.device;
    device.set_track(TrackChoice::On).unwrap();
    device.set_duty(true).unwrap();
    walk(&handheld, 0, 20);
    device.set_duty(false).unwrap();
    let [track] = rows(&handheld).try_into().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = device.export_track(&track.id, folder.path()).unwrap();
    let gpx = std::fs::read_to_string(folder.path().join(&file.name)).unwrap();
    assert!(gpx.contains("<gpx") && gpx.contains("116.40"), "{gpx}");

    device.set_secret(MANAGER, SECRET).unwrap();
    device.lock().unwrap();
    device.unlock(&unlock(MANAGER, SECRET)).unwrap();
    assert_eq!(device.track().unwrap().choice, TrackChoice::Off);
    assert_eq!(rows(&handheld), []);
    for error in [
        device.track_line(&track.id).unwrap_err(),
        device.delete_track(&track.id).unwrap_err(),
        device.export_track(&track.id, folder.path()).unwrap_err(),
    ] {
        assert!(matches!(error, DeviceError::NotFound("track")), "{error}");
    }

    device.lock().unwrap();
    device.unlock(&unlock(ASSISTANT, SECRET)).unwrap();
    handheld.clock_of_all(13 * DAY);
    assert!(device.track_line(&track.id).is_ok());
    handheld.clock_of_all(DAY);
    let gone = device.track_line(&track.id).unwrap_err();
    assert!(matches!(gone, DeviceError::NotFound("track")), "{gone}");
    assert_eq!(rows(&handheld), []);
}

#[tokio::test]
async fn an_old_track_goes_by_itself_though_nobody_looks_at_it() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let handheld = handheld.with_receiver(ASSISTANT);
    let device = &handheld.device;
    device.set_track(TrackChoice::On).unwrap();
    device.set_duty(true).unwrap();
    walk(&handheld, 0, 20);
    device.set_duty(false).unwrap();
    let [track] = rows(&handheld).try_into().unwrap();
    handheld.clock_of_all(14 * DAY);
    device.sync_once().await.unwrap();
    // The clock is put back: what was only hidden would be seen again.
    handheld.clock.set_wrong(-10 * DAY);
    let gone = device.track_line(&track.id).unwrap_err();
    assert!(matches!(gone, DeviceError::NotFound("track")), "{gone}");
}

#[tokio::test]
async fn whoever_rests_for_half_an_hour_is_not_followed_on() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let handheld = handheld.with_receiver(ASSISTANT);
    let device = &handheld.device;
    device.set_track(TrackChoice::On).unwrap();
    device.set_duty(true).unwrap();
    walk(&handheld, 0, 5);
    for _ in 0..32 {
        handheld.clock_of_all(MINUTE);
        handheld.stand_at(116.4004, 39.90);
        device.record_track().unwrap();
    }
    assert_eq!(device.track().unwrap().choice, TrackChoice::Paused);
    assert!(!device.duty().unwrap().is_tracking);
    assert!(device.duty().unwrap().since_at.is_some(), "still on duty");
}

#[tokio::test]
async fn no_byte_of_a_track_leaves_the_device() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let handheld = handheld.with_receiver(ASSISTANT);
    let device = &handheld.device;
    device.sync_once().await.unwrap();
    device.set_track(TrackChoice::On).unwrap();
    device.set_duty(true).unwrap();
    walk(&handheld, 0, 30);
    device.set_duty(false).unwrap();
    assert_eq!(device.sync_status().unwrap().waiting_count, 0);
    assert_eq!(device.sync_once().await.unwrap().changed, 0);
    assert_eq!(device.outbox().unwrap().register_count, 0);
}

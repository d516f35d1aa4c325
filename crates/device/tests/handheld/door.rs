//! Binding, unlocking, leases, orders to erase.

use linli_device::dto::device::{BindInput, BindingStage, DeviceState};
use linli_device::dto::error::{ErrorCode, ErrorDto};
use linli_device::dto::household::HouseholdQuery;
use linli_device::{BindingStep, DeviceError};

use crate::line::Mode;
use crate::station::Station;
use crate::world::{ASSISTANT, GRID, Handheld, MANAGER, SECRET, unlock};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn code(error: &DeviceError) -> ErrorCode {
    ErrorDto::from(error).code
}

fn bind(ticket: &str, secret: &str) -> BindInput {
    BindInput {
        ticket: ticket.to_owned(),
        secret: secret.to_owned(),
    }
}

#[tokio::test]
async fn a_device_is_bound_once_and_only_with_a_good_secret() {
    let station = Station::new();
    let handheld = Handheld::unbound(&station, 1);
    let device = &handheld.device;
    assert_eq!(device.status().unwrap().state, DeviceState::Unbound);
    assert_eq!(
        code(&device.bind(&bind("no ticket", SECRET)).unwrap_err()),
        ErrorCode::TicketMalformed
    );
    let ticket = station.ticket(&[ASSISTANT]);
    for weak in ["short", "12345678", "aaaaaaaaaa"] {
        assert_eq!(
            code(&device.bind(&bind(&ticket, weak)).unwrap_err()),
            ErrorCode::SecretWeak,
            "{weak}"
        );
    }
    let read = device.read_ticket(&ticket).unwrap();
    assert_eq!(
        (read.server.as_str(), read.secret_length),
        ("127.0.0.1:9", 8)
    );
    assert!(ticket.ends_with(&read.tail));
    handheld.bind(&ticket).await;
    let status = device.status().unwrap();
    assert_eq!(status.state, DeviceState::FirstSync);
    assert_eq!(status.grid.unwrap().code, GRID);
    assert_eq!(status.signed_in.unwrap().id, ASSISTANT);
    assert_eq!(
        code(&device.bind(&bind(&ticket, SECRET)).unwrap_err()),
        ErrorCode::AlreadyBound
    );
    assert!(device.first_sync().unwrap().can_start);
    device.start_work().unwrap();
    assert_eq!(device.status().unwrap().state, DeviceState::Ready);

    let other = Handheld::unbound(&station, 2);
    other.device.bind(&bind(&ticket, SECRET)).unwrap();
    assert_eq!(
        other.device.advance_binding().await.unwrap(),
        BindingStep::Refused,
        "one use"
    );
    let binding = other.device.status().unwrap().binding.unwrap();
    assert_eq!(
        (binding.stage, binding.reason.unwrap().code.as_str()),
        (BindingStage::Refused, "spent")
    );
    other.device.cancel_binding().unwrap();
    assert_eq!(other.device.status().unwrap().state, DeviceState::Unbound);
    other.bind(&station.ticket(&[ASSISTANT])).await;
}

#[tokio::test]
async fn a_binding_waits_for_the_network_and_for_a_person_through_a_restart() {
    let station = Station::new();
    let mut handheld = Handheld::unbound(&station, 1);
    *station.must_confirm.lock().unwrap() = true;
    handheld.line.set(Mode::NoNetwork);
    let ticket = station.ticket(&[ASSISTANT]);
    handheld.device.bind(&bind(&ticket, SECRET)).unwrap();
    assert_eq!(
        handheld.device.advance_binding().await.unwrap(),
        BindingStep::NoNetwork
    );
    let binding = handheld.device.status().unwrap().binding.unwrap();
    assert_eq!(
        (binding.stage, binding.check_code),
        (BindingStage::NoNetwork, None)
    );

    handheld.line.set(Mode::Up);
    assert_eq!(
        handheld.device.advance_binding().await.unwrap(),
        BindingStep::Waiting
    );
    let digits = handheld
        .device
        .status()
        .unwrap()
        .binding
        .unwrap()
        .check_code
        .unwrap();
    assert_eq!(digits.len(), 6);
    handheld.restart();
    let status = handheld.device.status().unwrap();
    assert_eq!(status.state, DeviceState::Confirming);
    assert_eq!(
        status.binding.unwrap().check_code.unwrap(),
        digits,
        "the same request"
    );

    // The answer comes while nobody is there: it is installed at the first unlocking.
    *station.must_confirm.lock().unwrap() = false;
    assert_eq!(
        handheld.device.advance_binding().await.unwrap(),
        BindingStep::Done
    );
    let status = handheld.device.status().unwrap();
    assert_eq!(
        (status.state, status.staff[0].id.as_str()),
        (DeviceState::Locked, ASSISTANT)
    );
    let wrong = handheld
        .device
        .unlock(&unlock(ASSISTANT, "wrong horse battery"))
        .unwrap_err();
    assert_eq!(code(&wrong), ErrorCode::SecretWrong);
    handheld.restart();
    handheld.unlock(ASSISTANT);
    assert_eq!(
        handheld.device.status().unwrap().state,
        DeviceState::FirstSync
    );
    handheld.device.sync_once().await.unwrap();
}

#[tokio::test]
async fn wrong_secrets_are_counted_and_the_right_one_clears_them() {
    let station = Station::new();
    let mut handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    handheld.device.lock().unwrap();
    for left in [9, 8, 7] {
        let wrong = handheld
            .device
            .unlock(&unlock(ASSISTANT, "wrong horse battery"))
            .unwrap_err();
        assert!(matches!(wrong, DeviceError::SecretWrong { left: found } if found == left));
        handheld.restart();
        assert_eq!(handheld.device.status().unwrap().tries_left, Some(left));
    }
    let stranger = handheld
        .device
        .unlock(&unlock("nobody", SECRET))
        .unwrap_err();
    assert_eq!(code(&stranger), ErrorCode::Refused);
    handheld.unlock(ASSISTANT);
    assert_eq!(handheld.device.status().unwrap().tries_left, None);
}

#[tokio::test]
async fn each_person_may_have_a_secret_of_their_own() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT, MANAGER]).await;
    let device = &handheld.device;
    handheld.unlock(MANAGER);
    device.set_secret(MANAGER, "三只麻雀在槐树下").unwrap();
    let weak = device.set_secret(MANAGER, "short").unwrap_err();
    assert_eq!(code(&weak), ErrorCode::SecretWeak);
    device.lock().unwrap();
    assert_eq!(
        code(&device.unlock(&unlock(MANAGER, SECRET)).unwrap_err()),
        ErrorCode::SecretWrong
    );
    device.unlock(&unlock(MANAGER, "三只麻雀在槐树下")).unwrap();
    device.lock().unwrap();
    handheld.unlock(ASSISTANT);
}

#[tokio::test]
async fn a_lease_that_is_over_hides_households_and_nothing_else() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let device = &handheld.device;
    assert!(
        matches!(
            device.list_households(&HouseholdQuery::default()),
            Err(DeviceError::LeaseOver)
        ),
        "none was given yet"
    );
    device.sync_once().await.unwrap();
    device.list_households(&HouseholdQuery::default()).unwrap();
    handheld.clock.advance(8 * DAY_MS);
    handheld.line.set(Mode::NoNetwork);
    device.lock().unwrap();
    handheld.unlock(ASSISTANT);
    assert!(matches!(
        device.list_households(&HouseholdQuery::default()),
        Err(DeviceError::LeaseOver)
    ));
    // Turning the clock back does not lengthen it.
    handheld.clock.advance(-8 * DAY_MS);
    assert!(matches!(
        device.list_households(&HouseholdQuery::default()),
        Err(DeviceError::LeaseOver)
    ));
    let mut report = crate::world::fence();
    report.no_photo_reason = Some(linli_device::dto::report::NoPhotoReason::Privacy);
    device.report(&report).unwrap();
    handheld.clock.advance(8 * DAY_MS);
    handheld.line.set(Mode::Up);
    device.sync_once().await.unwrap();
    device.list_households(&HouseholdQuery::default()).unwrap();
}

#[tokio::test]
async fn an_order_to_erase_leaves_nothing_that_opens() {
    let station = Station::new();
    let mut handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let other = Handheld::bound(&station, 2, &[ASSISTANT]).await;
    let id = |handheld: &Handheld| {
        handheld
            .device
            .inspect(false)
            .unwrap()
            .device
            .parse()
            .unwrap()
    };
    // An order for another device is not obeyed.
    *station.wipe_next.lock().unwrap() = Some(id(&other));
    handheld.device.sync_once().await.unwrap();
    handheld.device.list_categories().unwrap();

    *station.wipe_next.lock().unwrap() = Some(id(&handheld));
    assert!(matches!(
        handheld.device.sync_once().await,
        Err(DeviceError::Locked)
    ));
    assert_eq!(
        handheld.device.status().unwrap().state,
        DeviceState::Unbound
    );
    let left: Vec<_> = std::fs::read_dir(handheld.folder.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "only the face: {left:?}");
    assert_eq!(handheld.line.proofs.lock().unwrap().len(), 1);
    handheld.restart();
    assert_eq!(
        handheld.device.status().unwrap().state,
        DeviceState::Unbound
    );
}

#[tokio::test]
async fn a_revoked_device_is_barred_and_keeps_what_it_has() {
    let station = Station::new();
    let handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    handheld.line.set(Mode::Refuses(401, "REVOKED"));
    handheld.device.sync_once().await.unwrap_err();
    assert_eq!(handheld.device.status().unwrap().state, DeviceState::Barred);
    assert_eq!(
        code(
            &handheld
                .device
                .unlock(&unlock(ASSISTANT, SECRET))
                .unwrap_err()
        ),
        ErrorCode::Barred
    );
    assert!(
        handheld
            .folder
            .path()
            .join(format!("grid-{GRID}.db"))
            .exists()
    );
}

#[tokio::test]
async fn a_damaged_file_is_set_aside_and_the_work_goes_on_under_a_new_epoch() {
    let station = Station::new();
    let mut handheld = Handheld::bound(&station, 1, &[ASSISTANT]).await;
    let saved = handheld
        .device
        .report_with(&crate::world::fence(), &[crate::world::jpeg(1)])
        .unwrap();
    handheld.device.sync_once().await.unwrap();
    let epoch = handheld.device.inspect(false).unwrap().grids[0].epoch;
    handheld.device.lock().unwrap();
    let file = handheld.folder.path().join(format!("grid-{GRID}.db"));
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[..4096].fill(0x5a);
    std::fs::write(&file, bytes).unwrap();
    handheld.restart();
    handheld.unlock(ASSISTANT);
    let aside = std::fs::read_dir(handheld.folder.path()).unwrap();
    let aside = aside.filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().contains(".damaged-")
    });
    assert!(aside.count() >= 1, "kept for people to look at");
    handheld.device.sync_once().await.unwrap();
    let grid = handheld.device.inspect(false).unwrap().grids.remove(0);
    assert!(grid.epoch > epoch, "no number is used twice");
    assert_eq!(grid.cases, 1, "the station has brought the case back");
    assert!(
        handheld
            .device
            .find_case(&saved.case_id)
            .unwrap()
            .row
            .is_mine
    );
}

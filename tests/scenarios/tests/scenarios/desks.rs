//! The demo's desks and units answer what somebody reports, up to the level whose unit it is.

use std::time::Duration;

use linli_fleet::demo::answer;
use linli_fleet::town::{Handheld, Layout, before_photo, check_photo, now_ms};
use serde_json::Value;

use crate::stage::Stage;

/// How long a few answers may take, each after a pause to look at the last one.
const PATIENCE: Duration = Duration::from_mins(2);

/// The case on the handheld once its work stands so.
async fn until(handheld: &Handheld, case: &str, work: &str) -> Value {
    let mut seen = Value::Null;
    let reached = tokio::time::timeout(PATIENCE, async {
        loop {
            handheld.sync().await.unwrap();
            seen = handheld.case(case).await.unwrap();
            if seen["row"]["work"] == work {
                return;
            }
        }
    });
    let is_reached = reached.await.is_ok();
    assert!(is_reached, "not {work}: {seen:#}");
    seen
}

/// Waits for the photo of what the unit has done.
async fn has_result(handheld: &Handheld, case: &str) {
    let arrives = tokio::time::timeout(PATIENCE, async {
        loop {
            handheld.sync().await.unwrap();
            let seen = handheld.case(case).await.unwrap();
            let photos = seen["photos"].as_array().unwrap();
            let result = photos.iter().find(|photo| photo["kind"] == "after");
            if result.unwrap()["is_here"] == true {
                return;
            }
        }
    });
    arrives.await.unwrap();
}

/// What the handheld shows of the levels that have the case.
fn receipts(case: &Value) -> Vec<&str> {
    let rings = case["receipts"].as_array().unwrap().iter();
    rings.map(|ring| ring["state"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_reported_in_the_demo_is_answered_checked_and_closed() {
    let stage = Stage::new(Layout::Federated).await;
    let device = stage.town.assistant().unwrap();
    let (before, check) = (before_photo().unwrap(), check_photo().unwrap());
    let earlier = device.report("06052", "36号楼", "早先的", &before).await;
    device.sync().await.unwrap();

    let desks = answer(&stage.town, now_ms());
    let walk = async {
        // A street's unit has the one, a unit of the district the other.
        let ramp = device.report("06052", "36号楼", "坡道断了", &before).await;
        let cover = device.report("01001", "36号楼", "井盖响", &before).await;
        let (ramp, cover) = (ramp.unwrap(), cover.unwrap());
        for case in [&ramp, &cover] {
            until(device, case, "checking").await;
            has_result(device, case).await;
            device.pass_check(case, &check, "好了").await.unwrap();
        }
        let ramp = until(device, &ramp, "closed").await;
        assert_eq!(receipts(&ramp)[..3], ["received"; 3]);
        let cover = until(device, &cover, "closed").await;
        assert_eq!(receipts(&cover), ["received"; 4]);
    };
    tokio::select! {
        () = walk => {}
        answered = desks => panic!("nobody answers: {answered:?}"),
    }

    // What was there before is nobody's in the demo.
    let earlier = device.case(&earlier.unwrap()).await.unwrap();
    assert_eq!(earlier["row"]["work"], "reported");
}

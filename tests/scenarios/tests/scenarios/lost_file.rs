//! A handheld whose data file is gone: the community's server gives everything back, its own work too.

use std::fs;

use linli_fleet::town::Layout;

use crate::rubbish::Accepted;
use crate::stage::Stage;

/// Removes the grid's file with what lies beside it, as after a disk fault.
fn lose_the_file(accepted: &Accepted) {
    let mut lost = 0;
    for entry in fs::read_dir(accepted.device().folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("grid-") {
            fs::remove_file(path).unwrap();
            lost += 1;
        }
    }
    assert!(lost > 0, "there was no file to lose");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handheld_that_lost_its_file_gets_its_own_cases_back() {
    let accepted = Accepted::on(Stage::new(Layout::OneBox).await).await;
    let device = accepted.device();
    lose_the_file(&accepted);
    let none = device.cases().await.unwrap();
    assert!(!none.to_string().contains(&accepted.case), "{none}");
    device.sync().await.unwrap();
    let own = device.case(&accepted.case).await.unwrap();
    assert_eq!(own["row"]["is_mine"], true, "{own}");
    assert_eq!(own["row"]["delivery"]["state"], "community", "{own}");
    let waiting = device.run(&["outbox"]).await.unwrap();
    assert_eq!(waiting["items"], serde_json::json!([]), "{waiting}");
    accepted.survives(1).await;
}

//! A handheld that comes late to a grid with work and a register: its first sync is killed and cut.

use std::sync::Arc;
use std::time::Duration;

use linli_fleet::town::{Handheld, HandheldPlan, Layout};
use linli_fleet::world::{COMMUNITY, first_manager};
use tokio::sync::Notify;

use crate::stage::Stage;

/// Homes of the register.
const HOMES: u32 = 40;

/// What breaks one try.
#[derive(Debug, Clone, Copy)]
enum Breaks {
    Server,
    Line,
    Handheld,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_sync_that_is_killed_and_cut_brings_everything_once() {
    let stage = Stage::new(Layout::OneBox).await;
    let (server, old) = (&stage.town.community, stage.town.assistant().unwrap());
    let count = HOMES.to_string();
    let seed = ["seed-households", "--count", &count];
    assert_eq!(old.run(&seed).await.unwrap()["households"], HOMES);
    old.sync().await.unwrap();

    let plan = HandheldPlan {
        binary: stage.plan.handheld.clone(),
        folder: stage.folder.path().join("late"),
        label: "0499".into(),
        grid: old.grid().to_owned(),
        staff: first_manager().unwrap().to_string(),
    };
    let late = Handheld::bind(plan, server, COMMUNITY).await.unwrap();
    let late = Arc::new(late);
    // A handshake takes some 3 KB: before, in the middle of the answer, later in the answer.
    for bytes in [1_500, 6_000, 9_000] {
        for breaks in [Breaks::Server, Breaks::Line, Breaks::Handheld] {
            let mut moved = server.line.watch();
            let end = server.line.traffic().total() + bytes;
            let (held, program) = (Arc::clone(&late), Arc::clone(server));
            let over = Arc::new(Notify::new());
            let is_over = Arc::clone(&over);
            let breaking = tokio::spawn(async move {
                if matches!(breaks, Breaks::Line) {
                    program.line.cut_after(bytes);
                }
                let reached = async {
                    match breaks {
                        Breaks::Line => moved.cut().await,
                        Breaks::Server | Breaks::Handheld => moved.moved(end).await,
                    }
                };
                // A try that needed fewer bytes is not broken. What has begun is ended.
                tokio::select! {
                    () = reached => {}
                    () = is_over.notified() => return Ok(()),
                }
                match breaks {
                    Breaks::Server => {
                        program.kill().await?;
                        program.serve().await?;
                    }
                    Breaks::Line => program.line.restore(),
                    Breaks::Handheld => held.kill_next(Duration::ZERO),
                }
                Ok::<_, linli_fleet::town::TownError>(())
            });
            match late.sync().await {
                Err(error) if !error.is_transient() => panic!("{breaks:?} {bytes}: {error}"),
                Ok(_) | Err(_) => {}
            }
            over.notify_one();
            breaking.await.unwrap().unwrap();
            server.line.restore();
        }
    }
    late.sync().await.unwrap();
    let register = old.run(&["households"]).await.unwrap();
    assert_eq!(register.as_array().unwrap().len(), 40);
    assert_eq!(late.run(&["households"]).await.unwrap(), register);
    let inspected = late.run(&["inspect", "--check"]).await.unwrap();
    let faults = &inspected["grids"][0]["faults"];
    assert_eq!(*faults, serde_json::json!([]));
    assert!(late.kills() > 0);
}

//! A sync when nothing has changed, over a real socket to a real server process.

use crate::Setting;
use crate::figure::{Figure, Table};
use crate::process::Stand;

/// How often; the largest counts.
const ROUNDS: usize = 10;
/// A kilobyte for each way, headers included.
const BAR: f64 = 1_000.0;

pub(super) fn measure(setting: &Setting, table: &mut Table) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (requests, up, down) = runtime.block_on(async {
        let stand = Stand::start(setting).await;
        stand.device.sync_once().await.unwrap();
        let (mut requests, mut up, mut down) = (0, 0, 0);
        for _ in 0..ROUNDS {
            let before = (stand.requests().await, stand.line.traffic());
            let run = stand.device.sync_once().await.unwrap();
            assert_eq!(run.changed, 0, "something changed");
            let moved = stand.line.traffic().since(&before.1);
            requests = requests.max(stand.requests().await - before.0);
            up = up.max(moved.up);
            down = down.max(moved.down);
        }
        stand.stop().await;
        (requests, up, down)
    });
    table.add(Figure::new("sync without changes, requests", requests as f64, "").bar(1.0));
    table.add(
        Figure::new(
            "sync without changes, HTTP bytes up, headers included",
            up as f64,
            "B",
        )
        .bar(BAR),
    );
    table.add(
        Figure::new(
            "sync without changes, HTTP bytes down, headers included",
            down as f64,
            "B",
        )
        .bar(BAR),
    );
}

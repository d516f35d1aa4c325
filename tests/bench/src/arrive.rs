//! A handheld that has nothing meets a grid with all its people and a year of cases: a real server
//! process, a real handheld with its files on the disk, HTTP over the loopback. The server has had half a
//! minute between the ticket and its use to make the grid's packs, as it has between a printed ticket and
//! a person.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use linli_device::Device;
use linli_device::dto::household::HouseholdQuery;
use linli_model::Timestamp;
use linli_sync_server::ops::DataFolder;

use crate::Setting;
use crate::figure::{Figure, Table};
use crate::grid::{Size, Year};
use crate::process::Stand;
use crate::town::Town;

/// The year ends before today.
const YEAR_MS: i64 = 80 * 24 * 60 * 60 * 1000;
/// A person is looked for so often until somebody is found.
const LOOK: Duration = Duration::from_millis(10);
/// The slow line of the bar: 200 kbit/s, 200 ms there and back.
const SLOW_BYTES_PER_S: f64 = 200_000.0 / 8.0;
const SLOW_ROUND_TRIP_S: f64 = 0.2;
/// Handshakes of TCP and TLS, in round trips.
const HANDSHAKES: f64 = 3.0;

/// What was seen.
struct Arrival {
    found: Duration,
    searchable: Duration,
    complete: Duration,
    bytes: u64,
    requests: u64,
    people: u32,
    cases: u32,
}

pub(crate) fn measure(setting: &Setting, table: &mut Table) {
    let size = if setting.is_quick {
        Size::QUICK
    } else {
        Size::BUSY
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let arrival = runtime.block_on(async {
        let stand = Stand::start_filled(setting, |data| fill(data, size)).await;
        let arrival = arrive(&stand, size).await;
        stand.stop().await;
        arrival
    });
    assert_eq!(
        (arrival.people as usize, arrival.cases as usize),
        (size.households, size.cases),
        "not everything came"
    );
    let slow = arrival.bytes as f64 / SLOW_BYTES_PER_S
        + (arrival.requests as f64 + HANDSHAKES) * SLOW_ROUND_TRIP_S;
    for (name, value, unit, bar) in [
        (
            "first sync, until a person is found",
            arrival.found.as_secs_f64(),
            "s",
            None,
        ),
        (
            "first sync, until everybody is found",
            arrival.searchable.as_secs_f64(),
            "s",
            Some(2.0),
        ),
        (
            "first sync, until everything is there",
            arrival.complete.as_secs_f64(),
            "s",
            Some(5.0),
        ),
        (
            "first sync, modelled at 200 kbit/s and 200 ms",
            slow,
            "s",
            Some(60.0),
        ),
        (
            "first sync, HTTP bytes both ways",
            arrival.bytes as f64,
            "B",
            None,
        ),
        ("first sync, requests", arrival.requests as f64, "", None),
    ] {
        let figure = Figure::new(name, value, unit);
        table.add(match bar {
            Some(bar) => figure.bar(bar),
            None => figure,
        });
    }
}

fn fill(data: &DataFolder, size: Size) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = i64::try_from(now.as_millis()).unwrap();
    let mut year = Year::live_in(Town::over(data, Timestamp(now - YEAR_MS)), size);
    // The timers of all the time since have run before the handheld comes.
    let now = Timestamp(now);
    while year.town.call(|calls, _| calls.tick(now)).more {}
}

async fn arrive(stand: &Stand, size: Size) -> Arrival {
    let before = (stand.requests().await, stand.line.traffic());
    let begun = Instant::now();
    let device = stand.device.clone();
    let sync = tokio::spawn(async move {
        device.sync_once().await.unwrap();
        begun.elapsed()
    });
    let found = when(begun, || is_anybody_found(&stand.device)).await;
    let households = || stand.device.first_sync().unwrap().steps[2].done_count;
    let searchable = when(begun, || households() as usize >= size.households).await;
    let complete = sync.await.unwrap();
    let status = stand.device.first_sync().unwrap();
    let done = |part: usize| status.steps[part].done_count;
    Arrival {
        found,
        searchable,
        complete,
        bytes: stand.line.traffic().since(&before.1).total(),
        requests: stand.requests().await - before.0,
        people: done(2),
        cases: done(3),
    }
}

async fn when(begun: Instant, holds: impl Fn() -> bool) -> Duration {
    let mut looks = tokio::time::interval(LOOK);
    while !holds() {
        looks.tick().await;
    }
    begun.elapsed()
}

/// Whether a search finds a person: the register is there, and the first family name of the sample
/// is common.
fn is_anybody_found(device: &Arc<Device>) -> bool {
    let query = HouseholdQuery {
        text: Some("王".into()),
        ..HouseholdQuery::default()
    };
    // Before the first lease nothing of a household is shown.
    device
        .list_households(&query)
        .is_ok_and(|list| !list.rows.is_empty())
}

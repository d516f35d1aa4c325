//! What the Kotlin side of the Android program tells: where the device is, its network and battery, what
//! the scan key read. Compiled for tests on every system, so that only the calls into Kotlin are not
//! tried before there is a phone.

#[cfg(target_os = "android")]
pub(crate) mod android;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use linli_device::Clock as _;
use linli_device::SystemClock;
use linli_device::net::{Machine, NetworkKind, Power, SystemMachine};
use linli_device::position::{Fix, PositionSource};
use serde::Deserialize;

/// The event with what a scan key read, as text.
pub(crate) const SCAN_EVENT: &str = "linli://scanned";
/// A label is shorter; what is longer was not meant for us.
const LONGEST_SCAN: usize = 512;

/// One thing that Kotlin tells. The names stand in `FieldPlugin.kt` too.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Told {
    /// A position of the receiver.
    Position {
        lon: f64,
        lat: f64,
        /// Radius in metres for 68 %, as Android gives it.
        accuracy: Option<f64>,
        /// Whether a program on the phone made it up.
        is_simulated: bool,
        /// How long ago the receiver had it. The wall clocks of receiver and phone need not agree.
        age_ms: i64,
    },
    /// The machine, whenever it changed.
    Machine {
        network: Network,
        percent: Option<u8>,
        is_charging: bool,
        model: String,
    },
    /// The scan key read a label.
    Scan { text: String },
}

/// The network in Kotlin's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Network {
    None,
    Metered,
    Free,
}

/// What was told last.
pub(crate) struct Field {
    fix: Mutex<Option<Fix>>,
    machine: Mutex<Option<(Network, Option<Power>, String)>>,
    was_asked: AtomicBool,
    /// Asks the person for the right to know the position, and begins to listen.
    ask: Box<dyn Fn() + Send + Sync>,
}

impl Field {
    pub(crate) fn new(ask: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            fix: Mutex::default(),
            machine: Mutex::default(),
            was_asked: AtomicBool::new(false),
            ask: Box::new(ask),
        }
    }

    /// Notes what was told. Gives the text of a scan, which the screens take.
    pub(crate) fn hear(&self, told: Told) -> Option<String> {
        match told {
            Told::Position {
                lon,
                lat,
                accuracy,
                is_simulated,
                age_ms,
            } => {
                // The comparison also refuses what is not a number.
                if lon.abs() <= 180.0 && lat.abs() <= 90.0 {
                    let mut at = SystemClock.now();
                    at.0 = at.0.saturating_sub(age_ms.max(0));
                    *lock(&self.fix) = Some(Fix {
                        lon,
                        lat,
                        accuracy: accuracy.map(within_95),
                        at,
                        own_at: at,
                        is_simulated,
                    });
                }
                None
            }
            Told::Machine {
                network,
                percent,
                is_charging,
                model,
            } => {
                let power = percent.map(|percent| Power {
                    percent: percent.min(100),
                    is_charging,
                });
                *lock(&self.machine) = Some((network, power, model));
                None
            }
            Told::Scan { text } => {
                let text = text.trim();
                (!text.is_empty() && text.len() <= LONGEST_SCAN).then(|| text.to_owned())
            }
        }
    }
}

impl PositionSource for Field {
    fn newest(&self) -> Option<Fix> {
        // The right is asked for when a position is first needed, not when the program opens.
        if !self.was_asked.swap(true, Ordering::Relaxed) {
            (self.ask)();
        }
        *lock(&self.fix)
    }
}

impl Machine for Field {
    fn network(&self) -> Option<NetworkKind> {
        let machine = lock(&self.machine);
        machine.as_ref().map(|(network, _, _)| match network {
            Network::None => NetworkKind::None,
            Network::Metered => NetworkKind::Metered,
            Network::Free => NetworkKind::Free,
        })
    }

    fn power(&self) -> Option<Power> {
        lock(&self.machine)
            .as_ref()
            .and_then(|(_, power, _)| *power)
    }

    fn free_bytes(&self, folder: &Path) -> Option<u64> {
        SystemMachine::default().free_bytes(folder)
    }

    fn model(&self) -> String {
        let machine = lock(&self.machine);
        let model = machine.as_ref().map_or("", |(_, _, model)| model.as_str());
        let model: String = model
            .chars()
            .filter(|c| c.is_ascii_graphic() || *c == ' ')
            .take(64)
            .collect();
        if model.trim().is_empty() {
            "Android".to_owned()
        } else {
            model
        }
    }
}

/// Android's radius holds the true place with 68 % (`Location.getAccuracy`), the engine's with 95 %. For a
/// normal error in two dimensions the ratio is √(ln 0.05 / ln 0.32) = 1.62.
fn within_95(radius: f64) -> f64 {
    radius * 1.62
}

fn lock<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicU32;

    use super::*;

    fn told(json: &str) -> Told {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_position_is_asked_for_once_and_then_heard() {
        let asked = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&asked);
        let field = Field::new(move || {
            count.fetch_add(1, Ordering::Relaxed);
        });
        assert_eq!(field.newest(), None);
        let before = SystemClock.now();
        field.hear(told(
            r#"{"kind":"position","lon":116.4,"lat":39.9,"accuracy":10.0,"is_simulated":false,"age_ms":60000}"#,
        ));
        let fix = field.newest().unwrap();
        assert_eq!((fix.lon, fix.lat, fix.is_simulated), (116.4, 39.9, false));
        assert!(
            fix.accuracy
                .is_some_and(|radius| (radius - 16.2).abs() < 1e-9)
        );
        let age = before.0 - fix.at.0;
        assert!((0..=60_000).contains(&age), "{age}");
        assert_eq!(asked.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_place_off_the_earth_is_not_believed() {
        let field = Field::new(|| {});
        for (lon, lat) in [("181.0", "0.0"), ("0.0", "-90.5"), ("1e400", "0.0")] {
            let json = format!(
                r#"{{"kind":"position","lon":{lon},"lat":{lat},"accuracy":null,"is_simulated":false,"age_ms":0}}"#
            );
            if let Ok(told) = serde_json::from_str(&json) {
                field.hear(told);
            }
        }
        assert_eq!(field.newest(), None);
    }

    #[test]
    fn the_machine_is_what_was_told_last() {
        let field = Field::new(|| {});
        assert_eq!((field.network(), field.power()), (None, None));
        assert_eq!(field.model(), "Android");
        field.hear(told(
            r#"{"kind":"machine","network":"metered","percent":31,"is_charging":true,"model":"N7 邻 Pro"}"#,
        ));
        assert_eq!(field.network(), Some(NetworkKind::Metered));
        let power = Power {
            percent: 31,
            is_charging: true,
        };
        assert_eq!(field.power(), Some(power));
        assert_eq!(field.model(), "N7  Pro");
        assert!(field.free_bytes(Path::new("/")).is_some());
    }

    #[test]
    fn a_scan_is_text_of_a_labels_length() {
        let field = Field::new(|| {});
        let scan = |text: &str| {
            field.hear(Told::Scan {
                text: text.to_owned(),
            })
        };
        assert_eq!(scan(" K7M-42Q\n"), Some("K7M-42Q".to_owned()));
        assert_eq!(scan("\n"), None);
        assert_eq!(scan(&"9".repeat(LONGEST_SCAN + 1)), None);
    }
}

//! Stories with random faults. `LINLI_SOAK` multiplies them; `LINLI_SEED` plays one alone.

use std::env::var;

use linli_fleet::story::Hop;
use linli_fleet::town::Layout;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use crate::faults::{Faults, Harm, Moment};
use crate::stage::Stage;

/// Stories in a normal run.
const SEEDS: u64 = 1;
/// The most bytes after which a fault strikes: the first photo is larger.
const BYTES: u64 = 40_000;
/// The longest that a handheld's process lives before it is killed, in milliseconds.
const MS: u64 = 900;

/// None to three faults for each hop.
fn faults(layout: Layout, random: &mut ChaCha8Rng) -> Faults {
    let servers: &[&'static str] = match layout {
        Layout::Federated => &["community", "street", "district"],
        Layout::OneBox => &["box"],
    };
    let mut faults = Faults::default();
    for hop in Hop::ALL {
        let mut harms: Vec<Harm> = servers
            .iter()
            .flat_map(|name| [Harm::Cut(name), Harm::Kill(name)])
            .collect();
        harms.push(Harm::KillDevice);
        for _ in 0..below(random, 4) {
            // Two faults of one kind in one hop would wait for each other.
            if harms.is_empty() {
                break;
            }
            let at = usize::try_from(below(random, u64::try_from(harms.len()).unwrap())).unwrap();
            let harm = harms.remove(at);
            let moment = Moment {
                bytes: below(random, BYTES),
                ms: below(random, MS),
            };
            faults.plan(hop, harm, moment);
        }
    }
    faults
}

fn below(random: &mut ChaCha8Rng, end: u64) -> u64 {
    random.next_u64() % end
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stories_with_random_faults_end_as_told() {
    let number = |name: &str| var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds = match number("LINLI_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..SEEDS * number("LINLI_SOAK").unwrap_or(1),
    };
    for seed in seeds {
        let layout = match seed % 4 {
            3 => Layout::OneBox,
            _ => Layout::Federated,
        };
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let faults = faults(layout, &mut random);
        eprintln!("seed {seed} ({layout:?}): {}", faults.plans());
        Stage::new(layout).await.survives(faults).await;
    }
}

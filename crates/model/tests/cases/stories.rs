//! Ten thousand stories without faults and ten thousand with them.
//!
//! `LINLI_STORY=<number>` replays one story of a test and prints its diary. `LINLI_STORIES=<count>`
//! runs another number of them.

use std::collections::BTreeMap;

use crate::world::{Class, Violation, World, editions};

const STORIES: u64 = 10_000;

/// What may stay broken, per class, in ten thousand stories with faults; everything else is an error.
const OPEN: &[(Class, usize)] = &[];

#[test]
fn stories_without_faults_keep_every_rule() {
    let broken = run_all(false);
    let total: usize = broken.values().map(Vec::len).sum();
    assert_eq!(total, 0, "{}", summary(&broken));
}

#[test]
fn stories_with_faults_keep_every_rule_but_the_open_ones() {
    let broken = run_all(true);
    for (class, seeds) in &broken {
        let open = OPEN
            .iter()
            .find(|(open, _)| open == class)
            .map_or(0, |(_, most)| *most);
        assert!(
            seeds.len() <= open,
            "{class:?}: {} stories\n{}",
            seeds.len(),
            summary(&broken)
        );
    }
}

type Broken = BTreeMap<Class, Vec<(u64, Violation)>>;

fn summary(broken: &Broken) -> String {
    let mut lines = Vec::new();
    for (class, all) in broken {
        let first: Vec<String> = all
            .iter()
            .take(4)
            .map(|(seed, violation)| format!("  LINLI_STORY={seed}: {}", violation.what))
            .collect();
        lines.push(format!(
            "{class:?} in {} stories\n{}",
            all.len(),
            first.join("\n")
        ));
    }
    lines.join("\n")
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Runs the stories on all cores; the violations by class, one for each story.
fn run_all(has_faults: bool) -> Broken {
    if let Some(seed) = number("LINLI_STORY") {
        return collect(vec![(seed, tell(seed, has_faults, true))]);
    }
    let stories = number("LINLI_STORIES").unwrap_or(STORIES);
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
    let results = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|first| {
                let part = (first..stories).step_by(threads as usize);
                scope.spawn(move || {
                    part.map(|seed| (seed, tell(seed, has_faults, false)))
                        .filter(|(_, violations)| !violations.is_empty())
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect()
    });
    collect(results)
}

fn collect(results: Vec<(u64, Vec<Violation>)>) -> Broken {
    let mut broken = Broken::new();
    for (seed, violations) in results {
        // What came first is the cause; what follows from it would only be counted twice.
        if let Some(first) = violations.into_iter().next() {
            broken.entry(first.class).or_default().push((seed, first));
        }
    }
    broken
}

fn tell(seed: u64, has_faults: bool, with_diary: bool) -> Vec<Violation> {
    let rules = editions();
    let mut world = World::new(seed, has_faults, &rules);
    if with_diary {
        world.diary = Some(Vec::new());
    }
    world.run();
    if let Some(diary) = &world.diary {
        eprintln!("{}", diary.join("\n"));
    }
    world.violations
}

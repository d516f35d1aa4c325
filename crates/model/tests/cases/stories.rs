//! Ten thousand stories without faults and ten thousand with them.
//!
//! `LINLI_STORY=<number>` replays one story of a test and prints its diary. `LINLI_STORIES=<count>`
//! runs another number of them.

use std::collections::BTreeMap;

use linli_model::case::Rules;

use crate::world::{Class, Missing, Violation, World, editions};

const STORIES: u64 = 10_000;

/// What may stay broken, per class, in ten thousand stories with faults; everything else is an error.
///
/// A tombstone that dies with a lost server is open: the erased case lives on where the loss had not
/// been heard of, in 9 of 10,000 stories.
const OPEN: &[(Class, usize)] = &[(Class::TombstoneLost, 9)];

/// What 10,000 stories without faults must contain at least so often, or they prove nothing.
const CONTENTS: &[(&str, usize)] = &[
    ("report effective", 3000),
    ("amend effective", 10000),
    ("self_handle effective", 4000),
    ("self_handle desk_has_it", 2000),
    ("verify effective", 1000),
    ("file effective", 6000),
    ("decline effective", 300),
    ("escalate effective", 2500),
    ("withdraw effective", 150),
    ("hand_over effective", 7000),
    ("take effective", 3500),
    ("send_back effective", 800),
    ("refer effective", 2500),
    ("dispatch effective", 6000),
    ("acknowledge effective", 3000),
    ("submit_result effective", 1900),
    ("check_pass effective", 400),
    ("check_fail effective", 200),
    ("reject_result effective", 60),
    ("hold effective", 400),
    ("resume effective", 300),
    ("close effective", 200),
    ("reopen effective", 4000),
    ("merge effective", 120),
    ("unmerge effective", 5),
    ("cc effective", 2500),
    ("recall effective", 600),
    ("force_close effective", 150),
    ("void effective", 600),
    ("check_pass overtaken", 1000),
    ("acknowledge overtaken", 300),
    ("check_pass handled_by_self", 5),
];

#[test]
fn stories_without_faults_keep_every_rule() {
    let (broken, tally) = run_all(false);
    print(&tally);
    let total: usize = broken.values().map(Vec::len).sum();
    assert_eq!(total, 0, "{}", summary(&broken));
    if number("LINLI_STORY").or(number("LINLI_STORIES")).is_none() {
        for (words, least) in CONTENTS {
            let found = tally.get(*words).copied().unwrap_or(0);
            assert!(found >= *least, "{words}: {found} times");
        }
    }
}

#[test]
fn stories_with_faults_keep_every_rule_but_the_open_ones() {
    let (broken, tally) = run_all(true);
    print(&tally);
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

fn print(tally: &Tally) {
    let lines: Vec<String> = tally
        .iter()
        .map(|(words, count)| format!("{count:8} {words}"))
        .collect();
    println!("{}", lines.join("\n"));
}

type Tally = BTreeMap<String, usize>;
type Broken = BTreeMap<Class, Vec<(u64, Violation)>>;

/// Each rule of the world, taken away, breaks stories: the checks would notice.
#[test]
fn without_one_rule_of_the_exchange_stories_break() {
    let rules = editions();
    for missing in Missing::ALL {
        let broken = (0..4_000).find_map(|seed| {
            let mut world = World::new(seed, true, &rules);
            world.missing = Some(missing);
            world.run();
            let mut violations = world.violations.into_iter();
            violations.find(|violation| violation.class != Class::TombstoneLost)
        });
        assert!(
            broken.is_some(),
            "nothing notices that {missing:?} is missing"
        );
    }
}

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
fn run_all(has_faults: bool) -> (Broken, Tally) {
    let rules = editions();
    if let Some(seed) = number("LINLI_STORY") {
        return collect(vec![(seed, tell(seed, has_faults, &rules, true))]);
    }
    let stories = number("LINLI_STORIES").unwrap_or(STORIES);
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
    let rules = &rules;
    let results = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|first| {
                let part = (first..stories).step_by(threads as usize);
                scope.spawn(move || {
                    part.map(|seed| (seed, tell(seed, has_faults, rules, false)))
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

fn collect(results: Vec<(u64, Told)>) -> (Broken, Tally) {
    let (mut broken, mut tally) = (Broken::new(), Tally::new());
    for (seed, told) in results {
        // What came first is the cause; what follows from it would only be counted twice.
        if let Some(first) = told.violations.into_iter().next() {
            broken.entry(first.class).or_default().push((seed, first));
        }
        for (words, count) in told.tally {
            *tally.entry(words).or_default() += count;
        }
    }
    (broken, tally)
}

struct Told {
    violations: Vec<Violation>,
    tally: Tally,
}

fn tell(seed: u64, has_faults: bool, rules: &BTreeMap<u32, Rules>, with_diary: bool) -> Told {
    let mut world = World::new(seed, has_faults, rules);
    if with_diary {
        world.diary = Some(Vec::new());
    }
    world.run();
    if let Some(diary) = &world.diary {
        println!("{}", diary.join("\n"));
    }
    Told {
        violations: world.violations,
        tally: world.tally,
    }
}

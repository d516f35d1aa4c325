//! Seeded mutants of valid changes. Whatever passes the gate must merge, save and load again, and
//! leave a document that others can go on writing.

use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::transaction::Transactable;
use automerge::{Automerge, Change, ROOT};
use linli_records::prescan::scan;
use linli_records::structure::{History, check};

use crate::craft::{Craft, CraftKey, CraftOp, chunk, repair};
use crate::dice::{Dice, times};
use crate::records::{case, event, fields, save};
use crate::worlds::world;

/// A valid change and what stood before it.
struct Seed {
    before: Vec<Vec<u8>>,
    history: History,
    doc: Automerge,
    change: Vec<u8>,
}

fn seeds(count: usize) -> Vec<Seed> {
    let mut dice = Dice::new(11);
    (0..count)
        .map(|number| {
            let mut changes: Vec<Vec<u8>> = if number % 4 == 0 {
                let (mut doc, _) = case();
                for round in 0..3 {
                    save(&mut doc, 1, &event(&format!("e{round}")));
                    save(
                        &mut doc,
                        2,
                        &fields(&[("note", format!("n{round}").into())]),
                    );
                }
                doc.changes()
                    .into_iter()
                    .map(|change| change.bytes)
                    .collect()
            } else {
                let world = world(number as u64, 3 + dice.below(10));
                world
                    .iter()
                    .map(|change| change.raw_bytes().to_vec())
                    .collect()
            };
            changes.truncate(1 + dice.below(changes.len()));
            let change = changes.pop().unwrap();
            let history = History::rebuild(changes.iter().map(Vec::as_slice)).unwrap();
            let parsed = changes
                .iter()
                .map(|bytes| Change::from_bytes(bytes.clone()).unwrap());
            let mut doc = Automerge::new();
            doc.apply_changes(parsed.collect::<Vec<_>>()).unwrap();
            Seed {
                before: changes,
                history,
                doc,
                change,
            }
        })
        .collect()
}

/// Whether the gate lets a change through, up to the schema.
fn passes(seed: &Seed, bytes: &[u8]) -> bool {
    scan(bytes).is_ok_and(|change| check(&seed.history, &change).is_ok())
}

/// Merges a change that has passed and goes on writing; says what went wrong.
fn merge(seed: &Seed, bytes: &[u8]) -> Result<(), String> {
    let work = || {
        let change = Change::from_bytes(bytes.to_vec()).map_err(|e| e.to_string())?;
        if Change::from(change.decode()).hash() != change.hash() {
            return Err("does not encode to the same bytes".to_owned());
        }
        let mut doc = seed.doc.clone();
        doc.apply_changes([change.clone()])
            .map_err(|e| e.to_string())?;
        if !doc.get_heads().contains(&change.hash()) {
            return Err("not merged".to_owned());
        }
        doc.set_actor(automerge::ActorId::from([0xfe; 16]));
        for round in 0..2 {
            let saved = doc.save_nocompress();
            let loaded = Automerge::load(&saved).map_err(|e| format!("round {round}: {e}"))?;
            if loaded.get_heads() != doc.get_heads() {
                return Err(format!("round {round}: other heads"));
            }
            let mut tx = doc.transaction();
            tx.put(ROOT, "a", round).map_err(|e| e.to_string())?;
            tx.commit();
        }
        Ok(())
    };
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err("panic".to_owned()))
}

/// Runs mutants; gives how many passed the gate.
fn run(
    seeds: &[Seed],
    count: usize,
    dice: &mut Dice,
    mutate: fn(&mut Dice, &Seed) -> Vec<u8>,
) -> usize {
    let mut passed = 0;
    for _ in 0..count {
        let seed = dice.pick(seeds);
        let bytes = mutate(dice, seed);
        let known = bytes == seed.change || seed.before.contains(&bytes);
        if !known && passes(seed, &bytes) {
            passed += 1;
            if let Err(fault) = merge(seed, &bytes) {
                let before: Vec<String> = seed.before.iter().map(|b| hex(b)).collect();
                panic!("{fault}\nbefore: {before:?}\nmutant: {}", hex(&bytes));
            }
        }
    }
    passed
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// One to three bent bytes, with the length and checksum put right.
fn bend_bytes(dice: &mut Dice, seed: &Seed) -> Vec<u8> {
    let header = if seed.change.len() < 10 + 128 { 10 } else { 11 };
    let mut body = seed.change[header..].to_vec();
    for _ in 0..=dice.below(3) {
        let at = dice.below(body.len());
        let any = dice.any().to_le_bytes()[0];
        match dice.below(6) {
            0 => body[at] ^= 1 << dice.below(8),
            1 => body[at] = any,
            2 => body[at] = *dice.pick(&[0, 1, 2, 0x7e, 0x7f, 0x80, 0x81, 0xff]),
            3 => body.insert(at, any),
            4 if body.len() > 1 => drop(body.remove(at)),
            _ => body[at] = body[at].wrapping_add(1),
        }
    }
    if dice.chance(20) {
        return repair(seed.change[..dice.below(seed.change.len())].to_vec());
    }
    chunk(1, &body)
}

/// One or two bent operations or fields, encoded canonically again.
fn bend_operations(dice: &mut Dice, seed: &Seed) -> Vec<u8> {
    let mut craft = Craft::of(&scan(&seed.change).unwrap());
    for _ in 0..=dice.below(2) {
        let at = dice.below(craft.ops.len());
        match dice.below(12) {
            0 => craft.seq = craft.seq.wrapping_add(1),
            1 => {
                craft.start_op = (craft.start_op + 2)
                    .saturating_sub(1 + dice.below(3) as u64)
                    .max(1);
            }
            2 => drop(craft.deps.pop()),
            3 => {
                if !seed.before.is_empty() {
                    craft
                        .deps
                        .push(scan(dice.pick::<Vec<u8>>(&seed.before)).unwrap().hash);
                    craft.deps.sort_unstable();
                    craft.deps.dedup();
                }
            }
            4 => drop(craft.ops.remove(at)),
            5 => {
                let copy = craft.ops[at].clone();
                craft.ops.insert(dice.below(craft.ops.len() + 1), copy);
            }
            6 => {
                let with = dice.below(craft.ops.len());
                craft.ops.swap(at, with);
            }
            _ => bend_one(
                dice,
                &craft.others.clone(),
                &mut craft.ops[at],
                craft.start_op,
            ),
        }
        if craft.ops.is_empty() {
            craft.ops.push(CraftOp::put("a", "v"));
        }
    }
    canonical(craft).bytes()
}

fn bend_one(dice: &mut Dice, others: &[linli_model::ActorId], op: &mut CraftOp, start: u64) {
    let id = |dice: &mut Dice| {
        (
            dice.below(others.len() + 1) as u64,
            1 + dice.any() % (start + 3),
        )
    };
    match dice.below(8) {
        0 => op.object = if dice.chance(3) { None } else { Some(id(dice)) },
        1 => {
            op.key = match dice.below(4) {
                0 => CraftKey::Head,
                1 => CraftKey::Name((*dice.pick(&["a", "b", "c", "list", "text"])).to_owned()),
                _ => {
                    let (actor, counter) = id(dice);
                    CraftKey::Element(actor, counter)
                }
            }
        }
        2 => op.insert = !op.insert,
        3 => {
            op.action = dice.below(8) as u64;
            if op.action != 1 && op.action != 5 {
                op.value = (0, Vec::new());
            }
        }
        4 => {
            op.value = match dice.below(5) {
                0 => (0, Vec::new()),
                1 => (
                    4,
                    crate::craft::sleb(i64::from_le_bytes(dice.any().to_le_bytes())),
                ),
                2 => (
                    8,
                    crate::craft::sleb(i64::from_le_bytes(dice.any().to_le_bytes()) >> 11),
                ),
                3 => (6, dice.word().into_bytes()),
                _ => (
                    dice.any().to_le_bytes()[0] & 0xf,
                    vec![dice.any().to_le_bytes()[0]],
                ),
            }
        }
        5 => op.preds.push(id(dice)),
        6 => drop(op.preds.pop()),
        _ => {
            if let Some(pred) = op.preds.first_mut() {
                *pred = id(dice);
            }
        }
    }
}

/// The same operations with exactly the actors that they use, and predecessors in order.
fn canonical(mut craft: Craft) -> Craft {
    let all: Vec<_> = std::iter::once(craft.actor)
        .chain(craft.others.clone())
        .collect();
    let mut used: Vec<u64> = Vec::new();
    for op in &mut craft.ops {
        op.preds
            .sort_by_key(|pred| (pred.1, all[usize::try_from(pred.0).unwrap()]));
        op.preds.dedup();
        used.extend(op.object.iter().map(|id| id.0));
        used.extend(op.preds.iter().map(|id| id.0));
        if let CraftKey::Element(actor, _) = op.key {
            used.push(actor);
        }
    }
    craft.others.retain(|other| {
        used.iter()
            .any(|at| all[usize::try_from(*at).unwrap()] == *other)
    });
    let place = |old: u64| {
        let actor = all[usize::try_from(old).unwrap()];
        craft
            .others
            .iter()
            .position(|other| *other == actor)
            .map_or(0, |at| at as u64 + 1)
    };
    for op in &mut craft.ops {
        op.object = op.object.map(|id| (place(id.0), id.1));
        op.preds.iter_mut().for_each(|pred| pred.0 = place(pred.0));
        if let CraftKey::Element(actor, _) = &mut op.key {
            *actor = place(*actor);
        }
    }
    craft
}

#[test]
fn bent_bytes_with_a_right_checksum_never_hurt() {
    let passed = run(&seeds(60), times(20_000), &mut Dice::new(1), bend_bytes);
    assert!(passed > 50, "only {passed} mutants passed the gate");
}

/// Bent changes on top of bent changes, as far as the gate lets the chain grow.
#[test]
fn chains_of_bent_changes_never_hurt() {
    let mut dice = Dice::new(4);
    let (seeds, mut longest) = (seeds(40), 0);
    for _ in 0..times(1_000) {
        let seed = dice.pick(&seeds);
        let mut link = Seed {
            before: seed.before.clone(),
            history: seed.history.clone(),
            doc: seed.doc.clone(),
            change: seed.change.clone(),
        };
        for length in 1..=4 {
            let bent = (0..8).map(|_| bend_operations(&mut dice, &link));
            let Some(bytes) = bent.into_iter().find(|bytes| passes(&link, bytes)) else {
                break;
            };
            if let Err(fault) = merge(&link, &bytes) {
                panic!("{fault}: link {length} {}", hex(&bytes));
            }
            longest = longest.max(length);
            let scanned = scan(&bytes).unwrap();
            link.history.accept(&scanned).unwrap();
            link.doc
                .apply_changes([Change::from_bytes(bytes.clone()).unwrap()])
                .unwrap();
            let next = Craft {
                seq: scanned.seq + 1,
                start_op: u64::from(scanned.max_op()) + 1,
                deps: vec![scanned.hash],
                ..Craft::of(&scanned)
            };
            link.change = next.bytes();
            link.before.push(bytes);
        }
    }
    assert_eq!(longest, 4);
}

#[test]
fn bent_operations_never_hurt() {
    let passed = run(
        &seeds(60),
        times(10_000),
        &mut Dice::new(2),
        bend_operations,
    );
    assert!(passed > 500, "only {passed} mutants passed the gate");
}

/// The scan of anything at all ends, without a panic.
#[test]
fn noise_is_refused() {
    let mut dice = Dice::new(3);
    let seeds = seeds(20);
    for _ in 0..times(20_000) {
        let seed = dice.pick(&seeds);
        let mut bytes = seed.change.clone();
        for _ in 0..dice.below(40) {
            let at = dice.below(bytes.len());
            bytes[at] = dice.any().to_le_bytes()[0];
        }
        if let Ok(change) = scan(&repair(bytes)) {
            drop(check(&seed.history, &change));
        }
    }
}

//! The faults end: everything must drain, and everybody must agree.

use std::collections::{BTreeMap, BTreeSet};

use linli_model::case::{Place, State};
use linli_model::{ChangeHash, EntryId, RecordId, Timestamp};
use linli_records::case::read_case;
use linli_trust::audit::ChainEnd;

use super::fault::Fault;
use super::story::UPWARDS;
use super::template::SERVERS;
use super::world::{COMMUNITY, STREET, World, hashes};

/// Rounds over all links and handhelds in which everything must be quiet.
const ROUNDS: u32 = 10;
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Exchanges in a row of one handheld.
const IN_A_ROW: u32 = 30;

/// Exchanges until nobody has anything left to say.
pub(crate) fn heal(world: &mut World) {
    world.servers.iter_mut().for_each(|server| server.skew = 0);
    world
        .handhelds
        .iter_mut()
        .for_each(|handheld| handheld.skew = 0);
    let mut is_next_day = false;
    for _ in 0..ROUNDS {
        let before = world.stock();
        let mut is_busy = false;
        for below in [COMMUNITY, STREET, COMMUNITY] {
            is_busy |= world.link(below, Fault::None);
        }
        for index in 0..world.handhelds.len() {
            is_busy |= drain(world, index);
        }
        if std::env::var_os("LINLI_SEED").is_some() {
            eprintln!("busy {is_busy}, {before:?} {:?}", world.stock());
        }
        let is_recovering = UPWARDS.iter().any(|at| !world.not_ready(*at).is_empty());
        if !is_busy && !is_recovering && world.stock() == before {
            if is_next_day {
                return;
            }
            // A twin that pulled anew waits a day before it does so again.
            world.now += DAY_MS;
            is_next_day = true;
        }
    }
    for at in UPWARDS {
        eprintln!("{}: {:?}", SERVERS[at].0, world.not_ready(at));
    }
    for (index, handheld) in world.handhelds.iter().enumerate() {
        let waiting = handheld.read(|reader| reader.outbox_len().unwrap());
        eprintln!("handheld {index}: {waiting} changes wait");
    }
    panic!("not quiet after {ROUNDS} rounds");
}

/// Exchanges of one handheld until it has nothing left to say. Answers whether there were several.
fn drain(world: &mut World, index: usize) -> bool {
    if world.handhelds[index].is_gone {
        return false;
    }
    for round in 0..IN_A_ROW {
        if !world.exchange(index, Fault::None) {
            let waits = |handheld: &super::handheld::Handheld| {
                handheld.read(|reader| reader.outbox_len().unwrap()) > 0
            };
            return round > 0 || waits(&world.handhelds[index]);
        }
    }
    panic!("handheld {index} does not come to an end");
}

/// The invariants at the end of a story.
pub(crate) fn everybody_agrees(world: &mut World, cases: &[RecordId], seed: u64) {
    let cases: Vec<RecordId> = cases
        .iter()
        .copied()
        .filter(|case| world.find(COMMUNITY, *case).is_some())
        .collect();
    nothing_acknowledged_is_lost(world);
    nothing_revoked_got_in(world);
    for case in &cases {
        the_same_is_everywhere(world, *case);
        the_line_is_whole(world, *case);
    }
    for at in UPWARDS {
        let rows = world.read(at, |reader| reader.audit_rows(0, 10_000).unwrap());
        ChainEnd::START.verify(&rows).unwrap();
    }
    if seed.is_multiple_of(10) {
        let found = world.verify(COMMUNITY);
        assert!(found.is_empty(), "{found:?}");
    }
}

/// I1: what a handheld was told is stored is stored, or kept for review, unless everybody who had it
/// is gone.
fn nothing_acknowledged_is_lost(world: &World) {
    let refused = "SELECT hash FROM quarantine";
    let mut kept: BTreeSet<ChangeHash> = BTreeSet::new();
    for sql in ["SELECT hash FROM changes", refused] {
        kept.extend(world.read(COMMUNITY, |reader| hashes(reader, sql)));
    }
    for handheld in world.handhelds.iter().filter(|one| one.is_in_use()) {
        kept.extend(handheld.read(|reader| hashes(reader, refused)));
    }
    let missing = world
        .acked
        .iter()
        .filter(|hash| !kept.contains(hash) && !world.lost.contains(hash));
    let missing: Vec<_> = missing.collect();
    assert!(missing.is_empty(), "acknowledged and lost: {missing:?}");
}

/// I3: of a revoked key there is only what somebody had when it was revoked.
fn nothing_revoked_got_in(world: &World) {
    for (key, known) in &world.revoked {
        for at in UPWARDS {
            let written = world.read(at, |reader| {
                let mut list = reader
                    .sql()
                    .prepare("SELECT hash, actor FROM changes")
                    .unwrap();
                let found = list.query_map([], |row| {
                    Ok((
                        ChangeHash(row.get::<_, [u8; 32]>(0)?),
                        linli_model::ActorId(row.get::<_, [u8; 16]>(1)?),
                    ))
                });
                found.unwrap().map(Result::unwrap).collect::<Vec<_>>()
            });
            for (hash, actor) in written {
                assert!(
                    !actor.is_of(key) || known.contains(&hash),
                    "{hash} of a revoked key at {}",
                    SERVERS[at].0
                );
            }
        }
    }
}

/// I2: the community and its handhelds hold the same changes, and every member server sees the same.
fn the_same_is_everywhere(world: &World, case: RecordId) {
    let heads_at = |at| world.read(at, |reader| heads(reader, case));
    let here = heads_at(COMMUNITY);
    for (index, handheld) in world.handhelds.iter().enumerate() {
        if handheld.is_in_use() {
            let theirs = handheld.read(|reader| heads(reader, case));
            assert_eq!(
                theirs, here,
                "{case}: handheld {index} and its community differ"
            );
        }
    }
    let view = world.find(COMMUNITY, case).unwrap();
    for at in [STREET, super::world::DISTRICT] {
        let name = SERVERS[at].0;
        let is_member = view.members.iter().any(|org| org.as_str() == name);
        match heads_at(at) {
            Some(theirs) => {
                assert!(is_member, "{case} reached {name}, which is no member");
                assert_eq!(
                    Some(theirs),
                    here,
                    "{case}: {name} and the community differ"
                );
            }
            None => assert!(!is_member, "{case} is missing at {name}"),
        }
    }
}

fn heads(reader: &linli_store::Reader<'_>, case: RecordId) -> Option<Vec<ChangeHash>> {
    let info = reader.document_info(&case).unwrap();
    info.map(|info| info.heads)
}

/// I5: every event has one verdict, in a line without a gap, and nothing takes effect twice.
fn the_line_is_whole(world: &World, case: RecordId) {
    let view = world.find(COMMUNITY, case).unwrap();
    if !world.is_shaken {
        assert!(view.incidents.is_empty(), "{case}: {:?}", view.incidents);
    }
    let admitted: Vec<u32> = view
        .timeline
        .iter()
        .map(|entry| match entry.place {
            Place::Admitted { n, .. } => n,
            Place::Provisional => panic!("{case}: {} has no verdict", entry.name),
        })
        .collect();
    let expected: Vec<u32> = (1..=view.n).collect();
    assert_eq!(
        admitted, expected,
        "{case}: the line has a gap or something twice"
    );
    assert_ne!(view.confirmed.state, State::New, "{case}");
    let document = world.read(COMMUNITY, |reader| reader.load_document(&case).unwrap());
    let log = read_case(case, &document.unwrap()).unwrap().log;
    // Two twins may write different events under one id: the time tells them apart.
    let mut effective: BTreeMap<(EntryId, Timestamp), EntryId> = BTreeMap::new();
    for entry in view
        .timeline
        .iter()
        .filter(|entry| entry.verdict.is_effective())
    {
        let event = &log.events[&entry.event];
        let first = event.again_of.unwrap_or(entry.event);
        let twice = effective.insert((first, event.at), entry.event);
        assert_eq!(twice, None, "{case}: {} takes effect twice", entry.name);
    }
}

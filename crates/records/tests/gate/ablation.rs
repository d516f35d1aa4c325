//! Every rule of the gate has a change that only this rule keeps out.

use linli_records::prescan::{ScanRefusal, scan_with};
use linli_records::rules::{Rule, Rules};
use linli_records::structure::{StructureRefusal, check_actor_with, check_with};

use crate::base::{
    Base, COUNT, FIRST, GONE, IN_MAP, IN_OTHER, LIST, MAP, NAME, SECOND, THEIR_MAP, THEIR_NAME, a,
    b, key_a, key_b,
};
use crate::craft::{Columns, Craft, CraftKey, CraftOp, MAKE_MAP, chunk, hash, sleb, uleb};

/// What the gate says of a change before the schema.
fn gate(base: &Base, bytes: &[u8], key: linli_model::KeyId, rules: Rules) -> Result<(), Rule> {
    let change = scan_with(bytes, rules).map_err(|refusal| match refusal {
        ScanRefusal::Rule(rule) => rule,
        other => panic!("refused without a rule: {other}"),
    })?;
    let broken = |refusal| match refusal {
        StructureRefusal::Rule(rule) => rule,
        StructureRefusal::Missing(missing) => panic!("missing {missing:?}"),
    };
    check_actor_with(&change, &key, 1, rules).map_err(broken)?;
    check_with(&base.history(), &change, rules).map_err(broken)
}

/// Replaces one column.
fn bend(craft: &Craft, number: u64, bytes: &[u8]) -> Vec<u8> {
    let mut columns: Columns = craft.columns();
    columns.retain(|(listed, _)| *listed != number);
    let at = columns.partition_point(|(listed, _)| *listed < number);
    columns.insert(at, (number, bytes.to_vec()));
    craft.bytes_with(&columns)
}

fn at(number: u64) -> CraftKey {
    CraftKey::Element(0, number)
}

/// A change that breaks one rule of the canonical form.
fn not_canonical(base: &Base, rule: Rule) -> Option<Vec<u8>> {
    let two = base
        .next()
        .with(&[CraftOp::put("p", "1"), CraftOp::put("q", "2")]);
    let one = base.next().with(&[CraftOp::put("p", "1")]);
    let in_map = CraftOp::put("r", "3").on((0, MAP));
    let three = two
        .clone()
        .with(&[two.ops[0].clone(), two.ops[1].clone(), in_map]);
    let over_both = CraftOp::put("name", "z").over(&[(0, NAME), (1, THEIR_NAME)]);
    Some(match rule {
        Rule::Checksum => {
            let mut bytes = two.bytes();
            bytes[4] ^= 1;
            bytes
        }
        Rule::ShortestInteger => bend(&two, 66, &[0x82, 0x00, 1]),
        Rule::RunOfOne => bend(&one, 66, &[1, 1]),
        Rule::MergeableRuns => bend(&two, 66, &[0x7f, 1, 0x7f, 1]),
        Rule::NullRun => bend(&three, 1, &[0, 1, 0, 1, 0x7f, 0]),
        Rule::AllNull => bend(&two, 1, &[0, 2]),
        Rule::BooleanZero => bend(&two, 52, &[1, 0, 1]),
        Rule::ColumnEnds => bend(&two, 52, &[3]),
        Rule::ColumnOrder => {
            let mut columns = two.columns();
            columns.swap(0, 1);
            two.bytes_with(&columns)
        }
        Rule::EmptyColumn => bend(&two, 1, &[]),
        Rule::UnknownColumn => bend(&two, 192, &[1]),
        Rule::TrailingBytes => {
            let body = [two.body(&two.columns()), vec![1, 1, b'x']].concat();
            chunk(1, &body)
        }
        Rule::DepsAscending => {
            let mut craft = base.merging().with(&two.ops);
            craft.deps.reverse();
            craft.bytes()
        }
        Rule::ActorsAscending => {
            // Two others, each used: one by an object, one by a predecessor that is named twice.
            let put = CraftOp::put("name", "z").over(&[(2, NAME), (1, THEIR_NAME)]);
            let (low, high) = (a().min(b()), a().max(b()));
            assert_eq!(low, a());
            let mut craft = base.merging().naming(&[high, low]).with(&[put]);
            (craft.actor, craft.seq) = (linli_model::ActorId::new(&key_a(), 2), 1);
            craft.bytes()
        }
        Rule::ActorsUsed => base.merging().naming(&[b()]).with(&two.ops).bytes(),
        Rule::AuthorAmongOthers => {
            let put = CraftOp::put("count", "z").over(&[(1, COUNT)]);
            base.next().naming(&[a()]).with(&[put]).bytes()
        }
        Rule::PredsAscending => {
            let put = over_both.over(&[(1, THEIR_NAME), (0, NAME)]);
            base.merging().naming(&[b()]).with(&[put]).bytes()
        }
        Rule::ValueType => one
            .clone()
            .with(&[one.ops[0].clone().holding((10, vec![1]))])
            .bytes(),
        Rule::ValueLength => one
            .clone()
            .with(&[one.ops[0].clone().holding((0, vec![1]))])
            .bytes(),
        Rule::NullValue => one
            .clone()
            .with(&[CraftOp::make("m", MAKE_MAP).holding((3, uleb(1)))])
            .bytes(),
        Rule::IncrementInteger => {
            let up = CraftOp::increment("count", 1)
                .over(&[(0, COUNT)])
                .holding((3, uleb(1)));
            one.clone().with(&[up]).bytes()
        }
        Rule::ZeroCounter => one.clone().with(&[one.ops[0].clone().on((0, 0))]).bytes(),
        Rule::EmptyChange => one.with(&[]).bytes(),
        _ => return None,
    })
}

/// A change that breaks one rule of structure.
fn not_fitting(base: &Base, rule: Rule) -> Option<Vec<u8>> {
    let put = |name: &str| CraftOp::put(name, "v");
    let next = |op: CraftOp| base.next().with(&[op]);
    let theirs = |op: CraftOp| base.next().naming(&[b()]).with(&[op]);
    let craft = match rule {
        Rule::ActorOfKey => next(put("p")),
        Rule::NextSeq => Craft {
            seq: 4,
            ..next(put("p"))
        },
        Rule::OwnLastIsAncestor => Craft::new(a(), 3, 13, &[hash(&base.beside)]).with(&[put("p")]),
        Rule::StartOp => Craft {
            start_op: 13,
            ..next(put("p"))
        },
        Rule::ObjectExists => next(put("p").on((0, 999))),
        Rule::ObjectInHistory => theirs(put("p").on((1, THEIR_MAP))),
        Rule::KeyKind => {
            let mut insert = CraftOp::insert((0, MAP), CraftKey::Head, "v");
            insert.object = None;
            next(insert)
        }
        Rule::ElementExists => next(CraftOp::insert((0, LIST), at(IN_OTHER), "v")),
        Rule::PredExists => next(put("p").over(&[(0, 500)])),
        Rule::PredInHistory => theirs(put("name").over(&[(1, THEIR_NAME)])),
        Rule::PredSamePlace => next(put("p").over(&[(0, NAME)])),
        Rule::PredIsValue => next(put("name").over(&[(0, GONE)])),
        Rule::InsertNoPred => next(CraftOp::insert((0, LIST), at(FIRST), "v").over(&[(0, FIRST)])),
        Rule::DeleteNeedsPred => next(CraftOp::delete("p")),
        Rule::IncrementNeedsPred => next(CraftOp::increment("count", 1)),
        Rule::UpdateNeedsPred => next(CraftOp {
            key: at(SECOND),
            ..put("p").on((0, LIST))
        }),
        Rule::IncrementOfCounter => {
            next(CraftOp::increment("k", 1).on((0, MAP)).over(&[(0, IN_MAP)]))
        }
        Rule::OncePerKey => base.next().with(&[put("p"), put("p")]),
        Rule::IncrementSize => next(CraftOp::increment("count", 1 << 33).over(&[(0, COUNT)])),
        Rule::CounterSize => next(put("p").holding((8, sleb(1 << 53)))),
        _ => return None,
    };
    Some(craft.bytes())
}

#[test]
fn each_rule_alone_keeps_a_bad_change_out() {
    let base = Base::new();
    for rule in Rule::ALL {
        let bytes = not_canonical(&base, rule)
            .or_else(|| not_fitting(&base, rule))
            .unwrap_or_else(|| panic!("no change for {rule:?}"));
        let (key, epoch_two) = match rule {
            Rule::ActorOfKey => (key_b(), false),
            Rule::ActorsAscending => (key_a(), true),
            _ => (key_a(), false),
        };
        let judge = |rules: Rules| {
            if epoch_two {
                let rules = rules.without(Rule::ActorOfKey);
                gate(&base, &bytes, key, rules)
            } else {
                gate(&base, &bytes, key, rules)
            }
        };
        assert_eq!(judge(Rules::ALL), Err(rule), "with all rules");
        assert_eq!(judge(Rules::ALL.without(rule)), Ok(()), "without {rule:?}");
    }
}

/// The folder of changes that every later version must go on refusing, one file per rule; they
/// stand on top of `base-1` to `base-3`. `LINLI_BLESS=1` writes files that are not there yet and
/// never changes one that is.
fn corpus() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/changes")
}

#[test]
fn the_kept_corpus_is_refused_for_the_reason_in_its_name() {
    let base = Base::new();
    let kept = |name: &str, bytes: &[u8]| {
        let path = corpus().join(format!("{name}.bin"));
        if !path.exists() && std::env::var("LINLI_BLESS").is_ok() {
            std::fs::write(&path, bytes).unwrap();
        }
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    for (number, bytes) in base.all().into_iter().enumerate() {
        assert_eq!(kept(&format!("base-{}", number + 1), bytes), bytes);
    }
    for rule in Rule::ALL
        .into_iter()
        .filter(|rule| *rule != Rule::ActorOfKey)
    {
        let bytes = not_canonical(&base, rule)
            .or_else(|| not_fitting(&base, rule))
            .unwrap();
        let rules = Rules::ALL.without(Rule::ActorOfKey);
        let refused = gate(&base, &kept(rule.code(), &bytes), key_a(), rules);
        assert_eq!(refused, Err(rule));
    }
}

/// The crafted changes of the corpus that must be refused under more than one guise.
#[test]
fn more_of_the_corpus_is_refused() {
    let base = Base::new();
    let put = |name: &str| CraftOp::put(name, "v");
    let cases: [(&str, Craft, Rule); 9] = [
        (
            "missing element",
            base.next()
                .with(&[CraftOp::insert((0, LIST), at(999), "v")]),
            Rule::ElementExists,
        ),
        (
            "element that is a name",
            base.next()
                .with(&[CraftOp::insert((0, LIST), at(COUNT), "v")]),
            Rule::ElementExists,
        ),
        (
            "name in a list",
            base.next()
                .with(&[put("p").on((0, LIST)).over(&[(0, FIRST)])]),
            Rule::KeyKind,
        ),
        (
            "value as object",
            base.next().with(&[put("p").on((0, NAME))]),
            Rule::ObjectExists,
        ),
        (
            "put and delete of one name",
            base.next().with(&[
                put("count").over(&[(0, COUNT)]),
                CraftOp::delete("count").over(&[(0, 12)]),
            ]),
            Rule::OncePerKey,
        ),
        (
            "predecessor in another object",
            base.next().with(&[put("k").over(&[(0, IN_MAP)])]),
            Rule::PredSamePlace,
        ),
        (
            "predecessor of the same change that comes later",
            base.next().with(&[put("p").over(&[(0, 13)]), put("q")]),
            Rule::PredExists,
        ),
        (
            "the actor's last number again",
            Craft {
                seq: 2,
                ..base.next()
            }
            .with(&[put("p")]),
            Rule::NextSeq,
        ),
        (
            "operations start too low",
            Craft {
                start_op: 2,
                ..base.next()
            }
            .with(&[put("p")]),
            Rule::StartOp,
        ),
    ];
    for (what, craft, rule) in cases {
        assert_eq!(
            gate(&base, &craft.bytes(), key_a(), Rules::ALL),
            Err(rule),
            "{what}"
        );
    }
}

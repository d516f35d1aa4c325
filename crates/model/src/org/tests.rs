use super::*;

fn id(text: &str) -> OrgId {
    OrgId::new(text).unwrap()
}

fn tree(edges: &[(&str, &str)]) -> OrgTree {
    OrgTree::new(edges.iter().map(|(child, parent)| Org {
        id: id(child),
        parent: (!parent.is_empty()).then(|| id(parent)),
        kind: OrgKind::Station,
        level: Level::Community,
        name: Name::default(),
    }))
}

fn sample() -> OrgTree {
    tree(&[
        ("d", ""),
        ("s1", "d"),
        ("s2", "d"),
        ("a", "s1"),
        ("b", "s1"),
        ("c", "s2"),
        ("deep", "c"),
    ])
}

fn path(from: &str, to: &str) -> String {
    let path = sample().path(&id(from), &id(to));
    path.iter().map(OrgId::as_str).collect::<Vec<_>>().join(" ")
}

#[test]
fn paths_climb_and_descend() {
    assert_eq!(path("a", "a"), "a");
    assert_eq!(path("a", "d"), "a s1 d");
    assert_eq!(path("a", "b"), "a s1 b");
    assert_eq!(path("a", "deep"), "a s1 d s2 c deep");
    assert_eq!(path("d", "deep"), "d s2 c deep");
    assert_eq!(path("a", "nowhere"), "");
}

#[test]
fn next_hop_is_one_link_towards_the_target() {
    let tree = sample();
    assert_eq!(tree.next_hop(&id("a"), &id("b")), Some(id("s1")));
    assert_eq!(tree.next_hop(&id("s1"), &id("b")), Some(id("b")));
    assert_eq!(tree.next_hop(&id("a"), &id("a")), None);
    assert!(tree.are_linked(&id("a"), &id("s1")) && tree.are_linked(&id("s1"), &id("a")));
    assert!(!tree.are_linked(&id("a"), &id("b")));
}

#[test]
fn within_means_at_or_below() {
    let tree = sample();
    assert!(tree.is_within(&id("s2"), &id("deep")));
    assert!(tree.is_within(&id("s2"), &id("s2")));
    assert!(!tree.is_within(&id("s1"), &id("deep")));
    assert!(tree.is_above(&id("d"), &id("a")) && !tree.is_above(&id("d"), &id("d")));
}

#[test]
fn the_closure_is_the_smallest_connected_part() {
    let ids = [id("a"), id("deep"), id("b")];
    let closure = sample().closure(&ids);
    let names: Vec<_> = closure.iter().map(OrgId::as_str).collect();
    assert_eq!(names, ["a", "b", "c", "d", "deep", "s1", "s2"]);
}

#[test]
fn a_loop_ends_instead_of_hanging() {
    let tree = tree(&[("x", "y"), ("y", "x"), ("z", "gone")]);
    assert!(!tree.is_within(&id("d"), &id("x")));
    assert_eq!(tree.path(&id("x"), &id("z")), Vec::<OrgId>::new());
}

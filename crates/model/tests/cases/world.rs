//! The model of docs/workflow.md: servers of three levels and devices in memory, joined by links that
//! break. Everything that decides is the real code of the crate; only bytes, signatures and SQL are
//! left out.

pub(crate) mod check;
mod doc;
mod exchange;
mod fault;
mod node;
mod story;
mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use linli_model::case::{CaseHead, CaseView, Rules, fold};
use linli_model::{KeyId, OrgId, Timestamp};

use crate::district::{self, grid, org, staff};
use crate::rng::Rng;
use doc::{CaseIndex, Change, ChangeId};
use node::{Feed, Node, NodeIndex, NodeKind};

pub(crate) use check::{Class, Violation};

/// A world in which a story runs.
pub(crate) struct World<'a> {
    pub(crate) rules: &'a BTreeMap<u32, Rules>,
    pub(crate) rng: Rng,
    pub(crate) nodes: Vec<Node>,
    /// Links by their two ends, the smaller first; true when up.
    links: BTreeMap<(NodeIndex, NodeIndex), bool>,
    now: Timestamp,
    cases: usize,
    next_change: u64,
    views: BTreeMap<(CaseIndex, u64), Rc<CaseView>>,
    /// What a server last looked at a case with.
    looks: BTreeMap<(NodeIndex, CaseIndex), (u64, Timestamp, BTreeSet<OrgId>)>,
    /// Pages that were delivered and may come again, late.
    echoes: Vec<(NodeIndex, NodeIndex, Vec<Rc<Change>>)>,
    /// Older states of nodes, for restores.
    backups: Vec<(NodeIndex, Node)>,
    /// Changes that a server refused for good and those that were discarded with them.
    refused: BTreeSet<ChangeId>,
    /// Changes that went with a lost or restored device, unless somebody else has them.
    lost: BTreeSet<ChangeId>,
    revoked: BTreeSet<KeyId>,
    /// Every change that anybody wrote: its case and its author.
    written: BTreeMap<ChangeId, (CaseIndex, NodeIndex)>,
    heads: Vec<CaseHead>,
    /// Every organisation that some replica ever saw as a member.
    ever_members: BTreeMap<CaseIndex, BTreeSet<OrgId>>,
    dropped: BTreeSet<CaseIndex>,
    has_faults: bool,
    /// How many cases the story has at most.
    most_cases: usize,
    /// How many exchanges follow each step of work: slow lines or fast ones.
    pace: usize,
    /// The rule that this world does not have.
    pub(crate) missing: Option<Missing>,
    /// How likely a fault is at each step.
    fault_percent: u64,
    pub(crate) violations: Vec<Violation>,
    /// How often each event ended with each verdict in the final logs, and each incident.
    pub(crate) tally: BTreeMap<String, usize>,
    pub(crate) diary: Option<Vec<String>>,
}

/// A rule that can be taken away, to see that somebody notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// After a change of generation a neighbour gets its own changes back.
    Backup,
    /// A new member gets the whole history.
    History,
    /// An erased change still takes its place in its author's chain.
    GonePlace,
}

impl Missing {
    pub(crate) const ALL: [Self; 3] = [Self::Backup, Self::History, Self::GonePlace];
}

/// When stories begin: a working day.
const START: Timestamp = Timestamp(1_788_220_800_000);

impl<'a> World<'a> {
    pub(crate) fn new(seed: u64, has_faults: bool, rules: &'a BTreeMap<u32, Rules>) -> Self {
        let mut world = Self {
            rules,
            rng: Rng::new(seed),
            nodes: Vec::new(),
            links: BTreeMap::new(),
            now: START,
            cases: 0,
            next_change: 0,
            views: BTreeMap::new(),
            looks: BTreeMap::new(),
            echoes: Vec::new(),
            backups: Vec::new(),
            refused: BTreeSet::new(),
            lost: BTreeSet::new(),
            revoked: BTreeSet::new(),
            written: BTreeMap::new(),
            heads: Vec::new(),
            ever_members: BTreeMap::new(),
            dropped: BTreeSet::new(),
            has_faults,
            most_cases: 1 + (seed % 3) as usize,
            pace: (seed / 3 % 4) as usize,
            missing: None,
            fault_percent: 2 + seed / 12 % 3 * 4,
            violations: Vec::new(),
            tally: BTreeMap::new(),
            diary: None,
        };
        world.build();
        world
    }

    /// Two topologies: both communities in one street, or each in its own.
    fn build(&mut self) {
        let apart = self.rng.percent(50);
        let mut servers = vec![("d", ""), ("s1", "d"), ("c1", "s1")];
        let unit = if self.rng.percent(50) {
            ("u1", "s1")
        } else {
            ("u2", "d")
        };
        if apart {
            servers.extend([("s2", "d"), ("c3", "s2"), unit]);
        } else {
            servers.extend([("c2", "s1"), unit]);
        }
        for (id, parent) in servers {
            let index = self.add_node(NodeKind::Server { org: org(id) });
            if let Some(parent) = self.server(parent) {
                self.link(parent, index);
            }
        }
        let grids = [("g1", "c1"), ("g1", "c1"), ("g2", "c2"), ("g3", "c3")];
        for (nth, (code, community)) in grids.into_iter().enumerate() {
            let Some(server) = self.server(community) else {
                continue;
            };
            let one = if nth == 1 { "b" } else { "a" };
            let index = self.add_node(NodeKind::Device {
                org: org(community),
                grid: grid(code),
                staff: vec![staff(&format!("{code}-{one}"))],
            });
            self.link(server, index);
        }
    }

    fn add_node(&mut self, kind: NodeKind) -> NodeIndex {
        let index = self.nodes.len();
        let mut key = [0u8; 16];
        key[0] = u8::try_from(index + 1).unwrap_or(u8::MAX);
        self.nodes.push(Node::new(kind, KeyId(key)));
        index
    }

    fn link(&mut self, a: NodeIndex, b: NodeIndex) {
        self.links.insert((a.min(b), a.max(b)), true);
        for (one, other) in [(a, b), (b, a)] {
            let generation = self.nodes[other].generation;
            let feed = Feed {
                generation,
                ..Feed::default()
            };
            self.nodes[one].feeds.insert(other, feed);
        }
    }

    fn server(&self, id: &str) -> Option<NodeIndex> {
        self.nodes
            .iter()
            .position(|node| node.is_server() && node.org().as_str() == id)
    }

    fn neighbours(&self, node: NodeIndex) -> Vec<NodeIndex> {
        self.nodes[node].feeds.keys().copied().collect()
    }

    fn is_up(&self, a: NodeIndex, b: NodeIndex) -> bool {
        self.links
            .get(&(a.min(b), a.max(b)))
            .copied()
            .unwrap_or(false)
            && !self.nodes[a].is_dead
            && !self.nodes[b].is_dead
    }

    fn rules(&self) -> &'a Rules {
        &self.rules[&1]
    }

    fn fresh_change(&mut self) -> ChangeId {
        self.next_change += 1;
        // Spread like a hash, so that the sum of a document's changes tells documents apart.
        Rng::new(self.next_change).next()
    }

    /// What a node sees of a case. Replicas with the same changes share the fold.
    fn view(&mut self, node: NodeIndex, case: CaseIndex) -> Option<Rc<CaseView>> {
        let doc = self.nodes[node].docs.get(&case)?;
        let key = (case, doc.content);
        if let Some(view) = self.views.get(&key) {
            return Some(Rc::clone(view));
        }
        let view = Rc::new(fold(&doc.log, self.rules));
        let ever = self.ever_members.entry(case).or_default();
        ever.extend(view.members.iter().cloned());
        self.views.insert(key, Rc::clone(&view));
        Some(view)
    }

    fn write(&mut self, line: impl FnOnce(&Self) -> String) {
        if self.diary.is_some() {
            let line = line(self);
            if let Some(diary) = &mut self.diary {
                diary.push(line);
            }
        }
    }

    fn name(&self, node: NodeIndex) -> String {
        match &self.nodes[node].kind {
            NodeKind::Server { org } => org.to_string(),
            NodeKind::Device { grid, staff, .. } => format!("{grid}/{}#{node}", staff[0]),
        }
    }
}

/// The edition of every story.
pub(crate) fn editions() -> BTreeMap<u32, Rules> {
    BTreeMap::from([(1, district::rules())])
}

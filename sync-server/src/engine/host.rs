//! Who this server is: the desks that it hosts, their keys, its generation.

use std::collections::{BTreeMap, BTreeSet};

use linli_model::case::{Rules, admission};
use linli_model::{ActorId, OrgId, OrgKind};
use linli_store::{Reader, Tx};
use linli_trust::SigningKey;
use zeroize::Zeroizing;

use crate::door::{DoorError, DoorResult};

/// The name under which a desk's key is kept in the encrypted database.
fn key_note(org: &OrgId) -> String {
    format!("desk_key/{org}")
}

/// The desks of this server.
pub(crate) struct Host {
    orgs: Vec<OrgId>,
    desks: BTreeMap<OrgId, SigningKey>,
    generation: u64,
}

impl Host {
    /// Loads the keys of the configured organisations and of handling units that were added below.
    pub(crate) fn load(reader: &Reader<'_>, orgs: &[OrgId]) -> DoorResult<Self> {
        let mut host = Self {
            orgs: orgs.to_vec(),
            desks: BTreeMap::new(),
            generation: reader.generation()?,
        };
        for org in orgs {
            host.load_desk(reader, org)?;
        }
        Ok(host)
    }

    fn load_desk(&mut self, reader: &Reader<'_>, org: &OrgId) -> DoorResult<bool> {
        let Some(seed) = reader.meta(&key_note(org))?.map(Zeroizing::new) else {
            return Ok(false);
        };
        let seed = <[u8; 32]>::try_from(seed.as_slice())
            .map_err(|_| DoorError::Storage(format!("the key of desk {org} is damaged")))?;
        self.desks.insert(org.clone(), SigningKey::from_seed(seed));
        Ok(true)
    }

    /// Loads the keys of handling units that belong to a hosted organisation.
    pub(crate) fn load_units(&mut self, reader: &Reader<'_>, rules: &Rules) -> DoorResult<()> {
        for unit in self.units(rules) {
            if !self.desks.contains_key(&unit) {
                self.load_desk(reader, &unit)?;
            }
        }
        Ok(())
    }

    /// The handling units directly below a hosted organisation.
    pub(crate) fn units(&self, rules: &Rules) -> Vec<OrgId> {
        self.orgs
            .iter()
            .flat_map(|org| rules.tree().children(org))
            .filter(|child| child.kind == OrgKind::HandlingUnit)
            .map(|child| child.id.clone())
            .collect()
    }

    /// Keeps a new key for a desk. `seed` comes from a good source of randomness.
    pub(crate) fn add_desk(
        &mut self,
        tx: &mut Tx<'_>,
        org: &OrgId,
        seed: [u8; 32],
    ) -> DoorResult<()> {
        let seed = Zeroizing::new(seed);
        tx.set_meta(&key_note(org), seed.as_slice())?;
        self.desks.insert(org.clone(), SigningKey::from_seed(*seed));
        Ok(())
    }

    /// The organisations named in the configuration.
    pub(crate) fn orgs(&self) -> &[OrgId] {
        &self.orgs
    }

    /// Every desk with its key.
    pub(crate) fn desks(&self) -> impl Iterator<Item = (&OrgId, &SigningKey)> {
        self.desks.iter()
    }

    /// Whether the organisation's desk is here.
    pub(crate) fn hosts(&self, org: &OrgId) -> bool {
        self.desks.contains_key(org)
    }

    /// The key of a desk.
    pub(crate) fn key(&self, org: &OrgId) -> DoorResult<&SigningKey> {
        self.desks
            .get(org)
            .ok_or(DoorError::NotFound { what: "desk" })
    }

    /// The desk as the case rules know it.
    pub(crate) fn desk(&self, org: &OrgId) -> DoorResult<admission::Desk> {
        let key = self.key(org)?;
        let actor = ActorId::new(&key.id(), self.generation);
        Ok(admission::Desk {
            org: org.clone(),
            generation: self.generation,
            actor,
        })
    }

    /// The generation in which this server writes.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Goes on in another generation, after a restore.
    pub(crate) fn set_generation(&mut self, generation: u64) {
        self.generation = generation;
    }

    /// Organisations on the other end of a link: the parents and children of hosted ones that have
    /// a desk and are not hosted here.
    pub(crate) fn neighbours(&self, rules: &Rules) -> BTreeSet<OrgId> {
        let tree = rules.tree();
        let mut all = BTreeSet::new();
        for org in &self.orgs {
            all.extend(tree.parent(org).cloned());
            all.extend(
                tree.children(org)
                    .filter(|child| child.kind.has_desk())
                    .map(|child| child.id.clone()),
            );
        }
        all.retain(|org| !self.hosts(org));
        all
    }

    /// The parent of the first hosted organisation, when it is somewhere else.
    pub(crate) fn parent(&self, rules: &Rules) -> Option<(OrgId, OrgId)> {
        self.orgs.iter().find_map(|org| {
            let parent = rules.tree().parent(org)?;
            (!self.hosts(parent)).then(|| (org.clone(), parent.clone()))
        })
    }
}

//! Who may write what: the step of the gate between structure and merge (docs/sync.md, order).
//!
//! A change is held against the signed header it came under, the certificate of its signer and the
//! edition that the header names. Whether an event has an *effect* is never asked here: an event by
//! somebody who may author such events is stored, and the holder's verdict says the rest. Refused is
//! only an author who could never do this (docs/workflow.md).

use linli_model::case::{Admit, Author, Event, Receipt, Rules, table};
use linli_model::role::{ScopeFamily, permission};
use linli_model::{GridCode, KeyId, OrgId, RecordKind, Role, Scope, StaffId};

use crate::admit::{ChangeFacts, PolicyRefusal};
use crate::read::RawEntry;
use crate::schema::EntryMap;

/// Whoever signed a batch, as header and certificate say together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// The organisation in the header.
    pub org: OrgId,
    /// The staff member in the header.
    pub staff: StaffId,
    /// The role in the header.
    pub role: Role,
    /// The edition in the header.
    pub edition: u32,
    /// The scope in the header.
    pub scope: Scope,
    /// The organisation in the certificate.
    pub certified_org: OrgId,
    /// What kind of key signed.
    pub hand: Hand,
}

/// What kind of key signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hand {
    /// A device with the grids and the staff of its certificate.
    Device {
        /// The device's key.
        key: KeyId,
        /// Grids that it may hold.
        grids: Vec<GridCode>,
        /// Staff who may use it.
        staff: Vec<StaffId>,
    },
    /// The desk of the certified organisation.
    Desk,
}

/// Codes of refusals of this step.
pub mod codes {
    /// Header and certificate, or header and scope, do not belong together.
    pub const SIGNER: &str = "signer";
    /// The staff member has no such role there in the edition named.
    pub const GRANT: &str = "grant";
    /// The role may not write such records, or not such events.
    pub const ROLE: &str = "role";
    /// The record belongs to another grid or scope.
    pub const SCOPE: &str = "scope";
    /// An entry names another author than the header.
    pub const AUTHOR: &str = "author";
    /// An entry is not of a form that this version knows.
    pub const ENTRY: &str = "entry";
    /// A field of a case was changed without an event that says so.
    pub const SILENT: &str = "silent";
}

impl Signer {
    /// Whether header and certificate agree and the grant exists: asked once for a batch.
    pub fn check(&self, rules: &Rules) -> Result<(), PolicyRefusal> {
        if self.org != self.certified_org {
            return refuse(codes::SIGNER, "the certificate names another organisation");
        }
        match &self.hand {
            Hand::Device { grids, staff, .. } => self.check_device(rules, grids, staff),
            Hand::Desk => self.check_desk(rules),
        }
    }

    fn check_device(
        &self,
        rules: &Rules,
        grids: &[GridCode],
        staff: &[StaffId],
    ) -> Result<(), PolicyRefusal> {
        if !staff.contains(&self.staff) {
            return refuse(
                codes::SIGNER,
                "the certificate does not name this staff member",
            );
        }
        let Some(grid) = grid_of(&self.scope).filter(|grid| grids.contains(grid)) else {
            return refuse(codes::SCOPE, "the device does not serve this scope");
        };
        if !rules.has_grant_in(&self.staff, self.role, grid) {
            return refuse(
                codes::GRANT,
                "no such role in this grid in the edition named",
            );
        }
        Ok(())
    }

    fn check_desk(&self, rules: &Rules) -> Result<(), PolicyRefusal> {
        if let Scope::Register(grid) | Scope::Places(grid) = &self.scope {
            return self.check_desk_of_grid(rules, grid);
        }
        if self.scope != Scope::Desk(self.org.clone()) {
            return refuse(codes::SCOPE, "a desk writes to its own scope");
        }
        if self.role == Role::System || rules.has_grant_at(&self.staff, self.role, &self.org) {
            return Ok(());
        }
        refuse(
            codes::GRANT,
            "no such role at this organisation in the edition named",
        )
    }

    /// Base data of a grid come from the desk of the community that the grid belongs to, in the name
    /// of somebody who has the role in that grid, or at the community for all of its grids
    /// (docs/adr/0014-base-data-by-the-desk.md).
    fn check_desk_of_grid(&self, rules: &Rules, grid: &GridCode) -> Result<(), PolicyRefusal> {
        if rules.community(grid) != Some(&self.org) {
            return refuse(codes::SCOPE, "the grid belongs to another organisation");
        }
        let has_role = rules.has_grant_in(&self.staff, self.role, grid)
            || rules.has_grant_at(&self.staff, self.role, &self.org);
        if self.role != Role::System && has_role {
            return Ok(());
        }
        refuse(
            codes::GRANT,
            "no such role in this grid or its community in the edition named",
        )
    }

    /// Whether this signer may write this change of a record whose home is `home`.
    pub fn may_write(
        &self,
        kind: RecordKind,
        home: &GridCode,
        facts: &ChangeFacts,
    ) -> Result<(), PolicyRefusal> {
        if facts.message.staff != self.staff {
            return refuse(codes::AUTHOR, "the change names another staff member");
        }
        self.may_touch(kind, home)?;
        if kind == RecordKind::Case {
            self.may_write_case(facts)?;
        }
        Ok(())
    }

    /// Whether records of a kind, of a home grid, are this signer's business at all: the scope is
    /// theirs and the role may write them.
    pub fn may_touch(&self, kind: RecordKind, home: &GridCode) -> Result<(), PolicyRefusal> {
        let is_of_grid = kind.grid_scope(home.clone()) == self.scope;
        let is_in_scope = match (&self.hand, &self.scope) {
            (Hand::Device { .. }, _) => is_of_grid,
            (Hand::Desk, Scope::Register(_) | Scope::Places(_)) => is_of_grid && is_base_data(kind),
            (Hand::Desk, Scope::Cases(_) | Scope::Desk(_) | Scope::Reference(_)) => {
                matches!(kind, RecordKind::Case | RecordKind::Disclosure)
            }
        };
        if !is_in_scope {
            return refuse(
                codes::SCOPE,
                "the record does not belong to the batch's scope",
            );
        }
        let family = ScopeFamily::from(&self.scope);
        if (self.role != Role::System || is_of_grid) && !permission(self.role, family, kind).write {
            return refuse(codes::ROLE, "this role may not write such records");
        }
        Ok(())
    }

    fn may_write_case(&self, facts: &ChangeFacts) -> Result<(), PolicyRefusal> {
        let mut has_event = false;
        for entry in &facts.entries {
            match entry.map {
                EntryMap::Events => {
                    self.may_author(&parse(entry)?)?;
                    has_event = true;
                }
                EntryMap::Admits => self.is_own_desk(&parse::<Admit>(entry)?.org)?,
                EntryMap::Receipts => self.is_own_desk(&parse::<Receipt>(entry)?.org)?,
            }
        }
        let writes_fields = !facts.fields_set.is_empty() || !facts.photos_added.is_empty();
        if writes_fields && !has_event {
            return refuse(codes::SILENT, "a case changes only with an event");
        }
        Ok(())
    }

    fn may_author(&self, event: &Event) -> Result<(), PolicyRefusal> {
        let device = match &self.hand {
            Hand::Device { key, .. } => Some(*key),
            Hand::Desk => None,
        };
        let author = Author {
            org: self.org.clone(),
            staff: self.staff.clone(),
            role: self.role,
            device,
        };
        if event.by != author || event.edition != self.edition {
            return refuse(
                codes::AUTHOR,
                "an event names another author than the batch",
            );
        }
        let may = table()
            .row(event.name())
            .is_some_and(|row| row.actors.contains(&self.role));
        if !may {
            return refuse(
                codes::ROLE,
                &format!("this role never writes {}", event.name()),
            );
        }
        Ok(())
    }

    fn is_own_desk(&self, org: &OrgId) -> Result<(), PolicyRefusal> {
        if self.hand == Hand::Desk && *org == self.org {
            return Ok(());
        }
        refuse(
            codes::ROLE,
            "only a desk admits and gives receipts, each for itself",
        )
    }
}

/// What a desk brings in from files: never a visit or an enrolment, which only a person at the door
/// writes.
fn is_base_data(kind: RecordKind) -> bool {
    match kind {
        RecordKind::Household
        | RecordKind::Contact
        | RecordKind::Building
        | RecordKind::Entrance
        | RecordKind::Dwelling
        | RecordKind::Component => true,
        RecordKind::Case
        | RecordKind::Enrolment
        | RecordKind::Visit
        | RecordKind::Place
        | RecordKind::Disclosure => false,
    }
}

fn grid_of(scope: &Scope) -> Option<&GridCode> {
    match scope {
        Scope::Register(grid) | Scope::Places(grid) | Scope::Cases(grid) => Some(grid),
        Scope::Desk(_) | Scope::Reference(_) => None,
    }
}

fn parse<T: serde::de::DeserializeOwned>(entry: &RawEntry) -> Result<T, PolicyRefusal> {
    serde_json::from_str(&entry.json).map_err(|error| PolicyRefusal {
        code: codes::ENTRY,
        detail: format!("entry {} of {}: {error}", entry.id, entry.map.name()),
    })
}

fn refuse<T>(code: &'static str, detail: &str) -> Result<T, PolicyRefusal> {
    Err(PolicyRefusal {
        code,
        detail: detail.to_owned(),
    })
}

#[cfg(test)]
mod tests;

//! The register as a shell holds it: a few lines for each command and query of the engine.

use linli_model::{RecordId, Timestamp};

use super::Device;
use crate::dto::access::{AccessList, RevealInput, RevealedDto};
use crate::dto::building::{
    BuildingInput, BuildingRow, ComponentInput, DwellingInput, DwellingList, DwellingQuery,
    EntranceInput, EntranceRow, FacilityList, FacilityQuery,
};
use crate::dto::change_set::Noun;
use crate::dto::clash::{ClashDto, SettleInput};
use crate::dto::forgotten::ForgottenDto;
use crate::dto::household::{HouseholdCard, HouseholdList, HouseholdQuery};
use crate::dto::register::{
    ContactEdit, EnrolmentInput, HouseholdEdit, HouseholdInput, JoinInput, MoveIn, PhoneInput,
    SavedRecord, SplitInput, VisitInput,
};
use crate::engine::{By, Engine};
use crate::error::{DeviceError, Result};

impl Device {
    /// Buildings of the grid.
    pub fn list_buildings(&self) -> Result<Vec<BuildingRow>> {
        self.look(Engine::buildings)
    }

    /// Entrances of a building.
    pub fn list_entrances(&self, building: &str) -> Result<Vec<EntranceRow>> {
        self.look(|engine, by, now| engine.entrances(by, building, now))
    }

    /// Dwellings of a building or behind an entrance.
    pub fn list_dwellings(&self, query: &DwellingQuery) -> Result<DwellingList> {
        self.look(|engine, by, now| engine.dwellings(by, query, now))
    }

    /// Households of a place, or the answers to a question, while the lease lasts.
    pub fn list_households(&self, query: &HouseholdQuery) -> Result<HouseholdList> {
        self.look(|engine, by, now| engine.households(by, query, now))
    }

    /// The card of a household, or of the household of a contact.
    pub fn find_household(&self, id: &str) -> Result<HouseholdCard> {
        self.look(|engine, by, now| engine.household(by, id, now))
    }

    /// Places or components.
    pub fn list_facilities(&self, query: &FacilityQuery) -> Result<FacilityList> {
        self.look(|engine, by, now| engine.facilities(by, query, now))
    }

    /// Fields with several values: of one household, or of everything in the grid.
    pub fn list_clashes(&self, household: Option<&str>) -> Result<Vec<ClashDto>> {
        self.look(|engine, by, now| engine.clashes(by, household, now))
    }

    /// Records that were erased while this device had changes of them.
    pub fn list_forgotten(&self) -> Result<Vec<ForgottenDto>> {
        let mut all = Vec::new();
        for engine in self.opened()?.engines.values() {
            all.extend(engine.forgotten()?);
        }
        Ok(all)
    }

    /// A person has seen that a record is gone.
    pub fn settle_forgotten(&self, record: &str) -> Result<()> {
        let record: RecordId = record
            .parse()
            .map_err(|_| DeviceError::NotFound("record"))?;
        let open = self.opened()?;
        let mut outcome = Err(DeviceError::NotFound("record"));
        for engine in open.engines.values() {
            outcome = outcome.or_else(|_| engine.settle_forgotten(&record));
        }
        self.tell(&[Noun::Register, Noun::Outbox], []);
        outcome
    }

    /// Who looked at which number on this device.
    pub fn access_log(&self, record: Option<&str>) -> Result<AccessList> {
        self.look(|engine, by, now| engine.access_log(by, record, now))
    }

    /// Shows the numbers of a contact, after a row about it is in the log.
    pub fn reveal(&self, input: &RevealInput) -> Result<RevealedDto> {
        let shown = self.look(|engine, by, now| engine.reveal(by, input, now))?;
        self.tell(&[Noun::Register], []);
        Ok(shown)
    }

    /// Adds a building.
    pub fn add_building(&self, input: &BuildingInput) -> Result<SavedRecord> {
        self.put(|engine, by, now| engine.add_building(by, input, now))
    }

    /// Adds an entrance to a building.
    pub fn add_entrance(&self, input: &EntranceInput) -> Result<SavedRecord> {
        self.put(|engine, by, now| engine.add_entrance(by, input, now))
    }

    /// Adds a dwelling to a building.
    pub fn add_dwelling(&self, input: &DwellingInput) -> Result<SavedRecord> {
        self.put(|engine, by, now| engine.add_dwelling(by, input, now))
    }

    /// Adds a household with its contacts.
    pub fn add_household(&self, input: &HouseholdInput) -> Result<SavedRecord> {
        self.put(|engine, by, now| engine.add_household(by, input, now))
    }

    /// Changes form of address and number of people.
    pub fn edit_household(&self, input: &HouseholdEdit) -> Result<SavedRecord> {
        self.put(|engine, by, now| engine.edit_household(by, input, now))
    }

    /// Changes name, language, hours or consent of a contact.
    pub fn edit_contact(&self, input: &ContactEdit) -> Result<SavedRecord> {
        self.put(|engine, by, now| engine.edit_contact(by, input, now))
    }

    /// Adds, replaces or removes a telephone number.
    pub fn correct_phone(&self, input: &PhoneInput) -> Result<SavedRecord> {
        self.put(|engine, by, now| engine.correct_phone(by, input, now))
    }

    /// A household moves into a dwelling, or a person into a household.
    pub fn move_in(&self, input: &MoveIn) -> Result<SavedRecord> {
        self.put(|engine, by, now| engine.move_in(by, input, now))
    }

    /// A household moves out.
    pub fn move_out(&self, household: &str) -> Result<SavedRecord> {
        self.put(|engine, by, now| engine.move_out(by, household, now))
    }

    /// Some people become a household of their own.
    pub fn split_household(&self, input: &SplitInput) -> Result<SavedRecord> {
        self.put(|engine, by, now| engine.split_household(by, input, now))
    }

    /// Two households become one.
    pub fn join_households(&self, input: &JoinInput) -> Result<SavedRecord> {
        self.put(|engine, by, now| engine.join_households(by, input, now))
    }

    /// Notes a visit.
    pub fn note_visit(&self, input: &VisitInput) -> Result<SavedRecord> {
        self.put(|engine, by, now| engine.note_visit(by, input, now))
    }

    /// Names the case that came of a visit.
    pub fn link_visit(&self, visit: &str, case: &str) -> Result<SavedRecord> {
        self.put(|engine, by, now| engine.link_visit(by, visit, case, now))
    }

    /// Enrols somebody for a service.
    pub fn enrol_service(&self, input: &EnrolmentInput) -> Result<SavedRecord> {
        self.put(|engine, by, now| engine.enrol_service(by, input, now))
    }

    /// Ends a service.
    pub fn end_service(&self, enrolment: &str) -> Result<SavedRecord> {
        self.put(|engine, by, now| engine.end_service(by, enrolment, now))
    }

    /// Notes how a component was found.
    pub fn set_component(&self, input: &ComponentInput) -> Result<SavedRecord> {
        self.put(|engine, by, now| engine.set_component(by, input, now))
    }

    /// Settles a field with several values.
    pub fn settle_clash(&self, input: &SettleInput) -> Result<SavedRecord> {
        self.put(|engine, by, now| engine.settle_clash(by, input, now))
    }

    /// Derives every row of every grid again from the documents.
    pub fn rebuild_rows(&self) -> Result<()> {
        for engine in self.opened()?.engines.values() {
            engine.rebuild_rows()?;
        }
        Ok(())
    }

    fn look<T>(&self, ask: impl FnOnce(&Engine, &By, Timestamp) -> Result<T>) -> Result<T> {
        let open = self.opened()?;
        let engine = open.engine()?;
        let now = self.now();
        ask(engine, &open.by(engine, now)?, now)
    }

    /// Saves, tells the screens, and lets the driver send it when it can.
    fn put(
        &self,
        save: impl FnOnce(&Engine, &By, Timestamp) -> Result<RecordId>,
    ) -> Result<SavedRecord> {
        let open = self.opened()?;
        let engine = open.engine()?;
        let now = self.now();
        let record = save(engine, &open.by(engine, now)?, now)?;
        self.tell(&[Noun::Register, Noun::Sync], []);
        self.hurry.notify_one();
        Ok(SavedRecord {
            id: record.to_string(),
            at: now.0,
        })
    }
}

//! What a person writes into the register. Each of them is one save.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::household::ConsentDto;

/// 依据: how the person came to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BasisDto {
    /// 上门核对.
    DoorVisit,
    /// 电话.
    Phone,
    /// 目测.
    Sight,
    /// 材料.
    Paper,
}

/// What a command wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SavedRecord {
    /// The record that it is about.
    pub id: String,
    /// When.
    pub at: i64,
}

/// A new household.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HouseholdInput {
    /// Where it lives, when that dwelling is in the register.
    pub dwelling: Option<String>,
    /// 称呼, such as 张先生家; with the door where the dwelling is not in the register.
    pub address_form: String,
    /// How many people live there.
    pub people_count: Option<u8>,
    /// The people to talk to.
    pub contacts: Vec<ContactInput>,
}

/// A new person to talk to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ContactInput {
    /// Name or alias.
    pub name: Option<String>,
    /// Telephone numbers.
    pub phones: Vec<String>,
    /// Preferred language.
    pub language: Option<String>,
    /// When to call.
    pub hours: Option<String>,
    /// Why it may be held.
    pub consent: ConsentDto,
}

/// Changes of a household. What is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HouseholdEdit {
    /// The household.
    pub household: String,
    /// 称呼.
    pub address_form: Option<String>,
    /// How many people live there.
    pub people_count: Option<u8>,
    /// How that is known.
    pub basis: Option<BasisDto>,
}

/// Changes of a contact. What is absent stays; an empty text clears.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ContactEdit {
    /// The contact.
    pub contact: String,
    /// Name or alias.
    pub name: Option<String>,
    /// Preferred language.
    pub language: Option<String>,
    /// When to call.
    pub hours: Option<String>,
    /// A new consent, or the same for longer.
    pub consent: Option<ConsentDto>,
    /// How that is known.
    pub basis: Option<BasisDto>,
}

/// Where something moves in: a household into a dwelling, or a contact into a household.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum MoveIn {
    /// A household, with everybody in it.
    Household {
        /// The household.
        household: String,
        /// The dwelling.
        dwelling: String,
    },
    /// A person who was in another household, or in none.
    Contact {
        /// The contact.
        contact: String,
        /// The household.
        household: String,
    },
    /// A person who is not in the register yet.
    Person {
        /// The household.
        household: String,
        /// The person.
        person: ContactInput,
    },
}

/// A correction of a telephone number. A number is named by its id or by its last digits, four or
/// more, when these fit only one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum PhoneChange {
    /// One more number.
    Add {
        /// The number.
        number: String,
        /// What it is.
        label: Option<String>,
    },
    /// Another number in its place.
    Replace {
        /// The wrong one.
        phone: String,
        /// The right one.
        number: String,
    },
    /// One number less.
    Remove {
        /// The number.
        phone: String,
    },
}

/// A correction of a contact's telephone numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PhoneInput {
    /// The contact.
    pub contact: String,
    /// What changes.
    pub change: PhoneChange,
    /// The wrong number must be forgotten: it was a stranger's. The contact is written anew and the
    /// old record is marked to be dropped everywhere.
    pub forget: bool,
    /// How that is known.
    pub basis: Option<BasisDto>,
}

/// Some people of a household become a household of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SplitInput {
    /// The household.
    pub household: String,
    /// Who leaves it.
    pub contacts: Vec<String>,
    /// Where the new household lives; where the old one does when absent.
    pub dwelling: Option<String>,
    /// 称呼 of the new household.
    pub address_form: String,
    /// How many people are in it.
    pub people_count: Option<u8>,
}

/// Two households become one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct JoinInput {
    /// The household that ends.
    pub from: String,
    /// The household that its people, services and visits join.
    pub into: String,
    /// How many people are in it then; both counts together when absent.
    pub people_count: Option<u8>,
}

/// A visit, kept for twelve months.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VisitInput {
    /// The household.
    pub household: String,
    /// When; now when absent.
    pub visited_at: Option<i64>,
    /// Whether somebody was there.
    pub at_home: bool,
    /// Code of the topic.
    pub topic: Option<String>,
    /// What was said.
    pub note: Option<String>,
    /// Hash of the voice note that was kept before.
    pub voice: Option<String>,
    /// When to come again.
    pub next_visit_at: Option<i64>,
    /// The case that came of it, by its id.
    pub case_id: Option<String>,
}

/// A service that somebody asks for, until its consent expires: twelve months at most.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EnrolmentInput {
    /// The household.
    pub household: String,
    /// Who asks.
    pub contact: Option<String>,
    /// Code of the service.
    pub service: String,
    /// What is needed, in words; never why.
    pub need: Option<String>,
    /// Code of the provider.
    pub provider: Option<String>,
    /// Why it may be held.
    pub consent: ConsentDto,
}

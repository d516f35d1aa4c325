//! 人进户，户进房：households and the people to talk to. Telephone numbers are masked in all of them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::building::PageQuery;
use super::clash::ClashDto;
use super::place::PositionDto;
use super::voice::VoiceDto;

/// Which households, at most one of the places.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct HouseholdQuery {
    /// What a person typed: a name, its pinyin or initials, a door, the last digits of a telephone
    /// number; several words narrow it down. Nothing lists all.
    pub text: Option<String>,
    /// In this building.
    pub building: Option<String>,
    /// Behind this entrance.
    pub entrance: Option<String>,
    /// In this dwelling.
    pub dwelling: Option<String>,
    /// Where the person stands: of answers that fit equally well the nearest comes first.
    pub near: Option<PositionDto>,
    /// The part of the list.
    pub page: PageQuery,
}

/// One household in a list; when it was searched for, one for each person who fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HouseholdRow {
    /// The record's id.
    pub id: String,
    /// 称呼: how people call it.
    pub address_form: String,
    /// Its door as people say it; empty when none is known.
    pub door: String,
    /// Where it lives.
    pub dwelling: Option<String>,
    /// How many people live there.
    pub people_count: Option<u32>,
    /// The person to talk to, or the one who was searched for.
    pub contact: Option<String>,
    /// That person's name.
    pub name: Option<String>,
    /// That person's first telephone number, masked.
    pub phone: Option<String>,
    /// Last visit.
    pub last_visit_at: Option<i64>,
    /// How many fields of it and its people have several values.
    pub clash_count: u32,
}

/// Households in the order of their doors, or the best answers first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HouseholdList {
    /// The rows asked for.
    pub rows: Vec<HouseholdRow>,
    /// How many there are in all.
    pub total_count: u32,
}

/// A telephone number that is not shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PhoneDto {
    /// Names it in a correction.
    pub id: String,
    /// The number with its middle hidden.
    pub masked: String,
    /// What it is, such as 手机.
    pub label: Option<String>,
}

/// A person to talk to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ContactDto {
    /// The record's id.
    pub id: String,
    /// Name or alias.
    pub name: Option<String>,
    /// Telephone numbers.
    pub phones: Vec<PhoneDto>,
    /// Preferred language.
    pub language: Option<String>,
    /// When to call.
    pub hours: Option<String>,
    /// Why it is held, on what ground, until when.
    pub consent: ConsentDto,
}

/// Why something about a person is held. Nothing is written without it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConsentDto {
    /// Why: `register`, `service_order`, `enrolment`, …
    pub purpose: String,
    /// On what ground, such as `consent`.
    pub legal_basis: String,
    /// The consent, by its code.
    pub consent: String,
    /// When it is to be forgotten.
    pub expires_at: i64,
}

/// A service that somebody asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EnrolmentDto {
    /// The record's id.
    pub id: String,
    /// Who asked.
    pub contact: Option<String>,
    /// Code of the service, such as `meal`.
    pub service: String,
    /// What is needed, in words.
    pub need: Option<String>,
    /// Code of the provider.
    pub provider: Option<String>,
    /// Since when.
    pub starts_at: Option<i64>,
    /// Why it is held and until when.
    pub consent: ConsentDto,
}

/// A visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VisitDto {
    /// The record's id.
    pub id: String,
    /// When.
    pub visited_at: i64,
    /// Whether somebody was there.
    pub at_home: Option<bool>,
    /// Code of the topic.
    pub topic: Option<String>,
    /// What was said.
    pub note: Option<String>,
    /// Its voice notes.
    pub voices: Vec<VoiceDto>,
    /// The case that came of it.
    pub case_id: Option<String>,
    /// When to come again.
    pub next_visit_at: Option<i64>,
    /// When it is to be forgotten.
    pub expires_at: i64,
}

/// Everything about one household that the work needs, and no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HouseholdCard {
    /// The household.
    pub row: HouseholdRow,
    /// Its people, by name.
    pub contacts: Vec<ContactDto>,
    /// Services that run.
    pub enrolments: Vec<EnrolmentDto>,
    /// Visits, the newest first.
    pub visits: Vec<VisitDto>,
    /// Fields with several values, of the household and of its people.
    pub clashes: Vec<ClashDto>,
    /// How often somebody looked at one of its numbers on this device.
    pub access_count: u32,
}

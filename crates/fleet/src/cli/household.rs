//! Commands that write the register. A household is named by its id or by a search that only it
//! answers to, a person by id or name.

use clap::{Args, Subcommand, ValueEnum};
use linli_device::Device;
use linli_device::DeviceError;
use linli_device::dto::access::{AccessPurpose, RevealInput};
use linli_device::dto::household::{ConsentDto, ContactDto, HouseholdCard};
use linli_device::dto::register::{
    ContactEdit, ContactInput, EnrolmentInput, HouseholdEdit, HouseholdInput, JoinInput, MoveIn,
    PhoneChange, PhoneInput, SavedRecord, SplitInput, VisitInput,
};

use super::Common;
use super::answer::{Failure, Output};
use super::door::unlocked;
use super::homes::{named, show};
use super::write::now;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// `household`.
#[derive(Debug, Subcommand)]
pub(super) enum Household {
    /// Adds a household.
    Add(Add),
    /// Shows one household.
    Show { household: String },
    /// Changes form of address or number of people, or with --contact a person.
    Edit(Edit),
    /// A household moves into a dwelling, or a person into a household.
    MoveIn(Enter),
    /// A household moves out; the dwelling stays.
    MoveOut { household: String },
    /// Adds, replaces or removes a telephone number.
    Phone(Phone),
    /// Makes some people a household of their own.
    Split(Split),
    /// Makes two households one.
    Join {
        /// The one that ends.
        from: String,
        /// The one that stays.
        into: String,
        /// How many people live there then.
        #[arg(long)]
        people: Option<u8>,
    },
    /// Notes a visit.
    Visit(Visit),
    /// Enrols somebody for a service.
    Enrol(Enrol),
    /// Ends a service.
    EndService { enrolment: String },
    /// Shows a person's numbers, after a row about it is in the access log.
    Reveal(Reveal),
}

/// Why something about a person may be held.
#[derive(Debug, Args)]
pub(super) struct Account {
    /// Why it is held.
    #[arg(long, default_value = "register")]
    purpose: String,
    /// On what ground.
    #[arg(long, default_value = "consent")]
    legal_basis: String,
    /// The consent, by its code.
    #[arg(long, default_value = "")]
    consent: String,
    /// In how many days it is to be forgotten.
    #[arg(long, default_value_t = 365)]
    days: i64,
}

impl Account {
    fn dto(&self) -> ConsentDto {
        ConsentDto {
            purpose: self.purpose.clone(),
            legal_basis: self.legal_basis.clone(),
            consent: self.consent.clone(),
            expires_at: now().saturating_add(self.days.saturating_mul(DAY_MS)),
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// 称呼, such as 张先生家.
    address_form: String,
    /// The dwelling's id.
    #[arg(long)]
    dwelling: Option<String>,
    /// How many people live there.
    #[arg(long)]
    people: Option<u8>,
    /// Name of the person to talk to.
    #[arg(long)]
    name: Option<String>,
    /// Telephone numbers of that person.
    #[arg(long = "phone")]
    phones: Vec<String>,
    #[command(flatten)]
    account: Account,
}

#[derive(Debug, Args)]
pub(super) struct Edit {
    household: String,
    /// 称呼.
    #[arg(long)]
    form: Option<String>,
    /// How many people live there.
    #[arg(long)]
    people: Option<u8>,
    /// The person to change, by id or name.
    #[arg(long)]
    contact: Option<String>,
    /// The person's name.
    #[arg(long, requires = "contact")]
    name: Option<String>,
    /// The person's language.
    #[arg(long, requires = "contact")]
    language: Option<String>,
    /// When to call.
    #[arg(long, requires = "contact")]
    hours: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Enter {
    household: String,
    /// The dwelling that the household moves into.
    #[arg(long, conflicts_with_all = ["contact", "name"])]
    dwelling: Option<String>,
    /// The person who moves into the household, by id.
    #[arg(long, conflicts_with = "name")]
    contact: Option<String>,
    /// The name of a new person who moves into the household.
    #[arg(long)]
    name: Option<String>,
    /// Telephone numbers of the new person.
    #[arg(long = "phone", requires = "name")]
    phones: Vec<String>,
    #[command(flatten)]
    account: Account,
}

#[derive(Debug, Args)]
pub(super) struct Phone {
    household: String,
    /// Whose, by id or name; not needed where there is one person only.
    #[arg(long)]
    contact: Option<String>,
    /// A new number.
    #[arg(long, conflicts_with = "remove")]
    add: Option<String>,
    /// The last digits of the number that --add takes the place of.
    #[arg(long, requires = "add")]
    replace: Option<String>,
    /// The last digits of the number to remove.
    #[arg(long)]
    remove: Option<String>,
    /// The old number was a stranger's: it is to be forgotten everywhere.
    #[arg(long)]
    forget: bool,
}

#[derive(Debug, Args)]
pub(super) struct Split {
    household: String,
    /// Who leaves, by id or name.
    #[arg(long = "contact", required = true)]
    contacts: Vec<String>,
    /// 称呼 of the new household.
    #[arg(long)]
    form: String,
    /// Where the new household lives.
    #[arg(long)]
    dwelling: Option<String>,
    /// How many people are in it.
    #[arg(long)]
    people: Option<u8>,
}

#[derive(Debug, Args)]
pub(super) struct Visit {
    household: String,
    /// Nobody was there.
    #[arg(long)]
    nobody: bool,
    /// Code of the topic.
    #[arg(long)]
    topic: Option<String>,
    /// What was said.
    #[arg(long)]
    note: Option<String>,
    /// A voice note: a file of samples, 16 bit, 16 kHz, mono.
    #[arg(long)]
    voice: Option<std::path::PathBuf>,
    /// In how many days to come again.
    #[arg(long)]
    again_in: Option<i64>,
    /// The case that came of it.
    #[arg(long)]
    case: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Enrol {
    household: String,
    /// Code of the service.
    service: String,
    /// Who asks, by id or name.
    #[arg(long)]
    contact: Option<String>,
    /// What is needed, never why.
    #[arg(long)]
    need: Option<String>,
    /// Code of the provider.
    #[arg(long)]
    provider: Option<String>,
    #[command(flatten)]
    account: Account,
}

/// Why a number is shown.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Purpose {
    Visit,
    Case,
    Emergency,
    Verify,
}

#[derive(Debug, Args)]
pub(super) struct Reveal {
    household: String,
    /// Why.
    #[arg(long, value_enum)]
    purpose: Purpose,
    /// Whose, by id or name; not needed where there is one person only.
    #[arg(long)]
    contact: Option<String>,
    /// The case or visit that it is for, by its id.
    #[arg(long)]
    task: Option<String>,
}

pub(super) fn household(
    common: &Common,
    asked: &Household,
    output: &mut Output,
) -> Result<(), Failure> {
    let device = unlocked(common)?;
    let saved = match asked {
        Household::Show { household } => return show(&device, household, output),
        Household::Reveal(reveal) => return shown(&device, reveal, output),
        Household::Add(add) => device.add_household(&add.input())?,
        Household::Edit(edit) => edited(&device, edit)?,
        Household::MoveIn(enter) => device.move_in(&enter.input(&device)?)?,
        Household::MoveOut { household } => device.move_out(&id(&device, household)?)?,
        Household::Phone(phone) => device.correct_phone(&phone.input(&device)?)?,
        Household::Split(split) => device.split_household(&split.input(&device)?)?,
        Household::Join { from, into, people } => device.join_households(&JoinInput {
            from: id(&device, from)?,
            into: id(&device, into)?,
            people_count: *people,
        })?,
        Household::Visit(visit) => device.note_visit(&visit.input(&device)?)?,
        Household::Enrol(enrol) => device.enrol_service(&enrol.input(&device)?)?,
        Household::EndService { enrolment } => device.end_service(enrolment)?,
    };
    said(&saved, output)
}

fn said(saved: &SavedRecord, output: &mut Output) -> Result<(), Failure> {
    output.answer(saved, || vec![format!("saved {}", saved.id)])
}

fn id(device: &Device, text: &str) -> Result<String, Failure> {
    Ok(named(device, text)?.row.id)
}

/// A person of a household, by id or name, or the only one.
fn person(card: &HouseholdCard, text: Option<&str>) -> Result<String, Failure> {
    let fits = |one: &&ContactDto| {
        text.is_none_or(|text| one.id == text || one.name.as_deref() == Some(text))
    };
    let mut found = card.contacts.iter().filter(fits);
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only.id.clone()),
        (None, _) => Err(DeviceError::NotFound("contact").into()),
        (Some(_), Some(_)) => Err(Failure::Usage("say whose with --contact".into())),
    }
}

fn edited(device: &Device, edit: &Edit) -> Result<SavedRecord, Failure> {
    let card = named(device, &edit.household)?;
    let Some(contact) = &edit.contact else {
        return Ok(device.edit_household(&HouseholdEdit {
            household: card.row.id,
            address_form: edit.form.clone(),
            people_count: edit.people,
            basis: None,
        })?);
    };
    Ok(device.edit_contact(&ContactEdit {
        contact: person(&card, Some(contact))?,
        name: edit.name.clone(),
        language: edit.language.clone(),
        hours: edit.hours.clone(),
        ..ContactEdit::default()
    })?)
}

impl Add {
    fn input(&self) -> HouseholdInput {
        let is_known = self.name.is_some() || !self.phones.is_empty();
        let person = is_known.then(|| ContactInput {
            name: self.name.clone(),
            phones: self.phones.clone(),
            language: None,
            hours: None,
            consent: self.account.dto(),
        });
        HouseholdInput {
            dwelling: self.dwelling.clone(),
            address_form: self.address_form.clone(),
            people_count: self.people,
            contacts: person.into_iter().collect(),
        }
    }
}

impl Enter {
    fn input(&self, device: &Device) -> Result<MoveIn, Failure> {
        let household = id(device, &self.household)?;
        if let Some(dwelling) = &self.dwelling {
            return Ok(MoveIn::Household {
                household,
                dwelling: dwelling.clone(),
            });
        }
        if let Some(contact) = &self.contact {
            return Ok(MoveIn::Contact {
                contact: contact.clone(),
                household,
            });
        }
        if self.name.is_none() {
            return Err(Failure::Usage(
                "give --dwelling, --contact or --name".into(),
            ));
        }
        let person = ContactInput {
            name: self.name.clone(),
            phones: self.phones.clone(),
            language: None,
            hours: None,
            consent: self.account.dto(),
        };
        Ok(MoveIn::Person { household, person })
    }
}

impl Phone {
    fn input(&self, device: &Device) -> Result<PhoneInput, Failure> {
        let card = named(device, &self.household)?;
        let change = match (&self.add, &self.replace, &self.remove) {
            (Some(number), Some(phone), _) => PhoneChange::Replace {
                phone: phone.clone(),
                number: number.clone(),
            },
            (Some(number), None, _) => PhoneChange::Add {
                number: number.clone(),
                label: None,
            },
            (None, _, Some(phone)) => PhoneChange::Remove {
                phone: phone.clone(),
            },
            (None, _, None) => return Err(Failure::Usage("give --add or --remove".into())),
        };
        Ok(PhoneInput {
            contact: person(&card, self.contact.as_deref())?,
            change,
            forget: self.forget,
            basis: None,
        })
    }
}

impl Split {
    fn input(&self, device: &Device) -> Result<SplitInput, Failure> {
        let card = named(device, &self.household)?;
        let people = self.contacts.iter().map(|text| person(&card, Some(text)));
        let contacts = people.collect::<Result<_, _>>()?;
        Ok(SplitInput {
            household: card.row.id,
            contacts,
            dwelling: self.dwelling.clone(),
            address_form: self.form.clone(),
            people_count: self.people,
        })
    }
}

impl Visit {
    fn input(&self, device: &Device) -> Result<VisitInput, Failure> {
        let again = self.again_in.map(|days| days.saturating_mul(DAY_MS));
        let case = self
            .case
            .as_deref()
            .map(|code| device.find_case_by_code(code));
        let voice = self
            .voice
            .as_deref()
            .map(|path| super::write::spoken(device, path));
        Ok(VisitInput {
            household: id(device, &self.household)?,
            visited_at: None,
            at_home: !self.nobody,
            topic: self.topic.clone(),
            note: self.note.clone(),
            voice: voice.transpose()?,
            next_visit_at: again.map(|after| now().saturating_add(after)),
            case_id: case.transpose()?.map(|case| case.row.id),
        })
    }
}

impl Enrol {
    fn input(&self, device: &Device) -> Result<EnrolmentInput, Failure> {
        let card = named(device, &self.household)?;
        let contact = self
            .contact
            .as_deref()
            .map(|text| person(&card, Some(text)));
        Ok(EnrolmentInput {
            contact: contact.transpose()?,
            household: card.row.id,
            service: self.service.clone(),
            need: self.need.clone(),
            provider: self.provider.clone(),
            consent: ConsentDto {
                purpose: "enrolment".into(),
                ..self.account.dto()
            },
        })
    }
}

fn shown(device: &Device, reveal: &Reveal, output: &mut Output) -> Result<(), Failure> {
    let card = named(device, &reveal.household)?;
    let revealed = device.reveal(&RevealInput {
        contact: person(&card, reveal.contact.as_deref())?,
        purpose: match reveal.purpose {
            Purpose::Visit => AccessPurpose::Visit,
            Purpose::Case => AccessPurpose::Case,
            Purpose::Emergency => AccessPurpose::Emergency,
            Purpose::Verify => AccessPurpose::Verify,
        },
        task: reveal.task.clone(),
    })?;
    output.answer(&revealed, || {
        let mut lines = revealed.phones.clone();
        lines.push(format!("row {} of the access log", revealed.entry));
        lines
    })
}

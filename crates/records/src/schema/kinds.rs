//! The tables: one per record kind.

use linli_model::RecordKind;

use super::{EntryMap, Field, FieldType, MapField, MapRule, MemberMap, PHOTOS, Schema};

const EVER: i64 = i64::MAX;

const fn field(name: &'static str, kind: FieldType) -> Field {
    Field {
        name,
        kind,
        immutable: false,
        required: false,
    }
}

const fn fixed(name: &'static str, kind: FieldType) -> Field {
    Field {
        name,
        kind,
        immutable: true,
        required: true,
    }
}

const fn needed(name: &'static str, kind: FieldType) -> Field {
    Field {
        name,
        kind,
        immutable: false,
        required: true,
    }
}

const fn time(name: &'static str) -> Field {
    field(name, FieldType::Int(0, EVER))
}

const fn count(name: &'static str) -> Field {
    field(name, FieldType::Int(0, 100_000))
}

const HOME: Field = fixed("home", FieldType::Grid);
const VERSION: Field = fixed("v", FieldType::Int(1, 1));
const DELETED: Field = field(super::DELETED, FieldType::Heads);
const LON: Field = field("lon", FieldType::Real(-180.0, 180.0));
const LAT: Field = field("lat", FieldType::Real(-90.0, 90.0));

const fn kind(name: &'static [&'static str]) -> Field {
    fixed("kind", FieldType::Choice(name))
}

/// Why personal data may be held ; `register` is the household register.
const PURPOSES: FieldType = FieldType::Choice(&[
    "case_contact",
    "service_order",
    "enrolment",
    "mediation",
    "volunteer",
    "staff",
    "register",
]);

/// What every record about a person must say of itself: why it is held, on what ground, by which
/// consent, and until when. Refused without them by our own writing and by the gate alike.
const PURPOSE: Field = needed("purpose", PURPOSES);
const LEGAL_BASIS: Field = needed("legal_basis", FieldType::Code);
const CONSENT: Field = needed("consent_id", FieldType::Code);
const EXPIRES: Field = needed("expires_at", FieldType::Int(0, EVER));

/// What a case may be about : never a file about another person.
const SUBJECTS: FieldType = FieldType::Choice(&[
    "place",
    "component",
    "building",
    "organisation_service",
    "own_request",
    "welfare_emergency",
]);

const CASE: &[Field] = &[
    kind(&["case"]),
    VERSION,
    HOME,
    DELETED,
    fixed("edition", FieldType::Int(0, 4_294_967_295)),
    field("category", FieldType::Category),
    field("urgency", FieldType::Code),
    field("place", FieldType::Text(512)),
    field("note", FieldType::Text(8192)),
    needed("subject_kind", SUBJECTS),
    field("contact_ref", FieldType::Record),
    field("disclosure_ref", FieldType::Record),
    LON,
    LAT,
    field("accuracy", FieldType::Real(0.0, 1_000_000.0)),
    field("position_source", FieldType::Code),
    time("position_at"),
];

const CASE_MAPS: &[MapField] = &[
    entries(EntryMap::Events),
    entries(EntryMap::Admits),
    entries(EntryMap::Receipts),
    PHOTO_MAP,
];

const PHOTO_MAP: MapField = MapField {
    name: PHOTOS,
    rule: MapRule::Photos,
};

const fn entries(map: EntryMap) -> MapField {
    let name = match map {
        EntryMap::Events => "events",
        EntryMap::Admits => "admits",
        EntryMap::Receipts => "receipts",
    };
    MapField {
        name,
        rule: MapRule::Entries(map),
    }
}

const HOUSEHOLD: &[Field] = &[
    kind(&["household"]),
    VERSION,
    HOME,
    DELETED,
    field("dwelling", FieldType::Record),
    field("address_form", FieldType::Text(128)),
    field("people_count", FieldType::Int(0, 99)),
    time("last_visit_at"),
];

const REFS: &[MapField] = &[MapField {
    name: "refs",
    rule: MapRule::Members(MemberMap::Refs),
}];
const PHONES: &[MapField] = &[MapField {
    name: "phones",
    rule: MapRule::Members(MemberMap::Phones),
}];

const CONTACT: &[Field] = &[
    kind(&["contact"]),
    VERSION,
    HOME,
    DELETED,
    PURPOSE,
    LEGAL_BASIS,
    CONSENT,
    EXPIRES,
    field("household", FieldType::Record),
    field("replaces", FieldType::Record),
    field("name", FieldType::Text(128)),
    field("language", FieldType::Code),
    field("hours", FieldType::Text(256)),
    field("birth_year", FieldType::Int(1900, 2200)),
];

const ENROLMENT: &[Field] = &[
    kind(&["enrolment"]),
    VERSION,
    HOME,
    DELETED,
    PURPOSE,
    LEGAL_BASIS,
    CONSENT,
    EXPIRES,
    needed("service", FieldType::Code),
    field("household", FieldType::Record),
    field("contact", FieldType::Record),
    field("need", FieldType::Text(1024)),
    field("provider", FieldType::Code),
    time("starts_at"),
];

const VISIT: &[Field] = &[
    kind(&["visit"]),
    VERSION,
    HOME,
    DELETED,
    PURPOSE,
    LEGAL_BASIS,
    CONSENT,
    EXPIRES,
    field("household", FieldType::Record),
    field("dwelling", FieldType::Record),
    time("visited_at"),
    field("at_home", FieldType::Flag),
    field("topic", FieldType::Code),
    field("note", FieldType::Text(8192)),
    field("case_ref", FieldType::Record),
    time("next_visit_at"),
];

const PHOTO_MAPS: &[MapField] = &[PHOTO_MAP];

const BUILDING: &[Field] = &[
    kind(&["building"]),
    VERSION,
    HOME,
    DELETED,
    field("code", FieldType::Code),
    field("name", FieldType::Text(128)),
    field("address", FieldType::Text(256)),
    count("floors"),
    count("built_year"),
    count("lifts"),
    count("ramps"),
    field("water_shutoff", FieldType::Text(256)),
    field("power_shutoff", FieldType::Text(256)),
    field("gas_shutoff", FieldType::Text(256)),
    LON,
    LAT,
];

const ENTRANCE: &[Field] = &[
    kind(&["entrance"]),
    VERSION,
    HOME,
    DELETED,
    field("code", FieldType::Code),
    field("building", FieldType::Record),
    field("name", FieldType::Text(128)),
    field("lead_ref", FieldType::Record),
    LON,
    LAT,
    time("counted_at"),
    count("count_1"),
    count("count_2"),
    count("count_3"),
    count("count_4"),
    count("count_5"),
    count("count_6"),
    count("count_7"),
    count("count_8"),
    count("count_9"),
    count("count_10"),
];

const DWELLING: &[Field] = &[
    kind(&["dwelling"]),
    VERSION,
    HOME,
    DELETED,
    field("code", FieldType::Code),
    field("building", FieldType::Record),
    field("entrance", FieldType::Record),
    field("unit", FieldType::Text(64)),
    field("floor", FieldType::Int(-20, 300)),
    time("safety_check_at"),
];

const PLACE: &[Field] = &[
    kind(&["place"]),
    VERSION,
    HOME,
    DELETED,
    field("code", FieldType::Code),
    field("class", FieldType::Code),
    field("name", FieldType::Text(128)),
    field("address", FieldType::Text(256)),
    field("opening_hours", FieldType::Text(256)),
    field("access_width", FieldType::Real(0.0, 1000.0)),
    field("note", FieldType::Text(2048)),
    LON,
    LAT,
];

const COMPONENT: &[Field] = &[
    kind(&["component"]),
    VERSION,
    HOME,
    DELETED,
    field("code", FieldType::Code),
    field("class", FieldType::Code),
    field("name", FieldType::Text(128)),
    field("building", FieldType::Record),
    field("place", FieldType::Text(512)),
    field("state", FieldType::Code),
    field("owner", FieldType::Code),
    time("checked_at"),
    field("note", FieldType::Text(2048)),
    LON,
    LAT,
];

const DISCLOSURE: &[Field] = &[
    kind(&["disclosure"]),
    VERSION,
    HOME,
    DELETED,
    PURPOSE,
    LEGAL_BASIS,
    CONSENT,
    EXPIRES,
    fixed("case", FieldType::Record),
    field("name", FieldType::Text(128)),
    field("phone", FieldType::Text(32)),
];

/// Everything that a record of this kind may hold.
pub fn of(kind: RecordKind) -> Schema {
    let (fields, maps): (&'static [Field], &'static [MapField]) = match kind {
        RecordKind::Case => (CASE, CASE_MAPS),
        RecordKind::Household => (HOUSEHOLD, REFS),
        RecordKind::Contact => (CONTACT, PHONES),
        RecordKind::Enrolment => (ENROLMENT, &[]),
        RecordKind::Visit => (VISIT, PHOTO_MAPS),
        RecordKind::Building => (BUILDING, PHOTO_MAPS),
        RecordKind::Entrance => (ENTRANCE, &[]),
        RecordKind::Dwelling => (DWELLING, &[]),
        RecordKind::Place => (PLACE, PHOTO_MAPS),
        RecordKind::Component => (COMPONENT, PHOTO_MAPS),
        RecordKind::Disclosure => (DISCLOSURE, &[]),
    };
    Schema { kind, fields, maps }
}

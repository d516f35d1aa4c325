//! A small district as an edition: three levels, two streets, three communities, two units, invented
//! staff.

use linli_model::case::Rules;
use linli_model::edition::{
    Calendar, Category, CopyRule, EDITION_FORMAT, Edition, Grant, GrantPlace, Grid, GridKind,
    Limit, LimitName, LimitUnit, Limits, Responsibility, Settings, Severity, Staff, Standard,
};
use linli_model::{
    CategoryCode, GridCode, Level, Name, Org, OrgId, OrgKind, OrgTree, Role, StaffId,
};

pub(crate) fn org(text: &str) -> OrgId {
    OrgId::new(text).unwrap()
}

pub(crate) fn grid(text: &str) -> GridCode {
    GridCode::new(text).unwrap()
}

pub(crate) fn staff(text: &str) -> StaffId {
    StaffId::new(text).unwrap()
}

pub(crate) fn litter() -> CategoryCode {
    CategoryCode::new("06010").unwrap()
}

/// The desk and unit roles that are granted at each organisation of a kind.
pub(crate) fn roles_of(kind: OrgKind) -> &'static [Role] {
    match kind {
        OrgKind::DistrictCentre
        | OrgKind::SubCentre
        | OrgKind::Station
        | OrgKind::BuildingStation => &[
            Role::IntakeOfficer,
            Role::Dispatcher,
            Role::DutyLead,
            Role::GridSupervisor,
        ],
        OrgKind::HandlingUnit => &[Role::UnitLead, Role::Handler],
    }
}

/// `d` over `s1` and `s2`; `c1` and `c2` under `s1`, `c3` under `s2`; a unit under `s1` and one under
/// `d`. Two people for each role at each organisation, two in each grid.
pub(crate) fn edition() -> Edition {
    let orgs = orgs();
    let grids: Vec<Grid> = [("g1", "c1"), ("g2", "c2"), ("g3", "c3")]
        .into_iter()
        .map(|(code, community)| Grid {
            code: grid(code),
            community: org(community),
            name: name(code),
            kind: GridKind::Social,
            border: Vec::new(),
        })
        .collect();
    let mut people = Vec::new();
    for place in &orgs {
        for nth in ["a", "b"] {
            people.push(person(
                &format!("{}-{nth}", place.id),
                |role| Grant {
                    role,
                    at: GrantPlace::Org(place.id.clone()),
                },
                roles_of(place.kind),
            ));
        }
    }
    for place in &grids {
        for nth in ["a", "b"] {
            let roles = &[Role::GridAssistant, Role::GridManager, Role::EntranceLead];
            people.push(person(
                &format!("{}-{nth}", place.code),
                |role| Grant {
                    role,
                    at: GrantPlace::Grid(place.code.clone()),
                },
                roles,
            ));
        }
    }
    Edition {
        format: EDITION_FORMAT,
        number: 1,
        district: org("d"),
        orgs,
        grids,
        staff: people,
        directory: Vec::new(),
        catalogue: vec![Category {
            code: litter(),
            class: None,
            name: name("litter"),
            severity: Severity::Minor,
            photo_required: true,
            retired: false,
            standards: vec![Standard {
                code: "01".into(),
                condition: name("on the street"),
                closing: name("clean"),
                limit: Limit::new(2, LimitUnit::NaturalDay),
            }],
        }],
        responsibility: vec![Responsibility {
            category: litter(),
            area: org("s1"),
            lead: org("u1"),
            co_units: Vec::new(),
        }],
        limits: limits(),
        calendar: Calendar::default(),
        copy_rules: CopyRule::defaults(),
        settings: Settings::default(),
    }
}

pub(crate) fn rules() -> Rules {
    Rules::new(edition()).unwrap()
}

/// The whole tree; every level has a name, and depth is data.
fn orgs() -> Vec<Org> {
    let rows = [
        ("d", "", OrgKind::DistrictCentre, Level::District),
        ("s1", "d", OrgKind::SubCentre, Level::Subdistrict),
        ("s2", "d", OrgKind::SubCentre, Level::Subdistrict),
        ("c1", "s1", OrgKind::Station, Level::Community),
        ("c2", "s1", OrgKind::Station, Level::Community),
        ("c3", "s2", OrgKind::Station, Level::Community),
        ("u1", "s1", OrgKind::HandlingUnit, Level::Subdistrict),
        ("u2", "d", OrgKind::HandlingUnit, Level::District),
    ];
    rows.into_iter()
        .map(|(id, parent, kind, level)| Org {
            id: org(id),
            parent: (!parent.is_empty()).then(|| org(parent)),
            kind,
            level,
            name: name(id),
        })
        .collect()
}

/// Long enough that most stories do not trip over them, short enough that some do.
fn limits() -> Limits {
    let days = |days| Limit::new(days, LimitUnit::NaturalDay);
    Limits(
        LimitName::ALL
            .into_iter()
            .filter(|name| *name != LimitName::Reopen)
            .map(|name| (name, days(4)))
            .collect(),
    )
}

fn name(text: &str) -> Name {
    Name {
        zh: text.to_owned(),
        en: text.to_owned(),
    }
}

fn person(id: &str, grant: impl Fn(Role) -> Grant, roles: &[Role]) -> Staff {
    Staff {
        id: staff(id),
        name: String::new(),
        phone: None,
        grants: roles.iter().copied().map(grant).collect(),
    }
}

#[test]
fn the_district_is_a_valid_edition() {
    assert_eq!(edition().check(), []);
    let tree = OrgTree::new(edition().orgs);
    assert_eq!(tree.iter().count(), 8);
    let json = serde_json::to_string(&edition()).unwrap();
    assert_eq!(
        serde_json::from_str::<linli_model::edition::Edition>(&json).unwrap(),
        edition()
    );
}

#[test]
fn every_mistake_is_reported_with_its_place() {
    let mut broken = edition();
    broken.format = 9;
    broken.orgs[3].parent = Some(org("nowhere"));
    broken.grids[0].community = org("u1");
    broken.staff[0].grants[1].at = GrantPlace::Grid(grid("g9"));
    broken.catalogue[0].standards[0].code = "1".into();
    broken.responsibility[0].lead = org("c1");
    broken.calendar.hours = vec![(600, 500)];
    broken.orgs.push(broken.orgs[4].clone());
    let places: Vec<String> = broken
        .check()
        .into_iter()
        .map(|mistake| mistake.at)
        .collect();
    assert_eq!(
        places,
        [
            "format",
            "orgs[8]",
            "orgs[3].parent",
            "grids[0].community",
            "staff[0].grants[1]",
            "catalogue[0].standards[0].code",
            "responsibility[0]",
            "calendar.hours",
            "calendar.hours[0]",
        ]
    );
}

#[test]
fn codes_that_no_case_number_can_hold_are_found_before_publishing() {
    let found = |edition: &Edition| -> Vec<String> {
        let mistakes = edition.check_to_publish().into_iter();
        mistakes.map(|mistake| mistake.to_string()).collect()
    };
    assert_eq!(
        found(&edition()),
        [
            "district: d cannot begin the case numbers: it needs 6 digits, the first not 0, such as 110101"
        ]
    );
    let renamed = |code: &str| {
        let json = serde_json::to_string(&edition()).unwrap();
        let json = json.replace("\"d\"", &format!("\"{code}\""));
        serde_json::from_str::<Edition>(&json).unwrap()
    };
    for wrong in ["010101", "11010", "1101011", "11010a"] {
        assert_eq!(found(&renamed(wrong)).len(), 1, "{wrong}");
    }
    let mut full = renamed("990101");
    assert_eq!(found(&full), Vec::<String>::new());
    let desk = full.orgs[3].clone();
    let desks = full.orgs.iter().filter(|org| org.kind.has_desk()).count();
    for number in desks..1_000 {
        full.orgs.push(Org {
            id: org(&format!("c-{number}")),
            ..desk.clone()
        });
    }
    assert_eq!(found(&full), Vec::<String>::new());
    full.orgs.push(Org {
        id: org("c-last"),
        ..desk
    });
    assert_eq!(
        found(&full),
        ["orgs[1002]: c-last is one desk too many: 1001 have one, case numbers have room for 1000"]
    );
}

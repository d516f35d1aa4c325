//! The whole table against a golden file: every event, in every state, by every role.
//!
//! `golden.txt` is read like a page: one line per event and state, the roles whose event is effective.
//! `LINLI_BLESS=1` writes it again; the change is then reviewed like code.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use linli_model::case::table::Seat;
use linli_model::case::{
    Admitting, Author, CustodyOrder, Event, EventName, Hold, OrderKind, OtherCase, Proposal, Slot,
    Standing, State, Step, SupervisionLevel, Transfer, Urgency, Verdict, decide, table,
};
use linli_model::edition::Severity;
use linli_model::{ActorId, EntryId, KeyId, OrgId, RecordId, Role, Timestamp};

use crate::content::{Choice, answer, content};
use crate::district::{litter, org, rules, staff};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const NOW: Timestamp = Timestamp(1_788_220_800_000);

fn entry(counter: u32) -> EntryId {
    EntryId {
        actor: ActorId::new(&KeyId([3; 16]), 1),
        counter,
    }
}

const SLOTS: [Slot; 22] = [
    Slot::Verification,
    Slot::Dispatch,
    Slot::Result,
    Slot::Review,
    Slot::Check,
    Slot::Unable,
    Slot::Passed,
    Slot::RejectRequest,
    Slot::Closing,
    Slot::Filing,
    Slot::Decline,
    Slot::OnSpot,
    Slot::ExtensionRequest,
    Slot::HoldRequest,
    Slot::Hold,
    Slot::EscalationRequest,
    Slot::VoidRequest,
    Slot::ForceRequest,
    Slot::Appeal,
    Slot::AppealReview,
    Slot::Order,
    Slot::Transfer,
];

/// A case at community `c1` in which everything that could be current is current, so that only state,
/// role and seat decide.
fn standing(state: State, event: EventName) -> Standing {
    let step = |index: usize| Step {
        event: entry(u32::try_from(index).unwrap() + 1),
        staff: staff("somebody-else"),
        org: org("d"),
        at: NOW.plus_ms(-DAY_MS),
    };
    let steps = SLOTS.iter().enumerate();
    let mut standing = Standing {
        state,
        category: Some(litter()),
        severity: Severity::Minor,
        home: Some(org("c1")),
        holder: Some(org("c1")),
        members: ["d", "s1", "c1", "u1"].into_iter().map(org).collect(),
        unit: Some(org("u1")),
        current: steps.map(|(index, slot)| (*slot, step(index))).collect(),
        hold: Some(Hold {
            since: NOW.plus_ms(-DAY_MS),
            review_at: NOW,
        }),
        order: Some(CustodyOrder {
            kind: OrderKind::Escalate,
            target: org("s1"),
            since: NOW,
        }),
        merged_into: Some(RecordId([9; 16])),
        supervision: Some(SupervisionLevel::Normal),
        ..Standing::default()
    };
    standing.marks.overdue = Some(SupervisionLevel::Normal);
    if event == EventName::Evaluate {
        standing.marks.closed = Some(NOW.plus_ms(-20 * DAY_MS));
        standing.current.remove(&Slot::Appeal);
    }
    if matches!(event, EventName::Take | EventName::SendBack) {
        standing.transfer = Some(Transfer {
            from: org("s1"),
            target: org("c1"),
            kind: OrderKind::Refer,
            since: NOW,
        });
    }
    standing
}

/// Where somebody with this role who may write this event sits; the device only for grid roles.
fn author(role: Role, seat: Seat) -> Author {
    let at = match seat {
        Seat::Grid | Seat::Desk | Seat::Holder | Seat::Member => "c1",
        Seat::Unit => "u1",
        Seat::Above => "s1",
        Seat::AboveOrHolder if role == Role::System => "c1",
        Seat::AboveOrHolder => "s1",
        Seat::District => "d",
    };
    Author {
        org: org(if role == Role::System { "c1" } else { at }),
        staff: staff("one"),
        role,
        device: None,
    }
}

fn choice() -> Choice {
    Choice {
        urgency: Urgency::Normal,
        severity: Severity::Minor,
        unit: org("u1"),
        target: org("s1"),
        next_hop: org("s1"),
        into: RecordId([9; 16]),
        now: NOW,
        step: SupervisionLevel::Red,
    }
}

fn verdict(event: EventName, state: State, by: Author) -> Verdict {
    let rules = rules();
    let standing = standing(state, event);
    let mut choice = choice();
    if event == EventName::Cc {
        choice.target = org("s2");
    }
    let mut kind = content(event, &choice);
    if let linli_model::case::EventKind::Resume { due } = &mut kind {
        *due = Some(NOW);
    }
    if let linli_model::case::EventKind::Dispatch { .. } = &kind {
        assert_eq!(
            rules.responsible(&litter(), &org("c1")).unwrap().lead,
            choice.unit
        );
    }
    let event = Event {
        answers: answer(event, &standing),
        by,
        edition: 1,
        at: NOW,
        kind,
        seen: Vec::new(),
        again_of: None,
    };
    let mut there = standing.clone();
    there.state = State::Filed;
    let proposal = Proposal {
        id: entry(99),
        event: &event,
        admitting: Admitting::Authoring {
            other: Some(OtherCase {
                this: RecordId([1; 16]),
                id: RecordId([9; 16]),
                confirmed: &there,
            }),
        },
        received_at: NOW,
        happened_at: NOW,
    };
    decide(&standing, &rules, &proposal)
}

/// For each event and state the roles that may.
fn matrix() -> BTreeMap<(EventName, State), BTreeSet<Role>> {
    let mut matrix = BTreeMap::new();
    for row in table().rows() {
        for state in State::ALL {
            let may = Role::ALL
                .iter()
                .copied()
                .filter(|role| verdict(row.event, state, author(*role, row.seat)).is_effective());
            matrix.insert((row.event, state), may.collect());
        }
    }
    matrix
}

#[test]
fn the_table_is_the_golden_file() {
    let mut page = String::new();
    for row in table().rows() {
        let number = row
            .number
            .map_or("-".to_owned(), |number| number.to_string());
        let to = row.to.map_or("same".to_owned(), |state| name(&state));
        writeln!(page, "{number} {} -> {to} [{:?}]", row.event, row.class).unwrap();
        for state in State::ALL {
            let may: Vec<&str> = matrix_row(row.event, state);
            if !may.is_empty() {
                writeln!(page, "    {}: {}", name(&state), may.join(" ")).unwrap();
            }
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/golden.txt");
    if std::env::var_os("LINLI_BLESS").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let golden = std::fs::read_to_string(path).unwrap();
    assert!(
        page == golden,
        "the table changed; LINLI_BLESS=1 writes golden.txt again"
    );
}

fn matrix_row(event: EventName, state: State) -> Vec<&'static str> {
    let row = table().row(event).unwrap();
    Role::ALL
        .iter()
        .filter(|role| verdict(event, state, author(**role, row.seat)).is_effective())
        .map(|role| role.as_str())
        .collect()
}

fn name(state: &State) -> String {
    serde_json::to_string(state).unwrap().replace('"', "")
}

/// The 29 rows of docs/workflow.md as amended: row, event, from, to, actors. Written by hand from the
/// page, not from the table.
const ROWS: &[(u8, &str, &str, &str, &str)] = &[
    (
        1,
        "start",
        "new",
        "draft",
        "grid_assistant grid_manager entrance_lead",
    ),
    (
        2,
        "report",
        "new draft",
        "reported",
        "grid_assistant grid_manager entrance_lead",
    ),
    (
        3,
        "intake",
        "new",
        "reported",
        "intake_officer resident entrance_lead",
    ),
    (
        4,
        "self_handle",
        "reported",
        "closed",
        "grid_assistant grid_manager",
    ),
    (5, "merge", "reported", "merged", "intake_officer"),
    (
        6,
        "request_verification",
        "reported",
        "verifying",
        "intake_officer",
    ),
    (7, "verify", "verifying", "reported", "grid_assistant"),
    (8, "decline", "reported", "declined", "intake_officer"),
    (9, "file", "reported", "filed", "intake_officer"),
    (
        10,
        "dispatch",
        "filed",
        "dispatched",
        "dispatcher duty_lead system",
    ),
    (
        11,
        "acknowledge",
        "dispatched",
        "handling",
        "unit_lead handler",
    ),
    (12, "return_case", "dispatched", "filed", "unit_lead"),
    (
        13,
        "escalate",
        "reported filed dispatched handling on_hold",
        "",
        "intake_officer dispatcher duty_lead",
    ),
    (14, "extend", "handling", "", "dispatcher duty_lead"),
    (15, "hold", "handling", "on_hold", "duty_lead"),
    (16, "resume", "on_hold", "handling", "system unit_lead"),
    (17, "submit_result", "handling", "handled", "handler"),
    (19, "request_check", "handled", "checking", "system"),
    (20, "check_pass", "checking", "feedback", "grid_assistant"),
    (21, "check_fail", "checking", "handling", "grid_assistant"),
    (22, "check_unable", "checking", "", "grid_assistant"),
    (22, "confirm_unable", "checking", "feedback", "duty_lead"),
    (
        23,
        "reject_result",
        "feedback",
        "handling",
        "intake_officer",
    ),
    (24, "close", "feedback", "closed", "intake_officer"),
    (
        25,
        "force_close",
        "reported verifying filed dispatched handling on_hold handled checking feedback",
        "closed",
        "duty_lead",
    ),
    (
        26,
        "void",
        "reported verifying filed dispatched handling on_hold handled checking feedback",
        "voided",
        "intake_officer dispatcher duty_lead",
    ),
    (27, "evaluate", "closed", "evaluated", "system"),
    (
        28,
        "reopen",
        "closed",
        "reported",
        "resident grid_assistant grid_supervisor",
    ),
    (29, "appeal", "closed", "", "unit_lead"),
    (
        29,
        "appeal_decided",
        "closed evaluated",
        "",
        "intake_officer",
    ),
];

#[test]
fn every_row_is_accepted_where_it_says_and_refused_elsewhere() {
    let matrix = matrix();
    for (number, event, from, to, actors) in ROWS {
        let event: EventName = event.parse().unwrap();
        let row = table().row(event).unwrap();
        assert_eq!(row.number, Some(*number), "{event}");
        assert_eq!(
            row.to.map_or(String::new(), |state| name(&state)),
            *to,
            "{event}"
        );
        let actors: BTreeSet<Role> = actors
            .split(' ')
            .map(|role| role.parse().unwrap())
            .collect();
        for state in State::ALL {
            let expected = if from.split(' ').any(|from| from == name(&state)) {
                actors.clone()
            } else {
                BTreeSet::new()
            };
            assert_eq!(matrix[&(event, state)], expected, "{event} in {state:?}");
        }
    }
}

#[test]
fn row_18_needs_a_city_where_leads_review() {
    // The golden district does not review, so nobody may reject there.
    let matrix = matrix();
    assert!(
        State::ALL
            .iter()
            .all(|state| matrix[&(EventName::UnitReject, *state)].is_empty())
    );
}

#[test]
fn a_seat_is_part_of_the_right() {
    for (event, state, role, wrong) in [
        (
            EventName::SelfHandle,
            State::Reported,
            Role::GridAssistant,
            "c2",
        ),
        (EventName::File, State::Reported, Role::IntakeOfficer, "s1"),
        (
            EventName::Acknowledge,
            State::Dispatched,
            Role::Handler,
            "u2",
        ),
        (EventName::Recall, State::Filed, Role::DutyLead, "c1"),
        (EventName::Recall, State::Filed, Role::DutyLead, "s2"),
        (EventName::ForceClose, State::Filed, Role::DutyLead, "s1"),
        (EventName::Note, State::Filed, Role::IntakeOfficer, "c3"),
    ] {
        let by = Author {
            org: OrgId::new(wrong).unwrap(),
            staff: staff("one"),
            role,
            device: None,
        };
        assert!(
            !verdict(event, state, by).is_effective(),
            "{event} from {wrong}"
        );
    }
}

//! What becomes of a case, and how long each step takes.

use super::Act;
use crate::chance::Chance;

/// What becomes of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// Filed, handled, checked, closed.
    Closed,
    /// Not done properly at first.
    Rework,
    /// Not a matter of this place.
    Declined,
    /// The unit has to wait for something and was allowed to.
    OnHold,
    /// The unit took it and says nothing.
    Overdue,
    /// Two people wrote about it at once.
    Conflict,
}

/// An act with how many minutes after the one before it comes: at least, at most.
type Step = (Act, u32, u32);

const BEGIN: [Step; 6] = [
    (Act::Report, 0, 0),
    (Act::Sync, 1, 180),
    (Act::File, 4, 28),
    (Act::Escalate, 2, 20),
    (Act::Acknowledge, 10, 110),
    (Act::Result, 60, 1_900),
];

const CLOSED: [Step; 9] = [
    BEGIN[0],
    BEGIN[1],
    BEGIN[2],
    BEGIN[3],
    BEGIN[4],
    BEGIN[5],
    (Act::CheckPass, 30, 115),
    (Act::Sync, 1, 90),
    (Act::Close, 20, 1_400),
];
const REWORK: [Step; 12] = [
    BEGIN[0],
    BEGIN[1],
    BEGIN[2],
    BEGIN[3],
    BEGIN[4],
    BEGIN[5],
    (Act::CheckFail, 30, 115),
    (Act::Sync, 1, 60),
    (Act::Result, 120, 2_000),
    (Act::CheckPass, 30, 115),
    (Act::Sync, 1, 60),
    (Act::Close, 20, 1_400),
];
const DECLINED: [Step; 3] = [BEGIN[0], BEGIN[1], (Act::Decline, 5, 28)];
const ON_HOLD: [Step; 7] = [
    BEGIN[0],
    BEGIN[1],
    BEGIN[2],
    BEGIN[3],
    BEGIN[4],
    (Act::RequestHold, 60, 300),
    (Act::Hold, 30, 400),
];
const OVERDUE: [Step; 5] = [BEGIN[0], BEGIN[1], BEGIN[2], BEGIN[3], BEGIN[4]];
const CONFLICT: [Step; 5] = [
    BEGIN[0],
    BEGIN[1],
    (Act::WriteBoth, 10, 60),
    BEGIN[2],
    BEGIN[3],
];

impl Course {
    /// Draws what becomes of a case that was reported so many days ago.
    pub(super) fn draw(days: i64, chance: &mut Chance) -> Self {
        let drawn = chance.below(100);
        if days < 10 {
            return match drawn {
                0..=9 => Self::OnHold,
                10..=24 => Self::Overdue,
                25..=29 => Self::Conflict,
                30..=39 => Self::Rework,
                40..=43 => Self::Declined,
                _ => Self::Closed,
            };
        }
        match drawn {
            0..=3 => Self::Declined,
            4..=9 => Self::Rework,
            // Some wait long.
            10 if days < 60 => Self::Overdue,
            11 if days < 60 => Self::OnHold,
            _ => Self::Closed,
        }
    }

    pub(super) fn acts(self) -> &'static [Step] {
        match self {
            Self::Closed => &CLOSED,
            Self::Rework => &REWORK,
            Self::Declined => &DECLINED,
            Self::OnHold => &ON_HOLD,
            Self::Overdue => &OVERDUE,
            Self::Conflict => &CONFLICT,
        }
    }
}

//! Named guards of the transition table: what must hold beside state, role, seat and answer.

use serde::{Deserialize, Serialize};

use super::admit::Reason;
use super::head::Urgency;
use super::standing::{OrderKind, Slot};
use crate::edition::Severity;
use crate::role::Role;

mod asked;

pub(super) use asked::Asked;

/// A condition that a row of the table names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guard {
    /// At least one photo, or a reason why there is none; where the category asks for it.
    PhotoOrReason,
    /// The category is in the catalogue and offered.
    KnownCategory,
    /// The category and the chosen standard are in the catalogue.
    KnownStandard,
    /// Severity minor.
    Minor,
    /// Not a danger.
    NotDanger,
    /// A photo from before and one from after.
    BothPhotos,
    /// Within the limit of handling on the spot, report to handling, both by the device's clock.
    SameShift,
    /// The other case is open, held by the same desk, not on its way, and not this one.
    OtherCase,
    /// A photo, unless it could not be seen.
    PhotoUnlessUnable,
    /// A photo of the result.
    AfterPhoto,
    /// A reason is given.
    Reason,
    /// The lead and every co-unit are handling units.
    SuitableUnit,
    /// After two returns only a duty lead dispatches.
    LeadAfterReturns,
    /// The server itself dispatches only what the responsibility table says.
    TableIfSystem,
    /// To the parent; a danger may go to any organisation above.
    UpOneLevel,
    /// To another organisation with a desk that can be reached.
    KnownTarget,
    /// No recall and no danger is under way, which would be lost.
    OrderMayChange,
    /// The order is not an upper member's recall.
    NotRecalled,
    /// To a neighbour on the way to the target.
    OneLink,
    /// The order that it answers says so, or the hand-over is passed on.
    Ordered,
    /// The case may rest here: a recalled one only at the end of its way.
    MayStay,
    /// The case may be sent back: a recalled one not.
    MayRefuse,
    /// Another person than the one who took the first step.
    OtherPerson,
    /// The second extension is a duty lead's decision.
    SecondByLead,
    /// Another extension is left.
    ExtensionLeft,
    /// Before the handling limit ends.
    BeforeDue,
    /// Never held before.
    FirstHold,
    /// The review date lies ahead, at most a year.
    ReviewDate,
    /// The server itself acts only when the time has come.
    DueIfSystem,
    /// Unit leads review results in this city.
    ReviewIsOn,
    /// The unit's lead accepted the result, where leads review.
    Reviewed,
    /// The author neither handled it nor belongs to the unit.
    NotHandler,
    /// Not on the board: a void never hides what is overdue.
    NotOnBoard,
    /// The time for reopening is over and no appeal is open.
    ReopenOver,
    /// The time for reopening is not over.
    ReopenWindow,
    /// The handling limit had passed.
    WasOverdue,
    /// No appeal was made before.
    FirstAppeal,
    /// No objection was made before.
    FirstObjection,
    /// The case was filed by another desk.
    TakenOver,
    /// It was merged into the case that is named.
    MergedThere,
    /// At least one of the organisations is known and not a member.
    NewMember,
    /// A step above the present one.
    StepUp,
    /// There is a supervision.
    Supervised,
}

impl Guard {
    /// Whether the guard holds.
    pub(super) fn check(self, asked: Asked<'_>) -> Result<(), Reason> {
        let (holds, reason) = match self {
            Self::PhotoOrReason => (asked.has_photo_or_reason(), Reason::Incomplete),
            Self::KnownCategory => (asked.category_is_offered(), Reason::NotSuitable),
            Self::KnownStandard => (asked.standard_is_known(), Reason::NotSuitable),
            Self::Minor => (asked.standing.severity == Severity::Minor, Reason::NotMinor),
            Self::NotDanger => (asked.standing.urgency != Urgency::Danger, Reason::Danger),
            Self::BothPhotos | Self::AfterPhoto | Self::PhotoUnlessUnable => {
                (asked.has_photos(), Reason::Incomplete)
            }
            Self::Reason => (asked.has_reason(), Reason::Incomplete),
            Self::SameShift => (asked.in_same_shift(), Reason::TooLate),
            Self::OtherCase => (asked.other_case_is_ready(), Reason::OtherCase),
            Self::SuitableUnit => (asked.units_are_suitable(), Reason::NotSuitable),
            Self::TableIfSystem => (asked.follows_the_table(), Reason::NotSuitable),
            Self::LeadAfterReturns => (
                asked.standing.return_count < 2 || asked.role() == Role::DutyLead,
                Reason::NotAllowed,
            ),
            Self::UpOneLevel => (asked.goes_up(), Reason::NotOneLink),
            Self::KnownTarget => (asked.target_is_known(), Reason::NotSuitable),
            Self::OrderMayChange => (
                !asked.order_is(&[OrderKind::Recall, OrderKind::Danger]),
                Reason::NotAllowed,
            ),
            Self::NotRecalled => (!asked.order_is(&[OrderKind::Recall]), Reason::NotAllowed),
            Self::OneLink => (asked.follows_one_link(), Reason::NotOneLink),
            Self::Ordered => (asked.is_ordered(), Reason::NoOrder),
            Self::MayStay => (asked.may_stay(), Reason::NotSuitable),
            Self::MayRefuse => (!asked.transfer_is_recall(), Reason::NotAllowed),
            Self::OtherPerson => (asked.is_other_person(), Reason::SamePerson),
            Self::SecondByLead => (
                asked.standing.extension_count == 0 || asked.role() == Role::DutyLead,
                Reason::NotAllowed,
            ),
            Self::ExtensionLeft => (asked.extension_is_left(), Reason::TooOften),
            Self::BeforeDue => (asked.is_before_due(), Reason::TooLate),
            Self::FirstHold => (asked.standing.hold_count == 0, Reason::TooOften),
            Self::ReviewDate => (asked.review_date_fits(), Reason::NotSuitable),
            Self::DueIfSystem => (asked.is_due(), Reason::TooEarly),
            Self::ReviewIsOn => (asked.reviews(), Reason::NotSuitable),
            Self::Reviewed => (
                !asked.reviews() || asked.standing.current.contains_key(&Slot::Review),
                Reason::NotReviewed,
            ),
            Self::NotHandler => (asked.is_not_handler(), Reason::HandledBySelf),
            Self::NotOnBoard => (!asked.standing.is_on_board, Reason::NotAllowed),
            Self::ReopenOver => (asked.reopening_is_over(), Reason::TooEarly),
            Self::ReopenWindow => (asked.may_reopen(), Reason::TooLate),
            Self::WasOverdue => (asked.standing.marks.overdue.is_some(), Reason::NotSuitable),
            Self::FirstAppeal => (asked.standing.appeal_count == 0, Reason::TooOften),
            Self::FirstObjection => (asked.standing.objection_count == 0, Reason::TooOften),
            Self::TakenOver => (asked.is_taken_over(), Reason::NothingNew),
            Self::MergedThere => (asked.merged_there(), Reason::NothingNew),
            Self::NewMember => (asked.has_new_member(), Reason::NothingNew),
            Self::StepUp => (asked.steps_up(), Reason::NothingNew),
            Self::Supervised => (asked.standing.supervision.is_some(), Reason::NothingNew),
        };
        if holds { Ok(()) } else { Err(reason) }
    }
}

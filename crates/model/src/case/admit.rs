//! Admissions: the holder puts an event into the line and says whether it has an effect.

use serde::{Deserialize, Serialize};

use crate::id::{EntryId, OrgId};
use crate::time::Timestamp;

/// One entry of a case's `admits`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admit {
    /// The admission before this one; none for the first. Its depth is this one's n.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev: Option<EntryId>,
    /// The generation of the admitting server. At a fork of the line the higher one wins.
    pub generation: u64,
    /// The holder that admits.
    pub org: OrgId,
    /// The event that is admitted.
    pub event: EntryId,
    /// When the first server got the event; never below the admission before.
    pub received_at: Timestamp,
    /// When it happened: the device's time corrected by the measured offset. Only ever compared with
    /// a deadline.
    pub happened_at: Timestamp,
    /// What the holder decided. It stands.
    pub verdict: Verdict,
}

/// Whether an event has an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It does what it says.
    Effective,
    /// It is kept and shown, and changes nothing.
    NoEffect(Reason),
}

impl Verdict {
    /// Whether it has an effect.
    pub fn is_effective(self) -> bool {
        self == Self::Effective
    }
}

macro_rules! reasons {
    ($(#[doc = $doc:literal] $variant:ident = $name:literal,)*) => {
        /// Why an event has no effect. The name is a stable code with a text in each language.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Reason {
            $(#[doc = $doc] $variant,)*
        }

        impl Reason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable code.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// A sentence for operators and logs.
            pub fn about(self) -> &'static str {
                match self {
                    $(Self::$variant => $doc.trim_ascii(),)*
                }
            }
        }
    };
}

reasons! {
    /// What it answers is no longer the current one.
    Overtaken = "overtaken",
    /// The same intent already had its effect.
    Duplicate = "duplicate",
    /// A desk decided that was not, or no longer, the holder.
    Superseded = "superseded",
    /// Nothing of the kind is possible in the state the case is in.
    WrongState = "wrong_state",
    /// The desk has already filed it; it is asked whether to close.
    DeskHasIt = "desk_has_it",
    /// The case is on its way to this desk, which must take it or send it back first.
    InTransfer = "in_transfer",
    /// The author's role may not do this, or not at this place.
    NotAllowed = "not_allowed",
    /// Another organisation is the handling unit.
    NotTheUnit = "not_the_unit",
    /// The second step needs a second person.
    SamePerson = "same_person",
    /// Who handled may not check.
    HandledBySelf = "handled_by_self",
    /// Only what is minor may be handled on the spot.
    NotMinor = "not_minor",
    /// A danger is never handled alone.
    Danger = "danger",
    /// A photo, a reason or another required part is missing.
    Incomplete = "incomplete",
    /// Not a neighbour, or not on the way to the target.
    NotOneLink = "not_one_link",
    /// There is no order to hand it over.
    NoOrder = "no_order",
    /// What it names (organisation, category, standard, date) is not known in this edition's catalogue and tree, or cannot do this.
    NotSuitable = "not_suitable",
    /// It happened after the last day for it.
    TooLate = "too_late",
    /// It may happen only so often.
    TooOften = "too_often",
    /// The time for it has not come.
    TooEarly = "too_early",
    /// The organisation is not above the holder, or not a member.
    NotAbove = "not_above",
    /// The unit's lead has not looked at the result.
    NotReviewed = "not_reviewed",
    /// The other case is not open, not held here, or on its way.
    OtherCase = "other_case",
    /// Nothing would change.
    NothingNew = "nothing_new",
    /// The edition it names is not known.
    UnknownEdition = "unknown_edition",
}

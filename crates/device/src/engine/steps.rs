//! What happens next with a case and who does it, as codes for the screens.

use linli_model::OrgId;
use linli_model::case::{Rules, State};

use super::facts::{Facts, TaskFact, TaskWord};
use super::texts::{code, code_with, org_name};
use crate::dto::code::{CodeDto, ParamDto};

/// The steps, most pressing first. `mine` are the tasks of the person who looks.
pub(super) fn next_steps(
    state: State,
    facts: &Facts,
    mine: &[&TaskFact],
    is_text_waiting: bool,
    rules: &Rules,
) -> Vec<CodeDto> {
    let mut steps = Vec::new();
    let has = |kind: TaskWord| mine.iter().any(|task| task.kind == kind);
    if has(TaskWord::Amend) {
        steps.push(code("amend"));
    }
    if is_text_waiting {
        steps.push(code("send"));
        return steps;
    }
    let org = |name: &str, org: Option<&OrgId>| match org {
        Some(org) => code_with(name, "org", ParamDto::Name(org_name(rules, org))),
        None => code(name),
    };
    let unit = |name: &str| match &facts.unit {
        Some(unit) => code_with(name, "unit", ParamDto::Name(org_name(rules, unit))),
        None => code(name),
    };
    let holder = facts.holder.as_ref();
    if let (Some((target, _)), true) = (&facts.sent_to, state.is_open()) {
        steps.push(org("handed_over", Some(target)));
    }
    steps.push(match state {
        State::New | State::Draft => code("send"),
        State::Reported if facts.sent_to.is_some() => return steps,
        State::Reported => org("desk_files", holder),
        State::Verifying => code("verification"),
        State::Filed => org("desk_dispatches", holder),
        State::Dispatched => unit("unit_acknowledges"),
        State::Handling => unit("unit_handles"),
        State::OnHold => match facts.hold_until {
            Some(until) => code_with("on_hold", "until_at", ParamDto::Number(until.0)),
            None => code("on_hold"),
        },
        State::Handled => org("request_check", holder),
        State::Checking => code("check_on_spot"),
        State::Feedback => org("call_back", holder),
        State::Closed | State::Evaluated | State::Declined | State::Merged | State::Voided => {
            code("closed")
        }
    });
    steps
}

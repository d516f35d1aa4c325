//! Parts of events that people read: words, reasons, names.

use linli_model::OrgId;
use linli_model::case::{EventKind, Rules};

use super::query::name_dto;
use crate::dto::code::{CodeDto, NameDto, ParamDto, Params};

/// The person's words in an event.
pub(super) fn note_of(kind: &EventKind) -> Option<&str> {
    let text = if let EventKind::SelfHandle { text, .. }
    | EventKind::RequestVerification { text }
    | EventKind::Verify { text, .. }
    | EventKind::SubmitResult { text, .. }
    | EventKind::CheckPass { text, .. }
    | EventKind::Close { text, .. }
    | EventKind::AppealReview { text }
    | EventKind::Amend { text, .. }
    | EventKind::Note { text }
    | EventKind::VisitResult { text, .. }
    | EventKind::Reminder { text, .. }
    | EventKind::Supervision { text, .. }
    | EventKind::Instruction { text } = kind
    {
        text.as_str()
    } else {
        // A reason that is no code is a sentence.
        kind.reason().filter(|reason| !is_code(reason))?
    };
    (!text.is_empty()).then_some(text)
}

/// The stated reason, when it is a code.
pub(super) fn reason_of(kind: &EventKind) -> Option<CodeDto> {
    kind.reason().filter(|reason| is_code(reason)).map(code)
}

fn is_code(text: &str) -> bool {
    let is_sign = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    !text.is_empty() && text.len() <= 64 && text.bytes().all(is_sign)
}

/// A code without values.
pub(super) fn code(code: &str) -> CodeDto {
    CodeDto {
        code: code.to_owned(),
        params: Params::new(),
    }
}

/// A code with one value.
pub(super) fn code_with(code: &str, name: &str, value: ParamDto) -> CodeDto {
    CodeDto {
        code: code.to_owned(),
        params: Params::from([(name.to_owned(), value)]),
    }
}

/// An organisation's name; its code where the edition does not know it.
pub(super) fn org_name(rules: &Rules, org: &OrgId) -> NameDto {
    name_dto(rules.tree().find(org).map(|org| &org.name), org.as_str())
}

/// Values for an event's text.
pub(super) fn params_of(kind: &EventKind, rules: &Rules) -> Params {
    let name = |key: &str, org: &OrgId| (key.to_owned(), ParamDto::Name(org_name(rules, org)));
    if let EventKind::Escalate { to, .. }
    | EventKind::Refer { to, .. }
    | EventKind::HandOver { to, .. } = kind
    {
        return Params::from([name("org", to)]);
    }
    if let EventKind::Cc { to } = kind {
        return to.first().map(|to| name("org", to)).into_iter().collect();
    }
    kind.units()
        .map(|(unit, _)| name("unit", unit))
        .into_iter()
        .collect()
}

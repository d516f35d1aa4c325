//! The history of a case as people read it.

use linli_model::case::{Author, CaseLog, CaseView, Place, Rules, TimelineEntry, Verdict};
use linli_model::{OrgId, Role};

use crate::dto::case_detail::{ActorDto, EffectDto, TimelineItem};
use crate::engine::texts::{code, note_of, org_name, params_of, reason_of};

/// A clock that was off by more is doubtful: five minutes (docs/sync.md).
const DOUBT_MS: u64 = 5 * 60 * 1000;

/// Every event in order: the line, then what is not admitted yet.
pub(super) fn timeline(
    log: &CaseLog,
    view: &CaseView,
    rules: &Rules,
    home: &OrgId,
) -> Vec<TimelineItem> {
    view.timeline
        .iter()
        .filter_map(|entry| item(log, entry, rules, home))
        .collect()
}

fn item(log: &CaseLog, entry: &TimelineEntry, rules: &Rules, home: &OrgId) -> Option<TimelineItem> {
    let kind = &log.events.get(&entry.event)?.kind;
    let admit = match entry.place {
        Place::Admitted { admit, .. } => log.admits.get(&admit),
        Place::Provisional => None,
    };
    let (effect, no_effect) = match (entry.verdict, entry.place) {
        (Verdict::NoEffect(reason), _) => (EffectDto::NoEffect, Some(code(reason.as_str()))),
        (Verdict::Effective, Place::Admitted { .. }) => (EffectDto::Applied, None),
        (Verdict::Effective, Place::Provisional) => (EffectDto::Pending, None),
    };
    let is_off = |admit: &linli_model::case::Admit| {
        admit.happened_at.ms_since(entry.at).unsigned_abs() > DOUBT_MS
    };
    Some(TimelineItem {
        id: entry.event.to_string(),
        code: entry.name.as_str().to_owned(),
        params: params_of(kind, rules),
        at: entry.at.0,
        actor: actor(&entry.by, rules, home),
        effect,
        reason: no_effect.or_else(|| reason_of(kind)),
        note: note_of(kind).map(ToOwned::to_owned),
        photos: kind.photos().iter().map(ToString::to_string).collect(),
        is_clock_doubtful: entry.by.device.is_some() && admit.is_some_and(is_off),
    })
}

/// Colleagues of the own community are shown by name; everybody else by organisation alone.
fn actor(by: &Author, rules: &Rules, home: &OrgId) -> ActorDto {
    let is_near = by.org == *home;
    let name = rules.staff(&by.staff).map(|person| person.name.clone());
    let name = name.filter(|name| is_near && !name.is_empty());
    ActorDto {
        person: name,
        org: by.device.is_none().then(|| org_name(rules, &by.org)),
        is_system: by.role == Role::System,
    }
}

//! What somebody may do next: the buttons of a screen.

use super::decide::may_author;
use super::event::Author;
use super::name::EventName;
use super::rules::Rules;
use super::table::{Row, table};
use super::view::CaseView;

/// The events that this author may write now, in the order of [`EventName`]: state, role, seat and
/// something current to answer are looked at; the content is not, so a form may still be refused by
/// [`super::decide()`].
pub fn next_steps(view: &CaseView, rules: &Rules, by: &Author) -> Vec<EventName> {
    table()
        .rows()
        .filter(|row| is_possible(view, rules, by, row))
        .map(|row| row.event)
        .collect()
}

fn is_possible(view: &CaseView, rules: &Rules, by: &Author, row: &Row) -> bool {
    let standing = &view.now;
    if !row.actors.contains(&by.role) || !row.from.contains(&standing.state) {
        return false;
    }
    let has_answer = row.answers.is_empty()
        || row
            .answers
            .iter()
            .any(|slot| standing.current.contains_key(slot));
    let own = row.is_own(by.role);
    let waits = standing.transfer.is_some() && own && !row.in_transfer;
    let here = !own || (by.device.is_none() && standing.holder.as_ref() == Some(&by.org));
    has_answer && here && !waits && may_author(standing, rules, row, by).is_ok()
}

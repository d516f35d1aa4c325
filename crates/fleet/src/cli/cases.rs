//! Commands that show cases.

use clap::{Args, ValueEnum};
use linli_device::dto::case::{CaseListKind, CaseQuery, CaseRow, DeliveryDto, ReceiptState};

use super::Common;
use super::answer::{Failure, Output};
use super::door::{unlocked, when, word};

/// Which list.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum List {
    Mine,
    Todo,
    Grid,
}

/// `cases`.
#[derive(Debug, Args)]
pub(super) struct Cases {
    /// Which cases.
    #[arg(long, value_enum, default_value_t = List::Grid)]
    list: List,
    /// Part of a code, an address or a category.
    #[arg(long)]
    text: Option<String>,
}

/// `case`.
#[derive(Debug, Args)]
pub(super) struct One {
    /// The case's short code or id.
    case: String,
}

pub(super) fn list(common: &Common, cases: &Cases, output: &mut Output) -> Result<(), Failure> {
    let device = unlocked(common)?;
    let list = match cases.list {
        List::Mine => CaseListKind::Mine,
        List::Todo => CaseListKind::Todo,
        List::Grid => CaseListKind::Grid,
    };
    let found = device.list_cases(&CaseQuery {
        text: cases.text.clone(),
        ..CaseQuery::all(list)
    })?;
    output.answer(&found, || found.rows.iter().map(line).collect())
}

pub(super) fn one(common: &Common, one: &One, output: &mut Output) -> Result<(), Failure> {
    let device = unlocked(common)?;
    let case = device.find_case_by_code(&one.case)?;
    output.answer(&case, || {
        let mut lines = vec![line(&case.row)];
        lines.extend(case.note.iter().map(|note| format!("  note  {note}")));
        for photo in &case.photos {
            let sent = if photo.is_delivered {
                "delivered"
            } else {
                "here only"
            };
            lines.push(format!(
                "  photo {} {} {sent}",
                word(&photo.kind),
                photo.hash
            ));
        }
        for voice in &case.voices {
            let seconds = voice.length_ms / 1_000;
            lines.push(format!("  voice {seconds} s {}", voice.hash));
        }
        for receipt in &case.receipts {
            let at = receipt.at.map(when).unwrap_or_default();
            let number = receipt.number.as_deref().unwrap_or("");
            let exact = if receipt.is_exact {
                ""
            } else {
                " (earlier version)"
            };
            let (level, state) = (word(&receipt.level), word(&receipt.state));
            lines.push(
                format!("  {level:<10} {state:<11} {at} {number}{exact}")
                    .trim_end()
                    .to_owned(),
            );
        }
        for item in &case.timeline {
            let reason = item
                .reason
                .as_ref()
                .map(|reason| format!(" [{}]", reason.code));
            let note = item.note.as_ref().map(|note| format!(" {note}"));
            lines.push(format!(
                "  {} {} {}{}{}",
                when(item.at),
                item.code,
                word(&item.effect),
                reason.unwrap_or_default(),
                note.unwrap_or_default()
            ));
        }
        for task in &case.tasks {
            lines.push(format!(
                "  task  {} answers {}",
                word(&task.kind),
                task.answers
            ));
        }
        for step in &case.next_steps {
            lines.push(format!("  next  {}", step.code));
        }
        lines
    })
}

pub(super) fn outbox(common: &Common, output: &mut Output) -> Result<(), Failure> {
    let device = unlocked(common)?;
    let outbox = device.outbox()?;
    output.answer(&outbox, || {
        let mut lines: Vec<String> = outbox
            .items
            .iter()
            .map(|item| {
                format!(
                    "{} {} since {}, {} photos, {} tries",
                    item.code,
                    delivery(&item.delivery),
                    when(item.since_at),
                    item.waiting_photo_count,
                    item.attempt_count
                )
            })
            .collect();
        if lines.is_empty() {
            lines.push("nothing waits".to_owned());
        }
        lines
    })
}

fn line(row: &CaseRow) -> String {
    let mut line = format!(
        "{} {} {} {} {} [{}] {}",
        row.code,
        when(row.reported_at),
        row.category.code,
        row.category.name.zh,
        word(&row.work),
        rings(row),
        delivery(&row.delivery)
    );
    if let Some(place) = &row.place {
        line.push(' ');
        line.push_str(place);
    }
    if let Some(task) = &row.task {
        line.push_str(" task:");
        line.push_str(&word(task));
    }
    line
}

/// The four rings as the screens draw them: `*` has it, `.` not yet, `-` not needed, `!` returned,
/// `?` not confirmed.
fn rings(row: &CaseRow) -> String {
    let mark = |state| match state {
        ReceiptState::Received => '*',
        ReceiptState::NotYet => '.',
        ReceiptState::NotNeeded => '-',
        ReceiptState::Returned => '!',
        ReceiptState::Unconfirmed => '?',
    };
    row.receipts.iter().map(|ring| mark(ring.state)).collect()
}

fn delivery(delivery: &DeliveryDto) -> String {
    let state = word(&delivery.state);
    match (&delivery.wait, &delivery.reason) {
        (Some(wait), _) => format!("{state}:{}", word(&wait.reason)),
        (None, Some(reason)) => format!("{state}:{}", reason.code),
        (None, None) => state,
    }
}

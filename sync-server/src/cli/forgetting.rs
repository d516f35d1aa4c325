//! `admin erase`, `forgetting`, `holders`, `withdraw-grid` and `backups`.

use clap::Args;
use linli_model::{GridCode, KeyId, RecordId, StaffId};

use super::session::{Session, unexpected};
use super::{Context, Done, out};
use crate::door::{EraseRequest, Erasure, Forgetting, Holder, HolderKind, Holders};
use crate::ops::OpsError;
use crate::ops::admin::{AdminAnswer, AdminCommand};
use crate::ops::forgetting::{ForgetAnswer, ForgetCommand};

/// An erasure on request.
#[derive(Debug, Args)]
pub(super) struct EraseArgs {
    /// A household with everything that hangs on it, or a contact, an enrolment, a visit.
    record: RecordId,
    /// Who answers the request: a privacy officer there or above, or the grid's own staff.
    #[arg(long)]
    staff: StaffId,
    /// The number of the resident's request, for the audit log.
    #[arg(long)]
    request: String,
    /// Why: a code of a-z, 0-9 and _, such as request or `consent_withdrawn`.
    #[arg(long, default_value = "request")]
    reason: String,
    /// Erases also what a case in work names.
    #[arg(long)]
    despite_cases: bool,
    /// Erases; without it, only what would go is shown.
    #[arg(long)]
    confirm: bool,
}

fn ask(context: &Context, command: ForgetCommand) -> Result<ForgetAnswer, super::Failure> {
    let answer = Session::open(context)?.ask(AdminCommand::Forget(command))?;
    let AdminAnswer::Forget(answer) = answer else {
        return Err(unexpected().into());
    };
    Ok(answer)
}

pub(super) fn erase(context: &Context, args: EraseArgs) -> Done {
    let request = EraseRequest {
        record: args.record,
        staff: args.staff,
        request: args.request,
        reason: args.reason,
        despite_cases: args.despite_cases,
        confirm: args.confirm,
    };
    let ForgetAnswer::Erasure(erasure) = ask(context, ForgetCommand::Erase(request))? else {
        return Err(unexpected().into());
    };
    show_erasure(context, &erasure);
    Ok(())
}

fn show_erasure(context: &Context, erasure: &Erasure) {
    let grid = &erasure.grid;
    context.say(&format!("网格 {grid}："), &format!("grid {grid}:"));
    for (kind, count) in &erasure.kinds {
        out::line(&format!("  {kind}: {count}"));
    }
    if !erasure.cases.is_empty() {
        let cases = erasure.cases.join(", ");
        context.say(
            &format!("  ! 在办案卷仍用到其联系方式：{cases}"),
            &format!("  ! cases in work name a contact of it: {cases}"),
        );
    }
    if !erasure.is_done {
        context.say(
            "没有改动任何数据。确认后再运行一次并加 --confirm：将彻底删除，不能恢复。",
            "Nothing was changed. Run it again with --confirm to erase; it cannot be undone.",
        );
        return;
    }
    let numbers: Vec<String> = erasure.numbers.iter().map(ToString::to_string).collect();
    let numbers = numbers.join(", ");
    context.say(
        &format!("已彻底删除，墓碑编号：{numbers}。各终端下次联网时删除；备份到期删除。查看：admin holders"),
        &format!("Erased for ever; tombstones: {numbers}. Handhelds follow at their next contact, backups when their term is over. See: admin holders"),
    );
}

pub(super) fn report(context: &Context, json: bool) -> Done {
    let ForgetAnswer::Report(found) = ask(context, ForgetCommand::Report)? else {
        return Err(unexpected().into());
    };
    if json {
        return print_json(&found);
    }
    show_report(context, &found);
    Ok(())
}

fn show_report(context: &Context, found: &Forgetting) {
    for (name, days) in &found.terms_days {
        out::line(&format!("{name}: {days}"));
    }
    match found.looked_at {
        Some(at) => {
            let (at, count) = (out::time(at), found.looked);
            context.say(
                &format!("最近一次全部查看：{at}，{count} 条"),
                &format!("last looked through: {at}, {count} records"),
            );
        }
        None => context.say("尚未全部查看过", "not looked through yet"),
    }
    for run in &found.runs {
        let at = out::time(run.at);
        out::line(&format!(
            "{at}  {}  {}  {}",
            run.kind, run.reason, run.count
        ));
    }
    if found.runs.is_empty() {
        context.say("尚未删除过数据", "nothing was erased yet");
    }
    if found.is_compaction_due {
        context.say(
            "数据库待重写，以清除页间残留",
            "the database waits to be written anew, to clear copies in gaps of pages",
        );
    }
}

pub(super) fn holders(context: &Context, record: RecordId, json: bool) -> Done {
    let ForgetAnswer::Holders(found) = ask(context, ForgetCommand::Holders { record })? else {
        return Err(unexpected().into());
    };
    if json {
        return print_json(&found);
    }
    show_holders(context, &found);
    Ok(())
}

fn show_holders(context: &Context, found: &Holders) {
    let grid = &found.grid;
    if found.is_erased {
        let at = out::time(found.since);
        context.say(
            &format!("已于 {at} 删除；网格 {grid}"),
            &format!("erased {at}; grid {grid}"),
        );
    } else {
        context.say(&format!("网格 {grid}"), &format!("grid {grid}"));
        for (kind, count) in &found.kinds {
            out::line(&format!("  {kind}: {count}"));
        }
    }
    found
        .holders
        .iter()
        .for_each(|holder| show_holder(context, holder));
}

fn show_holder(context: &Context, holder: &Holder) {
    let kind = match holder.kind {
        HolderKind::Device => context.lang.pick("终端", "handheld"),
        HolderKind::Server => context.lang.pick("服务器", "server"),
        HolderKind::Backup => context.lang.pick("备份", "backup"),
    };
    let key = holder.key.map(|key| key.to_string()).unwrap_or_default();
    let since = out::time(holder.since);
    out::line(&format!("{kind}  {}  {key}  {}", holder.name, holder.state));
    context.say(&format!("  自 {since}"), &format!("  since {since}"));
    for person in &holder.staff {
        out::line(&format!("  {} ({})", person.staff, person.roles.join(", ")));
    }
    if let Some(at) = holder.exchanged_at {
        let at = out::time(at);
        context.say(
            &format!("  最近交换 {at}"),
            &format!("  last exchange {at}"),
        );
    }
    if let Some(until) = holder.until {
        let until = out::time(until);
        if holder.kind == HolderKind::Device {
            context.say(
                &format!("  {until} 已证明本机数据全部删除"),
                &format!("  proved at {until} that its copy is erased"),
            );
        } else {
            context.say(&format!("  到期 {until}"), &format!("  until {until}"));
        }
    }
    match (holder.has_confirmed, holder.confirmed) {
        (true, None) => {}
        (true, Some(_)) if holder.kind == HolderKind::Device && holder.until.is_some() => {}
        (true, Some((number, at))) => {
            let at = out::time(at);
            context.say(
                &format!("  已执行全部删除，至墓碑 {number}（{at}）"),
                &format!("  has erased everything, up to tombstone {number} ({at})"),
            );
        }
        (false, confirmed) => {
            let number = confirmed.map_or(0, |(number, _)| number);
            context.say(
                &format!("  ! 尚未确认最新删除，已知至墓碑 {number}"),
                &format!(
                    "  ! has not confirmed the latest erasures, known up to tombstone {number}"
                ),
            );
        }
    }
}

/// A grid that a handheld has to give back.
#[derive(Debug, Args)]
pub(super) struct WithdrawArgs {
    /// The handheld's key, as `admin holders` names it.
    device: KeyId,
    /// The grid.
    #[arg(long)]
    grid: GridCode,
}

pub(super) fn withdraw_grid(context: &Context, args: WithdrawArgs) -> Done {
    let WithdrawArgs { device, grid } = args;
    let text = grid.to_string();
    let ForgetAnswer::Withdrawn = ask(context, ForgetCommand::Withdraw { device, grid })? else {
        return Err(unexpected().into());
    };
    context.say(
        &format!("已要求该终端交回网格 {text}：下次联网时先交清未送达的内容，再删除本机数据并签名证明。查看：admin holders"),
        &format!("The handheld is asked to give back {text}: at its next contact it hands in what waits, erases its copy and proves it. See: admin holders"),
    );
    Ok(())
}

pub(super) fn backups(context: &Context, prune: bool) -> Done {
    let ForgetAnswer::Backups { rows } = ask(context, ForgetCommand::Backups { prune })? else {
        return Err(unexpected().into());
    };
    for row in &rows {
        let until = out::time(row.until);
        let state = if row.is_deleted {
            context.lang.pick("已删除", "deleted")
        } else {
            context.lang.pick("保留至", "kept until")
        };
        out::line(&format!("{}  {state}  {until}", row.name));
    }
    if rows.is_empty() {
        context.say("没有备份", "there is no backup");
    }
    Ok(())
}

fn print_json(value: &impl serde::Serialize) -> Done {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| OpsError::Refused(error.to_string()))?;
    out::line(&text);
    Ok(())
}

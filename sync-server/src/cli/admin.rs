//! `admin` and `backup`: sent to the running server, or run on the data folder when none runs.

use zeroize::Zeroizing;

use super::session::Session;
use super::{
    AdminArgs, Context, Done, EnrolArgs, Failure, StaffTokenArgs, carry, export, forgetting,
    import, out, rules,
};
use crate::door::{EngineStatus, JoinState, OpenedSlot, SlotSubject};
use crate::ops::OpsError;
use crate::ops::admin::{AdminAnswer, AdminCommand};
use crate::ops::backup::Made;

pub(super) fn backup(context: &Context) -> Done {
    run(context, AdminCommand::Backup)
}

pub(super) fn admin(context: &Context, args: AdminArgs) -> Done {
    let command = match args {
        AdminArgs::Enrol(EnrolArgs {
            org,
            grids,
            staff,
            label,
            hours,
        }) => AdminCommand::OpenSlot {
            subject: SlotSubject::Device { org, grids, staff },
            label,
            hours,
        },
        AdminArgs::ServerTicket { org, hours } => AdminCommand::OpenSlot {
            label: org.to_string(),
            subject: SlotSubject::Server { org },
            hours,
        },
        AdminArgs::Slots => AdminCommand::Slots,
        AdminArgs::Confirm { slot, code } => AdminCommand::ConfirmSlot { slot, code },
        AdminArgs::Join { ticket } => AdminCommand::Join {
            ticket: Zeroizing::new(ticket_of(context, ticket)?),
        },
        AdminArgs::StaffToken(args) => staff_token(args)?,
        AdminArgs::ImportEdition { file } => AdminCommand::ImportEdition {
            json: std::fs::read_to_string(&file).map_err(|e| OpsError::file(&file, e))?,
        },
        AdminArgs::Rules(args) => return rules::rules(context, &args),
        AdminArgs::Import(args) => return import::import(context, &args),
        AdminArgs::Export(args) => return export::export(context, &args),
        AdminArgs::Erase(args) => return forgetting::erase(context, args),
        AdminArgs::Forgetting { json } => return forgetting::report(context, json),
        AdminArgs::Holders { record, json } => return forgetting::holders(context, record, json),
        AdminArgs::WithdrawGrid(args) => return forgetting::withdraw_grid(context, args),
        AdminArgs::Backups { prune } => return forgetting::backups(context, prune),
        AdminArgs::Revoke { key, reason } => AdminCommand::Revoke { key, reason },
        AdminArgs::Unreachable { org } => AdminCommand::Unreachable { org },
        AdminArgs::CarryIn { file, answer } => return carry::carry_in(context, &file, answer),
        AdminArgs::Sync => AdminCommand::Sync,
        AdminArgs::Status => AdminCommand::Status,
    };
    run(context, command)
}

fn ticket_of(context: &Context, given: Option<String>) -> Result<String, Failure> {
    if let Some(ticket) = given {
        return Ok(ticket);
    }
    let missing = "needs a ticket: linli-server admin join LINLI1:... (or parent.ticket)";
    let ticket = context.config()?.parent_ticket;
    ticket.ok_or_else(|| OpsError::Refused(missing.into()).into())
}

fn staff_token(args: StaffTokenArgs) -> Result<AdminCommand, OpsError> {
    let StaffTokenArgs {
        staff,
        org,
        days,
        withdraw,
    } = args;
    match org {
        _ if withdraw => Ok(AdminCommand::WithdrawTokens { staff }),
        Some(org) => Ok(AdminCommand::StaffToken { staff, org, days }),
        None => Err(OpsError::Refused("needs --org".into())),
    }
}

fn run(context: &Context, command: AdminCommand) -> Done {
    let mut session = Session::open(context)?;
    let answer = session.ask(command)?;
    say(context, answer)
}

fn say(context: &Context, answer: AdminAnswer) -> Done {
    match answer {
        AdminAnswer::Slot(slot) => slot_opened(context, &slot),
        AdminAnswer::Slots { rows } => {
            for row in rows {
                let until = out::time(row.expires_at);
                out::line(&format!("{}  {}  {}  {until}", row.slot, row.state, row.label));
            }
        }
        AdminAnswer::Confirmed { key } => context.say(
            &format!("已确认，密钥 {key} 已获证书，数据现在可以流动。"),
            &format!("Confirmed: key {key} has its certificate, data flows now."),
        ),
        AdminAnswer::Token { token, expires_at } => {
            let until = out::time(expires_at);
            context.say(
                &format!("令牌（只显示这一次，{until} 前有效）："),
                &format!("Token (shown this once, good until {until}):"),
            );
            out::line(&token);
            context.say(
                "用法：请求头 Authorization: Bearer <令牌>；收回：admin staff-token --staff <代码> --withdraw",
                "Use: header Authorization: Bearer <token>; withdraw: admin staff-token --staff <code> --withdraw",
            );
        }
        AdminAnswer::Withdrawn { count } => withdrawn(context, count),
        AdminAnswer::Edition { number } => context.say(
            &format!("版本 {number} 已签名并生效，将随下一次同步送达各处。下一步：admin server-ticket、admin enrol"),
            &format!("Edition {number} is signed and current; it goes out with every sync. Next: admin server-ticket, admin enrol"),
        ),
        AdminAnswer::CurrentEdition { .. }
        | AdminAnswer::Rows { .. }
        | AdminAnswer::Exported { .. }
        | AdminAnswer::Forget(_)
        | AdminAnswer::CarriedIn(_)
        | AdminAnswer::Person { .. } => return Err(super::session::unexpected().into()),
        AdminAnswer::Revoked { key } => context.say(
            &format!("密钥 {key} 已吊销；此后收到的内容一律隔离待查。下一步：需要时为新设备运行 admin enrol"),
            &format!("Key {key} is revoked; whatever arrives from it now goes to quarantine. Next: admin enrol for a new device, if needed"),
        ),
        AdminAnswer::Join(JoinState::AwaitingConfirm { check_code }) => context.say(
            &format!("核对码 {check_code}：请上级管理员确认，然后再运行一次本命令。"),
            &format!("Check code {check_code}: ask the parent's administrator to confirm it, then run this command again."),
        ),
        AdminAnswer::Join(JoinState::Joined { parent }) => context.say(
            &format!("已接入上级 {parent}。服务器会自动与其交换。"),
            &format!("Joined {parent}. The server exchanges with it by itself."),
        ),
        AdminAnswer::Unreachable { still } if still.is_empty() => context.say(
            "已记录，不再等待任何邻居；恢复完成。",
            "Recorded. Nobody is waited for any longer; the recovery is over.",
        ),
        AdminAnswer::Unreachable { still } => {
            let names: Vec<&str> = still.iter().map(linli_model::OrgId::as_str).collect();
            let names = names.join(", ");
            context.say(
                &format!("已记录。仍在等待：{names}。"),
                &format!("Recorded. Still waiting for {names}."),
            );
        }
        AdminAnswer::Synced { rounds: 0 } => context.say(
            "本机没有上级，或尚未接入（admin join）。",
            "This server has no parent, or has not joined it yet (admin join).",
        ),
        AdminAnswer::Synced { rounds } => context.say(
            &format!("已与上级交换完毕，共 {rounds} 轮。"),
            &format!("Everything is exchanged with the parent, in {rounds} round(s)."),
        ),
        AdminAnswer::Backup(made) => backup_made(context, &made),
        AdminAnswer::Status {
            serving,
            url,
            engine,
        } => status(context, serving, &url, &engine),
        AdminAnswer::Refused { code, detail } => {
            return Err(OpsError::Refused(format!("{detail} [{code}]")).into());
        }
    }
    Ok(())
}

fn withdrawn(context: &Context, count: usize) {
    context.say(
        &format!("已收回 {count} 个令牌。"),
        &format!("{count} token(s) withdrawn."),
    );
}

fn slot_opened(context: &Context, slot: &OpenedSlot) {
    let until = out::time(slot.expires_at);
    context.say(
        &format!("入网票据（{until} 前有效，只能用一次）："),
        &format!("Ticket (good once, until {until}):"),
    );
    out::line(&slot.ticket);
    let id = &slot.slot;
    context.say(
        &format!("下一步：在对方扫描或输入票据；若对方显示六位核对码，运行 linli-server admin confirm {id} <核对码>"),
        &format!("Next: scan or type the ticket on the other side; if it shows six digits, run linli-server admin confirm {id} <digits>"),
    );
}

fn backup_made(context: &Context, made: &Made) {
    let (photos, new) = (made.manifest.photos, made.photos_new);
    let missing = made.manifest.photos_missing.len();
    let folder = made.folder.display();
    context.say(
        &format!("备份完成：{folder}（照片 {photos} 张，新增 {new}，缺失 {missing}）"),
        &format!("Backup made: {folder} ({photos} photos, {new} new, {missing} missing)"),
    );
    context.say(
        "数据库密钥不在备份中，请另行保管。检查：linli-server verify --backup <文件夹>",
        "The database key is not in the backup; keep it elsewhere. Check: linli-server verify --backup <folder>",
    );
}

fn status(context: &Context, serving: bool, url: &str, engine: &EngineStatus) {
    let state = match (serving, engine.not_ready.is_empty()) {
        (true, true) => context.lang.pick("正在服务", "serving"),
        (true, false) => context.lang.pick("已启动，尚未就绪", "started, not ready"),
        (false, _) => context.lang.pick("未启动", "not running"),
    };
    out::line(&format!("{state}  {url}"));
    for reason in &engine.not_ready {
        out::line(&format!("  ! {reason}"));
    }
    let rows: [(&str, &str, u64); 7] = [
        ("世代", "generation", engine.generation),
        ("版本", "edition", engine.edition.map_or(0, u64::from)),
        ("更改", "changes", engine.changes),
        ("隔离", "quarantined", engine.quarantined),
        ("等待其他更改", "waiting for others", engine.parked),
        ("待补照片", "photos missing", engine.blobs_wanted),
        ("设备与服务器", "devices and servers", engine.peers),
    ];
    for (zh, en, value) in rows {
        out::line(&format!("  {}: {value}", context.lang.pick(zh, en)));
    }
    if let Some(at) = engine.link_at {
        let at = out::time(at);
        context.say(
            &format!("  上级：{at} 交换成功"),
            &format!("  parent: exchanged {at}"),
        );
    }
    if let Some(failure) = &engine.link_failure {
        out::line(&format!("  ! {}: {}", failure.code, failure.detail));
    }
}

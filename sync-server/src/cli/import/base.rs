//! Buildings, dwellings, households, contacts and components: they become records of their grids.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use linli_intake::locate::Places;
use linli_intake::{BaseRow, Facts, Item, Mistake, Reason, Row, Settings, intake};
use linli_model::StaffId;

use super::told::{self, Told};
use super::{Job, open, refused, today};
use crate::cli::session::{Session, unexpected};
use crate::cli::{Done, Failure, out};
use crate::door::{ImportRows, RowOutcome, RowRefusal};
use crate::ops::OpsError;
use crate::ops::admin::{AdminAnswer, AdminCommand};
use crate::ops::base_data::FileCommand;
use crate::text::Lang;

/// Rows of one question to the server: they share a transaction.
const CHUNK: usize = 1_000;

/// What was counted.
#[derive(Debug, Default)]
struct Counts {
    new: u64,
    changed: u64,
    same: u64,
    refused: u64,
    /// Entrances that come with dwellings.
    entrances: BTreeSet<String>,
    /// Changed rows with the fields that change, as many as are shown.
    shown: Vec<String>,
}

pub(super) fn run(job: &Job<'_>, session: &mut Session<'_>) -> Done {
    let Some(staff) = job.args.staff.clone() else {
        let text = job.context.lang.pick(
            "请用 --staff 指明以谁的名义导入：该人员须在相应网格（或其社区）担任网格管理员或网格助理员",
            "say with --staff in whose name: somebody who is grid_manager or grid_assistant in these grids or at their community",
        );
        return Err(OpsError::Refused(text.into()).into());
    };
    if job.edition.is_none() {
        let text = job.context.lang.pick(
            "还没有版本：请先导入区划和网格",
            "there is no edition yet: import divisions and grids first",
        );
        return Err(OpsError::Refused(text.into()).into());
    }
    let mut told = Told::new(job)?;
    let (facts, preview) = pass(job, session, &staff, false, &mut told)?;
    told::facts(job.words, &facts);
    let bad = facts.bad.saturating_add(preview.refused);
    told.finish()?;
    say_counts(job, &preview, bad);
    if bad > 0 && !(job.args.confirm && job.args.skip_bad) {
        job.context.say(
            "没有改动任何数据：请改正后重新导入；只导入其余各行可加 --confirm --skip-bad。",
            "Nothing was changed: correct the file and import it again, or import the other rows with --confirm --skip-bad.",
        );
        return Err(Failure::Found);
    }
    if preview.new == 0 && preview.changed == 0 {
        job.context.say(
            "与现有数据相同，没有改动。",
            "Everything is there already: nothing to change.",
        );
        return Ok(());
    }
    if !job.args.confirm {
        job.context.say(
            "以上为预览，没有改动任何数据。确认无误后加 --confirm 再运行一次。",
            "This was a preview, nothing was changed. Run it again with --confirm.",
        );
        return Ok(());
    }
    let mut told = Told::silent(job);
    let (_, written) = pass(job, session, &staff, true, &mut told)?;
    job.context.say(
        &format!(
            "已写入：新增 {}，变更 {}。将随下一次同步送达终端。",
            written.new, written.changed
        ),
        &format!(
            "Written: {} new, {} changed. It reaches handhelds with their next sync.",
            written.new, written.changed
        ),
    );
    Ok(())
}

/// Goes through the file once: a row at a time into memory, some hundred at a time to the server.
fn pass(
    job: &Job<'_>,
    session: &mut Session<'_>,
    staff: &StaffId,
    confirm: bool,
    told: &mut Told,
) -> Result<(Facts, Counts), Failure> {
    let grids = job
        .edition
        .as_ref()
        .map(|edition| edition.grids.as_slice())
        .unwrap_or_default();
    let places = Places::new(grids);
    let settings = Settings {
        mapping: job.mapping.clone(),
        crs: job.args.crs,
        sheet: job.args.sheet.clone(),
        today: today(),
        places: Some(&places),
    };
    let mut file = open(&job.args.file)?;
    let mut lane = Lane {
        job,
        session,
        staff,
        confirm,
        told,
        waiting: Vec::with_capacity(CHUNK),
        counts: Counts::default(),
        done: 0,
    };
    let mut failed = None;
    let facts = intake(
        job.kind,
        &mut file,
        &settings,
        &mut |item| match lane.take(item) {
            Ok(()) => ControlFlow::Continue(()),
            Err(failure) => {
                failed = Some(failure);
                ControlFlow::Break(())
            }
        },
    );
    let facts = facts.map_err(|refusal| refused(&refusal, job.words))?;
    if let Some(failure) = failed {
        return Err(failure);
    }
    lane.send()?;
    Ok((facts, lane.counts))
}

struct Lane<'l, 's> {
    job: &'l Job<'l>,
    session: &'l mut Session<'s>,
    staff: &'l StaffId,
    confirm: bool,
    told: &'l mut Told,
    waiting: Vec<BaseRow>,
    counts: Counts,
    done: u64,
}

impl Lane<'_, '_> {
    fn take(&mut self, item: Item) -> Result<(), Failure> {
        match item {
            Item::Bad(mistakes) => mistakes
                .into_iter()
                .try_for_each(|mistake| self.told.add(mistake)),
            Item::Row(row) => {
                if let Row::Base(row) = *row {
                    self.waiting.push(row);
                }
                if self.waiting.len() >= CHUNK {
                    self.send()
                } else {
                    Ok(())
                }
            }
        }
    }

    fn send(&mut self) -> Result<(), Failure> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.waiting);
        let names: Vec<(u64, String)> = rows.iter().map(|row| (row.line, name_of(row))).collect();
        let ask = ImportRows {
            staff: self.staff.clone(),
            confirm: self.confirm,
            rows,
        };
        let AdminAnswer::Rows { outcomes } = self
            .session
            .ask(AdminCommand::Files(FileCommand::ImportRows(ask)))?
        else {
            return Err(unexpected().into());
        };
        for ((line, name), outcome) in names.into_iter().zip(outcomes) {
            self.count(line, &name, outcome)?;
        }
        let before = self.done;
        self.done = self.done.saturating_add(u64::try_from(CHUNK).unwrap_or(0));
        told::progress(self.job.words, before, self.done);
        Ok(())
    }

    fn count(&mut self, line: u64, name: &str, outcome: RowOutcome) -> Result<(), Failure> {
        let counts = &mut self.counts;
        match outcome {
            RowOutcome::New { entrance } => {
                counts.new = counts.new.saturating_add(1);
                counts.entrances.extend(entrance);
            }
            RowOutcome::Changed { fields } => {
                counts.changed = counts.changed.saturating_add(1);
                if counts.shown.len() < self.job.args.show {
                    counts
                        .shown
                        .push(format!("{line}  {name}: {}", fields.join(", ")));
                }
            }
            RowOutcome::Same => counts.same = counts.same.saturating_add(1),
            RowOutcome::Refused(refusal) => {
                counts.refused = counts.refused.saturating_add(1);
                let reason = Reason::Server(why(&refusal, self.job.context.lang));
                self.told.add(Mistake::new(line, "", name, reason))?;
            }
        }
        Ok(())
    }
}

/// How a row is called in a message: its code or its door, never a person.
fn name_of(row: &BaseRow) -> String {
    let code = row
        .fields
        .get("code")
        .and_then(|code| code.as_text())
        .map(str::to_owned);
    let door = [
        &row.door.building,
        &row.door.entrance,
        &row.door.unit,
        &row.door.dwelling,
    ];
    let door: Vec<&str> = door.into_iter().flatten().map(String::as_str).collect();
    code.unwrap_or_else(|| door.join(" "))
}

fn why(refusal: &RowRefusal, lang: Lang) -> String {
    let thing = |what: &str| {
        let names: BTreeMap<&str, &str> = BTreeMap::from([
            ("building", "楼栋"),
            ("entrance", "单元"),
            ("dwelling", "房屋"),
            ("household", "户"),
            ("contact", "联系人"),
            ("component", "部件"),
        ]);
        names.get(what).copied().unwrap_or("记录").to_owned()
    };
    let (zh, en) = match refusal {
        RowRefusal::UnknownGrid { grid } => (
            format!("当前版本中没有网格 {grid}"),
            format!("grid {grid} is not in the current edition"),
        ),
        RowRefusal::NoGrid => (
            "无法确定所属网格：请填写网格编码".into(),
            "its grid is not known: fill in the grid".into(),
        ),
        RowRefusal::Elsewhere { grid, org } => (
            format!("网格 {grid} 属于 {org}，请在其服务器上导入"),
            format!("grid {grid} belongs to {org}: import it on that server"),
        ),
        RowRefusal::NoRight { staff, grid } => (
            format!("{staff} 在网格 {grid} 没有可写此类记录的角色"),
            format!("{staff} has no role in grid {grid} that may write such records"),
        ),
        RowRefusal::NotThere { what } => (
            format!("没有这个{}：请先导入", thing(what)),
            format!("there is no such {what}: import it first"),
        ),
        RowRefusal::Ambiguous { what, count } => (
            format!("有 {count} 个{}同名或同码，无法判断是哪一个", thing(what)),
            format!("{count} of {what} go by that name or code: which one is meant is not clear"),
        ),
        RowRefusal::OtherGrid { grid } => (
            format!("已在网格 {grid} 登记，记录所属网格不能改变"),
            format!("lies in grid {grid} already, and a record's grid never changes"),
        ),
        RowRefusal::WithoutDwelling => (
            "本网格已有同名的户，但没有登记房屋，可能是同一户：请在文件中改用不同的户名称".into(),
            "a household of that name is in the grid without a dwelling and may be the same: call it differently in the file".into(),
        ),
        RowRefusal::OtherDoor => (
            "房屋编码与楼栋、单元、室号不是同一处".into(),
            "the dwelling's code and its door name different dwellings".into(),
        ),
        RowRefusal::Value { detail } => (detail.clone(), detail.clone()),
    };
    lang.pick(zh, en)
}

fn say_counts(job: &Job<'_>, counts: &Counts, bad: u64) {
    let Counts {
        new, changed, same, ..
    } = counts;
    job.context.say(
        &format!("新增 {new}，变更 {changed}，相同 {same}，有误 {bad}"),
        &format!("{new} new, {changed} changed, {same} the same, {bad} bad"),
    );
    if !counts.entrances.is_empty() {
        let entrances = counts.entrances.len();
        job.context.say(
            &format!("  另建单元 {entrances}"),
            &format!("  and {entrances} entrances"),
        );
    }
    for change in &counts.shown {
        out::line(&format!("  ~ {change}"));
    }
}

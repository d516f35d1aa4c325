//! Divisions, organisations, staff and grids: they become the next signed edition.

use std::ops::ControlFlow;

use linli_intake::plan::{self, Options, Planned};
use linli_intake::{Facts, Item, Kind, Notes, Row, Settings, areas, intake};

use super::told::{self, Told};
use super::{Job, open, refused, text_of, today};
use crate::cli::session::{Session, unexpected};
use crate::cli::{Done, Failure, out};
use crate::ops::admin::{AdminAnswer, AdminCommand};

pub(super) fn run(job: &Job<'_>, session: &mut Session<'_>) -> Done {
    let mut told = Told::new(job)?;
    let rows = read(job, &mut told)?;
    let whole = match &job.args.within {
        None => Vec::new(),
        Some(path) => areas::read_whole(&text_of(path)?, job.args.crs)
            .map_err(|refusal| refused(&refusal, job.words))?,
    };
    let options = Options {
        district: job.args.district.clone(),
        tolerance_m2: job.args.tolerance_m2,
        whole,
    };
    let planned = plan::plan(job.edition.as_ref(), &rows, &options);
    for mistake in &planned.mistakes {
        told.add(mistake.clone())?;
    }
    let bad = told.count();
    told.finish()?;
    say_counts(job, &planned, bad);
    if bad > 0 {
        job.context.say(
            "没有改动任何数据：请改正后重新导入。",
            "Nothing was changed: correct the file and import it again.",
        );
        return Err(Failure::Found);
    }
    if !planned.is_change() {
        job.context.say(
            "与当前版本相同，没有改动。",
            "The same as the current edition: nothing to change.",
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
    sign(job, session, &planned)
}

fn read(job: &Job<'_>, told: &mut Told) -> Result<Vec<Row>, Failure> {
    let path = &job.args.file;
    let is_areas = path
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("geojson") || end.eq_ignore_ascii_case("json"));
    let mut rows = Vec::new();
    if is_areas && job.kind == Kind::Grids {
        let text = text_of(path)?;
        let read = areas::read_grids(&text, job.args.crs, &job.mapping, &mut Notes::default());
        let (found, mistakes) = read.map_err(|refusal| refused(&refusal, job.words))?;
        for mistake in mistakes {
            told.add(mistake)?;
        }
        return Ok(found);
    }
    let mut failed = None;
    let facts = read_table(job, &mut |item| match item {
        Item::Row(row) => {
            rows.push(*row);
            ControlFlow::Continue(())
        }
        Item::Bad(mistakes) => match mistakes
            .into_iter()
            .try_for_each(|mistake| told.add(mistake))
        {
            Ok(()) => ControlFlow::Continue(()),
            Err(failure) => {
                failed = Some(failure);
                ControlFlow::Break(())
            }
        },
    })?;
    if let Some(failure) = failed {
        return Err(failure);
    }
    told::facts(job.words, &facts);
    Ok(rows)
}

fn read_table(
    job: &Job<'_>,
    each: &mut dyn FnMut(Item) -> ControlFlow<()>,
) -> Result<Facts, Failure> {
    let settings = Settings {
        mapping: job.mapping.clone(),
        crs: job.args.crs,
        sheet: job.args.sheet.clone(),
        today: today(),
        places: None,
    };
    let mut file = open(&job.args.file)?;
    let facts = intake(job.kind, &mut file, &settings, each);
    Ok(facts.map_err(|refusal| refused(&refusal, job.words))?)
}

fn say_counts(job: &Job<'_>, planned: &Planned, bad: u64) {
    let (new, changed, same) = (planned.new, planned.changed.len(), planned.same);
    job.context.say(
        &format!("新增 {new}，变更 {changed}，相同 {same}，有误 {bad}"),
        &format!("{new} new, {changed} changed, {same} the same, {bad} mistakes"),
    );
    for change in planned.changed.iter().take(job.args.show) {
        out::line(&format!("  ~ {change}"));
    }
    if let Some(more) = changed.checked_sub(job.args.show).filter(|more| *more > 0) {
        job.context.say(
            &format!("  ……另有 {more} 项变更"),
            &format!("  ... and {more} more"),
        );
    }
}

fn sign(job: &Job<'_>, session: &mut Session<'_>, planned: &Planned) -> Done {
    let json = serde_json::to_string(&planned.edition)
        .map_err(|error| crate::ops::OpsError::Refused(error.to_string()))?;
    let AdminAnswer::Edition { number } = session.ask(AdminCommand::ImportEdition { json })? else {
        return Err(unexpected().into());
    };
    job.context.say(
        &format!("版本 {number} 已签名并生效，将随下一次同步送达各处。"),
        &format!("Edition {number} is signed and current; it goes out with every sync."),
    );
    Ok(())
}

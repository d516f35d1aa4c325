//! `admin rules`: the rule book of the district, as tables in a folder, becomes the next edition.

use std::path::{Path, PathBuf};

use clap::Args;
use linli_editions::{Book, BookError, City, FILES, standard_text};
use linli_model::edition::Edition;

use super::session::{Session, unexpected};
use super::{Context, Done, Failure, out};
use crate::ops::OpsError;
use crate::ops::admin::{AdminAnswer, AdminCommand};
use crate::ops::base_data::FileCommand;

/// Mistakes that are shown.
const SHOWN: usize = 50;

/// Reads a folder of tables over the current edition, or writes the standard ones to begin with.
#[derive(Debug, Args)]
pub(super) struct RulesArgs {
    /// The folder with the tables `directory`, `catalogue` and `standards`, `responsibility`, `limits`,
    /// `calendar`, `copy_rules`, `settings`, each .csv: those that are there.
    folder: PathBuf,
    /// Writes the standard tables into the folder, which must not have any of them yet.
    #[arg(long)]
    write: bool,
    /// What no table says is taken from the standard book instead of the current edition.
    #[arg(long)]
    standard: bool,
    /// Signs the edition and makes it current; without it everything is only checked.
    #[arg(long)]
    confirm: bool,
}

pub(super) fn rules(context: &Context, args: &RulesArgs) -> Done {
    if args.write {
        return write(context, &args.folder);
    }
    check_names(&args.folder)?;
    let mut session = Session::open(context)?;
    let AdminAnswer::CurrentEdition { json: Some(json) } =
        session.ask(AdminCommand::Files(FileCommand::Edition))?
    else {
        let detail = "there is no edition yet: import divisions and organisations first";
        return Err(OpsError::Refused(detail.into()).into());
    };
    let current: Edition = parse(&json)?;
    let next = match next(&current, args) {
        Ok(next) => next,
        Err(BookError(mistakes)) => {
            for mistake in mistakes.iter().take(SHOWN) {
                out::problem(&mistake.to_string());
            }
            let count = mistakes.len();
            context.say(
                &format!("共 {count} 处错误。没有改动任何数据：请改正后再运行一次。"),
                &format!(
                    "{count} mistake(s). Nothing was changed: correct the tables and run it again."
                ),
            );
            return Err(Failure::Found);
        }
    };
    let changed = changed(&current, &next);
    if changed.is_empty() {
        context.say(
            "与当前版本相同，没有改动。",
            "The same as the current edition: nothing to change.",
        );
        return Ok(());
    }
    let (zh, en) = (changed.join("、"), changed.join(", "));
    context.say(&format!("将变更：{zh}"), &format!("Will change: {en}"));
    if !args.confirm {
        context.say(
            "以上为预览，没有改动任何数据。确认无误后加 --confirm 再运行一次。",
            "This was a preview, nothing was changed. Run it again with --confirm.",
        );
        return Ok(());
    }
    let json = serde_json::to_string(&next).map_err(|error| refused(&error))?;
    let AdminAnswer::Edition { number } = session.ask(AdminCommand::ImportEdition { json })? else {
        return Err(unexpected().into());
    };
    context.say(
        &format!("版本 {number} 已签名并生效，将随下一次同步送达各处；在办案卷仍按上报时的版本办理。"),
        &format!("Edition {number} is signed and current; it goes out with every sync. Cases keep the edition they were reported under."),
    );
    Ok(())
}

fn next(current: &Edition, args: &RulesArgs) -> Result<Edition, BookError> {
    let text = |file: &str| std::fs::read_to_string(args.folder.join(file)).ok();
    let book = if args.standard {
        Book::read(text)?
    } else {
        Book::read_over(current, text)?
    };
    let city = City {
        district: current.district.clone(),
        orgs: current.orgs.clone(),
        grids: current.grids.clone(),
        staff: current.staff.clone(),
    };
    book.edition(current.number.saturating_add(1), city)
}

/// The parts in which two editions differ.
fn changed(current: &Edition, next: &Edition) -> Vec<&'static str> {
    let parts = [
        ("directory", current.directory != next.directory),
        ("catalogue", current.catalogue != next.catalogue),
        (
            "responsibility",
            current.responsibility != next.responsibility,
        ),
        ("limits", current.limits != next.limits),
        ("calendar", current.calendar != next.calendar),
        ("copy_rules", current.copy_rules != next.copy_rules),
        ("settings", current.settings != next.settings),
    ];
    let changed = parts.into_iter().filter(|(_, differs)| *differs);
    changed.map(|(name, _)| name).collect()
}

/// A table with another name would be left out silently: it is named instead.
fn check_names(folder: &Path) -> Done {
    let files = std::fs::read_dir(folder).map_err(|error| OpsError::file(folder, error))?;
    let mut tables = 0;
    for file in files {
        let file = file
            .map_err(|error| OpsError::file(folder, error))?
            .file_name();
        let name = file.to_string_lossy();
        if FILES.contains(&name.as_ref()) {
            tables += 1;
        } else if name.ends_with(".csv") {
            let known = FILES.join(", ");
            let detail = format!("{name} is no table of a rule book; known are {known}");
            return Err(OpsError::Refused(detail).into());
        }
    }
    if tables == 0 {
        let detail = format!(
            "{} holds no table; write the standard ones with --write",
            folder.display()
        );
        return Err(OpsError::Refused(detail).into());
    }
    Ok(())
}

fn write(context: &Context, folder: &Path) -> Done {
    std::fs::create_dir_all(folder).map_err(|error| OpsError::file(folder, error))?;
    let taken = FILES.iter().find(|file| folder.join(file).exists());
    if let Some(file) = taken {
        let path = folder.join(file);
        let detail = format!("{} exists already; nothing was written", path.display());
        return Err(OpsError::Refused(detail).into());
    }
    for file in FILES {
        let path = folder.join(file);
        let text = standard_text(file).unwrap_or_default();
        std::fs::write(&path, text).map_err(|error| OpsError::file(&path, error))?;
    }
    context.say(
        "已写出标准规则表，可用电子表格编辑：",
        "Wrote the standard tables; a spreadsheet opens them:",
    );
    out::line(&format!("  {}", folder.display()));
    Ok(())
}

fn parse(json: &str) -> Result<Edition, OpsError> {
    serde_json::from_str(json).map_err(|error| refused(&error))
}

fn refused(error: &serde_json::Error) -> OpsError {
    OpsError::Refused(error.to_string())
}

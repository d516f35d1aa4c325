//! `admin import`: a preview of what a file would change, and with `--confirm` the change itself.

mod base;
mod reference;
mod told;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Args;
use linli_geo::Crs;
use linli_intake::{Kind, Lang as Words, Mapping, Refusal, template};
use linli_model::edition::{Day, Edition};
use linli_model::{OrgId, StaffId};

use super::session::{Session, unexpected};
use super::{Context, Done, out};
use crate::ops::OpsError;
use crate::ops::admin::{AdminAnswer, AdminCommand};
use crate::ops::base_data::FileCommand;
use crate::text::Lang;

/// What and how.
#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// divisions, organisations, staff, grids, buildings, dwellings, households, contacts or
    /// components; or `template` to write a file to fill in.
    what: String,
    /// The file; for `template` the kind.
    file: PathBuf,
    /// For `template`: where to write it, .csv or .xlsx; standard output as CSV when absent.
    #[arg(long)]
    output: Option<PathBuf>,
    /// A TOML file that maps the file's columns to ours.
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// The coordinate system of positions: wgs84, cgcs2000, gcj02 or bd09.
    #[arg(long)]
    crs: Option<Crs>,
    /// The sheet of a workbook.
    #[arg(long)]
    sheet: Option<String>,
    /// In whose name records are written: needs a role that may write them in each grid.
    #[arg(long)]
    staff: Option<StaffId>,
    /// Writes; without it nothing is changed.
    #[arg(long)]
    confirm: bool,
    /// Writes the good rows although others are bad.
    #[arg(long)]
    skip_bad: bool,
    /// Writes every mistake into this file, as CSV.
    #[arg(long)]
    errors: Option<PathBuf>,
    /// How many mistakes and changes are shown.
    #[arg(long, default_value_t = 20)]
    show: usize,
    /// The district, for a first edition without its row.
    #[arg(long)]
    district: Option<OrgId>,
    /// Overlaps and gaps of grids below this many square metres are not told.
    #[arg(long, default_value_t = 1.0)]
    tolerance_m2: f64,
    /// `GeoJSON` of the district's border: what no grid of it covers is a gap.
    #[arg(long)]
    within: Option<PathBuf>,
    /// Contacts: the purpose, where the file does not say it.
    #[arg(long)]
    purpose: Option<String>,
    /// Contacts: the legal basis.
    #[arg(long)]
    legal_basis: Option<String>,
    /// Contacts: the number of the consent.
    #[arg(long)]
    consent: Option<String>,
    /// Contacts: the day on which they are forgotten.
    #[arg(long)]
    expires: Option<String>,
}

/// A file of one kind on its way in.
struct Job<'a> {
    context: &'a Context,
    args: &'a ImportArgs,
    kind: Kind,
    mapping: Mapping,
    words: Words,
    edition: Option<Edition>,
}

pub(super) fn import(context: &Context, args: &ImportArgs) -> Done {
    if args.what == "template" {
        return write_template(context, args);
    }
    let kind: Kind = args.what.parse().map_err(OpsError::Refused)?;
    let mut session = Session::open(context)?;
    let AdminAnswer::CurrentEdition { json } =
        session.ask(AdminCommand::Files(FileCommand::Edition))?
    else {
        return Err(unexpected().into());
    };
    let parse = |json: String| {
        serde_json::from_str(&json).map_err(|error| OpsError::Refused(error.to_string()))
    };
    let job = Job {
        context,
        args,
        kind,
        mapping: mapping(args, words(context.lang))?,
        words: words(context.lang),
        edition: json.map(parse).transpose()?,
    };
    if kind.is_reference() {
        reference::run(&job, &mut session)
    } else {
        base::run(&job, &mut session)
    }
}

fn words(lang: Lang) -> Words {
    match lang {
        Lang::Zh => Words::Zh,
        Lang::En => Words::En,
    }
}

/// The mapping file, with the values of options.
fn mapping(args: &ImportArgs, words: Words) -> Result<Mapping, OpsError> {
    let mut mapping = match &args.mapping {
        Some(path) => {
            Mapping::parse(&text_of(path)?).map_err(|refusal| refused(&refusal, words))?
        }
        None => Mapping::default(),
    };
    let options: BTreeMap<&str, &Option<String>> = BTreeMap::from([
        ("purpose", &args.purpose),
        ("legal_basis", &args.legal_basis),
        ("consent", &args.consent),
        ("expires", &args.expires),
    ]);
    for (column, value) in options {
        if let Some(value) = value {
            mapping.values.insert(column.to_owned(), value.clone());
        }
    }
    Ok(mapping)
}

fn text_of(path: &Path) -> Result<String, OpsError> {
    std::fs::read_to_string(path).map_err(|error| OpsError::file(path, error))
}

fn open(path: &Path) -> Result<File, OpsError> {
    File::open(path).map_err(|error| OpsError::file(path, error))
}

/// A refusal of the whole file, in the language of the command.
fn refused(refusal: &Refusal, words: Words) -> OpsError {
    OpsError::Refused(refusal.text(words))
}

/// Today in UTC.
fn today() -> Option<Day> {
    let days = crate::clock::now().0.div_euclid(86_400_000);
    i32::try_from(days).ok().map(Day)
}

fn write_template(context: &Context, args: &ImportArgs) -> Done {
    let named = args.file.to_string_lossy();
    let kind: Kind = named.parse().map_err(OpsError::Refused)?;
    let failed = |error: linli_intake::table_out::OutError| OpsError::Refused(error.to_string());
    let Some(path) = &args.output else {
        let mut text = Vec::new();
        template::write_text(kind, &mut text).map_err(failed)?;
        out::line(String::from_utf8_lossy(&text).trim_end());
        return Ok(());
    };
    let is_book = path
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("xlsx"));
    let bytes = if is_book {
        template::workbook(kind).map_err(failed)?
    } else {
        let mut text = Vec::new();
        template::write_text(kind, &mut text).map_err(failed)?;
        text
    };
    let mut file = File::create_new(path).map_err(|error| OpsError::file(path, error))?;
    std::io::Write::write_all(&mut file, &bytes).map_err(|error| OpsError::file(path, error))?;
    context.say(
        &format!("模板已写入 {}：填好后删除示例行，再运行 admin import {kind} <文件>", path.display()),
        &format!("Template written to {}: fill it in, delete the example, then run admin import {kind} <file>", path.display()),
    );
    Ok(())
}

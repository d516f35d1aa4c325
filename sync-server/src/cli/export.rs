//! `admin export`: cases and base data of places as files; of people one person's own data, for a
//! request that they made.

use std::fs::File;
use std::io::{BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use linli_geo::geo_json::{self, Feature, Shape};
use linli_geo::{Coordinate, Crs};
use linli_intake::table_out::{OutCell, OutError, SheetOut, TextOut};
use linli_model::edition::Edition;
use linli_model::{RecordId, StaffId};
use serde_json::{Map, Value};

use super::session::{Session, unexpected};
use super::{Context, Done, Failure, out};
use crate::door::{ExportOf, ExportRow, Person, PersonRequest};
use crate::files;
use crate::ops::OpsError;
use crate::ops::admin::{AdminAnswer, AdminCommand};
use crate::ops::base_data::FileCommand;

/// What and how.
#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// cases, buildings, components, organisations or grids; or `person` for one person's own data.
    what: String,
    /// csv, xlsx or geojson.
    #[arg(long, value_enum, default_value_t = Form::Csv)]
    format: Form,
    /// The coordinate system of positions; it is named in the file.
    #[arg(long, default_value = "wgs84")]
    crs: Crs,
    /// Where to write; an existing file is not replaced.
    #[arg(long)]
    output: Option<PathBuf>,
    /// For `person`: the contact record. Without it, a telephone or name is read from standard input.
    #[arg(long)]
    contact: Option<RecordId>,
    /// For `person`: who answers the request.
    #[arg(long)]
    staff: Option<StaffId>,
    /// For `person`: the number of the resident's request, for the audit log.
    #[arg(long)]
    request: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Csv,
    Xlsx,
    Geojson,
}

/// A table before it is written: names of columns, and rows with their positions.
struct Table {
    name: &'static str,
    columns: Vec<&'static str>,
    rows: Vec<(Vec<OutCell>, Option<Coordinate>)>,
}

const CASES: [&str; 8] = [
    "short_code",
    "case_number",
    "category",
    "state",
    "holder",
    "place",
    "reported_at",
    "due_at",
];
const BUILDINGS: [&str; 10] = [
    "code",
    "name",
    "address",
    "floors",
    "built_year",
    "lifts",
    "ramps",
    "water_shutoff",
    "power_shutoff",
    "gas_shutoff",
];
const COMPONENTS: [&str; 8] = [
    "code",
    "class",
    "name",
    "place",
    "state",
    "owner",
    "checked_at",
    "note",
];

pub(super) fn export(context: &Context, args: &ExportArgs) -> Done {
    match args.what.as_str() {
        "person" => person(context, args),
        "cases" => listed(context, args, ExportOf::Cases, "cases", &CASES),
        "buildings" => listed(context, args, ExportOf::Buildings, "buildings", &BUILDINGS),
        "components" => listed(context, args, ExportOf::Components, "components", &COMPONENTS),
        "organisations" | "grids" => reference(context, args),
        "households" | "contacts" | "dwellings" | "visits" | "enrolments" => {
            Err(OpsError::Refused(context.lang.pick(
                "户情登记不整批导出（按需知密：只有本网格人员和社区服务器持有）。本人查询自己的数据：admin export person",
                "the register of households is never exported in bulk: it stays with the grid's own staff and their server. For one person's own data: admin export person",
            ).into()).into())
        }
        other => Err(OpsError::Refused(format!(
            "{other:?}: cases, buildings, components, organisations, grids or person"
        ))
        .into()),
    }
}

fn listed(
    context: &Context,
    args: &ExportArgs,
    of: ExportOf,
    name: &'static str,
    columns: &[&'static str],
) -> Done {
    let mut session = Session::open(context)?;
    let mut table = Table {
        name,
        columns: ["record", "grid"]
            .into_iter()
            .chain(columns.iter().copied())
            .collect(),
        rows: Vec::new(),
    };
    let mut after = None;
    loop {
        let AdminAnswer::Exported { rows } =
            session.ask(AdminCommand::Files(FileCommand::Export { of, after }))?
        else {
            return Err(unexpected().into());
        };
        let Some(last) = rows.last() else {
            return write(context, args, &table);
        };
        after = Some(last.record);
        table
            .rows
            .extend(rows.iter().map(|row| (cells(row, columns), position(row))));
    }
}

fn cells(row: &ExportRow, columns: &[&'static str]) -> Vec<OutCell> {
    let id: [OutCell; 2] = [
        row.record.to_string().as_str().into(),
        row.grid.as_str().into(),
    ];
    let values = columns.iter().map(|name| {
        let value = row.values.get(*name);
        match value
            .and_then(Value::as_i64)
            .filter(|_| name.ends_with("_at"))
        {
            Some(ms) => out::time(linli_model::Timestamp(ms)).as_str().into(),
            None => cell(value),
        }
    });
    id.into_iter().chain(values).collect()
}

fn cell(value: Option<&Value>) -> OutCell {
    match value {
        None | Some(Value::Null | Value::Array(_) | Value::Object(_)) => OutCell::Empty,
        Some(Value::String(text)) => OutCell::Text(text.clone()),
        Some(Value::Number(number)) => number.as_f64().map_or(OutCell::Empty, OutCell::Number),
        Some(Value::Bool(flag)) => OutCell::Text(flag.to_string()),
    }
}

fn position(row: &ExportRow) -> Option<Coordinate> {
    let real = |name: &str| row.values.get(name).and_then(Value::as_f64);
    Coordinate::new(real("lon")?, real("lat")?).ok()
}

/// Organisations and grids of the newest edition; grids as `GeoJSON` with their borders.
fn reference(context: &Context, args: &ExportArgs) -> Done {
    let mut session = Session::open(context)?;
    let AdminAnswer::CurrentEdition { json } =
        session.ask(AdminCommand::Files(FileCommand::Edition))?
    else {
        return Err(unexpected().into());
    };
    let json = json.ok_or_else(|| OpsError::Refused("there is no edition yet".into()))?;
    let edition: Edition =
        serde_json::from_str(&json).map_err(|error| OpsError::Refused(error.to_string()))?;
    if args.what == "grids" && args.format == Form::Geojson {
        let features: Vec<Feature> = edition.grids.iter().filter_map(grid_feature).collect();
        return finish(
            context,
            args,
            geo_json::write(&features, args.crs).as_bytes(),
            features.len(),
        );
    }
    let table = if args.what == "grids" {
        let row = |grid: &linli_model::edition::Grid| {
            vec![
                grid.code.as_str().into(),
                grid.community.as_str().into(),
                grid.name.zh.as_str().into(),
                grid.name.en.as_str().into(),
                word(&grid.kind).as_str().into(),
            ]
        };
        Table {
            name: "grids",
            columns: vec!["code", "community", "name", "name_en", "kind"],
            rows: edition.grids.iter().map(|grid| (row(grid), None)).collect(),
        }
    } else {
        let row = |org: &linli_model::Org| {
            vec![
                org.id.as_str().into(),
                org.parent.as_ref().map(ToString::to_string).into(),
                word(&org.kind).as_str().into(),
                word(&org.level).as_str().into(),
                org.name.zh.as_str().into(),
                org.name.en.as_str().into(),
            ]
        };
        Table {
            name: "organisations",
            columns: vec!["code", "parent", "kind", "level", "name", "name_en"],
            rows: edition.orgs.iter().map(|org| (row(org), None)).collect(),
        }
    };
    write(context, args, &table)
}

/// The word that JSON writes for a variant.
fn word(value: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).ok();
    value
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn grid_feature(grid: &linli_model::edition::Grid) -> Option<Feature> {
    let border = linli_geo::Outline::from_rings(&grid.border).ok()?;
    let properties = Map::from_iter([
        ("code".to_owned(), grid.code.as_str().into()),
        ("community".to_owned(), grid.community.as_str().into()),
        ("name".to_owned(), grid.name.zh.as_str().into()),
        ("name_en".to_owned(), grid.name.en.as_str().into()),
        ("kind".to_owned(), word(&grid.kind).into()),
    ]);
    Some(Feature {
        shape: Shape::Areas(vec![border]),
        properties,
    })
}

fn write(context: &Context, args: &ExportArgs, table: &Table) -> Done {
    let failed = |error: OutError| OpsError::Refused(error.to_string());
    let has_place = table.rows.iter().any(|(_, at)| at.is_some());
    let bytes = if args.format == Form::Geojson {
        let features: Vec<Feature> = table
            .rows
            .iter()
            .filter_map(|row| feature(table, row))
            .collect();
        geo_json::write(&features, args.crs).into_bytes()
    } else {
        let mut header: Vec<String> = table
            .columns
            .iter()
            .map(|name| (*name).to_owned())
            .collect();
        if has_place {
            header.extend(["lon", "lat", "crs"].map(str::to_owned));
        }
        let rows = table.rows.iter().map(|(cells, at)| {
            let mut cells = cells.clone();
            if let Some(at) = at {
                let (lon, lat) = args.crs.show(*at);
                cells.extend([
                    OutCell::Number(lon),
                    OutCell::Number(lat),
                    args.crs.name().into(),
                ]);
            }
            cells.resize(header.len(), OutCell::Empty);
            cells
        });
        if args.format == Form::Xlsx {
            let mut sheet = SheetOut::new(table.name, &header).map_err(failed)?;
            for row in rows {
                sheet.row(&row).map_err(failed)?;
            }
            sheet.finish().map_err(failed)?
        } else {
            let mut bytes = Vec::new();
            let mut text = TextOut::new(&mut bytes, &header).map_err(failed)?;
            for row in rows {
                text.row(&row).map_err(failed)?;
            }
            text.finish().map_err(failed)?;
            bytes
        }
    };
    finish(context, args, &bytes, table.rows.len())
}

fn feature(table: &Table, (cells, at): &(Vec<OutCell>, Option<Coordinate>)) -> Option<Feature> {
    let values = table.columns.iter().zip(cells).map(|(name, cell)| {
        let value = match cell {
            OutCell::Empty => Value::Null,
            OutCell::Text(text) => text.as_str().into(),
            OutCell::Number(number) => (*number).into(),
        };
        ((*name).to_owned(), value)
    });
    let properties = values.collect();
    Some(Feature {
        shape: Shape::Point((*at)?),
        properties,
    })
}

fn finish(context: &Context, args: &ExportArgs, bytes: &[u8], rows: usize) -> Done {
    let Some(path) = &args.output else {
        if args.format == Form::Xlsx {
            return Err(OpsError::Refused("a workbook needs --output".into()).into());
        }
        out::line(String::from_utf8_lossy(bytes).trim_end());
        return Ok(());
    };
    save(path, bytes)?;
    let shown = path.display();
    context.say(
        &format!("已导出 {rows} 行：{shown}"),
        &format!("{rows} rows exported: {shown}"),
    );
    Ok(())
}

fn save(path: &Path, bytes: &[u8]) -> Result<(), OpsError> {
    let file = File::create_new(path).map_err(|error| OpsError::file(path, error))?;
    let mut file = BufWriter::new(file);
    file.write_all(bytes)
        .map_err(|error| OpsError::file(path, error))?;
    file.flush().map_err(|error| OpsError::file(path, error))
}

/// What is held about a person who asked for it.
fn person(context: &Context, args: &ExportArgs) -> Done {
    let missing = |option: &str| Failure::from(OpsError::Refused(format!("needs {option}")));
    let staff = args.staff.clone().ok_or_else(|| missing("--staff"))?;
    let request = args.request.clone().ok_or_else(|| missing("--request"))?;
    let person = match args.contact {
        Some(contact) => Person::Contact(contact),
        None => asked()?,
    };
    let ask = PersonRequest {
        staff,
        request,
        person,
    };
    let mut session = Session::open(context)?;
    let AdminAnswer::Person { data } =
        session.ask(AdminCommand::Files(FileCommand::ExportPerson(ask)))?
    else {
        return Err(unexpected().into());
    };
    let text = serde_json::to_string_pretty(&data)
        .map_err(|error| OpsError::Refused(error.to_string()))?;
    let Some(path) = &args.output else {
        out::line(&text);
        return Ok(());
    };
    // Personal data: for the owner's eyes only.
    files::write_new_private(path, text.as_bytes()).map_err(|error| OpsError::file(path, error))?;
    let shown = path.display();
    context.say(
        &format!("已写入 {shown}，并记入审计日志。交给本人后请删除。"),
        &format!(
            "Written to {shown} and noted in the audit log. Delete it when the person has it."
        ),
    );
    Ok(())
}

/// A telephone or a name from standard input: neither belongs on a command line.
fn asked() -> Result<Person, Failure> {
    let mut text = String::new();
    let read = std::io::stdin().take(1_024).read_to_string(&mut text);
    read.map_err(|error| OpsError::Refused(format!("standard input: {error}")))?;
    let (text, _) = linli_intake::clean::text(text.trim());
    if text.is_empty() {
        return Err(OpsError::Refused(
            "needs --contact, or a telephone or name on standard input".into(),
        )
        .into());
    }
    let number: String = text
        .chars()
        .filter(|sign| !matches!(sign, '-' | ' '))
        .collect();
    let digits = number.strip_prefix('+').unwrap_or(&number);
    let is_phone = digits.len() >= 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
    Ok(if is_phone {
        Person::Phone(number)
    } else {
        Person::Name(text)
    })
}

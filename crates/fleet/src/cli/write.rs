//! Commands that write cases: report, check, amend.

use clap::{Args, ValueEnum};
use linli_device::dto::case::UrgencyDto;
use linli_device::dto::check::{
    CheckFailReason, CheckInput, CheckUnableReason, CheckVerdict, TaskKind,
};
use linli_device::dto::place::{PositionDto, PositionSource};
use linli_device::dto::report::{
    AmendInput, NoPhotoReason, PhotoInput, PhotoKind, ReportInput, SavedReport, TextHintDto,
};
use linli_device::dto::voice::VoicePieceInput;
use linli_device::voice::PIECE_BYTES;
use linli_device::{Device, DeviceError};
use serde::Serialize;

use super::Common;
use super::answer::{Failure, Output};
use super::door::{unlocked, when};

/// How pressing.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Urgency {
    Ordinary,
    Urgent,
    Danger,
}

/// Why there is no photo.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum NoPhoto {
    CameraBroken,
    CannotSee,
    Privacy,
    Danger,
}

/// Where the person stands.
#[derive(Debug, Args)]
struct At {
    /// Degrees east, WGS-84.
    #[arg(long, requires = "lat", allow_hyphen_values = true)]
    lon: Option<f64>,
    /// Degrees north, WGS-84.
    #[arg(long, requires = "lon", allow_hyphen_values = true)]
    lat: Option<f64>,
    /// Radius in metres that holds the true position with 68 %.
    #[arg(long, requires = "lon")]
    accuracy: Option<f64>,
}

impl At {
    fn position(&self, now: i64) -> Option<PositionDto> {
        let (lon, lat) = self.lon.zip(self.lat)?;
        Some(PositionDto {
            lon,
            lat,
            accuracy_m: self.accuracy,
            source: PositionSource::Gnss,
            at: now,
        })
    }
}

/// `report`.
#[derive(Debug, Args)]
pub(super) struct Report {
    /// The catalogue code.
    #[arg(long)]
    category: String,
    /// Where, in words.
    #[arg(long)]
    place: Option<String>,
    #[command(flatten)]
    at: At,
    /// A photo; may be given several times.
    #[arg(long = "photo")]
    photos: Vec<std::path::PathBuf>,
    /// A voice note: a file of samples, 16 bit, 16 kHz, mono.
    #[arg(long)]
    voice: Option<std::path::PathBuf>,
    /// Why there is no photo.
    #[arg(long)]
    no_photo: Option<NoPhoto>,
    /// The reporter's words.
    #[arg(long)]
    note: Option<String>,
    /// How pressing.
    #[arg(long, value_enum, default_value_t = Urgency::Ordinary)]
    urgency: Urgency,
    /// Sends it at once as well.
    #[arg(long)]
    sync: bool,
}

/// `check`.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// The case's short code or id.
    case: String,
    #[command(flatten)]
    verdict: Verdict,
    /// A photo of how it looks now; may be given several times.
    #[arg(long = "photo")]
    photos: Vec<std::path::PathBuf>,
    /// Words.
    #[arg(long)]
    note: Option<String>,
    #[command(flatten)]
    at: At,
    /// Sends it at once as well.
    #[arg(long)]
    sync: bool,
}

/// What was found.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Verdict {
    /// It is right.
    #[arg(long)]
    pass: bool,
    /// It is not right.
    #[arg(long, value_enum)]
    fail: Option<Fail>,
    /// It could not be seen.
    #[arg(long, value_enum)]
    unable: Option<Unable>,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Fail {
    NotDone,
    Incomplete,
    BrokenAgain,
    NewProblem,
}

/// Why it could not be seen.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Unable {
    NoAccess,
    Weather,
    NotFound,
    Unsafe,
}

/// `amend`.
#[derive(Debug, Args)]
pub(super) struct Amend {
    /// The case's short code or id.
    case: String,
    /// Words.
    #[arg(long)]
    note: Option<String>,
    /// A photo; may be given several times.
    #[arg(long = "photo")]
    photos: Vec<std::path::PathBuf>,
    /// Sends it at once as well.
    #[arg(long)]
    sync: bool,
}

/// Keeps a voice note as the recorder of the screens does, in pieces. Answers its hash.
pub(super) fn spoken(device: &Device, path: &std::path::Path) -> Result<String, Failure> {
    const FORM: &str = "fleet";
    for (number, samples) in (0..).zip(read(path)?.chunks(PIECE_BYTES)) {
        let piece = VoicePieceInput {
            form: FORM.to_owned(),
            number,
        };
        device.add_voice_piece(samples, &piece)?;
    }
    let kept = device.finish_voice(FORM)?;
    let kept = kept.ok_or(DeviceError::InputInvalid("voice"))?;
    Ok(kept.hash)
}

pub(super) async fn report(
    common: &Common,
    report: &Report,
    output: &mut Output,
) -> Result<(), Failure> {
    let device = unlocked(common)?;
    let files = report.photos.iter().map(|path| read(path));
    let files: Vec<Vec<u8>> = files.collect::<Result<_, _>>()?;
    let voice = report.voice.as_deref().map(|path| spoken(&device, path));
    let input = ReportInput {
        category: report.category.clone(),
        urgency: match report.urgency {
            Urgency::Ordinary => UrgencyDto::Ordinary,
            Urgency::Urgent => UrgencyDto::Urgent,
            Urgency::Danger => UrgencyDto::Danger,
        },
        position: report.at.position(now()),
        place: report.place.clone(),
        note: report.note.clone(),
        photos: Vec::new(),
        voice: voice.transpose()?,
        no_photo_reason: report.no_photo.map(|why| match why {
            NoPhoto::CameraBroken => NoPhotoReason::CameraBroken,
            NoPhoto::CannotSee => NoPhotoReason::CannotSee,
            NoPhoto::Privacy => NoPhotoReason::Privacy,
            NoPhoto::Danger => NoPhotoReason::Danger,
        }),
    };
    for hint in Device::text_hints(input.note.as_deref().unwrap_or_default()) {
        output.say(about(hint))?;
    }
    let saved = device.report_with(&input, &files)?;
    finish(&device, &saved, report.sync, output).await
}

pub(super) async fn check(
    common: &Common,
    check: &Check,
    output: &mut Output,
) -> Result<(), Failure> {
    let device = unlocked(common)?;
    let case = device.find_case_by_code(&check.case)?;
    let task = case.tasks.iter().find(|task| task.kind == TaskKind::Check);
    let task = task.ok_or_else(|| DeviceError::Refused("overtaken".into()))?;
    let position = check.at.position(now());
    let input = CheckInput {
        case_id: case.row.id.clone(),
        answers: task.answers.clone(),
        verdict: check.verdict.verdict(),
        photos: add_photos(&device, &check.photos, position.as_ref())?,
        note: check.note.clone(),
        position,
        satisfied: None,
    };
    let saved = device.check(&input)?;
    finish(&device, &saved, check.sync, output).await
}

impl Verdict {
    fn verdict(&self) -> CheckVerdict {
        match (self.fail, self.unable) {
            (Some(reason), _) => CheckVerdict::Fail {
                reason: match reason {
                    Fail::NotDone => CheckFailReason::NotDone,
                    Fail::Incomplete => CheckFailReason::Incomplete,
                    Fail::BrokenAgain => CheckFailReason::BrokenAgain,
                    Fail::NewProblem => CheckFailReason::NewProblem,
                },
            },
            (None, Some(reason)) => CheckVerdict::Unable {
                reason: match reason {
                    Unable::NoAccess => CheckUnableReason::NoAccess,
                    Unable::Weather => CheckUnableReason::Weather,
                    Unable::NotFound => CheckUnableReason::NotFound,
                    Unable::Unsafe => CheckUnableReason::Unsafe,
                },
            },
            (None, None) => CheckVerdict::Pass {
                condition_met: self.pass,
            },
        }
    }
}

pub(super) async fn amend(
    common: &Common,
    amend: &Amend,
    output: &mut Output,
) -> Result<(), Failure> {
    let device = unlocked(common)?;
    let case = device.find_case_by_code(&amend.case)?;
    let task = case.tasks.iter().find(|task| task.kind == TaskKind::Amend);
    let input = AmendInput {
        case_id: case.row.id.clone(),
        answers: task.map(|task| task.answers.clone()),
        photos: add_photos(&device, &amend.photos, None)?,
        note: amend.note.clone(),
    };
    let saved = device.amend(&input)?;
    finish(&device, &saved, amend.sync, output).await
}

fn add_photos(
    device: &Device,
    paths: &[std::path::PathBuf],
    position: Option<&PositionDto>,
) -> Result<Vec<String>, Failure> {
    let mut hashes = Vec::with_capacity(paths.len());
    for path in paths {
        let input = PhotoInput {
            kind: PhotoKind::After,
            position: position.copied(),
        };
        hashes.push(device.add_photo(&read(path)?, &input)?.hash);
    }
    Ok(hashes)
}

/// What a saving command answers.
#[derive(Debug, Serialize)]
struct Written<'a> {
    #[serde(flatten)]
    saved: &'a SavedReport,
    is_synced: bool,
}

/// What to do about a text that does not belong into a case.
fn about(hint: TextHintDto) -> &'static str {
    match hint {
        TextHintDto::IdentityNumber => {
            "hint: the note holds a number of an identity document; it is never needed, leave such numbers out"
        }
        TextHintDto::Telephone => {
            "hint: the note holds a telephone number; a contact of the household is the place for it"
        }
        TextHintDto::Sensitive | TextHintDto::Person => {
            "hint: the note seems to be about a person; report the place, thing or service. Danger: 110. Requests: 12345. Somebody needs help: the welfare line"
        }
    }
}

async fn finish(
    device: &Device,
    saved: &SavedReport,
    is_sync_wanted: bool,
    output: &mut Output,
) -> Result<(), Failure> {
    let mut is_synced = false;
    if is_sync_wanted {
        // What is saved is safe whatever the network does: a failure only means that it waits.
        is_synced = device.sync_once().await.is_ok();
    }
    let answer = Written { saved, is_synced };
    output.answer(&answer, || {
        let tail = match (is_sync_wanted, is_synced) {
            (true, true) => ", sent",
            (true, false) => ", waits to be sent",
            (false, _) => "",
        };
        vec![format!("saved {} at {}{tail}", saved.code, when(saved.at))]
    })
}

fn read(path: &std::path::Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::Named {
        path: path.display().to_string(),
        error,
    })
}

pub(super) fn now() -> i64 {
    use linli_device::Clock as _;
    linli_device::SystemClock.now().0
}

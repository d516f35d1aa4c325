//! The TypeScript side of these types is generated and committed; it must match.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use ts_rs::{Config, TS};

use super::access::*;
use super::building::*;
use super::carry::*;
use super::case::*;
use super::case_detail::*;
use super::change_set::*;
use super::check::*;
use super::clash::*;
use super::code::*;
use super::device::*;
use super::diagnosis::*;
use super::draft::*;
use super::error::*;
use super::first_sync::*;
use super::forgotten::*;
use super::household::*;
use super::map::*;
use super::message::*;
use super::patrol::*;
use super::place::*;
use super::register::*;
use super::report::*;
use super::settings::*;
use super::sync::*;
use super::track::*;
use super::voice::*;

/// Set to any value to write the files instead of comparing them.
const WRITE: &str = "LINLI_CODEGEN";

macro_rules! generate {
    ($($name:ident)*) => {{
        let config = Config::new().with_large_int("number");
        let mut files = BTreeMap::new();
        $(files.insert(
            concat!(stringify!($name), ".ts").to_owned(),
            $name::export_to_string(&config).unwrap(),
        );)*
        files
    }};
}

fn generated() -> BTreeMap<String, String> {
    let mut files = generate! {
        AccessList AccessPurpose AccessRow ActorDto AlarmDto AmendInput BasisDto BindingDto BindingStage
        BindInput BlackenInput BuildingInput BuildingRow CarriedFile CarryAnswer CarryBackDto CarryDto CarryPlace CaseDetail CaseList CaseListKind CaseQuery
        CaseRow CategoryDto CategoryRef ChangeSet CheckFailReason CheckInput CheckUnableReason
        CheckVerdict ClashDto CodeDto ComponentInput ComponentState ConsentDto ContactDto ContactEdit
        ContactInput CoverageDto CoverageRow DeliveryDto DeliveryState DeviceState DeviceStatus
        DiagnosisDto Direction DraftRow DutyDto DwellingInput DwellingList DwellingQuery DwellingRow
        EffectDto EmergencyCall EnrolmentDto EnrolmentInput EntranceInput EntranceRow ErrorCode ErrorDto
        EscalateInput EscalateReason ExportedFile FacilityKind FacilityList FacilityQuery FacilityRow
        FindingDto FindingKind FindingState FirstSyncDto FirstSyncPart FirstSyncStep ForgottenDto
        GapCause GridDto GridMap GridShape Hand HouseholdCard HouseholdEdit HouseholdInput HouseholdList
        HouseholdQuery HouseholdRow JoinInput Language LevelDto MapCase MapComponent MapSpot MessageList
        MessageRow MoveIn NameDto NoPhotoReason Noun OutboxDto OutboxItem PageQuery ParamDto PatrolList
        PatrolStop PhoneChange PhoneDto PhoneInput PhotoArea PhotoDto PhotoInput PhotoKind PlaceDto
        PlaceHint PlaceQuery PositionDto PositionReading PositionSource PositionState ReceiptDto
        ReceiptMark ReceiptState ReportInput RevealedDto RevealInput SavedRecord SavedReport SecretKind
        SettingsDto SettleInput Settlement ShiftSummary SplitInput StaffDto StepState StopKind
        StripState SyncStatus TaskDto TaskKind TextHintDto TextSize Theme TicketDto TimelineItem
        TrackChoice TrackDto TrackGap TrackLine TrackRow UnlockInput UrgencyDto VerifyFinding
        VerifyInput VersionDto VisitDto VisitInput VoiceDto VoicePieceInput WaitDto WaitReason WorkCount WorkStateDto
    };
    let mut index = String::from("// Generated from crates/device/src/dto. Do not edit.\n");
    for name in files.keys() {
        let name = name.trim_end_matches(".ts");
        writeln!(index, "export type {{ {name} }} from './{name}'").unwrap();
    }
    files.insert("index.ts".to_owned(), index);
    files
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../ui/shared/src/gen")
}

#[test]
fn typescript_matches() {
    let files = generated();
    let folder = folder();
    if std::env::var_os(WRITE).is_some() {
        std::fs::create_dir_all(&folder).unwrap();
        for (name, text) in &files {
            std::fs::write(folder.join(name), text).unwrap();
        }
    }
    let hint = format!("write them anew with {WRITE}=1 cargo test -p linli-device dto");
    for (name, text) in &files {
        let found = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert_eq!(&found, text, "{name} differs; {hint}");
    }
    let found: BTreeSet<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let wanted: BTreeSet<String> = files.into_keys().collect();
    assert_eq!(found, wanted, "files that no type stands behind");
}

#[test]
fn every_imported_type_is_generated() {
    let files = generated();
    for (name, text) in &files {
        for line in text.lines().filter(|line| line.starts_with("import")) {
            let from = line.split('"').nth(1).unwrap().trim_start_matches("./");
            assert!(
                files.contains_key(&format!("{from}.ts")),
                "{name} imports {from}"
            );
        }
    }
}

#[test]
fn settings_of_an_older_program_keep_their_choices() {
    let old = r#"{"language":"en","theme":"dark","text_size":"large","large_targets":true}"#;
    let read: SettingsDto = serde_json::from_str(old).unwrap();
    let wanted = SettingsDto {
        language: Language::En,
        theme: Theme::Dark,
        text_size: TextSize::Large,
        large_targets: true,
        hand: Hand::Right,
    };
    assert_eq!(read, wanted);
}

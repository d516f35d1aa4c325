//! 自检: what works on this device and what does not. It can be asked while the device is locked; what
//! only an open device knows is unknown then. No resident's data are in it.

use std::path::Path;
use std::sync::atomic::Ordering;

use super::Device;
use super::commands::{CAMERA_BYTES, LITTLE_ROOM};
use super::lane::minutes;
use super::open::Open;
use crate::dto::code::{ParamDto, Params};
use crate::dto::diagnosis::{DiagnosisDto, FindingDto, FindingKind, FindingState};
use crate::dto::place::PositionState;
use crate::error::Result;
use crate::net::NetworkKind;

/// A clock that is off by more is doubtful, and by [`REFUSED_MIN`] is refused, in minutes.
const DOUBT_MIN: i64 = 5;
const REFUSED_MIN: i64 = 15;
/// Without contact for so long people should look for a network: four hours.
const SILENCE_MS: i64 = 4 * 60 * 60 * 1000;
/// A certificate that ends within a week is told.
const ENDS_SOON_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// Battery in percent.
const LOW_BATTERY: u8 = 15;

impl Device {
    /// Looks at everything that work depends on.
    pub fn diagnose(&self) -> Result<DiagnosisDto> {
        let open = self.opened().ok();
        let findings = vec![
            self.network_finding(),
            self.server_finding(),
            self.clock_finding(),
            self.storage_finding(),
            self.position_finding()?,
            self.battery_finding(),
            self.certificate_finding(open.as_deref()),
            self.waiting_finding(),
            damage_finding(&self.folder),
        ];
        Ok(DiagnosisDto {
            findings,
            at: self.now().0,
        })
    }

    fn network_finding(&self) -> FindingDto {
        let (state, kind) = match self.parts.machine.network() {
            Some(NetworkKind::Free) => (FindingState::Good, Some("free")),
            Some(NetworkKind::Metered) => (FindingState::Good, Some("metered")),
            Some(NetworkKind::None) => (FindingState::Poor, None),
            None => (FindingState::Unknown, None),
        };
        let kind = kind.map(|kind| ("kind", ParamDto::Text(kind.to_owned())));
        finding(FindingKind::Network, state, kind)
    }

    fn server_finding(&self) -> FindingDto {
        let contact = self.counts().ok().and_then(|counts| counts.contact_at);
        let state = match contact {
            _ if self.lane().is_connected => FindingState::Good,
            Some(at) if self.now().ms_since(at) < SILENCE_MS => FindingState::Good,
            Some(_) => FindingState::Poor,
            None => FindingState::Unknown,
        };
        let at = contact.map(|at| ("contact_at", ParamDto::Number(at.0)));
        finding(FindingKind::Server, state, at)
    }

    fn clock_finding(&self) -> FindingDto {
        let minutes = minutes(self.offset_ms.load(Ordering::Relaxed));
        let state = match minutes {
            0..=DOUBT_MIN => FindingState::Good,
            ..=REFUSED_MIN => FindingState::Poor,
            _ => FindingState::Bad,
        };
        let minutes = ParamDto::Number(minutes);
        finding(FindingKind::Clock, state, Some(("minutes", minutes)))
    }

    fn storage_finding(&self) -> FindingDto {
        let free = self.parts.machine.free_bytes(&self.folder);
        let state = match free {
            None => FindingState::Unknown,
            Some(..CAMERA_BYTES) => FindingState::Bad,
            Some(..LITTLE_ROOM) => FindingState::Poor,
            Some(_) => FindingState::Good,
        };
        let bytes = free.map(|free| {
            let bytes = i64::try_from(free).unwrap_or(i64::MAX);
            ("bytes", ParamDto::Number(bytes))
        });
        finding(FindingKind::Storage, state, bytes)
    }

    fn position_finding(&self) -> Result<FindingDto> {
        let reading = self.position()?;
        let state = match reading.state {
            PositionState::Fixed => FindingState::Good,
            PositionState::Searching | PositionState::Unavailable => FindingState::Poor,
        };
        let fixed = reading.position.filter(|_| state == FindingState::Good);
        let metres = fixed
            .and_then(|position| position.accuracy_m)
            .map(|radius| {
                let metres = i64::from(crate::engine::whole(radius));
                ("metres", ParamDto::Number(metres))
            });
        Ok(finding(FindingKind::Position, state, metres))
    }

    fn battery_finding(&self) -> FindingDto {
        let power = self.parts.machine.power();
        let state = match power {
            None => FindingState::Unknown,
            Some(power) if power.percent < LOW_BATTERY && !power.is_charging => FindingState::Poor,
            Some(_) => FindingState::Good,
        };
        let percent = power.map(|power| ("percent", ParamDto::Number(power.percent.into())));
        finding(FindingKind::Battery, state, percent)
    }

    fn certificate_finding(&self, open: Option<&Open>) -> FindingDto {
        let engine = open.and_then(|open| open.engine().ok());
        let ends = engine.and_then(|engine| engine.certificate_ends().ok());
        let now = self.now();
        let state = match ends {
            None => FindingState::Unknown,
            Some(ends) if ends.0 <= now.0 => FindingState::Bad,
            Some(ends) if ends.ms_since(now) < ENDS_SOON_MS => FindingState::Poor,
            Some(_) => FindingState::Good,
        };
        let ends = ends.map(|ends| ("ends_at", ParamDto::Number(ends.0)));
        finding(FindingKind::Certificate, state, ends)
    }

    fn waiting_finding(&self) -> FindingDto {
        let count = self.state().face.get().waiting_count;
        let state = if count == 0 {
            FindingState::Good
        } else {
            FindingState::Poor
        };
        let count = ParamDto::Number(count.into());
        finding(FindingKind::Waiting, state, Some(("count", count)))
    }
}

fn damage_finding(folder: &Path) -> FindingDto {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return finding(FindingKind::Damage, FindingState::Unknown, None);
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    // A file that is set aside lies beside its journal: only the database counts.
    let is_set_aside = |name: &String| name.contains(".db.damaged-");
    let count = names.filter(is_set_aside).count();
    let state = if count == 0 {
        FindingState::Good
    } else {
        FindingState::Bad
    };
    let count = ParamDto::Number(i64::try_from(count).unwrap_or(i64::MAX));
    finding(FindingKind::Damage, state, Some(("count", count)))
}

fn finding(kind: FindingKind, state: FindingState, param: Option<(&str, ParamDto)>) -> FindingDto {
    FindingDto {
        kind,
        state,
        params: param
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect::<Params>(),
    }
}

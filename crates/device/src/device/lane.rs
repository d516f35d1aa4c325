//! What the driver knows about the line, kept in memory: every word beside a case comes from here
//! and from the rows.

use linli_model::Timestamp;

use crate::dto::code::{ParamDto, Params};
use crate::dto::sync::{StripState, WaitDto, WaitReason};
use crate::engine::SyncView;
use crate::net::{NetworkKind, Power, Refusal, TransportError};

/// Photos stop below this charge, in percent, unless the device is being charged.
const LOW_BATTERY: u8 = 15;

/// The line as the driver sees it.
#[derive(Debug, Clone, Default)]
pub(super) struct Lane {
    /// Words for cases.
    pub(super) view: SyncView,
    /// Failures in a row.
    pub(super) failures: u32,
    /// When the next try is due.
    pub(super) retry_at: Option<Timestamp>,
    /// Items of this run.
    pub(super) sending_count: u32,
    /// Items of this run that are done.
    pub(super) sent_count: u32,
    /// Bytes of answers since the program started.
    pub(super) received_bytes: u64,
    /// When the last heartbeat was answered.
    pub(super) heartbeat_at: Option<Timestamp>,
    /// What the last heartbeat declared, to send another one on change.
    pub(super) heartbeat_of: Option<(u32, u32)>,
    /// Whether the server answered at the last try.
    pub(super) is_connected: bool,
}

impl Lane {
    /// The exchange worked.
    pub(super) fn worked(&mut self) {
        self.failures = 0;
        self.retry_at = None;
        self.view.wait = None;
        self.is_connected = true;
    }

    /// The exchange failed: why everything waits now.
    pub(super) fn failed(&mut self, wait: WaitDto) {
        self.failures = self.failures.saturating_add(1);
        self.view.wait = Some(wait);
        self.is_connected = false;
    }

    /// What the strip says.
    pub(super) fn strip(&self, needs_you: u32, network: Option<NetworkKind>) -> StripState {
        if needs_you > 0 {
            return StripState::NeedsYou;
        }
        if self.view.is_sending || self.view.sending_photo.is_some() {
            return StripState::Sending;
        }
        if network == Some(NetworkKind::None) {
            return StripState::Offline;
        }
        match &self.view.wait {
            None if self.is_connected => StripState::Connected,
            None => StripState::Offline,
            Some(wait) => match wait.reason {
                WaitReason::Busy | WaitReason::WeakPhoto => StripState::Weak,
                WaitReason::Auth | WaitReason::OldApp => StripState::NeedsYou,
                WaitReason::NoNetwork
                | WaitReason::ServerDown
                | WaitReason::WifiOnly
                | WaitReason::Clock
                | WaitReason::Battery
                | WaitReason::Background => StripState::Offline,
            },
        }
    }
}

/// A reason without values.
pub(super) fn wait(reason: WaitReason) -> WaitDto {
    WaitDto {
        reason,
        params: Params::new(),
    }
}

fn wait_with(reason: WaitReason, name: &str, value: i64) -> WaitDto {
    WaitDto {
        reason,
        params: Params::from([(name.to_owned(), ParamDto::Number(value))]),
    }
}

/// Why everything waits after the line failed.
pub(super) fn of_transport(error: &TransportError, retry_at: Timestamp) -> WaitDto {
    match error {
        TransportError::NoNetwork => wait(WaitReason::NoNetwork),
        TransportError::ClockWrong(_) => wait(WaitReason::Clock),
        TransportError::Unreachable(_)
        | TransportError::NotPinned(_)
        | TransportError::Broken(_)
        | TransportError::TooLong
        | TransportError::Caller(_) => wait_with(WaitReason::ServerDown, "retry_at", retry_at.0),
    }
}

/// Why everything waits after the server said no. `offset_ms` is how far the clocks are apart.
pub(super) fn of_refusal(refusal: &Refusal, offset_ms: i64, retry_at: Timestamp) -> WaitDto {
    let code = refusal.code.to_ascii_uppercase();
    match (refusal.status, code.as_str()) {
        (_, "CLOCK_SKEW" | "REPLAYED") => clock(offset_ms),
        (_, "PROTOCOL_OLD" | "FRAME_UNKNOWN" | "APP_TOO_OLD") | (426, _) => {
            wait(WaitReason::OldApp)
        }
        (401 | 403, _) => wait(WaitReason::Auth),
        (429 | 503, _) => wait(WaitReason::Busy),
        _ => wait_with(WaitReason::ServerDown, "retry_at", retry_at.0),
    }
}

/// The clock is off by so many minutes.
fn clock(offset_ms: i64) -> WaitDto {
    wait_with(WaitReason::Clock, "minutes", minutes(offset_ms))
}

/// How far a clock is off, in minutes, rounded.
pub(super) fn minutes(offset_ms: i64) -> i64 {
    offset_ms.saturating_abs().saturating_add(30_000) / 60_000
}

/// Why photos do not move although text may.
pub(super) fn photo_wait(
    network: Option<NetworkKind>,
    power: Option<Power>,
    is_wifi_only: bool,
) -> Option<WaitDto> {
    if is_wifi_only && network == Some(NetworkKind::Metered) {
        return Some(wait(WaitReason::WifiOnly));
    }
    let low = power.filter(|power| power.percent < LOW_BATTERY && !power.is_charging)?;
    Some(wait_with(
        WaitReason::Battery,
        "percent",
        i64::from(low.percent),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, code: &str) -> Refusal {
        Refusal {
            status,
            code: code.into(),
            retry_after_s: None,
        }
    }

    #[test]
    fn every_refusal_has_one_reason() {
        let at = Timestamp(5);
        for (status, code, reason) in [
            (401, "CLOCK_SKEW", WaitReason::Clock),
            (401, "NOT_ENROLLED", WaitReason::Auth),
            (403, "SCOPE_FORBIDDEN", WaitReason::Auth),
            (426, "", WaitReason::OldApp),
            (400, "PROTOCOL_OLD", WaitReason::OldApp),
            (429, "BUSY", WaitReason::Busy),
            (503, "RECOVERING", WaitReason::Busy),
            (507, "STORAGE_FULL", WaitReason::ServerDown),
            (502, "", WaitReason::ServerDown),
        ] {
            let found = of_refusal(&refusal(status, code), 26 * 60_000, at);
            assert_eq!(found.reason, reason, "{status} {code}");
        }
        let clock = of_refusal(&refusal(401, "CLOCK_SKEW"), -26 * 60_000, at);
        assert_eq!(clock.params.get("minutes"), Some(&ParamDto::Number(26)));
    }

    #[test]
    fn photos_wait_for_wifi_and_for_the_battery() {
        let power = |percent, is_charging| {
            Some(Power {
                percent,
                is_charging,
            })
        };
        let reason =
            |network, power, wifi| photo_wait(network, power, wifi).map(|wait| wait.reason);
        let (metered, free) = (Some(NetworkKind::Metered), Some(NetworkKind::Free));
        assert_eq!(reason(metered, None, true), Some(WaitReason::WifiOnly));
        assert_eq!(reason(metered, None, false), None);
        assert_eq!(
            reason(free, power(14, false), true),
            Some(WaitReason::Battery)
        );
        assert_eq!(reason(free, power(14, true), true), None);
        assert_eq!(reason(free, power(15, false), true), None);
    }

    #[test]
    fn the_strip_is_red_only_when_somebody_must_act() {
        let mut lane = Lane::default();
        assert_eq!(lane.strip(0, None), StripState::Offline);
        lane.worked();
        assert_eq!(lane.strip(0, None), StripState::Connected);
        assert_eq!(lane.strip(0, Some(NetworkKind::None)), StripState::Offline);
        assert_eq!(lane.strip(1, None), StripState::NeedsYou);
        lane.failed(wait(WaitReason::Busy));
        assert_eq!(lane.strip(0, None), StripState::Weak);
        lane.failed(wait(WaitReason::NoNetwork));
        assert_eq!(
            (lane.strip(0, None), lane.failures),
            (StripState::Offline, 2)
        );
    }
}

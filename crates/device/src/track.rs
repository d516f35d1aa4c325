//! What of a receiver's positions becomes a track: points where somebody moved, and gaps with their
//! causes where there are none. No clock, no storage: the driver asks every few seconds.

use linli_model::Timestamp;

use crate::dto::track::GapCause;
use crate::position::Fix;

/// A point is kept after so many metres.
const STEP_M: f64 = 8.0;
/// And at the latest after so long, in milliseconds: one minute.
const BEAT_MS: i64 = 60 * 1000;
/// A position that is older, in milliseconds, is none: 30 seconds.
const FRESH_MS: i64 = 30 * 1000;
/// A position that is less exact, in metres, is none.
const ROUGH_M: f64 = 60.0;
/// Whoever stays within so many metres ...
const STILL_M: f64 = 40.0;
/// ... for so long is not patrolling, in milliseconds: half an hour (docs/trust.md).
const IDLE_MS: i64 = 30 * 60 * 1000;

/// What is written of a track.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mark {
    /// Somebody was here.
    Point(Fix),
    /// There are no points for a while. Written when it begins and again when it ends.
    Gap {
        /// Since when.
        from: Timestamp,
        /// Until when; nothing while it lasts.
        to: Option<Timestamp>,
        /// Why.
        cause: GapCause,
    },
}

/// What is known about where the device is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Reading {
    /// The receiver's newest position, however old.
    Newest(Option<Fix>),
    /// There is no receiver.
    NoReceiver,
    /// The person does not want points now.
    Paused,
}

/// Makes marks of readings.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recorder {
    last: Option<Fix>,
    gap: Option<(Timestamp, GapCause)>,
    /// Where the person has stayed, and since when.
    still: Option<Fix>,
}

impl Recorder {
    /// What is to be written now.
    pub(crate) fn read(&mut self, reading: Reading, now: Timestamp) -> Vec<Mark> {
        match reading {
            Reading::Paused => self.without(GapCause::Paused, now),
            Reading::NoReceiver => self.without(GapCause::NoReceiver, now),
            Reading::Newest(fix) => match fix.filter(|fix| is_good(fix, now)) {
                None => self.without(GapCause::NoFix, now),
                Some(fix) => self.at(fix, now),
            },
        }
    }

    /// Whether the person has stayed in one place for half an hour.
    pub(crate) fn is_idle(&self, now: Timestamp) -> bool {
        let since = self.still.map(|fix| fix.at);
        since.is_some_and(|since| now.ms_since(since) >= IDLE_MS)
    }

    fn without(&mut self, cause: GapCause, now: Timestamp) -> Vec<Mark> {
        self.still = None;
        if self.gap.is_some_and(|(_, known)| known == cause) {
            return Vec::new();
        }
        let ended = self.end_gap(now);
        self.gap = Some((now, cause));
        let begun = Mark::Gap {
            from: now,
            to: None,
            cause,
        };
        ended.into_iter().chain([begun]).collect()
    }

    fn at(&mut self, fix: Fix, now: Timestamp) -> Vec<Mark> {
        if self
            .still
            .is_none_or(|still| distance(&still, &fix) > STILL_M)
        {
            self.still = Some(fix);
        }
        let ended = self.end_gap(now);
        let is_new = ended.is_some()
            || self.last.is_none_or(|last| {
                fix.at > last.at
                    && (distance(&last, &fix) >= STEP_M || fix.at.ms_since(last.at) >= BEAT_MS)
            });
        if is_new {
            self.last = Some(fix);
        }
        let point = is_new.then_some(Mark::Point(fix));
        ended.into_iter().chain(point).collect()
    }

    fn end_gap(&mut self, now: Timestamp) -> Option<Mark> {
        let (from, cause) = self.gap.take()?;
        Some(Mark::Gap {
            from,
            to: Some(now),
            cause,
        })
    }
}

fn is_good(fix: &Fix, now: Timestamp) -> bool {
    now.ms_since(fix.own_at).abs() <= FRESH_MS
        && fix.accuracy.is_none_or(|radius| radius <= ROUGH_M)
}

fn distance(a: &Fix, b: &Fix) -> f64 {
    crate::engine::metres((a.lon, a.lat), (b.lon, b.lat))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000;
    /// About 8.5 m of longitude at 40° north.
    const STEP: f64 = 0.0001;

    fn fix(lon: f64, at: i64) -> Fix {
        Fix {
            lon,
            lat: 40.0,
            accuracy: Some(5.0),
            at: Timestamp(at),
            own_at: Timestamp(at),
            is_simulated: false,
        }
    }

    fn newest(lon: f64, at: i64) -> Reading {
        Reading::Newest(Some(fix(lon, at)))
    }

    #[test]
    fn a_point_is_kept_where_somebody_moved_and_once_a_minute_where_not() {
        let mut recorder = Recorder::default();
        let mut kept = Vec::new();
        for tick in 0..=24 {
            let at = tick * 5 * SECOND;
            let lon = if tick == 3 { 116.4 + STEP } else { 116.4 };
            let lon = if tick > 3 { 116.4 + STEP } else { lon };
            for mark in recorder.read(newest(lon, at), Timestamp(at)) {
                let Mark::Point(fix) = mark else {
                    panic!("{mark:?}")
                };
                kept.push(fix.at.0 / SECOND);
            }
        }
        assert_eq!(kept, [0, 15, 75]);
    }

    #[test]
    fn every_gap_has_a_cause_and_an_end() {
        let mut recorder = Recorder::default();
        let now = Timestamp(100 * SECOND);
        let later = Timestamp(200 * SECOND);
        let old = Reading::Newest(Some(fix(116.4, 0)));
        let begun = recorder.read(old, now);
        let gap = |from, to, cause| Mark::Gap { from, to, cause };
        assert_eq!(begun, [gap(now, None, GapCause::NoFix)]);
        assert_eq!(recorder.read(Reading::Newest(None), now), []);
        assert_eq!(
            recorder.read(Reading::Paused, later),
            [
                gap(now, Some(later), GapCause::NoFix),
                gap(later, None, GapCause::Paused)
            ]
        );
        let end = Timestamp(300 * SECOND);
        assert_eq!(
            recorder.read(newest(116.4, end.0), end),
            [
                gap(later, Some(end), GapCause::Paused),
                Mark::Point(fix(116.4, end.0))
            ]
        );
        let rough = Fix {
            accuracy: Some(80.0),
            ..fix(116.4, end.0)
        };
        assert_eq!(
            recorder.read(Reading::Newest(Some(rough)), end),
            [gap(end, None, GapCause::NoFix)]
        );
    }

    #[test]
    fn whoever_stays_for_half_an_hour_is_idle_and_whoever_walks_is_not() {
        let (mut sits, mut walks) = (Recorder::default(), Recorder::default());
        for minute in 0..30 {
            let at = minute * 60 * SECOND;
            assert!(!sits.is_idle(Timestamp(at)), "{minute}");
            sits.read(newest(116.4, at), Timestamp(at));
            let lon = f64::from(i32::try_from(minute).unwrap()).mul_add(STEP, 116.4);
            walks.read(newest(lon, at), Timestamp(at));
        }
        let end = Timestamp(30 * 60 * SECOND);
        assert!(sits.is_idle(end));
        assert!(!walks.is_idle(end));
    }
}

//! The story of the ramp: an old man cannot get down the steps of building 36, an assistant without
//! network reports it, and what was put right comes back to the assistant's hand.

pub(crate) mod acts;
mod report;
mod steps;

use std::future::Future;
use std::sync::Arc;

use serde::Serialize;

pub use report::{HopReport, LineBytes, Receipts, StoryReport};

use crate::town::{Town, TownResult};

/// The hops, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Hop {
    /// The assistant reports; there is no network.
    Report,
    /// The line is back: report and photo reach the community.
    Deliver,
    /// The community takes it in.
    File,
    /// The community has no means and passes it to the street, whose table names the unit.
    Escalate,
    /// The unit says that it will see to it.
    Acknowledge,
    /// The unit says that it is done, with a photo.
    Result,
    /// The result reaches the assistant's hand.
    Inform,
    /// The assistant looks on the spot and passes it; there is no network.
    Check,
    /// The check reaches the street.
    Return,
    /// The street closes the case.
    Close,
    /// The end reaches community and assistant.
    Tell,
}

impl Hop {
    /// All hops in order.
    pub const ALL: [Self; 11] = [
        Self::Report,
        Self::Deliver,
        Self::File,
        Self::Escalate,
        Self::Acknowledge,
        Self::Result,
        Self::Inform,
        Self::Check,
        Self::Return,
        Self::Close,
        Self::Tell,
    ];

    /// What happens, in Chinese and English.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Report => (
                "助理员无网络上报：东外大街36号楼，老人下不了台阶",
                "The assistant reports without network: building 36, an old man cannot get down the steps",
            ),
            Self::Deliver => (
                "网络恢复，上报和照片到达社区",
                "The line is back: report and photo reach the community",
            ),
            Self::File => ("社区立案", "The community files the case"),
            Self::Escalate => (
                "社区上报街道，街道按责任清单自动派遣残联",
                "The community passes it up; the street's table dispatches the federation",
            ),
            Self::Acknowledge => ("残联签收", "The federation acknowledges"),
            Self::Result => (
                "残联处置完毕，附完工照片",
                "The federation reports the result with a photo",
            ),
            Self::Inform => (
                "处置结果回到助理员手中",
                "The result reaches the assistant's hand",
            ),
            Self::Check => (
                "助理员无网络现场核查：通过",
                "The assistant checks on the spot without network: passed",
            ),
            Self::Return => ("核查结果到达街道", "The check reaches the street"),
            Self::Close => ("街道结案", "The street closes the case"),
            Self::Tell => (
                "结案消息回到社区和助理员",
                "The end reaches community and assistant",
            ),
        }
    }
}

/// Looks on, or interferes: cuts lines, kills programs.
pub trait Watch: Send {
    /// Before a hop begins.
    fn before(
        &mut self,
        town: &Arc<Town>,
        hop: Hop,
    ) -> impl Future<Output = TownResult<()>> + Send {
        let _ = (town, hop);
        async { Ok(()) }
    }

    /// After a hop is done.
    fn after(
        &mut self,
        town: &Arc<Town>,
        report: &HopReport,
    ) -> impl Future<Output = TownResult<()>> + Send {
        let _ = (town, report);
        async { Ok(()) }
    }
}

/// Nobody looks on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alone;

impl Watch for Alone {}

/// Plays the story in a town to its end.
pub async fn play(town: &Arc<Town>, watch: &mut impl Watch) -> TownResult<StoryReport> {
    let mut story = steps::Story::new(Arc::clone(town))?;
    let mut hops = Vec::new();
    for hop in Hop::ALL {
        watch.before(town, hop).await?;
        let meter = report::Meter::start(town);
        story.step(hop).await?;
        let report = meter.stop(town, hop);
        watch.after(town, &report).await?;
        hops.push(report);
    }
    story.report(hops).await
}

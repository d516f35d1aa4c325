//! The demo: a town, its story told hop by hop, and the town left running for whoever wants to look.

mod desks;
mod window;

use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};

pub use desks::answer;
pub use window::WindowPlan;

use window::Window;

use crate::story::{Hop, HopReport, Watch, play};
use crate::town::{Town, TownError, TownPlan, TownResult, now_ms};

/// How the demo is run.
#[derive(Debug, Clone)]
pub struct DemoPlan {
    /// The town.
    pub town: TownPlan,
    /// Chinese or English; both when neither was chosen.
    pub language: Language,
    /// Ends after the story instead of waiting until somebody ends it.
    pub is_once: bool,
    /// Prints JSON lines instead of the live view.
    pub is_json: bool,
    /// What is done about a window.
    pub window: WindowPlan,
}

/// The language of the demo's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// 中文.
    Chinese,
    /// English.
    English,
}

impl Language {
    /// Picks the language of a text.
    pub fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Chinese => zh,
            Self::English => en,
        }
    }
}

/// Runs the demo until it is over or somebody ends it. Lines go to `say`; the last line of the story is
/// its JSON.
pub async fn run(plan: &DemoPlan, say: &mut (dyn FnMut(&str) + Send)) -> TownResult<()> {
    let began = now_ms();
    let running = tokio::select! {
        running = begin(plan, &mut *say) => Some(running?),
        // What was started ends with the future that started it, also in the middle of the start.
        ended = ended() => ended.map(|()| None)?,
    };
    if let Some((town, window)) = running {
        if !plan.is_once {
            tokio::select! {
                ended = ended() => ended?,
                answered = answer(&town, began) => answered?,
            }
        }
        drop(window);
        town.stop().await?;
    }
    if !plan.is_json {
        say(plan.language.pick("已全部停止。", "Everything is stopped."));
    }
    Ok(())
}

/// Starts everything and plays the story.
async fn begin(
    plan: &DemoPlan,
    say: &mut (dyn FnMut(&str) + Send),
) -> TownResult<(Arc<Town>, Option<Window>)> {
    let language = plan.language;
    if !plan.is_json {
        say(language.pick(
            "正在启动服务器和终端……",
            "Starting servers and handhelds ...",
        ));
    }
    if let (Some(history), false) = (&plan.town.history, plan.is_json) {
        let cases = history.cases;
        say(&language.pick(
            format!("先演练东直门街道一年的工作：34 个网格、60 台终端、{cases} 件案卷（头一次要几分钟，之后一周内直接打开）"),
            format!("First a year of work in the street is played: 34 grids, 60 handhelds, {cases} cases (minutes the first time, at once in the week after it)"),
        ));
    }
    let town = Arc::new(Town::start(&plan.town).await?);
    if !plan.is_json {
        for line in addresses(&town, language).await? {
            say(&line);
        }
    }
    // It stays open until everything is stopped.
    let window = Window::open(&town, &plan.town, &plan.window).await?;
    if !plan.is_json {
        if let Some(window) = &window {
            say(&window.words(language));
        }
        say("");
    }
    let mut view = View {
        say: &mut *say,
        language,
        is_json: plan.is_json,
    };
    let story = play(&town, &mut view).await?;
    say(&story.line());
    if !plan.is_once && !plan.is_json {
        for line in afterwards(plan, &town) {
            say(&line);
        }
    }
    Ok((town, window))
}

/// Where everything listens.
async fn addresses(town: &Town, language: Language) -> TownResult<Vec<String>> {
    let mut lines = Vec::new();
    for program in town.programs() {
        let address = program.address().await?;
        let name = match program.name() {
            "community" => language.pick("社区", "community"),
            "street" => language.pick("街道", "street"),
            "district" => language.pick("区", "district"),
            _ => language.pick(
                "一机（区、街道、社区）",
                "one box (district, street, community)",
            ),
        };
        lines.push(format!(
            "  {name}: {}  {} {}",
            address.url,
            language.pick("线路", "line"),
            program.line.address(),
        ));
    }
    for handheld in &town.handhelds {
        lines.push(format!(
            "  {} {}: {}",
            language.pick("终端", "handheld"),
            handheld.label(),
            handheld.grid(),
        ));
    }
    Ok(lines)
}

/// What can be done with the town that runs.
fn afterwards(plan: &DemoPlan, town: &Town) -> Vec<String> {
    let language = plan.language;
    let mut lines = vec![
        String::new(),
        language
            .pick(
                "现在上报试试：社区、街道或区、处置单位每几秒答一步，办完请到现场核查。",
                "Report something: community, street or district and the unit answer a step every few seconds; then check it on the spot.",
            )
            .to_owned(),
        language
            .pick(
                "一切仍在运行。终端命令：",
                "Everything keeps running. Use the handhelds:",
            )
            .to_owned(),
    ];
    for handheld in &town.handhelds {
        lines.push(format!("  {} cases", handheld.shell()));
    }
    lines.push(
        language
            .pick("服务器状态：", "State of the servers:")
            .to_owned(),
    );
    for program in town.programs() {
        lines.push(format!(
            "  {} --config {} admin status",
            plan.town.server.display(),
            program.folder().join("linli.toml").display(),
        ));
    }
    lines.push(language.pick("停止：Ctrl-C", "Stop: Ctrl-C").to_owned());
    lines
}

/// Waits until somebody presses Ctrl-C, ends the process in order, or closes its terminal.
async fn ended() -> TownResult<()> {
    let wrong = |error| TownError::File("signals".into(), error);
    let on = |kind| signal(kind).map_err(wrong);
    let mut interrupted = on(SignalKind::interrupt())?;
    let mut terminated = on(SignalKind::terminate())?;
    let mut hung_up = on(SignalKind::hangup())?;
    tokio::select! {
        _ = interrupted.recv() => {}
        _ = terminated.recv() => {}
        _ = hung_up.recv() => {}
    }
    Ok(())
}

/// The live view: a line for every hop.
struct View<'a> {
    say: &'a mut (dyn FnMut(&str) + Send),
    language: Language,
    is_json: bool,
}

impl Watch for View<'_> {
    async fn before(&mut self, _: &Arc<Town>, hop: Hop) -> TownResult<()> {
        if !self.is_json {
            let (zh, en) = hop.words();
            let number = Hop::ALL.iter().position(|known| *known == hop).unwrap_or(0) + 1;
            (self.say)(&format!("{number:>2}. {}", self.language.pick(zh, en)));
        }
        Ok(())
    }

    async fn after(&mut self, _: &Arc<Town>, report: &HopReport) -> TownResult<()> {
        if self.is_json {
            (self.say)(&serde_json::to_string(report)?);
            return Ok(());
        }
        let lines: Vec<String> = report
            .lines
            .iter()
            .map(|(name, bytes)| format!("{name} ↑{} ↓{}", bytes.up, bytes.down))
            .collect();
        (self.say)(&format!(
            "    {:>6} ms  {:>8} B  {}",
            report.ms,
            report.bytes,
            lines.join("  ")
        ));
        Ok(())
    }
}

//! Faults: lines that are cut and joined again, programs that are killed and started again.
//!
//! A fault strikes once in its hop: at its moment or, when that does not come, as the hop ends.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use linli_fleet::story::{Hop, HopReport, Watch};
use linli_fleet::town::{Handheld, Line, Program, Town, TownResult};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What happens, and to whom.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Harm {
    /// The lines that lead to this server break and are joined again once somebody ran into it.
    Cut(&'static str),
    /// This server is killed and started again.
    Kill(&'static str),
    /// The handheld's process is killed.
    KillDevice,
}

/// When in a hop it happens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// When so many bytes have moved on a line to or from the server concerned.
    pub(crate) bytes: u64,
    /// The same for a handheld, which works without a line too: so long after its process started.
    pub(crate) ms: u64,
}

impl Moment {
    /// As the hop begins.
    pub(crate) const START: Self = Self { bytes: 0, ms: 0 };
}

/// The faults of a story.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    planned: BTreeMap<Hop, Vec<(Harm, Moment)>>,
    struck: Arc<AtomicU64>,
    /// Those of the hop that goes on.
    under_way: JoinSet<TownResult<()>>,
    is_over: watch::Sender<bool>,
}

impl Faults {
    pub(crate) fn plan(&mut self, hop: Hop, harm: Harm, moment: Moment) {
        self.planned.entry(hop).or_default().push((harm, moment));
    }

    /// What was planned, to be printed beside what came of it.
    pub(crate) fn plans(&self) -> String {
        format!("{:?}", self.planned)
    }

    /// Every fault that was planned has struck.
    pub(crate) fn have_all_struck(&self) -> bool {
        let planned: usize = self.planned.values().map(Vec::len).sum();
        u64::try_from(planned).unwrap() == self.struck.load(Ordering::SeqCst)
    }

    fn strike(&self) -> Strike {
        Strike {
            struck: Arc::clone(&self.struck),
            is_over: self.is_over.subscribe(),
        }
    }
}

impl Watch for Faults {
    async fn before(&mut self, town: &Arc<Town>, hop: Hop) -> TownResult<()> {
        self.is_over.send_replace(false);
        for (harm, moment) in self.planned.get(&hop).cloned().unwrap_or_default() {
            let strike = self.strike();
            let town = Arc::clone(town);
            match harm {
                Harm::Kill(name) => {
                    // The hop begins without the server.
                    if moment.bytes == 0 {
                        program(&town, name).kill().await?;
                    }
                    self.under_way
                        .spawn(async move { strike.kill(&town, name, moment.bytes).await });
                }
                Harm::Cut(name) => {
                    let server = Arc::clone(program(&town, name));
                    // In these hops the story itself has cut the line.
                    let is_cut = matches!(hop, Hop::Report | Hop::Check)
                        && Arc::ptr_eq(&server, &town.community);
                    let has_device_line = !is_cut;
                    self.under_way.spawn(async move {
                        strike.cut(&server, has_device_line, moment.bytes).await;
                        Ok(())
                    });
                }
                Harm::KillDevice => {
                    let device = Arc::clone(town.assistant()?);
                    let is_in_use = uses_device(hop);
                    self.under_way
                        .spawn(async move { strike.kill_device(&device, is_in_use, moment).await });
                }
            }
        }
        Ok(())
    }

    async fn after(&mut self, town: &Arc<Town>, _: &HopReport) -> TownResult<()> {
        self.is_over.send_replace(true);
        while let Some(done) = self.under_way.join_next().await {
            done.unwrap()?;
        }
        for program in town.programs() {
            assert!(!program.line.is_cut() && !program.desk_line.is_cut());
        }
        Ok(())
    }
}

/// One fault on its way.
struct Strike {
    struck: Arc<AtomicU64>,
    is_over: watch::Receiver<bool>,
}

impl Strike {
    /// Waits until so many bytes have moved on one of the lines, at most until the hop ends.
    async fn wait(&mut self, lines: &[&Line], bytes: u64) {
        let mut watches = JoinSet::new();
        for line in lines {
            let (mut watch, end) = (line.watch(), line.traffic().total() + bytes);
            watches.spawn(async move { watch.moved(end).await });
        }
        tokio::select! {
            _ = watches.join_next() => {}
            () = over(&mut self.is_over) => {}
        }
    }

    fn done(&self) {
        self.struck.fetch_add(1, Ordering::SeqCst);
    }

    async fn kill(mut self, town: &Town, name: &str, bytes: u64) -> TownResult<()> {
        let server = program(town, name);
        if bytes > 0 {
            let mut lines = vec![&server.line, &server.desk_line];
            // What it asks of its parent moves on the parent's line.
            let mut above = town.programs().into_iter();
            if above.any(|known| Arc::ptr_eq(known, server)) {
                lines.extend(above.next().map(|parent| &parent.line));
            }
            self.wait(&lines, bytes).await;
            server.kill().await?;
        }
        self.done();
        server.serve().await
    }

    async fn cut(mut self, server: &Program, has_device_line: bool, bytes: u64) {
        let mut lines = vec![&server.desk_line];
        lines.extend(has_device_line.then_some(&server.line));
        let before: Vec<u64> = lines.iter().map(|line| line.traffic().refused).collect();
        if bytes > 0 {
            for line in &lines {
                line.cut_after(bytes);
            }
            let mut watches = JoinSet::new();
            for line in &lines {
                let mut watch = line.watch();
                watches.spawn(async move { watch.cut().await });
            }
            tokio::select! {
                _ = watches.join_next() => {}
                () = over(&mut self.is_over) => {}
            }
        }
        for line in &lines {
            line.cut();
        }
        self.done();
        // Joined again once somebody has run into it.
        let mut watches = JoinSet::new();
        for (line, before) in lines.iter().zip(before) {
            let mut watch = line.watch();
            watches.spawn(async move { watch.refused(before + 1).await });
        }
        tokio::select! {
            _ = watches.join_next() => {}
            () = over(&mut self.is_over) => {}
        }
        for line in &lines {
            line.restore();
        }
    }

    async fn kill_device(
        mut self,
        device: &Handheld,
        is_in_use: bool,
        moment: Moment,
    ) -> TownResult<()> {
        let before = device.kills();
        device.kill_next(Duration::from_millis(moment.ms));
        if is_in_use {
            over(&mut self.is_over).await;
        }
        // Nobody used it, or it was too quick: a sync dies, as early as it takes.
        let mut respite = Duration::from_millis(moment.ms);
        while device.kills() == before {
            device.kill_next(respite);
            match device.sync().await {
                Err(error) if !error.is_transient() => return Err(error),
                Ok(_) | Err(_) => respite /= 2,
            }
        }
        self.done();
        // Started again. A try of the passphrase that was killed counts as a wrong one until then.
        while let Err(error) = device.sync().await {
            if !error.is_transient() {
                return Err(error);
            }
        }
        Ok(())
    }
}

/// Whether the story uses the handheld in a hop.
fn uses_device(hop: Hop) -> bool {
    match hop {
        Hop::Report | Hop::Deliver | Hop::Inform | Hop::Check | Hop::Return | Hop::Tell => true,
        Hop::File | Hop::Escalate | Hop::Acknowledge | Hop::Result | Hop::Close => false,
    }
}

async fn over(is_over: &mut watch::Receiver<bool>) {
    is_over.wait_for(|is_over| *is_over).await.unwrap();
}

fn program<'a>(town: &'a Town, name: &str) -> &'a Arc<Program> {
    town.program(name).unwrap()
}

//! A line between two programs of a town: a TCP relay that counts bytes, and can be cut, slow, or keep
//! answers to itself.
//!
//! The port stays the same for the life of the town, whatever happens to the program behind it, so
//! tickets and configurations that name it stay true.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, tcp};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How much is passed on at once.
const PIECE: usize = 16 * 1024;

/// What has moved over a line, in bytes, with everything that TLS adds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Toward the server.
    pub up: u64,
    /// From the server.
    pub down: u64,
    /// Connections that were turned away because the line was cut or nobody was behind it.
    pub refused: u64,
}

impl Traffic {
    /// Both directions.
    pub fn total(&self) -> u64 {
        self.up.saturating_add(self.down)
    }

    /// What has moved since an earlier look.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            up: self.up.saturating_sub(earlier.up),
            down: self.down.saturating_sub(earlier.down),
            refused: self.refused.saturating_sub(earlier.refused),
        }
    }
}

/// The state of the line.
#[derive(Debug, Clone, Copy, Default)]
struct Gauge {
    traffic: Traffic,
    is_cut: bool,
    /// How often it was cut.
    cuts: u64,
    /// The line is cut when so many bytes have moved in all.
    cut_at: Option<u64>,
    /// How long each piece is on its way.
    delay: Duration,
    /// Questions arrive, answers do not.
    keeps_answers: bool,
}

impl Gauge {
    fn cut(&mut self) {
        self.is_cut = true;
        self.cuts = self.cuts.saturating_add(1);
        self.cut_at = None;
    }
}

/// One line. It is closed when dropped.
#[derive(Debug)]
pub struct Line {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    gauge: watch::Sender<Gauge>,
    target: Mutex<Option<SocketAddr>>,
}

impl Line {
    /// Opens a line on a free port of this machine. It leads nowhere until it is aimed.
    pub async fn open() -> io::Result<Self> {
        Self::open_at(SocketAddr::from(([127, 0, 0, 1], 0))).await
    }

    /// Opens a line on a port that was its own before.
    pub(super) async fn open_at(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            gauge: watch::Sender::new(Gauge::default()),
            target: Mutex::default(),
        });
        let task = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self {
            address,
            shared,
            task,
        })
    }

    /// Where callers connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets the line lead to a program.
    pub fn aim(&self, target: SocketAddr) {
        *self.shared.target() = Some(target);
    }

    /// Cuts the line: open connections end, new ones are turned away.
    pub fn cut(&self) {
        self.shared.gauge.send_modify(Gauge::cut);
    }

    /// Cuts the line as soon as so many more bytes have moved, in the middle of whatever they are.
    pub fn cut_after(&self, bytes: u64) {
        self.shared.gauge.send_modify(|gauge| {
            gauge.cut_at = Some(gauge.traffic.total().saturating_add(bytes));
        });
    }

    /// Lets every piece of at most 16 KiB take so long, in each direction.
    pub fn delay(&self, time: Duration) {
        self.shared.gauge.send_modify(|gauge| gauge.delay = time);
    }

    /// Lets what callers ask arrive, and nothing of what the server answers: they cannot know whether it
    /// was done and ask once more. The handshake of a connection still passes in both directions.
    pub fn keep_answers(&self) {
        self.shared
            .gauge
            .send_modify(|gauge| gauge.keeps_answers = true);
    }

    /// Joins the line again as it was at first, and takes back a cut that was planned. Connections that
    /// miss an answer end.
    pub fn restore(&self) {
        self.shared.gauge.send_modify(|gauge| {
            if gauge.keeps_answers {
                gauge.cut();
            }
            *gauge = Gauge {
                traffic: gauge.traffic,
                cuts: gauge.cuts,
                ..Gauge::default()
            };
        });
    }

    /// Whether the line is cut.
    pub fn is_cut(&self) -> bool {
        self.shared.gauge.borrow().is_cut
    }

    /// What has moved so far.
    pub fn traffic(&self) -> Traffic {
        self.shared.gauge.borrow().traffic
    }

    /// Something that can wait for what happens on the line.
    pub fn watch(&self) -> LineWatch {
        LineWatch(self.shared.gauge.subscribe())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.cut();
        self.task.abort();
    }
}

/// Waits for what happens on a line.
#[derive(Debug, Clone)]
pub struct LineWatch(watch::Receiver<Gauge>);

impl LineWatch {
    /// Waits until the line is cut.
    pub async fn cut(&mut self) {
        // The line is gone: nothing more will move.
        let _ = self.0.wait_for(|gauge| gauge.is_cut).await;
    }

    /// Waits until so many bytes have moved in all.
    pub async fn moved(&mut self, bytes: u64) {
        let moved = |gauge: &Gauge| gauge.traffic.total() >= bytes;
        let _ = self.0.wait_for(moved).await;
    }

    /// Waits until so many connections were turned away in all.
    pub async fn refused(&mut self, count: u64) {
        let refused = |gauge: &Gauge| gauge.traffic.refused >= count;
        let _ = self.0.wait_for(refused).await;
    }
}

impl Shared {
    fn target(&self) -> std::sync::MutexGuard<'_, Option<SocketAddr>> {
        self.target.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refuse(&self) {
        self.gauge.send_modify(|gauge| gauge.traffic.refused += 1);
    }

    /// Counts bytes that are about to move; says how many of them still may.
    fn count(&self, bytes: usize, is_up: bool) -> usize {
        let mut may = bytes;
        self.gauge.send_modify(|gauge| {
            if let Some(end) = gauge.cut_at {
                let left = end.saturating_sub(gauge.traffic.total());
                may = bytes.min(usize::try_from(left).unwrap_or(usize::MAX));
            }
            let counted = u64::try_from(may).unwrap_or(u64::MAX);
            let sum = if is_up {
                &mut gauge.traffic.up
            } else {
                &mut gauge.traffic.down
            };
            *sum = sum.saturating_add(counted);
            if gauge.cut_at.is_some_and(|end| gauge.traffic.total() >= end) {
                gauge.cut();
            }
        });
        may
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        // Out of descriptors or a caller that left at once: the next one may do better.
        let Ok((caller, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        tokio::spawn(relay(caller, Arc::clone(&shared)));
    }
}

async fn relay(caller: TcpStream, shared: Arc<Shared>) {
    let target = *shared.target();
    let Gauge { is_cut, cuts, .. } = *shared.gauge.borrow();
    let (false, Some(target)) = (is_cut, target) else {
        return shared.refuse();
    };
    let Ok(server) = TcpStream::connect(target).await else {
        return shared.refuse();
    };
    let _ = (caller.set_nodelay(true), server.set_nodelay(true));
    let (from_caller, to_caller) = caller.into_split();
    let (from_server, to_server) = server.into_split();
    let mut gauge = shared.gauge.subscribe();
    let talk = Talk::default();
    let both = async {
        tokio::join!(
            pass(&shared, &talk, from_caller, to_server, true),
            pass(&shared, &talk, from_server, to_caller, false),
        )
    };
    tokio::select! {
        _ = both => {}
        // Also a cut that was mended at once ends what was open.
        _ = gauge.wait_for(|gauge| gauge.cuts != cuts) => {}
    }
}

/// How far the talk of one connection is: the caller speaks, the server greets back, and with what the
/// caller says then its first question begins.
#[derive(Debug, Default)]
struct Talk {
    has_greeted: AtomicBool,
    has_asked: AtomicBool,
}

impl Talk {
    fn note(&self, is_up: bool) {
        if !is_up {
            self.has_greeted.store(true, Ordering::Relaxed);
        } else if self.has_greeted.load(Ordering::Relaxed) {
            self.has_asked.store(true, Ordering::Relaxed);
        }
    }

    fn has_asked(&self) -> bool {
        self.has_asked.load(Ordering::Relaxed)
    }
}

/// Passes one direction on until it ends.
async fn pass(
    shared: &Shared,
    talk: &Talk,
    mut from: tcp::OwnedReadHalf,
    mut to: tcp::OwnedWriteHalf,
    is_up: bool,
) {
    let mut piece = vec![0; PIECE];
    while let Ok(read @ 1..) = from.read(&mut piece).await {
        let Gauge {
            delay,
            keeps_answers,
            ..
        } = *shared.gauge.borrow();
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        talk.note(is_up);
        if keeps_answers && !is_up && talk.has_asked() {
            continue;
        }
        let may = shared.count(read, is_up);
        let Some(bytes) = piece.get(..may) else { break };
        if to.write_all(bytes).await.is_err() || may < read {
            break;
        }
    }
    let _ = to.shutdown().await;
}

#[cfg(test)]
mod tests;

//! The one thread that owns the engine: waiting requests share one transaction and one fsync, and
//! each stands or falls alone (docs/storage.md: group commit is the server's throughput). Requests that
//! only read do not share a commit with those that write: a full disk is nothing to them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Instant;

use tokio::sync::{oneshot, watch};

use crate::door::{Calls, Committed, Door, DoorError, DoorResult, Group};
use crate::metrics::Metrics;

/// How long a caller is asked to wait when the queue is full.
const BUSY_MS: u32 = 2_000;

/// What the writer thread needs to know.
pub struct Options {
    /// Requests that may wait; further ones are refused with `BUSY`.
    pub queue_depth: usize,
    /// Requests in one group.
    pub group_size: usize,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Called on the writer thread after each commit.
    pub on_commit: Box<dyn Fn(&Committed) + Send>,
}

/// The way to the engine. Cheap to clone.
#[derive(Clone)]
pub struct Writer {
    jobs: SyncSender<Message>,
    failed: watch::Receiver<Option<String>>,
    metrics: Arc<Metrics>,
}

/// The thread itself, to wait for its end.
pub struct WriterThread(JoinHandle<()>);

/// Work with the engine itself.
type DoorWork = Box<dyn FnOnce(&mut dyn Door) + Send>;

enum Message {
    Write(Box<dyn Job>),
    Read(Box<dyn Job>),
    Door(DoorWork),
    Stop,
}

impl Writer {
    /// Gives the engine to a new thread.
    pub fn start(door: Box<dyn Door>, options: Options) -> std::io::Result<(Self, WriterThread)> {
        let (jobs, queue) = sync_channel(options.queue_depth);
        let (fail, failed) = watch::channel(None);
        let metrics = Arc::clone(&options.metrics);
        let thread = std::thread::Builder::new()
            .name("linli-writer".into())
            .spawn(move || run(door, &queue, &options, &fail))?;
        let writer = Self {
            jobs,
            failed,
            metrics,
        };
        Ok((writer, WriterThread(thread)))
    }

    /// Runs a request on the writer thread and waits until it is on the disk.
    ///
    /// Refused with [`DoorError::Later`] when the queue is full: nothing was done.
    pub async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Calls) -> DoorResult<T> + Send + 'static,
    ) -> DoorResult<T> {
        let answer = self.queue(Message::Write, work)?;
        answer.await.unwrap_or_else(|_| Err(stopping()))
    }

    /// Runs a request that changes nothing: it sees all that was queued before it and is answered
    /// though a write beside it finds the disk full.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Calls) -> DoorResult<T> + Send + 'static,
    ) -> DoorResult<T> {
        let answer = self.queue(Message::Read, work)?;
        answer.await.unwrap_or_else(|_| Err(stopping()))
    }

    /// [`Self::call`] for callers outside the async runtime.
    pub fn call_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Calls) -> DoorResult<T> + Send + 'static,
    ) -> DoorResult<T> {
        let answer = self.queue(Message::Write, work)?.blocking_recv();
        answer.unwrap_or_else(|_| Err(stopping()))
    }

    /// Runs work with the engine itself, alone and outside a group: for what reads or checks the
    /// whole store. Everything else waits meanwhile.
    pub async fn with_door<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Door) -> DoorResult<T> + Send + 'static,
    ) -> DoorResult<T> {
        let (reply, answer) = oneshot::channel();
        let job = Message::Door(Box::new(move |door| {
            let result = catch_unwind(AssertUnwindSafe(|| work(door)));
            let bug = || Err(DoorError::Bug("a call panicked".into()));
            // The caller may have gone away.
            let _ = reply.send(result.unwrap_or_else(|_| bug()));
        }));
        match self.jobs.try_send(job) {
            Ok(()) => answer.await.unwrap_or_else(|_| Err(stopping())),
            Err(TrySendError::Full(_)) => Err(busy()),
            Err(TrySendError::Disconnected(_)) => Err(stopping()),
        }
    }

    /// Turns to the reason when the storage failed: the process has to end and start anew, because
    /// after a failed fsync nothing that is in memory can be trusted.
    pub fn failed(&self) -> watch::Receiver<Option<String>> {
        self.failed.clone()
    }

    /// Ends the thread after everything that is queued now.
    pub fn stop(&self) {
        // A full queue only delays the end: the send waits for room.
        let _ = self.jobs.send(Message::Stop);
    }

    fn queue<T: Send + 'static>(
        &self,
        kind: fn(Box<dyn Job>) -> Message,
        work: impl FnOnce(&mut dyn Calls) -> DoorResult<T> + Send + 'static,
    ) -> DoorResult<oneshot::Receiver<DoorResult<T>>> {
        let (reply, answer) = oneshot::channel();
        let job = Request {
            work: Some(work),
            result: None,
            reply,
        };
        match self.jobs.try_send(kind(Box::new(job))) {
            Ok(()) => {
                self.metrics.queue.add(1);
                Ok(answer)
            }
            Err(TrySendError::Full(_)) => Err(busy()),
            Err(TrySendError::Disconnected(_)) => Err(stopping()),
        }
    }
}

impl WriterThread {
    /// Waits for the end. Blocks: not for async code.
    pub fn join(self) {
        // The thread catches panics of requests; one of its own has already been reported.
        let _ = self.0.join();
    }
}

fn busy() -> DoorError {
    DoorError::Later {
        code: "BUSY".into(),
        detail: "too many requests are waiting; nothing was changed, try again".into(),
        after_ms: BUSY_MS,
    }
}

fn stopping() -> DoorError {
    DoorError::Later {
        code: "BUSY".into(),
        detail: "the server is stopping; try again".into(),
        after_ms: 5_000,
    }
}

fn run(
    mut door: Box<dyn Door>,
    queue: &Receiver<Message>,
    options: &Options,
    fail: &watch::Sender<Option<String>>,
) {
    // What ended a group and has to be done next.
    let mut next: Option<Message> = None;
    loop {
        let message = match next.take() {
            Some(message) => message,
            None => match queue.recv() {
                Ok(message) => message,
                Err(_) => return,
            },
        };
        let (mut writes, mut reads) = (Vec::new(), Vec::new());
        match message {
            Message::Write(job) => writes.push(job),
            Message::Read(job) => reads.push(job),
            Message::Door(work) => {
                work(door.as_mut());
                continue;
            }
            Message::Stop => return,
        }
        while writes.len() + reads.len() < options.group_size && next.is_none() {
            match queue.try_recv() {
                Ok(Message::Write(job)) => writes.push(job),
                Ok(Message::Read(job)) => reads.push(job),
                Ok(other) => next = Some(other),
                Err(_) => break,
            }
        }
        options.metrics.queue.sub(writes.len() + reads.len());
        for jobs in [writes, reads] {
            if jobs.is_empty() {
                continue;
            }
            if let Err(error) = run_group(door.as_mut(), jobs, options) {
                tracing::error!(%error, "the storage failed; the server has to be started again");
                let _ = fail.send(Some(error.to_string()));
                return;
            }
        }
    }
}

/// Runs one group and answers everyone. The error is one after which the thread must not go on.
fn run_group(
    door: &mut dyn Door,
    mut jobs: Vec<Box<dyn Job>>,
    options: &Options,
) -> Result<(), DoorError> {
    let started = Instant::now();
    let done = door.group(&mut |group| {
        for job in &mut jobs {
            if job.run(group) {
                break;
            }
        }
    });
    options.metrics.group(jobs.len(), started.elapsed());
    match done {
        Ok(committed) => {
            options.metrics.committed(&committed);
            (options.on_commit)(&committed);
            for job in jobs {
                job.answer(None);
            }
            Ok(())
        }
        Err(error) => {
            for job in jobs {
                job.answer(Some(error.clone()));
            }
            if matches!(error, DoorError::Storage(_)) {
                return Err(error);
            }
            tracing::warn!(%error, "a group was rolled back");
            Ok(())
        }
    }
}

/// A request without the type of its answer.
trait Job: Send {
    /// Runs it; true when the rest of the group need not be tried.
    fn run(&mut self, group: &mut dyn Group) -> bool;
    /// Sends the answer: the request's own, or the group's error.
    fn answer(self: Box<Self>, group: Option<DoorError>);
}

struct Request<T, F> {
    work: Option<F>,
    result: Option<DoorResult<T>>,
    reply: oneshot::Sender<DoorResult<T>>,
}

impl<T, F> Job for Request<T, F>
where
    T: Send,
    F: FnOnce(&mut dyn Calls) -> DoorResult<T> + Send,
{
    fn run(&mut self, group: &mut dyn Group) -> bool {
        // Nobody waits any more: the connection went away while the request was queued.
        if self.reply.is_closed() {
            return false;
        }
        let mut work = self.work.take();
        let mut value = None;
        let done = group.part(&mut |calls| {
            let work = work
                .take()
                .ok_or_else(|| DoorError::Bug("a part ran twice".into()))?;
            let result = catch_unwind(AssertUnwindSafe(|| work(calls)))
                .unwrap_or_else(|_| Err(DoorError::Bug("a request panicked".into())));
            value = Some(result?);
            Ok(())
        });
        let result = match (done, value) {
            (Ok(()), Some(value)) => Ok(value),
            (Ok(()), None) => Err(DoorError::Bug("a part was not run".into())),
            (Err(error), _) => Err(error),
        };
        let spoilt = result.as_ref().is_err_and(DoorError::spoils_group);
        self.result = Some(result);
        spoilt
    }

    fn answer(self: Box<Self>, group: Option<DoorError>) {
        let result = match (self.result, group) {
            (Some(Err(own)), _) => Err(own),
            (Some(Ok(_)) | None, Some(error)) => Err(error),
            (Some(Ok(value)), None) => Ok(value),
            (None, None) => Err(stopping()),
        };
        // The caller may have gone away; what it asked for is on the disk all the same.
        let _ = self.reply.send(result);
    }
}

#[cfg(test)]
mod tests;

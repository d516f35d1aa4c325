//! Requests share a commit and stand or fall alone.

use std::sync::Mutex;

use super::*;
use crate::testing::{TestDoor, World};

type Answer<T> = oneshot::Receiver<DoorResult<T>>;

fn start(queue_depth: usize) -> (Writer, WriterThread, Arc<Mutex<World>>) {
    let door = TestDoor::new("o1");
    let world = Arc::clone(&door.world);
    let options = Options {
        queue_depth,
        group_size: 64,
        metrics: Arc::default(),
        on_commit: Box::new(|_| {}),
    };
    let (writer, thread) = Writer::start(Box::new(door), options).unwrap();
    (writer, thread, world)
}

/// Keeps the writer busy until the sender is dropped, so that what is queued meanwhile forms one
/// group.
fn hold(writer: &Writer) -> (std::sync::mpsc::Sender<()>, Answer<()>) {
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let (tell, told) = std::sync::mpsc::channel();
    let answer = writer
        .queue(Message::Write, move |_| {
            tell.send(()).unwrap();
            let _ = wait.recv();
            Ok(())
        })
        .unwrap();
    told.recv().unwrap();
    (go, answer)
}

fn set(key: &'static str) -> impl FnOnce(&mut dyn Calls) -> DoorResult<()> + Send + 'static {
    move |calls| calls.set_note(key, Some(b"1"))
}

fn notes(writer: &Writer) -> Vec<String> {
    let all = writer.call_blocking(|calls| calls.notes("")).unwrap();
    all.into_iter().map(|(key, _)| key).collect()
}

fn refused() -> DoorError {
    DoorError::Refused {
        code: "NO".into(),
        detail: "no".into(),
    }
}

#[test]
fn waiting_requests_share_one_commit_and_a_bad_one_falls_alone() {
    let (writer, thread, world) = start(100);
    let (go, first) = hold(&writer);
    let good: Vec<_> = ["a", "b", "c"]
        .map(|key| writer.queue(Message::Write, set(key)).unwrap())
        .into();
    let bad: Answer<()> = writer
        .queue(Message::Write, |calls| {
            calls.set_note("bad", Some(b"1"))?;
            Err(refused())
        })
        .unwrap();
    let panics: Answer<()> = writer
        .queue(Message::Write, |calls| {
            calls.set_note("panic", Some(b"1"))?;
            std::panic::resume_unwind(Box::new("a fault"))
        })
        .unwrap();
    let last = writer.queue(Message::Write, set("d")).unwrap();
    drop(go);
    first.blocking_recv().unwrap().unwrap();
    for answer in good {
        answer.blocking_recv().unwrap().unwrap();
    }
    assert_eq!(bad.blocking_recv().unwrap(), Err(refused()));
    assert!(matches!(
        panics.blocking_recv().unwrap(),
        Err(DoorError::Bug(_))
    ));
    last.blocking_recv().unwrap().unwrap();
    assert_eq!(world.lock().unwrap().groups, [1, 6]);
    assert_eq!(notes(&writer), ["a", "b", "c", "d"]);
    writer.stop();
    thread.join();
}

#[test]
fn a_full_queue_says_when_to_come_again_and_changes_nothing() {
    let (writer, thread, _) = start(2);
    let (go, first) = hold(&writer);
    let kept: Vec<_> = ["a", "b"]
        .map(|key| writer.queue(Message::Write, set(key)).unwrap())
        .into();
    let full = writer.queue(Message::Write, set("c")).err().unwrap();
    assert!(
        matches!(&full, DoorError::Later { code, .. } if code == "BUSY"),
        "{full}"
    );
    drop(go);
    first.blocking_recv().unwrap().unwrap();
    for answer in kept {
        answer.blocking_recv().unwrap().unwrap();
    }
    assert_eq!(notes(&writer), ["a", "b"]);
    writer.stop();
    thread.join();
}

#[test]
fn a_full_disk_undoes_the_group_and_the_next_one_works() {
    let (writer, thread, world) = start(10);
    world.lock().unwrap().fail_commit = Some(DoorError::DiskFull);
    assert_eq!(writer.call_blocking(set("a")), Err(DoorError::DiskFull));
    assert_eq!(notes(&writer), [""; 0]);
    // The same error from inside a part spoils the neighbours too.
    let (go, first) = hold(&writer);
    let neighbour = writer.queue(Message::Write, set("b")).unwrap();
    let full: Answer<()> = writer
        .queue(Message::Write, |_| Err(DoorError::DiskFull))
        .unwrap();
    let later = writer.queue(Message::Write, set("c")).unwrap();
    drop(go);
    first.blocking_recv().unwrap().unwrap();
    for answer in [neighbour, full] {
        assert_eq!(answer.blocking_recv().unwrap(), Err(DoorError::DiskFull));
    }
    assert!(later.blocking_recv().unwrap().is_err());
    assert_eq!(notes(&writer), [""; 0]);
    writer.call_blocking(set("a")).unwrap();
    assert_eq!(notes(&writer), ["a"]);
    writer.stop();
    thread.join();
}

#[test]
fn a_full_disk_is_nothing_to_those_who_only_read() {
    let (writer, thread, world) = start(10);
    writer.call_blocking(set("a")).unwrap();
    let (go, first) = hold(&writer);
    let full = writer.queue(Message::Write, set("b")).unwrap();
    let read = writer
        .queue(Message::Read, |calls| calls.notes(""))
        .unwrap();
    let refused: Answer<()> = writer
        .queue(Message::Write, |_| Err(DoorError::DiskFull))
        .unwrap();
    drop(go);
    first.blocking_recv().unwrap().unwrap();
    assert_eq!(full.blocking_recv().unwrap(), Err(DoorError::DiskFull));
    assert_eq!(refused.blocking_recv().unwrap(), Err(DoorError::DiskFull));
    // It sees what stayed, and nothing of the group that was undone.
    let seen = read.blocking_recv().unwrap().unwrap();
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert_eq!(world.lock().unwrap().groups, [1, 1, 2, 1]);
    writer.stop();
    thread.join();
}

#[test]
fn a_failed_disk_ends_the_thread_and_says_so() {
    let (writer, thread, world) = start(10);
    let broken = DoorError::Storage("fsync: input/output error".into());
    world.lock().unwrap().fail_commit = Some(broken.clone());
    assert_eq!(writer.call_blocking(set("a")), Err(broken));
    thread.join();
    assert!(
        writer
            .failed()
            .borrow()
            .as_deref()
            .unwrap()
            .contains("fsync")
    );
    assert!(matches!(
        writer.call_blocking(set("b")),
        Err(DoorError::Later { .. })
    ));
}

#[test]
fn a_stop_lets_queued_requests_finish() {
    let (writer, thread, _) = start(10);
    let (go, first) = hold(&writer);
    let queued = writer.queue(Message::Write, set("a")).unwrap();
    writer.stop();
    drop(go);
    thread.join();
    first.blocking_recv().unwrap().unwrap();
    queued.blocking_recv().unwrap().unwrap();
    assert!(matches!(
        writer.call_blocking(set("b")),
        Err(DoorError::Later { .. })
    ));
}

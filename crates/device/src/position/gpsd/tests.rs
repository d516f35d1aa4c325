use std::io::Read;
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::Instant;

use super::*;

fn fixed_now() -> Timestamp {
    Timestamp(1_000)
}

fn report(line: &str) -> Result<Option<Fix>, GpsdError> {
    read_report(line.as_bytes(), fixed_now)
}

#[test]
fn a_fix_keeps_place_accuracy_and_time() {
    let line = r#"{"class":"TPV","mode":3,"time":"2026-11-22T01:02:03.000Z","lat":39.93,"lon":116.43,"eph":4.5}"#;
    let fix = report(line).unwrap().unwrap();
    assert_eq!((fix.lon, fix.lat, fix.accuracy), (116.43, 39.93, Some(4.5)));
    assert_eq!(fix.at, Timestamp(1_795_309_323_000));
    assert_eq!(fix.own_at, Timestamp(1_000));
    assert!(!fix.is_simulated);
}

#[test]
fn no_fix_is_no_place() {
    assert_eq!(
        report(r#"{"class":"TPV","mode":1,"lat":1.0,"lon":2.0}"#).unwrap(),
        None
    );
    assert_eq!(report(r#"{"class":"TPV","mode":3}"#).unwrap(), None);
    assert_eq!(report(r#"{"class":"SKY"}"#).unwrap(), None);
    assert!(report("rubbish").is_err());
    assert!(report(r#"{"class":"TPV","mode":3,"lat":139.0,"lon":2.0}"#).is_err());
}

#[test]
fn a_simulated_fix_says_so_and_borrows_the_clock() {
    let fix = report(r#"{"class":"TPV","mode":2,"lat":1.0,"lon":2.0,"status":8}"#)
        .unwrap()
        .unwrap();
    assert!(fix.is_simulated);
    assert_eq!(fix.at, Timestamp(1_000));
}

/// A daemon that hangs up after one report: the client comes back for the second.
#[test]
fn the_client_comes_back_after_the_daemon_hung_up() {
    let daemon = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = daemon.local_addr().unwrap();
    let (reported, count) = mpsc::channel();
    let server = thread::spawn(move || {
        for lat in ["10.0", "20.0"] {
            let (mut stream, _) = daemon.accept().unwrap();
            let mut command = [0u8; 16];
            stream.read_exact(&mut command).unwrap();
            writeln!(
                stream,
                "{{\"class\":\"TPV\",\"mode\":2,\"lat\":{lat},\"lon\":1.0}}"
            )
            .unwrap();
            reported.send(lat).unwrap();
        }
    });
    let client = Gpsd::watch(address, fixed_now).unwrap();
    let patience = Duration::from_secs(20);
    assert_eq!(count.recv_timeout(patience), Ok("10.0"));
    assert_eq!(count.recv_timeout(patience), Ok("20.0"));
    server.join().unwrap();
    let begun = Instant::now();
    while client.newest().is_none_or(|fix| fix.lat < 15.0) {
        assert!(
            begun.elapsed() < patience,
            "the second report never arrived"
        );
        thread::yield_now();
    }
}

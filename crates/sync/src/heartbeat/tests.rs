use super::*;

fn manifest(cases: usize) -> Manifest {
    let case = |n: usize| WaitingCase {
        code: format!("K7M{:03}", n % 1000),
        danger: n == 0,
        text: n.is_multiple_of(2),
        photos: 3,
        age_s: 7_200,
        reason: WaitingReason::NoNetwork,
    };
    Manifest {
        at: Timestamp(1_760_000_000_000),
        clock_offset_ms: Some(-1_560_000),
        app: "linli-handheld 0.1.0".to_owned(),
        edition: 12,
        battery_percent: Some(14),
        free_mib: 8_200,
        delivered_at: Some(Timestamp(1_759_990_000_000)),
        received_at: None,
        groups: WaitingKind::ALL
            .into_iter()
            .flat_map(|kind| WaitingReason::ALL.map(|reason| (kind, reason)))
            .take(10)
            .map(|(kind, reason)| WaitingGroup {
                kind,
                reason,
                count: 40,
                oldest_s: 90_000,
            })
            .collect(),
        cases: (0..cases).map(case).collect(),
        more_cases: 0,
    }
}

#[test]
fn a_day_without_a_line_fits_and_comes_back() {
    let sent = manifest(20);
    let bytes = sent.encode().unwrap();
    assert!(bytes.len() <= limits::HEARTBEAT_BYTES);
    assert_eq!(Manifest::decode(&bytes), Ok(sent));
}

#[test]
fn what_does_not_fit_is_counted_instead_of_named() {
    for count in [50, 70, 80, 81, 5_000] {
        let sent = manifest(count);
        let bytes = sent.encode().unwrap();
        assert!(bytes.len() <= limits::HEARTBEAT_BYTES);
        let read = Manifest::decode(&bytes).unwrap();
        // Nothing is left out needlessly: less than two more cases would have fitted.
        assert!(read.more_cases == 0 || bytes.len() > limits::HEARTBEAT_BYTES - 40);
        assert_eq!(read.cases.len() + read.more_cases as usize, count);
        assert_eq!(read.cases.as_slice(), &sent.cases[..read.cases.len()]);
        assert_eq!(read.groups, sent.groups);
    }
}

#[test]
fn reasons_and_kinds_of_a_later_version_survive() {
    for number in 0..=u8::MAX {
        assert_eq!(WaitingReason::from_number(number).number(), number);
        assert_eq!(WaitingKind::from_number(number).number(), number);
    }
    let mut sent = manifest(0);
    sent.groups.truncate(1);
    sent.groups[0].reason = WaitingReason::Other(99);
    let read = Manifest::decode(&sent.encode().unwrap()).unwrap();
    assert_eq!(read, sent);
}

#[test]
fn replies_come_back_and_junk_is_refused() {
    let sent = ManifestReply {
        clock: Timestamp(5),
        generation: 3,
        wake: true,
    };
    let bytes = sent.encode().unwrap();
    assert_eq!(ManifestReply::decode(&bytes), Ok(sent));
    for end in 0..bytes.len() {
        assert!(ManifestReply::decode(&bytes[..end]).is_err());
    }
    assert!(Manifest::decode(&vec![0; limits::HEARTBEAT_BYTES + 1]).is_err());
}

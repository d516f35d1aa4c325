use super::*;
use crate::testing::{Dice, at, every_bit_flip, key, org, rounds};

fn log(rows: usize) -> Vec<AuditRow> {
    let mut end = ChainEnd::START;
    (0..rows)
        .map(|n| {
            let when = at(1_000 + i64::try_from(n).unwrap());
            let row = end.append(when, format!("row {n}").into_bytes());
            end = end.verify([&row]).unwrap();
            row
        })
        .collect()
}

fn head(rows: &[AuditRow], number: u64) -> AuditHeadBody {
    let row = &rows[usize::try_from(number).unwrap() - 1];
    AuditHeadBody {
        suite: Suite::CURRENT,
        org: org("d-s1"),
        number,
        hash: row.hash,
        generation: 1,
        at: row.at,
        signer: key(2).id(),
    }
}

#[test]
fn an_honest_log_verifies_whole_and_in_parts() {
    let rows = log(20);
    let end = ChainEnd::START.verify(&rows).unwrap();
    assert_eq!((end.number, end.hash), (20, rows[19].hash));
    let middle = ChainEnd::START.verify(&rows[..7]).unwrap();
    assert_eq!(middle.verify(&rows[7..]), Ok(end));
    assert_eq!(ChainEnd::verify_with_head(&rows, &head(&rows, 12)), Ok(end));
    assert_eq!(ChainEnd::START.verify(&[]), Ok(ChainEnd::START));
}

#[test]
fn the_first_bad_place_is_named() {
    let honest = log(20);
    let mut dice = Dice(71);
    for _ in 0..rounds(300) {
        let place = dice.below(19);
        let mut rows = honest.clone();
        match dice.below(6) {
            0 => rows[place].content.push(b'!'),
            1 => rows[place].at = at(5),
            2 => rows[place].hash[dice.below(32)] ^= 1,
            3 => drop(rows.remove(place)),
            4 => rows.swap(place, place + 1),
            _ => rows.insert(place, rows[place].clone()),
        }
        let found = ChainEnd::START.verify(&rows);
        // A doubled row is bad at its second place.
        let second = Err(AuditFault::BadRow(place + 1));
        let doubled = rows.len() > honest.len();
        let expected = if doubled {
            second
        } else {
            Err(AuditFault::BadRow(place))
        };
        assert_eq!(found, expected, "place {place}");
    }
}

#[test]
fn a_row_hashed_anew_breaks_the_next_one() {
    let mut rows = log(5);
    let before = ChainEnd::START.verify(&rows[..2]).unwrap();
    rows[2] = before.append(rows[2].at, b"something else".to_vec());
    assert_eq!(ChainEnd::START.verify(&rows), Err(AuditFault::BadRow(3)));
}

#[test]
fn numbers_have_no_gap_and_no_repeat() {
    let rows = log(3);
    let end = ChainEnd::START.verify(&rows).unwrap();
    for number in [0, 1, 2, 4, 90] {
        let skewed = ChainEnd { number, ..end };
        let mut longer = rows.clone();
        longer.push(skewed.append(at(9), b"hashed well, numbered badly".to_vec()));
        assert_eq!(ChainEnd::START.verify(&longer), Err(AuditFault::BadRow(3)));
    }
}

#[test]
fn a_signed_head_catches_a_cut_tail_and_a_rewritten_history() {
    let rows = log(20);
    let signed = head(&rows, 15);
    let cut = ChainEnd::verify_with_head(&rows[..14], &signed);
    assert_eq!(
        cut,
        Err(AuditFault::CutOff {
            found: 14,
            signed: 15
        })
    );
    let mut rewritten = rows[..9].to_vec();
    let mut end = ChainEnd::START.verify(&rewritten).unwrap();
    for _ in 9..20 {
        let row = end.append(at(9), b"nothing happened".to_vec());
        end = end.verify([&row]).unwrap();
        rewritten.push(row);
    }
    assert_eq!(ChainEnd::START.verify(&rewritten), Ok(end));
    let fault = ChainEnd::verify_with_head(&rewritten, &signed);
    assert_eq!(fault, Err(AuditFault::Rewritten(15)));
}

#[test]
fn heads_are_signed_envelopes() {
    let rows = log(3);
    let sealed = AuditHead::seal(head(&rows, 3), &key(2)).unwrap();
    let bytes = sealed.encode().unwrap();
    assert_eq!(AuditHead::decode(&bytes).unwrap(), sealed);
    every_bit_flip(&bytes, |copy| {
        AuditHead::decode(copy).map_or(true, |read| read.verify(&key(2).public()).is_err())
    });
}

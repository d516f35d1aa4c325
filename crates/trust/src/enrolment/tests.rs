use super::*;
use crate::error::TrustError;
use crate::key::{PublicKey, SigningKey, Suite};
use crate::testing::{Dice, at, every_bit_flip, hex, hostile_bytes, key, rounds};

const CA: [u8; 32] = [0xca; 32];

fn ticket() -> Ticket {
    Ticket {
        url: "https://10.0.0.7:8443/linli".into(),
        ca_sha256: CA,
        next_ca_sha256: None,
        slot: SlotId([5; 16]),
        secret: Secret::new([6; 16]),
    }
}

fn transcript(slot: SlotId, key: &SigningKey) -> Transcript {
    Transcript {
        suite: Suite::CURRENT,
        slot,
        ca_sha256: CA,
        key: key.public(),
        nonce: [9; 16],
        has_hardware_store: false,
        model: "Debian handheld".into(),
        app: "0.1.0".into(),
    }
}

fn request(number: u8) -> EnrolRequest {
    let ticket = ticket();
    EnrolRequest::prove(
        transcript(ticket.slot, &key(number)),
        &ticket.slot_key(),
        &key(number),
    )
    .unwrap()
}

fn slot() -> Slot {
    Slot::open(SlotId([5; 16]), ticket().slot_key(), at(1_000))
}

fn decoy() -> SlotKey {
    SlotKey::from_stored([0xde; 32])
}

fn redeem(slot: Option<&Slot>, request: &EnrolRequest, now: i64) -> Result<Slot, RefusalReason> {
    Slot::redeem(slot, &decoy(), request, &CA, at(now)).map_err(|refusal| refusal.reason())
}

#[test]
fn hmac_rfc_4231_case_2_through_the_same_crate() {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<Sha256>::new_from_slice(b"Jefe").unwrap();
    mac.update(b"what do ya want for nothing?");
    let tag: [u8; 32] = mac.finalize().into_bytes().into();
    let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert_eq!(tag.to_vec(), hex(expected));
}

#[test]
fn the_zero_filled_block_is_the_same_hmac_key() {
    use hmac::{Hmac, KeyInit, Mac};
    let request = request(4);
    let mut mac = Hmac::<Sha256>::new_from_slice(ticket().slot_key().expose()).unwrap();
    mac.update(b"linli/enrol-answer/1\0");
    mac.update(&request.digest());
    mac.update(b"answer");
    let expected: [u8; 32] = mac.finalize().into_bytes().into();
    assert_eq!(
        request.answer_proof(&ticket().slot_key(), b"answer"),
        expected
    );
}

#[test]
fn a_ticket_survives_a_scanner() {
    let text = ticket().to_text().unwrap();
    assert!(
        text.starts_with("LINLI1:") && text.len() < 200,
        "{}",
        text.len()
    );
    let allowed = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase() || c == ':';
    assert!(text.chars().all(allowed), "QR alphanumeric mode");
    assert_eq!(Ticket::parse(&text), Ok(ticket()));
    assert_eq!(Ticket::parse(&text.to_lowercase()), Ok(ticket()));
    assert_eq!(
        Ticket::parse(&format!(" {}\r\n", text.as_str())),
        Ok(ticket())
    );
    let mut with_next = ticket();
    with_next.next_ca_sha256 = Some([0xcb; 32]);
    assert_eq!(Ticket::parse(&with_next.to_text().unwrap()), Ok(with_next));
}

#[test]
fn a_damaged_ticket_is_refused() {
    let text = ticket().to_text().unwrap();
    let mut wrong = 0;
    for place in 7..text.len() {
        for other in ['0', '1', 'Z', 'U', '-', '里'] {
            let edited: String = text
                .chars()
                .enumerate()
                .map(|(at, c)| if at == place { other } else { c })
                .collect();
            if edited != *text {
                assert_eq!(
                    Ticket::parse(&edited),
                    Err(TicketError::Damaged),
                    "{edited}"
                );
                wrong += 1;
            }
        }
        let (cut, _) = text.split_at(place);
        assert!(Ticket::parse(cut).is_err());
    }
    assert!(wrong > 500);
    assert_eq!(Ticket::parse("LINLI2:ABC"), Err(TicketError::LaterVersion));
    assert_eq!(Ticket::parse("https://x"), Err(TicketError::NotATicket));
    assert_eq!(Ticket::parse(""), Err(TicketError::NotATicket));
    assert_eq!(Ticket::parse("里里里里里"), Err(TicketError::NotATicket));
    assert_eq!(Ticket::parse("LINLI1:"), Err(TicketError::Damaged));
    let mut dice = Dice(81);
    for _ in 0..rounds(5_000) {
        let length = dice.below(60);
        let random = dice.bytes(length);
        assert!(Ticket::parse(&format!("LINLI1:{}", String::from_utf8_lossy(&random))).is_err());
    }
}

#[test]
fn tickets_name_safe_addresses_only() {
    let verdict = |url: &str| {
        let mut ticket = ticket();
        ticket.url = url.into();
        ticket.to_text().map(drop)
    };
    for good in [
        "https://linli.example",
        "https://[fd00::1]:8443/a",
        "http://127.0.0.1:8080",
        "http://localhost:1/x",
        "http://[::1]:1",
    ] {
        assert_eq!(verdict(good), Ok(()), "{good}");
    }
    let long = format!("https://{}", "a".repeat(128));
    for bad in [
        "",
        "linli.example",
        "ftp://h",
        "http://10.0.0.1",
        "http://127.0.0.1.evil.example",
        "http://localhost@evil.example",
        "https://a b",
        "https://",
        "https:///x",
        "https://h?x",
        "https://h#x",
        "https://里",
        "http://127.0.0.1@evil",
        "https://u@h",
        &long,
    ] {
        assert_eq!(verdict(bad), Err(TicketError::BadUrl), "{bad}");
    }
}

#[test]
fn a_one_time_code_is_read_as_people_type_it() {
    let code = OneTimeCode::from_random([0x13, 0x08, 0x00, 0x44, 0x55, 0x66, 0x77, 0x88]);
    let shown = code.shown();
    assert_eq!(shown.len(), 14);
    assert_eq!(OneTimeCode::parse(&shown), Some(code.clone()));
    assert_eq!(
        OneTimeCode::parse(&shown.to_lowercase().replace('-', "  ")),
        Some(code.clone())
    );
    let sloppy = shown.replace('0', "o").replace('1', "l");
    assert_eq!(OneTimeCode::parse(&sloppy), Some(code.clone()));
    for wrong in [
        "",
        "ABC",
        "K7M4-2QXX-9HD",
        "K7M4-2QXX-9HD33",
        "K7M4-2QXX-9HDU",
        "里7M4-2QXX-9HD",
    ] {
        assert_eq!(OneTimeCode::parse(wrong), None, "{wrong}");
    }
    let other = OneTimeCode::from_random([0x13, 0x08, 0, 0x44, 0x55, 0x66, 0x77, 0x98]);
    assert_ne!(other.slot(), code.slot());
    assert_ne!(other.slot_key(), code.slot_key());
}

#[test]
fn secrets_are_never_printed() {
    let code = OneTimeCode::from_random([1; 8]);
    let all = format!(
        "{:?} {:?} {:?} {:?}",
        code,
        ticket(),
        ticket().slot_key(),
        slot()
    );
    assert!(all.contains("***"));
    assert!(!all.contains(code.shown().as_str()) && !all.contains("6, 6") && !all.contains("0606"));
    assert_eq!(format!("{:?}", request(4).check_code()), "***");
}

#[test]
fn a_device_enrols() {
    let request = request(4);
    let sent = EnrolRequest::decode(&request.encode().unwrap()).unwrap();
    let waiting = redeem(Some(&slot()), &sent, 10).unwrap();
    let shown_there = waiting.check_code().unwrap().to_string();
    assert_eq!(shown_there, request.check_code().to_string());
    assert_eq!(shown_there.len(), 6);
    assert_eq!(waiting.confirmed_key(), None);
    let (first, last) = shown_there.split_at(3);
    let typed = format!("{first} {last}");
    let confirmed = waiting.confirm(&typed, at(20)).unwrap();
    assert_eq!(confirmed.confirmed_key(), Some(key(4).id()));
    let proof = sent.answer_proof(&slot().key, b"certificates");
    assert!(request.is_answered_by(&ticket().slot_key(), b"certificates", &proof));
    assert!(!request.is_answered_by(&ticket().slot_key(), b"certificate", &proof));
    assert!(!request.is_answered_by(&decoy(), b"certificates", &proof));
}

#[test]
fn a_slot_is_for_one_device() {
    let waiting = redeem(Some(&slot()), &request(4), 10).unwrap();
    assert_eq!(redeem(Some(&waiting), &request(4), 11), Ok(waiting.clone()));
    assert_eq!(
        redeem(Some(&waiting), &request(5), 11),
        Err(RefusalReason::AlreadyUsed)
    );
    let code = waiting.check_code().unwrap().to_string();
    let confirmed = waiting.confirm(&code, at(12)).unwrap();
    assert_eq!(
        redeem(Some(&confirmed), &request(4), 13),
        Ok(confirmed.clone())
    );
    assert_eq!(
        redeem(Some(&confirmed), &request(5), 13),
        Err(RefusalReason::AlreadyUsed)
    );
    let again = confirmed
        .confirm(&code, at(14))
        .map_err(|refusal| refusal.reason());
    assert_eq!(again, Err(RefusalReason::NothingToConfirm));
}

#[test]
fn wrong_digits_burn_the_slot() {
    let waiting = redeem(Some(&slot()), &request(4), 10).unwrap();
    let right = waiting.check_code().unwrap().to_string();
    for wrong in [
        "",
        "000000",
        "0000000",
        "abcdef",
        right.split_at(5).0,
        &format!("{right}0"),
    ] {
        if wrong != right {
            let burnt = waiting.confirm(wrong, at(11)).unwrap();
            assert_eq!(burnt.state, SlotState::Burnt);
            assert_eq!(
                redeem(Some(&burnt), &request(4), 12),
                Err(RefusalReason::AlreadyUsed)
            );
            assert_eq!((burnt.check_code(), burnt.confirmed_key()), (None, None));
        }
    }
    assert_eq!(waiting.burn().state, SlotState::Burnt);
}

#[test]
fn every_refusal_looks_the_same() {
    let mut stranger = ticket();
    stranger.secret = Secret::new([7; 16]);
    let forged = EnrolRequest::prove(
        transcript(stranger.slot, &key(4)),
        &stranger.slot_key(),
        &key(4),
    )
    .unwrap();
    let between = EnrolRequest::prove(
        Transcript {
            ca_sha256: [1; 32],
            ..transcript(SlotId([5; 16]), &key(4))
        },
        &ticket().slot_key(),
        &key(4),
    )
    .unwrap();
    let mut texts = Vec::new();
    let mut check = |slot: Option<&Slot>, request: &EnrolRequest, now, reason| {
        let refusal = Slot::redeem(slot, &decoy(), request, &CA, at(now)).unwrap_err();
        assert_eq!(refusal.reason(), reason);
        texts.push(refusal.to_string());
    };
    check(None, &request(4), 1, RefusalReason::UnknownSlot);
    check(Some(&slot()), &forged, 1, RefusalReason::WrongProof);
    check(Some(&slot()), &between, 1, RefusalReason::OtherAuthority);
    check(Some(&slot()), &request(4), 1_000, RefusalReason::Expired);
    check(
        Some(&slot().burn()),
        &request(4),
        1,
        RefusalReason::AlreadyUsed,
    );
    let other = Slot::open(SlotId([6; 16]), ticket().slot_key(), at(1_000));
    check(Some(&other), &request(4), 1, RefusalReason::UnknownSlot);
    texts.dedup();
    assert_eq!(texts, ["enrolment refused"]);
    let waiting = redeem(Some(&slot()), &request(4), 10).unwrap();
    let late = waiting
        .confirm("000000", at(1_000))
        .map_err(|refusal| refusal.reason());
    assert_eq!(late, Err(RefusalReason::Expired));
}

#[test]
fn every_flip_of_a_request_is_refused() {
    let bytes = request(4).encode().unwrap();
    every_bit_flip(&bytes, |copy| {
        EnrolRequest::decode(copy).map_or(true, |read| redeem(Some(&slot()), &read, 1).is_err())
    });
    hostile_bytes(&bytes, 82, |copy| EnrolRequest::decode(copy).is_ok());
}

#[test]
fn a_key_must_be_held_to_be_enrolled() {
    let theirs = key(5).public();
    let mut claim = transcript(ticket().slot, &key(4));
    claim.key = theirs;
    let refused = EnrolRequest::prove(claim.clone(), &ticket().slot_key(), &key(4));
    assert!(matches!(refused, Err(TrustError::WrongKey { .. })));
    let weak = PublicKey([0; 32]);
    claim.key = weak;
    assert!(
        weak.verify(crate::Domain::ENROLMENT, b"", &crate::Signature([0; 64]))
            .is_err()
    );
    let mut long = transcript(ticket().slot, &key(4));
    long.model = "x".repeat(65);
    assert!(EnrolRequest::prove(long, &ticket().slot_key(), &key(4)).is_err());
}

#[test]
fn check_codes_spread_over_all_digits() {
    let mut dice = Dice(83);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..2_000 {
        let code = CheckCode::of(&dice.bytes(40)).to_string();
        assert_eq!(code.len(), 6);
        seen.insert(code);
    }
    assert!(seen.len() > 1_980, "{}", seen.len());
}

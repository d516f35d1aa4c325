use super::*;

#[test]
fn byte_ids_round_trip_through_hex() {
    let id = RecordId([0xab; 16]);
    assert_eq!(id.to_string().parse::<RecordId>(), Ok(id));
    assert!(
        "AB".repeat(16).parse::<RecordId>().is_err(),
        "upper case is another spelling"
    );
    assert!("ab".repeat(15).parse::<RecordId>().is_err());
}

#[test]
fn an_actor_knows_its_key_and_epoch() {
    let key = KeyId::of_public_key(&[7; 32]);
    let actor = ActorId::new(&key, 0x0102_0304_0506);
    assert!(actor.is_of(&key));
    assert!(!actor.is_of(&KeyId::of_public_key(&[8; 32])));
    assert_eq!(actor.epoch(), 0x0102_0304_0506);
}

#[test]
fn an_entry_id_has_one_spelling() {
    let actor = ActorId([1; 16]);
    let id = EntryId { actor, counter: 12 };
    assert_eq!(id.to_string().parse::<EntryId>(), Ok(id));
    for wrong in [
        format!("{actor}:012"),
        format!("{actor}:+1"),
        format!("{actor}"),
        format!("{actor}:"),
    ] {
        assert!(wrong.parse::<EntryId>().is_err(), "{wrong}");
    }
}

#[test]
fn codes_refuse_what_could_leave_a_path_or_a_query() {
    for wrong in ["", "a/b", "a b", "../x", "社区", &"x".repeat(33)] {
        assert!(OrgId::new(wrong).is_err(), "{wrong}");
    }
    assert!(GridCode::new("110101001001G03").is_ok());
}

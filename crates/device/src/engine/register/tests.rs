use linli_model::{GridCode, StaffId};
use linli_store::{Ledger, Profile};

use super::*;
use crate::dto::access::AccessPurpose;

#[test]
fn a_number_is_masked_whatever_its_length() {
    for (number, shown) in [
        ("99012341234", "990****1234"),
        ("+8699012341234", "+86*******1234"),
        ("64012345", "6*****45"),
        ("119", "**9"),
        ("1", "1"),
        ("", ""),
    ] {
        assert_eq!(masked(number), shown);
    }
}

#[test]
fn a_consent_says_everything_and_ends_in_time() {
    let now = Timestamp(1_000);
    let whole = ConsentDto {
        purpose: "register".into(),
        legal_basis: "consent".into(),
        consent: "c-1".into(),
        expires_at: 2_000,
    };
    assert!(check_consent(&whole, None, now).is_ok());
    assert!(check_consent(&whole, Some(1_000), now).is_ok());
    let refused = |consent: ConsentDto, most| {
        let error = check_consent(&consent, most, now).unwrap_err();
        let DeviceError::InputInvalid(field) = error else {
            panic!("{error}");
        };
        field
    };
    let empty = String::new;
    let without = |purpose, legal_basis, consent| ConsentDto {
        purpose,
        legal_basis,
        consent,
        expires_at: 2_000,
    };
    let word = || "x".to_owned();
    assert_eq!(refused(without(empty(), word(), word()), None), "purpose");
    assert_eq!(
        refused(without(word(), empty(), word()), None),
        "legal_basis"
    );
    assert_eq!(
        refused(without(word(), word(), empty()), None),
        "consent_id"
    );
    assert_eq!(refused(whole.clone(), Some(999)), "expires_at");
    let over = ConsentDto {
        expires_at: 1_000,
        ..whole
    };
    assert_eq!(refused(over, None), "expires_at");
}

#[test]
fn a_changed_or_missing_row_of_the_access_log_shows() {
    let ledger = Ledger::open_in_memory(Profile::Device, crate::engine::options(0)).unwrap();
    let record = RecordId([7; 16]);
    ledger
        .write(|tx| {
            for step in 0..5u8 {
                let row = access::of_test(
                    StaffId::new("ga-1").unwrap(),
                    RecordId([step; 16]),
                    Some(record),
                    AccessPurpose::Visit,
                );
                tx.append_audit(Timestamp(i64::from(step)), &row)?;
            }
            Ok::<_, DeviceError>(())
        })
        .unwrap();
    let look = || {
        let mut seen = 0;
        let sound = ledger.read(|reader| access::each(reader, |_, _, _| seen += 1));
        (sound.unwrap(), seen)
    };
    assert_eq!(look(), (true, 5));
    let count = ledger
        .read(|reader| access::count(reader, &record))
        .unwrap();
    assert_eq!(count, 5);
    for bend in [
        "UPDATE audit SET at = 9 WHERE number = 2",
        "DELETE FROM audit WHERE number = 3",
    ] {
        ledger
            .write(|tx| Ok::<_, DeviceError>(tx.sql().execute(bend, [])?))
            .unwrap();
        assert!(!look().0, "{bend}");
    }
}

#[test]
fn one_table_says_who_may_write_the_register() {
    use linli_model::Role;
    let grid: GridCode = "990101001001G01".parse().unwrap();
    let writes = |role: &Role, kind: RecordKind| {
        let family = ScopeFamily::from(&kind.grid_scope(grid.clone()));
        permission(*role, family, kind).write
    };
    for kind in [
        RecordKind::Household,
        RecordKind::Contact,
        RecordKind::Enrolment,
        RecordKind::Visit,
    ] {
        let who: Vec<&Role> = Role::ALL.iter().filter(|role| writes(role, kind)).collect();
        assert_eq!(who, [&Role::GridManager, &Role::GridAssistant], "{kind:?}");
    }
}

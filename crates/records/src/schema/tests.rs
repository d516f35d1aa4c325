use super::*;
use crate::value::FieldValue;

#[test]
fn no_declared_name_is_on_the_deny_list() {
    for kind in RecordKind::ALL {
        let schema = of(kind);
        let names = schema.fields.iter().map(|field| field.name);
        for name in names.chain(schema.maps.iter().map(|map| map.name)) {
            assert_eq!(deny::denied(name), None, "{kind:?}.{name}");
        }
    }
}

#[test]
fn the_deny_list_catches_one_name_of_each_class() {
    let tried = [
        ("religion", "religion"),
        ("宗教信仰", "religion"),
        ("Ethnic Group", "ethnicity"),
        ("民族", "ethnicity"),
        ("political-status", "politics"),
        ("党员", "politics"),
        ("petition.count", "petition"),
        ("信访记录", "petition"),
        ("fingerprint", "biometrics"),
        ("face_photo", "biometrics"),
        ("diagnosis", "health"),
        ("残疾类型", "health"),
        ("family planning", "family planning"),
        ("criminal_record", "criminal status"),
        ("社区矫正", "criminal status"),
        ("credit_score", "credit"),
        ("sexual_orientation", "sexual life"),
        ("id_card", "identity number"),
        ("身份证号", "identity number"),
        ("risk_score", "risk score"),
        ("重点人员", "risk score"),
        ("plate_number", "whereabouts"),
    ];
    for (name, class) in tried {
        assert_eq!(deny::denied(name), Some(class), "{name}");
    }
}

#[test]
fn every_kind_declares_what_all_share_and_no_name_twice() {
    for kind in RecordKind::ALL {
        let schema = of(kind);
        for shared in ["kind", "v", "home"] {
            let field = schema.field(shared).unwrap();
            assert!(field.immutable && field.required, "{kind:?}.{shared}");
        }
        assert!(schema.field(DELETED).is_some());
        let mut names: Vec<&str> = schema.fields.iter().map(|field| field.name).collect();
        names.extend(schema.maps.iter().map(|map| map.name));
        let total = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), total, "{kind:?}");
        let word = FieldValue::from(kind_name(kind));
        assert!(schema.field("kind").unwrap().kind.accepts(&word));
    }
}

#[test]
fn person_linked_records_state_purpose_basis_consent_and_expiry() {
    for kind in [
        RecordKind::Contact,
        RecordKind::Enrolment,
        RecordKind::Visit,
        RecordKind::Disclosure,
    ] {
        for name in ["purpose", "legal_basis", "consent_id", "expires_at"] {
            assert!(of(kind).field(name).unwrap().required, "{kind:?}.{name}");
        }
    }
}

#[test]
fn types_accept_their_own_and_refuse_the_rest() {
    let text = |text: &str| FieldValue::from(text);
    let accepted = [
        (FieldType::Text(3), text("abc")),
        (FieldType::Code, text("a-1")),
        (FieldType::Int(0, 5), FieldValue::Int(5)),
        (FieldType::Real(-1.0, 1.0), FieldValue::Real(1.0)),
        (FieldType::Flag, FieldValue::Flag(false)),
        (FieldType::Heads, text("[]")),
        (FieldType::Record, text(&"0".repeat(32))),
    ];
    for (kind, value) in accepted {
        assert!(kind.accepts(&value), "{kind:?} {value:?}");
    }
    let refused = [
        (FieldType::Text(3), text("abcd")),
        (FieldType::Text(3), text("")),
        (FieldType::Text(3), FieldValue::Int(1)),
        (FieldType::Code, text("a b")),
        (FieldType::Int(0, 5), FieldValue::Int(6)),
        (FieldType::Int(0, 5), FieldValue::Real(1.0)),
        (FieldType::Real(-1.0, 1.0), FieldValue::Real(f64::NAN)),
        (FieldType::Flag, FieldValue::Int(0)),
        (FieldType::Heads, text("[ ]")),
        (FieldType::Record, text("00")),
    ];
    for (kind, value) in refused {
        assert!(!kind.accepts(&value), "{kind:?} {value:?}");
    }
}

#[test]
fn map_keys_and_values_have_types() {
    let phones = MapRule::Members(MemberMap::Phones);
    assert!(accepts_text_key(phones, "+8699000000001"));
    assert!(!accepts_text_key(phones, "138 0000"));
    assert!(accepts_text_key(MapRule::Photos, &"a".repeat(64)));
    assert!(!accepts_text_key(MapRule::Photos, &"A".repeat(64)));
    assert!(types::accepts_map_value(MapRule::Photos, "{\"size\":1}"));
    for wrong in ["", "[]", "{", "{} {}", "\"x\""] {
        assert!(!types::accepts_map_value(MapRule::Photos, wrong), "{wrong}");
    }
}

#[test]
fn the_code_of_an_organisation_is_about_no_person() {
    for name in [
        "统一社会信用代码",
        "权属单位统一社会信用代码",
        "Unified Social Credit Code",
    ] {
        assert_eq!(deny::denied(name), None, "{name}");
    }
    for name in [
        "社会信用评分",
        "social credit score",
        "统一社会信用代码及信用等级",
    ] {
        assert_eq!(deny::denied(name), Some("credit"), "{name}");
    }
}

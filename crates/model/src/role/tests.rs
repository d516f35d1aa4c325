use super::*;
use crate::scope::RecordKind;

#[test]
fn roles_are_written_in_snake_case() {
    for role in Role::ALL {
        assert_eq!(
            serde_json::to_string(role).unwrap(),
            format!("\"{}\"", role.as_str())
        );
        assert_eq!(role.as_str().parse::<Role>().unwrap(), *role);
    }
    assert!("mayor".parse::<Role>().is_err());
}

#[test]
fn the_register_belongs_to_the_grids_own_staff() {
    for (role, family, kind, permission) in permissions() {
        if family == ScopeFamily::Register {
            assert!(
                matches!(role, Role::GridManager | Role::GridAssistant),
                "{role} sees {kind:?}: {permission:?}"
            );
        }
    }
    let theirs = permission(
        Role::GridAssistant,
        ScopeFamily::Register,
        RecordKind::Household,
    );
    assert!(theirs.write && theirs.see == Sight::Full);
}

#[test]
fn oversight_and_configuration_read_no_records() {
    for role in [
        Role::Auditor,
        Role::PrivacyOfficer,
        Role::SystemAdmin,
        Role::ResidentRep,
        Role::GridPartySecretary,
        Role::Provider,
    ] {
        assert!(permissions().all(|(named, ..)| named != role), "{role}");
    }
}

#[test]
fn no_pair_of_rows_answers_the_same_question() {
    let mut asked = std::collections::BTreeSet::new();
    for (role, family, kind, _) in permissions() {
        assert!(
            asked.insert((role, family, kind)),
            "{role} {family:?} {kind:?}"
        );
    }
}

#[test]
fn who_writes_a_kind_can_find_it_in_its_scope() {
    for (role, family, kind, permission) in permissions() {
        assert!(
            !permission.write || permission.see > Sight::None,
            "{role} {family:?} {kind:?}"
        );
    }
}

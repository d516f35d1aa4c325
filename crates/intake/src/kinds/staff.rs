//! Staff: one row for each role that a person has at a place.

use linli_model::edition::{Grant, GrantPlace};
use linli_model::{Role, StaffId};

use super::{Parsed, Row, shared};
use crate::column::{Column, may, must};
use crate::fields::Fields;
use crate::reason::{CodeOf, Reason};

/// A role of a member of staff.
#[derive(Debug, Clone, PartialEq)]
pub struct StaffRow {
    /// The line.
    pub line: u64,
    /// Who.
    pub id: StaffId,
    /// What colleagues call them.
    pub name: Option<String>,
    /// The role telephone of the public notice.
    pub phone: Option<String>,
    /// As what, and where.
    pub grant: Grant,
}

pub(super) const COLUMNS: &[Column] = &[
    must(
        ["code", "人员代码", "staff code"],
        &["工号", "代码", "编号"],
        ["工号，记录中只出现它", "the code that records carry"],
        "s9901",
    ),
    may(
        ["name", "姓名", "name"],
        &["称呼"],
        ["同事之间的称呼", "what colleagues call them"],
        "张工",
    ),
    may(
        ["phone", "岗位电话", "duty phone"],
        &["电话", "值班电话"],
        [
            "公示用岗位电话，不是私人电话",
            "the role's telephone, never a private one",
        ],
        "01012345678",
    ),
    must(
        ["role", "角色", "role"],
        &["岗位", "岗位角色"],
        [
            "例如 网格助理员、网格管理员、受理员、派遣员、值班长",
            "such as grid_assistant, grid_manager, intake_officer, dispatcher, duty_lead",
        ],
        "网格助理员",
    ),
    may(
        ["org", "机构代码", "organisation"],
        &["机构", "所属机构"],
        ["角色在机构时填写", "for a role at an organisation"],
        "",
    ),
    Column {
        about_zh: "角色在网格时填写",
        about_en: "for a role in a grid",
        ..shared::GRID
    },
];

/// The roles of people, with the words that cities use.
const ROLES: &[(&str, Role)] = &[
    ("网格管理员", Role::GridManager),
    ("格长", Role::GridManager),
    ("网格长", Role::GridManager),
    ("网格助理员", Role::GridAssistant),
    ("网格员", Role::GridAssistant),
    ("网格督导员", Role::GridSupervisor),
    ("网格党支部书记", Role::GridPartySecretary),
    ("网格警员", Role::GridPolice),
    ("网格司法工作者", Role::GridJusticeWorker),
    ("网格消防员", Role::GridFire),
    ("受理员", Role::IntakeOfficer),
    ("派遣员", Role::Dispatcher),
    ("值班长", Role::DutyLead),
    ("处置单位负责人", Role::UnitLead),
    ("处置人", Role::Handler),
    ("楼门长", Role::EntranceLead),
    ("服务商", Role::Provider),
    ("居民代表", Role::ResidentRep),
    ("隐私专员", Role::PrivacyOfficer),
    ("审计员", Role::Auditor),
    ("系统管理员", Role::SystemAdmin),
];

pub(super) fn parse(fields: &mut Fields<'_>) -> Option<Parsed> {
    let id: Option<StaffId> = fields.need_code("code", CodeOf::Staff);
    let name = fields.text("name", 128);
    let phone = fields.phones("phone").into_iter().next();
    let before = fields.mistake_count();
    let words: Vec<(&'static str, Role)> = ROLES
        .iter()
        .copied()
        .chain(
            Role::ALL
                .iter()
                .filter(|role| **role != Role::System)
                .map(|role| (role.as_str(), *role)),
        )
        .collect();
    let role = fields.choice("role", &words);
    let role = fields.needed("role", role, before);
    let org = fields.code("org", CodeOf::Org);
    let grid = shared::grid(fields);
    if fields.mistake_count() > before {
        return None;
    }
    let at = match (org, grid) {
        (Some(org), None) => GrantPlace::Org(org),
        (None, Some(grid)) => GrantPlace::Grid(grid),
        (Some(_), Some(_)) | (None, None) => {
            fields.wrong_row(Reason::OneOf(&["org", "grid"]));
            return None;
        }
    };
    let row = StaffRow {
        line: fields.line(),
        id: id?,
        name,
        phone,
        grant: Grant { role: role?, at },
    };
    let same = format!("{} {:?}", row.id, row.grant);
    Some(Parsed {
        row: Row::Staff(row),
        at: None,
        same,
    })
}

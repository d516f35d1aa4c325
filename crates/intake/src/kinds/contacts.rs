//! Contacts of households: a name and telephones, with the purpose and consent that allow them and
//! the day on which they are forgotten.

use linli_model::RecordKind;
use linli_records::FieldValue;

use super::households::{midnight_ms, same};
use super::shared::{
    ADDRESS_FORM, BUILDING, Collected, DWELLING, ENTRANCE, GRID, UNIT, door, grid, need_short,
    short,
};
use super::{BaseRow, Door, Parsed, Row, With};
use crate::column::{Column, may, must};
use crate::fields::Fields;
use crate::reason::Reason;

pub(super) const COLUMNS: &[Column] = &[
    BUILDING,
    ENTRANCE,
    UNIT,
    DWELLING,
    ADDRESS_FORM,
    must(
        ["name", "称呼", "name"],
        &["姓名", "联系人"],
        ["本人愿意被怎样称呼", "how the person wants to be called"],
        "张先生",
    ),
    may(
        ["phone", "电话", "phone"],
        &["手机", "手机号", "联系电话"],
        ["多个号码用 / 分隔", "several separated by /"],
        "99000000001",
    ),
    may(
        ["language", "语言", "language"],
        &["沟通语言"],
        [
            "本人选择的语言，例如 zh-CN",
            "the language that the person chose, such as zh-CN",
        ],
        "zh-CN",
    ),
    may(
        ["hours", "方便时间", "hours"],
        &["联系时间"],
        ["方便联系的时间", "when they may be called"],
        "工作日晚上",
    ),
    may(
        ["birth_year", "出生年份", "birth year"],
        &["出生年"],
        ["只填年份，可不填", "the year only; may be empty"],
        "",
    ),
    must(
        ["purpose", "用途", "purpose"],
        &["使用目的"],
        [
            "户情登记、事件联系、服务订单、服务登记、调解、志愿、工作人员；可用 --purpose",
            "register, case_contact, service_order, enrolment, mediation, volunteer, staff; or --purpose",
        ],
        "户情登记",
    ),
    must(
        ["legal_basis", "法律依据", "legal basis"],
        &["依据"],
        [
            "例如 consent（本人同意）；可用 --legal-basis",
            "such as consent; or --legal-basis",
        ],
        "consent",
    ),
    must(
        ["consent", "同意书编号", "consent"],
        &["同意编号", "consent_id"],
        [
            "同意书或告知书的编号；可用 --consent",
            "number of the consent or notice; or --consent",
        ],
        "c-2026-0001",
    ),
    must(
        ["expires", "保存至", "expires"],
        &["到期日期", "有效期至", "expires_at"],
        [
            "到这一天删除；可用 --expires",
            "the day on which it is forgotten; or --expires",
        ],
        "2027-09-01",
    ),
    GRID,
];

/// Why personal data may be held, as the schema of contacts names it.
const PURPOSES: &[(&str, &str)] = &[
    ("户情登记", "register"),
    ("register", "register"),
    ("事件联系", "case_contact"),
    ("case_contact", "case_contact"),
    ("服务订单", "service_order"),
    ("service_order", "service_order"),
    ("服务登记", "enrolment"),
    ("enrolment", "enrolment"),
    ("调解", "mediation"),
    ("mediation", "mediation"),
    ("志愿", "volunteer"),
    ("volunteer", "volunteer"),
    ("工作人员", "staff"),
    ("staff", "staff"),
];

pub(super) fn parse(fields: &mut Fields<'_>, with: With) -> Option<Parsed> {
    let door = door(fields);
    let address_form = fields.need_text("address_form", 128);
    let name = fields.need_text("name", 128);
    let mut all = Collected::default();
    all.put("name", name.clone());
    all.put("language", short(fields, "language"));
    all.put("hours", fields.text("hours", 256));
    all.put("birth_year", fields.whole("birth_year", 1900, 2200));
    let before = fields.mistake_count();
    let purpose = fields.choice("purpose", PURPOSES);
    all.put("purpose", fields.needed("purpose", purpose, before));
    all.put("legal_basis", need_short(fields, "legal_basis"));
    all.put("consent_id", need_short(fields, "consent"));
    all.put("expires_at", end(fields, with));
    let phones = fields.phones("phone");
    let grid = grid(fields);
    let door = Door {
        address_form: Some(address_form?),
        ..door?
    };
    let same = format!("{}\u{1f}{}", same(&door), name?);
    let row = BaseRow {
        line: fields.line(),
        kind: RecordKind::Contact,
        grid,
        door,
        fields: all.0,
        phones,
    };
    Some(Parsed {
        row: Row::Base(row),
        at: None,
        same,
    })
}

/// The day on which the contact is forgotten: it has to lie ahead.
fn end(fields: &mut Fields<'_>, with: With) -> Option<FieldValue> {
    let before = fields.mistake_count();
    let day = fields.day("expires");
    let day = fields.needed("expires", day, before)?;
    if day <= with.today {
        fields.wrong("expires", &day.to_string(), Reason::NotAfter(with.today));
        return None;
    }
    Some(midnight_ms(day).into())
}

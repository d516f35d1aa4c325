//! The demo's part of the catalogue: matters of daily work with standards and who leads.

use linli_model::edition::{Category, Limit, LimitUnit, Severity, Standard};
use linli_model::{CategoryCode, IdError, Name};

use super::{DISTRICT, FEDERATION, MUNICIPAL, SANITATION, STREET};

/// Category, area, lead unit. The lowest matching area wins.
pub(super) const LEADS: &[(&str, &str, &str)] = &[
    ("01001", DISTRICT, MUNICIPAL),
    ("01005", DISTRICT, MUNICIPAL),
    ("02003", DISTRICT, MUNICIPAL),
    ("06010", STREET, SANITATION),
    ("06012", STREET, SANITATION),
    ("06051", STREET, FEDERATION),
    ("06052", STREET, FEDERATION),
    ("09019", STREET, FEDERATION),
];

struct Row {
    code: &'static str,
    zh: &'static str,
    en: &'static str,
    severity: Severity,
    photo: bool,
    limit: Limit,
    closing_zh: &'static str,
    closing_en: &'static str,
}

const DAY: LimitUnit = LimitUnit::WorkDay;
const HOUR: LimitUnit = LimitUnit::WorkHour;
const URGENT: LimitUnit = LimitUnit::UrgentHour;

#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row { code: "01001", zh: "井盖松动或缺失", en: "Manhole cover loose or missing", severity: Severity::Ordinary, photo: true, limit: Limit::new(4, HOUR), closing_zh: "井盖完好稳固", closing_en: "Cover sound and firm" },
    Row { code: "01005", zh: "路灯不亮", en: "Street lamp out", severity: Severity::Ordinary, photo: true, limit: Limit::new(2, DAY), closing_zh: "照明恢复", closing_en: "Light restored" },
    Row { code: "01020", zh: "燃气异味", en: "Smell of gas", severity: Severity::Major, photo: false, limit: Limit::new(2, URGENT), closing_zh: "已排除泄漏", closing_en: "Leak made safe" },
    Row { code: "02003", zh: "路面破损", en: "Road surface damaged", severity: Severity::Ordinary, photo: true, limit: Limit::new(5, DAY), closing_zh: "路面平整", closing_en: "Surface even" },
    Row { code: "04006", zh: "树木倒伏", en: "Fallen tree", severity: Severity::Ordinary, photo: true, limit: Limit::new(4, HOUR), closing_zh: "树木已清理", closing_en: "Tree removed" },
    Row { code: "06010", zh: "暴露垃圾", en: "Litter", severity: Severity::Minor, photo: true, limit: Limit::new(2, HOUR), closing_zh: "垃圾已清除", closing_en: "Litter removed" },
    Row { code: "06012", zh: "楼道堆物", en: "Stairwell blocked by things", severity: Severity::Minor, photo: true, limit: Limit::new(1, DAY), closing_zh: "楼道畅通", closing_en: "Stairwell clear" },
    Row { code: "06051", zh: "盲道缺损", en: "Tactile paving damaged", severity: Severity::Ordinary, photo: true, limit: Limit::new(5, DAY), closing_zh: "盲道连续完好", closing_en: "Paving complete" },
    Row { code: "06052", zh: "无障碍坡道缺失或破损", en: "Ramp missing or damaged", severity: Severity::Ordinary, photo: true, limit: Limit::new(10, DAY), closing_zh: "坡道可安全通行", closing_en: "Ramp safe to use" },
    Row { code: "09012", zh: "占用消防通道", en: "Fire lane blocked", severity: Severity::Prominent, photo: true, limit: Limit::new(2, URGENT), closing_zh: "通道畅通", closing_en: "Lane clear" },
    Row { code: "09019", zh: "占用无障碍通道", en: "Barrier-free way blocked", severity: Severity::Ordinary, photo: true, limit: Limit::new(4, HOUR), closing_zh: "通道畅通", closing_en: "Way clear" },
    Row { code: "10001", zh: "其他服务诉求", en: "Another request for service", severity: Severity::Ordinary, photo: false, limit: Limit::new(3, DAY), closing_zh: "已答复当事人", closing_en: "Answered" },
];

pub(super) fn categories() -> Result<Vec<Category>, IdError> {
    ROWS.iter()
        .map(|row| {
            Ok(Category {
                code: CategoryCode::new(row.code)?,
                name: name(row.zh, row.en),
                severity: row.severity,
                photo_required: row.photo,
                retired: false,
                standards: vec![Standard {
                    code: "01".into(),
                    condition: name("属实且在本辖区", "True and in this area"),
                    closing: name(row.closing_zh, row.closing_en),
                    limit: row.limit,
                }],
            })
        })
        .collect()
}

fn name(zh: &str, en: &str) -> Name {
    Name {
        zh: zh.into(),
        en: en.into(),
    }
}

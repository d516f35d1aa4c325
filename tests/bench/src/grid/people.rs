//! Households, residents, and the edits of their records. All invented.

use linli_model::{RecordId, RecordKind};
use linli_records::schema::MemberMap;
use linli_records::{FieldValue, NewContent};

use super::{Dice, Size, Year};

pub(crate) const FAMILY: &str =
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡";
pub(crate) const GIVEN: &str =
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英建国文华玉兰红梅志鹏宇轩子涵浩然欣怡雨桐佳琪博";
const STREETS: &[&str] = &[
    "东外大街",
    "新中街",
    "春秀路",
    "香河园路",
    "左家庄",
    "胡家园",
    "清水苑",
    "东湖",
];
const HOURS: &[&str] = &[
    "工作日18点后",
    "周末全天",
    "每天9点到11点",
    "请先发短信，不要打电话",
    "晚上8点前",
    "随时",
    "周三下午",
];
const DAY: i64 = 86_400_000;

fn text(value: impl Into<String>) -> FieldValue {
    FieldValue::Text(value.into())
}

fn fields<const N: usize>(fields: [(&str, FieldValue); N]) -> NewContent {
    NewContent {
        fields: fields
            .map(|(name, value)| (name.to_owned(), Some(value)))
            .into(),
        ..NewContent::default()
    }
}

fn name(dice: &mut Dice) -> String {
    let mut one = |pool: &str| {
        let at = dice.below(pool.chars().count());
        pool.chars().nth(at).unwrap()
    };
    let (a, b, c) = (one(FAMILY), one(GIVEN), one(GIVEN));
    format!("{a}{b}{c}")
}

impl Year {
    /// The register of the first weeks: every household with its residents.
    pub(super) fn settle_people(&mut self, size: Size) {
        let mut settled = 0;
        for number in 0..size.households {
            let up_to = size.residents * (number + 1) / size.households;
            let at = self.tick();
            let household = self.dice.record(at);
            let mut members = Vec::new();
            while settled < up_to {
                members.push(self.resident(household));
                settled += 1;
            }
            let content = self.household(number, &members);
            let at = self.town.now;
            self.handheld(number % 2)
                .create(household, RecordKind::Household, &content, at);
            self.households.push(household);
            self.residents.extend(members);
        }
        self.all_sync();
    }

    fn household(&mut self, number: usize, members: &[RecordId]) -> NewContent {
        let at = self.town.now;
        let dwelling = self.dice.record(at);
        let street = STREETS[number / 200 % STREETS.len()];
        let address = format!(
            "{street}{}号楼{}单元{}室",
            number / 60 + 1,
            number / 12 % 5 + 1,
            number % 12 + 101
        );
        let mut content = fields([
            ("dwelling", text(dwelling.to_string())),
            ("address_form", text(address)),
            (
                "people_count",
                FieldValue::Int(i64::try_from(members.len()).unwrap()),
            ),
            ("last_visit_at", FieldValue::Int(at.0)),
        ]);
        content.members = members
            .iter()
            .map(|member| {
                (
                    (MemberMap::Refs, member.to_string()),
                    Some("contact".to_owned()),
                )
            })
            .collect();
        content
    }

    fn resident(&mut self, household: RecordId) -> RecordId {
        let at = self.tick();
        let id = self.dice.record(at);
        let dice = &mut self.dice;
        let code = format!("99{:08}", dice.below(100_000_000));
        let phone = format!("199{:08}", dice.below(100_000_000));
        let born = 1_940 + i64::try_from(dice.below(70)).unwrap();
        let mut content = fields([
            ("purpose", text("register")),
            ("legal_basis", text("consent")),
            ("consent_id", text(code)),
            ("expires_at", FieldValue::Int(at.0 + 1_000 * DAY)),
            ("household", text(household.to_string())),
            ("name", text(name(dice))),
            ("language", text("zh")),
            ("hours", text(*dice.pick(HOURS))),
            ("birth_year", FieldValue::Int(born)),
        ]);
        content.members = [(
            (MemberMap::Phones, phone),
            Some("{\"label\":\"手机\"}".to_owned()),
        )]
        .into();
        let writer = usize::from(self.households.len() % 2 == 1);
        self.handheld(writer)
            .create(id, RecordKind::Contact, &content, at);
        id
    }

    /// One field of one record changes, on one of the handhelds.
    pub(crate) fn edit_someone(&mut self) {
        let writer = self.dice.below(2);
        let record = self.someone();
        self.edit(writer, record);
    }

    /// A record of the register: three residents for one household.
    pub(crate) fn someone(&mut self) -> RecordId {
        if self.dice.below(4) == 0 {
            *self.dice.pick(&self.households)
        } else {
            *self.dice.pick(&self.residents)
        }
    }

    /// Changes one field of a record; the bytes of the change.
    pub(crate) fn edit(&mut self, writer: usize, record: RecordId) -> Vec<u8> {
        let at = self.tick();
        loop {
            let content = if self.households.contains(&record) {
                match self.dice.below(2) {
                    0 => fields([("last_visit_at", FieldValue::Int(at.0))]),
                    _ => fields([(
                        "people_count",
                        FieldValue::Int(i64::try_from(self.dice.below(9)).unwrap()),
                    )]),
                }
            } else {
                match self.dice.below(3) {
                    0 => fields([("hours", text(*self.dice.pick(HOURS)))]),
                    1 => fields([("name", text(name(&mut self.dice)))]),
                    _ => fields([("expires_at", FieldValue::Int(at.0 + 1_100 * DAY))]),
                }
            };
            // A value that is there already makes no change.
            if let Some(bytes) = self.handheld(writer).edit(record, &content, at) {
                return bytes;
            }
        }
    }
}

//! Invented people.

use super::{HOUSEHOLDS, Household, Neighbourhood, RESIDENTS, Resident};
use crate::chance::Chance;

/// Common family names, among them some that are read in two ways as a family name.
const FAMILY: [&str; 40] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林",
    "何", "郭", "马", "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "单", "仇",
    "曾", "解", "查", "任", "欧阳", "司马", "诸葛", "尉迟",
];
const FIRST: [&str; 24] = [
    "春", "夏", "秋", "冬", "松", "柏", "竹", "梅", "兰", "山", "川", "河", "海", "云", "雨", "雪",
    "明", "清", "文", "安", "和", "平", "新", "家",
];
const SECOND: [&str; 24] = [
    "生", "华", "英", "芳", "林", "强", "伟", "敏", "静", "丽", "勇", "军", "杰", "娟", "涛", "超",
    "霞", "波", "辉", "玲", "桂", "兵", "亮", "红",
];
const FORMS: [&str; 8] = [
    "先生", "女士", "阿姨", "师傅", "老师", "大爷", "奶奶", "大姐",
];

/// The digits after 990: each grid counts in a range of its own.
const NUMBERS: u32 = 100_000_000;

/// Households move in and people tell what they like to tell.
pub(super) fn move_in(filled: &mut Neighbourhood, chance: &mut Chance) {
    let empty = filled.dwellings.len().saturating_sub(HOUSEHOLDS);
    let mut skipped = 0;
    let mut first_number = chance.below(NUMBERS);
    for dwelling in 0..filled.dwellings.len() {
        if filled.households.len() == HOUSEHOLDS {
            break;
        }
        if skipped < empty && chance.percent(4) {
            skipped += 1;
            continue;
        }
        let left_households = HOUSEHOLDS - filled.households.len();
        let left_people = RESIDENTS.saturating_sub(filled.residents.len());
        let people = people_of(left_households, left_people, chance);
        let household = filled.households.len();
        let family = chance.pick(&FAMILY);
        filled.households.push(Household {
            dwelling,
            address_form: format!("{family}{}家", chance.pick(&FORMS)),
            people,
        });
        for person in 0..people {
            // Children bear the name of one parent, the other parent has another one.
            let family = if person == 1 {
                chance.pick(&FAMILY)
            } else {
                family
            };
            let second = if chance.percent(25) {
                ""
            } else {
                chance.pick(&SECOND)
            };
            let has_phone = person == 0 && chance.percent(92) || chance.percent(20);
            let phone = has_phone.then(|| {
                first_number = (first_number + 7_919) % NUMBERS;
                format!("990{first_number:08}")
            });
            filled.residents.push(Resident {
                household,
                name: format!("{family}{}{second}", chance.pick(&FIRST)),
                phone,
                birth_year: chance.percent(15).then(|| 1930 + chance.below(75)),
            });
        }
    }
}

/// How many people live in the next household, so that the numbers come out at the end.
fn people_of(households: usize, people: usize, chance: &mut Chance) -> u32 {
    let others = households.saturating_sub(1);
    let fair = people / households.max(1);
    let more = usize::try_from(chance.below(3)).unwrap_or_default();
    let fewer = usize::try_from(chance.below(3)).unwrap_or_default();
    // One to six, and what is left gives one to six to each of the others.
    let least = people.saturating_sub(others * 6).max(1);
    let most = people.saturating_sub(others).min(6);
    let drawn = (fair + more).saturating_sub(fewer).min(most).max(least);
    u32::try_from(drawn).unwrap_or(1)
}

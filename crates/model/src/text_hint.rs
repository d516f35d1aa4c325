//! What a free text of a case seems to hold that is not about a place, a thing or a service.
//!
//! A case is never a file about another person (docs/trust.md). A text that seems to be about one gets
//! a hint on the screen, with whom to call instead, and is saved all the same: an officer who has to
//! write it may. Nothing is looked up, sent or stored for it.

use crate::standard::is_id_number;

/// What a text seems to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TextHint {
    /// A number of an identity document.
    IdentityNumber,
    /// Somebody's telephone number.
    Telephone,
    /// A judgement about a person, or what the deny-list forbids to collect.
    Sensitive,
    /// A person by name.
    Person,
}

impl TextHint {
    /// The code in interfaces.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::IdentityNumber => "identity_number",
            Self::Telephone => "telephone",
            Self::Sensitive => "sensitive",
            Self::Person => "person",
        }
    }
}

/// The hundred most frequent surnames of the census of 2020 and the usual compound ones.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤欧阳司马上官诸葛";
/// What follows a surname when a person is meant. A trade is not among them that also names a shop.
const TITLES: [&str; 15] = [
    "先生", "女士", "太太", "小姐", "大爷", "大妈", "大娘", "大姐", "大哥", "奶奶", "爷爷", "阿姨",
    "叔叔", "师傅", "老师",
];
/// Surnames that are also prepositions and the like: 位于某处 names nobody.
const PARTICLES: &str = "于向任方万付";
/// Judgements about people, which belong to no case.
const JUDGEMENTS: [&str; 22] = [
    "可疑人",
    "可疑男",
    "可疑女",
    "形迹可疑",
    "嫌疑人",
    "小偷",
    "流氓",
    "无赖",
    "钉子户",
    "刁民",
    "精神病",
    "神经病",
    "疯子",
    "酒鬼",
    "赌徒",
    "前科",
    "刑满",
    "闹访",
    "缠访",
    "滋事者",
    "外地人",
    "低素质",
];
/// The same in English.
const JUDGEMENTS_EN: [&str; 8] = [
    "suspicious man",
    "suspicious woman",
    "suspicious person",
    "suspect",
    "thief",
    "lunatic",
    "drunkard",
    "ex-convict",
];
/// What stands before a name in English.
const TITLES_EN: [&str; 5] = ["mr ", "mr. ", "mrs ", "mrs. ", "ms "];
/// Words of the deny-list that name a place or a thing as well are no hint in a sentence; these are.
const FORBIDDEN: [&str; 14] = [
    "上访",
    "信访",
    "党员",
    "教徒",
    "信教",
    "民族",
    "吸毒",
    "艾滋",
    "肝炎",
    "怀孕",
    "残疾人",
    "低保户",
    "社区矫正",
    "重点人",
];

/// What a text seems to hold, each once, the gravest first; nothing for most.
pub fn text_hints(text: &str) -> Vec<TextHint> {
    let lower = text.to_lowercase();
    let runs = digit_runs(text);
    let mut hints = Vec::new();
    if runs.iter().any(|run| run.len() == 18 && is_id_number(run)) {
        hints.push(TextHint::IdentityNumber);
    }
    if runs.iter().any(|run| is_mobile_number(run)) {
        hints.push(TextHint::Telephone);
    }
    let holds = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if holds(&JUDGEMENTS) || holds(&JUDGEMENTS_EN) || holds(&FORBIDDEN) {
        hints.push(TextHint::Sensitive);
    }
    if names_person(text) || names_person_in_english(&lower) {
        hints.push(TextHint::Person);
    }
    hints
}

/// A surname with a title: 王先生, 李某某. 张家大院 and 王府井 are places.
fn names_person(text: &str) -> bool {
    let mut rest = text.chars();
    while let Some(sign) = rest.next() {
        // The given name, of two characters at most, may stand between: 王小明先生.
        let is_named = |skip: usize| {
            let mut after = rest.clone();
            let mut skipped = after.by_ref().take(skip);
            let is_name = skipped.by_ref().all(is_han);
            is_name && TITLES.iter().any(|title| after.as_str().starts_with(title))
        };
        let is_somebody = || !PARTICLES.contains(sign) && rest.as_str().starts_with('某');
        if SURNAMES.contains(sign) && ((0..=2).any(is_named) || is_somebody()) {
            return true;
        }
    }
    false
}

fn names_person_in_english(lower: &str) -> bool {
    TITLES_EN.iter().any(|title| {
        let mut places = lower.match_indices(title);
        places.any(|(at, _)| {
            let before = lower.get(..at).and_then(|text| text.chars().next_back());
            let after = lower
                .get(at.saturating_add(title.len())..)
                .and_then(|text| text.chars().next());
            before.is_none_or(|sign| !sign.is_alphanumeric())
                && after.is_some_and(char::is_alphabetic)
        })
    })
}

fn is_han(sign: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&sign)
}

/// Mobile numbers of China: 11 digits that begin with 13 to 19, with or without 86 before.
fn is_mobile_number(run: &str) -> bool {
    let number = run
        .strip_prefix("86")
        .filter(|rest| rest.len() == 11)
        .unwrap_or(run);
    let mut digits = number.bytes();
    number.len() == 11
        && digits.next() == Some(b'1')
        && digits.next().is_some_and(|digit| digit >= b'3')
        && digits.all(|digit| digit.is_ascii_digit())
}

/// Runs of digits, half or full width, over single separators; an X may end one.
fn digit_runs(text: &str) -> Vec<String> {
    let mut runs = Vec::new();
    let mut run = String::new();
    let mut gap = 0;
    for sign in text.chars() {
        let plain = match sign {
            '０'..='９' => char::from_digit(u32::from(sign).saturating_sub(u32::from('０')), 10),
            'x' | 'X' if run.len() == 17 => Some('X'),
            _ => Some(sign).filter(char::is_ascii_digit),
        };
        match plain {
            Some(digit) => {
                run.push(digit);
                gap = 0;
            }
            None if matches!(sign, ' ' | '-') && !run.is_empty() && gap == 0 => gap = 1,
            None => {
                runs.push(std::mem::take(&mut run));
                gap = 0;
            }
        }
    }
    runs.push(run);
    runs.retain(|run| !run.is_empty());
    runs
}

#[cfg(test)]
mod tests;

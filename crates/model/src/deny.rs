//! The deny-list: what no schema, catalogue, form or import may ask about a
//! person, by word.

/// Words that must not be part of a field's name. English stems and the Chinese words of the
/// field's own forms; pinyin is covered by the words that those forms use in code.
const DENIED: &[(&str, &[&str])] = &[
    (
        "religion",
        &[
            "religi", "faith", "belief", "church", "zongjiao", "宗教", "信仰",
        ],
    ),
    (
        "ethnicity",
        &[
            "ethnic",
            "minzu",
            "race",
            "nationality",
            "民族",
            "种族",
            "籍贯",
        ],
    ),
    (
        "politics",
        &[
            "politic",
            "party_member",
            "partymember",
            "dangyuan",
            "ideolog",
            "党员",
            "政治",
            "思想",
        ],
    ),
    (
        "petition",
        &[
            "petition",
            "shangfang",
            "xinfang",
            "complainant_score",
            "上访",
            "信访",
        ],
    ),
    (
        "biometrics",
        &[
            "biometr",
            "fingerprint",
            "face",
            "iris",
            "voiceprint",
            "指纹",
            "人脸",
            "虹膜",
        ],
    ),
    (
        "health",
        &[
            "diagnos", "disease", "illness", "health", "medical", "hiv", "mental", "disab", "残疾",
            "疾病", "病史",
        ],
    ),
    (
        "family planning",
        &[
            "family_planning",
            "pregnan",
            "contracept",
            "jisheng",
            "计划生育",
            "计生",
            "孕",
        ],
    ),
    (
        "criminal status",
        &[
            "crimin",
            "convict",
            "prison",
            "probation",
            "offender",
            "wanted_list",
            "drug",
            "community_correction",
            "犯",
            "矫正",
            "吸毒",
        ],
    ),
    (
        "credit",
        &[
            "credit", "debt", "income", "salary", "bank", "信用", "收入", "低保",
        ],
    ),
    ("sexual life", &["sexual", "gender_identity", "性取向"]),
    (
        "identity number",
        &[
            "id_card",
            "idcard",
            "id_number",
            "id_no",
            "identity",
            "passport",
            "shenfenzheng",
            "身份证",
            "护照",
        ],
    ),
    (
        "risk score",
        &[
            "risk_score",
            "key_person",
            "social_score",
            "sentiment",
            "watchlist",
            "重点人",
            "特殊人群",
        ],
    ),
    (
        "whereabouts",
        &[
            "whereabouts",
            "plate_number",
            "licence_plate",
            "行踪",
            "车牌",
        ],
    ),
];

/// Names that hold a denied word and mean an organisation, never a person: the code of GB 32100.
const OF_ORGANISATIONS: [&str; 2] = ["社会信用代码", "social_credit_code"];

/// The class of the deny-list that a name falls into; `None` when it may be used.
///
/// For names of fields, catalogue items, form questions and columns of imports. Case and the
/// separators space, `-` and `.` do not matter.
pub fn denied(name: &str) -> Option<&'static str> {
    let plain: String = std::iter::once('_')
        .chain(name.to_lowercase().chars())
        .map(|c| if matches!(c, ' ' | '-' | '.') { '_' } else { c })
        .collect();
    let plain = OF_ORGANISATIONS
        .iter()
        .fold(plain, |plain, name| plain.replace(name, ""));
    let stands_in = |word: &&str| {
        if word.is_ascii() {
            // An English stem counts at the start of a word only: a terrace is not a race.
            plain.contains(&format!("_{word}"))
        } else {
            plain.contains(*word)
        }
    };
    DENIED
        .iter()
        .find(|(_, words)| words.iter().any(&stands_in))
        .map(|(class, _)| *class)
}

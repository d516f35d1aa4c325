//! The sentences.

use super::{CodeOf, Lang, Reason, SHORT_CODE, SOCIAL_GRID};

impl Reason {
    /// The sentence in a language: what is wrong and what is allowed.
    pub fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::Zh => self.zh(),
            Lang::En => self.en(),
        }
    }

    fn zh(&self) -> String {
        match self {
            Self::Missing => "不能为空".into(),
            Self::OneOf(columns) => format!("以下各列至少填一列：{}", columns.join("、")),
            Self::TooLong { max } => format!("太长：最多 {max} 字节（约 {} 个汉字）", max / 3),
            Self::Unreadable => "含有无法识别的字节：请将文件另存为 UTF-8 或 GB18030 编码".into(),
            Self::NotNumber => "不是数字：例如 12 或 12.5，可带千位逗号".into(),
            Self::NotWhole => "不是整数：例如 12，可带千位逗号".into(),
            Self::OutOfRange { low, high } => format!("超出范围：允许 {low} 到 {high}"),
            Self::Rounded => {
                "编码被表格软件当作数字存储，15 位以后已丢失：请将该列设为“文本”格式并重新填写"
                    .into()
            }
            Self::NotDay => "不是日期：例如 2026-09-01、2026/9/1、2026年9月1日".into(),
            Self::NotAfter(day) => format!("日期必须晚于 {day}"),
            Self::NotFlag => "不是“是”或“否”".into(),
            Self::NotAmong(words) => format!("只能填：{}", words.join("、")),
            Self::Code { what, check } => {
                format!("不是{}：{}", what.zh(), zh_of_check(check))
            }
            Self::Phone => "不是电话号码：3 到 20 位数字，可以 + 开头，多个号码用 / 分隔".into(),
            Self::Fault => "公式的结果是错误值：请改正公式或直接填值".into(),
            Self::Repeats(line) => format!("与第 {line} 行重复"),
            Self::Ragged { found, columns } => {
                format!("这一行有 {found} 格，表头只有 {columns} 列：多出的格请删除或补上列名")
            }
            Self::HalfPosition => "经度和纬度必须同时填写".into(),
            Self::Position(why) => format!("不是有效位置：{why}"),
            Self::OtherCrs { stated } => format!("与命令指定的坐标系 {stated} 不一致"),
            Self::OnBorder(grids) => {
                format!("位置在网格 {} 的边界上：请填写网格编码", grids.join("、"))
            }
            Self::NoGridThere => "位置不在任何网格内：请检查坐标系，或填写网格编码".into(),
            Self::FarFromGrid { grid, metres } => {
                format!("位置在网格 {grid} 之外 {metres:.0} 米：请检查坐标系和网格编码")
            }
            Self::UnknownGrid => "当前版本中没有这个网格：请先导入网格".into(),
            Self::OtherParent { parent } => format!("与编码不符：按编码上级应为 {parent}"),
            Self::OtherLevel { level } => format!("与编码不符：按编码级别应为 {level}"),
            Self::Division(what) | Self::Edition(what) | Self::Server(what) => what.clone(),
            Self::Border(why) => format!("边界不成立：{why}"),
            Self::Overlap { other, at, area_m2 } => {
                format!("与网格 {other} 重叠 {area_m2:.0} 平方米，位置 {at}")
            }
            Self::Gap { at, area_m2 } => {
                format!("网格之间有 {area_m2:.0} 平方米空隙，位置 {at}，不属于任何网格")
            }
        }
    }

    fn en(&self) -> String {
        match self {
            Self::Missing => "must not be empty".into(),
            Self::OneOf(columns) => {
                format!("one of these must be filled in: {}", columns.join(", "))
            }
            Self::TooLong { max } => {
                format!(
                    "too long: at most {max} bytes, about {} Chinese characters",
                    max / 3
                )
            }
            Self::Unreadable => {
                "has bytes that are no text: save the file as UTF-8 or GB18030".into()
            }
            Self::NotNumber => {
                "is not a number: such as 12 or 12.5, thousands separators allowed".into()
            }
            Self::NotWhole => {
                "is not a whole number: such as 12, thousands separators allowed".into()
            }
            Self::OutOfRange { low, high } => {
                format!("is out of range: {low} to {high} is allowed")
            }
            Self::Rounded => {
                "a spreadsheet kept this code as a number and lost what follows the 15th \
                              digit: give the column the format \"text\" and fill it in again"
                    .into()
            }
            Self::NotDay => "is not a day: such as 2026-09-01, 2026/9/1 or 2026年9月1日".into(),
            Self::NotAfter(day) => format!("must be a day after {day}"),
            Self::NotFlag => "is neither yes nor no".into(),
            Self::NotAmong(words) => format!("is not allowed here; allowed: {}", words.join(", ")),
            Self::Code { what, check } => format!("is not {}: {check}", what.en()),
            Self::Phone => {
                "is not a telephone number: 3 to 20 digits, a + before them allowed, several \
                            separated by /"
                    .into()
            }
            Self::Fault => "the formula's value is an error: correct it or type the value".into(),
            Self::Repeats(line) => format!("stands in line {line} already"),
            Self::Ragged { found, columns } => format!(
                "the row has {found} cells, the header {columns} columns: delete what is too much or \
                 name the column"
            ),
            Self::HalfPosition => "longitude and latitude belong together".into(),
            Self::Position(why) => format!("is no position: {why}"),
            Self::OtherCrs { stated } => {
                format!("is not the coordinate system of the command, {stated}")
            }
            Self::OnBorder(grids) => {
                format!(
                    "lies on the border of {}: fill in the grid",
                    grids.join(" and ")
                )
            }
            Self::NoGridThere => {
                "lies in no grid: check the coordinate system, or fill in the grid".into()
            }
            Self::FarFromGrid { grid, metres } => format!(
                "lies {metres:.0} m outside of grid {grid}: check the coordinate system and the grid"
            ),
            Self::UnknownGrid => "is not in the current edition: import the grids first".into(),
            Self::OtherParent { parent } => {
                format!("does not fit the code, whose parent is {parent}")
            }
            Self::OtherLevel { level } => format!("does not fit the code, whose level is {level}"),
            Self::Division(what) | Self::Edition(what) | Self::Server(what) => what.clone(),
            Self::Border(why) => format!("is no border: {why}"),
            Self::Overlap { other, at, area_m2 } => {
                format!("overlaps grid {other} by {area_m2:.0} m² at {at}")
            }
            Self::Gap { at, area_m2 } => {
                format!("{area_m2:.0} m² at {at} lie between the grids and belong to none")
            }
        }
    }
}

impl CodeOf {
    fn zh(self) -> &'static str {
        match self {
            Self::Division => "行政区划代码",
            Self::Grid => "网格编码",
            Self::Component => "部件编码",
            Self::Department => "统一社会信用代码",
            Self::Org => "机构代码",
            Self::Staff => "人员代码",
            Self::Short => "代码",
        }
    }

    fn en(self) -> &'static str {
        match self {
            Self::Division => "the code of a division",
            Self::Grid => "the code of a grid",
            Self::Component => "the code of a component",
            Self::Department => "a unified social credit code",
            Self::Org => "the code of an organisation",
            Self::Staff => "the code of a member of staff",
            Self::Short => "a code",
        }
    }
}

/// The checks of the codes, as their own error texts name them.
const CHECKS: [(&str, &str); 10] = [
    ("needs 6, 9 or 12 digits", "应为 6、9 或 12 位数字"),
    ("no province begins with 0", "不能以 0 开头"),
    (
        "subdistricts and communities count from 001 to 599",
        "街道和社区的三位序号应在 001 到 599 之间",
    ),
    (
        "needs 17 digits (old: 16), the district first",
        "应为 17 位数字（旧码 16 位），以区划代码开头",
    ),
    ("classes and sequences count from 1", "大类和序号从 1 开始"),
    (
        "only digits and A-Y without I, O, S, V",
        "只能用数字和大写字母，不含 I、O、S、V、Z",
    ),
    ("needs 18 signs", "应为 18 位"),
    (
        "the last sign does not fit the others",
        "校验位（最后一位）不符",
    ),
    (SHORT_CODE, "应为 1 到 32 个字母、数字、点、下划线或连字符"),
    (
        SOCIAL_GRID,
        "应为社区 12 位、G 和 01 到 99，或本市自定的代码",
    ),
];

fn zh_of_check(check: &str) -> String {
    let known = CHECKS.iter().find(|(en, _)| *en == check);
    known.map_or(check, |(_, zh)| zh).to_owned()
}

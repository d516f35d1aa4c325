//! Grids without borders, from a table; borders come as `GeoJSON` (see [`crate::areas`]).

use linli_model::edition::{Grid, GridKind};
use linli_model::org::Name;

use super::{Parsed, Row};
use crate::column::{Column, may, must};
use crate::fields::Fields;
use crate::reason::CodeOf;

/// A grid of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct GridRow {
    /// The line; for a `GeoJSON` file the number of the feature.
    pub line: u64,
    /// The grid. Without a border, an earlier border stays.
    pub grid: Grid,
}

pub(super) const COLUMNS: &[Column] = &[
    must(
        ["code", "网格编码", "grid code"],
        &["编码", "网格代码", "代码", "grid"],
        [
            "社区 12 位 + G + 两位序号，或本市自定的代码",
            "community 12 digits, G and two digits, or a code of your own",
        ],
        "990101001001G01",
    ),
    must(
        ["community", "社区代码", "community"],
        &["所属社区", "社区", "社区编码"],
        [
            "所属社区工作站的机构代码",
            "code of the community's station",
        ],
        "990101001001",
    ),
    must(
        ["name", "网格名称", "name"],
        &["名称"],
        ["平时的叫法", "what people call it"],
        "第一网格",
    ),
    may(
        ["name_en", "英文名称", "name in english"],
        &[],
        ["英文名称，可不填", "may be empty"],
        "Grid one",
    ),
    may(
        ["kind", "网格类型", "kind"],
        &["类型"],
        [
            "责任网格（默认）或专属网格",
            "social (the default) or dedicated",
        ],
        "责任网格",
    ),
];

const KINDS: &[(&str, GridKind)] = &[
    ("责任网格", GridKind::Social),
    ("social", GridKind::Social),
    ("专属网格", GridKind::Dedicated),
    ("dedicated", GridKind::Dedicated),
];

pub(super) fn parse(fields: &mut Fields<'_>) -> Option<Parsed> {
    let code: Option<linli_model::GridCode> = fields.need_code("code", CodeOf::Grid);
    let community = fields.need_code("community", CodeOf::Org);
    let name = fields.need_text("name", 128);
    let name_en = fields.text("name_en", 128);
    let kind = fields.choice("kind", KINDS);
    let grid = Grid {
        code: code?,
        community: community?,
        name: Name {
            zh: name?,
            en: name_en.unwrap_or_default(),
        },
        kind: kind.unwrap_or_default(),
        border: Vec::new(),
    };
    let same = grid.code.to_string();
    let line = fields.line();
    Some(Parsed {
        row: Row::Grid(GridRow { line, grid }),
        at: None,
        same,
    })
}

//! Grids and households of the demo's community. Borders and people are invented.

use linli_model::edition::{Grid, GridKind};
use linli_model::{GridCode, IdError, Name, OrgId};

use super::{COMMUNITY, GRIDS, grid};

/// The south-west corner of the first grid in WGS-84 degrees, inside the street.
const CORNER: (f64, f64) = (116.4310, 39.9400);
/// The size of a grid in degrees: about 260 m by 280 m.
const SIZE: (f64, f64) = (0.0030, 0.0025);

/// An invented household.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoHousehold {
    /// Its grid.
    pub grid: GridCode,
    /// Door as people say it.
    pub door: String,
    /// Form of address.
    pub address_form: String,
    /// Name of the person to talk to.
    pub name: String,
    /// Telephone: 990 and eight digits, which no operator gives out.
    pub phone: String,
    /// How many people live there.
    pub people: u8,
}

pub(super) fn grids() -> Result<Vec<Grid>, IdError> {
    (1..=GRIDS).map(demo_grid).collect()
}

fn demo_grid(number: u32) -> Result<Grid, IdError> {
    let column = f64::from((number - 1) % 2);
    let row = f64::from((number - 1) / 2);
    let (west, south) = (CORNER.0 + column * SIZE.0, CORNER.1 + row * SIZE.1);
    let (east, north) = (west + SIZE.0, south + SIZE.1);
    Ok(Grid {
        code: grid(number)?,
        community: OrgId::new(COMMUNITY)?,
        name: Name {
            zh: format!("东外-{number:02}"),
            en: format!("Dongwai-{number:02}"),
        },
        kind: GridKind::Social,
        border: vec![vec![
            [west, south],
            [east, south],
            [east, north],
            [west, north],
            [west, south],
        ]],
    })
}

/// Invented households of a grid: the same for the same arguments.
pub fn demo_households(grid: &GridCode, count: u32) -> Vec<DemoHousehold> {
    const SURNAMES: [(&str, &str); 8] = [
        ("张", "张先生家"),
        ("王", "王阿姨家"),
        ("李", "李师傅家"),
        ("赵", "赵老师家"),
        ("周", "周奶奶家"),
        ("吴", "吴大爷家"),
        ("郑", "郑女士家"),
        ("仇", "仇先生家"),
    ];
    const GIVEN: [&str; 8] = [
        "样例一",
        "样例二",
        "样例三",
        "样例四",
        "样例五",
        "样例六",
        "样例七",
        "样例八",
    ];
    (0..count)
        .map(|index| {
            let pick = |step: u32| usize::try_from(index / step % 8).unwrap_or(0);
            let (surname, address_form) = SURNAMES.get(pick(1)).copied().unwrap_or_default();
            let given = GIVEN.get(pick(8)).copied().unwrap_or_default();
            DemoHousehold {
                grid: grid.clone(),
                door: format!(
                    "{}号楼{}单元{}{:02}",
                    30 + index / 48,
                    1 + index / 12 % 4,
                    1 + index / 2 % 6,
                    1 + index % 2
                ),
                address_form: address_form.into(),
                name: format!("{surname}{given}"),
                // Never a run of zeros: such numbers also stand in ids by chance, and tests look for phones.
                phone: format!(
                    "990{:08}",
                    (u64::from(index) * 7919 + 35_271_846) % 100_000_000
                ),
                people: u8::try_from(1 + index % 5).unwrap_or(1),
            }
        })
        .collect()
}

/// An invented named place.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoPlace {
    /// Its name.
    pub name: String,
    /// Degrees east.
    pub lon: f64,
    /// Degrees north.
    pub lat: f64,
}

/// Doors of the invented buildings, spread over a grid: one for every dozen households.
pub fn demo_places(grid: &GridCode, households: u32) -> Vec<DemoPlace> {
    let Some(found) = grids()
        .unwrap_or_default()
        .into_iter()
        .find(|known| known.code == *grid)
    else {
        return Vec::new();
    };
    let corner = found.border.first().and_then(|ring| ring.first()).copied();
    let [west, south] = corner.unwrap_or([CORNER.0, CORNER.1]);
    (0..households.div_ceil(12))
        .map(|door| {
            let step = |part: u32| (f64::from(part % 8) + 0.5) / 8.0;
            DemoPlace {
                name: format!("{}号楼{}单元", 30 + door / 4, 1 + door % 4),
                lon: west + SIZE.0 * step(door),
                lat: south + SIZE.1 * step(door / 8),
            }
        })
        .collect()
}

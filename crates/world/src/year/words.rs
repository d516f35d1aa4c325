//! What people write in reports. No word is about a person.

use linli_model::Timestamp;

use crate::chance::Chance;

/// A category with what is seen.
type Matter = (&'static str, &'static str);

const ALWAYS: [Matter; 30] = [
    ("06010", "垃圾散落在地上"),
    ("06010", "墙角有人丢了几袋垃圾"),
    ("06012", "楼道里堆着纸箱和旧家具"),
    ("06012", "楼梯拐角放了柜子"),
    ("06999", "旧沙发丢在楼后"),
    ("06998", "装修垃圾没有清走"),
    ("06051", "盲道砖缺了几块"),
    ("06052", "坡道边缘破损，轮椅上不去"),
    ("06997", "路面有遗撒的沙土"),
    ("03998", "垃圾桶满了，盖不上"),
    ("03998", "桶站周围有污水"),
    ("03999", "公厕地面脏，没有纸"),
    ("03997", "公告栏玻璃碎了"),
    ("05996", "楼道灯不亮"),
    ("05996", "三层感应灯坏了"),
    ("05995", "扶手松动，一扶就晃"),
    ("05999", "灭火器过期"),
    ("05998", "防火门闭门器坏了"),
    ("05997", "门禁对讲没有声音"),
    ("09998", "车停在单元门口"),
    ("09997", "共享单车堆在路口"),
    ("09019", "无障碍通道被快递柜占用"),
    ("09012", "消防通道停了车"),
    ("09996", "窗口拉线给电动车充电"),
    ("09995", "电动自行车停在楼门里"),
    ("07999", "墙上贴了小广告"),
    ("02003", "路面有坑"),
    ("01001", "井盖松动，车压过有响声"),
    ("01005", "路灯一排不亮"),
    ("10998", "公用水管漏水"),
];
const SUMMER: [Matter; 5] = [
    ("06996", "雨后积水没过鞋面"),
    ("04999", "枯枝悬在人行道上方"),
    ("04006", "大风刮倒一棵小树"),
    ("05994", "顶层漏雨"),
    ("06993", "夜里有音响声"),
];
const WINTER: [Matter; 5] = [
    ("06995", "台阶结冰"),
    ("06994", "坡道积雪没有清扫"),
    ("01994", "楼道暖气不热"),
    ("01996", "水管冻住了"),
    ("06995", "楼后背阴处一片冰"),
];
const SPOTS: [&str; 8] = [
    "门口",
    "楼道",
    "楼后",
    "东侧",
    "西侧",
    "车棚旁",
    "花坛边",
    "台阶前",
];
const MORE: [&str; 8] = [
    "已有两天",
    "居民反映过",
    "影响通行",
    "老人走路不便",
    "请尽快处理",
    "昨天还没有",
    "面积不大",
    "附近有学校",
];

/// What is found at this time of the year.
pub(super) fn matter(at: Timestamp, chance: &mut Chance) -> Matter {
    // Day of the year to a day or two is close enough for weather.
    let day = (at.0 / super::DAY_MS).rem_euclid(365);
    let season: &[Matter] = match day {
        0..=60 | 330..=365 => &WINTER,
        150..=260 => &SUMMER,
        _ => &[],
    };
    if !season.is_empty() && chance.percent(30) {
        return chance.pick(season);
    }
    chance.pick(&ALWAYS)
}

pub(super) fn spot(chance: &mut Chance) -> &'static str {
    chance.pick(&SPOTS)
}

pub(super) fn more(chance: &mut Chance) -> &'static str {
    chance.pick(&MORE)
}

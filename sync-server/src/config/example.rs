//! The commented example file, written from the table of settings.

use std::fmt::Write as _;

use super::table::{SECTIONS, SETTINGS};
use crate::text::Lang;

/// The text of `linli.example.toml`.
pub fn example() -> String {
    let mut out = String::from(
        "# 邻里服务器配置。每一项都写出默认值；不带 # 的必须填写。\n\
         # Linli server configuration. Every setting stands here with its default; those without # have to be set.\n\
         # 环境变量 LINLI_<表>_<项> 优先于本文件；列表用逗号分隔。\n\
         # A variable LINLI_<TABLE>_<NAME> wins over this file; lists are separated by commas.\n",
    );
    for section in SECTIONS {
        let (zh, en) = (section.about.zh, section.about.en);
        let _ = write!(out, "\n# {zh}\n# {en}\n[{}]\n", section.name);
        for setting in SETTINGS.iter().filter(|s| s.section == section.name) {
            let _ = write!(
                out,
                "\n# {}\n# {}\n# 允许：{}\n# Allowed: {}\n",
                setting.about.zh,
                setting.about.en,
                setting.allowed(Lang::Zh),
                setting.allowed(Lang::En),
            );
            let _ = match (setting.default, setting.name) {
                (None, "hosts") => writeln!(out, "hosts = [\"110101001001\"]"),
                (None, name) => writeln!(out, "{name} = \"community\""),
                (Some(""), name) => writeln!(out, "# {name} = \"\""),
                (Some(default), name) => writeln!(out, "# {name} = {default}"),
            };
        }
    }
    out
}

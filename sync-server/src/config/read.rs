//! Reads the file and the environment against the table of settings, and collects every mistake.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::ops::Range;
use std::path::{Path, PathBuf};

use linli_model::OrgId;
use toml::de::{DeTable, DeValue};

use super::mistake::{Both, Mistake, Place};
use super::table::{Kind, SECTIONS, SETTINGS, Setting};
use crate::text::Lang;

/// A value of the right kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// Text of any kind but a path.
    Text(String),
    /// A path, made absolute.
    Path(PathBuf),
    /// A whole number in its range.
    Integer(i64),
    /// A list of texts.
    List(Vec<String>),
    /// May be unset and is.
    Unset,
}

/// Values by `section.name`, each with its place; defaults have none.
pub(super) struct Values {
    pub(super) found: BTreeMap<String, (Value, Option<Place>)>,
    pub(super) mistakes: Vec<Mistake>,
}

/// A value as written, before it is checked.
enum Raw {
    Text(String),
    Integer(String, u32),
    List(Vec<String>),
    Other(&'static str),
}

/// Reads all sources. The environment wins over the file, the file over the default.
pub(super) fn read(
    path: &Path,
    text: Option<&str>,
    variables: &BTreeMap<String, String>,
) -> Values {
    let mut reader = Reader {
        path,
        folder: path.parent().unwrap_or(Path::new(".")),
        values: Values {
            found: BTreeMap::new(),
            mistakes: Vec::new(),
        },
    };
    if let Some(text) = text {
        reader.file(text);
    }
    reader.environment(variables);
    reader.defaults();
    reader.values
}

struct Reader<'a> {
    path: &'a Path,
    folder: &'a Path,
    values: Values,
}

impl Reader<'_> {
    fn file(&mut self, text: &str) {
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let line = error.span().map_or(0, |span| line_of(text, &span));
            let place = self.line(line);
            self.mistake(
                place,
                "TOML",
                String::new(),
                Both::new(
                    format!("不是有效的 TOML：{}", error.message()),
                    format!("not valid TOML: {}", error.message()),
                ),
                Both::default(),
            );
        }
        for (key, value) in table.get_ref() {
            let place = self.line(line_of(text, &key.span()));
            match value.get_ref() {
                DeValue::Table(entries) if is_section(key.get_ref()) => {
                    self.section(text, key.get_ref(), entries);
                }
                DeValue::Table(_)
                | DeValue::String(_)
                | DeValue::Integer(_)
                | DeValue::Float(_)
                | DeValue::Boolean(_)
                | DeValue::Datetime(_)
                | DeValue::Array(_) => self.unknown(
                    place,
                    key.get_ref(),
                    SECTIONS.iter().map(|s| s.name.to_owned()),
                ),
            }
        }
    }

    fn section(&mut self, text: &str, section: &str, entries: &DeTable<'_>) {
        for (key, value) in entries {
            let place = self.line(line_of(text, &key.span()));
            let full = format!("{section}.{}", key.get_ref());
            match find(&full) {
                Some(setting) => {
                    let written = text.get(value.span()).unwrap_or_default();
                    self.take(setting, &raw_of(value.get_ref()), written, place);
                }
                None => self.unknown(place, &full, SETTINGS.iter().map(Setting::key)),
            }
        }
    }

    fn environment(&mut self, variables: &BTreeMap<String, String>) {
        for (name, value) in variables {
            // A setting is LINLI_TABLE_NAME; shorter names belong to other tools.
            let is_ours = name
                .strip_prefix("LINLI_")
                .is_some_and(|rest| rest.contains('_'));
            if !is_ours {
                continue;
            }
            let place = Place::Variable(name.clone());
            match SETTINGS.iter().find(|s| s.variable() == *name) {
                Some(setting) => {
                    let raw = raw_of_variable(setting.kind, value);
                    self.take(setting, &raw, &format!("{value:?}"), place);
                }
                None => self.unknown(place, name, SETTINGS.iter().map(Setting::variable)),
            }
        }
    }

    fn defaults(&mut self) {
        for setting in SETTINGS {
            let key = setting.key();
            if self.values.found.contains_key(&key) {
                continue;
            }
            let wrong = self.values.mistakes.iter().any(|m| m.setting == key);
            match setting.default {
                None if wrong => {}
                None => {
                    let place = self.line(0);
                    let variable = setting.variable();
                    self.mistake(
                        place,
                        &key,
                        String::new(),
                        Both::new(
                            format!("必须设置（在文件中，或用变量 {variable}）"),
                            format!("has to be set, in the file or as {variable}"),
                        ),
                        allowed(setting),
                    );
                }
                Some("") => {
                    self.values.found.insert(key, (Value::Unset, None));
                }
                Some(default) => {
                    let raw = DeValue::parse(default).map(|v| raw_of(v.get_ref()));
                    if let Ok(Ok(value)) = raw.map(|raw| check(setting, &raw, self.folder)) {
                        self.values.found.insert(key, (value, None));
                    }
                }
            }
        }
    }

    fn take(&mut self, setting: &Setting, raw: &Raw, written: &str, place: Place) {
        match check(setting, raw, self.folder) {
            Ok(value) => {
                self.values
                    .found
                    .insert(setting.key(), (value, Some(place)));
            }
            Err(problem) => {
                let shown = if setting.kind == Kind::Ticket {
                    "***".to_owned()
                } else {
                    cut(written)
                };
                self.mistake(place, &setting.key(), shown, problem, allowed(setting));
            }
        }
    }

    fn unknown(&mut self, place: Place, key: &str, known: impl Iterator<Item = String>) {
        let near = nearest(key, known);
        self.mistake(
            place,
            &cut(key),
            String::new(),
            Both::new("没有这个设置", "there is no such setting"),
            Both::new(near.clone(), near),
        );
    }

    fn line(&self, line: usize) -> Place {
        Place::File {
            path: self.path.to_owned(),
            line,
        }
    }

    fn mistake(
        &mut self,
        place: Place,
        setting: &str,
        value: String,
        problem: Both,
        allowed: Both,
    ) {
        self.values.mistakes.push(Mistake {
            place,
            setting: setting.to_owned(),
            value,
            problem,
            allowed,
        });
    }
}

/// The allowed values in both languages.
pub(super) fn allowed(setting: &Setting) -> Both {
    Both::new(setting.allowed(Lang::Zh), setting.allowed(Lang::En))
}

/// The setting with this `section.name`.
pub(super) fn find(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key() == key)
}

fn is_section(name: &str) -> bool {
    SECTIONS.iter().any(|section| section.name == name)
}

fn raw_of(value: &DeValue<'_>) -> Raw {
    match value {
        DeValue::String(text) => Raw::Text(text.clone().into_owned()),
        DeValue::Integer(number) => Raw::Integer(number.as_str().to_owned(), number.radix()),
        DeValue::Array(items) => items
            .iter()
            .map(|item| item.get_ref().as_str().map(str::to_owned))
            .collect::<Option<_>>()
            .map_or(Raw::Other("array"), Raw::List),
        DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) | DeValue::Table(_) => {
            Raw::Other(value.type_str())
        }
    }
}

fn raw_of_variable(kind: Kind, value: &str) -> Raw {
    match kind {
        Kind::Integer { .. } => Raw::Integer(value.trim().to_owned(), 10),
        Kind::Codes | Kind::Hosts => Raw::List(
            value
                .split(',')
                .map(|item| item.trim().to_owned())
                .filter(|item| !item.is_empty())
                .collect(),
        ),
        Kind::Path | Kind::Address | Kind::Url | Kind::Choice(_) | Kind::Ticket => {
            Raw::Text(value.to_owned())
        }
    }
}

fn check(setting: &Setting, raw: &Raw, folder: &Path) -> Result<Value, Both> {
    match (setting.kind, raw) {
        (kind, Raw::Text(text)) if text.is_empty() && setting.default == Some("") => {
            debug_assert!(!matches!(kind, Kind::Integer { .. }));
            Ok(Value::Unset)
        }
        (Kind::Path, Raw::Text(text)) => match text.as_str() {
            "" => Err(Both::new("路径是空的", "the path is empty")),
            text if text.contains('\0') => Err(Both::new("路径含有空字符", "a NUL in the path")),
            text => Ok(Value::Path(folder.join(text))),
        },
        (Kind::Address, Raw::Text(text)) => text
            .parse::<SocketAddr>()
            .map(|address| Value::Text(address.to_string()))
            .map_err(|_| Both::new("不是 IP 地址加端口", "not an IP address and port")),
        (Kind::Url, Raw::Text(text)) => check_url(text).map(|()| Value::Text(text.clone())),
        (Kind::Choice(words), Raw::Text(text)) => {
            if words.contains(&text.as_str()) {
                Ok(Value::Text(text.clone()))
            } else {
                Err(Both::new("不是允许的值", "not an allowed value"))
            }
        }
        (Kind::Ticket, Raw::Text(text)) => {
            if text.starts_with("LINLI1:") && text.len() <= 1_024 && text.is_ascii() {
                Ok(Value::Text(text.clone()))
            } else {
                Err(Both::new("不是入网票据", "not a ticket"))
            }
        }
        (Kind::Integer { min, max, .. }, Raw::Integer(digits, radix)) => {
            match i64::from_str_radix(&digits.replace('_', ""), *radix) {
                Ok(number) if (min..=max).contains(&number) => Ok(Value::Integer(number)),
                Ok(_) => Err(Both::new("超出范围", "out of range")),
                Err(_) => Err(Both::new("不是整数", "not a whole number")),
            }
        }
        (Kind::Codes, Raw::List(items)) => check_codes(items).map(|()| Value::List(items.clone())),
        (Kind::Hosts, Raw::List(items)) => match items.iter().find(|item| !is_host(item)) {
            None => Ok(Value::List(items.clone())),
            Some(item) => Err(Both::new(
                format!("“{}”不是主机名或 IP 地址", cut(item)),
                format!("{:?} is not a host name or IP address", cut(item)),
            )),
        },
        (_, raw) => {
            let (zh, en) = raw.name();
            Err(Both::new(
                format!("类型不对：{zh}"),
                format!("wrong type: {en}"),
            ))
        }
    }
}

impl Raw {
    fn name(&self) -> (&'static str, &'static str) {
        match self {
            Self::Text(_) => ("文字", "text"),
            Self::Integer(..) => ("整数", "a whole number"),
            Self::List(_) => ("列表", "a list of texts"),
            Self::Other(name) => (name, name),
        }
    }
}

fn check_codes(items: &[String]) -> Result<(), Both> {
    if items.is_empty() || items.len() > 64 {
        return Err(Both::new("需要 1 到 64 个代码", "needs 1 to 64 codes"));
    }
    let mut seen = std::collections::BTreeSet::new();
    for item in items {
        if OrgId::new(item.as_str()).is_err() {
            return Err(Both::new(
                format!("“{}”不是机构代码", cut(item)),
                format!("{:?} is not an organisation code", cut(item)),
            ));
        }
        if !seen.insert(item) {
            return Err(Both::new(
                format!("“{item}”重复"),
                format!("{item:?} stands twice"),
            ));
        }
    }
    Ok(())
}

fn check_url(text: &str) -> Result<(), Both> {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .ok_or_else(|| {
            Both::new(
                "需要 https:// 或 http:// 开头",
                "has to begin with https:// or http://",
            )
        })?;
    let (host, port) = split_port(rest);
    let port_fits = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    if is_host(host) && port_fits {
        Ok(())
    } else {
        Err(Both::new(
            "主机或端口不对，或带有路径",
            "wrong host or port, or with a path",
        ))
    }
}

/// Splits `host:port` and `[v6]:port`; the brackets go.
pub(super) fn split_port(text: &str) -> (&str, Option<&str>) {
    if let Some((host, rest)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let port = if rest.is_empty() {
            None
        } else {
            Some(rest.strip_prefix(':').unwrap_or("?"))
        };
        return (host, port);
    }
    match text.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (text, None),
    }
}

fn is_host(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    text.parse::<IpAddr>().is_ok() || (text.len() <= 253 && text.split('.').all(label))
}

fn line_of(text: &str, span: &Range<usize>) -> usize {
    let before = text.as_bytes().get(..span.start).unwrap_or(text.as_bytes());
    before.split(|byte| *byte == b'\n').count()
}

fn cut(text: &str) -> String {
    let mut out: String = text
        .chars()
        .take(80)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().nth(80).is_some() {
        out.push('…');
    }
    out
}

/// The known names nearest to a wrong one: at most three.
fn nearest(wrong: &str, known: impl Iterator<Item = String>) -> String {
    let mut all: Vec<(usize, String)> = known.map(|name| (distance(wrong, &name), name)).collect();
    all.sort();
    all.into_iter()
        .take(3)
        .map(|(_, name)| name)
        .collect::<Vec<_>>()
        .join(", ")
}

/// The number of letters to insert, remove or replace.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().take(64).enumerate() {
        let mut next = vec![i + 1];
        for (to, pair) in b.iter().zip(row.windows(2)) {
            let [above_left, above] = pair else { continue };
            let replaced = above_left + usize::from(from != *to);
            let left = next.last().copied().unwrap_or(0);
            next.push(replaced.min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

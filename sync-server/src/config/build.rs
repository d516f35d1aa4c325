//! Builds the typed configuration from checked values, with the rules that span several settings.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use linli_model::OrgId;

use super::mistake::{Both, Mistake, Mistakes, Place};
use super::read::{Value, Values, split_port};
use super::{Config, KeySource, Limits, LogFormat, TlsMode};
use crate::door::Level;

const DAY: u64 = 86_400;

pub(super) fn build(path: &Path, values: Values) -> Result<Config, Mistakes> {
    let mut from = From { path, values };
    let config = config(&mut from);
    // Rules that span settings are only looked at when every setting is right by itself.
    if let (Some(config), true) = (&config, from.values.mistakes.is_empty()) {
        from.together(config);
    }
    let mut mistakes = from.values.mistakes;
    mistakes.sort_by(|a, b| a.place.cmp(&b.place));
    match config {
        Some(config) if mistakes.is_empty() => Ok(config),
        Some(_) | None => {
            if mistakes.is_empty() {
                mistakes.push(unreadable(path));
            }
            Err(Mistakes(mistakes))
        }
    }
}

fn config(from: &mut From<'_>) -> Option<Config> {
    let data = from.path("server.data")?;
    let level = match from.text("org.level")?.as_str() {
        "community" => Level::Community,
        "street" => Level::Street,
        _ => Level::District,
    };
    let hosts = from.list("org.hosts")?;
    let tls = match from.text("tls.mode")?.as_str() {
        "off" => TlsMode::Off,
        "files" => TlsMode::Files {
            certificate: from.path("tls.certificate").unwrap_or_default(),
            key: from.path("tls.key").unwrap_or_default(),
        },
        _ => TlsMode::OwnCa,
    };
    let keys = data.join("keys");
    let key_source = match from.text("store.key_source")?.as_str() {
        "passphrase_file" => {
            KeySource::PassphraseFile(from.path("store.passphrase_file").unwrap_or_default())
        }
        "passphrase_variable" => KeySource::PassphraseVariable,
        _ => KeySource::KeyFile(
            from.path("store.key_file")
                .unwrap_or_else(|| keys.join("store.key")),
        ),
    };
    Some(Config {
        listen: from.text("server.listen")?.parse().ok()?,
        public_url: from.text("server.public_url"),
        max_connections: from.size("server.max_connections")?,
        hosts: hosts
            .into_iter()
            .map(OrgId::new)
            .collect::<Result<_, _>>()
            .ok()?,
        level,
        parent_url: from.text("parent.url"),
        parent_ticket: from.text("parent.ticket"),
        tls,
        tls_names: from.list("tls.names")?,
        leaf_days: u16::try_from(from.number("tls.leaf_days")?).ok()?,
        key_source,
        photos: from
            .path("store.photos")
            .unwrap_or_else(|| data.join("photos")),
        backups: from
            .path("store.backups")
            .unwrap_or_else(|| data.join("backups")),
        backup_term: from.span("store.backup_days", DAY)?,
        pack_retention: from.span("store.pack_retention_days", DAY)?,
        limits: limits(from)?,
        link_poll: from.span("sync.link_poll_seconds", 1)?,
        heartbeat: from.span("sync.heartbeat_minutes", 60)?,
        clock_skew: from.span("sync.clock_skew_seconds", 1)?,
        keepalive: from.span("sync.keepalive_seconds", 1)?,
        tick: from.span("sync.tick_seconds", 1)?,
        log_format: match from.text("log.format")?.as_str() {
            "json" => LogFormat::Json,
            _ => LogFormat::Text,
        },
        log_level: from.text("log.level")?,
        data,
    })
}

fn limits(from: &From<'_>) -> Option<Limits> {
    let mib = 1024 * 1024;
    let small = |key| u32::try_from(from.number(key)?).ok();
    Some(Limits {
        body: from.size("limits.body_kib")?.checked_mul(1024)?,
        inflight: from.size("limits.inflight_mib")?.checked_mul(1024 * 1024)?,
        queue_depth: from.size("limits.queue_depth")?,
        group_size: from.size("limits.group_size")?,
        enrol_tries_per_hour: small("limits.enrol_tries_per_hour")?,
        photo: from.number("limits.photo_mib")?.checked_mul(mib)?,
        photo_pixels: from
            .number("limits.photo_megapixels")?
            .checked_mul(1_000_000)?,
        photos_per_device_day: small("limits.photos_per_device_day")?,
        sync_per_device_day: from
            .number("limits.sync_mib_per_device_day")?
            .checked_mul(mib)?,
        uploads_per_device: from.size("limits.uploads_per_device")?,
        upload_ttl: from.span("limits.upload_hours", 3_600)?,
        staging: from.number("limits.staging_mib")?.checked_mul(mib)?,
    })
}

struct From<'a> {
    path: &'a Path,
    values: Values,
}

impl From<'_> {
    fn value(&self, key: &str) -> Option<&Value> {
        self.values.found.get(key).map(|(value, _)| value)
    }

    fn text(&self, key: &str) -> Option<String> {
        match self.value(key)? {
            Value::Text(text) => Some(text.clone()),
            Value::Path(_) | Value::Integer(_) | Value::List(_) | Value::Unset => None,
        }
    }

    fn path(&self, key: &str) -> Option<PathBuf> {
        match self.value(key)? {
            Value::Path(path) => Some(path.clone()),
            Value::Text(_) | Value::Integer(_) | Value::List(_) | Value::Unset => None,
        }
    }

    fn list(&self, key: &str) -> Option<Vec<String>> {
        match self.value(key)? {
            Value::List(items) => Some(items.clone()),
            Value::Text(_) | Value::Integer(_) | Value::Path(_) | Value::Unset => None,
        }
    }

    fn number(&self, key: &str) -> Option<u64> {
        match self.value(key)? {
            Value::Integer(number) => u64::try_from(*number).ok(),
            Value::Text(_) | Value::Path(_) | Value::List(_) | Value::Unset => None,
        }
    }

    fn size(&self, key: &str) -> Option<usize> {
        usize::try_from(self.number(key)?).ok()
    }

    fn span(&self, key: &str, unit_seconds: u64) -> Option<Duration> {
        Some(Duration::from_secs(
            self.number(key)?.checked_mul(unit_seconds)?,
        ))
    }

    /// The rules that span settings.
    fn together(&mut self, config: &Config) {
        if config.tls == TlsMode::Off && !config.listen.ip().is_loopback() {
            self.wrong(
                "tls.mode",
                "\"off\"",
                Both::new(
                    format!("监听地址 {} 不是本机回环地址，不许不加密", config.listen),
                    format!(
                        "{} is not a loopback address, so it has to be encrypted",
                        config.listen
                    ),
                ),
                Both::new(
                    "\"own_ca\"、\"files\"，或把 server.listen 改为 127.0.0.1",
                    "\"own_ca\", \"files\", or server.listen on 127.0.0.1",
                ),
            );
        }
        if let TlsMode::Files { certificate, key } = &config.tls {
            for (path, name) in [(certificate, "tls.certificate"), (key, "tls.key")] {
                self.needed(path, name, "tls.mode = \"files\"");
            }
        }
        if let KeySource::PassphraseFile(path) = &config.key_source {
            self.needed(
                path,
                "store.passphrase_file",
                "store.key_source = \"passphrase_file\"",
            );
        }
        if config.level == Level::District
            && let Some(name) = [
                ("parent.url", config.parent_url.is_some()),
                ("parent.ticket", config.parent_ticket.is_some()),
            ]
            .into_iter()
            .find_map(|(name, set)| set.then_some(name))
        {
            self.wrong(
                name,
                "",
                Both::new("区级服务器没有上级", "a district's server has no parent"),
                Both::new(
                    "不设置，或改 org.level",
                    "leave it unset, or another org.level",
                ),
            );
        }
        self.plain_urls(config);
    }

    /// Plain HTTP only between processes of one machine.
    fn plain_urls(&mut self, config: &Config) {
        let urls = [
            ("server.public_url", &config.public_url),
            ("parent.url", &config.parent_url),
        ];
        for (name, url) in urls {
            let Some(rest) = url.as_deref().and_then(|url| url.strip_prefix("http://")) else {
                continue;
            };
            let (host, _) = split_port(rest);
            if !host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()) {
                self.wrong(
                    name,
                    url.as_deref().unwrap_or_default(),
                    Both::new(
                        "http:// 只许用于本机回环地址",
                        "http:// is only for loopback addresses",
                    ),
                    Both::new("https://…", "https://…"),
                );
            }
        }
    }

    fn needed(&mut self, path: &Path, name: &str, by: &str) {
        if path.as_os_str().is_empty() {
            self.wrong(
                name,
                "",
                Both::new(
                    format!("{by} 时必须设置"),
                    format!("has to be set with {by}"),
                ),
                super::read::find(name)
                    .map(super::read::allowed)
                    .unwrap_or_default(),
            );
        }
    }

    fn wrong(&mut self, setting: &str, value: &str, problem: Both, allowed: Both) {
        let place = self
            .values
            .found
            .get(setting)
            .and_then(|(_, place)| place.clone());
        self.values.mistakes.push(Mistake {
            place: place.unwrap_or(Place::File {
                path: self.path.to_owned(),
                line: 0,
            }),
            setting: setting.to_owned(),
            value: value.to_owned(),
            problem,
            allowed,
        });
    }
}

fn unreadable(path: &Path) -> Mistake {
    Mistake {
        place: Place::File {
            path: path.to_owned(),
            line: 0,
        },
        setting: "table".to_owned(),
        value: String::new(),
        problem: Both::new(
            "设置表自相矛盾（程序错误）",
            "the table of settings contradicts itself (a bug)",
        ),
        allowed: Both::default(),
    }
}

//! Every setting, its default, its allowed values and what it means. The only place they stand:
//! the reader checks against it and `linli.example.toml` is written from it.

use crate::text::{Lang, Text};

/// What values a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A folder or file; relative paths start at the folder of the configuration file.
    Path,
    /// An IP address and port.
    Address,
    /// An `https://` or `http://` address without path.
    Url,
    /// A whole number.
    Integer {
        /// Smallest allowed value.
        min: i64,
        /// Largest allowed value.
        max: i64,
        /// What is counted.
        unit: Text,
    },
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of organisation codes.
    Codes,
    /// A list of host names or IP addresses.
    Hosts,
    /// An enrolment ticket, `LINLI1:...`.
    Ticket,
}

/// One setting.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The table in the file.
    pub section: &'static str,
    /// The key in the table.
    pub name: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// The default as TOML; `None` when it has to be set, `Some("")` when it may stay unset.
    pub default: Option<&'static str>,
    /// What it means.
    pub about: Text,
}

impl Setting {
    /// `section.name`.
    pub fn key(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }

    /// The environment variable that wins over the file: `LINLI_SECTION_NAME`.
    pub fn variable(&self) -> String {
        format!("LINLI_{}_{}", self.section, self.name).to_uppercase()
    }

    /// The allowed values, for the example and for messages.
    pub fn allowed(&self, lang: Lang) -> String {
        match self.kind {
            Kind::Path => {
                lang.pick("路径，如", "a path such as").to_owned() + " \"/var/lib/linli\""
            }
            Kind::Address => {
                lang.pick("IP 地址和端口，如", "an IP address and port such as")
                    .to_owned()
                    + " \"127.0.0.1:7443\""
            }
            Kind::Url => {
                lang.pick("不带路径的地址，如", "an address without path such as")
                    .to_owned()
                    + " \"https://linli.example:7443\""
            }
            Kind::Integer { min, max, unit } => lang.pick(
                format!("整数 {min} 到 {max}（{}）", unit.zh),
                format!("a whole number {min} to {max} ({})", unit.en),
            ),
            Kind::Choice(words) => {
                let words = words.join("\", \"");
                lang.pick(format!("之一：\"{words}\""), format!("one of \"{words}\""))
            }
            Kind::Codes => lang.pick(
                "1 到 64 个互不相同的机构代码，如 [\"110101001\"]；只用字母、数字和 . _ -"
                    .to_owned(),
                "1 to 64 different organisation codes such as [\"110101001\"]; letters, digits \
                 and . _ - only"
                    .to_owned(),
            ),
            Kind::Hosts => {
                lang.pick(
                    "主机名或 IP 地址的列表，如",
                    "a list of host names or IP addresses such as",
                )
                .to_owned()
                    + " [\"10.1.2.3\"]"
            }
            Kind::Ticket => {
                lang.pick("入网票据，以", "a ticket, which begins with")
                    .to_owned()
                    + " \"LINLI1:\""
            }
        }
    }
}

/// A table of the file with its settings.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// Its name.
    pub name: &'static str,
    /// What it is about.
    pub about: Text,
}

macro_rules! int {
    ($min:literal..=$max:literal $zh:literal $en:literal) => {
        Kind::Integer {
            min: $min,
            max: $max,
            unit: Text { zh: $zh, en: $en },
        }
    };
}

macro_rules! settings {
    ($($section:ident { $($name:ident: $kind:expr, $default:expr, $zh:literal, $en:literal;)* })*) => {
        &[$($(Setting {
            section: stringify!($section),
            name: stringify!($name),
            kind: $kind,
            default: $default,
            about: Text { zh: $zh, en: $en },
        },)*)*]
    };
}

macro_rules! sections {
    ($($name:ident: $zh:literal, $en:literal;)*) => {
        &[$(Section { name: stringify!($name), about: Text { zh: $zh, en: $en } },)*]
    };
}

/// The tables of the file, in order.
pub const SECTIONS: &[Section] = sections! {
    server: "数据放在哪里，在哪个地址上服务。", "Where the data lies and where the server listens.";
    org: "本机承载哪些机构。", "Which organisations this server hosts.";
    parent: "上级服务器；区级没有上级。", "The server above this one; a district has none.";
    tls: "加密连接。", "Encrypted connections.";
    store: "数据库密钥、照片和备份。", "The database key, photos and backups.";
    limits: "容量与限额；超出时请求被拒绝，数据不受影响。",
        "Sizes and quotas; a request beyond them is refused and nothing is lost.";
    sync: "间隔与容差。", "Intervals and tolerances.";
    log: "日志；不含个人信息。", "Logs; they hold no personal data.";
};

/// Every setting, in the order of the example file.
pub const SETTINGS: &[Setting] = settings! {
    server {
        data: Kind::Path, Some("\"data\""),
            "数据文件夹：数据库、密钥、照片、备份都在其中，除非另行指定。",
            "The data folder: database, keys, photos and backups, unless set elsewhere.";
        listen: Kind::Address, Some("\"127.0.0.1:7443\""),
            "监听的地址和端口；端口 0 表示任选一个空闲端口。",
            "The address and port to listen on; port 0 takes any free port.";
        public_url: Kind::Url, Some(""),
            "手持终端和下级服务器使用的地址；不填时用 https:// 加监听地址。",
            "The address that handhelds and child servers use; when unset, https:// and the listening address.";
        max_connections: int!(1..=100_000 "个" "connections"), Some("4096"),
            "同时连接数上限；超出的连接等待。",
            "Open connections at most; further ones wait.";
    }
    org {
        hosts: Kind::Codes, None,
            "承载的机构代码：一个为联级部署，多个为一机多级；第一个是主机构。",
            "Codes of the hosted organisations: one when federated, several on one box; the first is the main one.";
        level: Kind::Choice(&["community", "street", "district"]), None,
            "主机构的层级：社区、街道或区。",
            "The level of the main organisation.";
    }
    parent {
        url: Kind::Url, Some(""),
            "上级服务器的地址；不填时用入网票据中的地址。",
            "The parent's address; when unset, the one in the ticket.";
        ticket: Kind::Ticket, Some(""),
            "上级用 admin server-ticket 开出的入网票据；只在首次连接时使用，用后可删去。",
            "The ticket that the parent issued with admin server-ticket; used on the first contact only.";
    }
    tls {
        mode: Kind::Choice(&["own_ca", "files", "off"]), Some("\"own_ca\""),
            "own_ca：用 init 建立的自有 CA；files：用下面的证书文件；off：不加密，只许在本机回环地址。",
            "own_ca: the CA that init made; files: the files below; off: plain HTTP, only on a loopback address.";
        names: Kind::Hosts, Some("[]"),
            "服务器证书另外包含的主机名或 IP；公开地址和监听地址总在其中。",
            "Further host names or IP addresses in the server certificate; the public and the listening address are always in it.";
        certificate: Kind::Path, Some(""),
            "证书链，用于 files 方式（PEM，服务器证书在前，CA 在后）。",
            "The certificate chain for the mode files (PEM, server certificate first, CA last).";
        key: Kind::Path, Some(""),
            "私钥，用于 files 方式（PEM，权限 0600）。",
            "The private key for the mode files (PEM, file mode 0600).";
        leaf_days: int!(2..=397 "天" "days"), Some("90"),
            "自有 CA 签发的服务器证书的有效期；过三分之二时自动换发。",
            "How long a server certificate from the own CA is valid; renewed by itself after two thirds.";
    }
    store {
        key_source: Kind::Choice(&["key_file", "passphrase_file", "passphrase_variable"]), Some("\"key_file\""),
            "数据库密钥来源：密钥文件、口令文件，或环境变量 LINLI_PASSPHRASE。",
            "Where the database key comes from: a key file, a file with a passphrase, or the variable LINLI_PASSPHRASE.";
        key_file: Kind::Path, Some(""),
            "密钥文件（64 个十六进制字符，权限 0600）；不填时为数据文件夹中的 keys/store.key。",
            "The key file (64 hex characters, file mode 0600); when unset, keys/store.key in the data folder.";
        passphrase_file: Kind::Path, Some(""),
            "口令文件：第一行即口令，至少 12 个字符，权限 0600。",
            "The passphrase file: its first line is the passphrase, 12 characters or more, file mode 0600.";
        photos: Kind::Path, Some(""),
            "照片文件夹；不填时为数据文件夹中的 photos。",
            "The folder of photos; when unset, photos in the data folder.";
        backups: Kind::Path, Some(""),
            "备份文件夹；不填时为数据文件夹中的 backups。请放到另一块磁盘。",
            "The folder of backups; when unset, backups in the data folder. Put it on another disk.";
        backup_days: int!(1..=365 "天" "days"), Some("30"),
            "备份保留多久；到期自动删除，包括最后一份，因为其中有已应删除的资料。",
            "How long a backup is kept; then it is deleted, also the last one, because it holds what was to be forgotten.";
        pack_retention_days: int!(1..=365 "天" "days"), Some("14"),
            "旧数据包在有了新包之后再保留多久，供中断的下载续传。",
            "How long an old pack stays after a newer one, so that a broken download can go on.";
    }
    limits {
        body_kib: int!(256..=8_192 "KiB" "KiB"), Some("8192"),
            "一次同步请求的最大长度。",
            "The largest body of a sync request.";
        inflight_mib: int!(16..=4_096 "MiB" "MiB"), Some("128"),
            "正在接收和排队的请求合计占用的内存上限。",
            "Memory for requests that are being received or queued.";
        queue_depth: int!(8..=16_384 "个" "requests"), Some("512"),
            "等待写入的请求上限；超出时答复 429 和重试时间。",
            "Requests that wait for the writer at most; further ones get 429 and a time to retry.";
        group_size: int!(1..=1_024 "个" "requests"), Some("64"),
            "一次落盘最多合并多少个请求。",
            "Requests that share one write to disk at most.";
        enrol_tries_per_hour: int!(1..=10_000 "次" "tries"), Some("60"),
            "每个来源地址每小时的入网失败次数上限，未知密钥另计同样多次；已登记的终端不受影响。",
            "Failed enrolments per hour from one address, and as many unknown keys; enrolled devices are not affected.";
        photo_mib: int!(1..=32 "MiB" "MiB"), Some("8"),
            "一张照片的最大长度。",
            "The largest photo.";
        photo_megapixels: int!(1..=100 "百万像素" "megapixels"), Some("20"),
            "一张照片的最大像素数（百万）。",
            "The most pixels of a photo, in millions.";
        photos_per_device_day: int!(1..=100_000 "张" "photos"), Some("1000"),
            "每台设备每天的照片数上限。",
            "Photos of one device in a day.";
        sync_mib_per_device_day: int!(1..=1_048_576 "MiB" "MiB"), Some("512"),
            "每台设备每天同步上传的数据上限。",
            "Sync data that one device may send in a day.";
        uploads_per_device: int!(1..=1_024 "个" "uploads"), Some("32"),
            "每台设备未完成的照片上传数上限。",
            "Unfinished photo uploads of one device.";
        upload_hours: int!(1..=720 "小时" "hours"), Some("168"),
            "未完成的上传保留多久。",
            "How long an unfinished upload is kept.";
        staging_mib: int!(16..=1_048_576 "MiB" "MiB"), Some("4096"),
            "未完成的上传合计占用的磁盘上限。",
            "Disk space for all unfinished uploads.";
    }
    sync {
        link_poll_seconds: int!(1..=3_600 "秒" "seconds"), Some("30"),
            "隔多久与上级交换一次；有新数据时立即交换。",
            "How often to exchange with the parent; new data goes at once.";
        heartbeat_minutes: int!(1..=1_440 "分钟" "minutes"), Some("15"),
            "设备心跳间隔；两次未到即视为失联。",
            "The interval of heartbeats; a device that misses two counts as silent.";
        clock_skew_seconds: int!(10..=3_600 "秒" "seconds"), Some("300"),
            "请求签名时间与服务器时间的最大差；超出时答复 401 和签名的服务器时间。",
            "The largest difference of a request's time from the server's; beyond it the answer is 401 with the server's signed time.";
        keepalive_seconds: int!(5..=300 "秒" "seconds"), Some("25"),
            "唤醒连接的保活间隔。",
            "The keep-alive interval of wake connections.";
        tick_seconds: int!(1..=300 "秒" "seconds"), Some("10"),
            "隔多久检查到期的提醒、挂起和评价。",
            "How often due reminders, holds and evaluations are looked for.";
    }
    log {
        format: Kind::Choice(&["text", "json"]), Some("\"text\""),
            "日志格式。",
            "The format of log lines.";
        level: Kind::Choice(&["error", "warn", "info", "debug", "trace"]), Some("\"info\""),
            "日志详细程度。",
            "How much to log.";
    }
};

//! Every kind of mistake is found, placed and explained; the example file is the table.

use std::collections::BTreeMap;
use std::path::Path;

use super::table::SETTINGS;
use super::{Config, KeySource, TlsMode, example};
use crate::door::Level;
use crate::text::Lang;

const GOOD: &str = "[org]\nhosts = [\"110101001001\"]\nlevel = \"community\"\n";

fn read(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
    let variables: BTreeMap<String, String> = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Config::read(Path::new("/etc/linli/linli.toml"), Some(text), &variables)
        .map_err(|mistakes| mistakes.message(Lang::En))
}

#[test]
fn defaults_fill_what_is_not_set() {
    let config = read(GOOD, &[]).unwrap();
    assert_eq!(config.data, Path::new("/etc/linli/data"));
    assert_eq!(config.listen.to_string(), "127.0.0.1:7443");
    assert_eq!(config.level, Level::Community);
    assert_eq!(config.tls, TlsMode::OwnCa);
    assert_eq!(
        config.key_source,
        KeySource::KeyFile("/etc/linli/data/keys/store.key".into())
    );
    assert_eq!(config.limits.body, 8 * 1024 * 1024);
    assert_eq!(config.public_url, None);
}

#[test]
fn a_variable_wins_over_the_file() {
    let text = format!("{GOOD}[server]\nlisten = \"127.0.0.1:1\"\n");
    let config = read(
        &text,
        &[
            ("LINLI_SERVER_LISTEN", "127.0.0.1:2"),
            ("LINLI_ORG_HOSTS", "a, b"),
            ("LINLI_LIMITS_BODY_KIB", "512"),
            ("LINLI_PASSPHRASE", "not a setting"),
            ("LINLI_SEED", "of another tool"),
            ("PATH", "/bin"),
        ],
    )
    .unwrap();
    assert_eq!(config.listen.port(), 2);
    assert_eq!(config.hosts.len(), 2);
    assert_eq!(config.limits.body, 512 * 1024);
}

/// Each row: text after the good start, variable, and what the message has to say.
type Row = (
    &'static str,
    Option<(&'static str, &'static str)>,
    &'static [&'static str],
);

const WRONG: &[Row] = &[
    (
        "[server]\nlisen = \"x\"",
        None,
        &[
            "linli.toml:5: server.lisen",
            "no such setting",
            "server.listen",
        ],
    ),
    (
        "[sever]\nlisten = \"x\"",
        None,
        &["linli.toml:4: sever", "no such setting", "server"],
    ),
    ("hosts = 1", None, &["linli.toml:4: TOML", "duplicate key"]),
    (
        "[server]\nlisten = \"nowhere\"",
        None,
        &[
            "linli.toml:5: server.listen = \"nowhere\"",
            "127.0.0.1:7443",
        ],
    ),
    (
        "[server]\nlisten = 7443",
        None,
        &[":5: server.listen = 7443", "wrong type: a whole number"],
    ),
    (
        "[server]\ndata = \"\"",
        None,
        &[":5: server.data = \"\"", "path is empty"],
    ),
    (
        "[server]\npublic_url = \"ftp://a\"",
        None,
        &["https:// or http://"],
    ),
    (
        "[server]\npublic_url = \"https://a/b\"",
        None,
        &["with a path"],
    ),
    (
        "[server]\npublic_url = \"http://10.1.2.3:80\"",
        None,
        &["only for loopback"],
    ),
    (
        "[limits]\nbody_kib = 0",
        None,
        &[":5: limits.body_kib = 0: out of range", "256 to 8192 (KiB)"],
    ),
    (
        "[limits]\nbody_kib = \"4 MiB\"",
        None,
        &["wrong type: text", "a whole number 256"],
    ),
    ("[limits]\nbody_kib = 1.5", None, &["wrong type: float"]),
    (
        "[limits]\nbody_kib = 99999999999999999999",
        None,
        &["not a whole number"],
    ),
    (
        "[log]\nformat = \"xml\"",
        None,
        &["not an allowed value", "\"text\", \"json\""],
    ),
    ("[log]\nformat = true", None, &["wrong type: boolean"]),
    (
        "[tls]\nnames = [\"a b\"]",
        None,
        &["\"a b\" is not a host name"],
    ),
    ("[tls]\nnames = [1]", None, &["wrong type: array"]),
    (
        "[tls]\nmode = \"off\"\n[server]\nlisten = \"0.0.0.0:80\"",
        None,
        &[":5: tls.mode = \"off\"", "not a loopback"],
    ),
    (
        "[tls]\nmode = \"files\"\nkey = \"k.pem\"",
        None,
        &["tls.certificate", "has to be set with tls.mode"],
    ),
    (
        "[store]\nkey_source = \"passphrase_file\"",
        None,
        &["store.passphrase_file", "has to be set"],
    ),
    (
        "[parent]\nticket = \"sesame\"",
        None,
        &["parent.ticket = ***", "not a ticket"],
    ),
    (
        "",
        Some(("LINLI_ORG_LEVEL", "city")),
        &["LINLI_ORG_LEVEL: org.level = \"city\"", "\"district\""],
    ),
    (
        "",
        Some(("LINLI_SEVER_LISTEN", "x")),
        &[
            "LINLI_SEVER_LISTEN",
            "no such setting",
            "LINLI_SERVER_LISTEN",
        ],
    ),
    (
        "",
        Some(("LINLI_SYNC_TICK_SECONDS", "soon")),
        &["not a whole number", "1 to 300 (seconds)"],
    ),
    (
        "",
        Some(("LINLI_ORG_HOSTS", "a,a")),
        &["\"a\" stands twice"],
    ),
    ("", Some(("LINLI_ORG_HOSTS", "")), &["needs 1 to 64 codes"]),
    (
        "[parent]\nurl = \"https://a\"",
        Some(("LINLI_ORG_LEVEL", "district")),
        &[":5: parent.url", "has no parent"],
    ),
    ("[broken", None, &["linli.toml:4: TOML: not valid TOML"]),
];

#[test]
fn every_mistake_is_refused_with_place_value_and_allowed_values() {
    for (more, variable, says) in WRONG {
        let variables: Vec<_> = variable.iter().copied().collect();
        let message = read(&format!("{GOOD}{more}\n"), &variables).expect_err(more);
        for part in *says {
            assert!(
                message.contains(part),
                "{more:?}: {part:?} is not in\n{message}"
            );
        }
        assert!(message.contains("Nothing was changed"), "{message}");
    }
}

#[test]
fn all_mistakes_are_named_at_once_in_order_of_lines() {
    let text = "[server]\nlisten = 1\nfoo = 2\n[log]\nlevel = \"loud\"\n";
    let message = read(text, &[("LINLI_NO_SUCH", "1")]).unwrap_err();
    let lines: Vec<&str> = message.lines().collect();
    assert_eq!(lines.len(), 7, "{message}");
    let starts = [
        "/etc/linli/linli.toml: org.hosts: has to be set",
        "/etc/linli/linli.toml: org.level: has to be set",
        "/etc/linli/linli.toml:2: server.listen",
        "/etc/linli/linli.toml:3: server.foo",
        "/etc/linli/linli.toml:5: log.level",
        "LINLI_NO_SUCH",
        "6 wrong setting(s)",
    ];
    for (line, start) in lines.iter().zip(starts) {
        assert!(
            line.starts_with(start),
            "{line:?} should start with {start:?}"
        );
    }
}

#[test]
fn a_secret_is_never_repeated() {
    let message = read(GOOD, &[("LINLI_PARENT_TICKET", "top secret")]).unwrap_err();
    assert!(!message.contains("top secret"), "{message}");
}

#[test]
fn the_example_is_valid_names_every_setting_and_is_the_one_in_the_folder() {
    let text = example();
    read(&text, &[]).unwrap();
    // With the marks of comment taken off, every setting is read and still valid.
    let open: String = text
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(rest)
                if SETTINGS
                    .iter()
                    .any(|s| rest.starts_with(&format!("{} = ", s.name))) =>
            {
                format!("{rest}\n")
            }
            _ => format!("{line}\n"),
        })
        .collect();
    read(&open, &[]).unwrap();
    for setting in SETTINGS {
        assert!(
            open.contains(&format!("\n{} = ", setting.name)),
            "{}",
            setting.key()
        );
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("linli.example.toml");
    if std::env::var_os("LINLI_WRITE_EXAMPLE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let stored = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(
        stored, text,
        "run this test with LINLI_WRITE_EXAMPLE=1 to write it anew"
    );
}

#[test]
fn the_message_speaks_chinese_too() {
    let mistakes = Config::read(Path::new("linli.toml"), None, &BTreeMap::new()).unwrap_err();
    let message = mistakes.message(Lang::Zh);
    assert!(message.contains("org.hosts: 必须设置"), "{message}");
    assert!(message.contains("没有改动任何数据"), "{message}");
}

//! The page for a web view that cannot show the screens: what is wrong, that nothing is lost, what to do,
//! and what to read out to the administrator. It is drawn without a web view; here are its words only.

#[cfg(any(target_os = "android", test))]
mod android;
#[cfg(target_os = "linux")]
pub(crate) mod window;

use std::path::Path;

use linli_device::dto::settings::Language;
use linli_device::{Device, Parts};
use serde::Serialize;

use crate::web_view::Unfit;

/// The page, from top to bottom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Notice {
    pub(crate) title: String,
    pub(crate) lines: Vec<String>,
    /// What is written on the button that asks the system again.
    pub(crate) retry: String,
}

/// What is known of this device while it is locked.
#[derive(Debug, Default)]
struct Known {
    language: Language,
    name: Option<String>,
    /// Cases that have not reached the community; nothing when their number cannot be read.
    waiting: Option<u32>,
}

impl Notice {
    /// The page for the device in `folder`. Whatever cannot be read there is left out.
    pub(crate) fn new(unfit: &Unfit, folder: &Path) -> Self {
        Self::of(unfit, &Known::read(folder))
    }

    fn of(unfit: &Unfit, known: &Known) -> Self {
        match known.language {
            Language::ZhCn => Self::in_chinese(unfit, known),
            Language::En => Self::in_english(unfit, known),
        }
    }

    fn in_chinese(unfit: &Unfit, known: &Known) -> Self {
        let needed = unfit.needed;
        let found = unfit.found.map_or_else(
            || format!("没有可用的网页组件，需要 {needed} 或更新"),
            |found| format!("现在是 {found}，需要 {needed} 或更新"),
        );
        let waiting = match known.waiting {
            Some(0) => "没有未送达的案件".to_owned(),
            Some(count) => format!("未送达案件 {count} 件，加密保存在这台终端上"),
            None => "未送达的数量现在读不出，案件仍加密保存在这台终端上".to_owned(),
        };
        let mut lines = vec![
            found,
            format!("你的数据没有丢：{waiting}"),
            "不要卸载，不要清除数据。请联系管理员更新网页组件，更新后点“再试”".to_owned(),
        ];
        lines.extend(known.name.as_ref().map(|name| format!("请报终端 {name}")));
        Self {
            title: "这台终端的网页组件太旧".to_owned(),
            lines,
            retry: "再试".to_owned(),
        }
    }

    fn in_english(unfit: &Unfit, known: &Known) -> Self {
        let needed = unfit.needed;
        let found = unfit.found.map_or_else(
            || format!("There is no web view that starts; version {needed} or newer is needed."),
            |found| format!("It is version {found}; version {needed} or newer is needed."),
        );
        let waiting = match known.waiting {
            Some(0) => "no case waits to be sent.".to_owned(),
            Some(1) => "1 case waits to be sent, kept encrypted on this device.".to_owned(),
            Some(count) => {
                format!("{count} cases wait to be sent, kept encrypted on this device.")
            }
            None => {
                "how many cases wait cannot be read now; they are kept encrypted on this device."
                    .to_owned()
            }
        };
        let mut lines = vec![
            found,
            format!("Your data is safe: {waiting}"),
            "Do not uninstall and do not clear data. Ask the administrator to update the web view, then \
             press Retry."
                .to_owned(),
        ];
        lines.extend(
            known
                .name
                .as_ref()
                .map(|name| format!("Tell them: device {name}")),
        );
        Self {
            title: "This device's web view is too old".to_owned(),
            lines,
            retry: "Retry".to_owned(),
        }
    }
}

impl Known {
    /// Reads what the locked device shows. Nothing is written: a folder that is not there stays away.
    fn read(folder: &Path) -> Self {
        if !folder.is_dir() {
            return Self {
                waiting: Some(0),
                ..Self::default()
            };
        }
        let status = Device::open_with(folder, Parts::default()).and_then(|device| device.status());
        match status {
            Ok(status) => Self {
                language: status.settings.language,
                name: status.device_name,
                waiting: Some(status.waiting_count),
            },
            Err(error) => {
                tracing::warn!(%error, "the device's folder cannot be read for the notice");
                Self::default()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::web_view;

    fn unfit(said: Option<&str>) -> Unfit {
        web_view::judge(said).unwrap_err()
    }

    #[test]
    fn it_says_what_is_wrong_what_is_safe_and_what_to_read_out() {
        let known = Known {
            language: Language::ZhCn,
            name: Some("0417".to_owned()),
            waiting: Some(3),
        };
        let page = Notice::of(&unfit(Some("2.38.2")), &known);
        assert_eq!(page.title, "这台终端的网页组件太旧");
        let text = page.lines.join("\n");
        for part in ["2.38", "2.42", "没有丢", "3 件", "管理员", "0417"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert_eq!(page.retry, "再试");
    }

    #[test]
    fn both_languages_say_as_much() {
        for (waiting, name) in [(None, None), (Some(0), Some("7")), (Some(1), None)] {
            let known = |language| Known {
                language,
                name: name.map(str::to_owned),
                waiting,
            };
            let chinese = Notice::of(&unfit(None), &known(Language::ZhCn));
            let english = Notice::of(&unfit(None), &known(Language::En));
            assert_eq!(chinese.lines.len(), english.lines.len());
            assert!(english.lines.concat().is_ascii());
        }
    }

    #[test]
    fn a_locked_device_tells_how_much_waits() {
        let folder = tempfile::tempdir().unwrap();
        let missing = Notice::new(&unfit(None), &folder.path().join("none"));
        assert!(missing.lines.concat().contains("没有未送达"));
        assert!(!folder.path().join("none").exists());

        let face =
            r#"{ "is_bound": true, "device_name": "0417", "settings": { "language": "en" } }"#;
        fs::write(folder.path().join("face.json"), face).unwrap();
        fs::write(folder.path().join("waiting"), "0000000012\n").unwrap();
        let page = Notice::new(&unfit(None), folder.path());
        let text = page.lines.concat();
        assert!(text.contains("12 cases wait") && text.contains("device 0417"));

        let file = folder.path().join("waiting");
        let broken = Notice::new(&unfit(None), &file);
        assert!(
            broken.lines.concat().contains("没有未送达"),
            "a file is no folder"
        );
    }
}

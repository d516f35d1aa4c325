//! Whether the system's web view can show the screens. One that is too old shows an empty window and
//! says nothing, so its version is asked for before there is a window.

use std::fmt;

/// The variable that stands in for what the system says, to look at the page of [`crate::notice`] where
/// the web view is new. Empty: as if there were no web view.
#[cfg(target_os = "linux")]
const OVERRIDE: &str = "LINLI_WEB_VIEW_VERSION";

/// Android: the oldest engine that the screens are compiled for (`build.target` in
/// ui/handheld/vite.config.ts).
const CHROMIUM: Version = Version(87, 0);
/// Linux: the screens are compiled for Safari 14, which is WebKitGTK 2.30, but the window library calls
/// functions that came with 2.42 (`webkit_cookie_manager_get_all_cookies`; "since" in WebKit2-4.1.gir).
const WEBKITGTK: Version = Version(2, 42);

/// The first two numbers of a version; no later number ever decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(u32, u32);

/// What is wrong with a web view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unfit {
    /// Its version; nothing when there is none that starts.
    pub(crate) found: Option<Version>,
    /// The oldest version that will do.
    pub(crate) needed: Version,
}

impl Version {
    /// Reads `2.50.6`, `87.0.4280.141`, or the user agent of a Chromium. Vendors number their packages
    /// as they like, so that on Android only the user agent tells the engine's age.
    pub(crate) fn read(said: &str) -> Option<Self> {
        let said = said
            .split_once("Chrome/")
            .map_or(said, |(_, version)| version);
        let mut numbers = said.trim().split(|c: char| !c.is_ascii_digit());
        let major = numbers.next()?.parse().ok()?;
        let minor = numbers.next().and_then(|minor| minor.parse().ok());
        Some(Self(major, minor.unwrap_or(0)))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Nobody speaks of Chromium's second number: it is always 0.
        match self {
            Self(major, 0) => write!(f, "{major}"),
            Self(major, minor) => write!(f, "{major}.{minor}"),
        }
    }
}

/// Judges what a web view said about itself; `None` when there is none that starts. What cannot be read
/// is believed to be new: a strange number shall not keep people from their work.
pub(crate) fn judge(said: Option<&str>) -> Result<(), Unfit> {
    let needed = if cfg!(target_os = "android") {
        CHROMIUM
    } else {
        WEBKITGTK
    };
    judge_against(needed, said)
}

fn judge_against(needed: Version, said: Option<&str>) -> Result<(), Unfit> {
    let found = said.map(Version::read);
    match found {
        Some(Some(version)) if version < needed => Err(Unfit {
            found: Some(version),
            needed,
        }),
        Some(_) => Ok(()),
        None => Err(Unfit {
            found: None,
            needed,
        }),
    }
}

/// What the web view says about itself: [`OVERRIDE`] when it is set, else what `ask` learns.
#[cfg(target_os = "linux")]
pub(crate) fn said(ask: impl FnOnce() -> Option<String>) -> Option<String> {
    match std::env::var(OVERRIDE) {
        Ok(said) => Some(said).filter(|said| !said.is_empty()),
        Err(_) => ask(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        for (said, shown) in [
            ("2.50.6", "2.50"),
            ("2.9", "2.9"),
            ("87.0.4280.141", "87"),
            ("74", "74"),
            (" 2.42.0\n", "2.42"),
            (
                "Mozilla/5.0 (Linux; Android 9; N7) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 \
                 Chrome/74.0.3729.186 Mobile Safari/537.36",
                "74",
            ),
        ] {
            assert_eq!(Version::read(said).unwrap().to_string(), shown, "{said}");
        }
        for said in ["", "new", "v2", "99999999999.1"] {
            assert_eq!(Version::read(said), None, "{said}");
        }
    }

    #[test]
    fn what_is_older_than_needed_is_refused_and_what_is_unknown_is_not() {
        let is_fit = |needed, said| judge_against(needed, said).is_ok();
        for (said, fit) in [
            ("2.50.6", true),
            ("2.42", true),
            ("2.41.99", false),
            ("2.9.0", false),
            ("3.0", true),
            ("unheard of", true),
        ] {
            assert_eq!(is_fit(WEBKITGTK, Some(said)), fit, "{said}");
        }
        assert!(is_fit(CHROMIUM, Some("Chrome/87.0.4280.66 Mobile")));
        assert!(!is_fit(CHROMIUM, Some("Chrome/86.0.4240.198 Mobile")));
        assert!(is_fit(CHROMIUM, Some("Chrome/141.0.0.0 Mobile")));
        assert!(!is_fit(CHROMIUM, None));
    }
}

//! The page for Android: `DoorActivity.kt` draws what is answered here, before anything of Tauri is
//! loaded.

use std::path::Path;

use jni::JNIEnv;
use jni::objects::{JObject, JString};
use jni::sys::jstring;

use super::Notice;
use crate::{folder, web_view};

/// `DoorActivity.notice(data, said)`: the page as JSON, or null when the web view will do. `data` is the
/// program's data folder, `said` the user agent of the web view or null.
#[expect(
    unsafe_code,
    reason = "the virtual machine finds the function by its exported name"
)]
#[unsafe(no_mangle)]
extern "system" fn Java_org_linli_handheld_DoorActivity_notice(
    mut env: JNIEnv<'_>,
    _activity: JObject<'_>,
    data: JString<'_>,
    said: JString<'_>,
) -> jstring {
    let data: String = env.get_string(&data).map(Into::into).unwrap_or_default();
    let said: Option<String> = if said.is_null() {
        None
    } else {
        env.get_string(&said).map(Into::into).ok()
    };
    let json = page(Path::new(&data), said.as_deref());
    json.and_then(|json| env.new_string(json).ok())
        .map_or(std::ptr::null_mut(), JString::into_raw)
}

fn page(data: &Path, said: Option<&str>) -> Option<String> {
    let unfit = web_view::judge(said).err()?;
    let notice = Notice::new(&unfit, &data.join(folder::NAME));
    serde_json::to_string(&notice).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_page_only_for_what_is_too_old() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(page(folder.path(), Some("500.0.1")), None);
        let json = page(folder.path(), Some("1.0")).unwrap();
        let page: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(page["retry"], "再试");
        assert_eq!(page["lines"].as_array().unwrap().len(), 3);
    }
}

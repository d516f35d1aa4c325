//! The calls into Kotlin: `FieldPlugin` of the Android project (docs/android.md).

use std::sync::Arc;

use linli_device::Device;
use linli_device::dto::change_set::{ChangeSet, Noun};
use serde::Serialize;
use tauri::ipc::{Channel, InvokeResponseBody};
use tauri::plugin::{Builder, PluginHandle, TauriPlugin};
use tauri::{AppHandle, Emitter as _, Manager as _, Wry};

use super::{Field, SCAN_EVENT, Told};

/// What the program holds of the plugin.
pub(crate) struct Phone {
    pub(crate) field: Arc<Field>,
    handle: PluginHandle<Wry>,
}

#[derive(Serialize)]
struct Watch {
    channel: Channel,
}

#[derive(Serialize)]
struct Track {
    keep: bool,
}

/// The plugin. Commands that screens may call are answered by Kotlin; `capabilities/field.json` lists them.
pub(crate) fn plugin() -> TauriPlugin<Wry> {
    Builder::new("field")
        .setup(|app, api| {
            let handle = api.register_android_plugin(crate::IDENTIFIER, "FieldPlugin")?;
            let asking = handle.clone();
            let field = Arc::new(Field::new(move || {
                call(&asking, "askPosition", ());
            }));
            let channel = {
                let (app, field) = (app.clone(), Arc::clone(&field));
                Channel::new(move |body| {
                    hear(&app, &field, body);
                    Ok(())
                })
            };
            call(&handle, "watch", Watch { channel });
            app.manage(Phone { field, handle });
            Ok(())
        })
        .build()
}

fn hear(app: &AppHandle, field: &Field, body: InvokeResponseBody) {
    let told = match body {
        InvokeResponseBody::Json(json) => serde_json::from_str::<Told>(&json),
        InvokeResponseBody::Raw(bytes) => serde_json::from_slice(&bytes),
    };
    match told {
        Ok(told) => {
            if let Some(text) = field.hear(told)
                && let Err(error) = app.emit(SCAN_EVENT, text)
            {
                tracing::warn!(%error, "the screens did not hear of a scan");
            }
        }
        // The message names the place in the JSON, never a value.
        Err(error) => tracing::warn!(line = error.line(), "the phone told what is not understood"),
    }
}

/// Keeps the service for positions behind a dark screen running for exactly as long as a track is kept. A
/// locked device does not tell, and its track goes on.
pub(crate) fn follow_track(app: &AppHandle, device: &Arc<Device>, change: &ChangeSet) {
    if !change.nouns.contains(&Noun::Patrol) {
        return;
    }
    let (app, device) = (app.clone(), Arc::clone(device));
    tauri::async_runtime::spawn_blocking(move || {
        if let (Ok(duty), Some(phone)) = (device.duty(), app.try_state::<Phone>()) {
            let keep = duty.is_tracking;
            call(&phone.handle, "setTrack", Track { keep });
        }
    });
}

/// Calls Kotlin and does not wait: it answers on the thread of the window.
fn call(
    handle: &PluginHandle<Wry>,
    command: &'static str,
    payload: impl Serialize + Send + 'static,
) {
    let handle = handle.clone();
    tauri::async_runtime::spawn(async move {
        let answer = handle
            .run_mobile_plugin_async::<serde_json::Value>(command, payload)
            .await;
        if let Err(error) = answer {
            tracing::warn!(%error, command, "the phone did not do it");
        }
    });
}

//! Voice notes: pieces while somebody speaks, then one note.

use linli_device::PhotoSize;
use linli_device::dto::error::{ErrorCode, ErrorDto};
use linli_device::dto::voice::{VoiceDto, VoicePieceInput};
use tauri::ipc::{InvokeBody, Request, Response};

use super::{Answer, Engine, ask, failure};

/// The header with what is told about a piece; its samples are the body.
const VOICE_HEADER: &str = "linli-voice";

#[tauri::command]
pub(crate) async fn add_voice_piece(engine: Engine<'_>, request: Request<'_>) -> Answer<()> {
    let header = request.headers().get(VOICE_HEADER);
    let input =
        header.and_then(|value| serde_json::from_slice::<VoicePieceInput>(value.as_bytes()).ok());
    let (Some(input), InvokeBody::Raw(bytes)) = (input, request.body()) else {
        return Err(failure(ErrorCode::InputInvalid, "field", "voice"));
    };
    let bytes = bytes.clone();
    ask(&engine, move |device| {
        device.add_voice_piece(&bytes, &input)
    })
    .await
}

#[tauri::command]
pub(crate) async fn finish_voice(engine: Engine<'_>, form: String) -> Answer<Option<VoiceDto>> {
    ask(&engine, move |device| device.finish_voice(&form)).await
}

#[tauri::command]
pub(crate) async fn delete_voice(engine: Engine<'_>, hash: String) -> Answer<()> {
    ask(&engine, move |device| device.delete_voice(&hash)).await
}

/// The bytes of a voice note, raw: the page plays them from memory.
#[tauri::command]
pub(crate) async fn voice(engine: Engine<'_>, hash: String) -> Answer<Response> {
    let bytes = engine.photo(&hash, PhotoSize::Full).await;
    bytes.map(Response::new).map_err(ErrorDto::from)
}

//! Voice notes as a shell holds them.

use linli_model::BlobHash;

use super::Device;
use super::commands::CAMERA_BYTES;
use crate::dto::voice::{VoiceDto, VoicePieceInput};
use crate::error::{DeviceError, Result};

impl Device {
    /// Keeps a piece of a recording, encrypted, so that a process that dies loses the last seconds at
    /// most. Refused below 50 MB of room: what came before is kept.
    pub fn add_voice_piece(&self, samples: &[u8], input: &VoicePieceInput) -> Result<()> {
        let open = self.opened()?;
        if let Some(..CAMERA_BYTES) = self.parts.machine.free_bytes(&self.folder) {
            return Err(DeviceError::StorageFull);
        }
        let piece = (input.form.as_str(), input.number);
        open.engine()?
            .add_voice_piece(&open.staff, piece, samples, self.now())
    }

    /// Makes one voice note of what was recorded for a form; nothing when nothing was.
    pub fn finish_voice(&self, form: &str) -> Result<Option<VoiceDto>> {
        let open = self.opened()?;
        open.engine()?.finish_voice(&open.staff, form, self.now())
    }

    /// Forgets a voice note that was not saved yet.
    pub fn delete_voice(&self, hash: &str) -> Result<()> {
        let hash: BlobHash = hash
            .parse()
            .map_err(|_| DeviceError::InputInvalid("voice"))?;
        self.opened()?.engine()?.delete_voice(&hash)
    }
}

//! What must be known while the device is locked: one small plain file. It holds no word about a
//! resident or a case: the device's name, its grid, who may unlock it, how much waits, how it looks.

mod waiting;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::dto::code::GridDto;
use crate::dto::device::StaffDto;
use crate::dto::settings::SettingsDto;
use crate::error::Result;
use crate::files;

const NAME: &str = "face.json";

/// The face of a device.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Face {
    /// Whether the binding was completed.
    pub is_bound: bool,
    /// Whether an administrator locked this device.
    pub is_barred: bool,
    /// The device's name.
    pub device_name: Option<String>,
    /// The grid it serves.
    pub grid: Option<GridDto>,
    /// Who may unlock it.
    pub staff: Vec<StaffDto>,
    /// Cases that have not reached the community. Not in the face's file: it changes with every save.
    #[serde(skip)]
    pub waiting_count: u32,
    /// How the screens look.
    pub settings: SettingsDto,
}

/// The file with the face.
#[derive(Debug)]
pub(crate) struct FaceFile {
    folder: PathBuf,
    face: Face,
}

impl FaceFile {
    /// Loads the face. One that cannot be read is worth nothing and begins anew.
    pub(crate) fn load(folder: &Path) -> Result<Self> {
        let bytes = files::read(&folder.join(NAME))?.unwrap_or_default();
        let face: Face = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok(Self {
            folder: folder.to_owned(),
            face: Face {
                waiting_count: waiting::load(folder)?,
                ..face
            },
        })
    }

    pub(crate) fn get(&self) -> &Face {
        &self.face
    }

    /// Changes the face; writes it only when something changed.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Face)) -> Result<bool> {
        let mut face = self.face.clone();
        change(&mut face);
        if face == self.face {
            return Ok(false);
        }
        let (before, count) = (self.face.waiting_count, face.waiting_count);
        if count != before {
            waiting::store(&self.folder, before, count)?;
            self.face.waiting_count = count;
        }
        if face != self.face {
            files::replace(&self.folder.join(NAME), &serde_json::to_vec_pretty(&face)?)?;
            self.face = face;
        }
        Ok(true)
    }
}

//! A grid that is taken from the device: once nothing of it waits, nothing is saved in it any more.

use linli_store::Tx;

use super::Engine;
use crate::error::{DeviceError, Result};

const LEFT: &str = "device/left";

impl Engine {
    /// Closes the grid for saving, unless something of it waits to be sent. Answers whether it is closed.
    /// Opening the file again opens it for saving, too.
    pub fn leave(&self) -> Result<bool> {
        let is_closed = self.write(|tx| {
            let is_empty = tx.outbox_len()? == 0;
            if is_empty {
                tx.set_meta_number(LEFT, 1)?;
            }
            Ok(is_empty)
        })?;
        if is_closed && !self.photos_to_send()?.is_empty() {
            self.write(stay)?;
            return Ok(false);
        }
        Ok(is_closed)
    }

    /// Opens the grid for saving again.
    pub fn stay(&self) -> Result<()> {
        self.write(stay)
    }
}

/// The grid is open for saving.
pub(super) fn stay(tx: &mut Tx<'_>) -> Result<()> {
    Ok(tx.remove_meta(LEFT)?)
}

/// Whether something may be saved in this grid.
pub(super) fn may_save(tx: &Tx<'_>) -> Result<()> {
    if tx.meta_number(LEFT)? == 1 {
        return Err(DeviceError::Locked);
    }
    Ok(())
}

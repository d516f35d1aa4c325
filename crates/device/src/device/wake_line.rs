//! The wake line: the server says that there is something to fetch.

use std::sync::Arc;

use linli_sync::wake::WakeReader;

use super::Device;
use super::open::Open;
use crate::error::{DeviceError, Result};
use crate::net::{Call, Method, Reply};

const WAKE: &str = "/sync/v1/wake";

impl Device {
    /// Listens until the line breaks. Every event asks for a run.
    pub(super) async fn listen(&self, open: &Arc<Open>) -> Result<()> {
        let line = self.signed_line(open, open.engine()?)?;
        let mut call = Call::new(Method::Get, WAKE, Vec::new());
        call.is_stream = true;
        let mut answer = match line.send(&call).await? {
            Reply::Answer(answer) => answer,
            Reply::Refused(refusal) => return Err(DeviceError::Refused(refusal.code)),
        };
        let mut reader = WakeReader::default();
        while let Some(piece) = answer.piece().await? {
            let events = reader
                .feed(&piece)
                .map_err(|error| DeviceError::Exchange(error.into()))?;
            if !events.is_empty() {
                self.hurry.notify_one();
            }
        }
        Ok(())
    }
}

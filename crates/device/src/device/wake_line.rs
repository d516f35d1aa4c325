//! The wake line: the server says that there is something to fetch.

use std::sync::Arc;

use linli_sync::wake::WakeReader;

use super::Device;
use super::open::Open;
use crate::error::{DeviceError, Result};
use crate::net::{Call, Method, Reply};

const WAKE: &str = "/sync/v1/wake";

impl Device {
    /// Listens until the line breaks. Every event asks for a run, and so does the line itself once it
    /// stands: nobody said what happened at the server before. A line that stands ends a row of failures.
    pub(super) async fn listen(&self, open: &Arc<Open>, failures: &mut u32) -> Result<()> {
        let line = self.signed_line(open, open.engine()?)?;
        let mut call = Call::new(Method::Get, WAKE, Vec::new());
        call.is_stream = true;
        let mut answer = match line.send(&call).await? {
            Reply::Answer(answer) => answer,
            Reply::Refused(refusal) => return Err(DeviceError::Refused(refusal.code)),
        };
        *failures = 0;
        self.hurry.notify_one();
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

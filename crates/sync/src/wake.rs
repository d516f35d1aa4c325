//! The wake line: server-sent events that tell an online device to sync now.
//!
//! ```text
//! event: feed
//! data: cases/110101001001G03 812
//!
//! ```
//! An event carries no content, only that there is something; losing one costs nothing, because
//! the next sync brings everything. `event: control` with the newest number announces editions and
//! certificates. A comment line keeps the connection open. Events of other names are ignored.

use linli_model::Scope;

use crate::error::SyncError;
use crate::limits;

/// The content type of the stream.
pub const CONTENT_TYPE: &str = "text/event-stream";

/// What keeps an idle connection open, every 25 seconds or so.
pub const KEEP_ALIVE: &str = ":\n\n";

/// Something that a device should sync for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wake {
    /// A feed has reached a place.
    Feed {
        /// The feed.
        scope: Scope,
        /// Its newest place.
        seq: u64,
    },
    /// The control log has reached a place.
    Control {
        /// Its newest place.
        seq: u64,
    },
}

impl Wake {
    /// The event as text.
    pub fn to_event(&self) -> String {
        match self {
            Self::Feed { scope, seq } => format!("event: feed\ndata: {scope} {seq}\n\n"),
            Self::Control { seq } => format!("event: control\ndata: {seq}\n\n"),
        }
    }

    fn read(name: &str, data: &str) -> Option<Self> {
        match name {
            "feed" => {
                let (scope, seq) = data.split_once(' ')?;
                Some(Self::Feed {
                    scope: scope.parse().ok()?,
                    seq: seq.parse().ok()?,
                })
            }
            "control" => Some(Self::Control {
                seq: data.parse().ok()?,
            }),
            _ => None,
        }
    }
}

/// Reads events from a stream that arrives in pieces.
#[derive(Debug, Default)]
pub struct WakeReader {
    line: Vec<u8>,
    after_return: bool,
    name: String,
    data: String,
}

impl WakeReader {
    /// Takes a piece and gives the events that it completes. A line that is too long ends the
    /// stream with an error.
    pub fn feed(&mut self, piece: &[u8]) -> Result<Vec<Wake>, SyncError> {
        let mut events = Vec::new();
        for byte in piece {
            let second_of_pair = std::mem::take(&mut self.after_return) && *byte == b'\n';
            match byte {
                _ if second_of_pair => {}
                b'\n' | b'\r' => {
                    self.after_return = *byte == b'\r';
                    let line = std::mem::take(&mut self.line);
                    events.extend(self.end_line(&String::from_utf8_lossy(&line)));
                }
                _ if self.line.len() >= limits::WAKE_LINE_BYTES => {
                    let size = self.line.len() + 1;
                    let cap = limits::WAKE_LINE_BYTES;
                    return Err(SyncError::too_large("line of the wake stream", size, cap));
                }
                _ => self.line.push(*byte),
            }
        }
        Ok(events)
    }

    fn end_line(&mut self, line: &str) -> Option<Wake> {
        if line.is_empty() {
            let name = std::mem::take(&mut self.name);
            let data = std::mem::take(&mut self.data);
            return Wake::read(&name, &data);
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => value.clone_into(&mut self.data),
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events() -> Vec<Wake> {
        vec![
            Wake::Feed {
                scope: "cases/110101001001G03".parse().unwrap(),
                seq: 812,
            },
            Wake::Control { seq: 7 },
            Wake::Feed {
                scope: "desk/o1".parse().unwrap(),
                seq: u64::MAX,
            },
        ]
    }

    #[test]
    fn events_come_back_however_the_stream_is_cut_and_lines_end() {
        let texts = events().iter().map(Wake::to_event).collect::<Vec<_>>();
        let text = [KEEP_ALIVE, &texts.join(KEEP_ALIVE)].concat();
        for ending in ["\n", "\r\n", "\r"] {
            let text = text.replace('\n', ending);
            for step in 1..=text.len() {
                let mut reader = WakeReader::default();
                let read = text
                    .as_bytes()
                    .chunks(step)
                    .flat_map(|piece| reader.feed(piece).unwrap())
                    .collect::<Vec<_>>();
                assert_eq!(read, events(), "{ending:?} {step}");
            }
        }
    }

    #[test]
    fn what_is_not_understood_is_ignored_and_long_lines_are_refused() {
        let mut reader = WakeReader::default();
        let odd = "retry: 5\nevent: party\ndata: 1\n\nevent: feed\ndata: nowhere 3\n\nid\n\n";
        assert_eq!(reader.feed(odd.as_bytes()), Ok(vec![]));
        assert_eq!(
            reader.feed(b"event: control\ndata: 3\n\n").unwrap().len(),
            1
        );
        let long = vec![b'x'; limits::WAKE_LINE_BYTES + 1];
        assert!(matches!(
            reader.feed(&long),
            Err(SyncError::TooLarge { .. })
        ));
    }
}

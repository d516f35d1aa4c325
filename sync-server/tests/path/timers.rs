//! The timers of a server after days in which nobody called.

use linli_model::Timestamp;

use super::{Town, call};

impl Town {
    /// Lets days pass and runs the timers of a server until nothing due is left. Answers how many
    /// events each piece wrote.
    pub fn run_timers(&mut self, at: &str, days: i64) -> Vec<u32> {
        self.now += days * 24 * 60 * 60 * 1000;
        let now = Timestamp(self.now);
        let mut pieces = Vec::new();
        loop {
            let ticked = call(self.host(at), |calls| calls.tick(now)).unwrap();
            pieces.push(ticked.events);
            if !ticked.more {
                return pieces;
            }
        }
    }
}

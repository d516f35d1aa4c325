//! Waiting for a state: look, pause, look again, until a deadline. Nothing here assumes how long
//! something takes.

use std::time::{Duration, Instant};

use super::error::{TownError, TownResult};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(60);

/// Looks until there is something. What is transient (a cut line, a server that is away) only delays.
pub(crate) async fn until<T>(
    what: &str,
    patience: Duration,
    mut look: impl AsyncFnMut() -> TownResult<Look<T>>,
) -> TownResult<T> {
    let end = Instant::now() + patience;
    loop {
        let seen = match look().await {
            Ok(Look::Found(value)) => return Ok(value),
            Ok(Look::NotYet(seen)) => seen,
            Err(error) if error.is_transient() => error.to_string(),
            Err(error) => return Err(error),
        };
        if Instant::now() >= end {
            return Err(TownError::Late {
                what: what.to_owned(),
                seconds: patience.as_secs(),
                seen,
            });
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// What a look has shown.
pub(crate) enum Look<T> {
    /// It is there.
    Found(T),
    /// Not yet; this is what was seen instead.
    NotYet(String),
}

//! `linli-server`.

use std::process::ExitCode;

use linli_sync_server::cli;
use linli_sync_server::door::{Door, DoorResult, Opening};
use linli_sync_server::engine::{Engine, Random};

fn main() -> ExitCode {
    cli::main(open)
}

fn open(opening: &Opening) -> DoorResult<Box<dyn Door>> {
    Ok(Box::new(Engine::open(opening, random())?))
}

/// Random bytes of the system. Without them no key and no nonce is safe, so the process ends.
fn random() -> Random {
    Box::new(|bytes| {
        if let Err(error) = getrandom::fill(bytes) {
            tracing::error!(%error, "the system gives no random bytes");
            std::process::abort();
        }
    })
}

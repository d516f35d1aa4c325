//! Fetching packs: before the first exchange, and after a part of this device's life was lost.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use linli_exchange::ExchangeError;
use linli_model::RecordId;

use super::Device;
use super::exchange::{Stop, SyncRun};
use crate::dto::change_set::Noun;
use crate::engine::{Engine, PackInstall, PackWanted};
use crate::error::{DeviceError, Result};
use crate::net::{Answer, Call, Method, Refusal, Reply, SignedLine};

/// The header with the desk's signed checkpoint, base64.
const CHECKPOINT: &str = "linli-checkpoint";

/// What came of asking for a pack.
enum Fetched {
    /// It is here.
    Whole,
    /// The server has none, or not that one any more.
    None,
    /// It is not to be had now; the feed goes on without it.
    Later,
}

impl Device {
    /// Fetches the packs that a grid wants. Text that waits has gone before; a pack that is not to be
    /// had or not to be believed does not stop the exchange.
    pub(super) async fn fetch_packs(
        &self,
        engine: &Arc<Engine>,
        line: &SignedLine,
        run: &mut SyncRun,
    ) -> Result<(), Stop> {
        for wanted in engine.packs_wanted(self.now())? {
            let mut fetched = self.fetch_pack(engine, line, &wanted, run).await?;
            if matches!(fetched, Fetched::None) && wanted.resume.is_some() {
                // The one that was begun is gone; there may be a newer one.
                engine.drop_pack(&wanted.scope)?;
                let anew = PackWanted {
                    resume: None,
                    ..wanted.clone()
                };
                fetched = self.fetch_pack(engine, line, &anew, run).await?;
            }
            match fetched {
                Fetched::None => engine.no_pack(&wanted.scope)?,
                Fetched::Later => engine.drop_pack(&wanted.scope)?,
                Fetched::Whole => {}
            }
        }
        Ok(())
    }

    async fn fetch_pack(
        &self,
        engine: &Arc<Engine>,
        line: &SignedLine,
        wanted: &PackWanted,
        run: &mut SyncRun,
    ) -> Result<Fetched, Stop> {
        let path = format!("/sync/v1/pack/{}", wanted.scope);
        let call = match &wanted.resume {
            None => Call::new(Method::Get, path, Vec::new()),
            Some((hash, offset)) => {
                Call::new(Method::Get, format!("{path}?hash={hash}"), Vec::new())
                    .with("range", format!("bytes={offset}-"))
            }
        };
        let mut answer = match line.send(&call).await? {
            Reply::Answer(answer) => answer,
            Reply::Refused(refusal) => return refused(refusal),
        };
        match self.install_pack(engine, wanted, &mut answer, run).await {
            Ok(()) => Ok(Fetched::Whole),
            Err(Stop::Here(DeviceError::Exchange(
                error @ (ExchangeError::Pack(_) | ExchangeError::Trust(_) | ExchangeError::Sync(_)),
            ))) => {
                tracing::error!(scope = %wanted.scope, %error, "a pack is not believed; the feed goes on without it");
                Ok(Fetched::Later)
            }
            Err(stop) => Err(stop),
        }
    }

    /// Installs the answer as it comes.
    async fn install_pack(
        &self,
        engine: &Arc<Engine>,
        wanted: &PackWanted,
        answer: &mut Answer,
        run: &mut SyncRun,
    ) -> Result<(), Stop> {
        let mut install = self.begin_install(engine, wanted, answer)?;
        while let Some(piece) = answer.piece().await? {
            let bytes = u64::try_from(piece.len()).unwrap_or(u64::MAX);
            run.received_bytes = run.received_bytes.saturating_add(bytes);
            let records = engine.apply_pack(&mut install, &piece, self.now())?;
            if !records.is_empty() {
                run.changed = run
                    .changed
                    .saturating_add(u32::try_from(records.len()).unwrap_or(u32::MAX));
                let records: Vec<RecordId> = records.into_iter().collect();
                self.tell(&[Noun::Cases, Noun::FirstSync, Noun::Register], records);
            }
        }
        Ok(engine.end_pack(&install)?)
    }

    fn begin_install(
        &self,
        engine: &Engine,
        wanted: &PackWanted,
        answer: &Answer,
    ) -> Result<PackInstall> {
        // A server that knows no ranges answers with the whole.
        if wanted.resume.is_some()
            && answer.status == 206
            && let Some(install) = engine.resume_pack(&wanted.scope, self.now())?
        {
            return Ok(install);
        }
        let checkpoint = answer.header(CHECKPOINT).unwrap_or_default();
        let checkpoint = BASE64
            .decode(checkpoint)
            .map_err(|_| ExchangeError::Pack("the server sends no checkpoint"))?;
        engine.begin_pack(&wanted.scope, &checkpoint, self.now())
    }
}

/// What a refusal means: none of this kind, not now, or nothing at all is possible now.
fn refused(refusal: Refusal) -> Result<Fetched, Stop> {
    match refusal.status {
        404 | 416 => Ok(Fetched::None),
        401 | 403 | 426 | 429 | 503 => Err(Stop::Refused(refusal)),
        _ => {
            tracing::warn!(
                status = refusal.status,
                code = refusal.code,
                "a pack is not to be had now"
            );
            Ok(Fetched::Later)
        }
    }
}

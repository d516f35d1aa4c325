//! A server's data folder, opened as the program itself opens it, without a socket.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use linli_fleet::town::Picture;
use linli_model::{OrgId, Timestamp};
use linli_sync_server::config::Config;
use linli_sync_server::door::{
    Acting, Calls, Command, Door, DoorError, DoorResult, LinkFailure, Opening, SlotRequest,
    SlotSubject,
};
use linli_sync_server::engine::{Engine, Random};
use linli_sync_server::ops::DataFolder;
use linli_sync_server::photos::Photos;
use linli_sync_server::tls::authority::Authority;
use serde_json::Value;

use crate::workshop::Workshop;

/// How long a slot of the sample is open.
const SLOT_MS: i64 = 60 * 60 * 1000;
/// Rounds of a link in a row.
const ROUNDS: usize = 20;

/// A server between two calls.
pub(crate) struct Server {
    data: DataFolder,
    door: Box<dyn Door>,
    /// Where the data lie while the year is played.
    workshop: Workshop,
    url: String,
    ca_sha256: [u8; 32],
    commands: u64,
    calls: u64,
}

impl Server {
    /// Opens a folder that `linli-server init` has made.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let path = folder.join("linli.toml");
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let mut config = Config::read(&path, Some(&text), &BTreeMap::new())
            .map_err(|mistakes| anyhow!("{mistakes}"))?;
        let workshop = Workshop::open(&config.data)?;
        workshop.folder().clone_into(&mut config.data);
        let url = config.public_url.clone();
        let ca_sha256 = Authority::load(&config.keys())?.pin();
        let data = DataFolder::take(config, None, open)?;
        Ok(Self {
            door: data.open()?,
            data,
            workshop,
            url: url.context("server.public_url is not set")?,
            ca_sha256,
            commands: 0,
            calls: 0,
        })
    }

    /// Closes it; what was played lies in its folder then.
    pub(crate) fn close(self) -> Result<()> {
        drop((self.door, self.data));
        self.workshop.carry_home()
    }

    /// How often it was called: a server that was not called since has nothing new to say.
    pub(crate) fn calls(&self) -> u64 {
        self.calls
    }

    /// Whether this server hosts a desk.
    pub(crate) fn hosts(&self, org: &OrgId) -> bool {
        self.data.config.hosts.contains(org)
    }

    /// The organisation in whose name it joins the one above.
    pub(crate) fn main_org(&self) -> Result<OrgId> {
        let main = self.data.config.main_org();
        main.cloned().context("it hosts nothing")
    }

    /// One call in a transaction of its own.
    pub(crate) fn call<T>(
        &mut self,
        work: impl FnOnce(&mut dyn Calls) -> DoorResult<T>,
    ) -> DoorResult<T> {
        self.calls += 1;
        let mut work = Some(work);
        let mut answer: DoorResult<T> = Err(DoorError::Bug("not run".into()));
        self.door.group(&mut |group| {
            let mut kept = None;
            let done = group.part(&mut |calls| {
                if let Some(work) = work.take() {
                    kept = Some(work(calls)?);
                }
                Ok(())
            });
            answer = match (done, kept.take()) {
                (Ok(()), Some(value)) => Ok(value),
                (Ok(()), None) => Err(DoorError::Bug("called twice".into())),
                (Err(error), _) => Err(error),
            };
        })?;
        answer
    }

    /// A ticket for a handheld or a server below.
    pub(crate) fn ticket(
        &mut self,
        subject: SlotSubject,
        label: &str,
        now: Timestamp,
    ) -> Result<String> {
        let wish = SlotRequest {
            subject,
            label: label.to_owned(),
            ttl_ms: SLOT_MS,
            url: self.url.clone(),
            ca_sha256: self.ca_sha256,
        };
        Ok(self.call(|calls| calls.open_slot(now, &wish))?.ticket)
    }

    /// Joins the server above.
    pub(crate) fn join(&mut self, above: &mut Self, now: Timestamp) -> Result<()> {
        let org = self.main_org()?;
        let ticket = above.ticket(SlotSubject::Server { org }, "sample", now)?;
        let request = self.call(|calls| calls.join_request(now, &ticket))?;
        let answer = above.call(|calls| calls.enrol(now, &request))?;
        self.call(|calls| calls.join_apply(now, &answer))?;
        self.link(above, now)
    }

    /// Exchanges with the server above until both have said everything.
    pub(crate) fn link(&mut self, above: &mut Self, now: Timestamp) -> Result<()> {
        for _ in 0..ROUNDS {
            let Some(request) = self.call(|calls| calls.link_request(now))? else {
                return Ok(());
            };
            let keys = self.door.desk_keys()?;
            let own = keys.into_iter().find(|(org, _)| *org == request.org);
            let (_, key) = own.context("the link has no key")?;
            let answer = above.call(|calls| calls.exchange(now, &key.id(), &request.body));
            let answer = match answer {
                Ok(answer) => answer,
                Err(error) => {
                    let failure = LinkFailure {
                        code: "refused".into(),
                        detail: error.to_string(),
                    };
                    self.call(|calls| calls.link_failed(now, &failure))?;
                    return Err(error.into());
                }
            };
            if !self.call(|calls| calls.link_apply(now, &answer))?.more {
                return Ok(());
            }
        }
        Ok(())
    }

    /// A command of a person at a desk or in a unit. Answers whether it was taken: some come too early
    /// or too late, as in life.
    pub(crate) fn command(&mut self, by: &Acting, command: &Ordered<'_>) -> Result<bool> {
        self.commands += 1;
        let sent = Command {
            case: Some(command.case),
            idempotency_key: format!("sample-{}", self.commands),
            event: command.event.clone(),
        };
        let now = command.at;
        let done = self.call(|calls| {
            if command.is_unit {
                calls.unit_command(now, by, &sent)
            } else {
                calls.desk_command(now, by, &sent)
            }
        });
        match done {
            Ok(_) => Ok(true),
            Err(
                DoorError::Conflict { .. } | DoorError::NotFound { .. } | DoorError::Later { .. },
            ) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Puts a photo into the store, as an upload would, when a case here names it.
    pub(crate) fn keep_photo(&mut self, photo: &Picture, now: Timestamp) -> Result<()> {
        let photos = Photos::open(&self.data.config.photos)?;
        let hash = photo.hash.parse()?;
        let staged = self.workshop.home().join("sample.jpg");
        std::fs::write(&staged, &photo.bytes)?;
        let size = photos
            .put(&staged, &hash)
            .map_err(|error| anyhow!("{error}"))?;
        // What is stored may be this very file under another name: the next photo must not be written into it.
        if staged.exists() {
            std::fs::remove_file(&staged)?;
        }
        match self.call(|calls| calls.blob_stored(now, &hash, size)) {
            Ok(()) => Ok(()),
            Err(DoorError::NotFound { .. }) => Ok(photos.remove(&hash)?),
            Err(error) => Err(error.into()),
        }
    }
}

/// What somebody orders.
pub(crate) struct Ordered<'a> {
    pub(crate) at: Timestamp,
    pub(crate) case: linli_model::RecordId,
    pub(crate) event: &'a Value,
    pub(crate) is_unit: bool,
}

fn open(opening: &Opening) -> DoorResult<Box<dyn Door>> {
    Ok(Box::new(Engine::open(opening, random())?))
}

/// Random bytes of the system: keys of a sample are keys.
fn random() -> Random {
    Box::new(|bytes| {
        if getrandom::fill(bytes).is_err() {
            std::process::abort();
        }
    })
}

//! Commands to one server, one after another: through the socket of a running one, else on the data
//! folder, which is opened once for all of them.

use tokio::runtime::Runtime;

use super::{Context, Failure};
use crate::config::{Config, TlsMode};
use crate::ops::admin::{self, AdminAnswer, AdminCommand, Host};
use crate::ops::{DataFolder, OpsError, control};
use crate::server::public_url;
use crate::tls::authority::Authority;
use crate::writer::{self, Writer, WriterThread};

/// The way to the server.
pub(super) struct Session<'c> {
    context: &'c Context,
    config: Config,
    alone: Option<Alone>,
}

/// A data folder that no server has open.
struct Alone {
    host: Host,
    runtime: Runtime,
    thread: Option<WriterThread>,
    /// Its lock goes last.
    _data: DataFolder,
}

impl<'c> Session<'c> {
    /// Nothing is opened before the first question.
    pub(super) fn open(context: &'c Context) -> Result<Self, Failure> {
        Ok(Self {
            context,
            config: context.config()?,
            alone: None,
        })
    }

    /// Asks, and gives the answer; a refusal is a failure.
    pub(super) fn ask(&mut self, command: AdminCommand) -> Result<AdminAnswer, Failure> {
        let answer = if let Some(alone) = &self.alone {
            alone.ask(command)
        } else if let Some(answer) = control::ask(&self.config.control(), &command)? {
            answer
        } else {
            self.alone
                .insert(Alone::open(self.context, &self.config)?)
                .ask(command)
        };
        if let AdminAnswer::Refused { code, detail } = answer {
            return Err(OpsError::Refused(format!("{detail} [{code}]")).into());
        }
        Ok(answer)
    }
}

/// An answer to another question: a fault of this program.
pub(super) fn unexpected() -> OpsError {
    OpsError::Refused("the server answered something else (a bug)".into())
}

impl Alone {
    fn open(context: &Context, config: &Config) -> Result<Self, OpsError> {
        let data = DataFolder::take(config.clone(), context.passphrase(), context.open_engine)?;
        let door = data.open()?;
        let options = writer::Options {
            queue_depth: 16,
            group_size: 1,
            metrics: std::sync::Arc::default(),
            on_commit: Box::new(|_| {}),
        };
        let failed = |error: std::io::Error| OpsError::Refused(error.to_string());
        let (writer, thread) = Writer::start(door, options).map_err(failed)?;
        let pin = match data.config.tls {
            TlsMode::OwnCa => Some(Authority::load(&data.config.keys())?.pin()),
            TlsMode::Files { .. } | TlsMode::Off => None,
        };
        let host = Host {
            url: public_url(&data.config, data.config.listen),
            config: data.config.clone(),
            writer,
            pin,
            key: data.key.clone(),
            link: None,
        };
        Ok(Self {
            host,
            runtime: Runtime::new().map_err(failed)?,
            thread: Some(thread),
            _data: data,
        })
    }

    fn ask(&self, command: AdminCommand) -> AdminAnswer {
        self.runtime.block_on(admin::run(&self.host, command))
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        self.host.writer.stop();
        if let Some(thread) = self.thread.take() {
            thread.join();
        }
    }
}

//! Starts and stops the server.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, broadcast, mpsc, oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use crate::clock;
use crate::config::{Config, TlsMode};
use crate::door::{Door, DoorError};
use crate::http::{self, DayBytes, Nonces, Shared, Tries};
use crate::jobs::{self, stopped};
use crate::link;
use crate::listen::Listener;
use crate::metrics::Metrics;
use crate::photos::Photos;
use crate::tls::TlsError;
use crate::tls::authority::{Authority, names};
use crate::tls::server::Identity;
use crate::uploads::{Quota, Uploads};
use crate::writer::{self, Writer};

/// How many commits a wake stream may fall behind before it has to connect again.
const COMMITS: usize = 1_024;
/// Pictures that are decoded at once: each may take some hundred megabytes.
const DECODERS: usize = 2;

/// Why the server did not start. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Certificates.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The address is taken or not ours.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    /// Folders.
    #[error("cannot use the folder {0}: {1}")]
    Folder(std::path::PathBuf, std::io::Error),
    /// The engine.
    #[error(transparent)]
    Engine(#[from] DoorError),
    /// The writer thread.
    #[error("cannot start a thread: {0}")]
    Thread(std::io::Error),
}

/// A started server: it has an address and takes requests.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// The address for tickets.
    pub url: String,
    /// The pin for tickets; none on plain HTTP.
    pub pin: Option<[u8; 32]>,
    /// The way to the engine, for commands.
    pub writer: Writer,
    /// The link to the parent, for commands.
    pub link: Link,
    stop: watch::Sender<bool>,
    done: JoinHandle<Result<(), String>>,
}

/// The link to the parent of a running server.
#[derive(Clone)]
pub struct Link(mpsc::Sender<link::Ask>);

impl Link {
    /// Exchanges with the parent now, until neither side has more; how many rounds it took.
    pub async fn exchange(&self) -> Result<u32, String> {
        let stopping = || "the server is stopping".to_owned();
        let (reply, answer) = oneshot::channel();
        self.0.send(reply).await.map_err(|_| stopping())?;
        answer.await.unwrap_or_else(|_| Err(stopping()))
    }
}

impl Running {
    /// Asks the server to stop: no new connections, open requests are answered.
    pub fn ask_to_stop(&self) {
        let _ = self.stop.send(true);
    }

    /// Turns true when the server stops.
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    /// Waits for the end. The error says why the server stopped by itself.
    pub async fn wait(&mut self) -> Result<(), String> {
        let ended = (&mut self.done).await;
        ended.unwrap_or_else(|error| Err(format!("the server broke off: {error}")))
    }

    /// Stops and waits.
    pub async fn stop(mut self) -> Result<(), String> {
        self.ask_to_stop();
        self.wait().await
    }
}

/// Starts the server with an opened engine. Returns when it takes requests.
pub async fn start(config: Config, mut door: Box<dyn Door>) -> Result<Running, StartError> {
    let now = clock::now();
    let socket = TcpListener::bind(config.listen)
        .await
        .map_err(|error| StartError::Listen(config.listen, error))?;
    let address = socket
        .local_addr()
        .map_err(|error| StartError::Listen(config.listen, error))?;
    let identity = identity(&config, address)?;
    let tls = match &identity {
        Some(identity) => Some(TlsAcceptor::from(identity.config()?)),
        None => None,
    };
    let photos = Photos::open(&config.photos)
        .map_err(|error| StartError::Folder(config.photos.clone(), error))?;
    let uploads = Uploads::open(&config.staging(), quota(&config), now)
        .map_err(|error| StartError::Folder(config.staging(), error))?;
    let desk_keys = door.desk_keys()?;
    let metrics = Arc::new(Metrics::default());
    let (commits, _) = broadcast::channel(COMMITS);
    let told = commits.clone();
    let options = writer::Options {
        queue_depth: config.limits.queue_depth,
        group_size: config.limits.group_size,
        metrics: Arc::clone(&metrics),
        on_commit: Box::new(move |committed| {
            if !committed.feeds.is_empty() || committed.control.is_some() {
                // Nobody listening is not an error.
                let _ = told.send(Arc::new(committed.clone()));
            }
        }),
    };
    let (writer, thread) = Writer::start(door, options).map_err(StartError::Thread)?;
    let (stop, stopping) = watch::channel(false);
    let url = public_url(&config, address);
    let shared = Arc::new(Shared {
        nonces: Nonces::new(
            i64::try_from(config.clock_skew.as_millis()).unwrap_or(i64::MAX),
            now,
        ),
        tries: Tries::new(config.limits.enrol_tries_per_hour),
        key_tries: Tries::new(config.limits.enrol_tries_per_hour),
        day_bytes: DayBytes::new(config.limits.sync_per_device_day),
        inflight: Arc::new(Semaphore::new(config.limits.inflight / 1024)),
        decoders: Semaphore::new(DECODERS),
        writer: writer.clone(),
        photos,
        uploads,
        metrics: Arc::clone(&metrics),
        commits,
        stopping: stopping.clone(),
        desk_keys: RwLock::new(desk_keys),
        keys: Mutex::default(),
        config,
    });
    let listener = Listener {
        socket,
        tls,
        router: http::router(Arc::clone(&shared)),
        metrics,
        max_connections: shared.config.max_connections,
        stopping: stopping.clone(),
    };
    let pin = identity.as_ref().map(|identity| identity.pin());
    let mut tasks = JoinSet::new();
    let (link, asks) = mpsc::channel(16);
    jobs::spawn(&mut tasks, &shared, identity, asks);
    let done = tokio::spawn(run(listener, tasks, writer.clone(), thread, stop.clone()));
    Ok(Running {
        address,
        url,
        pin,
        writer,
        link: Link(link),
        stop,
        done,
    })
}

/// Runs until asked to stop or until the storage fails, then ends everything in order: listener,
/// jobs, writer.
async fn run(
    listener: Listener,
    mut tasks: JoinSet<()>,
    writer: Writer,
    thread: writer::WriterThread,
    stop: watch::Sender<bool>,
) -> Result<(), String> {
    let mut failed = writer.failed();
    let listening = tokio::spawn(listener.run());
    let mut stopping = stop.subscribe();
    let broken = tokio::select! {
        () = stopped(&mut stopping) => None,
        found = failed.wait_for(Option::is_some) => found.ok().and_then(|reason| reason.clone()),
    };
    let _ = stop.send(true);
    let _ = listening.await;
    // Jobs watch the same signal; one that hangs in a request is cut.
    let ended = async { while tasks.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(Duration::from_secs(5), ended).await;
    tasks.shutdown().await;
    let _ = tokio::task::spawn_blocking(move || {
        writer.stop();
        drop(writer);
        thread.join();
    })
    .await;
    match broken {
        Some(reason) => Err(format!(
            "the storage failed ({reason}); everything acknowledged is safe; check the disk and \
             start the server again"
        )),
        None => Ok(()),
    }
}

fn identity(config: &Config, address: SocketAddr) -> Result<Option<Arc<Identity>>, TlsError> {
    Ok(match &config.tls {
        TlsMode::Off => None,
        TlsMode::Files { certificate, key } => {
            Some(Arc::new(Identity::from_files(certificate, key)?))
        }
        TlsMode::OwnCa => {
            let authority = Authority::load(&config.keys())?;
            let host = config.public_host();
            let names = names(host.as_deref(), address.ip(), &config.tls_names);
            let identity =
                Identity::from_authority(authority, names, config.leaf_days, clock::now())?;
            Some(Arc::new(identity))
        }
    })
}

fn quota(config: &Config) -> Quota {
    Quota {
        file: config.limits.photo,
        total: config.limits.staging,
        per_device: config.limits.uploads_per_device,
        per_device_day: config.limits.photos_per_device_day,
        ttl_ms: i64::try_from(config.limits.upload_ttl.as_millis()).unwrap_or(i64::MAX),
    }
}

/// The address that tickets name.
pub fn public_url(config: &Config, address: SocketAddr) -> String {
    config.public_url.clone().unwrap_or_else(|| {
        let scheme = if config.tls == TlsMode::Off {
            "http"
        } else {
            "https"
        };
        format!("{scheme}://{address}")
    })
}

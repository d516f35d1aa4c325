//! The listener: accepts connections, encrypts them, hands requests to the routes, drains at the
//! end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use crate::http::ClientAddress;
use crate::jobs::stopped;
use crate::metrics::Metrics;

/// How long a handshake may take on a bad line.
const HANDSHAKE: Duration = Duration::from_secs(20);
/// How long the head of a request may take, and a connection may lie idle.
const HEAD: Duration = Duration::from_mins(1);
/// How long open requests are waited for when the server stops.
const DRAIN: Duration = Duration::from_secs(20);
/// The largest head of a request.
const HEAD_BYTES: usize = 16 * 1024;

/// What the listener works with.
pub(crate) struct Listener {
    pub(crate) socket: TcpListener,
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) router: Router,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) max_connections: usize,
    pub(crate) stopping: watch::Receiver<bool>,
}

impl Listener {
    /// Accepts connections until the server stops, then waits for open requests.
    pub(crate) async fn run(self) {
        let places = Arc::new(Semaphore::new(self.max_connections));
        let graceful = GracefulShutdown::new();
        let mut stopping = self.stopping.clone();
        loop {
            let accepted = tokio::select! {
                () = stopped(&mut stopping) => break,
                accepted = self.accept(&places) => accepted,
            };
            match accepted {
                Ok((stream, address, place)) => self.spawn(stream, address, place, &graceful),
                Err(error) => {
                    // Out of file handles: go on with the connections that exist.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
        drop(self.socket);
        if tokio::time::timeout(DRAIN, graceful.shutdown())
            .await
            .is_err()
        {
            tracing::warn!("some connections did not end in time and were cut");
        }
    }

    async fn accept(
        &self,
        places: &Arc<Semaphore>,
    ) -> std::io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
        let place = Arc::clone(places)
            .acquire_owned()
            .await
            .map_err(std::io::Error::other)?;
        let (stream, address) = self.socket.accept().await?;
        // Small answers must not wait for more bytes.
        stream.set_nodelay(true)?;
        Ok((stream, address, place))
    }

    fn spawn(
        &self,
        stream: TcpStream,
        address: SocketAddr,
        place: OwnedSemaphorePermit,
        graceful: &GracefulShutdown,
    ) {
        let (tls, router) = (self.tls.clone(), self.router.clone());
        let (metrics, watcher) = (Arc::clone(&self.metrics), graceful.watcher());
        metrics.connections.add(1);
        tokio::spawn(async move {
            match tls {
                Some(tls) => match tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
                    Ok(Ok(stream)) => serve(stream, address, router, watcher).await,
                    Ok(Err(error)) => tracing::debug!(%error, "handshake failed"),
                    Err(_) => tracing::debug!("handshake took too long"),
                },
                None => serve(stream, address, router, watcher).await,
            }
            metrics.connections.sub(1);
            drop(place);
        });
    }
}

async fn serve<S>(stream: S, address: SocketAddr, router: Router, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(HEAD_BYTES.max(8 * 1024));
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(64)
        .max_header_list_size(u32::try_from(HEAD_BYTES).unwrap_or(u32::MAX))
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(20));
    let service = service_fn(move |request: Request<Incoming>| {
        let router = router.clone();
        async move {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ClientAddress(address.ip()));
            Ok::<_, Infallible>(
                router
                    .oneshot(request)
                    .await
                    .unwrap_or_else(|never| match never {}),
            )
        }
    });
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection.into_owned()).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

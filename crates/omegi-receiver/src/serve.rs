//! Connections: accepts, bounds, ages and drains them.
//!
//! Invariants: no connection outlives its age, its grace and the shutdown; one that never sends a
//! whole request head is closed after the header timeout; the number of open ones is bounded.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service as _;
use tracing::{debug, warn};

use crate::intake::Intake;
use crate::tls::Tls;

/// What a listener speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// HTTP/1.1 and HTTP/2.
    Http,
    /// HTTP/2 alone.
    Grpc,
}

/// One listener's connections.
pub(crate) struct Server {
    pub(crate) intake: Arc<Intake>,
    pub(crate) router: Router,
    pub(crate) protocol: Protocol,
    pub(crate) tls: Option<Arc<Tls>>,
}

/// What one connection needs.
#[derive(Clone)]
struct Connection {
    intake: Arc<Intake>,
    router: Router,
    builder: auto::Builder<TokioExecutor>,
    tls: Option<Arc<Tls>>,
    peer: SocketAddr,
    shutdown: CancellationToken,
    /// Ends connections that are still open when the drain is over.
    abort: CancellationToken,
}

impl Server {
    /// Accepts until `shutdown`, then waits for open connections, at most `drain_max`.
    pub(crate) async fn run(self, listener: TcpListener, shutdown: CancellationToken) {
        let connections = TaskTracker::new();
        let abort = CancellationToken::new();
        let watch_stop = abort.child_token();
        if let Some(tls) = &self.tls {
            connections.spawn(Arc::clone(tls).watch(watch_stop.clone()));
        }
        let room = Arc::new(Semaphore::new(self.intake.config.connections_max));
        loop {
            let accepted = tokio::select! {
                () = shutdown.cancelled() => break,
                accepted = accept(&listener, &room) => accepted,
            };
            let Some((stream, peer, seat)) = accepted else {
                continue;
            };
            let connection = self.connection(peer, &shutdown, &abort);
            connections.spawn(async move {
                connection.run(stream).await;
                drop(seat);
            });
        }
        drop(listener);
        watch_stop.cancel();
        connections.close();
        if timeout(self.intake.config.drain_max, connections.wait())
            .await
            .is_err()
        {
            warn!("connections still open after the drain are cut off");
            abort.cancel();
            connections.wait().await;
        }
    }

    fn connection(
        &self,
        peer: SocketAddr,
        shutdown: &CancellationToken,
        abort: &CancellationToken,
    ) -> Connection {
        Connection {
            intake: Arc::clone(&self.intake),
            router: self.router.clone(),
            builder: builder(self.protocol, self.intake.config.header_timeout),
            tls: self.tls.clone(),
            peer,
            shutdown: shutdown.clone(),
            abort: abort.clone(),
        }
    }
}

/// The next connection, once there is room for it.
async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let seat = Arc::clone(room).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, seat)),
        Err(error) => {
            // Most likely out of file descriptors: without a pause this would spin.
            warn!(%error, "cannot accept a connection");
            sleep(Duration::from_millis(100)).await;
            None
        }
    }
}

fn builder(protocol: Protocol, header_timeout: Duration) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout);
    builder
        .http2()
        .timer(TokioTimer::new())
        // Ours, to find dead peers; theirs are answered however many they are.
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(20))
        .max_concurrent_streams(256)
        .max_header_list_size(64 << 10)
        // Bodies of batches come in one go instead of waiting for window updates.
        .initial_stream_window_size(1 << 20)
        .initial_connection_window_size(4 << 20);
    match protocol {
        Protocol::Http => builder,
        Protocol::Grpc => builder.http2_only(),
    }
}

impl Connection {
    async fn run(self, stream: TcpStream) {
        if let Err(error) = stream.set_nodelay(true) {
            debug!(%error, "no TCP_NODELAY");
        }
        self.intake.metrics.connections.add(1);
        let metrics = Arc::clone(&self.intake.metrics);
        match self.tls.clone() {
            None => self.serve(stream).await,
            Some(tls) => {
                let handshake = tls.acceptor().accept(stream);
                match timeout(self.intake.config.header_timeout, handshake).await {
                    Ok(Ok(stream)) => self.serve(stream).await,
                    Ok(Err(error)) => debug!(%error, peer = %self.peer, "no TLS"),
                    Err(_) => debug!(peer = %self.peer, "TLS handshake timed out"),
                }
            }
        }
        metrics.connections.add(-1);
    }

    async fn serve<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(self, stream: S) {
        let has_spoken = Arc::new(AtomicBool::new(false));
        let service = {
            let (router, peer, has_spoken) = (self.router, self.peer, Arc::clone(&has_spoken));
            service_fn(move |mut request: Request<Incoming>| {
                has_spoken.store(true, Ordering::Relaxed);
                request.extensions_mut().insert(ConnectInfo(peer));
                router.clone().call(request.map(Body::new))
            })
        };
        let config = &self.intake.config;
        let connection = self.builder.serve_connection(TokioIo::new(stream), service);
        let mut connection = std::pin::pin!(connection);
        let silence = sleep(config.header_timeout);
        let age = sleep(spread_age(config.connection_age_max, self.peer));
        let (mut silence, mut age) = (std::pin::pin!(silence), std::pin::pin!(age));
        let mut is_silence_judged = false;
        loop {
            tokio::select! {
                result = connection.as_mut() => return ended(result, self.peer),
                () = &mut silence, if !is_silence_judged => {
                    is_silence_judged = true;
                    if !has_spoken.load(Ordering::Relaxed) {
                        return;
                    }
                }
                () = &mut age => break,
                () = self.shutdown.cancelled() => break,
            }
        }
        connection.as_mut().graceful_shutdown();
        let grace = sleep(config.connection_age_grace);
        tokio::select! {
            result = connection => ended(result, self.peer),
            () = grace => {}
            () = self.abort.cancelled() => {}
        }
    }
}

/// Up to a tenth earlier, by the sender's port: connections opened together do not end together.
fn spread_age(age_max: Duration, peer: SocketAddr) -> Duration {
    age_max.mul_f64(1.0 - f64::from(peer.port() % 100) / 1000.0)
}

/// Connections end in many ways that are no concern of ours.
fn ended(result: Result<(), Box<dyn std::error::Error + Send + Sync>>, peer: SocketAddr) {
    if let Err(error) = result {
        debug!(%error, %peer, "connection ended");
    }
}

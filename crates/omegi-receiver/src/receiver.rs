//! The receiver as the program holds it.

use std::sync::Arc;

use axum::Router;
use omegi_log::EventLog;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::auth::{Authenticate, ServiceRegistry};
use crate::config::ReceiverConfig;
use crate::intake::Intake;
use crate::metrics::ReceiverMetrics;
use crate::serve::{Protocol, Server};
use crate::tls::{Tls, TlsError};
use crate::{grpc, http};

/// Takes OTLP in, over any number of listeners.
#[derive(Clone)]
pub struct Receiver {
    intake: Arc<Intake>,
}

impl Receiver {
    /// A receiver that appends to `log`.
    #[must_use]
    pub fn new(
        log: Arc<dyn EventLog>,
        authority: Arc<dyn Authenticate>,
        services: Arc<dyn ServiceRegistry>,
        config: ReceiverConfig,
    ) -> Self {
        Self {
            intake: Arc::new(Intake::new(log, authority, services, config)),
        }
    }

    /// Its counters, for the program's registry.
    #[must_use]
    pub fn metrics(&self) -> Arc<ReceiverMetrics> {
        Arc::clone(&self.intake.metrics)
    }

    /// The OTLP/HTTP routes, to be merged into another server's. That server should hand over
    /// `ConnectInfo<SocketAddr>`, or no sender counts as one on loopback.
    pub fn http_router(&self) -> Router {
        http::router(Arc::clone(&self.intake))
    }

    /// Serves OTLP/HTTP until `shutdown`, then lets requests in flight end with their true status.
    ///
    /// # Errors
    /// [`TlsError`] where the certificates cannot be used; nothing is served then.
    pub async fn serve_http(
        &self,
        listener: TcpListener,
        shutdown: CancellationToken,
    ) -> Result<(), TlsError> {
        let router = self.http_router().fallback(http::not_found);
        self.serve(listener, router, Protocol::Http, shutdown).await
    }

    /// Serves OTLP/gRPC likewise.
    ///
    /// # Errors
    /// [`TlsError`] where the certificates cannot be used; nothing is served then.
    pub async fn serve_grpc(
        &self,
        listener: TcpListener,
        shutdown: CancellationToken,
    ) -> Result<(), TlsError> {
        let router = grpc::router(Arc::clone(&self.intake));
        self.serve(listener, router, Protocol::Grpc, shutdown).await
    }

    async fn serve(
        &self,
        listener: TcpListener,
        router: Router,
        protocol: Protocol,
        shutdown: CancellationToken,
    ) -> Result<(), TlsError> {
        let tls = match &self.intake.config.tls {
            Some(files) => Some(Arc::new(Tls::load(files.clone())?)),
            None => None,
        };
        let server = Server {
            intake: Arc::clone(&self.intake),
            router,
            protocol,
            tls,
        };
        server.run(listener, shutdown).await;
        Ok(())
    }
}

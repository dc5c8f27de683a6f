//! TLS from files in PEM form, read again when they change: no restart for a new certificate.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::RwLock;
use rustls::ServerConfig;
use rustls::server::WebPkiClientVerifier;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::config::RawTls;

/// How often the files are looked at.
const RELOAD_INTERVAL: Duration = Duration::from_secs(30);

/// Why certificates cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file that is missing or unreadable.
    #[error("cannot read {}", .0.display())]
    Read(PathBuf, #[source] io::Error),
    /// A file without what it should hold.
    #[error("no usable certificate or key in {}: {problem}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// Certificate and key that do not fit, or a client CA that cannot be used.
    #[error("certificates cannot be used")]
    Unusable(#[source] rustls::Error),
}

impl TlsError {
    fn content(path: &Path, problem: &dyn std::fmt::Display) -> Self {
        Self::Content {
            path: path.to_owned(),
            problem: problem.to_string(),
        }
    }
}

/// The files as they were last read.
#[derive(Debug, PartialEq, Eq)]
struct Files {
    certificate: Vec<u8>,
    key: Vec<u8>,
    client_ca: Option<Vec<u8>>,
}

/// The configuration for new connections; open ones keep theirs.
pub(crate) struct Tls {
    paths: RawTls,
    current: RwLock<(Files, Arc<ServerConfig>)>,
}

impl Tls {
    pub(crate) fn load(paths: RawTls) -> Result<Self, TlsError> {
        let files = Files::read(&paths)?;
        let config = files.server_config(&paths)?;
        Ok(Self {
            paths,
            current: RwLock::new((files, config)),
        })
    }

    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.current.read().1))
    }

    /// Takes changed files over; bad ones are told of and leave all as it is.
    pub(crate) fn reload(&self) -> Result<bool, TlsError> {
        let files = Files::read(&self.paths)?;
        if files == self.current.read().0 {
            return Ok(false);
        }
        let config = files.server_config(&self.paths)?;
        *self.current.write() = (files, config);
        Ok(true)
    }

    /// Looks for changed files until `stop`.
    pub(crate) async fn watch(self: Arc<Self>, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(RELOAD_INTERVAL) => {}
            }
            let tls = Arc::clone(&self);
            match tokio::task::spawn_blocking(move || tls.reload()).await {
                Ok(Ok(true)) => info!("certificates reloaded"),
                Ok(Ok(false)) | Err(_) => {}
                Ok(Err(error)) => {
                    let cause = std::error::Error::source(&error).map(ToString::to_string);
                    warn!(%error, cause, "certificates not reloaded");
                }
            }
        }
    }
}

impl Files {
    fn read(paths: &RawTls) -> Result<Self, TlsError> {
        let read = |path: &Path| {
            std::fs::read(path).map_err(|error| TlsError::Read(path.to_owned(), error))
        };
        Ok(Self {
            certificate: read(&paths.certificate)?,
            key: read(&paths.key)?,
            client_ca: paths.client_ca.as_deref().map(read).transpose()?,
        })
    }

    fn server_config(&self, paths: &RawTls) -> Result<Arc<ServerConfig>, TlsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Unusable)?;
        let builder = match (&self.client_ca, &paths.client_ca) {
            (Some(pem), Some(path)) => {
                let mut roots = rustls::RootCertStore::empty();
                for certificate in certificates(pem, path)? {
                    roots.add(certificate).map_err(TlsError::Unusable)?;
                }
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                        .build()
                        .map_err(|error| TlsError::content(path, &error))?;
                builder.with_client_cert_verifier(verifier)
            }
            _ => builder.with_no_client_auth(),
        };
        let chain = certificates(&self.certificate, &paths.certificate)?;
        let key = PrivateKeyDer::from_pem_slice(&self.key)
            .map_err(|error| TlsError::content(&paths.key, &error))?;
        let mut config = builder
            .with_single_cert(chain, key)
            .map_err(TlsError::Unusable)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

fn certificates(pem: &[u8], path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let chain = chain.map_err(|error| TlsError::content(path, &error))?;
    if chain.is_empty() {
        return Err(TlsError::content(path, &"it has none"));
    }
    Ok(chain)
}

//! TLS: client certificates, and new certificates without a restart.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use omegi_receiver::{RawReceiver, RawTls};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;

use crate::support::Bench;
use crate::support::authority::TOKEN;

fn certificate(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/receiver/certificates")
        .join(name)
}

fn config(folder: &Path, client_ca: bool) -> RawReceiver {
    let tls = RawTls {
        certificate: folder.join("server.pem"),
        key: folder.join("server.key"),
        client_ca: client_ca.then(|| certificate("ca.pem")),
    };
    RawReceiver {
        tls: Some(tls),
        ..RawReceiver::default()
    }
}

fn client(identity: Option<&str>) -> TlsConnector {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(certificate("ca.pem")).unwrap())
        .unwrap();
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let config = match identity {
        None => builder.with_no_client_auth(),
        Some(name) => {
            let chain =
                vec![CertificateDer::from_pem_file(certificate(&format!("{name}.pem"))).unwrap()];
            let key = PrivateKeyDer::from_pem_file(certificate(&format!("{name}.key"))).unwrap();
            builder.with_client_auth_cert(chain, key).unwrap()
        }
    };
    TlsConnector::from(Arc::new(config))
}

/// Sends an empty request; the answer's first line, or what went wrong.
async fn send(
    address: std::net::SocketAddr,
    connector: &TlsConnector,
) -> Result<String, std::io::Error> {
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = connector.connect(name, stream).await?;
    let request = format!(
        "POST /v1/traces HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {TOKEN}\r\n\
         content-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer.lines().next().unwrap_or_default().to_owned())
}

async fn serve(bench: &Bench) -> (std::net::SocketAddr, CancellationToken) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (receiver, shutdown) = (bench.receiver.clone(), CancellationToken::new());
    let stop = shutdown.clone();
    tokio::spawn(async move { receiver.serve_http(listener, stop).await.unwrap() });
    (address, shutdown)
}

fn install(folder: &Path, name: &str) {
    for end in ["pem", "key"] {
        let target = folder.join(format!("server.{end}"));
        fs::copy(certificate(&format!("{name}.{end}")), target).unwrap();
    }
}

#[tokio::test]
async fn edge_35_only_a_valid_client_certificate_is_let_in() {
    let folder = tempfile::tempdir().unwrap();
    install(folder.path(), "server");
    let bench = Bench::with(config(folder.path(), true));
    let (address, _shutdown) = serve(&bench).await;
    assert_eq!(
        send(address, &client(Some("client"))).await.unwrap(),
        "HTTP/1.1 200 OK"
    );
    for refused in [Some("expired"), None] {
        assert!(
            send(address, &client(refused)).await.is_err(),
            "{refused:?}"
        );
    }
    assert_eq!(bench.metric("omegi_receiver_requests_total"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_new_certificate_is_taken_without_a_restart_and_a_bad_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    install(folder.path(), "server");
    let bench = Bench::with(config(folder.path(), false));
    let (address, _shutdown) = serve(&bench).await;
    let served = || async {
        let stream = TcpStream::connect(address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let stream = client(None).connect(name, stream).await.unwrap();
        stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
    };
    let file = |name: &str| {
        CertificateDer::from_pem_file(certificate(name))
            .unwrap()
            .to_vec()
    };
    assert_eq!(served().await, file("server.pem"));
    install(folder.path(), "renewed");
    wait_for_reload().await;
    assert_eq!(served().await, file("renewed.pem"));
    fs::write(folder.path().join("server.pem"), "no certificate").unwrap();
    wait_for_reload().await;
    assert_eq!(served().await, file("renewed.pem"));
}

/// The files are looked at every 30 s of the paused clock, off the runtime's threads.
async fn wait_for_reload() {
    tokio::time::sleep(std::time::Duration::from_secs(61)).await;
}

#[tokio::test]
async fn files_that_cannot_be_used_stop_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::with(config(folder.path(), false));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let result = bench
        .receiver
        .serve_http(listener, CancellationToken::new())
        .await;
    assert!(result.unwrap_err().to_string().contains("server.pem"));
}

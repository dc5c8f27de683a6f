//! One kept HTTP/1.1 connection.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{HeaderMap, Method, Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

const ANSWER_WAIT_MAX: Duration = Duration::from_secs(60);

/// A connection that is made when first needed, and again after it broke.
#[derive(Debug)]
pub(crate) struct Connection {
    address: SocketAddr,
    token: String,
    sender: Option<SendRequest<Full<Bytes>>>,
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// HTTP status.
    pub(crate) status: StatusCode,
    /// Its headers.
    pub(crate) headers: HeaderMap,
    /// Its body.
    pub(crate) body: Bytes,
}

impl Connection {
    /// To `address`, every request with `token`.
    pub(crate) fn new(address: SocketAddr, token: &str) -> Self {
        Self {
            address,
            token: token.to_owned(),
            sender: None,
        }
    }

    /// Sends an encoded trace request.
    pub(crate) async fn export(&mut self, body: Bytes) -> anyhow::Result<Answer> {
        self.exchange(Method::POST, "/v1/traces", Some(body)).await
    }

    /// Asks for `path`.
    pub(crate) async fn get(&mut self, path: &str) -> anyhow::Result<Answer> {
        self.exchange(Method::GET, path, None).await
    }

    /// Asks for `path` and leaves its body to be read as it comes.
    pub(crate) async fn stream(&mut self, path: &str) -> anyhow::Result<Response<Incoming>> {
        let request = self.request(Method::GET, path, None)?;
        let sender = self.sender().await?;
        let response = timeout(ANSWER_WAIT_MAX, sender.send_request(request)).await;
        response
            .context("no answer")?
            .with_context(|| format!("GET {path}"))
    }

    async fn exchange(
        &mut self,
        method: Method,
        path: &str,
        body: Option<Bytes>,
    ) -> anyhow::Result<Answer> {
        let request = self.request(method, path, body)?;
        let sender = self.sender().await?;
        let exchange = async {
            let response = sender.send_request(request).await?;
            let (head, body) = response.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok::<_, hyper::Error>(Answer {
                status: head.status,
                headers: head.headers,
                body,
            })
        };
        let answer = timeout(ANSWER_WAIT_MAX, exchange).await;
        if !matches!(answer, Ok(Ok(_))) {
            self.sender = None;
        }
        answer
            .context("no answer in time")?
            .with_context(|| format!("no answer from {path}"))
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<Bytes>,
    ) -> anyhow::Result<Request<Full<Bytes>>> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, self.address.to_string())
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/x-protobuf");
        }
        request
            .body(Full::new(body.unwrap_or_default()))
            .context("no valid request")
    }

    async fn sender(&mut self) -> anyhow::Result<&mut SendRequest<Full<Bytes>>> {
        let open = self.sender.take().filter(|sender| !sender.is_closed());
        let sender = match open {
            Some(sender) => sender,
            None => connect(self.address).await?,
        };
        let sender = self.sender.insert(sender);
        sender.ready().await.context("the connection was closed")?;
        Ok(sender)
    }
}

async fn connect(address: SocketAddr) -> anyhow::Result<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(address)
        .await
        .with_context(|| format!("cannot connect to {address}"))?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // Ends with the connection; what went wrong is told to whoever waits for an answer.
    tokio::spawn(connection);
    Ok(sender)
}

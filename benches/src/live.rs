//! The live stream: server-sent events, read as they come.

use std::time::Instant;

use anyhow::bail;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;

use crate::load::client::Connection;
use crate::server::{API_TOKEN, PROJECT, Server};

/// One event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LiveEvent {
    /// Name of the event.
    pub(crate) name: String,
    /// Its data.
    pub(crate) data: String,
}

/// An open stream.
#[derive(Debug)]
pub(crate) struct Live {
    body: Incoming,
    parser: Parser,
    ready: std::vec::IntoIter<LiveEvent>,
    arrived: Instant,
    /// Keeps the connection open.
    _connection: Connection,
}

impl Live {
    /// Opens the stream: from now on.
    pub(crate) async fn open(server: &Server) -> anyhow::Result<Self> {
        let mut connection = Connection::new(server.api, API_TOKEN);
        let response = connection
            .stream(&format!("/api/v1/live?project={PROJECT}"))
            .await?;
        if !response.status().is_success() {
            bail!("GET /api/v1/live answers {}", response.status());
        }
        Ok(Self {
            body: response.into_body(),
            parser: Parser::default(),
            ready: Vec::new().into_iter(),
            arrived: Instant::now(),
            _connection: connection,
        })
    }

    /// The next event and when its bytes arrived; `None` when the stream has ended.
    pub(crate) async fn next(&mut self) -> anyhow::Result<Option<(LiveEvent, Instant)>> {
        loop {
            if let Some(event) = self.ready.next() {
                return Ok(Some((event, self.arrived)));
            }
            let Some(frame) = self.body.frame().await.transpose()? else {
                return Ok(None);
            };
            self.arrived = Instant::now();
            let Ok(bytes) = frame.into_data() else {
                continue;
            };
            self.ready = self.parser.feed(&bytes).into_iter();
        }
    }
}

/// Cuts the stream into events; what is half there waits for the rest.
#[derive(Debug, Default)]
struct Parser {
    line: Vec<u8>,
    event: LiveEvent,
}

impl Parser {
    fn feed(&mut self, bytes: &[u8]) -> Vec<LiveEvent> {
        let mut events = Vec::new();
        for byte in bytes {
            match byte {
                b'\n' => {
                    let line = std::mem::take(&mut self.line);
                    let line = String::from_utf8_lossy(&line).into_owned();
                    events.extend(self.take(line.trim_end_matches('\r')));
                }
                byte => self.line.push(*byte),
            }
        }
        events
    }

    fn take(&mut self, line: &str) -> Option<LiveEvent> {
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            return (!event.data.is_empty()).then_some(event);
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => self.event.name = value.to_owned(),
            "data" => {
                if !self.event.data.is_empty() {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            // Comments are heartbeats; positions are not needed here.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_whole_however_the_bytes_are_cut() {
        let text = ": heartbeat\n\nid: 4\nevent: error_detected\ndata: {\"a\":\ndata: 1}\n\nid: 5\r\ndata: x\r\n\r\n";
        let whole = Parser::default().feed(text.as_bytes());
        let mut parser = Parser::default();
        let bytewise: Vec<_> = text.bytes().flat_map(|byte| parser.feed(&[byte])).collect();
        assert_eq!(whole, bytewise);
        assert_eq!(
            whole,
            [
                LiveEvent {
                    name: "error_detected".into(),
                    data: "{\"a\":\n1}".into()
                },
                LiveEvent {
                    name: String::new(),
                    data: "x".into()
                },
            ]
        );
    }
}

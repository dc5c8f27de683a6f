//! Takes telemetry in: OTLP over HTTP and gRPC.
//!
//! Reads requests from the network, writes one log record per request: the body as the client
//! compressed it, under what the receiver knows of it. Invariants: success is told only after the
//! log has acknowledged; an error answer stores nothing; credentials and limits are judged before
//! a body is read; received records = appended + refused.

mod admission;
mod auth;
mod config;
mod error;
mod formats;
mod grpc;
mod http;
mod intake;
mod metrics;
mod partial;
mod proto;
mod rate;
mod receiver;
mod scrub;
mod serve;
mod tls;

pub use auth::{AuthError, Authenticate, Grant, RateLimits, ServiceRegistry};
pub use config::{ConfigErrors, RawReceiver, RawTls, ReceiverConfig};
pub use metrics::ReceiverMetrics;
pub use receiver::Receiver;
pub use tls::TlsError;

//! The receiver's settings: as an operator types them, and checked.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

const MIB: u64 = 1 << 20;

/// Settings as typed. Times are texts such as `10s`, sizes are bytes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RawReceiver {
    /// Largest body as it comes over the wire.
    pub wire_bytes_max: u64,
    /// Largest body once decompressed.
    pub body_bytes_max: u64,
    /// Bytes of bodies held at one time, over all projects.
    pub in_flight_bytes_max: u64,
    /// Bytes of bodies held at one time for one project.
    pub project_in_flight_bytes_max: u64,
    /// Open connections; more wait in the system's queue.
    pub connections_max: usize,
    /// How long a connection may take to its first complete request head.
    #[serde(with = "humantime_serde")]
    pub header_timeout: Duration,
    /// How long a body may pause.
    #[serde(with = "humantime_serde")]
    pub body_idle_timeout: Duration,
    /// How long a whole body may take.
    #[serde(with = "humantime_serde")]
    pub body_timeout: Duration,
    /// How long the log may take to confirm.
    #[serde(with = "humantime_serde")]
    pub append_timeout: Duration,
    /// After this age a connection is asked to end, so that load balancers spread senders anew.
    #[serde(with = "humantime_serde")]
    pub connection_age_max: Duration,
    /// How long it may go on with what it has begun.
    #[serde(with = "humantime_serde")]
    pub connection_age_grace: Duration,
    /// How long requests in flight may take at shutdown.
    #[serde(with = "humantime_serde")]
    pub drain_max: Duration,
    /// What stands before `/v1/traces`, such as `/otlp`; empty by default.
    pub http_prefix: String,
    /// Origins of browsers that may send; `*` for any; none by default.
    pub cors_origins: Vec<String>,
    /// Remove well-known secrets before anything is stored.
    pub scrub_secrets: bool,
    /// Certificates; without them both ports speak plain text.
    pub tls: Option<RawTls>,
}

/// Certificates as typed: files in PEM form, read again when they change.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawTls {
    /// The server's certificate and those that signed it.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// If set, clients must show a certificate that one of these signed.
    pub client_ca: Option<PathBuf>,
}

impl Default for RawReceiver {
    fn default() -> Self {
        Self {
            wire_bytes_max: 64 * MIB,
            body_bytes_max: 64 * MIB,
            in_flight_bytes_max: 512 * MIB,
            project_in_flight_bytes_max: 256 * MIB,
            connections_max: 4096,
            header_timeout: Duration::from_secs(10),
            body_idle_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(60),
            append_timeout: Duration::from_secs(10),
            connection_age_max: Duration::from_secs(30 * 60),
            connection_age_grace: Duration::from_secs(60),
            drain_max: Duration::from_secs(10),
            http_prefix: String::new(),
            cors_origins: Vec::new(),
            scrub_secrets: true,
            tls: None,
        }
    }
}

/// Checked settings.
#[derive(Debug, Clone)]
pub struct ReceiverConfig(RawReceiver);

impl Default for ReceiverConfig {
    /// The defaults, which hold.
    fn default() -> Self {
        Self(RawReceiver::default())
    }
}

impl std::ops::Deref for ReceiverConfig {
    type Target = RawReceiver;

    fn deref(&self) -> &RawReceiver {
        &self.0
    }
}

/// Every mistake in the settings.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ConfigErrors(Vec<String>);

impl ConfigErrors {
    /// The mistakes, one text each.
    #[must_use]
    pub fn messages(&self) -> &[String] {
        &self.0
    }

    fn require(&mut self, holds: bool, otherwise: &str) {
        if !holds {
            self.0.push(otherwise.to_owned());
        }
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("; "))
    }
}

impl std::error::Error for ConfigErrors {}

impl TryFrom<RawReceiver> for ReceiverConfig {
    type Error = ConfigErrors;

    fn try_from(mut raw: RawReceiver) -> Result<Self, ConfigErrors> {
        let mut errors = ConfigErrors::default();
        let sizes = [raw.wire_bytes_max, raw.body_bytes_max];
        errors.require(
            sizes.iter().all(|size| *size > 0),
            "size limits must be positive",
        );
        errors.require(
            sizes.iter().all(|size| u32::try_from(*size).is_ok()),
            "wire_bytes_max and body_bytes_max must be below 4 GiB",
        );
        errors.require(
            raw.project_in_flight_bytes_max <= raw.in_flight_bytes_max,
            "project_in_flight_bytes_max exceeds in_flight_bytes_max",
        );
        errors.require(
            sizes
                .iter()
                .all(|size| *size <= raw.project_in_flight_bytes_max),
            "project_in_flight_bytes_max is below the size of one body",
        );
        errors.require(raw.connections_max > 0, "connections_max must be positive");
        let times = [
            raw.header_timeout,
            raw.body_idle_timeout,
            raw.body_timeout,
            raw.append_timeout,
        ];
        errors.require(
            !times.contains(&Duration::ZERO),
            "timeouts must be positive",
        );
        raw.http_prefix = raw.http_prefix.trim_end_matches('/').to_owned();
        let prefix_ok = raw.http_prefix.is_empty() || raw.http_prefix.starts_with('/');
        let plain = |c: char| c.is_ascii_alphanumeric() || "/-_.".contains(c);
        errors.require(
            prefix_ok && raw.http_prefix.chars().all(plain),
            "http_prefix must begin with / and hold only letters, digits, /, -, _ and .",
        );
        if errors.0.is_empty() {
            Ok(Self(raw))
        } else {
            Err(errors)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_hold() {
        assert!(ReceiverConfig::try_from(RawReceiver::default()).is_ok());
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let raw = RawReceiver {
            body_bytes_max: 0,
            connections_max: 0,
            http_prefix: "otlp".into(),
            ..RawReceiver::default()
        };
        let errors = ReceiverConfig::try_from(raw).unwrap_err();
        assert_eq!(errors.messages().len(), 3, "{errors}");
    }
}

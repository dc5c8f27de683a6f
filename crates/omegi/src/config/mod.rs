//! Settings: from flags, environment, file and defaults, in that order; checked once, here.

mod reader;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::cli::ServeFlags;
use reader::Reader;

/// Checked settings of `omegi serve`.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Everything Omegi keeps.
    pub data_dir: PathBuf,
    /// UI and API.
    pub listen: SocketAddr,
    /// OTLP over gRPC.
    pub otlp_grpc: SocketAddr,
    /// OTLP over HTTP.
    pub otlp_http: SocketAddr,
    /// Address that links, cookies and redirects use; the listening one where none is set.
    pub public_url: Option<String>,
    /// Users, projects and tokens to apply at start.
    pub provision: Option<PathBuf>,
    /// Pipeline files instead of the built-in ones.
    pub pipelines: Option<PathBuf>,
    /// Runs the demo shop against itself.
    pub demo: bool,
    /// Slug of the project that senders on loopback reach without a token.
    pub anonymous_ingest_project: Option<String>,
    /// Filter for the log on stderr, such as `info` or `omegi_receiver=debug`.
    pub log_level: String,
    /// How long a stop waits for what was accepted.
    pub drain: Duration,
    /// How long and how much is kept.
    pub retention: Retention,
    /// Limits of ingest.
    pub ingest: Ingest,
    /// Certificate and key, both or none.
    pub tls: Option<Tls>,
}

/// How long and how much is kept, counted from arrival.
#[derive(Debug, Clone, PartialEq)]
pub struct Retention {
    /// Span log: age.
    pub log_age: Duration,
    /// Span log: bytes.
    pub log_bytes: u64,
    /// Span and log tables: age.
    pub spans_age: Duration,
    /// Error events: age.
    pub errors_age: Duration,
    /// Ingest stops below this many free bytes.
    pub free_bytes_min: u64,
    /// Ingest stops below this share of the disk, in percent.
    pub free_percent_min: u8,
}

/// Limits of ingest.
#[derive(Debug, Clone, PartialEq)]
pub struct Ingest {
    /// Largest request, as sent and inflated.
    pub body_bytes_max: usize,
    /// Bytes in flight per project.
    pub in_flight_bytes_max: usize,
    /// Origins that browsers may send from; none: CORS is off.
    pub cors_origins: Vec<String>,
    /// Replaces values that look like secrets before anything is written.
    pub scrub_secrets: bool,
}

/// Transport security of the OTLP ports and the API.
#[derive(Debug, Clone, PartialEq)]
pub struct Tls {
    /// PEM chain.
    pub certificate: PathBuf,
    /// PEM key.
    pub key: PathBuf,
    /// PEM of the authority that clients must show a certificate of; none: not asked for.
    pub client_authority: Option<PathBuf>,
}

/// Every mistake found, in the order of the file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<String>);

impl std::fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, mistake) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{mistake}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}

const GIB: u64 = 1 << 30;
const MIB: u64 = 1 << 20;
const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Settings from `flags` (which carry the environment) and the file they name.
///
/// # Errors
/// [`ConfigErrors`]: all mistakes at once.
pub fn load(flags: &ServeFlags) -> Result<Settings, ConfigErrors> {
    let text = match &flags.config {
        None => String::new(),
        Some(path) => std::fs::read_to_string(path)
            .map_err(|error| ConfigErrors(vec![format!("config {}: {error}", path.display())]))?,
    };
    from_text(flags, &text)
}

/// Settings from `flags` and the text of a configuration file.
///
/// # Errors
/// [`ConfigErrors`]: all mistakes at once.
pub fn from_text(flags: &ServeFlags, text: &str) -> Result<Settings, ConfigErrors> {
    let mut root = Reader::parse(text)?;
    let settings = Settings {
        data_dir: path(&mut root, "data_dir", &flags.data_dir)
            .unwrap_or_else(|| PathBuf::from("./omegi-data")),
        listen: address(&mut root, "listen", &flags.listen, "127.0.0.1:6634"),
        otlp_grpc: address(&mut root, "otlp_grpc", &flags.otlp_grpc, "127.0.0.1:4317"),
        otlp_http: address(&mut root, "otlp_http", &flags.otlp_http, "127.0.0.1:4318"),
        public_url: public_url(&mut root, &flags.public_url),
        provision: path(&mut root, "provision", &flags.provision),
        pipelines: path(&mut root, "pipelines", &flags.pipelines),
        demo: root.flag("demo", false) || flags.demo,
        anonymous_ingest_project: root.text("anonymous_ingest_project"),
        log_level: root
            .text("log_level")
            .filter(|_| flags.log_level.is_none())
            .or_else(|| flags.log_level.clone())
            .unwrap_or_else(|| "info".into()),
        drain: root.duration("drain", Duration::from_secs(10)),
        retention: retention(&mut root),
        ingest: ingest(&mut root),
        tls: tls(&mut root),
    };
    root.finish()?;
    Ok(settings)
}

fn retention(root: &mut Reader) -> Retention {
    root.section("retention", |section| Retention {
        log_age: section.duration("log_age", 7 * DAY),
        log_bytes: section.bytes("log_bytes", 20 * GIB, 64 * MIB),
        spans_age: section.duration("spans_age", 30 * DAY),
        errors_age: section.duration("errors_age", 400 * DAY),
        free_bytes_min: section.bytes("free_bytes_min", 2 * GIB, 0),
        free_percent_min: section.percent("free_percent_min", 5),
    })
}

fn ingest(root: &mut Reader) -> Ingest {
    root.section("ingest", |section| Ingest {
        body_bytes_max: section.bytes("body_bytes_max", 64 * MIB, MIB) as usize,
        in_flight_bytes_max: section.bytes("in_flight_bytes_max", 256 * MIB, MIB) as usize,
        cors_origins: section.texts("cors_origins"),
        scrub_secrets: section.flag("scrub_secrets", true),
    })
}

fn tls(root: &mut Reader) -> Option<Tls> {
    root.section("tls", |section| {
        let certificate = section.text("certificate").map(PathBuf::from);
        let key = section.text("key").map(PathBuf::from);
        let client_authority = section.text("client_authority").map(PathBuf::from);
        match (certificate, key) {
            (Some(certificate), Some(key)) => Some(Tls {
                certificate,
                key,
                client_authority,
            }),
            (None, None) if client_authority.is_none() => None,
            _ => {
                section.mistake("tls", "needs both `certificate` and `key`");
                None
            }
        }
    })
}

fn path(root: &mut Reader, key: &str, flag: &Option<PathBuf>) -> Option<PathBuf> {
    let filed = root.text(key).map(PathBuf::from);
    flag.clone().or(filed)
}

fn address(root: &mut Reader, key: &str, flag: &Option<String>, default: &str) -> SocketAddr {
    let filed = root.text(key);
    let text = flag.clone().or(filed).unwrap_or_else(|| default.to_owned());
    text.parse().unwrap_or_else(|_| {
        root.mistake(key, &format!("not an address such as {default}: {text}"));
        SocketAddr::from(([127, 0, 0, 1], 0))
    })
}

fn public_url(root: &mut Reader, flag: &Option<String>) -> Option<String> {
    let filed = root.text("public_url");
    let url = flag.clone().or(filed)?;
    let host = url
        .strip_prefix("http://")
        .or_else(|| url.strip_prefix("https://"));
    if host.is_none_or(|host| host.is_empty() || host.starts_with('/')) {
        root.mistake(
            "public_url",
            &format!("not an http or https address: {url}"),
        );
    }
    Some(url.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_beats_the_file_and_the_file_beats_the_default() {
        let flags = ServeFlags {
            listen: Some("127.0.0.1:1".into()),
            ..ServeFlags::default()
        };
        let file = "listen = '127.0.0.1:2'\notlp_http = '127.0.0.1:3'\n[retention]\nlog_age = '1d'";
        let settings = from_text(&flags, file).unwrap();
        assert_eq!(settings.listen.port(), 1);
        assert_eq!(settings.otlp_http.port(), 3);
        assert_eq!(settings.otlp_grpc.port(), 4317);
        assert_eq!(settings.retention.log_age, DAY);
    }

    #[test]
    fn every_mistake_is_told_at_once() {
        let file = "listen = 'here'\nlisen = 1\npublic_url = 'ftp://x'\n[retention]\nlog_age = 'soon'\nfoo = 1\n[tls]\nkey = 'k'";
        let ConfigErrors(mistakes) = from_text(&ServeFlags::default(), file).unwrap_err();
        for part in [
            "listen:",
            "lisen",
            "public_url",
            "retention.log_age",
            "retention.foo",
            "tls",
        ] {
            assert!(
                mistakes.iter().any(|m| m.contains(part)),
                "{part} missing in {mistakes:?}"
            );
        }
    }
}

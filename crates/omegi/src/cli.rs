//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Omegi: self-hosted error tracking for distributed systems, built on OpenTelemetry.
#[derive(Debug, Parser)]
#[command(name = "omegi", version, about, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Receive telemetry, find errors, serve the UI and API.
    Serve(ServeFlags),
    /// Send the demo shop's telemetry to an OTLP endpoint.
    Demo(DemoFlags),
    /// Delete a read model and rebuild it from the log, while the server runs.
    Replay {
        /// Its name, or `all`.
        #[arg(long)]
        projection: String,
        /// Where the server's data lie.
        #[command(flatten)]
        data: DataFlags,
    },
    /// Pipelines, the declared dataflows.
    #[command(subcommand)]
    Pipeline(PipelineCommand),
    /// The configuration file.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// The log of telemetry and derived events.
    #[command(subcommand)]
    Log(LogCommand),
    /// API tokens.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Users.
    #[command(subcommand)]
    User(UserCommand),
    /// Print the version.
    Version,
}

/// Where the data lie.
#[derive(Debug, Clone, Default, Args)]
pub struct DataFlags {
    /// Everything Omegi keeps [default: ./omegi-data].
    #[arg(long, env = "OMEGI_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
}

/// Flags of `omegi serve`; each is also `OMEGI_<FLAG>` and a key of the configuration file.
#[derive(Debug, Clone, Default, Args)]
pub struct ServeFlags {
    /// Everything Omegi keeps [default: ./omegi-data].
    #[arg(long, env = "OMEGI_DATA_DIR")]
    pub data_dir: Option<PathBuf>,
    /// UI and API [default: 127.0.0.1:6634].
    #[arg(long, env = "OMEGI_LISTEN", value_name = "ADDR")]
    pub listen: Option<String>,
    /// OTLP over gRPC [default: 127.0.0.1:4317].
    #[arg(long, env = "OMEGI_OTLP_GRPC", value_name = "ADDR")]
    pub otlp_grpc: Option<String>,
    /// OTLP over HTTP [default: 127.0.0.1:4318].
    #[arg(long, env = "OMEGI_OTLP_HTTP", value_name = "ADDR")]
    pub otlp_http: Option<String>,
    /// Address that links, cookies, redirects and the guide use.
    #[arg(long, env = "OMEGI_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Configuration file (TOML).
    #[arg(long, env = "OMEGI_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Users, projects and tokens to create at start (TOML).
    #[arg(long, env = "OMEGI_PROVISION", value_name = "FILE")]
    pub provision: Option<PathBuf>,
    /// Pipeline files instead of the built-in ones.
    #[arg(long, env = "OMEGI_PIPELINES", value_name = "DIR")]
    pub pipelines: Option<PathBuf>,
    /// Run the demo shop against this server.
    #[arg(long, env = "OMEGI_DEMO")]
    pub demo: bool,
    /// What to log on stderr [default: info].
    #[arg(long, env = "OMEGI_LOG_LEVEL", value_name = "FILTER")]
    pub log_level: Option<String>,
}

/// Flags of `omegi demo`.
#[derive(Debug, Clone, Args)]
pub struct DemoFlags {
    /// OTLP/HTTP endpoint, such as `http://127.0.0.1:4318`.
    #[arg(long, value_name = "URL")]
    pub target: String,
    /// Ingest token.
    #[arg(long, env = "OMEGI_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// The same seed tells the same story.
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// Stop after this many requests of the shop's customers; without it, go on.
    #[arg(long, value_name = "N")]
    pub requests: Option<u64>,
}

/// `omegi pipeline …`
#[derive(Debug, Subcommand)]
pub enum PipelineCommand {
    /// Check a pipeline file; prints every mistake with line and column, exit 1 if there is one.
    Check {
        /// The file.
        file: PathBuf,
    },
}

/// `omegi config …`
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Check a configuration file; prints every mistake, exit 1 if there is one.
    Check {
        /// The file.
        file: PathBuf,
    },
}

/// `omegi log …`
#[derive(Debug, Subcommand)]
pub enum LogCommand {
    /// Check each record of the logs and the event store against its checksum; exit 1 if one is bad.
    Verify {
        /// Where the data lie.
        #[command(flatten)]
        data: DataFlags,
    },
}

/// `omegi token …`
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Issue an ingest token for a project; prints it once.
    Issue {
        /// Slug of the project.
        #[arg(long)]
        project: String,
        /// What to call it.
        #[arg(long, default_value = "cli")]
        name: String,
        /// Bind it to one service.
        #[arg(long)]
        service: Option<String>,
        /// Where the server's data lie.
        #[command(flatten)]
        data: DataFlags,
    },
}

/// `omegi user …`
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Print a one-time sign-in link for a user.
    SignInLink {
        /// E-mail address of the user.
        email: String,
        /// Where the server's data lie.
        #[command(flatten)]
        data: DataFlags,
    },
}

//! The life of the server: open, build, print addresses, wait, stop in the order data flows.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use omegi_api::{Accounts, Api, Commands, Parts, Passwords};
use omegi_metrics::Registry;
use omegi_model::workspace::{Role, Workspace};
use omegi_pipeline::Pipelines;
use omegi_projection::live::Live;
use omegi_projection::runner::Running;
use omegi_receiver::Receiver;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::config::Settings;
use crate::data_dir::{DataDir, Door};
use crate::gate::{Gate, Registrar};
use crate::vitals::{ProcessVitals, Watched};
use crate::wiring::{Logs, People, ReadModels, receiver_config, start_pipelines};
use crate::{demo, setup, shutdown};

/// How often retention is looked at.
const EXPIRE_EVERY: Duration = Duration::from_secs(60);

/// Runs the server until it is told to stop.
///
/// # Errors
/// What keeps it from starting, or what stopped it.
pub async fn run(settings: Settings) -> anyhow::Result<()> {
    let data = DataDir::open(&settings.data_dir)?;
    let listeners = Listeners::bind(&settings).await?;
    let addresses = listeners.addresses()?;
    let own = format!("http://{}", reachable(addresses.api));
    let public_url = settings.public_url.clone().unwrap_or_else(|| own.clone());
    let key = random_key()?;
    let server = Server::open(settings, &data, public_url, key.clone()).await?;
    data.open_door(&Door { api: own, key })
        .context("cannot write server.json")?;
    let served = server.serve(listeners, &addresses).await;
    data.close_door();
    served
}

struct Listeners {
    api: TcpListener,
    otlp_grpc: TcpListener,
    otlp_http: TcpListener,
}

struct Addresses {
    api: SocketAddr,
    otlp_grpc: SocketAddr,
    otlp_http: SocketAddr,
}

impl Listeners {
    async fn bind(settings: &Settings) -> anyhow::Result<Self> {
        let bind = async |address: SocketAddr| {
            TcpListener::bind(address)
                .await
                .with_context(|| format!("cannot listen on {address}"))
        };
        Ok(Self {
            api: bind(settings.listen).await?,
            otlp_grpc: bind(settings.otlp_grpc).await?,
            otlp_http: bind(settings.otlp_http).await?,
        })
    }

    fn addresses(&self) -> anyhow::Result<Addresses> {
        Ok(Addresses {
            api: self.api.local_addr()?,
            otlp_grpc: self.otlp_grpc.local_addr()?,
            otlp_http: self.otlp_http.local_addr()?,
        })
    }
}

/// Everything that runs.
struct Server {
    settings: Settings,
    api: Api,
    commands: Commands,
    accounts: Accounts,
    receiver: Receiver,
    registrar: Registrar,
    logs: Logs,
    pipelines: Pipelines,
    projections: Vec<Running>,
    /// Followers of the event store.
    followers: JoinSet<()>,
    stops: Stops,
}

/// One signal a stage: each drains what the one before it accepted.
#[derive(Clone, Default)]
struct Stops {
    receive: CancellationToken,
    join: CancellationToken,
    project: CancellationToken,
}

impl Server {
    async fn open(
        settings: Settings,
        data: &DataDir,
        public_url: String,
        operator_key: String,
    ) -> anyhow::Result<Self> {
        let stops = Stops::default();
        let logs = Logs::open(&settings, data).await?;
        let people = People::open(data).await?;
        let read = ReadModels::open(data, &people.view).await?;
        let (commands, view, store) = (
            people.commands.clone(),
            people.view.clone(),
            people.store.clone(),
        );
        let (faults, traces) = (read.faults.clone(), read.traces.clone());
        let column_metrics = Arc::clone(&read.column_metrics);
        let mut followers = JoinSet::new();
        let pulses = people.follow(&faults, &mut followers, &stops.project);
        let projections = read.start(&logs, &stops.project)?;
        let pipelines = start_pipelines(&settings, data, &logs, &stops.join)?;

        let anonymous = settings.anonymous_ingest_project.clone();
        let demo = settings.demo.then(|| setup::DEMO_PROJECT.to_owned());
        let (gate, registrar) = Gate::new(view.clone(), anonymous.or(demo));
        let log = Arc::new(logs.telemetry.clone());
        let receiver = Receiver::new(
            log,
            Arc::clone(&gate) as _,
            gate,
            receiver_config(&settings)?,
        );
        let accounts = Accounts::new(commands.clone(), Passwords::default());
        let registry = Registry::default()
            .with(receiver.metrics())
            .with(logs.telemetry.metrics())
            .with(logs.derived.metrics())
            .with(pipelines.metrics())
            .with(column_metrics);
        let watched = Watched {
            pipelines: pipelines.progress(),
            projections: projections.iter().map(Running::liveness).collect(),
            followers: pulses,
        };
        let derived = Arc::new(logs.derived.clone());
        let api = Api::new(Parts {
            live: Live::new(derived, store.clone(), faults.clone(), view.clone()),
            faults,
            traces,
            workspace: view,
            store,
            commands: commands.clone(),
            accounts: accounts.clone(),
            vitals: Arc::new(ProcessVitals::new(registry, watched)),
            public_url,
            operator_key,
            replayers: projections.iter().map(Running::replayer).collect(),
            stop: stops.receive.clone(),
        });
        Ok(Self {
            settings,
            api,
            commands,
            accounts,
            receiver,
            registrar,
            logs,
            pipelines,
            projections,
            followers,
            stops,
        })
    }

    async fn serve(mut self, listeners: Listeners, addresses: &Addresses) -> anyhow::Result<()> {
        self.set_up().await?;
        let mut doors = JoinSet::new();
        let stop = &self.stops.receive;
        let (receiver, shut) = (self.receiver.clone(), stop.clone());
        doors.spawn(async move {
            receiver
                .serve_grpc(listeners.otlp_grpc, shut)
                .await
                .context("OTLP over gRPC")
        });
        let (receiver, shut) = (self.receiver.clone(), stop.clone());
        doors.spawn(async move {
            receiver
                .serve_http(listeners.otlp_http, shut)
                .await
                .context("OTLP over HTTP")
        });
        let app = omegi_api::router(self.api.clone()).merge(self.receiver.http_router());
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        let shut = stop.clone().cancelled_owned();
        let api = axum::serve(listeners.api, app).with_graceful_shutdown(shut);
        doors.spawn(async move { api.await.context("API") });

        let mut tasks = JoinSet::new();
        tasks.spawn(self.registrar.run(self.commands.clone(), stop.clone()));
        tasks.spawn(expire(
            self.logs.telemetry.clone(),
            self.logs.derived.clone(),
            stop.clone(),
        ));
        announce(&self.api, &self.settings, addresses).await?;
        if self.settings.demo {
            tasks.spawn(run_demo(addresses.otlp_http, stop.clone()));
        }
        let stopped = tokio::select! {
            signal = shutdown::asked() => signal.map_err(anyhow::Error::from),
            Some(ended) = doors.join_next() => match ended {
                Ok(Err(error)) => Err(error),
                _ => Err(anyhow::anyhow!("a listener ended")),
            },
        };
        match &stopped {
            Ok(signal) => tracing::info!(signal, "stopping"),
            Err(error) => tracing::error!(%error, "stopping"),
        }
        let rest = Rest {
            doors,
            tasks,
            pipelines: self.pipelines,
            projections: self.projections,
            followers: self.followers,
            logs: self.logs,
            stops: self.stops,
        };
        let drain = self.settings.drain;
        // Twice: the receiver takes up to `drain` for what it accepted, the rest as much again.
        if tokio::time::timeout(drain * 2, rest.stop()).await.is_err() {
            tracing::warn!("stopped before everything was drained; the rest is read at next start");
        }
        stopped.map(|_| ())
    }

    /// Applies what the operator wants to be there.
    async fn set_up(&mut self) -> anyhow::Result<()> {
        if let Some(path) = &self.settings.provision {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            setup::apply_file(&self.accounts, &text).await?;
        }
        if self.settings.demo {
            setup::apply_demo(&self.accounts).await?;
        }
        Ok(())
    }
}

/// What is left to stop once somebody asked for it.
struct Rest {
    doors: JoinSet<anyhow::Result<()>>,
    tasks: JoinSet<()>,
    pipelines: Pipelines,
    projections: Vec<Running>,
    followers: JoinSet<()>,
    logs: Logs,
    stops: Stops,
}

impl Rest {
    /// In the order data flows: whoever reads stops after whoever writes.
    async fn stop(mut self) {
        self.stops.receive.cancel();
        while self.doors.join_next().await.is_some() {}
        while self.tasks.join_next().await.is_some() {}
        self.stops.join.cancel();
        if let Err(error) = self.pipelines.join().await {
            tracing::error!(%error, "pipelines ended");
        }
        self.stops.project.cancel();
        for projection in self.projections {
            let name = projection.name();
            match tokio::task::spawn_blocking(|| projection.join()).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(projection = name, %error, "projection ended"),
                Err(error) => tracing::error!(projection = name, %error, "projection ended"),
            }
        }
        while self.followers.join_next().await.is_some() {}
        self.logs.telemetry.shutdown().await;
        self.logs.derived.shutdown().await;
    }
}

/// Prints the addresses, a sign-in link where one is due, and `ready`.
#[allow(clippy::print_stdout)] // the contract with whoever started us
async fn announce(api: &Api, settings: &Settings, addresses: &Addresses) -> anyhow::Result<()> {
    println!("listening api={}", addresses.api);
    println!("listening otlp_grpc={}", addresses.otlp_grpc);
    println!("listening otlp_http={}", addresses.otlp_http);
    let owner = api.read(first_owner);
    if settings.demo || owner.is_none() {
        println!("sign_in={}", omegi_api::issue_link(api, owner).await?);
    }
    println!("ready");
    Ok(())
}

fn first_owner(workspace: &Workspace) -> Option<omegi_model::id::UserId> {
    workspace
        .users
        .values()
        .find(|user| user.role == Role::Owner)
        .map(|user| user.id)
}

async fn run_demo(otlp_http: SocketAddr, stop: CancellationToken) {
    let url = format!("http://{}", reachable(otlp_http));
    let target = demo::Target { url, token: None };
    let config = demo::DemoConfig {
        target,
        seed: 7,
        requests: None,
    };
    if let Err(error) = demo::run(config, stop).await {
        tracing::error!(%error, "the demo shop closed");
    }
}

/// Gives up what retention no longer keeps, now and then.
async fn expire(
    telemetry: omegi_log::EmbeddedLog,
    derived: omegi_log::EmbeddedLog,
    stop: CancellationToken,
) {
    let mut tick = tokio::time::interval(EXPIRE_EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => {}
        }
        for (topic, log) in [("telemetry", &telemetry), ("derived", &derived)] {
            match log.expire().await {
                Ok(0) => {}
                Ok(segments) => tracing::info!(topic, segments, "gave up old segments"),
                Err(error) => tracing::warn!(topic, %error, "cannot give up old segments"),
            }
        }
    }
}

/// The address as one on this machine reaches it.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        ip if ip.is_unspecified() => {
            SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address.port())
        }
        _ => address,
    }
}

fn random_key() -> anyhow::Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).context("no randomness")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

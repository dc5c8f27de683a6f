//! Leading names of libraries and runtimes, sorted: a look-up is a binary search.

/// Packages of the JVM.
#[rustfmt::skip]
pub(super) const JAVA: &[&str] = &[
    "_COROUTINE", "akka", "android", "androidx", "arrow", "brave", "cats", "ch.qos.logback",
    "clojure", "co.elastic", "com.amazonaws", "com.android", "com.auth0", "com.azure",
    "com.bugsnag", "com.clickhouse", "com.codahale", "com.couchbase", "com.datastax",
    "com.fasterxml", "com.github.benmanes", "com.google.android", "com.google.api",
    "com.google.cloud", "com.google.common", "com.google.crypto", "com.google.firebase",
    "com.google.gson", "com.google.inject", "com.google.maps", "com.google.protobuf",
    "com.hazelcast", "com.ibm.ws", "com.intellij", "com.jcraft", "com.jetty",
    "com.launchdarkly", "com.lmax", "com.microsoft.azure", "com.microsoft.sqlserver",
    "com.mongodb", "com.mysql", "com.netflix", "com.newrelic", "com.nimbusds", "com.oracle",
    "com.p6spy", "com.pgvector", "com.rabbitmq", "com.sendgrid", "com.sksamuel", "com.squareup",
    "com.stripe", "com.sun", "com.twitter.finagle", "com.twitter.util", "com.typesafe",
    "com.zaxxer", "dagger", "dalvik", "datadog", "doobie", "feign", "freemarker", "fs2",
    "graphql", "groovy", "io.dropwizard", "io.grpc", "io.jsonwebtoken", "io.ktor", "io.lettuce",
    "io.micrometer", "io.micronaut", "io.nats", "io.netty", "io.opentelemetry", "io.quarkus",
    "io.r2dbc", "io.reactivex", "io.sentry", "io.smallrye", "io.swagger", "io.temporal",
    "io.undertow", "io.vertx", "jakarta", "java", "javassist", "javax", "jdk", "jsr166e",
    "junit", "kafka", "kotlin", "kotlinx", "libcore", "liquibase", "monix", "net.bytebuddy",
    "net.sf.cglib", "net.sf.jsqlparser", "net.ttddyy", "okhttp3", "okio", "oracle",
    "org.apache", "org.aspectj", "org.bouncycastle", "org.bson", "org.codehaus", "org.eclipse",
    "org.elasticsearch", "org.flywaydb", "org.glassfish", "org.gradle", "org.h2",
    "org.hibernate", "org.hsqldb", "org.http4s", "org.jboss", "org.jetbrains", "org.joda",
    "org.jooq", "org.junit", "org.koin", "org.mariadb", "org.mockito", "org.mongodb",
    "org.mortbay", "org.mybatis", "org.neo4j", "org.objectweb", "org.openjdk", "org.opensearch",
    "org.postgresql", "org.quartz", "org.reactivestreams", "org.redisson", "org.slf4j",
    "org.springframework", "org.testng", "org.thymeleaf", "org.typelevel", "org.xerial",
    "org.xnio", "org.yaml", "play", "reactivemongo", "reactor", "redis.clients", "retrofit2",
    "rx", "sbt", "scala", "slick", "software.amazon", "sun", "swaydb", "worker.org.gradle",
    "zio",
];

/// Go's standard library, by first segment.
#[rustfmt::skip]
pub(super) const GO_STD: &[&str] = &[
    "archive", "bufio", "builtin", "bytes", "cmp", "compress", "container", "context", "crypto",
    "database", "debug", "embed", "encoding", "errors", "expvar", "flag", "fmt", "go", "hash",
    "html", "image", "index", "internal", "io", "iter", "log", "maps", "math", "mime", "net",
    "os", "path", "plugin", "reflect", "regexp", "runtime", "slices", "sort", "strconv",
    "strings", "sync", "syscall", "testing", "text", "time", "unicode", "unique", "unsafe",
    "vendor", "weak",
];

/// Hosts and owners of Go modules.
#[rustfmt::skip]
pub(super) const GO_LIBRARIES: &[&str] = &[
    "entgo.io", "github.com/IBM", "github.com/Shopify", "github.com/aws",
    "github.com/cockroachdb", "github.com/containerd", "github.com/docker",
    "github.com/gin-gonic", "github.com/go-chi", "github.com/go-kit", "github.com/go-kratos",
    "github.com/go-redis", "github.com/go-sql-driver", "github.com/gofiber", "github.com/gogo",
    "github.com/golang", "github.com/google", "github.com/gorilla", "github.com/grpc-ecosystem",
    "github.com/hashicorp", "github.com/jackc", "github.com/jmoiron",
    "github.com/julienschmidt", "github.com/labstack", "github.com/lib", "github.com/nats-io",
    "github.com/pkg", "github.com/prometheus", "github.com/redis", "github.com/rs",
    "github.com/sirupsen", "github.com/spf13", "github.com/stretchr", "github.com/urfave",
    "github.com/valyala", "go.mongodb.org", "go.opencensus.io", "go.opentelemetry.io",
    "go.uber.org", "golang.org", "google.golang.org", "gopkg.in", "gorm.io", "k8s.io",
    "sigs.k8s.io",
];

/// Namespaces of .NET.
#[rustfmt::skip]
pub(super) const DOTNET: &[&str] = &[
    "Akka", "Amazon", "AutoMapper", "Autofac", "Azure", "Castle", "Confluent", "CsvHelper",
    "Dapper", "DryIoc", "Elastic", "Elasticsearch", "FluentValidation", "Google", "Grpc",
    "Hangfire", "HotChocolate", "IdentityModel", "IdentityServer4", "JetBrains", "Jint",
    "Marten", "MassTransit", "MediatR", "MessagePack", "Microsoft", "MongoDB", "Mono", "Moq",
    "MySql", "MySqlConnector", "NHibernate", "NLog", "NServiceBus", "NUnit", "Nest",
    "Newtonsoft", "Ninject", "Npgsql", "NpgsqlTypes", "OpenIddict", "OpenTelemetry",
    "Oracle.ManagedDataAccess", "Orleans", "Polly", "Quartz", "RabbitMQ", "Refit", "RestSharp",
    "Sentry", "Serilog", "ServiceStack", "SimpleInjector", "StackExchange", "Stripe",
    "StructureMap", "Swashbuckle", "System", "UnityEditor", "UnityEngine", "Wolverine",
    "Xamarin", "Xunit", "dynamicClass", "log4net", "mscorlib",
];

/// Crates.
#[rustfmt::skip]
pub(super) const RUST: &[&str] = &[
    "actix_http", "actix_rt", "actix_server", "actix_service", "actix_web", "alloc", "anyhow",
    "async_std", "async_trait", "axum", "axum_core", "backtrace", "bytes", "color_eyre", "core",
    "crossbeam", "crossbeam_channel", "crossbeam_utils", "deadpool", "diesel", "eyre",
    "futures", "futures_core", "futures_util", "h2", "hyper", "hyper_util", "jiff",
    "lambda_runtime", "log", "mio", "once_cell", "opentelemetry", "opentelemetry_sdk",
    "panic_unwind", "parking_lot", "postgres", "proc_macro", "rayon", "rayon_core", "regex",
    "reqwest", "rocket", "rustls", "sea_orm", "serde", "serde_json", "smol", "sqlx",
    "sqlx_core", "std", "std_detect", "test", "thiserror", "tokio", "tokio_postgres",
    "tokio_rustls", "tokio_util", "tonic", "tower", "tower_http", "tower_service", "tracing",
    "tracing_core", "tracing_opentelemetry", "tracing_subscriber", "warp",
];

/// OTP applications.
#[rustfmt::skip]
pub(super) const BEAM: &[&str] = &[
    "absinthe", "bandit", "broadway", "castore", "compiler", "cowboy", "cowlib", "crypto",
    "db_connection", "decimal", "ecto", "ecto_sql", "eex", "elixir", "erts", "ex_unit",
    "exqlite", "finch", "gen_stage", "hackney", "httpoison", "iex", "inets", "jason", "kernel",
    "logger", "mint", "mix", "mnesia", "myxql", "nimble_options", "nimble_pool", "oban",
    "opentelemetry", "opentelemetry_api", "opentelemetry_ecto", "opentelemetry_phoenix",
    "phoenix", "phoenix_html", "phoenix_live_view", "phoenix_pubsub", "phoenix_template",
    "plug", "plug_cowboy", "plug_crypto", "poolboy", "postgrex", "public_key", "ranch", "redix",
    "req", "sentry", "ssl", "stdlib", "swoosh", "telemetry", "tesla", "thousand_island",
    "websock_adapter",
];

/// Dart packages.
#[rustfmt::skip]
pub(super) const DART: &[&str] = &[
    "async", "bloc", "cached_network_image", "cloud_firestore", "collection", "dio", "drift",
    "firebase_auth", "firebase_core", "flutter", "flutter_bloc", "flutter_localizations",
    "flutter_riverpod", "flutter_test", "get", "go_router", "graphql", "graphql_flutter",
    "grpc", "hive", "http", "http2", "isar", "json_annotation", "mobx", "mocktail",
    "opentelemetry", "path", "provider", "riverpod", "rxdart", "sentry", "sentry_flutter",
    "shelf", "shelf_router", "sqflite", "stack_trace", "stream_channel", "test", "test_api",
];

/// Images and modules on Apple and Linux.
#[rustfmt::skip]
pub(super) const SWIFT: &[&str] = &[
    "AsyncHTTPClient", "CFNetwork", "Combine", "CoreData", "CoreFoundation", "CoreGraphics",
    "CoreLocation", "FirebaseCore", "Fluent", "FluentKit", "Foundation", "FoundationEssentials",
    "GraphicsServices", "IOKit", "KSCrash", "Logging", "MapKit", "NIO", "NIOCore", "NIOHTTP1",
    "NIOPosix", "OpenTelemetryApi", "OpenTelemetrySdk", "PostgresNIO", "QuartzCore", "Sentry",
    "Swift", "SwiftUI", "UIKit", "UIKitCore", "Vapor", "WebCore", "WebKit", "_Concurrency",
    "dyld", "dyld_sim",
];

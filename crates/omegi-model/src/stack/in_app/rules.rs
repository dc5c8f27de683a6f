//! The language rules: names of packages, modules and folders that are never a project's own code.
//!
//! Lists hold whole leading segments and are sorted, so a look-up is a few binary searches.

use crate::stack::{Frame, Language};

pub(super) fn is_app(language: Language, frame: &Frame) -> bool {
    let file = frame.file.as_deref().unwrap_or_default();
    match language {
        Language::Java => java(&frame.module, file),
        Language::Python => python(file),
        Language::JavaScript => javascript(&frame.function, file),
        Language::Go => go(&frame.module, file),
        _ => true,
    }
}

/// Whether one of the first `segments` leading parts of `name`, cut at `separator`, is listed.
fn listed(list: &[&str], name: &str, separator: &str, segments: usize) -> bool {
    let mut end = 0;
    for _ in 0..segments {
        let rest = &name[end..];
        let Some(at) = rest.find(separator) else {
            return list.binary_search(&name).is_ok();
        };
        if list.binary_search(&&name[..end + at]).is_ok() {
            return true;
        }
        end += at + separator.len();
    }
    false
}

fn holds_any(text: &str, parts: &[&str]) -> bool {
    parts
        .iter()
        .any(|part| memchr::memmem::find(text.as_bytes(), part.as_bytes()).is_some())
}

fn java(module: &str, file: &str) -> bool {
    // The real method's own frame stands next to the proxy's.
    let generated = file == "<generated>"
        || module.contains('$')
            && holds_any(
                module,
                &[
                    "$$EnhancerBy",
                    "$$SpringCGLIB$$",
                    "$$FastClass",
                    "$Proxy",
                    "$HibernateProxy$",
                    "$$Lambda",
                ],
            );
    !generated && !listed(JAVA, module, ".", 3)
}

const JAVA: &[&str] = &[
    "akka",
    "android",
    "androidx",
    "brave",
    "ch.qos.logback",
    "clojure",
    "co.elastic",
    "com.amazonaws",
    "com.android",
    "com.azure",
    "com.codahale",
    "com.datastax",
    "com.fasterxml",
    "com.github.benmanes",
    "com.google.api",
    "com.google.cloud",
    "com.google.common",
    "com.google.gson",
    "com.google.inject",
    "com.google.protobuf",
    "com.hazelcast",
    "com.ibm.ws",
    "com.intellij",
    "com.jcraft",
    "com.jetty",
    "com.lmax",
    "com.microsoft.azure",
    "com.microsoft.sqlserver",
    "com.mongodb",
    "com.mysql",
    "com.netflix",
    "com.newrelic",
    "com.oracle",
    "com.rabbitmq",
    "com.sendgrid",
    "com.squareup",
    "com.stripe",
    "com.sun",
    "com.twitter.finagle",
    "com.twitter.util",
    "com.zaxxer",
    "dagger",
    "dalvik",
    "datadog",
    "feign",
    "freemarker",
    "graphql",
    "groovy",
    "io.dropwizard",
    "io.grpc",
    "io.ktor",
    "io.lettuce",
    "io.micrometer",
    "io.micronaut",
    "io.netty",
    "io.opentelemetry",
    "io.quarkus",
    "io.reactivex",
    "io.sentry",
    "io.smallrye",
    "io.undertow",
    "io.vertx",
    "jakarta",
    "java",
    "javassist",
    "javax",
    "jdk",
    "junit",
    "kafka",
    "kotlin",
    "kotlinx",
    "libcore",
    "liquibase",
    "monix",
    "net.bytebuddy",
    "net.sf.cglib",
    "net.sf.jsqlparser",
    "okhttp3",
    "okio",
    "oracle",
    "org.apache",
    "org.aspectj",
    "org.bson",
    "org.codehaus",
    "org.eclipse",
    "org.elasticsearch",
    "org.flywaydb",
    "org.glassfish",
    "org.gradle",
    "org.h2",
    "org.hibernate",
    "org.hsqldb",
    "org.http4s",
    "org.jboss",
    "org.jetbrains",
    "org.jooq",
    "org.junit",
    "org.mariadb",
    "org.mockito",
    "org.mongodb",
    "org.mortbay",
    "org.mybatis",
    "org.opensearch",
    "org.postgresql",
    "org.quartz",
    "org.reactivestreams",
    "org.redisson",
    "org.slf4j",
    "org.springframework",
    "org.testng",
    "org.thymeleaf",
    "org.xerial",
    "org.xnio",
    "play",
    "reactor",
    "redis.clients",
    "retrofit2",
    "rx",
    "scala",
    "slick",
    "software.amazon",
    "sun",
    "worker.org.gradle",
    "zio",
];

fn python(file: &str) -> bool {
    const PARTS: &[&str] = &[
        "site-packages",
        "dist-packages",
        "/lib/python",
        "/lib64/python",
        "\\lib\\python",
        "/python3",
        "/python2",
        "/Python.framework/",
        "/.pyenv/",
        "/eggs/",
        ".egg/",
        "/third_party/",
    ];
    if file.starts_with('<') || holds_any(file, PARTS) {
        return false;
    }
    // `C:\Python310\lib\asyncio\base.py`, `C:\Users\a\AppData\Local\Programs\Python\Python311\Lib\..`
    !(holds_any(file, &["\\lib\\", "\\Lib\\"]) && holds_any(file, &["\\Python", "\\python"]))
}

fn javascript(function: &str, file: &str) -> bool {
    const PARTS: &[&str] = &[
        "node_modules",
        "node:",
        "webpack/bootstrap",
        "webpack/runtime",
        "-extension://",
        "/cdn-cgi/",
        "/chunks/framework-",
        "/chunks/polyfills",
        "vendors~",
        "/vendor.",
        "/vendors.",
        "/vendor-",
        "/vendors-",
        "(native)",
        "turbopack/runtime",
        "/@vite/",
        "/.yarn/",
        "/.pnpm/",
        "zone.js",
        "/polyfills.",
        "/polyfills-",
    ];
    const NODE: &[&str] = &[
        "_http_agent.js",
        "_http_client.js",
        "_http_common.js",
        "_http_incoming.js",
        "_http_outgoing.js",
        "_http_server.js",
        "_stream_readable.js",
        "_stream_transform.js",
        "_stream_writable.js",
        "_tls_wrap.js",
        "assert.js",
        "buffer.js",
        "child_process.js",
        "cluster.js",
        "crypto.js",
        "dgram.js",
        "dns.js",
        "domain.js",
        "events.js",
        "fs.js",
        "https.js",
        "module.js",
        "net.js",
        "node.js",
        "stream.js",
        "timers.js",
        "tls.js",
        "url.js",
        "util.js",
        "vm.js",
        "zlib.js",
    ];
    let word = matches!(
        file,
        "" | "native" | "<anonymous>" | "[native code]" | "unknown location"
    ) || file.starts_with("index ")
        || file.starts_with("internal/")
        || file.starts_with("bootstrap_node.js");
    !(word
        || function.starts_with("__webpack")
        || NODE.binary_search(&file).is_ok()
        || holds_any(file, PARTS))
}

fn go(module: &str, file: &str) -> bool {
    const FOLDERS: &[&str] = &[
        "/go/src/",
        "/pkg/mod/",
        "/vendor/",
        "/libexec/src/",
        "/golang/src/",
    ];
    // The runtime's own names have no module: `panic`, `main.main` has one.
    if module.is_empty() || listed(GO_STD, module, "/", 1) || listed(GO_STD, module, ".", 1) {
        return false;
    }
    let versioned = file.contains('@') || module.contains('@');
    if versioned || file.starts_with("vendor/") || listed(GO_LIBRARIES, module, "/", 2) {
        return false;
    }
    // `/go/src/` is GOROOT as often as an old GOPATH: there the module's own path tells.
    let gopath = module
        .split('/')
        .next()
        .is_some_and(|host| host.contains('.') || host == "main");
    !holds_any(file, FOLDERS) || gopath && !holds_any(file, &["/pkg/mod/", "/vendor/"])
}

const GO_STD: &[&str] = &[
    "archive",
    "bufio",
    "builtin",
    "bytes",
    "cmp",
    "compress",
    "container",
    "context",
    "crypto",
    "database",
    "debug",
    "embed",
    "encoding",
    "errors",
    "expvar",
    "flag",
    "fmt",
    "go",
    "hash",
    "html",
    "image",
    "index",
    "internal",
    "io",
    "iter",
    "log",
    "maps",
    "math",
    "mime",
    "net",
    "os",
    "path",
    "plugin",
    "reflect",
    "regexp",
    "runtime",
    "slices",
    "sort",
    "strconv",
    "strings",
    "sync",
    "syscall",
    "testing",
    "text",
    "time",
    "unicode",
    "unique",
    "unsafe",
    "vendor",
    "weak",
];

const GO_LIBRARIES: &[&str] = &[
    "entgo.io",
    "github.com/IBM",
    "github.com/Shopify",
    "github.com/aws",
    "github.com/cockroachdb",
    "github.com/containerd",
    "github.com/docker",
    "github.com/gin-gonic",
    "github.com/go-chi",
    "github.com/go-kit",
    "github.com/go-kratos",
    "github.com/go-redis",
    "github.com/go-sql-driver",
    "github.com/gofiber",
    "github.com/gogo",
    "github.com/golang",
    "github.com/google",
    "github.com/gorilla",
    "github.com/grpc-ecosystem",
    "github.com/hashicorp",
    "github.com/jackc",
    "github.com/jmoiron",
    "github.com/julienschmidt",
    "github.com/labstack",
    "github.com/lib",
    "github.com/nats-io",
    "github.com/pkg",
    "github.com/prometheus",
    "github.com/redis",
    "github.com/rs",
    "github.com/sirupsen",
    "github.com/spf13",
    "github.com/stretchr",
    "github.com/urfave",
    "github.com/valyala",
    "go.mongodb.org",
    "go.opencensus.io",
    "go.opentelemetry.io",
    "go.uber.org",
    "golang.org",
    "google.golang.org",
    "gopkg.in",
    "gorm.io",
    "k8s.io",
    "sigs.k8s.io",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_so_that_the_search_finds_them() {
        for list in [JAVA, GO_STD, GO_LIBRARIES] {
            assert!(list.windows(2).all(|pair| pair[0] < pair[1]), "{list:?}");
        }
    }

    #[test]
    fn own_code_and_libraries_are_told_apart() {
        for (language, module, file, own) in [
            (Language::Java, "com.acme.shop.Cart", "Cart.java", true),
            (
                Language::Java,
                "com.acme.shop.Cart$$SpringCGLIB$$0",
                "<generated>",
                false,
            ),
            (
                Language::Java,
                "org.springframework.aop.Proxy",
                "Proxy.java",
                false,
            ),
            (Language::Java, "javaxtra.Own", "Own.java", true),
            (Language::Python, "", "/app/shop/cart.py", true),
            (
                Language::Python,
                "",
                "/usr/lib/python3.12/json/__init__.py",
                false,
            ),
            (
                Language::Python,
                "",
                "/app/.venv/lib/python3.12/site-packages/django/x.py",
                false,
            ),
            (
                Language::Python,
                "",
                "C:\\Python310\\lib\\asyncio\\base.py",
                false,
            ),
            (Language::Python, "", "<frozen importlib._bootstrap>", false),
            (Language::JavaScript, "", "/app/src/cart.js", true),
            (
                Language::JavaScript,
                "",
                "/app/node_modules/express/lib/router.js",
                false,
            ),
            (
                Language::JavaScript,
                "",
                "node:internal/process/task_queues",
                false,
            ),
            (
                Language::JavaScript,
                "",
                "https://shop.example/assets/index-Ab12.js",
                true,
            ),
            (Language::Go, "main", "/app/main.go", true),
            (
                Language::Go,
                "github.com/acme/shop/cart",
                "/src/cart/cart.go",
                true,
            ),
            (
                Language::Go,
                "net/http",
                "/usr/local/go/src/net/http/server.go",
                false,
            ),
            (
                Language::Go,
                "github.com/acme/lib",
                "/go/pkg/mod/github.com/acme/lib@v1.0.0/a.go",
                false,
            ),
            (
                Language::Go,
                "",
                "/usr/local/go/src/runtime/panic.go",
                false,
            ),
        ] {
            let frame = Frame {
                module: module.into(),
                file: Some(file.into()),
                ..Frame::default()
            };
            assert_eq!(is_app(language, &frame), own, "{language} {module} {file}");
        }
    }
}

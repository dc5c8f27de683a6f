//! Frames of Python and JavaScript.

use super::holds_any;

pub(super) fn python(file: &str) -> bool {
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

pub(super) fn javascript(function: &str, file: &str) -> bool {
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
        || file.split(['/', '\\']).any(is_library_part))
}

/// A folder, host or bundle that is never a project's own.
fn is_library_part(part: &str) -> bool {
    const WHOLE: &[&str] = &[
        ".pnpm",
        ".yarn",
        "@babel",
        "@vite",
        "cdn-cgi",
        "cdn.jsdelivr.net",
        "cdnjs.cloudflare.com",
        "core-js",
        "esm.run",
        "esm.sh",
        "node_modules",
        "regenerator-runtime",
        "tslib",
        "turbopack",
        "unpkg.com",
        "vendor",
        "webpack",
        "www.google-analytics.com",
        "www.googletagmanager.com",
    ];
    const BEGINNINGS: &[&str] = &[
        "(native)",
        "LogRocket",
        "chrome-extension:",
        "datadog-rum",
        "framework-",
        "moz-extension:",
        "newrelic",
        "node:",
        "polyfills",
        "safari-extension:",
        "safari-web-extension:",
        "vendor-",
        "vendor.",
        "vendors-",
        "vendors.",
        "vendors~",
        "zone.js",
    ];
    WHOLE.binary_search(&part).is_ok()
        || BEGINNINGS
            .iter()
            .any(|beginning| part.starts_with(beginning))
}

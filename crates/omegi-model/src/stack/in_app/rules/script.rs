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

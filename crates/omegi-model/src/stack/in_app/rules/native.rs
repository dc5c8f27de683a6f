//! Frames of Go, Rust, C++ and Swift.

use super::{holds_any, listed, lists};

pub(super) fn go(module: &str, file: &str) -> bool {
    const PACKAGES: &[&str] = &["/pkg/mod/", "/vendor/"];
    const ROOTS: &[&str] = &["/go/src/", "/libexec/src/", "/golang/src/"];
    // The runtime's own names have no module: `panic`; `main.main` has one.
    let first = module.split('/').next().unwrap_or(module);
    let hosted = first.contains('.') || first == "main";
    let name = first.split('.').next().unwrap_or(first);
    if module.is_empty() || !hosted && lists::GO_STD.binary_search(&name).is_ok() {
        return false;
    }
    let versioned = file.contains('@') || module.contains('@');
    if versioned || file.starts_with("vendor/") || listed(lists::GO_LIBRARIES, module, "/", 2) {
        return false;
    }
    // `/go/src/` is GOROOT as often as an old GOPATH: there the module's own path tells.
    !holds_any(file, PACKAGES) && (hosted || !holds_any(file, ROOTS))
}

pub(super) fn rust(module: &str, function: &str, file: &str) -> bool {
    const PARTS: &[&str] = &[
        "/rustc/",
        "/.cargo/",
        "/registry/src/",
        "/library/std/",
        "/library/core/",
        "/rust/deps/",
    ];
    if holds_any(file, PARTS) {
        return false;
    }
    // `<T as a::Trait>::f` belongs to its type; a closure's type is a compiler's word.
    let path = module.trim_start_matches(['<', '&', '*']);
    let path = path.strip_prefix("dyn ").unwrap_or(path);
    if path.is_empty() {
        // Without a crate only `main` of C and symbols of the runtime are left.
        return file.ends_with(".rs") && !function.starts_with("__") && function != "main";
    }
    let shim =
        path.starts_with("__rust") || path.starts_with("FnOnce") || path.starts_with("___rust");
    !(shim || listed(lists::RUST, path, "::", 1))
}

pub(super) fn cpp(module: &str, function: &str, file: &str) -> bool {
    const ROOTS: &[&str] = &[
        "std",
        "boost",
        "__gnu_cxx",
        "__cxxabiv1",
        "__gnu_debug",
        "absl",
        "folly",
        "google",
        "grpc",
        "grpc_core",
        "testing",
        "Qt",
        "QtPrivate",
        "asio",
        "spdlog",
        "fmt",
        "nlohmann",
        "__asan",
        "__sanitizer",
        "__interceptor",
        "__ubsan",
        "__tsan",
        "google_breakpad",
        "opentelemetry",
    ];
    const PARTS: &[&str] = &[
        "/usr/lib",
        "/usr/local/lib",
        "/Cellar/",
        "/System/Library/",
        "linux-gate.so",
        ":/Windows/",
        ":\\Windows\\",
        "/Frameworks/libswift",
        "/usr/include",
        "/lib/x86_64",
        "/lib64/",
        "/lib/aarch64",
        "libc.so",
        "libstdc++",
        "libpthread",
        "/sysdeps/",
        "../nptl",
        "../csu",
        "/compiler-rt/",
        "libsystem",
        "\\vctools\\",
        "/glibc",
    ];
    const CALLS: &[&str] = &[
        "??",
        "_start",
        "abort",
        "raise",
        "gsignal",
        "clone",
        "clone3",
        "start_thread",
        "malloc",
        "free",
        "calloc",
        "realloc",
        "memcpy",
        "memset",
        "memmove",
        "strlen",
        "pthread_kill",
        "kill",
        "exit",
        "terminate",
        "_Unwind_Resume",
        "syscall",
        "write",
        "read",
        "poll",
        "epoll_wait",
    ];
    let root = module.split("::").next().unwrap_or(module);
    let system = function.starts_with("__") || function.starts_with("operator new");
    !(system || ROOTS.contains(&root) || CALLS.contains(&function) || holds_any(file, PARTS))
}

pub(super) fn swift(module: &str, function: &str, file: &str) -> bool {
    let system = module.starts_with("lib") || lists::SWIFT.binary_search(&module).is_ok();
    let folder = holds_any(
        file,
        &[
            "/.build/checkouts/",
            "/swift/stdlib/",
            "/usr/",
            "/SourcePackages/",
        ],
    );
    !(system
        || folder
        || function.starts_with("_assertionFailure")
        || function.starts_with("swift_"))
}

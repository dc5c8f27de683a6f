//! Frames of the JVM, Ruby, PHP, the BEAM and Dart.

use super::{holds_any, listed, lists};

pub(super) fn java(module: &str, file: &str) -> bool {
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
    !generated && !listed(lists::JAVA, module, ".", 3)
}

pub(super) fn ruby(file: &str) -> bool {
    const PARTS: &[&str] = &[
        "/gems/",
        "/lib/ruby/",
        "/rubygems/",
        "/.rbenv/",
        "/.rvm/",
        "/bundler/",
        "/usr/bin/",
        "/usr/local/bin/",
        "/usr/local/bundle/",
        "vendor/bundle/",
    ];
    // Rails writes `actionpack (7.0.4) lib/x.rb`.
    let gem = file
        .split_once(" (")
        .is_some_and(|(_, rest)| rest.starts_with(|c: char| c.is_ascii_digit()));
    let script = file.starts_with("bin/") || file.starts_with("(eval") || file.starts_with('<');
    !(gem || script || holds_any(file, PARTS))
}

pub(super) fn php(file: &str) -> bool {
    const PARTS: &[&str] = &[
        "/vendor/",
        "phar://",
        "/wp-includes/",
        "/wp-admin/",
        "/generated/",
        "\\vendor\\",
    ];
    !(file.is_empty() || file.starts_with("vendor/") || holds_any(file, PARTS))
}

pub(super) fn beam(module: &str, file: &str) -> bool {
    const ELIXIR: &[&str] = &[
        "Agent",
        "DynamicSupervisor",
        "Ecto",
        "Enum",
        "GenServer",
        "Map",
        "Keyword",
        "Kernel",
        "List",
        "Logger",
        "Phoenix",
        "Plug",
        "Registry",
        "Stream",
        "String",
        "Supervisor",
        "Task",
        "Jason",
        "DBConnection",
        "Postgrex",
        "Absinthe",
        "Oban",
        "Broadway",
        "GenStage",
        "Access",
        "Regex",
        "File",
        "IO",
        "Code",
        "Module",
        "System",
    ];
    // `(ecto 3.10.1) lib/ecto/repo.ex`, `(stdlib 4.0)`
    if let Some(app) = file
        .strip_prefix('(')
        .and_then(|rest| rest.split([' ', ')']).next())
    {
        return lists::BEAM.binary_search(&app).is_err();
    }
    if module.starts_with(':') || file.starts_with("deps/") {
        return false;
    }
    let otp = [
        "gen_server",
        "gen_statem",
        "gen_event",
        "proc_lib",
        "supervisor",
        "erlang",
        "lists",
        "maps",
        "timer",
        "erl_eval",
        "shell",
        "ets",
        "binary",
        "io",
        "file",
    ];
    let root = module.split('.').next().unwrap_or(module);
    !(ELIXIR.contains(&root) || otp.contains(&module))
}

pub(super) fn dart(file: &str) -> bool {
    let package = file
        .strip_prefix("package:")
        .and_then(|rest| rest.split('/').next());
    let sdk = file.starts_with("dart:") || file.starts_with("org-dartlang");
    let listed = package.is_some_and(|name| lists::DART.binary_search(&name).is_ok());
    !(sdk || listed || holds_any(file, &["/.pub-cache/", "/dart-sdk/", "packages/flutter/"]))
}

//! Functions, classes and types made alike over compilers, engines and builds.

use super::{managed, native};
use crate::stack::{Frame, Language};

pub(super) const LAMBDA: &str = "<lambda>";

/// A frame's function in its normal form; `None` for frames that come and go with the version of
/// the compiler or engine.
pub(super) fn name(language: Option<Language>, frame: &Frame) -> Option<String> {
    let function = frame.function.as_str();
    match language {
        Some(Language::Java) => jvm_function(&frame.module, function),
        Some(Language::Python) => python(function),
        Some(Language::JavaScript) => {
            javascript(function, frame.file.as_deref().unwrap_or_default())
        }
        Some(Language::Go) => Some(go(function)),
        Some(Language::DotNet) => Some(managed::dotnet_function(&frame.module, function)),
        Some(Language::Ruby) => Some(managed::ruby(function)),
        Some(Language::Php) => Some(managed::php(function)),
        Some(Language::Erlang | Language::Elixir) => Some(managed::beam(function)),
        Some(Language::Dart) => Some(managed::dart(function)),
        Some(Language::Rust) => Some(native::rust_function(function)),
        Some(Language::Cpp) => Some(native::cpp(function)),
        Some(Language::Swift) => Some(native::swift(function)),
        None => Some(function.to_owned()),
    }
}

/// A class or package in its normal form.
pub(super) fn module(language: Option<Language>, module: &str) -> String {
    match language {
        Some(Language::Java) => jvm_class(module),
        Some(Language::Go) => go_package(module),
        Some(Language::DotNet) => managed::dotnet_type(module),
        Some(Language::Php) => managed::php_class(module),
        Some(Language::Rust) => native::rust_path(module),
        Some(Language::Cpp) => native::cpp(module),
        _ => module.to_owned(),
    }
}

/// An exception's type in its normal form.
pub(super) fn kind(language: Option<Language>, kind: &str) -> String {
    match language {
        Some(Language::Java) => jvm_class(kind),
        Some(Language::DotNet) => managed::dotnet_type(kind),
        Some(Language::Php) => managed::php_class(kind),
        // A script's own types have no module in tracebacks and `__main__` in attributes.
        Some(Language::Python) => kind.strip_prefix("__main__.").unwrap_or(kind).to_owned(),
        _ => kind.to_owned(),
    }
}

/// `lambda$f$0` and `f$lambda$0` are `f.<lambda>`; a coroutine's resumed half is the function.
fn jvm_function(module: &str, function: &str) -> Option<String> {
    if let Some(rest) = function.strip_prefix("lambda$") {
        let owner = rest.rsplit_once('$').map_or(rest, |(owner, _)| owner);
        return Some(format!("{owner}.{LAMBDA}"));
    }
    if let Some((owner, _)) = function.split_once("$lambda$") {
        return Some(format!("{owner}.{LAMBDA}"));
    }
    // Scala: `$anonfun$f$1`, `f$$anonfun$1`; Groovy: `doCall`.
    if function.contains("$anonfun") {
        let owner = function.split('$').find(|part| {
            !part.is_empty()
                && *part != "anonfun"
                && !part.bytes().all(|b| b.is_ascii_digit())
                && *part != "adapted"
        });
        return Some(format!("{}.{LAMBDA}", owner.unwrap_or("apply")));
    }
    match (generated_owner(module), function) {
        // Kotlin: the class `Cart$add$1` is the body of the suspending function `Cart.add`.
        (Some(owner), "invokeSuspend") => Some(owner.to_owned()),
        (Some(owner), "invoke" | "apply" | "run" | "call" | "accept" | "get" | "doCall") => {
            Some(format!("{owner}.{LAMBDA}"))
        }
        _ => {
            let plain = function.split("$suspendImpl").next().unwrap_or(function);
            // Overloads with default values and access from inner classes are made by compilers.
            let plain = plain.strip_suffix("$default").unwrap_or(plain);
            let plain = plain.split_once('-').map_or(plain, |(name, _)| name);
            Some(digits_out(plain.strip_prefix("access$").unwrap_or(plain)))
        }
    }
}

/// `add` of `Cart$add$1`, `Cart$add$2$1`.
fn generated_owner(module: &str) -> Option<&str> {
    let mut parts = module.split('$');
    parts.next();
    let inner: Vec<&str> = parts.collect();
    let numbered = inner
        .last()
        .is_some_and(|last| !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit()));
    let name = inner
        .iter()
        .rev()
        .find(|part| part.starts_with(|c: char| c.is_lowercase()))?;
    numbered.then_some(*name)
}

/// A class without proxies' suffixes, lambda classes and anonymous numbers.
fn jvm_class(class: &str) -> String {
    let class = class.split("$$").next().unwrap_or(class);
    // From the first generated part on: `Cart$add$1`, `Cart$1`; inner classes have names.
    let mut out = String::with_capacity(class.len());
    for (at, part) in class.split('$').enumerate() {
        let generated = part.is_empty()
            || part.bytes().all(|b| b.is_ascii_digit())
            || part.starts_with("Lambda")
            || (at > 0 && part.starts_with(|c: char| c.is_lowercase()));
        if at > 0 && generated {
            break;
        }
        if at > 0 {
            out.push('$');
        }
        out.push_str(part);
    }
    // Reflection's accessors and proxies count up: `GeneratedMethodAccessor12`, `$Proxy7`.
    if out.contains("Accessor") || out.contains("Proxy") {
        return digits_out(&out);
    }
    if out.is_empty() {
        class.to_owned()
    } else {
        out
    }
}

/// Comprehensions are frames of their own before 3.12 and none after.
fn python(function: &str) -> Option<String> {
    match function {
        "<listcomp>" | "<dictcomp>" | "<setcomp>" => None,
        "" => Some("<module>".to_owned()),
        // 3.11 and later may write the qualified name.
        name => {
            let last = name.rsplit('.').next().unwrap_or(name);
            Some(last.to_owned())
        }
    }
}

/// What four engines call one function: `Object.add`, `new Cart`, `async add`, `add/<`, `Cart.add [as x]`.
fn javascript(function: &str, file: &str) -> Option<String> {
    // Native frames are shown by some engines and not by others.
    if matches!(file, "native" | "[native code]" | "<anonymous>") || file.starts_with("index ") {
        return None;
    }
    let name = function.split(" [as ").next().unwrap_or(function);
    let name = name.rsplit(['*', ' ']).next().unwrap_or(name);
    let nested = name.ends_with("/<") || name.ends_with('<');
    let name = name.split("/").next().unwrap_or(name).trim_end_matches('<');
    let last = name.rsplit('.').next().unwrap_or(name);
    // Transpiled generators: `_callee$`, `add$`, `_callee2`.
    let last = last.trim_end_matches('$');
    let anonymous = matches!(
        last,
        "" | "anonymous" | "<anonymous>" | "code" | "eval" | "?" | "_callee" | "_temp" | "_loop"
    ) || last
        .strip_prefix("_callee")
        .is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
    if anonymous || nested {
        return Some(LAMBDA.to_owned());
    }
    Some(last.trim_start_matches('#').to_owned())
}

/// A name that a minifier gave: of one or two letters, in a bundle or far to the right.
pub(super) fn is_minified(name: &str, file: &str, column: Option<u32>) -> bool {
    const FAR: u32 = 400;
    let short = name.len() <= 2 || name == LAMBDA;
    let remote = file.contains("://") || file.contains(".min.") || file.contains(".bundle.");
    short && (column.is_some_and(|column| column > FAR) || remote && name.len() <= 2)
}

/// `(*Server).handle.func1.2` is `(*Server).handle.<lambda>`; type arguments go.
fn go(function: &str) -> String {
    let function = without_brackets(function);
    let function = function.strip_suffix("-fm").unwrap_or(&function);
    let mut out = String::with_capacity(function.len());
    let mut lambda = false;
    for (at, part) in function.split('.').enumerate() {
        let number = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let generated = ["func", "gowrap", "deferwrap"].iter().any(|prefix| {
            part.strip_prefix(prefix).is_some_and(|rest| {
                !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit() || b == b'-')
            })
        });
        if at > 0 && (number || generated) {
            lambda |= generated;
            continue;
        }
        if at > 0 {
            out.push('.');
        }
        out.push_str(part);
    }
    if lambda {
        out.push('.');
        out.push_str(LAMBDA);
    }
    out
}

/// `github.com/a/b@v1.2.3/c` and `github.com/a/b/v2/c` lose their versions, `vendor/` goes.
fn go_package(package: &str) -> String {
    let package = package.rsplit("/vendor/").next().unwrap_or(package);
    let parts = package
        .split('/')
        .map(|part| part.split('@').next().unwrap_or(part));
    let kept: Vec<&str> = parts
        .filter(|part| {
            !part
                .strip_prefix('v')
                .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
        })
        .collect();
    kept.join("/")
}

/// Drops what stands in square brackets, nested ones too.
fn without_brackets(text: &str) -> String {
    let mut depth = 0_u32;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

fn digits_out(name: &str) -> String {
    let end = name
        .trim_end_matches(|c: char| c.is_ascii_digit() || c == '$')
        .len();
    if name.contains('$') || name.contains("Accessor") {
        name[..end].to_owned()
    } else {
        name.to_owned()
    }
}

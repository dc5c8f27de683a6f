//! Names of Rust, C++ and Swift without type arguments, closures' numbers and compilers' clones.

use super::function::LAMBDA;

/// A function without closures: the body of an async function is one, so both variants are alike.
pub(super) fn rust_function(function: &str) -> String {
    let end = function.find("::{").unwrap_or(function.len());
    without_arguments(&function[..end])
}

/// A path; of `<Cart as Shop>` the type counts.
pub(super) fn rust_path(module: &str) -> String {
    let end = module.find("::{").unwrap_or(module.len());
    let module = &module[..end];
    match module.strip_prefix('<') {
        Some(inside) => {
            let of = inside.split(" as ").next().unwrap_or(inside);
            let of = of.trim_end_matches('>').trim_start_matches(['&', '*']);
            without_arguments(of.strip_prefix("dyn ").unwrap_or(of))
        }
        None => without_arguments(module),
    }
}

/// A name without template arguments, `.isra.0`, `[abi:cxx11]`, `[clone .cold]`.
pub(super) fn cpp(name: &str) -> String {
    if name.contains("{lambda") || name.contains("'lambda") || name.contains("$_") {
        return LAMBDA.to_owned();
    }
    let name = name.split(['[', ' ']).next().unwrap_or(name);
    let clone = [
        ".isra",
        ".cold",
        ".constprop",
        ".part",
        ".llvm",
        ".lto_priv",
    ];
    let end = clone
        .iter()
        .filter_map(|mark| name.find(mark))
        .min()
        .unwrap_or(name.len());
    without_arguments(&name[..end])
}

/// `closure #1 in Cart.add(x:)` is `Cart.add.<lambda>`; the halves of an async function are it.
pub(super) fn swift(function: &str) -> String {
    let mut name = function;
    let mut lambda = false;
    while let Some((opening, rest)) = opening(name) {
        lambda |= opening.contains("closure");
        name = rest;
    }
    let end = name.find(['(', '<']).unwrap_or(name.len());
    let name = name[..end].trim();
    if lambda {
        format!("{name}.{LAMBDA}")
    } else {
        name.to_owned()
    }
}

/// Words that Swift's demangler puts before the name.
fn opening(name: &str) -> Option<(&str, &str)> {
    for mark in [" in ", " for "] {
        if let Some((before, rest)) = name.split_once(mark)
            && [
                "closure",
                "implicit",
                "partial apply",
                "(",
                "thunk",
                "reabstraction",
                "specialized",
            ]
            .iter()
            .any(|word| before.starts_with(word))
        {
            return Some((before, rest));
        }
    }
    ["specialized ", "@objc ", "static ", "protocol witness "]
        .iter()
        .find_map(|word| name.strip_prefix(word).map(|rest| (*word, rest)))
}

/// Drops what stands between angle brackets, nested ones too; `operator<` and `->` are no brackets.
fn without_arguments(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut depth = 0_u32;
    for (at, c) in name.char_indices() {
        let operator = name[..at].ends_with("operator") || name[..at].ends_with("operator<");
        match c {
            '<' if !operator => depth += 1,
            '>' if depth > 0 && !name[..at].ends_with('-') => depth -= 1,
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    // `Vec::<u8>::push` leaves `Vec::::push`.
    out.replace("::::", "::").trim_end_matches("::").to_owned()
}

//! Files made alike: without host, query, build hash, installation folder and version.

/// A file in its normal form: the last two parts, three where the name alone says nothing.
pub(super) fn normal(file: &str) -> String {
    let file = without_origin(file);
    let file = within_package(file);
    let parts: Vec<&str> = file
        .split(['/', '\\'])
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    let Some((name, folders)) = parts.split_last() else {
        return String::new();
    };
    let wanted = if is_generic(name) { 2 } else { 1 };
    let folders: Vec<String> = without_home(file, folders)
        .iter()
        .rev()
        .filter(|folder| !is_root(folder))
        .take(wanted)
        .map(|folder| folder_name(folder))
        .collect();
    let mut out = String::with_capacity(file.len());
    for folder in folders.iter().rev().filter(|folder| !folder.is_empty()) {
        out.push_str(folder);
        out.push('/');
    }
    out.push_str(&file_name(name));
    out
}

/// Folders below a user's home or a container's source folder: `/home/ann/..`, `/src/..`.
fn without_home<'a>(file: &str, folders: &'a [&'a str]) -> &'a [&'a str] {
    let drive = folders
        .first()
        .is_some_and(|first| first.len() == 2 && first.ends_with(':'));
    let folders = if drive { &folders[1..] } else { folders };
    let rooted = drive || file.starts_with('/');
    match folders {
        ["home" | "Users", _user, below @ ..] if rooted => below,
        ["src" | "source", below @ ..] if rooted => below,
        _ => folders,
    }
}

/// Drops scheme, host, query and fragment: `https://x/a.js?v=1`, `webpack-internal:///./a.js`.
fn without_origin(file: &str) -> &str {
    let file = file.split(['?', '#']).next().unwrap_or(file);
    let Some((scheme, rest)) = file.split_once("://") else {
        return file.strip_prefix("node:").map_or(file, |_| file);
    };
    match scheme {
        "http" | "https" | "blob:http" | "blob:https" => {
            let path = rest.split_once('/').map_or("", |(_, path)| path);
            if scheme.starts_with("blob") {
                "blob"
            } else {
                path
            }
        }
        _ => rest.strip_prefix('/').unwrap_or(rest),
    }
}

/// From a package folder on: everything before it is the machine's.
fn within_package(file: &str) -> &str {
    const FOLDERS: [&str; 9] = [
        "node_modules/",
        "site-packages/",
        "dist-packages/",
        "/gems/",
        "/pkg/mod/",
        "/registry/src/",
        "/vendor/",
        "site-packages\\",
        "node_modules\\",
    ];
    FOLDERS
        .iter()
        .filter_map(|folder| file.rfind(folder).map(|at| at + folder.len()))
        .max()
        .map_or(file, |at| &file[at..])
}

/// Names that many folders have a file of.
fn is_generic(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    matches!(
        stem,
        "index"
            | "__init__"
            | "__main__"
            | "main"
            | "mod"
            | "lib"
            | "page"
            | "route"
            | "layout"
            | "handler"
            | "views"
            | "models"
            | "utils"
            | "types"
            | "app"
            | "server"
            | "client"
            | "api"
    )
}

/// Folders that differ from machine to machine, not from program to program.
fn is_root(folder: &str) -> bool {
    const ROOTS: [&str; 22] = [
        "app",
        "build",
        "builds",
        "code",
        "current",
        "dist",
        "home",
        "html",
        "opt",
        "out",
        "project",
        "release",
        "releases",
        "root",
        "srv",
        "task",
        "tmp",
        "usr",
        "var",
        "workspace",
        "www",
        "Users",
    ];
    let drive = folder.len() == 2 && folder.ends_with(':');
    let bundler = folder.starts_with('(') && folder.ends_with(')');
    drive || bundler || ROOTS.contains(&folder)
}

/// A folder without version and hash: `express@4.18.2`, `actionpack-7.0.4`, `index.crates.io-6f17d22bba15001f`.
fn folder_name(folder: &str) -> String {
    let folder = match folder.split_once('@') {
        Some((name, _)) if !name.is_empty() => name,
        _ => folder,
    };
    match folder.rsplit_once('-') {
        Some((name, tail)) if is_version(tail) || is_hash(tail) => name.to_owned(),
        _ if is_version(folder) || is_hash(folder) => String::new(),
        _ => folder.to_owned(),
    }
}

/// A file without build hash: `main.ab12cd34.js`, `index-BxT3k9aZ.js`, `2.8f3c.chunk.js`.
fn file_name(name: &str) -> String {
    let Some((stem, extension)) = name.rsplit_once('.') else {
        return name.to_owned();
    };
    if !matches!(
        extension,
        "js" | "mjs" | "cjs" | "css" | "map" | "jsbundle" | "bundle" | "wasm"
    ) {
        return name.to_owned();
    }
    let stem = without_tail_hash(stem);
    let mut kept: Vec<&str> = Vec::new();
    for part in stem.split('.') {
        let part = match part.rsplit_once(['-', '_']) {
            Some((name, tail)) if is_bundle_hash(tail) => name,
            _ => part,
        };
        let number = part.bytes().all(|b| b.is_ascii_digit());
        if !(part.is_empty() || number || is_bundle_hash(part)) {
            kept.push(part);
        }
    }
    let stem = if kept.is_empty() {
        "chunk".to_owned()
    } else {
        kept.join(".")
    };
    format!("{stem}.{extension}")
}

/// Vite and esbuild put eight characters of base64 behind a dash: dashes may be among them.
fn without_tail_hash(stem: &str) -> &str {
    let Some(at) = stem
        .len()
        .checked_sub(9)
        .filter(|at| *at > 0 && stem.is_char_boundary(*at))
    else {
        return stem;
    };
    let (name, tail) = stem.split_at(at);
    match tail.strip_prefix(['-', '.']) {
        Some(hash) if is_mixed(hash.as_bytes()) => name,
        _ => stem,
    }
}

/// A tag of letters and digits that a bundler puts between name and ending.
fn is_bundle_hash(part: &str) -> bool {
    let bytes = part.as_bytes();
    let digits = bytes.iter().filter(|b| b.is_ascii_digit()).count();
    let hex = bytes.len() >= 4 && digits > 0 && bytes.iter().all(u8::is_ascii_hexdigit);
    let long = bytes.len() >= 16 && digits > 1 && bytes.iter().all(u8::is_ascii_alphanumeric);
    hex || long || bytes.len() == 8 && is_mixed(bytes)
}

/// Letters of both cases and digits in an order no name has.
fn is_mixed(bytes: &[u8]) -> bool {
    if !bytes
        .iter()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
    {
        return false;
    }
    let digits = bytes.iter().any(u8::is_ascii_digit);
    let letters = bytes.iter().any(u8::is_ascii_alphabetic);
    // `CartView` is a name; `kQxTzaBw` is not: a capital follows a capital, or one small letter.
    let odd = bytes.windows(3).any(|w| {
        w[0].is_ascii_uppercase() && (w[1].is_ascii_uppercase() || w[2].is_ascii_uppercase())
    });
    let small = bytes.iter().any(u8::is_ascii_lowercase);
    digits && letters || odd && small
}

fn is_version(text: &str) -> bool {
    let text = text.strip_prefix('v').unwrap_or(text);
    text.starts_with(|c: char| c.is_ascii_digit())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".+~-_".contains(&b))
        && (text.contains('.') || text.bytes().all(|b| b.is_ascii_digit()))
}

fn is_hash(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    text.len() >= 7 && digits > 0 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

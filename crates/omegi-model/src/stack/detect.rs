//! Which language a text is in, told by the shape of its lines.

use super::draft::Draft;
use super::{
    Language, cpp, dart, dotnet, erlang, go, java, javascript, php, python, ruby, rust, swift,
};

/// Frames looked at before the votes are counted.
const VOTES_MAX: usize = 24;

/// The language most lines speak; on a tie the one seen first. `None` where no line is a frame.
pub(super) fn language(lines: &[&str]) -> Option<Language> {
    let mut votes: Vec<(Language, u32)> = Vec::new();
    let mut spoken = 0;
    for (at, line) in lines.iter().enumerate() {
        let next = lines.get(at + 1).copied().unwrap_or_default();
        let Some(language) = of_line(line, next) else {
            continue;
        };
        match votes.iter_mut().find(|(known, _)| *known == language) {
            Some((_, count)) => *count += 1,
            None => votes.push((language, 1)),
        }
        spoken += 1;
        if spoken == VOTES_MAX {
            break;
        }
    }
    let most = votes.iter().map(|(_, count)| *count).max()?;
    votes
        .iter()
        .find(|(_, count)| *count == most)
        .map(|(language, _)| *language)
}

/// Reads the lines with one language's parser.
pub(super) fn read_as(language: Language, lines: &[&str]) -> Draft {
    match language {
        Language::Java => java::read(lines),
        Language::Python => python::read(lines),
        Language::JavaScript => javascript::read(lines),
        Language::Go => go::read(lines),
        Language::DotNet => dotnet::read(lines),
        Language::Ruby => ruby::read(lines),
        Language::Php => php::read(lines),
        Language::Rust => rust::read(lines),
        Language::Cpp => cpp::read(lines),
        Language::Erlang | Language::Elixir => erlang::read(lines),
        Language::Dart => dart::read(lines),
        Language::Swift => swift::read(lines),
    }
}

/// The language of one line, if it is a frame; Go's and Rust's need the line below.
fn of_line(line: &str, next: &str) -> Option<Language> {
    let body = line.trim_start();
    let first = body.bytes().next()?;
    if body.starts_with("at ") {
        return of_at_line(body);
    }
    // The calls of an exception group stand behind a bar.
    let bare = body.trim_start_matches(['|', ' ']);
    if bare.starts_with("File") && python::frame(bare).is_some() {
        return Some(Language::Python);
    }
    if go::goroutine(body).is_some() || (line == body && go::place(next).is_some()) {
        return Some(Language::Go);
    }
    if first == b'#' {
        return of_hash_line(body);
    }
    if first.is_ascii_digit() {
        return of_numbered_line(body, next);
    }
    of_other_line(body)
}

fn of_at_line(body: &str) -> Option<Language> {
    if let Some(frame) = java::frame(body) {
        let php = frame
            .file
            .as_ref()
            .is_some_and(|file| file.ends_with(".php"));
        return Some(if php { Language::Php } else { Language::Java });
    }
    if javascript::frame(body).is_some() {
        return Some(Language::JavaScript);
    }
    dotnet::frame(body).map(|_| Language::DotNet)
}

/// `#0 ...`: three languages count so.
fn of_hash_line(body: &str) -> Option<Language> {
    if dart::frame(body).is_some() {
        return Some(Language::Dart);
    }
    if php::call(body).is_some() {
        return Some(Language::Php);
    }
    cpp::frame(body).map(|_| Language::Cpp)
}

fn of_numbered_line(body: &str, next: &str) -> Option<Language> {
    if let Some(name) = rust::call(body) {
        let placed = next.trim_start().starts_with("at ");
        return (placed || name.contains("::")).then_some(Language::Rust);
    }
    if swift::frame(body).is_some() {
        return Some(Language::Swift);
    }
    if body.contains("# ") && cpp::frame(body).is_some() {
        return Some(Language::Cpp);
    }
    ruby::placed(body).map(|_| Language::Ruby)
}

fn of_other_line(body: &str) -> Option<Language> {
    if ruby::placed(body).is_some() {
        return Some(Language::Ruby);
    }
    if erlang::elixir(body).is_some() {
        return Some(Language::Elixir);
    }
    if erlang::frame(body).is_some() || erlang::is_term(body) {
        return Some(Language::Erlang);
    }
    if dart::frame(body).is_some() {
        return Some(Language::Dart);
    }
    if javascript::frame(body).is_some() {
        return Some(Language::JavaScript);
    }
    if dotnet::frame(body).is_some() {
        return Some(Language::DotNet);
    }
    cpp::frame(body).map(|_| Language::Cpp)
}

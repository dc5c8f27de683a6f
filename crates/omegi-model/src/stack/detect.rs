//! Which language a text is in, told by the shape of its lines.

use super::draft::Draft;
use super::{Language, go, java, javascript, python};

/// Lines looked at before the votes are counted.
const LINES_MAX: usize = 400;

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
        if spoken == LINES_MAX {
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
        _ => Draft::default(),
    }
}

/// The language of one line, if it is a frame; Go's frames need the line below.
fn of_line(line: &str, next: &str) -> Option<Language> {
    let body = line.trim_start();
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
    if javascript::frame(body).is_some() {
        return Some(Language::JavaScript);
    }
    None
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
    None
}

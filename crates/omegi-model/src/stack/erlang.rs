//! Stack texts of the BEAM: Elixir's `(app 1.2) lib/x.ex:12: M.f/2`, Erlang's `in function` lines
//! and raw `{m,f,a,[{file,..},{line,..}]}` terms.

use memchr::memmem;

use super::draft::{Draft, push_line};
use super::head::Head;
use super::{Frame, Relation, text};

pub(super) fn read(lines: &[&str]) -> Draft {
    let mut draft = Draft::default();
    let mut above: Vec<&str> = Vec::new();
    for line in lines {
        let body = line.trim();
        if let Some(frame) = frame(body) {
            begin(&mut draft, &mut above);
            draft.frame(frame);
        } else if let Some(head) = banner(body).filter(|_| draft.has_frames()) {
            // Elixir tells what made a process exit below its own calls.
            let outer = draft.exceptions.len() - 1;
            draft.begin(head, Relation::CauseOf(outer));
        } else if draft.exceptions.is_empty() {
            above.push(line);
        } else if !draft.has_frames() {
            draft.more_message(body);
        } else if !body.is_empty() {
            draft.skip();
        }
    }
    if draft.has_frames() {
        return draft;
    }
    terms(lines).unwrap_or_else(|| Draft::without_frames(lines))
}

fn begin(draft: &mut Draft, above: &mut Vec<&str>) {
    if !draft.exceptions.is_empty() {
        return;
    }
    let lines = std::mem::take(above);
    let at = lines.iter().position(|line| banner(line.trim()).is_some());
    let (mut head, rest) = match at {
        Some(at) => (
            banner(lines[at].trim()).unwrap_or_default(),
            &lines[at + 1..],
        ),
        None => (erlang_head(&lines), [].as_slice()),
    };
    for line in rest {
        push_line(&mut head.message, line.trim_end());
    }
    let end = head.message.trim_end().len();
    head.message.truncate(end);
    draft.begin(head, Relation::Outermost);
}

/// `** (KeyError) key :a not found`, maybe behind a logger's words.
fn banner(body: &str) -> Option<Head> {
    let at = memmem::find(body.as_bytes(), b"** (")?;
    let (kind, message) = body[at + 4..].split_once(')')?;
    let name = kind.starts_with(|c: char| c.is_uppercase());
    name.then(|| Head::new(kind.split(" from ").next().unwrap_or(kind), message))
}

/// `exception error: no match of right hand side value 5`.
fn erlang_head(lines: &[&str]) -> Head {
    for (at, line) in lines.iter().enumerate() {
        let body = line.trim().trim_start_matches("** ");
        if let Some(rest) = body.strip_prefix("exception ") {
            let (kind, message) = rest.split_once(": ").unwrap_or((rest, ""));
            let mut head = Head::new(kind, message);
            for more in lines.get(at + 1..).unwrap_or_default() {
                push_line(&mut head.message, more.trim());
            }
            return head;
        }
    }
    super::head::find(lines).unwrap_or_default()
}

/// A frame in either language's form.
pub(super) fn frame(body: &str) -> Option<Frame> {
    elixir(body).or_else(|| erlang(body))
}

/// `(app 1.2.3) lib/x.ex:12: M.f/2`, `lib/x.ex:12: anonymous fn/1 in M.f/0`, `(stdlib 4.0) :timer.tc/1`.
pub(super) fn elixir(body: &str) -> Option<Frame> {
    let (app, rest) = match body.strip_prefix('(') {
        Some(rest) => rest.split_once(") ").map(|(app, rest)| (Some(app), rest))?,
        None => (None, body),
    };
    let (place, call) = match rest.split_once(": ") {
        Some((place, call)) if place.contains(".ex") || place.contains(".erl") => (place, call),
        _ => ("", rest),
    };
    let (file, line, _) = text::location(place);
    if line.is_none() && app.is_none() {
        return None;
    }
    let name = call.rsplit_once(" in ").map_or(call, |(_, name)| name);
    let (module, function) = module_and_function(name)?;
    let function = if call.starts_with("anonymous fn") {
        format!("anonymous fn in {function}")
    } else {
        function.to_owned()
    };
    // The application tells libraries from the project: it stands before the file.
    let file = match (app, file) {
        (Some(app), "") => Some(format!("({app})")),
        (Some(app), file) => Some(format!("({app}) {file}")),
        (None, file) => Some(file.to_owned()),
    };
    Some(Frame {
        function,
        module: module.to_owned(),
        file,
        line,
        ..Frame::default()
    })
}

/// `Shop.Cart.add/2`, `:gen_server.call(..)`, `Shop."odd name"/1`.
fn module_and_function(name: &str) -> Option<(&str, &str)> {
    let name = match name.split_once('(') {
        Some((name, _)) => name,
        None => name,
    };
    let slash = name.rfind('/').unwrap_or(name.len());
    let dot = name[..slash].rfind('.')?;
    let module = &name[..dot];
    let known = module.starts_with(':') || module.starts_with(|c: char| c.is_uppercase());
    (known && !module.contains(' ')).then_some((module, &name[dot + 1..]))
}

/// `in function  shop:add/2 (src/shop.erl, line 12)`, `in call from shop:run/1 (src/shop.erl, line 3)`.
fn erlang(body: &str) -> Option<Frame> {
    let rest = body
        .strip_prefix("in function")
        .or_else(|| body.strip_prefix("in call from"))?
        .trim_start();
    let (name, place) = rest.split_once(" (").map_or((rest, ""), |(name, place)| {
        (name, place.trim_end_matches(')'))
    });
    let (module, function) = name.split_once(':')?;
    let (file, line) = place.split_once(", line ").unwrap_or((place, ""));
    Some(Frame {
        function: function.to_owned(),
        module: module.to_owned(),
        file: (!file.is_empty()).then(|| file.to_owned()),
        line: line.parse().ok(),
        ..Frame::default()
    })
}

/// `[{shop,add,2,[{file,"src/shop.erl"},{line,12}]},...]`, over as many lines as it takes.
fn terms(lines: &[&str]) -> Option<Draft> {
    let text = lines.join("");
    let mut draft = Draft::default();
    let mut from = 0;
    while let Some(found) = memmem::find(&text.as_bytes()[from..], b"[{file,") {
        let at = from + found;
        from = at + "[{file,".len();
        let before = text[..at].trim_end_matches([',', ' ']);
        let Some(open) = before.rfind('{') else {
            continue;
        };
        let mut parts = before[open + 1..].split(',').map(str::trim);
        let (Some(module), Some(function), Some(arity)) =
            (parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        let place = text[from..].trim_start();
        let Some((file, rest)) = place
            .strip_prefix('"')
            .and_then(|place| place.split_once('"'))
        else {
            continue;
        };
        let number =
            rest.split_once("{line,").map_or(
                "",
                |(between, number)| {
                    if between.contains(']') { "" } else { number }
                },
            );
        let digits = number.bytes().take_while(u8::is_ascii_digit).count();
        draft.frame(Frame {
            function: format!("{function}/{arity}"),
            module: module.to_owned(),
            file: Some(file.to_owned()),
            line: number[..digits].parse().ok(),
            ..Frame::default()
        });
    }
    draft.has_frames().then_some(draft)
}

/// Whether a line holds a raw term.
pub(super) fn is_term(body: &str) -> bool {
    memmem::find(body.as_bytes(), b"[{file,\"").is_some()
}

//! Names of .NET, Ruby, PHP, the BEAM and Dart without what their compilers generate.

use super::function::LAMBDA;

/// A type without generic arguments and the classes made for closures and async methods.
pub(super) fn dotnet_type(name: &str) -> String {
    let end = name.find('<').unwrap_or(name.len());
    let name = name[..end].trim_end_matches(['.', '+']);
    let mut out = String::with_capacity(name.len());
    let (mut depth, mut arity) = (0_u32, false);
    for c in name.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            '`' => arity = true,
            _ if depth > 0 => {}
            c if arity && c.is_ascii_digit() => {}
            c => {
                arity = false;
                out.push(if c == '+' { '.' } else { c });
            }
        }
    }
    out
}

/// `<Add>d__2.MoveNext` is `Add`, `<>c.<Add>b__0` is `Add.<lambda>`, `<Add>g__Check|1_0` `Add.Check`.
pub(super) fn dotnet_function(module: &str, function: &str) -> String {
    if let Some(made) = made_method(function) {
        return made;
    }
    if function == "MoveNext"
        && let Some(class) = module.rsplit(['.', '+']).find(|part| part.contains('<'))
        && let Some(made) = made_method(class)
    {
        return made;
    }
    function
        .split('[')
        .next()
        .unwrap_or(function)
        .split('`')
        .next()
        .unwrap_or(function)
        .to_owned()
}

fn made_method(name: &str) -> Option<String> {
    let inner = name.trim_start_matches('<');
    if inner.len() == name.len() {
        return None;
    }
    let (owner, rest) = inner.split_once('>')?;
    if owner.is_empty() {
        return Some(LAMBDA.to_owned());
    }
    // `<<Add>b__0>d`: an async lambda.
    if rest.starts_with("b__") || rest.starts_with("c__") || rest.starts_with("m__") {
        return Some(format!("{owner}.{LAMBDA}"));
    }
    if let Some(local) = rest.strip_prefix("g__") {
        return Some(format!(
            "{owner}.{}",
            local.split('|').next().unwrap_or(local)
        ));
    }
    Some(owner.to_owned())
}

/// `block (2 levels) in Cart#add` is `add`: 3.4 names the class, older ones do not.
pub(super) fn ruby(function: &str) -> String {
    let name = match function.rsplit_once(" in ") {
        Some((opening, name))
            if ["block", "rescue", "ensure"]
                .iter()
                .any(|w| opening.starts_with(w)) =>
        {
            name
        }
        _ => function,
    };
    name.to_owned()
}

/// `{closure}`, `{closure:App\Cart::add():12}` and `App\{closure}` are one.
pub(super) fn php(function: &str) -> String {
    if function.contains("{closure") {
        LAMBDA.to_owned()
    } else {
        function.to_owned()
    }
}

/// Anonymous classes carry their file; OpenTelemetry writes dots for backslashes.
pub(super) fn php_class(class: &str) -> String {
    let class = match class.find("@anonymous") {
        Some(at) => &class[..at + "@anonymous".len()],
        None => class,
    };
    class.trim_start_matches('\\').replace('\\', ".")
}

/// `add/2` is `add`; `-add/2-fun-0-` and `anonymous fn in add/2` are `add.<lambda>`.
pub(super) fn beam(function: &str) -> String {
    let (name, lambda) = match function.strip_prefix("anonymous fn in ") {
        Some(name) => (name, true),
        None => match function.strip_prefix('-') {
            Some(name) => (name.strip_prefix("fun.").unwrap_or(name), true),
            None => (function, false),
        },
    };
    let name = name.split('/').next().unwrap_or(name);
    if lambda {
        format!("{name}.{LAMBDA}")
    } else {
        name.to_owned()
    }
}

/// `main.<anonymous closure>.<anonymous closure>` is `main.<lambda>`, `new Cart` is `Cart`.
pub(super) fn dart(function: &str) -> String {
    let name = function.strip_prefix("new ").unwrap_or(function);
    let name = name.strip_suffix(" (async)").unwrap_or(name);
    let end = [".<anonymous closure>", ".<fn>"]
        .iter()
        .filter_map(|mark| name.find(mark))
        .min();
    match end {
        Some(end) => format!("{}.{LAMBDA}", &name[..end]),
        None => name.to_owned(),
    }
}

//! The names inside a mangled C++ symbol: `_ZN4shop4Cart3addEv` is `shop::Cart::add`.
//!
//! Only the source names are read, not arguments, templates' parameters or substitutions: frames
//! need no more, and a grammar of two hundred rules would be one more thing to bound.

/// Deepest nesting of names that is read.
const NAMES_MAX: usize = 32;

/// The qualified name; `None` for a symbol that is not mangled, or that holds no source name.
pub(super) fn names(symbol: &str) -> Option<String> {
    let rest = symbol
        .strip_prefix("_Z")
        .or_else(|| symbol.strip_prefix("__Z"))?;
    let (mut rest, nested) = match rest.strip_prefix('N') {
        Some(rest) => (rest.trim_start_matches(['K', 'V', 'r', 'R', 'O']), true),
        None => (rest.strip_prefix('L').unwrap_or(rest), false),
    };
    let mut names: Vec<&str> = Vec::new();
    for _ in 0..NAMES_MAX {
        if let Some(more) = rest.strip_prefix("St") {
            names.push("std");
            rest = more;
        } else if let Some(more) = rest.strip_prefix("_GLOBAL__N_1") {
            rest = more;
        } else if let Some((name, more)) = source_name(rest) {
            names.push(if name.starts_with("_GLOBAL__N") {
                "(anonymous namespace)"
            } else {
                name
            });
            rest = more;
        } else if let Some(more) = rest.strip_prefix('I') {
            rest = after_arguments(more)?;
        } else if rest.starts_with("C1")
            || rest.starts_with("C2")
            || rest.starts_with("D0")
            || rest.starts_with("D1")
            || rest.starts_with("D2")
        {
            let class = names.last().copied()?;
            names.push(class);
            rest = &rest[2..];
        } else {
            break;
        }
        if !nested {
            break;
        }
    }
    (!names.is_empty()).then(|| names.join("::"))
}

/// `4Cart` gives `Cart`.
fn source_name(text: &str) -> Option<(&str, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let length: usize = text.get(..digits)?.parse().ok()?;
    let end = digits.checked_add(length)?;
    Some((text.get(digits..end)?, text.get(end..)?))
}

/// Passes over template arguments up to their `E`.
fn after_arguments(text: &str) -> Option<&str> {
    let mut rest = text;
    let mut depth = 1_u32;
    while let Some(first) = rest.bytes().next() {
        if let Some((_, more)) = source_name(rest) {
            rest = more;
            continue;
        }
        match first {
            b'I' | b'N' | b'X' | b'L' | b'J' => depth += 1,
            b'E' => {
                depth -= 1;
                if depth == 0 {
                    return rest.get(1..);
                }
            }
            _ => {}
        }
        rest = rest.get(1..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn source_names_are_joined() {
        for (symbol, expected) in [
            ("_ZN4shop4Cart3addEv", Some("shop::Cart::add")),
            ("_ZNK4shop4Cart3getERKSs", Some("shop::Cart::get")),
            ("_ZN4shop4CartC1Ei", Some("shop::Cart::Cart")),
            ("_Z3addii", Some("add")),
            ("_ZN3std6vectorIiE4pushEi", Some("std::vector::push")),
            (
                "_ZN12_GLOBAL__N_13addEv",
                Some("(anonymous namespace)::add"),
            ),
            ("main", None),
            ("_ZN99999999999999999999x", None),
        ] {
            assert_eq!(names(symbol).as_deref(), expected, "{symbol}");
        }
    }
}

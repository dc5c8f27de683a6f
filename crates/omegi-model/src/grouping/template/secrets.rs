//! What looks like a secret, by the word before it or by its own shape.

use super::chunk;

/// As much of a value as is needed to know it.
const PEEK_BYTES: usize = 64;

/// Length of the secret value at the start of `rest`, if it is one.
///
/// `text_before` is the whole text before `rest`, `word_before` the last word in it.
pub(super) fn value_length(text_before: &str, word_before: &str, rest: &str) -> Option<usize> {
    let whole = chunk::until_blank(&rest[..rest.floor_char_boundary(PEEK_BYTES)]);
    if has_token_shape(whole) {
        return Some(chunk::token_length(rest));
    }
    let word = word_before.trim_end_matches([':', '=']);
    let joined = text_before.trim_end_matches(' ');
    let assigned = joined.ends_with(['=', ':']) || joined.ends_with("=>");
    let scheme = matches!(word, "Bearer" | "bearer" | "Basic" | "basic") && whole.len() >= 8;
    let named = assigned && names_secret(word) && whole.len() >= 3;
    if named && matches!(whole, "Bearer" | "bearer" | "Basic" | "basic") {
        return None; // the value follows
    }
    (scheme || named).then_some(chunk::token_length(rest))
}

/// `password`, `db_password`, `x-api-key`, `clientSecret`.
pub(super) fn names_secret(word: &str) -> bool {
    const NAMES: [&str; 17] = [
        "password",
        "passwd",
        "passphrase",
        "pwd",
        "secret",
        "token",
        "apikey",
        "authorization",
        "credential",
        "credentials",
        "privatekey",
        "accesskey",
        "sessionid",
        "cookie",
        "jwt",
        "auth",
        "signature",
    ];
    const WORD_BYTES_MAX: usize = 64;
    if word.len() > WORD_BYTES_MAX {
        return false;
    }
    let mut letters = [0_u8; WORD_BYTES_MAX];
    let mut length = 0;
    for byte in word.bytes().filter(u8::is_ascii_alphabetic) {
        letters[length] = byte.to_ascii_lowercase();
        length += 1;
    }
    NAMES
        .iter()
        .any(|name| letters[..length].ends_with(name.as_bytes()))
}

/// Tokens that their makers gave a prefix, and JSON web tokens.
fn has_token_shape(word: &str) -> bool {
    const PREFIXES: [&str; 22] = [
        "sk_",
        "pk_",
        "rk_",
        "sk-",
        "ghp_",
        "gho_",
        "ghs_",
        "ghu_",
        "github_pat_",
        "glpat-",
        "xoxb-",
        "xoxp-",
        "xoxa-",
        "AKIA",
        "ASIA",
        "AIza",
        "npm_",
        "hf_",
        "omgs_",
        "omgu_",
        "whsec_",
        "dop_v1_",
    ];
    let word = word.trim_start_matches(['"', '\'', '(']);
    let jwt = word.starts_with("eyJ") && word.len() >= 20;
    jwt || word.len() >= 16 && PREFIXES.iter().any(|prefix| word.starts_with(prefix))
}

//! Checks of what people type, each made once: where a command is decided.

use super::Rejection;

/// Longest e-mail address, in bytes.
pub const EMAIL_BYTES_MAX: usize = 254;
/// Longest name of a user, project or token, in characters.
pub const NAME_CHARS_MAX: usize = 200;
const SLUG_BYTES_MAX: usize = 63;
const SERVICE_BYTES_MAX: usize = 255;
const TYPE_BYTES_MAX: usize = 64;

/// A name without blanks around it.
pub(super) fn name(text: &str) -> Result<String, Rejection> {
    let text = text.trim();
    let chars = text.chars().count();
    if chars == 0 || chars > NAME_CHARS_MAX || text.chars().any(char::is_control) {
        let detail = format!("a name has 1 to {NAME_CHARS_MAX} printable characters");
        return Err(Rejection::invalid("name_invalid", detail));
    }
    Ok(text.to_owned())
}

/// A project's part of addresses.
pub(super) fn slug(text: &str) -> Result<String, Rejection> {
    let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    let framed = !text.starts_with('-') && !text.ends_with('-');
    if text.is_empty() || text.len() > SLUG_BYTES_MAX || !framed || !text.bytes().all(allowed) {
        let detail = format!(
            "a slug has 1 to {SLUG_BYTES_MAX} characters of a-z, 0-9 and inner hyphens: {}",
            shown(text)
        );
        return Err(Rejection::invalid("slug_invalid", detail));
    }
    Ok(text.to_owned())
}

/// An address in the form in which it is compared: lower case, no blanks around it.
pub(super) fn email(text: &str) -> Result<String, Rejection> {
    let text = text.trim().to_lowercase();
    let odd = |c: char| c.is_whitespace() || c.is_control();
    let parts = text.split_once('@');
    let whole = parts
        .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty() && !host.contains('@'));
    if !whole || text.len() > EMAIL_BYTES_MAX || text.chars().any(odd) {
        let detail = format!("not an e-mail address: {}", shown(&text));
        return Err(Rejection::invalid("email_invalid", detail));
    }
    Ok(text)
}

/// A service's name, exactly as telemetry has it.
pub(super) fn service(text: &str) -> Result<String, Rejection> {
    if text.is_empty() || text.len() > SERVICE_BYTES_MAX || text.chars().any(char::is_control) {
        let detail = format!("a service name has 1 to {SERVICE_BYTES_MAX} bytes, none of control");
        return Err(Rejection::invalid("service_invalid", detail));
    }
    Ok(text.to_owned())
}

/// What a service is made with, such as `spring`.
pub(super) fn service_type(text: &str) -> Result<String, Rejection> {
    let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.');
    if text.is_empty() || text.len() > TYPE_BYTES_MAX || !text.bytes().all(allowed) {
        let detail = format!("a type has 1 to {TYPE_BYTES_MAX} characters of a-z 0-9 - _ .");
        return Err(Rejection::invalid("service_type_invalid", detail));
    }
    Ok(text.to_owned())
}

fn shown(text: &str) -> String {
    format!("{:?}", text.chars().take(64).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_is_checked() {
        for (good, bad) in [("shop", "Shop"), ("a-b-1", "-a"), ("0", ""), ("a", "a b")] {
            assert!(slug(good).is_ok(), "{good}");
            assert!(slug(bad).is_err(), "{bad}");
        }
        assert_eq!(email(" Kim@Example.COM ").unwrap(), "kim@example.com");
        for bad in ["", "kim", "@x", "kim@", "a b@c", "a@b@c"] {
            assert!(email(bad).is_err(), "{bad}");
        }
        assert_eq!(name("  오메기 떡 ").unwrap(), "오메기 떡");
        assert!(name(&"x".repeat(NAME_CHARS_MAX + 1)).is_err());
        assert!(service("checkout v2/eu").is_ok());
        assert!(service("a\nb").is_err());
    }
}

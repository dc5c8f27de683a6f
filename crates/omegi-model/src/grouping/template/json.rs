//! JSON inside a message: told by its keys, so that two kinds of bodies stay two.

/// Keys named in a shape.
const KEYS_MAX: usize = 6;

/// Length and shape of the JSON object or array of objects at the start of `text`.
///
/// `{"code":5,"at":{}}` gives `<json code,at>`. `None` where brackets do not close, or where what
/// they hold is not JSON.
pub(super) fn shape(text: &str) -> Option<(usize, String)> {
    let bytes = text.as_bytes();
    let mut keys: Vec<&str> = Vec::new();
    let (mut depth, mut at, mut quoted) = (0_usize, 0, false);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                let end = string_end(bytes, at + 1)?;
                let key = text.get(at + 1..end)?;
                let colon = bytes
                    .get(end + 1..)?
                    .iter()
                    .find(|b| !b.is_ascii_whitespace());
                let names = colon == Some(&b':') && depth <= 2 && is_key(key);
                if names && keys.len() < KEYS_MAX && !keys.contains(&key) {
                    keys.push(key);
                }
                quoted = true;
                at = end;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    let json = quoted && (bytes.first() == Some(&b'{') || !keys.is_empty());
                    return json.then(|| (at + 1, named(&mut keys)));
                }
            }
            _ => {}
        }
        at += 1;
    }
    // Cut off by the sender or by our limit: what there is tells enough.
    (quoted && keys.len() >= 2).then(|| (text.len(), named(&mut keys)))
}

fn string_end(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes.get(at) == Some(&b'"') {
            return Some(at);
        }
        at += 2;
    }
}

/// A key that is itself data (an id, a sentence) says nothing about the shape.
fn is_key(key: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-' | b'.' | b'$');
    !key.is_empty() && key.len() <= 40 && key.bytes().all(plain)
}

fn named(keys: &mut Vec<&str>) -> String {
    keys.sort_unstable();
    if keys.is_empty() {
        "<json>".to_owned()
    } else {
        format!("<json {}>", keys.join(","))
    }
}

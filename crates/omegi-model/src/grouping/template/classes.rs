//! The classes of things that vary, each told by its own shape.

use super::{Output, chunk, dates};

/// Longest word that is classified; longer ones are `<blob>`.
const WORD_BYTES_MAX: usize = 512;

/// The class of a whole word, longest kinds first.
pub(super) fn class_of(word: &str) -> Option<&'static str> {
    let bytes = word.as_bytes();
    if bytes.len() > WORD_BYTES_MAX {
        return Some("<blob>");
    }
    let digits = bytes.iter().filter(|b| b.is_ascii_digit()).count();
    if digits == 0 {
        let mail = memchr::memchr(b'@', bytes).is_some() && is_email(word);
        return mail.then_some("<email>");
    }
    if digits == bytes.len() || is_number(bytes) {
        return Some("<num>");
    }
    Some(match () {
        () if is_uuid(bytes) => "<uuid>",
        () if is_trace_parent(bytes) => "<trace>",
        () if dates::in_digits(word) => "<time>",
        () if is_ip(word) => "<ip>",
        () if is_mac(bytes) => "<mac>",
        () if is_email(word) => "<email>",
        () if is_prefixed_hex(bytes) => "<hex>",
        () if is_quantity(word, &DURATIONS) || is_iso_duration(bytes) => "<duration>",
        () if is_quantity(word, &SIZES) => "<size>",
        () if is_hash(bytes) || is_ulid(bytes) => "<id>",
        () if is_blob(bytes) => "<blob>",
        () => return None,
    })
}

/// `5`, `-5`, `+3.14`, `1.234.567`, `1e-9`.
fn is_number(bytes: &[u8]) -> bool {
    let body = bytes
        .strip_prefix(b"-")
        .or_else(|| bytes.strip_prefix(b"+"))
        .unwrap_or(bytes);
    let body = body.strip_suffix(b"%").unwrap_or(body);
    let Some(first) = body.first() else {
        return false;
    };
    let exponent = body
        .iter()
        .position(|b| matches!(b, b'e' | b'E'))
        .unwrap_or(body.len());
    let (mantissa, power) = body.split_at(exponent);
    let power = power.get(1..).unwrap_or_default();
    let power = power
        .strip_prefix(b"-")
        .or_else(|| power.strip_prefix(b"+"))
        .unwrap_or(power);
    let plain = |b: &u8| b.is_ascii_digit() || *b == b'.';
    (first.is_ascii_digit() || *first == b'.' && mantissa.len() > 1)
        && mantissa.iter().all(plain)
        && power.iter().all(u8::is_ascii_digit)
        && (exponent == body.len() || !power.is_empty())
}

pub(super) fn is_uuid(bytes: &[u8]) -> bool {
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// `00-<32 hex>-<16 hex>-01`
fn is_trace_parent(bytes: &[u8]) -> bool {
    bytes.len() == 55
        && bytes.iter().enumerate().all(|(at, b)| match at {
            2 | 35 | 52 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// IPv4 or IPv6, with a port or a prefix length; a leading slash as Java prints it.
fn is_ip(word: &str) -> bool {
    let word = word.strip_prefix('/').unwrap_or(word);
    let (address, tail) = word.split_at(word.find(['/', ':']).unwrap_or(word.len()));
    let tail_digits = tail.len() <= 6 && tail.bytes().skip(1).all(|b| b.is_ascii_digit());
    let parts = address.split('.');
    let octets = parts
        .clone()
        .all(|part| (1..=3).contains(&part.len()) && part.parse::<u8>().is_ok());
    octets && parts.count() == 4 && tail_digits || is_ipv6(word)
}

/// At least two colons and nothing but hex between them; `::` and a zone are allowed.
pub(super) fn is_ipv6(word: &str) -> bool {
    let word = word.split(['%', '/']).next().unwrap_or(word);
    let colons = word.bytes().filter(|b| *b == b':').count();
    let groups = word
        .split(':')
        .all(|g| g.len() <= 4 && g.bytes().all(|b| b.is_ascii_hexdigit()) || g.contains('.'));
    let full = colons == 7 || memchr::memmem::find(word.as_bytes(), b"::").is_some();
    (2..=7).contains(&colons) && full && groups && word.len() <= 45
}

/// Length of `:5432` at the start.
pub(super) fn port_length(text: &str) -> usize {
    let Some(rest) = text.strip_prefix(':') else {
        return 0;
    };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 { 0 } else { digits + 1 }
}

fn is_mac(bytes: &[u8]) -> bool {
    bytes.len() == 17
        && bytes.iter().enumerate().all(|(at, b)| match at % 3 {
            2 => matches!(b, b':' | b'-'),
            _ => b.is_ascii_hexdigit(),
        })
}

fn is_email(word: &str) -> bool {
    let Some((name, domain)) = word.split_once('@') else {
        return false;
    };
    let Some((_, top)) = domain.rsplit_once('.') else {
        return false;
    };
    let plain = |c: char| c.is_alphanumeric() || "._+-%".contains(c);
    !name.is_empty()
        && name.chars().all(plain)
        && top.len() >= 2
        && top.bytes().all(|b| b.is_ascii_alphabetic())
        && domain
            .chars()
            .all(|c| c.is_alphanumeric() || "-.".contains(c))
}

fn is_prefixed_hex(bytes: &[u8]) -> bool {
    let digits = bytes
        .strip_prefix(b"0x")
        .or_else(|| bytes.strip_prefix(b"0X"));
    digits.is_some_and(|d| !d.is_empty() && d.iter().all(u8::is_ascii_hexdigit))
}

const DURATIONS: [&str; 24] = [
    "ns", "us", "µs", "μs", "ms", "s", "sec", "secs", "second", "seconds", "m", "min", "mins",
    "minute", "minutes", "h", "hr", "hrs", "hour", "hours", "d", "day", "days", "w",
];
const SIZES: [&str; 17] = [
    "B", "b", "kB", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB", "bytes", "Ki", "Mi", "Gi",
    "K", "G",
];

/// `12ms`, `1h2m3.5s`: numbers, each with a unit.
fn is_quantity(word: &str, units: &[&str]) -> bool {
    let mut rest = word.strip_prefix('-').unwrap_or(word);
    for _ in 0..5 {
        let number = rest
            .bytes()
            .take_while(|b| b.is_ascii_digit() || *b == b'.')
            .count();
        let unit_start = &rest[number..];
        let unit_length = unit_start
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(unit_start.len());
        if number == 0 || !units.contains(&&unit_start[..unit_length]) {
            return false;
        }
        rest = &unit_start[unit_length..];
        if rest.is_empty() {
            return true;
        }
    }
    false
}

/// `PT1H2.5S`, `P3D`.
fn is_iso_duration(bytes: &[u8]) -> bool {
    let Some(body) = bytes.strip_prefix(b"P") else {
        return false;
    };
    let body = body.strip_prefix(b"T").unwrap_or(body);
    let first = body.first().is_some_and(u8::is_ascii_digit);
    let last = body.last().is_some_and(|b| b"YMWDHS".contains(b));
    first
        && last
        && body
            .iter()
            .all(|b| b.is_ascii_digit() || b".YMWDTHS".contains(b))
}

/// Hex of 7 or more with a digit and a letter: commits, digests, object ids.
fn is_hash(bytes: &[u8]) -> bool {
    let letter = bytes.iter().any(u8::is_ascii_alphabetic);
    bytes.len() >= 7 && letter && bytes.iter().all(u8::is_ascii_hexdigit)
}

/// 26 characters of Crockford's alphabet.
fn is_ulid(bytes: &[u8]) -> bool {
    let crockford = |b: &u8| b.is_ascii_digit() || b.is_ascii_uppercase() && !b"ILOU".contains(b);
    bytes.len() == 26 && matches!(bytes.first(), Some(b'0'..=b'7')) && bytes.iter().all(crockford)
}

/// Base64 of 24 and more: small and capital letters and digits, too mixed for a name.
fn is_blob(bytes: &[u8]) -> bool {
    let allowed = |b: &u8| b.is_ascii_alphanumeric() || b"+/=_-".contains(b);
    if bytes.len() < 24 || !bytes.iter().all(allowed) {
        return false;
    }
    let small = bytes.iter().any(u8::is_ascii_lowercase);
    let capital = bytes.iter().any(u8::is_ascii_uppercase);
    let changes = bytes
        .windows(2)
        .filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit())
        .count();
    small && capital && changes >= 4
}

/// Java's `Cart@1b2c3d`.
pub(super) fn is_identity(id: &str) -> bool {
    (4..=16).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_hexdigit())
}

pub(super) fn is_path(word: &str) -> bool {
    let slashes = word.bytes().filter(|b| matches!(b, b'/' | b'\\')).count();
    let drive = word.get(1..3).is_some_and(|s| s == ":\\" || s == ":/");
    let rooted =
        word.starts_with(['/', '~', '\\']) || word.starts_with("./") || word.starts_with("../");
    drive || slashes >= 2 || rooted && slashes >= 1 && word.len() > 1
}

/// `db1.prod.internal:5432`, or a host by its ending alone.
pub(super) fn is_host_and_port(word: &str) -> bool {
    const SOURCES: [&str; 18] = [
        "java", "kt", "scala", "py", "js", "ts", "tsx", "jsx", "go", "rb", "php", "rs", "cs",
        "cpp", "c", "ex", "dart", "swift",
    ];
    const TOPS: [&str; 11] = [
        "com", "net", "org", "io", "dev", "local", "internal", "cloud", "app", "svc", "lan",
    ];
    let (host, port) = word.split_once(':').unwrap_or((word, ""));
    let Some((_, last)) = host.rsplit_once('.') else {
        return false;
    };
    let named = host
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-._".contains(&b));
    let numeric = port.len() <= 5 && port.bytes().all(|b| b.is_ascii_digit());
    let with_port = !port.is_empty() && !SOURCES.contains(&last);
    named && numeric && (with_port || TOPS.contains(&last) && word.len() == host.len())
}

/// `https://api.acme.io:8443/v1/users/17?x=1` gives `https://<host>/v1/users/<num>`.
pub(super) fn url(word: &str) -> Option<String> {
    const PARTS_MAX: usize = 6;
    let at = memchr::memmem::find(word.as_bytes(), b"://")?;
    let scheme = &word[..at];
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"+-.:".contains(&b);
    if scheme.is_empty() || !scheme.bytes().all(plain) || scheme.len() > 40 {
        return None;
    }
    let rest = &word[at + 3..];
    let rest = &rest[..rest.find(['?', '#', ';']).unwrap_or(rest.len())];
    let mut out = Output::default();
    out.text(scheme);
    out.text("://");
    let mut parts = rest.split('/');
    out.text(if parts.next().is_some_and(|host| !host.is_empty()) {
        "<host>"
    } else {
        ""
    });
    for part in parts.take(PARTS_MAX) {
        out.text("/");
        chunk::write_part(&mut out, part);
    }
    Some(out.text)
}

/// Numbers that say what happened: after `status`, `code`, `errno` and the like, or before the
/// reason phrase of a status.
pub(super) fn keeps_number(word: &str, before: &str, after: &str) -> bool {
    const WORDS: [&str; 13] = [
        "status",
        "code",
        "errno",
        "error",
        "sqlstate",
        "http",
        "signal",
        "statuscode",
        "status_code",
        "state",
        "exitcode",
        "response",
        "rc",
    ];
    const REASONS: [&str; 18] = [
        "Bad",
        "Unauthorized",
        "Forbidden",
        "Not",
        "Method",
        "Request",
        "Conflict",
        "Gone",
        "Payload",
        "Unprocessable",
        "Too",
        "Internal",
        "Service",
        "Gateway",
        "Payment",
        "Precondition",
        "Locked",
        "URI",
    ];
    let short = word.len() <= 5 && word.bytes().all(|b| b.is_ascii_alphanumeric());
    if !short || !word.ends_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let digits = word.bytes().all(|b| b.is_ascii_digit());
    let reason = after
        .strip_prefix(' ')
        .and_then(|rest| rest.split([' ', ':', ',', '.', ']']).next());
    if word.len() == 3
        && matches!(word.as_bytes().first(), Some(b'4' | b'5'))
        && digits
        && reason.is_some_and(|reason| REASONS.contains(&reason))
    {
        return true;
    }
    let before_word = before.trim_end_matches([':', '=']);
    let told = before_word.len() <= 12
        && WORDS
            .iter()
            .any(|name| before_word.eq_ignore_ascii_case(name));
    let state =
        before_word.eq_ignore_ascii_case("sqlstate") || before_word.eq_ignore_ascii_case("state");
    // `error: 5 items` counts items; only `error 1062` names an error.
    let counts = before_word.eq_ignore_ascii_case("error") && before.ends_with(':');
    told && !counts && (digits || state) || digits && before_word.starts_with("HTTP/")
}

/// Error codes of products: `ORA-00942`, `E11000`, `TS2304`, `AADSTS50058`.
pub(super) fn is_vendor_code(word: &str) -> bool {
    const PREFIXES: [&str; 18] = [
        "ORA-", "PLS-", "TNS-", "SP2-", "DB2-", "SQL", "TS", "CS", "MSB", "NU", "AADSTS", "E",
        "FS", "BC", "CA", "NETSDK", "ERR-", "JDWP-",
    ];
    let letters = word.bytes().take_while(|b| !b.is_ascii_digit()).count();
    let (prefix, digits) = word.split_at(letters);
    let numeric = digits.strip_suffix(['N', 'C', 'W']).unwrap_or(digits);
    (4..=6).contains(&numeric.len())
        && numeric.bytes().all(|b| b.is_ascii_digit())
        && PREFIXES.contains(&prefix)
}

/// A segment nobody would write: letters and digits mixed like a hash's.
pub(super) fn is_generated(segment: &str) -> bool {
    let bytes = segment.as_bytes();
    let digits = bytes.iter().filter(|b| b.is_ascii_digit()).count();
    if digits == 0 || digits == bytes.len() || bytes.len() < 3 || is_known(segment) {
        return false;
    }
    if !bytes.iter().all(u8::is_ascii_alphanumeric) {
        return false;
    }
    let hex = bytes.len() >= 5 && bytes.iter().all(u8::is_ascii_hexdigit);
    let runs = bytes
        .windows(2)
        .filter(|p| p[0].is_ascii_digit() != p[1].is_ascii_digit())
        .count();
    let starts_with_digit = bytes[0].is_ascii_digit();
    hex || starts_with_digit || runs >= 3 || (runs == 2 && digits > 2)
}

/// `node12` gives `node`; `utf8` and `Foo2Bar` are names.
pub(super) fn numbered(segment: &str) -> Option<&str> {
    let letters = segment.trim_end_matches(|c: char| c.is_ascii_digit());
    let pure = !letters.is_empty() && !letters.bytes().any(|b| b.is_ascii_digit());
    (letters.len() < segment.len() && pure && !is_known(segment)).then_some(letters)
}

/// The last five characters of a pod's name, from the alphabet that Kubernetes draws them from.
pub(super) fn is_pod_suffix(segment: &str) -> bool {
    segment.len() == 5
        && segment
            .bytes()
            .all(|b| b"bcdfghjklmnpqrstvwxz2456789".contains(&b))
}

/// Names that end in a number and mean it.
fn is_known(segment: &str) -> bool {
    const KNOWN: [&str; 44] = [
        "base64", "ec2", "es6", "float32", "float64", "h2", "http1", "http2", "http3", "i18n",
        "i32", "i64", "int16", "int32", "int64", "int8", "ipv4", "ipv6", "k8s", "l10n", "log4j",
        "log4j2", "md5", "mp3", "mp4", "mysql8", "oauth2", "p12", "python3", "rs256", "s3", "sha1",
        "sha256", "sha512", "tls1", "u32", "u64", "uint32", "uint64", "utf16", "utf8", "utf8mb4",
        "win32", "x509",
    ];
    const BYTES_MAX: usize = 8;
    if segment.len() > BYTES_MAX {
        return false;
    }
    let mut small = [0_u8; BYTES_MAX];
    for (to, from) in small.iter_mut().zip(segment.bytes()) {
        *to = from.to_ascii_lowercase();
    }
    let small = &small[..segment.len()];
    let version = small.len() == 2 && small[0] == b'v' && small[1].is_ascii_digit();
    version
        || matches!(small, b"x86" | b"x64")
        || KNOWN
            .binary_search_by(|known| known.as_bytes().cmp(small))
            .is_ok()
}

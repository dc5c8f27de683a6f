//! Dates and times, in digits and in words.

/// No word of a date is longer.
const WORD_BYTES_MAX: usize = 32;

/// Length of a date written with a month's name at the start of `text`:
/// `Mon, 02 Jan 2006 15:04:05 GMT`, `Jan 2, 2006`, `Mon Jan 02 2006 15:04:05 GMT+0000 (UTC)`.
pub(super) fn in_words(text: &str) -> Option<usize> {
    let first = text.bytes().next()?;
    // Most words end here: a date begins with a capital or a digit.
    if !first.is_ascii_uppercase() && !first.is_ascii_digit() {
        return None;
    }
    let (mut months, mut numbers, mut end) = (0, 0, 0);
    let mut at = 0;
    for _ in 0..8 {
        let rest = &text[at..];
        let near = &rest[..rest.floor_char_boundary(WORD_BYTES_MAX)];
        let length = near
            .find([' ', ',', '(', ')', ';', '"'])
            .unwrap_or(near.len());
        let word = &rest[..length.min(rest.len())];
        let known = if is_month(word) {
            months += 1;
            true
        } else if is_day_or_year(word) || is_clock(word) || word.contains('-') && word_date(word) {
            numbers += 1;
            true
        } else {
            is_weekday(word) || (months > 0 && numbers > 0 && is_zone(word))
        };
        if !known || months > 1 {
            break;
        }
        end = at + length;
        at = end;
        if text[at..].starts_with(',') {
            at += 1;
        }
        if !text[at..].starts_with(' ') {
            break;
        }
        at += 1;
    }
    if months != 1 || numbers == 0 {
        return None;
    }
    let rest = &text[end..];
    // JavaScript names the zone in brackets.
    let zone = rest
        .strip_prefix(" (")
        .and_then(|r| r.find(')'))
        .filter(|at| *at < 48);
    Some(end + zone.map_or(0, |at| at + 3))
}

/// `2024-01-02`, `2024-01-02T03:04:05.678+01:00`, `2024/01/02`, `02.01.2024`, `03:04:05,678`.
pub(super) fn in_digits(word: &str) -> bool {
    let bytes = word.as_bytes();
    if bytes.len() < 5 || bytes.len() > 40 || !bytes[0].is_ascii_digit() {
        return false;
    }
    is_clock(word) || is_date(bytes) && date_tail(&bytes[date_length(bytes)..])
}

fn date_length(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .take(10)
        .take_while(|b| b.is_ascii_digit() || matches!(b, b'-' | b'/' | b'.'))
        .count()
}

fn is_date(bytes: &[u8]) -> bool {
    let date = &bytes[..date_length(bytes)];
    for separator in [b'-', b'/', b'.'] {
        let mut parts = date.split(|b| *b == separator);
        let (Some(a), Some(b), Some(c), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        let digits = [a, b, c]
            .iter()
            .all(|part| part.iter().all(u8::is_ascii_digit));
        let lengths = (a.len(), b.len(), c.len());
        if digits && matches!(lengths, (4, 1..=2, 1..=2) | (1..=2, 1..=2, 4)) {
            return true;
        }
    }
    false
}

fn date_tail(tail: &[u8]) -> bool {
    match tail.split_first() {
        None => true,
        Some((b'T' | b't' | b'_' | b' ', clock)) => clock.iter().all(|b| {
            b.is_ascii_digit() || matches!(b, b':' | b'.' | b',' | b'+' | b'-' | b'Z' | b'z')
        }),
        Some(_) => false,
    }
}

/// `3:04`, `03:04:05`, `03:04:05.678Z`, `03:04:05+01:00`, `3:04PM`.
fn is_clock(word: &str) -> bool {
    let hours = word.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=2).contains(&hours) || word.as_bytes().get(hours) != Some(&b':') {
        return false;
    }
    let minutes = word[hours + 1..]
        .bytes()
        .take_while(u8::is_ascii_digit)
        .count();
    let rest = &word[hours + 1 + minutes..];
    let allowed = |b: u8| b.is_ascii_digit() || b":.,+-ZzAPMapm".contains(&b);
    minutes == 2 && rest.bytes().all(allowed)
}

fn is_month(word: &str) -> bool {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let word = word.strip_suffix('.').unwrap_or(word);
    word.len() >= 3
        && MONTHS
            .iter()
            .any(|month| *month == word || month.get(..3) == Some(word))
        || word == "Sept"
}

fn is_weekday(word: &str) -> bool {
    const DAYS: [&str; 7] = [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ];
    word.len() >= 3
        && DAYS
            .iter()
            .any(|day| *day == word || day.get(..3) == Some(word))
}

fn is_day_or_year(word: &str) -> bool {
    matches!(word.len(), 1 | 2 | 4) && word.bytes().all(|b| b.is_ascii_digit())
}

fn is_zone(word: &str) -> bool {
    let signed =
        word.starts_with(['+', '-']) && word[1..].bytes().all(|b| b.is_ascii_digit() || b == b':');
    let named = [
        "GMT", "UTC", "CET", "CEST", "EST", "EDT", "PST", "PDT", "KST", "JST", "IST", "AM", "PM",
        "MSK", "BST",
    ]
    .iter()
    .any(|zone| {
        word.strip_prefix(zone)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['+', '-']))
    });
    signed && word.len() >= 3 || named
}

/// RFC 850 and Apache: `02-Jan-06`, `02/Jan/2006`.
fn word_date(word: &str) -> bool {
    word.split('-').nth(1).is_some_and(is_month)
}

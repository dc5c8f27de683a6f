//! Exceptions as occurrences: one throw, however often and wherever it was recorded.
//!
//! Reads the recordings that marks hold; decides which of them tell of one throw, whether it was
//! handled, and how throws hang together as causes.

pub(crate) mod cancelled;
pub(crate) mod listing;
pub(crate) mod reading;
pub(crate) mod same;

/// Version of the rules that find and merge exceptions.
pub const EXCEPTION_RULES: u32 = 1;

/// A message without what varies from one occurrence to the next: every word with a digit in it
/// becomes `#`. Tells places apart within one trace; issues are grouped by finer templates.
pub(crate) fn shape(message: &str) -> String {
    const BYTES_MAX: usize = 256;
    let head = message
        .get(..message.floor_char_boundary(BYTES_MAX))
        .unwrap_or("");
    let words =
        head.split_whitespace()
            .map(|word| match word.bytes().any(|b| b.is_ascii_digit()) {
                true => "#",
                false => word,
            });
    words.collect::<Vec<_>>().join(" ")
}

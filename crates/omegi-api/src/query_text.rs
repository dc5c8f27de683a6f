//! The one grammar of `q`: words, "phrases", `field:value`.

use crate::problem::ApiError;

const TEXT_BYTES_MAX: usize = 4_096;
const TERMS_MAX: usize = 64;

/// A parsed `q`: all terms must hold.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct QueryText {
    terms: Vec<Term>,
}

#[derive(Debug, PartialEq, Eq)]
struct Term {
    /// Empty: any text.
    field: String,
    /// Lowercase.
    value: String,
}

impl QueryText {
    /// Reads `text`.
    ///
    /// # Errors
    /// [`ApiError::Invalid`] for an open quote, an empty value, or too much of it.
    pub(crate) fn parse(text: &str) -> Result<Self, ApiError> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(ApiError::invalid(
                "q",
                format!("longer than {TEXT_BYTES_MAX} bytes"),
            ));
        }
        let mut terms = Vec::new();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (term, after) = term(rest)?;
            terms.push(term);
            rest = after.trim_start();
        }
        if terms.len() > TERMS_MAX {
            return Err(ApiError::invalid(
                "q",
                format!("more than {TERMS_MAX} terms"),
            ));
        }
        Ok(Self { terms })
    }

    /// Whether every term is found in what `texts` gives for its field (`""`: any text).
    pub(crate) fn admits(&self, texts: impl Fn(&str) -> Vec<String>) -> bool {
        self.terms.iter().all(|term| {
            let found = texts(&term.field);
            found
                .iter()
                .any(|text| text.to_lowercase().contains(&term.value))
        })
    }
}

fn term(text: &str) -> Result<(Term, &str), ApiError> {
    let field_end = text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.'));
    let (field, value) = match field_end {
        Some(end) if end > 0 && text[end..].starts_with(':') && !text[end..].starts_with("::") => {
            (&text[..end], &text[end + 1..])
        }
        _ => ("", text),
    };
    let (value, rest) = match value.strip_prefix('"') {
        Some(quoted) => quoted
            .split_once('"')
            .ok_or_else(|| ApiError::invalid("q", "a quote is not closed"))?,
        None => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
    };
    if value.is_empty() {
        return Err(ApiError::invalid("q", format!("{field}: has no value")));
    }
    Ok((
        Term {
            field: field.to_lowercase(),
            value: value.to_lowercase(),
        },
        rest,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_phrases_and_fields_are_told_apart() {
        let query = QueryText::parse(r#"cart service:checkout "null price" type:"A B""#).unwrap();
        let values = |field: &str| -> Vec<&str> {
            let asked = query.terms.iter().filter(|term| term.field == field);
            asked.map(|term| term.value.as_str()).collect()
        };
        assert_eq!(values("service"), ["checkout"]);
        assert_eq!(values(""), ["cart", "null price"]);
        assert_eq!(values("type"), ["a b"]);
    }

    #[test]
    fn a_scope_operator_is_no_field() {
        let query = QueryText::parse("Shop::Cart").unwrap();
        assert!(query.admits(|_| vec!["in Shop::Cart#add".into()]));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for text in ["\"open", "service:"] {
            assert!(QueryText::parse(text).is_err(), "{text}");
        }
    }
}

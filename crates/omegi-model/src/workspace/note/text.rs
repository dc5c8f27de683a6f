//! What a note's Markdown says: plain text for excerpts and search, and the links typed in it.
//!
//! The Markdown itself is never changed, and nothing here makes HTML: raw HTML is left out of the
//! plain text, and showing it safely is up to whoever renders it.

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};
use serde::{Deserialize, Serialize};

/// Characters of an excerpt.
const EXCERPT_CHARS_MAX: usize = 280;
/// Characters of a sentence around a link.
const SENTENCE_CHARS_MAX: usize = 300;
/// Typed links of one note; more than that is a list of everything.
const TYPED_LINKS_MAX: usize = 2_000;

/// What is read out of a note's Markdown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteText {
    /// The beginning, as plain text.
    pub excerpt: String,
    /// `[[title]]` in order of appearance; not those in code.
    pub links: Vec<TypedLink>,
}

/// A `[[title]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedLink {
    /// As typed, without `|what is shown`.
    pub title: String,
    /// The sentence that links, as plain text.
    pub sentence: String,
}

/// Form in which titles are compared: case and runs of blanks do not count.
#[must_use]
pub fn title_key(title: &str) -> String {
    title
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

/// Reads `markdown`; linear in its length.
#[must_use]
pub fn read_text(markdown: &str) -> NoteText {
    let options = Options::ENABLE_WIKILINKS
        | Options::ENABLE_TABLES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_STRIKETHROUGH;
    let mut reader = Reader::default();
    for event in Parser::new_ext(markdown, options) {
        reader.take(&event);
    }
    reader.end_block();
    reader.text
}

/// One block (paragraph, heading, cell) at a time: a sentence never runs over its end.
#[derive(Default)]
struct Reader {
    text: NoteText,
    block: String,
    /// Where links of the block begin, and their titles.
    links: Vec<(usize, String)>,
    excerpt_chars: usize,
}

impl Reader {
    fn take(&mut self, event: &Event<'_>) {
        match event {
            Event::Text(text) | Event::Code(text) => self.block.push_str(text),
            Event::SoftBreak | Event::HardBreak => self.block.push(' '),
            Event::Start(Tag::Link {
                link_type: LinkType::WikiLink { .. },
                dest_url,
                ..
            }) => {
                let title = dest_url.trim();
                if !title.is_empty() {
                    self.links.push((self.block.len(), title.to_owned()));
                }
            }
            Event::Start(tag) if is_block(tag) => self.end_block(),
            Event::End(tag) if ends_block(*tag) => self.end_block(),
            _ => {}
        }
    }

    fn end_block(&mut self) {
        let block = std::mem::take(&mut self.block);
        for (at, title) in std::mem::take(&mut self.links) {
            if self.text.links.len() < TYPED_LINKS_MAX {
                let sentence = sentence(&block, at);
                self.text.links.push(TypedLink { title, sentence });
            }
        }
        for word in block.split_whitespace() {
            if self.excerpt_chars >= EXCERPT_CHARS_MAX {
                return;
            }
            if self.excerpt_chars > 0 {
                self.text.excerpt.push(' ');
                self.excerpt_chars += 1;
            }
            let room = EXCERPT_CHARS_MAX - self.excerpt_chars.min(EXCERPT_CHARS_MAX);
            let fits: String = word.chars().take(room).collect();
            self.excerpt_chars += fits.chars().count();
            self.text.excerpt.push_str(&fits);
        }
    }
}

fn is_block(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Paragraph
            | Tag::Heading { .. }
            | Tag::CodeBlock(_)
            | Tag::Item
            | Tag::TableCell
            | Tag::HtmlBlock
            | Tag::BlockQuote(_)
    )
}

fn ends_block(tag: TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Paragraph
            | TagEnd::Heading(_)
            | TagEnd::CodeBlock
            | TagEnd::Item
            | TagEnd::TableCell
            | TagEnd::HtmlBlock
    )
}

/// The sentence of `block` in which byte `at` lies, cut around it where it is long.
fn sentence(block: &str, at: usize) -> String {
    let mut from = 0;
    let mut to = block.len();
    let mut after_stop = false;
    for (index, c) in block.char_indices() {
        if after_stop && c.is_whitespace() {
            if index > at {
                to = index;
                break;
            }
            from = index;
        }
        after_stop = matches!(c, '.' | '!' | '?' | '。' | '！' | '？');
    }
    let before: Vec<char> = block.get(from..at).unwrap_or_default().chars().collect();
    let kept = before.len().min(SENTENCE_CHARS_MAX / 2);
    let mut cut: String = before.iter().skip(before.len() - kept).collect();
    cut.extend(
        block
            .get(at..to)
            .unwrap_or_default()
            .chars()
            .take(SENTENCE_CHARS_MAX - kept),
    );
    cut.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(markdown: &str) -> Vec<(String, String)> {
        let links = read_text(markdown).links;
        links
            .into_iter()
            .map(|link| (link.title, link.sentence))
            .collect()
    }

    #[test]
    fn a_typed_link_comes_with_the_sentence_that_links() {
        let text =
            "# Cause\nFirst one. It is the **same** as in [[Pool exhausted]], only later! Last.";
        let expected = "It is the same as in Pool exhausted, only later!";
        assert_eq!(
            links(text),
            [("Pool exhausted".to_owned(), expected.to_owned())]
        );
    }

    #[test]
    fn links_are_found_where_people_write_them_and_not_in_code() {
        for (markdown, titles) in [
            ("- see [[A]]\n- and [[B|the other]]", vec!["A", "B"]),
            ("| x | y |\n|---|---|\n| [[A]] | [[B]] |", vec!["A", "B"]),
            ("> [[인용 노트]]", vec!["인용 노트"]),
            ("`[[A]]` and\n```\n[[B]]\n```\n    [[C]]", vec![]),
            ("[[]] [[ ]] [A] [[unclosed", vec![]),
        ] {
            let found: Vec<_> = links(markdown)
                .into_iter()
                .map(|(title, _)| title)
                .collect();
            assert_eq!(found, titles, "{markdown}");
        }
    }

    #[test]
    fn an_excerpt_is_plain_text_of_bounded_length() {
        let markdown = "# Title\n\nSome *bold* `code` and <b onclick=\"x()\">html</b>\n\n<script>alert(1)</script>\n\nEnd";
        assert_eq!(
            read_text(markdown).excerpt,
            "Title Some bold code and html End"
        );
        let long = read_text(&"오메기 떡 ".repeat(1_000)).excerpt;
        assert!(
            long.chars().count() <= EXCERPT_CHARS_MAX,
            "{}",
            long.chars().count()
        );
    }

    #[test]
    fn hostile_text_is_read_in_bounded_time_and_space() {
        let mb = 100_000; // a tenth of 1 MB
        for hostile in [
            "[".repeat(mb),
            "[[".repeat(mb / 2),
            "[[a]]".repeat(mb / 5),
            "> ".repeat(mb / 2),
            "*_".repeat(mb / 2),
            format!("[[{}]]", "a".repeat(mb)),
        ] {
            let text = read_text(&hostile);
            assert!(text.links.len() <= TYPED_LINKS_MAX);
            assert!(
                text.links
                    .iter()
                    .all(|link| link.sentence.chars().count() <= SENTENCE_CHARS_MAX)
            );
        }
    }

    #[test]
    fn titles_are_compared_without_case_and_blanks() {
        assert_eq!(
            title_key("  Pool   Exhausted "),
            title_key("pool exhausted")
        );
    }
}

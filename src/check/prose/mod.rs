//! Reading approved wording: words, signs, and the quantities in it. Never more than surface: a lint on prose asks
//! whether certain words stand there, not what they mean.

mod quantity;

use std::ops::Range;

pub(super) use quantity::{Measure, Quantity};

use crate::source::Span;

/// A text of the protocol and where it was written.
#[derive(Clone, Debug)]
pub(super) struct Prose<'a> {
    pub text: &'a str,
    /// With the quotes.
    span: Option<Span>,
    pub tokens: Vec<Token>,
    /// The union of the marks of all tokens: most patterns are told from it to stand nowhere.
    marks: u64,
}

/// One of 64 bits for a word.
fn mark(word: &str) -> u64 {
    let first = word.bytes().next().map_or(0, usize::from);
    1 << ((first.wrapping_mul(7) + word.len().wrapping_mul(11)) % 64)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// Letters, with digits inside: `HbA1c`, `T2DM`.
    Word,
    /// `7.5`, `100,000`.
    Number,
    /// One character of anything else.
    Sign,
}

#[derive(Clone, Debug)]
pub(super) struct Token {
    pub kind: TokenKind,
    pub range: Range<usize>,
    pub lower: String,
    /// Nothing stands between this token and the one before.
    pub glued: bool,
}

impl Token {
    pub fn is(&self, word: &str) -> bool {
        self.lower == word
    }

    pub fn is_word(&self) -> bool {
        self.kind == TokenKind::Word
    }
}

impl<'a> Prose<'a> {
    pub fn new(text: &'a str, span: Option<Span>) -> Self {
        let tokens = tokens(text);
        let marks = tokens.iter().fold(0, |all, token| all | mark(&token.lower));
        Self { text, span, tokens, marks }
    }

    /// The span of a part of the text; of the whole text where escapes or line ends keep it from being found.
    pub fn span(&self, range: Range<usize>) -> Option<Span> {
        let span = self.span?;
        let quotes = span.range().len().checked_sub(self.text.len());
        Some(match quotes {
            Some(0) => span.slice(range),
            Some(quotes @ (2 | 6)) => span.slice(range.start + quotes / 2..range.end + quotes / 2),
            _ => span,
        })
    }

    pub fn words(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or("")
    }

    /// Where these words stand one behind the other. `a|b` is either; a sign is an element of its own: `and / or`.
    pub fn find(&self, pattern: &str) -> Vec<Range<usize>> {
        let found = self.find_tokens(pattern);
        found
            .into_iter()
            .map(|at| self.tokens[at.start].range.start..self.tokens[at.end - 1].range.end)
            .collect()
    }

    /// As [`Self::find`], in tokens.
    pub fn find_tokens(&self, pattern: &str) -> Vec<Range<usize>> {
        let can_stand = |element: &str| element.split('|').any(|word| self.marks & mark(word) != 0);
        if !pattern.split_whitespace().all(can_stand) {
            return Vec::new();
        }
        let elements: Vec<Vec<&str>> =
            pattern.split_whitespace().map(|element| element.split('|').collect()).collect();
        let length = elements.len();
        let fits = |at: &usize| {
            let window = &self.tokens[*at..*at + length];
            window.iter().zip(&elements).all(|(token, element)| element.contains(&token.lower.as_str()))
        };
        let last = (self.tokens.len() + 1).saturating_sub(length);
        (0..last).filter(fits).map(|at| at..at + length).collect()
    }

    /// The first place of the first of these patterns.
    pub fn find_first(&self, patterns: &[&str]) -> Option<Range<usize>> {
        patterns.iter().filter_map(|pattern| self.find(pattern).into_iter().next()).min_by_key(|at| at.start)
    }

    pub fn has(&self, pattern: &str) -> bool {
        !self.find_tokens(pattern).is_empty()
    }

    pub fn quantities(&self) -> Vec<Quantity> {
        quantity::quantities(self)
    }

    /// The sentence around a place, in bytes.
    pub fn sentence(&self, at: usize) -> Range<usize> {
        let ends = |token: &&Token| matches!(token.lower.as_str(), "." | ";") && self.ends_sentence(token);
        let start = self
            .tokens
            .iter()
            .filter(ends)
            .map(|token| token.range.end)
            .take_while(|end| *end <= at)
            .last()
            .unwrap_or(0);
        let end = self.tokens.iter().filter(ends).map(|token| token.range.start).find(|start| *start >= at);
        start..end.unwrap_or(self.text.len())
    }

    /// A full stop that is not part of `e.g.`.
    fn ends_sentence(&self, stop: &Token) -> bool {
        let before = self.text[..stop.range.start].chars().next_back();
        let rest = &self.text[stop.range.end..];
        let two_before = self.text[..stop.range.start].chars().rev().nth(1);
        let abbreviation = two_before.is_none_or(|letter| !letter.is_alphanumeric());
        stop.is(";")
            || (before.is_some_and(char::is_alphanumeric) && !abbreviation
                || before.is_some_and(|c| ")]\"%".contains(c)))
                && (rest.starts_with(char::is_whitespace)
                    || rest.starts_with(char::is_uppercase)
                    || rest.is_empty())
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (kind, end) = if first.is_ascii_digit() {
            (TokenKind::Number, number_end(text, at))
        } else if first.is_alphabetic() {
            let length = text[at..].find(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’');
            let end = length.map_or(text.len(), |length| at + length);
            (TokenKind::Word, at + text[at..end].trim_end_matches(['\'', '’']).len())
        } else {
            (TokenKind::Sign, at + first.len_utf8())
        };
        let glued = found.last().is_some_and(|last| last.range.end == at);
        found.push(Token { kind, range: at..end, lower: text[at..end].to_lowercase(), glued });
        at = end;
    }
    found
}

/// The end of a number that begins here: digits, thousands in groups of three, decimals.
fn number_end(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut end = start + digits(start);
    while end - start <= 12 && bytes.get(end) == Some(&b',') && digits(end + 1) == 3 {
        end += 4;
    }
    if bytes.get(end) == Some(&b'.') && digits(end + 1) > 0 {
        end += 1 + digits(end + 1);
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn finds_words_whatever_their_case_and_distance() {
        let prose = Prose::new("A History  of stroke and/or MI", None);
        assert_eq!(prose.find("history of").first(), Some(&(2..13)));
        assert!(prose.has("and / or"));
        assert!(prose.has("and|or / and|or"));
        assert!(!prose.has("history stroke"));
        assert!(!prose.has("mi of"));
    }

    #[test]
    fn words_hold_digits_and_numbers_hold_thousands() {
        let prose = Prose::new("HbA1c >9.5%, platelets <100,000/L, GLP-1, 1,5", None);
        let shown: Vec<&str> = prose.tokens.iter().map(|token| prose.words(token.range.clone())).collect();
        assert_eq!(
            shown,
            [
                "HbA1c",
                ">",
                "9.5",
                "%",
                ",",
                "platelets",
                "<",
                "100,000",
                "/",
                "L",
                ",",
                "GLP",
                "-",
                "1",
                ",",
                "1",
                ",",
                "5"
            ]
        );
    }

    #[test]
    fn a_sentence_does_not_end_in_an_abbreviation() {
        let text = "Treated (e.g. warfarin) before. Not since.For men: none";
        let prose = Prose::new(text, None);
        assert_eq!(prose.words(prose.sentence(3)), "Treated (e.g. warfarin) before");
        assert_eq!(prose.words(prose.sentence(34)).trim(), "Not since");
        assert_eq!(prose.words(prose.sentence(50)), "For men: none");
    }

    #[test]
    fn a_part_is_underlined_inside_the_quotes_and_the_whole_where_escapes_move_it() {
        let span = Span::new(FileId(0), 10..18);
        assert_eq!(Prose::new("abc de", Some(span)).span(4..6), Some(Span::new(FileId(0), 15..17)));
        assert_eq!(
            Prose::new("a\"cd", Some(Span::new(FileId(0), 10..17))).span(2..4),
            Some(Span::new(FileId(0), 10..17))
        );
    }
}

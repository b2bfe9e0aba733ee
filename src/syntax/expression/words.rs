//! Words and blanks of a text, for messages about texts that could not be read.

use std::ops::Range;

pub(super) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{a0}' | '\u{202f}' | '\u{2009}')
}

/// The first place from here on that is no blank, line end or comment.
pub(super) fn after_blanks(text: &str, mut at: usize) -> usize {
    loop {
        let rest = &text[at..];
        let trimmed = rest.trim_start_matches(|c| is_blank(c) || c == '\n' || c == '\r');
        at += rest.len() - trimmed.len();
        if !trimmed.starts_with("//") {
            return at;
        }
        at += trimmed.find(['\n', '\r']).unwrap_or(trimmed.len());
    }
}

/// The text without blanks and comments at its ends.
pub(super) fn trimmed(text: &str) -> Range<usize> {
    let start = after_blanks(text, 0);
    let mut end = start;
    let mut at = start;
    while at < text.len() {
        end = word_at(text, at).end;
        at = after_blanks(text, end);
    }
    start..end
}

/// The word that begins here: letters and digits with what connects them, a quoted text, or one sign.
pub(super) fn word_at(text: &str, start: usize) -> Range<usize> {
    let rest = &text[start..];
    let Some(first) = rest.chars().next() else { return start..start };
    let length = if first == '"' {
        rest[1..].find('"').map_or(rest.len(), |at| at + 2)
    } else if is_word(first) {
        let end = rest.find(|c| !is_word(c) && !matches!(c, '-' | '/' | '.' | ','));
        let word = &rest[..end.unwrap_or(rest.len())];
        let word = &word[..word.find("//").unwrap_or(word.len())];
        word.trim_end_matches(['-', '/', '.', ',']).len()
    } else if matches!(first, '<' | '>' | '=' | '!') {
        rest.find(|c| !matches!(c, '<' | '>' | '=' | '!')).unwrap_or(rest.len())
    } else {
        first.len_utf8()
    };
    start..start + length
}

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '%' | '[' | ']')
}

pub(super) fn last_word(text: &str, whole: &Range<usize>) -> Range<usize> {
    let mut at = whole.start;
    loop {
        let word = word_at(text, at);
        if word.end >= whole.end {
            return word.start..whole.end;
        }
        at = after_blanks(text, word.end.max(at + 1));
    }
}

pub(super) fn is_reserved(word: &str) -> bool {
    const WORDS: &str = "and or not no unless when instead at on in to of is than within without with before after from until since for \
                         over during by each any every stable differs other the present performed started ended ever taking x per";
    WORDS.split_ascii_whitespace().any(|reserved| reserved == word)
}

//! Words of a record among our own: they stay on their line and send a terminal no commands.

use std::borrow::Cow;

/// The text without control characters and marks that turn the direction of writing: a blank stands for each of the
/// former, so that no id can begin a line that looks like a verdict.
pub fn one_line(text: &str) -> Cow<'_, str> {
    let shown = |letter: char| match letter {
        letter if letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}') => Some(' '),
        '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => None,
        letter => Some(letter),
    };
    match text.chars().all(|letter| shown(letter) == Some(letter)) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.chars().filter_map(shown).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn what_moves_the_cursor_or_turns_the_writing_is_gone() {
        assert_eq!(one_line("P-17\u{1b}[2J\nP-18: eligible\u{202e}"), "P-17 [2J P-18: eligible");
    }

    #[test]
    fn words_of_every_script_stay() {
        for text in ["Müller", "李", "שלום", "a\u{301}", "7.5 %"] {
            assert_eq!(one_line(text), text);
        }
    }
}

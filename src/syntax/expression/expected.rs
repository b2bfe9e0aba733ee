//! What to say when the grammar does not fit: which words are in the way, and what could stand there, in the
//! author's terms.

use std::ops::Range;

use pest::error::{Error, ErrorVariant, InputLocation};

use super::Rule;
use super::known::known_slip;
use super::mistakes::one_line;
use super::terms::{Meaning, OPERAND, meaning};
use super::words::{after_blanks, is_blank, is_reserved, last_word, trimmed, word_at};
use crate::diagnostics::{Diagnostic, codes};
use crate::syntax::Slice;

/// Most things that a message offers.
const MOST: usize = 3;

pub(super) fn report(slice: Slice<'_>, entry: Rule, error: &Error<Rule>) -> Diagnostic {
    let at = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at.min(slice.text.len()),
    };
    let ErrorVariant::ParsingError { positives, .. } = &error.variant else {
        return Diagnostic::new(
            &codes::TOO_DEEP,
            slice.span(trimmed(slice.text)),
            "this is too deeply nested to be read",
        )
        .help("give the inner parts names of their own with `define` or `derive`, and use the names");
    };
    let rest = after_blanks(slice.text, at);
    let wanted = Wanted::of(positives);
    if rest == slice.text.len() {
        return missing(slice, entry, &wanted);
    }
    let word = word_at(slice.text, rest);
    if after_blanks(slice.text, word.end) == slice.text.len() && opens(&slice.text[word.clone()]) {
        return missing(slice, entry, &wanted);
    }
    if let Some(known) = known_slip(slice, entry, &word, &wanted) {
        return known;
    }
    if wanted.needed.is_empty() {
        stray(slice, entry, rest, &wanted)
    } else {
        in_the_way(slice, word, &wanted)
    }
}

/// How far down the list a thing stands that could follow.
fn usual(text: &str) -> usize {
    ["`,`", "`)`", "`and`", "`or`", "`unless`", "`when`"].iter().position(|usual| *usual == text).unwrap_or(9)
}

/// The rules that failed at the farthest place, in the author's terms.
pub(super) struct Wanted {
    /// What must come: something has been begun and is incomplete without it.
    pub needed: Vec<&'static str>,
    /// What could follow on something complete.
    pub possible: Vec<&'static str>,
}

impl Wanted {
    fn of(rules: &[Rule]) -> Self {
        let mut wanted = Self { needed: Vec::new(), possible: Vec::new() };
        let mut complete = false;
        for rule in rules {
            let (list, text) = match meaning(*rule) {
                Meaning::Needed(text) => (&mut wanted.needed, text),
                Meaning::Follows(text) => (&mut wanted.possible, text),
                Meaning::End => {
                    complete = true;
                    continue;
                }
                Meaning::Unsaid => continue,
            };
            if !list.contains(&text) {
                list.push(text);
            }
        }
        // Where the text may end, nothing is missing.
        if complete {
            wanted.possible.append(&mut wanted.needed);
        }
        // Where any operand may begin, the words that it may begin with say less than the general term.
        let has = |text: &str| wanted.needed.contains(&text);
        if has(OPERAND) || (has("a finding, drug or event") || has("a name")) && has("a number with its unit")
        {
            wanted.needed = vec![OPERAND];
        }
        wanted.needed.sort_by_key(|text| (text.starts_with('`'), text.contains("list")));
        if wanted.needed.len() > 1 {
            wanted.needed.retain(|text| *text != "`(`");
        }
        wanted.possible.sort_by_key(|text| usual(text));
        wanted
    }

    fn list(&self) -> String {
        let all = if self.needed.is_empty() { &self.possible } else { &self.needed };
        either(&all[..all.len().min(MOST)])
    }
}

fn either(list: &[&str]) -> String {
    // `before` or `after` is one thing that comes in two words.
    let split = |text: &&'_ str| text.split(" or ").map(str::to_owned).collect::<Vec<_>>();
    let list: Vec<String> = list
        .iter()
        .flat_map(|text| if text.starts_with('`') { split(text) } else { vec![(*text).to_owned()] })
        .collect();
    match list.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn missing(slice: Slice<'_>, entry: Rule, wanted: &Wanted) -> Diagnostic {
    let whole = trimmed(slice.text);
    if whole.is_empty() {
        return Diagnostic::new(&codes::SYNTAX, slice.span(0..0), "nothing is written here")
            .help(format!("write {}", subject(entry)));
    }
    let last = last_word(slice.text, &whole);
    let word = &slice.text[last.clone()];
    let list = wanted.list();
    let help =
        if list.is_empty() { format!("write {}", subject(entry)) } else { format!("after it write {list}") };
    Diagnostic::new(&codes::SYNTAX, slice.span(last), format!("something is missing after `{word}`"))
        .help(help)
}

fn in_the_way(slice: Slice<'_>, word: Range<usize>, wanted: &Wanted) -> Diagnostic {
    let text = &slice.text[word.clone()];
    let mut help = format!("here could stand {}", wanted.list());
    if is_reserved(text) && wanted.needed.iter().any(|item| item.contains("name") || item.contains("finding"))
    {
        help.push_str(&format!("; `{text}` is a word of the language and never a name"));
    }
    Diagnostic::new(&codes::SYNTAX, slice.span(word), format!("`{text}` cannot stand here")).help(help)
}

/// Words behind something complete, up to the next word that could join them to it.
fn stray(slice: Slice<'_>, entry: Rule, start: usize, wanted: &Wanted) -> Diagnostic {
    let text = slice.text;
    let mut end = word_at(text, start).end;
    loop {
        let next = start_of_next(text, end);
        if next.is_none_or(|next| joins(&text[word_at(text, next)])) {
            break;
        }
        let Some(next) = next else { break };
        end = word_at(text, next).end;
    }
    let help = if wanted.possible.contains(&"`and`") {
        if entry == Rule::expression_entry {
            "remove it, or join it with `and` or `or`".to_owned()
        } else {
            "remove it, or join a further time with `and`".to_owned()
        }
    } else if wanted.possible.contains(&"`,`") {
        "remove it, or separate it with a comma".to_owned()
    } else {
        "remove it".to_owned()
    };
    let message = format!("`{}` does not belong here", one_line(&text[start..end], 60));
    Diagnostic::new(&codes::STRAY_TEXT, slice.span(start..end), message).help(help)
}

/// Where the next word of the same line begins.
fn start_of_next(text: &str, end: usize) -> Option<usize> {
    let rest = &text[end..];
    let blanks = rest.len() - rest.trim_start_matches(is_blank).len();
    let next = rest[blanks..].chars().next()?;
    (!matches!(next, '\n' | '\r' | ')' | ',' | '(') && !rest[blanks..].starts_with("//"))
        .then_some(end + blanks)
}

fn joins(word: &str) -> bool {
    matches!(word, "and" | "or" | "unless" | "when" | "and/or")
}

/// Words behind which something must come.
fn opens(word: &str) -> bool {
    matches!(
        word,
        "ever" | "taking" | "no" | "not" | "any" | "every" | "each" | "by" | "for" | "within" | "is"
    )
}

/// What an entry reads, for a message about an empty text.
fn subject(entry: Rule) -> &'static str {
    match meaning(entry) {
        Meaning::Needed(text) | Meaning::Follows(text) => text,
        Meaning::End | Meaning::Unsaid => "a value",
    }
}

//! X01: slips of the keyboard in wordings. What they hide is left to the reader.

use std::collections::BTreeMap;
use std::ops::Range;

use super::at;
use super::prose::{Prose, Token, TokenKind};
use super::visit::wordings;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::Trial;

pub(super) fn check(trial: &Trial, found: &mut Vec<Diagnostic>) {
    let texts = wordings(trial);
    let known = Words::of(&texts);
    for prose in &texts {
        for slip in slips(prose, &known) {
            let words = prose.words(slip.range.clone());
            let diagnostic =
                at(&codes::TYPING_SLIP, prose.span(slip.range.clone()), format!("`{words}`: {}", slip.what));
            found.extend(diagnostic.map(|found| {
                found.label("a slip of the keyboard?").help(match slip.instead {
                    Some(instead) => format!("write `{instead}`"),
                    None => "correct the wording".to_owned(),
                })
            }));
        }
    }
}

/// The words of the trial.
struct Words<'a> {
    /// How often each occurs, and how many words stand before its first place.
    all: BTreeMap<&'a str, (usize, usize)>,
    /// Those of each length that are long enough to be taken for another, in the order of the alphabet.
    long: BTreeMap<usize, Vec<&'a str>>,
}

/// In bytes: shorter words are too often one letter away from another word that is meant.
const LONG_WORD: usize = 9;

impl<'a> Words<'a> {
    fn of(texts: &'a [Prose<'_>]) -> Self {
        let mut all = BTreeMap::new();
        let words = texts.iter().flat_map(|prose| &prose.tokens).filter(|token| token.is_word());
        for (place, token) in words.enumerate() {
            all.entry(token.lower.as_str()).or_insert((0, place)).0 += 1;
        }
        let mut long: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
        for word in all.keys().filter(|word| word.len() >= LONG_WORD) {
            long.entry(word.len()).or_default().push(word);
        }
        Self { all, long }
    }

    /// The word that came first, or comes more often, sets the spelling of a word that stands here once.
    fn instead_of(&self, word: &str) -> Option<&'a str> {
        let Some((1, place)) = self.all.get(word) else { return None };
        let same_length = self.long.get(&word.len())?;
        same_length.iter().copied().find(|other| {
            let (count, first) = self.all[other];
            (count > 1 || first < *place) && is_one_letter_apart(word, other)
        })
    }
}

struct Slip {
    range: Range<usize>,
    what: &'static str,
    instead: Option<String>,
}

fn slips(prose: &Prose<'_>, known: &Words<'_>) -> Vec<Slip> {
    let mut found = Vec::new();
    found.extend(glued_sentences(prose));
    found.extend(glued_parenthesis(prose));
    found.extend(doubled_words(prose));
    found.extend(doubled_signs(prose));
    found.extend(brackets(prose));
    found.extend(words(prose, known));
    found
}

fn is_lower_word(prose: &Prose<'_>, token: &Token, least: usize) -> bool {
    let text = prose.words(token.range.clone());
    token.is_word() && text.chars().count() >= least && text.chars().all(|letter| letter.is_lowercase())
}

/// `study.For`
fn glued_sentences<'a>(prose: &'a Prose<'_>) -> impl Iterator<Item = Slip> + 'a {
    prose.tokens.windows(3).enumerate().filter_map(|(index, tokens)| {
        let [before, stop, after] = tokens else { return None };
        // `www.site.Org`
        if before.glued && index > 0 && prose.tokens[index - 1].is(".") {
            return None;
        }
        let text = prose.words(after.range.clone());
        let mut letters = text.chars();
        let capital = letters.next().is_some_and(char::is_uppercase)
            && letters.clone().count() >= 1
            && letters.all(char::is_lowercase);
        let glued = stop.is(".") && stop.glued && after.glued && after.is_word();
        (glued && capital && is_lower_word(prose, before, 3)).then(|| Slip {
            range: before.range.start..after.range.end,
            what: "a blank is missing after the full stop",
            instead: Some(format!("{}. {text}", prose.words(before.range.clone()))),
        })
    })
}

/// `therapy(e.g.`; not `subject(s)`.
fn glued_parenthesis<'a>(prose: &'a Prose<'_>) -> impl Iterator<Item = Slip> + 'a {
    prose.tokens.windows(3).filter_map(|tokens| {
        let [before, open, after] = tokens else { return None };
        if !open.is("(") {
            return None;
        }
        let rest = &prose.text[open.range.end..];
        let inside = rest.find(')').map_or(rest, |end| &rest[..end]);
        let ending = inside.chars().count() <= 3 && inside.chars().all(char::is_alphabetic);
        let glued = open.glued && after.glued && after.is_word() && !ending;
        (glued && is_lower_word(prose, before, 4) && !before.is("poly")).then(|| Slip {
            range: before.range.start..after.range.end,
            what: "a blank is missing before the parenthesis",
            instead: Some(format!(
                "{} ({}",
                prose.words(before.range.clone()),
                prose.words(after.range.clone())
            )),
        })
    })
}

/// `the the`
fn doubled_words<'a>(prose: &'a Prose<'_>) -> impl Iterator<Item = Slip> + 'a {
    const MEANT: [&str; 4] = ["had", "that", "is", "very"];
    prose.tokens.windows(2).filter_map(|tokens| {
        let [one, two] = tokens else { return None };
        let same = one.is_word() && one.lower == two.lower && one.lower.len() >= 2 && !two.glued;
        (same && !MEANT.contains(&one.lower.as_str())).then(|| Slip {
            range: one.range.start..two.range.end,
            what: "the word stands twice",
            instead: Some(prose.words(one.range.clone()).to_owned()),
        })
    })
}

/// `,,`, `word ,`, `..` but not `...`.
fn doubled_signs<'a>(prose: &'a Prose<'_>) -> impl Iterator<Item = Slip> + 'a {
    prose.tokens.iter().enumerate().filter_map(|(index, token)| {
        let next = prose.tokens.get(index + 1)?;
        let previous = index.checked_sub(1).map(|at| &prose.tokens[at]);
        let is_mark = |token: &Token| matches!(token.lower.as_str(), "," | "." | ";");
        let ellipsis =
            [previous, prose.tokens.get(index + 2)].into_iter().flatten().any(|token| token.is("."));
        if is_mark(token) && next.glued && token.lower == next.lower && !(token.is(".") && ellipsis) {
            return Some(Slip {
                range: token.range.start..next.range.end,
                what: "the mark stands twice",
                instead: Some(token.lower.clone()),
            });
        }
        let lonely = next.is(",") && !next.glued && token.is_word();
        lonely.then(|| Slip {
            range: token.range.start..next.range.end,
            what: "a blank stands before the comma",
            instead: Some(format!("{},", prose.words(token.range.clone()))),
        })
    })
}

/// A parenthesis that is never closed or never opened; `a)` and `2)` at the start of a point are fine.
fn brackets(prose: &Prose<'_>) -> Option<Slip> {
    let mut open: Vec<&Token> = Vec::new();
    for (index, token) in prose.tokens.iter().enumerate() {
        let partner = match token.lower.as_str() {
            "(" | "[" => {
                open.push(token);
                continue;
            }
            ")" => "(",
            "]" => "[",
            _ => continue,
        };
        match open.last() {
            Some(last) if last.is(partner) => {
                open.pop();
            }
            _ => {
                let before = index.checked_sub(1).map(|at| &prose.tokens[at]);
                let point = before.is_some_and(|before| {
                    token.glued
                        && (before.kind == TokenKind::Number || before.lower.len() <= 3)
                        && !before.glued
                });
                if !point {
                    return Some(Slip { range: token.range.clone(), what: "closes nothing", instead: None });
                }
            }
        }
    }
    open.first().map(|token| Slip { range: token.range.clone(), what: "is never closed", instead: None })
}

/// Misspellings that occur again and again in registry records, with what was meant.
const MISSPELLED: [(&str, &str); 20] = [
    ("recieve", "receive"),
    ("recieved", "received"),
    ("recieving", "receiving"),
    ("occured", "occurred"),
    ("occuring", "occurring"),
    ("seperate", "separate"),
    ("seperately", "separately"),
    ("untill", "until"),
    ("maintainance", "maintenance"),
    ("lenght", "length"),
    ("paitent", "patient"),
    ("paitents", "patients"),
    ("patiens", "patients"),
    ("pregnacy", "pregnancy"),
    ("diabetis", "diabetes"),
    ("alchohol", "alcohol"),
    ("theraphy", "therapy"),
    ("treament", "treatment"),
    ("adverese", "adverse"),
    ("mesured", "measured"),
];

/// Words that are often glued to `the`.
const COMMON: [&str; 14] = [
    "safe",
    "study",
    "trial",
    "patient",
    "patients",
    "subject",
    "subjects",
    "investigator",
    "protocol",
    "treatment",
    "disease",
    "drug",
    "time",
    "first",
];

fn words<'a>(prose: &'a Prose<'_>, known: &'a Words<'_>) -> impl Iterator<Item = Slip> + 'a {
    prose.tokens.iter().filter(|token| token.is_word()).filter_map(|token| {
        let slip =
            |what, instead: String| Some(Slip { range: token.range.clone(), what, instead: Some(instead) });
        if let Some((_, right)) = MISSPELLED.iter().find(|(wrong, _)| token.is(wrong)) {
            return slip("a misspelling", (*right).to_owned());
        }
        if let Some(rest) = token.lower.strip_prefix("the")
            && rest.len() >= 4
            && (COMMON.contains(&rest) || known.all.contains_key(rest))
        {
            return slip("a blank is missing", format!("{} {rest}", &prose.words(token.range.clone())[..3]));
        }
        let other = known.instead_of(&token.lower)?;
        slip("one letter away from another word of the trial", other.to_owned())
    })
}

/// Two long words of one length that differ in one letter inside, and are not two words of medicine.
fn is_one_letter_apart(one: &str, two: &str) -> bool {
    const BOTH_RIGHT: [(&str, &str); 3] =
        [("abduction", "adduction"), ("nephritic", "nephrotic"), ("prescribed", "proscribed")];
    if one.len() < LONG_WORD || one.len() != two.len() || !one.is_ascii() || !two.is_ascii() {
        return false;
    }
    let mut different = one.bytes().zip(two.bytes()).enumerate().filter(|(_, (a, b))| a != b);
    let (Some((at, letters)), None) = (different.next(), different.next()) else { return false };
    let inside = at > 1 && at + 2 < one.len();
    let spelling = matches!(letters, (b's', b'z') | (b'z', b's') | (b'i', b'y') | (b'y', b'i'));
    let vowels = [letters.0, letters.1].iter().all(|letter| b"aeiou".contains(letter));
    let pair = |(a, b): &(&str, &str)| (*a, *b) == (one, two) || (*b, *a) == (one, two);
    inside && !spelling && vowels && !BOTH_RIGHT.iter().any(pair)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let prose = Prose::new(text, None);
        let known = Words::of(std::slice::from_ref(&prose));
        slips(&prose, &known).iter().map(|slip| prose.words(slip.range.clone()).to_owned()).collect()
    }

    #[test]
    fn sees_blanks_that_are_missing() {
        assert_eq!(told("for the duration of the study.For male participants"), ["study.For"]);
        assert_eq!(told("anticoagulant therapy(e.g., warfarin)"), ["therapy(e"]);
        assert_eq!(told("interfere with thesafe completion"), ["thesafe"]);
        assert_eq!(told("e.g.Warfarin, www.site.Org, 5 mg/d.Then"), Vec::<String>::new());
        assert_eq!(told("the subject(s) of the therapy, IL2(aldesleukin), therapist"), Vec::<String>::new());
    }

    #[test]
    fn sees_doubled_words_and_marks_and_open_parentheses() {
        assert_eq!(told("of the the study,, which had had (two"), ["the the", ",,", "("]);
        assert_eq!(told("1) first a) second (third) ... done"), Vec::<String>::new());
        assert_eq!(told("second third)"), [")"]);
    }

    #[test]
    fn sees_a_word_that_another_word_of_the_trial_corrects() {
        assert_eq!(told("Mononuclear cells and mononeclear cells"), ["mononeclear"]);
        assert_eq!(told("nephrotic, nephritic; randomised and randomized"), Vec::<String>::new());
    }
}

//! Lists of texts, of names and of words from a closed list.

use std::ops::Range;

use super::{Place, Reader};
use crate::ast::{Level, NameOrRange, Value};
use crate::diagnostics::{Diagnostic, codes, did_you_mean};
use crate::source::Spanned;
use crate::syntax::head::{Part, PartKind};
use crate::syntax::name::BadName;
use crate::syntax::{expression, name};

/// Words of a closed list that a message shows.
const LONGEST_LIST: usize = 12;

/// Words that one choice can have (`enrolling_by_invitation`).
const LONGEST_CHOICE: usize = 4;

impl Reader<'_, '_> {
    /// `"…", "…"`. Words without quotes are read as the text that they are probably meant to be.
    pub(super) fn texts(&mut self, range: Range<usize>, place: Place<'_>) -> Option<Value> {
        let parts = self.parts(range.clone());
        let mut texts = Vec::new();
        let mut after_comma = true;
        for (at, part) in parts.iter().enumerate() {
            match part.kind {
                PartKind::Text => {
                    if !after_comma {
                        self.missing_comma(part);
                    }
                    texts.push(part.spanned().map(|quoted| expression::unquote(&quoted)));
                    after_comma = false;
                }
                PartKind::Comma if !after_comma => after_comma = true,
                _ if at == 0 => {
                    self.without_quotes(range.clone(), place);
                    let span = self.mistakes.span(range.clone());
                    return Some(Value::Texts(vec![Spanned::new(self.text[range].to_owned(), span)]));
                }
                _ => {
                    self.stray(part.range.start..range.end, place);
                    break;
                }
            }
        }
        Some(Value::Texts(texts))
    }

    fn without_quotes(&mut self, range: Range<usize>, place: Place<'_>) {
        let text = self.text[range.clone()].replace(['"', '\n'], " ");
        let span = self.mistakes.span(range);
        self.mistakes.push(
            Diagnostic::new(
                &codes::BAD_VALUE,
                span,
                format!("`{}` is a text: it stands in quotes", place.name),
            )
            .label("no quotes")
            .help(format!("write `{}: \"{}\"`", place.name, shortened(text.trim())))
            .fix(span, format!("\"{}\"", text.trim())),
        );
    }

    fn missing_comma(&mut self, part: &Part<'_>) {
        let span = part.span;
        self.mistakes.push(
            Diagnostic::new(&codes::STRAY_TEXT, span, "a comma is missing before this")
                .label("the list goes on without `,`")
                .help("put `,` between the parts of a list, and begin another property on a new line"),
        );
    }

    /// `a, b to c`; the word `at` may stand before a name of a visit.
    pub(super) fn names(&mut self, range: Range<usize>, place: Place<'_>) -> Option<Vec<NameOrRange>> {
        let parts = self.parts(range.clone());
        let mut names = Vec::new();
        let mut at = 0;
        let mut after_comma = true;
        while let Some(part) = parts.get(at) {
            match part.kind {
                PartKind::Comma if !after_comma => {
                    after_comma = true;
                    at += 1;
                }
                PartKind::Word if part.text == "at" && after_comma && is_word(&parts, at + 1) => at += 1,
                PartKind::Word => {
                    if !after_comma {
                        if matches!(part.text, "and" | "or" | "und") {
                            self.and_in_list(part);
                            after_comma = true;
                            at += 1;
                            continue;
                        }
                        self.missing_comma(part);
                        if is_word(&parts, at + 1) {
                            break;
                        }
                    }
                    after_comma = false;
                    let from = self.name_of(part);
                    if parts.get(at + 1).is_some_and(|next| next.text == "to") && is_word(&parts, at + 2) {
                        let to = self.name_of(&parts[at + 2]);
                        names.push(NameOrRange::Range { from, to });
                        at += 3;
                    } else {
                        names.push(NameOrRange::Name(from));
                        at += 1;
                    }
                }
                PartKind::Text => {
                    self.text_for_name(part, place);
                    return None;
                }
                _ => {
                    self.stray(part.range.start..range.end, place);
                    break;
                }
            }
        }
        (!names.is_empty()).then_some(names)
    }

    fn and_in_list(&mut self, part: &Part<'_>) {
        let span = part.span;
        self.mistakes.push(
            Diagnostic::new(&codes::STRAY_TEXT, span, format!("a list has commas, not `{}`", part.text))
                .help("put `,` between the names")
                .fix(span, ","),
        );
    }

    fn text_for_name(&mut self, part: &Part<'_>, place: Place<'_>) {
        self.mistakes.push(
            Diagnostic::new(
                &codes::BAD_VALUE,
                part.span,
                format!("`{}` names something that is declared", place.name),
            )
            .label("a text in quotes, not a name")
            .help(format!("write the name without quotes: {}", self.example(place))),
        );
    }

    /// A name; one that cannot be a name is reported, and read as the name that is offered instead.
    pub(in crate::syntax) fn name_of(&mut self, part: &Part<'_>) -> Spanned<String> {
        match name::check(part.text) {
            Ok(()) => part.spanned(),
            Err(why) => self.renamed(part, why, name::corrected(part.text)),
        }
    }

    /// Reports a name that cannot be one and reads it as another.
    pub(in crate::syntax) fn renamed(
        &mut self,
        part: &Part<'_>,
        why: BadName,
        instead: String,
    ) -> Spanned<String> {
        self.mistakes.push(
            Diagnostic::new(
                &codes::BAD_NAME,
                part.span,
                format!("`{}` cannot be a name: {}", part.text, why.why()),
            )
            .help(format!("write `{instead}`, and use that name everywhere"))
            .fix(part.span, instead.clone()),
        );
        Spanned::new(instead, part.span)
    }

    /// Words from a closed list; one of them, or several with commas.
    pub(super) fn choices(
        &mut self,
        range: Range<usize>,
        place: Place<'_>,
        allowed: &'static [&'static str],
        single: bool,
    ) -> Option<Value> {
        let parts = self.parts(range.clone());
        let parts = self.join_words(parts, allowed, place);
        let mut words: Vec<NameOrRange> = Vec::new();
        let mut after_comma = true;
        for part in &parts {
            match part.kind {
                PartKind::Comma if !after_comma && !single => after_comma = true,
                PartKind::Word if after_comma => {
                    after_comma = false;
                    if allowed.contains(&part.text) {
                        words.push(NameOrRange::Name(part.spanned()));
                    } else {
                        self.not_one_of(Spanned::new(part.text, part.span), allowed, &of(place));
                    }
                }
                PartKind::Text if after_comma => {
                    let inner = expression::unquote(part.text).to_lowercase().replace([' ', '-'], "_");
                    self.not_one_of(Spanned::new(&inner, part.span), allowed, &of(place));
                    after_comma = false;
                }
                PartKind::Word if matches!(part.text, "and" | "or") && !single => {
                    self.and_in_list(part);
                    after_comma = true;
                }
                _ => {
                    self.stray(part.range.start..range.end, place);
                    break;
                }
            }
        }
        (!words.is_empty()).then_some(Value::Names(words))
    }

    /// `open label` for `open_label`: several words that are one of the list are reported and taken for it.
    fn join_words<'p>(
        &mut self,
        parts: Vec<Part<'p>>,
        allowed: &'static [&'static str],
        place: Place<'_>,
    ) -> Vec<Part<'p>> {
        let mut joined_parts = Vec::with_capacity(parts.len());
        let mut rest = parts.as_slice();
        while let [first, others @ ..] = rest {
            let run = rest.iter().take(LONGEST_CHOICE).take_while(|part| part.kind == PartKind::Word).count();
            let found = (2..=run).rev().find_map(|length| {
                let words: Vec<&str> = rest[..length].iter().map(|part| part.text).collect();
                let joined = words.join("_").to_lowercase();
                allowed.iter().find(|word| **word == joined).map(|word| (length, *word))
            });
            let Some((length, word)) = found else {
                joined_parts.push(first.clone());
                rest = others;
                continue;
            };
            let last = &rest[length - 1];
            let span = first.span.to(last.span);
            self.not_one_of(Spanned::new(word, span), allowed, &of(place));
            joined_parts.push(Part {
                kind: PartKind::Word,
                text: word,
                range: first.range.start..last.range.end,
                span,
            });
            rest = &rest[length..];
        }
        joined_parts
    }

    /// A word that is none of a closed list.
    pub(super) fn not_one_of(&mut self, word: Spanned<&str>, allowed: &[&str], what: &str) {
        let span = word.span;
        let written = self.text.get(span.range()).unwrap_or(word.value);
        let found = Diagnostic::new(&codes::BAD_VALUE, span, format!("`{written}` is not {what}"));
        let shown = if allowed.len() > LONGEST_LIST { &allowed[..LONGEST_LIST] } else { allowed };
        let mut all = shown.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        if shown.len() < allowed.len() {
            all.push_str(", …");
        }
        let flat = |text: &str| text.to_lowercase().replace([' ', '-', '_'], "");
        let same = allowed.iter().copied().find(|other| flat(other) == flat(word.value));
        let meant = same
            .or_else(|| did_you_mean(word.value, allowed.iter().copied()))
            .or_else(|| begun_with(word.value, allowed))
            .or_else(|| sex_called(word.value).filter(|meant| allowed.contains(meant)));
        self.mistakes.push(match meant {
            Some(other) => found
                .label(format!("did you mean `{other}`?"))
                .help(format!("write `{other}`"))
                .fix(span, other),
            None => found.label("not known here").help(format!("write one of {all}")),
        });
    }

    /// Texts, names or whole numbers.
    pub(super) fn words(&mut self, range: Range<usize>, place: Place<'_>) -> Option<Value> {
        let parts = self.parts(range.clone());
        match parts.first().map(|part| part.kind) {
            Some(PartKind::Text) => self.texts(range, place),
            Some(PartKind::Word) if parts[0].text.bytes().all(|byte| byte.is_ascii_digit()) => {
                let numbers = parts.iter().filter(|part| part.kind != PartKind::Comma);
                if let Some(other) =
                    numbers.clone().find(|part| !part.text.bytes().all(|byte| byte.is_ascii_digit()))
                {
                    self.stray(other.range.start..range.end, place);
                    return None;
                }
                let levels = numbers.map(|part| Level { value: part.spanned(), label: None, to: None });
                Some(Value::Levels(levels.collect()))
            }
            _ => self.names(range, place).map(Value::Names),
        }
    }

    /// `std.labs, std.vitals`, or `"labs.trial"`.
    pub(super) fn libraries(&mut self, range: Range<usize>, place: Place<'_>) -> Option<Value> {
        let parts = self.parts(range.clone());
        if parts.first().is_some_and(|part| part.kind == PartKind::Text) {
            return self.texts(range, place);
        }
        let mut names = Vec::new();
        let mut after_comma = true;
        for part in &parts {
            match part.kind {
                PartKind::Comma if !after_comma => after_comma = true,
                PartKind::Word if after_comma => {
                    after_comma = false;
                    match part.text.split('.').map(name::check).find_map(Result::err) {
                        None => names.push(NameOrRange::Name(part.spanned())),
                        Some(why) => self.mistakes.push(
                            Diagnostic::new(
                                &codes::BAD_NAME,
                                part.span,
                                format!("`{}` is not a library: {}", part.text, why.why()),
                            )
                            .help("write `use std.labs` for a library, and `use \"labs.trial\"` for a file"),
                        ),
                    }
                }
                _ => {
                    self.stray(part.range.start..range.end, place);
                    break;
                }
            }
        }
        (!names.is_empty()).then_some(Value::Names(names))
    }
}

fn is_word(parts: &[Part<'_>], at: usize) -> bool {
    parts.get(at).is_some_and(|part| part.kind == PartKind::Word)
}

/// A sex in other words; `both` stands for `all`.
fn sex_called(written: &str) -> Option<&'static str> {
    Some(match written.to_lowercase().as_str() {
        "f" | "woman" | "women" | "girl" | "girls" => "female",
        "m" | "man" | "men" | "boy" | "boys" => "male",
        "both" => "all",
        _ => return None,
    })
}

/// The one word of a list that begins with these (`recruitment`: `recruitment_difficulty`).
fn begun_with<'w>(written: &str, allowed: &[&'w str]) -> Option<&'w str> {
    let begins = |word: &&&str| word.strip_prefix(written).is_some_and(|rest| rest.starts_with('_'));
    let mut found = allowed.iter().filter(begins);
    let first = found.next()?;
    (written.len() > 3 && found.next().is_none()).then_some(first)
}

/// What a word of a closed list is.
fn of(place: Place<'_>) -> String {
    match (place.name, place.body) {
        ("intervention", true) => "a type of intervention".to_owned(),
        ("arm", true) => "a type of arm".to_owned(),
        (name, _) => format!("a value of `{name}`"),
    }
}

/// A text that is not longer than a line.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

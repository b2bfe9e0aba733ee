//! What stands between an item's keyword and its colon or block.

use std::ops::Range;

use pest::Parser;

use super::build::Reader;
use super::expression;
use super::grammar::{Grammar, Rule};
use super::schema::{Head, ItemRow, ValueKind};
use super::words::RESERVED;
use crate::ast::{Keyword, Name, NameOrRange, Property, Value};
use crate::diagnostics::{Diagnostic, codes};
use crate::source::{Span, Spanned};

/// Words that stand between a head's parts in everyday language.
const PREPOSITIONS: &[&str] = &["at", "before", "by", "for", "from", "in", "of", "on", "to", "upon"];

/// A word, a text or a sign of a head or a list.
#[derive(Clone, Debug)]
pub(super) struct Part<'a> {
    pub kind: PartKind,
    pub text: &'a str,
    /// Bytes of the file.
    pub range: Range<usize>,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PartKind {
    Word,
    Text,
    Comma,
    Other,
}

impl Part<'_> {
    pub fn spanned(&self) -> Spanned<String> {
        Spanned::new(self.text.to_owned(), self.span)
    }
}

/// What an item's head says.
#[derive(Debug, Default)]
pub(super) struct HeadParts {
    pub name: Option<Name>,
    pub prose: Option<Spanned<String>>,
    pub properties: Vec<Property>,
    /// What follows that is no part of a head.
    pub rest: Option<Range<usize>>,
}

impl<'a> Reader<'a, '_> {
    /// Words, texts and signs of a range.
    pub(super) fn parts(&self, range: Range<usize>) -> Vec<Part<'a>> {
        let text: &'a str = self.text;
        let Ok(mut pairs) = Grammar::parse(Rule::head, &text[range.clone()]) else { return Vec::new() };
        let Some(head) = pairs.next() else { return Vec::new() };
        head.into_inner()
            .filter_map(|node| {
                let kind = match node.as_rule() {
                    Rule::head_word => PartKind::Word,
                    Rule::long_text | Rule::short_text => PartKind::Text,
                    Rule::head_comma => PartKind::Comma,
                    Rule::head_other => PartKind::Other,
                    _ => return None,
                };
                let part = range.start + node.as_span().start()..range.start + node.as_span().end();
                let span = self.mistakes.span(part.clone());
                Some(Part { kind, text: &text[part.clone()], range: part, span })
            })
            .collect()
    }

    /// Reads the head of an item, from behind its keyword on.
    pub(super) fn head(&mut self, range: Range<usize>, row: &ItemRow, keyword: Span) -> HeadParts {
        let parts = self.parts(range.clone());
        let mut head = HeadParts::default();
        let mut parts = parts.as_slice();
        if row.head == Head::ForEvent {
            parts = self.keyworded(parts, "for", keyword, &mut head);
        }
        if row.head == Head::TierAndName {
            parts = self.tier(parts, keyword, &mut head);
        }
        if row.head == Head::Names {
            parts = self.several(parts, keyword, &mut head);
        } else if row.needs_name() {
            parts = self.one_name(parts, row, keyword, &mut head);
        } else if row.head == Head::Prose
            && let [first, rest @ ..] = parts
            && first.kind == PartKind::Word
        {
            // A name that nobody can use, such as a number of the example.
            self.mistakes.push(
                Diagnostic::new(
                    &codes::STRAY_TEXT,
                    first.span,
                    format!("an `{}` is known by its wording and has no name", row.keyword.text()),
                )
                .label("not needed")
                .help(match rest.first().filter(|next| next.kind == PartKind::Text) {
                    Some(wording) => {
                        format!("remove it: `{} {}`", row.keyword.text(), wording.text)
                    }
                    None => format!("write what it shows in quotes: `{} \"…\"`", row.keyword.text()),
                }),
            );
            parts = rest;
        }
        if row.head == Head::NameAtEvent {
            parts = self.keyworded(parts, "at", keyword, &mut head);
        }
        if row.has_prose()
            && let [first, rest @ ..] = parts
            && first.kind == PartKind::Text
        {
            head.prose = Some(first.spanned().map(|quoted| expression::unquote(&quoted)));
            parts = rest;
        }
        // The event may also follow the wording.
        if row.head == Head::NameAtEvent && parts.first().is_some_and(|part| part.text == "at") {
            parts = self.keyworded(parts, "at", keyword, &mut head);
        }
        head.rest = parts.first().map(|part| part.range.start..range.end);
        head
    }

    fn one_name<'p>(
        &mut self,
        parts: &'p [Part<'a>],
        row: &ItemRow,
        keyword: Span,
        head: &mut HeadParts,
    ) -> &'p [Part<'a>] {
        match parts {
            [first, rest @ ..] if first.kind == PartKind::Word && !is_at_event(row, parts) => {
                let words = several_words(row, parts);
                if words > 1 {
                    head.name = Some(self.joined_name(&parts[..words]));
                    return &parts[words..];
                }
                head.name = Some(match criterion_number(row, first.text) {
                    Some(name) => self.renamed(first, super::name::BadName::BeginsWithDigit, name),
                    None => self.name_of(first),
                });
                rest
            }
            _ => {
                let word = row.keyword.text();
                let example = match row.keyword {
                    Keyword::Include => "include I1 \"…\": …",
                    Keyword::Exclude => "exclude E1 \"…\": …",
                    _ => "",
                };
                let help = match example {
                    "" => {
                        format!("give it a name of letters, digits and `_`: `{word} {}`", suggestion(parts))
                    }
                    example => format!("give it the number that the protocol gives it: `{example}`"),
                };
                let span = parts.first().map_or(keyword, |part| keyword.to(part.span));
                self.mistakes.push(
                    Diagnostic::new(&codes::MISSING_NAME, span, format!("this `{word}` has no name"))
                        .label("a name is missing")
                        .help(help),
                );
                parts
            }
        }
    }

    /// A name of several words, which is reported and read as one.
    fn joined_name(&mut self, parts: &[Part<'a>]) -> Name {
        let written = parts.iter().map(|part| part.text).collect::<Vec<_>>();
        let name = super::name::corrected(&written.join("_"));
        let span = parts[1..].iter().fold(parts[0].span, |span, part| span.to(part.span));
        self.mistakes.push(
            Diagnostic::new(
                &codes::BAD_NAME,
                span,
                format!("`{}` cannot be a name: a name is one word", written.join(" ")),
            )
            .help(format!(
                "write `{name}`, and use that name everywhere; the wording stands in quotes behind it"
            ))
            .fix(span, name.clone()),
        );
        Spanned::new(name, span)
    }

    /// `at EVENT`, `for EVENT`: the word becomes a property.
    fn keyworded<'p>(
        &mut self,
        parts: &'p [Part<'a>],
        word: &str,
        keyword: Span,
        head: &mut HeadParts,
    ) -> &'p [Part<'a>] {
        match parts {
            [key, name, rest @ ..] if key.text == word && name.kind == PartKind::Word => {
                let name = self.name_of(name);
                let value = Spanned::new(Value::Names(vec![NameOrRange::Name(name.clone())]), name.span);
                head.properties.push(Property { key: key.spanned(), value });
                rest
            }
            [key, rest @ ..] if key.text == word => {
                self.mistakes.push(
                    Diagnostic::new(
                        &codes::MISSING_NAME,
                        keyword.to(key.span),
                        format!("an event is missing behind `{word}`"),
                    )
                    .help(format!("name the event, as in `{word} randomization`")),
                );
                rest
            }
            // `eligibility at randomization`
            [key, name, rest @ ..]
                if PREPOSITIONS.contains(&key.text) && name.kind == PartKind::Word && name.text != word =>
            {
                let name = self.name_of(name);
                self.mistakes.push(
                    Diagnostic::new(
                        &codes::STRAY_TEXT,
                        key.span,
                        format!("`{}` does not stand here", key.text),
                    )
                    .label(format!("write `{word}`"))
                    .help(format!("write `{word} {}`", name.value))
                    .fix(key.span, word),
                );
                let key = Spanned::new(word.to_owned(), key.span);
                let value = Spanned::new(Value::Names(vec![NameOrRange::Name(name.clone())]), name.span);
                head.properties.push(Property { key, value });
                rest
            }
            // `eligibility randomization`
            [name, rest @ ..] if word == "for" && name.kind == PartKind::Word => {
                let name = self.name_of(name);
                self.mistakes.push(
                    Diagnostic::new(&codes::STRAY_TEXT, name.span, "the word `for` is missing before this")
                        .help(format!("write `eligibility for {}`", name.value))
                        .fix(name.span, format!("for {}", name.value)),
                );
                let key = Spanned::new(word.to_owned(), name.span);
                let value = Spanned::new(Value::Names(vec![NameOrRange::Name(name.clone())]), name.span);
                head.properties.push(Property { key, value });
                rest
            }
            _ => parts,
        }
    }

    /// `primary` and its like before an outcome's name.
    fn tier<'p>(&mut self, parts: &'p [Part<'a>], keyword: Span, head: &mut HeadParts) -> &'p [Part<'a>] {
        const TIERS: &[&str] = &["primary", "secondary", "exploratory", "other"];
        let [first, rest @ ..] = parts else { return parts };
        if first.kind == PartKind::Word && TIERS.contains(&first.text) {
            let value = Spanned::new(Value::Names(vec![NameOrRange::Name(first.spanned())]), first.span);
            head.properties.push(Property { key: first.spanned().map(|_| "tier".to_owned()), value });
            return rest;
        }
        // Two words before the wording: the first was meant as the tier.
        if let [second, ..] = rest
            && first.kind == PartKind::Word
            && second.kind == PartKind::Word
        {
            self.not_a_tier(first, TIERS);
            return rest;
        }
        let _ = keyword;
        parts
    }

    fn not_a_tier(&mut self, part: &Part<'_>, tiers: &[&str]) {
        let found = Diagnostic::new(
            &codes::BAD_VALUE,
            part.span,
            format!("`{}` is not a tier of outcomes", part.text),
        );
        self.mistakes.push(match crate::diagnostics::did_you_mean(part.text, tiers.iter().copied()) {
            Some(other) => found
                .label(format!("did you mean `{other}`?"))
                .help("it is one of `primary`, `secondary`, `exploratory`, `other`")
                .fix(part.span, other),
            None => found.help("write `primary`, `secondary`, `exploratory` or `other`"),
        });
    }

    /// `visits a, b, c`.
    fn several<'p>(&mut self, parts: &'p [Part<'a>], keyword: Span, head: &mut HeadParts) -> &'p [Part<'a>] {
        let mut names = Vec::new();
        let mut at = 0;
        while let Some(part) = parts.get(at).filter(|part| part.kind == PartKind::Word) {
            names.push(NameOrRange::Name(self.name_of(part)));
            at += 1;
            match parts.get(at) {
                Some(part) if part.kind == PartKind::Comma => at += 1,
                _ => break,
            }
        }
        match (parts.first(), parts.get(at.saturating_sub(1))) {
            (Some(first), Some(last)) if !names.is_empty() => {
                let span = first.span.to(last.span);
                head.properties.push(Property {
                    key: Spanned::new("names".to_owned(), span),
                    value: Spanned::new(Value::Names(names), span),
                });
            }
            _ => self.mistakes.push(
                Diagnostic::new(&codes::MISSING_NAME, keyword, "these visits have no names")
                    .label("names are missing")
                    .help("write one name for each visit: `visits month_3, month_6: every 3 months after randomization`"),
            ),
        }
        &parts[at..]
    }
}

/// Words at the start of a head that are together meant as the name: nothing else of the head can begin with the
/// second of them.
fn several_words(row: &ItemRow, parts: &[Part<'_>]) -> usize {
    const MOST: usize = 5;
    let words =
        parts.iter().take_while(|part| part.kind == PartKind::Word && !RESERVED.contains(&part.text)).count();
    let ends_head = parts.get(words).is_none_or(|part| part.kind == PartKind::Text || part.text == "at");
    let takes_words =
        !matches!(row.body, None | Some(ValueKind::Timing | ValueKind::Visit | ValueKind::Cycle));
    let wording_follows = parts.get(words).is_some_and(|part| part.kind == PartKind::Text);
    let has_sign = parts[..words].iter().any(|part| part.text.contains(['-', '.', '/', '‐', '‑', '–']));
    let fits = ends_head && (!takes_words || wording_follows) && !has_sign && words <= MOST;
    if fits { words } else { 1 }
}

/// `I1` for the criterion that is numbered `1`.
fn criterion_number(row: &ItemRow, word: &str) -> Option<String> {
    let letter = match row.keyword {
        Keyword::Include => "I",
        Keyword::Exclude => "E",
        _ => return None,
    };
    let is_number = word.starts_with(|sign: char| sign.is_ascii_digit());
    is_number.then(|| format!("{letter}{}", word.replace(['.', '-'], "_")))
}

/// `randomize at randomization`: the name is missing, and `at` is not one.
fn is_at_event(row: &ItemRow, parts: &[Part<'_>]) -> bool {
    row.head == Head::NameAtEvent && parts.first().is_some_and(|part| part.text == "at")
}

/// A name made from the wording, as an example.
fn suggestion(parts: &[Part<'_>]) -> String {
    let words =
        parts.first().filter(|part| part.kind == PartKind::Text).map(|part| expression::unquote(part.text));
    let words: Vec<String> = words
        .unwrap_or_default()
        .split(|sign: char| !sign.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(3)
        .map(str::to_lowercase)
        .collect();
    let name = super::name::corrected(&words.join("_"));
    format!("{} \"…\"", if words.is_empty() { "some_name" } else { &name })
}

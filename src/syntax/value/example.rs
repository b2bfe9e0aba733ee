//! What an example records of a person, and the verdict that it expects.

use std::ops::Range;

use super::{Node, Place, Reader, Rule, number};
use crate::ast::{Fact, FactDetail, FactValue, Name, PartialDate, QuantityRange, Value};
use crate::diagnostics::{Diagnostic, codes};
use crate::source::Spanned;
use crate::syntax::{expression, name};

/// Attributes of a person, with an example of each.
const ATTRIBUTES: [(&str, &str); 4] = [
    ("sex", "sex: female"),
    ("born", "born: 1970-03-02"),
    ("country", "country: \"CN\""),
    ("arm", "arm: combined"),
];

/// How the parts of a recorded period were found.
type Ends = Vec<Spanned<PartialDate>>;

impl Reader<'_, '_> {
    /// A whole statement of an example.
    pub(super) fn fact(&mut self, range: Range<usize>, place: Place<'_>) -> Option<Value> {
        let text = &self.text[range.clone()];
        let word = text.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').next().unwrap_or("");
        let rest = text[word.len()..].trim_start();
        if let Some((_, example)) = ATTRIBUTES.iter().find(|(name, _)| *name == word)
            && !rest.strip_prefix("on").is_some_and(|rest| rest.starts_with(char::is_whitespace))
        {
            return self.attribute(range, word.len(), example);
        }
        if word == "age" {
            let span = self.mistakes.span(range);
            self.mistakes.push(
                Diagnostic::new(
                    &codes::BAD_VALUE,
                    span,
                    "an example has a date of birth, from which the age follows",
                )
                .help("write the date: `born: 1970-03-02`"),
            );
            return None;
        }
        if word == "answer"
            && let Some(colon) = text.find(':')
        {
            return self.answer(range.clone(), range.start + colon);
        }
        if let Some(instead) = self.other_date_in(range.clone()) {
            self.not_iso(instead.0, instead.1);
            return None;
        }
        if let Some(at) = self.at_date(range.clone()) {
            let span = self.mistakes.span(at..at + 2);
            self.mistakes.push(
                Diagnostic::new(&codes::WORD_FOR_SYMBOL, span, "a day stands behind the word `on`")
                    .help("write `on` and the day")
                    .fix(span, "on"),
            );
            return None;
        }
        let node = self.parse(Rule::fact, &range, place)?.into_inner().next()?;
        let fact = match node.as_rule() {
            Rule::answer => {
                let words: Vec<Name> = self.words_in(node, range.start);
                let [criterion, answer] = <[Name; 2]>::try_from(words).ok()?;
                self.answered(criterion, answer)?
            }
            Rule::absent => {
                let other = node.clone().into_inner().any(|part| part.as_rule() == Rule::other);
                let (name, _, ends) = self.fact_parts(node, range.start)?;
                let mut ends = ends.into_iter();
                Fact::Absent { other, name: name?, from: ends.next(), to: ends.next() }
            }
            Rule::observed => {
                let normal = node.clone().into_inner().find(|part| part.as_rule() == Rule::normal);
                let normal = match normal {
                    Some(normal) => Some(self.normal(&normal, range.start)?),
                    None => None,
                };
                let details = self.details(&node, range.start);
                let (name, value, ends) = self.fact_parts(node, range.start)?;
                Fact::Observed { name: name?, value, on: ends.into_iter().next()?, normal, details }
            }
            _ => {
                let details = self.details(&node, range.start);
                let (name, value, ends) = self.fact_parts(node, range.start)?;
                let mut ends = ends.into_iter();
                Fact::Lasting { name: name?, value, from: ends.next(), to: ends.next(), details }
            }
        };
        Some(Value::Fact(fact))
    }

    fn fact_parts(
        &mut self,
        node: Node<'_>,
        start: usize,
    ) -> Option<(Option<Name>, Option<FactValue>, Ends)> {
        let mut name = None;
        let mut value = None;
        let mut ends = Vec::new();
        for part in node.into_inner() {
            match part.as_rule() {
                Rule::word => name = Some(self.spanned(&part, start)),
                Rule::fact_value => value = Some(self.fact_value(&part, start)?),
                Rule::date => ends.push(self.date(&part, start)?),
                _ => {}
            }
        }
        Some((name, value, ends))
    }

    /// `7 to 56`, behind `normal`.
    fn normal(&mut self, node: &Node<'_>, start: usize) -> Option<Spanned<QuantityRange>> {
        let slice = self.slice(node, start);
        let range = self.mistakes.with(|said| expression::range(slice, said))?;
        Some(Spanned::new(range, slice.span(0..slice.text.len())))
    }

    /// `grade 3`, `symptomatic`, `not serious`, behind the date.
    fn details(&mut self, fact: &Node<'_>, start: usize) -> Vec<FactDetail> {
        let list = fact.clone().into_inner().filter(|part| part.as_rule() == Rule::details);
        let left_out = fact.clone().into_inner().filter(|part| part.as_rule() == Rule::other_than);
        let left_out = left_out.flat_map(Node::into_inner).filter(|part| part.as_rule() == Rule::word);
        let mut details: Vec<FactDetail> =
            left_out.map(|name| FactDetail::OtherThan { name: self.spanned(&name, start) }).collect();
        for detail in list.flat_map(Node::into_inner) {
            let parts: Vec<Node<'_>> = detail.clone().into_inner().collect();
            let part = |wanted: Rule| parts.iter().find(|part| part.as_rule() == wanted);
            let Some(name) = part(Rule::word).map(|word| self.spanned(word, start)) else { continue };
            if detail.as_rule() == Rule::flag {
                details.push(FactDetail::Flag { name, holds: part(Rule::not_so).is_none() });
            } else if let Some(value) = part(Rule::integer).and_then(|node| self.integer(node, start)) {
                details.push(FactDetail::Degree { name, value });
            }
        }
        details
    }

    /// `9.6 %`, `negative`, `III`.
    fn fact_value(&mut self, node: &Node<'_>, start: usize) -> Option<FactValue> {
        let slice = self.slice(node, start);
        let is_word = slice.text.starts_with(|sign: char| sign.is_ascii_alphabetic());
        if is_word {
            let trimmed = slice.text.trim_end();
            if name::check(trimmed).is_err() {
                self.unreadable_fact(slice.span(0..trimmed.len()));
                return None;
            }
            return Some(FactValue::Level(Spanned::new(trimmed.to_owned(), slice.span(0..trimmed.len()))));
        }
        self.mistakes.with(|said| expression::quantity(slice, said)).map(FactValue::Quantity)
    }

    fn unreadable_fact(&mut self, span: crate::source::Span) {
        self.mistakes.push(
            Diagnostic::new(&codes::BAD_VALUE, span, "this cannot be read as a result")
                .help("write a number with its unit, or one word: `hba1c 9.6 % on 2011-06-28`, `pregnancy_test negative on 2011-06-28`"),
        );
    }

    fn words_in(&self, node: Node<'_>, start: usize) -> Vec<Name> {
        node.into_inner()
            .filter(|part| part.as_rule() == Rule::word)
            .map(|part| self.spanned(&part, start))
            .collect()
    }

    /// `sex: female`, `born: 1970-03-02`, `country: "CN"`, `arm: combined`.
    fn attribute(&mut self, range: Range<usize>, key: usize, example: &str) -> Option<Value> {
        let name = Spanned::new(
            self.text[range.start..range.start + key].to_owned(),
            self.mistakes.span(range.start..range.start + key),
        );
        let mut value = self.trimmed(range.start + key..range.end);
        if self.text[value.clone()].starts_with(':') {
            value = self.trimmed(value.start + 1..value.end);
        } else {
            let written = self.text[value.clone()].trim();
            let echoed = format!("{}: {written}", name.value);
            let example = if written.is_empty() { example } else { &echoed };
            self.missing_colon(name.span, range.start + key, example);
        }
        let span = self.mistakes.span(value.clone());
        let written = &self.text[value.clone()];
        if written.is_empty() {
            self.mistakes.push(
                Diagnostic::new(&codes::BAD_VALUE, name.span, format!("`{}` has no value", name.value))
                    .help(format!("write `{example}`")),
            );
            return None;
        }
        if name.value == "born"
            && let Some(instead) = number::other_date(written)
        {
            self.not_iso(value, instead);
            return None;
        }
        let text = match name.value.as_str() {
            "country" => expression::unquote(written),
            "born" => {
                let place = Place { name: "born", kind: super::ValueKind::Date, key: name.span, body: false };
                self.calendar(value, place)?;
                written.to_owned()
            }
            _ => {
                if let Err(why) = name::check(written) {
                    self.mistakes.push(
                        Diagnostic::new(
                            &codes::BAD_VALUE,
                            span,
                            format!("`{written}` cannot be read: {}", why.why()),
                        )
                        .help(format!("write one word, as in `{example}`")),
                    );
                    return None;
                }
                written.to_owned()
            }
        };
        if name.value == "sex" && !["female", "male"].contains(&text.as_str()) {
            self.not_one_of(Spanned::new(text.as_str(), span), &["female", "male"], "a value of `sex`");
            return None;
        }
        Some(Value::Fact(Fact::Attribute { name, value: Spanned::new(text, span) }))
    }

    /// `answer I1: yes`.
    fn answer(&mut self, range: Range<usize>, colon: usize) -> Option<Value> {
        let criterion = self.trimmed(range.start + "answer".len()..colon);
        let answer = self.trimmed(colon + 1..range.end);
        let named = |reader: &Self, range: Range<usize>| {
            Spanned::new(reader.text[range.clone()].to_owned(), reader.mistakes.span(range))
        };
        let (criterion, answer) = (named(self, criterion), named(self, answer));
        // A criterion with several questions numbers them: `E9.2`.
        let (base, number) = criterion.value.split_once('.').unwrap_or((&criterion.value, "1"));
        if name::check(base).is_err()
            || !number.bytes().all(|sign| sign.is_ascii_digit())
            || number.is_empty()
        {
            let span = self.mistakes.span(range);
            self.mistakes.push(
                Diagnostic::new(&codes::BAD_VALUE, span, "the criterion that is answered cannot be read")
                    .help("write `answer I1: yes`"),
            );
            return None;
        }
        self.answered(criterion, answer).map(Value::Fact)
    }

    fn answered(&mut self, criterion: Name, answer: Name) -> Option<Fact> {
        const ANSWERS: &[&str] = &["yes", "no", "unknown"];
        if !ANSWERS.contains(&answer.value.as_str()) {
            self.not_one_of(Spanned::new(answer.value.as_str(), answer.span), ANSWERS, "an answer");
            return None;
        }
        Some(Fact::Answer { criterion, answer })
    }

    /// A date of another form behind `on`, `from` or `to`.
    fn other_date_in(&self, range: Range<usize>) -> Option<(Range<usize>, Option<String>)> {
        const LONGEST_FACT: usize = 200;
        let text = &self.text[range.clone()];
        if text.len() > LONGEST_FACT {
            return None;
        }
        for word in ["on ", "from ", "to "] {
            for (at, _) in text.match_indices(word) {
                let before = text[..at].chars().next_back().is_none_or(|sign| sign == ' ');
                let start = range.start + at + word.len();
                let rest = &self.text[start..range.end];
                let end = rest.find(" to ").unwrap_or(rest.len());
                let date = self.trimmed(start..start + end);
                if before && let Some(instead) = number::other_date(&self.text[date.clone()]) {
                    return Some((date, instead));
                }
            }
        }
        None
    }

    /// Where the word `at` stands before a day.
    fn at_date(&self, range: Range<usize>) -> Option<usize> {
        let text = &self.text[range.clone()];
        let at = text.find(" at ")?;
        let date = text[at + 4..].trim_start();
        date.starts_with(|sign: char| sign.is_ascii_digit()).then_some(range.start + at + 1)
    }

    /// `ineligible by I8, E3`.
    pub(super) fn expectation(&mut self, range: Range<usize>, place: Place<'_>) -> Option<Value> {
        const VERDICTS: &[&str] = &["eligible", "ineligible", "undetermined"];
        if let Some(rest) = self.text[range.clone()].strip_prefix("not eligible") {
            let rest = rest.trim_start();
            let because = ["because of ", "due to ", "by "].iter().find_map(|words| rest.strip_prefix(words));
            let good = because.map_or("ineligible".to_owned(), |by| format!("ineligible by {}", by.trim()));
            let span = self.mistakes.span(range);
            let found = Diagnostic::new(&codes::BAD_VALUE, span, "this verdict is one word")
                .help(format!("write `expect: {good}`"));
            self.mistakes.push(if rest.is_empty() || because.is_some() {
                found.fix(span, good)
            } else {
                found
            });
            return None;
        }
        let node = self.parse(Rule::expectation, &range, place)?;
        let decision = node.clone().into_inner().find(|part| part.as_rule() == Rule::decided);
        let decision = decision.and_then(|decided| self.words_in(decided, range.start).pop());
        let mut words = self.words_in(node, range.start).into_iter();
        let verdict = words.next()?;
        if !VERDICTS.contains(&verdict.value.as_str()) {
            self.not_one_of(Spanned::new(verdict.value.as_str(), verdict.span), VERDICTS, "a verdict");
            return None;
        }
        Some(Value::Expectation { verdict, decision, by: words.collect() })
    }
}

#[cfg(test)]
mod tests {
    use crate::source::FileId;

    fn faults(fact: &str) -> usize {
        crate::syntax::parse(FileId(0), &format!("example \"A\" {{\n  {fact}\n}}\n")).diagnostics.len()
    }

    #[test]
    fn a_verdict_may_name_its_decision_and_the_criteria() {
        for verdict in
            ["eligible", "eligible for randomization", "ineligible by I1, E2", "ineligible for dose_2 by E2"]
        {
            assert_eq!(faults(&format!("expect: {verdict}")), 0, "{verdict}");
        }
        assert_eq!(faults("expect: ineligible by E2 for dose_2"), 1);
    }

    #[test]
    fn a_criterion_with_several_questions_numbers_its_answers() {
        assert_eq!(faults("answer E9: yes"), 0);
        assert_eq!(faults("answer E9.2: no"), 0);
        assert_eq!(faults("answer E9.: no"), 1);
        assert_eq!(faults("answer E9.b: no"), 1);
    }
}

//! Where two rules differ, in words: which limit, which time, which part.

use std::cmp::Ordering;

use super::plain;
use crate::eligibility::{EligibilityDocument, Parts, Screener};
use crate::model::{
    Clause, Comparator, Finding, Mode, Rule, Selector, Term, TimeUnit, Trial, UnitRef, Value, Window,
};
use crate::number::Exact;
use crate::source::Span;
use crate::wording::{Wording, symbol};

/// Of a limit that is converted, so many figures are told.
const FIGURES: u32 = 4;

/// One place at which two rules differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// A phrase that stands after a colon: `the upper limit rises from 9.5 % to 10 %`.
    pub words: String,
    pub old: Option<Span>,
    pub new: Option<Span>,
    /// The words of a question or of a text: only a person can say what they change.
    pub by_person: bool,
}

/// Both protocols, whose labels the phrases use.
pub(super) struct Rules<'a> {
    pub old: Wording<'a>,
    pub new: Wording<'a>,
    trial: &'a Trial,
}

impl<'a> Rules<'a> {
    pub fn of(old: &'a Trial, new: &'a Trial) -> Self {
        Self { old: Wording::of(old), new: Wording::of(new), trial: new }
    }

    /// The places at which the rules differ; empty when they mean the same.
    pub fn pieces(&self, old: &Clause, new: &Clause) -> Vec<Piece> {
        let mut found = Vec::new();
        self.clause(old, new, &mut found);
        found
    }

    fn clause(&self, old: &Clause, new: &Clause, found: &mut Vec<Piece>) {
        if plain::condition(old) == plain::condition(new) {
            return;
        }
        let before = found.len();
        match (&old.rule, &new.rule) {
            (Rule::All { of: one }, Rule::All { of: other }) => self.parts(one, other, "condition", found),
            (Rule::Any { of: one }, Rule::Any { of: other }) => self.parts(one, other, "alternative", found),
            (Rule::Count { of: one, low, high }, Rule::Count { of: other, low: low2, high: high2 })
                if low == low2 && high == high2 =>
            {
                self.parts(one, other, "member", found);
            }
            (Rule::Not { of: one }, Rule::Not { of: other }) => self.clause(one, other, found),
            (Rule::OfPerson { person, of: one }, Rule::OfPerson { person: other_person, of: other })
                if person == other_person =>
            {
                self.clause(one, other, found);
            }
            (
                Rule::Choose { condition, then, otherwise },
                Rule::Choose { condition: c2, then: t2, otherwise: o2 },
            ) => {
                for (one, other) in [(condition, c2), (then, t2), (otherwise, o2)] {
                    self.clause(one, other, found);
                }
            }
            (
                Rule::Compare { left, operator, right, .. },
                Rule::Compare { left: left2, operator: operator2, right: right2, .. },
            ) if self.same_subject(left, left2) => {
                self.term(left, left2, "the value", found);
                if operator != operator2 {
                    found.push(piece(old, new, compared(*operator, *operator2)));
                }
                self.limit(right, right2, "the limit", Some(left2), found);
            }
            (Rule::Between { value, low, high, .. }, Rule::Between { value: v2, low: l2, high: h2, .. })
                if self.same_subject(value, v2) =>
            {
                self.term(value, v2, "the value", found);
                self.limit(low, l2, "the lower limit", Some(v2), found);
                self.limit(high, h2, "the upper limit", Some(v2), found);
            }
            (Rule::Is { value, one_of }, Rule::Is { value: v2, one_of: o2 })
                if self.same_subject(value, v2) =>
            {
                self.term(value, v2, "the value", found);
                let new_ones = missing(o2, one_of);
                let gone = missing(one_of, o2);
                if !new_ones.is_empty() {
                    found.push(piece(old, new, format!("{new_ones} now counts too")));
                }
                if !gone.is_empty() {
                    found.push(piece(old, new, format!("{gone} no longer counts")));
                }
            }
            (Rule::Occurs { finding, mode, window }, Rule::Occurs { finding: f2, mode: m2, window: w2 })
                if finding.name == f2.name && mode == m2 =>
            {
                self.finding(finding, f2, (old, new), found);
                self.window(window, w2, (old, new), found);
            }
            (
                Rule::Steady { measure, tolerance, reference },
                Rule::Steady { measure: m2, tolerance: t2, reference: r2 },
            ) if reference == r2 => {
                self.term(measure, m2, "the value", found);
                if tolerance != t2 && plain::condition(old) != plain::condition(new) {
                    let (from, to) = (self.old.condition(old), self.new.condition(new));
                    found.push(piece(old, new, format!("the tolerance changes: “{from}” becomes “{to}”")));
                }
            }
            (
                Rule::Attested { question, by, verb, .. },
                Rule::Attested { question: q2, by: b2, verb: v2, .. },
            ) => {
                if question != q2 {
                    let words = format!("the question “{question}” becomes “{q2}”");
                    found.push(Piece { by_person: true, ..piece(old, new, words) });
                }
                if by != b2 || verb != v2 {
                    found.push(piece(old, new, format!("it is answered by the {}", b2.replace('_', " "))));
                }
            }
            _ => {}
        }
        if found.len() == before {
            let (from, to) = (self.old.condition(old), self.new.condition(new));
            let words = if from == to {
                format!("“{}” becomes “{}”", old.text, new.text)
            } else {
                format!("“{from}” becomes “{to}”")
            };
            found.push(piece(old, new, words));
        }
    }

    /// Parts that are joined by one word: equal ones belong together, then those in the same place.
    fn parts(&self, old: &[Clause], new: &[Clause], word: &str, found: &mut Vec<Piece>) {
        let mut left: Vec<&Clause> = Vec::new();
        let mut right: Vec<&Clause> = new.iter().collect();
        for part in old {
            let meaning = plain::condition(part);
            match right.iter().position(|other| plain::condition(other) == meaning) {
                Some(at) => {
                    right.remove(at);
                }
                None => left.push(part),
            }
        }
        // Those that speak of the same belong together, wherever they stand.
        let mut alone: Vec<&Clause> = Vec::new();
        for part in left {
            match right.iter().position(|other| self.speak_of_the_same(part, other)) {
                Some(at) => self.clause(part, right.remove(at), found),
                None => alone.push(part),
            }
        }
        for part in alone {
            found.push(Piece {
                words: format!("the {word} “{}” is gone", self.old.condition(part)),
                old: part.origin.0,
                new: None,
                by_person: false,
            });
        }
        for part in right {
            found.push(Piece {
                words: format!("the {word} “{}” is new", self.new.condition(part)),
                old: None,
                new: part.origin.0,
                by_person: false,
            });
        }
    }

    fn speak_of_the_same(&self, old: &Clause, new: &Clause) -> bool {
        match (&old.rule, &new.rule) {
            (Rule::Compare { left, .. }, Rule::Compare { left: other, .. })
            | (Rule::Between { value: left, .. }, Rule::Between { value: other, .. })
            | (Rule::Is { value: left, .. }, Rule::Is { value: other, .. })
            | (Rule::Compare { left, .. }, Rule::Between { value: other, .. })
            | (Rule::Between { value: left, .. }, Rule::Compare { left: other, .. }) => {
                self.same_subject(left, other)
            }
            (Rule::Occurs { finding, .. }, Rule::Occurs { finding: other, .. }) => finding.name == other.name,
            (Rule::Steady { measure, .. }, Rule::Steady { measure: other, .. })
            | (Rule::Trend { measure, .. }, Rule::Trend { measure: other, .. }) => {
                self.same_subject(measure, other)
            }
            (Rule::Attested { key, .. }, Rule::Attested { key: other, .. }) => key == other,
            (Rule::Not { of }, Rule::Not { of: other }) => self.speak_of_the_same(of, other),
            (one, other) => {
                matches!(
                    (one, other),
                    (Rule::All { .. }, Rule::All { .. })
                        | (Rule::Any { .. }, Rule::Any { .. })
                        | (Rule::Choose { .. }, Rule::Choose { .. })
                        | (Rule::Count { .. }, Rule::Count { .. })
                )
            }
        }
    }

    /// Both are values of one thing, perhaps chosen otherwise or from another time.
    fn same_subject(&self, old: &Term, new: &Term) -> bool {
        match (&old.value, &new.value) {
            (Value::Measured { measure, .. }, Value::Measured { measure: other, .. }) => measure == other,
            (Value::Age { .. }, Value::Age { .. })
            | (Value::TimeBetween { .. }, Value::TimeBetween { .. }) => true,
            (Value::DurationOf { finding, .. }, Value::DurationOf { finding: other, .. })
            | (Value::Count { finding, .. }, Value::Count { finding: other, .. })
            | (Value::Days { finding, .. }, Value::Days { finding: other, .. })
            | (Value::Dose { finding, .. }, Value::Dose { finding: other, .. }) => finding.name == other.name,
            (Value::Change { measure, .. }, Value::Change { measure: other, .. }) => measure == other,
            _ => plain::term(old) == plain::term(new),
        }
    }

    fn term(&self, old: &Term, new: &Term, called: &str, found: &mut Vec<Piece>) {
        self.limit(old, new, called, None, found);
    }

    /// As [`Self::term`], of a limit of this value: completed years have no unit of their own.
    fn limit(&self, old: &Term, new: &Term, called: &str, of: Option<&Term>, found: &mut Vec<Piece>) {
        let (one, other) = (plain::term(old), plain::term(new));
        let counted = of.map_or("", counted_in);
        if one == other {
            return;
        }
        let at = |words: String| Piece { words, old: old.origin.0, new: new.origin.0, by_person: false };
        match (&old.value, &new.value) {
            (
                Value::Measured { select, window, .. },
                Value::Measured { select: select2, window: window2, .. },
            ) => {
                if select != select2 {
                    let words = format!("{} counts instead of {}", chosen(*select2), chosen(*select));
                    found.push(at(words));
                }
                if let Some(words) = self.windows(window, window2) {
                    found.push(at(words));
                }
            }
            (
                Value::Count { finding, mode, window },
                Value::Count { finding: finding2, mode: mode2, window: window2 },
            ) if finding == finding2 => {
                if mode != mode2 {
                    let (from, to) = (counted_words(*mode), counted_words(*mode2));
                    found.push(at(format!("what {to} is counted instead of what {from}")));
                }
                if let Some(words) = self.windows(window, window2) {
                    found.push(at(words));
                }
            }
            (Value::Constant { number, unit, .. }, Value::Constant { number: number2, unit: unit2, .. })
                if unit.as_ref().map(|unit| &unit.ucum) == unit2.as_ref().map(|unit| &unit.ucum) =>
            {
                let verb = if number2 > number { "rises" } else { "falls" };
                let (from, to) = (self.old.term(old), self.new.term(new));
                found.push(at(format!("{called} {verb} from {from}{counted} to {to}{counted}")));
            }
            (
                Value::Constant { number, unit: Some(unit), .. },
                Value::Constant { number: number2, unit: Some(unit2), .. },
            ) => {
                let (from, to) = (self.old.term(old), self.new.term(new));
                let same = of.and_then(|of| self.converted(of, number2, unit2, unit));
                let verb = match same.as_ref().map(|same| same.cmp(number)) {
                    None => "changes",
                    Some(Ordering::Less) => "falls",
                    Some(Ordering::Greater) => "rises",
                    Some(Ordering::Equal) => "is the same and changes its unit",
                };
                let equals = same.filter(|same| same != number).map_or(String::new(), |same| {
                    format!(", which is {} {}", same.to_significant(FIGURES), unit.written)
                });
                found.push(at(format!("{called} {verb} from {from} to {to}{equals}")));
            }
            _ => {
                let (from, to) = (self.old.term(old), self.new.term(new));
                let (from, to) = if from == to { (old.text.clone(), new.text.clone()) } else { (from, to) };
                found.push(at(format!("{called} changes from {from} to {to}")));
            }
        }
    }

    /// A limit of this value in another unit.
    fn converted(&self, of: &Term, number: &Exact, from: &UnitRef, to: &UnitRef) -> Option<Exact> {
        let Value::Measured { measure, .. } = &of.value else { return None };
        let document = EligibilityDocument::of(self.trial);
        let screener = Screener::of(&document);
        let decision = self.trial.decisions.values().next()?;
        let parts = Parts { screener: &screener, decision, arm: None, as_of: None };
        parts.in_unit(measure, number, from, to)
    }

    fn finding(&self, old: &Finding, new: &Finding, at: (&Clause, &Clause), found: &mut Vec<Piece>) {
        if old == new {
            return;
        }
        let (from, to) = (self.old.finding(old), self.new.finding(new));
        found.push(piece(at.0, at.1, format!("“{from}” becomes “{to}”")));
    }

    fn window(&self, old: &Window, new: &Window, at: (&Clause, &Clause), found: &mut Vec<Piece>) {
        if let Some(words) = self.windows(old, new) {
            found.push(piece(at.0, at.1, words));
        }
    }

    fn windows(&self, old: &Window, new: &Window) -> Option<String> {
        let same = old.from == new.from && old.to == new.to;
        (!same).then(|| {
            let said = |text: &str, wording: Wording<'_>| {
                if text.is_empty() { "at any time".to_owned() } else { wording.labelled(text) }
            };
            format!(
                "the time changes from “{}” to “{}”",
                said(&old.text, self.old),
                said(&new.text, self.new)
            )
        })
    }
}

/// Which occurrences a count takes.
fn counted_words(mode: Mode) -> &'static str {
    match mode {
        Mode::Present | Mode::Ever | Mode::Throughout => "was there in that time",
        Mode::Started => "started in that time",
        Mode::Ended => "ended in that time",
    }
}

fn piece(old: &Clause, new: &Clause, words: String) -> Piece {
    Piece { words, old: old.origin.0, new: new.origin.0, by_person: false }
}

/// What a limit of this value counts, where the number itself has no unit.
fn counted_in(value: &Term) -> &'static str {
    match &value.value {
        Value::Age { unit, .. } | Value::DurationOf { unit, .. } => match unit {
            TimeUnit::Minute => " minutes",
            TimeUnit::Hour => " hours",
            TimeUnit::Day => " days",
            TimeUnit::Week => " weeks",
            TimeUnit::Month => " months",
            TimeUnit::Year => " years",
        },
        _ => "",
    }
}

fn compared(old: Comparator, new: Comparator) -> String {
    format!("the comparison {} becomes {}", symbol(old), symbol(new))
}

fn chosen(select: Selector) -> String {
    match select {
        Selector::Latest => "the latest value".to_owned(),
        Selector::Earliest => "the first value".to_owned(),
        Selector::Any => "any value".to_owned(),
        Selector::Every => "every value".to_owned(),
        Selector::Highest => "the highest value".to_owned(),
        Selector::Lowest => "the lowest value".to_owned(),
        Selector::Mean => "the mean".to_owned(),
        Selector::Median => "the median".to_owned(),
        Selector::Consecutive(count) => format!("each of the last {count} values"),
    }
}

/// What the first list has and the second has not.
fn missing(list: &[String], from: &[String]) -> String {
    let those: Vec<String> =
        list.iter().filter(|one| !from.contains(one)).map(|one| one.replace('_', " ")).collect();
    crate::wording::listed(&those, "or")
}

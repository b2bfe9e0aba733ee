//! Conditions, moments, durations and doses in plain English, for footnotes and for people who do not read the language.
//!
//! A condition becomes a phrase that stands after "Only if": `the participant is female`. Names become the
//! labels that the author gave them.

mod dosing;
mod time;
pub(crate) mod unit_name;
mod window;

pub(crate) use dosing::given;
pub(crate) use time::in_units;
pub(crate) use window::window;

use crate::model::{
    ArithmeticOperator, AttestationVerb, AttributeTest, Axis, Clause, Comparator, DayCount, Domain, Finding,
    Limit, Mode, Rule, Selector, TableKey, Term, TimeUnit, Tolerance, Trend, Trial, UnitRef, Value, Window,
};
use crate::number::Exact;

/// Puts a trial's labels in the place of its names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wording<'a> {
    trial: &'a Trial,
}

/// A phrase, and whether it is held together by `and` or `or` and so needs to be set apart inside another.
struct Phrase {
    text: String,
    loose: bool,
}

impl Phrase {
    fn tight(text: String) -> Self {
        Self { text, loose: false }
    }
}

impl<'a> Wording<'a> {
    pub fn of(trial: &'a Trial) -> Self {
        Self { trial }
    }

    /// `the participant is female`.
    pub fn condition(self, clause: &Clause) -> String {
        self.clause(clause, true).text
    }

    fn clause(self, clause: &Clause, positive: bool) -> Phrase {
        match (&clause.rule, positive) {
            (Rule::All { of }, true) | (Rule::Any { of }, false) => self.joined(of, "and", positive),
            (Rule::Any { of }, true) | (Rule::All { of }, false) => self.joined(of, "or", positive),
            (Rule::Not { of }, _) => self.clause(of, !positive),
            (Rule::OfPerson { person, of }, _) => {
                let label = self.trial.persons.get(person).map_or(person.as_str(), String::as_str);
                Phrase::tight(format!("for {}: {}", lower(label), self.clause(of, positive).text))
            }
            (Rule::Choose { condition, then, otherwise }, _) => {
                let [condition, then, otherwise] =
                    [(condition, true), (then, positive), (otherwise, positive)]
                        .map(|(part, sign)| self.clause(part, sign).text);
                Phrase { text: format!("{then} when {condition}, and {otherwise} otherwise"), loose: true }
            }
            (Rule::Count { of, low, high }, true) => {
                let number = match (low, high) {
                    (Some(low), Some(high)) if low == high => format!("exactly {low}"),
                    (Some(low), Some(high)) => format!("{low} to {high}"),
                    (Some(low), None) => format!("at least {low}"),
                    (None, Some(high)) => format!("at most {high}"),
                    (None, None) => "any number".to_owned(),
                };
                let parts: Vec<String> = of.iter().map(|part| self.clause(part, true).text).collect();
                Phrase { text: format!("{number} of these hold: {}", parts.join("; ")), loose: true }
            }
            (rule, false) if matches!(rule, Rule::Count { .. }) || quantified(rule) => {
                Phrase::tight(format!("it is not so that {}", self.clause(clause, true).text))
            }
            (rule, _) => Phrase::tight(self.plain(clause, rule, positive)),
        }
    }

    fn joined(self, of: &[Clause], word: &str, positive: bool) -> Phrase {
        let parts: Vec<Phrase> = of.iter().map(|part| self.clause(part, positive)).collect();
        if let [only] = &parts[..] {
            return Phrase { text: only.text.clone(), loose: only.loose };
        }
        let parts: Vec<String> = parts
            .into_iter()
            .map(|part| if part.loose { format!("({})", part.text) } else { part.text })
            .collect();
        Phrase { text: listed(&parts, word), loose: true }
    }

    fn plain(self, clause: &Clause, rule: &Rule, positive: bool) -> String {
        let not = if positive { "" } else { "not " };
        match rule {
            Rule::Compare { left, operator, right, .. } => {
                let operator = if positive { *operator } else { operator.denied() };
                format!("{} is {} {}", self.term(left), compared(operator), self.term(right))
            }
            Rule::Between { value, low, high, .. } => {
                format!("{} is {not}between {} and {}", self.term(value), self.term(low), self.term(high))
            }
            Rule::Is { value, one_of } => self.is(value, one_of, positive),
            Rule::Occurs { finding, mode, window } => self.occurs(finding, *mode, window, positive),
            Rule::Steady { measure, tolerance, .. } => {
                let by = match tolerance {
                    Tolerance::Percent { percent } => format!("{} %", shown(percent)),
                    Tolerance::Absolute { number, unit } => quantity(&shown(number), unit.as_ref()),
                };
                let verb = if positive { "has stayed" } else { "has not stayed" };
                format!("{} {verb} within {by} of its reference value", self.term(measure))
            }
            Rule::Trend { measure, direction, values, apart } => {
                let verb = match (direction, positive) {
                    (Trend::Rising, true) => "rises",
                    (Trend::Rising, false) => "does not rise",
                    (Trend::Falling, true) => "falls",
                    (Trend::Falling, false) => "does not fall",
                };
                let Value::Measured { measure, window, .. } = &measure.value else {
                    return self.labelled(&clause.text);
                };
                let apart = apart.as_ref().map(|apart| format!(", at least {} apart,", self.duration(apart)));
                let text = format!(
                    "{} {verb} over its last {values} values{} {}",
                    self.value_of(measure)
                        .map_or_else(|| self.named(measure), |value| format!("the {value}")),
                    apart.unwrap_or_default(),
                    self.labelled(&window.text)
                );
                text.trim_end().trim_end_matches(',').to_owned()
            }
            Rule::Attested { verb, by, question, .. } => {
                let by = by.replace('_', " ");
                let word = match (verb, positive) {
                    (AttestationVerb::Attested, true) => "states",
                    (AttestationVerb::Attested, false) => "does not state",
                    (AttestationVerb::Agreed, true) => "agrees",
                    (AttestationVerb::Agreed, false) => "does not agree",
                    (AttestationVerb::Approved, true) => "approves",
                    (AttestationVerb::Approved, false) => "does not approve",
                    (AttestationVerb::Declined, true) => "declines",
                    (AttestationVerb::Declined, false) => "does not decline",
                };
                format!("the {by} {word}: “{question}”")
            }
            _ if positive => self.labelled(&clause.text),
            _ => format!("it is not so that {}", self.labelled(&clause.text)),
        }
    }

    fn is(self, value: &Term, one_of: &[String], positive: bool) -> String {
        let not = if positive { "" } else { "not " };
        let plain: Vec<String> = one_of.iter().map(|value| value.replace('_', " ")).collect();
        match &value.value {
            Value::Attribute { name } if name == "sex" => {
                format!("the participant is {not}{}", listed(&plain, "or"))
            }
            Value::Attribute { name } if name == "arm" => {
                let labels: Vec<String> = one_of.iter().map(|arm| self.arm(arm)).collect();
                format!("the participant is {not}in {}", listed(&labels, "or"))
            }
            Value::Attribute { name } => {
                format!("the participant’s {} is {not}{}", name.replace('_', " "), listed(one_of, "or"))
            }
            _ => format!("{} is {not}{}", self.term(value), listed(&plain, "or")),
        }
    }

    fn occurs(self, finding: &Finding, mode: Mode, window: &Window, positive: bool) -> String {
        let what = self.finding(finding);
        let when =
            if window.text.is_empty() { String::new() } else { format!(" {}", self.labelled(&window.text)) };
        let drug = matches!(finding.domain, Domain::Drug | Domain::DrugClass);
        // What a participant has may be called by several things: `brain metastases`. The verb is the participant's.
        let own = matches!(finding.domain, Domain::Condition | Domain::Procedure);
        match (mode, positive) {
            (Mode::Ever, true) if finding.domain == Domain::Procedure => {
                format!("the participant has had {what}{when}")
            }
            (Mode::Ever, false) if finding.domain == Domain::Procedure => {
                format!("the participant has not had {what}{when}")
            }
            (Mode::Ever, true) if drug => format!("the participant has ever taken {what}{when}"),
            (Mode::Ever, false) if drug => format!("the participant has never taken {what}{when}"),
            (Mode::Ever, true) => format!("the participant has ever had {what}{when}"),
            (Mode::Ever, false) => format!("the participant has never had {what}{when}"),
            (Mode::Present, _) if drug => {
                let verb = if positive { "takes" } else { "does not take" };
                format!("the participant {verb} {what}{when}")
            }
            (Mode::Throughout, _) if drug => {
                let verb = if positive { "takes" } else { "does not take" };
                format!("the participant {verb} {what} all the time{when}")
            }
            (Mode::Started | Mode::Ended, _) if drug => {
                let verb = match (mode, positive) {
                    (Mode::Started, true) => "starts",
                    (Mode::Started, false) => "does not start",
                    (_, true) => "stops",
                    (_, false) => "does not stop",
                };
                format!("the participant {verb} {what}{when}")
            }
            (Mode::Started | Mode::Ended, _) if own => {
                let no = if positive { "an" } else { "no" };
                let edge = if mode == Mode::Started { "onset" } else { "end" };
                format!("there is {no} {edge} of {what}{when}")
            }
            (_, _) if own => {
                let verb = if positive { "has" } else { "does not have" };
                let always = if mode == Mode::Throughout { " all the time" } else { "" };
                format!("the participant {verb} {what}{always}{when}")
            }
            (mode, positive) => {
                let verb = match (mode, positive) {
                    (Mode::Started, true) => "begins",
                    (Mode::Started, false) => "does not begin",
                    (Mode::Ended, true) => "ends",
                    (Mode::Ended, false) => "does not end",
                    (Mode::Throughout, true) => "is present all the time",
                    (Mode::Throughout, false) => "is not present all the time",
                    (_, true) if finding.domain == Domain::Event => "occurs",
                    (_, false) if finding.domain == Domain::Event => "does not occur",
                    (_, true) => "is present",
                    (_, false) => "is not present",
                };
                format!("{what} {verb}{when}")
            }
        }
    }

    /// A finding with its qualifiers: `symptomatic peptic ulcer other than …`.
    pub fn finding(self, finding: &Finding) -> String {
        let mut text: String =
            finding.qualifiers.iter().map(|word| format!("{} ", word.replace('_', " "))).collect();
        text.push_str(&self.named(&finding.name));
        if !finding.other_than.is_empty() {
            let names: Vec<String> = finding.other_than.iter().map(|name| self.named(name)).collect();
            text.push_str(&format!(" other than {}", listed(&names, "or")));
        }
        for test in &finding.with {
            match test {
                AttributeTest::Ordinal { attribute, operator, value } => {
                    text.push_str(&format!(
                        " of {} {} {value}",
                        attribute.replace('_', " "),
                        symbol(*operator)
                    ));
                }
                AttributeTest::Flag { attribute } => {
                    text.push_str(&format!(" that is {}", attribute.replace('_', " ")))
                }
            }
        }
        text
    }

    /// A value: `the latest HbA1c`.
    pub fn term(self, term: &Term) -> String {
        match &term.value {
            Value::Constant { number, unit, number_text } => {
                let number =
                    if number_text.is_empty() { shown(number) } else { number_text.replace('-', "−") };
                quantity(&number, unit.as_ref())
            }
            Value::Span { duration } => self.duration(duration),
            Value::Measured { measure, select, window } => {
                let which = match select {
                    Selector::Latest => "the latest".to_owned(),
                    Selector::Earliest => "the first".to_owned(),
                    Selector::Any => "any".to_owned(),
                    Selector::Every => "every".to_owned(),
                    Selector::Highest => "the highest".to_owned(),
                    Selector::Lowest => "the lowest".to_owned(),
                    Selector::Mean => "the mean".to_owned(),
                    Selector::Median => "the median".to_owned(),
                    Selector::Consecutive(count) => format!("each of the last {count} values of"),
                };
                let when = if window.text.is_empty() {
                    String::new()
                } else {
                    format!(" {}", self.labelled(&window.text))
                };
                let value = self.value_of(measure).filter(|_| !matches!(select, Selector::Consecutive(_)));
                format!("{which} {}{when}", value.unwrap_or_else(|| self.named(measure)))
            }
            Value::Attribute { name } => format!("the participant’s {}", name.replace('_', " ")),
            Value::Limit { factor, limit, .. } => {
                let limit = match limit {
                    Limit::Uln => "the upper limit of normal",
                    Limit::Lln => "the lower limit of normal",
                };
                if *factor == Exact::one() {
                    limit.to_owned()
                } else {
                    format!("{} × {limit}", shown(factor))
                }
            }
            Value::Age { at, unit } => {
                let unit = if *unit == TimeUnit::Year {
                    String::new()
                } else {
                    format!(" in {}s", unit_name(*unit))
                };
                format!("the age at {}{unit}", self.moment(at))
            }
            Value::DurationOf { finding, at, .. } => {
                format!("the duration of {} at {}", self.finding(finding), self.moment(at))
            }
            Value::TimeBetween { from, to } => {
                format!("the time from {} to {}", self.moment(from), self.moment(to))
            }
            Value::Change { relative, measure, from, to } => {
                let kind = if *relative { "percent change" } else { "change" };
                format!(
                    "the {kind} of {} from {} to {}",
                    self.named(measure),
                    self.moment(from),
                    self.moment(to)
                )
            }
            Value::Days { count, without, finding, window } => {
                let count = match count {
                    DayCount::All => "the number of days",
                    DayCount::LongestRun => "the longest run of days",
                };
                let with = if *without { "without" } else { "with" };
                let when = self.labelled(&window.text);
                format!("{count} {with} {} {when}", self.finding(finding)).trim_end().to_owned()
            }
            Value::Negative { of } => format!("−{}", self.term(of)),
            Value::Arithmetic { left, operator, right } => {
                let symbol = match operator {
                    ArithmeticOperator::Add => "+",
                    ArithmeticOperator::Subtract => "−",
                    ArithmeticOperator::Multiply => "×",
                    ArithmeticOperator::Divide => "/",
                    ArithmeticOperator::Power => "^",
                };
                format!("{} {symbol} {}", self.term(left), self.term(right))
            }
            Value::Table { by, rows } => {
                let rows: Vec<String> = rows
                    .iter()
                    .map(|row| format!("{} {}", self.term(&row.value), self.key(*by, &row.key)))
                    .collect();
                rows.join(", ")
            }
            _ => self.labelled(&term.text),
        }
    }

    fn key(self, by: Axis, key: &TableKey) -> String {
        match key {
            TableKey::Codes { codes } if by == Axis::Country => format!("in {}", listed(codes, "or")),
            TableKey::Codes { codes } => format!("if {}", listed(codes, "or")),
            TableKey::Ages { from, to, below, unit } => {
                let unit = format!("{}s", unit_name(*unit));
                match (from, to, below) {
                    (Some(from), Some(to), _) => format!("from {} to {} {unit}", shown(from), shown(to)),
                    (Some(from), None, Some(below)) => {
                        format!("from {} to under {} {unit}", shown(from), shown(below))
                    }
                    (Some(from), None, None) => format!("from {} {unit}", shown(from)),
                    (None, Some(to), _) => format!("up to {} {unit}", shown(to)),
                    (None, None, Some(below)) => format!("under {} {unit}", shown(below)),
                    (None, None, None) => "at any age".to_owned(),
                }
            }
        }
    }

    pub fn arm(self, name: &str) -> String {
        let arm = self.trial.arms.get(name).map(|arm| &arm.label);
        let label = arm.or_else(|| self.trial.sequences.get(name).map(|sequence| &sequence.label));
        label.map_or_else(|| name.replace('_', " "), Clone::clone)
    }

    pub fn arms(self, names: &[String]) -> String {
        let labels: Vec<String> = names.iter().map(|name| self.arm(name)).collect();
        listed(&labels, "and")
    }

    /// `value of platelets`, where the measure is called by several things, which no verb for one fits.
    fn value_of(self, measure: &str) -> Option<String> {
        let label = &self.trial.measures.get(measure)?.label;
        let head = label.split([',', '(']).next()?.split_whitespace().last()?;
        let is_plural = head.len() > 3
            && head.ends_with('s')
            && !["ss", "us", "is"].iter().any(|end| head.ends_with(end));
        is_plural.then(|| format!("value of {}", self.named(measure)))
    }

    /// The label of what the name means, as it stands inside a sentence.
    pub fn named(self, name: &str) -> String {
        let trial = self.trial;
        // A visit's label is a title: `Month 1`.
        if let Some(visit) = trial.schedule.as_ref().and_then(|schedule| schedule.visits.get(name)) {
            return visit.label.clone();
        }
        let event = trial.events.get(name).map(|event| &event.label);
        let label = event
            .or_else(|| trial.measures.get(name).map(|measure| &measure.label))
            .or_else(|| trial.concepts.get(name).map(|concept| &concept.label));
        label.map_or_else(|| name.replace('_', " "), |label| lower(label))
    }

    /// The author's words with the names in them replaced by labels.
    pub fn labelled(self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(start) = rest.find(|c: char| c.is_ascii_alphabetic()) {
            out.push_str(&rest[..start]);
            let word = &rest[start..];
            let end = word.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(word.len());
            out.push_str(&self.named_or_word(&word[..end]));
            rest = &word[end..];
        }
        out.push_str(rest);
        out
    }

    fn named_or_word(self, word: &str) -> String {
        let trial = self.trial;
        let visits = trial.schedule.as_ref().map(|schedule| &schedule.visits);
        let known = visits.is_some_and(|visits| visits.contains_key(word))
            || trial.events.contains_key(word)
            || trial.measures.contains_key(word)
            || trial.concepts.contains_key(word);
        if known { self.named(word) } else { word.to_owned() }
    }
}

/// The rule speaks of any or every value, so that its opposite is not that of the comparison.
fn quantified(rule: &Rule) -> bool {
    let many = |term: &Term| {
        let select = match &term.value {
            Value::Measured { select, .. } => *select,
            _ => Selector::Latest,
        };
        matches!(select, Selector::Any | Selector::Every | Selector::Consecutive(_))
    };
    match rule {
        Rule::Compare { left, right, .. } => many(left) || many(right),
        Rule::Between { value, .. } | Rule::Is { value, .. } => many(value),
        _ => false,
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn listed(parts: &[String], word: &str) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [init @ .., last] => format!("{} {word} {last}", init.join(", ")),
    }
}

/// The first letter small, as inside a sentence; kept where the word is an abbreviation (`HbA1c`, `ECOG`).
pub(crate) fn lower(label: &str) -> String {
    let first = label.split_whitespace().next().unwrap_or("");
    let abbreviation =
        first.chars().skip(1).any(|c| c.is_uppercase() || c.is_ascii_digit()) || first.chars().count() == 1;
    let possessive = first.ends_with("’s") || first.ends_with("'s");
    if abbreviation || possessive {
        return label.to_owned();
    }
    let mut letters = label.chars();
    letters.next().map(|c| c.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// The first letter large, as at the beginning of a sentence.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|c| c.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn shown(number: &Exact) -> String {
    number.to_string().replace('-', "−")
}

fn quantity(number: &str, unit: Option<&UnitRef>) -> String {
    match unit {
        Some(unit) => format!("{number} {}", unit.written),
        None => number.to_owned(),
    }
}

fn unit_name(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Minute => "minute",
        TimeUnit::Hour => "hour",
        TimeUnit::Day => "day",
        TimeUnit::Week => "week",
        TimeUnit::Month => "month",
        TimeUnit::Year => "year",
    }
}

fn compared(operator: Comparator) -> &'static str {
    match operator {
        Comparator::Less => "below",
        Comparator::AtMost => "at most",
        Comparator::Equal => "equal to",
        Comparator::NotEqual => "other than",
        Comparator::AtLeast => "at least",
        Comparator::Greater => "above",
    }
}

/// As it is printed in texts.
pub fn symbol(operator: Comparator) -> &'static str {
    match operator {
        Comparator::Less => "<",
        Comparator::AtMost => "≤",
        Comparator::Equal => "=",
        Comparator::NotEqual => "≠",
        Comparator::AtLeast => "≥",
        Comparator::Greater => ">",
    }
}

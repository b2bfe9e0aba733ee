//! The phrases of a treatment plan.

use super::time::plural;
use super::{Node, Reader, Rule, child, has, is_name};
use crate::ast::{DurationExpr, Frequency, Moment, PlanPhrase, TimeUnit};
use crate::diagnostics::{Diagnostic, codes};
use crate::number::Exact;
use crate::source::{Span, Spanned};

/// Longest cycle of a dosing scheme, in days.
const LONGEST_CYCLE: i64 = 400;

impl<'a> Reader<'a, '_> {
    pub(super) fn plan(&mut self, node: Node<'a>) -> Option<Vec<PlanPhrase>> {
        let parts: Vec<Node<'a>> = node.into_inner().filter(|part| part.as_rule() != Rule::comma).collect();
        let mut phrases = Vec::with_capacity(parts.len());
        let mut cycles = None;
        for part in parts {
            if part.as_rule() == Rule::plan_for && has(&part, Rule::cycles) {
                cycles = Some((phrases.len(), part));
            } else {
                phrases.push(self.plan_phrase(part)?);
            }
        }
        if let Some((at, part)) = cycles {
            let lasting = self.cycles(&part, &phrases)?;
            phrases.insert(at, PlanPhrase::For(lasting));
        }
        Some(phrases)
    }

    /// `for 6 cycles`: as long as that many of the plan's own cycles.
    fn cycles(&mut self, node: &Node<'a>, phrases: &[PlanPhrase]) -> Option<DurationExpr> {
        let span = self.span(node);
        let count = Exact::from(i64::from(self.count(&child(node, Rule::count_word)?)));
        let length = phrases.iter().find_map(|phrase| match phrase {
            PlanPhrase::Frequency(Frequency::Every(DurationExpr::Simple { number, unit })) => {
                Some((number.value.clone(), unit.value))
            }
            PlanPhrase::Days { of, .. } => Some((Exact::from(*of), TimeUnit::Day)),
            _ => None,
        });
        let Some((number, unit)) = length else {
            self.say(
                Diagnostic::new(&codes::SYNTAX, span, "how long is a cycle?")
                    .help("write the time instead, for example `for 18 weeks`"),
            );
            return None;
        };
        let number = &number * &count;
        let good = format!("for {number} {}", plural(unit));
        self.instead_of(&codes::WORD_FOR_SYMBOL, span, "a plan lasts for a length of time".into(), &good);
        Some(DurationExpr::Simple { number: Spanned::new(number, span), unit: Spanned::new(unit, span) })
    }

    fn plan_phrase(&mut self, node: Node<'a>) -> Option<PlanPhrase> {
        Some(match node.as_rule() {
            Rule::dose_not_stated => PlanPhrase::DoseNotStated,
            Rule::frequency_not_stated => PlanPhrase::Frequency(Frequency::NotStated),
            Rule::target_auc => PlanPhrase::TargetAuc(self.number(&node.into_inner().next()?)),
            Rule::cap => PlanPhrase::Cap(self.quantity(child(&node, Rule::quantity)?)?),
            Rule::plan_dose => PlanPhrase::Dose(self.quantity(child(&node, Rule::quantity)?)?),
            Rule::days_of => self.days(node)?,
            Rule::frequency => PlanPhrase::Frequency(self.frequency(&node)?),
            Rule::plan_on => PlanPhrase::On(self.plan_moment(&node)?),
            Rule::plan_from => PlanPhrase::From(self.plan_moment(&node)?),
            Rule::plan_until => PlanPhrase::Until(self.plan_moment(&node)?),
            Rule::plan_for => {
                self.limited_length(&node);
                PlanPhrase::For(self.duration(child(&node, Rule::duration)?)?)
            }
            Rule::plan_level => PlanPhrase::Level(self.name_in(&node)?),
            Rule::plan_text => PlanPhrase::Text(self.text(&node.into_inner().next()?)),
            _ => PlanPhrase::Route(self.name(&node.into_inner().find(is_name)?)),
        })
    }

    /// `for at least 5 years`: a plan gives one length of time.
    fn limited_length(&mut self, node: &Node<'a>) {
        let Some(limit) = child(node, Rule::at_least).or_else(|| child(node, Rule::at_most)) else { return };
        let length = child(node, Rule::duration).map_or("", |length| length.as_str().trim());
        let words = limit.as_str();
        let span = self.span(&limit);
        self.say(
            Diagnostic::new(&codes::WORD_FOR_SYMBOL, span, "a plan gives one length of time")
                .label("the plan's length is needed, not its limit")
                .help(format!(
                    "write the length that is planned, `for {length}`, and what may differ in quotes: `for {length}, \"{words}\"`"
                )),
        );
    }

    fn plan_moment(&mut self, node: &Node<'a>) -> Option<Moment> {
        self.moment(child(node, Rule::moment)?)
    }

    /// `days 1, 8, 15 of 28`, `days 1 to 5 of 21`.
    fn days(&mut self, node: Node<'a>) -> Option<PlanPhrase> {
        let span = self.span(&node);
        let of = self.integer(&child(&node, Rule::integer)?);
        if !(1..=LONGEST_CYCLE).contains(&of) {
            self.say(
                Diagnostic::new(&codes::BAD_VALUE, span, format!("a cycle of {of} days"))
                    .help(format!("a cycle has 1 to {LONGEST_CYCLE} days")),
            );
            return None;
        }
        let mut days = Vec::new();
        for run in node.into_inner().filter(|part| part.as_rule() == Rule::day_run) {
            let at = self.span(&run);
            if let Some(to) = child(&run, Rule::range_to) {
                self.range_to(&to);
            }
            let ends = run.into_inner().filter(|part| part.as_rule() == Rule::day_number);
            let ends: Vec<i64> = ends.map(|part| self.integer(&part)).collect();
            let (first, last) = (*ends.first()?, *ends.last()?);
            if first < 1 || last > of || first > last {
                self.day_outside(at, of);
                return None;
            }
            days.extend(first..=last);
        }
        Some(PlanPhrase::Days { days, of })
    }

    fn day_outside(&mut self, span: Span, of: i64) {
        self.say(
            Diagnostic::new(&codes::BAD_VALUE, span, format!("these are no days of a cycle of {of} days"))
                .help(format!("days of this cycle are 1 to {of}, in order")),
        );
    }

    fn frequency(&mut self, node: &Node<'a>) -> Option<Frequency> {
        if let Some(bad) = child(node, Rule::bad_frequency) {
            return Some(self.bad_frequency(&bad));
        }
        if let Some(duration) = child(node, Rule::duration) {
            return Some(Frequency::Every(self.duration(duration)?));
        }
        if !has(node, Rule::per_day) {
            return Some(Frequency::Once);
        }
        if let Some(count) = child(node, Rule::count_word) {
            return Some(Frequency::TimesDaily(i64::from(self.count(&count))));
        }
        Some(Frequency::TimesDaily(if node.as_str().starts_with("twice") { 2 } else { 1 }))
    }

    /// `weekly`, `bid`: read as meant, and reported.
    fn bad_frequency(&mut self, node: &Node<'a>) -> Frequency {
        let span = self.span(node);
        let text = node.as_str();
        let every = |count: i64, unit| {
            let (number, unit) = (Spanned::new(Exact::from(count), span), Spanned::new(unit, span));
            Frequency::Every(DurationExpr::Simple { number, unit })
        };
        let (good, frequency) = match text.to_ascii_lowercase().as_str() {
            "weekly" => ("every 1 week", every(1, TimeUnit::Week)),
            "monthly" => ("every 1 month", every(1, TimeUnit::Month)),
            "yearly" => ("every 1 year", every(1, TimeUnit::Year)),
            "bid" => ("twice daily", Frequency::TimesDaily(2)),
            "tid" => ("3 times daily", Frequency::TimesDaily(3)),
            "qid" => ("4 times daily", Frequency::TimesDaily(4)),
            "qd" => ("daily", Frequency::TimesDaily(1)),
            _ => ("every 2 days", every(2, TimeUnit::Day)),
        };
        self.instead_of(&codes::WORD_FOR_SYMBOL, span, format!("`{text}` is written `{good}`"), good);
        frequency
    }
}

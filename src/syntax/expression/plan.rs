//! The phrases of a treatment plan.

use std::collections::BTreeSet;

use super::super::routes::{self, ROUTES};
use super::time::plural;
use super::{Node, Reader, Rule, child, has, is_name};
use crate::ast::{DurationExpr, Frequency, Moment, Name, PlanPhrase, TimeUnit};
use crate::diagnostics::{Diagnostic, codes, did_you_mean};
use crate::number::Exact;
use crate::source::{Span, Spanned};

/// Longest cycle of a dosing scheme, in days.
const LONGEST_CYCLE: i64 = 400;

impl<'a> Reader<'a, '_> {
    pub(super) fn plan(&mut self, node: Node<'a>) -> Option<Vec<PlanPhrase>> {
        let parts: Vec<Node<'a>> = node.into_inner().filter(|part| part.as_rule() != Rule::comma).collect();
        let mut phrases = Vec::with_capacity(parts.len());
        let mut cycles = None;
        let mut said = BTreeSet::new();
        let mut no_route = None;
        for part in parts {
            if part.as_rule() == Rule::plan_for && has(&part, Rule::cycles) {
                cycles = Some((phrases.len(), part));
            } else {
                let span = self.span(&part);
                let phrase = self.plan_phrase(part)?;
                match &phrase {
                    // Of several words that mean nothing here, the first is enough.
                    PlanPhrase::Route(route) if !ROUTES.contains(&route.value.as_str()) => {
                        no_route.get_or_insert_with(|| route.clone());
                    }
                    _ if !said.insert(kind(&phrase)) => self.said_again(kind(&phrase), span),
                    _ => {}
                }
                phrases.push(phrase);
            }
        }
        if let Some(route) = no_route {
            self.no_route(&route);
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
            Rule::route_not_stated => PlanPhrase::RouteNotStated,
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

    fn said_again(&mut self, what: &str, span: Span) {
        self.say(
            Diagnostic::new(&codes::REPEATED_PROPERTY, span, format!("the plan has a {what} already"))
                .label("once more")
                .help(format!(
                    "a plan has one {what}; for another, write another `gives`, or say it in quotes: `\"…\"`"
                )),
        );
    }

    fn no_route(&mut self, route: &Name) {
        let written = &route.value;
        let found = Diagnostic::new(
            &codes::BAD_VALUE,
            route.span,
            format!("`{written}` is no route of administration"),
        );
        let near = routes::meant(written).or_else(|| did_you_mean(written, ROUTES.iter().copied()));
        self.say(match near {
            Some(near) => found.label(format!("did you mean `{near}`?")).help(format!("write `{near}`")).fix(route.span, near),
            None => found.label("neither dose, route, frequency nor time").help(
                "name the route (`oral`, `intravenous`, `subcutaneous`, …), and put what is not one into quotes: `\"…\"`",
            ),
        });
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
        let weekly = has(node, Rule::per_week);
        if !weekly && !has(node, Rule::per_day) {
            return Some(Frequency::Once);
        }
        let times = match child(node, Rule::count_word) {
            Some(count) => i64::from(self.count(&count)),
            None if node.as_str().starts_with("twice") => 2,
            None => 1,
        };
        if !weekly {
            return Some(Frequency::TimesDaily(times));
        }
        if (2..=7).contains(&times) {
            return Some(Frequency::TimesWeekly(times));
        }
        let (span, text) = (self.span(node), node.as_str());
        if times == 1 {
            let good = "every 1 week";
            self.instead_of(&codes::WORD_FOR_SYMBOL, span, format!("`{text}` is written `{good}`"), good);
        } else {
            let found =
                Diagnostic::new(&codes::BAD_VALUE, span, format!("{times} times in a week of 7 days"));
            self.say(found.help("write how many times daily: `daily`, `twice daily`, `3 times daily`"));
        }
        Some(every(1, TimeUnit::Week, span))
    }

    /// `weekly`, `bid`: read as meant, and reported.
    fn bad_frequency(&mut self, node: &Node<'a>) -> Frequency {
        let span = self.span(node);
        let text = node.as_str();
        let every = |count, unit| every(count, unit, span);
        let (good, frequency) = match text.to_ascii_lowercase().as_str() {
            "weekly" => ("every 1 week", every(1, TimeUnit::Week)),
            "monthly" => ("every 1 month", every(1, TimeUnit::Month)),
            "yearly" => ("every 1 year", every(1, TimeUnit::Year)),
            "bid" => ("twice daily", Frequency::TimesDaily(2)),
            "tid" => ("3 times daily", Frequency::TimesDaily(3)),
            "qid" => ("4 times daily", Frequency::TimesDaily(4)),
            "qd" => ("daily", Frequency::TimesDaily(1)),
            other if other.starts_with("thrice") && other.ends_with("daily") => {
                ("3 times daily", Frequency::TimesDaily(3))
            }
            other if other.starts_with("thrice") => ("3 times weekly", Frequency::TimesWeekly(3)),
            _ => ("every 2 days", every(2, TimeUnit::Day)),
        };
        self.instead_of(&codes::WORD_FOR_SYMBOL, span, format!("`{text}` is written `{good}`"), good);
        frequency
    }
}

fn every(count: i64, unit: TimeUnit, span: Span) -> Frequency {
    let (number, unit) = (Spanned::new(Exact::from(count), span), Spanned::new(unit, span));
    Frequency::Every(DurationExpr::Simple { number, unit })
}

/// What a phrase says of the plan, which says each thing once.
fn kind(phrase: &PlanPhrase) -> &'static str {
    match phrase {
        PlanPhrase::Dose(_) | PlanPhrase::DoseNotStated | PlanPhrase::TargetAuc(_) | PlanPhrase::Level(_) => {
            "dose"
        }
        PlanPhrase::Cap(_) => "highest dose",
        PlanPhrase::Route(_) | PlanPhrase::RouteNotStated => "route",
        PlanPhrase::Frequency(_) => "frequency",
        PlanPhrase::On(_) => "day",
        PlanPhrase::From(_) => "beginning",
        PlanPhrase::For(_) => "length",
        PlanPhrase::Until(_) => "end",
        PlanPhrase::Days { .. } => "set of days",
        PlanPhrase::Text(_) => "text",
    }
}

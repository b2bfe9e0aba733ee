//! The days on which results of a measure can matter to anybody: those inside of the windows of all criteria that speak of it.
//!
//! It is told before the data are read, so that results of other days need not be kept. Where a window can lie elsewhere for
//! some person, and where a criterion does more with a measure than compare its values in a window, all days matter.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use jiff::civil::Date;

use super::anchors::Anchors;
use super::classes::is_common;
use super::days::Span;
use crate::eligibility::{EligibilityDocument, Mentions, Parts, Record, Screener, leaf_of};
use crate::model::{Clause, Rule, Selector, Term, Value, Window};
use crate::population::tables::{ALL_DAYS, Day, spanned};

/// Of a measure of which no criterion speaks.
#[allow(clippy::reversed_empty_ranges)] // No day lies in it.
const NONE: RangeInclusive<Day> = 1..=0;

/// By measure of the document, in its order: a result that surely lies on none of these days changes no verdict on anybody.
///
/// `everybody` and `as_of` are those of [`super::screen`]; `is_own` tells of an event or visit whether the data can give single
/// people a date of their own.
pub fn days_of_results(
    document: &EligibilityDocument,
    everybody: &Record,
    as_of: Option<Date>,
    is_own: &dyn Fn(&str) -> bool,
) -> Vec<RangeInclusive<Day>> {
    let screener = Screener::of(document);
    let mut asked = Asked { document, everybody, days: BTreeMap::new() };
    for event in document.events.values() {
        event.when.iter().for_each(|when| asked.always(when));
    }
    for decision in document.decisions.values() {
        let arms = document.arms.keys().map(String::as_str).map(Some);
        let arms: Vec<Option<&str>> = std::iter::once(None).chain(arms).collect();
        for criterion in decision.criteria.values() {
            let anchors = Anchors::of(document, decision, &criterion.rule);
            if anchors.is_derived || anchors.names.iter().any(|name| is_own(name)) {
                asked.always(&criterion.rule);
                continue;
            }
            for arm in &arms {
                let parts = Parts { screener: &screener, decision, arm: *arm, as_of };
                asked.clause(&criterion.rule, &parts);
            }
        }
    }
    document.measures.keys().map(|name| asked.days.get(name.as_str()).cloned().unwrap_or(NONE)).collect()
}

struct Asked<'a> {
    document: &'a EligibilityDocument,
    everybody: &'a Record,
    days: BTreeMap<&'a str, RangeInclusive<Day>>,
}

impl<'a> Asked<'a> {
    fn also(&mut self, measure: &'a str, days: RangeInclusive<Day>) {
        let all = self.days.entry(measure).or_insert_with(|| days.clone());
        *all = spanned(all, &days);
    }

    /// Each measure of it on any day, with those that its formula rests on.
    fn always(&mut self, clause: &'a Clause) {
        let mut mentions = Mentions::default();
        mentions.clause(clause);
        self.all_of(mentions);
    }

    fn all_of(&mut self, mentions: Mentions<'a>) {
        for measure in mentions.measures {
            if self.days.insert(measure, ALL_DAYS) != Some(ALL_DAYS)
                && let Some(formula) = self.formula_of(measure)
            {
                self.all_of_term(formula);
            }
        }
    }

    fn all_of_term(&mut self, term: &'a Term) {
        let mut mentions = Mentions::default();
        mentions.term(term);
        self.all_of(mentions);
    }

    fn formula_of(&self, measure: &str) -> Option<&'a Term> {
        self.document.measures.get(measure)?.quantity()?.formula_of.as_deref()
    }

    fn clause(&mut self, clause: &'a Clause, parts: &Parts<'_>) {
        match &clause.rule {
            Rule::All { of } | Rule::Any { of } | Rule::Count { of, .. } => {
                of.iter().for_each(|part| self.clause(part, parts));
            }
            Rule::Not { of } | Rule::OfPerson { of, .. } => self.clause(of, parts),
            Rule::Choose { condition, then, otherwise } => {
                [condition, then, otherwise].into_iter().for_each(|part| self.clause(part, parts));
            }
            Rule::Compare { left, right, .. } => self.compared(&[left, right], parts),
            Rule::Between { value, low, high, .. } => self.compared(&[value, low, high], parts),
            Rule::Is { value, .. } => self.compared(&[value], parts),
            Rule::Steady { measure, .. } | Rule::Trend { measure, .. } => self.all_of_term(measure),
            Rule::Occurs { .. } | Rule::Attested { .. } | Rule::Text { .. } => {}
        }
    }

    fn compared(&mut self, terms: &[&'a Term], parts: &Parts<'_>) {
        let mut limits = Vec::new();
        terms.iter().for_each(|term| self.term(term, None, parts, &mut limits));
        // The limit of normal stands with the result that is compared with it; any other is asked for of its own.
        let compared = terms.first().and_then(|term| match &term.value {
            Value::Measured { measure, .. } => Some(measure.as_str()),
            _ => None,
        });
        for measure in limits.into_iter().filter(|measure| compared != Some(measure)) {
            self.also(measure, ALL_DAYS);
        }
    }

    /// `around` is the word that chooses and the window of a derived quantity whose formula this is part of.
    fn term(
        &mut self,
        term: &'a Term,
        around: Option<(Selector, &'a Window)>,
        parts: &Parts<'_>,
        limits: &mut Vec<&'a str>,
    ) {
        match &term.value {
            Value::Measured { measure, select, window } => {
                let (select, window) = leaf_of(around, *select, window);
                self.also(measure, self.days_of(window, parts));
                if let Some(formula) = self.formula_of(measure) {
                    match around {
                        None => self.term(formula, Some((select, window)), parts, limits),
                        // A formula in a formula.
                        Some(_) => self.all_of_term(formula),
                    }
                }
            }
            Value::Limit { measure, .. } => limits.push(measure),
            Value::Change { measure, .. } | Value::AreaUnder { measure, .. } => {
                self.also(measure, ALL_DAYS);
                if let Some(formula) = self.formula_of(measure) {
                    self.all_of_term(formula);
                }
            }
            Value::Arithmetic { left, right, .. } => {
                [left, right].into_iter().for_each(|term| self.term(term, around, parts, limits));
            }
            Value::Call { arguments, .. } => {
                arguments.iter().for_each(|term| self.term(term, around, parts, limits));
            }
            Value::Negative { of } => self.term(of, around, parts, limits),
            Value::Table { rows, .. } => {
                rows.iter().for_each(|row| self.term(&row.value, around, parts, limits));
            }
            Value::Proportion { of } => self.always(of),
            Value::Constant { .. }
            | Value::Span { .. }
            | Value::Attribute { .. }
            | Value::Age { .. }
            | Value::DurationOf { .. }
            | Value::TimeBetween { .. }
            | Value::Count { .. }
            | Value::Days { .. }
            | Value::Dose { .. }
            | Value::Incidence { .. } => {}
        }
    }

    fn days_of(&self, window: &Window, parts: &Parts<'_>) -> RangeInclusive<Day> {
        if ![&window.from, &window.to].into_iter().flatten().all(is_common) {
            return ALL_DAYS;
        }
        let span = Span::of(parts.window(window, self.everybody));
        if span.is_empty() || span.is_loose() {
            return ALL_DAYS;
        }
        span.from.earliest..=span.to.latest
    }
}

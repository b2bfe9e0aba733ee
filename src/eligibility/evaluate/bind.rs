//! Which result of which measure a comparison speaks of: every choice that the record leaves open is tried.

use super::Evaluator;
use super::amount::Amount;
use crate::eligibility::evidence::{Evidence, Missing, MissingKind, Outcome};
use crate::eligibility::person::Person;
use crate::eligibility::record::Measurement;
use crate::eligibility::truth::Truth;
use crate::model::{Anchor, Moment, Occurrence, Selector, Term, Value, Window};
use crate::time::DateRange;

/// What surrounds a rule while it is evaluated.
#[derive(Clone)]
pub(crate) struct Scope<'a> {
    pub person: &'a Person<'a>,
    /// Only this day counts (while the first day is sought on which something holds).
    pub day: Option<DateRange>,
    /// Inside the formula of a derived quantity: which values its leaves take.
    pub leaf: Option<(Selector, &'a Window)>,
    pub bound: Vec<(Need<'a>, Bound<'a>)>,
}

impl<'a> Scope<'a> {
    pub fn of(person: &'a Person<'a>) -> Self {
        Self { person, day: None, leaf: None, bound: Vec::new() }
    }

    pub fn find(&self, need: &Need<'a>) -> Option<&Bound<'a>> {
        self.bound.iter().rev().find(|(bound, _)| bound == need).map(|(_, bound)| bound)
    }

    fn with(&self, need: &Need<'a>, bound: Bound<'a>) -> Self {
        let mut scope = self.clone();
        scope.bound.push((need.clone(), bound));
        scope
    }
}

/// Something of which the record can hold several.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Need<'a> {
    Measure {
        measure: &'a str,
        select: Selector,
        window: &'a Window,
    },
    /// The value at a moment.
    At {
        measure: &'a str,
        moment: &'a Moment,
    },
    /// `any dose`, `each dose`.
    Occurrence {
        event: &'a str,
        occurrence: Occurrence,
    },
}

/// One of them.
#[derive(Clone, Debug)]
pub(crate) enum Bound<'a> {
    Result(&'a Measurement),
    /// A value that is no single result: a mean, or a quantity computed from results of one day.
    Computed {
        amount: Amount,
        evidence: Vec<Evidence>,
        /// Results that keep an end of it open.
        lacking: Vec<Missing>,
    },
    Day(DateRange),
    Missing(Missing),
}

/// What the record offers for a need.
pub(crate) enum Offer<'a> {
    One(Bound<'a>),
    /// One of these, and it cannot be told which; `otherwise` says that it may also be none.
    OneOf {
        options: Vec<Bound<'a>>,
        otherwise: Option<Missing>,
    },
    /// At least one of these must do.
    Any {
        sure: Vec<Bound<'a>>,
        perhaps: Vec<Bound<'a>>,
        none: Missing,
    },
    /// All of these must do, and there must be one.
    Every {
        sure: Vec<Bound<'a>>,
        perhaps: Vec<Bound<'a>>,
        none: Missing,
    },
}

impl<'a> Evaluator<'a> {
    /// Evaluates `body` for the results that the terms speak of, and combines what comes of each.
    pub(super) fn for_each_choice(
        &self,
        terms: &[&'a Term],
        windows: &[&'a Window],
        scope: &Scope<'a>,
        body: &dyn Fn(&Scope<'a>) -> Outcome,
    ) -> Outcome {
        let mut needs = Vec::new();
        for window in windows {
            window_needs(window, &mut needs);
        }
        for term in terms {
            self.needs(term, scope, &mut needs);
        }
        self.choose(&needs, scope, body)
    }

    fn choose(&self, needs: &[Need<'a>], scope: &Scope<'a>, body: &dyn Fn(&Scope<'a>) -> Outcome) -> Outcome {
        let Some((need, rest)) = needs.split_first() else { return body(scope) };
        if scope.find(need).is_some() {
            return self.choose(rest, scope, body);
        }
        let each = |options: Vec<Bound<'a>>| -> Vec<Outcome> {
            options.into_iter().map(|bound| self.choose(rest, &scope.with(need, bound), body)).collect()
        };
        match self.offer(need, scope) {
            Offer::One(bound) => self.choose(rest, &scope.with(need, bound), body),
            Offer::OneOf { options, otherwise } => agreement(each(options), otherwise, need),
            Offer::Any { sure, perhaps, none } => {
                let found = !sure.is_empty();
                let (sure, perhaps) = (each(sure), each(perhaps));
                if !found {
                    return unsettled(perhaps, none);
                }
                let surely = Truth::any(sure.iter().map(Outcome::truth));
                let truth = match surely {
                    Truth::True => Truth::True,
                    _ => Truth::any([surely, perhaps_any(&perhaps)]),
                };
                dated(together(truth, sure, perhaps), need)
            }
            Offer::Every { sure, perhaps, none } => {
                let found = !sure.is_empty();
                let (sure, perhaps) = (each(sure), each(perhaps));
                if !found {
                    return unsettled(perhaps, none);
                }
                let surely = Truth::all(sure.iter().map(Outcome::truth));
                let truth = match surely {
                    Truth::False => Truth::False,
                    _ => Truth::all([surely, perhaps_every(&perhaps)]),
                };
                dated(together(truth, sure, perhaps), need)
            }
        }
    }

    /// Everything in the term of which the record can hold several.
    pub(super) fn needs(&self, term: &'a Term, scope: &Scope<'a>, needs: &mut Vec<Need<'a>>) {
        match &term.value {
            Value::Measured { measure, select, window } => {
                let (select, window) = scope.leaf_of(*select, window);
                window_needs(window, needs);
                match self.formula_leaves(measure, select, scope) {
                    Some(formula) => {
                        let inner = Scope { leaf: Some((select, window)), ..scope.clone() };
                        self.needs(formula, &inner, needs);
                    }
                    None => push(needs, Need::Measure { measure, select, window }),
                }
            }
            Value::Change { measure, from, to, .. } => {
                for moment in [from, to] {
                    moment_needs(moment, needs);
                    push(needs, Need::At { measure, moment });
                }
            }
            Value::Age { at, .. } | Value::DurationOf { at, .. } => moment_needs(at, needs),
            Value::TimeBetween { from, to } | Value::AreaUnder { from, to, .. } => {
                moment_needs(from, needs);
                moment_needs(to, needs);
            }
            Value::Count { window, .. } | Value::Days { window, .. } | Value::Dose { window, .. } => {
                window_needs(window, needs);
            }
            Value::Arithmetic { left, right, .. } => {
                self.needs(left, scope, needs);
                self.needs(right, scope, needs);
            }
            Value::Call { arguments, .. } => {
                for argument in arguments {
                    self.needs(argument, scope, needs);
                }
            }
            Value::Negative { of } => self.needs(of, scope, needs),
            Value::Table { rows, .. } => {
                for row in rows {
                    self.needs(&row.value, scope, needs);
                }
            }
            Value::Constant { .. }
            | Value::Span { .. }
            | Value::Attribute { .. }
            | Value::Limit { .. }
            | Value::Incidence { .. }
            | Value::Proportion { .. } => {}
        }
    }
}

impl<'a> Scope<'a> {
    /// The selector and window of a measured value: those of the derived quantity for a leaf that has none.
    pub fn leaf_of(&self, select: Selector, window: &'a Window) -> (Selector, &'a Window) {
        leaf_of(self.leaf, select, window)
    }
}

/// The selector and window of a measured value inside the formula of a derived quantity that is asked for with those
/// around it.
pub(crate) fn leaf_of<'w>(
    around: Option<(Selector, &'w Window)>,
    select: Selector,
    window: &'w Window,
) -> (Selector, &'w Window) {
    match around {
        Some((select, around)) if window.from.is_none() && window.to.is_none() => (select, around),
        Some((outer, _)) if select == Selector::Latest => (outer, window),
        _ => (select, window),
    }
}

fn push<'a>(needs: &mut Vec<Need<'a>>, need: Need<'a>) {
    if !needs.contains(&need) {
        needs.push(need);
    }
}

fn window_needs<'a>(window: &'a Window, needs: &mut Vec<Need<'a>>) {
    for moment in [&window.from, &window.to].into_iter().flatten() {
        moment_needs(moment, needs);
    }
}

fn moment_needs<'a>(moment: &'a Moment, needs: &mut Vec<Need<'a>>) {
    if let Anchor::Event { name, occurrence: occurrence @ (Occurrence::Any | Occurrence::Each) } = &moment.of
    {
        push(needs, Need::Occurrence { event: name, occurrence: *occurrence });
    }
}

/// One of several possibilities holds: only what all of them say is known.
fn agreement(outcomes: Vec<Outcome>, otherwise: Option<Missing>, need: &Need<'_>) -> Outcome {
    let common = Truth::common(outcomes.iter().map(Outcome::truth));
    let truth = if otherwise.is_some() { Truth::Unknown } else { common };
    let mut combined = together(truth, outcomes, Vec::new());
    if truth == Truth::Unknown {
        combined.missing.extend(otherwise);
    }
    dated(combined, need)
}

/// Says that dates keep it unknown when nothing else does.
fn dated(mut outcome: Outcome, need: &Need<'_>) -> Outcome {
    if outcome.truth() == Truth::Unknown && outcome.missing.is_empty() {
        let item = match need {
            Need::Measure { measure, .. } | Need::At { measure, .. } => measure,
            Need::Occurrence { event, .. } => event,
        };
        let why = format!("which value of `{item}` counts depends on dates that are only partly known");
        let ask = format!("complete the dates of the values of `{item}`");
        outcome.missing.push(Missing::new(MissingKind::Date, item, why, ask));
    }
    outcome
}

/// The values that may not count can make it true, or leave it as it is.
fn perhaps_any(perhaps: &[Outcome]) -> Truth {
    if perhaps.iter().all(|outcome| outcome.truth() == Truth::False) { Truth::False } else { Truth::Unknown }
}

fn perhaps_every(perhaps: &[Outcome]) -> Truth {
    if perhaps.iter().all(|outcome| outcome.truth() == Truth::True) { Truth::True } else { Truth::Unknown }
}

fn unsettled(perhaps: Vec<Outcome>, none: Missing) -> Outcome {
    let mut outcome = together(Truth::Unknown, Vec::new(), perhaps);
    outcome.missing.push(none);
    outcome
}

/// One outcome out of many: the evidence of those that bear it out.
fn together(truth: Truth, sure: Vec<Outcome>, perhaps: Vec<Outcome>) -> Outcome {
    let mut combined = Outcome { truth: Some(truth), ..Outcome::default() };
    let bearing = |outcome: &Outcome| truth == Truth::Unknown || outcome.truth() == truth;
    let perhaps = perhaps.into_iter().filter(|_| truth == Truth::Unknown);
    for outcome in sure.into_iter().chain(perhaps).filter(bearing) {
        for evidence in outcome.evidence {
            if !combined.evidence.contains(&evidence) {
                combined.evidence.push(evidence);
            }
        }
        for missing in outcome.missing {
            if !combined.missing.contains(&missing) {
                combined.missing.push(missing);
            }
        }
        combined.compared = combined.compared.or(outcome.compared);
    }
    if truth.is_known() {
        combined.missing.clear();
    }
    combined
}

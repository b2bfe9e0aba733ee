//! Walking the trial's rules: every clause, value, window, moment and finding, with the words around it.

use std::collections::BTreeSet;

use super::prose::Prose;
use crate::model::{
    Anchor, Clause, Criterion, CriterionKind, Finding, Moment, Origin, Outcome, Rule, Stated, Term, Trial,
    Value, Window,
};
use crate::source::{FileId, Span};

/// A criterion and the names by which people speak of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    /// The event that the criterion's decision permits.
    pub decision: &'a str,
    pub code: &'a str,
    pub criterion: &'a Criterion,
}

/// The smallest clause or value around a part that has no origin of its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Here<'a> {
    pub text: &'a str,
    pub origin: Origin,
}

impl Here<'_> {
    /// The span of these words inside, or of all of it where they cannot be found.
    pub fn find(&self, words: &str) -> Option<Span> {
        let whole = self.origin.0?;
        let exact = whole.range().len() == self.text.len();
        match self.text.find(words) {
            Some(at) if exact && !words.is_empty() => Some(whole.slice(at..at + words.len())),
            _ => Some(whole),
        }
    }
}

/// A part of a rule.
#[derive(Clone, Copy, Debug)]
pub(super) enum Node<'a> {
    Clause(&'a Clause),
    Term(&'a Term),
    Window(&'a Window, Here<'a>),
    Moment(&'a Moment, Here<'a>),
    Finding(&'a Finding, Here<'a>),
}

impl<'a> Place<'a> {
    /// The criterion's approved wording.
    pub fn prose(self) -> Prose<'a> {
        let head = self.criterion.origin.0;
        Prose::new(&self.criterion.prose, self.criterion.origins.get("prose").or(head))
    }

    /// Where the criterion begins: keyword, code and wording.
    pub fn head(self) -> Option<Span> {
        self.criterion.origin.0
    }

    /// The author has put a question to the sponsor, so that doubts about the wording are already on the table.
    pub fn is_queried(self) -> bool {
        self.criterion.query.is_some()
    }

    pub fn excludes(self) -> bool {
        self.criterion.kind == CriterionKind::Exclude
    }
}

/// Every criterion, in source order.
pub(super) fn criteria(trial: &Trial) -> impl Iterator<Item = Place<'_>> {
    trial.decisions.iter().flat_map(|(decision, content)| {
        content.criteria.iter().map(move |(code, criterion)| Place { decision, code, criterion })
    })
}

/// Every wording of the trial: titles, arms, interventions, criteria, outcomes.
pub(super) fn wordings(trial: &Trial) -> Vec<Prose<'_>> {
    let header = &trial.header;
    let titled = |key: &str| header.origins.get(key).or(header.origin.0);
    let mut found = vec![Prose::new(&header.title, titled("prose"))];
    found.extend(header.official_title.as_ref().map(|title| Prose::new(title, titled("official_title"))));
    found.extend(header.keywords.iter().map(|keyword| Prose::new(keyword, titled("keywords"))));
    for arm in trial.arms.values() {
        let span = |key: &str| arm.origins.get(key).or(arm.origin.0);
        found.push(Prose::new(&arm.label, span("prose")));
        found.extend(arm.description.as_ref().map(|text| Prose::new(text, span("description"))));
    }
    for intervention in trial.interventions.values() {
        let span = |key: &str| intervention.origins.get(key).or(intervention.origin.0);
        found.push(Prose::new(&intervention.label, span("prose")));
        found.extend(intervention.description.as_ref().map(|text| Prose::new(text, span("description"))));
    }
    found.extend(criteria(trial).map(Place::prose));
    for outcome in trial.outcomes.values() {
        found.push(Prose::new(&outcome.label, outcome.origins.get("prose").or(outcome.origin.0)));
    }
    found
}

/// Files that hold more than declarations: what the author wrote, not a library.
pub(super) fn own_files(trial: &Trial) -> BTreeSet<FileId> {
    let header = trial.header.origin.0;
    let criteria = criteria(trial).filter_map(|place| place.head());
    let arms = trial.arms.values().filter_map(|arm| arm.origin.0);
    header.into_iter().chain(criteria).chain(arms).map(|span| span.file).collect()
}

pub(super) fn is_own(files: &BTreeSet<FileId>, span: Option<Span>) -> bool {
    span.is_some_and(|span| files.contains(&span.file))
}

/// Every part of every rule of the trial: criteria, outcomes, events, conditions of visits and cells.
pub(super) fn everything<'a>(trial: &'a Trial, see: &mut dyn FnMut(Node<'a>)) {
    for place in criteria(trial) {
        clause(&place.criterion.rule, see);
    }
    for event in trial.events.values() {
        event.when.iter().for_each(|when| clause(when, see));
    }
    for one in trial.outcomes.values() {
        outcome(one, see);
    }
    let Some(schedule) = &trial.schedule else { return };
    for visit in schedule.visits.values() {
        visit.when.iter().for_each(|when| clause(when, see));
    }
    for cell in schedule.activities.values().flat_map(|activity| &activity.cells) {
        cell.when.iter().for_each(|when| clause(when, see));
    }
}

/// Every part of a clause, outer parts first.
pub(super) fn clause<'a>(clause: &'a Clause, see: &mut dyn FnMut(Node<'a>)) {
    see(Node::Clause(clause));
    let here = Here { text: &clause.text, origin: clause.origin };
    match &clause.rule {
        Rule::All { of } | Rule::Any { of } | Rule::Count { of, .. } => {
            of.iter().for_each(|part| self::clause(part, see));
        }
        Rule::Not { of } | Rule::OfPerson { of, .. } => self::clause(of, see),
        Rule::Choose { condition, then, otherwise } => {
            [condition, then, otherwise].into_iter().for_each(|part| self::clause(part, see));
        }
        Rule::Compare { left, right, .. } => [left, right].into_iter().for_each(|part| term(part, see)),
        Rule::Between { value, low, high, .. } => {
            [value, low, high].into_iter().for_each(|part| term(part, see));
        }
        Rule::Is { value, .. } => term(value, see),
        Rule::Occurs { finding, window: days, .. } => {
            see(Node::Finding(finding, here));
            window(days, here, see);
        }
        Rule::Steady { measure, .. } | Rule::Trend { measure, .. } => term(measure, see),
        Rule::Attested { .. } | Rule::Text { .. } => {}
    }
}

/// Every part of a value, outer parts first.
pub(super) fn term<'a>(term: &'a Term, see: &mut dyn FnMut(Node<'a>)) {
    see(Node::Term(term));
    let here = Here { text: &term.text, origin: term.origin };
    match &term.value {
        Value::Constant { .. } | Value::Span { .. } | Value::Attribute { .. } | Value::Limit { .. } => {}
        Value::Measured { window: days, .. } => window(days, here, see),
        Value::Age { at, .. } => moment(at, here, see),
        Value::DurationOf { finding, at, .. } => {
            see(Node::Finding(finding, here));
            moment(at, here, see);
        }
        Value::TimeBetween { from, to }
        | Value::Change { from, to, .. }
        | Value::AreaUnder { from, to, .. } => [from, to].into_iter().for_each(|at| moment(at, here, see)),
        Value::Count { finding, window: days, .. }
        | Value::Days { finding, window: days, .. }
        | Value::Dose { finding, window: days }
        | Value::Incidence { finding, window: days, .. } => {
            see(Node::Finding(finding, here));
            window(days, here, see);
        }
        Value::Proportion { of } => clause(of, see),
        Value::Arithmetic { left, right, .. } => {
            [left, right].into_iter().for_each(|part| self::term(part, see))
        }
        Value::Call { arguments, .. } => arguments.iter().for_each(|part| self::term(part, see)),
        Value::Negative { of } => self::term(of, see),
        Value::Table { rows, .. } => rows.iter().for_each(|row| self::term(&row.value, see)),
    }
}

/// Every part of an outcome's value.
pub(super) fn outcome<'a>(outcome: &'a Outcome, see: &mut dyn FnMut(Node<'a>)) {
    if let Stated::Is(value) = &outcome.value {
        term(value, see);
    }
}

fn window<'a>(window: &'a Window, here: Here<'a>, see: &mut dyn FnMut(Node<'a>)) {
    see(Node::Window(window, here));
    [&window.from, &window.to].into_iter().flatten().for_each(|at| moment(at, here, see));
}

fn moment<'a>(moment: &'a Moment, here: Here<'a>, see: &mut dyn FnMut(Node<'a>)) {
    see(Node::Moment(moment, here));
    if let Anchor::Onset { finding } | Anchor::End { finding } = &moment.of {
        see(Node::Finding(finding, here));
    }
}

//! On which events and visits the windows of a rule hang: they are the same for everybody, but for those who have a date
//! of their own.

use std::collections::BTreeSet;

use super::classes::is_common;
use crate::eligibility::EligibilityDocument;
use crate::model::{
    Anchor, Axis, Clause, Decision, MeasureKind, Moment, Rule, Term, Value, VisitTiming, Window,
};

/// The names of events and visits whose dates a rule rests on.
pub(super) struct Anchors<'a> {
    document: &'a EligibilityDocument,
    decision: &'a Decision,
    pub names: BTreeSet<&'a str>,
    /// Derived quantities whose formulas have been seen.
    formulas: BTreeSet<&'a str>,
    /// An event that is found from results or findings: it lies on another day for each.
    pub is_derived: bool,
}

impl<'a> Anchors<'a> {
    pub fn of(document: &'a EligibilityDocument, decision: &'a Decision, clause: &'a Clause) -> Self {
        let mut anchors =
            Self { document, decision, names: BTreeSet::new(), formulas: BTreeSet::new(), is_derived: false };
        anchors.clause(clause);
        anchors
    }

    fn clause(&mut self, clause: &'a Clause) {
        match &clause.rule {
            Rule::All { of } | Rule::Any { of } | Rule::Count { of, .. } => {
                of.iter().for_each(|part| self.clause(part));
            }
            Rule::Not { of } | Rule::OfPerson { of, .. } => self.clause(of),
            Rule::Choose { condition, then, otherwise } => {
                [condition, then, otherwise].into_iter().for_each(|part| self.clause(part));
            }
            Rule::Compare { left, right, .. } => [left, right].into_iter().for_each(|term| self.term(term)),
            Rule::Between { value, low, high, .. } => {
                [value, low, high].into_iter().for_each(|term| self.term(term));
            }
            Rule::Is { value, .. }
            | Rule::Steady { measure: value, .. }
            | Rule::Trend { measure: value, .. } => self.term(value),
            Rule::Occurs { window, .. } => self.window(window),
            Rule::Attested { .. } | Rule::Text { .. } => {}
        }
    }

    fn term(&mut self, term: &'a Term) {
        match &term.value {
            Value::Measured { measure, window, .. } => {
                self.window(window);
                let kind = self.document.measures.get(measure).map(|measure| &measure.kind);
                if let Some(MeasureKind::Quantity(quantity)) = kind
                    && let Some(formula) = &quantity.formula_of
                    && self.formulas.insert(measure)
                {
                    self.term(formula);
                }
            }
            Value::Age { at, .. } | Value::DurationOf { at, .. } => self.moment(at),
            Value::TimeBetween { from, to }
            | Value::Change { from, to, .. }
            | Value::AreaUnder { from, to, .. } => [from, to].into_iter().for_each(|at| self.moment(at)),
            Value::Count { window, .. }
            | Value::Days { window, .. }
            | Value::Dose { window, .. }
            | Value::Incidence { window, .. } => {
                self.window(window);
            }
            Value::Proportion { of } => self.clause(of),
            Value::Arithmetic { left, right, .. } => {
                [left, right].into_iter().for_each(|term| self.term(term));
            }
            Value::Call { arguments, .. } => arguments.iter().for_each(|term| self.term(term)),
            Value::Negative { of } => self.term(of),
            Value::Table { by, rows } => {
                if *by == Axis::Age {
                    self.event(&self.decision.event);
                }
                rows.iter().for_each(|row| self.term(&row.value));
            }
            Value::Constant { .. } | Value::Span { .. } | Value::Attribute { .. } | Value::Limit { .. } => {}
        }
    }

    fn window(&mut self, window: &'a Window) {
        [&window.from, &window.to].into_iter().flatten().for_each(|at| self.moment(at));
    }

    fn moment(&mut self, moment: &'a Moment) {
        match &moment.of {
            Anchor::Decision => self.event(&self.decision.event),
            Anchor::Event { name, .. } => self.event(name),
            Anchor::Visit { name } => self.visit(name),
            Anchor::Onset { .. } | Anchor::End { .. } => {}
        }
    }

    /// An anchor of an anchor.
    fn below(&mut self, moment: &'a Moment) {
        self.is_derived |= !is_common(moment);
        self.moment(moment);
    }

    fn event(&mut self, name: &'a str) {
        if !self.names.insert(name) {
            return;
        }
        let Some(event) = self.document.events.get(name) else { return };
        self.is_derived |= event.when.is_some();
        event.constraints.iter().for_each(|constraint| self.below(&constraint.anchor));
    }

    fn visit(&mut self, name: &'a str) {
        if !self.names.insert(name) {
            return;
        }
        match self.document.visits.get(name).map(|visit| &visit.timing) {
            Some(VisitTiming::Target { anchor, .. } | VisitTiming::Range { anchor, .. }) => {
                self.below(anchor)
            }
            Some(VisitTiming::OnEvent { moment, .. }) => self.below(moment),
            None => {}
        }
    }
}

//! What a trial has to know of a participant, and for which criterion, outcome, stratum or condition.

use crate::model::{
    Anchor, AttestationVerb, Axis, Clause, Domain, Finding, Limit, Mode, Moment, Origin, Rule, Stated, Term,
    Trial, UnitRef, Value, Why, Window,
};

/// One thing that must be recorded.
#[derive(Clone, Debug)]
pub(super) struct Need<'a> {
    pub what: What<'a>,
    pub why: Why,
    /// The decision whose criterion needs it.
    pub decision: Option<&'a str>,
    /// Of whom it is asked, when not of the participant.
    pub person: Option<&'a str>,
    /// The author's words that need it.
    pub text: &'a str,
    pub origin: Origin,
}

#[derive(Clone, Debug)]
pub(super) enum What<'a> {
    /// A value of a measure, which may be a derived one.
    Measure(&'a str),
    /// The laboratory's limit of normal beside a value.
    Limit(&'a str, Limit),
    Sex,
    Birth,
    Country,
    Arm,
    Finding(&'a Finding, Aspects),
    /// The date of an event.
    Event(&'a str),
    /// A person's answer, or a criterion that is answered by hand.
    Answer(Answer<'a>),
}

/// What must be known of a finding beside whether it occurred.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Aspects {
    pub start: bool,
    pub end: bool,
    /// Each occurrence is recorded for itself.
    pub each: bool,
    /// The dose, with the unit that it is compared in.
    pub dose: Option<Option<UnitRef>>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Answer<'a> {
    pub key: &'a str,
    /// Who answers what; absent for a criterion of which only the text is here.
    pub asked: Option<(AttestationVerb, &'a str, &'a str)>,
}

/// Everything that the trial needs, in the order of its source: criteria, outcomes, strata, conditions of the schedule.
pub(super) fn of(trial: &Trial) -> Vec<Need<'_>> {
    let mut needs = Vec::new();
    for (event, decision) in &trial.decisions {
        for (code, criterion) in &decision.criteria {
            let why = Why::Criterion { decision: event.clone(), code: code.clone() };
            Walk::new(&mut needs, why, Some(event)).clause(&criterion.rule);
        }
        for checked in std::iter::once(event).chain(&decision.checked) {
            Walk::new(&mut needs, Why::Record, Some(event)).event(checked, decision.origin);
        }
    }
    for (name, outcome) in &trial.outcomes {
        let mut walk = Walk::new(&mut needs, Why::Outcome { name: name.clone() }, None);
        if let Stated::Is(value) = &outcome.value {
            walk.term(value);
        }
        for intercurrent in &outcome.events {
            walk.event(&intercurrent.event, outcome.origin);
        }
    }
    for (name, allocation) in &trial.allocations {
        let mut walk = Walk::new(&mut needs, Why::Stratum { allocation: name.clone() }, Some(&allocation.at));
        for factor in allocation.strata.is().into_iter().flatten() {
            walk.stratum(trial, factor, allocation.origin);
        }
        Walk::new(&mut needs, Why::Record, None).event(&allocation.at, allocation.origin);
    }
    schedule(trial, &mut needs);
    needs
}

fn schedule<'a>(trial: &'a Trial, needs: &mut Vec<Need<'a>>) {
    let Some(schedule) = &trial.schedule else { return };
    for (activity, content) in &schedule.activities {
        let mut walk = Walk::new(needs, Why::Condition { activity: activity.clone() }, None);
        content.cells.iter().filter_map(|cell| cell.when.as_ref()).for_each(|when| walk.clause(when));
    }
    for (name, visit) in &schedule.visits {
        let mut walk = Walk::new(needs, Why::Condition { activity: name.clone() }, None);
        visit.when.iter().for_each(|when| walk.clause(when));
    }
    for (name, event) in &trial.events {
        let mut walk = Walk::new(needs, Why::Condition { activity: name.clone() }, None);
        event.when.iter().for_each(|when| walk.clause(when));
    }
}

struct Walk<'a, 'n> {
    needs: &'n mut Vec<Need<'a>>,
    why: Why,
    decision: Option<&'a str>,
    person: Option<&'a str>,
    /// The smallest clause or term around.
    text: &'a str,
    origin: Origin,
    /// The unit of the comparison around.
    unit: Option<&'a UnitRef>,
}

impl<'a, 'n> Walk<'a, 'n> {
    fn new(needs: &'n mut Vec<Need<'a>>, why: Why, decision: Option<&'a str>) -> Self {
        Self { needs, why, decision, person: None, text: "", origin: Origin::default(), unit: None }
    }

    fn need(&mut self, what: What<'a>) {
        let Self { decision, person, text, origin, .. } = *self;
        self.needs.push(Need { what, why: self.why.clone(), decision, person, text, origin });
    }

    fn event(&mut self, name: &'a str, origin: Origin) {
        let outside = std::mem::replace(&mut self.origin, origin);
        self.need(What::Event(name));
        self.origin = outside;
    }

    fn stratum(&mut self, trial: &'a Trial, factor: &'a str, origin: Origin) {
        self.origin = origin;
        self.text = factor;
        match factor {
            _ if trial.measures.contains_key(factor) => self.need(What::Measure(factor)),
            "sex" => self.need(What::Sex),
            "age" => self.need(What::Birth),
            "country" => self.need(What::Country),
            _ => {}
        }
    }

    fn clause(&mut self, clause: &'a Clause) {
        let outside = (self.text, self.origin, self.unit, self.person);
        (self.text, self.origin) = (&clause.text, clause.origin);
        match &clause.rule {
            Rule::All { of } | Rule::Any { of } | Rule::Count { of, .. } => {
                of.iter().for_each(|part| self.clause(part));
            }
            Rule::Not { of } => self.clause(of),
            Rule::OfPerson { person, of } => {
                self.person = Some(person);
                self.clause(of);
            }
            Rule::Choose { condition, then, otherwise } => {
                [condition, then, otherwise].into_iter().for_each(|part| self.clause(part));
            }
            Rule::Compare { left, right, unit, .. } => {
                self.unit = unit.as_ref();
                [left, right].into_iter().for_each(|part| self.term(part));
            }
            Rule::Between { value, low, high, unit } => {
                self.unit = unit.as_ref();
                [value, low, high].into_iter().for_each(|part| self.term(part));
            }
            Rule::Is { value, .. }
            | Rule::Steady { measure: value, .. }
            | Rule::Trend { measure: value, .. } => self.term(value),
            Rule::Occurs { finding, mode, window } => {
                let dated = window.from.is_some() || window.to.is_some();
                let aspects = match mode {
                    Mode::Started => Aspects { start: true, ..Aspects::default() },
                    Mode::Ended => Aspects { end: true, ..Aspects::default() },
                    Mode::Ever if !dated => Aspects::default(),
                    Mode::Ever => Aspects { start: true, ..Aspects::default() },
                    Mode::Present | Mode::Throughout => {
                        Aspects { start: true, end: true, ..Aspects::default() }
                    }
                };
                self.finding(finding, aspects);
                self.window(window);
            }
            Rule::Attested { key, verb, by, question } => {
                self.need(What::Answer(Answer { key, asked: Some((*verb, by, question)) }));
            }
            Rule::Text { key, .. } => self.need(What::Answer(Answer { key, asked: None })),
        }
        (self.text, self.origin, self.unit, self.person) = outside;
    }

    fn term(&mut self, term: &'a Term) {
        let outside = (self.text, self.origin);
        (self.text, self.origin) = (&term.text, term.origin);
        self.value(&term.value);
        (self.text, self.origin) = outside;
    }

    fn value(&mut self, value: &'a Value) {
        match value {
            Value::Constant { .. } | Value::Span { .. } => {}
            Value::Measured { measure, window, .. } => {
                self.need(What::Measure(measure));
                self.window(window);
            }
            Value::Attribute { name } => match name.as_str() {
                "sex" => self.need(What::Sex),
                "country" => self.need(What::Country),
                "arm" => self.need(What::Arm),
                _ => {}
            },
            Value::Limit { limit, measure, .. } => self.need(What::Limit(measure, *limit)),
            Value::Age { at, .. } => {
                self.need(What::Birth);
                self.moment(at);
            }
            Value::DurationOf { finding, at, .. } => {
                self.finding(finding, Aspects { start: true, ..Aspects::default() });
                self.moment(at);
            }
            Value::TimeBetween { from, to } => [from, to].into_iter().for_each(|at| self.moment(at)),
            Value::Change { measure, from, to, .. } | Value::AreaUnder { measure, from, to } => {
                self.need(What::Measure(measure));
                [from, to].into_iter().for_each(|at| self.moment(at));
            }
            Value::Count { finding, window, .. }
            | Value::Days { finding, window, .. }
            | Value::Incidence { finding, window, .. } => {
                self.finding(finding, Aspects { start: true, end: true, each: true, dose: None });
                self.window(window);
            }
            Value::Dose { finding, window } => {
                let dose = Some(self.unit.cloned());
                self.finding(finding, Aspects { start: true, end: true, dose, ..Aspects::default() });
                self.window(window);
            }
            Value::Proportion { of } => self.clause(of),
            Value::Arithmetic { left, right, .. } => {
                [left, right].into_iter().for_each(|part| self.term(part))
            }
            Value::Call { arguments, .. } => arguments.iter().for_each(|part| self.term(part)),
            Value::Negative { of } => self.term(of),
            Value::Table { by, rows } => {
                self.need(match by {
                    Axis::Age => What::Birth,
                    Axis::Sex => What::Sex,
                    Axis::Country => What::Country,
                });
                rows.iter().for_each(|row| self.term(&row.value));
            }
        }
    }

    fn finding(&mut self, finding: &'a Finding, aspects: Aspects) {
        if finding.domain == Domain::Event && finding.with.is_empty() && finding.qualifiers.is_empty() {
            self.need(What::Event(&finding.name));
        }
        self.need(What::Finding(finding, aspects));
    }

    fn window(&mut self, window: &'a Window) {
        [&window.from, &window.to].into_iter().flatten().for_each(|at| self.moment(at));
    }

    fn moment(&mut self, moment: &'a Moment) {
        match &moment.of {
            Anchor::Event { name, .. } => self.need(What::Event(name)),
            Anchor::Onset { finding } => self.finding(finding, Aspects { start: true, ..Aspects::default() }),
            Anchor::End { finding } => self.finding(finding, Aspects { end: true, ..Aspects::default() }),
            Anchor::Visit { .. } | Anchor::Decision => {}
        }
    }
}

/// What a measure comes down to: itself, or for a derived one the measures (and age, sex) at the end of all formulas, each
/// with the derived measures on the way to it, the outermost first.
pub(super) fn leaves<'a>(trial: &'a Trial, measure: &'a str) -> Vec<(What<'a>, Vec<&'a str>)> {
    let mut found: Vec<(What<'a>, Vec<&'a str>)> = Vec::new();
    let mut open: Vec<(&'a str, Vec<&'a str>)> = vec![(measure, Vec::new())];
    while let Some((name, via)) = open.pop() {
        let quantity = trial.measures.get(name).and_then(|measure| measure.quantity());
        let formula = quantity.and_then(|quantity| quantity.formula_of.as_deref());
        let Some(formula) = formula.filter(|_| !via.contains(&name)) else {
            if !found.iter().any(|(leaf, _)| matches!(leaf, What::Measure(leaf) if *leaf == name)) {
                found.push((What::Measure(name), via));
            }
            continue;
        };
        let via: Vec<&str> = via.into_iter().chain([name]).collect();
        let mut needs = Vec::new();
        Walk::new(&mut needs, Why::Record, None).term(formula);
        // The last is taken up first, so that leaves come in the order of the formula.
        for need in needs.into_iter().rev() {
            match need.what {
                What::Measure(part) => open.push((part, via.clone())),
                other => found.push((other, via.clone())),
            }
        }
    }
    found
}

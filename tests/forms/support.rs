//! Small protocols, put together by hand: forms are worked out from the model, whatever language made it.

use trialc::forms::{Derived, derive};
use trialc::model::*;
use trialc::number::Exact;
use trialc::source::{FileId, Span};

pub fn exact(text: &str) -> Exact {
    text.parse().expect("a number")
}

pub fn unit(text: &str) -> UnitRef {
    let parsed = trialc::units::parse(text).expect("a unit");
    UnitRef { ucum: parsed.code().to_owned(), written: text.to_owned() }
}

/// A place in the source that no other part has, so that a test can tell what a finding underlines.
pub fn place(at: usize) -> Origin {
    Span::new(FileId(0), at..at + 1).into()
}

// ---- moments and windows -----------------------------------------------------------------------

pub fn on(event: &str) -> Moment {
    Moment { offset: None, of: Anchor::Event { name: event.into(), occurrence: Occurrence::Once } }
}

pub fn visit(name: &str) -> Moment {
    Moment { offset: None, of: Anchor::Visit { name: name.into() } }
}

pub fn days(count: i64) -> Offset {
    let direction = if count < 0 { Direction::Before } else { Direction::After };
    Offset { direction, by: Duration::Days(count.abs()) }
}

pub fn within_before(count: i64, event: &str) -> Window {
    let from = Moment { offset: Some(days(-count)), ..on(event) };
    Window { from: Some(from), to: Some(on(event)), text: format!("within {count} days before {event}") }
}

pub fn open() -> Window {
    Window { from: None, to: None, text: String::new() }
}

// ---- rules -------------------------------------------------------------------------------------

pub fn clause(text: &str, rule: Rule) -> Clause {
    Clause { text: text.into(), rule, origin: Origin::default() }
}

pub fn term(text: &str, value: Value) -> Term {
    Term { text: text.into(), value, origin: Origin::default() }
}

pub fn latest(measure: &str) -> Term {
    let window = within_before(14, "randomization");
    term(
        &format!("latest {measure}"),
        Value::Measured { measure: measure.into(), select: Selector::Latest, window },
    )
}

pub fn number(text: &str, written: &str) -> Term {
    let unit = Some(unit(written));
    term(text, Value::Constant { number: exact(text), unit, number_text: text.into() })
}

/// `latest hba1c <= 9.5 %`
pub fn at_most(measure: &str, limit: &str, written: &str) -> Clause {
    compare(latest(measure), Comparator::AtMost, number(limit, written), written)
}

pub fn compare(left: Term, operator: Comparator, right: Term, written: &str) -> Clause {
    let text = format!("{} {} {} {written}", left.text, operator.symbol(), right.text);
    clause(&text, Rule::Compare { left, operator, right, unit: Some(unit(written)) })
}

/// `latest alt > 1.5 x ULN`
pub fn above_normal(measure: &str, factor: &str) -> Clause {
    let limit = Value::Limit { factor: exact(factor), limit: Limit::Uln, measure: measure.into() };
    compare(latest(measure), Comparator::Greater, term(&format!("{factor} x ULN"), limit), "U/L")
}

pub fn finding(name: &str, domain: Domain) -> Finding {
    Finding { name: name.into(), domain, qualifiers: Vec::new(), other_than: Vec::new(), with: Vec::new() }
}

pub fn ever(name: &str) -> Clause {
    occurs(finding(name, Domain::Condition), Mode::Ever, open())
}

pub fn occurs(finding: Finding, mode: Mode, window: Window) -> Clause {
    clause(&finding.name.clone(), Rule::Occurs { finding, mode, window })
}

pub fn is_female() -> Clause {
    let sex = term("sex", Value::Attribute { name: "sex".into() });
    clause("sex is female", Rule::Is { value: sex, one_of: vec!["female".into()] })
}

pub fn attested(key: &str, question: &str) -> Clause {
    let rule = Rule::Attested {
        key: key.into(),
        verb: AttestationVerb::Attested,
        by: "investigator".into(),
        question: question.into(),
    };
    clause(&format!("attested by investigator \"{question}\""), rule)
}

pub fn all(of: Vec<Clause>) -> Clause {
    clause("all", Rule::All { of })
}

// ---- declarations ------------------------------------------------------------------------------

pub fn event(label: &str) -> Event {
    Event {
        label: label.into(),
        arms: Vec::new(),
        repeats: false,
        constraints: Vec::new(),
        attributes: Vec::new(),
        weekdays: Vec::new(),
        when: None,
        one_of: None,
        origin: Origin::default(),
    }
}

pub fn measure(label: &str, kind: MeasureKind) -> Measure {
    Measure {
        label: label.into(),
        kind,
        loinc: None,
        specimen: None,
        state: None,
        turnaround: None,
        also: Vec::new(),
        source: None,
        origin: Origin::default(),
    }
}

pub fn quantity(label: &str, units: &[&str], plausible: Option<(&str, &str)>) -> Measure {
    let mut units = units.iter().map(|text| unit(text));
    let quantity = QuantityMeasure {
        unit: units.next(),
        units: units.collect(),
        kind: None,
        molar_mass: None,
        formula: None,
        valence: None,
        plausible: plausible.map(|(low, high)| (exact(low), exact(high))),
        precision: None,
        formula_of: None,
    };
    measure(label, MeasureKind::Quantity(quantity))
}

pub fn change(measure: &mut Measure, change: impl FnOnce(&mut QuantityMeasure)) {
    match &mut measure.kind {
        MeasureKind::Quantity(quantity) => change(quantity),
        other => panic!("no quantity: {other:?}"),
    }
}

pub fn coded(label: &str, values: &[&str]) -> Measure {
    let level = |value: &&str| Level { value: (*value).into(), label: None };
    measure(label, MeasureKind::Coded { levels: values.iter().map(level).collect(), ordered: false })
}

pub fn concept(domain: Domain, label: &str, members: &[&str]) -> Concept {
    Concept {
        domain,
        label: label.into(),
        codes: Named::new(),
        members: members.iter().map(|name| (*name).to_owned()).collect(),
        open_list: false,
        brands: Vec::new(),
        also: Vec::new(),
        half_life: None,
        origin: Origin::default(),
    }
}

pub fn criterion(kind: CriterionKind, prose: &str, rule: Clause) -> Criterion {
    Criterion::of(kind, prose, rule)
}

// ---- a trial in the making ---------------------------------------------------------------------

pub struct Draft {
    pub trial: Trial,
    pub declared: Named<DeclaredForm>,
}

impl Draft {
    /// A trial with consent and randomization, a decision on the latter, and the visits screening, baseline and month_12.
    pub fn new() -> Self {
        let schedule = Schedule {
            timepoints: Named::new(),
            clocks: Named::new(),
            epochs: Named::new(),
            visits: Named::new(),
            activities: Named::new(),
            closed: Vec::new(),
            blood_limit: None,
            origin: Origin::default(),
        };
        let decision = Decision {
            event: "randomization".into(),
            label: None,
            checked: vec!["randomization".into()],
            criteria: Named::new(),
            origin: Origin::default(),
        };
        let trial = Trial {
            language: 1,
            header: Header { name: "t2dm".into(), title: "A trial in diabetes".into(), ..Header::default() },
            sites: Named::new(),
            events: Named::new(),
            concepts: Named::new(),
            persons: Named::new(),
            measures: Named::new(),
            definitions: Named::new(),
            interventions: Named::new(),
            backgrounds: Named::new(),
            allocations: Named::new(),
            arms: Named::new(),
            sequences: Named::new(),
            decisions: Named::from([("randomization".to_owned(), decision)]),
            outcomes: Named::new(),
            schedule: Some(schedule),
            forms: Named::new(),
            examples: Vec::new(),
            amendments: Named::default(),
        };
        let mut draft = Self { trial, declared: Named::new() };
        draft.event("consent", event("Signing of informed consent"));
        draft.event("randomization", event("Randomization"));
        let between = |from: i64, to: i64, text: &str| VisitTiming::Range {
            anchor: on("randomization"),
            from: days(from),
            to: days(to),
            text: text.into(),
        };
        draft.visit("screening", "Screening", between(-28, -1, "day -28 to -1"));
        draft.visit("baseline", "Baseline", between(0, 0, "day 1"));
        draft.visit("month_12", "Month 12", between(350, 380, "day 351 to 381"));
        draft
    }

    pub fn event(&mut self, name: &str, event: Event) -> &mut Self {
        self.trial.events.insert(name.into(), event);
        self
    }

    pub fn measure(&mut self, name: &str, measure: Measure) -> &mut Self {
        self.trial.measures.insert(name.into(), measure);
        self
    }

    pub fn concept(&mut self, name: &str, concept: Concept) -> &mut Self {
        self.trial.concepts.insert(name.into(), concept);
        self
    }

    pub fn visit(&mut self, name: &str, label: &str, timing: VisitTiming) -> &mut Self {
        let visit = Visit {
            label: label.into(),
            epoch: "study".into(),
            timing,
            constraints: Vec::new(),
            contact: "clinic".into(),
            blood: None,
            supply: None,
            arms: Vec::new(),
            when: None,
            repeat: None,
            cycles: None,
            origin: Origin::default(),
        };
        self.schedule().visits.insert(name.into(), visit);
        self
    }

    pub fn schedule(&mut self) -> &mut Schedule {
        self.trial.schedule.as_mut().expect("a draft has a schedule")
    }

    pub fn collect(&mut self, name: &str, kind: ActivityKind, visits: &[&str]) -> &mut Activity {
        let cell = |visit: &&str| Cell { visit: (*visit).into(), ..Cell::default() };
        let label = match kind {
            ActivityKind::Measure => self.trial.measures[name].label.clone(),
            ActivityKind::Event => self.trial.events[name].label.clone(),
            _ => {
                self.trial.concepts.get(name).map_or_else(|| name.to_owned(), |concept| concept.label.clone())
            }
        };
        let activity = Activity {
            label,
            kind,
            cells: visits.iter().map(cell).collect(),
            throughout: None,
            origin: Origin::default(),
        };
        self.schedule().activities.insert(name.into(), activity);
        &mut self.schedule().activities[name]
    }

    pub fn include(&mut self, code: &str, prose: &str, rule: Clause) -> &mut Self {
        self.criterion(code, criterion(CriterionKind::Include, prose, rule))
    }

    pub fn exclude(&mut self, code: &str, prose: &str, rule: Clause) -> &mut Self {
        self.criterion(code, criterion(CriterionKind::Exclude, prose, rule))
    }

    pub fn criterion(&mut self, code: &str, criterion: Criterion) -> &mut Self {
        self.trial.decisions["randomization"].criteria.insert(code.into(), criterion);
        self
    }

    pub fn declare(&mut self, form: &str, content: DeclaredForm) -> &mut Self {
        self.declared.insert(form.into(), content);
        self
    }

    pub fn derive(&self) -> Derived {
        derive(&self.trial, &self.declared)
    }

    /// The forms, of which nothing is wrong.
    pub fn forms(&self) -> Named<Form> {
        let derived = self.derive();
        assert_eq!(derived.diagnostics, Vec::new());
        derived.forms
    }

    /// The codes of what is wrong.
    pub fn codes(&self) -> Vec<&'static str> {
        self.derive().diagnostics.iter().map(|diagnostic| diagnostic.code.id).collect()
    }
}

pub fn field<'a>(forms: &'a Named<Form>, form: &str, name: &str) -> &'a Field {
    let names = |form: &Form| form.fields.iter().map(|field| field.name.clone()).collect::<Vec<_>>();
    let Some(form) = forms.get(form) else {
        panic!("no form {form}, but {:?}", forms.keys().collect::<Vec<_>>())
    };
    let found = form.fields.iter().find(|field| field.name == name);
    found.unwrap_or_else(|| panic!("no field {name}, but {:?}", names(form)))
}

pub fn fields<'a>(forms: &'a Named<Form>, form: &str) -> Vec<&'a str> {
    forms[form].fields.iter().map(|field| field.name.as_str()).collect()
}

/// `VSPERF is Y`
pub fn conditions(field: &Field) -> Vec<String> {
    field.when.iter().map(|when| format!("{} is {}", when.field, when.one_of.join(" or "))).collect()
}

pub fn of_criterion(code: &str) -> Why {
    Why::Criterion { decision: "randomization".into(), code: code.into() }
}

pub fn declared(name: &str) -> DeclaredField {
    DeclaredField { name: name.into(), origin: place(7), ..DeclaredField::default() }
}

pub fn form_of(collects: &[&str], fields: Vec<DeclaredField>) -> DeclaredForm {
    DeclaredForm {
        collects: collects.iter().map(|name| (*name).to_owned()).collect(),
        fields,
        origin: place(5),
        ..DeclaredForm::default()
    }
}

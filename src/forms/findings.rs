//! Forms for what is measured and examined: one per CDASH domain, with the tests asked at the visits of the schedule.

use indexmap::{IndexMap, IndexSet};

use super::book::{Book, put, visits};
use super::catalog;
use super::domain::{Findings, findings};
use super::field::{Asked, AskedAt, NO, YES, choice, field, interpretation};
use super::needs::{What, leaves};
use crate::model::{ActivityKind, Field, FieldKind, Form, Level, Limit, Measure, MeasureKind, Origin, Why};

/// A measure as the protocol asks for it.
#[derive(Default)]
struct Test {
    why: IndexSet<Why>,
    at: AskedAt,
    throughout: bool,
    limits: Vec<(Limit, IndexSet<Why>)>,
    origin: Origin,
}

/// A form as its parts ask for it, before its fields are written.
#[derive(Default)]
struct Plan<'a> {
    tests: Vec<(&'a str, Test)>,
    /// Activities that stand for the whole form, with their visits.
    whole: Vec<(Vec<String>, Why)>,
    throughout: bool,
}

pub(super) fn add<'a>(book: &mut Book<'a>) {
    let mut plans: IndexMap<String, (Findings, Plan<'a>)> = IndexMap::new();
    for (name, measure, test) in tests(book) {
        let domain = catalog::of_measure(name, measure).domain;
        if domain == "DM" {
            demographic(book, name, measure, test);
            continue;
        }
        let log = test.throughout && test.at.is_empty();
        let form = match book.placed(name) {
            Some(form) => form.to_owned(),
            None if log => format!("{domain}LOG"),
            None => domain.to_owned(),
        };
        let (_, plan) = plans.entry(form).or_insert_with(|| (findings(domain), Plan::default()));
        plan.throughout |= log;
        plan.tests.push((name, test));
    }
    for (name, activity) in book.of_kind(ActivityKind::Procedure) {
        let Some(domain) = whole(name, &activity.label) else { continue };
        let form = book.placed(name).unwrap_or(domain).to_owned();
        let (_, plan) = plans.entry(form).or_insert_with(|| (findings(domain), Plan::default()));
        plan.whole.push((visits(activity), Why::Schedule { activity: name.clone() }));
    }
    for (form, (texts, plan)) in plans {
        write(book, &form, texts, plan);
    }
}

/// Race and ethnicity, which CDASH asks once, under names without a test.
fn demographic(book: &mut Book<'_>, name: &str, measure: &Measure, test: Test) {
    let variable = book.codes.of(name);
    let form = book.placed(name).unwrap_or("DM").to_owned();
    let form = book.form(&form, "Demographics", "DM");
    let visits = test.at.visits();
    let visits = (!visits.is_empty()).then_some(visits);
    form.visits.extend(visits.iter().flatten().cloned());
    let asked = field(variable, measure.label.clone(), kind(measure)).required().why(test.why);
    let asked = Field { measure: Some(name.to_owned()), loinc: measure.loinc.clone(), visits, ..asked };
    put(
        form,
        Field {
            cycles: test.at.cycles(),
            only: test.at.only(),
            origin: test.origin,
            help: help(measure),
            ..asked
        },
    );
}

/// The findings form that a procedure of this name stands for.
pub(super) fn whole(name: &str, label: &str) -> Option<&'static str> {
    let domain = catalog::of_activity(name, label)?;
    matches!(domain, "VS" | "PE" | "EG" | "LB" | "PC" | "CV" | "RE" | "QS").then_some(domain)
}

/// Every measure that the schedule collects, that a rule needs or that a declared form collects.
fn tests<'a>(book: &Book<'a>) -> Vec<(&'a str, &'a Measure, Test)> {
    let trial = book.trial;
    let mut tests: IndexMap<&'a str, Test> = IndexMap::new();
    for (name, activity) in book.activities() {
        for (leaf, via) in leaves(trial, name) {
            let What::Measure(leaf) = leaf else { continue };
            if !trial.measures.contains_key(leaf) {
                continue;
            }
            let test = tests.entry(leaf).or_default();
            test.why.insert(Why::Schedule { activity: name.clone() });
            test.why.extend(via.iter().map(|derived| Why::Derivation { measure: (*derived).to_owned() }));
            test.throughout |= activity.throughout.is_some();
            test.origin = activity.origin;
            test.at.take(activity);
        }
    }
    for (form, declared) in book.declared {
        for name in trial.measures.keys().filter(|name| book.placed(name) == Some(form)) {
            let test = tests.entry(name).or_default();
            declared.at.iter().for_each(|visit| test.at.put(visit));
            if test.why.is_empty() {
                test.why.insert(Why::Declared);
            }
        }
    }
    for need in book.needs.iter().filter(|need| need.person.is_none()) {
        match need.what {
            What::Measure(name) => {
                tests.entry(name).or_default().why.insert(need.why.clone());
            }
            What::Limit(name, limit) => {
                let test = tests.entry(name).or_default();
                match test.limits.iter_mut().find(|(known, _)| *known == limit) {
                    Some((_, why)) => {
                        why.insert(need.why.clone());
                    }
                    None => test.limits.push((limit, IndexSet::from([need.why.clone()]))),
                }
            }
            _ => {}
        }
    }
    let known = tests.into_iter().filter_map(|(name, test)| Some((name, trial.measures.get(name)?, test)));
    known.collect()
}

fn write(book: &mut Book<'_>, name: &str, texts: Findings, plan: Plan<'_>) {
    let (trial, collects) = (book.trial, book.timing.collects());
    let domain = texts.domain;
    let declared = book.declared.get(name).map(|form| form.at.clone()).unwrap_or_default();
    let asked: Vec<String> = plan
        .tests
        .iter()
        .flat_map(|(_, test)| test.at.visits())
        .chain(plan.whole.iter().flat_map(|(visits, _)| visits).cloned())
        .chain(declared.iter().cloned())
        .collect();
    let asked = book.timing.in_order(&asked);
    let named = (collects || !declared.is_empty()) && !plan.throughout;
    let mut tests = Vec::new();
    for (name, test) in plan.tests {
        let code = book.codes.of(name);
        tests.extend(trial.measures.get(name).map(|measure| Asking { name, code, measure, test }));
    }
    let form = book.form(name, texts.label, domain);
    form.visits = asked;
    form.repeating = plan.throughout;

    let whole: Vec<Why> = plan.whole.iter().map(|(_, why)| why.clone()).collect();
    let record = || std::iter::once(Why::Record).chain(whole.iter().cloned());
    let performed = format!("{domain}PERF");
    if plan.throughout {
        form.instructions = Some("One record for each day on which there is a value.".to_owned());
        put(form, field(format!("{domain}DAT"), texts.date, FieldKind::Date).required().why(record()));
    } else {
        head(form, texts, &performed, record);
    }
    circumstances(form, domain, &performed, &tests);
    let required = tests.len() == 1;
    for test in tests {
        test.write(form, named, required);
    }
    if domain == "PE" || (matches!(domain, "EG" | "CV" | "RE") && !whole.is_empty()) {
        impression(form, domain, &performed, whole);
    }
}

/// A measure with its code, about to be asked on a form.
struct Asking<'a> {
    name: &'a str,
    code: String,
    measure: &'a Measure,
    test: Test,
}

impl Asking<'_> {
    fn write(&self, form: &mut Form, named: bool, required: bool) {
        let Self { name, code, measure, test } = self;
        let performed = format!("{}PERF", form.domain);
        let domain = catalog::of_measure(name, measure).domain;
        let visits = named.then(|| test.at.visits());
        let under = |field: Field| {
            let field = if form.repeating { field } else { field.when(&performed, &[YES]) };
            Field {
                measure: Some((*name).to_owned()),
                visits: visits.clone(),
                cycles: test.at.cycles(),
                only: test.at.only(),
                origin: test.origin,
                ..field
            }
        };
        let result = field(format!("{code}_{domain}ORRES"), measure.label.clone(), kind(measure));
        let mut fields = vec![Field {
            loinc: measure.loinc.clone(),
            help: help(measure),
            required,
            ..under(result.why(test.why.clone()))
        }];
        for (limit, why) in &test.limits {
            let (end, words) = match limit {
                Limit::Uln => ("HI", "upper limit of normal of the laboratory"),
                Limit::Lln => ("LO", "lower limit of normal of the laboratory"),
            };
            let text = format!("{}: {words}", measure.label);
            fields.push(under(
                field(format!("{code}_{domain}ORNR{end}"), text, limit_kind(measure)).why(why.clone()),
            ));
        }
        fields.into_iter().for_each(|field| put(form, field));
    }
}

/// Whether it was done, why not, and when.
fn head<I: Iterator<Item = Why>>(form: &mut Form, texts: Findings, performed: &str, why: impl Fn() -> I) {
    let domain = texts.domain;
    put(form, field(performed, texts.performed, FieldKind::YesNo).required().why(why()));
    let reason = field(format!("{domain}REASND"), "Reason why it was not done", FieldKind::Text);
    put(form, reason.required().when(performed, &[NO]).why([Why::Record]));
    let date = field(format!("{domain}DAT"), texts.date, FieldKind::Date);
    put(form, date.required().when(performed, &[YES]).why(why()));
    if let Some(time) = texts.time {
        let time = field(format!("{domain}TIM"), time, FieldKind::Time);
        put(form, time.when(performed, &[YES]).why([Why::Record]));
    }
}

/// Fasting and position, where a measure is defined by them.
fn circumstances(form: &mut Form, domain: &str, performed: &str, tests: &[Asking<'_>]) {
    let state = |measure: &Measure, wanted: &[&str]| {
        measure
            .state
            .as_deref()
            .is_some_and(|state| wanted.iter().any(|word| state.to_lowercase().contains(word)))
    };
    let ask = |form: &mut Form, name: String, text: &str, kind: FieldKind, words: &[&str]| {
        let defined: Vec<_> = tests.iter().filter(|asking| state(asking.measure, words)).collect();
        if defined.is_empty() {
            return;
        }
        let mut asked = field(name, text, kind).required();
        if form.fields.iter().any(|field| field.name == performed) {
            asked = asked.when(performed, &[YES]);
        }
        let why = defined.iter().flat_map(|asking| asking.test.why.iter().cloned());
        put(form, asked.why(why));
    };
    let fasting = "Had the participant eaten nothing before the sample was taken?";
    ask(form, format!("{domain}FAST"), fasting, FieldKind::YesNo, &["fasting", "basal"]);
    let positions =
        choice(&[("SITTING", "Sitting"), ("STANDING", "Standing"), ("SUPINE", "Lying on the back")]);
    ask(
        form,
        format!("{domain}POS"),
        "Position of the participant",
        positions,
        &["supine", "sitting", "standing"],
    );
}

/// The overall result of an examination, with a description of what was found.
fn impression(form: &mut Form, domain: &str, performed: &str, why: Vec<Why>) {
    let name = if domain == "PE" { "PERES".to_owned() } else { format!("INTP_{domain}ORRES") };
    let result = field(name.clone(), "Overall result", interpretation()).required();
    put(form, result.when(performed, &[YES]).why(why.clone()));
    let levels = ["ABNORMAL NOT CLINICALLY SIGNIFICANT", "ABNORMAL CLINICALLY SIGNIFICANT"];
    let described = field(format!("{domain}DESC"), "What was found", FieldKind::Text).required();
    put(form, described.when(performed, &[YES]).when(&name, &levels).why(why));
}

/// How a value of the measure is entered.
pub(super) fn kind(measure: &Measure) -> FieldKind {
    match &measure.kind {
        MeasureKind::Quantity(quantity) => {
            let units = quantity.unit.iter().chain(&quantity.units).cloned().collect();
            let (plausible, precision) = (quantity.plausible.clone(), quantity.precision);
            FieldKind::Number { units, plausible, range: None, precision }
        }
        MeasureKind::Coded { levels, .. } => FieldKind::Choice { levels: levels.clone() },
        MeasureKind::Score { low, high, labels } => {
            let all = usize::try_from(high - low + 1).is_ok_and(|count| count == labels.len());
            match labels {
                _ if all => FieldKind::Choice { levels: labels.iter().map(numbered).collect() },
                _ => FieldKind::Integer { low: Some(*low), high: Some(*high) },
            }
        }
    }
}

/// `1` with its words: sites know a score by its number.
fn numbered(level: &Level) -> Level {
    let label = level.label.as_ref().map(|label| format!("{}: {label}", level.value));
    Level { value: level.value.clone(), label }
}

/// A limit of normal is a number in the units of the value.
fn limit_kind(measure: &Measure) -> FieldKind {
    match kind(measure) {
        FieldKind::Number { units, precision, .. } => {
            FieldKind::Number { units, plausible: None, range: None, precision }
        }
        other => other,
    }
}

/// Specimen, state and source, as the site has to heed them.
pub(super) fn help(measure: &Measure) -> Option<String> {
    let state = measure.state.as_deref().map(|state| format!("Participant's state: {state}."));
    let specimen = measure.specimen.as_deref().map(|specimen| format!("Specimen: {specimen}."));
    // The source of a score says how to take it; that of a laboratory's range is of no use at the bedside.
    let score = matches!(measure.kind, MeasureKind::Score { .. });
    let source = measure.source.as_deref().filter(|_| score).map(|source| format!("Source: {source}."));
    let parts: Vec<String> = [specimen, state, source].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

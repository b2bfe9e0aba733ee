//! Forms for conditions, drugs, procedures and events: the questions that the protocol's rules put (`MHQ`, `CMQ`,
//! `PRQ`), and the logs that stay open (`MH`, `CM`, `PRLOG`, `CE`, `AE`).

use indexmap::{IndexMap, IndexSet};

use super::book::{Book, put, spelled};
use super::field::{
    Asked, AskedAt, NO, OTHER, YES, action_taken, field, outcome_of_event, severity, yes_no_unknown,
};
use super::names::short;
use super::needs::{Aspects, What};
use super::{catalog, findings};
use crate::model::{
    ActivityKind, Attribute, Detail, Domain, Event, Field, FieldKind, Finding, Form, Level, UnitRef, Why,
};

/// A finding that the rules speak of, with all that they ask about it.
#[derive(Default)]
struct Question {
    qualifiers: Vec<String>,
    other_than: Vec<String>,
    start: bool,
    end: bool,
    dose: Option<Option<UnitRef>>,
    why: IndexSet<Why>,
    at: AskedAt,
}

pub(super) fn add(book: &mut Book<'_>) {
    questions(book);
    log_of_activities(book);
    logs_of_counts(book);
}

/// What the two forms of a domain are called, and how they ask.
struct Wording {
    prefix: &'static str,
    form: &'static str,
    label: &'static str,
    asked: &'static str,
    start: &'static str,
    end: &'static str,
}

fn wording(domain: Domain) -> Wording {
    match domain {
        Domain::Condition | Domain::Event => Wording {
            prefix: "MH",
            form: "MHQ",
            label: "Medical history: what the protocol asks",
            asked: "present now or at any time before?",
            start: "first day",
            end: "last day",
        },
        Domain::Drug | Domain::DrugClass => Wording {
            prefix: "CM",
            form: "CMQ",
            label: "Medication: what the protocol asks",
            asked: "taken now or at any time before?",
            start: "first day of the latest use",
            end: "last day of the latest use",
        },
        Domain::Procedure => Wording {
            prefix: "PR",
            form: "PRQ",
            label: "Procedures: what the protocol asks",
            asked: "done at any time before?",
            start: "day of the latest one",
            end: "day on which it ended",
        },
    }
}

/// A question for each condition, drug and procedure of a rule; of another person on that person's form.
fn questions(book: &mut Book<'_>) {
    let mut asked: IndexMap<(Option<String>, String), (Domain, Question)> = IndexMap::new();
    for need in &book.needs {
        let What::Finding(finding, aspects) = &need.what else { continue };
        if finding.domain == Domain::Event || (aspects.each && need.person.is_none()) {
            continue;
        }
        let key = (need.person.map(str::to_owned), finding.name.clone());
        let (_, question) = asked.entry(key).or_insert_with(|| (finding.domain, Question::default()));
        question.take(finding, aspects, &need.why);
        let decision = need.decision.and_then(|event| book.trial.decisions.get(event));
        let checks = decision.map(|decision| book.timing.checks(decision)).unwrap_or_default();
        checks.iter().for_each(|visit| question.at.put(visit));
    }
    let kinds = [ActivityKind::Condition, ActivityKind::Drug];
    for (name, activity) in book.activities().filter(|(_, activity)| kinds.contains(&activity.kind)) {
        let product =
            book.trial.interventions.values().any(|product| product.substance.as_ref() == Some(name));
        if activity.cells.is_empty() || product {
            continue;
        }
        let domain = book.trial.concepts.get(name).map_or(Domain::Condition, |concept| concept.domain);
        let (_, question) =
            asked.entry((None, name.clone())).or_insert_with(|| (domain, Question::default()));
        (question.start, question.end) = (true, true);
        question.why.insert(Why::Schedule { activity: name.clone() });
        question.at.take(activity);
    }
    for ((person, name), (domain, question)) in asked {
        write_question(book, person.as_deref(), &name, domain, question);
    }
    measures_of_others(book);
}

impl Question {
    fn take(&mut self, finding: &Finding, aspects: &Aspects, why: &Why) {
        let add = |list: &mut Vec<String>, more: &[String]| {
            let new: Vec<String> = more.iter().filter(|item| !list.contains(item)).cloned().collect();
            list.extend(new);
        };
        add(&mut self.qualifiers, &finding.qualifiers);
        add(&mut self.other_than, &finding.other_than);
        self.start |= aspects.start;
        self.end |= aspects.end;
        if let Some(unit) = &aspects.dose {
            self.dose = Some(self.dose.take().flatten().or_else(|| unit.clone()));
        }
        self.why.insert(why.clone());
    }
}

fn write_question(book: &mut Book<'_>, person: Option<&str>, name: &str, domain: Domain, question: Question) {
    let words = wording(domain);
    let code = book.codes.of(name);
    let label = book.concept_label(name);
    let which = which(book, name, &question);
    let visits = book.timing.in_order(&question.at.visits());
    let (cycles, only) = (question.at.cycles(), question.at.only());
    let form = match person {
        Some(person) => others_form(book, person),
        None => {
            let form = book.placed(name).unwrap_or(words.form).to_owned();
            book.form(&form, words.label, words.prefix)
        }
    };
    for visit in &visits {
        if !form.visits.contains(visit) {
            form.visits.push(visit.clone());
        }
    }
    let variable = |suffix: &str| format!("{code}_{}{suffix}", words.prefix);
    let occurred = variable("OCCUR");
    let under = |field: Field| Field {
        visits: (!visits.is_empty()).then(|| visits.clone()),
        cycles: cycles.clone(),
        only: only.clone(),
        concept: person.is_none().then(|| name.to_owned()),
        ..field.group(&label).why(question.why.iter().cloned())
    };
    let mut fields = vec![field(&occurred, format!("{label}: {}", words.asked), yes_no_unknown()).required()];
    if let Some(levels) = which {
        let (term, other) = (variable(term(words.prefix)), variable("OTH"));
        let open = levels.iter().any(|level| level.value == OTHER);
        let which = field(&term, format!("{label}: which?"), FieldKind::Choice { levels });
        fields.push(which.required().when(&occurred, &[YES]));
        if open {
            let another = field(&other, format!("{label}: which other?"), FieldKind::Text).required();
            fields.push(another.when(&occurred, &[YES]).when(&term, &[OTHER]));
        }
    }
    for qualifier in &question.qualifiers {
        let name = variable(&short(qualifier, 6));
        fields.push(
            field(name, format!("{label}: {qualifier}?"), yes_no_unknown())
                .required()
                .when(&occurred, &[YES])
                .tells(Detail::Qualifier { name: qualifier.clone() }),
        );
    }
    if question.start || question.end {
        let start = field(variable("STDAT"), format!("{label}: {}", words.start), FieldKind::PartialDate);
        fields.push(start.required().when(&occurred, &[YES]));
    }
    if question.end {
        let ongoing = variable("ONGO");
        fields.push(
            field(&ongoing, format!("{label}: still going on?"), FieldKind::YesNo)
                .required()
                .when(&occurred, &[YES]),
        );
        let end =
            field(variable("ENDAT"), format!("{label}: {}", words.end), FieldKind::PartialDate).required();
        fields.push(end.when(&occurred, &[YES]).when(&ongoing, &[NO]));
    }
    if let Some(unit) = &question.dose {
        let units = unit.iter().cloned().collect();
        let kind = FieldKind::Number { units, plausible: None, range: None, precision: None };
        let dose = field(variable("DOSE"), format!("{label}: dose"), kind).tells(Detail::Dose);
        fields.push(dose.required().when(&occurred, &[YES]));
    }
    for field in fields {
        put(form, under(field));
    }
}

/// The members among which the site tells which one it was; also the ones that do not count.
fn which(book: &Book<'_>, name: &str, question: &Question) -> Option<Vec<Level>> {
    let concept = book.trial.concepts.get(name)?;
    let mut names: Vec<&String> = concept.members.iter().collect();
    names.extend(question.other_than.iter().filter(|other| !concept.members.contains(other)));
    if names.is_empty() {
        return None;
    }
    let level = |name: &&String| Level { value: (*name).clone(), label: Some(book.concept_label(name)) };
    let mut levels: Vec<Level> = names.iter().map(level).collect();
    if concept.open_list || !question.other_than.is_empty() {
        levels.push(Level { value: OTHER.to_owned(), label: Some("Another".to_owned()) });
    }
    Some(levels)
}

/// The form on which another person's facts stand.
fn others_form<'b>(book: &'b mut Book<'_>, person: &str) -> &'b mut Form {
    let label = book.trial.persons.get(person).cloned().unwrap_or_else(|| spelled(person));
    let form = format!("APQ_{}", short(person, 8));
    book.form(&form, &label, "AP")
}

/// Measured values of another person, with the day.
fn measures_of_others(book: &mut Book<'_>) {
    let needs: Vec<(String, String, Why)> = book
        .needs
        .iter()
        .filter_map(|need| match (&need.what, need.person) {
            (What::Measure(name), Some(person)) => {
                Some((person.to_owned(), (*name).to_owned(), need.why.clone()))
            }
            _ => None,
        })
        .collect();
    for (person, name, why) in needs {
        let Some(measure) = book.trial.measures.get(&name) else { continue };
        let (code, domain) = (book.codes.of(&name), catalog::of_measure(&name, measure).domain);
        let form = others_form(book, &person);
        let result = field(format!("{code}_{domain}ORRES"), measure.label.clone(), findings::kind(measure));
        let result = Field { measure: Some(name), loinc: measure.loinc.clone(), ..result };
        put(form, result.group(&measure.label).why([why.clone()]));
        let date = field(format!("{code}_{domain}DAT"), format!("{}: day", measure.label), FieldKind::Date);
        put(form, date.group(&measure.label).why([why]));
    }
}

/// Logs that the schedule asks for: adverse events, medication, history, and conditions that are followed throughout.
fn log_of_activities(book: &mut Book<'_>) {
    for (name, activity) in book.activities() {
        let why = Why::Schedule { activity: name.clone() };
        let visits = activity.visits();
        let event = book.trial.events.get(name);
        let log = match (activity.kind, catalog::of_activity(name, &activity.label)) {
            (ActivityKind::Event | ActivityKind::Procedure, Some(domain @ ("AE" | "CM" | "MH"))) => domain,
            (ActivityKind::Event, _) if event.is_some_and(|event| event.repeats) => "CE",
            (ActivityKind::Condition, _) if activity.throughout.is_some() => "CE",
            (ActivityKind::Drug, _) if activity.throughout.is_some() => "CM",
            _ => continue,
        };
        let counted = !matches!(catalog::of_activity(name, &activity.label), Some("AE" | "CM" | "MH"));
        let attributes = event.map(|event| event.attributes.clone()).unwrap_or_default();
        let form = log_form(book, name, log);
        form.visits.extend(visits);
        write_log(book, name, log, counted, &attributes, &[], &why);
    }
}

/// Logs for what rules and outcomes count.
fn logs_of_counts(book: &mut Book<'_>) {
    let counted: Vec<(Finding, Why, bool)> = book
        .needs
        .iter()
        .filter_map(|need| match &need.what {
            What::Finding(finding, aspects) if need.person.is_none() => {
                let log = aspects.each || finding.domain == Domain::Event;
                let before = need.decision.is_some();
                log.then(|| ((*finding).clone(), need.why.clone(), before))
            }
            _ => None,
        })
        .collect();
    for (finding, why, before) in counted {
        let event: Option<&Event> = book.trial.events.get(&finding.name);
        if finding.domain == Domain::Event
            && !event.is_some_and(|event| event.repeats || !event.attributes.is_empty())
        {
            continue;
        }
        let log = match finding.domain {
            Domain::Event => {
                let label = event.map_or("", |event| event.label.as_str());
                if catalog::of_activity(&finding.name, label) == Some("AE") { "AE" } else { "CE" }
            }
            Domain::Condition if before => "MH",
            Domain::Condition => "CE",
            Domain::Drug | Domain::DrugClass => "CM",
            Domain::Procedure => "PRLOG",
        };
        let attributes = event.map(|event| event.attributes.clone()).unwrap_or_default();
        write_log(book, &finding.name, log, log != "AE", &attributes, &finding.qualifiers, &why);
    }
}

/// The form that a thing is logged on.
fn log_form<'b>(book: &'b mut Book<'_>, name: &str, log: &str) -> &'b mut Form {
    let form = book.placed(name).unwrap_or(log).to_owned();
    let (label, domain, record) = match log {
        "AE" => ("Adverse events", "AE", "One record for each adverse event."),
        "CM" => ("Medication", "CM", "One record for each medicine, and a new one when its dose changes."),
        "MH" => ("Medical history", "MH", "One record for each illness, past or present."),
        "PRLOG" => ("Procedures", "PR", "One record for each procedure."),
        _ => ("Clinical events", "CE", "One record for each event."),
    };
    let form = book.form(&form, label, domain);
    form.repeating = true;
    form.instructions = Some(record.to_owned());
    form
}

fn write_log(
    book: &mut Book<'_>,
    name: &str,
    log: &str,
    counted: bool,
    attributes: &[Attribute],
    qualifiers: &[String],
    why: &Why,
) {
    let thing = book.concept_label(name);
    let related =
        |to: &str| book.trial.events.get(to).map_or_else(|| spelled(to), |event| event.label.clone());
    let related: Vec<(String, String)> = attributes
        .iter()
        .filter_map(|attribute| match attribute {
            Attribute::Related { to, .. } => Some((to.clone(), related(to))),
            _ => None,
        })
        .collect();
    let form = log_form(book, name, log);
    let domain = form.domain.clone();
    let variable = |suffix: &str| format!("{domain}{suffix}");
    let because = |field: Field| field.why([why.clone()]);
    let category = variable("CAT");
    if counted {
        list(form, &category, name, &thing, why);
    } else if !form.logs.iter().any(|known| known == name) {
        form.logs.push(name.to_owned());
    }
    let (what, start, end) = match domain.as_str() {
        "CM" => ("Medicine", "First day", "Last day"),
        "PR" => ("Procedure", "Day", "Last day, where it took several"),
        "AE" => ("Adverse event, in the words of the site", "First day", "Last day"),
        _ => ("What it was", "First day", "Last day"),
    };
    put(form, because(field(variable(term(&domain)), what, FieldKind::Text).required()));
    put(form, because(field(variable("STDAT"), start, FieldKind::PartialDate).required()));
    let ongoing = variable("ONGO");
    put(form, because(field(&ongoing, "Still going on?", FieldKind::YesNo).required()));
    let ended = field(variable("ENDAT"), end, FieldKind::PartialDate).required().when(&ongoing, &[NO]);
    put(form, because(ended));
    if domain == "CM" {
        put(form, because(field("CMINDC", "Taken for", FieldKind::Text)));
        let number = FieldKind::Number { units: Vec::new(), plausible: None, range: None, precision: None };
        put(form, because(field("CMDOSE", "Dose", number).tells(Detail::Dose)));
        put(form, because(field("CMDOSU", "Unit of the dose", FieldKind::Text).tells(Detail::DoseUnit)));
        put(form, because(field("CMDOSFRQ", "How often", FieldKind::Text)));
        put(form, because(field("CMROUTE", "Route", FieldKind::Text)));
    }
    let under = |field: Field| if counted { field.when(&category, &[name]) } else { field };
    for attribute in attributes {
        let asked = match attribute {
            Attribute::Ordinal { name, low, high } => {
                let of = if name == "grade" { "TOXGR".to_owned() } else { short(name, 6) };
                let kind = FieldKind::Integer { low: Some(*low), high: Some(*high) };
                field(variable(&of), spelled(name), kind).tells(Detail::Attribute { name: name.clone() })
            }
            Attribute::Related { name, to } => {
                let first = related.first().is_some_and(|(first, _)| first == to);
                let of = if first { "REL".to_owned() } else { format!("REL{}", short(to, 3)) };
                let label = related.iter().find(|(other, _)| other == to).map_or(to, |(_, label)| label);
                let asked = field(variable(&of), format!("Related to: {label}?"), yes_no_unknown());
                // A rule that asks whether it is related does not say to which of several.
                match related.len() {
                    1 => asked.tells(Detail::Attribute { name: name.clone() }),
                    _ => asked,
                }
            }
            Attribute::Flag { name } => {
                let of = if name == "serious" { "SER".to_owned() } else { short(name, 6) };
                field(variable(&of), format!("{}?", spelled(name)), FieldKind::YesNo)
                    .tells(Detail::Attribute { name: name.clone() })
            }
        };
        put(form, because(under(asked.required())));
    }
    for qualifier in qualifiers {
        let asked =
            field(variable(&short(qualifier, 6)), format!("{}?", spelled(qualifier)), yes_no_unknown())
                .tells(Detail::Qualifier { name: qualifier.clone() });
        put(form, because(under(asked.required())));
    }
    if domain == "AE" {
        adverse_event(form, attributes, why);
    }
}

/// What every adverse event is asked, beside the attributes that the protocol declares (ICH E2A).
fn adverse_event(form: &mut Form, attributes: &[Attribute], why: &Why) {
    let because = |field: Field| field.required().why([why.clone()]);
    let graded = attributes.iter().any(|attribute| matches!(attribute, Attribute::Ordinal { .. }));
    if !graded {
        put(form, because(field("AESEV", "How severe", severity())));
    }
    put(form, because(field("AESER", "Serious?", FieldKind::YesNo)));
    put(form, because(field("AEREL", "Related to the study treatment?", yes_no_unknown())));
    put(form, because(field("AEACN", "What was done with the study treatment", action_taken())));
    put(form, because(field("AEOUT", "How it went on", outcome_of_event())));
}

/// The variable that names what happened: interventions are treatments, events are terms.
fn term(domain: &str) -> &'static str {
    if matches!(domain, "CM" | "PR" | "EX") { "TRT" } else { "TERM" }
}

/// Adds a thing to the list of what the protocol counts on a log.
fn list(form: &mut Form, category: &str, name: &str, label: &str, why: &Why) {
    let level = Level { value: name.to_owned(), label: Some(label.to_owned()) };
    if let Some(Field { kind: FieldKind::Choice { levels }, .. }) =
        form.fields.iter_mut().find(|field| field.name == category)
        && !levels.contains(&level)
    {
        levels.insert(levels.len() - 1, level.clone());
    }
    let other = Level { value: OTHER.to_owned(), label: Some("None of these".to_owned()) };
    let kind = FieldKind::Choice { levels: vec![level, other] };
    let which = field(category, "Which of those that the protocol counts", kind).tells(Detail::Which);
    put(form, which.required().why([why.clone()]));
}

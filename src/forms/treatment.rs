//! What is given to the participant (`EX`) and what is dispensed and brought back (`DA`).

use indexmap::IndexMap;

use super::book::{Book, put, visits};
use super::catalog;
use super::field::{Asked, NO, OTHER, YES, choice, field};
use super::subject::starts;
use super::terms;
use crate::model::{
    ActivityKind, Administration, CheckKind, Dose, Field, FieldKind, FormCheck, Stated, UnitRef, Why,
};
use crate::number::Exact;

/// A product with every plan that gives it.
#[derive(Default)]
struct Product<'a> {
    plans: Vec<&'a Administration>,
    arms: Vec<String>,
    everywhere: bool,
}

pub(super) fn add(book: &mut Book<'_>) {
    let mut products: IndexMap<&str, Product<'_>> = IndexMap::new();
    for (arm, content) in &book.trial.arms {
        for plan in &content.gives {
            let product = products.entry(&plan.product).or_default();
            product.plans.push(plan);
            product.arms.push(arm.clone());
        }
    }
    for sequence in book.trial.sequences.values() {
        for plan in sequence.periods.values().flat_map(|period| &period.gives) {
            let product = products.entry(&plan.product).or_default();
            product.plans.push(plan);
            product.everywhere = true;
        }
    }
    let alone = products.len() == 1;
    for (name, product) in products {
        exposure(book, name, product, alone);
    }
    accountability(book);
}

fn exposure(book: &mut Book<'_>, name: &str, product: Product<'_>, alone: bool) {
    let trial = book.trial;
    let label =
        trial.interventions.get(name).map_or_else(|| book.concept_label(name), |known| known.label.clone());
    let code = book.codes.of(name);
    let form = if alone { "EX".to_owned() } else { format!("EX_{code}") };
    let events: Vec<&str> = product.plans.iter().flat_map(|plan| starts(plan)).collect();
    let single = product.plans.iter().all(|plan| plan.on.is_some());
    let at: Vec<String> = events.iter().flat_map(|event| book.timing.on(event)).collect();
    let at = if single { book.timing.in_order(&at) } else { Vec::new() };
    let everybody = product.everywhere || product.arms.len() == trial.arms.len();
    let dated: Vec<Why> = events.iter().flat_map(|event| book.reasons_for_event(event)).collect();
    let route =
        planned_route(&product.plans, trial.interventions.get(name).and_then(|known| known.route.as_ref()));
    let frequency = planned_frequency(&product.plans);
    let (units, dose) = planned_dose(&product.plans);
    let stated: Vec<String> = product.plans.iter().filter_map(|plan| plan.text.clone()).collect();

    let form = book.form(&form, &format!("Treatment: {label}"), "EX");
    form.arms = if everybody { Vec::new() } else { product.arms };
    form.repeating = at.is_empty();
    form.visits = at;
    let record = if form.repeating {
        "One record for each day of treatment, or for each period in which the dose stayed the same."
    } else {
        "Filled in on the day on which the product is due."
    };
    let plan = if stated.is_empty() { String::new() } else { format!(" Plan: {}", stated.join(" ")) };
    form.instructions = Some(format!("{record}{plan}"));
    let why = || [Why::Treatment { product: name.to_owned() }];
    let under = |field: Field| field.when("EXOCCUR", &[YES]).why(why());
    let given = field("EXOCCUR", format!("{label}: given?"), FieldKind::YesNo);
    put(form, given.required().why(why()));
    let reason = field("EXREASOC", "Reason why it was not given", FieldKind::Text).required();
    put(form, reason.when("EXOCCUR", &[NO]).why(why()));
    // Of several events each is the day of one visit, and the field of none of them alone.
    let event = events.first().filter(|first| events.iter().all(|event| event == *first));
    let day = Field {
        event: event.map(|event| (*event).to_owned()),
        ..field("EXSTDAT", "First day, or the only one", FieldKind::Date)
    };
    put(form, under(day.required()).why(dated));
    if form.repeating {
        put(form, under(field("EXENDAT", "Last day", FieldKind::Date)));
    }
    let kind = FieldKind::Number { units: units.clone(), plausible: None, range: None, precision: None };
    put(form, under(field("EXDOSE", "Dose", kind).required()));
    if units.is_empty() {
        put(form, under(field("EXDOSU", "Unit of the dose", FieldKind::Text).required()));
    }
    let listed = |name: &str, text: &str, planned: &[(String, String)]| {
        let mut levels: Vec<(&str, &str)> = planned.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        levels.push((OTHER, "Another"));
        let kind = if planned.is_empty() { FieldKind::Text } else { choice(&levels) };
        under(field(name, text, kind).required())
    };
    put(form, listed("EXROUTE", "Route", &route));
    if form.repeating {
        put(form, listed("EXDOSFRQ", "How often", &frequency));
    }
    put(form, under(field("EXADJ", "Reason, where the dose differs from the plan", FieldKind::Text)));
    let name = form_name(alone, &code);
    let planned = [
        dose.map(|value| ("EXDOSE", value, "dose")),
        only(&route).map(|value| ("EXROUTE", value, "route")),
        only(&frequency).filter(|_| form.repeating).map(|value| ("EXDOSFRQ", value, "frequency")),
    ];
    for (field, value, what) in planned.into_iter().flatten() {
        form.checks.push(FormCheck {
            id: format!("{name}.{field}.planned"),
            message: format!("The {what} differs from the plan ({value}): confirm it and give the reason."),
            check: CheckKind::Planned { field: field.to_owned(), value },
            hard: false,
        });
    }
}

fn form_name(alone: bool, code: &str) -> String {
    if alone { "EX".to_owned() } else { format!("EX_{code}") }
}

/// The one planned value, where the plans agree.
fn only(planned: &[(String, String)]) -> Option<String> {
    match planned {
        [(value, _)] => Some(value.clone()),
        _ => None,
    }
}

/// The units of the stated doses, and the dose itself where all plans state the same.
fn planned_dose(plans: &[&Administration]) -> (Vec<UnitRef>, Option<String>) {
    let mut units: Vec<UnitRef> = Vec::new();
    let mut doses: Vec<Option<String>> = Vec::new();
    for plan in plans {
        let Stated::Is(Dose::Amount(amount)) = &plan.dose else {
            doses.push(None);
            continue;
        };
        if let Some(unit) = amount.unit.as_ref().filter(|unit| !units.contains(unit)) {
            units.push(unit.clone());
        }
        doses.push(Some(shown(&amount.number, amount.unit.as_ref())));
    }
    doses.dedup();
    let one = if doses.len() == 1 { doses.pop().flatten() } else { None };
    (units, one)
}

fn shown(number: &Exact, unit: Option<&UnitRef>) -> String {
    unit.map_or_else(|| number.to_string(), |unit| format!("{number} {}", unit.written))
}

/// Routes of the plans as submission values, with words.
fn planned_route(plans: &[&Administration], of_product: Option<&String>) -> Vec<(String, String)> {
    let mut routes: Vec<&String> =
        plans.iter().filter_map(|plan| plan.route.is()).chain(of_product).collect();
    let mut seen = Vec::new();
    routes.retain(|route| {
        let new = !seen.contains(route);
        seen.push(*route);
        new
    });
    let listed = |route: &&String| (terms::route(route).value, super::book::spelled(route));
    routes.iter().map(listed).collect()
}

/// Frequencies of the plans as submission values, with words.
fn planned_frequency(plans: &[&Administration]) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for frequency in plans.iter().filter_map(|plan| plan.frequency.is()) {
        let (submitted, words) = terms::frequency(frequency);
        let listed = (submitted.value, words);
        if !found.contains(&listed) {
            found.push(listed);
        }
    }
    found
}

/// Dispensing and return, where the schedule collects a product's substance or names drug accountability.
fn accountability(book: &mut Book<'_>) {
    let products: Vec<(String, Vec<String>, Why)> = book
        .activities()
        .filter_map(|(name, activity)| {
            let product =
                book.trial.interventions.values().any(|known| known.substance.as_ref() == Some(name));
            let named = matches!(activity.kind, ActivityKind::Procedure | ActivityKind::Event)
                && catalog::of_activity(name, &activity.label) == Some("DA");
            let counted = named || (product && activity.kind == ActivityKind::Drug);
            let why = Why::Schedule { activity: name.clone() };
            counted.then(|| (name.clone(), visits(activity), why))
        })
        .collect();
    let alone = products.len() == 1;
    for (name, at, why) in products {
        let (code, label) = (book.codes.of(&name), book.concept_label(&name));
        let at = book.timing.in_order(&at);
        let form = if alone { "DA".to_owned() } else { format!("DA_{code}") };
        let form = book.form(&form, &format!("Drug accountability: {label}"), "DA");
        form.visits = at;
        let under = |field: Field| field.required().why([why.clone()]);
        put(form, field("DADAT", "Day of the count", FieldKind::Date).required().why([Why::Record]));
        let number = || FieldKind::Integer { low: Some(0), high: None };
        put(form, under(field("DISPAMT_DAORRES", "Units handed out", number())));
        put(form, under(field("RETAMT_DAORRES", "Units brought back", number())));
    }
}

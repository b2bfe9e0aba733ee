//! What the JSON Schemas do not carry of the forms, and where it is instead.

use std::fmt::Write as _;

use super::schema::carried_checks;
use super::truth::can_count;
use crate::casebook::{Sheet, limits};
use crate::emit::entry::only;
use crate::forms::terms;
use crate::model::{CheckKind, Field, FieldKind, Form, FormCheck, Trial};

pub(super) fn report(trial: &Trial, sheets: &[Sheet<'_>]) -> String {
    let mut text = String::from(
        "# What the JSON Schemas of the forms do not carry\n\n\
         A schema judges one entry of one form by itself. What needs more than that stands elsewhere.\n\n\
         | what | how many | where it is instead |\n|---|---|---|\n",
    );
    for (what, count, instead) in rows(trial, sheets) {
        if count > 0 {
            let _ = writeln!(text, "| {what} | {count} | {instead} |");
        }
    }
    let open = conditions(trial, sheets);
    if !open.is_empty() {
        text.push_str(
            "\n## Conditions of the protocol that no record decides by itself\n\n\
             They rest on other forms, on results of any visit, or on days. The schema takes the field with and without an answer; \
             `trialc validate-record` decides them on the participant's whole casebook.\n\n",
        );
        for condition in open {
            let _ = writeln!(text, "- {condition}");
        }
    }
    let limits = inexact(trial);
    if !limits.is_empty() {
        text.push_str("\n## Hard limits that have no exact value in a unit\n\n");
        for (form, field, unit) in limits {
            let _ = writeln!(
                text,
                "- {form}.{field} in {unit}: not judged by the schema; the limit in the first unit is exact."
            );
        }
    }
    let terms = own_terms(trial);
    if !terms.is_empty() {
        text.push_str(
            "\n## Terms that CDISC's codelists do not have\n\n\
             Routes and frequencies are submitted in the terms of the codelists ROUTE (C66729) and FREQ (C71113), which sponsors \
             may extend. These are this protocol's own:\n\n",
        );
        for term in terms {
            let _ = writeln!(text, "- {term}");
        }
    }
    text.push_str(
        "\nThe twin in draft-07 knows no `unevaluatedProperties`: it lists the names of all fields and so refuses unknown \
         ones, but gives another message.\n",
    );
    text
}

/// `VS.WEIGHT_VSORRES: Only if the participant is female (at Baseline).`
fn conditions(trial: &Trial, sheets: &[Sheet<'_>]) -> Vec<String> {
    let of_sheet = |sheet: &Sheet<'_>| -> Vec<String> {
        let is_open = |field: &&Field| {
            let own = sheet.item(&field.name).and_then(|item| item.own.as_ref());
            !field.only.is_empty() && own.is_none_or(|own| !own.whole)
        };
        let open = sheet.form.fields.iter().filter(is_open);
        open.flat_map(|field| only(trial, field).into_iter().map(move |words| (&field.name, words)))
            .map(|(field, words)| format!("{}.{field}: {words}", sheet.name))
            .collect()
    };
    sheets.iter().flat_map(of_sheet).collect()
}

fn rows(trial: &Trial, sheets: &[Sheet<'_>]) -> Vec<(&'static str, usize, &'static str)> {
    let fields = |wanted: fn(&Field) -> bool| {
        trial.forms.values().flat_map(|form| &form.fields).filter(|field| wanted(field)).count()
    };
    // What the schema carries is lost nowhere.
    let carried: Vec<&FormCheck> = sheets.iter().flat_map(carried_checks).collect();
    let checks = |wanted: fn(&CheckKind) -> bool| {
        let all = trial.forms.values().flat_map(|form| &form.checks);
        let lost = all.filter(|check| !carried.iter().any(|known| std::ptr::eq(*known, *check)));
        lost.filter(|check| wanted(&check.check)).count()
    };
    let forms = |wanted: fn(&Form) -> bool| trial.forms.values().filter(|form| wanted(form)).count();
    vec![
        (
            "soft limits (plausible ranges)",
            fields(|field| matches!(&field.kind, FieldKind::Number { plausible: Some(_), .. })),
            "`x-plausible`, and `checks.json`",
        ),
        (
            "decimals that the assay reports",
            fields(|field| matches!(&field.kind, FieldKind::Number { precision: Some(_), .. })),
            "`x-precision`",
        ),
        (
            "fields asked only under a condition of the protocol that no record decides by itself, and so never demanded",
            conditions(trial, sheets).len(),
            "`x-only` in words, `checks.json`, and below",
        ),
        (
            "answers that are missed where something was done, and may be confirmed as missing",
            checks(|check| matches!(check, CheckKind::PresentWhen { .. })),
            "`checks.json`",
        ),
        (
            "comparisons of two fields",
            checks(|check| matches!(check, CheckKind::NotAfter { .. } | CheckKind::Less { .. })),
            "`checks.json`",
        ),
        (
            "dates against today, the consent or the visit's window",
            checks(|check| {
                matches!(
                    check,
                    CheckKind::NotInFuture { .. }
                        | CheckKind::InWindow { .. }
                        | CheckKind::NotBeforeEvent { .. }
                )
            }),
            "`checks.json`; windows also in `schedule.json`",
        ),
        (
            "values against the plan",
            checks(|check| matches!(check, CheckKind::Planned { .. })),
            "`checks.json`",
        ),
        (
            "records that must differ",
            checks(|check| matches!(check, CheckKind::Unique { .. })),
            "`checks.json`",
        ),
        (
            "conclusions that follow from other answers",
            checks(|check| matches!(check, CheckKind::Agrees { .. })),
            "`checks.json`",
        ),
        ("forms that only some arms fill in", forms(|form| !form.arms.is_empty()), "`x-arms`"),
        (
            "repeating forms whose fields differ by visit or by cycle",
            forms(|form| {
                let differs = |field: &Field| field.visits.is_some() || !field.cycles.is_empty();
                form.repeating && form.fields.iter().any(differs)
            }),
            "`traceability.csv`, `x-only` in words",
        ),
        (
            "cycles in steps that no schema can count, in which a field is asked",
            fields(|field| field.cycles.values().any(|cycles| !can_count(cycles))),
            "`x-only` in words",
        ),
    ]
}

/// `EXROUTE INTRACRANIAL (intracranial)`, each once.
fn own_terms(trial: &Trial) -> Vec<String> {
    let of_arms = trial.arms.values().flat_map(|arm| &arm.gives);
    let periods = trial.sequences.values().flat_map(|sequence| sequence.periods.values());
    let plans: Vec<_> = of_arms.chain(periods.flat_map(|period| &period.gives)).collect();
    let products = trial.interventions.values().filter_map(|product| product.route.as_ref());
    let routes = plans.iter().filter_map(|plan| plan.route.is()).chain(products).map(|name| {
        let submitted = terms::route(name);
        (submitted.is_standard, format!("EXROUTE `{}` ({})", submitted.value, name.replace('_', " ")))
    });
    let frequencies = plans.iter().filter_map(|plan| plan.frequency.is()).map(|frequency| {
        let (submitted, words) = terms::frequency(frequency);
        (submitted.is_standard, format!("EXDOSFRQ `{}` ({})", submitted.value, words.to_lowercase()))
    });
    let mut own: Vec<String> = Vec::new();
    for (is_standard, term) in routes.chain(frequencies) {
        if !is_standard && !own.contains(&term) {
            own.push(term);
        }
    }
    own
}

/// Hard limits that cannot be told exactly in one of the accepted units.
fn inexact(trial: &Trial) -> Vec<(&str, &str, &str)> {
    let mut found = Vec::new();
    for (name, form) in &trial.forms {
        for field in &form.fields {
            let open = limits(trial, field).into_iter().filter(|limits| limits.limits.is_none());
            found.extend(
                open.map(|limits| (name.as_str(), field.name.as_str(), limits.unit.written.as_str())),
            );
        }
    }
    found
}

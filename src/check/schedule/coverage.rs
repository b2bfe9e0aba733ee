//! Whether the schedule collects what the protocol speaks of: at early termination, in every arm, for whom.

use std::collections::BTreeSet;

use super::outcomes::sources;
use super::safety::LEAVING;
use super::{Plan, speaks_of, timing_anchor};
use crate::check::visit::{Node, Place, criteria, everything, is_own, outcome as walk, own_files};
use crate::check::{at, listed, with};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Anchor, Domain, MeasureKind, Outcome, Rule, Stated, Term, Tier, Value, Visit};

pub(super) fn check(plan: &Plan<'_>, found: &mut Vec<Diagnostic>) {
    if !plan.collects() {
        return;
    }
    found.extend(early_termination(plan));
    found.extend(primary_in_every_arm(plan));
    found.extend(for_some_only(plan));
    found.extend(pregnancy_test(plan));
    found.extend(never_scheduled(plan));
}

/// What the value of an outcome is made of, at points in time.
fn measures(outcome: &Outcome) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    walk(outcome, &mut |node| {
        if let Node::Term(Term {
            value:
                Value::Measured { measure, .. } | Value::Change { measure, .. } | Value::AreaUnder { measure, .. },
            ..
        }) = node
        {
            found.insert(measure.as_str());
        }
    });
    found
}

fn is_early_end(plan: &Plan<'_>, name: &str, visit: &Visit) -> bool {
    let anchor = match &timing_anchor(visit).of {
        Anchor::Event { name, .. } => {
            speaks_of(name, plan.trial.events.get(name).map_or("", |event| &event.label), &LEAVING)
        }
        _ => false,
    };
    anchor || speaks_of(name, &visit.label, &LEAVING)
}

/// S08: those who leave early are seen once more, and the primary outcome is not measured then.
fn early_termination(plan: &Plan<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (name, visit) in plan.schedule.visits.iter().filter(|(name, visit)| is_early_end(plan, name, visit)) {
        for (outcome, content) in plan.trial.outcomes.iter().filter(|(_, one)| one.tier == Tier::Primary) {
            let needed: BTreeSet<String> =
                measures(content).into_iter().flat_map(|measure| sources(plan, measure)).collect();
            // What is collected nowhere is told elsewhere.
            let missing: Vec<&str> = needed
                .iter()
                .filter(|measure| {
                    plan.schedule.activities.get(*measure).is_some_and(|activity| {
                        activity.throughout.is_none()
                            && !activity.cells.iter().any(|cell| cell.visit == *name)
                    })
                })
                .map(String::as_str)
                .collect();
            if missing.is_empty() {
                continue;
            }
            let missing = listed(missing);
            let message =
                format!("`{missing}` of the primary outcome `{outcome}` is not collected at `{name}`");
            found.extend(at(&codes::EARLY_END_OUTCOME, visit.origin.0, message).map(|diagnostic| {
                with(
                    diagnostic.label("the last that is seen of those who leave"),
                    content.origin.0,
                    "the primary outcome",
                )
                .help(format!("collect it there too: `collect {missing} at {name}`"))
            }));
        }
    }
    found
}

/// S22: the visits that collect the primary outcome leave out an arm.
fn primary_in_every_arm(plan: &Plan<'_>) -> Vec<Diagnostic> {
    let trial = plan.trial;
    let mut found = Vec::new();
    for (outcome, content) in trial.outcomes.iter().filter(|(_, one)| one.tier == Tier::Primary) {
        let arms: Vec<&String> = match &content.compare {
            Stated::Is(comparison) => comparison.groups.iter().flatten().collect(),
            _ => trial.arms.keys().collect(),
        };
        let needed: BTreeSet<String> =
            measures(content).into_iter().flat_map(|measure| sources(plan, measure)).collect();
        for measure in &needed {
            let Some(activity) = plan.schedule.activities.get(measure).filter(|it| it.throughout.is_none())
            else {
                continue;
            };
            let seen = |arm: &str| {
                let mut visits =
                    activity.cells.iter().filter_map(|cell| plan.schedule.visits.get(&cell.visit));
                visits.any(|visit| visit.arms.is_empty() || visit.arms.iter().any(|one| one == arm))
            };
            let without: Vec<&str> = arms.iter().map(|arm| arm.as_str()).filter(|arm| !seen(arm)).collect();
            if without.is_empty() || without.len() == arms.len() {
                continue;
            }
            let without = listed(without);
            let message = format!(
                "no visit of arm {without} collects `{measure}`, on which the primary outcome `{outcome}` rests"
            );
            found.extend(at(&codes::PRIMARY_NOT_IN_ARM, activity.origin.0, message).map(|diagnostic| {
                with(diagnostic.label(format!("not in arm {without}")), content.origin.0, "the primary outcome").help(
                    "collect it at a visit of that arm too, or compare only the arms in which it is collected (`compare: a versus b`)",
                )
            }));
        }
    }
    found
}

/// Words by which a row of the table is for some participants only.
const FOR_SOME: [&str; 18] = [
    "if applicable",
    "where applicable",
    "if indicated",
    "if clinically indicated",
    "as clinically indicated",
    "when indicated",
    "as needed",
    "if needed",
    "if required",
    "if female",
    "females only",
    "women only",
    "female participants",
    "males only",
    "men only",
    "childbearing",
    "if positive",
    "if abnormal",
];

/// S10: the label says for whom it is, and the table has it for all.
fn for_some_only(plan: &Plan<'_>) -> Vec<Diagnostic> {
    let mixed = plan.trial.header.sexes.as_deref().is_none_or(|sexes| sexes != "female");
    let mut found = Vec::new();
    for (name, activity) in &plan.schedule.activities {
        let pregnancy = mixed && speaks_of(name, &activity.label, &["pregnancy test", "pregnancy_test"]);
        let worded = FOR_SOME.iter().find(|word| activity.label.to_lowercase().contains(**word));
        let Some(cell) = activity.cells.iter().find(|cell| {
            let visit = plan.schedule.visits.get(&cell.visit);
            cell.when.is_none() && visit.is_some_and(|visit| visit.arms.is_empty() && visit.when.is_none())
        }) else {
            continue;
        };
        let (why, condition) = match worded {
            Some(word) => (format!("`{word}` is no condition that the table knows"), "…".to_owned()),
            None if pregnancy => ("women and men alike".to_owned(), "sex is female".to_owned()),
            None => continue,
        };
        let message =
            format!("`{name}` is for some participants only, and is collected from all at `{}`", cell.visit);
        found.extend(at(&codes::NO_CONDITION, activity.origin.0, message).map(|diagnostic| {
            diagnostic
                .label(why)
                .help(format!("say for whom: `collect {name} at {} when {condition}`", cell.visit))
        }));
    }
    found
}

/// S26: contraception is asked for, and nobody tests for pregnancy.
fn pregnancy_test(plan: &Plan<'_>) -> Option<Diagnostic> {
    let trial = plan.trial;
    const TEST: [&str; 4] = ["pregnan", "hcg", "gonadotropin", "gonadotrophin"];
    let tested =
        plan.schedule.activities.iter().any(|(name, activity)| speaks_of(name, &activity.label, &TEST));
    if tested || trial.header.sexes.as_deref() == Some("male") {
        return None;
    }
    let asks = |place: &Place<'_>| {
        let prose = place.criterion.prose.to_lowercase();
        let mut asked = prose.contains("contracepti");
        crate::check::visit::clause(&place.criterion.rule, &mut |node| {
            if let Node::Clause(clause) = node
                && let Rule::Attested { question, .. } = &clause.rule
            {
                asked |= question.to_lowercase().contains("contracepti");
            }
        });
        // `Men agree to use contraception` says nothing of the participant's own pregnancy.
        asked && !(prose.starts_with("men ") || prose.starts_with("male "))
    };
    let place = criteria(trial).find(asks)?;
    let message = format!("{} asks for contraception, and no visit tests for pregnancy", place.code);
    let visit = plan.schedule.visits.keys().next().map_or("…", String::as_str);
    Some(
        at(&codes::NO_PREGNANCY_TEST, place.head(), message)?
            .label("never tested")
            .help(format!("collect a test: `collect pregnancy_test at {visit} when sex is female`")),
    )
}

/// S41: a measure or procedure that the protocol declares and nothing uses.
fn never_scheduled(plan: &Plan<'_>) -> Vec<Diagnostic> {
    let trial = plan.trial;
    let files = own_files(trial);
    let mut used: BTreeSet<&str> = plan.schedule.activities.keys().map(String::as_str).collect();
    everything(trial, &mut |node| match node {
        Node::Term(Term {
            value:
                Value::Measured { measure, .. } | Value::Change { measure, .. } | Value::AreaUnder { measure, .. },
            ..
        }) => {
            used.insert(measure);
        }
        Node::Finding(finding, _) => {
            used.insert(&finding.name);
            used.extend(finding.other_than.iter().map(String::as_str));
        }
        _ => {}
    });
    for measure in trial.measures.values() {
        let Some(formula) = measure.quantity().and_then(|quantity| quantity.formula_of.as_deref()) else {
            continue;
        };
        crate::check::visit::term(formula, &mut |node| {
            if let Node::Term(Term { value: Value::Measured { measure, .. }, .. }) = node {
                used.insert(measure);
            }
        });
    }
    used.extend(trial.concepts.values().flat_map(|concept| &concept.members).map(String::as_str));
    used.extend(trial.header.conditions.iter().map(String::as_str));
    let strata = trial.allocations.values().filter_map(|allocation| allocation.strata.is()).flatten();
    used.extend(strata.map(String::as_str));
    let given = trial.arms.values().flat_map(|arm| &arm.gives);
    used.extend(given.map(|given| given.product.as_str()));
    let fields = trial.forms.values().flat_map(|form| &form.fields);
    used.extend(fields.filter_map(|field| field.measure.as_deref()));
    // What a text of the protocol speaks of by name is left alone.
    let spoken: Vec<String> = trial.definitions.values().map(|definition| definition.text.clone()).collect();
    let is_used = |name: &str| used.contains(name) || spoken.iter().any(|text| text.contains(name));
    let procedures = trial
        .concepts
        .iter()
        .filter(|(_, concept)| concept.domain == Domain::Procedure)
        .map(|(name, concept)| (name, concept.origin));
    let measures = trial.measures.iter().filter(|(_, measure)| {
        !matches!(&measure.kind, MeasureKind::Quantity(quantity) if quantity.formula_of.is_some())
    });
    let declared = procedures.chain(measures.map(|(name, measure)| (name, measure.origin)));
    let mut found = Vec::new();
    for (name, origin) in declared.filter(|(name, origin)| is_own(&files, origin.0) && !is_used(name)) {
        let message = format!("`{name}` is declared, and neither collected nor used");
        found.extend(at(&codes::NEVER_SCHEDULED, origin.0, message).map(|diagnostic| {
            diagnostic
                .label("at no visit, in no rule")
                .help(format!("schedule it: `collect {name} at …`, or remove it"))
                .unused(name)
        }));
    }
    found
}

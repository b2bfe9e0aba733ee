//! O: outcomes that cannot be measured as they are written.

use std::collections::BTreeMap;

use std::collections::BTreeSet;

use super::demands::{Demand, Subject, measure_of};
use super::prose::Prose;
use super::ranges::Ranges;
use super::visit::{Node, outcome as walk};
use super::{at, listed, with};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{
    Anchor, Attribute, AttributeTest, Comparator, Domain, Outcome, Rule, Stated, Term, Tier, Trial, Value,
};

pub(super) fn check(trial: &Trial, demands: &[Demand<'_>], found: &mut Vec<Diagnostic>) {
    let mut limits: Limits<'_> = BTreeMap::new();
    for demand in demands {
        if let Subject::Number { term, .. } = &demand.subject
            && let Some((measure, _)) = measure_of(trial, term)
        {
            limits.entry(measure).or_default().push(demand);
        }
    }
    found.extend(tiers(trial));
    for (name, outcome) in &trial.outcomes {
        found.extend(anchor(trial, name, outcome));
        found.extend(metric(name, outcome));
        found.extend(two_measures(outcome));
        found.extend(missing_in_arm(trial, name, outcome));
        found.extend(met_at_entry(trial, &limits, name, outcome));
        found.extend(intercurrent(name, outcome));
    }
}

/// What the criteria demand of each measure.
type Limits<'a> = BTreeMap<&'a str, Vec<&'a Demand<'a>>>;

fn prose(outcome: &Outcome) -> Prose<'_> {
    Prose::new(&outcome.label, outcome.origins.get("prose").or(outcome.origin.0))
}

/// Whether a moment of the trial stands in the outcome's value.
fn is_anchored(outcome: &Outcome) -> bool {
    let mut anchored = false;
    walk(outcome, &mut |node| anchored |= matches!(node, Node::Moment(..)));
    anchored
}

/// O01: `1 year`, from what?
fn anchor(trial: &Trial, name: &str, outcome: &Outcome) -> Option<Diagnostic> {
    let event = trial.allocations.values().map(|allocation| &allocation.at).chain(trial.events.keys()).next();
    let event = event.map_or("randomization", String::as_str);
    let help = |length: &str| {
        format!(
            "count from an event or name the visits: `time_frame: {length} after {event}`, or `value: change of … from baseline to month_12`"
        )
    };
    let (span, message, label, help) = match &outcome.time_frame {
        Stated::Is(frame) if frame.anchor.is_none() => (
            outcome.origins.get("time_frame").or(outcome.origin.0),
            format!("`{}` does not say when it starts", frame.text),
            "from which event?",
            help(&frame.text),
        ),
        // What is written and could not be read is told already.
        Stated::Missing if outcome.origins.get("time_frame").is_none() && !is_anchored(outcome) => (
            outcome.origin.0,
            format!("`{name}` does not say when it is measured"),
            "no time",
            help("1 year"),
        ),
        _ => return None,
    };
    Some(at(&codes::OUTCOME_ANCHOR, span, message)?.label(label).help(help))
}

/// O02: what is made of the measurements.
fn metric(name: &str, outcome: &Outcome) -> Option<Diagnostic> {
    let (span, message) = match &outcome.value {
        Stated::Missing => {
            (outcome.origin.0, format!("`{name}` does not say what is made of the measurements"))
        }
        Stated::Is(Term { value: Value::Measured { window, .. }, text, origin })
            if window.from.is_none() && window.to.is_none() =>
        {
            let message = format!("`{text}` is what is measured, not what is made of it");
            (origin.0.or(outcome.origin.0), message)
        }
        _ => return None,
    };
    Some(
        at(&codes::OUTCOME_METRIC, span, message)?
            .label("change, proportion, time, area?")
            .help("give its value: `value: change of hba1c from baseline to month_12`, `proportion with …`, `incidence of …`; where the protocol is silent, `value: not stated`"),
    )
}

/// O03: `incidence and severity`.
fn two_measures(outcome: &Outcome) -> Option<Diagnostic> {
    const METRICS: &str = "incidence|frequency|number|rate|severity|duration|intensity|safety|efficacy|tolerability|feasibility|type|nature|proportion|time|occurrence|quality|quantity|grade";
    if outcome.query.is_some() {
        return None;
    }
    let prose = prose(outcome);
    let range = prose.find_first(&[
        &format!("{METRICS} and {METRICS}"),
        &format!("{METRICS} , {METRICS}"),
        &format!("{METRICS} / {METRICS}"),
        &format!("{METRICS} & {METRICS}"),
    ])?;
    let words = prose.words(range.clone());
    Some(
        at(&codes::TWO_MEASURES, prose.span(range), format!("`{words}` are two outcomes in one"))?
            .label("two measures")
            .help("make an outcome of each: each has its own value, time and analysis"),
    )
}

/// O04: no primary outcome, or tiers that were lost.
fn tiers(trial: &Trial) -> Option<Diagnostic> {
    let (name, first) = trial.outcomes.first()?;
    if trial.outcomes.values().any(|outcome| outcome.tier == Tier::Primary) {
        return None;
    }
    let unstated = trial.outcomes.values().filter(|outcome| outcome.tier == Tier::Unstated).count();
    let (message, help) = if unstated > 0 {
        (
            format!("{unstated} outcomes have no tier, and none is primary"),
            "say which one the sample size is for: `outcome primary …`, and `secondary` or `exploratory` for the others",
        )
    } else {
        (
            "the trial has no primary outcome".to_owned(),
            "say which one the sample size is for: `outcome primary …`",
        )
    };
    Some(at(&codes::NO_PRIMARY, first.origin.0, message)?.label(format!("`{name}` is the first")).help(help))
}

/// O05: an event that some of the compared arms never have.
fn missing_in_arm(trial: &Trial, name: &str, outcome: &Outcome) -> Option<Diagnostic> {
    let compared: BTreeSet<&str> = match &outcome.compare {
        Stated::Is(comparison) => comparison.groups.iter().flatten().map(String::as_str).collect(),
        _ => trial.arms.keys().map(String::as_str).collect(),
    };
    let mut limited = None;
    walk(outcome, &mut |node| {
        let events: Vec<&str> = match node {
            Node::Moment(moment, _) => match &moment.of {
                Anchor::Event { name, .. } => vec![name],
                _ => Vec::new(),
            },
            Node::Finding(finding, _) if finding.domain == Domain::Event => {
                let related = finding.with.iter().filter_map(|test| related_to(trial, &finding.name, test));
                related.chain([finding.name.as_str()]).collect()
            }
            _ => Vec::new(),
        };
        let here = match node {
            Node::Moment(_, here) | Node::Finding(_, here) => here.origin.0,
            _ => None,
        };
        for event in events {
            let Some((event, declared)) = trial.events.get_key_value(event) else { continue };
            if limited.is_none() && !declared.arms.is_empty() {
                let without: Vec<&str> = compared
                    .iter()
                    .copied()
                    .filter(|arm| !declared.arms.iter().any(|own| own == arm))
                    .collect();
                if !without.is_empty() {
                    limited = Some((event.as_str(), declared, without, here));
                }
            }
        }
    });
    let (event, declared, without, here) = limited.or_else(|| named_in_wording(trial, outcome, &compared))?;
    let without = listed(without);
    let found = at(
        &codes::NOT_IN_EVERY_ARM,
        here.or(outcome.origin.0),
        format!("`{name}` needs `{event}`, which does not happen in arm {without}"),
    )?
    .label(format!("cannot be measured in arm {without}"));
    Some(with(found, declared.origin.0, "limited to some arms").help(
        "compare only the arms that have it (`compare: a versus b`), or count from an event of every arm",
    ))
}

type Limited<'a> = (&'a str, &'a crate::model::Event, Vec<&'a str>, Option<crate::source::Span>);

/// `related to the infusion procedure` in the wording of an outcome that is not formalised.
fn named_in_wording<'a>(
    trial: &'a Trial,
    outcome: &'a Outcome,
    compared: &BTreeSet<&'a str>,
) -> Option<Limited<'a>> {
    if outcome.value.is().is_some() || outcome.query.is_some() {
        return None;
    }
    let prose = prose(outcome);
    trial.events.iter().find_map(|(name, event)| {
        let word = name.replace('_', " ").to_lowercase();
        let range = prose.find(&word).into_iter().next().filter(|_| !event.arms.is_empty())?;
        let without: Vec<&str> =
            compared.iter().copied().filter(|arm| !event.arms.iter().any(|own| own == arm)).collect();
        (!without.is_empty()).then(|| (name.as_str(), event, without, prose.span(range)))
    })
}

/// The event to which an attribute's test relates.
fn related_to<'a>(trial: &'a Trial, event: &str, test: &AttributeTest) -> Option<&'a str> {
    let AttributeTest::Flag { attribute: tested } = test else { return None };
    trial.events.get(event)?.attributes.iter().find_map(|attribute| match attribute {
        Attribute::Related { name, to } if name == tested => Some(to.as_str()),
        _ => None,
    })
}

/// O06: a response that everybody has who was let in.
fn met_at_entry(trial: &Trial, limits: &Limits<'_>, name: &str, outcome: &Outcome) -> Option<Diagnostic> {
    let Stated::Is(Term { value: Value::Proportion { of }, .. }) = &outcome.value else { return None };
    let Rule::Compare { left, operator, right, unit } = &of.rule else { return None };
    let Value::Constant { number, unit: own, .. } = &right.value else { return None };
    let (measure, declared) = measure_of(trial, left)?;
    if matches!(operator, Comparator::Equal | Comparator::NotEqual) {
        return None;
    }
    let home = declared.quantity().and_then(|quantity| quantity.unit.clone());
    let from = own.as_ref().or(unit.as_ref());
    let number = super::demands::in_unit(trial, left, number, from, home.as_ref().or(from))?;
    let response = Ranges::compared(*operator, &number);
    let same = |demand: &&&Demand<'_>| match &demand.subject {
        Subject::Number { allowed, unit, .. } => {
            unit.as_ref().map(|unit| &unit.ucum) == home.as_ref().or(from).map(|unit| &unit.ucum)
                && allowed.is_within(&response)
        }
        _ => false,
    };
    let entry = limits.get(measure)?.iter().find(same)?;
    let found = at(
        &codes::MET_AT_ENTRY,
        of.origin.0,
        format!("everybody whom {} lets in already meets `{name}`", entry.place.code),
    )?
    .label("met at entry");
    Some(
        with(found, entry.clause.origin.0, "required at entry")
            .help("lower the threshold, or measure the change from baseline"),
    )
}

/// O07: a comparison of arms that does not say what happens after a rescue or a death.
fn intercurrent(name: &str, outcome: &Outcome) -> Option<Diagnostic> {
    if outcome.tier != Tier::Primary || outcome.compare.is().is_none() {
        return None;
    }
    if outcome.events.is_empty() && outcome.origins.get("events").is_none() {
        return Some(
            at(&codes::NO_INTERCURRENT, outcome.origin.0, format!("`{name}` names no intercurrent events"))?
                .label("ICH E9(R1)")
                .help("name what can come between treatment and measurement, with the strategy for each: `events: rescue_therapy treatment_policy, death not stated`"),
        );
    }
    let silent = outcome.events.iter().find(|event| event.strategy.is_missing())?;
    Some(
        at(
            &codes::NO_INTERCURRENT,
            outcome.origins.get("events").or(outcome.origin.0),
            format!("`{}` has no strategy", silent.event),
        )?
        .label("ICH E9(R1)")
        .help("add one: treatment_policy, hypothetical, composite, while_on_treatment or principal_stratum, or `not stated`"),
    )
}

//! T: anchors and windows that are there, but hardly meant. A missing anchor is reported by lowering.

use std::collections::BTreeSet;
use std::ops::Range;

use super::at;
use super::demands::{measure_of, tests_of};
use super::prose::Prose;
use super::visit::{Here, Node, Place, clause as walk, criteria};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{
    Anchor, Domain, Duration, Event, Finding, Mode, Moment, Offset, Rule, Trial, Value, Window,
};
use crate::time::day_range;

pub(super) fn check(trial: &Trial, found: &mut Vec<Diagnostic>) {
    for place in criteria(trial) {
        found.extend(arm_only_anchor(trial, place));
        found.extend(named_anchor(trial, place));
        found.extend(exact_moment(trial, place));
        found.extend(exposures(trial, place));
        found.extend(short_stability(trial, place));
    }
    one_day_two_events(trial, found);
}

/// Whether an event comes at or after another by the constraints of the trial.
fn follows(trial: &Trial, later: &str, earlier: &str) -> bool {
    fn search<'a>(trial: &'a Trial, at: &'a str, earlier: &str, seen: &mut BTreeSet<&'a str>) -> bool {
        if at == earlier {
            return true;
        }
        if !seen.insert(at) {
            return false;
        }
        let Some(event) = trial.events.get(at) else { return false };
        event.constraints.iter().any(|constraint| {
            let Anchor::Event { name, .. } = &constraint.anchor.of else { return false };
            let offset = constraint.anchor.offset.as_ref().map_or(0, |offset| day_range(offset).0);
            let low = constraint.low.as_ref().map(|low| day_range(low).0);
            low.is_some_and(|low| low + offset >= 0) && search(trial, name, earlier, seen)
        })
    }
    search(trial, later, earlier, &mut BTreeSet::new())
}

/// T04: an event that only some arms have, used before anybody has an arm.
fn arm_only_anchor(trial: &Trial, place: Place<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut told = BTreeSet::new();
    walk(&place.criterion.rule, &mut |node| {
        let Node::Moment(Moment { of: Anchor::Event { name, .. }, .. }, here) = node else { return };
        let Some(event) = trial.events.get(name) else { return };
        if event.arms.is_empty() || place.criterion.arms.iter().any(|arm| event.arms.contains(arm)) {
            return;
        }
        let allocation = trial
            .allocations
            .values()
            .find(|allocation| event.arms.iter().any(|arm| allocation.arms.contains(arm)));
        let Some(allocation) = allocation else { return };
        let decided_later = place.decision != allocation.at && follows(trial, place.decision, &allocation.at);
        let without: Vec<&str> =
            allocation.arms.iter().filter(|arm| !event.arms.contains(arm)).map(String::as_str).collect();
        if decided_later || without.is_empty() || !told.insert(name.as_str()) {
            return;
        }
        let diagnostic = at(
            &codes::ARM_ONLY_ANCHOR,
            here.find(name),
            format!(
                "`{name}` does not happen in every arm, and {} is decided before anybody has an arm",
                place.code
            ),
        );
        found.extend(diagnostic.map(|found| {
            let found = match event.origin.0 {
                Some(span) => found.and(span, format!("not in arm {}", without.join(", "))),
                None => found,
            };
            found
                .label(format!("undefined in arm {}", without.join(", ")))
                .help(format!("count from an event that every participant has, such as `{}`, or limit the criterion with `arms: {}`", allocation.at, event.arms.join(", ")))
        }));
    });
    found
}

/// Words of protocols for points in a participant's time: each with the words by which an event or visit of that
/// meaning is known.
const MOMENTS: [(&str, &[&str]); 9] = [
    ("enrollment|enrolment", &["enrollment", "enrolment", "enrolled"]),
    ("consent", &["consent"]),
    ("randomization|randomisation", &["randomization", "randomisation", "allocation"]),
    ("screening", &["screening", "screen"]),
    ("baseline", &["baseline"]),
    ("registration", &["registration", "registered"]),
    ("transplantation|transplant", &["transplantation", "transplant"]),
    ("surgery", &["surgery", "operation"]),
    ("infusion", &["infusion"]),
];

/// T05: the wording counts from one event, the rule from others.
fn named_anchor(trial: &Trial, place: Place<'_>) -> Option<Diagnostic> {
    if place.is_queried() {
        return None;
    }
    let prose = place.prose();
    let mut anchors: Vec<(&str, String)> = Vec::new();
    walk(&place.criterion.rule, &mut |node| {
        if let Node::Moment(moment, _) = node {
            let known = match &moment.of {
                Anchor::Event { name, .. } => {
                    Some((name.as_str(), trial.events.get(name).map(|event| &event.label)))
                }
                Anchor::Visit { name } => {
                    let visits = trial.schedule.as_ref().map(|schedule| &schedule.visits);
                    Some((
                        name.as_str(),
                        visits.and_then(|visits| visits.get(name)).map(|visit| &visit.label),
                    ))
                }
                Anchor::Onset { finding } | Anchor::End { finding } => Some((
                    finding.name.as_str(),
                    trial.concepts.get(&finding.name).map(|concept| &concept.label),
                )),
                Anchor::Decision => None,
            };
            if let Some((name, label)) = known {
                let words =
                    format!("{} {}", name.replace('_', " "), label.map_or("", String::as_str)).to_lowercase();
                anchors.push((name, words));
            }
        }
    });
    let (first, _) = anchors.first()?;
    let said: Vec<(Range<usize>, &[&str])> =
        MOMENTS.iter().filter_map(|(word, known)| Some((said_as_anchor(&prose, word)?, *known))).collect();
    let named =
        |known: &[&str]| anchors.iter().any(|(_, words)| known.iter().any(|known| words.contains(known)));
    if said.iter().any(|(_, known)| named(known)) {
        return None;
    }
    let (range, _) = said.into_iter().next()?;
    let word = prose.words(range.clone());
    Some(
        at(
            &codes::OTHER_ANCHOR,
            prose.span(range),
            format!("the wording counts from `{word}`, the rule of {} from `{first}`", place.code),
        )?
        .label("not an anchor of the rule")
        .help(format!(
            "use the protocol's event in the rule; or, where they are one and the same, say so in the event's own wording: `event {first} \"… ({word})\"`"
        )),
    )
}

/// Where a word stands as the point from which a time counts: `prior to enrollment`, `4 weeks of enrollment`; not
/// `history of surgery`, `able to consent`.
fn said_as_anchor(prose: &Prose<'_>, word: &str) -> Option<Range<usize>> {
    let before = [
        "at|before|after|since|until|preceding|from",
        "prior|up to",
        "time|date|day|days|weeks|months|years|hours of",
        "at|before|after|since|until|preceding the|study|trial",
        "prior to the|study|trial",
        "days|weeks|months|years of the|study|trial",
    ];
    let patterns: Vec<String> = before.iter().map(|before| format!("{before} {word}")).collect();
    let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
    let range = prose.find_first(&patterns)?;
    let start = prose.words(range.clone()).rfind(' ').map_or(range.start, |blank| range.start + blank + 1);
    Some(start..range.end)
}

/// Events by which a participant enters a trial; protocols use them as if they were one.
const ENTRIES: [&str; 8] = [
    "consent",
    "enrollment",
    "enrolment",
    "registration",
    "screening",
    "baseline",
    "inclusion",
    "study_entry",
];

/// T05: two events of entry on one day, both used as anchors.
fn one_day_two_events(trial: &Trial, found: &mut Vec<Diagnostic>) {
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for place in criteria(trial) {
        walk(&place.criterion.rule, &mut |node| {
            if let Node::Moment(Moment { of: Anchor::Event { name, .. }, .. }, _) = node {
                used.insert(name);
            }
        });
    }
    for (name, event) in trial.events.iter().filter(|(name, _)| ENTRIES.contains(&name.as_str())) {
        for constraint in &event.constraints {
            let Anchor::Event { name: other, .. } = &constraint.anchor.of else { continue };
            let same = |end: &Option<Offset>| end.as_ref().is_some_and(|offset| day_range(offset) == (0, 0));
            let one_day =
                constraint.anchor.offset.is_none() && same(&constraint.low) && same(&constraint.high);
            let both = used.contains(name.as_str()) && used.contains(other.as_str());
            if !(one_day && both && ENTRIES.contains(&other.as_str())) {
                continue;
            }
            let diagnostic = at(
                &codes::OTHER_ANCHOR,
                constraint.origin.0.or(event.origin.0),
                format!("`{name}` and `{other}` are one day with two names, and criteria count from both"),
            );
            found.extend(diagnostic.map(|found| {
                found.label("the same day").help(format!(
                    "use one of them: `event {other} \"… ({name})\"`, and count every criterion from `{other}`"
                ))
            }));
        }
    }
}

/// T13: `at randomization` in the wording, an older result in the rule.
fn exact_moment(trial: &Trial, place: Place<'_>) -> Option<Diagnostic> {
    const OLDEST: i64 = 31;
    if place.is_queried() {
        return None;
    }
    let prose = place.prose();
    let mut found = None;
    walk(&place.criterion.rule, &mut |node| {
        let Node::Window(window, here) = node else { return };
        let (Some(from), Some(to)) = (&window.from, &window.to) else { return };
        let (None, Anchor::Event { name, .. }) = (&to.offset, &to.of) else { return };
        let (Some(Offset { by, .. }), true) = (&from.offset, from.of == to.of) else { return };
        let days = by_days(by).1;
        if days <= OLDEST || found.is_some() {
            return;
        }
        let word = name.replace('_', " ");
        let label = trial.events.get(name).map_or("", |event: &Event| event.label.as_str());
        let said = [&word, label].into_iter().filter(|word| !word.is_empty()).find_map(|word| {
            let word = word.to_lowercase();
            prose.find_first(&[
                &format!("at {word}"),
                &format!("at time of {word}"),
                &format!("at the time of {word}"),
            ])
        });
        let Some(range) = said else { return };
        let said = prose.words(range.clone());
        found = at(
            &codes::OLD_RESULT,
            here.find(&window.text),
            format!("the wording says `{said}`, the rule accepts a result up to {days} days old"),
        )
        .map(|found| {
            let found = match prose.span(range) {
                Some(span) => found.and(span, "the wording"),
                None => found,
            };
            found.label(format!("{days} days")).help(format!(
                "shorten the window, or say in the wording how old a result may be: `within {days} days before {word}`"
            ))
        });
    });
    found
}

/// T08 and T10: drugs that must be out of the body.
fn exposures(trial: &Trial, place: Place<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if !place.excludes() {
        return found;
    }
    for (clause, holds) in tests_of(place) {
        let Rule::Occurs { finding, mode, window } = &clause.rule else { continue };
        if holds || !matches!(finding.domain, Domain::Drug | Domain::DrugClass) {
            continue;
        }
        let here = Here { text: &clause.text, origin: clause.origin };
        if *mode == Mode::Present && window.from.is_some() && window.from == window.to {
            if !place.is_queried() {
                found.extend(no_washout(finding, window, here));
            }
        } else if matches!(mode, Mode::Present | Mode::Ended) {
            found.extend(short_washout(trial, finding, window, here));
        }
    }
    found
}

fn no_washout(finding: &Finding, window: &Window, here: Here<'_>) -> Option<Diagnostic> {
    let name = &finding.name;
    let phrase = &window.text;
    let anchor = match &window.to.as_ref()?.of {
        Anchor::Event { name, .. } | Anchor::Visit { name } => name.as_str(),
        _ => return None,
    };
    Some(
        at(
            &codes::NO_WASHOUT,
            here.find(phrase),
            format!("`{name}` is excluded on one day only: stopping it the day before is enough"),
        )?
        .label("no washout")
        .help(format!("say how long it must have been stopped: `taking {name} within 28 days before {anchor}`, or 5 half-lives; where one day is meant, put it in a `query`")),
    )
}

fn short_washout(trial: &Trial, finding: &Finding, window: &Window, here: Here<'_>) -> Option<Diagnostic> {
    let (from, to) = (window.from.as_ref()?, window.to.as_ref()?);
    if from.of != to.of || to.offset.is_some() {
        return None;
    }
    let length = by_days(&from.offset.as_ref()?.by).1;
    let members = trial.concepts.get(&finding.name)?.members.iter().map(String::as_str);
    let slowest = [finding.name.as_str()]
        .into_iter()
        .chain(members)
        .filter(|drug| !finding.other_than.iter().any(|out| out == drug))
        .filter_map(|drug| Some((drug, by_minutes(trial.concepts.get(drug)?.half_life.as_ref()?)?)))
        .max_by_key(|(_, minutes)| *minutes)?;
    let (drug, half_life) = slowest;
    let needed = (5 * half_life + MINUTES_PER_DAY - 1) / MINUTES_PER_DAY;
    if length >= needed {
        return None;
    }
    let days = |count: i64| if count == 1 { "1 day".to_owned() } else { format!("{count} days") };
    Some(
        at(
            &codes::SHORT_WASHOUT,
            here.find(&window.text),
            format!("{} is shorter than 5 half-lives of `{drug}`", days(length)),
        )?
        .label(format!("5 half-lives are {}", days(needed)))
        .help(format!("wait at least {}, or write `5 half_lives of {drug}`", days(needed))),
    )
}

const MINUTES_PER_DAY: i64 = 24 * 60;

fn by_days(by: &Duration) -> (i64, i64) {
    day_range(&Offset { direction: crate::model::Direction::After, by: by.clone() })
}

fn by_minutes(by: &Duration) -> Option<i64> {
    match by {
        Duration::Minutes(minutes) => Some(*minutes),
        Duration::Days(days) => days.checked_mul(MINUTES_PER_DAY),
        Duration::Months(_) => by_days(by).1.checked_mul(MINUTES_PER_DAY),
        Duration::Longest(_) | Duration::Shortest(_) => None,
    }
}

/// T09: HbA1c mirrors the last two to three months (Nathan et al., Diabetes Care 2008, 31, 1473), so that two weeks of
/// stable values say nothing.
fn short_stability(trial: &Trial, place: Place<'_>) -> Vec<Diagnostic> {
    const TURNOVER_DAYS: i64 = 56;
    let mut found = Vec::new();
    walk(&place.criterion.rule, &mut |node| {
        let Node::Clause(clause) = node else { return };
        let Rule::Steady { measure: term, .. } = &clause.rule else { return };
        let Value::Measured { window, .. } = &term.value else { return };
        let Some((_, measure)) = measure_of(trial, term) else { return };
        let is_hba1c = measure.quantity().is_some_and(|quantity| quantity.kind.as_deref() == Some("hba1c"));
        let (Some(from), Some(to)) = (&window.from, &window.to) else { return };
        let Some(offset) = from.offset.as_ref().filter(|_| from.of == to.of && to.offset.is_none()) else {
            return;
        };
        let days = by_days(&offset.by).1;
        if !is_hba1c || days >= TURNOVER_DAYS {
            return;
        }
        let here = Here { text: &clause.text, origin: clause.origin };
        let diagnostic = at(
            &codes::WINDOW_TOO_SHORT,
            here.find(&window.text),
            format!("{} mirrors the last 8 to 12 weeks; over {days} days it is always stable", measure.label),
        );
        found.extend(diagnostic.map(|found| {
            found.label(format!("{days} days")).help("look at 3 months or more, or at glucose instead")
        }));
    });
    found
}

/// Whether the wording says how far back it looks: a number with a time, `ever`, `lifetime`.
pub(super) fn says_how_far_back(prose: &Prose<'_>) -> bool {
    let timed =
        prose.quantities().iter().any(|quantity| matches!(quantity.measure, super::prose::Measure::Time(_)));
    timed
        || [
            "ever",
            "lifetime",
            "previous|prior|past week|month|year|decade",
            "childhood",
            "current|currently",
            "recent",
        ]
        .iter()
        .any(|word| prose.has(word))
}

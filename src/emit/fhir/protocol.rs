//! The trial itself as a ResearchStudy, and its schedule as the PlanDefinition that the study follows (HL7 FHIR R4).
//!
//! Each event that a visit counts from and each visit is an action. A visit starts at its target: so long after, before or
//! with the action of its anchor. How early or late it may be stands beside that as an extension of ours, since one
//! related action of R4 has either a distance or a range. What is done at a visit, and each form that is filled in, are actions inside
//! the visit's.

use super::questionnaire::{UCUM, computable, id, some, urn, written};
use crate::casebook::Sheet;
use crate::emit::json::{Json, Object};
use crate::emit::losses::Losses;
use crate::model::{
    Activity, Anchor, Direction, Duration, Header, Moment, Offset, Outcome, Schedule, Tier, Trial, Visit,
    VisitTiming,
};
use crate::wording::{Wording, sentence};

const TERMINOLOGY: &str = "http://terminology.hl7.org/CodeSystem";
/// Days before and after the target on which a visit may take place, as a Range.
const WINDOW: &str = "urn:trialc:fhir:window";

pub(super) fn study(trial: &Trial) -> Object<'_> {
    let header = &trial.header;
    let identifiers: Vec<Object> = header
        .ids
        .iter()
        .map(|known| {
            let scheme = format!("urn:trialc:identifier:{}", urn(&known.scheme));
            Object::new().with("system", scheme).with("value", written(&known.value, "unknown"))
        })
        .collect();
    let protocol = trial
        .schedule
        .as_ref()
        .map(|_| vec![Object::new().with("reference", format!("PlanDefinition/{}", plan_id(header)))]);
    let wording = Wording::of(trial);
    let conditions: Vec<Object> =
        header.conditions.iter().map(|name| text_of(&sentence(&wording.named(name)))).collect();
    let arms: Vec<Object> = trial
        .arms
        .values()
        .map(|arm| {
            Object::new()
                .with("name", written(&arm.label, "Arm"))
                .with("type", text_of(&sentence(&arm.kind.replace('_', " "))))
                .with_some("description", arm.description.as_ref().map(|text| written(text, "-")))
        })
        .collect();
    Object::new()
        .with("resourceType", "ResearchStudy")
        .with("id", id(&header.name))
        .with_some("identifier", some(identifiers))
        .with("title", written(&header.title, &header.name))
        .with_some("protocol", protocol)
        .with("status", status(header.status.as_deref()).unwrap_or(UNSAID))
        .with_some("primaryPurposeType", header.purpose.as_deref().map(purpose))
        .with_some("phase", phase(&header.phase))
        .with_some("condition", some(conditions))
        .with_some("keyword", some(header.keywords.iter().map(|word| text_of(word)).collect::<Vec<_>>()))
        .with_some("description", header.official_title.as_ref().map(|text| written(text, "-")))
        .with_some("period", period(header))
        .with_some(
            "sponsor",
            header.sponsor.as_ref().map(|name| Object::new().with("display", written(name, "unknown"))),
        )
        .with_some("arm", some(arms))
        .with_some("objective", some(trial.outcomes.values().map(objective).collect::<Vec<_>>()))
}

/// R4 demands a status; a protocol that does not say has not been decided on as far as anybody knows, and the report says so.
const UNSAID: &str = "in-review";

/// ClinicalTrials.gov's words in those of FHIR.
fn status(known: Option<&str>) -> Option<&'static str> {
    Some(match known? {
        "recruiting" | "enrolling_by_invitation" => "active",
        "active_not_recruiting" => "closed-to-accrual",
        "suspended" => "temporarily-closed-to-accrual",
        "completed" => "completed",
        "terminated" => "administratively-completed",
        "withdrawn" => "withdrawn",
        _ => return None,
    })
}

/// A coded purpose where FHIR's list has it.
fn purpose(known: &str) -> Object<'_> {
    let code = match known {
        "basic_science" => "basic-science",
        "supportive_care" => "supportive-care",
        "health_services_research" => "health-services-research",
        "device_feasibility" => "device-feasibility",
        "treatment" | "prevention" | "diagnostic" | "screening" => known,
        _ => return text_of(&sentence(&known.replace('_', " "))),
    };
    let system = format!("{TERMINOLOGY}/research-study-prim-purp-type");
    Object::new().with("coding", vec![Object::new().with("system", system).with("code", code)])
}

fn phase(known: &[String]) -> Option<Object<'static>> {
    let words: Vec<&str> = known.iter().map(String::as_str).collect();
    let code = match words[..] {
        [] => return None,
        ["early_1"] => "early-phase-1",
        ["1"] => "phase-1",
        ["1", "2"] => "phase-1-phase-2",
        ["2"] => "phase-2",
        ["2", "3"] => "phase-2-phase-3",
        ["3"] => "phase-3",
        ["4"] => "phase-4",
        ["not_applicable"] => "n-a",
        _ => return Some(text_of(&format!("Phase {}", words.join("/")))),
    };
    let system = format!("{TERMINOLOGY}/research-study-phase");
    Some(Object::new().with("coding", vec![Object::new().with("system", system).with("code", code)]))
}

fn period(header: &Header) -> Option<Object<'_>> {
    let day = |date: &Option<crate::model::QualifiedDate>| date.as_ref().map(|date| date.date.clone());
    let (start, end) = (day(&header.started), day(&header.completed));
    let is_there = start.is_some() || end.is_some();
    is_there.then(|| Object::new().with_some("start", start).with_some("end", end))
}

fn objective(outcome: &Outcome) -> Object<'_> {
    let code = match outcome.tier {
        Tier::Primary => Some("primary"),
        Tier::Secondary => Some("secondary"),
        Tier::Exploratory => Some("exploratory"),
        Tier::Unstated => None,
    };
    let system = format!("{TERMINOLOGY}/research-study-objective-type");
    let kind = code.map(|code| {
        Object::new().with("coding", vec![Object::new().with("system", system).with("code", code)])
    });
    Object::new().with("name", written(&outcome.label, "Outcome")).with_some("type", kind)
}

fn text_of<'a>(text: &str) -> Object<'a> {
    Object::new().with("text", written(text, "unknown"))
}

// ---- the schedule ------------------------------------------------------------------------------------

fn plan_id(header: &Header) -> String {
    id(&format!("{}-schedule", header.name))
}

pub(super) fn plan<'a>(trial: &'a Trial, schedule: &'a Schedule, sheets: &[Sheet<'a>]) -> Object<'a> {
    let header = &trial.header;
    let version = header.version.as_ref().map_or("unversioned", |version| &version.label);
    let mut actions: Vec<Object> = Vec::new();
    for name in anchors(schedule) {
        let label = trial.events.get(name).map_or(name, |event| event.label.as_str());
        actions.push(
            Object::new()
                .with("id", event_id(name))
                .with("title", written(label, name))
                .with("code", vec![text_of("Event")]),
        );
    }
    for (name, visit) in &schedule.visits {
        actions.push(of_visit(trial, schedule, sheets, name, visit));
    }
    Object::new()
        .with("resourceType", "PlanDefinition")
        .with("id", plan_id(header))
        .with("url", format!("urn:trialc:{}:{}:schedule", urn(&header.name), urn(version)))
        .with("version", written(version, "unversioned"))
        .with("name", computable(&format!("{}_schedule", header.name)))
        .with("title", format!("Schedule of Activities: {}", written(&header.title, &header.name)))
        .with(
            "type",
            Object::new().with(
                "coding",
                vec![
                    Object::new()
                        .with("system", format!("{TERMINOLOGY}/plan-definition-type"))
                        .with("code", "clinical-protocol"),
                ],
            ),
        )
        .with("status", "draft")
        .with("subjectCodeableConcept", text_of("Participant"))
        .with_some("action", some(actions))
}

/// Ids of actions, by what they are of.
fn event_id(name: &str) -> String {
    id(&format!("event-{name}"))
}

fn visit_id(name: &str) -> String {
    id(&format!("visit-{name}"))
}

/// The events that a visit counts from, in the order of the visits, each once.
fn anchors(schedule: &Schedule) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for visit in schedule.visits.values() {
        if let Anchor::Event { name, .. } = &timing(visit).0.of
            && !names.contains(&name.as_str())
        {
            names.push(name);
        }
    }
    names
}

/// What a visit counts from, and how long after it.
fn timing(visit: &Visit) -> (&Moment, Option<&Offset>) {
    match &visit.timing {
        VisitTiming::Target { anchor, offset, .. } => (anchor, Some(offset)),
        VisitTiming::Range { anchor, .. } => (anchor, None),
        VisitTiming::OnEvent { moment, .. } => (moment, None),
    }
}

fn of_visit<'a>(
    trial: &'a Trial,
    schedule: &'a Schedule,
    sheets: &[Sheet<'a>],
    name: &'a str,
    visit: &'a Visit,
) -> Object<'a> {
    let wording = Wording::of(trial);
    let only = visit.when.as_ref().map(|when| format!("Only if {}.", wording.condition(when)));
    let arms = (!visit.arms.is_empty()).then(|| format!("Only in {}.", wording.arms(&visit.arms)));
    let words: Vec<String> =
        std::iter::once(format!("{}.", visit.timing.text())).chain(arms).chain(only).collect();
    let done: Vec<Object> = schedule
        .activities
        .iter()
        .filter(|(_, activity)| activity.cells.iter().any(|cell| cell.visit == name))
        .map(|(key, activity)| of_activity(wording, name, key, activity))
        .collect();
    let version = trial.header.version.as_ref().map_or("unversioned", |version| &version.label);
    let filled =
        sheets.iter().filter(|sheet| sheet.form.visits.iter().any(|visit| visit == name)).map(|sheet| {
            let url = format!(
                "urn:trialc:{}:{}:questionnaire:{}",
                urn(&trial.header.name),
                urn(version),
                urn(sheet.name)
            );
            Object::new()
                .with("id", id(&format!("{}-form-{}", visit_id(name), sheet.name)))
                .with("title", written(&sheet.form.label, sheet.name))
                .with("code", vec![text_of("Form")])
                .with("definitionCanonical", url)
        });
    let inside: Vec<Object> = done.into_iter().chain(filled).collect();
    Object::new()
        .with("id", visit_id(name))
        .with("title", written(&visit.label, name))
        .with("textEquivalent", written(&words.join(" "), "-"))
        .with("code", vec![text_of("Visit")])
        .with_some("relatedAction", related(visit).map(|related| vec![related]))
        .with_some("cardinalityBehavior", visit.repeat.as_ref().map(|_| "multiple"))
        .with_some("action", some(inside))
}

fn of_activity<'a>(wording: Wording<'_>, visit: &str, key: &str, activity: &'a Activity) -> Object<'a> {
    let cells = activity.cells.iter().filter(|cell| cell.visit == visit);
    let mut words: Vec<String> = Vec::new();
    for cell in cells {
        words.extend(cell.when.as_ref().map(|when| format!("Only if {}.", wording.condition(when))));
        words.extend((!cell.arms.is_empty()).then(|| format!("Only in {}.", wording.arms(&cell.arms))));
        words.extend(cell.note.clone());
    }
    words.dedup();
    Object::new()
        .with("id", id(&format!("{}-{key}", visit_id(visit))))
        .with("title", written(&activity.label, key))
        .with_some("textEquivalent", (!words.is_empty()).then(|| written(&words.join(" "), "-")))
        .with("code", vec![text_of("Activity")])
}

/// The start of the visit from the start of its anchor. `None` where R4 cannot say it.
fn related(visit: &Visit) -> Option<Object<'static>> {
    let (moment, offset) = timing(visit);
    let of = match &moment.of {
        Anchor::Event { name, .. } => event_id(name),
        Anchor::Visit { name } => visit_id(name),
        Anchor::Onset { .. } | Anchor::End { .. } | Anchor::Decision => return None,
    };
    let base = match &moment.offset {
        None => (0, Unit::Days),
        Some(offset) => signed(offset)?,
    };
    let related = Object::new().with("actionId", of);
    match &visit.timing {
        VisitTiming::OnEvent { .. } => Some(at(related, base)),
        VisitTiming::Target { early, late, .. } => {
            let target = at(related, sum(base, signed(offset?)?)?);
            let window = [
                signed(&Offset { direction: Direction::Before, by: early.clone() })?,
                signed(&Offset { direction: Direction::After, by: late.clone() })?,
            ];
            let [low, high] = window;
            if (low.0, high.0) == (0, 0) {
                return Some(target);
            }
            let span = range(low, high)?;
            let extension = Object::new().with("url", WINDOW).with("valueRange", span);
            let mut whole = Object::new().with("extension", vec![extension]);
            let mut target = target;
            whole.append(&mut target);
            Some(whole)
        }
        VisitTiming::Range { from, to, .. } => {
            let (low, high) = (sum(base, signed(from)?)?, sum(base, signed(to)?)?);
            // A range is counted forwards or backwards; what lies on both sides is counted forwards from a negative value.
            let is_before = low.0 < 0 && high.0 <= 0;
            let (word, low, high) = match is_before {
                true => ("before-start", (-high.0, high.1), (-low.0, low.1)),
                false => ("after-start", low, high),
            };
            Some(related.with("relationship", word).with("offsetRange", range(low, high)?))
        }
    }
}

fn at(related: Object<'static>, (count, unit): (i64, Unit)) -> Object<'static> {
    match count {
        0 => related.with("relationship", "concurrent-with-start"),
        _ => {
            let word = if count < 0 { "before-start" } else { "after-start" };
            related.with("relationship", word).with("offsetDuration", quantity((count.abs(), unit)))
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Days,
    Months,
    Minutes,
}

/// Negative before.
fn signed(offset: &Offset) -> Option<(i64, Unit)> {
    let (count, unit) = match offset.by {
        Duration::Days(days) => (days, Unit::Days),
        Duration::Months(months) => (months, Unit::Months),
        Duration::Minutes(minutes) => (minutes, Unit::Minutes),
        Duration::Longest(_) | Duration::Shortest(_) => return None,
    };
    Some((if offset.direction == Direction::Before { -count } else { count }, unit))
}

/// Days and months are not added up: how many days a month has is not known.
fn sum(one: (i64, Unit), other: (i64, Unit)) -> Option<(i64, Unit)> {
    match (one, other) {
        ((0, _), other) => Some(other),
        (one, (0, _)) => Some(one),
        _ if one.1 == other.1 => Some((one.0.checked_add(other.0)?, one.1)),
        _ => None,
    }
}

fn range(low: (i64, Unit), high: (i64, Unit)) -> Option<Object<'static>> {
    let unit = if low.0 == 0 { high.1 } else { low.1 };
    let is_one = high.0 == 0 || high.1 == unit;
    is_one.then(|| Object::new().with("low", quantity((low.0, unit))).with("high", quantity((high.0, unit))))
}

fn quantity((count, unit): (i64, Unit)) -> Object<'static> {
    let (word, code) = match unit {
        Unit::Days => ("days", "d"),
        Unit::Months => ("months", "mo"),
        Unit::Minutes => ("minutes", "min"),
    };
    Object::new().with("value", Json::from(count)).with("unit", word).with("system", UCUM).with("code", code)
}

/// What of the trial and its schedule is not in these two.
pub(super) fn losses(trial: &Trial, losses: &mut Losses) {
    if status(trial.header.status.as_deref()).is_none() {
        let place = trial.header.status.as_deref().unwrap_or("the protocol says no status");
        losses.add("the status of the study, which R4 demands", "written as `in-review`", place);
    }
    let Some(schedule) = &trial.schedule else { return };
    for visit in schedule.visits.values() {
        let place = || format!("{}: {}", visit.label, visit.timing.text());
        if related(visit).is_none() {
            losses.add(
                "times of visits that R4 cannot say as one distance from another action",
                "in words (`textEquivalent`); `schedule.json`",
                place(),
            );
        }
        if visit.repeat.is_some() {
            losses.add("how often a visit repeats, and until when", "in words; `schedule.json`", place());
        }
        for constraint in &visit.constraints {
            let place = format!("{}: {}", visit.label, constraint.text);
            losses.add("further bounds between visits", "`schedule.json`", place);
        }
    }
    for (name, decision) in &trial.decisions {
        let place = format!("{} criteria for {name}", decision.criteria.len());
        losses.add("eligibility criteria", "`eligibility.json`", place);
    }
}

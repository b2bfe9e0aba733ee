//! What the page's checker reads: the forms with their conditions, limits, checks and windows, as `casebook` has them.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::casebook::{
    Answer, Bounds, Carried, Conditions, Demand, FieldCondition, FormCondition, Item, Sheet, Tells, Truth,
    sheets, tells, topic, unit_variable, variable, visits_of,
};
use crate::eligibility::EligibilityDocument;
use crate::emit::entry::{choices, in_cycles, only, short_reason};
use crate::emit::forms::page::question;
use crate::emit::worksheet;
use crate::model::{CheckKind, Constraint, CycleNumbers, OneOf, Repeat, Trial, Visit, VisitTiming};
use crate::number::Exact;
use crate::wording::Wording;
use crate::wording::unit_name::plain;

#[derive(Serialize)]
pub(super) struct Book<'a> {
    format: &'static str,
    trial: &'a str,
    version: Option<&'a str>,
    arms: Vec<(&'a str, &'a str)>,
    visits: Vec<VisitPart<'a>>,
    /// Events that are one of several.
    one_of: Vec<(&'a str, &'a OneOf)>,
    forms: Vec<FormPart<'a>>,
    /// Conditions that the protocol lays on visits, forms and questions; absent where it lays none.
    conditions: Option<ConditionsPart<'a>>,
}

#[derive(Serialize)]
struct ConditionsPart<'a> {
    /// What the checker of the eligibility worksheet reads: the conditions in the place of criteria, by their numbers.
    rules: Box<RawValue>,
    /// In plain words.
    words: Vec<String>,
    visits: Vec<(String, usize)>,
    forms: Vec<FormCondition<'a>>,
    fields: Vec<FieldCondition<'a>>,
}

#[derive(Serialize)]
struct VisitPart<'a> {
    name: &'a str,
    label: &'a str,
    epoch: &'a str,
    /// The author's words.
    timing: &'a str,
    /// It takes place more than once.
    repeats: bool,
    arms: &'a [String],
    /// What the schedule says of its day, as the model has it.
    plan: PlanPart<'a>,
}

#[derive(Serialize)]
struct PlanPart<'a> {
    timing: &'a VisitTiming,
    constraints: &'a [Constraint],
    repeat: Option<&'a Repeat>,
    cycles: Option<&'a CycleNumbers>,
}

#[derive(Serialize)]
struct FormPart<'a> {
    name: &'a str,
    label: &'a str,
    domain: &'a str,
    instructions: Option<&'a str>,
    repeating: bool,
    visits: &'a [String],
    arms: &'a [String],
    /// What its fields tell of the participant.
    tells: Vec<(&'a str, Tells<'a>)>,
    items: Vec<ItemPart<'a>>,
    /// Fields that the schedule asks at no visit.
    never: Vec<&'a str>,
    /// The cycles in which it is filled in, of visits at which it is not filled in each time.
    cycles: Vec<(String, CycleNumbers)>,
    demands: Vec<DemandPart<'a>>,
}

#[derive(Serialize)]
struct ItemPart<'a> {
    name: &'a str,
    kind: &'static str,
    label: &'a str,
    /// The label without the heading above it.
    question: String,
    group: Option<&'a str>,
    help: Option<&'a str>,
    /// Conditions of the protocol, in words.
    only: Vec<String>,
    asked: Vec<Truth>,
    /// Fields on whose answers it depends.
    depends: Vec<&'a str>,
    /// Visits at which it is asked.
    visits: &'a [String],
    /// Must be answered where it is asked and the conditions of the protocol hold.
    required: bool,
    choices: Vec<(String, String)>,
    units: Vec<(&'a str, String)>,
    unit_item: Option<String>,
    hard: Vec<Limit<'a>>,
    soft: Vec<Limit<'a>>,
    precision: Option<u32>,
    event: Option<&'a str>,
    cdash: String,
    why: Vec<String>,
}

/// Limits in a unit, ends included; without a unit where the number has none.
#[derive(Serialize)]
struct Limit<'a> {
    unit: Option<&'a str>,
    low: Exact,
    high: Exact,
}

#[derive(Serialize)]
struct DemandPart<'a> {
    id: &'a str,
    message: &'a str,
    hard: bool,
    /// The field at which it is told.
    on: &'a str,
    /// The fields whose values it shows.
    fields: Vec<&'a str>,
    #[serde(flatten)]
    how: How<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum How<'a> {
    By(Truth),
    /// Of an item that is asked under conditions of the protocol.
    WhereAsked(Truth),
    InWindow(&'a str),
    NotBefore {
        field: &'a str,
        event: &'a str,
    },
    Unique(&'a [String]),
    /// Said by asking, or by nothing that the page knows.
    Silent(bool),
}

pub(super) fn book(trial: &Trial) -> Book<'_> {
    let visits = trial.schedule.iter().flat_map(|schedule| &schedule.visits);
    let events = trial.events.iter();
    Book {
        format: "trialc-form-record/1",
        trial: &trial.header.name,
        version: trial.header.version.as_ref().map(|version| version.label.as_str()),
        arms: trial.arms.iter().map(|(name, arm)| (name.as_str(), arm.label.as_str())).collect(),
        visits: visits.map(|(name, visit)| visit_part(trial, name, visit)).collect(),
        one_of: events.filter_map(|(name, event)| Some((name.as_str(), event.one_of.as_ref()?))).collect(),
        conditions: conditions(trial),
        forms: sheets(trial).into_iter().map(|sheet| form_part(trial, &sheet)).collect(),
    }
}

/// Whether the protocol lays conditions on visits, forms or questions.
pub(super) fn has_conditions(trial: &Trial) -> bool {
    !Conditions::of(trial).is_empty()
}

fn conditions(trial: &Trial) -> Option<ConditionsPart<'_>> {
    let Conditions { clauses, visits, forms, fields } = Conditions::of(trial);
    if clauses.is_empty() {
        return None;
    }
    let wording = Wording::of(trial);
    let rules = worksheet::rules(&EligibilityDocument::of_conditions(trial, &clauses));
    Some(ConditionsPart {
        rules: RawValue::from_string(rules).expect("rules are JSON"),
        words: clauses.iter().map(|clause| wording.condition(clause)).collect(),
        visits: visits.into_iter().collect(),
        forms,
        fields,
    })
}

fn visit_part<'a>(trial: &'a Trial, name: &'a str, visit: &'a Visit) -> VisitPart<'a> {
    let epochs = trial.schedule.as_ref().map(|schedule| &schedule.epochs);
    let epoch = epochs.and_then(|epochs| epochs.get(&visit.epoch));
    VisitPart {
        name,
        label: &visit.label,
        epoch: epoch.map_or(visit.epoch.as_str(), |epoch| &epoch.label),
        timing: visit.timing.text(),
        repeats: visit.is_numbered(),
        arms: &visit.arms,
        plan: PlanPart {
            timing: &visit.timing,
            constraints: &visit.constraints,
            repeat: visit.repeat.as_ref(),
            cycles: visit.cycles.as_ref(),
        },
    }
}

fn form_part<'a>(trial: &'a Trial, sheet: &Sheet<'a>) -> FormPart<'a> {
    let form = sheet.form;
    FormPart {
        name: sheet.name,
        label: &form.label,
        domain: &form.domain,
        instructions: form.instructions.as_deref(),
        repeating: form.repeating,
        visits: &form.visits,
        arms: &form.arms,
        tells: tells(trial, sheet),
        items: sheet
            .items
            .iter()
            // A unit is a part of its number here.
            .filter(|item| !matches!(item.answer, Answer::Unit { .. }))
            .map(|item| item_part(trial, sheet, item))
            .collect(),
        never: sheet.never.iter().map(|field| field.name.as_str()).collect(),
        cycles: sheet.cycles.iter().map(|(visit, cycles)| (visit.clone(), cycles.clone())).collect(),
        demands: sheet.demands().into_iter().map(|demand| demand_part(sheet, demand)).collect(),
    }
}

fn item_part<'a>(trial: &'a Trial, sheet: &Sheet<'a>, item: &Item<'a>) -> ItemPart<'a> {
    let field = item.field;
    let (mut units, mut unit_item, mut hard, mut soft, mut precision) =
        (Vec::new(), None, Vec::new(), Vec::new(), None);
    if let Answer::Number(number) = &item.answer {
        units = number.units.iter().map(|unit| (unit.ucum.as_str(), plain(unit))).collect();
        unit_item.clone_from(&number.unit_item);
        (hard, soft) = (limits(&number.hard), limits(&number.soft));
        precision = number.precision;
    }
    if let Answer::Integer { low, high } = &item.answer {
        hard = whole(*low, *high);
    }
    let kind = match &item.answer {
        Answer::Text => "text",
        Answer::Integer { .. } => "integer",
        Answer::Number(_) => "number",
        Answer::Date => "date",
        Answer::PartialDate => "partial_date",
        Answer::Time => "time",
        Answer::YesNo | Answer::Choice(_) => "choice",
        Answer::Unit { .. } => "unit",
    };
    let (name, test) = variable(&field.name);
    let mut cdash = name.to_owned();
    if let Some(unit) = unit_variable(name).filter(|_| !units.is_empty()) {
        cdash.push_str(&format!(" / {unit}"));
    }
    if let Some((topic, test)) = topic(name).zip(test) {
        cdash.push_str(&format!(" where {topic} = {test}"));
    }
    ItemPart {
        name: &field.name,
        kind,
        label: &field.label,
        question: question(field),
        group: field.group.as_deref(),
        help: field.help.as_deref(),
        only: only(trial, field).into_iter().chain(in_cycles(trial, field)).collect(),
        asked: item.asked.clone(),
        depends: field.when.iter().map(|condition| condition.field.as_str()).collect(),
        visits: visits_of(sheet.form, field),
        required: field.required,
        choices: choices(item),
        units,
        unit_item,
        hard,
        soft,
        precision,
        event: field.event.as_deref(),
        cdash,
        why: field.why.iter().map(|why| short_reason(trial, why)).collect(),
    }
}

fn limits<'a>(bounds: &Bounds<'a>) -> Vec<Limit<'a>> {
    let bare = bounds.bare.iter().map(|(low, high)| (None, low, high));
    let by_unit = bounds.by_unit.iter().filter_map(|limits| {
        let (low, high) = limits.limits.as_ref()?;
        Some((Some(limits.unit.ucum.as_str()), low, high))
    });
    let all = bare.chain(by_unit);
    all.map(|(unit, low, high)| Limit { unit, low: low.clone(), high: high.clone() }).collect()
}

/// Limits of a whole number; an open end is further away than any number that is typed.
fn whole(low: Option<i64>, high: Option<i64>) -> Vec<Limit<'static>> {
    if low.is_none() && high.is_none() {
        return Vec::new();
    }
    let exact = |value: i64| value.to_string().parse::<Exact>().expect("digits are a number");
    vec![Limit { unit: None, low: exact(low.unwrap_or(i64::MIN)), high: exact(high.unwrap_or(i64::MAX)) }]
}

fn demand_part<'a>(sheet: &Sheet<'a>, demand: Demand<'a>) -> DemandPart<'a> {
    let field_of = |name: &str| -> Option<&'a str> {
        sheet.items.iter().find(|item| item.name == name).map(|item| item.field.name.as_str())
    };
    let items: Vec<&str> = match (&demand.carried, &demand.check.check) {
        (Carried::By(_), CheckKind::Agrees { field, .. }) => vec![field],
        (Carried::By(truth) | Carried::WhereAsked(truth), _) => truth.items(),
        _ => vec![&demand.on],
    };
    let mut fields: Vec<&str> = Vec::new();
    for field in items.into_iter().filter_map(field_of) {
        if !fields.contains(&field) {
            fields.push(field);
        }
    }
    let on = field_of(&demand.on).unwrap_or_default();
    let Demand { check, carried, .. } = demand;
    let how = match (carried, &check.check) {
        (Carried::By(truth), _) => How::By(truth),
        (Carried::WhereAsked(truth), _) => How::WhereAsked(truth),
        (Carried::Beyond, CheckKind::InWindow { field }) => How::InWindow(field),
        (Carried::Beyond, CheckKind::NotBeforeEvent { field, event }) => How::NotBefore { field, event },
        (Carried::Beyond, CheckKind::Unique { fields }) => How::Unique(fields),
        (Carried::ByAsking | Carried::Beyond, _) => How::Silent(true),
    };
    DemandPart { id: &check.id, message: &check.message, hard: check.hard, on, fields, how }
}

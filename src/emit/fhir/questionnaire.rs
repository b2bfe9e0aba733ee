//! A form as a Questionnaire of FHIR R4.

use super::path::Path;
use crate::casebook::{
    Answer, Bounds, Carried, Item, LISTED, Number, RECORDS, REPEAT, Sheet, Truth, VISIT, numbered_visits,
    of_cycles, visit_label,
};
use crate::emit::entry::{choices, only};
use crate::emit::json::{Json, Object, exact_number};
use crate::model::{CycleNumbers, Trial, UnitRef};
use crate::number::Exact;
use crate::wording::unit_name::plain;

const CORE: &str = "http://hl7.org/fhir/StructureDefinition";
pub(super) const UCUM: &str = "http://unitsofmeasure.org";
const LOINC: &str = "http://loinc.org";
/// Characters of an `id`.
const ID_LENGTH: usize = 64;

/// Whether `enableWhen` says all that shows a question.
pub(super) fn is_shown_by<'a>(trial: &'a Trial, sheet: &'a Sheet<'a>, item: &Item<'a>) -> bool {
    let writer = Writer { trial, sheet };
    item.shown().iter().all(|truth| writer.all_of(truth).is_some())
}

pub(super) fn questionnaire<'a>(trial: &'a Trial, sheet: &'a Sheet<'a>) -> Object<'a> {
    let header = &trial.header;
    let version = header.version.as_ref().map_or("unversioned", |version| &version.label);
    let writer = Writer { trial, sheet };
    let constraints = writer.constraints();
    let mut items: Vec<Object> = Vec::new();
    if let Some(text) = sheet.form.instructions.as_deref().filter(|text| !text.trim().is_empty()) {
        items.push(display("instructions", text));
    }
    if !sheet.form.visits.is_empty() {
        let visits: Vec<Object> = sheet
            .form
            .visits
            .iter()
            .map(|visit| option(coding(None, visit, Some(visit_label(trial, visit)))))
            .collect();
        items.push(
            Object::new()
                .with("linkId", VISIT)
                .with("text", "Visit")
                .with("type", "choice")
                .with("required", true)
                .with("answerOption", visits),
        );
        items.extend(writer.time());
    }
    let questions: Vec<Object> = writer.questions();
    let mut own = Object::new();
    if sheet.form.repeating {
        items.push(
            Object::new()
                .with_some("extension", some(constraints))
                .with("linkId", RECORDS)
                .with("text", written(&sheet.form.label, "Records"))
                .with("type", "group")
                .with("repeats", true)
                .with("item", questions),
        );
    } else {
        own = own.with_some("extension", some(constraints));
        items.extend(questions);
    }
    let mut whole = Object::new()
        .with("resourceType", "Questionnaire")
        .with("id", id(&format!("{}-{}", header.name, sheet.name)));
    whole.append(&mut own);
    whole
        .with(
            "url",
            format!("urn:trialc:{}:{}:questionnaire:{}", urn(&header.name), urn(version), urn(sheet.name)),
        )
        .with("version", written(version, "unversioned"))
        .with("name", computable(sheet.name))
        .with("title", written(&sheet.form.label, sheet.name))
        .with("status", "draft")
        .with("subjectType", vec!["ResearchSubject"])
        .with_some("description", (!header.title.trim().is_empty()).then(|| written(&header.title, "")))
        .with("item", items)
}

struct Writer<'a> {
    trial: &'a Trial,
    sheet: &'a Sheet<'a>,
}

impl<'a> Writer<'a> {
    /// Which time it is of a visit that takes place more than once; nothing for a form of none.
    fn time(&self) -> Option<Object<'a>> {
        let numbered = numbered_visits(self.trial, self.sheet.form);
        if numbered.is_empty() {
            return None;
        }
        let from_1 = Object::new().with("url", format!("{CORE}/minValue")).with("valueInteger", 1_i64);
        let is_mixed = numbered.len() < self.sheet.form.visits.len();
        let visits = numbered
            .iter()
            .map(|visit| when(VISIT.to_owned(), "=", "answerCoding", coding(None, *visit, None::<&str>)));
        let visits: Vec<Object> = visits.filter(|_| is_mixed).collect();
        let several = visits.len() > 1;
        Some(
            Object::new()
                .with("extension", vec![from_1])
                .with("linkId", REPEAT)
                .with("text", "Number of the cycle, or of the event")
                .with("type", "integer")
                .with_some("enableWhen", some(visits))
                .with_some("enableBehavior", several.then_some("any"))
                .with("required", true),
        )
    }

    fn questions(&self) -> Vec<Object<'a>> {
        // The unit of a number is part of its answer.
        let asked = self.sheet.items.iter().filter(|item| !matches!(item.answer, Answer::Unit { .. }));
        asked.map(|item| self.shown(item)).collect()
    }

    /// The question, inside a group for each condition that has alternatives where it has others too: one element of FHIR
    /// joins its conditions either by `all` or by `any`.
    fn shown(&self, item: &'a Item<'a>) -> Object<'a> {
        let conditions: Vec<Vec<Object>> =
            item.shown().iter().filter_map(|truth| self.all_of(truth)).flatten().collect();
        let (single, mut several): (Vec<_>, Vec<_>) = conditions.into_iter().partition(|one| one.len() == 1);
        let mut own: Vec<Object> = single.into_iter().flatten().collect();
        let mut behavior = "all";
        if own.is_empty()
            && let Some(last) = several.pop()
        {
            (own, behavior) = (last, "any");
        }
        let mut object = self.question(item, own, behavior);
        for (number, conditions) in several.into_iter().enumerate().rev() {
            object = Object::new()
                .with("linkId", format!("{}.when{}", item.name, number + 1))
                .with("type", "group")
                .with("enableWhen", conditions)
                .with("enableBehavior", "any")
                .with("item", vec![object]);
        }
        object
    }

    /// What shows a question, as lists of `enableWhen` of each of which one must hold. `None` for what FHIR has no operator for: then
    /// the question is shown. A question without an answer equals nothing (`=` is false, `!=` is true).
    fn all_of(&self, truth: &Truth) -> Option<Vec<Vec<Object<'a>>>> {
        let visit = |operator, visit: &String| {
            when(VISIT.to_owned(), operator, "answerCoding", coding(None, visit.clone(), None::<&str>))
        };
        let each = |parts: &[Truth]| parts.iter().map(|part| self.all_of(part)).collect::<Option<Vec<_>>>();
        Some(match truth {
            Truth::Is { item, one_of } => {
                vec![one_of.iter().map(|value| self.equals(item, "=", value)).collect()]
            }
            Truth::AtVisit(visits) => vec![visits.iter().map(|one| visit("=", one)).collect()],
            Truth::Not(part) => match &**part {
                Truth::Is { item, one_of } => {
                    one_of.iter().map(|value| vec![self.equals(item, "!=", value)]).collect()
                }
                Truth::AtVisit(visits) => visits.iter().map(|one| vec![visit("!=", one)]).collect(),
                _ => return None,
            },
            Truth::Time(cycles) => time_of(cycles)?,
            Truth::All(parts) => each(parts)?.into_iter().flatten().collect(),
            Truth::Any(parts) => any_of(each(parts)?)?,
            _ => return None,
        })
    }

    fn equals(&self, item: &str, operator: &'static str, value: &str) -> Object<'a> {
        let (item, text) = (item.to_owned(), || Json::from(value.to_owned()));
        match self.sheet.item(&item).map(|item| &item.answer) {
            Some(Answer::Integer { .. }) => {
                let number = value.parse::<i64>().map_or_else(|_| text(), Json::from);
                when(item, operator, "answerInteger", number)
            }
            Some(Answer::Number(_)) => {
                let number = value.parse().ok().and_then(|value| exact_number(&value));
                when(item, operator, "answerDecimal", number.unwrap_or_else(text))
            }
            Some(Answer::Text) => when(item, operator, "answerString", text()),
            _ => when(item, operator, "answerCoding", coding(None, text(), None::<&str>)),
        }
    }

    fn question(
        &self,
        item: &'a Item<'a>,
        conditions: Vec<Object<'a>>,
        behavior: &'static str,
    ) -> Object<'a> {
        let code = item
            .field
            .loinc
            .as_ref()
            .map(|code| vec![coding(Some(LOINC), &code.code, code.display.as_deref())]);
        let several = conditions.len() > 1;
        let options: Vec<Object> = choices(item)
            .into_iter()
            .map(|(code, label)| option(coding(None, code, Some(written(&label, "-")))))
            .collect();
        let help: Vec<String> =
            item.field.help.iter().cloned().chain(only(self.trial, item.field)).collect::<Vec<_>>();
        let help = help.join(" ");
        let help = (!help.trim().is_empty()).then(|| vec![self.help(item, &help)]);
        Object::new()
            .with_some("extension", some(extensions(item)))
            .with("linkId", &item.name)
            .with_some("code", code)
            .with("text", written(&item.label, &item.name))
            .with("type", kind(item))
            .with_some("enableWhen", some(conditions))
            .with_some("enableBehavior", several.then_some(behavior))
            .with("required", item.required)
            .with_some("answerOption", some(options))
            .with_some("item", help)
    }

    fn help(&self, item: &Item<'_>, text: &str) -> Object<'a> {
        let control = Object::new().with("url", format!("{CORE}/questionnaire-itemControl")).with(
            "valueCodeableConcept",
            Object::new().with(
                "coding",
                vec![coding(Some("http://hl7.org/fhir/questionnaire-item-control"), "help", None::<&str>)],
            ),
        );
        let mut help = Object::new().with("extension", vec![control]);
        help.append(&mut display(&format!("{}.help", item.name), text));
        help
    }

    /// Soft limits, the limits of each of several units, and the checks of two answers.
    fn constraints(&self) -> Vec<Object<'a>> {
        let path = Path { sheet: self.sheet };
        let mut found = Vec::new();
        for item in &self.sheet.items {
            let Answer::Number(number) = &item.answer else { continue };
            found.extend(self.limits(&path, item, number, &number.hard, true));
            found.extend(self.limits(&path, item, number, &number.soft, false));
        }
        for (place, (visit, cycles)) in of_cycles(self.trial, self.sheet).enumerate() {
            let elsewhere = !Truth::AtVisit(vec![visit.clone()]);
            let truth = Truth::Any(vec![elsewhere, Truth::Time(cycles.clone())]);
            if let Some(expression) = path.write(&truth) {
                let key = format!("{}.{REPEAT}.cycles-{}", self.sheet.name, place + 1);
                let human = format!("{} is filled in in {cycles}.", visit_label(self.trial, visit));
                found.push(constraint(&key, true, written(&human, "Cycles"), expression));
            }
        }
        for demand in self.sheet.demands() {
            let Carried::By(truth) = &demand.carried else { continue };
            if let Some(expression) = path.write(truth) {
                let human = written(&demand.check.message, &demand.check.id);
                found.push(constraint(&demand.check.id, demand.check.hard, human, expression));
            }
        }
        found
    }

    fn limits(
        &self,
        path: &Path<'_, '_>,
        item: &Item<'_>,
        number: &Number<'_>,
        bounds: &Bounds<'_>,
        hard: bool,
    ) -> Vec<Object<'a>> {
        let key = |place: usize| {
            format!(
                "{}.{}.{}-limits-{}",
                self.sheet.name,
                item.name,
                if hard { "hard" } else { "soft" },
                place + 1
            )
        };
        let human = |low: &Exact, high: &Exact, unit: Option<&UnitRef>| {
            let unit = unit.map(|unit| format!(" {}", plain(unit))).unwrap_or_default();
            let what = if hard { "enter a value" } else { "confirm a value that is not" };
            written(&format!("{}: {what} from {low} to {high}{unit}.", item.label), "Limits")
        };
        if number.unit_item.is_some() {
            let one = |(place, limits): (usize, &crate::casebook::UnitLimits<'_>)| {
                let (low, high) = limits.limits.as_ref()?;
                let expression = path.within(&item.name, &limits.unit.ucum, low, high)?;
                Some(constraint(&key(place), hard, human(low, high, Some(limits.unit)), expression))
            };
            return bounds.by_unit.iter().enumerate().filter_map(one).collect();
        }
        // The hard limits of a number in one unit are `minValue` and `maxValue`.
        let soft = bounds.known().filter(|_| !hard);
        let one = soft.and_then(|(low, high)| {
            let expression = path.between(&item.name, low, high)?;
            Some(constraint(&key(0), hard, human(low, high, number.unit), expression))
        });
        one.into_iter().collect()
    }
}

fn constraint<'a>(key: &str, hard: bool, human: String, expression: String) -> Object<'a> {
    let part = |url: &'static str, kind: &'static str, value: Json<'a>| {
        Object::new().with("url", url).with(kind, value)
    };
    let parts = vec![
        part("key", "valueId", id(key).into()),
        part("severity", "valueCode", if hard { "error" } else { "warning" }.into()),
        part("expression", "valueString", expression.into()),
        part("human", "valueString", human.into()),
    ];
    Object::new().with("extension", parts).with("url", format!("{CORE}/questionnaire-constraint"))
}

fn kind(item: &Item<'_>) -> &'static str {
    match &item.answer {
        Answer::Text => "string",
        Answer::Integer { .. } => "integer",
        Answer::Number(number) if number.unit_item.is_some() => "quantity",
        Answer::Number(_) => "decimal",
        Answer::Date | Answer::PartialDate => "date",
        Answer::Time => "time",
        Answer::YesNo | Answer::Choice(_) | Answer::Unit { .. } => "choice",
    }
}

fn extensions<'a>(item: &'a Item<'a>) -> Vec<Object<'a>> {
    let of = |name: &str, kind: &'static str, value: Json<'a>| {
        Object::new().with("url", format!("{CORE}/{name}")).with(kind, value)
    };
    let unit = |unit: &'a UnitRef| -> Json<'a> { coding(Some(UCUM), &unit.ucum, Some(plain(unit))).into() };
    match &item.answer {
        Answer::Integer { low, high } => {
            let low = low.map(|low| of("minValue", "valueInteger", low.into()));
            let high = high.map(|high| of("maxValue", "valueInteger", high.into()));
            low.into_iter().chain(high).collect()
        }
        Answer::Number(number) if number.unit_item.is_some() => {
            number.units.iter().map(|one| of("questionnaire-unitOption", "valueCoding", unit(one))).collect()
        }
        Answer::Number(number) => {
            let own = number.unit.map(|one| of("questionnaire-unit", "valueCoding", unit(one)));
            let limits =
                number.hard.known().and_then(|(low, high)| Some((exact_number(low)?, exact_number(high)?)));
            let limits = limits.map(|(low, high)| {
                [of("minValue", "valueDecimal", low), of("maxValue", "valueDecimal", high)]
            });
            own.into_iter().chain(limits.into_iter().flatten()).collect()
        }
        _ => Vec::new(),
    }
}

/// One of these numbers; the ends of a run are conditions of their own. FHIR has no operator for remainders.
fn time_of<'a>(cycles: &CycleNumbers) -> Option<Vec<Vec<Object<'a>>>> {
    let number =
        |operator, number: u32| when(REPEAT.to_owned(), operator, "answerInteger", i64::from(number));
    if let Some(listed) = cycles.listed(LISTED) {
        return Some(vec![listed.into_iter().map(|one| number("=", one)).collect()]);
    }
    let runs = cycles.0.iter().map(|run| {
        let last = run.last.map(|last| vec![number("<=", last)]);
        (run.step <= 1).then(|| std::iter::once(vec![number(">=", run.first)]).chain(last).collect())
    });
    any_of(runs.collect::<Option<_>>()?)
}

/// More conditions than this on one question are told as a loss.
const MOST_CONDITIONS: usize = 64;

/// One of these: each is a list of alternatives all of which must hold, and so is the whole.
fn any_of<'a>(parts: Vec<Vec<Vec<Object<'a>>>>) -> Option<Vec<Vec<Object<'a>>>> {
    let mut whole: Vec<Vec<Object<'a>>> = vec![Vec::new()];
    for part in parts {
        let with_each = |one: Vec<Object<'a>>| -> Vec<Vec<Object<'a>>> {
            part.iter().map(|other| one.iter().chain(other).cloned().collect()).collect()
        };
        whole = whole.into_iter().flat_map(with_each).collect();
        if whole.len() > MOST_CONDITIONS {
            return None;
        }
    }
    Some(whole)
}

fn when<'a>(
    question: String,
    operator: &'static str,
    kind: &'static str,
    answer: impl Into<Json<'a>>,
) -> Object<'a> {
    Object::new().with("question", question).with("operator", operator).with(kind, answer)
}

fn option(coding: Object<'_>) -> Object<'_> {
    Object::new().with("valueCoding", coding)
}

pub(super) fn coding<'a>(
    system: Option<&'static str>,
    code: impl Into<Json<'a>>,
    display: Option<impl Into<Json<'a>>>,
) -> Object<'a> {
    Object::new().with_some("system", system).with("code", code).with_some("display", display)
}

fn display<'a>(link: &str, text: &str) -> Object<'a> {
    Object::new().with("linkId", link.to_owned()).with("text", written(text, "-")).with("type", "display")
}

pub(super) fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

/// A string of FHIR: not empty, and without control characters other than line ends and tabs.
pub(super) fn written(text: &str, instead: &str) -> String {
    let known = |sign: char| if sign.is_control() && !"\n\t".contains(sign) { ' ' } else { sign };
    let text: String = text.chars().map(known).collect();
    let text = text.trim();
    if text.is_empty() { instead.to_owned() } else { text.to_owned() }
}

/// An `id`: letters, digits, `-` and `.`, 64 at most. What is longer keeps its end, where names differ.
pub(super) fn id(text: &str) -> String {
    let letters: String = text
        .chars()
        .map(|sign| if sign.is_ascii_alphanumeric() || sign == '.' { sign } else { '-' })
        .collect();
    letters[letters.len().saturating_sub(ID_LENGTH)..].to_owned()
}

/// The part of a URN.
pub(super) fn urn(text: &str) -> String {
    text.chars()
        .map(|sign| if sign.is_ascii_alphanumeric() || matches!(sign, '.' | '-' | '_') { sign } else { '-' })
        .collect()
}

/// A name for programs: letters, digits and `_`, a capital first.
pub(super) fn computable(name: &str) -> String {
    let letters: String =
        name.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign } else { '_' }).collect();
    let mut signs = letters.chars();
    match signs.next() {
        Some(first) if first.is_ascii_alphabetic() => first.to_ascii_uppercase().to_string() + signs.as_str(),
        _ => format!("F{letters}"),
    }
}

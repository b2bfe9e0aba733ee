//! JSON Schema of a form. What depends on an answer stands in `then`, and is refused where the answer is another; so does what
//! a condition of the protocol keeps from the participant, where the record itself decides it. Hard checks of one record that
//! need neither order nor dates are `not` what they forbid.

use super::truth;
use crate::casebook::{
    self, Carried, PARTICIPANT, RECORDS, REPEAT, Sheet, Truth, VISIT, numbered_visits, of_cycles, variable,
    visit_label,
};
use crate::emit::entry::{in_cycles, only, short_reason};
use crate::emit::json::{Json, Object, exact_number};
use crate::model::{CycleNumbers, Field, FieldCondition, FieldKind, Form, FormCheck, Level, Trial, UnitRef};
use crate::number::Exact;
use crate::wording::unit_name::plain;

/// The schema of a form in the draft of 2020-12.
pub(super) struct Schema<'a> {
    document: Object<'a>,
    id: String,
    /// The properties of the whole, those behind conditions with them.
    names: Vec<&'a str>,
    /// The properties of each record of a form that has many.
    of_record: Option<Vec<&'a str>>,
}

impl<'a> Schema<'a> {
    pub fn document(&self) -> &Object<'a> {
        &self.document
    }

    /// The twin for renderers that know no newer draft. That one cannot refuse unknown properties behind a condition, so
    /// that their names are listed.
    pub fn into_draft_7(mut self) -> Object<'a> {
        let document = &mut self.document;
        document.set("$schema", "http://json-schema.org/draft-07/schema#");
        document.set("$id", format!("{}:draft-07", self.id));
        close_by_names(document, self.names);
        if let Some(names) = self.of_record {
            close_by_names(document.object("properties").object(RECORDS).object("items"), names);
        }
        self.document
    }
}

const CLOSED: &str = "unevaluatedProperties";

fn close_by_names<'a>(schema: &mut Object<'a>, names: Vec<&'a str>) {
    schema.remove(CLOSED);
    schema.push("propertyNames", Object::new().with("enum", names));
}

const DATE: &str = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$";
const PARTIAL_DATE: &str = "^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$";
const TIME: &str = "^([01][0-9]|2[0-3]):[0-5][0-9]$";

pub(super) fn schema<'a>(trial: &'a Trial, sheet: &Sheet<'a>) -> Schema<'a> {
    let (name, form) = (sheet.name, sheet.form);
    let header = &trial.header;
    let version = header.version.as_ref().map_or("unversioned", |version| &version.label);
    let id = format!("urn:trialc:{}:{}:form:{}", urn(&header.name), urn(version), urn(name));
    let visits: Vec<Object> =
        form.visits.iter().map(|visit| constant(visit, Some(visit_label(trial, visit)))).collect();
    let mut identity = Object::new().with(PARTICIPANT, text("Participant number"));
    let mut required = vec![PARTICIPANT];
    if !visits.is_empty() {
        identity
            .push(VISIT, Object::new().with("type", "string").with("title", "Visit").with("oneOf", visits));
        required.push(VISIT);
    }
    let numbered = numbered_visits(trial, form);
    let repeat = (!numbered.is_empty()).then(|| repeat(numbered));
    let head = Object::new()
        .with("$schema", "https://json-schema.org/draft/2020-12/schema")
        .with("$id", id.clone())
        .with("title", &form.label)
        .with_some("description", form.instructions.as_ref())
        .with("x-cdash", Object::new().with("domain", &form.domain))
        .with("x-trial", trial_part(trial))
        .with_some("x-arms", (!form.arms.is_empty()).then(|| form.arms.iter().collect::<Vec<_>>()));
    let writer = Writer { trial, form, sheet };
    if !form.repeating {
        let also = repeat.as_ref().map(|_| REPEAT);
        let names = writer.names(&required.iter().copied().chain(also).collect::<Vec<_>>());
        return Schema {
            document: writer.object(head, identity, required, Some(repeat)),
            id,
            names,
            of_record: None,
        };
    }
    let record = writer.object(Object::new(), Object::new(), Vec::new(), None);
    let records = Object::new().with("type", "array").with("title", "Records").with("items", record);
    identity.push(RECORDS, records);
    required.push(RECORDS);
    let also = repeat.as_ref().map(|_| REPEAT);
    let document = head
        .with("type", "object")
        .with("properties", identity)
        .with("required", required.clone())
        .with_some("allOf", repeat.map(|repeat| vec![repeat]))
        .with(CLOSED, false);
    required.extend(also);
    Schema { document, id, names: required, of_record: Some(writer.names(&[])) }
}

/// Which time it is of a visit that takes place more than once; of other visits nothing is said.
fn repeat(numbered: Vec<&str>) -> Object<'_> {
    let numbers = Object::new()
        .with("title", "Number of the cycle, or of the event")
        .with("type", "integer")
        .with("minimum", 1_i64);
    let visits = one_of(numbered.into_iter().map(Json::from).collect());
    let is_numbered =
        Object::new().with("properties", Object::new().with(VISIT, visits)).with("required", vec![VISIT]);
    Object::new()
        .with("if", is_numbered)
        .with("then", Object::new().with("properties", Object::new().with(REPEAT, numbers)))
        .with("else", Object::new().with("not", Object::new().with("required", vec![REPEAT])))
}

fn trial_part(trial: &Trial) -> Object<'_> {
    let version = trial.header.version.as_ref().map(|version| &version.label);
    let ids: Vec<String> = trial.header.ids.iter().map(|id| format!("{}:{}", id.scheme, id.value)).collect();
    Object::new()
        .with("name", &trial.header.name)
        .with_some("version", version)
        .with_some("identifiers", (!ids.is_empty()).then_some(ids))
}

/// Letters that a URN may have.
fn urn(text: &str) -> String {
    text.chars()
        .map(|sign| if sign.is_ascii_alphanumeric() || matches!(sign, '.' | '-' | '_') { sign } else { '-' })
        .collect()
}

/// Fields that are asked under the same conditions.
struct Group<'a> {
    when: &'a [FieldCondition],
    visits: Option<&'a [String]>,
    /// Where this holds of the record, a condition of the protocol does not.
    kept: Option<Truth>,
    fields: Vec<&'a Field>,
}

/// The checks of a form that its schema carries.
pub(super) fn carried_checks<'a>(sheet: &Sheet<'a>) -> Vec<&'a FormCheck> {
    let by_visit = !sheet.form.repeating;
    let carried = sheet.demands().into_iter().filter(|demand| match &demand.carried {
        Carried::By(truth) => demand.check.hard && truth::can_write(truth, by_visit),
        Carried::ByAsking => true,
        Carried::WhereAsked(_) | Carried::Beyond => false,
    });
    carried.map(|demand| demand.check).collect()
}

struct Writer<'a, 's> {
    trial: &'a Trial,
    form: &'a Form,
    sheet: &'s Sheet<'a>,
}

impl<'a> Writer<'a, '_> {
    /// These properties and all fields.
    fn names(&self, first: &[&'a str]) -> Vec<&'a str> {
        first.iter().copied().chain(self.form.fields.iter().map(|field| field.name.as_str())).collect()
    }

    /// The schema of one record, with these properties before its fields. `of_entry` is given for an entry, which is of a visit,
    /// with what it says beside.
    fn object(
        &self,
        head: Object<'a>,
        before: Object<'a>,
        mut required: Vec<&'a str>,
        of_entry: Option<Option<Object<'a>>>,
    ) -> Object<'a> {
        let by_visit = of_entry.is_some();
        let mut properties = before;
        let mut groups: Vec<Group<'a>> = Vec::new();
        for field in &self.form.fields {
            let visits = field.visits.as_deref().filter(|_| by_visit && !self.form.visits.is_empty());
            let kept = self.kept(field, by_visit);
            if field.when.is_empty() && visits.is_none() && kept.is_none() {
                properties.push(&field.name, self.property(field));
                if must(field) {
                    required.push(&field.name);
                }
                continue;
            }
            let same =
                |group: &Group<'a>| group.when == field.when && group.visits == visits && group.kept == kept;
            match groups.iter_mut().find(|group| same(group)) {
                Some(group) => group.fields.push(field),
                None => groups.push(Group { when: &field.when, visits, kept, fields: vec![field] }),
            }
        }
        let beside = of_entry.flatten();
        let conditions: Vec<Object> = beside
            .into_iter()
            .chain(groups.iter().map(|group| self.conditional(group)))
            .chain(self.demanded(by_visit))
            .chain(self.checks(by_visit))
            .collect();
        head.with("type", "object")
            .with("properties", properties)
            .with_some("required", (!required.is_empty()).then_some(required))
            .with_some("allOf", (!conditions.is_empty()).then_some(conditions))
            .with(CLOSED, false)
    }

    fn conditional(&self, group: &Group<'a>) -> Object<'a> {
        let mut holds = Object::new();
        let mut there: Vec<&str> = Vec::new();
        if let Some(visits) = group.visits {
            let visits: Vec<Json> = visits.iter().map(Json::from).collect();
            // The schedule can name no visit at all: then the field is never asked.
            holds.set(VISIT, if visits.is_empty() { Json::Bool(false) } else { one_of(visits) });
            there.push(VISIT);
        }
        for condition in group.when {
            let values = condition.one_of.iter().map(|value| self.value(&condition.field, value)).collect();
            holds.set(&condition.field, one_of(values));
            there.push(&condition.field);
        }
        let asked = Object::new()
            .with_some("properties", (!holds.is_empty()).then_some(holds))
            .with_some("required", (!there.is_empty()).then_some(there))
            .with_some("not", group.kept.as_ref().and_then(|kept| truth::schema(self.sheet, kept)));
        let mut properties = Object::new();
        for field in &group.fields {
            properties.push(&field.name, self.property(field));
        }
        let is_there = |field: &&&Field| must(field) && field.cycles.is_empty();
        let required: Vec<&String> = group.fields.iter().filter(is_there).map(|field| &field.name).collect();
        let absent: Vec<Object> =
            group.fields.iter().map(|field| Object::new().with("required", vec![&field.name])).collect();
        let then = Object::new()
            .with("properties", properties)
            .with_some("required", (!required.is_empty()).then_some(required));
        Object::new()
            .with("if", asked)
            .with("then", then)
            .with("else", Object::new().with("not", Object::new().with("anyOf", absent)))
    }

    /// Where the record itself says that a field is not asked: a condition of the protocol does not hold, or another cycle asks it.
    fn kept(&self, field: &Field, by_visit: bool) -> Option<Truth> {
        let own = self.sheet.item(&field.name).and_then(|item| item.own.as_ref());
        let fails = own.and_then(|own| own.fails.clone());
        let other_cycle = field.cycles.iter().map(|(visit, cycles)| {
            Truth::All(vec![Truth::AtVisit(vec![visit.clone()]), !Truth::Time(cycles.clone())])
        });
        let mut all: Vec<Truth> =
            fails.into_iter().chain(other_cycle).filter(|truth| truth::can_write(truth, by_visit)).collect();
        match all.len() {
            0 => None,
            1 => all.pop(),
            _ => Some(Truth::Any(all)),
        }
    }

    /// Fields that must be answered where the record says that a condition of the protocol holds, or that its cycle asks them.
    fn demanded(&self, by_visit: bool) -> Vec<Object<'a>> {
        let mut demanded: Vec<(Truth, Vec<&'a String>)> = Vec::new();
        for item in &self.sheet.items {
            let field = item.field;
            let holds = item.own.as_ref().and_then(|own| own.holds.clone());
            let is_open = !field.only.is_empty() && holds.is_none();
            let is_plain = field.only.is_empty() && field.cycles.is_empty();
            if item.name != field.name || !field.required || is_open || is_plain {
                continue;
            }
            let when = Truth::All(item.asked.iter().cloned().chain(holds).collect());
            if !truth::can_write(&when, by_visit) {
                continue;
            }
            match demanded.iter_mut().find(|(known, _)| *known == when) {
                Some((_, fields)) => fields.push(&field.name),
                None => demanded.push((when, vec![&field.name])),
            }
        }
        let one = |(when, fields): (Truth, Vec<&'a String>)| {
            let when = truth::schema(self.sheet, &when)?;
            Some(Object::new().with("if", when).with("then", Object::new().with("required", fields)))
        };
        demanded.into_iter().filter_map(one).collect()
    }

    /// Hard checks that the record alone decides.
    fn checks(&self, by_visit: bool) -> Vec<Object<'a>> {
        let of_cycle = |(visit, cycles): (&String, &CycleNumbers)| {
            let wrong = Truth::All(vec![Truth::AtVisit(vec![visit.clone()]), !Truth::Time(cycles.clone())]);
            let mut wrong =
                truth::can_write(&wrong, true).then(|| truth::schema(self.sheet, &wrong)).flatten()?;
            let comment = format!("{} is filled in in {cycles}.", visit_label(self.trial, visit));
            let mut said = Object::new().with("$comment", comment);
            said.append(&mut wrong);
            Some(Object::new().with("not", said))
        };
        let of_cycles = of_cycles(self.trial, self.sheet).filter(|_| by_visit).filter_map(of_cycle);
        let one = |demand: casebook::Demand<'a>| {
            let Carried::By(truth) = demand.carried else { return None };
            if !demand.check.hard || !truth::can_write(&truth, by_visit) {
                return None;
            }
            let mut wrong = truth::schema(self.sheet, &(!truth).pushed_down())?;
            // Inside, where renderers that merge the parts of `allOf` find nothing to merge.
            let mut said =
                Object::new().with("$comment", format!("{}: {}", demand.check.id, demand.check.message));
            said.append(&mut wrong);
            Some(Object::new().with("not", said))
        };
        of_cycles.chain(self.sheet.demands().into_iter().filter_map(one)).collect()
    }

    /// A condition's value as the other field submits it.
    fn value(&self, field: &str, value: &'a str) -> Json<'a> {
        let other = self.form.fields.iter().find(|other| other.name == field);
        match other.map(|other| &other.kind) {
            Some(FieldKind::Integer { .. }) => value.parse::<i64>().map_or_else(|_| value.into(), Json::from),
            Some(FieldKind::Number { .. }) => {
                value.parse().ok().and_then(|value| exact_number(&value)).unwrap_or_else(|| value.into())
            }
            _ => value.into(),
        }
    }

    fn property(&self, field: &'a Field) -> Object<'a> {
        let (name, test) = variable(&field.name);
        let unit = match &field.kind {
            FieldKind::Number { units, .. } => units.first(),
            _ => None,
        };
        let plausible = match &field.kind {
            FieldKind::Number { plausible: Some((low, high)), .. } => Some(span(low, high, unit)),
            _ => None,
        };
        let precision = match &field.kind {
            FieldKind::Number { precision, .. } => *precision,
            _ => None,
        };
        let conditions: Vec<String> =
            only(self.trial, field).into_iter().chain(in_cycles(self.trial, field)).collect();
        let why: Vec<String> = field.why.iter().map(|why| short_reason(self.trial, why)).collect();
        let loinc = field
            .loinc
            .as_ref()
            .map(|code| Object::new().with("code", &code.code).with_some("display", code.display.as_ref()));
        let mut schema = self.typed(field);
        let mut whole =
            Object::new().with("title", &field.label).with_some("description", field.help.as_ref());
        whole.append(&mut schema);
        whole
            .with_some("x-group", field.group.as_ref())
            .with_some("x-unit", unit.map(|unit| &unit.ucum))
            .with_some("x-plausible", plausible)
            .with_some("x-precision", precision)
            .with_some("x-loinc", loinc)
            .with("x-cdash", Object::new().with("variable", name).with_some("test", test))
            .with_some("x-only", (!conditions.is_empty()).then_some(conditions))
            .with("x-why", why)
    }

    fn typed(&self, field: &'a Field) -> Object<'a> {
        let string = || Object::new().with("type", "string");
        match &field.kind {
            FieldKind::Text => string().with("minLength", 1_i64),
            FieldKind::Integer { low, high } => {
                Object::new().with("type", "integer").with_some("minimum", *low).with_some("maximum", *high)
            }
            FieldKind::Number { units, range, .. } => self.number(field, units, range.as_ref()),
            FieldKind::Date => string().with("format", "date").with("pattern", DATE),
            FieldKind::PartialDate => string().with("pattern", PARTIAL_DATE),
            FieldKind::Time => string().with("pattern", TIME),
            FieldKind::YesNo => {
                string().with("oneOf", vec![constant("Y", Some("Yes")), constant("N", Some("No"))])
            }
            FieldKind::Choice { levels } => {
                string().with("oneOf", levels.iter().map(level).collect::<Vec<_>>())
            }
        }
    }

    /// A number with its unit, and the hard limits of each unit in which they are exact.
    fn number(&self, field: &'a Field, units: &'a [UnitRef], range: Option<&(Exact, Exact)>) -> Object<'a> {
        let number = || Object::new().with("type", "number");
        if units.is_empty() {
            return match range {
                Some((low, high)) => between(number(), low, high),
                None => number(),
            };
        }
        let listed: Vec<Object> = units.iter().map(|unit| constant(&unit.ucum, Some(plain(unit)))).collect();
        let limits: Vec<Object> = casebook::limits(self.trial, field)
            .into_iter()
            .filter_map(|limits| {
                let (low, high) = limits.limits?;
                let unit = Object::new().with("unit", Object::new().with("const", &limits.unit.ucum));
                let value = Object::new().with("value", between(Object::new(), &low, &high));
                Some(
                    Object::new()
                        .with("if", Object::new().with("properties", unit).with("required", vec!["unit"]))
                        .with("then", Object::new().with("properties", value)),
                )
            })
            .collect();
        let properties = Object::new()
            .with("value", number().with("title", "Value"))
            .with("unit", Object::new().with("type", "string").with("title", "Unit").with("oneOf", listed));
        Object::new()
            .with("type", "object")
            .with("properties", properties)
            .with("required", vec!["value", "unit"])
            .with("additionalProperties", false)
            .with_some("allOf", (!limits.is_empty()).then_some(limits))
    }
}

/// A field under a condition of the protocol is demanded only where the record says that it holds ([`Writer::demanded`]): the schema
/// does not know the participant.
fn must(field: &Field) -> bool {
    field.required && field.only.is_empty()
}

fn between<'a>(schema: Object<'a>, low: &Exact, high: &Exact) -> Object<'a> {
    schema.with_some("minimum", exact_number(low)).with_some("maximum", exact_number(high))
}

fn span<'a>(low: &Exact, high: &Exact, unit: Option<&'a UnitRef>) -> Object<'a> {
    let shown = |value: &Exact| exact_number(value).unwrap_or_else(|| value.to_string().into());
    Object::new()
        .with("low", shown(low))
        .with("high", shown(high))
        .with_some("unit", unit.map(|unit| &unit.ucum))
}

pub(super) fn one_of(values: Vec<Json<'_>>) -> Json<'_> {
    let mut values = values;
    match values.len() {
        1 => Object::new().with("const", values.remove(0)).into(),
        _ => Object::new().with("enum", values).into(),
    }
}

fn level(level: &Level) -> Object<'_> {
    constant(&level.value, level.label.as_deref())
}

fn constant<'a>(value: &'a str, title: Option<impl Into<Json<'a>>>) -> Object<'a> {
    Object::new().with("const", value).with_some("title", title)
}

fn text(title: &str) -> Object<'_> {
    Object::new().with("type", "string").with("title", title).with("minLength", 1_i64)
}

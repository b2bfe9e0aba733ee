//! What the author declares about forms goes over the defaults.

use indexmap::IndexMap;

use super::book::{Book, put, spelled, visits};
use super::catalog;
use super::field::{NO, YES, field};
use super::lint;
use super::names::{MAX_LENGTH, Taken, short};
use crate::diagnostics::{Diagnostic, codes, did_you_mean};
use crate::model::{
    ActivityKind, DeclaredField, DeclaredForm, Field, FieldCondition, FieldKind, FieldScope, Form, Measure,
    Trial, UnitRef, Why,
};
use crate::number::Exact;
use crate::units;

pub(super) fn apply(book: &mut Book<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let declared = book.declared;
    for (name, content) in declared {
        let form = form_for(book, name, content);
        let at: Vec<String> = content
            .at
            .iter()
            .cloned()
            .chain(
                book.of_kind(ActivityKind::Form)
                    .filter(|(form, _)| *form == name)
                    .flat_map(|(_, a)| visits(a)),
            )
            .collect();
        let trial = book.trial;
        let Some(form) = book.forms.get_mut(&form) else { continue };
        if let Some(label) = &content.label {
            form.label.clone_from(label);
        }
        form.visits.extend(at);
        let mut overlay = Overlay { trial, form, by_author: IndexMap::new(), diagnostics };
        overlay.fields(&content.fields);
    }
    lint::lists(declared, diagnostics);
}

/// The default form of this name, whatever the case, or a new one.
fn form_for(book: &mut Book<'_>, name: &str, content: &DeclaredForm) -> String {
    if let Some(known) = book.forms.keys().find(|known| known.eq_ignore_ascii_case(name)) {
        return known.clone();
    }
    let first = content.collects.iter().find_map(|thing| {
        book.trial.measures.get(thing).map(|measure| catalog::of_measure(thing, measure).domain)
    });
    let domain = first.unwrap_or("QS");
    book.form(name, &spelled(name), domain);
    name.to_owned()
}

/// A form under the fields that its author wrote.
struct Overlay<'a, 'd> {
    trial: &'a Trial,
    form: &'a mut Form,
    /// The author's name of a field, to its name on the form.
    by_author: IndexMap<String, String>,
    diagnostics: &'d mut Vec<Diagnostic>,
}

impl Overlay<'_, '_> {
    fn fields(&mut self, declared: &[DeclaredField]) {
        let mut before: Option<String> = None;
        for content in declared {
            let known = self.find(&content.name);
            let name = match (known, &content.kind) {
                (Some(name), _) => {
                    self.change(&name, content);
                    name
                }
                (None, Some(kind)) => self.new_field(content, kind, before.as_deref()),
                (None, None) => {
                    self.unknown(content);
                    continue;
                }
            };
            self.place(&name, content.order);
            self.by_author.insert(content.name.clone(), name.clone());
            before = Some(name);
        }
        // Conditions can name fields that are declared further down.
        for content in declared {
            if let (Some(condition), Some(name)) = (&content.when, self.by_author.get(&content.name).cloned())
            {
                self.condition(&name, condition, content);
            }
        }
    }

    /// A field by its own name, or by the measure that it records.
    fn find(&self, name: &str) -> Option<String> {
        let own = self.form.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name));
        let recorded = || {
            let of = |field: &&Field| field.measure.as_deref() == Some(name) && field.name.ends_with("ORRES");
            self.form.fields.iter().find(of)
        };
        own.or_else(recorded).map(|field| field.name.clone())
    }

    fn get(&mut self, name: &str) -> Option<&mut Field> {
        self.form.fields.iter_mut().find(|field| field.name == name)
    }

    fn change(&mut self, name: &str, content: &DeclaredField) {
        let measure = self
            .get(name)
            .and_then(|field| field.measure.clone())
            .and_then(|measure| self.trial.measures.get_key_value(&measure));
        if let (Some(kind), Some((of, measure))) = (&content.kind, measure) {
            self.carries(kind, of, measure, content);
        }
        let replaced = content.kind.as_ref().map(|kind| match (kind, measure) {
            (kind, Some((_, measure))) => over(kind, measure),
            (kind, None) => kind.clone(),
        });
        let Some(field) = self.get(name) else { return };
        if let Some(kind) = replaced {
            field.kind = kind;
        }
        if let Some(label) = &content.label {
            field.label.clone_from(label);
        }
        if let Some(help) = &content.help {
            field.help = Some(help.clone());
        }
        if let Some(required) = content.required {
            field.required = required;
        }
        field.origin = content.origin;
        let all: Vec<String> = Vec::new();
        field.only.extend(content.only.iter().map(|when| FieldScope {
            visits: all.clone(),
            cycles: None,
            when: when.clone(),
        }));
        self.limit(name, content, measure.map(|(_, measure)| measure));
    }

    fn new_field(&mut self, content: &DeclaredField, kind: &FieldKind, before: Option<&str>) -> String {
        let mut taken = Taken::default();
        for field in &self.form.fields {
            taken.claim(&field.name, usize::MAX);
        }
        let name = taken.claim(&variable(&self.form.domain, &content.name), MAX_LENGTH);
        let label = content.label.clone().unwrap_or_else(|| spelled(&content.name));
        let only = content
            .only
            .iter()
            .map(|when| FieldScope { visits: Vec::new(), cycles: None, when: when.clone() })
            .collect();
        let asked = Field {
            required: content.required.unwrap_or(false),
            help: content.help.clone(),
            why: vec![Why::Declared],
            origin: content.origin,
            only,
            ..field(&name, label, kind.clone())
        };
        put(self.form, asked);
        if let Some(at) =
            before.and_then(|before| self.form.fields.iter().position(|field| field.name == before))
        {
            let last = self.form.fields.len() - 1;
            let last = self.form.fields.remove(last);
            self.form.fields.insert(at + 1, last);
        }
        self.limit(&name, content, None);
        name
    }

    fn place(&mut self, name: &str, order: Option<i64>) {
        let Some(order) = order.and_then(|order| usize::try_from(order - 1).ok()) else { return };
        if let Some(at) = self.form.fields.iter().position(|field| field.name == name) {
            let field = self.form.fields.remove(at);
            self.form.fields.insert(order.min(self.form.fields.len()), field);
        }
    }

    /// Hard limits, in the field's first unit.
    fn limit(&mut self, name: &str, content: &DeclaredField, measure: Option<&Measure>) {
        let Some(range) = &content.range else { return };
        let trial = self.trial;
        let Some(field) = self.get(name) else { return };
        let (low, high) = match &mut field.kind {
            FieldKind::Integer { low, high } => {
                (*low, *high) = (range.low.to_i64(), range.high.to_i64());
                return;
            }
            FieldKind::Number { units, range: limits, .. } => {
                let convert = |value: &Exact| in_unit(value, range.unit.as_ref(), units.first(), measure);
                match (convert(&range.low), convert(&range.high)) {
                    (Ok(low), Ok(high)) => {
                        *limits = Some((low.clone(), high.clone()));
                        (low, high)
                    }
                    (Err(reason), _) | (_, Err(reason)) => {
                        let unit = units.first().map_or("no unit", |unit| unit.written.as_str()).to_owned();
                        self.diagnostics.extend(lint::wrong_unit(content, &reason, &unit));
                        return;
                    }
                }
            }
            _ => return,
        };
        let field = field.clone();
        self.diagnostics.extend(lint::too_narrow(trial, &field, (&low, &high), content));
    }

    /// Whether values of the measure can be entered in a field of this type.
    fn carries(&mut self, kind: &FieldKind, name: &str, measure: &Measure, content: &DeclaredField) {
        let found = lint::carries(kind, name, measure, content);
        self.diagnostics.extend(found);
    }

    fn unknown(&mut self, content: &DeclaredField) {
        let Some(span) = content.origin.0 else { return };
        let names = self.form.fields.iter().map(|field| field.name.as_str());
        let measures = self.form.fields.iter().filter_map(|field| field.measure.as_deref());
        let offer = did_you_mean(&content.name, names.chain(measures));
        let message = format!("no field `{}` is on this form, so there is nothing to change", content.name);
        let help = match offer {
            Some(other) => format!(
                "did you mean `{other}`? A new field needs its type: `field {} \"…\": text`",
                content.name
            ),
            None => format!("give a new field its type, such as `field {} \"…\": text`", content.name),
        };
        self.diagnostics.push(
            Diagnostic::new(&codes::UNKNOWN_FIELD, span, message)
                .label("neither a measure nor a field of the form")
                .help(help),
        );
    }

    /// Binds a condition to the field that it speaks of, and its values to that field's.
    fn condition(&mut self, name: &str, condition: &FieldCondition, content: &DeclaredField) {
        let target = self.by_author.get(&condition.field).cloned().or_else(|| self.find(&condition.field));
        let target = target.filter(|target| target != name);
        let Some(target) =
            target.and_then(|target| self.form.fields.iter().find(|field| field.name == target))
        else {
            let known: Vec<String> = self
                .by_author
                .keys()
                .cloned()
                .chain(self.form.fields.iter().map(|field| field.name.clone()))
                .collect();
            self.diagnostics.extend(lint::no_such_field(content, condition, &known));
            return;
        };
        let values: Vec<String> =
            condition.one_of.iter().map(|value| submitted(value, &target.kind)).collect();
        let allowed = values_of(&target.kind);
        if let Some(wrong) = values.iter().find(|value| !allowed.is_empty() && !allowed.contains(value)) {
            self.diagnostics.extend(lint::no_such_value(content, condition, wrong, &allowed));
            return;
        }
        let bound = FieldCondition { field: target.name.clone(), one_of: values };
        let before = target.when.clone();
        let Some(field) = self.get(name) else { return };
        // What is asked under a field is asked only where that field is.
        for condition in before.into_iter().chain([bound]) {
            if !field.when.contains(&condition) {
                field.when.push(condition);
            }
        }
    }
}

/// The variable for an author's own name: a CDASH name as it is, another one behind the domain.
fn variable(domain: &str, name: &str) -> String {
    let cdash = name.len() <= MAX_LENGTH
        && name.starts_with(domain)
        && name.chars().all(|sign| sign.is_ascii_uppercase() || sign.is_ascii_digit());
    if cdash { name.to_owned() } else { format!("{domain}{}", short(name, MAX_LENGTH - domain.len().min(4))) }
}

/// `yes` and `no` as they are submitted.
fn submitted(value: &str, kind: &FieldKind) -> String {
    match (kind, value.to_lowercase().as_str()) {
        (FieldKind::YesNo, "yes" | "true") => YES.to_owned(),
        (FieldKind::YesNo, "no" | "false") => NO.to_owned(),
        (FieldKind::Choice { levels }, lower) => {
            let same = |value: &str| value.eq_ignore_ascii_case(lower);
            let level =
                levels.iter().find(|level| same(&level.value) || level.label.as_deref().is_some_and(same));
            level.map_or_else(|| value.to_owned(), |level| level.value.clone())
        }
        _ => value.to_owned(),
    }
}

/// The values that a field can have, where it has a list of them.
pub(super) fn values_of(kind: &FieldKind) -> Vec<String> {
    match kind {
        FieldKind::YesNo => vec![YES.to_owned(), NO.to_owned()],
        FieldKind::Choice { levels } => levels.iter().map(|level| level.value.clone()).collect(),
        _ => Vec::new(),
    }
}

/// The declared type, with what the measure knows and the author left out.
fn over(kind: &FieldKind, measure: &Measure) -> FieldKind {
    let (FieldKind::Number { units, range, .. }, Some(quantity)) = (kind, measure.quantity()) else {
        return kind.clone();
    };
    let own: Vec<UnitRef> = quantity.unit.iter().chain(&quantity.units).cloned().collect();
    let units = if units.is_empty() { own } else { units.clone() };
    let same = units.first() == quantity.unit.as_ref();
    let convert = |value: &Exact| in_unit(value, quantity.unit.as_ref(), units.first(), Some(measure)).ok();
    let plausible = quantity.plausible.as_ref().and_then(|(low, high)| {
        let (low, high) = (convert(low)?, convert(high)?);
        Some(if low <= high { (low, high) } else { (high, low) })
    });
    FieldKind::Number {
        units,
        plausible,
        range: range.clone(),
        precision: quantity.precision.filter(|_| same),
    }
}

/// A value in another unit of the measure; the reason why not, in words.
pub(super) fn in_unit(
    value: &Exact,
    from: Option<&UnitRef>,
    to: Option<&UnitRef>,
    measure: Option<&Measure>,
) -> Result<Exact, String> {
    let (from, to) = match (from, to) {
        (None, _) => return Ok(value.clone()),
        (Some(from), Some(to)) if from.ucum == to.ucum => return Ok(value.clone()),
        (Some(from), Some(to)) => (from, to),
        (Some(from), None) => return Err(format!("the field has no unit, the range is in {}", from.written)),
    };
    let analyte = measure.map(Measure::analyte).unwrap_or_default();
    let read = |unit: &UnitRef| units::parse(&unit.ucum).map_err(|error| error.to_string());
    let converted =
        units::convert(value, &read(from)?, &read(to)?, &analyte).map_err(|error| error.to_string())?;
    Ok(converted.value)
}

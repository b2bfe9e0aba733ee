//! Measures, scores and derived quantities.

use super::arithmetic::is_pure;
use super::concept::codes_of;
use super::env::Env;
use super::term::Sort;
use super::unit::{refer, unit_of};
use super::{Lowering, label_of};
use crate::ast::{self, Item, Keyword, Name, NameOrRange, Quantity, Value};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{
    ArithmeticOperator, Level, Measure, MeasureKind, QuantityMeasure, Term, UnitRef, Value as ModelValue,
};
use crate::number::Exact;
use crate::resolve::Space;
use crate::units::{self, Analyte};

const MEASURES: [Keyword; 3] = [Keyword::Measure, Keyword::Score, Keyword::Derive];

/// Widest whole-number score whose values are listed one by one.
const MOST_LEVELS: i64 = 1000;

impl Lowering<'_> {
    pub(super) fn is_measure(&self, name: &str) -> bool {
        self.scope.get(Space::Thing, name).is_some_and(|entity| MEASURES.contains(&entity.keyword()))
    }

    /// The measure of this name, lowered at its first use. `None` when it has no meaning, which has been reported.
    pub(super) fn measure(&mut self, name: &str) -> Option<Measure> {
        if let Some(measure) = self.measures.get(name) {
            return measure.clone();
        }
        let entity = self.scope.get(Space::Thing, name)?;
        if self.lowering_measures.iter().any(|busy| busy == name) {
            let chain = self.lowering_measures.join("` → `");
            let span = entity.item.name_span();
            self.report(
                Diagnostic::new(&codes::CYCLE, span, format!("`{name}` is computed from itself"))
                    .label(format!("`{chain}` → `{name}`"))
                    .help("compute it from measures that are recorded"),
            );
            return None;
        }
        self.lowering_measures.push(name.to_owned());
        let measure = self.lower_measure(entity.item);
        self.lowering_measures.pop();
        self.measures.insert(name.to_owned(), measure.clone());
        measure
    }

    fn lower_measure(&mut self, item: &Item) -> Option<Measure> {
        let kind = match item.keyword.value {
            Keyword::Derive => self.derived(item)?,
            Keyword::Score => self.levels(item, true)?,
            _ if item.property("values").is_some() => self.levels(item, false)?,
            _ => MeasureKind::Quantity(self.quantity_measure(item)),
        };
        Some(Measure {
            label: label_of(item),
            kind,
            loinc: codes_of(item, "loinc").into_iter().next(),
            specimen: self.text(item, "specimen").or_else(|| self.word(item, "specimen")),
            state: self.text(item, "state").or_else(|| self.word(item, "state")),
            turnaround: self.duration_of(item, "turnaround"),
            also: self.texts(item, "also"),
            source: self.text(item, "source"),
            origin: item.head_span().into(),
        })
    }

    fn levels(&mut self, item: &Item, score: bool) -> Option<MeasureKind> {
        let written = item.property("values").map(|property| &property.value).or(item.body.as_ref());
        let Some(ast::Value::Levels(levels)) = written.map(|written| &written.value) else {
            if !matches!(written.map(|written| &written.value), Some(Value::Error)) {
                let message = format!("the {} has no values", item.keyword.value.text());
                self.report(
                    Diagnostic::new(&codes::MISSING_PROPERTY, item.head_span(), message)
                        .label("which values can it have?")
                        .help("write them in order: `values: 0 \"Fully active\", 1, 2`, or as a range: `0 to 30`"),
                );
            }
            return None;
        };
        let whole = |text: &str| text.parse::<i64>().ok();
        let mut all: Vec<Level> = Vec::new();
        for level in levels {
            let label = level.label.as_ref().map(|label| label.value.clone());
            match &level.to {
                Some(to) => {
                    let ends = whole(&level.value.value).zip(whole(&to.value));
                    let Some((low, high)) =
                        ends.filter(|(low, high)| low < high && high - low <= MOST_LEVELS)
                    else {
                        let span = level.value.span.to(to.span);
                        self.report(
                            Diagnostic::new(
                                &codes::EMPTY_RANGE,
                                span,
                                "this range of values is empty or too long",
                            )
                            .label("from the lowest to the highest whole number")
                            .help("write the lower value first, as in `0 to 30`"),
                        );
                        continue;
                    };
                    all.extend((low..=high).map(|value| Level { value: value.to_string(), label: None }));
                }
                None => all.push(Level { value: level.value.value.clone(), label }),
            }
        }
        let numbers: Option<Vec<i64>> = all.iter().map(|level| whole(&level.value)).collect();
        Some(match numbers {
            Some(numbers) if score && !numbers.is_empty() => MeasureKind::Score {
                low: numbers.iter().copied().min().unwrap_or_default(),
                high: numbers.iter().copied().max().unwrap_or_default(),
                labels: all.into_iter().filter(|level| level.label.is_some()).collect(),
            },
            _ => MeasureKind::Coded { levels: all, ordered: score },
        })
    }

    fn quantity_measure(&mut self, item: &Item) -> QuantityMeasure {
        let body = match item.body.as_ref().map(|body| &body.value) {
            Some(Value::Units(units)) => units.clone(),
            _ => Vec::new(),
        };
        let units_in = |key: &str| -> Vec<_> {
            item.properties_of(key)
                .filter_map(|property| match &property.value.value {
                    Value::Units(units) => Some(units.clone()),
                    _ => None,
                })
                .flatten()
                .collect()
        };
        let written: Vec<_> = body.into_iter().chain(units_in("unit")).chain(units_in("units")).collect();
        let mut units: Vec<UnitRef> = written.iter().filter_map(|unit| self.unit_ref(unit)).collect();
        let unit = (!units.is_empty()).then(|| units.remove(0));
        let mut measure = QuantityMeasure {
            unit,
            units,
            kind: self.word(item, "kind"),
            molar_mass: number_of(item, "molar_mass"),
            formula: self.text(item, "formula"),
            valence: number_of(item, "valence").and_then(|number| u32::try_from(number.to_i64()?).ok()),
            plausible: None,
            precision: number_of(item, "precision").and_then(|number| u32::try_from(number.to_i64()?).ok()),
            formula_of: None,
        };
        self.check_formula(item, &measure);
        self.check_units(item, &measure, &written.iter().map(|unit| unit.span).collect::<Vec<_>>());
        measure.plausible = self.plausible(item, &measure);
        measure
    }

    fn check_formula(&mut self, item: &Item, measure: &QuantityMeasure) {
        let Some(formula) = &measure.formula else { return };
        if let Err(error) = units::molar_mass(formula) {
            let span = self.span_of(item, "formula");
            self.report(
                Diagnostic::new(
                    &codes::UNKNOWN_UNIT,
                    span,
                    format!("`{formula}` is not a chemical formula: {error}"),
                )
                .label("needed for the molar mass")
                .help("write elements and counts, as in `C4H7N3O`, or the mass itself: `molar_mass: 113.12`"),
            );
        }
    }

    /// Every accepted unit must convert to the first.
    fn check_units(&mut self, item: &Item, measure: &QuantityMeasure, spans: &[crate::source::Span]) {
        let label = label_of(item);
        let analyte = measure.analyte(&label);
        let Some(first) = measure.unit.as_ref().and_then(unit_of) else { return };
        for (other, span) in measure.units.iter().zip(spans.iter().skip(1)) {
            if let Some(other) = unit_of(other) {
                self.fits(&other, *span, &first, &analyte, spans.first().copied());
            }
        }
    }

    /// The plausible range in the measure's unit.
    fn plausible(&mut self, item: &Item, measure: &QuantityMeasure) -> Option<(Exact, Exact)> {
        let property = item.property("plausible")?;
        let Value::Range(range) = &property.value.value else { return None };
        let analyte = measure.analyte(&label_of(item));
        let low = self.in_unit(&range.low, range.high.unit.as_ref(), measure.unit.as_ref(), &analyte)?;
        let high = self.in_unit(&range.high, range.low.unit.as_ref(), measure.unit.as_ref(), &analyte)?;
        if low > high {
            self.report(
                Diagnostic::new(&codes::EMPTY_RANGE, property.value.span, "the range ends before it begins")
                    .label("no value lies in it")
                    .help("write the lower value first"),
            );
            return None;
        }
        Some((low, high))
    }

    /// A literal in the given unit; a unit on the other end of its range counts for it.
    pub(super) fn in_unit(
        &mut self,
        quantity: &Quantity,
        other: Option<&crate::source::Spanned<String>>,
        to: Option<&UnitRef>,
        analyte: &Analyte,
    ) -> Option<Exact> {
        let number = quantity.number.value.clone();
        let Some(written) = quantity.unit.as_ref().or(other) else { return Some(number) };
        let unit = self.unit(written)?;
        let to = unit_of(to?)?;
        if !self.fits(&unit, written.span, &to, analyte, None) {
            return None;
        }
        units::convert(&number, &unit, &to, analyte).ok().map(|converted| converted.value)
    }

    fn derived(&mut self, item: &Item) -> Option<MeasureKind> {
        let written = item.property("value").map(|property| &property.value).or(item.body.as_ref())?;
        let Value::Expression(expression) = &written.value else { return None };
        let env = Env::derivation();
        let mut value = self.value(expression, &env)?;
        let mut measure = self.quantity_measure(item);
        let computed = match &value.sort {
            Sort::Measure { unit, .. } => unit.clone().filter(|unit| !is_pure(unit)),
            Sort::Ratio { unit } => Some(unit.clone()),
            Sort::Literal(_) | Sort::Table => self.operand(&mut value)?,
            _ => None,
        };
        let analyte = measure.analyte(&label_of(item));
        match (&measure.unit, &computed) {
            (Some(declared), Some(computed)) => {
                let (to, from) = (unit_of(declared)?, unit_of(computed)?);
                let span = self.span_of(item, "unit");
                // What a quotient in full is not, the number that it stands for may be: a ratio in percent.
                let one = units::parse("1").ok()?;
                let as_number = matches!(value.sort, Sort::Ratio { .. })
                    && units::commensurable(&one, &to, &analyte).is_ok();
                if !as_number && !self.fits(&to, span, &from, &analyte, Some(written.span)) {
                    return None;
                }
            }
            (None, Some(computed)) => measure.unit = Some(computed.clone()),
            // A published formula gives a bare number: the declared unit says what it counts.
            (Some(declared), None) if !is_share(declared) => {
                value.term = counted_in(value.term, declared);
            }
            _ => {}
        }
        measure.formula_of = Some(Box::new(value.term));
        Some(MeasureKind::Quantity(measure))
    }

    /// Measures that a name in a list of properties stands for.
    pub(super) fn use_measure(&mut self, name: &Name) -> Option<Measure> {
        if self.is_measure(&name.value) {
            return self.measure(&name.value);
        }
        None
    }

    /// Whether two units of one measure can be compared, for parts that only hold references.
    pub(super) fn same_kind(left: Option<&UnitRef>, right: Option<&UnitRef>, analyte: &Analyte) -> bool {
        match (left.and_then(unit_of), right.and_then(unit_of)) {
            (Some(left), Some(right)) => units::commensurable(&left, &right, analyte).is_ok(),
            (None, None) => true,
            _ => false,
        }
    }

    /// A unit reference in the spelling of the author, if it reads.
    pub(super) fn author_unit(&mut self, quantity: &Quantity) -> Option<UnitRef> {
        let written = quantity.unit.as_ref()?;
        self.unit(written).map(|unit| refer(&unit))
    }

    /// Names in a list, ranges left out.
    pub(super) fn plain_names(names: &[NameOrRange]) -> Vec<Name> {
        names
            .iter()
            .filter_map(|name| match name {
                NameOrRange::Name(name) => Some(name.clone()),
                NameOrRange::Range { .. } => None,
            })
            .collect()
    }
}

/// A property that is a bare number.
pub(super) fn number_of(item: &Item, key: &str) -> Option<Exact> {
    match &item.property(key)?.value.value {
        Value::Quantity(quantity) => Some(quantity.number.value.clone()),
        Value::Integer(number) => Some(Exact::from(*number)),
        _ => None,
    }
}

/// Whether a pure number has a value of its own in this unit, as 0.5 is 50 %.
fn is_share(unit: &UnitRef) -> bool {
    let plain = units::parse("1").ok().zip(unit_of(unit));
    is_pure(unit)
        || plain.is_some_and(|(one, unit)| units::commensurable(&one, &unit, &Analyte::default()).is_ok())
}

/// A formula's number as a quantity in the unit that its measure declares.
fn counted_in(formula: Term, unit: &UnitRef) -> Term {
    let one =
        ModelValue::Constant { number: Exact::one(), unit: Some(unit.clone()), number_text: "1".to_owned() };
    let (text, origin) = (formula.text.clone(), formula.origin);
    let right = Term { text: format!("1 {}", unit.written), value: one, origin };
    let value = ModelValue::Arithmetic {
        left: Box::new(formula),
        operator: ArithmeticOperator::Multiply,
        right: Box::new(right),
    };
    Term { text, value, origin }
}

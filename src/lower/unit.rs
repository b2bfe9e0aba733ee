//! Units as written, quantities of a unit, and whether two of them can be compared.

use super::Lowering;
use crate::ast::Quantity;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Amount, Measure, UnitRef};
use crate::source::{Span, Spanned};
use crate::units::{self, Analyte, Unit};

impl Lowering<'_> {
    /// Reads a unit, or says why it is none.
    pub(super) fn unit(&mut self, written: &Spanned<String>) -> Option<Unit> {
        match units::parse(&written.value) {
            Ok(unit) => Some(unit),
            Err(error) => {
                let span = if error.range.is_empty() {
                    written.span
                } else {
                    written.span.slice(error.range.clone())
                };
                let mut found =
                    Diagnostic::new(&codes::UNKNOWN_UNIT, span, error.message.clone()).label("not a unit");
                let help = error.help.unwrap_or_else(|| {
                    match written.value.to_lowercase().as_str() {
                        "ratio" | "number" | "count" | "counts" | "proportion" | "index" | "none" | "unitless" => {
                            "a pure number has the unit `1`; what is counted can be named in braces: `{injections}`"
                        }
                        _ => "write the unit in UCUM, such as `mg/dL`, `mmol/L` or `10*9/L`",
                    }
                    .into()
                });
                found = found.help(help);
                self.report(found);
                None
            }
        }
    }

    pub(super) fn unit_ref(&mut self, written: &Spanned<String>) -> Option<UnitRef> {
        self.unit(written).map(|unit| refer(&unit))
    }

    /// A quantity that needs no measure, such as a dose.
    pub(super) fn amount(&mut self, quantity: &Quantity) -> Option<Amount> {
        let unit = match &quantity.unit {
            Some(unit) => Some(self.unit_ref(unit)?),
            None => None,
        };
        Some(Amount { number: quantity.number.value.clone(), unit })
    }

    /// Says that a number needs a unit to be compared with this measure.
    pub(super) fn missing_unit(&mut self, quantity: &Quantity, span: Span, measure: &Measure) {
        let number = &quantity.number_text;
        let units: Vec<&UnitRef> = measure
            .quantity()
            .into_iter()
            .flat_map(|quantity| quantity.unit.iter().chain(&quantity.units))
            .collect();
        let label = &measure.label;
        let mut found = Diagnostic::new(&codes::MISSING_UNIT, span, format!("`{number}` has no unit"))
            .label(format!("of what? {label} needs a unit"));
        if let [first, rest @ ..] = units.as_slice() {
            let written = |unit: &UnitRef| format!("`{number} {}`", unit.written);
            found = match rest {
                [] => {
                    found.help(format!("{label} is reported in {}: write {}", first.written, written(first)))
                }
                rest => {
                    let others: Vec<String> = rest.iter().map(|unit| written(unit)).collect();
                    found.help(format!(
                        "write {} or {}; the number means something else in each",
                        written(first),
                        others.join(" or ")
                    ))
                }
            };
        } else {
            found = found.help(format!("write the unit behind the number, as in `{number} mg/dL`"));
        }
        self.report(found);
    }

    /// Whether a literal's unit fits a measure; reports where it does not.
    pub(super) fn fits(
        &mut self,
        unit: &Unit,
        span: Span,
        to: &Unit,
        analyte: &Analyte,
        other: Option<Span>,
    ) -> bool {
        let Err(error) = units::commensurable(unit, to, analyte) else { return true };
        if let Some(found) = false_friend(unit, span, to, analyte) {
            self.report(found);
            return false;
        }
        let mut found = Diagnostic::new(&codes::UNIT_MISMATCH, span, error.message).label(format!(
            "`{}` is {}",
            unit.written(),
            unit.kind()
        ));
        if let Some(other) = other.filter(|other| *other != span) {
            found = found
                .and(other, format!("{} is measured in `{}`, {}", analyte.name(), to.written(), to.kind()));
        }
        let help =
            error.help.unwrap_or_else(|| format!("write a unit of the same kind as `{}`", to.written()));
        self.report(found.help(help));
        false
    }

    /// Checks the second spelling of `1.5 mg/dL (133 umol/L)` against the first.
    pub(super) fn check_dual(&mut self, quantity: &Quantity, analyte: &Analyte) {
        let Some(also) = &quantity.also else { return };
        let (Some(first), Some(second)) = (&quantity.unit, &also.unit) else { return };
        let (Some(first_unit), Some(second_unit)) = (self.unit(first), self.unit(second)) else { return };
        let decimals = crate::number::Exact::decimals_of;
        let one = units::Written {
            value: &quantity.number.value,
            decimals: decimals(&quantity.number_text),
            unit: &first_unit,
        };
        let two = units::Written {
            value: &also.number.value,
            decimals: decimals(&also.number_text),
            unit: &second_unit,
        };
        let span = also.number.span.to(second.span);
        match units::disagreement(one, two, analyte) {
            Ok(None) => {}
            Ok(Some(disagreement)) => {
                let (number, expected) = (&quantity.number_text, disagreement.expected);
                let message = format!(
                    "`{number} {}` is {expected} {}, not {}",
                    first.value, second.value, also.number_text
                );
                self.report(
                    Diagnostic::new(&codes::UNITS_DISAGREE, span, message)
                        .label("the two spellings contradict each other")
                        .and(quantity.number.span.to(first.span), "the limit that counts")
                        .help(format!(
                            "write `({expected} {})`, or leave the second spelling out",
                            second.value
                        )),
                );
            }
            Err(error) => {
                let found = Diagnostic::new(&codes::UNIT_MISMATCH, span, error.message)
                    .label(format!("`{}` is {}", second.value, second_unit.kind()))
                    .and(
                        quantity.number.span.to(first.span),
                        format!("`{}` is {}", first.value, first_unit.kind()),
                    );
                self.report(match error.help {
                    Some(help) => found.help(help),
                    None => found.help("leave the second spelling out"),
                });
            }
        }
    }
}

/// A unit that does not fit because it is a false friend of one that does: `100 K/uL`.
fn false_friend(unit: &Unit, span: Span, to: &Unit, analyte: &Analyte) -> Option<Diagnostic> {
    let advice = unit.advice()?;
    let meant = units::parse(advice.replacement.as_deref()?).ok()?;
    units::commensurable(&meant, to, analyte).ok()?;
    let message = format!("`{}` is no unit for {}: {}", unit.written(), analyte.name(), advice.message);
    Some(
        Diagnostic::new(&codes::UNIT_MISMATCH, span, message)
            .label(format!("{}, not {}", unit.kind(), to.kind()))
            .help(format!("write `{meant}`"))
            .fix(span, meant.code()),
    )
}

/// The unit as the model keeps it.
pub(super) fn refer(unit: &Unit) -> UnitRef {
    UnitRef { ucum: unit.code().to_owned(), written: unit.written().to_owned() }
}

/// The unit behind a reference of the model.
pub(super) fn unit_of(unit: &UnitRef) -> Option<Unit> {
    units::parse(&unit.ucum).ok()
}

/// The unit of a product, quotient or power, in UCUM. `None` where the units do not multiply (a temperature with a
/// zero point, a logarithm).
pub(super) fn composed(left: Option<&UnitRef>, right: Option<&UnitRef>, divide: bool) -> Option<UnitRef> {
    let text = match (left, right) {
        (Some(left), Some(right)) if divide => format!("({})/({})", left.ucum, right.ucum),
        (Some(left), Some(right)) => format!("({}).({})", left.ucum, right.ucum),
        (None, Some(right)) if divide => format!("/({})", right.ucum),
        (Some(one), None) | (None, Some(one)) => one.ucum.clone(),
        (None, None) => return None,
    };
    let unit = units::parse(&text).ok()?;
    Some(UnitRef { ucum: unit.code().to_owned(), written: shown(left, right, divide) })
}

/// How a composed unit is shown: `[IU]/d/kg`.
fn shown(left: Option<&UnitRef>, right: Option<&UnitRef>, divide: bool) -> String {
    let simple = |text: &str| !text.contains(['/', '.']);
    match (left, right) {
        (Some(left), Some(right)) => {
            let sign = if divide { '/' } else { '.' };
            let right = &right.written;
            if simple(right) {
                format!("{}{sign}{right}", left.written)
            } else {
                format!("{}{sign}({right})", left.written)
            }
        }
        (None, Some(right)) if divide => format!("/{}", right.written),
        (Some(one), None) | (None, Some(one)) => one.written.clone(),
        (None, None) => String::new(),
    }
}

//! A value in the light of what it is compared with: literals get their unit, limits of normal their measure.

use super::Lowering;
use super::term::{Sort, Typed, percent};
use super::time::time_unit;
use crate::ast::{self, Quantity};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Measure, MeasureKind, Term, TimeUnit, UnitRef, Value};
use crate::source::Spanned;

impl Lowering<'_> {
    /// A literal as a term, in the light of what it is compared with. `shared` is the unit at the other end of a range.
    pub(super) fn fit(
        &mut self,
        typed: Typed,
        against: &Typed,
        shared: Option<&Spanned<String>>,
    ) -> Option<Term> {
        if let Sort::Ratio { unit } = &against.sort {
            // A part of a quantity of the same kind is said in percent, whatever its unit.
            if let Sort::Literal(quantity) = &typed.sort
                && let Some(written) = quantity.unit.as_ref().or(shared).filter(|unit| unit.value == "%")
            {
                let percent = self.unit(written)?;
                let value = Value::Constant {
                    number: quantity.number.value.clone(),
                    unit: Some(super::unit::refer(&percent)),
                    number_text: quantity.number_text.clone(),
                };
                return Some(Term { value, ..typed.term });
            }
            let sort = Sort::Measure { unit: Some(unit.clone()), of: None };
            return self.fit(typed, &Typed { sort, ..against.clone() }, shared);
        }
        match typed.sort.clone() {
            Sort::Ratio { unit } => {
                let sort = Sort::Measure { unit: Some(unit), of: None };
                self.fit(Typed { sort, ..typed }, against, shared)
            }
            Sort::Literal(quantity) => self.fit_literal(typed, quantity, against, shared),
            Sort::Limit => self.fit_limit(typed, against),
            Sort::Table => self.fit_table(typed, against),
            other => {
                self.comparable(&other, &typed, against)?;
                Some(typed.term)
            }
        }
    }

    fn fit_literal(
        &mut self,
        typed: Typed,
        quantity: Quantity,
        against: &Typed,
        shared: Option<&Spanned<String>>,
    ) -> Option<Term> {
        let unit = quantity.unit.as_ref().or(shared);
        let constant = |unit: Option<UnitRef>, term: Term| Term {
            value: Value::Constant {
                number: quantity.number.value.clone(),
                unit,
                number_text: quantity.number_text.clone(),
            },
            ..term
        };
        match &against.sort {
            Sort::Measure { unit: measured, of } => {
                let analyte = analyte_of(&against.sort);
                match (unit, measured) {
                    (None, Some(measured)) if measured.ucum == "1" => Some(constant(None, typed.term)),
                    (None, Some(_)) => {
                        let measure = of.as_ref().map(|of| of.1.clone());
                        let measure =
                            measure.unwrap_or_else(|| computed(&against.term.text, measured.as_ref()));
                        self.missing_unit(&quantity, typed.span, &measure);
                        None
                    }
                    (Some(written), Some(measured)) => {
                        let read = self.unit(written)?;
                        let to = super::unit::unit_of(measured)?;
                        if measured.ucum == "1" && crate::units::commensurable(&read, &to, &analyte).is_err()
                        {
                            let number = &quantity.number_text;
                            let text = &against.term.text;
                            let found = Diagnostic::new(
                                &codes::UNIT_MISMATCH,
                                written.span,
                                format!("`{text}` is a pure number"),
                            );
                            self.report(
                                found
                                    .label(format!("`{}` does not belong here", written.value))
                                    .and(against.span, "without a unit")
                                    .help(format!("write `{number}` alone")),
                            );
                            return None;
                        }
                        if !self.fits(&read, written.span, &to, &analyte, Some(against.span)) {
                            return None;
                        }
                        self.check_dual(&quantity, &analyte);
                        Some(constant(Some(super::unit::refer(&read)), typed.term))
                    }
                    (Some(written), None) => {
                        let read = self.unit(written)?;
                        if read.code() == "1" {
                            return Some(constant(None, typed.term));
                        }
                        self.unit_where_none(written, &against.term.text);
                        None
                    }
                    (None, None) => Some(constant(None, typed.term)),
                }
            }
            Sort::Dose => match unit {
                Some(written) => {
                    let unit = self.unit_ref(written)?;
                    Some(constant(Some(unit), typed.term))
                }
                None => {
                    let measure = computed(&against.term.text, None);
                    self.missing_unit(&quantity, typed.span, &measure);
                    None
                }
            },
            Sort::Score { low, high, label } => {
                let (low, high) = (*low, *high);
                let number = quantity
                    .number
                    .value
                    .to_i64()
                    .filter(|number| unit.is_none() && (low..=high).contains(number));
                if number.is_none() {
                    let text = typed.term.text.clone();
                    self.report(
                        Diagnostic::new(
                            &codes::UNKNOWN_LEVEL,
                            typed.span,
                            format!("`{text}` is not a value of {label}"),
                        )
                        .label(format!("whole numbers from {low} to {high}"))
                        .help(format!("write a whole number from {low} to {high}, without a unit")),
                    );
                    return None;
                }
                Some(constant(None, typed.term))
            }
            Sort::Age => {
                let Some(unit) = unit.and_then(|unit| time_unit(&unit.value)) else {
                    let text = typed.term.text.clone();
                    match unit {
                        Some(written) => {
                            let found = Diagnostic::new(
                                &codes::UNIT_MISMATCH,
                                written.span,
                                format!("`{}` is not a time", written.value),
                            )
                            .label("years, months, weeks or days")
                            .and(against.span, "counted in completed units of time")
                            .help(format!("write `{} years`", quantity.number_text));
                            self.report(found);
                        }
                        None => {
                            let found = Diagnostic::new(
                                &codes::MISSING_UNIT,
                                typed.span,
                                format!("`{text}` has no unit"),
                            )
                            .label("years, months, weeks or days?")
                            .help(format!("write `{text} years`"));
                            self.report(found);
                        }
                    }
                    return None;
                };
                let _ = unit;
                Some(constant(None, typed.term))
            }
            Sort::Elapsed => self.elapsed_literal(typed, &quantity, unit),
            Sort::Days { is_run } => match unit {
                None if !is_run => Some(constant(None, typed.term)),
                Some(written)
                    if matches!(time_unit(&written.value), Some(TimeUnit::Day | TimeUnit::Week)) =>
                {
                    self.elapsed_literal(typed, &quantity, unit)
                }
                _ => {
                    self.not_in_days(&typed, unit, against);
                    None
                }
            },
            Sort::Count => match unit {
                None => Some(constant(None, typed.term)),
                Some(written) if written.value == "%" => Some(constant(Some(percent()), typed.term)),
                Some(written) => {
                    let written = written.clone();
                    self.unit_where_none(&written, &against.term.text);
                    None
                }
            },
            Sort::Literal(_) => Some(constant(self.author_unit(&quantity), typed.term)),
            Sort::Coded { .. } | Sort::Ratio { .. } | Sort::Limit | Sort::Table => {
                self.not_comparable(&typed, against);
                None
            }
        }
    }

    fn unit_where_none(&mut self, written: &Spanned<String>, of: &str) {
        let found = Diagnostic::new(&codes::UNIT_MISMATCH, written.span, format!("`{of}` has no unit"))
            .label(format!("`{}` does not belong here", written.value))
            .help("remove the unit, or give the measure a unit where it is declared");
        self.report(found);
    }

    fn elapsed_literal(
        &mut self,
        typed: Typed,
        quantity: &Quantity,
        unit: Option<&Spanned<String>>,
    ) -> Option<Term> {
        let word = unit.and_then(|unit| Some((time_unit(&unit.value)?, unit.span)));
        let Some((word, span)) = word else {
            let text = typed.term.text.clone();
            self.report(
                Diagnostic::new(
                    &codes::MISSING_UNIT,
                    typed.span,
                    format!("`{text}` is not a length of time"),
                )
                .label("days, weeks, months or years?")
                .help(format!("write `{} days`", quantity.number_text)),
            );
            return None;
        };
        let unit = match word {
            TimeUnit::Minute => ast::TimeUnit::Minute,
            TimeUnit::Hour => ast::TimeUnit::Hour,
            TimeUnit::Day => ast::TimeUnit::Day,
            TimeUnit::Week => ast::TimeUnit::Week,
            TimeUnit::Month => ast::TimeUnit::Month,
            TimeUnit::Year => ast::TimeUnit::Year,
        };
        let written =
            ast::DurationExpr::Simple { number: quantity.number.clone(), unit: Spanned::new(unit, span) };
        let duration = self.duration(&written, typed.span)?;
        Some(Term { value: Value::Span { duration }, ..typed.term })
    }

    fn fit_limit(&mut self, typed: Typed, against: &Typed) -> Option<Term> {
        let measured = match (&against.sort, &against.term.value) {
            (Sort::Measure { .. }, Value::Measured { measure, .. }) => Some(measure.clone()),
            _ => None,
        };
        let Some(name) = measured else {
            self.report(
                Diagnostic::new(
                    &codes::LIMIT_WITHOUT_MEASURE,
                    typed.span,
                    "a limit of normal belongs to a laboratory result",
                )
                .label("of which measure?")
                .and(against.span, "this is not the value of one measure")
                .help("compare one measure with it, as in `latest alt at screening > 3 x ULN`"),
            );
            return None;
        };
        let Value::Limit { factor, limit, .. } = typed.term.value else { return None };
        Some(Term { value: Value::Limit { factor, limit, measure: name }, ..typed.term })
    }

    fn comparable(&mut self, sort: &Sort, typed: &Typed, against: &Typed) -> Option<()> {
        match (sort, &against.sort) {
            (Sort::Measure { unit: left, .. }, Sort::Measure { unit: right, .. }) => {
                if Self::same_kind(left.as_ref(), right.as_ref(), &analyte_of(&against.sort)) {
                    return Some(());
                }
                let shown = |unit: &Option<UnitRef>| {
                    unit.as_ref().map_or("no unit", |unit| unit.written.as_str()).to_owned()
                };
                let (left, right) = (shown(left), shown(right));
                self.report(
                    Diagnostic::new(
                        &codes::UNIT_MISMATCH,
                        typed.span,
                        format!("`{left}` cannot be compared with `{right}`"),
                    )
                    .label(format!("in `{left}`"))
                    .and(against.span, format!("in `{right}`"))
                    .help("compare two quantities of the same kind"),
                );
                None
            }
            (Sort::Score { .. } | Sort::Count | Sort::Age, Sort::Score { .. } | Sort::Count | Sort::Age)
            | (Sort::Elapsed, Sort::Elapsed)
            | (Sort::Days { .. }, Sort::Days { .. } | Sort::Count)
            | (Sort::Count, Sort::Days { .. })
            | (Sort::Dose, Sort::Dose)
            | (_, Sort::Literal(_) | Sort::Limit | Sort::Table) => Some(()),
            _ => {
                self.not_comparable(typed, against);
                None
            }
        }
    }

    pub(super) fn not_comparable(&mut self, typed: &Typed, against: &Typed) {
        let levels = match &against.sort {
            Sort::Coded { levels, .. } if !levels.is_empty() => {
                let values: Vec<&str> = levels.iter().map(|level| level.value.as_str()).collect();
                format!("write `{} is …` with one of {}", against.term.text, values.join(", "))
            }
            _ => "compare two values of the same kind".to_owned(),
        };
        let message = format!("`{}` cannot be compared with `{}`", against.term.text, typed.term.text);
        self.report(
            Diagnostic::new(&codes::NOT_COMPARABLE, typed.span, message)
                .label("another kind of value")
                .and(against.span, "compared with this")
                .help(levels),
        );
    }
}

/// The facts for conversions of a value's unit.
pub(super) fn analyte_of(sort: &Sort) -> crate::units::Analyte {
    match sort {
        Sort::Measure { of: Some(of), .. } => of.1.analyte(),
        _ => crate::units::Analyte::default(),
    }
}

/// A measure that stands for a computed value in a message.
fn computed(text: &str, unit: Option<&UnitRef>) -> Measure {
    let quantity = crate::model::QuantityMeasure {
        unit: unit.cloned(),
        units: Vec::new(),
        kind: None,
        molar_mass: None,
        formula: None,
        valence: None,
        plausible: None,
        precision: None,
        formula_of: None,
    };
    Measure {
        label: text.to_owned(),
        kind: MeasureKind::Quantity(quantity),
        loinc: None,
        specimen: None,
        state: None,
        turnaround: None,
        also: Vec::new(),
        source: None,
        origin: crate::model::Origin::default(),
    }
}

//! Hard and soft limits of a number, unit by unit.

use crate::model::{Field, FieldKind, Measure, Trial, UnitRef};
use crate::number::Exact;
use crate::units;

/// The limits in one unit, where they can be told exactly.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitLimits<'a> {
    pub unit: &'a UnitRef,
    /// Both ends included; `None` where a limit has no exact decimal in this unit.
    pub limits: Option<(Exact, Exact)>,
}

/// The limits of a number that has no unit or one of several.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bounds<'a> {
    /// For a number without a unit.
    pub bare: Option<(Exact, Exact)>,
    /// For each unit in which the number may be given; empty where there are no limits.
    pub by_unit: Vec<UnitLimits<'a>>,
}

impl<'a> Bounds<'a> {
    pub fn is_empty(&self) -> bool {
        self.bare.is_none() && self.by_unit.is_empty()
    }

    /// The limits of a number whose unit is known: it has none, or only one.
    pub fn known(&self) -> Option<&(Exact, Exact)> {
        match (&self.bare, self.by_unit.as_slice()) {
            (Some(limits), _) => Some(limits),
            (None, [only]) => only.limits.as_ref(),
            _ => None,
        }
    }

    /// Units in which the limits cannot be told exactly.
    pub fn inexact(&self) -> impl Iterator<Item = &'a UnitRef> {
        self.by_unit.iter().filter(|limits| limits.limits.is_none()).map(|limits| limits.unit)
    }
}

/// Hard limits of a number, unit by unit; empty for a number without a unit.
pub fn limits<'a>(trial: &Trial, field: &'a Field) -> Vec<UnitLimits<'a>> {
    hard(trial, field).by_unit
}

/// Hard limits, declared by the author.
pub fn hard<'a>(trial: &Trial, field: &'a Field) -> Bounds<'a> {
    match &field.kind {
        FieldKind::Number { range: Some(range), .. } => bounds(trial, field, range),
        _ => Bounds::default(),
    }
}

/// Soft limits: outside, the site is asked to confirm.
pub fn soft<'a>(trial: &Trial, field: &'a Field) -> Bounds<'a> {
    match &field.kind {
        FieldKind::Number { plausible: Some(range), .. } => bounds(trial, field, range),
        _ => Bounds::default(),
    }
}

/// Limits in the field's first unit, in each of its units.
fn bounds<'a>(trial: &Trial, field: &'a Field, range: &(Exact, Exact)) -> Bounds<'a> {
    let FieldKind::Number { units, .. } = &field.kind else { return Bounds::default() };
    let Some(first) = units.first() else {
        return Bounds { bare: Some(range.clone()), by_unit: Vec::new() };
    };
    let measure = field.measure.as_ref().and_then(|measure| trial.measures.get(measure));
    let in_unit = |value: &Exact, unit: &UnitRef| {
        if unit.ucum == first.ucum {
            return Some(value.clone());
        }
        let analyte = measure.map(Measure::analyte).unwrap_or_default();
        let (from, to) = (units::parse(&first.ucum).ok()?, units::parse(&unit.ucum).ok()?);
        let converted =
            units::convert(value, &from, &to, &analyte).ok().filter(|converted| !converted.rounded)?;
        converted.value.to_decimal().is_some().then_some(converted.value)
    };
    let of = |unit: &'a UnitRef| {
        let (low, high) = (in_unit(&range.0, unit), in_unit(&range.1, unit));
        let ordered = low.zip(high).map(|(low, high)| if low <= high { (low, high) } else { (high, low) });
        UnitLimits { unit, limits: ordered }
    };
    Bounds { bare: None, by_unit: units.iter().map(of).collect() }
}

//! How much of a drug a participant takes, as it is asked for or as the trial gives it.

use jiff::civil::Date;

use super::course::Spell;
use super::{Draft, ends, number_in};
use crate::logic::space::{About, Kind};
use crate::logic::typical::Choice;
use crate::model::{Dose, FactValue, Finding, Frequency, Stated, Tolerance, UnitRef, Value, Window};
use crate::number::Exact;
use crate::time::add_days;

impl Draft<'_, '_> {
    /// Exposures whose dose is asked for, or that must be steady.
    pub(super) fn take_doses(&mut self) {
        let mut found = Vec::new();
        for (number, variable, choice) in self.variables() {
            match (&variable.about, &variable.kind) {
                (About::Steady { term, tolerance }, Kind::Ordered(family)) => {
                    let Value::Dose { finding, window } = &term.value else { continue };
                    let is_steady = self.is_steady(*family, choice, tolerance);
                    found.extend(self.steady_doses(finding, window, is_steady));
                }
                (About::Term { term }, Kind::Ordered(family)) => {
                    let Value::Dose { finding, window } = &term.value else { continue };
                    let (Some(days), Some(amount)) =
                        (self.days(window), number_in(self.engine, number, choice))
                    else {
                        continue;
                    };
                    let unit = self.engine.space.families[*family].unit.clone();
                    let day = self.some_day(days);
                    let mut spell = Spell::on(&self.name_for(finding, self.side, &[]), day);
                    spell.dose = Some(FactValue::Quantity { number: amount, unit });
                    (spell.is_day, spell.to) = (false, Some(day));
                    found.push(spell);
                }
                _ => {}
            }
        }
        for spell in found {
            // The same dose is recorded once.
            let is_within = |other: &Spell| {
                other.name == spell.name
                    && other.dose == spell.dose
                    && other.from <= spell.from
                    && other.to.zip(spell.to).is_none_or(|(end, last)| end >= last)
            };
            if spell.dose.is_some() && self.course.iter().any(is_within) {
                continue;
            }
            // A spell with a dose says more than one without.
            self.course
                .retain(|other| other.dose.is_some() || other.name != spell.name || other.from < spell.from);
            self.course.push(spell);
        }
    }

    /// Whether a spread within the cell is within the tolerance.
    pub(super) fn is_steady(&self, family: usize, choice: Choice, tolerance: &Tolerance) -> bool {
        let (Tolerance::Percent { percent: limit } | Tolerance::Absolute { number: limit, .. }) = tolerance;
        let (Choice::Cell(cell) | Choice::Upper(cell)) = choice else { return true };
        let (_, high) = ends(self.engine, family, cell);
        high.is_some_and(|(at, _)| at <= *limit)
    }

    fn steady_doses(&self, finding: &Finding, window: &Window, is_steady: bool) -> Vec<Spell> {
        let Some((Some(from), to)) = self.days(window) else { return Vec::new() };
        let name = self.name_for(finding, self.side, &[]);
        let (usual, unit, is_asked) = self.usual_dose(finding);
        let spell = |from: Date, to: Option<Date>, times: i64| Spell {
            name: name.clone(),
            from,
            to,
            is_day: false,
            details: Vec::new(),
            dose: Some(FactValue::Quantity {
                number: &usual * &Exact::from(times),
                unit: Some(unit.clone()),
            }),
        };
        let middle = add_days(from, 1).filter(|day| to.is_none_or(|to| *day <= to));
        match middle {
            // The last dose is the one that is asked for.
            Some(middle) if !is_steady && is_asked => {
                vec![spell(from, Some(from), 2), spell(middle, to, 1)]
            }
            Some(middle) if !is_steady => {
                vec![spell(from, Some(from), 1), spell(middle, to, 2)]
            }
            _ => vec![spell(from, to, 1)],
        }
    }

    /// The dose that is chosen where the protocol asks how much of it is taken, or that it gives itself; else one dose a day,
    /// whatever that is of this drug.
    fn usual_dose(&self, finding: &Finding) -> (Exact, UnitRef, bool) {
        let asked = self.variables().find_map(|(number, variable, choice)| {
            let (About::Term { term }, Kind::Ordered(family)) = (&variable.about, &variable.kind) else {
                return None;
            };
            let Value::Dose { finding: other, .. } = &term.value else { return None };
            let unit = self.engine.space.families[*family].unit.clone()?;
            let number = number_in(self.engine, number, choice)?;
            (other.name == finding.name && number > Exact::zero()).then_some((number, unit))
        });
        if let Some((number, unit)) = asked {
            return (number, unit, true);
        }
        let (number, unit) = self.given_dose(finding).unwrap_or_else(|| {
            let unit = UnitRef { ucum: "{dose}/d".to_owned(), written: "{dose}/d".to_owned() };
            (Exact::one(), unit)
        });
        (number, unit, false)
    }

    /// What the protocol's own arms, periods and background give of a drug in a day.
    fn given_dose(&self, finding: &Finding) -> Option<(Exact, UnitRef)> {
        let trial = self.trial;
        let periods = trial.sequences.values().flat_map(|sequence| sequence.periods.values());
        let arms = trial.arms.values().flat_map(|arm| &arm.gives);
        let backgrounds = trial.backgrounds.values().flat_map(|background| &background.gives);
        let all = arms.chain(backgrounds).chain(periods.flat_map(|period| &period.gives));
        all.filter(|given| {
            let product = trial.interventions.get(&given.product);
            let substance = product.and_then(|product| product.substance.as_ref());
            given.product == finding.name || substance == Some(&finding.name)
        })
        .find_map(|given| {
            let (Stated::Is(Dose::Amount(amount)), Some(Frequency::TimesDaily(times))) =
                (&given.dose, given.frequency.is())
            else {
                return None;
            };
            let unit = amount.unit.as_ref().filter(|unit| matches!(unit.ucum.as_str(), "mg" | "ug" | "g"))?;
            let each = |of: &str| format!("{of}/d");
            let unit = UnitRef { ucum: each(&unit.ucum), written: each(&unit.written) };
            Some((&amount.number * &Exact::from(*times), unit))
        })
    }
}

//! What a measure tells the units about itself.

use super::{Measure, MeasureKind, QuantityMeasure};
use crate::units::{Activity, Analyte, Fraction, Scale};

/// The substance below the bar of a ratio to creatinine.
const CREATININE: &str = "C4H7N3O";

impl Measure {
    /// The quantity that it is; `None` for a coded result or a score.
    pub fn quantity(&self) -> Option<&QuantityMeasure> {
        match &self.kind {
            MeasureKind::Quantity(quantity) => Some(quantity),
            MeasureKind::Coded { .. } | MeasureKind::Score { .. } => None,
        }
    }

    /// The facts that conversions of its values rest on.
    pub fn analyte(&self) -> Analyte {
        let name = Analyte::new(self.label.clone());
        self.quantity().map_or(name, |quantity| quantity.analyte(&self.label))
    }
}

impl QuantityMeasure {
    /// The facts that conversions of its values rest on; `label` names it in messages.
    pub fn analyte(&self, label: &str) -> Analyte {
        let mut analyte = Analyte::new(label);
        if let Some(formula) = &self.formula
            && let Ok(with_mass) = analyte.clone().with_formula(formula)
        {
            analyte = with_mass;
        }
        if let Some(mass) = &self.molar_mass
            && analyte.molar_mass().is_none_or(|known| known.grams_per_mole != *mass)
        {
            analyte = analyte.with_molar_mass(mass.clone());
        }
        if let Some(valence) = self.valence {
            analyte = analyte.with_valence(valence);
        }
        match self.kind.as_deref() {
            Some("hba1c") => analyte.with_scale(Scale::HbA1c),
            Some("volume_fraction") => analyte.with_scale(Scale::Share(Fraction::Volume)),
            Some("mass_fraction") => analyte.with_scale(Scale::Share(Fraction::Mass)),
            Some("amount_fraction") => analyte.with_scale(Scale::Share(Fraction::Amount)),
            // Per creatinine, whose mass is known: `mg/g` and `mg/mmol` meet.
            Some("per_creatinine") => match analyte.clone().per("creatinine", CREATININE) {
                Ok(with_reference) => with_reference,
                Err(_) => analyte,
            },
            Some("enzyme") => analyte.with_activity(Activity::Enzyme),
            Some("arbitrary") => analyte.with_activity(Activity::International),
            _ => analyte,
        }
    }
}

//! What a measure tells about its units.

use super::dimension::Fraction;
use super::molar::{FormulaError, molar_mass};
use crate::number::Exact;

/// The substance or property behind a number: what turns mass into amount, equivalents into moles, HbA1c percent into
/// mmol/mol.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Analyte {
    name: String,
    molar_mass: Option<MolarMass>,
    reference: Option<(String, MolarMass)>,
    valence: Option<u32>,
    scale: Scale,
    activity: Activity,
}

/// A molar mass in g/mol, with the formula it was computed from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MolarMass {
    pub grams_per_mole: Exact,
    pub formula: Option<String>,
}

/// How the numbers of a measure relate to each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// Proportional, or as the unit itself says (temperature, pH).
    #[default]
    Ratio,
    /// HbA1c: `%` is NGSP, `mmol/mol` is IFCC, and the two are related by a line with an offset.
    HbA1c,
    /// A share: `%` means parts in a hundred of this sort, so that a haematocrit of 0.45 L/L is 45 %.
    Share(Fraction),
}

/// What a bare `U` means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Activity {
    /// As it is written.
    #[default]
    AsWritten,
    /// The enzyme unit, 1 umol/min; `[IU]` is taken for it.
    Enzyme,
    /// The international unit; `U` is taken for it, as everybody writes insulin.
    International,
}

impl Analyte {
    /// A measure of which nothing but the name is known.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Its molar mass by chemical formula.
    ///
    /// # Errors
    /// When the formula does not read.
    pub fn with_formula(mut self, formula: &str) -> Result<Self, FormulaError> {
        self.molar_mass = Some(MolarMass::of(formula)?);
        Ok(self)
    }

    /// Its molar mass in g/mol, for what has no formula.
    #[must_use]
    pub fn with_molar_mass(mut self, grams_per_mole: Exact) -> Self {
        self.molar_mass = Some(MolarMass { grams_per_mole, formula: None });
        self
    }

    /// The substance below the bar, such as creatinine in an albumin-to-creatinine ratio.
    ///
    /// # Errors
    /// When the formula does not read.
    pub fn per(mut self, name: impl Into<String>, formula: &str) -> Result<Self, FormulaError> {
        self.reference = Some((name.into(), MolarMass::of(formula)?));
        Ok(self)
    }

    /// Charges per ion: 2 for calcium.
    #[must_use]
    pub fn with_valence(mut self, valence: u32) -> Self {
        self.valence = (valence > 0).then_some(valence);
        self
    }

    #[must_use]
    pub fn with_scale(mut self, scale: Scale) -> Self {
        self.scale = scale;
        self
    }

    #[must_use]
    pub fn with_activity(mut self, activity: Activity) -> Self {
        self.activity = activity;
        self
    }

    /// The name for messages; `this quantity` when there is none.
    pub fn name(&self) -> &str {
        if self.name.is_empty() { "this quantity" } else { &self.name }
    }

    pub fn molar_mass(&self) -> Option<&MolarMass> {
        self.molar_mass.as_ref()
    }

    /// The name and molar mass of the substance below the bar.
    pub fn reference(&self) -> Option<(&str, &MolarMass)> {
        self.reference.as_ref().map(|(name, mass)| (name.as_str(), mass))
    }

    /// Nothing is known of it by which units convert that do not convert by themselves.
    pub fn converts_nothing(&self) -> bool {
        let facts = self.molar_mass.is_some() || self.reference.is_some() || self.valence.is_some();
        !facts && self.scale == Scale::Ratio && self.activity == Activity::AsWritten
    }

    pub fn valence(&self) -> Option<u32> {
        self.valence
    }

    pub fn scale(&self) -> Scale {
        self.scale
    }

    pub fn activity(&self) -> Activity {
        self.activity
    }
}

impl MolarMass {
    fn of(formula: &str) -> Result<Self, FormulaError> {
        Ok(Self { grams_per_mole: molar_mass(formula)?, formula: Some(formula.to_owned()) })
    }
}

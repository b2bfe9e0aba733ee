//! What a unit measures, apart from how large it is.

use std::fmt;

/// The dimensions that every unit may have. The first seven are UCUM's; the others are ours, because a protocol that
/// mixes them up harms somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Base {
    /// metre
    Length,
    /// second
    Time,
    /// gram
    Mass,
    /// radian
    Angle,
    /// kelvin
    Temperature,
    /// coulomb
    Charge,
    /// candela
    Luminosity,
    /// mole: in UCUM a mere number
    Amount,
    /// gram of the participant, as in `mg/kg`
    BodyWeight,
    /// square metre of the participant, as in `mg/m2`
    BodySurface,
}

impl Base {
    pub(super) const COUNT: usize = 10;
    /// In the order of speech: `mass per volume per time`.
    const ALL: [Self; Self::COUNT] = [
        Self::Mass,
        Self::Amount,
        Self::Length,
        Self::Temperature,
        Self::Charge,
        Self::Luminosity,
        Self::Angle,
        Self::BodyWeight,
        Self::BodySurface,
        Self::Time,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::Time => "time",
            Self::Mass => "mass",
            Self::Angle => "angle",
            Self::Temperature => "temperature",
            Self::Charge => "electric charge",
            Self::Luminosity => "luminous intensity",
            Self::Amount => "amount of substance",
            Self::BodyWeight => "body weight",
            Self::BodySurface => "body surface",
        }
    }
}

/// A product of powers of base dimensions and of units that convert to nothing but themselves.
///
/// `own` holds the latter: arbitrary units such as `[IU]`, and counted things whose identity matters such as
/// `{copies}` or multiples of the upper limit of normal.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dimension {
    exponents: [i16; Base::COUNT],
    own: Vec<(&'static str, i16)>,
    fraction: Option<Fraction>,
}

/// What cancelled out in a ratio. `mmol/mol`, `mg/g` and `L/L` are all numbers, and none is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fraction {
    /// mass per mass, as in `mg/g`
    Mass,
    /// amount of substance per amount of substance, as in `mmol/mol`
    Amount,
    /// volume per volume, as in `L/L`
    Volume,
}

impl Dimension {
    pub(super) fn of(base: Base) -> Self {
        let mut dimension = Self::default();
        dimension.exponents[base as usize] = 1;
        dimension
    }

    pub(super) fn of_own(name: &'static str) -> Self {
        Self { own: vec![(name, 1)], ..Self::default() }
    }

    /// The power of one base dimension.
    pub fn exponent(&self, base: Base) -> i16 {
        self.exponents[base as usize]
    }

    /// Units that convert to nothing but themselves, with their powers, sorted by name.
    pub fn own(&self) -> &[(&'static str, i16)] {
        &self.own
    }

    /// What cancelled out, for a ratio of like things.
    pub fn fraction(&self) -> Option<Fraction> {
        self.fraction
    }

    pub(super) fn set_fraction(&mut self, fraction: Option<Fraction>) {
        self.fraction = fraction;
    }

    /// A pure number: nothing left, and nothing cancelled either.
    pub fn is_number(&self) -> bool {
        self.is_one() && self.fraction.is_none()
    }

    /// Nothing left, whatever may have cancelled.
    pub fn is_one(&self) -> bool {
        self.own.is_empty() && self.exponents.iter().all(|exponent| *exponent == 0)
    }

    /// Multiplies by `other` to the power of `power`. Sizes are bounded by the caps of the reader, so that saturation
    /// is never reached by a unit that parses.
    pub(super) fn multiply(&mut self, other: &Self, power: i16) {
        for (mine, theirs) in self.exponents.iter_mut().zip(other.exponents) {
            *mine = mine.saturating_add(theirs.saturating_mul(power));
        }
        for &(name, exponent) in &other.own {
            let added = exponent.saturating_mul(power);
            if added == 0 {
                continue;
            }
            match self.own.binary_search_by(|(mine, _)| mine.cmp(&name)) {
                Ok(at) => {
                    self.own[at].1 = self.own[at].1.saturating_add(added);
                    if self.own[at].1 == 0 {
                        self.own.remove(at);
                    }
                }
                Err(at) => self.own.insert(at, (name, added)),
            }
        }
    }

    /// The one base dimension, to the power of one, that this dimension consists of.
    pub(super) fn single(&self) -> Option<Base> {
        let mut found = None;
        for base in Base::ALL {
            match (self.exponent(base), found) {
                (0, _) => {}
                (1, None) => found = Some(base),
                _ => return None,
            }
        }
        if self.own.is_empty() { found } else { None }
    }

    pub(super) fn is_volume(&self) -> bool {
        self.own.is_empty() && self.exponents == Self::exponents(&[(Base::Length, 3)])
    }

    pub(super) fn is_mass_concentration(&self) -> bool {
        self.own.is_empty() && self.exponents == Self::exponents(&[(Base::Mass, 1), (Base::Length, -3)])
    }

    fn exponents(parts: &[(Base, i16)]) -> [i16; Base::COUNT] {
        let mut exponents = [0; Base::COUNT];
        for (base, power) in parts {
            exponents[*base as usize] = *power;
        }
        exponents
    }

    /// A clinician's name for the kind of quantity, such as `mass concentration`.
    fn known_name(&self) -> Option<&'static str> {
        use Base::{Amount, Angle, BodySurface, BodyWeight, Charge, Length, Mass, Temperature, Time};
        if let Some(fraction) = self.fraction.filter(|_| self.is_one()) {
            return Some(match fraction {
                Fraction::Mass => "mass per mass",
                Fraction::Amount => "amount of substance per amount of substance",
                Fraction::Volume => "volume per volume",
            });
        }
        if self.fraction.is_some() || !self.own.is_empty() {
            return None;
        }
        let names: &[(&[(Base, i16)], &str)] = &[
            (&[], "number"),
            (&[(Length, 1)], "length"),
            (&[(Length, 2)], "area"),
            (&[(Length, 3)], "volume"),
            (&[(Length, -2)], "number per area"),
            (&[(Length, -3)], "number concentration"),
            (&[(Time, 1)], "time"),
            (&[(Time, -1)], "rate"),
            (&[(Mass, 1)], "mass"),
            (&[(Mass, 1), (Time, -1)], "mass rate"),
            (&[(Mass, 1), (Length, -3)], "mass concentration"),
            (&[(Mass, 1), (Length, -2)], "mass per area"),
            (&[(Mass, 1), (BodyWeight, -1)], "dose per body weight"),
            (&[(Mass, 1), (BodyWeight, -1), (Time, -1)], "dose rate per body weight"),
            (&[(Mass, 1), (BodySurface, -1)], "dose per body surface"),
            (&[(Mass, 1), (BodySurface, -1), (Time, -1)], "dose rate per body surface"),
            (&[(Amount, 1)], "amount of substance"),
            (&[(Amount, 1), (Time, -1)], "catalytic activity"),
            (&[(Amount, 1), (Length, -3)], "molar concentration"),
            (&[(Amount, 1), (Length, -3), (Time, -1)], "catalytic concentration"),
            (&[(Amount, 1), (BodyWeight, -1)], "amount of substance per body weight"),
            (&[(Amount, 1), (BodyWeight, -1), (Time, -1)], "amount rate per body weight"),
            (&[(Mass, 1), (Amount, -1)], "mass per amount of substance"),
            (&[(Length, 3), (Time, -1)], "flow or clearance"),
            (&[(Length, 3), (Time, -1), (BodySurface, -1)], "flow per body surface"),
            (&[(Length, 3), (Time, -1), (BodyWeight, -1)], "flow per body weight"),
            (&[(Length, 3), (BodyWeight, -1)], "volume per body weight"),
            (&[(Length, 3), (BodySurface, -1)], "volume per body surface"),
            (&[(BodyWeight, -1)], "number per body weight"),
            (&[(BodySurface, -1)], "number per body surface"),
            (&[(BodyWeight, -1), (Time, -1)], "rate per body weight"),
            (&[(BodySurface, 1)], "body surface"),
            (&[(Temperature, 1)], "temperature"),
            (&[(Angle, 1)], "angle"),
            (&[(Mass, 1), (Length, -1), (Time, -2)], "pressure"),
            (&[(Mass, 1), (Length, 1), (Time, -2)], "force"),
            (&[(Mass, 1), (Length, 2), (Time, -2)], "energy"),
            (&[(Mass, 1), (Length, 2), (Time, -3)], "power"),
            (&[(Length, 2), (Time, -2)], "absorbed or equivalent radiation dose"),
            (&[(Length, 1), (Time, -1)], "speed"),
            (&[(Charge, 1)], "electric charge"),
            (&[(Charge, 1), (Time, -1)], "electric current"),
            (&[(Mass, 1), (Length, 2), (Time, -2), (Charge, -1)], "electric potential"),
            (&[(Mass, -1), (Length, -2), (Time, 2), (Charge, 2)], "electric capacitance"),
            (&[(Mass, 1), (Length, 2), (Charge, -2)], "electric inductance"),
            (&[(Mass, 1), (Time, -1), (Charge, -1)], "magnetic flux density"),
            (&[(Temperature, 1), (Length, -3)], "temperature per volume"),
            (&[(Temperature, 1), (Time, -1)], "temperature change rate"),
        ];
        names.iter().find(|(parts, _)| Self::exponents(parts) == self.exponents).map(|(_, name)| *name)
    }
}

/// A clinician's word for a unit that converts to nothing but itself.
pub(super) fn own_word(name: &'static str) -> &'static str {
    match name {
        "[iU]" => "international units",
        "eq" => "equivalents",
        "osm" => "osmoles",
        "[HPF]" => "high power field",
        "[hnsf'U]" => "Hounsfield units",
        "{ULN}" => "multiple of the upper limit of normal",
        "{LLN}" => "multiple of the lower limit of normal",
        "{INR}" => "international normalised ratio",
        "{FEU}" => "fibrinogen equivalent units",
        "{DDU}" => "D-dimer units",
        _ => name.trim_matches(['{', '}']),
    }
}

impl fmt::Display for Dimension {
    /// `mass concentration` where there is a name, else `mass per volume per time` and the like.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = self.known_name() {
            return f.pad(name);
        }
        // `ug{FEU}/mL` is a mass concentration, counted in the assay's own units.
        if let [(own @ ("{FEU}" | "{DDU}"), 1)] = self.own.as_slice() {
            let rest = Self { own: Vec::new(), ..self.clone() };
            return write!(f, "{rest}, in {}", own_word(own));
        }
        let (mut top, mut bottom) = (Vec::new(), Vec::new());
        let mut place = |word: &str, exponent: i16| {
            let text = match exponent.unsigned_abs() {
                1 => word.to_owned(),
                power => format!("{word}^{power}"),
            };
            if exponent > 0 { top.push(text) } else { bottom.push(text) }
        };
        for (name, exponent) in &self.own {
            place(own_word(name), *exponent);
        }
        for base in Base::ALL {
            let exponent = self.exponent(base);
            match (base, exponent) {
                (_, 0) => {}
                (Base::Length, 3 | -3) => place("volume", exponent.signum()),
                (Base::Length, 2 | -2) => place("area", exponent.signum()),
                _ => place(base.word(), exponent),
            }
        }
        if let Some(fraction) = self.fraction {
            top.push(match fraction {
                Fraction::Mass => "mass per mass".into(),
                Fraction::Amount => "amount per amount".into(),
                Fraction::Volume => "volume per volume".into(),
            });
        }
        let mut text = if top.is_empty() { "number".to_owned() } else { top.join(" times ") };
        for part in bottom {
            text.push_str(" per ");
            text.push_str(&part);
        }
        f.pad(&text)
    }
}

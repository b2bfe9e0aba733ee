//! Numbers with units of which perhaps only a range is known.

use std::cmp::Ordering;

use crate::eligibility::truth::Truth;
use crate::model::{ArithmeticOperator, Comparator, Duration, TimeUnit};
use crate::number::Exact;
use crate::units::{self, Analyte, Unit};

/// A number between two ends, both possible, either perhaps unbounded. A single number has equal ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Amount {
    pub low: Option<Exact>,
    pub high: Option<Exact>,
    pub scale: Scale,
    /// A change of a value: it converts without the zero point of its scale.
    pub is_difference: bool,
}

/// What a number counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    /// A pure number.
    Number,
    /// A recorded value whose unit is not known.
    Unknown {
        why: String,
    },
    Unit(Unit),
    /// Completed units of calendar time.
    Time(TimeUnit),
    /// A quotient of two values of one kind: the unit in full, and what makes it a pure number.
    Ratio {
        unit: Unit,
        factor: Exact,
    },
}

/// Why an amount cannot be computed, in a clinician's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotComputed(pub String);

impl Amount {
    pub fn exact(value: Exact, scale: Scale) -> Self {
        Self { low: Some(value.clone()), high: Some(value), scale, is_difference: false }
    }

    pub fn number(value: Exact) -> Self {
        Self::exact(value, Scale::Number)
    }

    pub fn between(low: Option<Exact>, high: Option<Exact>, scale: Scale) -> Self {
        Self { low, high, scale, is_difference: false }
    }

    /// The number, when it is known exactly.
    pub fn value(&self) -> Option<&Exact> {
        self.low.as_ref().filter(|low| Some(*low) == self.high.as_ref())
    }

    pub fn unit(&self) -> Option<&Unit> {
        match &self.scale {
            Scale::Unit(unit) | Scale::Ratio { unit, .. } => Some(unit),
            _ => None,
        }
    }

    /// The smallest amount that holds both, which are on one scale.
    pub fn hull(&self, other: &Self) -> Self {
        let pick = |a: &Option<Exact>, b: &Option<Exact>, which: Ordering| match (a, b) {
            (Some(a), Some(b)) => Some(if a.cmp(b) == which { a.clone() } else { b.clone() }),
            _ => None,
        };
        Self {
            low: pick(&self.low, &other.low, Ordering::Less),
            high: pick(&self.high, &other.high, Ordering::Greater),
            scale: self.scale.clone(),
            is_difference: self.is_difference,
        }
    }

    /// Short decimals as they are, five significant figures of everything else.
    pub fn shown(&self) -> String {
        let show = |value: &Exact| match value.to_decimal() {
            Some(text) if text.len() <= 6 => text,
            _ => value.to_significant(5),
        };
        match (&self.low, &self.high) {
            (Some(low), Some(high)) if low == high => show(low),
            (Some(low), Some(high)) => {
                let (low, high) = (show(low), show(high));
                if low == high { low } else { format!("{low} to {high}") }
            }
            (Some(low), None) => format!("{} or more", show(low)),
            (None, Some(high)) => format!("{} or less", show(high)),
            (None, None) => "any number".into(),
        }
    }

    /// Brought to a unit; to a pure number where there is none.
    pub fn to(&self, unit: Option<&Unit>, analyte: &Analyte) -> Result<Converted, NotComputed> {
        let unchanged =
            |scale: Scale| Ok(Converted { amount: Self { scale, ..self.clone() }, by: Vec::new() });
        match (&self.scale, unit) {
            (Scale::Unknown { why }, _) => Err(NotComputed(why.clone())),
            (Scale::Number | Scale::Time(_), None) => unchanged(self.scale.clone()),
            (Scale::Ratio { factor, .. }, None) => {
                let amount = self.scaled(factor);
                Ok(Converted { amount: Self { scale: Scale::Number, ..amount }, by: Vec::new() })
            }
            (Scale::Unit(from), None) if is_plain(from) => unchanged(Scale::Number),
            (Scale::Unit(from), None) => match units::parse("1") {
                Ok(one) => self.converted(from, &one, &as_share(from, analyte), Scale::Number),
                Err(_) => unchanged(Scale::Number),
            },
            (Scale::Number, Some(to)) if is_plain(to) => unchanged(Scale::Unit(to.clone())),
            (Scale::Number, Some(to)) => match units::parse("1") {
                Ok(one) => self.converted(&one, to, &as_share(to, analyte), Scale::Unit(to.clone())),
                Err(_) => Err(NotComputed(format!("a pure number has no value in `{to}`"))),
            },
            (Scale::Time(time), Some(to)) => match units::parse(code_of(*time)) {
                Ok(from) => self.converted(&from, to, analyte, Scale::Unit(to.clone())),
                Err(_) => Err(NotComputed(format!("a length of time has no value in `{to}`"))),
            },
            (Scale::Unit(from), Some(to)) => self.converted(from, to, analyte, Scale::Unit(to.clone())),
            (Scale::Ratio { unit: from, factor }, Some(to)) => {
                // `mg/g` keeps what it is a ratio of; `%` and its like take the number alone.
                let in_full = self.converted(from, to, analyte, Scale::Unit(to.clone()));
                in_full.or_else(|refusal| {
                    let number = Self { scale: Scale::Number, ..self.scaled(factor) };
                    number.to(Some(to), analyte).map_err(|_| refusal)
                })
            }
        }
    }

    fn converted(
        &self,
        from: &Unit,
        to: &Unit,
        analyte: &Analyte,
        scale: Scale,
    ) -> Result<Converted, NotComputed> {
        let mut by = Vec::new();
        let mut one = |value: &Option<Exact>, widen: i64| -> Result<Option<Exact>, NotComputed> {
            let Some(value) = value else { return Ok(None) };
            let convert = if self.is_difference { units::convert_difference } else { units::convert };
            let converted = convert(value, from, to, analyte).map_err(|error| NotComputed(error.message))?;
            by = converted.by.iter().map(ToString::to_string).collect();
            if let Some(factor) = converted.factor.filter(|factor| by.is_empty() && *factor != Exact::one()) {
                by.push(format!("1 {from} is {} {to}", factor.to_significant(6)));
            }
            Ok(Some(if converted.rounded { widened(&converted.value, widen) } else { converted.value }))
        };
        let (low, high) = (one(&self.low, -1)?, one(&self.high, 1)?);
        let amount = Self { low, high, scale, is_difference: self.is_difference };
        Ok(Converted { amount: amount.ordered(), by })
    }

    fn ordered(self) -> Self {
        match (&self.low, &self.high) {
            (Some(low), Some(high)) if low > high => Self { low: self.high, high: self.low, ..self },
            _ => self,
        }
    }

    /// Times an exact factor.
    pub fn scaled(&self, factor: &Exact) -> Self {
        if factor.is_zero() {
            let zero = Some(Exact::zero());
            return Self { low: zero.clone(), high: zero, ..self.clone() };
        }
        let times = |end: &Option<Exact>| end.as_ref().map(|end| end * factor);
        let (low, high) = (times(&self.low), times(&self.high));
        let (low, high) = if factor.is_negative() { (high, low) } else { (low, high) };
        Self { low, high, ..self.clone() }
    }

    pub fn negative(&self) -> Self {
        self.scaled(&Exact::from(-1))
    }

    /// What is known of `self OPERATOR other`, both on one scale.
    pub fn compare(&self, operator: Comparator, other: &Self) -> Truth {
        let below = |a: &Option<Exact>, b: &Option<Exact>, strictly: bool| match (a, b) {
            (Some(a), Some(b)) => a < b || (!strictly && a == b),
            _ => false,
        };
        match operator {
            Comparator::Less if below(&self.high, &other.low, true) => Truth::True,
            Comparator::Less if below(&other.high, &self.low, false) => Truth::False,
            Comparator::AtMost if below(&self.high, &other.low, false) => Truth::True,
            Comparator::AtMost if below(&other.high, &self.low, true) => Truth::False,
            Comparator::AtLeast | Comparator::Greater => {
                let flipped =
                    if operator == Comparator::Greater { Comparator::Less } else { Comparator::AtMost };
                other.compare(flipped, self)
            }
            Comparator::Equal => match (self.value(), other.value()) {
                (Some(a), Some(b)) => Truth::from(a == b),
                _ if below(&self.high, &other.low, true) || below(&other.high, &self.low, true) => {
                    Truth::False
                }
                _ => Truth::Unknown,
            },
            Comparator::NotEqual => !self.compare(Comparator::Equal, other),
            _ => Truth::Unknown,
        }
    }

    /// `self OPERATOR other`.
    pub fn compute(&self, operator: ArithmeticOperator, other: &Self) -> Result<Self, NotComputed> {
        use ArithmeticOperator as Op;
        for amount in [self, other] {
            if let Scale::Unknown { why } = &amount.scale {
                return Err(NotComputed(why.clone()));
            }
        }
        match operator {
            Op::Add | Op::Subtract => self.add(operator, other),
            Op::Multiply => {
                let (a, b) = (self.settled(), other.settled());
                let scale = match (&a.scale, &b.scale) {
                    (Scale::Number, other) | (other, Scale::Number) => other.clone(),
                    (a, b) => Scale::Unit(composed(&in_full(a)?, '.', &in_full(b)?)?),
                };
                a.product(&b, scale)
            }
            Op::Divide => self.divide(other),
            Op::Power => self.power(other),
        }
    }

    /// A ratio or an age that is computed with goes on as a pure number.
    fn settled(&self) -> Self {
        match &self.scale {
            Scale::Ratio { factor, .. } => Self { scale: Scale::Number, ..self.scaled(factor) },
            Scale::Time(_) => Self { scale: Scale::Number, ..self.clone() },
            _ => self.clone(),
        }
    }

    fn add(&self, operator: ArithmeticOperator, other: &Self) -> Result<Self, NotComputed> {
        let (a, b) = (self.settled(), other.settled());
        let b = match (&a.scale, &b.scale) {
            (a, c) if a == c => b.clone(),
            (Scale::Unit(to), Scale::Unit(_)) => {
                let converted = b.to(Some(to), &Analyte::default())?;
                let through_zero = b.scaled(&Exact::zero()).to(Some(to), &Analyte::default())?.amount;
                if through_zero.value().is_none_or(|zero| !zero.is_zero()) {
                    return Err(NotComputed(format!(
                        "values on scales with different zero points cannot be added (`{to}`)"
                    )));
                }
                converted.amount
            }
            (one, other) => return Err(not_added(one, other)),
        };
        let b = if operator == ArithmeticOperator::Subtract { b.negative() } else { b };
        let sum = |x: &Option<Exact>, y: &Option<Exact>| Some(x.as_ref()? + y.as_ref()?);
        Ok(Self { low: sum(&a.low, &b.low), high: sum(&a.high, &b.high), ..a })
    }

    fn product(&self, other: &Self, scale: Scale) -> Result<Self, NotComputed> {
        let corners = corners(self, other, |a, b| Some(a * b))?;
        Ok(Self { scale, ..corners })
    }

    fn divide(&self, other: &Self) -> Result<Self, NotComputed> {
        let (a, b) = (self.settled(), other.settled());
        let zero = Exact::zero();
        if b.low.as_ref().is_none_or(|low| *low <= zero) && b.high.as_ref().is_none_or(|high| *high >= zero) {
            return Err(NotComputed("this would divide by zero".into()));
        }
        let quotient = corners(&a, &b, Exact::checked_div)?;
        let scale = match (&a.scale, &b.scale) {
            (scale, Scale::Number) => scale.clone(),
            (Scale::Number, below) => Scale::Unit(composed("1", '/', &in_full(below)?)?),
            (above, below) => {
                let unit = composed(&in_full(above)?, '/', &in_full(below)?)?;
                let one = Amount::exact(Exact::one(), above.clone());
                let same_kind = match (above, below) {
                    (Scale::Unit(_), Scale::Unit(to)) => one.to(Some(to), &Analyte::default()).ok(),
                    _ => None,
                };
                match same_kind.and_then(|one| one.amount.value().cloned()) {
                    Some(factor) => Scale::Ratio { unit, factor },
                    None => Scale::Unit(unit),
                }
            }
        };
        Ok(Self { scale, ..quotient })
    }

    fn power(&self, exponent: &Self) -> Result<Self, NotComputed> {
        let (base, exponent) = (self.settled(), exponent.settled());
        if exponent.scale != Scale::Number {
            return Err(NotComputed("an exponent must be a pure number".into()));
        }
        let whole = exponent.value().and_then(Exact::to_i64).and_then(|power| i32::try_from(power).ok());
        let Some(whole) = whole.filter(|power| power.abs() <= 8) else {
            return base.broken_power(&exponent);
        };
        let mut result = Amount::number(Exact::one());
        for _ in 0..whole.unsigned_abs() {
            result = result.compute(ArithmeticOperator::Multiply, &base)?;
        }
        // A square is never negative, whatever the sign of its root.
        if whole % 2 == 0 && result.low.as_ref().is_none_or(Exact::is_negative) {
            result.low = Some(Exact::zero());
        }
        if whole < 0 {
            Amount::number(Exact::one()).compute(ArithmeticOperator::Divide, &result)
        } else {
            Ok(result)
        }
    }

    /// A power that is no small whole number, of a pure number that is not negative. In each of its two numbers it only
    /// rises or only falls, so that the ends of the result are among those of the four corners.
    fn broken_power(&self, exponent: &Self) -> Result<Self, NotComputed> {
        if self.scale != Scale::Number {
            return Err(NotComputed("only a pure number can be raised to a broken power".into()));
        }
        let bounds = |base: &Exact, power: &Exact| {
            base.power_bounds(power).ok_or_else(|| {
                let (base, power) = (base.to_significant(6), power.to_significant(6));
                NotComputed(format!("`{base} ^ {power}` has no value"))
            })
        };
        let (Some(low), Some(high), Some(least), Some(most)) =
            (&self.low, &self.high, &exponent.low, &exponent.high)
        else {
            return Err(NotComputed("one of the values has no known limit".into()));
        };
        let corners = [bounds(low, least)?, bounds(low, most)?, bounds(high, least)?, bounds(high, most)?];
        let (lows, highs): (Vec<Exact>, Vec<Exact>) = corners.into_iter().unzip();
        Ok(Self::between(lows.into_iter().min(), highs.into_iter().max(), Scale::Number))
    }

    /// A function that rises throughout, by the bounds of its value at either end.
    fn risen(&self, bounds: impl Fn(&Exact) -> Option<(Exact, Exact)>) -> Result<Self, NotComputed> {
        let at = |end: &Option<Exact>| match end {
            None => Ok((None, None)),
            Some(end) => match bounds(end) {
                Some((low, high)) => Ok((Some(low), Some(high))),
                None => Err(NotComputed(format!("the function has no value at {}", end.to_significant(6)))),
            },
        };
        let (low, high) = (at(&self.low)?.0, at(&self.high)?.1);
        Ok(Self { low, high, ..self.clone() })
    }

    /// `min max sqrt ln log10 exp abs` of pure numbers; `min`, `max` and `abs` of amounts on one scale.
    pub fn call(function: &str, arguments: &[Self]) -> Result<Self, NotComputed> {
        let first = arguments.first().ok_or_else(|| NotComputed(format!("`{function}` needs a value")))?;
        match function {
            "min" | "max" => {
                let mut best = first.settled();
                for next in &arguments[1..] {
                    let next = next.settled();
                    let next = match (&best.scale, &next.scale) {
                        (a, b) if a == b => next,
                        (Scale::Unit(to), Scale::Unit(_)) => next.to(Some(to), &Analyte::default())?.amount,
                        (a, b) => return Err(not_added(a, b)),
                    };
                    best = best.extreme(&next, function == "max");
                }
                Ok(best)
            }
            "abs" => {
                let first = first.settled();
                let negative = first.negative();
                let mut size = first.extreme(&negative, true);
                size.low = match (&first.low, &first.high) {
                    (Some(low), _) if !low.is_negative() => Some(low.clone()),
                    (_, Some(high)) if high.is_negative() => Some(high.abs()),
                    _ => Some(Exact::zero()),
                };
                Ok(size)
            }
            "sqrt" | "ln" | "log10" | "exp" => {
                let first = first.settled();
                if first.scale != Scale::Number {
                    return Err(NotComputed(format!("`{function}` takes a pure number")));
                }
                match function {
                    "sqrt" => first.risen(Exact::sqrt_bounds),
                    "ln" => first.risen(Exact::ln_bounds),
                    "log10" => first.risen(Exact::log10_bounds),
                    _ => first.risen(Exact::exp_bounds),
                }
            }
            other => Err(NotComputed(format!("`{other}` is not a function"))),
        }
    }

    fn extreme(&self, other: &Self, largest: bool) -> Self {
        let pick = |a: &Option<Exact>, b: &Option<Exact>, open_wins: bool| match (a, b) {
            (Some(a), Some(b)) => Some(if largest { a.max(b) } else { a.min(b) }.clone()),
            (known, None) | (None, known) if !open_wins => known.clone(),
            _ => None,
        };
        Self {
            low: pick(&self.low, &other.low, !largest),
            high: pick(&self.high, &other.high, largest),
            ..self.clone()
        }
    }
}

/// An amount in another unit, and the facts that the conversion rests on.
#[derive(Clone, Debug)]
pub(crate) struct Converted {
    pub amount: Amount,
    pub by: Vec<String>,
}

/// Where one side is a pure number, a share such as `L/L` is the number that it is.
fn as_share(unit: &Unit, analyte: &Analyte) -> Analyte {
    match unit.dimension().fraction() {
        Some(fraction) => analyte.clone().with_scale(units::Scale::Share(fraction)),
        None => analyte.clone(),
    }
}

/// Whether a unit only says what is counted, as `{INR}` and `{score}` do.
pub(crate) fn is_plain(unit: &Unit) -> bool {
    let code = unit.code();
    code.starts_with('{')
        && code.ends_with('}')
        && code.matches('{').count() == 1
        && !unit.is_limit_of_normal()
}

fn not_added(a: &Scale, b: &Scale) -> NotComputed {
    let name = |scale: &Scale| match scale {
        Scale::Unit(unit) | Scale::Ratio { unit, .. } => format!("`{unit}`"),
        Scale::Time(unit) => format!("`{}`", code_of(*unit)),
        Scale::Number | Scale::Unknown { .. } => "a pure number".into(),
    };
    NotComputed(format!("{} and {} cannot be added or compared", name(a), name(b)))
}

fn in_full(scale: &Scale) -> Result<String, NotComputed> {
    match scale {
        Scale::Number => Ok("1".into()),
        Scale::Unit(unit) | Scale::Ratio { unit, .. } => Ok(unit.code().to_owned()),
        Scale::Time(unit) => Ok(code_of(*unit).to_owned()),
        Scale::Unknown { why } => Err(NotComputed(why.clone())),
    }
}

fn composed(a: &str, sign: char, b: &str) -> Result<Unit, NotComputed> {
    let text = format!("({a}){sign}({b})");
    units::parse(&text).map_err(|error| NotComputed(error.to_string()))
}

/// UCUM code of a unit of time.
pub(crate) fn code_of(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Minute => "min",
        TimeUnit::Hour => "h",
        TimeUnit::Day => "d",
        TimeUnit::Week => "wk",
        TimeUnit::Month => "mo",
        TimeUnit::Year => "a",
    }
}

/// A literal duration as a number of these units; `None` where calendar and elapsed time would mix.
pub(crate) fn duration_in(duration: &Duration, unit: TimeUnit) -> Option<Exact> {
    let minutes = |per_unit: i64, minutes: i64| Exact::ratio(minutes, per_unit);
    match (duration, unit) {
        (Duration::Months(months), TimeUnit::Year) => Exact::ratio(*months, 12),
        (Duration::Months(months), TimeUnit::Month) => Some(Exact::from(*months)),
        (Duration::Days(days), unit) => duration_in(&Duration::Minutes(days.checked_mul(24 * 60)?), unit),
        (Duration::Minutes(count), TimeUnit::Minute) => Some(Exact::from(*count)),
        (Duration::Minutes(count), TimeUnit::Hour) => minutes(60, *count),
        (Duration::Minutes(count), TimeUnit::Day) => minutes(24 * 60, *count),
        (Duration::Minutes(count), TimeUnit::Week) => minutes(7 * 24 * 60, *count),
        (Duration::Longest(choices), _) => {
            choices.iter().map(|one| duration_in(one, unit)).collect::<Option<Vec<_>>>()?.into_iter().max()
        }
        (Duration::Shortest(choices), _) => {
            choices.iter().map(|one| duration_in(one, unit)).collect::<Option<Vec<_>>>()?.into_iter().min()
        }
        _ => None,
    }
}

/// Moved outwards by one part in 10^11, more than a rounding to 12 significant digits can be off.
fn widened(value: &Exact, direction: i64) -> Exact {
    let part = Exact::ratio(direction, 100_000_000_000).unwrap_or_else(Exact::zero);
    value + &(&value.abs() * &part)
}

fn corners(
    a: &Amount,
    b: &Amount,
    of: impl Fn(&Exact, &Exact) -> Option<Exact>,
) -> Result<Amount, NotComputed> {
    let (Some(al), Some(ah), Some(bl), Some(bh)) = (&a.low, &a.high, &b.low, &b.high) else {
        return Err(NotComputed("one of the values has no known limit".into()));
    };
    let all = [of(al, bl), of(al, bh), of(ah, bl), of(ah, bh)];
    let all: Option<Vec<Exact>> = all.into_iter().collect();
    let all = all.ok_or_else(|| NotComputed("this would divide by zero".into()))?;
    let (low, high) = (all.iter().min().cloned(), all.into_iter().max());
    Ok(Amount { low, high, ..a.clone() })
}

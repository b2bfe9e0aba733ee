//! Formulas in doubles, with room for all that rounding can do: what comes out decides only where it is clear of the limit.
//! Where it is not, the record decides, exactly.

use super::super::results::ResultsOf;
use super::super::tables::ResultValue;
use super::gate::Said;
use super::results::{Filled, Reading, Test};
use crate::eligibility::Truth;

/// Ends of a number. Every operation moves them outwards by more than it can be off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ends {
    pub low: f64,
    pub high: f64,
}

/// More than an operation on doubles, or a function of the platform's library, can be off, relatively.
const ROOM: f64 = 1e-13;

impl Ends {
    pub fn around(low: f64, high: f64) -> Option<Self> {
        let room = ROOM * low.abs().max(high.abs());
        let ends = Self { low: low - room, high: high + room };
        (ends.low.is_finite() && ends.high.is_finite()).then_some(ends)
    }

    fn corners(self, other: Self, of: impl Fn(f64, f64) -> f64) -> Option<Self> {
        let all = [
            of(self.low, other.low),
            of(self.low, other.high),
            of(self.high, other.low),
            of(self.high, other.high),
        ];
        if all.iter().any(|one| one.is_nan()) {
            return None;
        }
        let low = all.into_iter().fold(f64::INFINITY, f64::min);
        let high = all.into_iter().fold(f64::NEG_INFINITY, f64::max);
        Self::around(low, high)
    }

    fn size(self) -> f64 {
        self.low.abs().max(self.high.abs())
    }
}

/// A formula.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// A chosen value, by its place among the values.
    Value(usize),
    /// What sex and age alone tell, by class of person; absent where it cannot be said.
    OfClass(Vec<Option<Ends>>),
    /// Times an exact factor and a number more: a conversion.
    Line(Box<Node>, f64, f64),
    Add(Box<Node>, Box<Node>),
    Subtract(Box<Node>, Box<Node>),
    Multiply(Box<Node>, Box<Node>),
    Divide(Box<Node>, Box<Node>),
    Power(Box<Node>, Box<Node>),
    Least(Vec<Node>),
    Most(Vec<Node>),
    Negative(Box<Node>),
    Size(Box<Node>),
    Root(Box<Node>),
    Logarithm(Box<Node>),
    DecimalLogarithm(Box<Node>),
    Exponential(Box<Node>),
}

/// Why a formula has no value here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// Something that it needs is not known.
    Unknown,
    ByRecord,
}

impl Node {
    fn ends(&self, values: &[Ends], class: Option<usize>) -> Result<Ends, Lost> {
        let at = |node: &Self| node.ends(values, class);
        let found = match self {
            Node::Value(place) => Some(values[*place]),
            Node::OfClass(classes) => return classes[class.ok_or(Lost::ByRecord)?].ok_or(Lost::Unknown),
            Node::Line(of, slope, offset) => {
                let of = at(of)?;
                // The offset may take most of it away: its room is that of both.
                let room = ROOM * (of.size() * slope.abs() + offset.abs());
                Ends::around(of.low * slope + offset - room, of.high * slope + offset + room)
            }
            Node::Add(a, b) => {
                let (a, b) = both(at(a), at(b))?;
                Ends::around(a.low + b.low, a.high + b.high)
            }
            Node::Subtract(a, b) => {
                let (a, b) = both(at(a), at(b))?;
                Ends::around(a.low - b.high, a.high - b.low)
            }
            Node::Multiply(a, b) => {
                let (a, b) = both(at(a), at(b))?;
                a.corners(b, |a, b| a * b)
            }
            Node::Divide(a, b) => {
                let (a, b) = both(at(a), at(b))?;
                // Near zero nothing is sure.
                (b.low > 0.0 || b.high < 0.0).then(|| a.corners(b, |a, b| a / b)).flatten()
            }
            Node::Power(a, b) => {
                let (a, b) = both(at(a), at(b))?;
                (a.low > 0.0).then(|| a.corners(b, f64::powf)).flatten()
            }
            Node::Least(of) => several(of, values, class, f64::min)?,
            Node::Most(of) => several(of, values, class, f64::max)?,
            Node::Negative(of) => at(of).map(|of| Some(Ends { low: -of.high, high: -of.low }))?,
            Node::Size(of) => {
                let of = at(of)?;
                let least =
                    if of.low <= 0.0 && of.high >= 0.0 { 0.0 } else { of.low.abs().min(of.high.abs()) };
                Some(Ends { low: least, high: of.size() })
            }
            Node::Root(of) => positive(at(of)?, f64::sqrt),
            Node::Logarithm(of) => positive(at(of)?, f64::ln),
            Node::DecimalLogarithm(of) => positive(at(of)?, f64::log10),
            Node::Exponential(of) => {
                let of = at(of)?;
                Ends::around(of.low.exp(), of.high.exp())
            }
        };
        found.ok_or(Lost::ByRecord)
    }
}

fn positive(of: Ends, function: fn(f64) -> f64) -> Option<Ends> {
    (of.low > 0.0).then(|| Ends::around(function(of.low), function(of.high))).flatten()
}

/// Whatever is unknown makes the whole unknown, also where something else can only be told by the record.
fn both(a: Result<Ends, Lost>, b: Result<Ends, Lost>) -> Result<(Ends, Ends), Lost> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(Lost::ByRecord), Ok(_))
        | (Ok(_), Err(Lost::ByRecord))
        | (Err(Lost::ByRecord), Err(Lost::ByRecord)) => Err(Lost::ByRecord),
        _ => Err(Lost::Unknown),
    }
}

fn several(
    of: &[Node],
    values: &[Ends],
    class: Option<usize>,
    pick: fn(f64, f64) -> f64,
) -> Result<Option<Ends>, Lost> {
    let mut found: Result<Option<Ends>, Lost> = Ok(None);
    for node in of {
        let next = node.ends(values, class);
        found = match (found, next) {
            (Ok(None), Ok(next)) => Ok(Some(next)),
            (Ok(Some(a)), Ok(b)) => Ok(Some(Ends { low: pick(a.low, b.low), high: pick(a.high, b.high) })),
            (Err(Lost::Unknown), _) | (_, Err(Lost::Unknown)) => Err(Lost::Unknown),
            (Err(Lost::ByRecord), _) | (_, Err(Lost::ByRecord)) => Err(Lost::ByRecord),
        };
    }
    found
}

/// A value that a formula is computed from: the latest or earliest of a slot, in its measure's own unit.
#[derive(Clone, Debug)]
pub(super) struct Input {
    pub slot: usize,
    pub score: Option<(f64, f64)>,
    /// By unit: slope and offset.
    pub readings: Vec<Reading<(f64, f64)>>,
}

/// A formula against limits that depend on sex and age alone.
#[derive(Clone, Debug)]
pub(super) struct Computed {
    pub inputs: Vec<Input>,
    pub node: Node,
    /// Derived quantities: a result of one of these measures of its own may count in place of the formula.
    pub recorded: Vec<u16>,
    pub case_of: Vec<u16>,
    /// By case; absent where the limit cannot be said.
    pub tests: Vec<Option<Vec<Test>>>,
}

impl Computed {
    pub fn said(&self, slots: &[Filled], rows: ResultsOf<'_>, class: Option<usize>) -> Said {
        if !self.recorded.is_empty() && rows.iter().any(|row| self.recorded.contains(&row.measure)) {
            return Said::BY_RECORD;
        }
        let mut values = Vec::with_capacity(self.inputs.len());
        let mut is_by_record = false;
        for input in &self.inputs {
            match input.value(&slots[input.slot], rows) {
                Ok(value) => values.push(value),
                Err(Lost::Unknown) => return Said::UNKNOWN,
                Err(Lost::ByRecord) => is_by_record = true,
            }
        }
        let Some(class) = class.filter(|_| !is_by_record) else { return Said::BY_RECORD };
        let case = if let [one] = self.case_of.as_slice() { *one } else { self.case_of[class] };
        let Some(tests) = &self.tests[usize::from(case)] else { return Said::UNKNOWN };
        match self.node.ends(&values, Some(class)) {
            Err(Lost::Unknown) => Said::UNKNOWN,
            Err(Lost::ByRecord) => Said::BY_RECORD,
            Ok(ends) => {
                let mut truth = Truth::True;
                for test in tests {
                    if test.is_near(ends.low, ends.high, ends.size()) {
                        return Said::BY_RECORD;
                    }
                    truth = truth.and(test.gate.truth(ends.low, ends.high));
                }
                truth.into()
            }
        }
    }
}

impl Input {
    fn value(&self, filled: &Filled, rows: ResultsOf<'_>) -> Result<Ends, Lost> {
        if filled.is_partial {
            return Err(Lost::ByRecord);
        }
        let Some(first) = filled.rows.first() else { return Err(Lost::Unknown) };
        let row = &rows.get(*first as usize);
        let is_tied = filled.rows[1..].iter().any(|other| {
            let other = &rows.get(*other as usize);
            (other.value, other.unit) != (row.value, row.unit)
        });
        if is_tied {
            return Err(Lost::ByRecord);
        }
        let ResultValue::Number(value) = row.value else {
            return Err(match row.value {
                ResultValue::Level(_) | ResultValue::Unknown(_) => Lost::Unknown,
                _ => Lost::ByRecord,
            });
        };
        if !value.is_finite()
            || self.score.is_some_and(|(low, high)| value.fract() != 0.0 || value < low || value > high)
        {
            return Err(Lost::Unknown);
        }
        match &self.readings[row.unit.map_or(0, |unit| usize::from(unit) + 1)] {
            Reading::Unknown => Err(Lost::Unknown),
            Reading::ByRecord => Err(Lost::ByRecord),
            Reading::Read((slope, offset)) => {
                let room = ROOM * (value.abs() * slope.abs() + offset.abs());
                let value = value * slope + offset;
                Ends::around(value - room, value + room).ok_or(Lost::ByRecord)
            }
        }
    }
}

//! Eligibility rules: a three-valued logic (Kleene 1952) over quantities, findings, events and answers.

use serde::{Deserialize, Serialize};

use super::{Domain, Origin, UnitRef};
use crate::number::Exact;

/// Why a part of a rule is [`Rule::Text`] when it was written as a rule and has errors. No output is ever made of it.
pub const HAS_ERRORS: &str = "it has errors";

/// A rule together with the author's own words for it, so that an explanation can cite each part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clause {
    pub text: String,
    #[serde(flatten)]
    pub rule: Rule,
    #[serde(skip)]
    pub origin: Origin,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum Rule {
    All {
        of: Vec<Clause>,
    },
    Any {
        of: Vec<Clause>,
    },
    Not {
        of: Box<Clause>,
    },
    /// How many of the clauses hold: at least `low`, at most `high`.
    Count {
        of: Vec<Clause>,
        low: Option<u32>,
        high: Option<u32>,
    },
    /// `then` where the condition holds, `otherwise` where it does not; where the condition is unknown, their
    /// common value, if they have one.
    Choose {
        condition: Box<Clause>,
        then: Box<Clause>,
        otherwise: Box<Clause>,
    },
    /// Both sides are brought to `unit` before they are compared; absent for pure numbers and durations.
    Compare {
        left: Term,
        operator: Comparator,
        right: Term,
        unit: Option<UnitRef>,
    },
    /// Both ends are included.
    Between {
        value: Term,
        low: Term,
        high: Term,
        unit: Option<UnitRef>,
    },
    /// A coded value is one of these. Also `sex`.
    Is {
        value: Term,
        one_of: Vec<String>,
    },
    /// A finding, procedure, exposure or event occurs in the window.
    Occurs {
        finding: Finding,
        mode: Mode,
        window: Window,
    },
    /// No value in the window differs from the reference value by more than the tolerance.
    Steady {
        measure: Term,
        tolerance: Tolerance,
        reference: Selector,
    },
    /// Of the last so many results of the window, each is above (or below) the one before it. One result counts for each day. Results
    /// nearer than `apart` to the next one that counts are passed over.
    Trend {
        measure: Term,
        direction: Trend,
        values: u32,
        apart: Option<Duration>,
    },
    /// A person's answer. The key is unique in the trial and stable (`I1`, `E10.2`).
    Attested {
        key: String,
        verb: AttestationVerb,
        by: String,
        question: String,
    },
    /// Not formalised: answered by hand, under its key.
    Text {
        key: String,
        because: String,
    },
    /// The rule speaks of another person.
    OfPerson {
        person: String,
        of: Box<Clause>,
    },
}

/// A value with the author's own words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Term {
    pub text: String,
    #[serde(flatten)]
    pub value: Value,
    #[serde(skip)]
    pub origin: Origin,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "value", rename_all = "snake_case")]
pub enum Value {
    /// A literal; `number_text` is its spelling, for precision.
    Constant {
        number: Exact,
        unit: Option<UnitRef>,
        number_text: String,
    },
    /// A literal duration (`4 months`).
    Span {
        duration: Duration,
    },
    /// The participant's value of a measure, chosen from those in the window.
    Measured {
        measure: String,
        select: Selector,
        window: Window,
    },
    /// The participant's sex, country or arm.
    Attribute {
        name: String,
    },
    /// `factor` × the limit of normal given with the result that the comparison uses.
    Limit {
        factor: Exact,
        limit: Limit,
        measure: String,
    },
    /// Completed units since birth.
    Age {
        at: Moment,
        unit: TimeUnit,
    },
    /// Completed units since the onset of a finding.
    DurationOf {
        finding: Finding,
        at: Moment,
        unit: TimeUnit,
    },
    /// Compared with a [`Value::Span`] by adding it to `from`.
    TimeBetween {
        from: Moment,
        to: Moment,
    },
    Change {
        relative: bool,
        measure: String,
        from: Moment,
        to: Moment,
    },
    AreaUnder {
        measure: String,
        from: Moment,
        to: Moment,
    },
    /// How often it occurred, each occurrence once: those that were there on some day of the window, or that started (ended)
    /// in it.
    Count {
        finding: Finding,
        #[serde(default)]
        mode: Mode,
        window: Window,
    },
    /// How many days of the window were with the finding (or without it): in all, or in the longest run of such days.
    /// A run reaches at most from the first day of the window to its last.
    Days {
        count: DayCount,
        without: bool,
        finding: Finding,
        window: Window,
    },
    Dose {
        finding: Finding,
        window: Window,
    },
    /// Outcomes only.
    Incidence {
        finding: Finding,
        #[serde(default)]
        mode: Mode,
        window: Window,
    },
    /// Outcomes only.
    Proportion {
        of: Box<Clause>,
    },
    Arithmetic {
        left: Box<Term>,
        operator: ArithmeticOperator,
        right: Box<Term>,
    },
    /// `min max sqrt ln log10 exp abs`.
    Call {
        function: String,
        arguments: Vec<Term>,
    },
    Negative {
        of: Box<Term>,
    },
    /// The row whose key matches the person.
    Table {
        by: Axis,
        rows: Vec<TableRow>,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableRow {
    #[serde(flatten)]
    pub key: TableKey,
    pub value: Term,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "snake_case")]
pub enum TableKey {
    Codes {
        codes: Vec<String>,
    },
    /// Completed units of age: `from ≤ age ≤ to` or `age < below`; each end may be open.
    Ages {
        from: Option<Exact>,
        to: Option<Exact>,
        below: Option<Exact>,
        unit: TimeUnit,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    Age,
    Sex,
    Country,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "tolerance", rename_all = "snake_case")]
pub enum Tolerance {
    Percent { percent: Exact },
    Absolute { number: Exact, unit: Option<UnitRef> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparator {
    Less,
    AtMost,
    Equal,
    NotEqual,
    AtLeast,
    Greater,
}

impl Comparator {
    pub fn symbol(self) -> &'static str {
        match self {
            Comparator::Less => "<",
            Comparator::AtMost => "<=",
            Comparator::Equal => "=",
            Comparator::NotEqual => "!=",
            Comparator::AtLeast => ">=",
            Comparator::Greater => ">",
        }
    }

    /// What holds where this does not.
    pub fn denied(self) -> Self {
        match self {
            Comparator::Less => Comparator::AtLeast,
            Comparator::AtMost => Comparator::Greater,
            Comparator::Equal => Comparator::NotEqual,
            Comparator::NotEqual => Comparator::Equal,
            Comparator::AtLeast => Comparator::Less,
            Comparator::Greater => Comparator::AtMost,
        }
    }

    pub fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Comparator::Less => ordering.is_lt(),
            Comparator::AtMost => ordering.is_le(),
            Comparator::Equal => ordering.is_eq(),
            Comparator::NotEqual => ordering.is_ne(),
            Comparator::AtLeast => ordering.is_ge(),
            Comparator::Greater => ordering.is_gt(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArithmeticOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    Uln,
    Lln,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trend {
    Rising,
    Falling,
}

impl Trend {
    /// How each value stands to the one before it.
    pub fn comparator(self) -> Comparator {
        match self {
            Trend::Rising => Comparator::Greater,
            Trend::Falling => Comparator::Less,
        }
    }
}

/// Which days of a window are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayCount {
    All,
    /// Those of the longest run of days that follow each other.
    LongestRun,
}

/// Which of several values in a window is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selector {
    Latest,
    Earliest,
    /// The comparison holds for at least one value.
    Any,
    /// The comparison holds for all values, and there is at least one.
    Every,
    Highest,
    Lowest,
    Mean,
    Median,
    /// The comparison holds for each of the last n values.
    Consecutive(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttestationVerb {
    Attested,
    Agreed,
    Approved,
    Declined,
}

/// What occurs: a concept or event of the trial, narrowed by qualifiers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub name: String,
    pub domain: Domain,
    /// `symptomatic`, `active`, `confirmed`: each must be recorded with the finding.
    #[serde(default)]
    pub qualifiers: Vec<String>,
    /// Concepts that do not count.
    #[serde(default)]
    pub other_than: Vec<String>,
    /// A test of an event's attributes.
    #[serde(default)]
    pub with: Vec<AttributeTest>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "test", rename_all = "snake_case")]
pub enum AttributeTest {
    Ordinal { attribute: String, operator: Comparator, value: i64 },
    Flag { attribute: String },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// On some day of the window.
    #[default]
    Present,
    /// On every day of the window.
    Throughout,
    Started,
    Ended,
    /// Like present, at any time; the window's start is open.
    Ever,
}

/// A closed interval of a participant's days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Absent: open to the past.
    pub from: Option<Moment>,
    /// Absent: open to the future.
    pub to: Option<Moment>,
    /// The author's words.
    pub text: String,
}

impl Window {
    /// How many days it has; `None` where the calendar or the participant decides it.
    pub fn whole_days(&self) -> Option<i64> {
        let (from, to) = (self.from.as_ref()?, self.to.as_ref()?);
        let after = |moment: &Moment| match &moment.offset {
            None => Some(0),
            Some(Offset { direction: Direction::Before, by: Duration::Days(days) }) => days.checked_neg(),
            Some(Offset { direction: Direction::After, by: Duration::Days(days) }) => Some(*days),
            Some(_) => None,
        };
        let days = after(to)?.checked_sub(after(from)?)?.checked_add(1)?;
        (from.of == to.of && days > 0).then_some(days)
    }
}

/// A point in a participant's time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// Added to the date of the anchor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<Offset>,
    pub of: Anchor,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "anchor", rename_all = "snake_case")]
pub enum Anchor {
    /// An event of the trial; `occurrence` where it repeats.
    Event {
        name: String,
        occurrence: Occurrence,
    },
    Visit {
        name: String,
    },
    Onset {
        finding: Finding,
    },
    End {
        finding: Finding,
    },
    /// The moment of the decision itself (the event that it permits, or the day of the check).
    Decision,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occurrence {
    /// The event does not repeat.
    #[default]
    Once,
    First,
    Last,
    Any,
    Each,
}

/// A signed distance in time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offset {
    pub direction: Direction,
    pub by: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Before,
    After,
}

/// How long. Calendar and elapsed time never convert into each other.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duration {
    /// Calendar months; a year is twelve. Clamped to the end of a shorter month.
    Months(i64),
    Days(i64),
    Minutes(i64),
    /// The longest of these, decided on the calendar.
    Longest(Vec<Duration>),
    Shortest(Vec<Duration>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

impl Clause {
    /// The participant is in one of these arms.
    pub fn in_arm(arms: &[String]) -> Self {
        let value = Term {
            text: "arm".to_owned(),
            value: Value::Attribute { name: "arm".to_owned() },
            origin: Origin::default(),
        };
        Self {
            text: format!("arm is {}", arms.join(" or ")),
            rule: Rule::Is { value, one_of: arms.to_vec() },
            origin: Origin::default(),
        }
    }

    /// All of these, each once. `None` where there are none.
    pub fn all_of(parts: Vec<Self>) -> Option<Self> {
        Self::joined(parts, " and ", |of| Rule::All { of })
    }

    /// One of these at least, each once. `None` where there are none.
    pub fn any_of(parts: Vec<Self>) -> Option<Self> {
        Self::joined(parts, " or ", |of| Rule::Any { of })
    }

    fn joined(parts: Vec<Self>, word: &str, rule: fn(Vec<Self>) -> Rule) -> Option<Self> {
        let mut once: Vec<Self> = Vec::new();
        for part in parts {
            if !once.contains(&part) {
                once.push(part);
            }
        }
        match <[Self; 1]>::try_from(once) {
            Ok([only]) => Some(only),
            Err(once) if once.is_empty() => None,
            Err(once) => {
                let set = |part: &Self| match part.rule {
                    Rule::All { .. } | Rule::Any { .. } => format!("({})", part.text),
                    _ => part.text.clone(),
                };
                let text = once.iter().map(set).collect::<Vec<_>>().join(word);
                Some(Self { text, rule: rule(once), origin: Origin::default() })
            }
        }
    }
}

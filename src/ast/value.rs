//! Values of properties and bodies other than criteria.

use super::{DurationExpr, Expr, Moment, Name, TimePhrase};
use crate::number::Exact;
use crate::source::Spanned;

/// What stands after a colon. Which variant is expected is said by the schema.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A quoted text; several are joined by commas.
    Texts(Vec<Spanned<String>>),
    /// Names or closed choices, joined by commas; `month_3 to month_12` is kept as a range.
    Names(Vec<NameOrRange>),
    /// A property without a value (`repeats`).
    Flag,
    Integer(i64),
    /// `22 actual`, `120 planned`.
    Enrollment {
        count: u64,
        basis: Option<Name>,
    },
    /// `1:1:1`.
    Ratio(Vec<u64>),
    /// `1/2`: phases joined by a slash.
    Phase(Vec<Spanned<String>>),
    /// A calendar date, perhaps partial, with its qualifier (`2011-01 actual`).
    Date {
        date: PartialDate,
        basis: Option<Name>,
    },
    /// `scheme "value"`.
    Identifier {
        scheme: Name,
        value: Spanned<String>,
    },
    /// `"2.0" dated 2018-04-25`.
    Version {
        label: Spanned<String>,
        dated: Option<Spanned<PartialDate>>,
    },
    /// Codes of a terminology: `44054006`, `E11`, `4548-4 "Hemoglobin A1c/…"`.
    Codes(Vec<Code>),
    /// A criterion, derivation or other expression.
    Expression(Expr),
    Quantity(Quantity),
    /// `0 to 500`, `0 to 500 mg/dL`.
    Range(QuantityRange),
    /// Dose levels of a product, by name: `low 5 mg, high 10 mg`.
    Doses(Vec<(Name, Quantity)>),
    /// `450 mL in 8 weeks`: how much there may be in any such time.
    Allowance {
        amount: Quantity,
        within: DurationExpr,
    },
    /// `18 years and over` has a low end only; `under 18 years` a high end that is itself outside (`below`);
    /// `up to 65 years` one that is inside.
    OpenRange {
        low: Option<Quantity>,
        high: Option<Quantity>,
        below: bool,
    },
    /// Units only: `mg/dL, umol/L`.
    Units(Vec<Spanned<String>>),
    Duration(DurationExpr),
    /// Constraints of an event's time: `0 to 14 days after randomization`.
    Timing(Vec<Constraint>),
    /// When a visit takes place.
    Visit(VisitTiming),
    /// Cycles of a repeating visit: `odd`, `1, 3 to 5`, `4 and later`.
    Rounds(Vec<RoundRun>),
    /// Times within a day: `-30 min, 1 h ±5 min`.
    Timepoints(Vec<Spanned<Timepoint>>),
    /// A visit's window alone: `±7 days`.
    Window(WindowAround),
    /// `fasting` levels: `0 "Fully active", 1 "…"`, `negative, positive`, or a range of whole numbers.
    Levels(Vec<Level>),
    /// Attributes of an event: `grade 1 to 5, related_to infusion`.
    Attributes(Vec<Attribute>),
    /// The phrases of a treatment plan: `dose not stated, on infusion`.
    Plan(Vec<PlanPhrase>),
    /// What is compared in an outcome: `combined versus insulin, mean difference`.
    Comparison {
        arms: Vec<Vec<Name>>,
        summary: Option<Spanned<String>>,
    },
    /// Intercurrent events: `rescue_therapy treatment_policy, death not stated`.
    Strategies(Vec<(Name, Option<Name>)>),
    /// What a `collect` statement takes and where.
    Collection(Collection),
    /// `day 1 is randomization`.
    Clock {
        day: i64,
        is: Name,
    },
    /// `every 28 days from first_dose until progression`.
    Cycle(CyclePlan),
    /// A field's type.
    FieldType(FieldType),
    /// Something recorded of the person in an example.
    Fact(Fact),
    /// `ineligible by I8`; `eligible for second_dose` where the trial has several decisions.
    Expectation {
        verdict: Name,
        decision: Option<Name>,
        by: Vec<Name>,
    },
    /// `not stated`: the protocol is known to be silent.
    NotStated,
    /// `unspecified "…"`: the protocol's own words, which say too little to be formalised.
    Unspecified(Spanned<String>),
    /// Could not be read; already reported.
    Error,
}

#[derive(Clone, Debug, PartialEq)]
pub enum NameOrRange {
    Name(Name),
    Range { from: Name, to: Name },
}

/// A year, a month or a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartialDate {
    pub year: i16,
    pub month: Option<i8>,
    pub day: Option<i8>,
}

/// A code with its display text, if written.
#[derive(Clone, Debug, PartialEq)]
pub struct Code {
    pub code: Spanned<String>,
    pub display: Option<Spanned<String>>,
}

/// A number and the unit behind it, as written.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    pub number: Spanned<Exact>,
    /// The number as written, for its precision.
    pub number_text: String,
    /// The unit in the author's spelling, not yet parsed.
    pub unit: Option<Spanned<String>>,
    /// The same quantity in another unit, in parentheses: `1.5 mg/dL (133 umol/L)`.
    pub also: Option<Box<Quantity>>,
}

/// `low to high unit`; a unit on the low end only is allowed.
#[derive(Clone, Debug, PartialEq)]
pub struct QuantityRange {
    pub low: Quantity,
    pub high: Quantity,
}

/// One constraint of an event's time.
#[derive(Clone, Debug, PartialEq)]
pub enum Constraint {
    /// `on consent`: the same day.
    On(Moment),
    /// `on or after consent`, `after consent`, `before consent`, `on or before …`.
    Order { after: bool, or_same_day: bool, than: Moment },
    /// `at least 4 months after smt_start`; `at most …`.
    Bound { at_least: bool, by: DurationExpr, after: bool, than: Moment },
    /// `0 to 14 days after randomization`; `within 14 days after …` is `0 to 14`.
    Between { low: DurationExpr, high: DurationExpr, after: bool, than: Moment },
    /// `first of (progression, death)`, `last of (…)`: the event is one of these, whichever comes first or last.
    OneOf { first: bool, of: Vec<Moment> },
    /// `first EXPRESSION`: the first time that a truth holds.
    FirstTime(Expr),
}

/// When a visit takes place, relative to its anchor.
#[derive(Clone, Debug, PartialEq)]
pub struct VisitTiming {
    pub target: VisitTarget,
    pub window: Option<WindowAround>,
    /// The window as days of its own, counted as the target is: `within day 22 to 36`.
    pub within: Option<Box<Spanned<VisitTarget>>>,
    /// Further constraints: `and at least 7 days after visit_1`.
    pub and: Vec<Constraint>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum VisitTarget {
    /// `day 15`, `day -28 to -1`, with the clock when there are several (`day 15 of study`).
    Day { from: i64, to: Option<i64>, clock: Option<Name> },
    /// `cycle 1 day 15` is written as a visit of a cycle; here its day.
    /// `1 month after randomization`, `2 weeks before surgery`.
    Offset { by: DurationExpr, after: bool, anchor: Moment },
    /// `2 weeks after each of (month_1, month_3)`: one visit for each.
    OffsetEach { by: DurationExpr, after: bool, anchors: Vec<Moment> },
    /// `0 to 14 days after randomization`: any day between.
    OffsetRange { low: DurationExpr, high: DurationExpr, after: bool, anchor: Moment },
    /// `on infusion`.
    On(Moment),
    /// `every 3 months after randomization`, one visit for each name.
    Every { by: DurationExpr, anchor: Moment, until: Option<Moment>, lasting: Option<DurationExpr> },
}

/// `±7 days`, `-7/+14 days`: how far the actual date may lie from the target.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowAround {
    pub early: DurationExpr,
    pub late: DurationExpr,
}

/// A value of a score or coded measure.
#[derive(Clone, Debug, PartialEq)]
pub struct Level {
    pub value: Spanned<String>,
    pub label: Option<Spanned<String>>,
    /// The last value, where a range of whole numbers was written.
    pub to: Option<Spanned<String>>,
}

/// An attribute that each occurrence of an event has.
#[derive(Clone, Debug, PartialEq)]
pub enum Attribute {
    /// `grade 1 to 5`.
    Ordinal { name: Name, low: i64, high: i64 },
    /// `related_to infusion`.
    Related { name: Name, to: Name },
    /// `serious`.
    Flag(Name),
}

/// One phrase of a treatment plan.
#[derive(Clone, Debug, PartialEq)]
pub enum PlanPhrase {
    Dose(Quantity),
    DoseNotStated,
    /// `auc 5`: target area under the curve, mg·min/mL.
    TargetAuc(Spanned<Exact>),
    /// `up to 250 mg`.
    Cap(Quantity),
    Route(Name),
    RouteNotStated,
    /// `once`, `daily`, `twice daily`, `every 3 weeks`.
    Frequency(Frequency),
    On(Moment),
    From(Moment),
    For(DurationExpr),
    Until(Moment),
    /// `days 1, 8, 15 of 28`: days of a cycle and its length in days.
    Days {
        days: Vec<i64>,
        of: i64,
    },
    /// `level low`: one of the product's dose levels.
    Level(Name),
    /// `stable`, or another named manner.
    Text(Spanned<String>),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Frequency {
    Once,
    /// This many times each day.
    TimesDaily(i64),
    /// On this many days of each week.
    TimesWeekly(i64),
    Every(DurationExpr),
    NotStated,
}

/// A run of cycles by their numbers, from 1: `3 to 5`, `4 and later`, every second from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoundRun {
    pub first: i64,
    pub last: Option<i64>,
    pub step: i64,
}

/// A time within a day, counted from the reference of its set: `-30 min`, `1 h ±5 min "Peak"`.
#[derive(Clone, Debug, PartialEq)]
pub struct Timepoint {
    pub before: bool,
    pub by: DurationExpr,
    pub window: Option<WindowAround>,
    pub label: Option<Spanned<String>>,
}

/// A visit of a `collect` statement, and in which cycles: `d1 of odd cycles`.
#[derive(Clone, Debug, PartialEq)]
pub struct CollectVisit {
    pub visit: NameOrRange,
    pub rounds: Option<Spanned<Vec<RoundRun>>>,
}

/// `collect a, b at x, y when …`, `collect adverse_event from consent to month_12`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Collection {
    pub what: Vec<Name>,
    pub at: Vec<CollectVisit>,
    /// Continuous collection between two moments instead of visits.
    pub throughout: Option<(Moment, Option<Moment>)>,
    /// At the times of this set, on each of the visits.
    pub per: Option<Name>,
    /// Only in these arms.
    pub arms: Vec<Name>,
    pub when: Option<Expr>,
    /// What the site is told beside the cross.
    pub note: Option<Spanned<String>>,
}

/// `every 28 days from first_dose for 6 cycles`, `… until progression`.
#[derive(Clone, Debug, PartialEq)]
pub struct CyclePlan {
    pub every: DurationExpr,
    pub from: Moment,
    pub count: Option<i64>,
    pub until: Option<Moment>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum FieldType {
    Text,
    Integer,
    /// A number in a unit.
    Number(Option<Spanned<String>>),
    Date,
    PartialDate,
    Time,
    YesNo,
    /// `choice of (a "A", b "B")`.
    Choice(Vec<Level>),
    /// `measure hba1c`.
    Measure(Name),
}

/// One statement of an example.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// `sex: female`, `born: 1970-03-02`, `arm: combined`, `country: "FR"`.
    Attribute { name: Name, value: Spanned<String> },
    /// `consent on 2011-02-01`; `hba1c 9.6 % on 2011-06-28`; `ecog 1 on …`; `pregnancy_test negative on …`;
    /// `alt 25 U/L on 2011-06-28, normal 7 to 56`: with the laboratory's limits of normal.
    Observed {
        name: Name,
        value: Option<FactValue>,
        on: Spanned<PartialDate>,
        normal: Option<Spanned<QuantityRange>>,
        details: Vec<FactDetail>,
    },
    /// `t2dm from 2001-05`, `metformin from 2010-01-01 to 2011-02-01`.
    Lasting {
        name: Name,
        value: Option<FactValue>,
        from: Option<Spanned<PartialDate>>,
        to: Option<Spanned<PartialDate>>,
        details: Vec<FactDetail>,
    },
    /// `no stroke`: known never to have occurred; with `from … to …` for that period alone. `no other malignancy`: none but those that
    /// are recorded here.
    Absent { other: bool, name: Name, from: Option<Spanned<PartialDate>>, to: Option<Spanned<PartialDate>> },
    /// `answer I1 yes`.
    Answer { criterion: Name, answer: Name },
}

#[derive(Clone, Debug, PartialEq)]
pub enum FactValue {
    Quantity(Quantity),
    Level(Name),
}

/// A qualifier or attribute, behind the date of a fact.
#[derive(Clone, Debug, PartialEq)]
pub enum FactDetail {
    /// `grade 3`.
    Degree { name: Name, value: i64 },
    /// `symptomatic`, `not symptomatic`, `serious`.
    Flag { name: Name, holds: bool },
    /// `other than basal_cell_carcinoma`, before the date.
    OtherThan { name: Name },
}

/// Kept here so that property values and criteria share one notion of a phrase.
pub type Phrase = TimePhrase;

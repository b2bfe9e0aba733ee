//! Criteria and derivations as written.

use super::{Name, Quantity};
use crate::number::Exact;
use crate::source::{Span, Spanned};

#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Expr {
    pub fn new(kind: ExprKind, span: Span) -> Self {
        Self { kind, span }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    Quantity(Quantity),
    /// `1.5 x ULN`, `x LLN`; factor 1 when none is written.
    Limit {
        factor: Spanned<Exact>,
        limit: Spanned<Limit>,
    },
    /// `hba1c`, `symptomatic peptic_ulcer`, `malignancy other than (basal_cell_carcinoma)`. Leading names are
    /// qualifiers of the last.
    Finding(Finding),
    /// `latest hba1c`, `highest hemoglobin`.
    Select {
        selector: Spanned<Selector>,
        of: Box<Expr>,
    },
    /// `age`: always with a time phrase around it.
    Age,
    /// `duration of t2dm`.
    Duration(Box<Expr>),
    /// `time from smt_start to randomization`.
    TimeBetween {
        from: Moment,
        to: Moment,
    },
    /// `change of hba1c from baseline to month_12`; relative: `percent change of …`.
    Change {
        relative: bool,
        of: Box<Expr>,
        from: Moment,
        to: Moment,
    },
    /// `area under c_peptide from baseline to month_12`.
    AreaUnder {
        of: Box<Expr>,
        from: Moment,
        to: Moment,
    },
    /// `count of seizure`.
    Count(Box<Expr>),
    /// `number of days with seizure`, `longest run of days without seizure`.
    Days {
        longest_run: bool,
        without: bool,
        of: Box<Expr>,
    },
    /// `dose of metformin`.
    Dose(Box<Expr>),
    /// `incidence of adverse_event`.
    Incidence(Box<Expr>),
    /// `proportion with TRUTH`.
    Proportion(Box<Expr>),
    /// `points of (2 for elderly, 1 for anemia present)`.
    Points(Vec<Point>),
    /// `min(a, b)`, `sqrt(x)`.
    Call {
        function: Name,
        arguments: Vec<Expr>,
    },
    /// A time phrase behind its finding, measure or list. It stands outside the words around these: `latest hba1c
    /// PHRASE` is `Timed(Select)`, `mi started PHRASE` and `taking x PHRASE` are `Timed(Occurs)`, `count of x PHRASE`
    /// is `Timed(Count)`, `each of (…) PHRASE is …` is `Timed(Quantified)`; but `no x PHRASE` is `No(Timed)`.
    Timed {
        of: Box<Expr>,
        phrase: Spanned<TimePhrase>,
    },
    /// `within 28 days before randomization: ( … )`.
    Within {
        phrase: Spanned<TimePhrase>,
        body: Box<Expr>,
    },
    /// `for mother: ( … )`.
    OfPerson {
        person: Name,
        body: Box<Expr>,
    },
    /// `present`, `performed`, `started`, `ended`, `ever`, `taking`.
    Occurs {
        mode: Spanned<Mode>,
        of: Box<Expr>,
    },
    /// `no stroke within …`: a statement about absence.
    No(Box<Expr>),
    Compare {
        left: Box<Expr>,
        operator: Spanned<Comparator>,
        right: Box<Expr>,
    },
    /// `in 7.5 to 9.5 %`, both ends included.
    In {
        value: Box<Expr>,
        negated: bool,
        low: Box<Expr>,
        high: Box<Expr>,
    },
    /// `sex is female`, `nyha is III or IV`.
    Is {
        value: Box<Expr>,
        negated: bool,
        one_of: Vec<Name>,
    },
    /// `rises over its last 3 values at least 7 days apart`; a time phrase behind it goes into `value`.
    Trend {
        value: Box<Expr>,
        falls: bool,
        values: Spanned<u32>,
        apart: Option<Spanned<DurationExpr>>,
    },
    /// `differs by at most 10 % from its first value`; a time phrase behind it goes into `value`.
    Differs {
        value: Box<Expr>,
        at_most: Quantity,
        reference: Spanned<Selector>,
    },
    /// `stable` without a tolerance: always reported. A time phrase behind it goes inside.
    Stable(Box<Expr>),
    /// The subject of a quantified predicate (`each of (…) is <= 3 x ULN`: the left side). `any of (a, b) started` and
    /// `taking any of (a, b)` have the predicates `Occurs(It)`.
    It,
    /// `each of (alt, ast) is …`, `any of (…)`; without predicate the list holds truths.
    Quantified {
        quantifier: Spanned<Quantifier>,
        list: Vec<Expr>,
        predicate: Option<Box<Expr>>,
    },
    Arithmetic {
        left: Box<Expr>,
        operator: Spanned<ArithmeticOperator>,
        right: Box<Expr>,
    },
    Negative(Box<Expr>),
    Not(Box<Expr>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Unless {
        body: Box<Expr>,
        exception: Box<Expr>,
    },
    When {
        body: Box<Expr>,
        guard: Box<Expr>,
    },
    /// `<= 1.6 mg/dL instead < 3.0 mg/dL when ever gilbert_syndrome`: another limit for some. The body is the
    /// comparison, or another `Instead`; of a list it stands inside the predicate.
    Instead {
        body: Box<Expr>,
        operator: Spanned<Comparator>,
        right: Box<Expr>,
        guard: Box<Expr>,
    },
    /// `attested by investigator "question"`.
    Attested {
        verb: Spanned<AttestationVerb>,
        by: Name,
        question: Option<Spanned<String>>,
    },
    /// `by sex (1.5 mg/dL for male, 1.4 mg/dL for female)`.
    Table {
        by: Spanned<Axis>,
        rows: Vec<TableRow>,
    },
    Parenthesised(Box<Expr>),
    /// `text only because "reason"`.
    TextOnly {
        because: Spanned<String>,
    },
    NotStated,
    Unspecified(Spanned<String>),
    /// Could not be read; already reported.
    Error,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub qualifiers: Vec<Name>,
    pub name: Name,
    pub other_than: Vec<Name>,
    /// `with grade >= 3`: a condition on an event's attributes.
    pub with: Option<Box<Expr>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Upper limit of normal of the laboratory that measured.
    Uln,
    Lln,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selector {
    Latest,
    Earliest,
    Any,
    Every,
    Highest,
    Lowest,
    Mean,
    Median,
    /// The last n values in a row.
    Consecutive(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Holds on some day of the window.
    Present,
    /// Of a procedure: done on some day of the window.
    Performed,
    Started,
    Ended,
    /// At any time up to the decision.
    Ever,
    /// Exposure on some day of the window.
    Taking,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparator {
    Less,
    AtMost,
    Equal,
    NotEqual,
    AtLeast,
    Greater,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArithmeticOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    Each,
    Any,
    AtLeast(u32),
    AtMost(u32),
    Exactly(u32),
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttestationVerb {
    Attested,
    Agreed,
    Approved,
    Declined,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    Age,
    Sex,
    Country,
}

/// What a truth counts in a sum of points.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    pub worth: Spanned<Exact>,
    pub truth: Expr,
}

#[derive(Clone, Debug)]
pub struct TableRow {
    pub value: Expr,
    pub keys: TableKeys,
    pub span: Span,
}

impl PartialEq for TableRow {
    fn eq(&self, other: &Self) -> bool {
        (&self.value, &self.keys) == (&other.value, &other.keys)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum TableKeys {
    /// `for male`, `for "FR"`.
    Names(Vec<Name>),
    /// Completed units of age: `for 12 to 17 years`, `for under 1 year`, `for 18 years and over`.
    Ages { from: Option<Quantity>, below: Option<Quantity>, to: Option<Quantity> },
}

/// A point in a participant's time: an event or visit, or the onset or end of a finding.
#[derive(Clone, Debug)]
pub struct Moment {
    /// `14 days before`, when an offset is written.
    pub offset: Option<(DurationExpr, Direction)>,
    pub occurrence: Option<Spanned<Occurrence>>,
    pub part: Option<MomentPart>,
    pub name: Name,
    pub span: Span,
}

impl PartialEq for Moment {
    fn eq(&self, other: &Self) -> bool {
        (&self.offset, &self.occurrence, &self.part, &self.name)
            == (&other.offset, &other.occurrence, &other.part, &other.name)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occurrence {
    First,
    Last,
    Any,
    Each,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MomentPart {
    /// `onset of t2dm`.
    Onset,
    /// `end of chemotherapy`.
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Before,
    After,
    /// `before or after`, said in full.
    Either,
    /// `of`: the author did not say; always reported.
    Unclear,
}

/// How long: calendar or elapsed, or the longer or shorter of several.
#[derive(Clone, Debug, PartialEq)]
pub enum DurationExpr {
    /// `14 days`, `3 months`: a number and a word of time.
    Simple {
        number: Spanned<Exact>,
        unit: Spanned<TimeUnit>,
    },
    /// `5 half_lives of drug`.
    HalfLives {
        number: Spanned<Exact>,
        of: Name,
    },
    /// `the longer of (90 days, 5 half_lives of drug)`.
    Longer(Vec<DurationExpr>),
    Shorter(Vec<DurationExpr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimeUnit {
    Minute,
    Hour,
    Day,
    Week,
    /// Calendar month.
    Month,
    /// Calendar year.
    Year,
}

#[derive(Clone, Debug, PartialEq)]
pub enum TimePhrase {
    /// `at consent`, `on consent`: that day.
    At(Moment),
    /// `before consent`: any day up to the day before.
    Before(Moment),
    After(Moment),
    /// From that day on.
    Since(Moment),
    /// Up to and including that day.
    Until(Moment),
    /// `within 14 days before consent`; without anchor it is reported.
    Within {
        duration: DurationExpr,
        direction: Direction,
        anchor: Option<Moment>,
    },
    /// `at least 4 months before randomization`.
    AtLeast {
        duration: DurationExpr,
        direction: Direction,
        anchor: Moment,
    },
    /// `for at least 3 months before randomization`: all of that time.
    For {
        duration: DurationExpr,
        direction: Direction,
        anchor: Option<Moment>,
    },
    /// `over the 3 months before randomization`: the values of that time.
    Over {
        duration: DurationExpr,
        direction: Direction,
        anchor: Option<Moment>,
    },
    /// `from 28 days before consent to randomization`.
    FromTo {
        from: Moment,
        to: Moment,
    },
}

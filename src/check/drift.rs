//! X02 and T12: the wording says one number or length of time, the rule another.

use super::prose::{Measure, Prose, Quantity};
use super::visit::{Place, criteria};
use super::{at, with};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{
    Clause, Comparator, Computability, Direction, Duration, Finding, Moment, Offset, Rule, Term, TimeUnit,
    Tolerance, Trial, UnitRef, Value, Window,
};
use crate::number::Exact;
use crate::source::Span;
use crate::time::day_range;
use crate::units::{self, Analyte};

pub(super) fn check(trial: &Trial, found: &mut Vec<Diagnostic>) {
    for place in criteria(trial).filter(|place| !place.is_queried()) {
        if matches!(place.criterion.computability, Computability::Computed | Computability::Partly) {
            compare(trial, place, found);
        }
    }
}

/// What a number of a rule counts.
#[derive(Clone, Debug)]
enum Sort {
    /// A length of time.
    Time(Duration),
    /// A multiple of the limit of normal.
    Limit,
    /// A value of a measure, or a plain number.
    Value(Option<UnitRef>, Box<Analyte>),
}

/// A number of a rule.
#[derive(Clone, Debug)]
struct Number<'a> {
    value: Exact,
    sort: Sort,
    /// As the rule means it, after every `not` around it.
    comparator: Option<Comparator>,
    /// Only whole numbers occur, so that `> 17` and `>= 18` are one.
    whole: bool,
    text: &'a str,
    span: Option<Span>,
    /// A wrong number here changes whom the criterion lets in, and the wording would state it.
    telling: bool,
}

fn compare(trial: &Trial, place: Place<'_>, found: &mut Vec<Diagnostic>) {
    let prose = place.prose();
    let said: Vec<Quantity> = prose.quantities();
    if said.is_empty() {
        return;
    }
    let mut numbers = Vec::new();
    let computed = place.criterion.computability == Computability::Computed;
    gather(trial, &place.criterion.rule, Some(true), computed, &mut numbers);
    let mut used = vec![false; numbers.len()];
    let mut open = Vec::new();
    for quantity in &said {
        // The first number that nothing else has been matched with, or any that agrees.
        let mut agreeing: Vec<usize> =
            (0..numbers.len()).filter(|at| agree(quantity, &numbers[*at])).collect();
        agreeing.sort_by_key(|at| calendars(quantity, &numbers[*at]).is_some());
        match agreeing.iter().find(|at| !used[**at]).or(agreeing.first()) {
            Some(at) => {
                used[*at] = true;
                found.extend(other_side(place, &prose, quantity, &numbers[*at]));
                // `1 month (30 days)` says what it means.
                let explained = said.iter().any(|other| {
                    agree(other, &numbers[*at])
                        && matches!(other.measure, Measure::Time(_))
                        && calendars(other, &numbers[*at]).is_none()
                });
                if !explained {
                    found.extend(month_or_days(place, &prose, quantity, &numbers[*at]));
                }
            }
            None => open.push(quantity),
        }
    }
    let stated = |quantity: &&&Quantity| {
        quantity.comparator.is_some() || quantity.since.is_some() || quantity.measure != Measure::Bare
    };
    let open: Vec<&Quantity> = open.iter().filter(stated).copied().collect();
    let silent: Vec<&Number<'_>> = numbers
        .iter()
        .zip(&used)
        .filter(|(number, used)| number.telling && !**used)
        .map(|(number, _)| number)
        .collect();
    if open.len() != silent.len() {
        // Only what is alone of its sort can be paired.
        return;
    }
    for (quantity, number) in open.into_iter().zip(silent) {
        if same_sort(quantity, number) {
            found.extend(drift(place, &prose, quantity, number));
        }
    }
}

fn drift(
    place: Place<'_>,
    prose: &Prose<'_>,
    quantity: &Quantity,
    number: &Number<'_>,
) -> Option<Diagnostic> {
    let said = prose.words(quantity.number.start..quantity.range().end);
    let found = at(
        &codes::DRIFT,
        number.span,
        format!("the wording of {} says `{said}`, its rule says `{}`", place.code, number.text),
    )?
    .label("in the rule");
    Some(with(found, prose.span(quantity.range()), "in the wording").help(HELP))
}

const HELP: &str = "correct the one that is wrong; where the wording is the record's own and cannot be changed, say so in a `query`";

/// The same number, but `>` in one and `>=` in the other.
fn other_side(
    place: Place<'_>,
    prose: &Prose<'_>,
    quantity: &Quantity,
    number: &Number<'_>,
) -> Option<Diagnostic> {
    let ((said, range), meant) = (quantity.comparator.clone()?, number.comparator?);
    let strict = |comparator| matches!(comparator, Comparator::Greater | Comparator::Less);
    let same_way = matches!(
        (said, meant),
        (Comparator::Greater | Comparator::AtLeast, Comparator::Greater | Comparator::AtLeast)
            | (Comparator::Less | Comparator::AtMost, Comparator::Less | Comparator::AtMost)
    );
    let same_whole = number.whole && normal(said, &quantity.value) == normal(meant, &number.value);
    if !same_way || strict(said) == strict(meant) || same_whole || !number.telling {
        return None;
    }
    let words = prose.words(range.start..quantity.number.end);
    let found = at(
        &codes::DRIFT,
        number.span,
        format!(
            "the wording of {} says `{words}`, its rule means `{} {}`",
            place.code,
            meant.symbol(),
            number.text
        ),
    )?
    .label(if strict(meant) { "without this value" } else { "with this value" });
    let other = if strict(said) { "without it" } else { "with it" };
    Some(with(found, prose.span(quantity.range()), other).help(HELP))
}

/// Whether a time of the wording is one of the calendar (months, years) and the rule's is not, or the other way round:
/// `Some(true)` where the wording's is.
fn calendars(quantity: &Quantity, number: &Number<'_>) -> Option<bool> {
    let (Measure::Time(unit), Sort::Time(meant)) = (&quantity.measure, &number.sort) else { return None };
    let said = matches!(unit, TimeUnit::Month | TimeUnit::Year);
    match (said, meant) {
        (true, Duration::Days(_) | Duration::Minutes(_)) => Some(true),
        (false, Duration::Months(_)) => Some(false),
        _ => None,
    }
}

/// T12: `1 month` in the wording, `30 days` in the rule.
fn month_or_days(
    place: Place<'_>,
    prose: &Prose<'_>,
    quantity: &Quantity,
    number: &Number<'_>,
) -> Option<Diagnostic> {
    let by_calendar = calendars(quantity, number)?;
    let Sort::Time(meant) = &number.sort else { return None };
    let said = prose.words(quantity.number.start..quantity.range().end);
    let counted = match meant {
        Duration::Months(count) if count % 12 == 0 => format!("{} calendar years", count / 12),
        Duration::Months(count) => format!("{count} calendar months"),
        Duration::Days(count) => format!("{count} days"),
        _ => return None,
    };
    let counted = if counted.starts_with("1 ") { counted.trim_end_matches('s').to_owned() } else { counted };
    let message = format!("the wording of {} says `{said}`, its rule counts {counted}", place.code);
    let found = at(&codes::MONTH_OR_DAYS, number.span, message)?;
    let (low, high) = match (by_calendar, duration_of(&quantity.value, time_unit(quantity)?)?) {
        (true, said) => days(&said),
        (false, _) => days(meant),
    };
    let found = found.label(if by_calendar {
        format!("not the {low} to {high} days that `{said}` can have")
    } else {
        format!("{low} to {high} days, as the calendar has it")
    });
    Some(with(found, prose.span(quantity.range()), "in the wording").help(format!(
        "decide for one: write `{said}` in the rule too, or change the wording; where the wording is the record's own, say in a `query` which is meant"
    )))
}

fn time_unit(quantity: &Quantity) -> Option<TimeUnit> {
    match quantity.measure {
        Measure::Time(unit) => Some(unit),
        _ => None,
    }
}

/// Whether the wording's number is the rule's.
fn agree(quantity: &Quantity, number: &Number<'_>) -> bool {
    match (&quantity.measure, &number.sort) {
        (Measure::Time(unit), Sort::Time(duration)) => {
            let Some(said) = duration_of(&quantity.value, *unit) else { return false };
            let ((a, b), (c, d)) = (days(&said), days(duration));
            // Three days' room: 6 months are 181 to 184 days, and protocols write 180.
            a - 3 <= d && c - 3 <= b || is_neighbour(quantity, number)
        }
        (Measure::Bare, _) => quantity.value == number.value || is_neighbour(quantity, number),
        (Measure::Limit, Sort::Limit) => quantity.value == number.value,
        (Measure::Unit(said), Sort::Value(Some(meant), analyte)) => {
            let Ok(meant) = units::parse(&meant.ucum) else { return quantity.value == number.value };
            match units::convert(&quantity.value, said, &meant, analyte) {
                Ok(converted) => {
                    let shown = |value: &Exact| value.to_significant(3);
                    converted.value == number.value || shown(&converted.value) == shown(&number.value)
                }
                // The author's spelling of the unit is read by itself here; a doubt is settled by the number.
                Err(_) => quantity.value == number.value,
            }
        }
        (Measure::Unit(_), Sort::Value(None, _)) => quantity.value == number.value,
        _ => false,
    }
}

/// `> 17` and `>= 18`, where only whole numbers occur.
fn is_neighbour(quantity: &Quantity, number: &Number<'_>) -> bool {
    let (Some((said, _)), Some(meant), true) = (&quantity.comparator, number.comparator, number.whole) else {
        return false;
    };
    normal(*said, &quantity.value) == normal(meant, &number.value)
}

fn normal(comparator: Comparator, value: &Exact) -> (Comparator, Exact) {
    match comparator {
        Comparator::Greater => (Comparator::AtLeast, value + &Exact::one()),
        Comparator::Less => (Comparator::AtMost, value - &Exact::one()),
        other => (other, value.clone()),
    }
}

/// Whether one can stand where the other stands.
fn same_sort(quantity: &Quantity, number: &Number<'_>) -> bool {
    match (&quantity.measure, &number.sort) {
        (Measure::Time(_), Sort::Time(_)) | (Measure::Limit, Sort::Limit) => true,
        (Measure::Bare, Sort::Value(unit, _)) => unit.is_none(),
        (Measure::Unit(said), Sort::Value(Some(meant), analyte)) => {
            units::parse(&meant.ucum).is_ok_and(|meant| units::commensurable(said, &meant, analyte).is_ok())
        }
        _ => false,
    }
}

fn duration_of(value: &Exact, unit: TimeUnit) -> Option<Duration> {
    let times = |factor: i64| (value * &Exact::from(factor)).to_i64();
    Some(match unit {
        TimeUnit::Minute => Duration::Minutes(times(1)?),
        TimeUnit::Hour => Duration::Minutes(times(60)?),
        TimeUnit::Day => Duration::Days(times(1)?),
        TimeUnit::Week => Duration::Days(times(7)?),
        TimeUnit::Month => Duration::Months(times(1)?),
        TimeUnit::Year => Duration::Months(times(12)?),
    })
}

fn days(by: &Duration) -> (i64, i64) {
    day_range(&Offset { direction: Direction::After, by: by.clone() })
}

/// Every number of a rule, in the order of its words.
fn gather<'a>(
    trial: &'a Trial,
    clause: &'a Clause,
    holds: Option<bool>,
    computed: bool,
    numbers: &mut Vec<Number<'a>>,
) {
    let bound = |left: &'a Term,
                 operator: Option<Comparator>,
                 right: &'a Term,
                 unit: &Option<UnitRef>,
                 numbers: &mut Vec<Number<'a>>| {
        times_of(left, computed, numbers);
        let comparator = operator.and_then(|operator| match holds {
            Some(true) => Some(operator),
            Some(false) => Some(operator.denied()),
            None => None,
        });
        limits(trial, left, comparator, right, unit, numbers);
    };
    match &clause.rule {
        Rule::All { of } | Rule::Any { of } => {
            of.iter().for_each(|part| gather(trial, part, holds, computed, numbers))
        }
        Rule::Count { of, low, high } => {
            for count in [low, high].into_iter().flatten() {
                numbers.push(soft(Exact::from(i64::from(*count))));
            }
            of.iter().for_each(|part| gather(trial, part, None, computed, numbers));
        }
        Rule::Not { of } => gather(trial, of, holds.map(|holds| !holds), computed, numbers),
        Rule::Choose { condition, then, otherwise } => {
            [condition, then, otherwise]
                .into_iter()
                .for_each(|part| gather(trial, part, None, computed, numbers));
        }
        Rule::OfPerson { of, .. } => gather(trial, of, holds, computed, numbers),
        Rule::Compare { left, operator, right, unit } => bound(left, Some(*operator), right, unit, numbers),
        Rule::Between { value, low, high, unit } => {
            let ends = [(low, Comparator::AtLeast), (high, Comparator::AtMost)];
            let inside = holds == Some(true);
            for (end, operator) in ends {
                bound(value, inside.then_some(operator), end, unit, numbers);
            }
        }
        Rule::Is { one_of, .. } => {
            numbers.extend(one_of.iter().filter_map(|level| level.parse::<Exact>().ok()).map(soft));
        }
        Rule::Occurs { finding, window, .. } => {
            tests(finding, numbers);
            window_times(window, clause.text.as_str(), clause.origin.0, computed, numbers);
        }
        Rule::Steady { measure, tolerance, .. } => {
            times_of(measure, computed, numbers);
            let (Tolerance::Percent { percent: number } | Tolerance::Absolute { number, .. }) = tolerance;
            numbers.push(soft(number.clone()));
        }
        Rule::Trend { measure, values, apart, .. } => {
            times_of(measure, computed, numbers);
            // Two rises are three values.
            numbers
                .extend([values.saturating_sub(1), *values].map(|count| soft(Exact::from(i64::from(count)))));
            if let Some(apart) = apart {
                numbers.push(Number { sort: Sort::Time(apart.clone()), ..soft(Exact::zero()) });
            }
        }
        Rule::Attested { question, .. } => {
            numbers.extend(
                Prose::new(question, None).quantities().into_iter().map(|quantity| soft_of(&quantity)),
            );
        }
        Rule::Text { because, .. } => {
            numbers.extend(
                Prose::new(because, None).quantities().into_iter().map(|quantity| soft_of(&quantity)),
            );
        }
    }
}

/// A number that may explain one of the wording, and is never itself in doubt.
fn soft<'a>(value: Exact) -> Number<'a> {
    Number {
        value,
        sort: Sort::Value(None, Box::default()),
        comparator: None,
        whole: false,
        text: "",
        span: None,
        telling: false,
    }
}

fn soft_of<'a>(quantity: &Quantity) -> Number<'a> {
    let sort = match &quantity.measure {
        Measure::Time(unit) => duration_of(&quantity.value, *unit).map(Sort::Time),
        Measure::Limit => Some(Sort::Limit),
        _ => None,
    };
    Number { sort: sort.unwrap_or(Sort::Value(None, Box::default())), ..soft(quantity.value.clone()) }
}

fn tests<'a>(finding: &Finding, numbers: &mut Vec<Number<'a>>) {
    for test in &finding.with {
        if let crate::model::AttributeTest::Ordinal { value, .. } = test {
            numbers.push(soft(Exact::from(*value)));
        }
    }
}

/// The literals that a value is compared with.
fn limits<'a>(
    trial: &'a Trial,
    left: &'a Term,
    comparator: Option<Comparator>,
    right: &'a Term,
    unit: &Option<UnitRef>,
    numbers: &mut Vec<Number<'a>>,
) {
    let (time_unit, whole) = match &left.value {
        Value::Age { unit, .. } | Value::DurationOf { unit, .. } => (Some(*unit), true),
        Value::Count { .. } => (None, true),
        Value::Days { .. } => (Some(TimeUnit::Day), true),
        _ => (None, false),
    };
    // A fall of 0.5 in the wording is a change of -0.5 in the rule: which way is said by a word.
    let number = |value: Exact, sort: Sort| Number {
        comparator: comparator.filter(|_| !value.is_negative()),
        value: value.abs(),
        sort,
        whole,
        text: &right.text,
        span: right.origin.0,
        telling: true,
    };
    match &right.value {
        Value::Constant { number: value, unit: own, .. } => {
            let sort = match time_unit.and_then(|unit| duration_of(value, unit)) {
                Some(duration) => Sort::Time(duration),
                None => {
                    let analyte = match &left.value {
                        Value::Measured { measure, .. } => {
                            trial.measures.get(measure).map(crate::model::Measure::analyte)
                        }
                        _ => None,
                    };
                    Sort::Value(
                        own.as_ref().or(unit.as_ref()).cloned(),
                        Box::new(analyte.unwrap_or_default()),
                    )
                }
            };
            numbers.push(number(value.clone(), sort));
        }
        // `above the upper limit of normal` is once that limit, and says no number.
        Value::Limit { factor, .. } => {
            let telling = *factor != Exact::one();
            numbers.push(Number { telling, ..number(factor.clone(), Sort::Limit) });
        }
        Value::Span { duration } => {
            let value = match duration {
                Duration::Months(count) | Duration::Days(count) | Duration::Minutes(count) => {
                    Exact::from(*count)
                }
                Duration::Longest(_) | Duration::Shortest(_) => Exact::zero(),
            };
            numbers.push(number(value, Sort::Time(duration.clone())));
        }
        Value::Table { rows, .. } => {
            rows.iter().for_each(|row| limits(trial, left, comparator, &row.value, unit, numbers));
        }
        Value::Negative { of } => limits(trial, left, None, of, unit, numbers),
        Value::Arithmetic { left: one, right: two, .. } => {
            for part in [one, two] {
                limits(trial, left, None, part, unit, numbers);
            }
        }
        _ => {}
    }
}

/// Times in a value: its window, the moments it lies between. A laboratory window is rarely in the wording.
fn times_of<'a>(term: &'a Term, computed: bool, numbers: &mut Vec<Number<'a>>) {
    match &term.value {
        Value::Measured { window, .. } => window_times(window, &term.text, term.origin.0, false, numbers),
        Value::Count { window, finding, .. }
        | Value::Days { window, finding, .. }
        | Value::Dose { window, finding } => {
            tests(finding, numbers);
            window_times(window, &term.text, term.origin.0, computed, numbers);
        }
        Value::Age { at, .. } | Value::DurationOf { at, .. } => moment(at, "", None, false, numbers),
        Value::TimeBetween { from, to }
        | Value::Change { from, to, .. }
        | Value::AreaUnder { from, to, .. } => {
            moment(from, "", None, false, numbers);
            moment(to, "", None, false, numbers);
        }
        Value::Arithmetic { left, right, .. } => {
            [left, right].into_iter().for_each(|part| {
                times_of(part, computed, numbers);
                if let Value::Constant { number, .. } = &part.value {
                    numbers.push(soft(number.clone()));
                }
            });
        }
        Value::Call { arguments, .. } => arguments.iter().for_each(|part| times_of(part, computed, numbers)),
        Value::Negative { of } => times_of(of, computed, numbers),
        _ => {}
    }
}

fn window_times<'a>(
    window: &'a Window,
    text: &'a str,
    span: Option<Span>,
    telling: bool,
    numbers: &mut Vec<Number<'a>>,
) {
    let here = super::visit::Here { text, origin: span.map(Into::into).unwrap_or_default() };
    let span = here.find(&window.text);
    for at in [&window.from, &window.to].into_iter().flatten() {
        moment(at, &window.text, span, telling, numbers);
    }
}

fn moment<'a>(at: &Moment, text: &'a str, span: Option<Span>, telling: bool, numbers: &mut Vec<Number<'a>>) {
    let Some(offset) = &at.offset else { return };
    let mut leaves = Vec::new();
    leaf_durations(&offset.by, &mut leaves);
    // One day is how `before` and `after` are kept; choices are not paired one by one.
    let telling = telling && leaves.len() == 1 && offset.by != Duration::Days(1);
    for by in leaves {
        numbers.push(Number {
            value: Exact::zero(),
            sort: Sort::Time(by.clone()),
            comparator: None,
            whole: false,
            text,
            span,
            telling,
        });
    }
}

fn leaf_durations<'d>(by: &'d Duration, leaves: &mut Vec<&'d Duration>) {
    match by {
        Duration::Longest(choices) | Duration::Shortest(choices) => {
            choices.iter().for_each(|choice| leaf_durations(choice, leaves));
        }
        one => leaves.push(one),
    }
}

//! Comparisons of numbers and lengths of time, as cuts of scales.

use super::select::{Select, any_value, flipped, is_many_days, one_sided};
use super::{Formula, Reader};
use crate::eligibility::duration_in;
use crate::logic::key::unit_key;
use crate::logic::space::{About, Kind};
use crate::model::{
    Anchor, Axis, Comparator, Duration, Limit, Measure, MeasureKind, Moment, Selector, TableKey, TableRow,
    Term, TimeUnit, UnitRef, Value, Window,
};
use crate::number::Exact;
use crate::units::{self, Analyte};

impl<'t> Reader<'_, 't> {
    pub(super) fn compare(
        &mut self,
        left: &'t Term,
        operator: Comparator,
        right: &'t Term,
        unit: Option<&'t UnitRef>,
        of: &str,
    ) -> Formula {
        if let Value::Table { by, rows } = &right.value {
            return self
                .rows(*by, rows, of, |reader, row| reader.compare(left, operator, &row.value, unit, of));
        }
        if let Value::Table { by, rows } = &left.value {
            return self
                .rows(*by, rows, of, |reader, row| reader.compare(&row.value, operator, right, unit, of));
        }
        match (&left.value, &right.value) {
            (Value::Constant { .. } | Value::Span { .. }, Value::Constant { .. } | Value::Span { .. }) => {
                self.literals(left, operator, right, unit)
            }
            (Value::Constant { .. } | Value::Span { .. } | Value::Limit { .. }, _) => {
                self.against(right, flipped(operator), left, unit, of)
            }
            _ => self.against(left, operator, right, unit, of),
        }
    }

    fn against(
        &mut self,
        value: &'t Term,
        operator: Comparator,
        bound: &'t Term,
        unit: Option<&'t UnitRef>,
        of: &str,
    ) -> Formula {
        let is_one_sided = matches!(&value.value, Value::Measured { window, .. } if !is_many_days(window));
        if !is_one_sided && (any_value(value) || any_value(bound)) {
            return self.difference(value, operator, bound, unit, of);
        }
        let found = match (&value.value, &bound.value) {
            (Value::Age { at, unit: own }, _) => self.time_of(bound, *own).and_then(|number| {
                let key = self.keys().moment(at);
                self.completed(
                    &format!("{of}age {key}"),
                    *own,
                    operator,
                    &number,
                    (About::Age { at }, &value.text, of),
                )
            }),
            (Value::DurationOf { finding, at, unit: own }, _) => {
                self.time_of(bound, *own).and_then(|number| {
                    let keys = self.keys();
                    let key = format!("{of}duration {} {}", keys.finding(finding), keys.moment(at));
                    self.completed(
                        &key,
                        *own,
                        operator,
                        &number,
                        (About::Duration { finding, at }, &value.text, of),
                    )
                })
            }
            (Value::TimeBetween { from, to }, Value::Span { duration: by }) => {
                self.time_between(from, to, operator, by, &value.text, of)
            }
            (Value::Measured { measure, select, window }, Value::Limit { factor, limit, measure: other })
                if measure == other =>
            {
                Some(self.ratio((measure, *select, window), operator, factor, *limit, &value.text, of))
            }
            (Value::Measured { measure, select, window }, Value::Constant { number, unit: own, .. }) => {
                let home = self.home_unit(measure);
                let number = self.in_unit(Some(measure), number, own.as_ref().or(unit), home.as_ref(), false);
                number.map(|number| {
                    self.measured((measure, *select, window), operator, &number, &value.text, of)
                })
            }
            (Value::Days { .. }, _) => self
                .time_of(bound, TimeUnit::Day)
                .map(|number| self.computed(value, operator, &number, Some(&in_days()), of)),
            (_, Value::Constant { number, unit: own, .. }) => {
                Some(self.computed(value, operator, number, own.as_ref().or(unit), of))
            }
            _ => None,
        };
        found.unwrap_or_else(|| self.difference(value, operator, bound, unit, of))
    }

    fn literals(
        &mut self,
        left: &Term,
        operator: Comparator,
        right: &Term,
        unit: Option<&UnitRef>,
    ) -> Formula {
        match (&left.value, &right.value) {
            (
                Value::Constant { number: one, unit: first, .. },
                Value::Constant { number: two, unit: second, .. },
            ) => {
                let from = second.as_ref().or(unit);
                match self.in_unit(None, two, from, first.as_ref().or(unit), false) {
                    Some(two) => Formula::Known(operator.holds(one.cmp(&two))),
                    None => Formula::Unknown,
                }
            }
            _ => Formula::Unknown,
        }
    }

    /// `variable ≥ at`, or `> at`.
    pub(super) fn beyond(&mut self, variable: usize, at: &Exact, above: bool) -> Formula {
        let Kind::Ordered(family) = self.space.variables[variable].kind else { return Formula::Unknown };
        let family = &mut self.space.families[family];
        let cut = family.cut(at, above);
        family.cuts.insert(cut.clone());
        Formula::Beyond(variable, cut)
    }

    fn ordered(&mut self, variable: usize, operator: Comparator, at: &Exact) -> Formula {
        match operator {
            Comparator::AtLeast => self.beyond(variable, at, false),
            Comparator::Greater => self.beyond(variable, at, true),
            Comparator::Less => self.beyond(variable, at, false).not(),
            Comparator::AtMost => self.beyond(variable, at, true).not(),
            Comparator::Equal | Comparator::NotEqual => {
                let (least, more) = (self.beyond(variable, at, false), self.beyond(variable, at, true));
                let equal = Formula::All(vec![least, more.not()]);
                if operator == Comparator::Equal { equal } else { equal.not() }
            }
        }
    }

    /// Completed units of time: whole numbers, kept in months where the calendar counts them, else in minutes.
    fn completed(
        &mut self,
        key: &str,
        unit: TimeUnit,
        operator: Comparator,
        number: &Exact,
        about: (About<'t>, &str, &str),
    ) -> Option<Formula> {
        let (variable, scale) = self.lasted(key, unit, about);
        let floor = number.floor();
        let (least, more) =
            (if floor == *number { floor.clone() } else { &floor + &Exact::one() }, &floor + &Exact::one());
        let scaled = |whole: &Exact| whole * &Exact::from(scale);
        let mut reach = |whole: &Exact| self.beyond(variable, &scaled(whole), false);
        Some(match operator {
            Comparator::AtLeast => reach(&least),
            Comparator::Greater => reach(&more),
            Comparator::Less => reach(&least).not(),
            Comparator::AtMost => reach(&more).not(),
            Comparator::Equal | Comparator::NotEqual => {
                let equal = match floor == *number {
                    true => Formula::All(vec![reach(&least), reach(&more).not()]),
                    false => Formula::Known(false),
                };
                if operator == Comparator::Equal { equal } else { equal.not() }
            }
        })
    }

    /// The variable of a count of completed units of time, and how many of its own units make one of these.
    pub(super) fn lasted(
        &mut self,
        key: &str,
        unit: TimeUnit,
        (about, words, of): (About<'t>, &str, &str),
    ) -> (usize, i64) {
        let (scale, base) = match unit {
            TimeUnit::Year => (12, "months"),
            TimeUnit::Month => (1, "months"),
            TimeUnit::Week => (7, "days"),
            TimeUnit::Day => (1, "days"),
            TimeUnit::Hour => (1, "hours"),
            TimeUnit::Minute => (1, "minutes"),
        };
        let is_age = matches!(about, About::Age { .. });
        let key = format!("{key} {base}");
        let (family, is_new) = self.space.family(&key);
        if is_new {
            let written = base.to_owned();
            let family = &mut self.space.families[family];
            family.grid = Some(Exact::one());
            family.low = is_age.then(Exact::zero);
            family.unit = Some(UnitRef { ucum: written.clone(), written });
        }
        (self.variable(key, Kind::Ordered(family), about, words, of), scale)
    }

    /// A literal length of time in these units.
    fn time_of(&self, bound: &Term, unit: TimeUnit) -> Option<Exact> {
        let code = match unit {
            TimeUnit::Minute => "min",
            TimeUnit::Hour => "h",
            TimeUnit::Day => "d",
            TimeUnit::Week => "wk",
            TimeUnit::Month => "mo",
            TimeUnit::Year => "a",
        };
        match &bound.value {
            Value::Span { duration } => duration_in(duration, unit),
            Value::Constant { number, unit: None, .. } => Some(number.clone()),
            Value::Constant { number, unit: Some(own), .. } => {
                let to = UnitRef { ucum: code.to_owned(), written: code.to_owned() };
                self.in_unit(None, number, Some(own), Some(&to), false)
            }
            _ => None,
        }
    }

    /// A length of time between two moments, against one that is added on the calendar.
    fn time_between(
        &mut self,
        from: &'t Moment,
        to: &'t Moment,
        operator: Comparator,
        by: &Duration,
        words: &str,
        of: &str,
    ) -> Option<Formula> {
        let (number, base) = match by {
            Duration::Months(months) => (*months, "months"),
            Duration::Days(days) => (*days, "days"),
            Duration::Minutes(minutes) if minutes % (24 * 60) == 0 => (minutes / (24 * 60), "days"),
            _ => return None,
        };
        let keys = self.keys();
        let key = format!("{of}time {} to {} {base}", keys.moment(from), keys.moment(to));
        let (family, _) = self.space.family(&key);
        // Days are whole. A length of four months and a day lies beyond four months and is not five.
        self.space.families[family].grid = (base == "days").then(Exact::one);
        self.space.families[family].unit = Some(UnitRef { ucum: base.to_owned(), written: base.to_owned() });
        let variable = self.variable(key, Kind::Ordered(family), About::Between { from, to }, words, of);
        Some(self.ordered(variable, operator, &Exact::from(number)))
    }

    fn home_unit(&self, measure: &str) -> Option<UnitRef> {
        // Of the first trial that knows it, so that both keep their cuts in one.
        let known = self.space.trials.iter().find_map(|trial| trial.measures.get(measure));
        let measure = if self.space.differs(measure) {
            self.space.trials[self.side].measures.get(measure)
        } else {
            known
        };
        measure.and_then(Measure::quantity).and_then(|quantity| quantity.unit.clone())
    }

    /// A number in another unit; `None` where it does not convert.
    fn in_unit(
        &self,
        measure: Option<&str>,
        number: &Exact,
        from: Option<&UnitRef>,
        to: Option<&UnitRef>,
        is_difference: bool,
    ) -> Option<Exact> {
        let (Some(from), Some(to)) = (from, to) else { return Some(number.clone()) };
        if from.ucum == to.ucum {
            return Some(number.clone());
        }
        let trial = self.space.trials[self.side];
        let analyte =
            measure.and_then(|name| trial.measures.get(name)).map_or_else(Analyte::default, Measure::analyte);
        converted(number, from, to, &analyte, is_difference)
    }

    /// The value of a measure against a number in its home unit.
    pub(super) fn measured(
        &mut self,
        (measure, select, window): (&'t str, Selector, &'t Window),
        operator: Comparator,
        number: &Exact,
        words: &str,
        of: &str,
    ) -> Formula {
        let Some((select, turned)) = one_sided(select, operator) else {
            let keys = self.keys();
            let key = format!(
                "{of}opaque {select:?} {} {} {} {number}",
                keys.name(measure),
                keys.window(window),
                operator.symbol()
            );
            return Formula::Holds(self.variable(key, Kind::Truth, About::Opaque, words, of));
        };
        let variable = self.value_of((measure, select, window), words, of);
        self.ordered(variable, turned, number)
    }

    /// The variable of a measure's value.
    pub(super) fn value_of(
        &mut self,
        (measure, select, window): (&'t str, Select, &'t Window),
        words: &str,
        of: &str,
    ) -> usize {
        let keys = self.keys();
        let (name, window_key) = (keys.name(measure), keys.window(window));
        let is_middle = matches!(select, Select::Own(Selector::Mean | Selector::Median));
        let key = format!("{of}{} {name} {window_key}", select.key());
        let family_key = if is_middle { format!("{of}middle {name}") } else { format!("{of}value {name}") };
        let (family, is_new) = self.space.family(&family_key);
        if is_new {
            self.describe(family, measure, is_middle);
        }
        let about = About::Measured { measure, select: select.selector(), window };
        self.variable(key, Kind::Ordered(family), about, words, of)
    }

    /// Tells a family what its measure declares, in both trials where they mean the same by it.
    fn describe(&mut self, family: usize, measure: &str, is_middle: bool) {
        let home = self.home_unit(measure);
        let sides =
            if self.space.differs(measure) { self.side..self.side + 1 } else { 0..self.space.trials.len() };
        let declared = sides.filter_map(|side| self.space.trials[side].measures.get(measure));
        let facts: Vec<_> = declared.map(|measure| facts_of(measure, home.as_ref())).collect();
        let Some(first) = facts.first() else { return };
        let grid = first.0.clone().filter(|_| !is_middle && facts.iter().all(|one| one.0 == first.0));
        let low = facts.iter().map(|(_, low, _)| low.clone()).collect::<Option<Vec<_>>>();
        let high = facts.iter().map(|(.., high)| high.clone()).collect::<Option<Vec<_>>>();
        let family = &mut self.space.families[family];
        (family.grid, family.unit) = (grid, home);
        family.low = low.and_then(|low| low.into_iter().min());
        family.high = high.and_then(|high| high.into_iter().max());
    }

    fn ratio(
        &mut self,
        (measure, select, window): (&'t str, Selector, &'t Window),
        operator: Comparator,
        factor: &Exact,
        limit: Limit,
        words: &str,
        of: &str,
    ) -> Formula {
        let upper = limit == Limit::Uln;
        let keys = self.keys();
        let (name, window_key) = (keys.name(measure), keys.window(window));
        let Some((own, turned)) = one_sided(select, operator) else {
            let key =
                format!("{of}opaque {select:?} {name} {window_key} {} {factor} {limit:?}", operator.symbol());
            return Formula::Holds(self.variable(key, Kind::Truth, About::Opaque, words, of));
        };
        let word = if upper { "uln" } else { "lln" };
        // Each result has its own limit: the highest result need not have the highest ratio.
        let key = match own {
            Select::Own(selector) => format!("{of}ratio {word} {selector:?} {name} {window_key}"),
            Select::Extreme(selector) => format!("{of}ratio {word} of all {selector:?} {name} {window_key}"),
            Select::Last(count, selector) => {
                format!("{of}ratio {word} of {count} {selector:?} {name} {window_key}")
            }
        };
        let (family, is_new) = self.space.family(&format!("{of}ratio {word} {name}"));
        if is_new {
            let family = &mut self.space.families[family];
            let written = if upper { "x ULN" } else { "x LLN" };
            family.unit = Some(UnitRef { ucum: word.to_owned(), written: written.to_owned() });
            family.low = Some(Exact::zero());
        }
        let about = About::Ratio { measure, select: own.selector(), window, upper };
        let variable = self.variable(key, Kind::Ordered(family), about, words, of);
        self.ordered(variable, turned, factor)
    }

    /// A value that is computed, counted or dosed, against a number.
    fn computed(
        &mut self,
        value: &'t Term,
        operator: Comparator,
        number: &Exact,
        unit: Option<&UnitRef>,
        of: &str,
    ) -> Formula {
        let (about, measure) = match &value.value {
            Value::Count { finding, mode, window } => (About::Count { finding, mode: *mode, window }, None),
            Value::Change { measure, .. } | Value::AreaUnder { measure, .. } => {
                (About::Term { term: value }, Some(measure.as_str()))
            }
            _ => (About::Term { term: value }, None),
        };
        let is_difference = matches!(&value.value, Value::Change { relative: false, .. });
        let mut key = format!("{of}{}", self.keys().term(value));
        let (mut family, mut is_new) = self.space.family(&key);
        let mut number = number.clone();
        if !is_new {
            let own = self.space.families[family].unit.clone();
            match self.in_unit(measure, &number, unit, own.as_ref(), is_difference) {
                Some(converted) => number = converted,
                None => {
                    key = format!("{key}{}", unit_key(unit));
                    (family, is_new) = self.space.family(&key);
                }
            }
        }
        if is_new {
            let days = match &value.value {
                Value::Days { window, .. } => Some(window.whole_days()),
                _ => None,
            };
            let is_count = days.is_some() || matches!(about, About::Count { .. });
            let family = &mut self.space.families[family];
            family.high = days.flatten().map(Exact::from);
            family.unit = unit.cloned();
            family.grid = is_count.then(Exact::one);
            family.low = is_count.then(Exact::zero);
        }
        let variable = self.variable(key, Kind::Ordered(family), about, &value.text, of);
        self.ordered(variable, operator, &number)
    }

    /// Two values that both belong to the person: which is greater.
    fn difference(
        &mut self,
        left: &'t Term,
        operator: Comparator,
        right: &'t Term,
        unit: Option<&UnitRef>,
        of: &str,
    ) -> Formula {
        let keys = self.keys();
        let (one, two) = (keys.term(left), keys.term(right));
        if [left, right].iter().any(|term| any_value(term)) {
            let key = format!("{of}opaque {one} {} {two}", operator.symbol());
            let words = format!("{} {} {}", left.text, operator.symbol(), right.text);
            return Formula::Holds(self.variable(key, Kind::Truth, About::Opaque, &words, of));
        }
        let (one, two, operator, first, second) = if one <= two {
            (one, two, operator, left, right)
        } else {
            (two, one, flipped(operator), right, left)
        };
        let key = format!("{of}{one} less {two}{}", unit_key(unit));
        let (family, _) = self.space.family(&key);
        let words = format!("{} against {}", left.text, right.text);
        let about = About::Difference { left: first, right: second };
        let variable = self.variable(key, Kind::Ordered(family), about, &words, of);
        self.ordered(variable, operator, &Exact::zero())
    }

    // ---- tables ------------------------------------------------------------------------------------------

    fn rows(
        &mut self,
        by: Axis,
        rows: &'t [TableRow],
        of: &str,
        mut ask: impl FnMut(&mut Self, &'t TableRow) -> Formula,
    ) -> Formula {
        let each = rows.iter().map(|row| (self.belongs(by, &row.key, of), ask(self, row)));
        Formula::Rows(each.collect())
    }

    /// Whether a person belongs to a row.
    pub(super) fn belongs(&mut self, by: Axis, key: &'t TableKey, of: &str) -> Formula {
        match key {
            TableKey::Codes { codes } => {
                let name = if by == Axis::Country { "country" } else { "sex" };
                self.attribute(name, codes.iter().map(|code| code.to_lowercase()).collect(), of)
            }
            TableKey::Ages { from, to, below, unit } => {
                let mut parts = Vec::new();
                let ends = [(from, Comparator::AtLeast), (to, Comparator::AtMost), (below, Comparator::Less)];
                for (end, operator) in ends {
                    let Some(end) = end else { continue };
                    let key = self.keys().name(self.decision);
                    let about = About::Age { at: at_decision() };
                    let words = "age at the decision";
                    parts.extend(self.completed(
                        &format!("{of}age {key}"),
                        *unit,
                        operator,
                        end,
                        (about, words, of),
                    ));
                }
                Formula::All(parts)
            }
        }
    }
}

fn in_days() -> UnitRef {
    UnitRef { ucum: "d".to_owned(), written: "days".to_owned() }
}

/// A number in another unit; `None` where it does not convert exactly: what lies beside a rounded limit cannot be told apart.
fn converted(
    number: &Exact,
    from: &UnitRef,
    to: &UnitRef,
    analyte: &Analyte,
    is_difference: bool,
) -> Option<Exact> {
    let (from, to) = (units::parse(&from.ucum).ok()?, units::parse(&to.ucum).ok()?);
    let convert = if is_difference { units::convert_difference } else { units::convert };
    convert(number, &from, &to, analyte)
        .ok()
        .filter(|converted| !converted.rounded)
        .map(|converted| converted.value)
}

/// The grid of a measure's values, the lowest and the highest plausible one, in `home`.
fn facts_of(measure: &Measure, home: Option<&UnitRef>) -> (Option<Exact>, Option<Exact>, Option<Exact>) {
    match &measure.kind {
        MeasureKind::Score { low, high, .. } => {
            (Some(Exact::one()), Some(Exact::from(*low)), Some(Exact::from(*high)))
        }
        MeasureKind::Quantity(quantity) => {
            // Values in other units fall between the decimals of this one, and so do those that are computed.
            let is_plain = quantity.units.is_empty() && quantity.formula_of.is_none();
            let places = quantity.precision.filter(|_| is_plain && quantity.unit.as_ref() == home);
            let grid = places.and_then(|places| Exact::from(10).pow(-i32::try_from(places).ok()?));
            let ends =
                quantity.plausible.as_ref().and_then(|(low, high)| match (quantity.unit.as_ref(), home) {
                    (Some(own), Some(home)) if own.ucum != home.ucum => {
                        let analyte = measure.analyte();
                        Some((
                            converted(low, own, home, &analyte, false)?,
                            converted(high, own, home, &analyte, false)?,
                        ))
                    }
                    _ => Some((low.clone(), high.clone())),
                });
            let (low, high) = ends.unzip();
            (grid, low, high)
        }
        MeasureKind::Coded { .. } => (None, None, None),
    }
}

/// The moment of the decision.
fn at_decision() -> &'static Moment {
    static AT: Moment = Moment { offset: None, of: Anchor::Decision };
    &AT
}

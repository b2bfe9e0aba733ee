//! Comparisons of results: which row counts, what each row says, and what the rows of one person say together.

use jiff::civil::Date;

use super::limits::{Limit, Scale, score_of};
use super::moments::{Day, RowDay, Span, Test};
use super::of_row::{BySex, OfRow};
use super::says::{Says, UNKNOWN};
use super::{NotSaid, Worst, Writer};
use crate::model::{Comparator, Limit as Normal, Measure, Rule, Selector, Term, UnitRef, Value, Window};
use crate::number::Exact;

/// The day of a result: known to the day.
pub(super) const ON_DAY: RowDay<'static> =
    RowDay { earliest: "r.on_day", latest: "r.on_day", is_exact: true };

/// A statement about single rows, and how those of one person are taken together.
#[derive(Clone, Debug)]
pub(super) struct Together {
    pub name: String,
    pub words: String,
    /// The column of `r` that is TRUE of results of the measure.
    pub flag: String,
    /// Whether the day of a row lies in the window.
    pub inside: Test,
    pub truth: OfRow,
    pub how: How,
}

/// How the rows of one person are taken together. Of rows of one day the worst stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    Latest(Worst),
    Earliest(Worst),
    /// One row is enough.
    OneOf,
    AllOf,
}

impl Together {
    /// The columns of `tested` and `measured`, each with what a row says. What goes by the sex of the person is worked out
    /// for each sex, so that the person need not be looked up for every row: `facts` takes that of the person.
    pub fn columns(&self) -> Vec<(String, &OfRow)> {
        match &self.truth {
            OfRow::BySex(by) => {
                let of = |suffix, truth| (format!("{}_{suffix}", self.name), truth);
                let both = [of("male", &by.male), of("female", &by.female)];
                both.into_iter().chain((!by.is_nested).then(|| of("open", &by.open))).collect()
            }
            truth => vec![(self.name.clone(), truth)],
        }
    }

    /// What one row says, as a number of which the greatest or the least stands for the person: 2 true, 1 unknown, 0 false;
    /// and where the day decides, the day times four before it. A row without a day may be the one that counts: its number
    /// lies beyond all others, and is none that settles anything.
    pub fn of_row(&self, truth: &OfRow) -> String {
        let (says, beyond) = match self.how {
            How::Latest(worst) => {
                (format!("r.day_4 + {}", truth.level(worst == Worst::True)), BEYOND_ALL_DAYS)
            }
            How::Earliest(worst) => (format!("r.day_4 + {}", truth.level(worst == Worst::False)), -3),
            How::OneOf => (truth.level(true), 3),
            How::AllOf => (truth.level(true), -1),
        };
        let of_day = match &self.inside {
            Test::Is(true) => format!("CASE WHEN r.on_day IS NULL THEN {beyond} ELSE {says} END"),
            inside => {
                format!("CASE WHEN {} THEN {says} WHEN r.on_day IS NULL THEN {beyond} END", inside.text())
            }
        };
        format!("CASE WHEN r.{} THEN {of_day} END", self.flag)
    }

    /// What all rows of a person say, over the numbers of a column of `tested`.
    pub fn of_person(&self, column: &str) -> String {
        let (number, upward) = match self.how {
            How::Latest(worst) => (format!("MAX(t.{column}) % 4"), worst == Worst::True),
            How::Earliest(worst) => (format!("MIN(t.{column}) % 4"), worst == Worst::False),
            How::OneOf => (format!("MAX(t.{column})"), true),
            How::AllOf => (format!("MIN(t.{column})"), true),
        };
        let (yes, no) = if upward { (2, 0) } else { (0, 2) };
        format!("CASE {number} WHEN {yes} THEN TRUE WHEN {no} THEN FALSE END")
    }

    /// The column of `facts`.
    pub fn fact(&self) -> String {
        let name = &self.name;
        match &self.truth {
            OfRow::BySex(by) => {
                let (male, female) = (format!("m.{name}_male"), format!("m.{name}_female"));
                // Of nested limits both are settled in the same way, or it depends on the sex: no row settles it otherwise.
                let open = match by.is_nested {
                    true => format!("CASE WHEN {male} = {female} THEN {male} END"),
                    false => format!("m.{name}_open"),
                };
                format!("{} AS {name}", BySex::case(&male, &female, &open))
            }
            _ => format!("m.{name}"),
        }
    }
}

/// Later than all days that a calendar has, and unknown (1).
const BEYOND_ALL_DAYS: i64 = 16_000_001;

/// A statement about single rows: which are concerned, and what each says (TRUE, FALSE, NULL).
#[derive(Clone, Debug)]
pub(super) struct RowColumn {
    pub name: String,
    pub words: String,
    pub concerned: String,
    pub truth: String,
}

/// Rows of one person from which one is chosen in each run: those of a day that say different things, or those of which
/// dates leave open which is meant.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub name: String,
    pub words: String,
    pub measure: String,
    pub span: Span,
    pub select: Selector,
    /// Columns and their truths, over `r` and `p`.
    pub columns: Vec<RowColumn>,
    /// For what one column says in the worst case; none where several columns are tried together.
    pub worst: Option<Worst>,
}

/// The last few results of a person, all of which must do.
#[derive(Clone, Debug)]
pub(super) struct LastFew {
    pub column: RowColumn,
    pub count: u32,
    pub worst: Worst,
}

/// The days of which results of a measure are read: none is a bound that differs by person, or that is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DaysAsked {
    pub measure: String,
    pub from: Option<Date>,
    pub to: Option<Date>,
}

impl DaysAsked {
    fn of(measure: &str, span: &Span) -> Self {
        let on = |day: &Option<Day>| match day {
            Some(Day::On(date)) => Some(*date),
            _ => None,
        };
        Self {
            measure: measure.to_owned(),
            from: span.from.as_ref().and_then(|at| on(&at.earliest)),
            to: span.to.as_ref().and_then(|at| on(&at.latest)),
        }
    }
}

/// One side of a comparison with a result.
pub(super) struct Asked<'t> {
    pub measure: &'t str,
    pub select: Selector,
    pub window: &'t Window,
}

impl<'t> Asked<'t> {
    /// What a rule asks of one result, where it does.
    pub fn of(rule: &'t Rule) -> Option<Self> {
        let value = match rule {
            Rule::Compare { left, .. } => left,
            Rule::Between { value, .. } | Rule::Is { value, .. } => value,
            _ => return None,
        };
        match &value.value {
            Value::Measured { measure, select, window } => Some(Self { measure, select: *select, window }),
            _ => None,
        }
    }
}

impl<'a> Writer<'a> {
    /// Whether rows of a measure can be there; an error where it is computed from others that can.
    pub(super) fn has_rows(&self, name: &str) -> Result<bool, NotSaid> {
        let has_ids = |name: &str| self.options.sets.measures.get(name).is_some_and(|ids| !ids.is_empty());
        let formula = self.document.measures.get(name).and_then(|measure| measure.quantity());
        if let Some(formula) = formula.and_then(|quantity| quantity.formula_of.as_deref())
            && self.leaves(formula).iter().all(|leaf| has_ids(leaf))
        {
            return Err(NotSaid::new(format!("`{name}` is computed by a formula: {}", formula.text)));
        }
        Ok(has_ids(name))
    }

    /// Measures at the bottom of a formula.
    fn leaves(&self, formula: &'a Term) -> Vec<&'a str> {
        let (mut leaves, mut pending, mut seen) = (Vec::new(), vec![formula], Vec::new());
        while let Some(term) = pending.pop() {
            let mut mentions = crate::eligibility::Mentions::default();
            mentions.term(term);
            for measure in mentions.measures {
                if seen.contains(&measure) {
                    continue;
                }
                seen.push(measure);
                let quantity = self.document.measures.get(measure).and_then(Measure::quantity);
                match quantity.and_then(|quantity| quantity.formula_of.as_deref()) {
                    Some(formula) => pending.push(formula),
                    None => leaves.push(measure),
                }
            }
        }
        leaves
    }

    /// A comparison of results, as a column of `facts`; `tried` where its ties are tried together with others'.
    pub(super) fn measured(
        &mut self,
        rule: &'a Rule,
        words: &str,
        worst: Worst,
        tried: bool,
    ) -> Result<Says, NotSaid> {
        let Some(asked) = Asked::of(rule) else { return Err(NotSaid::new("it compares no result")) };
        if !self.has_rows(asked.measure)? {
            return Ok(UNKNOWN);
        }
        let Some(measure) = self.document.measures.get(asked.measure) else { return Ok(UNKNOWN) };
        let span = self.span(asked.window)?;
        if asked.window.from.iter().chain(&asked.window.to).count() > 0 && self.is_nowhere(&span) {
            return Ok(UNKNOWN);
        }
        self.written.days_asked.push(DaysAsked::of(asked.measure, &span));
        if matches!(asked.select, Selector::Highest | Selector::Lowest) {
            return self.extreme(rule, &asked, measure, &span, words);
        }
        if matches!(asked.select, Selector::Mean | Selector::Median) {
            let says = self.middle(rule, &asked, measure, &span, words)?;
            return Ok(self.unless_undated(rule, says));
        }
        let Some(truth) = self.row_truth(rule, measure, asked.measure)? else { return Ok(UNKNOWN) };
        self.written.measures.insert(asked.measure.to_owned());
        let is_exact = self.is_exact(&span);
        let column = |writer: &mut Self, concerned: String| {
            let name = writer.column_name(asked.measure);
            RowColumn { name, words: words.to_owned(), concerned, truth: truth.text() }
        };
        if tried {
            if matches!(asked.select, Selector::Consecutive(_)) {
                return Err(NotSaid::new(
                    "the last few results are tried together with others of the same days",
                ));
            }
            let says = self.tried(&asked, &span, words, truth.text());
            return Ok(self.unless_undated(rule, says));
        }
        if !is_exact {
            if matches!(asked.select, Selector::Consecutive(_)) {
                return Err(NotSaid::new(
                    "the last few results are counted in a window that differs by person",
                ));
            }
            let column = column(self, String::new());
            let choice = Choice {
                name: column.name.clone(),
                words: words.to_owned(),
                measure: asked.measure.to_owned(),
                span,
                select: asked.select,
                columns: vec![column.clone()],
                worst: Some(worst),
            };
            self.written.choices.push(choice);
            return Ok(self.unless_undated(rule, Says::sql(format!("f.{}", column.name))));
        }
        let flag = self.flag(asked.measure);
        let inside = self.surely_holds(&span, ON_DAY);
        if let Selector::Consecutive(count) = asked.select {
            let concerned = Test::all([Test::Sql(format!("r.{flag}")), inside]).text();
            let column = column(self, concerned);
            let says = Says::sql(format!("f.{}", column.name));
            self.written.last_few.push(LastFew { column, count, worst });
            return Ok(self.unless_undated(rule, says));
        }
        let how = match asked.select {
            Selector::Latest => How::Latest(worst),
            Selector::Earliest => How::Earliest(worst),
            Selector::Every => How::AllOf,
            _ => How::OneOf,
        };
        let name = self.column_name(asked.measure);
        let says = Says::sql(format!("f.{name}"));
        self.written.together.push(Together { name, words: words.to_owned(), flag, inside, truth, how });
        Ok(says)
    }

    /// Of who has a result without a day, what results of that measure say is open: it may be the one that counts.
    fn unless_undated(&mut self, rule: &Rule, says: Says) -> Says {
        let (Says::Sql(text), Some(asked)) = (&says, Asked::of(rule)) else { return says };
        let flag = self.flag(asked.measure);
        let known =
            self.written.undated.iter().find(|(known, _)| *known == flag).map(|(_, column)| column.clone());
        let column = known.unwrap_or_else(|| {
            let column = self.column_name(&format!("undated_{}", asked.measure));
            self.written.undated.push((flag, column.clone()));
            column
        });
        Says::sql(format!("CASE WHEN NOT f.{column} THEN {text} END"))
    }

    /// An end of the window is not known for anybody: which results lie in it is open.
    fn is_nowhere(&self, span: &Span) -> bool {
        [&span.from, &span.to].into_iter().flatten().any(|at| at.earliest.is_none() && at.latest.is_none())
    }

    /// The columns of one set of choices, shared by all comparisons with the same results.
    fn tried(&mut self, asked: &Asked<'_>, span: &Span, words: &str, truth: String) -> Says {
        let known = self.written.choices.iter().position(|choice| {
            choice.worst.is_none()
                && choice.measure == asked.measure
                && choice.select == asked.select
                && choice.span == *span
                && self.tried_here.contains(&choice.name)
        });
        let name = self.column_name(asked.measure);
        let column =
            RowColumn { name: name.clone(), words: words.to_owned(), concerned: String::new(), truth };
        let place = known.unwrap_or_else(|| {
            let choice = Choice {
                name: self.column_name(&format!("{}_tried", asked.measure)),
                words: words.to_owned(),
                measure: asked.measure.to_owned(),
                span: span.clone(),
                select: asked.select,
                columns: Vec::new(),
                worst: None,
            };
            self.tried_here.push(choice.name.clone());
            self.written.choices.push(choice);
            self.written.choices.len() - 1
        });
        self.written.choices[place].columns.push(column);
        Says::sql(format!("{}.{name}", self.written.choices[place].name))
    }

    /// What one row says of the rule; `None` where no row can say anything.
    fn row_truth(
        &mut self,
        rule: &'a Rule,
        measure: &'a Measure,
        name: &str,
    ) -> Result<Option<OfRow>, NotSaid> {
        match rule {
            Rule::Compare { left, operator, right, unit } => {
                self.tests(left, &[(*operator, right)], unit.as_ref(), measure, name)
            }
            Rule::Between { value, low, high, unit } => {
                let tests = [(Comparator::AtLeast, low), (Comparator::AtMost, high)];
                self.tests(value, &tests, unit.as_ref(), measure, name)
            }
            Rule::Is { one_of, .. } => Ok(Some(OfRow::Text(self.level_truth(measure, one_of)))),
            _ => Err(NotSaid::new("it compares no result")),
        }
    }

    fn tests(
        &mut self,
        value: &'a Term,
        tests: &[(Comparator, &'a Term)],
        unit: Option<&'a UnitRef>,
        measure: &'a Measure,
        name: &str,
    ) -> Result<Option<OfRow>, NotSaid> {
        debug_assert!(matches!(value.value, Value::Measured { .. }));
        let is_own = |term: &Term| matches!(&term.value, Value::Limit { measure, .. } if measure == name);
        if tests.iter().any(|(_, limit)| is_own(limit)) && !tests.iter().all(|(_, limit)| is_own(limit)) {
            return Err(NotSaid::new("it compares with a limit of normal and with a number at once"));
        }
        let scale = Scale::of(measure);
        let mut all = Vec::new();
        for (operator, limit) in tests {
            match self.one_test(*operator, limit, unit, &scale, name, 0)? {
                Some(one) => all.push(one),
                None => return Ok(None),
            }
        }
        let truth = OfRow::all(all);
        Ok(Some(match score_of(measure) {
            None => truth,
            Some((low, high)) => OfRow::Text(format!(
                "CASE WHEN r.low = r.high AND (r.low < {low} OR r.low > {high} OR r.low <> FLOOR(r.low)) THEN NULL ELSE {} END",
                truth.text()
            )),
        }))
    }

    pub(super) fn one_test(
        &mut self,
        operator: Comparator,
        limit: &'a Term,
        unit: Option<&'a UnitRef>,
        scale: &Scale<'_>,
        name: &str,
        depth: usize,
    ) -> Result<Option<OfRow>, NotSaid> {
        match &limit.value {
            Value::Constant { number, unit: of_limit, .. } => {
                let limit = Limit { number, unit: of_limit.as_ref(), compared_in: unit };
                self.number_test(operator, &limit, scale)
            }
            Value::Limit { factor, limit, measure } if measure == name && depth == 0 => {
                Ok(Some(self.normal_test(operator, factor, *limit)))
            }
            Value::Table { by, rows } if !matches!(operator, Comparator::Equal | Comparator::NotEqual) => {
                self.table_test(operator, *by, rows, unit, scale, name, depth)
            }
            _ => Err(NotSaid::new(format!("`{}` is not a number that stands in the protocol", limit.text))),
        }
    }

    /// `<0.5` is between nothing and 0.5, and settles a comparison only where all of that does.
    fn number_test(
        &mut self,
        operator: Comparator,
        limit: &Limit<'_>,
        scale: &Scale<'_>,
    ) -> Result<Option<OfRow>, NotSaid> {
        match operator {
            Comparator::Equal => {
                let low = self.number_test(Comparator::AtLeast, limit, scale)?;
                let high = self.number_test(Comparator::AtMost, limit, scale)?;
                Ok(low.zip(high).map(|(low, high)| OfRow::all(vec![low, high])))
            }
            Comparator::NotEqual => Ok(self.number_test(Comparator::Equal, limit, scale)?.map(OfRow::not)),
            _ => {
                let Some(by_unit) = self.limit_by_unit(scale, operator, limit)? else { return Ok(None) };
                let column = self.limit_column(by_unit);
                Ok(Some(self.compared(operator, |end| format!("r.{end} {} r.{column}", operator.symbol()))))
            }
        }
    }

    /// Both ends of what is known of a value, compared.
    fn compared(&self, operator: Comparator, test: impl Fn(&str) -> String) -> OfRow {
        let (sure, else_not) = match operator {
            Comparator::AtLeast | Comparator::Greater => ("low", "high"),
            _ => ("high", "low"),
        };
        OfRow::settled(test(sure), format!("NOT ({})", test(else_not)))
    }

    /// `factor` times the limit of normal of the same row. The product of doubles decides where the two lie clearly apart,
    /// that of decimals where they do not.
    fn normal_test(&mut self, operator: Comparator, factor: &Exact, limit: Normal) -> OfRow {
        let column = if limit == Normal::Uln { "r.range_high" } else { "r.range_low" };
        if *factor == Exact::one() {
            return self
                .split_equal(operator, |operator, end| format!("r.{end} {} {column}", operator.symbol()));
        }
        let double = self.dialect.number(factor.to_f64());
        let ratio = factor.to_rational();
        let dialect = self.dialect;
        let (above, below) = (ratio.numer().to_string(), ratio.denom().to_string());
        let exact = move |operator: Comparator, end: &str| {
            let value = dialect.decimal(&format!("r.{end}"));
            let normal = dialect.decimal(column);
            // Whole numbers on both sides: a factor such as 4/3 is no decimal.
            let (value, normal) = match factor.to_decimal() {
                Some(decimal) => (value, format!("{normal} * {decimal}")),
                None => (format!("{value} * {below}"), format!("{normal} * {above}")),
            };
            format!("{value} {} {normal}", operator.symbol())
        };
        self.split_equal(operator, |operator, end| {
            let (symbol, near) = (operator.symbol(), exact(operator, end));
            format!(
                "CASE WHEN ABS(r.{end} - {double} * {column}) > 1e-9 * ABS({column}) THEN r.{end} {symbol} {double} * {column} ELSE {near} END"
            )
        })
    }

    /// Equality as two comparisons.
    fn split_equal(&self, operator: Comparator, test: impl Fn(Comparator, &str) -> String) -> OfRow {
        let one = |operator| self.compared(operator, |end| test(operator, end));
        match operator {
            Comparator::Equal => OfRow::all(vec![one(Comparator::AtLeast), one(Comparator::AtMost)]),
            Comparator::NotEqual => OfRow::all(vec![one(Comparator::AtLeast), one(Comparator::AtMost)]).not(),
            other => one(other),
        }
    }

    /// The highest or the lowest, over all units: it reaches a limit where one row does, or where all do.
    fn extreme(
        &mut self,
        rule: &'a Rule,
        asked: &Asked<'_>,
        measure: &'a Measure,
        span: &Span,
        words: &str,
    ) -> Result<Says, NotSaid> {
        if !self.is_exact(span) {
            return Err(NotSaid::new(
                "the highest or lowest result is sought in a window that differs by person",
            ));
        }
        let (tests, unit) = match rule {
            Rule::Compare { operator, right, unit, .. } => (vec![(*operator, right)], unit),
            Rule::Between { low, high, unit, .. } => {
                (vec![(Comparator::AtLeast, low), (Comparator::AtMost, high)], unit)
            }
            _ => return Err(NotSaid::new("the highest or lowest result is compared with a list")),
        };
        self.written.measures.insert(asked.measure.to_owned());
        let flag = self.flag(asked.measure);
        let inside = self.surely_holds(span, ON_DAY);
        let mut says = Vec::new();
        for (operator, limit) in tests {
            if matches!(operator, Comparator::Equal | Comparator::NotEqual)
                || !matches!(limit.value, Value::Constant { .. } | Value::Table { .. })
            {
                return Err(NotSaid::new(
                    "the highest or lowest result is compared with something other than a number",
                ));
            }
            let Some(truth) =
                self.tests(limit_side(rule), &[(operator, limit)], unit.as_ref(), measure, asked.measure)?
            else {
                return Ok(UNKNOWN);
            };
            let upward = matches!(operator, Comparator::AtLeast | Comparator::Greater);
            let one_is_enough = upward == (asked.select == Selector::Highest);
            let name = self.column_name(asked.measure);
            says.push(Says::sql(format!("f.{name}")));
            // A result that cannot be read may be any number: what the others say of the limit stands.
            let how = if one_is_enough { How::OneOf } else { How::AllOf };
            let (words, flag, inside) = (words.to_owned(), flag.clone(), inside.clone());
            self.written.together.push(Together { name, words, flag, inside, truth, how });
        }
        Ok(Says::all(says))
    }
}

fn limit_side(rule: &Rule) -> &Term {
    match rule {
        Rule::Compare { left, .. } => left,
        Rule::Between { value, .. } | Rule::Is { value, .. } => value,
        _ => unreachable!("only comparisons come here"),
    }
}

/// Levels of truth as numbers, for MIN and MAX: 0 false, 1 unknown, 2 true.
pub(super) fn level(truth: &str) -> String {
    format!("CASE {truth} WHEN TRUE THEN 2 WHEN FALSE THEN 0 ELSE 1 END")
}

/// And back.
pub(super) fn decoded(level: &str) -> String {
    format!("CASE {level} WHEN 2 THEN TRUE WHEN 0 THEN FALSE END")
}

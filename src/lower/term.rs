//! Values of rules, with what they can be compared with.

use super::Lowering;
use super::rule::Env;
use super::time::time_unit;
use super::unit::composed;
use crate::ast::{self, Expr, ExprKind, Keyword, Quantity};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{
    Anchor, ArithmeticOperator, Level, Limit, Measure, MeasureKind, Moment, Selector, Term, TimeUnit,
    UnitRef, Value, Window,
};
use crate::resolve::Space;
use crate::source::Span;

/// A value and its sort.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    pub term: Term,
    pub sort: Sort,
    pub span: Span,
}

/// What a value can be compared with.
#[derive(Clone, Debug)]
pub(super) enum Sort {
    /// A number as written, whose unit is read in the light of the other side.
    Literal(Quantity),
    /// A quantity: its unit, and the measure that it is a value of.
    Measure {
        unit: Option<UnitRef>,
        of: Option<Box<(String, Measure)>>,
    },
    Coded {
        levels: Vec<Level>,
        ordered: bool,
        label: String,
    },
    Score {
        low: i64,
        high: i64,
        label: String,
    },
    /// Completed units of time; the literal says which.
    Age,
    /// Elapsed or calendar time between two moments.
    Elapsed,
    /// A count.
    Count,
    /// An amount in the unit that was recorded.
    Dose,
    /// A multiple of the limit of normal of the other side.
    Limit,
    /// Rows by person; each row is fitted by itself.
    Table,
}

impl Lowering<'_> {
    pub(super) fn value(&mut self, expr: &Expr, env: &Env<'_>) -> Option<Typed> {
        let text = self.words(expr.span);
        let typed = |value: Value, sort: Sort| {
            Some(Typed {
                term: Term { text: text.clone(), value, origin: expr.span.into() },
                sort,
                span: expr.span,
            })
        };
        match &expr.kind {
            ExprKind::Parenthesised(inner) => self.value(inner, env),
            ExprKind::Timed { of, phrase } => {
                let days = self.phrase_or_open(phrase);
                let mut value = self.value(of, &env.within(days))?;
                value.term.text = text;
                value.term.origin = expr.span.into();
                value.span = expr.span;
                Some(value)
            }
            ExprKind::It => match env.it {
                Some(it) => self.value(it, &env.without_it()),
                None => self.not_a_value(expr),
            },
            ExprKind::Quantity(quantity) => {
                let constant = Value::Constant {
                    number: quantity.number.value.clone(),
                    unit: None,
                    number_text: quantity.number_text.clone(),
                };
                typed(constant, Sort::Literal(quantity.clone()))
            }
            ExprKind::Limit { factor, limit } => {
                let limit = match limit.value {
                    ast::Limit::Uln => Limit::Uln,
                    ast::Limit::Lln => Limit::Lln,
                };
                typed(
                    Value::Limit { factor: factor.value.clone(), limit, measure: String::new() },
                    Sort::Limit,
                )
            }
            ExprKind::Select { selector, of } => {
                let selected = env.selecting(model_selector(selector.value));
                let mut value = self.value(of, &selected)?;
                value.term.text = text;
                value.span = expr.span;
                Some(value)
            }
            ExprKind::Finding(finding) => self.named_value(expr, finding, env),
            ExprKind::Age => {
                let at = self.single_moment(expr, env)?;
                typed(Value::Age { at, unit: TimeUnit::Year }, Sort::Age)
            }
            ExprKind::Duration(of) => {
                let (finding, env) = self.inner_finding(of, env)?;
                let at = self.single_moment(expr, &env)?;
                typed(Value::DurationOf { finding, at, unit: TimeUnit::Year }, Sort::Age)
            }
            ExprKind::TimeBetween { from, to } => {
                let (from, to) = (self.moment(from), self.moment(to));
                typed(Value::TimeBetween { from: from?, to: to? }, Sort::Elapsed)
            }
            ExprKind::Change { relative, of, from, to } => {
                let (name, measure) = self.inner_measure(of)?;
                let (from, to) = (self.moment(from), self.moment(to));
                let unit = if *relative {
                    Some(percent())
                } else {
                    measure.quantity().and_then(|one| one.unit.clone())
                };
                let of = (!relative).then(|| Box::new((name.clone(), measure)));
                let value = Value::Change { relative: *relative, measure: name, from: from?, to: to? };
                typed(value, Sort::Measure { unit, of })
            }
            ExprKind::AreaUnder { of, from, to } => {
                let (name, measure) = self.inner_measure(of)?;
                let (from, to) = (self.moment(from), self.moment(to));
                let day = UnitRef { ucum: "d".into(), written: "d".into() };
                let unit = composed(measure.quantity().and_then(|one| one.unit.as_ref()), Some(&day), false);
                typed(
                    Value::AreaUnder { measure: name, from: from?, to: to? },
                    Sort::Measure { unit, of: None },
                )
            }
            ExprKind::Count(of) => {
                let (finding, env) = self.inner_finding(of, env)?;
                let window = self.window(expr, &env)?;
                typed(Value::Count { finding, window }, Sort::Count)
            }
            ExprKind::Dose(of) => {
                let (finding, env) = self.inner_finding(of, env)?;
                let window = self.window(expr, &env)?;
                typed(Value::Dose { finding, window }, Sort::Dose)
            }
            ExprKind::Incidence(of) if env.outcome => {
                let (finding, env) = self.inner_finding(of, env)?;
                let window = self.window(expr, &env)?;
                typed(Value::Incidence { finding, window }, Sort::Count)
            }
            ExprKind::Proportion(of) if env.outcome => {
                let clause = self.truth(of, env)?;
                typed(Value::Proportion { of: Box::new(clause) }, Sort::Count)
            }
            ExprKind::Incidence(_) | ExprKind::Proportion(_) => {
                self.report(
                    Diagnostic::new(&codes::MISPLACED_RULE, expr.span, "this is a value of many people, not of one")
                        .label("only an outcome can say this")
                        .help("in a criterion, count what happened to this person: `count of seizure within 30 days before consent >= 2`"),
                );
                None
            }
            ExprKind::Arithmetic { left, operator, right } => {
                self.arithmetic(expr, left, operator.value, right, env)
            }
            ExprKind::Negative(of) => {
                let inner = self.value(of, env)?;
                match inner.sort {
                    Sort::Literal(mut quantity) => {
                        quantity.number.value = -quantity.number.value;
                        quantity.number_text = format!("-{}", quantity.number_text);
                        let constant = Value::Constant {
                            number: quantity.number.value.clone(),
                            unit: None,
                            number_text: quantity.number_text.clone(),
                        };
                        typed(constant, Sort::Literal(quantity))
                    }
                    sort => typed(Value::Negative { of: Box::new(inner.term) }, sort),
                }
            }
            ExprKind::Call { function, arguments } => self.call(expr, function, arguments, env),
            ExprKind::Table { by, rows } => self.table(expr, by, rows, env),
            ExprKind::Error => None,
            _ => self.not_a_value(expr),
        }
    }

    fn not_a_value(&mut self, expr: &Expr) -> Option<Typed> {
        let text = self.words(expr.span);
        self.report(
            Diagnostic::new(
                &codes::NOT_A_VALUE,
                expr.span,
                format!("`{text}` holds or does not hold; it has no amount"),
            )
            .label("a value is needed here")
            .help("name a measure, as in `latest hba1c at screening`"),
        );
        None
    }

    /// A name that stands for a value: a measure, or sex, country or arm.
    fn named_value(&mut self, expr: &Expr, finding: &ast::Finding, env: &Env<'_>) -> Option<Typed> {
        let name = &finding.name;
        let term = |value, text| Term { text, value, origin: expr.span.into() };
        let text = self.words(expr.span);
        let levels = |values: &[&str]| -> Vec<Level> {
            values.iter().map(|value| Level { value: (*value).to_owned(), label: None }).collect()
        };
        if finding.qualifiers.is_empty() && self.scope.get(Space::Thing, &name.value).is_none() {
            let known = match name.value.as_str() {
                "sex" => Some((levels(&["female", "male"]), "Sex")),
                "country" => Some((Vec::new(), "Country")),
                "arm" => {
                    let arms: Vec<&str> = self.scope.all(Space::Arm).map(|(name, _)| name).collect();
                    Some((levels(&arms), "Arm"))
                }
                _ => None,
            };
            if let Some((levels, label)) = known {
                return Some(Typed {
                    term: term(Value::Attribute { name: name.value.clone() }, text),
                    sort: Sort::Coded { levels, ordered: false, label: label.to_owned() },
                    span: expr.span,
                });
            }
        }
        if !self.is_measure(&name.value) {
            match self.scope.get(Space::Thing, &name.value) {
                None => self.unknown_in_rule(name),
                Some(entity) => {
                    let is = entity.keyword().text();
                    let help = match entity.keyword() {
                        Keyword::Define => {
                            format!("`{}` is a truth; use it without a comparison", name.value)
                        }
                        _ => format!(
                            "say whether it occurs: `{} present at screening`, or compare a measure",
                            name.value
                        ),
                    };
                    self.report(
                        Diagnostic::new(
                            &codes::NOT_A_VALUE,
                            name.span,
                            format!("`{}` is a {is}, which has no amount", name.value),
                        )
                        .label("a measure is needed here")
                        .and(entity.item.name_span(), format!("declared as `{is}`"))
                        .help(help),
                    );
                }
            }
            return None;
        }
        if let Some(qualifier) = finding.qualifiers.first() {
            self.report(
                Diagnostic::new(&codes::UNKNOWN_NAME, qualifier.span, format!("`{}` does not narrow a measure", qualifier.value))
                    .label("two names stand side by side")
                    .help("a name of several words is written with `_`; to choose among values write `latest`, `highest`, `any` or `every`"),
            );
            return None;
        }
        let measure = self.measure(&name.value)?;
        let window = self.window(expr, env)?;
        let select = env.select.unwrap_or(Selector::Latest);
        let value = Value::Measured { measure: name.value.clone(), select, window };
        let sort = match &measure.kind {
            MeasureKind::Quantity(quantity) => Sort::Measure {
                unit: quantity.unit.clone(),
                of: Some(Box::new((name.value.clone(), measure.clone()))),
            },
            MeasureKind::Coded { levels, ordered } => {
                Sort::Coded { levels: levels.clone(), ordered: *ordered, label: measure.label.clone() }
            }
            MeasureKind::Score { low, high, .. } => {
                Sort::Score { low: *low, high: *high, label: measure.label.clone() }
            }
        };
        Some(Typed { term: term(value, text), sort, span: expr.span })
    }

    /// The window in force, or a report that none is.
    pub(super) fn window(&mut self, expr: &Expr, env: &Env<'_>) -> Option<Window> {
        if let Some(days) = &env.days {
            return Some(days.window.clone());
        }
        if env.unanchored {
            return Some(open_window());
        }
        // Reported; the rest of the rule is still looked at.
        self.no_anchor(expr);
        Some(open_window())
    }

    pub(super) fn no_anchor(&mut self, expr: &Expr) {
        let text = self.words(expr.span);
        let event = self.scope.all(Space::Thing).filter(|(_, entity)| entity.keyword() == Keyword::Event);
        let names: Vec<&str> = event.map(|(name, _)| name).collect();
        let usual = ["randomization", "screening", "consent"].into_iter().find(|usual| names.contains(usual));
        let event = usual.or(names.first().copied()).unwrap_or("consent");
        self.report(
            Diagnostic::new(&codes::NO_ANCHOR, expr.span, format!("`{text}` does not say when"))
                .label("at which time?")
                .help(format!(
                    "say which days count: `{text} at {event}`, `{text} within 28 days before {event}`, or put one window around several: `within 28 days before {event}: (…)`"
                )),
        );
    }

    /// The one moment at which an age or a duration is taken.
    fn single_moment(&mut self, expr: &Expr, env: &Env<'_>) -> Option<Moment> {
        match &env.days {
            Some(days) => match (&days.window.from, &days.window.to) {
                (Some(from), Some(to)) if from == to => Some(from.clone()),
                _ => {
                    let text = self.words(expr.span);
                    self.report(
                        Diagnostic::new(
                            &codes::NO_ANCHOR,
                            expr.span,
                            format!("`{text}` needs one day, not a span of time"),
                        )
                        .label(format!("`{}` is many days", days.window.text))
                        .help(format!("write `{text} at consent`, with the event that you mean")),
                    );
                    None
                }
            },
            None if env.unanchored => Some(Moment { offset: None, of: Anchor::Decision }),
            None => {
                self.no_anchor(expr);
                Some(Moment { offset: None, of: Anchor::Decision })
            }
        }
    }

    /// The finding inside `count of …`, `duration of …`, and the window that a phrase inside sets.
    fn inner_finding<'e>(&mut self, of: &Expr, env: &Env<'e>) -> Option<(crate::model::Finding, Env<'e>)> {
        match &of.kind {
            ExprKind::Parenthesised(inner) => self.inner_finding(inner, env),
            ExprKind::Timed { of, phrase } => {
                let days = self.phrase_or_open(phrase);
                self.inner_finding(of, &env.within(days))
            }
            ExprKind::Occurs { of, .. } => self.inner_finding(of, env),
            ExprKind::Finding(finding) => Some((self.finding(finding)?, env.clone())),
            ExprKind::Error => None,
            _ => {
                self.report(
                    Diagnostic::new(&codes::WRONG_SORT, of.span, "this is not something that occurs")
                        .label("a condition, drug, procedure or event is needed here")
                        .help("name it alone, as in `count of seizure` or `duration of t2dm`"),
                );
                None
            }
        }
    }

    fn inner_measure(&mut self, of: &Expr) -> Option<(String, Measure)> {
        match &of.kind {
            ExprKind::Parenthesised(inner) => self.inner_measure(inner),
            ExprKind::Finding(finding) if self.is_measure(&finding.name.value) => {
                Some((finding.name.value.clone(), self.measure(&finding.name.value)?))
            }
            ExprKind::Finding(finding) if self.scope.get(Space::Thing, &finding.name.value).is_none() => {
                self.unknown_in_rule(&finding.name);
                None
            }
            ExprKind::Error => None,
            _ => {
                self.report(
                    Diagnostic::new(&codes::WRONG_SORT, of.span, "a measure is needed here")
                        .label("not a measure")
                        .help("name one measure; what is computed from several gets a name first: `derive bmi: weight / height ^ 2`"),
                );
                None
            }
        }
    }

    fn arithmetic(
        &mut self,
        expr: &Expr,
        left: &Expr,
        operator: ast::ArithmeticOperator,
        right: &Expr,
        env: &Env<'_>,
    ) -> Option<Typed> {
        let (left, right) = (self.value(left, env), self.value(right, env));
        let (mut left, mut right) = (left?, right?);
        let (left_unit, right_unit) = (self.operand(&mut left)?, self.operand(&mut right)?);
        let operator = match operator {
            ast::ArithmeticOperator::Add => ArithmeticOperator::Add,
            ast::ArithmeticOperator::Subtract => ArithmeticOperator::Subtract,
            ast::ArithmeticOperator::Multiply => ArithmeticOperator::Multiply,
            ast::ArithmeticOperator::Divide => ArithmeticOperator::Divide,
            ast::ArithmeticOperator::Power => ArithmeticOperator::Power,
        };
        let unit = match operator {
            ArithmeticOperator::Multiply => composed(left_unit.as_ref(), right_unit.as_ref(), false),
            ArithmeticOperator::Divide => composed(left_unit.as_ref(), right_unit.as_ref(), true),
            ArithmeticOperator::Add | ArithmeticOperator::Subtract => {
                let analyte = analyte_of(&left.sort);
                if !Self::same_kind(left_unit.as_ref(), right_unit.as_ref(), &analyte) {
                    let shown = |unit: &Option<UnitRef>| {
                        unit.as_ref()
                            .map_or("a number without unit".to_owned(), |unit| format!("`{}`", unit.written))
                    };
                    let (one, two) = (shown(&left_unit), shown(&right_unit));
                    self.report(
                        Diagnostic::new(
                            &codes::UNIT_MISMATCH,
                            expr.span,
                            format!("{one} and {two} cannot be added or subtracted"),
                        )
                        .label("two kinds of quantity")
                        .help("bring both sides to the same kind of quantity first"),
                    );
                    return None;
                }
                left_unit
            }
            ArithmeticOperator::Power => self.power(left_unit.as_ref(), &right)?,
        };
        let value = Value::Arithmetic { left: Box::new(left.term), operator, right: Box::new(right.term) };
        let text = self.words(expr.span);
        Some(Typed {
            term: Term { text, value, origin: expr.span.into() },
            sort: Sort::Measure { unit, of: None },
            span: expr.span,
        })
    }

    /// The unit of an operand; literals get theirs here. `Some(None)` is a pure number.
    fn operand(&mut self, typed: &mut Typed) -> Option<Option<UnitRef>> {
        match &typed.sort {
            Sort::Literal(quantity) => {
                let quantity = quantity.clone();
                let written = match &quantity.unit {
                    Some(_) => Some(self.author_unit(&quantity)?),
                    None => None,
                };
                if let Value::Constant { unit, .. } = &mut typed.term.value {
                    *unit = written.clone();
                }
                Some(written)
            }
            Sort::Measure { unit, .. } => Some(unit.clone()),
            Sort::Age | Sort::Count | Sort::Score { .. } | Sort::Table => Some(None),
            Sort::Coded { .. } | Sort::Elapsed | Sort::Dose | Sort::Limit => {
                let text = typed.term.text.clone();
                self.report(
                    Diagnostic::new(
                        &codes::NOT_COMPARABLE,
                        typed.span,
                        format!("`{text}` cannot be computed with"),
                    )
                    .label("not a number")
                    .help("compute with measures, scores, ages, counts and numbers"),
                );
                None
            }
        }
    }

    fn power(&mut self, unit: Option<&UnitRef>, exponent: &Typed) -> Option<Option<UnitRef>> {
        let Some(unit) = unit else { return Some(None) };
        let whole = match &exponent.term.value {
            Value::Constant { number, unit: None, .. } => {
                number.to_i64().filter(|power| (1..=6).contains(power))
            }
            _ => None,
        };
        let Some(power) = whole else {
            self.report(
                Diagnostic::new(
                    &codes::UNIT_MISMATCH,
                    exponent.span,
                    format!("a quantity in `{}` takes a whole power", unit.written),
                )
                .label("from 1 to 6")
                .help("write `^ 2`, or divide by the unit first"),
            );
            return None;
        };
        let mut product = Some(unit.clone());
        for _ in 1..power {
            product = composed(product.as_ref(), Some(unit), false);
        }
        Some(product.map(|product| UnitRef { written: format!("{}{power}", unit.written), ..product }))
    }

    fn call(
        &mut self,
        expr: &Expr,
        function: &ast::Name,
        arguments: &[Expr],
        env: &Env<'_>,
    ) -> Option<Typed> {
        const FUNCTIONS: [&str; 7] = ["min", "max", "sqrt", "ln", "log10", "exp", "abs"];
        let name = function.value.as_str();
        if !FUNCTIONS.contains(&name) {
            let found = Diagnostic::new(
                &codes::UNKNOWN_NAME,
                function.span,
                format!("there is no function `{name}`"),
            )
            .label("not a function")
            .help(format!("the functions are {}", FUNCTIONS.join(", ")));
            self.report(found);
            return None;
        }
        let mut values = Vec::new();
        let mut units = Vec::new();
        for argument in arguments {
            let mut value = self.value(argument, env)?;
            units.push(self.operand(&mut value)?);
            values.push(value);
        }
        let unit = match name {
            "min" | "max" | "abs" => units.into_iter().next().flatten(),
            _ => None,
        };
        let value = Value::Call {
            function: name.to_owned(),
            arguments: values.into_iter().map(|value| value.term).collect(),
        };
        let text = self.words(expr.span);
        let term = Term { text, value, origin: expr.span.into() };
        Some(Typed { term, sort: Sort::Measure { unit, of: None }, span: expr.span })
    }

    /// A literal as a term, in the light of what it is compared with. `shared` is the unit at the other end of a range.
    pub(super) fn fit(
        &mut self,
        typed: Typed,
        against: &Typed,
        shared: Option<&crate::source::Spanned<String>>,
    ) -> Option<Term> {
        match typed.sort.clone() {
            Sort::Literal(quantity) => self.fit_literal(typed, quantity, against, shared),
            Sort::Limit => self.fit_limit(typed, against),
            Sort::Table => self.fit_table(typed, against),
            other => {
                self.comparable(&other, &typed, against)?;
                Some(typed.term)
            }
        }
    }

    fn fit_literal(
        &mut self,
        typed: Typed,
        quantity: Quantity,
        against: &Typed,
        shared: Option<&crate::source::Spanned<String>>,
    ) -> Option<Term> {
        let unit = quantity.unit.as_ref().or(shared);
        let constant = |unit: Option<UnitRef>, term: Term| Term {
            value: Value::Constant {
                number: quantity.number.value.clone(),
                unit,
                number_text: quantity.number_text.clone(),
            },
            ..term
        };
        match &against.sort {
            Sort::Measure { unit: measured, of } => {
                let analyte = analyte_of(&against.sort);
                match (unit, measured) {
                    (None, Some(measured)) if measured.ucum == "1" => Some(constant(None, typed.term)),
                    (None, Some(_)) => {
                        let measure = of.as_ref().map(|of| of.1.clone());
                        let measure =
                            measure.unwrap_or_else(|| computed(&against.term.text, measured.as_ref()));
                        self.missing_unit(&quantity, typed.span, &measure);
                        None
                    }
                    (Some(written), Some(measured)) => {
                        let read = self.unit(written)?;
                        let to = super::unit::unit_of(measured)?;
                        if !self.fits(&read, written.span, &to, &analyte, Some(against.span)) {
                            return None;
                        }
                        self.check_dual(&quantity, &analyte);
                        Some(constant(Some(super::unit::refer(&read)), typed.term))
                    }
                    (Some(written), None) => {
                        let read = self.unit(written)?;
                        if read.code() == "1" {
                            return Some(constant(None, typed.term));
                        }
                        self.unit_where_none(written, &against.term.text);
                        None
                    }
                    (None, None) => Some(constant(None, typed.term)),
                }
            }
            Sort::Dose => match unit {
                Some(written) => {
                    let unit = self.unit_ref(written)?;
                    Some(constant(Some(unit), typed.term))
                }
                None => {
                    let measure = computed(&against.term.text, None);
                    self.missing_unit(&quantity, typed.span, &measure);
                    None
                }
            },
            Sort::Score { low, high, label } => {
                let (low, high) = (*low, *high);
                let number = quantity
                    .number
                    .value
                    .to_i64()
                    .filter(|number| unit.is_none() && (low..=high).contains(number));
                if number.is_none() {
                    let text = typed.term.text.clone();
                    self.report(
                        Diagnostic::new(
                            &codes::UNKNOWN_LEVEL,
                            typed.span,
                            format!("`{text}` is not a value of {label}"),
                        )
                        .label(format!("whole numbers from {low} to {high}"))
                        .help(format!("write a whole number from {low} to {high}, without a unit")),
                    );
                    return None;
                }
                Some(constant(None, typed.term))
            }
            Sort::Age => {
                let Some(unit) = unit.and_then(|unit| time_unit(&unit.value)) else {
                    let text = typed.term.text.clone();
                    match unit {
                        Some(written) => {
                            let found = Diagnostic::new(
                                &codes::UNIT_MISMATCH,
                                written.span,
                                format!("`{}` is not a time", written.value),
                            )
                            .label("years, months, weeks or days")
                            .and(against.span, "counted in completed units of time")
                            .help(format!("write `{} years`", quantity.number_text));
                            self.report(found);
                        }
                        None => {
                            let found = Diagnostic::new(
                                &codes::MISSING_UNIT,
                                typed.span,
                                format!("`{text}` has no unit"),
                            )
                            .label("years, months, weeks or days?")
                            .help(format!("write `{text} years`"));
                            self.report(found);
                        }
                    }
                    return None;
                };
                let _ = unit;
                Some(constant(None, typed.term))
            }
            Sort::Elapsed => self.elapsed_literal(typed, &quantity, unit),
            Sort::Count => match unit {
                None => Some(constant(None, typed.term)),
                Some(written) if written.value == "%" => Some(constant(Some(percent()), typed.term)),
                Some(written) => {
                    let written = written.clone();
                    self.unit_where_none(&written, &against.term.text);
                    None
                }
            },
            Sort::Literal(_) => Some(constant(self.author_unit(&quantity), typed.term)),
            Sort::Coded { .. } | Sort::Limit | Sort::Table => {
                self.not_comparable(&typed, against);
                None
            }
        }
    }

    fn unit_where_none(&mut self, written: &crate::source::Spanned<String>, of: &str) {
        let found = Diagnostic::new(&codes::UNIT_MISMATCH, written.span, format!("`{of}` has no unit"))
            .label(format!("`{}` does not belong here", written.value))
            .help("remove the unit, or give the measure a unit where it is declared");
        self.report(found);
    }

    fn elapsed_literal(
        &mut self,
        typed: Typed,
        quantity: &Quantity,
        unit: Option<&crate::source::Spanned<String>>,
    ) -> Option<Term> {
        let word = unit.and_then(|unit| Some((time_unit(&unit.value)?, unit.span)));
        let Some((word, span)) = word else {
            let text = typed.term.text.clone();
            self.report(
                Diagnostic::new(
                    &codes::MISSING_UNIT,
                    typed.span,
                    format!("`{text}` is not a length of time"),
                )
                .label("days, weeks, months or years?")
                .help(format!("write `{} days`", quantity.number_text)),
            );
            return None;
        };
        let unit = match word {
            TimeUnit::Minute => ast::TimeUnit::Minute,
            TimeUnit::Hour => ast::TimeUnit::Hour,
            TimeUnit::Day => ast::TimeUnit::Day,
            TimeUnit::Week => ast::TimeUnit::Week,
            TimeUnit::Month => ast::TimeUnit::Month,
            TimeUnit::Year => ast::TimeUnit::Year,
        };
        let written = ast::DurationExpr::Simple {
            number: quantity.number.clone(),
            unit: crate::source::Spanned::new(unit, span),
        };
        let duration = self.duration(&written, typed.span)?;
        Some(Term { value: Value::Span { duration }, ..typed.term })
    }

    fn fit_limit(&mut self, typed: Typed, against: &Typed) -> Option<Term> {
        let measured = match (&against.sort, &against.term.value) {
            (Sort::Measure { .. }, Value::Measured { measure, .. }) => Some(measure.clone()),
            _ => None,
        };
        let Some(name) = measured else {
            self.report(
                Diagnostic::new(
                    &codes::LIMIT_WITHOUT_MEASURE,
                    typed.span,
                    "a limit of normal belongs to a laboratory result",
                )
                .label("of which measure?")
                .and(against.span, "this is not the value of one measure")
                .help("compare one measure with it, as in `latest alt at screening > 3 x ULN`"),
            );
            return None;
        };
        let Value::Limit { factor, limit, .. } = typed.term.value else { return None };
        Some(Term { value: Value::Limit { factor, limit, measure: name }, ..typed.term })
    }

    fn comparable(&mut self, sort: &Sort, typed: &Typed, against: &Typed) -> Option<()> {
        match (sort, &against.sort) {
            (Sort::Measure { unit: left, .. }, Sort::Measure { unit: right, .. }) => {
                if Self::same_kind(left.as_ref(), right.as_ref(), &analyte_of(&against.sort)) {
                    return Some(());
                }
                let shown = |unit: &Option<UnitRef>| {
                    unit.as_ref().map_or("no unit", |unit| unit.written.as_str()).to_owned()
                };
                let (left, right) = (shown(left), shown(right));
                self.report(
                    Diagnostic::new(
                        &codes::UNIT_MISMATCH,
                        typed.span,
                        format!("`{left}` cannot be compared with `{right}`"),
                    )
                    .label(format!("in `{left}`"))
                    .and(against.span, format!("in `{right}`"))
                    .help("compare two quantities of the same kind"),
                );
                None
            }
            (Sort::Score { .. } | Sort::Count | Sort::Age, Sort::Score { .. } | Sort::Count | Sort::Age)
            | (Sort::Elapsed, Sort::Elapsed)
            | (Sort::Dose, Sort::Dose)
            | (_, Sort::Literal(_) | Sort::Limit | Sort::Table) => Some(()),
            _ => {
                self.not_comparable(typed, against);
                None
            }
        }
    }

    pub(super) fn not_comparable(&mut self, typed: &Typed, against: &Typed) {
        let levels = match &against.sort {
            Sort::Coded { levels, .. } if !levels.is_empty() => {
                let values: Vec<&str> = levels.iter().map(|level| level.value.as_str()).collect();
                format!("write `{} is …` with one of {}", against.term.text, values.join(", "))
            }
            _ => "compare two values of the same kind".to_owned(),
        };
        let message = format!("`{}` cannot be compared with `{}`", against.term.text, typed.term.text);
        self.report(
            Diagnostic::new(&codes::NOT_COMPARABLE, typed.span, message)
                .label("another kind of value")
                .and(against.span, "compared with this")
                .help(levels),
        );
    }
}

/// All days: a derivation's leaf, or a rule whose window has errors.
pub(super) fn open_window() -> Window {
    Window { from: None, to: None, text: String::new() }
}

/// The facts for conversions of a value's unit.
pub(super) fn analyte_of(sort: &Sort) -> crate::units::Analyte {
    match sort {
        Sort::Measure { of: Some(of), .. } => of.1.analyte(),
        _ => crate::units::Analyte::default(),
    }
}

/// A measure that stands for a computed value in a message.
fn computed(text: &str, unit: Option<&UnitRef>) -> Measure {
    let quantity = crate::model::QuantityMeasure {
        unit: unit.cloned(),
        units: Vec::new(),
        kind: None,
        molar_mass: None,
        formula: None,
        valence: None,
        plausible: None,
        precision: None,
        formula_of: None,
    };
    Measure {
        label: text.to_owned(),
        kind: MeasureKind::Quantity(quantity),
        loinc: None,
        specimen: None,
        state: None,
        also: Vec::new(),
        source: None,
        origin: crate::model::Origin::default(),
    }
}

pub(super) fn percent() -> UnitRef {
    UnitRef { ucum: "%".into(), written: "%".into() }
}

pub(super) fn model_selector(written: ast::Selector) -> Selector {
    match written {
        ast::Selector::Latest => Selector::Latest,
        ast::Selector::Earliest => Selector::Earliest,
        ast::Selector::Any => Selector::Any,
        ast::Selector::Every => Selector::Every,
        ast::Selector::Highest => Selector::Highest,
        ast::Selector::Lowest => Selector::Lowest,
        ast::Selector::Mean => Selector::Mean,
        ast::Selector::Median => Selector::Median,
        ast::Selector::Consecutive(count) => Selector::Consecutive(count),
    }
}

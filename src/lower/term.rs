//! Values of rules, and what sort of value each is.

use super::Lowering;
use super::env::Env;
use super::finding::Sought;
use super::occurrence::ever;
use super::unit::composed;
use crate::ast::{self, Expr, ExprKind, Keyword, Quantity};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{
    Finding, Level, Limit, Measure, MeasureKind, Mode, Selector, Term, TimeUnit, UnitRef, Value, Window,
};
use crate::resolve::Space;
use crate::source::{Span, Spanned};

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
    /// A quotient of two quantities of one kind, in full (`mg/g`): computed with further, it is a pure number.
    Ratio {
        unit: UnitRef,
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
    /// Days of a window; those of a run are a length of time, and want a unit.
    Days {
        is_run: bool,
    },
    /// An amount in the unit that was recorded.
    Dose,
    /// A multiple of the limit of normal of the other side.
    Limit,
    /// Rows by person; each row is fitted by itself.
    Table,
}

/// What is counted, or lasts.
pub(super) struct Inner<'e> {
    pub finding: Finding,
    pub mode: Option<Spanned<ast::Mode>>,
    pub env: Env<'e>,
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
                let mut value = self.in_time(phrase, of, env, |lowering, env| lowering.value(of, env))?;
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
                self.chooses_among(selector, of)?;
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
                let Inner { finding, env, .. } = self.inner_finding(of, env)?;
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
                let (finding, mode, window) = self.occurrences(expr, of, env)?;
                typed(Value::Count { finding, mode, window }, Sort::Count)
            }
            ExprKind::Days { .. } => {
                let (value, sort) = self.day_count(expr, env)?;
                typed(value, sort)
            }
            ExprKind::Dose(of) => {
                let Inner { finding, mode, env } = self.inner_finding(of, env)?;
                if let Some(mode) = mode {
                    self.mode_of_dose(&mode, &finding.name);
                    return None;
                }
                let window = self.window(expr, &env)?;
                typed(Value::Dose { finding, window }, Sort::Dose)
            }
            ExprKind::Incidence(of) if env.outcome => {
                let (finding, mode, window) = self.occurrences(expr, of, env)?;
                typed(Value::Incidence { finding, mode, window }, Sort::Count)
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
            ExprKind::Points(_) => {
                self.points_alone(expr);
                None
            }
            ExprKind::Error => None,
            _ => self.not_a_value(expr),
        }
    }

    fn not_a_value(&mut self, expr: &Expr) -> Option<Typed> {
        let text = self.words(expr.span);
        let event = self.usual_event().to_owned();
        self.report(
            Diagnostic::new(
                &codes::NOT_A_VALUE,
                expr.span,
                format!("`{text}` holds or does not hold; it has no amount"),
            )
            .label("a value is needed here")
            .help(format!("name a measure, as in `latest hba1c at {event}`")),
        );
        None
    }

    /// What to write where something that occurs stands for an amount.
    fn occurs_instead(&self, name: &str, keyword: Keyword, env: &Env<'_>) -> String {
        let event = self.usual_event();
        if env.outcome {
            return format!(
                "say what is made of it: `incidence of {name} within 1 year after {event}`, or compare a measure"
            );
        }
        let occurs = match keyword {
            Keyword::Drug | Keyword::DrugClass => format!("taking {name} at {event}"),
            Keyword::Procedure => format!("{name} performed at {event}"),
            Keyword::Event => format!("{name} within 28 days before {event}"),
            _ => format!("{name} present at {event}"),
        };
        format!("say whether it occurs: `{occurs}`, or compare a measure")
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
                self.bare(finding, "what is known of a person")?;
                return Some(Typed {
                    term: term(Value::Attribute { name: name.value.clone() }, text),
                    sort: Sort::Coded { levels, ordered: false, label: label.to_owned() },
                    span: expr.span,
                });
            }
        }
        if !self.is_measure(&name.value) {
            match self.scope.get(Space::Thing, &name.value) {
                None => self.unknown_in_rule(name, Sought::Value),
                Some(entity) => {
                    let is = entity.keyword().text();
                    let help = match entity.keyword() {
                        Keyword::Define => {
                            format!("`{}` is a truth; use it without a comparison", name.value)
                        }
                        keyword => self.occurs_instead(&name.value, keyword, env),
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
        self.bare(finding, "a measure")?;
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

    /// The finding inside `count of …`, `duration of …`, the word that says when it counts, and the window that a phrase inside sets.
    pub(super) fn inner_finding<'e>(&mut self, of: &Expr, env: &Env<'e>) -> Option<Inner<'e>> {
        match &of.kind {
            ExprKind::Parenthesised(inner) => self.inner_finding(inner, env),
            ExprKind::Timed { of, phrase } => {
                let days = self.phrase_or_open(phrase);
                self.inner_finding(of, &env.within(days))
            }
            ExprKind::Occurs { mode, of } => {
                let inner = self.inner_finding(of, env)?;
                if let Some(other) = &inner.mode {
                    self.two_modes(mode, other);
                    return None;
                }
                Some(Inner { mode: Some(*mode), ..inner })
            }
            ExprKind::Finding(finding) => {
                Some(Inner { finding: self.finding(finding)?, mode: None, env: env.clone() })
            }
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

    /// What is counted: occurrences that were there on some day of the window, or that started or ended in it.
    fn occurrences(&mut self, expr: &Expr, of: &Expr, env: &Env<'_>) -> Option<(Finding, Mode, Window)> {
        let Inner { finding, mode, env } = self.inner_finding(of, env)?;
        if let Some(mode) = &mode {
            self.mode_fits(mode, &finding)?;
        }
        let counts = match mode.map(|mode| mode.value) {
            Some(ast::Mode::Started) => Mode::Started,
            Some(ast::Mode::Ended) => Mode::Ended,
            Some(ast::Mode::Ever) if env.days.is_none() => return Some((finding, Mode::Present, ever())),
            Some(ast::Mode::Present | ast::Mode::Performed | ast::Mode::Taking | ast::Mode::Ever) | None => {
                Mode::Present
            }
        };
        let window = self.window(expr, &env)?;
        Some((finding, counts, window))
    }

    pub(super) fn inner_measure(&mut self, of: &Expr) -> Option<(String, Measure)> {
        match &of.kind {
            ExprKind::Parenthesised(inner) => self.inner_measure(inner),
            ExprKind::Finding(finding) if self.is_measure(&finding.name.value) => {
                self.bare(finding, "a measure")?;
                Some((finding.name.value.clone(), self.measure(&finding.name.value)?))
            }
            ExprKind::Finding(finding) if self.scope.get(Space::Thing, &finding.name.value).is_none() => {
                self.unknown_in_rule(&finding.name, Sought::Value);
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

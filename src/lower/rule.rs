//! Truths of rules: comparisons, occurrences, connectives, answers.

use super::Lowering;
use super::finding::comparator;
use super::term::{Sort, Typed};
use super::time::{Days, time_unit};
use crate::ast::{self, Expr, ExprKind, Keyword, Name, Quantifier, Quantity};
use crate::diagnostics::{Diagnostic, codes, did_you_mean};
use crate::model::{
    Anchor, AttestationVerb, Clause, Finding, HAS_ERRORS, Level, Mode, Moment, Rule, Selector, Term,
    TimeUnit, Tolerance, Value, Window,
};
use crate::resolve::Space;
use crate::source::{Span, Spanned};

/// What surrounds an expression.
#[derive(Clone, Debug, Default)]
pub(super) struct Env<'e> {
    /// The nearest time phrase around it.
    pub days: Option<Days>,
    /// `highest`, `any`, … around it.
    pub select: Option<Selector>,
    /// What `each of (…) is` speaks of.
    pub it: Option<&'e Expr>,
    /// Leaves take their window from where the whole is used: a derivation.
    pub unanchored: bool,
    /// An outcome's value, which may speak of many people.
    pub outcome: bool,
}

impl<'e> Env<'e> {
    pub(super) fn derivation() -> Self {
        Self { unanchored: true, ..Self::default() }
    }

    pub(super) fn within(&self, days: Days) -> Self {
        Self { days: Some(days), ..self.clone() }
    }

    pub(super) fn selecting(&self, select: Selector) -> Self {
        Self { select: Some(select), ..self.clone() }
    }

    fn about<'f>(&self, it: &'f Expr) -> Env<'f> {
        Env {
            it: Some(it),
            days: self.days.clone(),
            select: self.select,
            unanchored: self.unanchored,
            outcome: self.outcome,
        }
    }

    pub(super) fn without_it(&self) -> Self {
        Self { it: None, ..self.clone() }
    }
}

/// Where the keys of answers come from: a criterion's code, or a definition's name.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    base: String,
    several: bool,
    used: usize,
}

impl Keys {
    /// Keys for the answers in an expression: the base alone when there is one, `base.1`, `base.2`, … when several.
    pub(super) fn of(base: &str, expr: &Expr) -> Self {
        Self { base: base.to_owned(), several: questions(expr) > 1, used: 0 }
    }

    fn next(&mut self) -> String {
        self.used += 1;
        if self.several { format!("{}.{}", self.base, self.used) } else { self.base.clone() }
    }
}

/// How many answers an expression asks for.
fn questions(expr: &Expr) -> usize {
    match &expr.kind {
        ExprKind::Attested { .. } | ExprKind::TextOnly { .. } | ExprKind::Unspecified(_) => 1,
        ExprKind::Parenthesised(of)
        | ExprKind::Not(of)
        | ExprKind::No(of)
        | ExprKind::Timed { of, .. }
        | ExprKind::Within { body: of, .. }
        | ExprKind::OfPerson { body: of, .. }
        | ExprKind::Proportion(of) => questions(of),
        ExprKind::And(all) | ExprKind::Or(all) | ExprKind::Quantified { list: all, .. } => {
            all.iter().map(questions).sum()
        }
        ExprKind::Unless { body, exception: other }
        | ExprKind::When { body, guard: other }
        | ExprKind::Instead { body, guard: other, .. } => questions(body) + questions(other),
        _ => 0,
    }
}

impl Lowering<'_> {
    pub(super) fn truth(&mut self, expr: &Expr, env: &Env<'_>) -> Option<Clause> {
        let text = self.words(expr.span);
        let clause = |rule: Rule| Some(Clause { text: text.clone(), rule, origin: expr.span.into() });
        match &expr.kind {
            ExprKind::Parenthesised(inner) => self.truth(inner, env),
            ExprKind::Timed { of, phrase } | ExprKind::Within { phrase, body: of } => {
                let days = self.phrase_or_open(phrase);
                let inner = self.truth(of, &env.within(days))?;
                clause(inner.rule)
            }
            ExprKind::It => match env.it {
                Some(it) => self.truth(it, &env.without_it()),
                None => None,
            },
            ExprKind::And(all) => {
                let of = self.truths(all, env)?;
                clause(Rule::All { of })
            }
            ExprKind::Or(all) => {
                let of = self.truths(all, env)?;
                clause(Rule::Any { of })
            }
            ExprKind::Not(of) => {
                let of = Box::new(self.truth(of, env)?);
                clause(Rule::Not { of })
            }
            ExprKind::No(of) => {
                let inner = self.absence(of, env)?;
                clause(Rule::Not { of: Box::new(inner) })
            }
            ExprKind::Occurs { mode, of } => self.occurs(expr, mode, of, env),
            ExprKind::Compare { left, operator, right } => {
                let rule = self.compare(left, operator, right, env)?;
                clause(rule)
            }
            ExprKind::In { value, negated, low, high } => {
                let rule = self.between(value, low, high, env)?;
                clause(negate(rule, *negated, &text, expr.span))
            }
            ExprKind::Is { value, negated, one_of } => {
                let rule = self.is(value, one_of, env)?;
                clause(negate(rule, *negated, &text, expr.span))
            }
            ExprKind::Differs { value, at_most, reference } => {
                let rule = self.steady(value, at_most, reference, env)?;
                clause(rule)
            }
            ExprKind::Stable(of) => {
                let text = self.words(of.span);
                self.report(
                    Diagnostic::new(&codes::STABLE_WITHOUT_TOLERANCE, expr.span, "`stable` does not say how much change is allowed")
                        .label("no tolerance")
                        .help(format!(
                            "say how far values may differ: `{text} differs by at most 10 % from its first value over the 3 months before {}`",
                            "randomization"
                        )),
                );
                // What must be stable is known: the therapy and the time are still checked.
                let measure = self.value(of, env)?.term;
                let tolerance = Tolerance::Percent { percent: crate::number::Exact::zero() };
                clause(Rule::Steady { measure, tolerance, reference: Selector::Earliest })
            }
            ExprKind::Quantified { quantifier, list, predicate } => {
                let of = list
                    .iter()
                    .map(|one| match predicate {
                        Some(predicate) => {
                            let mut inner = self.truth(predicate, &env.about(one))?;
                            inner.text = format!("{}: {}", self.words(one.span), inner.text);
                            Some(inner)
                        }
                        None => self.truth(one, env),
                    })
                    .collect::<Vec<_>>();
                let of = of.into_iter().collect::<Option<Vec<_>>>()?;
                clause(quantified(quantifier.value, of))
            }
            ExprKind::OfPerson { person, body } => self.of_person(expr, person, body, env),
            ExprKind::Finding(finding) => self.named_truth(expr, finding, env),
            // `any surgery within …`: of an event that repeats, whichever occurrence.
            ExprKind::Select { selector, of }
                if selector.value == ast::Selector::Any && self.is_occurring(of) =>
            {
                let inner = self.truth(of, env)?;
                clause(inner.rule)
            }
            ExprKind::Attested { verb, by, question } => {
                let key = self.next_key();
                let question =
                    question.as_ref().map_or_else(|| self.asking.clone(), |question| question.value.clone());
                let verb = match verb.value {
                    ast::AttestationVerb::Attested => AttestationVerb::Attested,
                    ast::AttestationVerb::Agreed => AttestationVerb::Agreed,
                    ast::AttestationVerb::Approved => AttestationVerb::Approved,
                    ast::AttestationVerb::Declined => AttestationVerb::Declined,
                };
                clause(Rule::Attested { key, verb, by: by.value.clone(), question })
            }
            ExprKind::TextOnly { because } => {
                let key = self.next_key();
                clause(Rule::Text { key, because: because.value.clone() })
            }
            ExprKind::Unspecified(text) => {
                let key = self.next_key();
                clause(Rule::Text { key, because: text.value.clone() })
            }
            ExprKind::Instead { body, operator, right, guard } => {
                let otherwise = self.truth(body, env);
                let ExprKind::Compare { left, .. } = &unwrapped(body).kind else {
                    self.not_a_truth(expr, "`instead` replaces the limit of one comparison");
                    return None;
                };
                let then = self.compare(left, operator, right, env);
                let condition = self.truth(guard, env);
                let then = Clause { text: text.clone(), rule: then?, origin: expr.span.into() };
                clause(Rule::Choose {
                    condition: Box::new(condition?),
                    then: Box::new(then),
                    otherwise: Box::new(otherwise?),
                })
            }
            ExprKind::Unless { .. } | ExprKind::When { .. } => {
                let word = if matches!(expr.kind, ExprKind::Unless { .. }) { "unless" } else { "when" };
                self.report(
                    Diagnostic::new(
                        &codes::MISPLACED_RULE,
                        expr.span,
                        format!("`{word}` belongs at the end of a criterion"),
                    )
                    .label("inside another rule it reads in two ways")
                    .help("say it with `and not (…)` or `or (…)` here, or make a criterion of its own"),
                );
                None
            }
            ExprKind::Error => None,
            ExprKind::NotStated => {
                self.not_a_truth(expr, "a criterion cannot be `not stated`");
                None
            }
            _ => {
                let text = self.words(expr.span);
                self.not_a_truth(expr, &format!("`{text}` is a value, which neither holds nor fails"));
                None
            }
        }
    }

    fn not_a_truth(&mut self, expr: &Expr, message: &str) {
        let text = self.words(expr.span);
        self.report(
            Diagnostic::new(&codes::NOT_A_TRUTH, expr.span, message).label("compare it with something").help(
                format!("say what must hold, as in `{text} >= …`, `{text} in … to …` or `{text} is …`"),
            ),
        );
    }

    fn truths(&mut self, all: &[Expr], env: &Env<'_>) -> Option<Vec<Clause>> {
        // Every part is looked at, so that every fault is reported.
        Some(all.iter().map(|one| self.truth_or_words(one, env)).collect())
    }

    /// A part with errors is kept as its words, so that the parts beside it are still checked in their place.
    fn truth_or_words(&mut self, expr: &Expr, env: &Env<'_>) -> Clause {
        self.truth(expr, env).unwrap_or_else(|| {
            let rule = Rule::Text { key: self.next_key(), because: HAS_ERRORS.to_owned() };
            Clause { text: self.words(expr.span), rule, origin: expr.span.into() }
        })
    }

    fn next_key(&mut self) -> String {
        match self.keys.last_mut() {
            Some(keys) => keys.next(),
            None => String::new(),
        }
    }

    // ---- names ------------------------------------------------------------------------------------

    fn named_truth(&mut self, expr: &Expr, finding: &ast::Finding, env: &Env<'_>) -> Option<Clause> {
        let name = &finding.name;
        let entity = self.scope.get(Space::Thing, &name.value);
        match entity.map(|entity| entity.keyword()) {
            None if matches!(name.value.as_str(), "sex" | "country" | "arm") => {
                self.not_a_truth(
                    expr,
                    &format!("`{}` is a value, which neither holds nor fails", name.value),
                );
                None
            }
            None => {
                self.unknown_in_rule(name);
                None
            }
            Some(Keyword::Define) => self.expand(expr, finding, env),
            Some(Keyword::Measure | Keyword::Score | Keyword::Derive) => {
                self.not_a_truth(
                    expr,
                    &format!("`{}` is a measure, which neither holds nor fails", name.value),
                );
                None
            }
            Some(Keyword::Person) => {
                let help = format!("say what must hold for them: `for {}: (…)`", name.value);
                self.report(
                    Diagnostic::new(&codes::NOT_A_TRUTH, expr.span, format!("`{}` is a person", name.value))
                        .label("what about them?")
                        .help(help),
                );
                None
            }
            // An event is one moment, so that only its window is to be said.
            Some(Keyword::Event) => {
                let finding = self.finding(finding)?;
                let rule = self.occurrence(expr, finding, ast::Mode::Started, env)?;
                Some(Clause { text: self.words(expr.span), rule, origin: expr.span.into() })
            }
            Some(_) => {
                let text = self.words(expr.span);
                let phrase = env.days.as_ref().map_or(String::new(), |days| format!(" {}", days.window.text));
                self.report(
                    Diagnostic::new(&codes::NO_MODE, expr.span, format!("`{text}` does not say whether it is present, began or ended"))
                        .label("present, started, ended or ever?")
                        .help(format!(
                            "write `{text} present{phrase}` (on some day), `{text} started{phrase}`, `{text} ended{phrase}` or `ever {text}`"
                        )),
                );
                None
            }
        }
    }

    /// A definition's truth in the place of its name.
    fn expand(&mut self, expr: &Expr, finding: &ast::Finding, env: &Env<'_>) -> Option<Clause> {
        let name = &finding.name;
        let item = self.scope.get(Space::Thing, &name.value)?.item;
        if self.expanding.contains(&name.value) {
            let chain = self.expanding.join("` → `");
            self.report(
                Diagnostic::new(&codes::CYCLE, name.span, format!("`{}` is defined by itself", name.value))
                    .label(format!("`{chain}` → `{}`", name.value))
                    .and(item.name_span(), "the definition")
                    .help("define it by what is recorded"),
            );
            return None;
        }
        let written = item.property("rule").map(|property| &property.value).or(item.body.as_ref())?;
        let ast::Value::Expression(body) = &written.value else { return None };
        self.expanding.push(name.value.clone());
        self.keys.push(Keys::of(&name.value, body));
        let asking = std::mem::replace(&mut self.asking, super::label_of(item));
        let inner = self.truth(body, &Env { unanchored: false, ..env.clone() });
        self.asking = asking;
        self.keys.pop();
        self.expanding.pop();
        let inner = inner?;
        Some(Clause { text: self.words(expr.span), rule: inner.rule, origin: expr.span.into() })
    }

    fn of_person(&mut self, expr: &Expr, person: &Name, body: &Expr, env: &Env<'_>) -> Option<Clause> {
        match self.scope.get(Space::Thing, &person.value) {
            Some(entity) if entity.keyword() == Keyword::Person => {}
            _ => {
                let persons: Vec<&str> = self
                    .scope
                    .all(Space::Thing)
                    .filter(|(_, entity)| entity.keyword() == Keyword::Person)
                    .map(|(name, _)| name)
                    .collect();
                let otherwise = format!("declare the person: `person {} \"…\"`", person.value);
                let found = self.scope.unknown(&codes::UNKNOWN_NAME, person, "person", &persons, &otherwise);
                self.report(found);
            }
        }
        let of = Box::new(self.truth(body, env)?);
        let rule = Rule::OfPerson { person: person.value.clone(), of };
        Some(Clause { text: self.words(expr.span), rule, origin: expr.span.into() })
    }

    // ---- occurrences ------------------------------------------------------------------------------

    fn occurs(&mut self, expr: &Expr, mode: &Spanned<ast::Mode>, of: &Expr, env: &Env<'_>) -> Option<Clause> {
        let text = self.words(expr.span);
        match &of.kind {
            ExprKind::Parenthesised(inner) => self.occurs(expr, mode, inner, env),
            ExprKind::Timed { of, phrase } => {
                let days = self.phrase_or_open(phrase);
                self.occurs(expr, mode, of, &env.within(days))
            }
            ExprKind::It => match env.it {
                Some(it) => self.occurs(expr, mode, it, &env.without_it()),
                None => None,
            },
            ExprKind::Quantified { quantifier, list, predicate: None } => {
                let of: Vec<Option<Clause>> = list
                    .iter()
                    .map(|one| {
                        let mut inner = self.occurs(expr, mode, one, env)?;
                        inner.text = format!("{}: {}", self.words(one.span), mode_word(mode.value));
                        Some(inner)
                    })
                    .collect();
                let of = of.into_iter().collect::<Option<Vec<_>>>()?;
                Some(Clause { text, rule: quantified(quantifier.value, of), origin: expr.span.into() })
            }
            // `ever taking steroids`: the outer word says when.
            ExprKind::Occurs { mode: inner, of } if mode.value == ast::Mode::Ever => {
                let mode = if inner.value == ast::Mode::Taking { mode } else { inner };
                self.occurs(expr, mode, of, env)
            }
            ExprKind::Finding(finding) if self.is_definition(&finding.name.value) => {
                // `ever childbearing_potential`: the definition says itself when.
                self.expand(of, finding, env)
            }
            ExprKind::Finding(finding) => {
                let finding = self.finding(finding)?;
                let rule = self.occurrence(expr, finding, mode.value, env)?;
                Some(Clause { text, rule, origin: expr.span.into() })
            }
            ExprKind::Error => None,
            _ => {
                self.report(
                    Diagnostic::new(&codes::WRONG_SORT, of.span, "this is not something that occurs")
                        .label(format!(
                            "`{}` speaks of a condition, drug, procedure or event",
                            mode_word(mode.value)
                        ))
                        .help("name what occurs, or compare a value instead"),
                );
                None
            }
        }
    }

    /// Whether an expression names something that occurs.
    fn is_occurring(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Parenthesised(of) | ExprKind::Timed { of, .. } | ExprKind::Occurs { of, .. } => {
                self.is_occurring(of)
            }
            ExprKind::Finding(finding) => self
                .scope
                .get(Space::Thing, &finding.name.value)
                .is_some_and(|entity| super::concept::domain(entity.keyword()).is_some()),
            _ => false,
        }
    }

    fn is_definition(&self, name: &str) -> bool {
        self.scope.get(Space::Thing, name).is_some_and(|entity| entity.keyword() == Keyword::Define)
    }

    fn occurrence(&mut self, expr: &Expr, finding: Finding, mode: ast::Mode, env: &Env<'_>) -> Option<Rule> {
        let throughout = env.days.as_ref().is_some_and(|days| days.throughout);
        let mode = match mode {
            ast::Mode::Ever => {
                let window = env.days.as_ref().map_or_else(ever, |days| days.window.clone());
                return Some(Rule::Occurs { finding, mode: Mode::Ever, window });
            }
            ast::Mode::Present | ast::Mode::Taking => Self::mode(throughout, Mode::Present),
            ast::Mode::Started => Mode::Started,
            ast::Mode::Ended => Mode::Ended,
        };
        let window = self.window(expr, env)?;
        Some(Rule::Occurs { finding, mode, window })
    }

    /// The truth that `no …` denies: present in its window, ever without one.
    fn absence(&mut self, of: &Expr, env: &Env<'_>) -> Option<Clause> {
        match &of.kind {
            ExprKind::Parenthesised(inner) => self.absence(inner, env),
            ExprKind::Timed { of: inner, phrase } => {
                let days = self.phrase_or_open(phrase);
                let mut clause = self.absence(inner, &env.within(days))?;
                clause.text = self.words(of.span);
                Some(clause)
            }
            ExprKind::It => match env.it {
                Some(it) => self.absence(it, &env.without_it()),
                None => None,
            },
            ExprKind::Finding(finding) if !self.is_definition(&finding.name.value) => {
                let found = self.finding(finding)?;
                let mode = if env.days.is_some() { ast::Mode::Present } else { ast::Mode::Ever };
                // Absence for a whole window is the same as presence on no day of it.
                let env = Env {
                    days: env.days.clone().map(|days| Days { throughout: false, ..days }),
                    ..env.clone()
                };
                let rule = self.occurrence(of, found, mode, &env)?;
                Some(Clause { text: self.words(of.span), rule, origin: of.span.into() })
            }
            ExprKind::Occurs { mode, of: inner } => {
                let env = Env {
                    days: env.days.clone().map(|days| Days { throughout: false, ..days }),
                    ..env.clone()
                };
                self.occurs(of, mode, inner, &env)
            }
            _ => self.truth(of, env),
        }
    }

    // ---- comparisons ------------------------------------------------------------------------------

    fn compare(
        &mut self,
        left: &Expr,
        operator: &Spanned<ast::Comparator>,
        right: &Expr,
        env: &Env<'_>,
    ) -> Option<Rule> {
        let left_value = self.value(left, env);
        if let Some(found) = self.compare_levels(left_value.as_ref(), operator, right) {
            return found;
        }
        // A limit's own window is the measure's; nothing is looked up on the right when it is a literal.
        let right_value = self.value(right, env);
        let (mut left, mut right) = (left_value?, right_value?);
        if matches!(left.sort, Sort::Literal(_)) && !matches!(right.sort, Sort::Literal(_)) {
            // `1.5 < inr at screening`: the value comes first in the model.
            std::mem::swap(&mut left, &mut right);
            let operator = comparator(flipped(operator.value));
            return self.comparison(left, operator, right);
        }
        self.comparison(left, comparator(operator.value), right)
    }

    fn comparison(
        &mut self,
        mut left: Typed,
        operator: crate::model::Comparator,
        right: Typed,
    ) -> Option<Rule> {
        let literal_unit = match &right.sort {
            Sort::Literal(quantity) => quantity.unit.as_ref().map(|unit| unit.value.clone()),
            _ => None,
        };
        let relation = unit_of_relation(&left);
        let right = self.fit(right, &left, None)?;
        if let Some(unit) = literal_unit.as_deref().and_then(time_unit) {
            set_time_unit(&mut left.term, unit);
        }
        let unit = constant_unit(&right).or(relation);
        Some(Rule::Compare { left: left.term, operator, right, unit })
    }

    /// `nyha >= III`: an ordered level is compared by listing the levels that satisfy it.
    fn compare_levels(
        &mut self,
        left: Option<&Typed>,
        operator: &Spanned<ast::Comparator>,
        right: &Expr,
    ) -> Option<Option<Rule>> {
        let left = left?;
        let Sort::Coded { levels, ordered, label } = &left.sort else { return None };
        let name = match &right.kind {
            ExprKind::Finding(finding) if finding.qualifiers.is_empty() => finding.name.clone(),
            ExprKind::Quantity(quantity) if quantity.unit.is_none() => {
                Spanned::new(quantity.number_text.clone(), quantity.number.span)
            }
            _ => return None,
        };
        let (levels, ordered, label) = (levels.clone(), *ordered, label.clone());
        if !self.known_level(&name, &levels, &label) {
            return Some(None);
        }
        let at = levels.iter().position(|level| level.value == name.value)?;
        let is_equality = matches!(operator.value, ast::Comparator::Equal | ast::Comparator::NotEqual);
        if !ordered && !is_equality {
            self.report(
                Diagnostic::new(
                    &codes::NOT_COMPARABLE,
                    operator.span,
                    format!("the values of {label} have no order"),
                )
                .label("cannot be larger or smaller")
                .help(format!("write `{} is {}`, or declare it as a `score`", left.term.text, name.value)),
            );
            return Some(None);
        }
        let comparison = comparator(operator.value);
        let one_of = levels
            .iter()
            .enumerate()
            .filter(|(index, _)| comparison.holds(index.cmp(&at)))
            .map(|(_, level)| level.value.clone());
        Some(Some(Rule::Is { value: left.term.clone(), one_of: one_of.collect() }))
    }

    pub(super) fn known_level(&mut self, name: &Name, levels: &[Level], label: &str) -> bool {
        if levels.is_empty() || levels.iter().any(|level| level.value == name.value) {
            return true;
        }
        let values: Vec<&str> = levels.iter().map(|level| level.value.as_str()).collect();
        let found = Diagnostic::new(
            &codes::UNKNOWN_LEVEL,
            name.span,
            format!("`{}` is not a value of {label}", name.value),
        );
        let found = match did_you_mean(&name.value, values.iter().copied()) {
            Some(other) => found.label(format!("did you mean `{other}`?")).fix(name.span, other),
            None => found.label("not among its values"),
        };
        self.report(found.help(format!("the values are {}", values.join(", "))));
        false
    }

    fn between(&mut self, value: &Expr, low: &Expr, high: &Expr, env: &Env<'_>) -> Option<Rule> {
        let value = self.value(value, env);
        let (low_value, high_value) = (self.value(low, env), self.value(high, env));
        let (mut value, low_value, high_value) = (value?, low_value?, high_value?);
        let unit_at = |typed: &Typed| match &typed.sort {
            Sort::Literal(quantity) => quantity.unit.clone(),
            _ => None,
        };
        let (low_unit, high_unit) = (unit_at(&low_value), unit_at(&high_value));
        if let (Sort::Literal(a), Sort::Literal(b)) = (&low_value.sort, &high_value.sort) {
            self.check_order(a, b)?;
        }
        let relation = unit_of_relation(&value);
        let low = self.fit(low_value, &value, high_unit.as_ref())?;
        let high = self.fit(high_value, &value, low_unit.as_ref())?;
        if let Some(unit) = high_unit.or(low_unit).and_then(|unit| time_unit(&unit.value)) {
            set_time_unit(&mut value.term, unit);
        }
        let unit = constant_unit(&high).or_else(|| constant_unit(&low)).or(relation);
        Some(Rule::Between { value: value.term, low, high, unit })
    }

    fn check_order(&mut self, low: &Quantity, high: &Quantity) -> Option<()> {
        let same_unit = match (&low.unit, &high.unit) {
            (Some(low), Some(high)) => low.value == high.value,
            _ => true,
        };
        if !same_unit || low.number.value <= high.number.value {
            return Some(());
        }
        let span = low.number.span.to(high.number.span);
        let unit =
            high.unit.as_ref().or(low.unit.as_ref()).map_or(String::new(), |unit| format!(" {}", unit.value));
        let message = format!("no value lies between {} and {}", low.number_text, high.number_text);
        self.report(
            Diagnostic::new(&codes::EMPTY_RANGE, span, message)
                .label("the range ends before it begins")
                .help(format!(
                    "write the lower end first: `in {} to {}{unit}`",
                    high.number_text, low.number_text
                )),
        );
        None
    }

    fn is(&mut self, value: &Expr, one_of: &[Name], env: &Env<'_>) -> Option<Rule> {
        let value = self.value(value, env)?;
        let (levels, label) = match &value.sort {
            Sort::Coded { levels, label, .. } => (levels.clone(), label.clone()),
            Sort::Score { low, high, label } => {
                let levels = (*low..=*high).map(|value| Level { value: value.to_string(), label: None });
                (levels.collect(), label.clone())
            }
            _ => {
                let text = value.term.text.clone();
                let names: Vec<&str> = one_of.iter().map(|name| name.value.as_str()).collect();
                self.report(
                    Diagnostic::new(
                        &codes::NOT_COMPARABLE,
                        value.span,
                        format!("`{text}` is a number, not one of a list of values"),
                    )
                    .label(format!("cannot be `{}`", names.join("` or `")))
                    .help("compare it with `=`, `<`, `>` or `in … to …`"),
                );
                return None;
            }
        };
        let known = one_of.iter().map(|name| self.known_level(name, &levels, &label)).collect::<Vec<_>>();
        if known.contains(&false) {
            return None;
        }
        Some(Rule::Is { value: value.term, one_of: one_of.iter().map(|name| name.value.clone()).collect() })
    }

    fn steady(
        &mut self,
        value: &Expr,
        at_most: &Quantity,
        reference: &Spanned<ast::Selector>,
        env: &Env<'_>,
    ) -> Option<Rule> {
        let measure = self.value(value, env)?;
        let measured_in_percent =
            matches!(&measure.sort, Sort::Measure { unit: Some(unit), .. } if unit.ucum == "%");
        let is_percent = at_most.unit.as_ref().is_some_and(|unit| unit.value == "%");
        let tolerance = if is_percent && measured_in_percent {
            let number = &at_most.number_text;
            self.report(
                Diagnostic::new(&codes::AMBIGUOUS_PERCENT, at_most.number.span, format!("`{number} %` can mean {number} points or a share of the value"))
                    .label("the measure itself is in percent")
                    .help("give the tolerance in another unit of the measure, or compare the highest with the lowest value"),
            );
            return None;
        } else if is_percent {
            Tolerance::Percent { percent: at_most.number.value.clone() }
        } else {
            let literal = Expr::new(ExprKind::Quantity(at_most.clone()), at_most.number.span);
            let literal = self.value(&literal, env)?;
            let fitted = self.fit(literal, &measure, None)?;
            Tolerance::Absolute { number: at_most.number.value.clone(), unit: constant_unit(&fitted) }
        };
        let reference = super::term::model_selector(reference.value);
        Some(Rule::Steady { measure: measure.term, tolerance, reference })
    }
}

/// At any time up to the decision.
fn ever() -> Window {
    Window { from: None, to: Some(Moment { offset: None, of: Anchor::Decision }), text: "ever".into() }
}

fn negate(rule: Rule, negated: bool, text: &str, span: Span) -> Rule {
    if !negated {
        return rule;
    }
    Rule::Not { of: Box::new(Clause { text: text.to_owned(), rule, origin: span.into() }) }
}

fn quantified(quantifier: Quantifier, of: Vec<Clause>) -> Rule {
    match quantifier {
        Quantifier::Each => Rule::All { of },
        Quantifier::Any | Quantifier::AtLeast(1) => Rule::Any { of },
        Quantifier::AtLeast(low) => Rule::Count { of, low: Some(low), high: None },
        Quantifier::AtMost(high) => Rule::Count { of, low: None, high: Some(high) },
        Quantifier::Exactly(count) => Rule::Count { of, low: Some(count), high: Some(count) },
        Quantifier::None => Rule::Count { of, low: None, high: Some(0) },
    }
}

fn unwrapped(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Parenthesised(inner) => unwrapped(inner),
        _ => expr,
    }
}

fn mode_word(mode: ast::Mode) -> &'static str {
    match mode {
        ast::Mode::Present => "present",
        ast::Mode::Started => "started",
        ast::Mode::Ended => "ended",
        ast::Mode::Ever => "ever",
        ast::Mode::Taking => "taking",
    }
}

fn flipped(operator: ast::Comparator) -> ast::Comparator {
    match operator {
        ast::Comparator::Less => ast::Comparator::Greater,
        ast::Comparator::AtMost => ast::Comparator::AtLeast,
        ast::Comparator::AtLeast => ast::Comparator::AtMost,
        ast::Comparator::Greater => ast::Comparator::Less,
        same => same,
    }
}

/// The unit in which a comparison with this value is made when the other side brings none.
fn unit_of_relation(typed: &Typed) -> Option<crate::model::UnitRef> {
    match &typed.sort {
        Sort::Measure { unit, .. } => unit.clone(),
        _ => None,
    }
}

fn constant_unit(term: &Term) -> Option<crate::model::UnitRef> {
    match &term.value {
        Value::Constant { unit, .. } => unit.clone(),
        _ => None,
    }
}

/// Says in which unit of time completed units are counted.
fn set_time_unit(term: &mut Term, to: TimeUnit) {
    match &mut term.value {
        Value::Age { unit, .. } | Value::DurationOf { unit, .. } => *unit = to,
        _ => {}
    }
}

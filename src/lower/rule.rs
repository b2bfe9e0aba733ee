//! Truths of rules: connectives, lists, answers, definitions in the place of their names.

use super::Lowering;
use super::env::{Env, Keys};
use super::finding::Sought;
use super::points::is_points;
use crate::ast::{self, Expr, ExprKind, Keyword, Name, Quantifier};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{AttestationVerb, Clause, HAS_ERRORS, Rule, Selector, Tolerance};
use crate::resolve::Space;
use crate::source::Span;

impl Lowering<'_> {
    pub(super) fn truth(&mut self, expr: &Expr, env: &Env<'_>) -> Option<Clause> {
        let text = self.words(expr.span);
        let clause = |rule: Rule| Some(Clause { text: text.clone(), rule, origin: expr.span.into() });
        match &expr.kind {
            ExprKind::Parenthesised(inner) => self.truth(inner, env),
            ExprKind::Timed { of, phrase } | ExprKind::Within { phrase, body: of } => {
                let inner = self.in_time(phrase, of, env, |lowering, env| lowering.truth(of, env))?;
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
                self.not_for(expr, of)?;
                let of = Box::new(self.truth(of, env)?);
                clause(Rule::Not { of })
            }
            ExprKind::No(of) => {
                let inner = self.absence(of, env)?;
                clause(Rule::Not { of: Box::new(inner) })
            }
            ExprKind::Occurs { mode, of } => self.occurs(expr, mode, of, env),
            ExprKind::Compare { left, operator, right } if is_points(left) => {
                let rule = self.points_compared(left, operator.value, right, env)?;
                clause(rule)
            }
            ExprKind::In { value, negated, low, high } if is_points(value) => {
                let rule = self.points_between(value, low, high, env)?;
                clause(negate(rule, *negated, &text, expr.span))
            }
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
            ExprKind::Trend { value, falls, values, apart } => {
                let rule = self.trend(value, *falls, values, apart.as_ref(), env)?;
                clause(rule)
            }
            ExprKind::Stable(of) => {
                let text = self.words(of.span);
                // The time phrase of `stable` is that of the whole.
                let (what, when) = match text.split_once(" stable") {
                    Some((what, when)) => (what, when.trim()),
                    None => (text.as_str(), ""),
                };
                let when = if when.is_empty() { "over the 3 months before randomization" } else { when };
                self.report(
                    Diagnostic::new(&codes::STABLE_WITHOUT_TOLERANCE, expr.span, "`stable` does not say how much change is allowed")
                        .label("no tolerance")
                        .help(format!(
                            "say how far values may differ: `{what} differs by at most 10 % from its first value {when}`"
                        )),
                );
                // What must be stable is known: the therapy and the time are still checked.
                let measure = self.value(of, &env.of_every_day())?.term;
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
                self.check_count(quantifier, of.len());
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
                let question = match (question, &env.days) {
                    (Some(question), Some(days)) => in_that_time(&question.value, &days.window.text),
                    (Some(question), None) => question.value.clone(),
                    // The wording of the criterion says its time.
                    (None, _) => self.asking.clone(),
                };
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
                let (word, help) = self.condition_inside(expr);
                self.report(
                    Diagnostic::new(
                        &codes::MISPLACED_RULE,
                        expr.span,
                        format!("`{word}` belongs at the end of a criterion"),
                    )
                    .label("inside another rule it reads in two ways")
                    .help(help),
                );
                None
            }
            ExprKind::Error => None,
            ExprKind::NotStated => {
                self.not_a_truth(expr, "a criterion cannot be `not stated`");
                None
            }
            ExprKind::Arithmetic { left, operator, right }
                if operator.value == ast::ArithmeticOperator::Divide
                    && [left, right].iter().all(|side| matches!(&side.kind, ExprKind::Finding(_))) =>
            {
                let [one, other] = [self.words(left.span), self.words(right.span)];
                self.report(
                    Diagnostic::new(&codes::NOT_A_TRUTH, expr.span, "a division neither holds nor fails")
                        .label("both, or one of them?")
                        .help(format!("write `{one} … or {other} …` where one is enough, `{one} … and {other} …` where both are needed")),
                );
                None
            }
            _ => {
                let message = if is_points(expr) {
                    "a sum of points neither holds nor fails".to_owned()
                } else {
                    format!("`{}` is a value, which neither holds nor fails", self.words(expr.span))
                };
                self.not_a_truth(expr, &message);
                None
            }
        }
    }

    fn not_a_truth(&mut self, expr: &Expr, message: &str) {
        let text = self.words(expr.span);
        let text = if is_points(expr) { "points of (…)".to_owned() } else { text };
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

    /// The last of the values that a measure can have: of two, the one that is asked for most.
    fn usual_value(&self, name: &str) -> Option<String> {
        let values = self.scope.get(Space::Thing, name)?.item.property("values")?;
        let ast::Value::Levels(levels) = &values.value.value else { return None };
        levels.last().map(|level| level.value.value.clone())
    }

    /// A condition that stands inside another rule: its word, and its two readings.
    fn condition_inside(&self, expr: &Expr) -> (&'static str, String) {
        let (word, [one, other]) = match &expr.kind {
            ExprKind::Unless { body, exception } => {
                let (body, exception) = (self.words(body.span), self.words(exception.span));
                ("unless", [format!("({body} or {exception})"), format!("({body} and not {exception})")])
            }
            ExprKind::When { body, guard } => {
                let (body, guard) = (self.words(body.span), self.words(guard.span));
                ("when", [format!("({body} or not ({guard}))"), format!("({body} and {guard})")])
            }
            _ => ("when", [String::new(), String::new()]),
        };
        let help = format!(
            "write `{one}` where the others are not asked, `{other}` where both must hold; or make a criterion of its own"
        );
        (word, help)
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
            None if finding.qualifiers.iter().any(|word| !super::finding::is_qualifier(&word.value)) => {
                let text = self.words(expr.span);
                let words: Vec<&str> = finding
                    .qualifiers
                    .iter()
                    .map(|word| word.value.as_str())
                    .chain([name.value.as_str()])
                    .collect();
                if let [finding, "absent" | "never"] = words.as_slice() {
                    let good = format!("no {finding}");
                    self.report(
                        Diagnostic::new(
                            &codes::WORD_FOR_SYMBOL,
                            expr.span,
                            format!("`{text}` is written `{good}`"),
                        )
                        .help(format!("write `{good}`, and when, as in `{good} before randomization`"))
                        .fix(expr.span, good),
                    );
                    return None;
                }
                let one = words.join("_").to_lowercase();
                let help = match words.as_slice() {
                    [measure, value @ ("positive" | "negative")] => format!(
                        "write `{measure} is {value}` of a measure with these values: `measure {measure} \"…\" {{ values: negative, positive }}`"
                    ),
                    _ => format!(
                        "declare it under one name, `condition {one} \"…\"`, and write `{one} present at …`; where somebody must judge, `attested by investigator \"…\"`"
                    ),
                };
                self.report(
                    Diagnostic::new(&codes::UNDECLARED, expr.span, format!("`{text}` is declared nowhere"))
                        .label("a name is one word")
                        .help(help),
                );
                None
            }
            None => {
                self.unknown_in_rule(name, Sought::Anything);
                None
            }
            Some(Keyword::Define) => self.expand(expr, finding, env),
            Some(Keyword::Measure | Keyword::Score | Keyword::Derive)
                if self.usual_value(&name.value).is_some() =>
            {
                let (text, value) =
                    (self.words(expr.span), self.usual_value(&name.value).unwrap_or_default());
                self.report(
                    Diagnostic::new(
                        &codes::NOT_A_TRUTH,
                        expr.span,
                        format!("`{}` is a measure, which neither holds nor fails", name.value),
                    )
                    .label("which of its values?")
                    .help(format!("say which values count, as in `{text} is {value}`")),
                );
                None
            }
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
            Some(keyword) => {
                let text = self.words(expr.span);
                // The text of a window that could not be read is empty: its time is still to be written.
                let window = env.days.as_ref().map(|days| match days.window.text.as_str() {
                    "" => " …".to_owned(),
                    text => format!(" {text}"),
                });
                let phrase = window.clone().unwrap_or_default();
                if matches!(keyword, Keyword::Drug | Keyword::DrugClass) {
                    self.report(drug_without_taking(expr, finding, &text, &phrase));
                    return None;
                }
                let phrase = window.unwrap_or_else(|| " at consent".to_owned());
                if keyword == Keyword::Procedure {
                    self.report(
                        Diagnostic::new(&codes::NO_MODE, expr.span, format!("`{text}` does not say whether it was performed then, or ever"))
                            .label("performed, started, ended or ever?")
                            .help(format!(
                                "write `{text} performed{phrase}` (on some day), `ever {text}`, or of a treatment that lasts `{text} started{phrase}`, `{text} ended{phrase}`"
                            )),
                    );
                    return None;
                }
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
    pub(super) fn expand(&mut self, expr: &Expr, finding: &ast::Finding, env: &Env<'_>) -> Option<Clause> {
        let name = &finding.name;
        let item = self.scope.get(Space::Thing, &name.value)?.item;
        self.bare(finding, "a definition")?;
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
}

fn negate(rule: Rule, negated: bool, text: &str, span: Span) -> Rule {
    if !negated {
        return rule;
    }
    Rule::Not { of: Box::new(Clause { text: text.to_owned(), rule, origin: span.into() }) }
}

pub(super) fn quantified(quantifier: Quantifier, of: Vec<Clause>) -> Rule {
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

/// A drug is taken, which the language says with one word.
fn drug_without_taking(expr: &Expr, finding: &ast::Finding, text: &str, phrase: &str) -> Diagnostic {
    let taken = finding.qualifiers.iter().find(|word| ast::WORDS_FOR_TAKING.contains(&word.value.as_str()));
    let drug = match taken {
        Some(word) => text.replacen(&format!("{} ", word.value), "", 1),
        None => text.to_owned(),
    };
    let (span, said) = match taken {
        Some(word) => (word.span, format!("`{}`: of a drug the language says `taking`", word.value)),
        None => (expr.span, format!("`{text}` does not say whether it is taken, was begun or was stopped")),
    };
    Diagnostic::new(&codes::NO_MODE, span, said).label("taking, started, ended or ever?").help(format!(
        "write `taking {drug}{phrase}` (on some day), `{drug} started{phrase}`, `{drug} ended{phrase}` or `ever {drug}`"
    ))
}

/// A question that stands inside a time phrase: who answers it sees only the question.
fn in_that_time(question: &str, time: &str) -> String {
    match question.contains(time) {
        true => question.to_owned(),
        false => format!("{question} ({time})"),
    }
}

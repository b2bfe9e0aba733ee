//! Truths of what occurs: present, started, ended, ever, and known not to be.

use super::Lowering;
use super::env::Env;
use super::rule::quantified;
use super::time::Days;
use crate::ast::{self, Expr, ExprKind, Keyword};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Anchor, Clause, Domain, Finding, Mode, Moment, Rule, Window};
use crate::resolve::Space;
use crate::source::{Span, Spanned};

impl Lowering<'_> {
    pub(super) fn occurs(
        &mut self,
        expr: &Expr,
        mode: &Spanned<ast::Mode>,
        of: &Expr,
        env: &Env<'_>,
    ) -> Option<Clause> {
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
                let found = self.finding(finding)?;
                if mode.value == ast::Mode::Performed && found.domain != Domain::Procedure {
                    self.not_performed(mode.span, &finding.name.value, found.domain);
                    return None;
                }
                let rule = self.occurrence(expr, found, mode.value, env)?;
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

    /// `stroke performed within …`.
    fn not_performed(&mut self, word: Span, name: &str, domain: Domain) {
        let (what, good) = match domain {
            Domain::Drug | Domain::DrugClass => ("a drug is taken", format!("write `taking {name}`")),
            Domain::Event => ("an event occurs", format!("write `{name}` and its window")),
            _ => ("a condition is present, or starts", format!("write `{name} present` or `{name} started`")),
        };
        let message = format!("`performed` is said of procedures: {what}");
        self.report(
            Diagnostic::new(&codes::WRONG_SORT, word, message)
                .label(format!("`{name}` is no procedure"))
                .help(format!("{good}; or declare it as `procedure {name} \"…\"`")),
        );
    }

    /// Whether an expression names something that occurs.
    pub(super) fn is_occurring(&self, expr: &Expr) -> bool {
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

    pub(super) fn is_definition(&self, name: &str) -> bool {
        self.scope.get(Space::Thing, name).is_some_and(|entity| entity.keyword() == Keyword::Define)
    }

    pub(super) fn occurrence(
        &mut self,
        expr: &Expr,
        finding: Finding,
        mode: ast::Mode,
        env: &Env<'_>,
    ) -> Option<Rule> {
        let throughout = env.days.as_ref().is_some_and(|days| days.throughout);
        let mode = match mode {
            ast::Mode::Ever => {
                let window = env.days.as_ref().map_or_else(ever, |days| days.window.clone());
                return Some(Rule::Occurs { finding, mode: Mode::Ever, window });
            }
            ast::Mode::Present | ast::Mode::Performed | ast::Mode::Taking => {
                Self::mode(throughout, Mode::Present)
            }
            ast::Mode::Started => Mode::Started,
            ast::Mode::Ended => Mode::Ended,
        };
        let window = self.window(expr, env)?;
        Some(Rule::Occurs { finding, mode, window })
    }

    /// The truth that `no …` denies: present in its window, ever without one.
    pub(super) fn absence(&mut self, of: &Expr, env: &Env<'_>) -> Option<Clause> {
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
}

/// At any time up to the decision.
fn ever() -> Window {
    Window { from: None, to: Some(Moment { offset: None, of: Anchor::Decision }), text: "ever".into() }
}

fn mode_word(mode: ast::Mode) -> &'static str {
    match mode {
        ast::Mode::Present => "present",
        ast::Mode::Performed => "performed",
        ast::Mode::Started => "started",
        ast::Mode::Ended => "ended",
        ast::Mode::Ever => "ever",
        ast::Mode::Taking => "taking",
    }
}

//! Truths of what occurs: present, started, ended, ever, and known not to be.

use super::Lowering;
use super::env::Env;
use super::rule::quantified;
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
                self.in_time(phrase, of, env, |lowering, env| lowering.occurs(expr, mode, of, env))
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
            // `ever taking steroids`: the outer word says when, the inner one of what.
            ExprKind::Occurs { mode: inner, of }
                if mode.value == ast::Mode::Ever && inner.value == ast::Mode::Taking =>
            {
                self.is_taken(inner, of, env)?;
                self.occurs(expr, mode, of, env)
            }
            ExprKind::Occurs { mode: inner, .. } => {
                self.two_modes(mode, inner);
                None
            }
            ExprKind::Finding(finding) if self.is_definition(&finding.name.value) => {
                self.mode_of_definition(mode, &finding.name);
                None
            }
            ExprKind::Finding(finding) => {
                let found = self.finding(finding)?;
                self.mode_fits(mode, &found)?;
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

    /// Whether all that an expression names are drugs.
    fn is_taken(&mut self, taking: &Spanned<ast::Mode>, of: &Expr, env: &Env<'_>) -> Option<()> {
        match &of.kind {
            ExprKind::Parenthesised(of) | ExprKind::Timed { of, .. } => self.is_taken(taking, of, env),
            ExprKind::It => env.it.map_or(Some(()), |it| self.is_taken(taking, it, &env.without_it())),
            ExprKind::Quantified { list, predicate: None, .. } => {
                list.iter().try_for_each(|one| self.is_taken(taking, one, env))
            }
            ExprKind::Finding(finding) if !self.is_definition(&finding.name.value) => {
                let found = self.finding(finding)?;
                self.mode_fits(taking, &found)
            }
            _ => Some(()),
        }
    }

    /// `performed` is said of procedures, `taking` of drugs.
    pub(super) fn mode_fits(&mut self, mode: &Spanned<ast::Mode>, found: &Finding) -> Option<()> {
        match (mode.value, found.domain) {
            (ast::Mode::Performed, domain) if domain != Domain::Procedure => {
                self.not_performed(mode.span, &found.name, domain);
                None
            }
            (ast::Mode::Taking, domain) if !matches!(domain, Domain::Drug | Domain::DrugClass) => {
                self.not_taken(mode.span, &found.name, domain);
                None
            }
            _ => Some(()),
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
        let mode = match mode {
            ast::Mode::Ever if env.days.is_none() => {
                return Some(Rule::Occurs { finding, mode: Mode::Ever, window: ever() });
            }
            ast::Mode::Ever => Mode::Ever,
            ast::Mode::Present | ast::Mode::Performed | ast::Mode::Taking => {
                let throughout = env.days.as_ref().is_some_and(|days| days.throughout);
                let mode = if throughout { Mode::Throughout } else { Mode::Present };
                let window = self.window(expr, &env.of_every_day())?;
                return Some(Rule::Occurs { finding, mode, window });
            }
            ast::Mode::Started => Mode::Started,
            ast::Mode::Ended => Mode::Ended,
        };
        let window = self.window(expr, env)?;
        Some(Rule::Occurs { finding, mode, window })
    }

    /// The truth that `no …` denies: present in its window, ever without one.
    /// Absence for a whole window is the same as presence on no day of it.
    pub(super) fn absence(&mut self, of: &Expr, env: &Env<'_>) -> Option<Clause> {
        let env = &env.on_some_day();
        match &of.kind {
            ExprKind::Parenthesised(inner) => self.absence(inner, env),
            ExprKind::Timed { of: inner, phrase } => {
                let mut clause =
                    self.in_time(phrase, inner, env, |lowering, env| lowering.absence(inner, env))?;
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
                let rule = self.occurrence(of, found, mode, env)?;
                Some(Clause { text: self.words(of.span), rule, origin: of.span.into() })
            }
            ExprKind::Occurs { mode, of: inner } => self.occurs(of, mode, inner, env),
            _ => self.truth(of, env),
        }
    }
}

/// At any time up to the decision.
pub(super) fn ever() -> Window {
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

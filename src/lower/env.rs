//! What surrounds an expression, and the keys of the answers that it asks for.

use super::time::Days;
use crate::ast::{Expr, ExprKind};
use crate::model::Selector;

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
    /// What is looked at lasts, so that it can be asked for on every day of a window.
    pub lasts: bool,
}

impl<'e> Env<'e> {
    pub(super) fn derivation() -> Self {
        Self { unanchored: true, ..Self::default() }
    }

    pub(super) fn within(&self, days: Days) -> Self {
        Self { days: Some(days), ..self.clone() }
    }

    /// What stands here can be there on every day.
    pub(super) fn of_every_day(&self) -> Self {
        Self { lasts: true, ..self.clone() }
    }

    /// Not all of the days are asked for, but some.
    pub(super) fn on_some_day(&self) -> Self {
        Self { days: self.days.clone().map(|days| Days { throughout: false, ..days }), ..self.clone() }
    }

    pub(super) fn selecting(&self, select: Selector) -> Self {
        Self { select: Some(select), ..self.clone() }
    }

    pub(super) fn about<'f>(&self, it: &'f Expr) -> Env<'f> {
        Env {
            it: Some(it),
            days: self.days.clone(),
            select: self.select,
            unanchored: self.unanchored,
            outcome: self.outcome,
            lasts: self.lasts,
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

    pub(super) fn next(&mut self) -> String {
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
        ExprKind::Points(points) => points.iter().map(|point| questions(&point.truth)).sum(),
        ExprKind::Compare { left: of, .. } | ExprKind::In { value: of, .. } => questions(of),
        ExprKind::Unless { body, exception: other }
        | ExprKind::When { body, guard: other }
        | ExprKind::Instead { body, guard: other, .. } => questions(body) + questions(other),
        _ => 0,
    }
}

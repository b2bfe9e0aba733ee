//! A limit to how deep a tree may become, so that whoever walks it by recursion cannot run out of stack.

use crate::ast::{Expr, ExprKind};
use crate::diagnostics::{Diagnostic, codes};

/// Deepest tree that leaves the reader. 64 pairs of parentheses with what stands between them stay below it.
const DEEPEST: usize = 300;

/// The tree, if it is not too deep; else the part that goes too deep is reported.
pub(super) fn within_limit(mut expr: Expr, diagnostics: &mut Vec<Diagnostic>) -> Option<Expr> {
    let mut waiting = vec![(&expr, 1)];
    let mut too_deep = None;
    while let Some((expr, depth)) = waiting.pop() {
        if depth > DEEPEST {
            too_deep = Some(expr.span);
            break;
        }
        waiting.extend(children(expr).into_iter().map(|child| (child, depth + 1)));
    }
    let Some(span) = too_deep else { return Some(expr) };
    diagnostics.push(
        Diagnostic::new(&codes::TOO_DEEP, span, format!("this is nested more than {DEEPEST} deep"))
            .help("give the inner parts names of their own with `define` or `derive`, and use the names"),
    );
    dismantle(&mut expr);
    None
}

/// Takes a tree apart without recursion.
pub(super) fn dismantle(expr: &mut Expr) {
    let span = expr.span;
    let mut waiting = vec![std::mem::replace(&mut expr.kind, ExprKind::Error)];
    while let Some(mut kind) = waiting.pop() {
        for child in children_mut(&mut kind) {
            waiting.push(std::mem::replace(child, Expr::new(ExprKind::Error, span)).kind);
        }
    }
}

macro_rules! children_of {
    ($kind:expr, $iter:ident, $as_deref:ident) => {
        match $kind {
            ExprKind::Quantity(_)
            | ExprKind::Limit { .. }
            | ExprKind::Age
            | ExprKind::TimeBetween { .. }
            | ExprKind::It
            | ExprKind::Attested { .. }
            | ExprKind::TextOnly { .. }
            | ExprKind::NotStated
            | ExprKind::Unspecified(_)
            | ExprKind::Error => Vec::new(),
            ExprKind::Finding(finding) => finding.with.$as_deref().into_iter().collect(),
            ExprKind::Select { of, .. }
            | ExprKind::Duration(of)
            | ExprKind::Change { of, .. }
            | ExprKind::AreaUnder { of, .. }
            | ExprKind::Count(of)
            | ExprKind::Days { of, .. }
            | ExprKind::Dose(of)
            | ExprKind::Incidence(of)
            | ExprKind::Proportion(of)
            | ExprKind::Timed { of, .. }
            | ExprKind::Within { body: of, .. }
            | ExprKind::OfPerson { body: of, .. }
            | ExprKind::Occurs { of, .. }
            | ExprKind::No(of)
            | ExprKind::Is { value: of, .. }
            | ExprKind::Differs { value: of, .. }
            | ExprKind::Trend { value: of, .. }
            | ExprKind::Stable(of)
            | ExprKind::Negative(of)
            | ExprKind::Not(of)
            | ExprKind::Parenthesised(of) => vec![of],
            ExprKind::Call { arguments, .. } => arguments.$iter().collect(),
            ExprKind::Compare { left, right, .. } | ExprKind::Arithmetic { left, right, .. } => {
                vec![left, right]
            }
            ExprKind::In { value, low, high, .. } => vec![value, low, high],
            ExprKind::Quantified { list, predicate, .. } => {
                list.$iter().chain(predicate.$as_deref()).collect()
            }
            ExprKind::Points(points) => points.$iter().map(|point| truth_of!($iter, point)).collect(),
            ExprKind::And(parts) | ExprKind::Or(parts) => parts.$iter().collect(),
            ExprKind::Unless { body, exception } => vec![body, exception],
            ExprKind::When { body, guard } => vec![body, guard],
            ExprKind::Instead { body, right, guard, .. } => vec![body, right, guard],
            ExprKind::Table { rows, .. } => rows.$iter().map(|row| value_of!($iter, row)).collect(),
        }
    };
}

macro_rules! value_of {
    (iter, $row:ident) => {
        &$row.value
    };
    (iter_mut, $row:ident) => {
        &mut $row.value
    };
}

macro_rules! truth_of {
    (iter, $point:ident) => {
        &$point.truth
    };
    (iter_mut, $point:ident) => {
        &mut $point.truth
    };
}

fn children(expr: &Expr) -> Vec<&Expr> {
    children_of!(&expr.kind, iter, as_deref)
}

fn children_mut(kind: &mut ExprKind) -> Vec<&mut Expr> {
    children_of!(kind, iter_mut, as_deref_mut)
}

//! Sums of points: `points of (2 for elderly, 1 for anemia present) >= 2`.
//!
//! A truth that is worth two points counts twice in a count of truths. So a sum of points needs no meaning of its own,
//! and what is not known stays open exactly as far as it can still decide.

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, ToPrimitive, Zero};

use super::Lowering;
use super::env::Env;
use crate::ast::{Comparator, Expr, ExprKind, Point, Quantifier};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Clause, Rule};
use crate::number::Exact;
use crate::source::Spanned;

/// The most that the points of one sum may come to, in steps of their common measure.
const MOST_STEPS: usize = 200;

/// Whether this is a sum of points.
pub(super) fn is_points(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Parenthesised(inner) => is_points(inner),
        kind => matches!(kind, ExprKind::Points(_)),
    }
}

fn points_of(expr: &Expr) -> &[Point] {
    match &expr.kind {
        ExprKind::Parenthesised(inner) => points_of(inner),
        ExprKind::Points(points) => points,
        _ => &[],
    }
}

/// Truths, each as often as it counts, and what one of them counts.
struct Steps {
    of: Vec<Clause>,
    step: Exact,
}

impl Steps {
    /// The fewest steps that come to `bound` points or more.
    fn fewest(&self, bound: &Exact) -> Option<i64> {
        Some(-(-bound.checked_div(&self.step)?).floor().to_i64()?)
    }

    /// The most steps that come to `bound` points or fewer.
    fn most(&self, bound: &Exact) -> Option<i64> {
        bound.checked_div(&self.step)?.floor().to_i64()
    }
}

impl Lowering<'_> {
    /// `points of (…) >= 2`.
    pub(super) fn points_compared(
        &mut self,
        left: &Expr,
        operator: Comparator,
        right: &Expr,
        env: &Env<'_>,
    ) -> Option<Rule> {
        let steps = self.steps(points_of(left), env);
        let bound = self.number_of_points(right);
        let (steps, bound) = (steps?, bound?);
        let (fewest, most) = (steps.fewest(&bound)?, steps.most(&bound)?);
        // Between two sums that occur, `> 2.5` is `>= 3`.
        let (low, high) = match operator {
            Comparator::AtLeast => (Some(fewest), None),
            Comparator::Greater => (Some(most + 1), None),
            Comparator::AtMost => (None, Some(most)),
            Comparator::Less => (None, Some(fewest - 1)),
            Comparator::Equal | Comparator::NotEqual => (Some(fewest), Some(most)),
        };
        let rule = self.counted(steps, low, high, left, right)?;
        Some(match operator {
            Comparator::NotEqual => {
                let of = Clause { text: self.words(left.span), rule, origin: left.span.into() };
                Rule::Not { of: Box::new(of) }
            }
            _ => rule,
        })
    }

    /// `points of (…) in 2 to 4`.
    pub(super) fn points_between(
        &mut self,
        value: &Expr,
        low: &Expr,
        high: &Expr,
        env: &Env<'_>,
    ) -> Option<Rule> {
        let steps = self.steps(points_of(value), env);
        let (low_bound, high_bound) = (self.number_of_points(low), self.number_of_points(high));
        let (steps, low_bound, high_bound) = (steps?, low_bound?, high_bound?);
        let (fewest, most) = (steps.fewest(&low_bound)?, steps.most(&high_bound)?);
        self.counted(steps, Some(fewest), Some(most), value, high)
    }

    /// Points where a value is asked for.
    pub(super) fn points_alone(&mut self, expr: &Expr) {
        let text = self.words(expr.span);
        self.report(
            Diagnostic::new(
                &codes::NOT_A_VALUE,
                expr.span,
                "points are summed up to be compared with a number",
            )
            .label("nothing to compare with")
            .help(format!("say how many are needed: `{text} >= 2`")),
        );
    }

    /// A list that cannot hold as many truths as are asked for.
    pub(super) fn check_count(&mut self, quantifier: &Spanned<Quantifier>, listed: usize) {
        let (Quantifier::AtLeast(asked) | Quantifier::Exactly(asked)) = quantifier.value else { return };
        if asked as usize <= listed {
            return;
        }
        let text = self.words(quantifier.span);
        self.report(
            Diagnostic::new(
                &codes::OUT_OF_REACH,
                quantifier.span,
                format!("`{text}` asks for {asked}, and only {listed} are listed"),
            )
            .label("never reached")
            .help("add what is missing to the list, or ask for fewer"),
        );
    }

    fn steps(&mut self, points: &[Point], env: &Env<'_>) -> Option<Steps> {
        let truths: Vec<Option<Clause>> = points.iter().map(|point| self.truth(&point.truth, env)).collect();
        for point in points {
            if point.worth.value.is_zero() || point.worth.value.is_negative() {
                self.report(
                    Diagnostic::new(
                        &codes::OUT_OF_REACH,
                        point.worth.span,
                        format!("`{}` points change no sum upwards", self.words(point.worth.span)),
                    )
                    .label("more than 0 is needed")
                    .help("give points for what makes the sum larger: instead of points that are taken off, give some for the opposite, `1 for not (…)`"),
                );
                return None;
            }
        }
        let truths = truths.into_iter().collect::<Option<Vec<_>>>()?;
        let worths: Vec<BigRational> = points.iter().map(|point| point.worth.value.to_rational()).collect();
        let denominator = worths.iter().fold(BigInt::one(), |all, worth| all.lcm(worth.denom()));
        let whole = |worth: &BigRational| worth.numer() * (&denominator / worth.denom());
        let divisor = worths.iter().fold(BigInt::zero(), |all, worth| all.gcd(&whole(worth)));
        let times: Vec<usize> =
            worths.iter().map(|worth| (whole(worth) / &divisor).to_usize().unwrap_or(usize::MAX)).collect();
        let all = times.iter().fold(0usize, |all, times| all.saturating_add(*times));
        if all > MOST_STEPS {
            let (first, last) = (points.first()?, points.last()?);
            self.report(
                Diagnostic::new(
                    &codes::OUT_OF_REACH,
                    first.worth.span.to(last.truth.span),
                    format!("these points have {all} steps between nothing and their sum"),
                )
                .label(format!("at most {MOST_STEPS} are counted"))
                .help("round the points, or compute the score outside and record it: `score name: 0 to 100`"),
            );
            return None;
        }
        let of = truths.into_iter().zip(&times).flat_map(|(truth, times)| std::iter::repeat_n(truth, *times));
        Some(Steps { of: of.collect(), step: Exact::from_rational(BigRational::new(divisor, denominator)) })
    }

    fn counted(
        &mut self,
        steps: Steps,
        low: Option<i64>,
        high: Option<i64>,
        points: &Expr,
        bound: &Expr,
    ) -> Option<Rule> {
        let most = i64::try_from(steps.of.len()).ok()?;
        let reached = low.unwrap_or(0) <= high.unwrap_or(most).min(most) && high.unwrap_or(0) >= 0;
        if !reached {
            let sum = &Exact::from(most) * &steps.step;
            self.report(
                Diagnostic::new(
                    &codes::OUT_OF_REACH,
                    bound.span,
                    format!("no sum of these points meets `{}`", self.words(bound.span)),
                )
                .label("out of reach")
                .and(points.span, format!("0 to {sum} in steps of {}", steps.step))
                .help("check the points and the number that they are compared with"),
            );
            return None;
        }
        let steps_of =
            |bound: Option<i64>| bound.map(|bound| u32::try_from(bound.max(0)).unwrap_or(u32::MAX));
        Some(Rule::Count { of: steps.of, low: steps_of(low), high: steps_of(high) })
    }

    /// The bare number that a sum of points is compared with.
    fn number_of_points(&mut self, expr: &Expr) -> Option<Exact> {
        if let ExprKind::Quantity(quantity) = &expr.kind
            && quantity.unit.is_none()
        {
            return Some(quantity.number.value.clone());
        }
        let text = self.words(expr.span);
        self.report(
            Diagnostic::new(
                &codes::NOT_COMPARABLE,
                expr.span,
                format!("points are compared with a number, not with `{text}`"),
            )
            .label("a number is needed here")
            .help("write a number without unit, as in `points of (2 for elderly, 1 for stroke ever) >= 2`"),
        );
        None
    }
}

//! Days that are counted one by one: of which window, in which unit, and how many there can be.

use super::Lowering;
use super::env::Env;
use super::term::{Inner, Sort, Typed};
use crate::ast::{Expr, ExprKind};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Comparator, DayCount, Duration, Term, Value, Window};
use crate::number::Exact;
use crate::source::{Span, Spanned};
use crate::time::MINUTES_PER_DAY;

impl Lowering<'_> {
    /// `number of days with seizure`, `longest run of days without seizure`, and their window.
    pub(super) fn day_count(&mut self, expr: &Expr, env: &Env<'_>) -> Option<(Value, Sort)> {
        let ExprKind::Days { longest_run, without, of } = &expr.kind else { return None };
        let Inner { finding, env, .. } = self.inner_finding(of, env)?;
        let window = self.window(expr, &env)?;
        self.has_ends(expr, &window, *without);
        let count = if *longest_run { DayCount::LongestRun } else { DayCount::All };
        let value = Value::Days { count, without: *without, finding, window };
        Some((value, Sort::Days { is_run: *longest_run }))
    }

    /// Days can be counted where it is said with which they end, and those without something where they begin too.
    fn has_ends(&mut self, expr: &Expr, window: &Window, without: bool) {
        let (lacks, which) = match (&window.from, &window.to) {
            _ if window.text.is_empty() => return, // reported already
            (_, None) => ("end", "last"),
            (None, _) if without => ("begin", "first"),
            _ => return,
        };
        let text = self.words(expr.span);
        let event = self.usual_event();
        let found = Diagnostic::new(
            &codes::NO_ANCHOR,
            expr.span,
            format!("`{text}` does not say where its days {lacks}"),
        )
        .label(format!("`{}` has no {which} day", window.text))
        .help(format!("give the window both ends: `{text} within 28 days before {event}`"));
        self.report(found);
    }

    /// Days that are counted one by one are compared with days or weeks.
    pub(super) fn not_in_days(&mut self, typed: &Typed, unit: Option<&Spanned<String>>, against: &Typed) {
        let text = &typed.term.text;
        let found = match unit {
            None => {
                let message = format!("`{text}` is not a length of time");
                Diagnostic::new(&codes::MISSING_UNIT, typed.span, message)
                    .label("days or weeks?")
                    .help(format!("write `{text} days`"))
            }
            Some(written) => {
                let message = format!("`{}` does not count days", written.value);
                Diagnostic::new(&codes::UNIT_MISMATCH, written.span, message)
                    .label("days or weeks?")
                    .help("say how many days or weeks are meant: months and years are not equally long")
            }
        };
        self.report(found.and(against.span, "counts the days of the window one by one"));
    }

    /// A limit that all numbers of days of the window are on one side of.
    pub(super) fn decides_of_days(
        &mut self,
        left: &Typed,
        tests: &[(Comparator, &Term)],
        limit: Span,
    ) -> Option<()> {
        let Value::Days { window, .. } = &left.term.value else { return Some(()) };
        let Some(most) = window.whole_days() else { return Some(()) };
        let days = |term: &Term| match &term.value {
            Value::Span { duration: Duration::Days(days) } => Some(Exact::from(*days)),
            Value::Span { duration: Duration::Minutes(minutes) } => Exact::ratio(*minutes, MINUTES_PER_DAY),
            Value::Constant { number, .. } => Some(number.clone()),
            _ => None,
        };
        let tests = tests.iter().map(|(operator, term)| Some((*operator, days(term)?)));
        let Some(tests) = tests.collect::<Option<Vec<_>>>() else { return Some(()) };
        let holds = |count: &Exact| tests.iter().all(|(operator, limit)| operator.holds(count.cmp(limit)));
        // Where it comes out another way than at the ends, it does so next to a limit.
        let (none, all) = (Exact::zero(), Exact::from(most));
        let near = tests.iter().map(|(_, limit)| limit.floor());
        let near = near.flat_map(|floor| [&floor - &Exact::one(), floor.clone(), &floor + &Exact::one()]);
        let possible =
            near.filter(|count| none <= *count && *count <= all).chain([none.clone(), all.clone()]);
        let held: Vec<bool> = possible.map(|count| holds(&count)).collect();
        let (never, always) = (!held.contains(&true), !held.contains(&false));
        if !never && !always {
            return Some(());
        }
        let text = self.words(limit);
        let message = format!(
            "this window has {most} days, so that the comparison with `{text}` {} holds",
            if never { "never" } else { "always" }
        );
        let label = if never { "out of reach" } else { "decides nothing" };
        self.report(
            Diagnostic::new(&codes::OUT_OF_REACH, limit, message)
                .label(label)
                .and(left.span, format!("0 to {most} days"))
                .help("check the number of days and the window: the days at both of its ends belong to it"),
        );
        None
    }
}

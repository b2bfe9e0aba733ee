//! Values that rise or fall from one to the next.

use super::Lowering;
use super::env::Env;
use crate::ast::{DurationExpr, Expr, ExprKind};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Duration, MeasureKind, Rule, Selector, Trend, Value};
use crate::source::{Span, Spanned};

/// So many values in a row at most.
const MOST_VALUES: u32 = 100;

impl Lowering<'_> {
    pub(super) fn trend(
        &mut self,
        value: &Expr,
        falls: bool,
        values: &Spanned<u32>,
        apart: Option<&Spanned<DurationExpr>>,
        env: &Env<'_>,
    ) -> Option<Rule> {
        let typed = self.value(value, env);
        let apart = match apart {
            Some(written) => Some(self.distance(written)?),
            None => None,
        };
        let typed = typed?;
        let (measure, select) = match &typed.term.value {
            Value::Measured { measure, select, .. } => (measure, *select),
            _ => {
                let (text, span) = self.written(value);
                self.report(
                    Diagnostic::new(
                        &codes::WRONG_SORT,
                        span,
                        format!("`{text}` has no results that follow each other"),
                    )
                    .label("a measure is needed here")
                    .help("name one measure, as in `psa rises over its last 3 values before consent`"),
                );
                return None;
            }
        };
        if matches!(self.measure(measure)?.kind, MeasureKind::Coded { .. }) {
            let (text, span) = self.written(value);
            self.report(
                Diagnostic::new(
                    &codes::NOT_COMPARABLE,
                    span,
                    format!("the values of `{text}` are words, which do not rise or fall"),
                )
                .label("no number")
                .help("compare its values with `is`, or ask: `attested by investigator \"…\"`"),
            );
            return None;
        }
        if !matches!(select, Selector::Latest) {
            let (text, span) = self.written(value);
            self.report(
                Diagnostic::new(
                    &codes::MISPLACED_RULE,
                    span,
                    format!("`{text}` chooses values that need not follow each other"),
                )
                .label("the last values are looked at, one after the other")
                .help("remove the word before the measure"),
            );
            return None;
        }
        if !(2..=MOST_VALUES).contains(&values.value) {
            self.report(
                Diagnostic::new(
                    &codes::OUT_OF_REACH,
                    values.span,
                    format!(
                        "{} cannot rise or fall from one to the next",
                        match values.value {
                            0 | 1 => "fewer than two values",
                            _ => "so many values",
                        }
                    ),
                )
                .label(format!("from 2 to {MOST_VALUES}"))
                .help("count the values: two rises in a row are three values"),
            );
            return None;
        }
        let direction = if falls { Trend::Falling } else { Trend::Rising };
        Some(Rule::Trend { measure: typed.term, direction, values: values.value, apart })
    }

    /// `highest hba1c differs by at most …`: each value is held against one.
    pub(super) fn chooses_for_all(&mut self, value: &Expr) {
        let (text, span) = self.written(value);
        self.report(
            Diagnostic::new(
                &codes::IDLE_WORD,
                span,
                format!("`{text}` chooses one value, and all are compared"),
            )
            .label("every value of that time is held against its first, last, highest, … value")
            .help("remove the word before the measure"),
        );
    }

    /// The value without its times, some of which stand behind the words for rising.
    fn written(&self, value: &Expr) -> (String, Span) {
        match &value.kind {
            ExprKind::Timed { of, .. } => self.written(of),
            _ => (self.words(value.span), value.span),
        }
    }

    /// The least time between two results: of days, because a result is known by its day.
    fn distance(&mut self, written: &Spanned<DurationExpr>) -> Option<Duration> {
        let by = self.duration(&written.value, written.span)?;
        let is_of_days = matches!(by, Duration::Days(1..) | Duration::Months(1..));
        if !is_of_days {
            self.report(
                Diagnostic::new(
                    &codes::UNEVEN_DURATION,
                    written.span,
                    "results are told apart by their days",
                )
                .label("one number of days, weeks, months or years")
                .help(
                    "write whole days, as in `at least 7 days apart`; results of one day count as one anyhow",
                ),
            );
            return None;
        }
        Some(by)
    }
}

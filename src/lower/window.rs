//! The days that a value or a truth speaks of, and the report where none are said.

use super::Lowering;
use super::env::Env;
use crate::ast::{Expr, Keyword};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Anchor, Moment, Window};
use crate::resolve::Space;

impl Lowering<'_> {
    /// The window in force, or a report that none is.
    pub(super) fn window(&mut self, expr: &Expr, env: &Env<'_>) -> Option<Window> {
        if let Some(days) = &env.days {
            return Some(days.window.clone());
        }
        if env.unanchored {
            return Some(open_window());
        }
        // Reported; the rest of the rule is still looked at.
        self.no_anchor(expr);
        Some(open_window())
    }

    pub(super) fn no_anchor(&mut self, expr: &Expr) {
        let text = self.words(expr.span);
        let event = self.scope.all(Space::Thing).filter(|(_, entity)| entity.keyword() == Keyword::Event);
        let names: Vec<&str> = event.map(|(name, _)| name).collect();
        let usual = ["randomization", "screening", "consent"].into_iter().find(|usual| names.contains(usual));
        let event = usual.or(names.first().copied()).unwrap_or("consent");
        self.report(
            Diagnostic::new(&codes::NO_ANCHOR, expr.span, format!("`{text}` does not say when"))
                .label("at which time?")
                .help(format!(
                    "say which days count: `{text} at {event}`, `{text} within 28 days before {event}`, or put one window around several: `within 28 days before {event}: (…)`"
                )),
        );
    }

    /// Days can be counted where it is said with which they end, and those without something where they begin too.
    pub(super) fn counted_window(&mut self, expr: &Expr, window: &Window, without: bool) {
        let lacks = match (&window.from, &window.to) {
            (_, None) => "end",
            (None, _) if without => "begin",
            _ => return,
        };
        if window.text.is_empty() {
            return; // Reported already, or a formula's.
        }
        let text = self.words(expr.span);
        self.report(
            Diagnostic::new(
                &codes::NO_ANCHOR,
                expr.span,
                format!("`{text}` does not say where its days {lacks}"),
            )
            .label(format!("`{}` has no {}", window.text, if lacks == "end" { "last day" } else { "first day" }))
            .help("give the window both ends, as in `over the 56 days before randomization` or `from consent to randomization`"),
        );
    }

    /// The one moment at which an age or a duration is taken.
    pub(super) fn single_moment(&mut self, expr: &Expr, env: &Env<'_>) -> Option<Moment> {
        match &env.days {
            Some(days) => match (&days.window.from, &days.window.to) {
                (Some(from), Some(to)) if from == to => Some(from.clone()),
                _ => {
                    let text = self.words(expr.span);
                    self.report(
                        Diagnostic::new(
                            &codes::NO_ANCHOR,
                            expr.span,
                            format!("`{text}` needs one day, not a span of time"),
                        )
                        .label(format!("`{}` is many days", days.window.text))
                        .help(format!("write `{text} at consent`, with the event that you mean")),
                    );
                    None
                }
            },
            None if env.unanchored => Some(Moment { offset: None, of: Anchor::Decision }),
            None => {
                self.no_anchor(expr);
                Some(Moment { offset: None, of: Anchor::Decision })
            }
        }
    }
}

/// All days: a derivation's leaf, or a rule whose window has errors.
pub(super) fn open_window() -> Window {
    Window { from: None, to: None, text: String::new() }
}

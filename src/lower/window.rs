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
            days.used.set(true);
            if days.throughout && !env.lasts {
                self.not_all_the_time(expr, days);
                return None;
            }
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
        let event = self.usual_event();
        self.report(
            Diagnostic::new(&codes::NO_ANCHOR, expr.span, format!("`{text}` does not say when"))
                .label("at which time?")
                .help(format!(
                    "say which days count: `{text} at {event}`, `{text} within 28 days before {event}`, or put one window around several: `within 28 days before {event}: (…)`"
                )),
        );
    }

    /// An event of the trial to write an example with.
    pub(super) fn usual_event(&self) -> &str {
        let event = self.scope.all(Space::Thing).filter(|(_, entity)| entity.keyword() == Keyword::Event);
        let names: Vec<&str> = event.map(|(name, _)| name).collect();
        let usual = ["randomization", "screening", "consent"].into_iter().find(|usual| names.contains(usual));
        usual.or(names.first().copied()).unwrap_or("consent")
    }

    /// The one moment at which an age or a duration is taken.
    pub(super) fn single_moment(&mut self, expr: &Expr, env: &Env<'_>) -> Option<Moment> {
        if let Some(days) = &env.days {
            days.used.set(true);
        }
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

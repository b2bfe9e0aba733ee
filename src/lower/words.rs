//! Words that would say nothing where they stand: each has a meaning, or is reported. None vanishes.

use super::Lowering;
use super::env::Env;
use super::time::Days;
use crate::ast::{self, Expr, ExprKind, Keyword, Mode, Name, TimePhrase};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::Domain;
use crate::resolve::Space;
use crate::source::{Span, Spanned};

impl Lowering<'_> {
    /// What stands inside a time phrase, which is reported where nothing inside takes its time from it.
    pub(super) fn in_time<T>(
        &mut self,
        phrase: &Spanned<TimePhrase>,
        of: &Expr,
        env: &Env<'_>,
        inside: impl FnOnce(&mut Self, &Env<'_>) -> Option<T>,
    ) -> Option<T> {
        let days = self.phrase_or_open(phrase);
        let used = days.used.clone();
        let reported = self.diagnostics.len();
        let found = inside(self, &env.within(days))?;
        if !used.get() && self.diagnostics.len() == reported {
            self.idle_time(phrase, of);
            return None;
        }
        Some(found)
    }

    fn idle_time(&mut self, phrase: &Spanned<TimePhrase>, of: &Expr) {
        let (time, what) = (self.words(phrase.span), self.words(of.span));
        let found =
            Diagnostic::new(&codes::IDLE_WORD, phrase.span, format!("`{time}` says nothing about `{what}`"))
                .label("nothing takes its time from this");
        self.report(match inner_phrase(of) {
            Some(inner) => found.and(inner, "this is its time").help(
                "keep one of the two; where both must hold, say from when to when: `from consent to randomization`",
            ),
            None => found.help(self.why_timeless(of)),
        });
    }

    fn why_timeless(&self, of: &Expr) -> String {
        match &of.kind {
            ExprKind::Parenthesised(of) => self.why_timeless(of),
            ExprKind::Finding(finding) if self.is_definition(&finding.name.value) => format!(
                "remove it: `{}` is defined with its own time; for another time write out what must hold",
                finding.name.value
            ),
            ExprKind::Finding(_) | ExprKind::Is { .. } => {
                "remove it: sex, country and arm are recorded once, without a day".to_owned()
            }
            ExprKind::Attested { .. } | ExprKind::TextOnly { .. } | ExprKind::Unspecified(_) => {
                "remove it, and say the time in the question: `attested by investigator \"… in the 28 days before \
                 consent?\"`"
                    .to_owned()
            }
            ExprKind::Change { .. } | ExprKind::AreaUnder { .. } | ExprKind::TimeBetween { .. } => {
                "remove it: the time is that between the two moments".to_owned()
            }
            _ => "remove it, or put it behind the finding or measure that it speaks of".to_owned(),
        }
    }

    /// `for at least 3 months before consent` of something that is not there on each day.
    pub(super) fn not_all_the_time(&mut self, expr: &Expr, days: &Days) {
        let (text, time) = (self.words(expr.span), &days.window.text);
        let within = within(time);
        let (is, help) = match &expr.kind {
            ExprKind::Occurs { mode, of } => {
                let of = self.words(of.span);
                let lasting = format!("of what is there all that time, `{of} present {time}`");
                match mode.value {
                    Mode::Started => (
                        format!("`{of}` starts on one day"),
                        format!("write `{of} started {within}`; {lasting}"),
                    ),
                    Mode::Ended => {
                        (format!("`{of}` ends on one day"), format!("write `{of} ended {within}`; {lasting}"))
                    }
                    _ => (
                        format!("`{text}` for one"),
                        format!("write `{of} present {within}` for on some day of it; {lasting}"),
                    ),
                }
            }
            ExprKind::Finding(finding) if self.is_measure(&finding.name.value) => {
                let name = &finding.name.value;
                let over = within.replacen("within ", "over the ", 1);
                (
                    format!("`{name}` has results on some days"),
                    format!(
                        "write `every {name} {over}` where each result of that time must do, `{name} {within}` for the latest"
                    ),
                )
            }
            _ => (format!("`{text}` is no state that lasts"), format!("write `{text} {within}`")),
        };
        let message = format!("`{time}` asks for every day, and {is}");
        let found = Diagnostic::new(&codes::IDLE_WORD, days.at, message).label("every day?");
        self.report(found.and(expr.span, "not on every day").help(help));
    }

    /// `not taking metformin for at least 4 weeks before consent`: at no time, or not all the time?
    pub(super) fn not_for(&mut self, not: &Expr, of: &Expr) -> Option<()> {
        let ExprKind::Timed { of: what, phrase } = &of.kind else { return Some(()) };
        if !matches!(phrase.value, TimePhrase::For { .. }) {
            return Some(());
        }
        let (what, time) = (self.words(what.span), self.words(phrase.span));
        let none = what.strip_suffix(" present").unwrap_or(&what);
        let found = Diagnostic::new(
            &codes::NEGATED_TIME,
            not.span,
            format!("`{}` can mean at no time, or not all the time", self.words(not.span)),
        )
        .label("on no day of it, or not on all?");
        self.report(found.help(format!(
            "write `no {none} {time}` for on no day of it, `not ({what} {time})` where one day without is enough"
        )));
        None
    }

    // ---- words around a name ------------------------------------------------------------------------

    /// A name that nothing may narrow: qualifiers, `other than` and `with` are said of findings.
    pub(super) fn bare(&mut self, finding: &ast::Finding, is: &str) -> Option<()> {
        let narrowing = finding.qualifiers.first().map(|word| (word.span, word.value.clone()));
        let narrowing = narrowing.or_else(|| {
            finding.other_than.first().map(|name| (name.span, format!("other than {}", name.value)))
        });
        let narrowing = narrowing.or_else(|| {
            finding.with.as_ref().map(|with| (with.span, format!("with {}", self.words(with.span))))
        });
        let Some((span, written)) = narrowing else { return Some(()) };
        let name = &finding.name.value;
        let found = Diagnostic::new(&codes::IDLE_WORD, span, format!("`{written}` does not narrow {is}"));
        let help = match finding.qualifiers.first() {
            Some(_) if is == "a measure" => "a name of several words is written with `_`; to choose among values write `latest`, `highest`, `any` or `every`".to_owned(),
            _ => format!("remove it: only conditions, drugs, procedures and events are narrowed, and `{name}` is {is}"),
        };
        self.report(found.label("says nothing here").help(help));
        None
    }

    /// `ever elderly`, `recent_stroke started …`: a definition holds or does not hold.
    pub(super) fn mode_of_definition(&mut self, mode: &Spanned<Mode>, name: &Name) {
        let word = self.words(mode.span);
        let item = self.scope.get(Space::Thing, &name.value).map(|entity| entity.item.name_span());
        let mut found = Diagnostic::new(
            &codes::IDLE_WORD,
            mode.span,
            format!("`{word}` says nothing about `{}`, which holds or does not hold", name.value),
        )
        .label("its definition says when");
        if let Some(item) = item {
            found = found.and(item, "defined here");
        }
        self.report(found.help(format!("write `{}` alone", name.value)));
    }

    /// `taking stroke`.
    pub(super) fn not_taken(&mut self, word: Span, name: &str, domain: Domain) {
        let what = match domain {
            Domain::Procedure => format!("write `{name} performed`"),
            Domain::Event => format!("write `{name}` and its window"),
            _ => format!("write `{name} present`"),
        };
        self.report(
            Diagnostic::new(&codes::WRONG_SORT, word, "`taking` is said of drugs".to_owned())
                .label(format!("`{name}` is no drug"))
                .help(format!("{what}; or declare it as `drug {name} \"…\"`")),
        );
    }

    /// `count of taking metformin started`, `ever (stroke present at consent)`: one word says when.
    pub(super) fn two_modes(&mut self, one: &Spanned<Mode>, other: &Spanned<Mode>) {
        let (outer, inner) = (self.words(one.span), self.words(other.span));
        self.report(
            Diagnostic::new(&codes::IDLE_WORD, one.span, format!("`{outer}` and `{inner}` cannot both say when"))
                .label("one of them")
                .and(other.span, "or this")
                .help("keep one of the two: `started` or `ended` for what began or ended in that time, `present` for what was there in it, `ever` for any time"),
        );
    }

    /// `dose of metformin started …`.
    pub(super) fn mode_of_dose(&mut self, mode: &Spanned<Mode>, name: &str) {
        let word = self.words(mode.span);
        self.report(
            Diagnostic::new(
                &codes::IDLE_WORD,
                mode.span,
                format!("`{word}` does not say which dose is meant"),
            )
            .label("says nothing here")
            .help(format!("write `dose of {name}` and its time: it is the dose taken last in that time")),
        );
    }

    /// A word that chooses among results, before what has none to choose from.
    pub(super) fn chooses_among(&mut self, selector: &Spanned<ast::Selector>, of: &Expr) -> Option<()> {
        let word = self.words(selector.span);
        let (text, help) = match &of.kind {
            ExprKind::Parenthesised(inner) => return self.chooses_among(selector, inner),
            ExprKind::Timed { of, .. } => return self.chooses_among(selector, of),
            ExprKind::It | ExprKind::Error => return Some(()),
            ExprKind::Finding(finding) => {
                let name = &finding.name.value;
                let is_known = self.scope.get(Space::Thing, name).is_some();
                if is_known || !matches!(name.as_str(), "sex" | "country" | "arm") {
                    return Some(());
                }
                (name.clone(), format!("write `{name}` alone: it is recorded once"))
            }
            ExprKind::Select { selector: inner, .. } => {
                let inner = self.words(inner.span);
                (self.words(of.span), format!("keep `{word}` or `{inner}`"))
            }
            ExprKind::Arithmetic { .. }
            | ExprKind::Call { .. }
            | ExprKind::Negative(_)
            | ExprKind::Table { .. } => (
                self.words(of.span),
                format!(
                    "give the formula a name, as in `derive bmi: weight / height ^ 2`, and write `{word} bmi`; or write `{word}` before each measure of it"
                ),
            ),
            _ => {
                let text = self.words(of.span);
                let help = format!("write `{text}` alone");
                (text, help)
            }
        };
        let message = format!("`{word}` chooses among results, and `{text}` is one value");
        self.report(
            Diagnostic::new(&codes::IDLE_WORD, selector.span, message)
                .label("nothing to choose from")
                .help(help),
        );
        None
    }

    /// `first consent`, of an event that happens once; `last week_4`, of a visit.
    pub(super) fn only_one(&mut self, name: &Name, occurrence: &Spanned<ast::Occurrence>, is_event: bool) {
        let word = self.words(occurrence.span);
        let whole = occurrence.span.to(name.span);
        let (is, more) = if is_event {
            (
                "happens once",
                format!("; if it can happen several times, declare `event {} {{ repeats }}`", name.value),
            )
        } else {
            ("is one visit", String::new())
        };
        self.report(
            Diagnostic::new(&codes::WHICH_OCCURRENCE, whole, format!("`{}` {is}", name.value))
                .label(format!("`{word}` of one"))
                .help(format!("write `{}`{more}", name.value))
                .fix(whole, name.value.clone()),
        );
    }

    /// `last chemotherapy`, `first end of chemotherapy`: a moment is the first beginning, or the last end.
    pub(super) fn which_edge(
        &mut self,
        written: &ast::Moment,
        occurrence: &Spanned<ast::Occurrence>,
        keyword: Keyword,
    ) {
        let name = &written.name.value;
        let text = self.words(occurrence.span.to(written.name.span));
        let is = keyword.text().replace('_', " ");
        self.report(
            Diagnostic::new(
                &codes::WHICH_OCCURRENCE,
                occurrence.span.to(written.name.span),
                format!("`{text}` does not say which day of a {is} is meant"),
            )
            .label("the first beginning, or the last end?")
            .help(format!(
                "write `onset of {name}` for the day on which the first one began, `end of {name}` for the day on which the last \
                 one ended; for other days declare an event: `event {name}_day {{ repeats }}`"
            )),
        );
    }
}

/// `for at least 3 months before consent` as `within 3 months before consent`.
fn within(time: &str) -> String {
    let rest = time.strip_prefix("for ").unwrap_or(time);
    let rest = rest.strip_prefix("at least ").unwrap_or(rest);
    format!("within {rest}")
}

/// The time phrase that stands nearer.
fn inner_phrase(of: &Expr) -> Option<Span> {
    match &of.kind {
        ExprKind::Timed { phrase, .. } | ExprKind::Within { phrase, .. } => Some(phrase.span),
        ExprKind::Parenthesised(of)
        | ExprKind::Occurs { of, .. }
        | ExprKind::Select { of, .. }
        | ExprKind::Not(of)
        | ExprKind::No(of) => inner_phrase(of),
        ExprKind::Compare { left, .. } => inner_phrase(left),
        ExprKind::In { value, .. } | ExprKind::Is { value, .. } => inner_phrase(value),
        _ => None,
    }
}

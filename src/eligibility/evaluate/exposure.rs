//! How often something occurred, and how much was taken.

use super::amount::{Amount, Scale};
use super::bind::Scope;
use super::occurs::{contradicted, when};
use super::term::{Found, Lookup};
use super::{Evaluator, Truth};
use crate::eligibility::evidence::{Missing, MissingKind, Tie};
use crate::model::{Finding, Mode, Window};
use crate::number::Exact;

impl<'a> Evaluator<'a> {
    /// How often it occurred: at least as often as it is recorded, and no more where nothing is missing.
    pub(super) fn count(
        &self,
        finding: &'a Finding,
        mode: Mode,
        window: &'a Window,
        scope: &Scope<'a>,
    ) -> Found<'a> {
        let days = self.days(window, scope);
        let (mut sure, mut perhaps) = (0i64, 0i64);
        let (mut evidence, mut lacking) = (Vec::new(), days.missing.clone());
        for entry in scope.person.entries() {
            let (meant, missing) = self.is_meant(entry, finding);
            match meant.and(when(entry, mode, &days)) {
                Truth::False => continue,
                Truth::True if scope.person.is_denied(&finding.name, self.words, entry) => {
                    perhaps += 1;
                    lacking.push(contradicted(finding));
                }
                Truth::True => sure += 1,
                Truth::Unknown => {
                    perhaps += 1;
                    lacking.extend(missing);
                }
            }
            evidence.push(self.entry_shown(entry, finding, &days));
        }
        let (from, to) = days.widest();
        let is_covered =
            !days.is_backward && (days.is_empty() || self.is_covered(&finding.name, scope, from, to));
        let words = self.finding_label(&finding.name);
        let was_there = self.was_there(finding, words);
        if !is_covered {
            let why = match sure {
                0 => format!("nothing says how often {was_there}"),
                1 => format!("that {was_there} is recorded once, and nothing says that this is all"),
                _ => format!("that {was_there} is recorded {sure} times, and nothing says that this is all"),
            };
            let when = days.in_words();
            lacking.push(Missing::new(
                MissingKind::Absence,
                &finding.name,
                why,
                format!("record each time that {was_there} {when}, and that these are all"),
            ));
        } else if perhaps > 0 && lacking.is_empty() {
            let why = match perhaps {
                1 => format!("whether one of the times that {was_there} counts depends on its dates"),
                _ => format!("whether {perhaps} of the times that {was_there} count depends on their dates"),
            };
            lacking.push(Missing::new(
                MissingKind::Date,
                &finding.name,
                why,
                format!("complete the dates of {words}"),
            ));
        }
        let high = is_covered.then(|| Exact::from(sure + perhaps));
        let amount = Amount::between(Some(sure.into()), high, Scale::Number);
        Found { amount, evidence, lacking, of: None }
    }

    /// The dose that was taken last in the window.
    pub(super) fn dose(&self, finding: &'a Finding, window: &'a Window, scope: &Scope<'a>) -> Lookup<'a> {
        let days = self.days(window, scope);
        let taken = self.doses(finding, &days, scope)?;
        let last: Vec<_> = taken
            .iter()
            .filter(|one| {
                !taken.iter().any(|other| {
                    other.is_sure
                        && other.start.earliest > one.start.latest
                        && other.end.earliest >= one.end.latest
                })
            })
            .collect();
        let Some(first) = last.first() else {
            return Err(vec![self.no_dose(finding, &days)]);
        };
        if last.iter().all(|one| one.amount == first.amount) && last.iter().any(|one| one.is_sure) {
            return Ok(Found {
                evidence: vec![first.evidence.clone()],
                of: Some(&finding.name),
                ..Found::of(first.amount.clone())
            });
        }
        let words = self.finding_label(&finding.name);
        let why = format!("several doses of {words} are recorded for the same time");
        let ask = format!("record from when to when each dose of {words} was taken");
        let missing = || Missing::new(MissingKind::Date, &finding.name, why, ask);
        let settled = last.iter().all(|one| one.is_sure && one.start.is_exact());
        if !settled {
            return Err(days.missing.first().cloned().map_or_else(|| vec![missing()], |anchor| vec![anchor]));
        }
        let tie = Tie {
            measure: finding.name.clone(),
            on: first.start,
            values: last.iter().map(|one| one.amount.shown()).collect(),
            decides: false,
        };
        let key = format!("dose of {} from {}", finding.name, first.start);
        let chosen = last[self.choices.borrow_mut().take(&key, last.len(), tie)];
        Ok(Found {
            evidence: vec![chosen.evidence.clone()],
            of: Some(&finding.name),
            ..Found::of(chosen.amount.clone())
        })
    }
}

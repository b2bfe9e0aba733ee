//! What a reviewer should be told of a difference, at the author's own words: the family D of diagnostics.

use super::change::{Change, ChangeKind, EffectKind, Part};
use super::eligibility::{CriterionDifference, Standing};
use super::facets::collapsed;
use super::{Difference, OutOfWindow, summary, words};
use crate::diagnostics::{self, Code, Diagnostic, Severity, codes};
use crate::model::{AmendedStatement, Criterion, CriterionKind, Header, Tier, Trial};
use crate::source::{FileId, Span};
use crate::wording::listed;

/// Everything that is to be said of a difference, sorted by place. The places are in the files of the new protocol; those of the
/// old one stand behind them in one list, the first of them at `old_files_from`. `participants` are those who are known to fall
/// out of a window.
pub fn findings(
    old: &Trial,
    new: &Trial,
    difference: &Difference,
    participants: &[OutOfWindow],
    old_files_from: usize,
) -> Vec<Diagnostic> {
    let seen = Seen { old, new, difference, participants, old_files_from };
    let mut found = Vec::new();
    found.extend(seen.blocked());
    found.extend(seen.narrowed());
    found.extend(seen.breaking());
    found.extend(seen.consent());
    found.extend(seen.primary());
    found.extend(seen.renumbered());
    found.extend(seen.windows());
    found.extend(seen.without_effect());
    diagnostics::sort(&mut found);
    found
}

/// Whether people are enrolled already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Enrolment {
    Open,
    NotYet,
    NotStated,
}

impl Enrolment {
    /// By the status of the registry, otherwise by an actual date of the start.
    fn of(header: &Header) -> Self {
        match header.status.as_deref() {
            Some("not_yet_recruiting" | "withdrawn") => Enrolment::NotYet,
            Some(_) => Enrolment::Open,
            None => match header.started.as_ref().and_then(|started| started.basis.as_deref()) {
                Some("actual") => Enrolment::Open,
                _ => Enrolment::NotStated,
            },
        }
    }

    /// Behind a message.
    fn caveat(self) -> &'static str {
        match self {
            Enrolment::Open => "",
            _ => "; whether anybody is enrolled is not stated",
        }
    }
}

struct Seen<'a> {
    old: &'a Trial,
    new: &'a Trial,
    difference: &'a Difference,
    participants: &'a [OutOfWindow],
    old_files_from: usize,
}

impl Seen<'_> {
    fn enrolment(&self) -> Enrolment {
        match Enrolment::of(&self.new.header) {
            Enrolment::NotStated => Enrolment::of(&self.old.header),
            stated => stated,
        }
    }

    /// A place of the old protocol in the list of both.
    fn before(&self, old: Option<Span>) -> Option<Span> {
        let span = old?;
        let file = span.file.0 + u32::try_from(self.old_files_from).unwrap_or(0);
        Some(Span { file: FileId(file), ..span })
    }

    /// Where a change is shown: at the words that made it in the new protocol; for what is gone at those that remove it, or in the
    /// old protocol; else at the header.
    fn place(&self, change: &Change) -> Option<Span> {
        let words = words::of(self.old, self.new, change);
        let removal = || self.removal(change);
        words.new.or_else(removal).or_else(|| self.before(words.old)).or(self.new.header.origin.0)
    }

    /// The line of the amendment that removes what is gone.
    fn removal(&self, change: &Change) -> Option<Span> {
        if change.kind != ChangeKind::Removed {
            return None;
        }
        let is_it = |statement: &&AmendedStatement| {
            let keyword = statement.statement.split(' ').next().unwrap_or_default();
            let is_of_part = match change.subject.part {
                Part::Criterion => matches!(keyword, "include" | "exclude"),
                part => keyword == part.word(),
            };
            statement.action == "removed"
                && is_of_part
                && statement.name.as_ref() == Some(&change.subject.name)
        };
        let amendment = self.new.amendments.values().next_back()?;
        amendment.statements.iter().find(is_it)?.origin.0
    }

    /// The diagnostic, with the old place beside the new one.
    fn at(&self, code: &'static Code, change: &Change, message: String) -> Option<Diagnostic> {
        let span = self.place(change)?;
        let diagnostic = Diagnostic::new(code, span, message);
        let words = words::of(self.old, self.new, change);
        let new = words.new.or_else(|| self.removal(change));
        Some(match (new, self.before(words.old)) {
            (Some(_), Some(before)) => diagnostic.and(before, "as it was"),
            _ => diagnostic,
        })
    }

    /// D01: more people pass a criterion, and another keeps all of them out.
    fn blocked(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for decision in &self.difference.decisions {
            for blocked in decision.population.iter().flat_map(|population| &population.blocked) {
                let change = self.difference.changes.iter().find(|change| {
                    change.subject.part == Part::Criterion
                        && change.subject.name == blocked.code
                        && change.subject.within.as_deref() == Some(&decision.event)
                        && !change.is_editorial()
                });
                let Some(change) = change else { continue };
                let help = format!(
                    "widen {} too, or leave {} as it was; where it is meant so, say why in the rationale",
                    listed(&blocked.by, "and"),
                    blocked.code
                );
                let Some(mut diagnostic) =
                    self.at(&codes::BLOCKED, change, unended(&blocked.sentence).to_owned())
                else {
                    continue;
                };
                for code in &blocked.by {
                    let criterion = self.criterion(self.new, &decision.event, Some(code));
                    if let Some(span) = criterion.and_then(|one| one.rule.origin.0.or(one.origin.0)) {
                        diagnostic = diagnostic.and(span, format!("{code} still excludes them"));
                    }
                }
                found.push(diagnostic.label(change.kind.word()).help(help));
            }
        }
        found
    }

    /// Whether somebody who was eligible is known not to be any more, or it cannot be known.
    fn loses_somebody(&self, event: Option<&str>) -> bool {
        let decisions = self.difference.decisions.iter();
        let of_event = decisions.filter(|decision| event.is_none_or(|event| decision.event == event));
        of_event.into_iter().any(|decision| match &decision.population {
            Some(population) => population.lost.is_some(),
            None => true,
        })
    }

    /// D02: fewer are let in than before, and some are in.
    fn narrowed(&self) -> Vec<Diagnostic> {
        let enrolment = self.enrolment();
        if enrolment == Enrolment::NotYet {
            return Vec::new();
        }
        let criteria = self.difference.changes.iter().filter(|change| change.subject.part == Part::Criterion);
        let narrower = criteria.filter(|change| {
            // What a person answers to other words, only a person can say.
            let open = change.kind == ChangeKind::Changed;
            (open || self.loses_somebody(change.subject.within.as_deref()))
                && matches!(
                    change.kind,
                    ChangeKind::Added | ChangeKind::Narrower | ChangeKind::Incomparable | ChangeKind::Changed
                )
                && change.has(EffectKind::Enrolled)
        });
        let one = |change: &Change| {
            let code = &change.subject.name;
            let how = match change.kind {
                ChangeKind::Added => "is new",
                ChangeKind::Narrower => "lets fewer people in",
                ChangeKind::Incomparable => "keeps some people out whom it let in",
                _ => "may decide otherwise",
            };
            let message = format!(
                "{code} {how} after enrollment opened: participants who are in may not fulfil it{}",
                enrolment.caveat()
            );
            let help = format!(
                "say in the amendment what becomes of them, and screen them by the new protocol with `trialc screen`; where {code} is \
                 meant for those to come alone, say so in its wording"
            );
            Some(self.at(&codes::NARROWED, change, message)?.label(change.kind.word()).help(help))
        };
        narrower.filter_map(one).collect()
    }

    /// D03: collected data do not fit. What one statement makes of several fields is told together. Where the summary of changes gives a
    /// reason, the author knows: it is told as a note.
    fn breaking(&self) -> Vec<Diagnostic> {
        let mut places: Vec<(Span, Severity, Vec<&Change>)> = Vec::new();
        for change in self.difference.changes.iter().filter(|change| change.has(EffectKind::BreaksData)) {
            let Some(span) = self.place(change) else { continue };
            let severity = match change.subject.part {
                _ if self.is_reasoned(change) => Severity::Info,
                // What was collected at a visit stays in its form.
                Part::Form if change.property.as_deref() == Some("visits") => Severity::Warning,
                _ => Severity::Error,
            };
            match places.iter_mut().find(|(place, known, _)| *place == span && *known == severity) {
                Some((.., changes)) => changes.push(change),
                None => places.push((span, severity, vec![change])),
            }
        }
        let mut found = Vec::new();
        for (_, severity, changes) in places {
            let Some(first) = changes.first() else { continue };
            let mut message = format!("breaks collected data: {}", unended(&first.sentence));
            if changes.len() > 1 {
                message.push_str(&format!(", and {} more", changes.len() - 1));
            }
            let because = first.effects.iter().find(|effect| effect.kind == EffectKind::BreaksData);
            let label = because.map(|effect| effect.because.clone()).unwrap_or_default();
            let Some(diagnostic) = self.at(&codes::BREAKING, first, message) else { continue };
            let diagnostic = Diagnostic { severity, ..diagnostic.label(label) };
            found.push(match severity {
                Severity::Info => diagnostic
                    .help("the summary of changes gives the reason; what was collected is to be mapped or kept apart"),
                _ => {
                    let subject = &first.subject;
                    let name = match (subject.part, &subject.within) {
                        (Part::Field, Some(form)) => form,
                        _ => &subject.name,
                    };
                    diagnostic.help(format!(
                        "keep the old field beside a new one, under a name of its own; or say in the summary of changes what becomes of \
                         the data: `change {name} \"…\": changed {{ rationale: \"…\" }}`"
                    ))
                }
            });
        }
        found
    }

    /// The summary of changes lists it, with the reason.
    fn is_reasoned(&self, change: &Change) -> bool {
        let amendment = self.new.amendments.values().next_back();
        let lines = amendment.into_iter().flat_map(|amendment| &amendment.summary);
        lines
            .filter(|line| line.rationale.as_ref().is_some_and(|rationale| !rationale.trim().is_empty()))
            .any(|line| summary::covers(line, change, self.old, self.new))
    }

    /// D04: what participants have not agreed to. An event for the new consent answers it.
    fn consent(&self) -> Vec<Diagnostic> {
        let asks = |name: &str, label: &str| {
            name.to_lowercase().contains("consent") || label.to_lowercase().contains("consent")
        };
        let asked = self
            .new
            .events
            .iter()
            .any(|(name, event)| !self.old.events.contains_key(name) && asks(name, &event.label));
        if asked || self.enrolment() == Enrolment::NotYet {
            return Vec::new();
        }
        let changes = self.difference.changes.iter().filter(|change| {
            // More visits alone are told in the report; risk and invasion are told here.
            change.has(EffectKind::Consent) && change.class == super::Class::Safety
        });
        let one = |change: &Change| {
            let effect = change.effects.iter().find(|effect| effect.kind == EffectKind::Consent)?;
            let message = format!("this needs a new consent: {}", effect.because);
            let help = "declare the event of the new consent, as in `event consent_2 \"Consent to version 2\": after consent`, and hang \
                        what is new on it";
            Some(self.at(&codes::CONSENT, change, message)?.label(change.kind.word()).help(help))
        };
        changes.filter_map(one).collect()
    }

    /// D05: what the trial is to show is another.
    fn primary(&self) -> Vec<Diagnostic> {
        let is_primary = |trial: &Trial, name: &str| {
            trial.outcomes.get(name).is_some_and(|outcome| outcome.tier == Tier::Primary)
        };
        let outcomes = self.difference.changes.iter().filter(|change| {
            change.subject.part == Part::Outcome
                && !change.is_editorial()
                && (is_primary(self.old, &change.subject.name) || is_primary(self.new, &change.subject.name))
        });
        let one = |change: &Change| {
            let message = format!("the primary outcome changes: {}", unended(&change.sentence));
            let help = "keep it and add the new one as a secondary outcome; where it must change, say why, whether anybody had seen \
                        results, and update the registry and the sample size";
            Some(self.at(&codes::PRIMARY_CHANGED, change, message)?.label(change.kind.word()).help(help))
        };
        outcomes.filter_map(one).collect()
    }

    /// D07: the same criteria under other codes.
    fn renumbered(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for decision in &self.difference.decisions {
            let moved: Vec<&CriterionDifference> = decision
                .criteria
                .iter()
                .filter(|one| {
                    one.old_code.is_some() && one.new_code.is_some() && one.old_code != one.new_code
                })
                .collect();
            let Some(first) = moved.first() else { continue };
            const MOST: usize = 4;
            let said = |one: &&CriterionDifference| {
                format!(
                    "{} is now {}",
                    one.old_code.as_deref().unwrap_or(""),
                    one.new_code.as_deref().unwrap_or("")
                )
            };
            let mut pairs: Vec<String> = moved.iter().take(MOST).map(said).collect();
            if moved.len() > MOST {
                pairs.push(format!("{} more", moved.len() - MOST));
            }
            let Some(span) = self.head(decision.event.as_str(), first.new_code.as_deref()).or(first.new.0)
            else {
                continue;
            };
            let message =
                format!("codes on collected forms and screening logs shift: {}", listed(&pairs, "and"));
            let old_code = first.old_code.as_deref().unwrap_or_default();
            let help = format!(
                "keep `{old_code}` for this criterion and give a new criterion a code that was never used; the order of the list need \
                 not follow the codes"
            );
            let mut diagnostic = Diagnostic::new(&codes::RENUMBERED, span, message)
                .label(format!("was {old_code}"))
                .help(help);
            if let Some(before) = self.before(first.old.0) {
                diagnostic = diagnostic.and(before, "as it was");
            }
            found.push(diagnostic);
        }
        found
    }

    /// The keyword and the code of a criterion of the new protocol.
    fn head(&self, event: &str, code: Option<&str>) -> Option<Span> {
        self.criterion(self.new, event, code)?.origin.0
    }

    fn criterion<'t>(&self, trial: &'t Trial, event: &str, code: Option<&str>) -> Option<&'t Criterion> {
        trial.decisions.get(event)?.criteria.get(code?)
    }

    /// D08: windows that leave those outside who were inside.
    fn windows(&self) -> Vec<Diagnostic> {
        let enrolment = self.enrolment();
        let visits = self.difference.changes.iter().filter(|change| {
            change.subject.part == Part::Visit
                && change.property.as_deref() == Some("timing")
                && change.has(EffectKind::Enrolled)
        });
        let one = |change: &Change| {
            let name = &change.subject.name;
            let mut fallen: Vec<&str> = Vec::new();
            for one in self.participants.iter().filter(|one| one.visit == *name) {
                if !fallen.contains(&one.participant.as_str()) {
                    fallen.push(&one.participant);
                }
            }
            if fallen.is_empty() && enrolment == Enrolment::NotYet {
                return None;
            }
            const MOST: usize = 5;
            let who = if fallen.is_empty() {
                format!("participants may fall out of it{}", enrolment.caveat())
            } else {
                let shown: Vec<String> = fallen.iter().take(MOST).map(|key| (*key).to_owned()).collect();
                let more = if fallen.len() > MOST {
                    format!(" and {} more", fallen.len() - MOST)
                } else {
                    String::new()
                };
                let people = if fallen.len() == 1 { "participant falls" } else { "participants fall" };
                format!("{} {people} out of it: {}{more}", fallen.len(), shown.join(", "))
            };
            let (from, to) = (change.from.as_deref().unwrap_or(""), change.to.as_deref().unwrap_or(""));
            let message =
                format!("the window of `{name}` leaves out days that it had: {from} becomes {to}; {who}");
            let help = "keep the old days inside the new window, or say in the amendment that visits which took place before it are no \
                        deviations; `trialc diff OLD NEW --participants dates.csv` lists who is concerned";
            Some(self.at(&codes::WINDOW_TIGHTENED, change, message)?.label(change.kind.word()).help(help))
        };
        visits.filter_map(one).collect()
    }

    /// D09: other words that decide the same.
    fn without_effect(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for decision in &self.difference.decisions {
            for one in decision.criteria.iter().filter(|one| one.standing.is_same()) {
                let event = decision.event.as_str();
                let (Some(before), Some(after)) = (
                    self.criterion(self.old, event, one.old_code.as_deref()),
                    self.criterion(self.new, event, one.new_code.as_deref()),
                ) else {
                    continue;
                };
                let code = one.new_code.as_deref().unwrap_or_default();
                let (what, origin, old_origin) =
                    if collapsed(&before.rule.text) != collapsed(&after.rule.text) {
                        ("the rule", after.rule.origin.0, before.rule.origin)
                    } else if one.standing == Standing::Reworded {
                        ("the wording", one.new.0, one.old)
                    } else {
                        continue;
                    };
                let Some(span) = origin.or(one.new.0) else { continue };
                let (message, help) = match (one.old_kind, one.kind) {
                    (was, is) if was == is => (
                        format!("{what} of {code} is written otherwise and decides the same people"),
                        "list it as editorial, or leave it as it was: each change of words is read, translated and approved again",
                    ),
                    (_, is) => {
                        let (was, is) = match is {
                            CriterionKind::Include => ("an exclusion", "an inclusion"),
                            CriterionKind::Exclude => ("an inclusion", "an exclusion"),
                        };
                        (
                            format!(
                                "{code} was {was} and is {is} now: it decides the same people, and `yes` on its form means the opposite"
                            ),
                            "leave it as it was, or give it a code that was never used, so that nobody mixes up answers of before and after",
                        )
                    }
                };
                let mut diagnostic = Diagnostic::new(&codes::WITHOUT_EFFECT, span, message).help(help);
                if let Some(before) = self.before(old_origin.0) {
                    diagnostic = diagnostic.and(before, "as it was");
                }
                found.push(diagnostic);
            }
        }
        found
    }
}

fn unended(sentence: &str) -> &str {
    sentence.trim_end_matches('.')
}

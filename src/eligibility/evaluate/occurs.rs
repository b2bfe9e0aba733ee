//! Findings, exposures, procedures and events: whether they were there, and whether it is known that they were not.

use jiff::civil::Date;

use super::bind::Scope;
use super::moment::Days;
use super::{Evaluator, Truth};
use crate::eligibility::evidence::{Evidence, Missing, MissingKind, Outcome};
use crate::eligibility::person::{Recorded, fill};
use crate::eligibility::record::AttributeValue;
use crate::eligibility::vocabulary::label;
use crate::model::{Answer, AttributeTest, Domain, Finding, Mode, Window};
use crate::time::{DateRange, day_after, day_before};

/// Qualifiers that deny each other.
const OPPOSITES: [(&str, &str); 3] =
    [("symptomatic", "asymptomatic"), ("treated", "untreated"), ("controlled", "uncontrolled")];

/// A qualifier or attribute that a record does not mention.
fn unsaid(finding: &str, entry: &Recorded<'_>, what: &str) -> Missing {
    let on = entry.entry.on.or(entry.entry.from).map(|day| format!(" of {day}")).unwrap_or_default();
    let why = format!("whether the recorded `{finding}`{on} was {what} is not said");
    Missing::new(MissingKind::Detail, finding, why, format!("record whether the `{finding}`{on} was {what}"))
}

/// An entry whose code the protocol does not list, or that is recorded as something broader.
fn perhaps_meant(name: &str, entry: &Recorded<'_>) -> Missing {
    if !entry.entry.perhaps.is_empty() {
        let on = entry.entry.on.or(entry.entry.from).map(|day| format!(" of {day}")).unwrap_or_default();
        let why = format!("something broader is recorded{on}, which may be `{name}` or something else");
        let ask = format!("record whether this was `{name}`");
        return Missing::new(MissingKind::Detail, name, why, ask);
    }
    let code = entry.entry.code.iter().chain(&entry.entry.codes).next();
    let recorded = match (&entry.entry.text, code) {
        (Some(text), Some(code)) => {
            format!("“{text}” ({code}) is recorded, a code that the protocol does not list")
        }
        (Some(text), None) => format!("“{text}” is recorded, without a code"),
        (None, _) => "something is recorded, and not what it was".to_owned(),
    };
    let ask = match code {
        Some(code) => format!("settle whether {code} is `{name}`"),
        None => format!("settle whether this was `{name}`"),
    };
    Missing::new(MissingKind::Detail, name, format!("{recorded}: whether it is `{name}` is open"), ask)
}

/// An entry that names a class, of which some do not count.
fn perhaps_another(class: &str, others: &[&str], entry: &Recorded<'_>) -> Missing {
    let on = entry.entry.on.or(entry.entry.from).map(|day| format!(" of {day}")).unwrap_or_default();
    let recorded = entry.names.first().copied().unwrap_or(class);
    let others: Vec<String> = others.iter().map(|other| format!("`{other}`")).collect();
    let others = others.join(" or ");
    let why =
        format!("`{recorded}`{on} is recorded, which may be {others}: this does not count as `{class}` here");
    let ask = format!("record which `{recorded}`{on} it was, or that it was other than {others}");
    Missing::new(MissingKind::Detail, class, why, ask)
}

impl<'a> Evaluator<'a> {
    /// Whether an entry is what a finding means: its name, its qualifiers, its attributes.
    pub(crate) fn is_meant(&self, entry: &Recorded<'a>, finding: &'a Finding) -> (Truth, Vec<Missing>) {
        let name = finding.name.as_str();
        let is = |of: &str| entry.names.iter().any(|one| self.words.is_a(one, of));
        if finding.other_than.iter().any(|other| is(other)) {
            return (Truth::False, Vec::new());
        }
        let mut missing = Vec::new();
        let mut truth = if is(name) {
            Truth::True
        } else if entry.names.iter().any(|one| self.words.is_a(name, one)) {
            let recorded = entry.names.first().copied().unwrap_or(name);
            let why = format!("`{recorded}` is recorded, which may be `{name}` or something else");
            missing.push(Missing::new(
                MissingKind::Detail,
                name,
                why,
                format!("record whether it was `{name}`"),
            ));
            Truth::Unknown
        } else if entry.perhaps.iter().any(|one| self.words.is_a(one, name)) {
            missing.push(perhaps_meant(name, entry));
            Truth::Unknown
        } else {
            return (Truth::False, Vec::new());
        };
        // It may be one of those that do not count.
        let other =
            finding.other_than.iter().find(|of| entry.perhaps.iter().any(|one| self.words.is_a(one, of)));
        if let (Some(other), Truth::True) = (other, truth) {
            missing.push(perhaps_meant(other, entry));
            truth = Truth::Unknown;
        }
        if truth == Truth::True {
            let open = finding.other_than.iter().map(String::as_str);
            let open: Vec<&str> = open.filter(|other| !self.is_another(entry, name, other)).collect();
            if !open.is_empty() {
                missing.push(perhaps_another(name, &open, entry));
                truth = Truth::Unknown;
            }
        }
        for qualifier in &finding.qualifiers {
            let said = said_of(entry, qualifier);
            if said == Truth::Unknown {
                missing.push(unsaid(name, entry, &qualifier.replace('_', " ")));
            }
            truth = truth.and(said);
        }
        for test in &finding.with {
            let (passed, what) = test_of(entry, test);
            if passed == Truth::Unknown {
                missing.push(unsaid(name, entry, &what));
            }
            truth = truth.and(passed);
        }
        if let (Truth::True, Some(reason)) = (truth, &entry.entry.unsure)
            && !finding.qualifiers.iter().any(|qualifier| qualifier == "suspected")
        {
            let why = format!("`{name}` is not certain: {reason}");
            let ask = format!("confirm `{name}`, or rule it out");
            return (Truth::Unknown, vec![Missing::new(MissingKind::Detail, name, why, ask)]);
        }
        if truth.is_known() {
            missing.clear();
        }
        (truth, missing)
    }

    /// Whether an entry of a class is known to be something else than `other`: it is said, another name that it has says
    /// so, or its code does.
    fn is_another(&self, entry: &Recorded<'a>, class: &str, other: &str) -> bool {
        let is_special = |name: &&&str| {
            **name != class && self.words.is_a(name, class) && self.words.are_apart(name, other)
        };
        let mut codes = entry.entry.code.iter().chain(&entry.entry.codes);
        entry.other_than.iter().any(|said| self.words.is_a(other, said))
            || entry.names.iter().find(is_special).is_some()
            || codes.any(|code| self.words.is_other_code(code, class, other))
    }

    pub(super) fn finding_label(&self, name: &'a str) -> &'a str {
        match self.document.concepts.get(name) {
            Some(_) => label(&self.document.concepts, name, |concept| &concept.label),
            None => label(&self.document.events, name, |event| &event.label),
        }
    }

    /// That it was there, in words that fit one thing, several and a class: `the person had Stroke`,
    /// `the person received any of Insulins and analogues`.
    pub(super) fn was_there(&self, finding: &Finding, words: &str) -> String {
        let concept = self.document.concepts.get(finding.name.as_str());
        let is_class = concept.is_some_and(|concept| !concept.members.is_empty());
        match finding.domain {
            Domain::DrugClass => format!("the person received any of {words}"),
            Domain::Drug if is_class => format!("the person received any of {words}"),
            Domain::Drug => format!("the person received {words}"),
            Domain::Condition | Domain::Procedure => format!("the person had {words}"),
            Domain::Event => format!("{words} took place"),
        }
    }

    pub(super) fn occurs(
        &self,
        finding: &'a Finding,
        mode: Mode,
        window: &'a Window,
        scope: &Scope<'a>,
    ) -> Outcome {
        self.for_each_choice(&[], &[window], scope, &|scope| {
            let days = self.days(window, scope);
            if days.is_never {
                return Outcome::known(false).with(days.missing.iter().map(never_shown));
            }
            if days.is_backward {
                return Outcome::unknown(days.missing);
            }
            if days.is_empty() {
                return Outcome::known(false);
            }
            let mut outcome = match mode {
                Mode::Throughout => self.throughout(finding, &days, scope),
                _ => self.somewhere(finding, mode, &days, scope),
            };
            if outcome.truth() == Truth::Unknown {
                outcome.missing.extend(days.missing);
            }
            outcome
        })
    }

    fn somewhere(&self, finding: &'a Finding, mode: Mode, days: &Days<'_>, scope: &Scope<'a>) -> Outcome {
        let mut unsure = Outcome::unknown(Vec::new());
        for entry in scope.person.entries() {
            let (meant, missing) = self.is_meant(entry, finding);
            let when = when(entry, mode, days);
            match meant.and(when) {
                // Another entry may say the same and be denied by nobody.
                Truth::True if scope.person.is_denied(&finding.name, self.words, entry) => {
                    unsure.evidence.push(self.entry_shown(entry, finding, days));
                    unsure.missing.push(contradicted(finding));
                }
                Truth::True => return Outcome::known(true).with([self.entry_shown(entry, finding, days)]),
                Truth::Unknown => {
                    unsure.evidence.push(self.entry_shown(entry, finding, days));
                    unsure.missing.extend(missing);
                    if when == Truth::Unknown && days.missing.is_empty() {
                        unsure.missing.push(undated(finding, entry, days));
                    }
                }
                Truth::False => {}
            }
        }
        if !unsure.evidence.is_empty() {
            return unsure;
        }
        let (from, to) = days.widest();
        if self.is_covered(&finding.name, scope, from, to) {
            return Outcome::known(false).with([self.absence_shown(finding, days)]);
        }
        Outcome::unknown(vec![self.not_covered(finding, days, scope)])
    }

    /// On every day of the window, by one entry or by several that follow each other.
    fn throughout(&self, finding: &'a Finding, days: &Days<'_>, scope: &Scope<'a>) -> Outcome {
        let (mut sure, mut perhaps) = (Vec::new(), Vec::new());
        let (mut shown, mut missing) = (Vec::new(), Vec::new());
        for entry in scope.person.entries() {
            let (meant, lacking) = self.is_meant(entry, finding);
            if meant == Truth::False || days.touch(entry.start, entry.end) == Truth::False {
                continue;
            }
            shown.push(self.entry_shown(entry, finding, days));
            perhaps.push((entry.start.earliest, entry.end.latest));
            match meant {
                Truth::True => sure.push((entry.start.latest, entry.end.earliest)),
                _ => missing.extend(lacking),
            }
        }
        // What is asked of every day is asked of the days since birth.
        let born = scope.person.facts.born.unwrap_or(DateRange::exactly(Date::MIN));
        let (from, to) = days.widest();
        let from = from.max(born.earliest);
        if from <= to && fill(sure.iter().copied(), from, to) {
            return Outcome::known(true).with(shown);
        }
        let (first, last) = days.narrowest();
        let first = first.max(born.latest);
        // One day is enough that surely belongs to the window and surely was without.
        let covered = |day: &Date| self.is_covered(&finding.name, scope, *day, *day);
        let bare_days = gaps(&perhaps, first, last).into_iter().flat_map(|(start, end)| {
            let within = scope.person.cover_starts().filter(move |day| *day >= start && *day <= end);
            std::iter::once(start).chain(within)
        });
        let bare_days: Vec<Date> = bare_days.collect();
        if let Some(day) = bare_days.into_iter().find(covered) {
            let mut evidence = self.absence_shown(finding, days);
            evidence.on = Some(DateRange::exactly(day));
            return Outcome::known(false).with(shown).with([evidence]);
        }
        if missing.is_empty() && days.missing.is_empty() {
            missing.push(self.not_covered(finding, days, scope));
        }
        Outcome::unknown(missing).with(shown)
    }

    /// Whether nothing of this name can be absent from the record on these days. A closed list is covered where
    /// each of its members is.
    pub(super) fn is_covered(&self, name: &str, scope: &Scope<'a>, from: Date, to: Date) -> bool {
        self.is_covered_within(name, scope, from, to, 0)
    }

    fn is_covered_within(&self, name: &str, scope: &Scope<'a>, from: Date, to: Date, depth: usize) -> bool {
        const DEEPEST_CLASS: usize = 16;
        let concept = self.document.concepts.get(name);
        let is_open = concept.is_some_and(|concept| concept.open_list);
        if scope.person.is_covered(name, is_open, self.words, from, to) {
            return true;
        }
        concept.is_some_and(|concept| {
            depth < DEEPEST_CLASS
                && !is_open
                && !concept.members.is_empty()
                && concept
                    .members
                    .iter()
                    .all(|member| self.is_covered_within(member, scope, from, to, depth + 1))
        })
    }

    fn not_covered(&self, finding: &'a Finding, days: &Days<'_>, scope: &Scope<'a>) -> Missing {
        let words = self.finding_label(&finding.name);
        let qualified = finding.qualifiers.iter().map(|one| one.replace('_', " ") + " ").collect::<String>();
        let was_there = self.was_there(finding, &format!("{qualified}{words}"));
        let when = days.in_words();
        let (from, to) = days.widest();
        let until = scope.person.known_until(&finding.name, self.words, from).filter(|until| *until < to);
        let why = match until {
            Some(until) => format!("nothing is recorded about {qualified}{words} after {until}"),
            None => format!("nothing says whether {was_there}"),
        };
        let when = if when.is_empty() { String::new() } else { format!(" {when}") };
        let ask = format!("record whether {was_there}{when}, also where the answer is no");
        let mut missing = Missing::new(MissingKind::Absence, &finding.name, why, ask);
        missing.from = until.map(day_after).or(Some(from)).filter(|from| *from != Date::MIN);
        missing.by = Some(to).filter(|to| *to != Date::MAX);
        missing
    }

    pub(super) fn entry_shown(
        &self,
        entry: &Recorded<'a>,
        finding: &'a Finding,
        days: &Days<'_>,
    ) -> Evidence {
        let name = entry.names.first().copied().unwrap_or(&finding.name);
        let mut evidence = Evidence::of(name, self.finding_label(name));
        if entry.names.is_empty() {
            evidence.label = entry.entry.text.clone().unwrap_or_else(|| "something".to_owned());
        }
        (evidence.on, evidence.from, evidence.to) = (entry.entry.on, entry.entry.from, entry.entry.to);
        evidence.source.clone_from(&entry.entry.source);
        if let Some(dose) = &entry.entry.dose {
            evidence.value = Some(dose.value.to_string());
            evidence.unit.clone_from(&dose.unit);
        }
        evidence.remarks.extend(entry.entry.qualifiers.iter().map(|(qualifier, answer)| match answer {
            Answer::Yes => qualifier.replace('_', " "),
            Answer::No => format!("not {}", qualifier.replace('_', " ")),
            Answer::Unknown => format!("{}: unknown", qualifier.replace('_', " ")),
        }));
        evidence.window = super::shown::window(days, entry.entry.on.or(entry.entry.from));
        evidence
    }

    fn absence_shown(&self, finding: &'a Finding, days: &Days<'_>) -> Evidence {
        let mut evidence = Evidence::of(&finding.name, self.finding_label(&finding.name)).value("none");
        evidence.window = super::shown::window(days, None);
        evidence
    }
}

/// An anchor that is known never to have been.
fn never_shown(missing: &Missing) -> Evidence {
    let mut evidence = Evidence::of(&missing.item, &missing.item).value("never");
    evidence.remarks.push(missing.why.clone());
    evidence
}

/// It is recorded, and so is its absence.
pub(super) fn contradicted(finding: &Finding) -> Missing {
    let name = &finding.name;
    let why = format!("`{name}` is recorded, and so is that there was none");
    Missing::new(
        MissingKind::Contradiction,
        name,
        why,
        format!("settle whether `{name}` is rightly recorded or rightly denied"),
    )
}

/// Whether the time of an entry is the one that is asked for.
pub(super) fn when(entry: &Recorded<'_>, mode: Mode, days: &Days<'_>) -> Truth {
    match mode {
        Mode::Present | Mode::Ever | Mode::Throughout => days.touch(entry.start, entry.end),
        Mode::Started => days.hold(entry.start),
        Mode::Ended if entry.is_ongoing => Truth::False,
        Mode::Ended => days.hold(entry.end),
    }
}

fn undated(finding: &Finding, entry: &Recorded<'_>, days: &Days<'_>) -> Missing {
    let name = &finding.name;
    let known = [entry.entry.on, entry.entry.from, entry.entry.to].into_iter().flatten();
    let dates: Vec<String> = known.map(|day| day.to_string()).collect();
    let known = match (dates.as_slice(), entry.entry.to) {
        ([], _) => "without a date".to_owned(),
        ([from, ..], Some(to)) if to.latest == Date::MAX => format!("from {from} without its end"),
        (dates, _) => format!("only as {}", dates.join(" to ")),
    };
    let why =
        format!("`{name}` is recorded {known}, which does not settle whether it was {}", days.in_words());
    Missing::new(MissingKind::Date, name, why, format!("record the full dates of `{name}`"))
}

fn said_of(entry: &Recorded<'_>, qualifier: &str) -> Truth {
    let said = |qualifier: &str| match entry.entry.qualifiers.get(qualifier) {
        Some(Answer::Yes) => Truth::True,
        Some(Answer::No) => Truth::False,
        Some(Answer::Unknown) | None => Truth::Unknown,
    };
    let opposite = OPPOSITES.iter().find_map(|(a, b)| match qualifier {
        one if one == *a => Some(*b),
        one if one == *b => Some(*a),
        _ => None,
    });
    match (said(qualifier), opposite.map_or(Truth::Unknown, said)) {
        (Truth::Unknown, Truth::Unknown) => Truth::Unknown,
        (Truth::Unknown, opposite) => !opposite,
        (said, opposite) if said == opposite => Truth::Unknown,
        (said, _) => said,
    }
}

/// Whether an entry's attribute passes, and what to ask when it is not recorded.
fn test_of(entry: &Recorded<'_>, test: &AttributeTest) -> (Truth, String) {
    match test {
        AttributeTest::Ordinal { attribute, operator, value } => {
            let what = format!("of {attribute} {} {value}", operator.symbol());
            let grade = match entry.entry.attributes.get(attribute) {
                Some(AttributeValue::Grade(grade)) => Some(*grade),
                Some(AttributeValue::Text(text)) => text.trim().parse().ok(),
                _ => None,
            };
            (grade.map_or(Truth::Unknown, |grade| operator.holds(grade.cmp(value)).into()), what)
        }
        AttributeTest::Flag { attribute } => {
            let truth = match entry.entry.attributes.get(attribute) {
                Some(AttributeValue::Flag(flag)) => Truth::from(*flag),
                Some(AttributeValue::Text(text)) => match text.to_lowercase().as_str() {
                    "yes" | "true" => Truth::True,
                    "no" | "false" => Truth::False,
                    _ => Truth::Unknown,
                },
                _ => Truth::Unknown,
            };
            (truth, attribute.replace('_', " "))
        }
    }
}

/// The stretches of days from `first` to `last` that none of the intervals touches.
pub(super) fn gaps(intervals: &[(Date, Date)], first: Date, last: Date) -> Vec<(Date, Date)> {
    let mut intervals: Vec<(Date, Date)> = intervals.to_vec();
    intervals.sort_unstable();
    let mut gaps = Vec::new();
    let mut next = first;
    for (start, end) in intervals {
        if next > last {
            return gaps;
        }
        if start > next {
            gaps.push((next, last.min(day_before(start))));
        }
        if end >= last {
            return gaps;
        }
        next = next.max(day_after(end));
    }
    if next <= last {
        gaps.push((next, last));
    }
    gaps
}

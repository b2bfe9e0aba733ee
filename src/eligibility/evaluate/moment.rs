//! When something is: anchors, windows, and the events that are still to come.

use jiff::civil::Date;

use super::bind::{Bound, Need, Scope};
use super::{Evaluator, Truth};
use crate::eligibility::evidence::{Missing, MissingKind};
use crate::eligibility::mentions::Mentions;
use crate::eligibility::person::{ANY_DAY, Recorded};
use crate::eligibility::vocabulary::label;
use crate::model::{
    self, Anchor, Direction, Event, Finding, Moment, Occurrence, Offset, VisitTiming, Window,
};
use crate::time::{DateRange, apply, days_inside};

/// A day of which perhaps only a range is known. When nothing is known, it is any day, and `missing` says why.
#[derive(Clone, Debug)]
pub(crate) struct At {
    pub range: DateRange,
    pub missing: Vec<Missing>,
    /// It is known never to have been.
    pub is_never: bool,
}

impl At {
    fn known(range: DateRange) -> Self {
        Self { range, missing: Vec::new(), is_never: false }
    }

    fn unknown(missing: Missing) -> Self {
        Self { range: ANY_DAY, missing: vec![missing], is_never: false }
    }

    /// With its range changed, if it has one.
    fn changed(self, change: impl Fn(DateRange) -> Option<DateRange>) -> Self {
        let known = Some(self.range).filter(|range| *range != ANY_DAY);
        Self { range: known.and_then(change).unwrap_or(ANY_DAY), ..self }
    }
}

/// A window on the calendar.
#[derive(Clone, Debug)]
pub(crate) struct Days<'a> {
    /// Absent: open.
    pub from: Option<DateRange>,
    pub to: Option<DateRange>,
    pub text: &'a str,
    pub missing: Vec<Missing>,
    /// It hangs on an event that is known never to have been: it has no days.
    pub is_never: bool,
    /// By the record it ends before it begins: the dates of its anchors contradict each other.
    pub is_backward: bool,
}

impl Days<'_> {
    /// Whether no day can lie in it.
    pub fn is_empty(&self) -> bool {
        let (first, last) = self.widest();
        self.is_never || first > last
    }

    /// Whether a day lies in the window.
    pub fn hold(&self, day: DateRange) -> Truth {
        if self.is_empty() {
            return Truth::False;
        }
        let surely = self.from.is_none_or(|from| day.earliest >= from.latest)
            && self.to.is_none_or(|to| day.latest <= to.earliest);
        let perhaps = self.from.is_none_or(|from| day.latest >= from.earliest)
            && self.to.is_none_or(|to| day.earliest <= to.latest);
        match (surely, perhaps) {
            (true, _) => Truth::True,
            (false, true) => Truth::Unknown,
            (false, false) => Truth::False,
        }
    }

    /// Whether something that lasts touches a day of the window.
    pub fn touch(&self, start: DateRange, end: DateRange) -> Truth {
        if self.is_empty() {
            return Truth::False;
        }
        let surely = self.to.is_none_or(|to| start.latest <= to.earliest)
            && self.from.is_none_or(|from| end.earliest >= from.latest);
        let perhaps = self.to.is_none_or(|to| start.earliest <= to.latest)
            && self.from.is_none_or(|from| end.latest >= from.earliest);
        match (surely, perhaps) {
            (true, _) => Truth::True,
            (false, true) => Truth::Unknown,
            (false, false) => Truth::False,
        }
    }

    /// The first and the last day that can belong to the window.
    pub fn widest(&self) -> (Date, Date) {
        (self.from.map_or(Date::MIN, |from| from.earliest), self.to.map_or(Date::MAX, |to| to.latest))
    }

    /// The first and the last day that surely belong to it; backwards when no day does.
    pub fn narrowest(&self) -> (Date, Date) {
        (self.from.map_or(Date::MIN, |from| from.latest), self.to.map_or(Date::MAX, |to| to.earliest))
    }

    /// Days from a day to the nearer edge, negative outside; `None` where an end is not known to the day.
    pub fn to_edge(&self, day: DateRange) -> Option<i64> {
        let end = |end: Option<DateRange>| match end {
            None => Some(None),
            Some(end) => end.day().map(Some),
        };
        days_inside(day.day()?, end(self.from)?, end(self.to)?)
    }

    /// `within 14 days before randomization (2011-06-17 to 2011-07-01)`
    pub fn in_words(&self) -> String {
        let known = |end: Option<DateRange>| end.filter(|end| *end != ANY_DAY);
        let days = match (known(self.from), known(self.to)) {
            (Some(from), Some(to)) if from == to && self.text.is_empty() => format!("on {from}"),
            (Some(from), Some(to)) if from == to => from.to_string(),
            (Some(from), Some(to)) if self.text.is_empty() => format!("from {from} to {to}"),
            (Some(from), Some(to)) => format!("{from} to {to}"),
            (Some(from), None) => format!("from {from}"),
            (None, Some(to)) => format!("up to {to}"),
            (None, None) => return self.text.to_owned(),
        };
        if self.text.is_empty() { days } else { format!("{} ({days})", self.text) }
    }
}

impl<'a> Evaluator<'a> {
    pub(crate) fn days(&self, window: &'a Window, scope: &Scope<'a>) -> Days<'a> {
        let mut missing = Vec::new();
        let mut is_never = false;
        let mut end = |moment: &'a Option<Moment>| {
            moment.as_ref().map(|moment| {
                let at = self.at(moment, scope);
                missing.extend(at.missing);
                is_never |= at.is_never;
                at.range
            })
        };
        let (from, to) = (end(&window.from), end(&window.to));
        let is_backward = match (from, to) {
            (Some(from), Some(to)) => from.earliest > to.latest,
            _ => false,
        };
        if let (true, Some(from), Some(to)) = (is_backward, from, to) {
            missing.push(backward(window, from, to));
        }
        missing.dedup();
        let mut days = Days { from, to, text: &window.text, missing, is_never, is_backward };
        if let Some(day) = scope.day {
            days.from = Some(from.map_or(day, |from| from.last_of(day)));
            days.to = Some(to.map_or(day, |to| to.first_of(day)));
        }
        days
    }

    pub(crate) fn at(&self, moment: &'a Moment, scope: &Scope<'a>) -> At {
        let at = self.anchor(&moment.of, scope);
        match &moment.offset {
            Some(offset) => at.changed(|range| range.moved(offset)),
            None => at,
        }
    }

    fn anchor(&self, anchor: &'a Anchor, scope: &Scope<'a>) -> At {
        match anchor {
            Anchor::Decision => self.event(self.decision, Occurrence::Once, scope),
            Anchor::Event { name, occurrence } => self.event(name, *occurrence, scope),
            Anchor::Visit { name } => self.visit(name, scope),
            Anchor::Onset { finding } => self.onset(finding, scope),
            Anchor::End { finding } => {
                self.edge_of(finding, scope, |entry| entry.end, DateRange::last_of, "ended")
            }
        }
    }

    pub(super) fn event(&self, name: &'a str, occurrence: Occurrence, scope: &Scope<'a>) -> At {
        if let Some(Bound::Day(day)) = scope.find(&Need::Occurrence { event: name, occurrence }) {
            return At::known(*day);
        }
        let event = self.document.events.get(name);
        if let Some((event, arm)) = event.zip(self.arm)
            && !event.arms.is_empty()
            && !event.arms.iter().any(|one| one == arm)
        {
            let why = format!("`{name}` does not happen in arm `{arm}`");
            return At::unknown(Missing::new(
                MissingKind::Event,
                name,
                why,
                format!("say what counts in arm `{arm}` instead"),
            ));
        }
        // Another person's record speaks of the participant's trial only where it says so itself.
        let own: Vec<DateRange> = scope.person.named(name).map(|entry| entry.start).collect();
        let recorded: Vec<DateRange> = match own.is_empty() {
            true => self.person.named(name).map(|entry| entry.start).collect(),
            false => own,
        };
        if let Some((first, rest)) = recorded.split_first() {
            let chosen = match occurrence {
                Occurrence::Last => rest.iter().fold(*first, |last, one| last.last_of(*one)),
                Occurrence::First => rest.iter().fold(*first, |found, one| found.first_of(*one)),
                Occurrence::Once | Occurrence::Any | Occurrence::Each
                    if rest.iter().all(|one| one == first) =>
                {
                    *first
                }
                Occurrence::Once | Occurrence::Any | Occurrence::Each => {
                    let why = format!("`{name}` happens once, and is recorded on {} days", recorded.len());
                    let ask = format!("keep the true date of `{name}`");
                    let range = rest.iter().fold(*first, |hull, one| DateRange {
                        earliest: hull.earliest.min(one.earliest),
                        latest: hull.latest.max(one.latest),
                    });
                    let missing = Missing::new(MissingKind::Contradiction, name, why, ask);
                    return At { range, ..At::unknown(missing) };
                }
            };
            if let Some(today) = self.as_of
                && chosen.earliest > today
            {
                self.awaited.borrow_mut().insert(name, chosen.earliest);
            }
            return At::known(chosen);
        }
        if let Some(found) = event.and_then(|event| self.first_time(name, event, scope)) {
            return found;
        }
        if let Some(found) = event.and_then(|event| self.one_of(name, event, scope)) {
            return found;
        }
        if name != self.decision && self.person.is_denied_for_good(name, self.words) {
            let why = format!("`{name}` is known never to have happened");
            let ask = format!("say what counts without `{name}`");
            return At { is_never: true, ..At::unknown(Missing::new(MissingKind::Event, name, why, ask)) };
        }
        if let Some(day) = self.expected(name, scope) {
            self.awaited.borrow_mut().insert(name, day);
            return At::known(DateRange::exactly(day));
        }
        let words = label(&self.document.events, name, |event| &event.label);
        let why = format!("`{name}` ({words}) has no date in the record");
        let ask = format!("record when this happened, or is planned: {words}");
        At::unknown(Missing::new(MissingKind::Event, name, why, ask))
    }

    /// The earliest day that an event still to come can have: today for the decision itself, and for what comes
    /// after it, the earliest that its constraints allow. `None` for an event that may lie in the past.
    fn expected(&self, name: &'a str, scope: &Scope<'a>) -> Option<Date> {
        let today = self.as_of?;
        if name == self.decision {
            return Some(today);
        }
        let event = self.document.events.get(name)?;
        if self.looking_for.borrow().contains(&name) {
            return None;
        }
        self.looking_for.borrow_mut().push(name);
        let day = self.earliest_by_constraints(event, scope, today);
        self.looking_for.borrow_mut().pop();
        day
    }

    fn earliest_by_constraints(&self, event: &'a Event, scope: &Scope<'a>, today: Date) -> Option<Date> {
        let mut earliest = None;
        for constraint in &event.constraints {
            let Some(low) = &constraint.low else { continue };
            if !is_forward(low) {
                continue;
            }
            let Anchor::Event { name, .. } = &constraint.anchor.of else { continue };
            if !self.is_to_come(name) {
                continue;
            }
            let anchor = self.at(&constraint.anchor, scope);
            if let Some(day) = anchor.missing.is_empty().then(|| apply(anchor.range.earliest, low)).flatten()
            {
                earliest = earliest.max(Some(day.date.max(today)));
            }
        }
        earliest
    }

    /// Whether an event is the decision's own or comes after it.
    fn is_to_come(&self, name: &str) -> bool {
        let mut pending = vec![name];
        let mut seen: Vec<&str> = Vec::new();
        while let Some(name) = pending.pop() {
            if name == self.decision {
                return true;
            }
            if seen.contains(&name) {
                continue;
            }
            seen.push(name);
            let constraints = self.document.events.get(name).into_iter().flat_map(|event| &event.constraints);
            for constraint in constraints {
                if let (Some(low), Anchor::Event { name, .. }) = (&constraint.low, &constraint.anchor.of)
                    && is_forward(low)
                {
                    pending.push(name);
                }
            }
        }
        false
    }

    /// A visit is where it was recorded, else where the schedule puts it.
    fn visit(&self, name: &'a str, scope: &Scope<'a>) -> At {
        if let Some(recorded) = self.person.named(name).next() {
            return At::known(recorded.start);
        }
        let missing = || {
            let words = label(&self.document.visits, name, |visit| &visit.label);
            let ask = format!("record the date of the visit: {words}");
            Missing::new(
                MissingKind::Event,
                name,
                format!("the visit `{name}` has no date in the record"),
                ask,
            )
        };
        let Some(visit) = self.document.visits.get(name).filter(|visit| !visit.repeats) else {
            return At::unknown(missing());
        };
        if self.looking_for.borrow().contains(&name) {
            return At::unknown(missing());
        }
        self.looking_for.borrow_mut().push(name);
        let at = match &visit.timing {
            VisitTiming::Target { anchor, offset, early, late, .. } => {
                self.at(anchor, scope).changed(|range| {
                    let moved = |direction, by: &model::Duration| Offset { direction, by: by.clone() };
                    let target = range.moved(offset)?;
                    let first = target.moved(&moved(Direction::Before, early))?;
                    let last = target.moved(&moved(Direction::After, late))?;
                    Some(DateRange { earliest: first.earliest, latest: last.latest })
                })
            }
            VisitTiming::Range { anchor, from, to, .. } => self.at(anchor, scope).changed(|range| {
                Some(DateRange { earliest: range.moved(from)?.earliest, latest: range.moved(to)?.latest })
            }),
            VisitTiming::OnEvent { moment, .. } => self.at(moment, scope),
        };
        self.looking_for.borrow_mut().pop();
        at
    }

    /// When a finding began.
    pub(super) fn onset(&self, finding: &'a Finding, scope: &Scope<'a>) -> At {
        self.edge_of(finding, scope, |entry| entry.start, DateRange::first_of, "began")
    }

    /// When a finding began, or ended.
    fn edge_of(
        &self,
        finding: &'a Finding,
        scope: &Scope<'a>,
        edge: fn(&Recorded<'a>) -> DateRange,
        choose: fn(DateRange, DateRange) -> DateRange,
        verb: &str,
    ) -> At {
        let mut sure: Option<DateRange> = None;
        let mut perhaps: Option<DateRange> = None;
        for entry in scope.person.entries() {
            let day = edge(entry);
            let (truth, _) = self.is_meant(entry, finding);
            let slot = match truth {
                Truth::True => &mut sure,
                Truth::Unknown => &mut perhaps,
                Truth::False => continue,
            };
            *slot = Some(slot.map_or(day, |other| choose(other, day)));
        }
        let words = self.finding_label(&finding.name);
        let missing = || {
            let why = format!("when {words} {verb} is not recorded");
            Missing::new(MissingKind::Date, &finding.name, why, format!("record when {words} {verb}"))
        };
        match (sure, perhaps) {
            (Some(sure), _) if sure.earliest == Date::MAX => At::unknown(missing()),
            (Some(sure), None) => At::known(sure),
            (Some(sure), Some(perhaps)) => {
                let chosen = choose(sure, perhaps);
                At::known(DateRange {
                    earliest: chosen.earliest.min(sure.earliest),
                    latest: chosen.latest.max(sure.latest),
                })
            }
            (None, _) => At::unknown(missing()),
        }
    }
}

impl<'a> Evaluator<'a> {
    /// `first of (…)` and `last of (…)`. Of the first, an event that is not recorded may have come before those that
    /// are; of the last, each must have happened. `None` for an event that stands for itself.
    fn one_of(&self, name: &'a str, event: &'a Event, scope: &Scope<'a>) -> Option<At> {
        let one_of = event.one_of.as_ref()?;
        if self.looking_for.borrow().contains(&name) {
            return None;
        }
        self.looking_for.borrow_mut().push(name);
        let all: Vec<At> = one_of.of.iter().map(|moment| self.at(moment, scope)).collect();
        self.looking_for.borrow_mut().pop();
        let never = all.iter().filter(|at| at.is_never).count();
        let is_never = if one_of.first { never == all.len() } else { never > 0 };
        let counted = all.into_iter().filter(|at| is_never || !at.is_never);
        let pick = if one_of.first { DateRange::first_of } else { DateRange::last_of };
        counted
            .reduce(|mut found, at| {
                found.range = pick(found.range, at.range);
                found.missing.extend(at.missing);
                found
            })
            .map(|found| At { is_never, ..found })
    }

    /// The first day on which the rule of a derived event holds; `None` for an event that has no rule.
    fn first_time(&self, name: &'a str, event: &'a Event, scope: &Scope<'a>) -> Option<At> {
        let clause = event.when.as_ref()?;
        if self.looking_for.borrow().contains(&name) {
            return None;
        }
        self.looking_for.borrow_mut().push(name);
        let mut mentions = Mentions::default();
        mentions.clause(clause);
        let results = mentions
            .measures
            .iter()
            .flat_map(|measure| scope.person.results(measure))
            .map(|result| result.on);
        let entries = scope.person.entries().iter().filter(|entry| {
            entry
                .names
                .iter()
                .chain(&entry.perhaps)
                .any(|name| mentions.things.iter().any(|thing| self.words.is_a(name, thing)))
        });
        let mut days: Vec<DateRange> = results.chain(entries.map(|entry| entry.start)).collect();
        days.sort_unstable_by_key(|day| (day.latest, day.earliest));
        days.dedup();
        let mut perhaps: Option<Date> = None;
        let mut found = None;
        for day in days {
            let inner = Scope { day: Some(day), ..scope.clone() };
            match self.clause(clause, &inner).truth {
                Truth::False => {}
                Truth::Unknown => {
                    perhaps = Some(perhaps.map_or(day.earliest, |first| first.min(day.earliest)))
                }
                Truth::True => {
                    let earliest = perhaps.map_or(day.earliest, |first| first.min(day.earliest));
                    found = Some(At::known(DateRange { earliest, latest: day.latest }));
                    break;
                }
            }
        }
        self.looking_for.borrow_mut().pop();
        Some(found.unwrap_or_else(|| {
            let words = label(&self.document.events, name, |event| &event.label);
            let why = format!("no day is recorded on which `{name}` is reached: {}", clause.text);
            At::unknown(Missing::new(
                MissingKind::Event,
                name,
                why,
                format!("record the values that show: {words}"),
            ))
        }))
    }
}

/// What a window that ends before it begins asks for: the true dates of its anchors.
fn backward(window: &Window, from: DateRange, to: DateRange) -> Missing {
    let name = |moment: &Option<Moment>| match moment.as_ref().map(|moment| &moment.of) {
        Some(Anchor::Event { name, .. } | Anchor::Visit { name }) => format!("`{name}`"),
        Some(Anchor::Onset { finding } | Anchor::End { finding }) => format!("`{}`", finding.name),
        Some(Anchor::Decision) | None => "the decision".into(),
    };
    let (first, last) = (name(&window.from), name(&window.to));
    let item = first.trim_matches('`').to_owned();
    let window = if window.text.is_empty() { "the time that is asked about" } else { &window.text };
    let why = format!("by the record, `{window}` ends on {to} before it begins on {from}");
    let ask = if first == last {
        format!("correct the date of {first}")
    } else {
        format!("correct the dates of {first} and {last}")
    };
    Missing::new(MissingKind::Contradiction, &item, why, ask)
}

/// Whether an offset points to the same day or later.
fn is_forward(offset: &Offset) -> bool {
    offset.direction == Direction::After
}

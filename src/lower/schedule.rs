//! Epochs, visits, cycles and what is collected.

use indexmap::IndexMap;

use super::env::Env;
use super::{Lowering, label_of, spelled};
use crate::ast::{self, Item, Keyword, Name, NameOrRange, Value, VisitTarget};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{
    Activity, ActivityKind, BloodLimit, Cell, Clock, Direction, Duration, Epoch, Moment, Named, Offset,
    Repeat, Schedule, Visit, VisitTiming,
};
use crate::resolve::Space;
use crate::source::{Span, Spanned};
use crate::time::times;

impl<'a> Lowering<'a> {
    pub(super) fn schedule(&mut self) -> Option<Schedule> {
        let items = self.own(Keyword::Schedule);
        let first = *items.first()?;
        let mut schedule = Schedule {
            clocks: Named::new(),
            epochs: Named::new(),
            visits: Named::new(),
            activities: Named::new(),
            closed: Vec::new(),
            blood_limit: None,
            origin: first.head_span().into(),
        };
        for item in &items {
            schedule.closed.extend(self.weekdays(item, "closed"));
            schedule.blood_limit = schedule.blood_limit.take().or_else(|| self.blood_limit(item));
        }
        for item in &items {
            for clock in item.items_of(Keyword::Clock) {
                self.clock(clock, &mut schedule.clocks);
            }
        }
        for item in &items {
            for inner in &item.items {
                match inner.keyword.value {
                    Keyword::Epoch => self.epoch(inner, &mut schedule),
                    Keyword::Visit | Keyword::Visits | Keyword::Cycle => {
                        self.report(
                            Diagnostic::new(
                                &codes::WRONG_SORT,
                                inner.head_span(),
                                "this visit stands outside of every epoch",
                            )
                            .label("in which epoch?")
                            .help("put it into an epoch: `epoch treatment { visit … }`"),
                        );
                    }
                    _ => {}
                }
            }
        }
        for item in &items {
            for collect in item.items_of(Keyword::Collect) {
                self.collect(collect, &mut schedule);
            }
        }
        Some(schedule)
    }

    fn blood_limit(&mut self, item: &Item) -> Option<BloodLimit> {
        let property = item.property("blood_limit")?;
        let span = property.value.span;
        let Value::Allowance { amount, within } = &property.value.value else { return None };
        let (amount, within) = (self.amount(amount), self.duration(within, span));
        Some(BloodLimit { amount: amount?, within: within?, origin: span.into() })
    }

    /// Days of the week, Monday 0 to Sunday 6.
    pub(super) fn weekdays(&mut self, item: &Item, key: &str) -> Vec<u8> {
        const DAYS: [&str; 7] =
            ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let number = |name: &String| u8::try_from(DAYS.iter().position(|day| day == name)?).ok();
        self.words_of(item, key).iter().filter_map(number).collect()
    }

    fn clock(&mut self, item: &Item, clocks: &mut Named<Clock>) {
        let name = item.name.as_ref().map_or_else(|| "study".to_owned(), |name| name.value.clone());
        let Some(body) = &item.body else { return };
        let Value::Clock { day, is } = &body.value else { return };
        if !matches!(day, 0 | 1) {
            self.report(
                Diagnostic::new(
                    &codes::BAD_DAY,
                    body.span,
                    format!("day {day} cannot be the first day of a clock"),
                )
                .label("day 1, or day 0")
                .help("write `day 1 is …` (then there is no day 0), or `day 0 is …`"),
            );
            return;
        }
        let written =
            ast::Moment { offset: None, occurrence: None, part: None, name: is.clone(), span: is.span };
        if let Some(anchor) = self.moment(&written) {
            clocks.insert(name, Clock { first: *day, anchor });
        }
    }

    fn epoch(&mut self, item: &'a Item, schedule: &mut Schedule) {
        let name = item.name.as_ref().map_or_else(|| "epoch".to_owned(), |name| name.value.clone());
        let mut visits = Vec::new();
        for inner in &item.items {
            match inner.keyword.value {
                Keyword::Visit | Keyword::Visits => visits.extend(self.visit(inner, &name, None, schedule)),
                Keyword::Cycle => {
                    let repeat = self.cycle(inner);
                    for visit in &inner.items {
                        if matches!(visit.keyword.value, Keyword::Visit | Keyword::Visits) {
                            visits.extend(self.visit(visit, &name, repeat.as_ref(), schedule));
                        }
                    }
                }
                _ => {}
            }
        }
        let epoch = Epoch { label: label_of(item), visits, origin: item.head_span().into() };
        schedule.epochs.insert(name, epoch);
    }

    /// The cycle and the moment at which its first round begins.
    fn cycle(&mut self, item: &Item) -> Option<(Repeat, Moment)> {
        let body = item.body.as_ref()?;
        let Value::Cycle(plan) = &body.value else { return None };
        let name = item.name.as_ref().map_or_else(|| "cycle".to_owned(), |name| name.value.clone());
        let every = self.duration(&plan.every, body.span);
        let from = self.moment(&plan.from);
        let until = match &plan.until {
            Some(until) => Some(self.moment(until)?),
            None => None,
        };
        Some((Repeat { cycle: name, every: every?, count: plan.count, until }, from?))
    }

    fn visit(
        &mut self,
        item: &'a Item,
        epoch: &str,
        cycle: Option<&(Repeat, Moment)>,
        schedule: &mut Schedule,
    ) -> Vec<String> {
        let listed = self.names(item, "names");
        let names: Vec<Name> = item.name.iter().cloned().chain(listed).collect();
        let timing = item.body.as_ref().or(item.property("timing").map(|property| &property.value));
        let Some(timing) = timing else {
            if !names.is_empty() {
                self.report(
                    Diagnostic::new(&codes::MISSING_PROPERTY, item.head_span(), "the visit has no day")
                        .label("when does it take place?")
                        .help("write it after a colon: `visit baseline: day 1`, `visit month_1: 1 month after randomization, ±7 days`"),
                );
            }
            return Vec::new();
        };
        let Value::Visit(written) = &timing.value else { return Vec::new() };
        let window = match item.property("window").map(|property| &property.value.value) {
            Some(Value::Window(window)) => Some(window),
            _ => written.window.as_ref(),
        };
        let arms = self.arm_names(item, "arms");
        let (blood, supply) = (self.amount_of(item, "blood"), self.duration_of(item, "supply"));
        let contact = self.word(item, "contact").unwrap_or_else(|| "clinic".to_owned());
        let when = item.property("when").and_then(|property| match &property.value.value {
            Value::Expression(condition) => {
                self.truth(condition, &Env { unanchored: true, ..Env::default() })
            }
            _ => None,
        });
        let constraints = self.constraints(&written.and, timing.span);
        let parts = self.parts(timing.span);
        let text = if parts.len() == written.and.len() + 1 { parts[0] } else { timing.span };
        let count = names.len();
        let mut made = Vec::new();
        for (index, name) in names.iter().enumerate() {
            let place = Place { index, count, cycle: cycle.map(|(_, from)| from), clocks: &schedule.clocks };
            let Some(timing) = self.visit_timing(&written.target, window, text, &place) else { continue };
            let repeat = match cycle {
                Some((repeat, _)) => Some(repeat.clone()),
                None if item.keyword.value == Keyword::Visit => {
                    self.by_itself(&name.value, &written.target, text)
                }
                None => None,
            };
            let label = match &item.prose {
                Some(prose) if count == 1 => prose.value.clone(),
                _ => spelled(&name.value),
            };
            made.push(name.value.clone());
            schedule.visits.entry(name.value.clone()).or_insert(Visit {
                label,
                epoch: epoch.to_owned(),
                timing,
                constraints: constraints.clone(),
                contact: contact.clone(),
                blood: blood.clone(),
                supply: supply.clone(),
                arms: arms.clone(),
                when: when.clone(),
                repeat,
                origin: name.span.into(),
            });
        }
        made
    }

    /// `visit call: every 3 months after last_dose for 2 years`: one visit that repeats outside of every cycle.
    fn by_itself(&mut self, name: &str, target: &VisitTarget, span: Span) -> Option<Repeat> {
        let VisitTarget::Every { by, anchor, until, lasting } = target else { return None };
        let every = self.duration(by, span)?;
        let anchor = self.moment(anchor)?;
        let lasting = lasting.as_ref().and_then(|lasting| self.duration(lasting, span));
        // Whole months and whole days say how often; everything else is decided on the calendar.
        let count = match (&every, &lasting) {
            (Duration::Months(every), Some(Duration::Months(whole)))
            | (Duration::Days(every), Some(Duration::Days(whole)))
                if *every > 0 =>
            {
                Some(whole / every)
            }
            _ => None,
        };
        let until = match (until, lasting) {
            (Some(until), _) => Some(self.moment(until)?),
            (None, Some(by)) if count.is_none() => Some(self.shifted(anchor, Direction::After, by, span)?),
            _ => None,
        };
        Some(Repeat { cycle: name.to_owned(), every, count, until })
    }

    fn visit_timing(
        &mut self,
        target: &VisitTarget,
        window: Option<&ast::WindowAround>,
        span: Span,
        place: &Place<'_>,
    ) -> Option<VisitTiming> {
        let text = self.words(span);
        let (early, late) = match window {
            Some(window) => (self.duration(&window.early, span)?, self.duration(&window.late, span)?),
            None => (Duration::Days(0), Duration::Days(0)),
        };
        let toward = |after: bool| if after { Direction::After } else { Direction::Before };
        match target {
            VisitTarget::Day { from, to, clock } => {
                let clock = self.clock_of(clock.as_ref(), span, place)?;
                let first = self.day(&clock, *from, span)?;
                match to {
                    Some(to) => {
                        let last = self.day(&clock, *to, span)?;
                        let anchor = clock.anchor.clone();
                        Some(VisitTiming::Range { anchor, from: first, to: last, text })
                    }
                    None => Some(VisitTiming::Target {
                        anchor: clock.anchor.clone(),
                        offset: first,
                        early,
                        late,
                        text,
                    }),
                }
            }
            VisitTarget::Offset { by, after, anchor } => {
                let offset = self.offset(by, toward(*after), span);
                let anchor = self.moment(anchor);
                Some(VisitTiming::Target { anchor: anchor?, offset: offset?, early, late, text })
            }
            VisitTarget::OffsetRange { low, high, after, anchor } => {
                let (low, high) =
                    (self.offset(low, toward(*after), span), self.offset(high, toward(*after), span));
                let anchor = self.moment(anchor)?;
                let (low, high) = (low?, high?);
                let (from, to) = if *after { (low, high) } else { (high, low) };
                Some(VisitTiming::Range { anchor, from, to, text })
            }
            VisitTarget::On(moment) => {
                let moment = self.moment(moment)?;
                if window.is_some() {
                    let offset = Offset { direction: Direction::After, by: Duration::Days(0) };
                    return Some(VisitTiming::Target { anchor: moment, offset, early, late, text });
                }
                Some(VisitTiming::OnEvent { moment, text })
            }
            VisitTarget::Every { by, anchor, .. } => {
                let each = self.duration(by, span)?;
                let anchor = self.moment(anchor)?;
                let count = i64::try_from(place.index).ok()? + 1;
                let by = times(&each, count)?;
                let offset = Offset { direction: Direction::After, by };
                let text =
                    if place.count > 1 { format!("{text} ({count} of {})", place.count) } else { text };
                Some(VisitTiming::Target { anchor, offset, early, late, text })
            }
        }
    }

    /// The clock that a day counts on: that of the cycle, the named one, or the only one.
    fn clock_of(&mut self, name: Option<&Name>, span: Span, place: &Place<'_>) -> Option<Clock> {
        if let Some(name) = name {
            if let Some(clock) = place.clocks.get(&name.value) {
                return Some(clock.clone());
            }
            let clocks: Vec<&str> = place.clocks.keys().map(String::as_str).collect();
            let otherwise = format!("declare it: `clock {}: day 1 is randomization`", name.value);
            let found = self.scope.unknown(&codes::UNKNOWN_NAME, name, "clock", &clocks, &otherwise);
            self.report(found);
            return None;
        }
        if let Some(from) = place.cycle {
            return Some(Clock { first: 1, anchor: from.clone() });
        }
        if place.clocks.len() == 1 {
            return place.clocks.values().next().cloned();
        }
        let (message, help) = if place.clocks.is_empty() {
            (
                "the day counts from nowhere",
                "say which day is day 1: `clock study: day 1 is randomization`".to_owned(),
            )
        } else {
            let names = place.clocks.keys().cloned().collect::<Vec<_>>().join("`, `");
            (
                "several clocks are declared",
                format!("name one of `{names}`, as in `day 15 of {}`", place.clocks.keys().next()?),
            )
        };
        self.report(Diagnostic::new(&codes::BAD_DAY, span, message).label("day of what?").help(help));
        None
    }

    fn day(&mut self, clock: &Clock, day: i64, span: Span) -> Option<Offset> {
        match clock.days_to(day) {
            Some(days) => {
                let direction = if days < 0 { Direction::Before } else { Direction::After };
                Some(Offset { direction, by: Duration::Days(days.abs()) })
            }
            None => {
                self.report(
                    Diagnostic::new(&codes::BAD_DAY, span, "this clock has no day 0")
                        .label("day -1 is followed by day 1")
                        .help("write `day -1` or `day 1`, or number from 0: `clock study: day 0 is …`"),
                );
                None
            }
        }
    }

    // ---- what is collected --------------------------------------------------------------------------

    fn collect(&mut self, item: &Item, schedule: &mut Schedule) {
        let Some(body) = &item.body else { return };
        let Value::Collection(collection) = &body.value else { return };
        let when = collection
            .when
            .as_ref()
            .and_then(|condition| self.truth(condition, &Env { unanchored: true, ..Env::default() }));
        let visits = self.visits(&collection.at);
        let throughout = collection.throughout.as_ref().and_then(|(from, to)| {
            let from = self.moment(from)?;
            let to = match to {
                Some(to) => Some(self.moment(to)?),
                None => None,
            };
            Some((from, to))
        });
        for what in &collection.what {
            if !self.is_collectable(what) {
                continue;
            }
            let (kind, label) = self.activity(&what.value);
            let activity = schedule.activities.entry(what.value.clone()).or_insert_with(|| Activity {
                label,
                kind,
                cells: Vec::new(),
                throughout: None,
                origin: what.span.into(),
            });
            for visit in &visits {
                if !activity.cells.iter().any(|cell| cell.visit == *visit) {
                    activity.cells.push(Cell { visit: visit.clone(), when: when.clone() });
                }
            }
            if throughout.is_some() {
                activity.throughout = throughout.clone();
            }
        }
    }

    fn activity(&mut self, name: &str) -> (ActivityKind, String) {
        let Some(entity) = self.scope.get(Space::Thing, name) else {
            let label =
                self.scope.get(Space::Form, name).map_or_else(|| spelled(name), |form| label_of(form.item));
            return (ActivityKind::Form, label);
        };
        let kind = match entity.keyword() {
            Keyword::Event => ActivityKind::Event,
            Keyword::Condition => ActivityKind::Condition,
            Keyword::Drug | Keyword::DrugClass => ActivityKind::Drug,
            Keyword::Procedure => ActivityKind::Procedure,
            _ => ActivityKind::Measure,
        };
        (kind, label_of(entity.item))
    }

    /// The visits of a list; a range takes in all visits between, in the order of the schedule.
    pub(super) fn visits(&mut self, written: &[NameOrRange]) -> Vec<String> {
        let all: IndexMap<&str, ()> = self.scope.all(Space::Visit).map(|(name, _)| (name, ())).collect();
        let mut visits = Vec::new();
        for name in written {
            match name {
                NameOrRange::Name(name) => {
                    if all.contains_key(name.value.as_str()) {
                        visits.push(name.value.clone());
                    } else {
                        self.unknown_visit(name, &all);
                    }
                }
                NameOrRange::Range { from, to } => {
                    let ends = [from, to].map(|end| (end, all.get_index_of(end.value.as_str())));
                    for (end, found) in ends {
                        if found.is_none() {
                            self.unknown_visit(end, &all);
                        }
                    }
                    let [(_, Some(first)), (_, Some(last))] = ends else { continue };
                    if first > last {
                        let span = from.span.to(to.span);
                        self.report(
                            Diagnostic::new(
                                &codes::EMPTY_RANGE,
                                span,
                                format!("`{}` comes after `{}`", from.value, to.value),
                            )
                            .label("no visit lies between")
                            .help(format!("write `{} to {}`", to.value, from.value)),
                        );
                        continue;
                    }
                    visits.extend((first..=last).filter_map(|at| Some((*all.get_index(at)?.0).to_owned())));
                }
            }
        }
        visits
    }

    fn unknown_visit(&mut self, name: &Spanned<String>, all: &IndexMap<&str, ()>) {
        let candidates: Vec<&str> = all.keys().copied().collect();
        let otherwise = format!("declare it in an epoch: `visit {}: day 1`", name.value);
        let found = self.scope.unknown(&codes::UNKNOWN_NAME, name, "visit", &candidates, &otherwise);
        self.report(found);
    }
}

/// Where a visit stands: in a list of visits, in a cycle, among clocks.
struct Place<'p> {
    index: usize,
    count: usize,
    cycle: Option<&'p Moment>,
    clocks: &'p Named<Clock>,
}

//! Epochs, visits and cycles.

use super::collect::cycle_numbers;
use super::env::Env;
use super::{Lowering, label_of, spelled};
use crate::ast::{self, Item, Keyword, Name, Value, VisitTarget};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{
    BloodLimit, Clause, Clock, CycleNumbers, Direction, Duration, Epoch, Moment, Named, Offset, Repeat,
    Schedule, Visit, VisitTiming,
};
use crate::source::{Span, Spanned};
use crate::time::times;

/// Stands for the epoch that a visit has not: a protocol with such a visit has an error.
const NO_EPOCH: &str = "";

impl<'a> Lowering<'a> {
    pub(super) fn schedule(&mut self) -> Option<Schedule> {
        let items = self.own(Keyword::Schedule);
        let first = *items.first()?;
        let mut schedule = Schedule {
            clocks: Named::new(),
            timepoints: Named::new(),
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
        let mut outside = Vec::new();
        for item in &items {
            for inner in &item.items {
                match inner.keyword.value {
                    Keyword::Epoch => self.epoch(inner, &mut schedule),
                    Keyword::Visit | Keyword::Visits | Keyword::Cycle => outside.push(inner),
                    _ => {}
                }
            }
        }
        self.outside_of_epochs(&outside, &mut schedule);
        for item in &items {
            for times in item.items_of(Keyword::Timepoints) {
                self.timepoints(times, &mut schedule);
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
        let limits = self.limits(item, &Limits::default());
        let mut visits = Vec::new();
        for inner in &item.items {
            visits.extend(self.visits_in(inner, &name, &limits, schedule));
        }
        let epoch =
            Epoch { label: label_of(item), arms: limits.arms, visits, origin: item.head_span().into() };
        schedule.epochs.insert(name, epoch);
    }

    /// The visits that a statement of an epoch makes: a visit, several, or those of a cycle.
    fn visits_in(
        &mut self,
        item: &'a Item,
        epoch: &str,
        limits: &Limits,
        schedule: &mut Schedule,
    ) -> Vec<String> {
        match item.keyword.value {
            Keyword::Visit | Keyword::Visits => {
                self.visit(item, &Segment { epoch, cycle: None, limits }, schedule)
            }
            Keyword::Cycle => {
                let repeat = self.cycle(item);
                let limits = self.limits(item, limits);
                let segment = Segment { epoch, cycle: repeat.as_ref(), limits: &limits };
                let inside = item.items.iter();
                let visits = inside.filter(|it| matches!(it.keyword.value, Keyword::Visit | Keyword::Visits));
                visits.flat_map(|visit| self.visit(visit, &segment, schedule)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Says which visits stand outside of every epoch, and reads them all the same: what speaks of them is not wrong.
    fn outside_of_epochs(&mut self, items: &[&'a Item], schedule: &mut Schedule) {
        let [first, others @ ..] = items else { return };
        let message = match others {
            [] => "this visit stands outside of every epoch",
            _ => "these visits stand outside of every epoch",
        };
        let found = Diagnostic::new(&codes::WRONG_SORT, first.head_span(), message).label("in which epoch?");
        let found = others.iter().fold(found, |found, item| found.and(item.head_span(), "and this one"));
        self.report(found.help("put it into an epoch: `epoch treatment { visit … }`"));
        for item in items {
            self.visits_in(item, NO_EPOCH, &Limits::default(), schedule);
        }
    }

    /// For whom an epoch, a cycle or a visit is: its own limits, or else those of what it stands in.
    fn limits(&mut self, item: &Item, around: &Limits) -> Limits {
        let arms = self.arm_names(item, "arms");
        let outside: Vec<&str> = arms
            .iter()
            .filter(|arm| !around.arms.is_empty() && !around.arms.contains(arm))
            .map(String::as_str)
            .collect();
        if !outside.is_empty() {
            let message = format!("`{}` has no part in what this stands in", outside.join("`, `"));
            let span = self.span_of(item, "arms");
            self.report(
                Diagnostic::new(&codes::WRONG_SORT, span, message)
                    .label(format!("around it: only in {}", around.arms.join(", ")))
                    .help("name arms of the epoch or cycle only, or widen its `arms:`"),
            );
        }
        let when = item.property("when").and_then(|property| match &property.value.value {
            Value::Expression(condition) => {
                self.truth(condition, &Env { unanchored: true, ..Env::default() })
            }
            _ => None,
        });
        if let (Some(_), Some(outer)) = (&when, &around.when) {
            let span = self.span_of(item, "when");
            self.report(
                Diagnostic::new(&codes::WRONG_SORT, span, "this stands inside another `when`")
                    .label("two conditions")
                    .help(format!(
                        "write both here, joined by `and`: `… and {}`; or keep only the outer one",
                        outer.text
                    )),
            );
        }
        Limits {
            arms: if arms.is_empty() { around.arms.clone() } else { arms },
            when: when.or_else(|| around.when.clone()),
        }
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

    fn visit(&mut self, item: &'a Item, segment: &Segment<'_>, schedule: &mut Schedule) -> Vec<String> {
        let cycle = segment.cycle;
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
        let Limits { arms, when } = self.limits(item, segment.limits);
        let cycles = self.cycles_of(item, cycle.is_some());
        let (blood, supply) = (self.amount_of(item, "blood"), self.duration_of(item, "supply"));
        let contact = self.word(item, "contact").unwrap_or_else(|| "clinic".to_owned());
        let constraints = self.constraints(&written.and, timing.span);
        let parts = self.parts(timing.span);
        let text = if parts.len() == written.and.len() + 1 { parts[0] } else { timing.span };
        let count = names.len();
        let mut made = Vec::new();
        for (index, name) in names.iter().enumerate() {
            let place = Place { index, count, cycle: cycle.map(|(_, from)| from), clocks: &schedule.clocks };
            let window = Window { around: window, within: written.within.as_deref() };
            let Some(timing) = self.visit_timing(&written.target, &window, text, &place) else { continue };
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
                epoch: segment.epoch.to_owned(),
                timing,
                constraints: constraints.clone(),
                contact: contact.clone(),
                blood: blood.clone(),
                supply: supply.clone(),
                arms: arms.clone(),
                when: when.clone(),
                repeat,
                cycles: cycles.clone(),
                origin: name.span.into(),
            });
        }
        made
    }

    /// The cycles that have a visit.
    fn cycles_of(&mut self, item: &Item, in_cycle: bool) -> Option<CycleNumbers> {
        let property = item.property("cycles")?;
        let Value::Rounds(runs) = &property.value.value else { return None };
        let repeats = in_cycle
            || matches!(item.body.as_ref().map(|body| &body.value), Some(Value::Visit(visit))
                if item.keyword.value == Keyword::Visit && matches!(visit.target, VisitTarget::Every { .. }));
        if !repeats {
            self.report(
                Diagnostic::new(&codes::WRONG_SORT, property.value.span, "this visit is in no cycle")
                    .label("it takes place once")
                    .help("leave `cycles:` out, or put the visit into a `cycle`"),
            );
            return None;
        }
        cycle_numbers(runs)
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
        window: &Window<'_>,
        span: Span,
        place: &Place<'_>,
    ) -> Option<VisitTiming> {
        let text = self.words(span);
        let (early, late) = match window.around {
            Some(around) => (self.duration(&around.early, span)?, self.duration(&around.late, span)?),
            None => (Duration::Days(0), Duration::Days(0)),
        };
        if let Some(within) = window.within {
            let plain = Window { around: window.around, within: None };
            let target = self.visit_timing(target, &plain, span, place)?;
            return self.around_of(target, within, text, place);
        }
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
            VisitTarget::OffsetEach { by, after, anchors } => {
                let offset = self.offset(by, toward(*after), span)?;
                if anchors.len() != place.count {
                    if place.index == 0 {
                        let message = format!(
                            "{} for {}",
                            counted(place.count, "visit"),
                            counted(anchors.len(), "anchor")
                        );
                        self.report(
                            Diagnostic::new(&codes::WRONG_SORT, span, message)
                                .label("each visit follows one of the list")
                                .help("write as many names behind `visits` as behind `each of`"),
                        );
                    }
                    return None;
                }
                let anchor = self.moment(&anchors[place.index])?;
                let text = format!("{text} ({} of {})", place.index + 1, place.count);
                Some(VisitTiming::Target { anchor, offset, early, late, text })
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
                if window.around.is_some() {
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

    /// `within day 22 to 36`: the window as days of its own, counted from where the target is counted.
    fn around_of(
        &mut self,
        target: VisitTiming,
        within: &Spanned<VisitTarget>,
        text: String,
        place: &Place<'_>,
    ) -> Option<VisitTiming> {
        let plain = Window { around: None, within: None };
        let range = self.visit_timing(&within.value, &plain, within.span, place)?;
        let VisitTiming::Target { anchor, offset, .. } = &target else { return Some(target) };
        let bad = |message: &str, help: &str| {
            Diagnostic::new(&codes::BAD_DAY, within.span, message)
                .label("the window of the visit")
                .help(help.to_owned())
        };
        let VisitTiming::Range { anchor: from_anchor, from, to, .. } = &range else {
            self.report(bad("a window has a first and a last day", "write `within day 22 to 36`"));
            return None;
        };
        if from_anchor != anchor {
            self.report(bad(
                "the window is counted from elsewhere than the visit",
                "count both from the same event, or write the bound behind `and`: `… and at least 7 days after visit_1`",
            ));
            return None;
        }
        let (Some(early), Some(late)) = (apart(from, offset), apart(offset, to)) else {
            self.report(bad(
                "the window and the visit are in different units of time",
                "write both in days or weeks, or both in months or years: a month has no fixed number of days",
            ));
            return None;
        };
        if is_backwards(&early) || is_backwards(&late) {
            self.report(bad(
                "the visit's own day lies outside of its window",
                "begin the window on or before that day and end it on or after",
            ));
            return None;
        }
        Some(VisitTiming::Target { anchor: anchor.clone(), offset: offset.clone(), early, late, text })
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
}

/// From one offset to the other, which may lie before it. `None` for units that do not convert.
fn apart(from: &Offset, to: &Offset) -> Option<Duration> {
    let signed = |offset: &Offset, amount: i64| match offset.direction {
        Direction::Before => -amount,
        Direction::After => amount,
    };
    let nothing =
        |offset: &Offset| matches!(offset.by, Duration::Days(0) | Duration::Months(0) | Duration::Minutes(0));
    Some(match (&from.by, &to.by) {
        (Duration::Days(a), Duration::Days(b)) => Duration::Days(signed(to, *b) - signed(from, *a)),
        (Duration::Months(a), Duration::Months(b)) => Duration::Months(signed(to, *b) - signed(from, *a)),
        (Duration::Minutes(a), Duration::Minutes(b)) => Duration::Minutes(signed(to, *b) - signed(from, *a)),
        (_, Duration::Months(b)) if nothing(from) => Duration::Months(signed(to, *b)),
        (Duration::Months(a), _) if nothing(to) => Duration::Months(-signed(from, *a)),
        _ => return None,
    })
}

fn is_backwards(by: &Duration) -> bool {
    matches!(by, Duration::Days(amount) | Duration::Months(amount) | Duration::Minutes(amount) if *amount < 0)
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// For whom a segment of the schedule is.
#[derive(Default)]
struct Limits {
    /// Empty: all.
    arms: Vec<String>,
    when: Option<Clause>,
}

/// What a visit stands in.
struct Segment<'s> {
    epoch: &'s str,
    cycle: Option<&'s (Repeat, Moment)>,
    limits: &'s Limits,
}

/// A visit's window as it was written.
struct Window<'w> {
    around: Option<&'w ast::WindowAround>,
    within: Option<&'w Spanned<VisitTarget>>,
}

/// Where a visit stands: in a list of visits, in a cycle, among clocks.
struct Place<'p> {
    index: usize,
    count: usize,
    cycle: Option<&'p Moment>,
    clocks: &'p Named<Clock>,
}

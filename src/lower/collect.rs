//! What is collected: at which visits, in which cycles and arms, at which times of the day.

use indexmap::IndexMap;

use super::env::Env;
use super::{Lowering, label_of, spelled};
use crate::ast::{self, CollectVisit, Item, Keyword, Name, NameOrRange, RoundRun, Value};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{
    Activity, ActivityKind, Cell, CycleNumbers, CycleRun, Duration, Schedule, Timepoint, Timepoints,
};
use crate::resolve::Space;
use crate::source::{Span, Spanned};
use crate::time::MINUTES_PER_DAY;

/// Times further away than this belong to another day's visit (the longest profiles take five days).
const LONGEST_PROFILE: i64 = 7 * MINUTES_PER_DAY;

impl Lowering<'_> {
    // ---- times within a day ---------------------------------------------------------------------------

    pub(super) fn timepoints(&mut self, item: &Item, schedule: &mut Schedule) {
        let Some(name) = &item.name else { return };
        let written = item.body.as_ref().or(item.property("at").map(|property| &property.value));
        let Some(written) = written else {
            self.report(
                Diagnostic::new(&codes::MISSING_PROPERTY, item.head_span(), "no times are given")
                    .label("at which times?")
                    .help("write them in the block: `at: -30 min, 15 min ±2 min, 1 h ±5 min`"),
            );
            return;
        };
        let Value::Timepoints(times) = &written.value else { return };
        let shared = match item.property("window").map(|property| &property.value) {
            Some(window) => match &window.value {
                Value::Window(around) => self.minutes_around(around, window.span),
                _ => return,
            },
            None => Some((0, 0)),
        };
        let Some((from, anchor)) = self.reference(item) else { return };
        let Some(shared) = shared else { return };
        let mut points: Vec<Timepoint> = Vec::new();
        for time in times {
            let Some(point) = self.timepoint(time, shared) else { return };
            if points.last().is_some_and(|before| before.minutes >= point.minutes) {
                self.report(
                    Diagnostic::new(&codes::BAD_VALUE, time.span, "this time is not after the one before it")
                        .label("times go forwards")
                        .help("write each time once, from the earliest to the last"),
                );
                return;
            }
            points.push(point);
        }
        let made =
            Timepoints { label: label_of(item), from, anchor, points, origin: item.head_span().into() };
        schedule.timepoints.entry(name.value.clone()).or_insert(made);
    }

    /// What the times count from: an event or visit by its name, anything else in quotes.
    fn reference(&mut self, item: &Item) -> Option<(String, Option<crate::model::Anchor>)> {
        let Some(property) = item.property("from") else {
            self.report(
                Diagnostic::new(&codes::MISSING_PROPERTY, item.head_span(), "the times count from nowhere")
                    .label("before or after what?")
                    .help("write in the block `from: first_dose`, or in quotes what happens: `from: \"lying down\"`"),
            );
            return None;
        };
        match &property.value.value {
            Value::Texts(texts) => Some((texts.first()?.value.clone(), None)),
            Value::Names(names) => {
                let name = self.single(names.first()?.clone())?;
                let span = name.span;
                let written = ast::Moment { offset: None, occurrence: None, part: None, name, span };
                let moment = self.moment(&written)?;
                Some((written.name.value, Some(moment.of)))
            }
            _ => None,
        }
    }

    fn timepoint(&mut self, time: &Spanned<ast::Timepoint>, shared: (i64, i64)) -> Option<Timepoint> {
        let by = self.duration(&time.value.by, time.span)?;
        let minutes = self.minutes(&by, time.span)?;
        if minutes > LONGEST_PROFILE {
            self.report(
                Diagnostic::new(&codes::BAD_VALUE, time.span, "this is more than a week away")
                    .label("not within the visit")
                    .help("give it a visit of its own: `visit day_8: 7 days after dose`"),
            );
            return None;
        }
        let (early, late) = match &time.value.window {
            Some(around) => self.minutes_around(around, time.span)?,
            None => shared,
        };
        let label = time.value.label.as_ref().map(|label| label.value.clone());
        Some(Timepoint { label, minutes: if time.value.before { -minutes } else { minutes }, early, late })
    }

    fn minutes_around(&mut self, around: &ast::WindowAround, span: Span) -> Option<(i64, i64)> {
        let (early, late) = (self.duration(&around.early, span)?, self.duration(&around.late, span)?);
        Some((self.minutes(&early, span)?, self.minutes(&late, span)?))
    }

    /// Minutes of an elapsed time; calendar months have none.
    fn minutes(&mut self, by: &Duration, span: Span) -> Option<i64> {
        match by {
            Duration::Minutes(minutes) => Some(*minutes),
            Duration::Days(days) => days.checked_mul(MINUTES_PER_DAY),
            _ => {
                self.report(
                    Diagnostic::new(&codes::BAD_VALUE, span, "times within a day are minutes, hours or days")
                        .label("not a time of this sort")
                        .help("write for example `30 min`, `4 h` or `1 day`"),
                );
                None
            }
        }
    }

    // ---- what is collected ----------------------------------------------------------------------------

    pub(super) fn collect(&mut self, item: &Item, schedule: &mut Schedule) {
        let Some(body) = &item.body else { return };
        let Value::Collection(collection) = &body.value else { return };
        let when = collection
            .when
            .as_ref()
            .and_then(|condition| self.truth(condition, &Env { unanchored: true, ..Env::default() }));
        let arms: Vec<Name> = collection.arms.iter().filter(|arm| self.is_arm(arm)).cloned().collect();
        let per = collection.per.as_ref().filter(|per| self.is_set_of_times(per, schedule));
        let template = Cell {
            when,
            arms: arms.into_iter().map(|arm| arm.value).collect(),
            per: per.map(|per| per.value.clone()),
            note: collection.note.as_ref().map(|note| note.value.clone()),
            ..Cell::default()
        };
        let visits: Vec<(String, Option<CycleNumbers>)> =
            collection.at.iter().flat_map(|at| self.collected_at(at, schedule)).collect();
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
            for (visit, cycles) in &visits {
                let cell = Cell { visit: visit.clone(), cycles: cycles.clone(), ..template.clone() };
                if !activity.cells.contains(&cell) {
                    activity.cells.push(cell);
                }
            }
            if throughout.is_some() {
                activity.throughout = throughout.clone();
            }
        }
    }

    /// The visits of one entry of the list, each with the cycles that are meant.
    fn collected_at(
        &mut self,
        at: &CollectVisit,
        schedule: &Schedule,
    ) -> Vec<(String, Option<CycleNumbers>)> {
        let visits = self.visits(std::slice::from_ref(&at.visit));
        let Some(rounds) = &at.rounds else { return visits.into_iter().map(|visit| (visit, None)).collect() };
        let lone =
            visits.iter().find(|name| schedule.visits.get(*name).is_some_and(|visit| visit.repeat.is_none()));
        if let Some(name) = lone {
            self.report(
                Diagnostic::new(&codes::WRONG_SORT, rounds.span, format!("`{name}` is in no cycle"))
                    .label("it takes place once")
                    .help(format!("write `{name}` alone, or name a visit of a cycle")),
            );
            return Vec::new();
        }
        let cycles = cycle_numbers(&rounds.value);
        visits.into_iter().map(|visit| (visit, cycles.clone())).collect()
    }

    fn is_set_of_times(&mut self, name: &Name, schedule: &Schedule) -> bool {
        if schedule.timepoints.contains_key(&name.value) {
            return true;
        }
        let known: Vec<&str> = self.scope.all(Space::Timepoints).map(|(name, _)| name).collect();
        // One that could not be read has been reported where it is declared.
        if !known.contains(&name.value.as_str()) {
            let otherwise =
                format!("declare it: `timepoints {} {{ from: dose; at: -30 min, 1 h }}`", name.value);
            let found =
                self.scope.unknown(&codes::UNKNOWN_NAME, name, "set of time points", &known, &otherwise);
            self.report(found);
        }
        false
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

/// `None` where no such cycle exists, which the reader has reported.
pub(super) fn cycle_numbers(runs: &[RoundRun]) -> Option<CycleNumbers> {
    let number = |number: i64| u32::try_from(number).ok();
    let run = |run: &RoundRun| {
        let last = match run.last {
            Some(last) => Some(number(last)?),
            None => None,
        };
        Some(CycleRun { first: number(run.first)?, last, step: number(run.step)? })
    };
    runs.iter().map(run).collect::<Option<Vec<_>>>().map(CycleNumbers)
}

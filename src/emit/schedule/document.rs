//! The schedule as JSON: typed, with every label and every word that a reader needs, so that no other file is
//! necessary. Its schema is `docs/schemas/schedule.schema.json`. Durations are ISO 8601.

use serde::Serialize;

use super::table::{Group, Mark, Note, Table, What, covered};
use crate::model::{
    ActivityKind, Anchor, Cell, Clause, Constraint, CycleNumbers, Direction, Duration, Moment, Occurrence,
    Offset, Repeat, Schedule, Trial, Visit, VisitTiming,
};
use crate::time::doses::{GivenAtVisits, given_at_visits};
use crate::time::network::{Network, Point};
use crate::wording::Wording;

#[derive(Serialize)]
pub(super) struct Document {
    format: &'static str,
    format_version: u32,
    trial: TrialPart,
    arms: Vec<Named>,
    clocks: Vec<ClockPart>,
    epochs: Vec<EpochPart>,
    visits: Vec<VisitPart>,
    activities: Vec<ActivityPart>,
    /// Sets of times within a day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    timepoints: Vec<TimepointsPart>,
    footnotes: Vec<Footnote>,
}

#[derive(Serialize)]
struct TrialPart {
    name: String,
    title: String,
    version: Option<String>,
    identifiers: Vec<Identifier>,
}

#[derive(Serialize)]
struct Identifier {
    scheme: String,
    value: String,
}

#[derive(Serialize)]
struct Named {
    name: String,
    label: String,
}

#[derive(Serialize)]
struct ClockPart {
    name: String,
    anchor: MomentPart,
    /// The number of the anchor's own day.
    anchor_day: i64,
    has_day_zero: bool,
}

#[derive(Serialize)]
struct EpochPart {
    name: String,
    label: String,
    visits: Vec<String>,
}

#[derive(Serialize)]
struct VisitPart {
    name: String,
    label: String,
    epoch: String,
    contact: String,
    /// Empty: all arms.
    arms: Vec<String>,
    timing: TimingPart,
    constraints: Vec<ConstraintPart>,
    condition: Option<Condition>,
    cycle: Option<CyclePart>,
    /// Fewest and most days from the clock's anchor that the whole protocol allows; null where nothing bounds it.
    days_from_anchor: Option<DayBounds>,
    shown: Shown,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum TimingPart {
    Target { text: String, anchor: MomentPart, offset: OffsetPart, early: DurationPart, late: DurationPart },
    Range { text: String, anchor: MomentPart, from: OffsetPart, to: OffsetPart },
    OnEvent { text: String, anchor: MomentPart },
}

#[derive(Serialize)]
struct MomentPart {
    description: String,
    anchor: AnchorPart,
    offset: Option<OffsetPart>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum AnchorPart {
    Event { name: String, label: String, occurrence: Occurrence },
    Visit { name: String, label: String },
    Onset { name: String, label: String },
    End { name: String, label: String },
    Decision,
}

#[derive(Serialize)]
struct OffsetPart {
    direction: Direction,
    duration: DurationPart,
}

/// ISO 8601 (`P28D`, `P1M`, `PT30M`), or a choice of such.
#[derive(Serialize)]
#[serde(untagged)]
enum DurationPart {
    Iso(String),
    Longest { longest_of: Vec<DurationPart> },
    Shortest { shortest_of: Vec<DurationPart> },
}

#[derive(Serialize)]
struct ConstraintPart {
    text: String,
    description: String,
    anchor: MomentPart,
    low: Option<OffsetPart>,
    high: Option<OffsetPart>,
}

#[derive(Serialize)]
struct Condition {
    /// The author's words.
    text: String,
    /// In plain English, behind "only if".
    description: String,
}

#[derive(Serialize)]
struct CyclePart {
    name: String,
    every: DurationPart,
    /// Null where nothing but `until` ends it.
    count: Option<i64>,
    until: Option<MomentPart>,
    /// The cycles that have the visit; absent: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    only: Option<CycleNumbers>,
}

#[derive(Serialize)]
struct DayBounds {
    least: Option<i64>,
    most: Option<i64>,
}

/// What the table of activities shows above the visit.
#[derive(Serialize)]
struct Shown {
    day: Option<String>,
    week: Option<String>,
    month: Option<String>,
    timing: Option<String>,
    window: Option<String>,
    footnotes: Vec<String>,
}

#[derive(Serialize)]
struct ActivityPart {
    name: String,
    label: String,
    kind: KindPart,
    group: String,
    cells: Vec<CellPart>,
    continuous: Option<Continuous>,
    footnotes: Vec<String>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum KindPart {
    Activity(ActivityKind),
    /// `intervention`: a product that is given at visits.
    Word(&'static str),
}

#[derive(Serialize)]
struct CellPart {
    visit: String,
    /// Null: always. Of several, any opens the cell.
    conditions: Option<Vec<Condition>>,
    /// Where cycles, arms, times of the day or words limit it: each way in which it is done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ways: Vec<Way>,
    footnotes: Vec<String>,
}

#[derive(Serialize)]
struct Way {
    condition: Option<Condition>,
    /// Empty: all arms.
    arms: Vec<String>,
    cycles: Option<CycleNumbers>,
    /// The set of times at each of which it is done.
    timepoints: Option<String>,
    note: Option<String>,
}

#[derive(Serialize)]
struct TimepointsPart {
    name: String,
    label: String,
    /// What the times count from, in words.
    from: String,
    anchor: Option<MomentPart>,
    points: Vec<TimepointPart>,
}

/// Minutes from the reference, negative before it.
#[derive(Serialize)]
struct TimepointPart {
    label: Option<String>,
    minutes: i64,
    earliest: i64,
    latest: i64,
}

#[derive(Serialize)]
struct Continuous {
    from: MomentPart,
    until: Option<MomentPart>,
    /// Visits that lie in between.
    visits: Vec<String>,
}

#[derive(Serialize)]
struct Footnote {
    letter: String,
    text: String,
}

/// `None` for a trial without a schedule.
pub(super) fn document(trial: &Trial, table: &Table) -> Option<Document> {
    let schedule = trial.schedule.as_ref()?;
    let network = Network::of(trial).ok();
    let given = given_at_visits(trial, network.as_ref());
    let parts = Parts { wording: Wording::of(trial), schedule, given };
    let identifiers = trial.header.ids.iter();
    Some(Document {
        format: "trialc.schedule",
        format_version: 1,
        trial: TrialPart {
            name: trial.header.name.clone(),
            title: trial.header.title.clone(),
            version: trial.header.version.as_ref().map(|version| version.label.clone()),
            identifiers: identifiers
                .map(|id| Identifier { scheme: id.scheme.clone(), value: id.value.clone() })
                .collect(),
        },
        arms: trial
            .arms
            .iter()
            .map(|(name, arm)| Named { name: name.clone(), label: arm.label.clone() })
            .collect(),
        clocks: parts.clocks(),
        epochs: schedule
            .epochs
            .iter()
            .map(|(name, epoch)| EpochPart {
                name: name.clone(),
                label: epoch.label.clone(),
                visits: epoch.visits.clone(),
            })
            .collect(),
        visits: schedule
            .visits
            .iter()
            .zip(&table.columns)
            .map(|((name, visit), column)| VisitPart {
                days_from_anchor: parts.bounds(network.as_ref(), name),
                shown: Shown {
                    day: column.timing.day.clone(),
                    week: column.timing.week.clone(),
                    month: column.timing.month.clone(),
                    timing: column.timing.other.clone(),
                    window: column.timing.window.clone(),
                    footnotes: letters(&column.notes),
                },
                ..parts.visit(name, visit)
            })
            .collect(),
        activities: table.groups.iter().flat_map(|group| parts.activities(network.as_ref(), group)).collect(),
        timepoints: parts.timepoints(),
        footnotes: (0..)
            .zip(&table.footnotes)
            .map(|(at, text)| Footnote { letter: Note(at).letter(), text: text.clone() })
            .collect(),
    })
}

struct Parts<'a> {
    wording: Wording<'a>,
    schedule: &'a Schedule,
    given: Vec<GivenAtVisits<'a>>,
}

impl Parts<'_> {
    fn clocks(&self) -> Vec<ClockPart> {
        let clocks = self.schedule.clocks.iter();
        clocks
            .map(|(name, clock)| ClockPart {
                name: name.clone(),
                anchor: self.moment(&clock.anchor),
                anchor_day: clock.first,
                has_day_zero: clock.days_to(0).is_some(),
            })
            .collect()
    }

    fn bounds(&self, network: Option<&Network>, visit: &str) -> Option<DayBounds> {
        let clock = self.schedule.clocks.values().next().filter(|clock| clock.anchor.offset.is_none())?;
        let anchor = match &clock.anchor.of {
            Anchor::Event { name, .. } => Point::event(name),
            Anchor::Visit { name } => Point::visit(name),
            _ => return None,
        };
        let (least, most) = network?.bounds(&anchor, &Point::visit(visit));
        Some(DayBounds { least, most })
    }

    fn visit(&self, name: &str, visit: &Visit) -> VisitPart {
        VisitPart {
            name: name.to_owned(),
            label: visit.label.clone(),
            epoch: visit.epoch.clone(),
            contact: visit.contact.clone(),
            arms: visit.arms.clone(),
            timing: self.timing(&visit.timing),
            constraints: visit.constraints.iter().map(|constraint| self.constraint(constraint)).collect(),
            condition: visit.when.as_ref().map(|when| self.condition(when)),
            cycle: visit.repeat.as_ref().map(|repeat| self.cycle(repeat, visit.cycles.as_ref())),
            days_from_anchor: None,
            shown: Shown {
                day: None,
                week: None,
                month: None,
                timing: None,
                window: None,
                footnotes: Vec::new(),
            },
        }
    }

    fn timing(&self, timing: &VisitTiming) -> TimingPart {
        match timing {
            VisitTiming::Target { anchor, offset, early, late, text } => TimingPart::Target {
                text: text.clone(),
                anchor: self.moment(anchor),
                offset: part_of(offset),
                early: duration(early),
                late: duration(late),
            },
            VisitTiming::Range { anchor, from, to, text } => TimingPart::Range {
                text: text.clone(),
                anchor: self.moment(anchor),
                from: part_of(from),
                to: part_of(to),
            },
            VisitTiming::OnEvent { moment, text } => {
                TimingPart::OnEvent { text: text.clone(), anchor: self.moment(moment) }
            }
        }
    }

    fn constraint(&self, constraint: &Constraint) -> ConstraintPart {
        ConstraintPart {
            text: constraint.text.clone(),
            description: self.wording.constraint(constraint),
            anchor: self.moment(&constraint.anchor),
            low: constraint.low.as_ref().map(part_of),
            high: constraint.high.as_ref().map(part_of),
        }
    }

    fn condition(&self, clause: &Clause) -> Condition {
        Condition { text: clause.text.clone(), description: self.wording.condition(clause) }
    }

    fn cycle(&self, repeat: &Repeat, only: Option<&CycleNumbers>) -> CyclePart {
        CyclePart {
            name: repeat.cycle.clone(),
            every: duration(&repeat.every),
            count: repeat.count,
            until: repeat.until.as_ref().map(|until| self.moment(until)),
            only: only.cloned(),
        }
    }

    fn moment(&self, moment: &Moment) -> MomentPart {
        let named = |name: &str| (name.to_owned(), self.wording.named(name));
        let anchor = match &moment.of {
            Anchor::Event { name, occurrence } => {
                let (name, label) = named(name);
                AnchorPart::Event { name, label, occurrence: *occurrence }
            }
            Anchor::Visit { name } => {
                let (name, label) = named(name);
                AnchorPart::Visit { name, label }
            }
            Anchor::Onset { finding } => {
                AnchorPart::Onset { name: finding.name.clone(), label: self.wording.finding(finding) }
            }
            Anchor::End { finding } => {
                AnchorPart::End { name: finding.name.clone(), label: self.wording.finding(finding) }
            }
            Anchor::Decision => AnchorPart::Decision,
        };
        MomentPart {
            description: self.wording.moment(moment),
            anchor,
            offset: moment.offset.as_ref().map(part_of),
        }
    }

    fn activities(&self, network: Option<&Network>, group: &Group) -> Vec<ActivityPart> {
        let rows = group.rows.iter().map(|row| {
            let (kind, all, throughout) = match row.what {
                What::Activity(kind) => {
                    let activity = &self.schedule.activities[&row.activity];
                    (KindPart::Activity(kind), &activity.cells[..], activity.throughout.as_ref())
                }
                What::Intervention => {
                    let product = self.given.iter().find(|given| given.product == row.activity);
                    (KindPart::Word("intervention"), product.map_or(&[][..], |given| &given.cells), None)
                }
            };
            let cells = self.schedule.visits.keys().zip(&row.cells).filter_map(|(visit, mark)| {
                let Mark::Done { notes } = mark else { return None };
                let here = all.iter().filter(|cell| cell.visit == *visit);
                let conditions: Option<Vec<Condition>> =
                    here.clone().map(|cell| cell.when.as_ref().map(|when| self.condition(when))).collect();
                let is_plain = |cell: &Cell| {
                    cell.arms.is_empty() && cell.cycles.is_none() && cell.per.is_none() && cell.note.is_none()
                };
                let ways = match here.clone().all(is_plain) {
                    true => Vec::new(),
                    false => here.map(|cell| self.way(cell)).collect(),
                };
                Some(CellPart { visit: visit.clone(), conditions, ways, footnotes: letters(notes) })
            });
            ActivityPart {
                name: row.activity.clone(),
                label: row.label.clone(),
                kind,
                group: group.label.to_owned(),
                cells: cells.collect(),
                continuous: throughout.map(|(from, to)| Continuous {
                    from: self.moment(from),
                    until: to.as_ref().map(|to| self.moment(to)),
                    visits: self.between(network, from, to.as_ref()),
                }),
                footnotes: letters(&row.notes),
            }
        });
        rows.collect()
    }

    fn way(&self, cell: &Cell) -> Way {
        Way {
            condition: cell.when.as_ref().map(|when| self.condition(when)),
            arms: cell.arms.clone(),
            cycles: cell.cycles.clone(),
            timepoints: cell.per.clone(),
            note: cell.note.clone(),
        }
    }

    fn timepoints(&self) -> Vec<TimepointsPart> {
        let sets = self.schedule.timepoints.iter().map(|(name, set)| TimepointsPart {
            name: name.clone(),
            label: set.label.clone(),
            from: super::day::reference(self.wording, set),
            anchor: set.anchor.clone().map(|of| self.moment(&Moment { offset: None, of })),
            points: set
                .points
                .iter()
                .map(|point| TimepointPart {
                    label: point.label.clone(),
                    minutes: point.minutes,
                    earliest: point.minutes - point.early,
                    latest: point.minutes + point.late,
                })
                .collect(),
        });
        sets.collect()
    }

    fn between(&self, network: Option<&Network>, from: &Moment, to: Option<&Moment>) -> Vec<String> {
        let visits = &self.schedule.visits;
        covered(network, visits, from, to).filter_map(|at| Some(visits.get_index(at)?.0.clone())).collect()
    }
}

fn letters(notes: &[Note]) -> Vec<String> {
    notes.iter().map(|note| note.letter()).collect()
}

fn part_of(offset: &Offset) -> OffsetPart {
    OffsetPart { direction: offset.direction, duration: duration(&offset.by) }
}

fn duration(by: &Duration) -> DurationPart {
    match by {
        Duration::Months(months) => DurationPart::Iso(format!("P{months}M")),
        Duration::Days(days) => DurationPart::Iso(format!("P{days}D")),
        Duration::Minutes(minutes) => DurationPart::Iso(format!("PT{minutes}M")),
        Duration::Longest(choices) => {
            DurationPart::Longest { longest_of: choices.iter().map(duration).collect() }
        }
        Duration::Shortest(choices) => {
            DurationPart::Shortest { shortest_of: choices.iter().map(duration).collect() }
        }
    }
}
